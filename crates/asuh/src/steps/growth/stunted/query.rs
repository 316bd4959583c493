//! Reading the two lists beside one another. Each row keeps the list that it is from; nothing is added up.

use asuh_store::{DistrictId, Id, Query, StoreError, args};

use crate::ground::access::Scope;

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
/// child), or on both. A family on both counts where the list of families has it. Indexes: primary key of
/// `frozen_row`, `frozen_row_by_subject`.
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
            "WITH c AS (SELECT r.family_id, MIN(r.village_code) AS village_code, MIN(r.rw) AS rw, COUNT(*) AS n \
             FROM frozen_row r WHERE r.district_id = $1 AND r.list_id = $3 GROUP BY r.family_id), \
             j AS (SELECT a.village_code, a.rw, CASE WHEN c.n IS NULL THEN 0 ELSE 1 END AS is_both, \
             CASE WHEN c.n IS NULL THEN 1 ELSE 0 END AS is_risk, 0 AS is_stunted, COALESCE(c.n, 0) AS n \
             FROM frozen_row a LEFT JOIN c ON c.family_id = a.subject_id \
             WHERE a.district_id = $1 AND a.list_id = $2 \
             UNION ALL SELECT c.village_code, c.rw, 0 AS is_both, 0 AS is_risk, 1 AS is_stunted, c.n FROM c \
             LEFT JOIN frozen_row a ON a.district_id = $1 AND a.list_id = $2 AND a.subject_id = c.family_id \
             WHERE a.subject_id IS NULL) \
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
