//! Writing a report down, and correcting it by another version.

use asuh_ground::access::Scope;
use asuh_ground::{attachments, settings};
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::rules::{BESIDE, GIVERS, RECEIPTS, Spent, about};
use crate::follow_up::{self, Opening};

/// The advice that a family followed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Advice {
    /// One that was noted before, for the same child.
    Known(Id),
    /// One that is noted now.
    New(NewAdvice),
}

/// What a doctor, a nutritionist or a midwife said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewAdvice {
    /// The day.
    pub given_on: Date,
    /// One of [`GIVERS`].
    pub giver: String,
    /// The name of whoever gave it.
    pub giver_name: String,
    /// Where: the puskesmas, the hospital; may be empty.
    pub place: String,
    /// What was said.
    pub words: String,
}

/// Writes down, with the family, what a payment that arrived was spent on; or corrects what was written, as a new version.
/// Where something is left or went elsewhere, a conversation begins; nothing else follows from it.
///
/// Refused out of reach, for a payment of which nothing arrived, for more than arrived, without words for what was neither
/// food nor vitamins, milk or health, on a day that has not come, with an advice of another child, with too many or somebody
/// else's photos; a correction also without its reason, and when somebody else has corrected meanwhile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutSpendingReport {
    /// The payment.
    pub payment: Id,
    /// The version that is corrected; 0: there is none yet.
    pub after: i64,
    /// Rupiah by kind.
    pub spent: Spent,
    /// What the money was spent on that has no kind of its own, or was not for the child.
    pub words: String,
    /// The day on which it was written down.
    pub told_on: Date,
    /// One of [`BESIDE`].
    pub beside: String,
    /// The advice that was followed; none: the family has none yet.
    pub advice: Option<Advice>,
    /// Photos of receipts: kept from the version before, or stored for this one.
    pub receipts: Vec<Id>,
    /// Why it is corrected; empty in the first version.
    pub reason: String,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

asuh_store::row_struct! {
    struct Held { person_id: Id, family_id: Id, village_code: i64, rw: String, month: Date, paid: i64 }
}

asuh_store::row_struct! {
    struct Before { id: Id, version: i64 }
}

impl Command for PutSpendingReport {
    const KIND: &'static str = "spending.put_report";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        // Takes hold of the payment: versions have an order.
        let mut args = args![district, self.payment];
        let reached = self.scope.territory_condition("village_code", Some("rw"), &mut args);
        let hold =
            format!("UPDATE cash_payment SET paid = paid WHERE district_id = $1 AND id = $2 AND {reached}");
        if tx.execute(&hold, args).await? == 0 {
            return Err(Refusal::not_found().into());
        }
        let held: Option<Held> = tx
            .first(
                "SELECT person_id, family_id, village_code, rw, month, paid FROM cash_payment WHERE district_id = $1 \
                 AND id = $2",
                args![district, self.payment],
            )
            .await?;
        let held = held.ok_or_else(Refusal::not_found)?;
        tx.subject("family", held.family_id);
        self.examine(&held)?;
        let before: Option<Before> = tx
            .first(
                "SELECT id, version FROM spending_report WHERE district_id = $1 AND payment_id = $2 AND is_current = 1",
                args![district, self.payment],
            )
            .await?;
        if before.as_ref().map_or(0, |before| before.version) != self.after {
            return Err(Refusal::new("spending.refused.changed").into());
        }
        if before.is_some() && self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let advice = self.advice(tx, &held).await?;
        let kept = self.receipts(tx, before.map(|before| before.id)).await?;
        tx.execute(
            "UPDATE spending_report SET is_current = 0 WHERE district_id = $1 AND payment_id = $2 AND is_current = 1",
            args![district, self.payment],
        )
        .await?;
        let id = tx.new_id();
        let [food, vitamins, milk, health, other, elsewhere] = self.spent.0;
        tx.execute(
            "INSERT INTO spending_report (district_id, id, payment_id, version, is_current, month, person_id, family_id, \
             village_code, rw, told_on, beside, received, food, vitamins, milk, health, other, elsewhere, words_sealed, \
             advice_id, reason_sealed, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, \
             $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
            args![
                district,
                id,
                self.payment,
                self.after + 1,
                held.month,
                held.person_id,
                held.family_id,
                held.village_code,
                &held.rw,
                self.told_on,
                &self.beside,
                held.paid,
                food,
                vitamins,
                milk,
                health,
                other,
                elsewhere,
                tx.seal(self.words.trim())?,
                advice,
                tx.seal(self.reason.trim())?,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        let rows = kept.iter().zip(1_i64..).map(|(photo, nth)| args![district, id, nth, *photo]).collect();
        tx.insert_many(
            "INSERT INTO spending_receipt (district_id, report_id, nth, attachment_id) VALUES",
            "",
            rows,
        )
        .await?;
        let small: i64 = settings::get_typed(tx, district, "cash.spending_rest").await?;
        if let Some(about) = about(held.paid, &self.spent, small) {
            let opening = Opening {
                kind: "spending",
                subject: self.payment,
                family: held.family_id,
                village: held.village_code,
                rw: &held.rw,
                about,
                day: self.told_on,
            };
            follow_up::open(tx, opening).await?;
        }
        Ok(id)
    }
}

impl PutSpendingReport {
    /// What can be wrong with what was written.
    fn examine(&self, held: &Held) -> Result<(), Refusal> {
        if held.paid <= 0 {
            return Err(Refusal::new("spending.refused.not_received"));
        }
        if self.spent.0.iter().any(|amount| *amount < 0) {
            return Err(Refusal::new("web.error.not_a_number").field("makanan"));
        }
        if self.spent.total() > held.paid {
            let received = asuh_nusantara::Rupiah::new(held.paid);
            return Err(Refusal::new("spending.refused.more").arg("received", received).field("makanan"));
        }
        if self.spent.other() + self.spent.elsewhere() > 0 && self.words.trim().is_empty() {
            return Err(Refusal::new("spending.refused.words").field("kata"));
        }
        if self.told_on > self.today || self.told_on < held.month {
            return Err(Refusal::new("spending.refused.day").field("hari"));
        }
        if !BESIDE.contains(&self.beside.as_str()) {
            return Err(Refusal::new("web.error.choose").field("bersama"));
        }
        Ok(())
    }

