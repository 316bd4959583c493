//! What is read of relatives.

use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

asuh_store::row_struct! {
    /// What was said about two.
    pub(crate) struct RelativeLine {
        pub(crate) id: Id,
        pub(crate) sponsor_id: Id,
        pub(crate) sponsor: String,
        pub(crate) family_id: Id,
        pub(crate) head_name: String,
        pub(crate) reason: String,
        pub(crate) ended_reason: String,
        pub(crate) recorded_at: Instant,
        pub(crate) ended_at: Option<Instant>,
    }
}

const RELATIVE: &str = "SELECT r.id, r.sponsor_id, s.name AS sponsor, v.family_id, v.head_name, r.reason, \
     r.ended_reason, r.recorded_at, r.ended_at FROM declared_relative r \
     JOIN sponsor_version s ON s.district_id = r.district_id AND s.sponsor_id = r.sponsor_id AND s.superseded_at + 0 = $3 \
     JOIN family f ON f.district_id = r.district_id AND f.id = r.family_id \
     JOIN family_version v ON v.district_id = r.district_id AND v.family_id = COALESCE(f.canonical_id, f.id) \
     AND v.superseded_at + 0 = $3 WHERE r.district_id = $1";

/// The relatives of a sponsor, those that hold first. Index: declared_relative_by_sponsor.
pub(super) async fn of_sponsor(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
) -> Result<Vec<RelativeLine>, StoreError> {
    db.all(
        &format!(
            "{RELATIVE} AND r.sponsor_id = $2 ORDER BY (r.ended_at IS NOT NULL), r.recorded_at DESC, r.id"
        ),
        args![district, sponsor, Instant::NEVER],
    )
    .await
}

/// The sponsors who are related to a family, those that hold first. Index: declared_relative_by_family.
pub(crate) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<RelativeLine>, StoreError> {
    db.all(
        &format!(
            "{RELATIVE} AND r.family_id IN {FAMILY_AND_ALIASES} \
             ORDER BY (r.ended_at IS NOT NULL), r.recorded_at DESC, r.id"
        ),
        args![district, family, Instant::NEVER],
    )
    .await
}

/// What was said, by its key. Index: primary key.
pub(super) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<RelativeLine>, StoreError> {
    db.first(&format!("{RELATIVE} AND r.id = $2"), args![district, id, Instant::NEVER]).await
}

asuh_store::row_struct! {
    /// Name of a family's head.
    pub(super) struct Head {
        pub(super) family_id: Id,
        pub(super) head_name: String,
    }
}

/// A family as it stands, by its own key or that of a record merged with it. Indexes: primary key,
/// family_version_current.
pub(super) async fn head(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Option<Head>, StoreError> {
    db.first(
        "SELECT v.family_id, v.head_name FROM family f JOIN family_version v ON v.district_id = f.district_id \
         AND v.family_id = COALESCE(f.canonical_id, f.id) AND v.superseded_at = $3 \
         WHERE f.district_id = $1 AND f.id = $2",
        args![district, family, Instant::NEVER],
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn relatives_are_found_from_either_side(db: TestDatabase) {
        let db = Plans::of(&db).await;
        of_sponsor(&db, D, I).await.expect("a plan");
        of_family(&db, D, I).await.expect("a plan");
        by_id(&db, D, I).await.expect("a plan");
        head(&db, D, I).await.expect("a plan");
        no_walks(&db);
    }
}
