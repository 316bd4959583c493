//! What is read of runs.

use std::collections::BTreeMap;

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use asuh_ground::access::Scope;
use asuh_ground::books::{self, CommodityLine};

asuh_store::row_struct! {
    /// A run in a list and at the top of its pages.
    pub struct RunLine {
        /// Its key.
        pub id: Id,
        /// Its number, which ends in the seed of its lottery.
        pub number: String,
        /// The campaign.
        pub campaign_id: Id,
        /// Its name.
        pub campaign_name: String,
        /// Monday of the week.
        pub week_of: Date,
        /// The warehouse.
        pub warehouse_id: Id,
        /// Who holds the money.
        pub fund_holder_id: Id,
        /// The fund.
        pub fund: String,
        /// How families count against each other.
        pub weight: String,
        /// 'draft', 'approved', 'closed', 'discarded'
        pub state: String,
        /// Runs of the campaign that were approved when it was planned.
        pub earlier_runs: i64,
        /// Seed of the lottery.
        pub lottery_seed: i64,
        /// Families credited.
        pub families: i64,
        /// Families in the villages on the route that may receive: not those served this week, nor those that wait.
        pub on_route: i64,
        /// When it was planned.
        pub planned_at: Instant,
        /// When it was approved.
        pub approved_at: Option<Instant>,
    }
}

const RUN: &str = "SELECT r.id, r.number, r.campaign_id, c.name AS campaign_name, r.week_of, r.warehouse_id, \
     r.fund_holder_id, r.fund, r.weight, r.state, r.earlier_runs, r.lottery_seed, r.families, r.on_route, r.planned_at, r.approved_at \
     FROM allocation_run r JOIN campaign c ON c.district_id = r.district_id AND c.id = r.campaign_id \
     WHERE r.district_id = $1";

/// A run. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn run(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<RunLine>, StoreError> {
    db.first(&format!("{RUN} AND r.id = $2"), args![district, id]).await
}

/// Runs, newest week first, 50 from `before` on. Index: allocation_run_by_week serves the newest; a district
/// has a few a week. Those who do not plan see no drafts, and of the rest the runs that have a package within
/// `scope` (index: package_by_run) or leave a warehouse of theirs, so that no link leads nowhere.
pub(super) async fn runs(
    db: &impl Query,
    district: DistrictId,
    planner: bool,
    packs: Option<&Scope>,
    scope: &Scope,
    before: Option<(Instant, Id)>,
) -> Result<Vec<RunLine>, StoreError> {
    let mut args = Args::new().with(district);
    let mut condition = String::new();
    if !planner {
        let own = match packs {
            Some(packs) => packs.unit_condition("r.warehouse_id", &mut args),
            None => "(1 = 0)".to_owned(),
        };
        let reached = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
        condition.push_str(&format!(
            " AND r.state IN ('approved', 'closed') AND ({own} OR EXISTS (SELECT 1 FROM package p \
             WHERE p.district_id = r.district_id AND p.run_id = r.id AND {reached}))"
        ));
    }
    if let Some((at, id)) = before {
        condition.push_str(&format!(" AND (r.planned_at, r.id) < ({}, {})", args.push(at), args.push(id)));
    }
    db.all(&format!("{RUN}{condition} ORDER BY r.planned_at DESC, r.id DESC LIMIT 51"), args).await
}

