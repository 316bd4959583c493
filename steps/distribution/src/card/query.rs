//! What is read of cards.

use asuh_ground::access::Scope;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

asuh_store::row_struct! {
    /// A card with its family.
    pub(super) struct CardLine {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) token_sealed: Vec<u8>,
        pub(super) voided_at: Option<Instant>,
    }
}

/// `$2` is [`Instant::NEVER`]. The card of a family that was merged opens its canonical one.
const CARD: &str = "SELECT c.id, c.number, v.family_id, v.head_name, v.rw, v.rt, c.token_sealed, c.voided_at \
     FROM family_card c JOIN family y ON y.district_id = c.district_id AND y.id = c.family_id \
     JOIN family_version v ON v.district_id = c.district_id AND v.family_id = COALESCE(y.canonical_id, y.id) \
     AND v.superseded_at + 0 = $2 WHERE c.district_id = $1";

/// The card with this number, within reach. Index: unique key.
pub(super) async fn by_number(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    number: &str,
) -> Result<Option<CardLine>, StoreError> {
    let mut args = args![district, Instant::NEVER, number];
    let reached = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.first(&format!("{CARD} AND c.number = $3 AND {reached}"), args).await
}

/// The cards that hold of a village's families within reach, by RW, RT and name. A village has some hundred. Indexes:
/// family_version_list, family_card_by_family.
pub(super) async fn of_village(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    village: i64,
) -> Result<Vec<CardLine>, StoreError> {
    let mut args = args![district, Instant::NEVER, village];
    let reached = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.all(
        &format!(
            "SELECT c.id, c.number, v.family_id, v.head_name, v.rw, v.rt, c.token_sealed, c.voided_at \
             FROM family_version v CROSS JOIN family_card c WHERE v.district_id = $1 AND v.superseded_at = $2 \
             AND v.village_code = $3 AND {reached} AND c.district_id = v.district_id AND c.family_id = v.family_id \
             AND c.voided_at IS NULL ORDER BY v.rw, v.rt, v.head_search, v.family_id"
        ),
        args,
    )
    .await
}

/// How many families of a village within reach have no card. Indexes as [`of_village`].
pub(super) async fn without(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    village: i64,
) -> Result<i64, StoreError> {
    let mut args = args![district, Instant::NEVER, village];
    let reached = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.number(
        &format!(
            "SELECT COUNT(*) AS n FROM family_version v WHERE v.district_id = $1 AND v.superseded_at = $2 \
             AND v.village_code = $3 AND v.status IN ('listed', 'verified') AND {reached} AND NOT EXISTS (SELECT 1 \
             FROM family_card c WHERE c.district_id = v.district_id AND c.family_id = v.family_id \
             AND c.voided_at IS NULL)"
        ),
        args,
    )
    .await
}

/// The number of a family's card that holds. Index: family_card_by_family.
pub(super) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Option<(Id, String)>, StoreError> {
    asuh_store::row_struct! { struct Row { id: Id, number: String } }
    let row: Option<Row> = db
        .first(
            "SELECT id, number FROM family_card WHERE district_id = $1 AND family_id = $2 AND voided_at IS NULL",
            args![district, family],
        )
        .await?;
    Ok(row.map(|row| (row.id, row.number)))
}

/// The package of a family that waits to be delivered within reach, the oldest first. Index: package_by_family.
pub(super) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    family: Id,
) -> Result<Option<Id>, StoreError> {
    let mut args = args![district, family];
    let reached = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    let found: Option<(Id,)> = db
        .first(
            &format!(
                "SELECT p.id FROM package p WHERE p.district_id = $1 AND p.family_id = $2 AND p.state = 'packed' \
                 AND {reached} ORDER BY p.week_of, p.id LIMIT 1"
            ),
            args,
        )
        .await?;
    Ok(found.map(|row| row.0))
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(crate) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, scope: &Scope, any: Id) {
    by_number(db, district, scope, "ABCDEFGH").await.expect("an answer");
    db.take().walks_only(&[]).uses(&["sqlite_autoindex_family_card_2"]);
    of_village(db, district, scope, 1_501_012_001).await.expect("an answer");
    without(db, district, scope, 1_501_012_001).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["family_version_progress", "family_card_once"]);
    of_family(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["family_card_once"]);
    waiting(db, district, scope, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["package_by_family"]);
}
