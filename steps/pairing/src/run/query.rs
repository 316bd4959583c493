//! What is read of runs.

use std::collections::{HashMap, HashSet};

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

asuh_store::row_struct! {
    /// A run.
    pub struct RunLine {
        pub(crate) district_id: DistrictId,
        /// Its key.
        pub id: Id,
        /// Its programme.
        pub programme_id: Id,
        /// Its number within the programme.
        pub number: i64,
        pub(crate) kind: String,
        pub(crate) stability: String,
        pub(crate) list_id: Id,
        pub(crate) list_number: i64,
        /// The day that its facts are of.
        pub on_day: Date,
        pub(crate) rule_version: i64,
        /// 'computing', 'draft', 'approved', 'refused', 'failed'.
        pub state: String,
        pub(crate) reason: String,
        pub(crate) facts_sha256: Option<[u8; 32]>,
        pub(crate) children: i64,
        pub(crate) sponsors: i64,
        pub(crate) homeless: i64,
        pub(crate) needed_units: i64,
        pub(crate) offered_units: i64,
        pub(crate) held_units: i64,
        pub(crate) before_units: i64,
        pub(crate) besides_units: i64,
        /// Units that its pairs give.
        pub served_units: i64,
        pub(crate) kept_units: i64,
        pub(crate) geo_cost: i64,
        pub(crate) rank_objective: String,
        pub(crate) asked_at: Instant,
        pub(crate) asked_by: Id,
        pub(crate) asker: Option<String>,
        pub(crate) decided_at: Option<Instant>,
        pub(crate) decider: Option<String>,
    }
}

impl RunLine {
    /// The district whose run it is.
    pub(crate) fn district(&self) -> DistrictId {
        self.district_id
    }
}

const RUN: &str = "SELECT r.district_id, r.id, r.programme_id, r.number, r.kind, r.stability, r.list_id, l.number AS list_number, \
     r.on_day, r.rule_version, r.state, r.reason, r.facts_sha256, r.children, r.sponsors, r.homeless, r.needed_units, \
     r.offered_units, r.held_units, r.before_units, r.besides_units, r.served_units, r.kept_units, r.geo_cost, r.rank_objective, \
     r.asked_at, r.asked_by, a.name AS asker, r.decided_at, d.name AS decider FROM pairing_run r \
     JOIN frozen_list l ON l.district_id = r.district_id AND l.id = r.list_id \
     LEFT JOIN app_user a ON a.district_id = r.district_id AND a.id = r.asked_by \
     LEFT JOIN app_user d ON d.district_id = r.district_id AND d.id = r.decided_by WHERE r.district_id = $1";

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

