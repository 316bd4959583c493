//! What became of a payment: what the bank answers, what was handed over, and taking back what was noted wrongly.

use std::collections::HashMap;

use asuh_ground::access::Scope;
use asuh_ground::attachments;
use asuh_ground::books::{self, AccountKind, Commodity, Move, Spot, Transfer, TransferKind};
use asuh_ground::papers;
use asuh_store::{Args, Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::release::{fund, holder, way};
use crate::cash::Reach;
use crate::cash::plan::{PlanLine, hold, reached, step};
use crate::cash::rules::{State, Step};

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cash) struct Outcome {
    /// The attempt, which is on its way.
    pub(in crate::cash) attempt: Id,
    pub(in crate::cash) payment: Id,
    pub(in crate::cash) family: Id,
    /// What was sent, and what of it arrived.
    pub(in crate::cash) amount: i64,
    pub(in crate::cash) paid: i64,
    /// Why not all of it; ''.
    pub(in crate::cash) reason: String,
    pub(in crate::cash) day: Date,
}

impl Outcome {
    fn state(&self) -> &'static str {
        match self.paid {
            0 => "failed",
            paid if paid < self.amount => "partial",
            _ => "paid",
        }
    }
}

/// Notes what became of attempts of a plan that is held, moves the money in the books, and settles the plan where nothing
/// is on its way any more.
pub(in crate::cash) async fn decide(
    tx: &Tx<'_>,
    plan: &PlanLine,
    outcomes: Vec<Outcome>,
    result: Option<Id>,
) -> Result<(), Fault> {
    let wanted = outcomes.len() as u64;
    let row = |one: &Outcome| -> Args {
        args![tx.district(), one.attempt, one.state(), one.paid, &one.reason, one.day, tx.now(), tx.actor()]
    };
    let noted = tx
        .insert_many(
            "WITH said (district_id, id, state, paid, reason, day, at, who) AS (VALUES",
            ") UPDATE cash_attempt SET state = said.state, paid = said.paid, reason = said.reason, decided_on = said.day, \
             decided_at = said.at, decided_by = said.who FROM said WHERE cash_attempt.district_id = said.district_id \
             AND cash_attempt.id = said.id AND cash_attempt.state = 'sent'",
            outcomes.iter().map(row).collect(),
        )
        .await?;
    if noted != wanted {
        return Err(Refusal::new("cash.refused.decided").into());
    }
    if let Some(result) = result {
        let rows = outcomes.iter().map(|one| args![tx.district(), one.attempt, result]).collect();
        tx.insert_many(
            "WITH said (district_id, id, result) AS (VALUES",
            ") UPDATE cash_attempt SET result_id = said.result FROM said \
             WHERE cash_attempt.district_id = said.district_id AND cash_attempt.id = said.id",
            rows,
        )
        .await?;
    }
    let rows = outcomes.iter().map(|one| args![tx.district(), one.payment, one.paid, tx.now()]).collect();
    tx.insert_many(
        "WITH said (district_id, id, paid, at) AS (VALUES",
        ") UPDATE cash_payment SET paid = cash_payment.paid + said.paid, changed_at = said.at, \
         state = CASE WHEN cash_payment.paid + said.paid >= cash_payment.amount THEN 'paid' \
         WHEN cash_payment.paid + said.paid > 0 THEN 'partial' ELSE 'failed' END FROM said \
         WHERE cash_payment.district_id = said.district_id AND cash_payment.id = said.id",
        rows,
    )
    .await?;
    let fund = fund(plan)?;
    let mut transfers = Vec::with_capacity(outcomes.len());
    for one in &outcomes {
        let family = Spot::new(AccountKind::Household, one.family);
        for (kind, to, amount) in [
            (TransferKind::Delivered, family, one.paid),
            (TransferKind::Returned, holder(plan), one.amount - one.paid),
        ] {
            transfers.push(Transfer {
                kind,
                fund,
                day: one.day,
                cause: one.attempt,
                reason: if to == family { String::new() } else { one.reason.clone() },
                moves: vec![Move::new(Commodity::CASH, way(plan), to, amount)],
            });
        }
    }
    books::post_many(tx, transfers).await?;
    settle(tx, plan).await
}

/// A released plan of which nothing is on its way any more is reconciled.
async fn settle(tx: &Tx<'_>, plan: &PlanLine) -> Result<(), Fault> {
    let open = tx
        .number(
            "SELECT COUNT(*) AS n FROM cash_attempt WHERE district_id = $1 AND plan_id = $2 AND state = 'sent'",
            args![tx.district(), plan.id],
        )
        .await?;
    if open == 0 && plan.state() == State::Released {
        step(tx, plan, Step::Settle).await?;
    }
    Ok(())
}

