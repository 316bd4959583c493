//! What is read of reports of zakat.

use asuh_ground::access::Scope;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

asuh_store::row_struct! {
    /// A report.
    pub(super) struct ReportLine {
        pub(super) id: Id,
        pub(super) reporter: String,
        pub(super) number: String,
        pub(super) reported_on: Date,
        pub(super) month: Date,
        pub(super) amount: i64,
        pub(super) families: i64,
        pub(super) marked: i64,
        pub(super) document_id: Id,
        pub(super) note: String,
        pub(super) withdrawn_reason: String,
        pub(super) withdrawn_at: Option<Instant>,
        pub(super) recorder: Option<String>,
    }
}

const REPORT: &str = "SELECT z.id, i.name AS reporter, z.number, z.reported_on, z.month, z.amount, z.families, \
     (SELECT COUNT(*) FROM zakat_family f WHERE f.district_id = z.district_id AND f.report_id = z.id \
     AND f.removed_at IS NULL) AS marked, z.document_id, z.note, z.withdrawn_reason, z.withdrawn_at, u.name AS recorder \
     FROM zakat_report z JOIN institution i ON i.district_id = z.district_id AND i.id = z.reporter_id \
     LEFT JOIN app_user u ON u.district_id = z.district_id AND u.id = z.recorded_by WHERE z.district_id = $1";

/// Reports on a page.
pub(super) const PAGE: usize = 30;

/// The reports of the reached reporters, the newest first, one more than a page. Index: zakat_report_newest.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    before: Option<(Date, Id)>,
) -> Result<Vec<ReportLine>, StoreError> {
    let mut args = args![district];
    let reached = scope.unit_condition("z.reporter_id", &mut args);
    let before = before.map_or(String::new(), |(day, id)| {
        format!(" AND (z.reported_on, z.id) < ({}, {})", args.push(day), args.push(id))
    });
    let most = PAGE + 1;
    let sql = format!("{REPORT} AND {reached}{before} ORDER BY z.reported_on DESC, z.id DESC LIMIT {most}");
    db.all(&sql, args).await
}

/// One of them. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<ReportLine>, StoreError> {
    let mut args = args![district, id];
    let reached = scope.unit_condition("z.reporter_id", &mut args);
    db.first(&format!("{REPORT} AND z.id = $2 AND {reached}"), args).await
}

/// What the reached reporters reported about months from a day on, rupiah. Index: zakat_report_newest.
pub(crate) async fn reported(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    from: Date,
) -> Result<i64, StoreError> {
    let mut args = args![district, from];
    let reached = scope.unit_condition("z.reporter_id", &mut args);
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(z.amount), 0) AS BIGINT) AS n FROM zakat_report z WHERE z.district_id = $1 \
         AND z.reported_on >= $2 AND z.month >= $2 AND z.withdrawn_at IS NULL AND {reached}"
    );
    db.number(&sql, args).await
}

/// Those who may report: the holders of funds within reach. A handful.
pub(super) async fn reporters(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<(String, String)>, StoreError> {
    asuh_store::row_struct! {
        struct Holder { id: Id, name: String }
    }
    let mut args = args![district];
    let reached = scope.unit_condition("i.id", &mut args);
    let rows: Vec<Holder> = db
        .all(
            &format!(
                "SELECT i.id, i.name FROM institution i WHERE i.district_id = $1 AND i.kind = 'fund_holder' \
                 AND i.valid_to IS NULL AND {reached} ORDER BY i.name, i.id"
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.to_string(), row.name)).collect())
}

asuh_store::row_struct! {
    /// A family that Baznas found eligible.
    pub(super) struct FamilyLine {
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) village: String,
        pub(super) asnaf: String,
    }
}

/// The families of a report within the reached territories, by village. Index: primary key.
pub(super) async fn families(
    db: &impl Query,
    district: DistrictId,
    report: Id,
    scope: &Scope,
) -> Result<Vec<FamilyLine>, StoreError> {
    let mut args = args![district, report, Instant::NEVER];
    let reached = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.all(
        &format!(
            "SELECT f.family_id, v.head_name, t.name AS village, f.asnaf FROM zakat_family f \
             JOIN family y ON y.district_id = f.district_id AND y.id = f.family_id \
             JOIN family_version v ON v.district_id = f.district_id AND v.family_id = COALESCE(y.canonical_id, y.id) \
             AND v.superseded_at + 0 = $3 JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
             WHERE f.district_id = $1 AND f.report_id = $2 AND f.removed_at IS NULL AND {reached} \
             ORDER BY v.village_code, v.head_name, f.family_id LIMIT 2000"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// What Baznas said of a family.
    pub(super) struct Marked {
        pub(super) asnaf: String,
        pub(super) reporter: String,
        pub(super) number: String,
        pub(super) reported_on: Date,
    }
}

/// What Baznas said of a family, the newest first. Index: zakat_family_by_family.
pub(super) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Marked>, StoreError> {
    db.all(
        &format!(
            "SELECT f.asnaf, i.name AS reporter, z.number, z.reported_on FROM zakat_family f \
             JOIN zakat_report z ON z.district_id = f.district_id AND z.id = f.report_id AND z.withdrawn_at IS NULL \
             JOIN institution i ON i.district_id = z.district_id AND i.id = z.reporter_id \
             WHERE f.district_id = $1 AND f.family_id IN {FAMILY_AND_ALIASES} AND f.removed_at IS NULL \
             ORDER BY z.reported_on DESC, z.id LIMIT 24"
        ),
        args![district, family],
    )
    .await
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(crate) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    scope: &Scope,
    (any, day): (Id, Date),
) {
    list(db, district, scope, Some((day, any))).await.expect("an answer");
    reported(db, district, scope, day).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["zakat_report_newest"]);
    one(db, district, any, scope).await.expect("an answer");
    reporters(db, district, scope).await.expect("an answer");
    families(db, district, any, scope).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["zakat_family", "family_version"]);
    of_family(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["zakat_family_by_family"]);
}
