//! What is read of one child.

use asuh_store::{DistrictId, FromRow, Id, Instant, Query, Row, StoreError, args};
use time::Date;

use super::super::reading::{FilePrint, Taken};
use super::super::standing::{PRINTED, TAKEN};
use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// A child with the place where it lives.
    pub(super) struct ChildRow {
        /// The person.
        pub(super) id: Id,
        pub(super) name: String,
        /// 'L', 'P'.
        pub(super) sex: Option<String>,
        pub(super) birth_date: Option<Date>,
        pub(super) parents_name: String,
        pub(super) posyandu: String,
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) village_code: i64,
        pub(super) village: String,
        pub(super) subdistrict: String,
        pub(super) rw: String,
        pub(super) rt: String,
    }
}

/// A person within the scope. Indexes: person_version_current, family_version_current, primary key of territory.
pub(super) async fn child(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<ChildRow>, StoreError> {
    let mut args = args![district, Instant::NEVER, id];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.first(
        &format!(
            "SELECT p.person_id AS id, p.name, p.sex, p.birth_date, p.parents_name, p.posyandu, p.family_id, \
             f.head_name, f.village_code, COALESCE(v.name, '') AS village, COALESCE(k.name, '') AS subdistrict, \
             f.rw, f.rt FROM person_version p \
             JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
             AND f.superseded_at = $2 \
             LEFT JOIN territory v ON v.district_id = $1 AND v.code = f.village_code \
             LEFT JOIN territory k ON k.district_id = $1 AND k.code = f.village_code - (f.village_code % 10000) \
             WHERE p.district_id = $1 AND p.person_id = $3 AND p.superseded_at = $2 AND {reached}"
        ),
        args,
    )
    .await
}

/// A measurement as it was taken, with what the file printed.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    pub(super) taken: Taken,
    pub(super) file: FilePrint,
}

impl FromRow for Measured {
    fn from_row(row: &Row) -> Result<Measured, StoreError> {
        Ok(Measured { taken: Taken::from_row(row)?, file: FilePrint::from_row(row)? })
    }
}

/// The measurements of a child that hold, by day and then by when they were recorded. The caller has found the
/// child within a scope before. Index: measurement_by_person.
pub(super) async fn series(
    db: &impl Query,
    district: DistrictId,
    person: Id,
) -> Result<Vec<Measured>, StoreError> {
    db.all(
        &format!(
            "SELECT {TAKEN}, {PRINTED} FROM measurement \
             WHERE district_id = $1 AND person_id = $2 AND retracted_at IS NULL \
             ORDER BY measured_on, recorded_at, id"
        ),
        args![district, person],
    )
    .await
}