/// How many runs of a campaign were approved so far. Index: allocation_run_by_week.
pub(super) async fn approved_runs(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<i64, StoreError> {
    db.number(
        "SELECT COUNT(*) AS n FROM allocation_run WHERE district_id = $1 AND campaign_id = $2 \
         AND approved_at IS NOT NULL",
        args![district, campaign],
    )
    .await
}

/// How many drafts wait for approval, with one of them. Index: allocation_run primary key (a few rows).
pub(crate) async fn drafts(db: &impl Query, district: DistrictId) -> Result<Vec<(Id,)>, StoreError> {
    db.all(
        "SELECT id FROM allocation_run WHERE district_id = $1 AND state = 'draft' ORDER BY planned_at",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// What became of a good in a run.
    pub struct StockLine {
        /// Commodity code.
        pub commodity: String,
        /// Its name.
        pub name: String,
        /// The word for its smallest unit.
        pub unit: String,
        /// What lay ready.
        pub pool: i64,
        /// Most per family.
        pub per_family: i64,
        /// Smallest amount handed over.
        pub step: i64,
        /// Whole packs of so much and nothing smaller; 0: single steps.
        pub pack: i64,
        /// Steps credited by this run.
        pub credited: i64,
        /// Handed over in all.
        pub planned: i64,
    }
}

/// The goods of a run, in the order of the district's list. Index: primary key.
pub(super) async fn stock(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<StockLine>, StoreError> {
    db.all(
        "SELECT s.commodity, c.name, c.unit, s.pool, s.per_family, s.step, s.pack, s.credited, s.planned \
         FROM allocation_stock s JOIN commodity c ON c.district_id = s.district_id AND c.code = s.commodity \
         WHERE s.district_id = $1 AND s.run_id = $2 ORDER BY c.nth, s.commodity",
        args![district, run],
    )
    .await
}

asuh_store::row_struct! {
    /// One way of handing over a good, as whoever planned the run saw it.
    pub struct WayLine {
        /// Name of the good.
        pub name: String,
        /// The word for its smallest unit.
        pub unit: String,
        /// Whole packs of so much; 0: single units.
        pub pack: i64,
        /// Whether the run was planned so.
        pub chosen: bool,
        /// Families on the list.
        pub families: i64,
        /// Of these, on the route.
        pub on_route: i64,
        /// Of these, with any of the good.
        pub receiving: i64,
        /// Of these, with a full pack.
        pub full_pack: i64,
        /// Handed over in all.
        pub planned: i64,
        /// Weeks until everybody on the list has had some.
        pub weeks: Option<i64>,
    }
}

/// Both ways of each good of a run that has packs, in the order of the goods, single units first. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn ways_of(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<WayLine>, StoreError> {
    db.all(
        "SELECT c.name, c.unit, w.pack, \
         CASE WHEN w.pack = s.pack THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS chosen, \
         w.families, w.on_route, w.receiving, w.full_pack, w.planned, w.weeks FROM allocation_way w \
         JOIN allocation_stock s ON s.district_id = w.district_id AND s.run_id = w.run_id AND s.commodity = w.commodity \
         JOIN commodity c ON c.district_id = w.district_id AND c.code = w.commodity \
         WHERE w.district_id = $1 AND w.run_id = $2 ORDER BY c.nth, w.commodity, w.pack",
        args![district, run],
    )
    .await
}

asuh_store::row_struct! {
    /// One good in one village of a draft: claims in thousandths of the smallest unit.
    pub struct VillageShare {
        /// The village.
        pub village_code: i64,
        /// Commodity code.
        pub commodity: String,
        /// Families credited.
        pub families: i64,
        /// Sum of the claims before.
        pub before: i64,
        /// Sum credited.
        pub entitled: i64,
        /// Handed over.
        pub given: i64,
        /// Sum of the claims after.
        pub after: i64,
    }
}

/// Before and after per village and good of a run. Index: primary key of share_balance (one run).
pub(super) async fn village_shares(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<VillageShare>, StoreError> {
    db.all(
        "SELECT village_code, commodity, COUNT(*) AS families, CAST(SUM(before) AS BIGINT) AS before, \
         CAST(SUM(entitled) AS BIGINT) AS entitled, CAST(SUM(given) AS BIGINT) AS given, \
         CAST(SUM(after) AS BIGINT) AS after \
         FROM share_balance WHERE district_id = $1 AND run_id = $2 GROUP BY village_code, commodity \
         ORDER BY village_code, commodity",
        args![district, run],
    )
    .await
}

asuh_store::row_struct! {
    /// One good of one family in a draft.
    pub struct FamilyShare {
        /// Name of the head of the family.
        pub head_name: String,
        /// The village.
        pub village_code: i64,
        /// The word for the good's smallest unit.
        pub unit: String,
        /// Name of the good.
        pub name: String,
        /// Claim before, in thousandths.
        pub before: i64,
        /// Credited, in thousandths.
        pub entitled: i64,
        /// Handed over.
        pub given: i64,
        /// Claim after, in thousandths.
        pub after: i64,
    }
}

/// A sample of families of the route, to check the rule by hand: the twelve first of their villages' lists.
pub(super) async fn family_sample(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<FamilyShare>, StoreError> {
    db.all(
        "SELECT v.head_name, s.village_code, c.unit, c.name, s.before, s.entitled, s.given, s.after \
         FROM share_balance s \
         JOIN commodity c ON c.district_id = s.district_id AND c.code = s.commodity \
         JOIN family_version v ON v.district_id = s.district_id AND v.family_id = s.family_id AND v.superseded_at = $3 \
         WHERE s.district_id = $1 AND s.run_id = $2 AND s.given > 0 \
         ORDER BY s.village_code, v.head_search, s.family_id, c.nth LIMIT 24",
        args![district, run, Instant::NEVER],
    )
    .await
}

asuh_store::row_struct! {
    /// How a village of a run stands.
    pub struct RunVillage {
        /// Its code.
        pub village_code: i64,
        /// Its name.
        pub name: String,
        /// Packages not yet packed.
        pub planned: i64,
        /// Packages on their way.
        pub packed: i64,
        /// Packages delivered.
        pub delivered: i64,
        /// Packages that could not be delivered, or were taken back.
        pub returned: i64,
    }
}

/// The villages of an approved run within reach, with the states of their packages. Index: package_by_run.
///
/// # Errors
/// The store fails.
pub(super) async fn run_villages(
    db: &impl Query,
    district: DistrictId,
    run: Id,
    scope: &Scope,
    whole: bool,
) -> Result<Vec<RunVillage>, StoreError> {
    let mut args = args![district, run];
    let reached = if whole {
        "(1 = 1)".to_owned()
    } else {
        scope.territory_condition("p.village_code", Some("p.rw"), &mut args)
    };
    db.all(
        &format!(
            "SELECT p.village_code, t.name, \
             CAST(SUM(CASE WHEN p.state = 'planned' THEN 1 ELSE 0 END) AS BIGINT) AS planned, \
             CAST(SUM(CASE WHEN p.state = 'packed' THEN 1 ELSE 0 END) AS BIGINT) AS packed, \
             CAST(SUM(CASE WHEN p.state = 'delivered' THEN 1 ELSE 0 END) AS BIGINT) AS delivered, \
             CAST(SUM(CASE WHEN p.state IN ('undeliverable', 'cancelled') THEN 1 ELSE 0 END) AS BIGINT) AS returned \
             FROM package p JOIN territory t ON t.district_id = p.district_id AND t.code = p.village_code \
             WHERE p.district_id = $1 AND p.run_id = $2 AND {reached} \
             GROUP BY p.village_code, t.name ORDER BY p.village_code"
        ),
        args,
    )
    .await
}

/// The commodities by code.
pub(super) async fn commodities(
    db: &impl Query,
    district: DistrictId,
) -> Result<BTreeMap<String, CommodityLine>, StoreError> {
    let lines = books::commodities(db, district).await?;
    Ok(lines.into_iter().map(|line| (line.code.clone(), line)).collect())
}

/// Compares the running claims with the fold of credits and packages; what differs, in words.
///
/// # Errors
/// The store fails.
pub(crate) async fn check_accounts(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let wrong = db
        .number(
            "SELECT COUNT(*) AS n FROM ( \
               SELECT x.campaign_id, x.family_id, x.commodity FROM ( \
                 SELECT campaign_id, family_id, commodity, balance AS amount FROM share_account WHERE district_id = $1 \
                 UNION ALL \
                 SELECT r.campaign_id, s.family_id, s.commodity, -s.entitled AS amount FROM share_balance s \
                   JOIN allocation_run r ON r.district_id = s.district_id AND r.id = s.run_id \
                   WHERE s.district_id = $1 AND r.state IN ('approved', 'closed') \
                 UNION ALL \
                 SELECT p.campaign_id, p.family_id, i.commodity, 1000 * i.quantity AS amount FROM package p \
                   JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
                   WHERE p.district_id = $1 AND p.state IN ('planned', 'packed', 'delivered') \
               ) x GROUP BY x.campaign_id, x.family_id, x.commodity HAVING SUM(x.amount) <> 0 \
             ) y",
            args![district],
        )
        .await?;
    Ok(if wrong == 0 { Vec::new() } else { vec![format!("{wrong} share accounts differ from their fold")] })
}

asuh_store::row_struct! {
    /// A family that waits in a run until it is decided whether it is the one that is helped.
    pub(super) struct WaitingLine {
        pub(super) pair_id: Id,
        pub(super) head_name: String,
        pub(super) village_code: i64,
        /// Whether the pair is still undecided.
        pub(super) undecided: bool,
    }
}

/// The families within a scope that wait in a run, by village. Indexes: primary keys, family_version_current.
///
/// # Errors
/// The store fails.
pub(super) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    run: Id,
    scope: &Scope,
) -> Result<Vec<WaitingLine>, StoreError> {
    let mut args = args![district, run, Instant::NEVER];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.all(
        &format!(
            "SELECT w.pair_id, v.head_name, v.village_code, CASE WHEN m.state IN ('open', 'postponed') THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END \
             AS undecided FROM allocation_waiting w \
             JOIN match_pair m ON m.district_id = w.district_id AND m.id = w.pair_id \
             JOIN family_version v ON v.district_id = w.district_id AND v.family_id = w.family_id \
             AND v.superseded_at = $3 WHERE w.district_id = $1 AND w.run_id = $2 AND {within} \
             ORDER BY v.village_code, w.family_id"
        ),
        args,
    )
    .await
}

#[cfg(test)]
pub(crate) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, scope: &Scope, any: Id) {
    run(db, district, any).await.expect("an answer");
    stock(db, district, any).await.expect("an answer");
    ways_of(db, district, any).await.expect("an answer");
    village_shares(db, district, any).await.expect("an answer");
    family_sample(db, district, any).await.expect("an answer");
    waiting(db, district, any, scope).await.expect("an answer");
    db.take().walks_only(&[]);
    run_villages(db, district, any, scope, false).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["package_by_run"]);
    approved_runs(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["allocation_run_by_week"]);
    for before in [None, Some((Instant(0), any))] {
        runs(db, district, true, None, scope, before).await.expect("an answer");
        runs(db, district, false, Some(scope), scope, before).await.expect("an answer");
        // Runs are some hundred in a year.
        db.take().walks_only(&["r.*"]);
    }
    drafts(db, district).await.expect("an answer");
    db.take().walks_only(&["allocation_run.*"]);
}
