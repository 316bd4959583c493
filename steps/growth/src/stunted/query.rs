//! Reading the two lists beside one another. Each row keeps the list that it is from; nothing is added up.

use asuh_store::{DistrictId, Id, Query, StoreError, args};

use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// The families of a village: on both lists, or on one alone.
    #[derive(PartialEq, Eq)]
    pub(super) struct Village {
        pub(super) village_code: i64,
        pub(super) both: i64,
        pub(super) only_at_risk: i64,
        pub(super) only_stunted: i64,
        /// Children of the list of children.
        pub(super) children: i64,
    }
}

/// The families of each village within a scope that stand on a list of families, on one of children (through a
/// child), or on both. A family on both counts where the list of families has it. One walk over both lists.
/// Index: primary key of `frozen_row`.
pub(super) async fn villages(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    families: Id,
    children: Id,
) -> Result<Vec<Village>, StoreError> {
    let mut args = args![district, families, children];
    let within = scope.territory_condition("j.village_code", Some("j.rw"), &mut args);
    db.all(
        &format!(
            "WITH u AS (SELECT r.family_id, MAX(CASE WHEN r.list_id = $2 THEN 1 ELSE 0 END) AS is_risk, \
             SUM(CASE WHEN r.list_id = $3 THEN 1 ELSE 0 END) AS n, \
             COALESCE(MAX(CASE WHEN r.list_id = $2 THEN r.village_code END), MAX(r.village_code)) AS village_code, \
             COALESCE(MAX(CASE WHEN r.list_id = $2 THEN r.rw END), MAX(r.rw)) AS rw FROM frozen_row r \
             WHERE r.district_id = $1 AND r.list_id IN ($2, $3) GROUP BY r.family_id), \
             j AS (SELECT u.village_code, u.rw, u.n, CASE WHEN u.is_risk = 1 AND u.n > 0 THEN 1 ELSE 0 END AS is_both, \
             CASE WHEN u.n = 0 THEN 1 ELSE 0 END AS is_risk, CASE WHEN u.is_risk = 0 THEN 1 ELSE 0 END AS is_stunted \
             FROM u) \
             SELECT j.village_code, CAST(SUM(j.is_both) AS BIGINT) AS \"both\", \
             CAST(SUM(j.is_risk) AS BIGINT) AS only_at_risk, CAST(SUM(j.is_stunted) AS BIGINT) AS only_stunted, \
             CAST(SUM(j.n) AS BIGINT) AS children FROM j WHERE {within} \
             GROUP BY j.village_code ORDER BY j.village_code"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A row of one of the lists with the name that its version has.
    pub(super) struct Named {
        pub(super) family_id: Id,
        pub(super) nth: i64,
        pub(super) name: Option<String>,
        pub(super) score: Option<i64>,
    }
}

/// The rows of a village on a list of families, by number. Index: primary key.
pub(super) async fn families_of(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    list: Id,
    village: i64,
) -> Result<Vec<Named>, StoreError> {
    named(db, district, scope, list, village, "family_version", "family_id", "head_name").await
}

/// The same of a list of children.
pub(super) async fn children_of(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    list: Id,
    village: i64,
) -> Result<Vec<Named>, StoreError> {
    named(db, district, scope, list, village, "person_version", "person_id", "name").await
}

#[allow(clippy::too_many_arguments, reason = "which rows, and where their names stand")]
async fn named(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    list: Id,
    village: i64,
    versions: &str,
    key: &str,
    name: &str,
) -> Result<Vec<Named>, StoreError> {
    let mut args = args![district, list, village];
    let within = scope.territory_condition("r.village_code", Some("r.rw"), &mut args);
    db.all(
        &format!(
            "SELECT r.family_id, r.nth, n.{name} AS name, r.score FROM frozen_row r \
             LEFT JOIN {versions} n ON n.district_id = r.district_id AND n.{key} = r.subject_id \
             AND n.version = r.version \
             WHERE r.district_id = $1 AND r.list_id = $2 AND r.village_code = $3 AND {within} ORDER BY r.nth"
        ),
        args,
    )
    .await
}