asuh_store::row_struct! {
    /// An attempt on its way, with its payment.
    struct Sent {
        attempt_id: Id,
        plan_id: Id,
        family_id: Id,
        way: String,
        amount: i64,
        head_name: String,
        fund_holder_id: Id,
    }
}

/// The attempt of a payment that is on its way, where the caller reaches the holder of the money or the family.
async fn sent(tx: &Tx<'_>, payment: Id, reach: &Reach) -> Result<Option<Sent>, Fault> {
    let mut args = args![tx.district(), payment];
    let reached = reach.condition(&mut args);
    let found: Option<Sent> = tx
        .first(
            &format!(
                "SELECT a.id AS attempt_id, p.plan_id, p.family_id, a.way, a.amount, p.head_name, p.fund_holder_id \
                 FROM cash_payment p JOIN cash_attempt a ON a.district_id = p.district_id AND a.payment_id = p.id \
                 AND a.state = 'sent' WHERE p.district_id = $1 AND p.id = $2 AND {reached}"
            ),
            args,
        )
        .await?;
    Ok(found)
}

/// Cash was handed over: who received it, and what proves it; or it was not, and goes back.
///
/// Refused when the payment is no cash on its way or out of reach, without a proof (a signature, or a thumbprint with a
/// witness on a photo of the paper), without a reason where it was not handed over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandOut {
    /// The payment.
    pub payment: Id,
    /// Why it was not handed over; nothing: it was.
    pub not_because: Option<String>,
    /// Who received it; empty: the head of the family.
    pub receiver_name: String,
    /// 'head', 'wife', 'member', 'guardian'
    pub relation: String,
    /// Who saw the thumbprint of somebody who cannot sign; empty: it was signed.
    pub witness: String,
    /// The signature, kept as an attachment.
    pub signature: Option<Id>,
    /// The photo of the signed receipt or of the thumbprint.
    pub photo: Option<Id>,
    /// The day.
    pub day: Date,
    /// How far the caller's right reaches.
    pub reach: Reach,
}

impl Command for HandOut {
    const KIND: &'static str = "cash.hand_out";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let first = sent(tx, self.payment, &self.reach).await?;
        let Some(first) = first else { return Err(not_sent(tx, self.payment, &self.reach).await?) };
        let plan = hold(tx, first.plan_id).await?;
        // Read again behind the hold: of two who note it at once one finds nothing on its way.
        let Some(sent) = sent(tx, self.payment, &self.reach).await? else {
            return Err(Refusal::new("cash.refused.decided").into());
        };
        tx.subject("family", sent.family_id);
        if sent.way != "cash" {
            return Err(Refusal::new("cash.refused.not_cash").into());
        }
        let handed = self.not_because.is_none();
        if handed && self.signature.is_none() && self.photo.is_none() {
            return Err(Refusal::new("cash.refused.proof").field("tanda_tangan").into());
        }
        if handed && !self.witness.trim().is_empty() && self.photo.is_none() {
            return Err(Refusal::new("cash.refused.thumbprint").field("foto").into());
        }
        if self.not_because.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        for attachment in self.signature.iter().chain(&self.photo) {
            if !attachments::is_own(tx, tx.district(), *attachment, tx.actor()).await? {
                return Err(Refusal::not_found().into());
            }
        }
        let receiver = match (handed, self.receiver_name.trim()) {
            (false, _) => String::new(),
            (true, "") => sent.head_name.clone(),
            (true, name) => name.to_owned(),
        };
        tx.execute(
            "UPDATE cash_attempt SET receiver_name = $3, receiver_relation = $4, witness = $5, signature_id = $6, \
             photo_id = $7 WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                sent.attempt_id,
                receiver,
                if handed { self.relation.as_str() } else { "" },
                if handed { self.witness.trim() } else { "" },
                self.signature,
                self.photo
            ],
        )
        .await?;
        let outcome = Outcome {
            attempt: sent.attempt_id,
            payment: self.payment,
            family: sent.family_id,
            amount: sent.amount,
            paid: if handed { sent.amount } else { 0 },
            reason: self.not_because.as_deref().unwrap_or_default().trim().to_owned(),
            day: self.day,
        };
        decide(tx, &plan, vec![outcome], None).await?;
        if !handed {
            papers::withdraw_of(tx, self.payment, self.day).await?;
        }
        Ok(plan.id)
    }
}

