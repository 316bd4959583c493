//! Everything that decides about a run, as the optimiser takes it, and a fingerprint of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use asuh_pairing::pairing::{Child, Instance, RunningPair, Sponsor, Stability, Tier, Village};
use asuh_step_registry::rules::Target;
use asuh_step_registry::territories;
use asuh_step_sponsors::pledges::Supply;
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use sha2::{Digest, Sha256};
use time::Date;

use super::barred::barred;
use super::neighbours::neighbours;
use super::targets::{Moment, TargetRow, held, targets};
use crate::programme::pools::{Pool, offered};
use crate::rules::{Point, Promised, Ranked, points, promised, rank};

/// Under which terms a programme is paired on a day.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) programme: Id,
    /// All pools of the programme, and those whose promises are given; pairs of the others go on beside them.
    pub(crate) pools: Vec<Pool>,
    pub(crate) chosen: Vec<Pool>,
    /// The frozen list and its kind.
    pub(crate) list: (Id, String),
    pub(crate) on: Date,
    pub(crate) tier_cost: [u32; 4],
    pub(crate) stability: Stability,
    /// Units a month by the code of a target.
    pub(crate) needs: HashMap<String, i64>,
    pub(crate) points: Vec<Point>,
    pub(crate) seed: String,
    pub(crate) rule_version: i64,
}

asuh_store::row_struct! {
    /// A pair that runs on a day or will.
    pub(crate) struct RunningRow {
        pub(crate) id: Id,
        pub(crate) pledge_id: Id,
        pub(crate) sponsor_id: Id,
        pub(crate) person_id: Id,
        pub(crate) campaign_id: Id,
        pub(crate) units: i64,
        pub(crate) valid_from: Date,
    }
}

/// The pairs of a programme that have not ended on a day; those of merged records are the canonical one's. Index:
/// sponsor_pair_by_programme, primary keys of pledge and person.
///
/// # Errors
/// The store fails.
pub(crate) async fn running(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
    on: Date,
) -> Result<Vec<RunningRow>, StoreError> {
    db.all(
        "SELECT p.id, p.pledge_id, p.sponsor_id, COALESCE(c.canonical_id, c.id) AS person_id, \
         l.campaign_id, p.units, p.valid_from FROM sponsor_pair p \
         JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id JOIN person c ON c.district_id = p.district_id AND c.id = p.person_id \
         WHERE p.district_id = $1 AND p.programme_id = $2 AND (p.valid_to IS NULL OR p.valid_to >= $3) \
         ORDER BY p.valid_from, p.id",
        args![district, programme, on],
    )
    .await
}

/// A target of the situation, in the place of the optimiser's child.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) row: TargetRow,
    pub(crate) rank: i64,
    pub(crate) points: i64,
    pub(crate) age_months: Option<i64>,
    pub(crate) need: i64,
    pub(crate) held: i64,
    /// Units promised by pairs that act.
    pub(crate) before: i64,
    /// Those of them that pools promise which are not given now: at most what is needed.
    pub(crate) besides: i64,
}

/// What decides about a run.
pub(crate) struct Situation {
    pub(crate) instance: Instance,
    /// In the order of the instance's children: by rank.
    pub(crate) subjects: Vec<Subject>,
    /// In the order of the instance's sponsors: promises of the pools that are given.
    pub(crate) supplies: Vec<Supply>,
    /// The campaign of each of them.
    pub(crate) campaigns: HashMap<Id, Id>,
    /// Pairs of these pools that have not ended on the day.
    pub(crate) running: Vec<RunningRow>,
    /// Promises whose givers wish to help nearby, of whom nobody knows where that is.
    pub(crate) homeless: i64,
    /// SHA-256 over the instance and the rule.
    pub(crate) facts: [u8; 32],
}

/// The subdistrict of a village's code.
pub(crate) fn subdistrict(code: i64) -> i64 {
    code / 10_000 * 10_000
}

/// The village where a promise is at home: a village's own code, a subdistrict's for one of which no more is known, 0 for
/// nowhere.
pub(crate) fn village_of(supply: &Supply) -> i64 {
    supply.home_code.unwrap_or(0)
}

/// The reach of a promise as the optimiser has it.
fn tier(reach: &str) -> Tier {
    match reach {
        "village" => Tier::Village,
        "subdistrict" => Tier::Subdistrict,
        "neighbours" => Tier::Neighbours,
        _ => Tier::District,
    }
}

fn whole(units: i64) -> u32 {
    u32::try_from(units).unwrap_or(0).min(asuh_pairing::pairing::MAX_UNITS)
}

