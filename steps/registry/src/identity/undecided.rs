//! How many pairs nobody has decided.

use asuh_store::{DistrictId, Instant, Query, StoreError, args};

/// Pairs of a district that wait for a decision, both records of which stand on the list. Indexes:
/// match_pair_by_state, person_version_current.
///
/// # Errors
/// The store fails.
pub(crate) async fn undecided(db: &impl Query, district: DistrictId) -> Result<i64, StoreError> {
    db.number(
        "SELECT COUNT(*) AS n FROM match_pair m \
         JOIN person_version a ON a.district_id = m.district_id AND a.person_id = m.one_id \
         AND a.superseded_at = $2 AND a.ended_reason IS NULL \
         JOIN person_version b ON b.district_id = m.district_id AND b.person_id = m.two_id \
         AND b.superseded_at = $2 AND b.ended_reason IS NULL \
         WHERE m.district_id = $1 AND m.state IN ('open', 'postponed')",
        args![district, Instant::NEVER],
    )
    .await
}
