//! A fund of ours pays for a work: its holder's cash becomes what the family was helped with.

use asuh_ground::access::Scope;
use asuh_ground::books::{self, AccountKind, Commodity, Move, Spot, Transfer, TransferKind};
use asuh_ground::settings;
use asuh_ledger::Fund;
use asuh_nusantara::Rupiah;
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::{Held, held};
use super::query;

/// Takes hold of a work that the caller's fund pays for.
async fn held_by_holder(tx: &Tx<'_>, work: Id, scope: &Scope) -> Result<(Held, Id, Fund), Fault> {
    let mut args = args![tx.district(), work];
    let reached = format!("source = 'pool' AND {}", scope.unit_condition("fund_holder_id", &mut args));
    let held = held(tx, work, (&reached, args)).await?;
    let holder = held.fund_holder_id.ok_or_else(Refusal::not_found)?;
    let fund = held.fund.parse().map_err(|_| StoreError::Shape(held.fund.clone()))?;
    Ok((held, holder, fund))
}

/// Pays for a work out of the fund that was named when it was ordered; the number of the payment.
///
/// Refused out of reach, by whoever ordered the work, when it is no longer to be built, without somebody who is paid, for
/// more than it is thought to cost, for a day that has not come, and when the fund has less.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PayWork {
    /// The work.
    pub work: Id,
    /// Rupiah.
    pub amount: i64,
    /// Who is paid: the builder, the shop.
    pub payee: String,
    /// The day.
    pub on: Date,
    /// The present day in the district.
    pub today: Date,
    /// How far the caller's right reaches: the holder must be among his units.
    pub scope: Scope,
}

impl Command for PayWork {
    const KIND: &'static str = "works.pay_work";
    type Receipt = String;

    async fn apply(&self, tx: &Tx<'_>) -> Result<String, Fault> {
        let (held, holder, fund) = held_by_holder(tx, self.work, &self.scope).await?;
        if held.ordered_by == tx.actor() {
            return Err(Refusal::new("works.refused.own_payment").into());
        }
        if !held.is_open() {
            return Err(Refusal::new("works.refused.state").into());
        }
        if self.amount <= 0 {
            return Err(Refusal::new("works.refused.nothing").field("jumlah").into());
        }
        if self.payee.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("kepada").into());
        }
        if self.on > self.today {
            return Err(Refusal::new("works.refused.future").field("hari").into());
        }
        let rest = held.estimated - query::paid(tx, tx.district(), held.id).await?;
        if self.amount > rest {
            let rest = Rupiah::new(rest);
            return Err(Refusal::new("works.refused.more_than_planned")
                .arg("rest", rest)
                .field("jumlah")
                .into());
        }
        let id = tx.new_id();
        let number = settings::documents::next_number(tx, "works.payment", self.on).await?;
        let household = Spot::new(AccountKind::Household, held.family_id);
        let from = Spot::new(AccountKind::FundHolder, holder);
        let transfer = Transfer {
            kind: TransferKind::Delivered,
            fund,
            day: self.on,
            cause: id,
            reason: number.clone(),
            moves: vec![Move::new(Commodity::CASH, from, household, self.amount)],
        };
        let posted = books::post(tx, transfer).await?;
        let posted = posted.ok_or_else(|| StoreError::Shape("a payment of nothing".into()))?;
        tx.execute(
            "INSERT INTO work_payment (district_id, id, work_id, number, amount, paid_on, payee_sealed, transfer_id, \
             reversed_id, reason, recorded_at, recorded_by, reversed_at, reversed_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, '', $9, $10, NULL, NULL)",
            args![
                tx.district(),
                id,
                held.id,
                &number,
                self.amount,
                self.on,
                tx.seal(self.payee.trim())?,
                posted,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        tx.execute(
            "UPDATE help_work SET changed_at = $3, changed_by = $4 WHERE district_id = $1 AND id = $2",
            args![tx.district(), held.id, tx.now(), tx.actor()],
        )
        .await?;
        Ok(number)
    }
}

/// Money of a payment came back: it was noted wrongly, or the builder gave it back. A reversal in the books.
///
/// Refused out of reach, without a reason, when it came back before, and after the work was handed over: its cost stands in
/// the protocol.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeBackWorkPayment {
    /// The work.
    pub work: Id,
    /// The payment.
    pub payment: Id,
    /// Why.
    pub reason: String,
    /// The present day in the district.
    pub today: Date,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for TakeBackWorkPayment {
    const KIND: &'static str = "works.take_back_payment";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let (held, ..) = held_by_holder(tx, self.work, &self.scope).await?;
        if !held.is_open() {
            return Err(Refusal::new("works.refused.state").into());
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let transfer: Option<(Id,)> = tx
            .first(
                "SELECT transfer_id FROM work_payment WHERE district_id = $1 AND id = $2 AND work_id = $3 \
                 AND reversed_at IS NULL",
                args![tx.district(), self.payment, held.id],
            )
            .await?;
        let (transfer,) = transfer.ok_or_else(Refusal::not_found)?;
        let reversed = books::reverse(tx, transfer, self.today, self.reason.trim()).await?;
        tx.execute(
            "UPDATE work_payment SET reversed_id = $3, reason = $4, reversed_at = $5, reversed_by = $6 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.payment, reversed, self.reason.trim(), tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}