/// Why a payment that nothing of is on its way is refused: it is not there for the caller, or it was decided.
async fn not_sent(tx: &Tx<'_>, payment: Id, reach: &Reach) -> Result<Fault, Fault> {
    let mut args = args![tx.district(), payment];
    let reached = reach.condition(&mut args);
    let sql = format!(
        "SELECT COUNT(*) AS n FROM cash_payment p WHERE p.district_id = $1 AND p.id = $2 AND {reached}"
    );
    Ok(match tx.number(&sql, args).await? {
        0 => Refusal::not_found().into(),
        _ => Refusal::new("cash.refused.decided").into(),
    })
}

/// Takes back what was noted of the last attempt of a payment, because it was wrong: it is on its way again, and the books
/// are reversed.
///
/// Refused without a reason, when the plan is closed, when nothing was noted, and when another attempt followed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeBackOutcome {
    /// The payment.
    pub payment: Id,
    /// What was wrong.
    pub reason: String,
    /// The day.
    pub day: Date,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

asuh_store::row_struct! {
    struct Last { attempt_id: Id, plan_id: Id, family_id: Id, paid: i64, state: String }
}

impl Command for TakeBackOutcome {
    const KIND: &'static str = "cash.take_back_outcome";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let sql = "SELECT a.id AS attempt_id, p.plan_id, p.family_id, a.paid, a.state FROM cash_payment p \
                   JOIN cash_attempt a ON a.district_id = p.district_id AND a.payment_id = p.id \
                   WHERE p.district_id = $1 AND p.id = $2 ORDER BY a.nth DESC LIMIT 1";
        let last: Option<Last> = tx.first(sql, args![tx.district(), self.payment]).await?;
        let plan = reached(tx, last.ok_or_else(Refusal::not_found)?.plan_id, &self.scope).await?;
        if !matches!(plan.state(), State::Released | State::Reconciled) {
            return Err(Refusal::new(format!("cash.refused.step.{}", plan.state)).into());
        }
        let last: Option<Last> = tx.first(sql, args![tx.district(), self.payment]).await?;
        let last = last.ok_or_else(Refusal::not_found)?;
        tx.subject("family", last.family_id);
        if last.state == "sent" {
            return Err(Refusal::new("cash.refused.not_decided").into());
        }
        let posted: Vec<(Id,)> = tx
            .all(
                "SELECT t.id FROM transfer t WHERE t.district_id = $1 AND t.cause_id = $2 AND t.reverses IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM transfer r WHERE r.district_id = t.district_id AND r.reverses = t.id) \
                 ORDER BY t.id",
                args![tx.district(), last.attempt_id],
            )
            .await?;
        // Who received it and when was wrong: a receipt that says so does not hold any more.
        papers::withdraw_of(tx, self.payment, self.day).await?;
        for (transfer,) in posted {
            books::reverse(tx, transfer, self.day, self.reason.trim()).await?;
        }
        tx.execute(
            "UPDATE cash_attempt SET state = 'sent', paid = 0, reason = '', decided_on = NULL, result_id = NULL, \
             receiver_name = '', receiver_relation = '', witness = '', signature_id = NULL, photo_id = NULL, \
             decided_at = NULL, decided_by = NULL WHERE district_id = $1 AND id = $2",
            args![tx.district(), last.attempt_id],
        )
        .await?;
        tx.execute(
            "UPDATE cash_payment SET state = 'sent', paid = paid - $3, changed_at = $4 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.payment, last.paid, tx.now()],
        )
        .await?;
        step(tx, &plan, Step::Retry).await?;
        Ok(plan.id)
    }
}

/// Ends a reconciled plan. What never arrived is cancelled: its months are free for another plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClosePlan {
    /// The plan.
    pub plan: Id,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for ClosePlan {
    const KIND: &'static str = "cash.close_plan";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let plan = reached(tx, self.plan, &self.scope).await?;
        step(tx, &plan, Step::Close).await?;
        let cancelled = tx
            .execute(
                "UPDATE cash_payment SET state = 'cancelled', reason = 'closed', changed_at = $3 WHERE district_id = $1 \
                 AND plan_id = $2 AND state = 'failed'",
                args![tx.district(), plan.id, tx.now()],
            )
            .await?;
        tx.execute(
            "UPDATE cash_plan SET closed_at = $3, closed_by = $4 WHERE district_id = $1 AND id = $2",
            args![tx.district(), plan.id, tx.now(), tx.actor()],
        )
        .await?;
        Ok(i64::try_from(cancelled).unwrap_or(i64::MAX))
    }
}