/// The campaigns whose promises a run gives. Index: primary key of run_pool.
///
/// # Errors
/// The store fails.
pub(crate) async fn given(db: &impl Query, district: DistrictId, run: Id) -> Result<HashSet<Id>, StoreError> {
    let rows: Vec<(Id,)> = db
        .all("SELECT campaign_id FROM run_pool WHERE district_id = $1 AND run_id = $2", args![district, run])
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

asuh_store::row_struct! {
    /// What a pool offered to a run.
    pub(crate) struct PoolLine {
        pub(crate) name: String,
        pub(crate) pledges: i64,
        pub(crate) units: i64,
    }
}

/// The pools of a run, by name. Indexes: primary keys of run_pool and campaign.
pub(super) async fn pools(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<PoolLine>, StoreError> {
    db.all(
        "SELECT c.name, p.pledges, p.units FROM run_pool p \
         JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
         WHERE p.district_id = $1 AND p.run_id = $2 ORDER BY c.name, p.campaign_id",
        args![district, run],
    )
    .await
}

/// Runs on a page.
pub(super) const PAGE: usize = 30;

/// The runs of a programme, the newest first, one more than a page; `before` is the last number shown. Index: the unique
/// key of programme and number.
pub(crate) async fn runs(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
    before: Option<i64>,
) -> Result<Vec<RunLine>, StoreError> {
    db.all(
        &format!("{RUN} AND r.programme_id = $2 AND r.number < $3 ORDER BY r.number DESC LIMIT {}", PAGE + 1),
        args![district, programme, before.unwrap_or(i64::MAX)],
    )
    .await
}

/// The newest run of a programme in one of these states. Index: the unique key of programme and number.
pub(crate) async fn newest(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
    states: &[&str],
) -> Result<Option<RunLine>, StoreError> {
    let mut args = args![district, programme];
    let states = args.push_list(states.iter().copied());
    db.first(
        &format!("{RUN} AND r.programme_id = $2 AND r.state IN ({states}) ORDER BY r.number DESC LIMIT 1"),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A draft that waits for somebody.
    pub(crate) struct DraftLine {
        pub(crate) id: Id,
        pub(crate) asked_by: Id,
        pub(crate) name: String,
    }
}

/// The drafts of a district; at most one for each programme. Index: primary key (few rows of few programmes).
pub(crate) async fn drafts(db: &impl Query, district: DistrictId) -> Result<Vec<DraftLine>, StoreError> {
    db.all(
        "SELECT r.id, r.asked_by, c.name FROM pairing_run r \
         JOIN programme p ON p.district_id = r.district_id AND p.id = r.programme_id \
         JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
         WHERE r.district_id = $1 AND r.state = 'draft' ORDER BY r.asked_at, r.id",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// What a run says of a target.
    pub(crate) struct RunChild {
        pub(crate) rank: i64,
        pub(crate) person_id: Id,
        pub(crate) family_id: Id,
        pub(crate) code: Option<String>,
        pub(crate) village_code: i64,
        pub(crate) target: String,
        pub(crate) points: i64,
        pub(crate) haz: Option<i64>,
        pub(crate) age_months: Option<i64>,
        pub(crate) desil: Option<i64>,
        pub(crate) need: i64,
        pub(crate) held: i64,
        pub(crate) before_units: i64,
        pub(crate) besides: i64,
        pub(crate) units: i64,
        pub(crate) cut_sponsors: Option<i64>,
        pub(crate) cut_units: Option<i64>,
        pub(crate) cut_children: Option<i64>,
        pub(crate) cut_rank: Option<i64>,
        pub(crate) cut_kept: Option<i64>,
    }
}

/// Targets of a run on a page.
pub(super) const CHILDREN: usize = 50;

/// Which targets of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// All of them.
    All,
    /// Those who do not get all that they need.
    Lacking,
}

/// Targets of a run in the public order, after a rank; one more than a page. Index: primary key.
pub(crate) async fn children(
    db: &impl Query,
    district: DistrictId,
    run: Id,
    which: Which,
    after: i64,
) -> Result<Vec<RunChild>, StoreError> {
    let condition = match which {
        Which::All => "",
        Which::Lacking => " AND c.units + c.besides < c.need",
    };
    db.all(
        &format!(
            "SELECT c.rank, c.person_id, c.family_id, t.code, c.village_code, c.target, c.points, c.haz, \
             c.age_months, c.desil, c.need, c.held, c.before_units, c.besides, c.units, c.cut_sponsors, c.cut_units, \
             c.cut_children, c.cut_rank, c.cut_kept FROM run_child c \
             LEFT JOIN target_code t ON t.district_id = c.district_id AND t.person_id = c.person_id \
             WHERE c.district_id = $1 AND c.run_id = $2 AND c.rank > $3{condition} ORDER BY c.rank LIMIT {}",
            CHILDREN + 1
        ),
        args![district, run, after],
    )
    .await
}

asuh_store::row_struct! {
    /// A pair of a run.
    pub(crate) struct RunPair {
        pub(crate) rank: i64,
        pub(crate) pledge_id: Id,
        pub(crate) sponsor_id: Id,
        pub(crate) sponsor: String,
        pub(crate) person_id: Id,
        pub(crate) units: i64,
        pub(crate) kept: i64,
        pub(crate) tier: i64,
        pub(crate) home_code: i64,
        pub(crate) not_nearer: String,
    }
}

/// The pairs of the targets between two ranks. Index: primary key.
pub(crate) async fn pairs(
    db: &impl Query,
    district: DistrictId,
    run: Id,
    ranks: (i64, i64),
) -> Result<Vec<RunPair>, StoreError> {
    db.all(
        "SELECT r.rank, r.pledge_id, r.sponsor_id, v.name AS sponsor, r.person_id, r.units, r.kept, r.tier, \
         r.home_code, r.not_nearer FROM run_pair r JOIN sponsor_version v ON v.district_id = r.district_id \
         AND v.sponsor_id = r.sponsor_id AND v.superseded_at + 0 = $5 \
         WHERE r.district_id = $1 AND r.run_id = $2 AND r.rank BETWEEN $3 AND $4 ORDER BY r.rank, r.pledge_id",
        args![district, run, ranks.0, ranks.1, Instant::NEVER],
    )
    .await
}

asuh_store::row_struct! {
    /// Targets of a subdistrict before and after a run.
    pub(crate) struct PlaceLine {
        pub(crate) subdistrict: i64,
        pub(crate) children: i64,
        pub(crate) need: i64,
        pub(crate) before_full: i64,
        pub(crate) before_part: i64,
        pub(crate) before_none: i64,
        pub(crate) before_gap: i64,
        pub(crate) after_full: i64,
        pub(crate) after_part: i64,
        pub(crate) after_none: i64,
        pub(crate) after_gap: i64,
    }
}

/// A sum over the rows where a condition holds.
fn count(condition: &str, name: &str) -> String {
    format!("CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT) AS {name}")
}

/// What a run changes, by subdistrict. Index: primary key of run_child (one run).
pub(crate) async fn by_subdistrict(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<PlaceLine>, StoreError> {
    let gap = |units: &str, name: &str| {
        format!("CAST(SUM(CASE WHEN {units} < need THEN need - {units} ELSE 0 END) AS BIGINT) AS {name}")
    };
    let columns = [
        count("before_units >= need", "before_full"),
        count("before_units > 0 AND before_units < need", "before_part"),
        count("before_units <= 0", "before_none"),
        gap("before_units", "before_gap"),
        count("units + besides >= need", "after_full"),
        count("units + besides > 0 AND units + besides < need", "after_part"),
        count("units + besides <= 0", "after_none"),
        gap("(units + besides)", "after_gap"),
    ];
    db.all(
        &format!(
            "SELECT village_code / 10000 * 10000 AS subdistrict, COUNT(*) AS children, \
             CAST(SUM(need) AS BIGINT) AS need, {} FROM run_child WHERE district_id = $1 AND run_id = $2 \
             GROUP BY village_code / 10000 * 10000 ORDER BY village_code / 10000 * 10000",
            columns.join(", ")
        ),
        args![district, run],
    )
    .await
}

asuh_store::row_struct! {
    /// Units that flow from where givers live to where targets live.
    pub(crate) struct FlowLine {
        pub(crate) from_code: i64,
        pub(crate) to_code: i64,
        pub(crate) units: i64,
    }
}

/// The flow of a run between subdistricts. Indexes: primary keys of run_pair and run_child (one run).
pub(crate) async fn flows(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<FlowLine>, StoreError> {
    db.all(
        "SELECT f.from_code, f.to_code, CAST(SUM(f.units) AS BIGINT) AS units FROM ( \
         SELECT p.home_code / 10000 * 10000 AS from_code, c.village_code / 10000 * 10000 AS to_code, p.units \
         FROM run_pair p JOIN run_child c ON c.district_id = p.district_id AND c.run_id = p.run_id AND c.rank = p.rank \
         WHERE p.district_id = $1 AND p.run_id = $2) f GROUP BY f.from_code, f.to_code ORDER BY f.from_code, f.to_code",
        args![district, run],
    )
    .await
}

asuh_store::row_struct! {
    /// What another rule would have given.
    pub(crate) struct OptionLine {
        pub(crate) code: String,
        pub(crate) served_units: i64,
        pub(crate) fully: i64,
        pub(crate) partly: i64,
        pub(crate) none: i64,
        pub(crate) kept_units: i64,
        pub(crate) geo_cost: i64,
        pub(crate) urgent_lacking: i64,
    }
}

/// The options of a run, the chosen one first. Index: primary key.
pub(crate) async fn options(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<OptionLine>, StoreError> {
    db.all(
        "SELECT code, served_units, fully, partly, none, kept_units, geo_cost, urgent_lacking FROM run_option \
         WHERE district_id = $1 AND run_id = $2 ORDER BY nth",
        args![district, run],
    )
    .await
}

asuh_store::row_struct! {
    /// A pair of a run as it is approved.
    pub(super) struct Planned {
        pub(super) pledge_id: Id,
        pub(super) sponsor_id: Id,
        pub(super) person_id: Id,
        pub(super) units: i64,
    }
}

/// All pairs of a run. Index: primary key.
pub(super) async fn planned(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<Planned>, StoreError> {
    db.all(
        "SELECT pledge_id, sponsor_id, person_id, units FROM run_pair WHERE district_id = $1 AND run_id = $2 \
         ORDER BY rank, pledge_id",
        args![district, run],
    )
    .await
}

/// The proof of a run, if it keeps one. Index: primary key.
pub(super) async fn certificate(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Option<Vec<u8>>, StoreError> {
    asuh_store::row_struct! { struct Kept { certificate: Option<Vec<u8>> } }
    let row: Option<Kept> = db
        .first("SELECT certificate FROM pairing_run WHERE district_id = $1 AND id = $2", args![district, run])
        .await?;
    Ok(row.and_then(|row| row.certificate))
}

/// The persons of a run's list. Index: primary key of run_child.
pub(super) async fn persons(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<HashMap<Id, ()>, StoreError> {
    let rows: Vec<(Id,)> = db
        .all("SELECT person_id FROM run_child WHERE district_id = $1 AND run_id = $2", args![district, run])
        .await?;
    Ok(rows.into_iter().map(|row| (row.0, ())).collect())
}

/// The promises to a campaign that were recorded after an instant, in no order. Index: pledge_by_campaign.
pub(super) async fn pledged_since(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    since: Instant,
) -> Result<Vec<Id>, StoreError> {
    let rows: Vec<(Id,)> = db
        .all(
            "SELECT id FROM pledge WHERE district_id = $1 AND campaign_id = $2 AND recorded_at > $3",
            args![district, campaign, since],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn a_run_is_read_by_its_key(db: TestDatabase) {
        let db = Plans::of(&db).await;
        run(&db, D, I).await.expect("a plan");
        given(&db, D, I).await.expect("a plan");
        pools(&db, D, I).await.expect("a plan");
        runs(&db, D, I, None).await.expect("a plan");
        newest(&db, D, I, &["draft", "computing"]).await.expect("a plan");
        drafts(&db, D).await.expect("a plan");
        children(&db, D, I, Which::All, -1).await.expect("a plan");
        children(&db, D, I, Which::Lacking, 50).await.expect("a plan");
        pairs(&db, D, I, (0, 50)).await.expect("a plan");
        by_subdistrict(&db, D, I).await.expect("a plan");
        flows(&db, D, I).await.expect("a plan");
        options(&db, D, I).await.expect("a plan");
        planned(&db, D, I).await.expect("a plan");
        certificate(&db, D, I).await.expect("a plan");
        persons(&db, D, I).await.expect("a plan");
        pledged_since(&db, D, I, Instant(0)).await.expect("a plan");
        no_walks(&db);
    }
}
