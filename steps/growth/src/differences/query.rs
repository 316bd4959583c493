//! The measurements whose printed z-scores differ from ours.

use asuh_nusantara::TerritoryCode;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::rules::Cause;
use asuh_ground::access::Scope;

/// Differences on a page.
pub(super) const PAGE: usize = 50;

/// Which differences are shown.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    /// Measured on this day or later.
    pub(super) since: Date,
    /// Larger than this, in hundredths; words that contradict their own figure are shown whatever the figures.
    pub(super) limit: i64,
    /// Inside this territory.
    pub(super) within: Option<TerritoryCode>,
    /// With this cause.
    pub(super) cause: Option<Cause>,
    /// After this measurement.
    pub(super) after: Option<Id>,
}

asuh_store::row_struct! {
    /// A measurement with both readings; z-scores are times 100.
    pub(super) struct Line {
        pub(super) id: Id,
        pub(super) name: String,
        pub(super) sex: Option<String>,
        pub(super) birth_date: Option<Date>,
        pub(super) village: Option<String>,
        pub(super) subdistrict: Option<String>,
        pub(super) measured_on: Date,
        pub(super) weight_g: Option<i64>,
        pub(super) height_mm: Option<i64>,
        pub(super) position: Option<String>,
        pub(super) waz: Option<i64>,
        pub(super) haz: Option<i64>,
        pub(super) whz: Option<i64>,
        pub(super) file_waz: Option<i64>,
        pub(super) file_haz: Option<i64>,
        pub(super) file_whz: Option<i64>,
        pub(super) file_weight_status: Option<String>,
        pub(super) file_height_status: Option<String>,
        pub(super) file_wasting_status: Option<String>,
        pub(super) difference: i64,
        pub(super) difference_cause: String,
    }
}

/// CROSS JOIN: the differing measurements first, by the index that is made for them; then child and family by key.
const FROM: &str = "FROM measurement m CROSS JOIN person_version p CROSS JOIN family_version f";
const JOINED: &str = "p.district_id = m.district_id AND p.person_id = m.person_id AND p.superseded_at = $2 \
     AND f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $2";

fn conditions(scope: &Scope, selection: &Selection, args: &mut Args) -> String {
    let mut all = vec![
        JOINED.to_owned(),
        "m.district_id = $1 AND m.difference_cause IS NOT NULL AND m.retracted_at IS NULL".to_owned(),
        format!("m.measured_on >= {}", args.push(selection.since)),
        format!("(m.difference > {} OR m.difference_cause = 'status_word')", args.push(selection.limit)),
        scope.territory_condition("f.village_code", Some("f.rw"), args),
    ];
    if let Some(within) = selection.within {
        let (from, to) = within.range();
        all.push(format!("f.village_code BETWEEN {} AND {}", args.push(from), args.push(to)));
    }
    if let Some(cause) = selection.cause {
        all.push(format!("m.difference_cause = {}", args.push(cause.code())));
    }
    all.join(" AND ")
}

/// A page of differences, the newest first; one more than asked for when there are more. Index:
/// measurement_differing, in whose order the rows come; then person_version_current, family_version_current.
pub(super) async fn page(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
    most: usize,
) -> Result<Vec<Line>, StoreError> {
    let (sql, args) = page_sql(district, scope, selection, most);
    db.all(&sql, args).await
}

/// The statement of a page; by itself so that a test can ask the engine for its plan.
pub(super) fn page_sql(
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
    most: usize,
) -> (String, Args) {
    let mut args = args![district, Instant::NEVER];
    let mut conditions = conditions(scope, selection, &mut args);
    if let Some(after) = selection.after {
        conditions.push_str(&format!(
            " AND (m.measured_on, m.id) < (SELECT c.measured_on, c.id FROM measurement c \
             WHERE c.district_id = $1 AND c.id = {})",
            args.push(after)
        ));
    }
    let sql = format!(
        "SELECT m.id, p.name, p.sex, p.birth_date, t.name AS village, k.name AS subdistrict, m.measured_on, \
         m.weight_g, m.height_mm, m.position, m.waz, m.haz, m.whz, m.file_waz, m.file_haz, m.file_whz, \
         m.file_weight_status, m.file_height_status, m.file_wasting_status, \
         COALESCE(m.difference, 0) AS difference, m.difference_cause {FROM} \
         LEFT JOIN territory t ON t.district_id = f.district_id AND t.code = f.village_code \
         LEFT JOIN territory k ON k.district_id = f.district_id \
         AND k.code = f.village_code - (f.village_code % 10000) \
         WHERE {conditions} ORDER BY m.measured_on DESC, m.id DESC LIMIT {}",
        most + 1
    );
    (sql, args)
}

asuh_store::row_struct! {
    /// How many measurements differ by a cause.
    pub(super) struct Count {
        pub(super) cause: String,
        pub(super) count: i64,
    }
}

/// Differences by cause, whatever cause is chosen. Indexes as for [`page`].
pub(super) async fn counts(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
) -> Result<Vec<Count>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let every = Selection { cause: None, after: None, ..selection.clone() };
    let conditions = conditions(scope, &every, &mut args);
    db.all(
        &format!(
            "SELECT m.difference_cause AS cause, COUNT(*) AS count {FROM} WHERE {conditions} \
             GROUP BY m.difference_cause ORDER BY m.difference_cause"
        ),
        args,
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_store::{Engine, Store};
    use time::macros::date;

    use super::*;

    #[test]
    fn a_page_comes_in_the_order_of_its_index() {
        asuh_store::testing::on_sqlite(|db| async move {
            let store: Store = db.open().await;
            assert_eq!(store.engine(), Engine::Sqlite);
            let district = TerritoryCode::parse("15.01").expect("a code");
            for within in [None, Some(TerritoryCode::parse("15.01.01").expect("a code"))] {
                let selection = Selection {
                    since: date!(2025 - 11 - 02),
                    limit: 5,
                    within,
                    cause: within.map(|_| Cause::Posture),
                    after: None,
                };
                let (sql, args) = page_sql(DistrictId(1), &Scope::whole(district), &selection, PAGE);
                let plan = store.reader().plan(&sql, args).await.expect("a plan");
                assert!(plan.contains("measurement_differing"), "{plan}");
                assert!(plan.contains("person_version_current"), "{plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{plan}");
            }
        });
    }
}
