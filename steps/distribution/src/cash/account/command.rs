//! Noting where the caregiver of a family receives help in money, and ending it.

use asuh_ground::access::Scope;
use asuh_ground::consent::{self, Purpose};
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::family;

/// Digits of an account number: the shortest and the longest that Indonesian banks give.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=20;

/// What the holder of an account is to the child.
pub(super) const RELATIONS: [&str; 5] = ["mother", "father", "grandparent", "guardian", "self"];

/// The digits of an account number as people write it: with blanks, dots or dashes between them.
///
/// # Errors
/// Something else stands in it, or it is too short or too long.
pub(super) fn number(text: &str) -> Result<String, Refusal> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && DIGITS.contains(&digits.len());
    is_number.then_some(digits).ok_or_else(|| Refusal::new("cash.refused.number").field("nomor"))
}

/// Notes the account of a caregiver; the one before is ended.
///
/// Refused without the consent of the guardian to its use, for a number that is none, or that another family has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutReceiverAccount {
    /// The family.
    pub family: Id,
    /// The bank's code, three digits; may be empty.
    pub bank_code: String,
    /// The bank, as people call it.
    pub bank: String,
    /// The number as it was typed.
    pub number: String,
    /// The name on the account.
    pub holder: String,
    /// What its holder is to the child: one of the codes of the form.
    pub relation: String,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender; the family must lie within.
    pub scope: Scope,
}

impl Command for PutReceiverAccount {
    const KIND: &'static str = "cash.put_receiver_account";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        family(tx, district, self.family, &self.scope).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("family", self.family);
        for (field, value) in [("bank", &self.bank), ("atas_nama", &self.holder)] {
            if value.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        let code = self.bank_code.trim();
        if !code.is_empty() && (code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(Refusal::new("cash.refused.bank_code").field("kode_bank").into());
        }
        if !RELATIONS.contains(&self.relation.as_str()) {
            return Err(Refusal::new("web.error.choose").field("hubungan").into());
        }
        let digits = number(&self.number)?;
        if !consents(tx, district, self.family, self.today).await? {
            return Err(Refusal::new("cash.refused.consent").into());
        }
        let hash = tx.secrets().lookup(district, "number", &digits).map_err(asuh_store::StoreError::from)?;
        let others = tx
            .number(
                "SELECT COUNT(*) AS n FROM receiver_account WHERE district_id = $1 AND number_hash = $2 \
                 AND ended_at IS NULL AND family_id <> $3",
                args![district, hash, self.family],
            )
            .await?;
        if others > 0 {
            return Err(Refusal::new("cash.refused.number_known").field("nomor").into());
        }
        end(tx, self.family, "replaced").await?;
        let id = tx.new_id();
        let row = args![
            district,
            id,
            self.family,
            code,
            self.bank.trim(),
            tx.seal(&digits)?,
            hash,
            last_digits(&digits),
            tx.seal(self.holder.trim())?,
            &self.relation,
            tx.now(),
            tx.actor(),
            "",
            None::<i64>,
            None::<Id>,
        ];
        tx.insert_many(
            "INSERT INTO receiver_account (district_id, id, family_id, bank_code, bank, number_sealed, number_hash, \
             number_end, holder_sealed, relation, recorded_at, recorded_by, ended_reason, ended_at, ended_by) VALUES",
            "",
            vec![row],
        )
        .await?;
        Ok(id)
    }
}

/// The last four digits.
fn last_digits(digits: &str) -> &str {
    &digits[digits.len().saturating_sub(4)..]
}

/// Whether the guardian allows that the account is used: for the whole family, or for any of its children.
pub(super) async fn consents(
    db: &impl Query,
    district: asuh_store::DistrictId,
    family: Id,
    on: Date,
) -> Result<bool, asuh_store::StoreError> {
    if consent::holds(db, district, family, None, Purpose::Payment, on).await? {
        return Ok(true);
    }
    let of_children = "SELECT COUNT(*) AS n FROM consent WHERE district_id = $1 AND family_id = $2 AND purpose = 'payment' \
                       AND given_on <= $3 AND (withdrawn_on IS NULL OR withdrawn_on > $3)";
    Ok(db.number(of_children, args![district, family, on]).await? > 0)
}

async fn end(tx: &Tx<'_>, family: Id, reason: &str) -> Result<u64, Fault> {
    let ended = tx
        .execute(
            "UPDATE receiver_account SET ended_at = $3, ended_by = $4, ended_reason = $5 WHERE district_id = $1 \
             AND family_id = $2 AND ended_at IS NULL",
            args![tx.district(), family, tx.now(), tx.actor(), reason],
        )
        .await?;
    Ok(ended)
}

/// An account is used no more: the family receives cash in hand from the next plan on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndReceiverAccount {
    /// The family.
    pub family: Id,
    /// Why.
    pub reason: String,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for EndReceiverAccount {
    const KIND: &'static str = "cash.end_receiver_account";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        family(tx, tx.district(), self.family, &self.scope).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("family", self.family);
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        match end(tx, self.family, self.reason.trim()).await? {
            0 => Err(Refusal::new("cash.refused.no_account").into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(number("0123-01-004321 .50-3").unwrap(), "012301004321503");
        for wrong in ["", "12345", "BRI 0123010043", "123456789012345678901"] {
            assert!(number(wrong).is_err(), "{wrong}");
        }
        assert_eq!(last_digits("0123010043"), "0043");
    }
}
