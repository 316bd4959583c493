//! The money leaves its holder: for the bank, and for those who hand it over; again where it came back.

use asuh_ground::access::Scope;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_store::{Args, Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::cash::plan::{PlanLine, accounts, hold_month, reached, refuse_barred, step};
use crate::cash::rules::{self, Act, Step};

/// Where the money of a plan is between its holder and the families.
pub(super) fn way(plan: &PlanLine) -> Spot {
    Spot::new(AccountKind::Payout, plan.id)
}

pub(super) fn holder(plan: &PlanLine) -> Spot {
    Spot::new(AccountKind::FundHolder, plan.fund_holder_id)
}

pub(super) fn fund(plan: &PlanLine) -> Result<Fund, StoreError> {
    plan.fund.parse().map_err(|_| StoreError::Shape(format!("fund {}", plan.fund)))
}

/// Money of a holder goes on its way.
async fn send(tx: &Tx<'_>, plan: &PlanLine, cause: Id, day: Date, amount: i64) -> Result<(), Fault> {
    let transfer = Transfer {
        kind: TransferKind::Released,
        fund: fund(plan)?,
        day,
        cause,
        reason: plan.number.clone(),
        moves: vec![Move::new(Commodity::CASH, holder(plan), way(plan), amount)],
    };
    let posted = books::post(tx, transfer).await;
    posted.map(drop).map_err(|fault| match fault {
        // Said in rupiah, and whose they are.
        Fault::Refused(refusal) if refusal.code == "books.refused.short" => {
            let missing = refusal.args.iter().find(|(name, _)| name == "missing");
            let missing = missing.and_then(|(_, text)| text.parse().ok()).unwrap_or(0);
            Refusal::new("cash.refused.short")
                .arg("missing", asuh_nusantara::Rupiah::new(missing))
                .arg("holder", &plan.fund_holder)
                .into()
        }
        other => other,
    })
}

/// Writes tries to pay: payment, its place among the payment's tries, way, amount.
async fn attempts(
    tx: &Tx<'_>,
    plan: &PlanLine,
    day: Date,
    tries: Vec<(Id, i64, String, i64)>,
) -> Result<(), StoreError> {
    let rows: Vec<Args> = tries
        .into_iter()
        .map(|(payment, nth, way, amount)| {
            let id = tx.new_id();
            args![
                tx.district(),
                id,
                payment,
                plan.id,
                nth,
                way,
                rules::reference(id),
                amount,
                0_i64,
                "sent",
                "",
                day,
                None::<Date>,
                None::<Id>,
                "",
                "",
                "",
                None::<Id>,
                None::<Id>,
                None::<i64>,
                None::<Id>,
            ]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO cash_attempt (district_id, id, payment_id, plan_id, nth, way, reference, amount, paid, state, \
         reason, sent_on, decided_on, result_id, receiver_name, receiver_relation, witness, signature_id, photo_id, \
         decided_at, decided_by) VALUES",
        "",
        rows,
    )
    .await?;
    Ok(())
}

/// Releases an authorised plan: the whole sum leaves its holder in the books, every payment gets a reference for the bank
/// or a receipt, and the file of transfers can be downloaded.
///
/// Refused when it is not authorised, when the caller did something with it that bars him, when its money is with a holder
/// who is not his, or when the holder has less.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleasePlan {
    /// The plan.
    pub plan: Id,
    /// The day.
    pub day: Date,
    /// The form of the bank's file.
    pub format: String,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

asuh_store::row_struct! {
    struct Planned { id: Id, way: String, amount: i64 }
}

impl Command for ReleasePlan {
    const KIND: &'static str = "cash.release_plan";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let plan = reached(tx, self.plan, &self.scope).await?;
        step(tx, &plan, Step::Release).await?;
        refuse_barred(tx, &plan, Act::Release).await?;
        let planned: Vec<Planned> = tx
            .all(
                "SELECT id, way, amount FROM cash_payment WHERE district_id = $1 AND plan_id = $2 \
                 AND state = 'planned' ORDER BY nth",
                args![tx.district(), plan.id],
            )
            .await?;
        let total: i64 = planned.iter().map(|payment| payment.amount).sum();
        if total != plan.total {
            return Err(
                StoreError::Shape(format!("plan {} holds {total}, not {}", plan.number, plan.total)).into()
            );
        }
        let sent = planned.len() as i64;
        let tries = planned.into_iter().map(|payment| (payment.id, 1, payment.way, payment.amount)).collect();
        attempts(tx, &plan, self.day, tries).await?;
        tx.execute(
            "UPDATE cash_payment SET state = 'sent', changed_at = $3 WHERE district_id = $1 AND plan_id = $2 \
             AND state = 'planned'",
            args![tx.district(), plan.id, tx.now()],
        )
        .await?;
        tx.execute(
            "UPDATE cash_plan SET released_on = $3, released_at = $4, released_by = $5, format_code = $6 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), plan.id, self.day, tx.now(), tx.actor(), &self.format],
        )
        .await?;
        send(tx, &plan, plan.id, self.day, total).await?;
        Ok(sent)
    }
}

/// Pays again what came back, in whole or in part: another try of the same payment, so that the child's month is still paid
/// once. The account is the one that the family has now.
///
/// Refused when nothing came back, when a transfer is wanted and there is no account that may be used, when the plan is
/// closed, and as [`ReleasePlan`] for holder and sum.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RetryPayment {
    /// The payment.
    pub payment: Id,
    /// In cash; else by transfer.
    pub cash: bool,
    /// The day.
    pub day: Date,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

asuh_store::row_struct! {
    struct Back { plan_id: Id, family_id: Id, amount: i64, paid: i64, way: String, tries: i64 }
}

impl Command for RetryPayment {
    const KIND: &'static str = "cash.retry_payment";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let sql = "SELECT plan_id FROM cash_payment WHERE district_id = $1 AND id = $2";
        let (plan,): (Id,) =
            tx.first(sql, args![tx.district(), self.payment]).await?.ok_or_else(Refusal::not_found)?;
        let plan = reached(tx, plan, &self.scope).await?;
        hold_month(tx, plan.programme_id, plan.month).await?;
        step(tx, &plan, Step::Retry).await?;
        let moved = tx
            .execute(
                "UPDATE cash_payment SET state = 'sent', way = 'cash', bank_code = '', bank = '', number_sealed = NULL, \
                 number_end = '', holder_sealed = NULL, changed_at = $3 WHERE district_id = $1 AND id = $2 \
                 AND state IN ('failed', 'partial')",
                args![tx.district(), self.payment, tx.now()],
            )
            .await?;
        if moved == 0 {
            return Err(Refusal::new("cash.refused.not_failed").into());
        }
        if !self.cash {
            accounts(tx, "p.id = $3", self.payment, self.day).await?;
        }
        let back: Option<Back> = tx
            .first(
                "SELECT p.plan_id, p.family_id, p.amount, p.paid, p.way, (SELECT COUNT(*) FROM cash_attempt a \
                 WHERE a.district_id = p.district_id AND a.payment_id = p.id) AS tries FROM cash_payment p \
                 WHERE p.district_id = $1 AND p.id = $2",
                args![tx.district(), self.payment],
            )
            .await?;
        let back = back.ok_or_else(Refusal::not_found)?;
        tx.subject("family", back.family_id);
        if !self.cash && back.way != "transfer" {
            return Err(Refusal::new("cash.refused.no_account").into());
        }
        let rest = back.amount - back.paid;
        attempts(tx, &plan, self.day, vec![(self.payment, back.tries + 1, back.way, rest)]).await?;
        send(tx, &plan, self.payment, self.day, rest).await?;
        Ok(back.plan_id)
    }
}
