//! What is read of one child.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use crate::ground::access::Scope;

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

asuh_store::row_struct! {
    /// What was taken of a child on a day, and what the file printed.
    pub(super) struct Taken {
        pub(super) measured_on: Date,
        /// Grams.
        pub(super) weight_g: Option<i64>,
        /// Millimetres.
        pub(super) height_mm: Option<i64>,
        /// 'lying', 'standing'.
        pub(super) position: Option<String>,
        /// Millimetres.
        pub(super) arm_mm: Option<i64>,
        /// Millimetres.
        pub(super) head_mm: Option<i64>,
        /// z times 100, as printed.
        pub(super) file_waz: Option<i64>,
        /// z times 100, as printed.
        pub(super) file_haz: Option<i64>,
        /// z times 100, as printed.
        pub(super) file_whz: Option<i64>,
        pub(super) file_weight_status: Option<String>,
        pub(super) file_height_status: Option<String>,
        pub(super) file_wasting_status: Option<String>,
        /// What the posyandu wrote: 'N', 'T', 'O', 'B'.
        pub(super) gain: Option<String>,
        pub(super) posyandu: String,
        pub(super) source: String,
    }
}

/// Measurements of one child that are shown: more than five years of months from two sources.
const MOST: usize = 200;

/// The newest measurements of a child that hold, in the order of their days. The caller has found the child
/// within a scope before. Index: measurement_by_person.
pub(super) async fn taken(
    db: &impl Query,
    district: DistrictId,
    person: Id,
) -> Result<Vec<Taken>, StoreError> {
    let mut taken: Vec<Taken> = db
        .all(
            &format!(
                "SELECT m.measured_on, m.weight_g, m.height_mm, m.position, m.arm_mm, m.head_mm, m.file_waz, \
                 m.file_haz, m.file_whz, m.file_weight_status, m.file_height_status, m.file_wasting_status, m.gain, \
                 m.posyandu, m.source FROM measurement m \
                 WHERE m.district_id = $1 AND m.person_id = $2 AND m.retracted_at IS NULL \
                 ORDER BY m.measured_on DESC, m.recorded_at DESC, m.id DESC LIMIT {MOST}"
            ),
            args![district, person],
        )
        .await?;
    taken.reverse();
    Ok(taken)
}
