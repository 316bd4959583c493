//! Reading the checks of kecamatan and their samples.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// The last round of a kecamatan's check.
    pub(in crate::verification) struct Check {
        pub(in crate::verification) subdistrict_code: i64,
        pub(in crate::verification) round: i64,
        pub(in crate::verification) drawn_at: Instant,
        pub(in crate::verification) closed_at: Option<Instant>,
        pub(in crate::verification) closed_name: Option<String>,
        pub(in crate::verification) agreed: Option<i64>,
        pub(in crate::verification) closing_reason: String,
        pub(in crate::verification) voided_at: Option<Instant>,
        pub(in crate::verification) sample: i64,
        pub(in crate::verification) visited: i64,
    }
}

const CHECK: &str = "SELECT k.subdistrict_code, k.round, k.drawn_at, k.closed_at, u.name AS closed_name, k.agreed, \
     k.closing_reason, k.voided_at, \
     (SELECT COUNT(*) FROM recheck s WHERE s.district_id = k.district_id AND s.campaign_id = k.campaign_id \
      AND s.subdistrict_code = k.subdistrict_code AND s.round = k.round) AS sample, \
     (SELECT COUNT(s.result) FROM recheck s WHERE s.district_id = k.district_id AND s.campaign_id = k.campaign_id \
      AND s.subdistrict_code = k.subdistrict_code AND s.round = k.round) AS visited \
     FROM subdistrict_check k LEFT JOIN app_user u ON u.district_id = k.district_id AND u.id = k.closed_by";

/// The last round of a kecamatan's check, also when it is void. Indexes: keys of both tables.
pub(in crate::verification) async fn check_of(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    subdistrict: i64,
) -> Result<Option<Check>, StoreError> {
    db.first(
        &format!(
            "{CHECK} WHERE k.district_id = $1 AND k.campaign_id = $2 AND k.subdistrict_code = $3 \
             ORDER BY k.round DESC LIMIT 1"
        ),
        args![district, campaign, subdistrict],
    )
    .await
}

/// The checks of a campaign that hold, by kecamatan. Indexes: keys of both tables.
pub(in crate::verification) async fn checks(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<Vec<Check>, StoreError> {
    db.all(
        &format!(
            "{CHECK} WHERE k.district_id = $1 AND k.campaign_id = $2 AND k.voided_at IS NULL \
             ORDER BY k.subdistrict_code"
        ),
        args![district, campaign],
    )
    .await
}

asuh_store::row_struct! {
    /// A family that may be drawn.
    pub(super) struct Candidate {
        pub(super) family_id: Id,
        pub(super) village_code: i64,
        pub(super) result: String,
    }
}

/// The families of a kecamatan with a result. Index: `campaign_family_progress`.
pub(super) async fn drawable(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    campaign: Id,
) -> Result<Vec<Candidate>, StoreError> {
    let mut args = args![district, campaign];
    let within = scope.territory_condition("c.village_code", None, &mut args);
    db.all(
        &format!(
            "SELECT c.family_id, c.village_code, c.result FROM campaign_family c WHERE c.district_id = $1 \
             AND c.campaign_id = $2 AND c.result IS NOT NULL AND {within} ORDER BY c.family_id"
        ),
        args,
    )
    .await
}

/// First and second result of each family of a sample. Index: `recheck`'s key.
pub(super) async fn outcomes(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    subdistrict: i64,
    round: i64,
) -> Result<Vec<(String, Option<String>)>, StoreError> {
    asuh_store::row_struct! {
        struct Row { first_result: String, result: Option<String> }
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT first_result, result FROM recheck WHERE district_id = $1 AND campaign_id = $2 \
             AND subdistrict_code = $3 AND round = $4",
            args![district, campaign, subdistrict, round],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.first_result, row.result)).collect())
}

asuh_store::row_struct! {
    /// A family of a sample, to be found again.
    pub(super) struct Sampled {
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) village_code: i64,
        pub(super) hamlet: String,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) first_result: String,
        pub(super) result: Option<String>,
        pub(super) note: String,
        pub(super) visited_on: Option<Date>,
    }
}

/// The families of a sample within the scope, in the order of a walk. Indexes: `recheck`'s key,
/// `family_version_current`.
pub(super) async fn sample(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    campaign: Id,
    check: &Check,
) -> Result<Vec<Sampled>, StoreError> {
    let mut args = args![district, Instant::NEVER, campaign, check.subdistrict_code, check.round];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.all(
        &format!(
            "SELECT s.family_id, v.head_name, v.village_code, v.hamlet, v.rw, v.rt, s.first_result, s.result, s.note, \
             s.visited_on FROM recheck s JOIN family_version v ON v.district_id = s.district_id \
             AND v.family_id = s.family_id AND v.superseded_at = $2 \
             WHERE s.district_id = $1 AND s.campaign_id = $3 AND s.subdistrict_code = $4 AND s.round = $5 \
             AND {within} ORDER BY v.village_code, v.rw, v.rt, v.head_search, v.family_id"
        ),
        args,
    )
    .await
}