    async fn advice(&self, tx: &Tx<'_>, held: &Held) -> Result<Option<Id>, Fault> {
        let advice = match &self.advice {
            None => return Ok(None),
            Some(Advice::Known(id)) => {
                let known = tx
                    .number(
                        "SELECT COUNT(*) AS n FROM diet_advice WHERE district_id = $1 AND id = $2 AND person_id = $3",
                        args![tx.district(), *id, held.person_id],
                    )
                    .await?;
                return match known {
                    0 => Err(Refusal::not_found().into()),
                    _ => Ok(Some(*id)),
                };
            }
            Some(Advice::New(advice)) => advice,
        };
        if !GIVERS.contains(&advice.giver.as_str()) {
            return Err(Refusal::new("web.error.choose").field("pemberi").into());
        }
        for (field, value) in [("nama_pemberi", &advice.giver_name), ("isi", &advice.words)] {
            if value.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        if advice.given_on > self.told_on {
            return Err(Refusal::new("spending.refused.advice_day").field("saran_hari").into());
        }
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO diet_advice (district_id, id, person_id, family_id, given_on, giver, giver_name_sealed, place, \
             words_sealed, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                tx.district(),
                id,
                held.person_id,
                held.family_id,
                advice.given_on,
                &advice.giver,
                tx.seal(advice.giver_name.trim())?,
                advice.place.trim(),
                tx.seal(advice.words.trim())?,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(Some(id))
    }

    /// The photos of this version: of the version before, or the sender's own.
    async fn receipts(&self, tx: &Tx<'_>, before: Option<Id>) -> Result<Vec<Id>, Fault> {
        let mut kept: Vec<Id> = Vec::new();
        for photo in &self.receipts {
            if !kept.contains(photo) {
                kept.push(*photo);
            }
        }
        if kept.len() > RECEIPTS {
            return Err(Refusal::new("spending.refused.receipts")
                .arg("most", RECEIPTS)
                .field("nota1")
                .into());
        }
        let held: Vec<(Id,)> = tx
            .all(
                "SELECT attachment_id FROM spending_receipt WHERE district_id = $1 AND report_id = $2",
                args![tx.district(), before],
            )
            .await?;
        for photo in &kept {
            if !held.iter().any(|(known,)| known == photo)
                && !attachments::is_own(tx, tx.district(), *photo, tx.actor()).await?
            {
                return Err(Refusal::not_found().into());
            }
        }
        Ok(kept)
    }
}
