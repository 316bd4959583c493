//! A run worked out: pairs, reasons, proof, and what other rules would have given. Pure.

use std::collections::{BTreeSet, HashMap, HashSet};

use asuh_pairing::pairing::{
    Certificate, Cut, Explanation, Instance, Pairing, PairingError, Stability, Standing, Tier, pair, prove,
};
use asuh_store::Id;
use serde::Serialize;

use crate::facts::{Situation, village_of};
use crate::rules::write_nearer;

asuh_ground::codes! {
    /// How a run goes about it.
    ///
    /// Its words are `pairing.run.kind.<code>`.
    pub enum RunKind {
        /// All at once.
        Full = "full",
        /// Who is new since the last approved run joins the standing pairing one by one.
        Intake = "intake",
    }
}

/// Who is new since the last approved run, by the ids of the instance.
#[derive(Debug, Clone, Default)]
pub(super) struct Newcomers {
    pub(super) children: BTreeSet<String>,
    pub(super) sponsors: BTreeSet<String>,
}

/// What a run says of a target.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ChildRow {
    pub(super) rank: i64,
    pub(super) person: Id,
    pub(super) family: Id,
    pub(super) village: i64,
    pub(super) rw: String,
    pub(super) target: String,
    pub(super) points: i64,
    pub(super) haz: Option<i64>,
    pub(super) age_months: Option<i64>,
    pub(super) desil: Option<i64>,
    pub(super) need: i64,
    pub(super) held: i64,
    pub(super) before: i64,
    pub(super) besides: i64,
    pub(super) units: i64,
    /// Sponsors, units, targets, rank of the last, units kept.
    pub(super) cut: Option<(i64, i64, i64, Option<i64>, i64)>,
}

/// A pair of a run.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PairRow {
    pub(super) rank: i64,
    pub(super) pledge: Id,
    pub(super) sponsor: Id,
    pub(super) person: Id,
    pub(super) units: i64,
    pub(super) kept: i64,
    pub(super) tier: i64,
    pub(super) home: i64,
    pub(super) not_nearer: String,
}

/// What another rule would have given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OptionRow {
    pub(super) code: String,
    pub(super) served: i64,
    pub(super) fully: i64,
    pub(super) partly: i64,
    pub(super) none: i64,
    pub(super) kept: i64,
    pub(super) geo_cost: i64,
    pub(super) urgent_lacking: i64,
}

