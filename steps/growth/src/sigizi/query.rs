//! The measurements of a month.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use crate::entry;
use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// A measurement on its way to Sigizi.
    pub(super) struct Handed {
        pub(super) person_id: Id,
        pub(super) name: String,
        pub(super) nik_sealed: Option<Vec<u8>>,
        pub(super) village_code: i64,
        pub(super) measured_on: Date,
        pub(super) weight_g: Option<i64>,
        pub(super) height_mm: Option<i64>,
        pub(super) position: Option<String>,
        pub(super) arm_mm: Option<i64>,
        pub(super) head_mm: Option<i64>,
        pub(super) oedema: i64,
        pub(super) source: String,
    }
}

/// What holds of the days from `from` to `to` within reach; with `own` only what was entered here. All of it, since
/// a file that ends early would leave children out unsaid. Indexes:
/// measurement_by_day, person_version_current, family_version_current.
pub(super) async fn measured(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    from: Date,
    to: Date,
    own: bool,
) -> Result<Vec<Handed>, StoreError> {
    let mut args = args![district, Instant::NEVER, from, to];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let source = if own { format!(" AND m.source = {}", args.push(entry::SOURCE)) } else { String::new() };
    db.all(
        &format!(
            "SELECT m.person_id, p.name, p.nik_sealed, f.village_code, m.measured_on, m.weight_g, m.height_mm, \
             m.position, m.arm_mm, m.head_mm, m.oedema, m.source FROM measurement m \
             JOIN person_version p ON p.district_id = m.district_id AND p.person_id = m.person_id \
             AND p.superseded_at = $2 \
             JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
             AND f.superseded_at = $2 \
             WHERE m.district_id = $1 AND m.measured_on BETWEEN $3 AND $4 AND m.retracted_at IS NULL \
             AND {reached}{source}"
        ),
        args,
    )
    .await
}
