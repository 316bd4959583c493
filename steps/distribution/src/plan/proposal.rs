//! What is there to share out, who waits for it, and which villages are proposed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use asuh_ledger::AccountKind;
use asuh_store::{Args, DistrictId, Id, Query, StoreError, args};
use time::Date;

use crate::rules::{self, Family, Good, VillageClaim, Weight};
use asuh_ground::books;
use asuh_ground::settings;
use asuh_step_registry::rules::{Bounds, eligible_sql};
use asuh_step_registry::{eligible_statuses, identity};

asuh_store::row_struct! {
    /// A campaign that can be shared out to families.
    pub struct Campaign {
        /// Its key.
        pub id: Id,
        /// Its name.
        pub name: String,
        /// Where its goods lie.
        pub warehouse_id: Id,
        /// Who holds its money.
        pub fund_holder_id: Id,
        /// The fund of all its gifts.
        pub fund: String,
    }
}

/// Campaigns for families, newest first. Index: primary key (a district has a handful).
///
/// # Errors
/// The store fails.
pub async fn campaigns(db: &impl Query, district: DistrictId) -> Result<Vec<Campaign>, StoreError> {
    db.all(
        "SELECT id, name, warehouse_id, fund_holder_id, fund FROM campaign \
         WHERE district_id = $1 AND destination = 'families' ORDER BY created_at DESC, id",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// A family that may receive in a week.
    pub struct EligibleFamily {
        /// Its key.
        pub family_id: Id,
        /// Its village.
        pub village_code: i64,
        /// How many targets it has in that week.
        pub targets: i64,
    }
}

/// The families that may receive in a week, by the registry's rule ([`Bounds::of_week`]) and as they are known now: of a
/// past week those too that were noted after it, and none that moved away or died since. What was planned stands in the
/// run's own rows and is never worked out again. Indexes: those of [`eligible_sql`].
///
/// # Errors
/// The store fails.
pub async fn eligible_families(
    db: &impl Query,
    district: DistrictId,
    week_of: Date,
) -> Result<Vec<EligibleFamily>, StoreError> {
    let statuses = eligible_statuses(db, district).await?;
    let mut args = Args::new();
    let eligible = eligible_sql(&mut args, district, &Bounds::of_week(week_of), &statuses);
    let district = args.push(district);
    db.all(
        &format!(
            "WITH {eligible} SELECT e.family_id, e.village_code, e.targets FROM eligible e \
             JOIN family f ON f.district_id = {district} AND f.id = e.family_id AND f.canonical_id IS NULL \
             ORDER BY e.village_code, e.head_search, e.family_id"
        ),
        args,
    )
    .await
}

/// What of a campaign can be shared out, per commodity: what the warehouse holds of its fund less what
/// approved runs have planned and not yet packed; the money of the fund holder only where the district says
/// so (setting `distribution.share_cash`).
///
/// # Errors
/// The store fails.
pub(super) async fn pool(
    db: &impl Query,
    district: DistrictId,
    campaign: &Campaign,
) -> Result<BTreeMap<String, i64>, StoreError> {
    asuh_store::row_struct! { struct Planned { commodity: String, amount: i64 } }
    let fund = campaign.fund.parse().map_err(|_| StoreError::Shape(campaign.fund.clone()))?;
    let held =
        books::place_balances(db, district, AccountKind::Warehouse, campaign.warehouse_id, fund).await?;
    let mut pool: BTreeMap<String, i64> =
        held.into_iter().map(|(commodity, amount)| (commodity.to_string(), amount)).collect();
    pool.remove("cash");
    if share_cash(db, district).await? {
        let held =
            books::place_balances(db, district, AccountKind::FundHolder, campaign.fund_holder_id, fund)
                .await?;
        pool.extend(
            held.into_iter()
                .map(|(commodity, amount)| (commodity.to_string(), amount))
                .filter(|(commodity, _)| commodity == "cash"),
        );
    }
    let planned: Vec<Planned> = db
        .all(
            "SELECT i.commodity, CAST(SUM(i.quantity) AS BIGINT) AS amount FROM allocation_run r \
             JOIN package p ON p.district_id = r.district_id AND p.run_id = r.id AND p.state = 'planned' \
             JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
             WHERE r.district_id = $1 AND r.state = 'approved' AND r.fund = $2 \
             AND ((i.commodity <> 'cash' AND r.warehouse_id = $3) OR (i.commodity = 'cash' AND r.fund_holder_id = $4)) \
             GROUP BY i.commodity",
            args![district, &campaign.fund, campaign.warehouse_id, campaign.fund_holder_id],
        )
        .await?;
    for line in planned {
        if let Some(amount) = pool.get_mut(&line.commodity) {
            *amount -= line.amount;
        }
    }
    pool.retain(|_, amount| *amount > 0);
    Ok(pool)
}

async fn share_cash(db: &impl Query, district: DistrictId) -> Result<bool, StoreError> {
    settings::get_typed(db, district, "distribution.share_cash").await
}

/// How families count against each other (setting `distribution.weight`).
pub(super) async fn weight(db: &impl Query, district: DistrictId) -> Result<Weight, StoreError> {
    let weight: String = settings::get_typed(db, district, "distribution.weight").await?;
    Ok(Weight::parse(&weight))
}

asuh_store::row_struct! {
    struct ClaimRow { family_id: Id, commodity: String, balance: i64 }
}

/// The running claims of a campaign's families, by family and commodity. What a family that was merged has is the claim
/// of the one that stands for it; of weeks in which both were credited only the larger share counts, as they were one
/// family. Indexes: primary keys; for the merged, family_by_canonical.
///
/// # Errors
/// The store fails.
async fn claims(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<HashMap<Id, Vec<(String, i64)>>, StoreError> {
    let rows: Vec<ClaimRow> = db
        .all(
            "SELECT COALESCE(f.canonical_id, f.id) AS family_id, a.commodity, CAST(SUM(a.balance) AS BIGINT) AS balance \
             FROM share_account a JOIN family f ON f.district_id = a.district_id AND f.id = a.family_id \
             WHERE a.district_id = $1 AND a.campaign_id = $2 \
             GROUP BY COALESCE(f.canonical_id, f.id), a.commodity",
            args![district, campaign],
        )
        .await?;
    let mut twice: HashMap<(Id, String), i64> = credited_twice(db, district, campaign).await?;
    let rows = rows.into_iter().map(|row| {
        let less = twice.remove(&(row.family_id, row.commodity.clone())).unwrap_or_default();
        ClaimRow { balance: row.balance - less, ..row }
    });
    let mut claims: HashMap<Id, Vec<(String, i64)>> = HashMap::new();
    for row in rows {
        claims.entry(row.family_id).or_default().push((row.commodity, row.balance));
    }
    Ok(claims)
}

/// What families were credited more than once because they stood on the list under several records, in runs that were
/// approved. Indexes: family_by_canonical, then primary keys.
async fn credited_twice(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<HashMap<(Id, String), i64>, StoreError> {
    let rows: Vec<ClaimRow> = db
        .all(
            "SELECT g.canonical_id AS family_id, g.commodity, CAST(SUM(g.more) AS BIGINT) AS balance FROM ( \
             SELECT m.canonical_id, s.commodity, s.run_id, SUM(s.entitled) - MAX(s.entitled) AS more FROM ( \
             SELECT canonical_id, id FROM family WHERE district_id = $1 AND canonical_id > $3 \
             UNION SELECT canonical_id, canonical_id FROM family WHERE district_id = $1 AND canonical_id > $3) m \
             CROSS JOIN allocation_run r CROSS JOIN share_balance s WHERE r.district_id = $1 AND r.campaign_id = $2 \
             AND r.state IN ('approved', 'closed') AND s.district_id = $1 AND s.run_id = r.id AND s.family_id = m.id \
             GROUP BY m.canonical_id, s.commodity, s.run_id) g GROUP BY g.canonical_id, g.commodity",
            args![district, campaign, Id::SYSTEM],
        )
        .await?;
    Ok(rows.into_iter().map(|row| ((row.family_id, row.commodity), row.balance)).collect())
}

/// The families that have a package of this campaign and week that was not taken back, under whatever record. Index:
/// unique key, primary key of `family`.
async fn served(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    week_of: Date,
) -> Result<BTreeSet<Id>, StoreError> {
    let rows: Vec<(Id,)> = db
        .all(
            "SELECT COALESCE(f.canonical_id, f.id) FROM package p JOIN family f ON f.district_id = p.district_id \
             AND f.id = p.family_id WHERE p.district_id = $1 AND p.campaign_id = $2 AND p.week_of = $3",
            args![district, campaign, week_of],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// A village as the proposal shows it.
#[derive(Debug, Clone)]
pub struct ProposedVillage {
    /// Its code.
    pub code: i64,
    /// Its name.
    pub name: String,
    /// Its kecamatan.
    pub subdistrict: String,
    /// Its families that may receive and have no package of this week yet.
    pub families: i64,
    /// Mean claim of a family, in thousandths of a full package.
    pub mean_claim: i64,
    /// Whether the proposal reaches it.
    pub proposed: bool,
}

/// The families of a week as the rule sees them, and those of them that wait for a decision whether they are one that
/// is helped already.
pub(super) struct Candidates {
    pub(super) families: Vec<Family>,
    pub(super) waiting: Vec<identity::Waiting>,
}

/// The families that may receive in a week, with their claims of these goods.
///
/// # Errors
/// The store fails.
pub(super) async fn candidates(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    week_of: Date,
    goods: &[Good],
) -> Result<Candidates, StoreError> {
    let eligible = eligible_families(db, district, week_of).await?;
    let weight = weight(db, district).await?;
    let claims = claims(db, district, campaign).await?;
    let served = served(db, district, campaign, week_of).await?;
    let ids = eligible.iter().map(|family| family.family_id).collect();
    let waiting = identity::waiting(db, district, &ids).await?;
    let waits: BTreeSet<Id> = waiting.iter().map(|one| one.family).collect();
    let families = eligible
        .iter()
        .map(|family| Family {
            id: family.family_id,
            village: family.village_code,
            weight: weight.of(family.targets),
            served: served.contains(&family.family_id) || waits.contains(&family.family_id),
            claims: claims_of(goods, claims.get(&family.family_id)),
        })
        .collect();
    Ok(Candidates { families, waiting })
}

/// What is there, who waits, and which villages are proposed.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The goods with pool, amount per family and step.
    pub goods: Vec<Good>,
    /// Families that may receive in that week.
    pub families: i64,
    /// Villages in the order of their turn.
    pub villages: Vec<ProposedVillage>,
    /// The families that may receive in that week, with their claims of the goods.
    pub list: Vec<Family>,
}

impl Proposal {
    /// The codes of the proposed villages.
    pub fn route(&self) -> Vec<i64> {
        self.villages.iter().filter(|village| village.proposed).map(|village| village.code).collect()
    }
}

/// Proposes the run of a campaign and week, with the district's amounts per family.
///
/// # Errors
/// The store fails.
pub async fn propose(
    db: &impl Query,
    district: DistrictId,
    campaign: &Campaign,
    week_of: Date,
) -> Result<Proposal, StoreError> {
    let goods = goods(db, district, campaign).await?;
    let list = candidates(db, district, campaign.id, week_of, &goods).await?.families;
    let mut by_village: BTreeMap<i64, VillageClaim> = BTreeMap::new();
    for family in list.iter().filter(|family| !family.served) {
        let village = by_village.entry(family.village).or_insert(VillageClaim {
            code: family.village,
            families: 0,
            claim: 0,
        });
        village.families += 1;
        village.claim += rules::claim_in_packages(&goods, &family.claims);
    }
    let in_turn = rules::turns(week_number(week_of), by_village.into_values().collect());
    let route = rules::propose(&goods, &in_turn);
    let names = village_names(db, district).await?;
    let villages = in_turn
        .into_iter()
        .map(|village| {
            let (name, subdistrict) = names.get(&village.code).cloned().unwrap_or_default();
            ProposedVillage {
                code: village.code,
                name,
                subdistrict,
                families: village.families,
                mean_claim: village.claim / village.families.max(1),
                proposed: route.contains(&village.code),
            }
        })
        .collect();
    Ok(Proposal { goods, families: list.len() as i64, villages, list })
}

/// The claims of one family in the order of the goods.
fn claims_of(goods: &[Good], held: Option<&Vec<(String, i64)>>) -> Vec<i64> {
    goods
        .iter()
        .map(|good| {
            held.and_then(|held| held.iter().find(|(commodity, _)| *commodity == good.commodity))
                .map_or(0, |(_, balance)| *balance)
        })
        .collect()
}

fn week_number(week_of: Date) -> i64 {
    i64::from(week_of.to_julian_day()) / 7
}

/// The goods of a campaign's pool in the order of the district's list, with the amounts it has set.
pub(super) async fn goods(
    db: &impl Query,
    district: DistrictId,
    campaign: &Campaign,
) -> Result<Vec<Good>, StoreError> {
    let pool = pool(db, district, campaign).await?;
    let values = settings::values(db, district).await?;
    let set = |stem: &str, code: &str| {
        let name = format!("distribution.{stem}_{code}");
        values.get(name.as_str()).and_then(|value| value.parse::<i64>().ok())
    };
    let commodities = books::commodities(db, district).await?;
    Ok(commodities
        .iter()
        .filter_map(|line| {
            let pool = *pool.get(&line.code)?;
            let step = set("step", &line.code).unwrap_or(1).max(1);
            let per_family = set("per_family", &line.code).unwrap_or(step);
            let pack = set("pack", &line.code).unwrap_or(0).max(0);
            Some(Good {
                commodity: line.code.clone(),
                pool,
                per_family: per_family / step * step,
                step,
                pack: pack / step * step,
                in_packs: false,
            })
        })
        .collect())
}

/// Names of villages and their kecamatan, by village code. Index: territory_by_level.
pub(super) async fn village_names(
    db: &impl Query,
    district: DistrictId,
) -> Result<HashMap<i64, (String, String)>, StoreError> {
    asuh_store::row_struct! { struct Named { code: i64, name: String, subdistrict: Option<String> } }
    let rows: Vec<Named> = db
        .all(
            "SELECT v.code, v.name, s.name AS subdistrict FROM territory v \
             LEFT JOIN territory s ON s.district_id = v.district_id AND s.code = v.code - v.code % 10000 \
             WHERE v.district_id = $1 AND v.level = 'village'",
            args![district],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.code, (row.name, row.subdistrict.unwrap_or_default()))).collect())
}