/// A run worked out.
pub(super) struct Computed {
    pub(super) children: Vec<ChildRow>,
    pub(super) pairs: Vec<PairRow>,
    pub(super) options: Vec<OptionRow>,
    pub(super) pairing: Pairing,
    pub(super) certificate: Option<Certificate>,
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Works a run out.
///
/// # Errors
/// What is wrong with the instance.
pub(super) fn compute(
    situation: &Situation,
    kind: RunKind,
    newcomers: &Newcomers,
) -> Result<Computed, PairingError> {
    let instance = &situation.instance;
    let (pairing, explanation, certificate) = match kind {
        RunKind::Full => {
            let proven = prove(instance)?;
            (proven.pairing, proven.explanation, Some(proven.certificate))
        }
        RunKind::Intake => {
            let (pairing, explanation) = joined(instance, newcomers)?;
            (pairing, explanation, None)
        }
    };
    let besides: Vec<u32> =
        situation.subjects.iter().map(|one| u32::try_from(one.besides).unwrap_or(0)).collect();
    let options = options(instance, &besides, &pairing)?;
    Ok(Computed {
        children: children(situation, &pairing, &explanation),
        pairs: pairs(situation, &pairing, &explanation),
        options,
        pairing,
        certificate,
    })
}

/// The pairing after the newcomers have joined one by one, in the order of the instance again. A child comes with those
/// who may not help it; a sponsor who may not help somebody is there from the beginning: a newcomer like that would
/// have all worked out anew.
fn joined(instance: &Instance, newcomers: &Newcomers) -> Result<(Pairing, Explanation), PairingError> {
    let mut barred: HashMap<&str, Vec<String>> = HashMap::new();
    for (sponsor, child) in &instance.exclusions {
        barred.entry(child).or_default().push(sponsor.clone());
    }
    let barred_sponsors: HashSet<&str> = instance.exclusions.iter().map(|(one, _)| one.as_str()).collect();
    let is_new_child = |child: &str| newcomers.children.contains(child);
    let is_new_sponsor =
        |sponsor: &str| newcomers.sponsors.contains(sponsor) && !barred_sponsors.contains(sponsor);
    let mut base = instance.clone();
    base.children.retain(|child| !is_new_child(&child.id));
    base.sponsors.retain(|sponsor| !is_new_sponsor(&sponsor.id));
    base.exclusions.retain(|(_, child)| !is_new_child(child));
    let mut standing = Standing::new(base)?;
    for child in instance.children.iter().filter(|child| is_new_child(&child.id)) {
        standing.join_child(child.clone(), barred.get(child.id.as_str()).map_or(&[], Vec::as_slice))?;
    }
    for sponsor in instance.sponsors.iter().filter(|sponsor| is_new_sponsor(&sponsor.id)) {
        standing.join_sponsor(sponsor.clone())?;
    }
    let (pairing, explanation) = standing.explained()?;
    Ok(in_order_of(instance, standing.instance(), pairing, explanation))
}

/// The same pairing with the places of another list of the same people.
fn in_order_of(
    wanted: &Instance,
    given: &Instance,
    mut pairing: Pairing,
    mut explanation: Explanation,
) -> (Pairing, Explanation) {
    let child: HashMap<&str, usize> =
        wanted.children.iter().enumerate().map(|(place, one)| (one.id.as_str(), place)).collect();
    let sponsor: HashMap<&str, usize> =
        wanted.sponsors.iter().enumerate().map(|(place, one)| (one.id.as_str(), place)).collect();
    let child: Vec<usize> = given.children.iter().map(|one| child[one.id.as_str()]).collect();
    let sponsor: Vec<usize> = given.sponsors.iter().map(|one| sponsor[one.id.as_str()]).collect();
    for pair in &mut pairing.pairs {
        (pair.child, pair.sponsor) = (child[pair.child], sponsor[pair.sponsor]);
    }
    let mut served = vec![0; pairing.served.len()];
    let mut cuts = vec![None; pairing.served.len()];
    for (place, to) in child.iter().enumerate() {
        served[*to] = pairing.served[place];
        cuts[*to] = explanation.children[place]
            .map(|cut| Cut { least_urgent: cut.least_urgent.map(|one| child[one]), ..cut });
    }
    (pairing.served, explanation.children) = (served, cuts);
    (pairing, explanation)
}

fn children(situation: &Situation, pairing: &Pairing, explanation: &Explanation) -> Vec<ChildRow> {
    let rank = |place: usize| situation.subjects[place].rank;
    let subjects = situation.subjects.iter().zip(&pairing.served).zip(&explanation.children);
    subjects
        .map(|((subject, served), cut)| ChildRow {
            rank: subject.rank,
            person: subject.row.person_id,
            family: subject.row.family_id,
            village: subject.row.village_code,
            rw: subject.row.rw.clone(),
            target: subject.row.target.clone(),
            points: subject.points,
            haz: subject.row.haz,
            age_months: subject.age_months,
            desil: subject.row.desil,
            need: subject.need,
            held: subject.held,
            before: subject.before,
            besides: subject.besides,
            units: i64::from(*served),
            cut: cut.map(|cut| {
                (
                    i64::from(cut.sponsors),
                    signed(cut.units),
                    i64::from(cut.children),
                    cut.least_urgent.map(rank),
                    signed(cut.kept_units),
                )
            }),
        })
        .collect()
}

fn pairs(situation: &Situation, pairing: &Pairing, explanation: &Explanation) -> Vec<PairRow> {
    let mut ran: HashMap<(Id, Id), i64> = HashMap::new();
    for row in &situation.running {
        *ran.entry((row.pledge_id, row.person_id)).or_default() += row.units;
    }
    let rows = pairing.pairs.iter().zip(&explanation.pairs).map(|(pair, why)| {
        let (supply, subject) = (&situation.supplies[pair.sponsor], &situation.subjects[pair.child]);
        let units = i64::from(pair.units);
        let ran = ran.get(&(supply.pledge_id, subject.row.person_id)).copied().unwrap_or(0);
        PairRow {
            rank: subject.rank,
            pledge: supply.pledge_id,
            sponsor: supply.sponsor_id,
            person: subject.row.person_id,
            units,
            kept: units.min(ran),
            tier: pair.tier as i64,
            home: village_of(supply),
            not_nearer: write_nearer(why),
        }
    });
    rows.collect()
}

/// What the chosen rule gives, and what others would.
fn options(instance: &Instance, besides: &[u32], chosen: &Pairing) -> Result<Vec<OptionRow>, PairingError> {
    let mut rows = vec![option("chosen".into(), instance, besides, chosen)];
    let mut add = |code: String, instance: Instance| -> Result<(), PairingError> {
        rows.push(option(code, &instance, besides, &pair(&instance)?));
        Ok(())
    };
    if !instance.running.is_empty() {
        let other = match instance.stability {
            Stability::Lock => ("soft", Stability::Soft),
            Stability::Soft | Stability::Price(_) => ("lock", Stability::Lock),
        };
        add(other.0.into(), Instance { stability: other.1, ..instance.clone() })?;
        let all = instance.children.len() as u32;
        let prices: BTreeSet<u32> =
            [all / 20, all / 5, all / 2].into_iter().filter(|ranks| *ranks > 1).collect();
        for ranks in prices {
            let stability = Stability::Price(ranks);
            add(format!("price_{ranks}"), Instance { stability, ..instance.clone() })?;
        }
    }
    for (code, nearest) in [("own_village", Tier::Village), ("own_subdistrict", Tier::Subdistrict)] {
        let mut near = instance.clone();
        near.sponsors.iter_mut().for_each(|sponsor| sponsor.reach = sponsor.reach.min(nearest));
        add(code.into(), near)?;
    }
    Ok(rows)
}

/// `besides`: what each target has from pools that are not given now.
fn option(code: String, instance: &Instance, besides: &[u32], pairing: &Pairing) -> OptionRow {
    let mut row = OptionRow {
        code,
        served: signed(pairing.objectives.served_units),
        fully: 0,
        partly: 0,
        none: 0,
        kept: signed(pairing.objectives.kept_units),
        geo_cost: signed(pairing.objectives.geo_cost),
        urgent_lacking: 0,
    };
    let urgent = instance.children.len().div_ceil(10);
    for ((child, served), besides) in instance.children.iter().zip(&pairing.served).zip(besides) {
        // What is kept for somebody is promised by nobody yet.
        match (*served + besides, child.need) {
            (served, need) if served >= need => row.fully += 1,
            (0, _) => row.none += 1,
            _ => row.partly += 1,
        }
        if (child.rank as usize) < urgent {
            row.urgent_lacking += i64::from(child.open_need().saturating_sub(*served));
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_pairing::pairing::{Child, RunningPair, Sponsor, Village};

    fn instance() -> Instance {
        let village = |nth: u32| Village { id: format!("v{nth}"), subdistrict: format!("k{}", nth / 2) };
        let child = |nth: u32| Child {
            id: format!("c{nth:02}"),
            village: format!("v{}", nth % 6),
            need: 9,
            other_support: nth % 3,
            rank: nth,
        };
        let sponsor = |nth: u32| Sponsor {
            id: format!("s{nth:02}"),
            village: format!("v{}", nth * 5 % 6),
            capacity: 1 + nth % 7,
            reach: Tier::ALL[nth as usize % 4],
        };
        Instance {
            stability: Stability::Lock,
            tier_cost: [0, 2, 5, 9],
            villages: (0..6).map(village).collect(),
            neighbours: vec![("k0".into(), "k1".into())],
            children: (0..20).map(child).collect(),
            sponsors: (0..30).map(sponsor).collect(),
            exclusions: vec![("s03".into(), "c00".into()), ("s07".into(), "c05".into())],
            running: vec![RunningPair { sponsor: "s11".into(), child: "c15".into(), units: 3 }],
        }
    }

    #[test]
    fn whoever_joins_one_by_one_stands_as_if_all_had_been_there() {
        let instance = instance();
        let newcomers = Newcomers {
            children: ["c00", "c05", "c09", "c19"].map(String::from).into(),
            sponsors: ["s00", "s03", "s29", "s13"].map(String::from).into(),
        };
        let (joined, reasons) = joined(&instance, &newcomers).unwrap();
        let at_once = pair(&instance).unwrap();
        assert_eq!(joined.objectives, at_once.objectives);
        assert_eq!(joined.served, at_once.served);
        assert_eq!(reasons.children.len(), instance.children.len());
        for (cut, (child, served)) in
            reasons.children.iter().zip(instance.children.iter().zip(&joined.served))
        {
            assert_eq!(cut.map_or(0, |cut| cut.lacking), child.open_need() - served);
        }
    }

    #[test]
    fn nearby_help_alone_serves_less() {
        let mut instance = instance();
        for sponsor in &mut instance.sponsors {
            (sponsor.village, sponsor.reach) = ("v0".into(), Tier::District);
        }
        let options = options(&instance, &[0; 20], &pair(&instance).unwrap()).unwrap();
        let served = |code: &str| options.iter().find(|one| one.code == code).unwrap().served;
        assert!(served("own_village") < served("own_subdistrict"));
        assert!(served("own_subdistrict") < served("chosen"));
        let codes: Vec<&str> = options.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["chosen", "soft", "price_4", "price_10", "own_village", "own_subdistrict"]);
    }

    /// All ways to give `left` of each of these sponsors to children who lack `lacking`, as what each child gets.
    fn every_way(left: &[u32], lacking: &[u32]) -> Vec<Vec<u32>> {
        let Some((first, rest)) = left.split_first() else { return vec![vec![0; lacking.len()]] };
        let mut ways: Vec<Vec<u32>> = vec![vec![]];
        for _ in lacking {
            let grown = ways.iter().flat_map(|way| {
                let given: u32 = way.iter().sum();
                (0..=first - given).map(|units| [way.as_slice(), &[units]].concat())
            });
            ways = grown.collect();
        }
        let others = every_way(rest, lacking);
        let sums = ways.iter().flat_map(|way| {
            others.iter().map(|other| way.iter().zip(other).map(|(one, two)| one + two).collect::<Vec<u32>>())
        });
        sums.filter(|got| got.iter().zip(lacking).all(|(got, lacks)| got <= lacks)).collect()
    }

    /// METHOD 1.7, by trying every other way: among children of equal points those begun are finished before another one
    /// is begun, and nobody of more points pays for it.
    #[test]
    fn what_was_begun_is_finished_first() {
        use crate::rules::{Ranked, default_points, points, rank};
        use asuh_step_registry::rules::Target;
        let need = 3;
        for case in 0..81_u32 {
            let before: Vec<u32> = (0..4).map(|nth| case / 3_u32.pow(nth) % 3).collect();
            let ranked: Vec<Ranked> = (0..4_u8)
                .map(|nth| Ranked {
                    person: Id::from_bytes([nth; 16]),
                    target: Target::ChildTwoToFive,
                    // The last one has four points more; of the others the first is the shortest.
                    haz: Some(if nth == 3 { -310 } else { -290 + i64::from(nth) * 10 }),
                    age_months: Some(30),
                    desil: None,
                    half_funded: before[nth as usize] > 0,
                })
                .collect();
            let order = rank(&default_points(), "undian", &ranked);
            let id = |nth: usize| format!("c{nth}");
            let instance = Instance {
                stability: Stability::Lock,
                tier_cost: [0, 2, 5, 9],
                villages: vec![Village { id: "v".into(), subdistrict: "k".into() }],
                neighbours: vec![],
                children: order
                    .iter()
                    .enumerate()
                    .map(|(rank, nth)| Child {
                        id: id(*nth),
                        village: "v".into(),
                        need,
                        other_support: 0,
                        rank: rank as u32,
                    })
                    .collect(),
                sponsors: [("old", before.iter().sum()), ("one", 2), ("two", 1)]
                    .map(|(id, capacity)| Sponsor {
                        id: id.into(),
                        village: "v".into(),
                        capacity,
                        reach: Tier::Village,
                    })
                    .into(),
                exclusions: vec![],
                running: (0..4)
                    .filter(|nth| before[*nth] > 0)
                    .map(|nth| RunningPair { sponsor: "old".into(), child: id(nth), units: before[nth] })
                    .collect(),
            };
            let served = pair(&instance).unwrap().served;
            let got: Vec<u32> =
                (0..4).map(|nth| served[order.iter().position(|one| *one == nth).unwrap()]).collect();
            let lacking: Vec<u32> = before.iter().map(|had| need - had).collect();
            let worth = |more: &Vec<u32>| -> Vec<u32> {
                let mut by: Vec<_> = (0..4)
                    .map(|nth| {
                        let rule = points(&default_points(), &ranked[nth]);
                        (std::cmp::Reverse(rule), before[nth] == 0, nth, before[nth] + more[nth])
                    })
                    .collect();
                by.sort();
                by.into_iter().map(|one| one.3).collect()
            };
            let best = every_way(&[2, 1], &lacking).iter().map(worth).max().unwrap();
            let more: Vec<u32> = got.iter().zip(&before).map(|(all, had)| all - had).collect();
            assert_eq!(worth(&more), best, "{before:?} {got:?}");
            // Nobody of these points is begun while one that was begun is not finished.
            let open = |nth: usize| before[nth] > 0 && got[nth] < need;
            let begun = |nth: usize| before[nth] == 0 && got[nth] > 0;
            assert!(!((0..3).any(open) && (0..3).any(begun)), "{before:?} {got:?}");
        }
    }
}