impl Situation {
    /// Reads it: one statement for each kind of row.
    ///
    /// # Errors
    /// The store fails.
    pub(crate) async fn read(
        db: &impl Query,
        district: DistrictId,
        terms: &Terms,
    ) -> Result<Situation, StoreError> {
        let moment = Moment { on: terms.on, known_at: None };
        let rows = targets(db, district, (terms.list.0, &terms.list.1), moment, None).await?;
        let offered = offered(db, district, &terms.pools, terms.on).await?;
        let running = running(db, district, terms.programme, terms.on).await?;
        let before = before(terms, &offered, &running);
        let given: HashSet<Id> = terms.chosen.iter().map(|pool| pool.campaign_id).collect();
        let running = running.into_iter().filter(|row| given.contains(&row.campaign_id)).collect::<Vec<_>>();
        let offered: Vec<(Id, Supply)> =
            offered.into_iter().filter(|(campaign, _)| given.contains(campaign)).collect();
        let campaigns = offered.iter().map(|(campaign, one)| (one.pledge_id, *campaign)).collect();
        let held = held(db, district, terms.programme, terms.on).await?;
        let (supplies, homeless): (Vec<Supply>, Vec<Supply>) = offered
            .into_iter()
            .map(|(_, one)| one)
            .partition(|one| one.home_code.is_some() || tier(reach_of(one)) == Tier::District);
        let subjects = subjects(terms, rows, &before, &held);
        let barred = barred(db, district, &subjects, &supplies).await?;
        let villages = villages(db, district, &subjects, &supplies).await?;
        let neighbours = neighbouring(db, district, &villages).await?;
        let instance = Instance {
            stability: terms.stability,
            tier_cost: terms.tier_cost,
            villages,
            neighbours,
            children: subjects.iter().map(child).collect(),
            sponsors: supplies.iter().map(sponsor).collect(),
            exclusions: barred
                .into_iter()
                .map(|(sponsor, child)| {
                    (supplies[sponsor].pledge_id.to_string(), subjects[child].row.person_id.to_string())
                })
                .collect(),
            running: running_pairs(&running),
        };
        let facts = fingerprint(terms, &instance);
        Ok(Situation {
            instance,
            subjects,
            supplies,
            campaigns,
            running,
            homeless: homeless.len() as i64,
            facts,
        })
    }

    /// How many promises of each pool there are, and what they offer.
    pub(crate) fn by_pool(&self) -> Vec<(Id, i64, i64)> {
        let mut pools: BTreeMap<Id, (i64, i64)> = BTreeMap::new();
        for one in &self.supplies {
            let Some(campaign) = self.campaigns.get(&one.pledge_id) else { continue };
            let pool = pools.entry(*campaign).or_default();
            (pool.0, pool.1) = (pool.0 + 1, pool.1 + one.units);
        }
        pools.into_iter().map(|(campaign, (pledges, units))| (campaign, pledges, units)).collect()
    }

    /// What sponsors offer in all.
    pub(crate) fn offered(&self) -> i64 {
        self.supplies.iter().map(|one| one.units).sum()
    }
}

fn reach_of(supply: &Supply) -> &str {
    &supply.reach
}

fn child(subject: &Subject) -> Child {
    Child {
        id: subject.row.person_id.to_string(),
        village: subject.row.village_code.to_string(),
        need: whole(subject.need),
        other_support: whole(subject.held + subject.besides),
        rank: whole(subject.rank),
    }
}

fn sponsor(supply: &Supply) -> Sponsor {
    Sponsor {
        id: supply.pledge_id.to_string(),
        village: village_of(supply).to_string(),
        capacity: whole(supply.units),
        reach: tier(reach_of(supply)),
    }
}

/// One for each promise and target, in their order.
fn running_pairs(rows: &[RunningRow]) -> Vec<RunningPair> {
    let mut units: BTreeMap<(Id, Id), i64> = BTreeMap::new();
    for row in rows {
        *units.entry((row.pledge_id, row.person_id)).or_default() += row.units;
    }
    let pair = |((pledge, person), units): ((Id, Id), i64)| RunningPair {
        sponsor: pledge.to_string(),
        child: person.to_string(),
        units: whole(units),
    };
    units.into_iter().map(pair).collect()
}

/// What pairs that act promise to each person: in all, and those of pools that are not given now.
fn before(terms: &Terms, offered: &[(Id, Supply)], running: &[RunningRow]) -> HashMap<Id, (i64, i64)> {
    let offered: HashMap<Id, i64> = offered.iter().map(|(_, one)| (one.pledge_id, one.units)).collect();
    let given: HashSet<Id> = terms.chosen.iter().map(|pool| pool.campaign_id).collect();
    let acting: Vec<&RunningRow> = running.iter().filter(|pair| pair.valid_from <= terms.on).collect();
    let pairs: Vec<Promised> = acting
        .iter()
        .map(|pair| Promised {
            pair: pair.id,
            pledge: pair.pledge_id,
            units: pair.units,
            since: pair.valid_from,
        })
        .collect();
    let mut before: HashMap<Id, (i64, i64)> = HashMap::new();
    for (pair, units) in acting.into_iter().zip(promised(&pairs, &offered)) {
        let known = before.entry(pair.person_id).or_default();
        known.0 += units;
        known.1 += if given.contains(&pair.campaign_id) { 0 } else { units };
    }
    before
}

