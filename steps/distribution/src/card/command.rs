//! Making cards, and replacing one.

use asuh_ground::access::Scope;
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, Secrets, SecretsError, Tx, args};
use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Cards that one command makes at most: a large village.
const MOST: usize = 2_000;

/// The number of a card, as it is printed and typed: eight letters and digits that say nothing.
pub(super) fn number(card: Id) -> String {
    let digest = Sha256::digest([b"asuh card\0".as_slice(), card.as_bytes()].concat());
    BASE32_NOPAD.encode(&digest[..5])
}

/// The signature in its QR code: 80 bits under a key that is derived from the master key.
pub(super) fn signature(secrets: &Secrets, district: DistrictId, card: Id) -> Result<String, SecretsError> {
    let hash = secrets.lookup(district, "card", &card.to_string())?;
    Ok(BASE32_NOPAD.encode(&hash[..10]))
}

/// Makes cards for the families of a village that have none.
///
/// Refused for a village out of reach.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IssueCards {
    /// The village.
    pub village: i64,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for IssueCards {
    const KIND: &'static str = "cards.issue_cards";
    /// Cards made.
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let mut args = args![tx.district(), Instant::NEVER, self.village];
        let reached = self.scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
        let families: Vec<(Id,)> = tx
            .all(
                &format!(
                    "SELECT v.family_id FROM family_version v WHERE v.district_id = $1 AND v.superseded_at = $2 \
                     AND v.village_code = $3 AND v.status IN ('listed', 'verified') AND {reached} \
                     AND NOT EXISTS (SELECT 1 FROM family_card c WHERE c.district_id = v.district_id \
                     AND c.family_id = v.family_id AND c.voided_at IS NULL) ORDER BY v.head_search, v.family_id \
                     LIMIT {MOST}"
                ),
                args,
            )
            .await?;
        for (family,) in &families {
            issue(tx, *family).await?;
        }
        Ok(families.len() as i64)
    }
}

/// Makes a card for a family that has none; two that try at the same time make one.
async fn issue(tx: &Tx<'_>, family: Id) -> Result<Id, Fault> {
    let id = tx.new_id();
    let token = signature(tx.secrets(), tx.district(), id).map_err(asuh_store::StoreError::from)?;
    tx.execute(
        "INSERT INTO family_card (district_id, id, number, family_id, token_sealed, issued_at, issued_by, voided_at, \
         voided_by, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, '') ON CONFLICT DO NOTHING",
        args![tx.district(), id, number(id), family, tx.seal(&token)?, tx.now(), tx.actor()],
    )
    .await?;
    Ok(id)
}

/// Makes a card void, for a reason, and another for the same family.
///
/// Refused for a card out of reach, one that is void already, and without a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplaceCard {
    /// The card that is lost.
    pub card: Id,
    /// Why.
    pub reason: String,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for ReplaceCard {
    const KIND: &'static str = "cards.replace_card";
    /// The new card.
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let mut args = args![tx.district(), Instant::NEVER, self.card];
        let reached = self.scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
        let family: Option<(Id,)> = tx
            .first(
                &format!(
                    "SELECT v.family_id FROM family_card c JOIN family y ON y.district_id = c.district_id \
                     AND y.id = c.family_id JOIN family_version v ON v.district_id = c.district_id \
                     AND v.family_id = COALESCE(y.canonical_id, y.id) AND v.superseded_at + 0 = $2 \
                     WHERE c.district_id = $1 AND c.id = $3 AND {reached}"
                ),
                args,
            )
            .await?;
        let (family,) = family.ok_or_else(Refusal::not_found)?;
        tx.subject("family", family);
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let voided = tx
            .execute(
                "UPDATE family_card SET voided_at = $3, voided_by = $4, reason = $5 WHERE district_id = $1 AND id = $2 \
                 AND voided_at IS NULL",
                args![tx.district(), self.card, tx.now(), tx.actor(), self.reason.trim()],
            )
            .await?;
        if voided == 0 {
            return Err(Refusal::new("cards.refused.void").field("alasan").into());
        }
        issue(tx, family).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_signatures_are_of_one_district() {
        let (one, two) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
        assert_eq!(number(one).len(), 8);
        assert!(number(one).chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
        assert_ne!(number(one), number(two));
        let secrets = Secrets::new(asuh_store::KeyRing::from_key([7; 32]));
        let of = |district, card| signature(&secrets, DistrictId(district), card).expect("a key");
        assert_eq!((of(1, one).len(), of(1, one)), (16, of(1, one)));
        assert_ne!(of(1, one), of(2, one));
        assert_ne!(of(1, one), of(1, two));
    }
}
