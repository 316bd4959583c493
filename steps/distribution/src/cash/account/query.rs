//! What is read of the accounts of caregivers.

use asuh_ground::access::Scope;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

asuh_store::row_struct! {
    /// A family whose account is looked at.
    pub(super) struct FamilyLine {
        pub(super) id: Id,
        pub(super) head_name: String,
        pub(super) village: String,
    }
}

/// A family within reach. Index: family_version_current.
pub(super) async fn family(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<FamilyLine>, StoreError> {
    let mut args = args![district, id, Instant::NEVER];
    let reached = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.first(
        &format!(
            "SELECT v.family_id AS id, v.head_name, t.name AS village FROM family_version v \
             JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
             WHERE v.district_id = $1 AND v.family_id = $2 AND v.superseded_at + 0 = $3 AND {reached}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// The account of a family's caregiver.
    pub(in crate::cash) struct AccountLine {
        pub(in crate::cash) id: Id,
        pub(in crate::cash) bank_code: String,
        pub(in crate::cash) bank: String,
        pub(in crate::cash) number_sealed: Vec<u8>,
        pub(in crate::cash) number_end: String,
        pub(in crate::cash) holder_sealed: Vec<u8>,
        pub(in crate::cash) relation: String,
        pub(in crate::cash) recorded_at: Instant,
        pub(in crate::cash) recorded_by: Option<String>,
    }
}

impl AccountLine {
    /// "BRI •••• 4321"
    pub(in crate::cash) fn label(&self) -> String {
        masked(&self.bank, &self.number_end)
    }
}

/// "BRI •••• 4321"
pub(in crate::cash) fn masked(bank: &str, end: &str) -> String {
    format!("{bank} •••• {end}")
}

/// The account that a family has. Index: receiver_account_once.
pub(in crate::cash) async fn account(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Option<AccountLine>, StoreError> {
    db.first(
        "SELECT a.id, a.bank_code, a.bank, a.number_sealed, a.number_end, a.holder_sealed, a.relation, a.recorded_at, \
         u.name AS recorded_by FROM receiver_account a \
         LEFT JOIN app_user u ON u.district_id = a.district_id AND u.id = a.recorded_by \
         WHERE a.district_id = $1 AND a.family_id = $2 AND a.ended_at IS NULL",
        args![district, family],
    )
    .await
}

asuh_store::row_struct! {
    /// An account that is used no more.
    pub(super) struct Former {
        pub(super) bank: String,
        pub(super) number_end: String,
        pub(super) recorded_at: Instant,
        pub(super) ended_at: Instant,
        pub(super) ended_reason: String,
    }
}

/// The accounts that a family had, the newest first. Index: receiver_account_by_family.
pub(super) async fn former(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Former>, StoreError> {
    db.all(
        "SELECT bank, number_end, recorded_at, ended_at, ended_reason FROM receiver_account WHERE district_id = $1 \
         AND family_id = $2 AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 20",
        args![district, family],
    )
    .await
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(in crate::cash) async fn plans_of(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    (any, scope): (Id, &Scope),
) {
    family(db, district, any, scope).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["family_version"]);
    account(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["receiver_account_once"]);
    former(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["receiver_account_by_family"]);
}