/// What is wrong between plans, payments, attempts and the books; in words.
///
/// # Errors
/// The store fails.
pub(crate) async fn check(
    db: &impl Query,
    district: asuh_store::DistrictId,
) -> Result<Vec<String>, StoreError> {
    let questions: [(&str, &str); 5] = [
        (
            "SELECT COUNT(*) AS n FROM (SELECT x.plan_id FROM ( \
             SELECT a.place_id AS plan_id, b.amount FROM account a JOIN balance b ON b.district_id = a.district_id \
             AND b.account_id = a.id WHERE a.district_id = $1 AND a.kind = 'payout' UNION ALL \
             SELECT plan_id, -amount AS amount FROM cash_attempt WHERE district_id = $1 AND state = 'sent' \
             ) x GROUP BY x.plan_id HAVING SUM(x.amount) <> 0) y",
            "plans whose money on the way differs from the books",
        ),
        (
            "SELECT COUNT(*) AS n FROM cash_payment p WHERE p.district_id = $1 AND p.paid <> COALESCE((SELECT \
             SUM(a.paid) FROM cash_attempt a WHERE a.district_id = p.district_id AND a.payment_id = p.id), 0)",
            "payments that differ from their attempts",
        ),
        (
            "SELECT COUNT(*) AS n FROM cash_payment p WHERE p.district_id = $1 AND p.amount <> COALESCE((SELECT \
             SUM(s.amount) FROM cash_share s WHERE s.district_id = p.district_id AND s.payment_id = p.id), 0)",
            "payments that differ from their shares",
        ),
        (
            "SELECT COUNT(*) AS n FROM (SELECT person_id FROM cash_payment WHERE district_id = $1 \
             AND state <> 'excluded' AND state <> 'cancelled' GROUP BY programme_id, month, person_id \
             HAVING SUM(units) > MAX(need)) y",
            "children who are paid more in a month than they need",
        ),
        (
            "SELECT COUNT(*) AS n FROM cash_plan c WHERE c.district_id = $1 AND c.state NOT IN ('draft', 'discarded', \
             'closed') AND c.total <> COALESCE((SELECT SUM(p.amount) FROM cash_payment p \
             WHERE p.district_id = c.district_id AND p.plan_id = c.id AND p.state <> 'excluded'), 0)",
            "plans that differ from their payments",
        ),
    ];
    let mut findings = Vec::new();
    for (sql, words) in questions {
        let found = db.number(sql, args![district]).await?;
        if found > 0 {
            findings.push(format!("{found} {words}"));
        }
    }
    Ok(findings)
}

asuh_store::row_struct! {
    struct OnTheWay { attempt_id: Id, payment_id: Id, family_id: Id, reference: String, way: String, amount: i64, state: String, paid: i64 }
}

/// An attempt of a plan by its reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cash) struct Known {
    pub(in crate::cash) attempt: Id,
    pub(in crate::cash) payment: Id,
    pub(in crate::cash) family: Id,
    pub(in crate::cash) amount: i64,
    pub(in crate::cash) paid: i64,
    /// 'sent', 'paid', 'partial', 'failed'
    pub(in crate::cash) state: String,
}

/// The transfers of a plan by their references. Index: cash_attempt_by_plan.
pub(in crate::cash) async fn by_reference(
    db: &impl Query,
    district: asuh_store::DistrictId,
    plan: Id,
) -> Result<HashMap<String, Known>, StoreError> {
    let rows: Vec<OnTheWay> = db
        .all(
            "SELECT a.id AS attempt_id, a.payment_id, p.family_id, a.reference, a.way, a.amount, a.state, a.paid \
             FROM cash_attempt a JOIN cash_payment p ON p.district_id = a.district_id AND p.id = a.payment_id \
             WHERE a.district_id = $1 AND a.plan_id = $2 AND a.way = 'transfer'",
            args![district, plan],
        )
        .await?;
    let known = |row: OnTheWay| {
        let known = Known {
            attempt: row.attempt_id,
            payment: row.payment_id,
            family: row.family_id,
            amount: row.amount,
            paid: row.paid,
            state: row.state,
        };
        (row.reference, known)
    };
    Ok(rows.into_iter().map(known).collect())
}
