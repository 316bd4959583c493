//! The children of a month as they were measured.

use asuh_growth::quality::QualityReport;
use asuh_nusantara::Sex;
use asuh_store::{DistrictId, Id, Instant, Reader, StoreError, args};
use futures_util::TryStreamExt;
use time::Date;

use crate::coverage::query::Period;
use crate::reading::{Facts, Taken};
use crate::rules::Position;
use asuh_ground::access::Scope;

asuh_store::row_struct! {
    struct Row {
        id: Id, sex: Option<String>, birth_date: Option<Date>, measured_on: Date, weight_g: Option<i64>,
        height_mm: Option<i64>, position: Option<String>, arm_mm: Option<i64>, oedema: bool,
    }
}

/// The report of the last measurements of a period, of the children within reach; one after another, in constant
/// memory. Indexes: family_version_list, person_version_by_family, measurement_by_person.
///
/// # Errors
/// The store fails.
pub(super) async fn report(
    db: &Reader,
    district: DistrictId,
    scope: &Scope,
    period: &Period,
) -> Result<QualityReport, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let measurement = period.measurement(&mut args);
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let sql = format!(
        "SELECT m.id, p.sex, p.birth_date, m.measured_on, m.weight_g, m.height_mm, m.position, m.arm_mm, m.oedema \
         FROM family_version f JOIN person_version p ON p.district_id = f.district_id \
         AND p.family_id = f.family_id AND p.superseded_at = $2 \
         JOIN measurement m ON {measurement} \
         WHERE f.district_id = $1 AND f.superseded_at = $2 AND {reached}"
    );
    let rows = db.stream::<Row>(&sql, args).await?;
    let report = rows
        .try_fold(QualityReport::default(), async |mut report, row| {
            report.add(&child(row));
            Ok(report)
        })
        .await?;
    Ok(report)
}

fn child(row: Row) -> asuh_growth::Child {
    let facts = Facts { sex: row.sex.and_then(|sex| Sex::parse(&sex).ok()), birth_date: row.birth_date };
    let taken = Taken {
        id: row.id,
        measured_on: row.measured_on,
        recorded_at: Instant(0),
        source: String::new(),
        posyandu: String::new(),
        weight_g: row.weight_g,
        height_mm: row.height_mm,
        position: row.position.as_deref().and_then(Position::of_code),
        arm_mm: row.arm_mm,
        head_mm: None,
        oedema: row.oedema,
        gain: None,
    };
    taken.child(&facts)
}