/// The targets with a need, by rank.
fn subjects(
    terms: &Terms,
    rows: Vec<TargetRow>,
    before: &HashMap<Id, (i64, i64)>,
    held: &HashMap<Id, i64>,
) -> Vec<Subject> {
    let mut found: Vec<Subject> = rows
        .into_iter()
        .filter_map(|row| {
            let need = *terms.needs.get(&row.target)?;
            let (before, besides) = before.get(&row.person_id).copied().unwrap_or_default();
            let besides = besides.min(need);
            // What a pair promises already is not kept for anybody else.
            let held = held.get(&row.person_id).copied().unwrap_or(0).min((need - before).max(0));
            let age_months = row
                .birth_date
                .filter(|_| row.target.starts_with("child"))
                .and_then(|birth| asuh_nusantara::age::completed_months(birth, terms.on).map(i64::from));
            (need > 0).then_some(Subject { row, rank: 0, points: 0, age_months, need, held, before, besides })
        })
        .collect();
    let facts: Vec<Ranked> = found
        .iter()
        .map(|one| Ranked {
            person: one.row.person_id,
            target: Target::parse(&one.row.target).unwrap_or(Target::ChildTwoToFive),
            haz: one.row.haz,
            age_months: one.age_months,
            desil: one.row.desil,
            half_funded: one.before > 0 && one.before < one.need,
        })
        .collect();
    for (nth, place) in rank(&terms.points, &terms.seed, &facts).into_iter().enumerate() {
        found[place].rank = nth as i64;
        found[place].points = points(&terms.points, &facts[place]);
    }
    found.sort_by_key(|one| one.rank);
    found
}

/// All villages of the district, and the places where promises are at home that are none.
async fn villages(
    db: &impl Query,
    district: DistrictId,
    subjects: &[Subject],
    supplies: &[Supply],
) -> Result<Vec<Village>, StoreError> {
    asuh_store::row_struct! { struct Known { code: i64 } }
    let known: Vec<Known> = db
        .all(
            "SELECT code FROM territory WHERE district_id = $1 AND level = 'village' ORDER BY code",
            args![district],
        )
        .await?;
    let codes: BTreeSet<i64> = known
        .into_iter()
        .map(|one| one.code)
        .chain(subjects.iter().map(|one| one.row.village_code))
        .chain(supplies.iter().map(village_of))
        .collect();
    let village = |code: i64| Village { id: code.to_string(), subdistrict: subdistrict(code).to_string() };
    Ok(codes.into_iter().map(village).collect())
}

/// The neighbours among the subdistricts that have a village.
async fn neighbouring(
    db: &impl Query,
    district: DistrictId,
    villages: &[Village],
) -> Result<Vec<(String, String)>, StoreError> {
    let known = territories::subdistricts(db, district).await?;
    let with_village: HashSet<&str> = villages.iter().map(|one| one.subdistrict.as_str()).collect();
    let known: HashSet<i64> = known.into_iter().map(|one| one.code).collect();
    let rows = neighbours(db, district).await?.into_iter();
    let rows = rows.filter(|row| known.contains(&row.one_code) && known.contains(&row.other_code));
    Ok(rows
        .map(|row| (row.one_code.to_string(), row.other_code.to_string()))
        .filter(|(one, other)| with_village.contains(one.as_str()) && with_village.contains(other.as_str()))
        .collect())
}

/// SHA-256 over everything that the optimiser sees, in a fixed order, and the rule behind the ranks.
fn fingerprint(terms: &Terms, instance: &Instance) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut line = |text: String| {
        hash.update(text.as_bytes());
        hash.update(b"\n");
    };
    line(format!("rule {} {:?} list {}", terms.rule_version, instance.tier_cost, terms.list.0));
    line(format!("{:?}", instance.stability));
    let mut neighbours = instance.neighbours.clone();
    neighbours.sort_unstable();
    neighbours.iter().for_each(|(one, other)| line(format!("near {one} {other}")));
    for child in &instance.children {
        line(format!("c {} {} {} {}", child.id, child.village, child.need, child.other_support));
    }
    let mut sponsors: Vec<&Sponsor> = instance.sponsors.iter().collect();
    sponsors.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    for one in sponsors {
        line(format!("s {} {} {} {:?}", one.id, one.village, one.capacity, one.reach));
    }
    let mut exclusions: Vec<_> = instance.exclusions.iter().collect();
    exclusions.sort_unstable();
    exclusions.into_iter().for_each(|(one, other)| line(format!("x {one} {other}")));
    let mut running: Vec<_> = instance.running.iter().collect();
    running.sort_unstable();
    running.into_iter().for_each(|pair| line(format!("r {} {} {}", pair.sponsor, pair.child, pair.units)));
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn what_runs_is_found_by_its_programme(db: TestDatabase) {
        let db = Plans::of(&db).await;
        running(&db, D, I, DAY).await.expect("a plan");
        no_walks(&db);
    }
}
