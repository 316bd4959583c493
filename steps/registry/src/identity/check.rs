//! The part of `asuh check`: whoever was merged stands on no list, and points to one who does.

use asuh_store::{DistrictId, Instant, Query, StoreError, args};

use asuh_ground::App;

/// What is wrong, in words. Indexes: person_by_canonical, family_by_canonical, person_version_current,
/// family_version_current, match_pair_by_state.
///
/// # Errors
/// The store fails.
pub(crate) async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let db = app.store.reader();
    let mut findings = Vec::new();
    for noun in ["person", "family"] {
        let still = db
            .number(
                &format!(
                    "SELECT COUNT(*) AS n FROM {noun} a JOIN {noun}_version v ON v.district_id = a.district_id \
                     AND v.{noun}_id = a.id AND v.superseded_at = $2 \
                     WHERE a.district_id = $1 AND a.canonical_id IS NOT NULL"
                ),
                args![district, Instant::NEVER],
            )
            .await?;
        if still > 0 {
            findings.push(format!("{noun}: {still} were merged with another and still stand on the list"));
        }
        let chained = db
            .number(
                &format!(
                    "SELECT COUNT(*) AS n FROM {noun} a JOIN {noun} c ON c.district_id = a.district_id \
                     AND c.id = a.canonical_id WHERE a.district_id = $1 AND c.canonical_id IS NOT NULL"
                ),
                args![district],
            )
            .await?;
        if chained > 0 {
            findings.push(format!("{noun}: {chained} were merged with one who was merged himself"));
        }
    }
    let apart = db
        .number(
            "SELECT COUNT(*) AS n FROM match_pair m \
             JOIN person a ON a.district_id = m.district_id AND a.id = m.one_id \
             JOIN person b ON b.district_id = m.district_id AND b.id = m.two_id \
             WHERE m.district_id = $1 AND m.state = 'same' \
             AND COALESCE(a.canonical_id, a.id) <> COALESCE(b.canonical_id, b.id)",
            args![district],
        )
        .await?;
    if apart > 0 {
        findings.push(format!("match_pair: {apart} pairs were decided to be one person and are two"));
    }
    Ok(findings)
}
