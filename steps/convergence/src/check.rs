//! What `asuh check` proves of this step: what is kept twice says the same twice.

use std::collections::{BTreeMap, BTreeSet};

use asuh_ground::App;
use asuh_store::{DistrictId, Id, Query, StoreError, args};

use crate::analysis::rules::Mark;
use crate::{action, indicator};

/// Cells against the rows of the steps, places of plans against the versions that hold, numbers of families of analyses against
/// the families that they kept, and how things stand against what
/// was told of them last.
///
/// # Errors
/// The store fails.
pub(crate) async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let db = app.store.reader();
    let mut findings = indicator::check(app, district).await?;
    findings.extend(places(db, district).await?);
    findings.extend(families(db, district).await?);
    findings.extend(standings(db, district).await?);
    findings.extend(due_days(db, district).await?);
    Ok(findings)
}

asuh_store::row_struct! {
    struct Said { item_id: Id, places: String }
}

asuh_store::row_struct! {
    struct Kept { item_id: Id, territory_code: i64 }
}

/// That the places by which a row of a plan is found are those that its present version names; of one that was taken out
/// none.
async fn places(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let said: Vec<Said> = db
        .all(
            "SELECT v.item_id, v.places FROM plan_item i JOIN plan_version v ON v.district_id = i.district_id \
             AND v.item_id = i.id AND v.version = i.version WHERE i.district_id = $1 AND v.removed = 0",
            args![district],
        )
        .await?;
    let kept: Vec<Kept> = db
        .all("SELECT item_id, territory_code FROM plan_place WHERE district_id = $1", args![district])
        .await?;
    let mut both: BTreeMap<Id, (BTreeSet<i64>, BTreeSet<i64>)> = BTreeMap::new();
    for row in said {
        let codes = row.places.split_whitespace().filter_map(|code| code.parse::<i64>().ok());
        both.entry(row.item_id).or_default().0.extend(codes);
    }
    for row in kept {
        both.entry(row.item_id).or_default().1.insert(row.territory_code);
    }
    let wrong = both.into_iter().filter(|(_, (said, kept))| said != kept);
    Ok(wrong.map(|(id, (said, kept))| format!("plan_item {id}: says {said:?}, found by {kept:?}")).collect())
}

asuh_store::row_struct! {
    struct Miscounted { analysis_id: Id, village_code: i64 }
}

/// That the numbers of families at risk of every analysis are those of the families that it kept. Index: primary key of
/// `analysis_family`.
async fn families(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let marks = Mark::ALL.map(Mark::code).map(|name| format!("v.{name}")).join(", ");
    let differs = Mark::ALL.map(|mark| {
        let (bit, name) = (mark.bit(), mark.code());
        format!("SUM(CASE WHEN (f.marks & {bit}) <> 0 THEN 1 ELSE 0 END) <> v.{name}")
    });
    let sql = format!(
        "SELECT v.analysis_id, v.village_code FROM analysis_village v LEFT JOIN analysis_family f \
         ON f.district_id = v.district_id AND f.analysis_id = v.analysis_id AND f.village_code = v.village_code \
         WHERE v.district_id = $1 GROUP BY v.analysis_id, v.village_code, v.at_risk, {marks} \
         HAVING COUNT(f.family_id) <> v.at_risk OR {}",
        differs.join(" OR ")
    );
    let found: Vec<Miscounted> = db.all(&sql, args![district]).await?;
    let says = |one: Miscounted| {
        format!(
            "analysis {}: village {} counts other families than it kept",
            one.analysis_id, one.village_code
        )
    };
    Ok(found.into_iter().map(says).collect())
}

asuh_store::row_struct! {
    struct Differs { id: Id, kept: String, told: Option<String> }
}

/// How something stands, against the last of what was told of it: table and column, and the statement of what was told, of
/// the row `t`.
const STANDINGS: &[(&str, &str, &str)] = &[
    (
        "plan_item",
        "CAST(t.version * 2 + t.removed AS TEXT)",
        "SELECT CAST(v.version * 2 + v.removed AS TEXT) FROM plan_version v \
         WHERE v.district_id = t.district_id AND v.item_id = t.id ORDER BY v.version DESC LIMIT 1",
    ),
    (
        "indicator_report",
        "t.state",
        "SELECT e.state FROM indicator_report_event e WHERE e.district_id = t.district_id AND e.report_id = t.id \
         ORDER BY e.nth DESC LIMIT 1",
    ),
    (
        "indicator_report",
        "CAST(COALESCE(t.first_sent_at, 0) AS TEXT)",
        "SELECT CAST(COALESCE(MIN(e.recorded_at), 0) AS TEXT) FROM indicator_report_event e \
         WHERE e.district_id = t.district_id AND e.report_id = t.id AND e.state NOT IN ('draft', 'returned')",
    ),
    (
        "action",
        "t.state",
        "SELECT COALESCE((SELECT e.what FROM action_event e WHERE e.district_id = t.district_id AND e.action_id = t.id \
         AND e.what NOT IN ('moved', 'document') ORDER BY e.nth DESC LIMIT 1), 'open')",
    ),
    (
        "commitment",
        "t.state",
        "SELECT COALESCE((SELECT p.state FROM commitment_progress p WHERE p.district_id = t.district_id \
         AND p.commitment_id = t.id ORDER BY p.nth DESC LIMIT 1), 'open')",
    ),
];

/// That things stand as was told of them last. Indexes: the primary keys of what is told.
async fn standings(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    for (table, kept, told) in STANDINGS {
        let sql = format!(
            "SELECT x.id, x.kept, x.told FROM (SELECT t.id, {kept} AS kept, ({told}) AS told FROM {table} t \
             WHERE t.district_id = $1) x WHERE x.told IS NULL OR x.kept <> x.told"
        );
        let found: Vec<Differs> = db.all(&sql, args![district]).await?;
        findings.extend(found.into_iter().map(|one| {
            format!("{table} {}: kept {:?}, told {:?}", one.id, one.kept, one.told.unwrap_or_default())
        }));
    }
    Ok(findings)
}

asuh_store::row_struct! {
    struct Due { id: Id, year: i64, to_month: i64, due_on: time::Date }
}

/// That an action is due on the last day of its last month.
async fn due_days(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT id, year, to_month, due_on FROM action WHERE district_id = $1";
    let found: Vec<Due> = db.all(sql, args![district]).await?;
    let wrong =
        found.into_iter().filter(|one| action::rules::last_day(one.year, one.to_month) != Some(one.due_on));
    Ok(wrong.map(|one| format!("action {}: due {}, month {}", one.id, one.due_on, one.to_month)).collect())
}
