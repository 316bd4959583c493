//! Drafting a plan: who is due how much, who is left out and why, and freezing it.

use std::collections::HashMap;

use asuh_ground::books::{Fund, is_zakat};
use asuh_ground::settings::documents;
use asuh_store::{Args, Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::proposal::{Due, Source, due};
use super::query::{PlanLine, plan_in};
use super::sign::{hold, step};
use crate::cash::rules::{State, Step};

/// Takes hold of what the children of a programme receive for a month.
pub(in crate::cash) async fn hold_month(tx: &Tx<'_>, programme: Id, month: Date) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO cash_month (district_id, programme_id, month, changes) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (district_id, programme_id, month) DO UPDATE SET changes = cash_month.changes + 1",
        args![tx.district(), programme, month],
    )
    .await?;
    Ok(())
}

/// Drafts the plan of a month: everybody who is due something by the pairs that act, and is not in another plan of the same
/// fund. Its receipt is the plan.
///
/// Refused for zakat, which Baznas alone gives; where the source gives no money; for a month that has not begun, or is more
/// than a year ago; where nobody is due anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DraftPlan {
    /// Programme, holder, fund and month.
    pub source: Source,
    /// The present day in the district.
    pub today: Date,
}

impl Command for DraftPlan {
    const KIND: &'static str = "cash.draft_plan";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let source = &self.source;
        let fund =
            source.fund.parse::<Fund>().map_err(|_| Refusal::new("web.error.choose").field("sumber"))?;
        if is_zakat(tx, tx.district(), &fund).await? {
            return Err(Refusal::new("cash.refused.zakat").field("sumber").into());
        }
        let oldest = self.today - time::Duration::days(366);
        if source.month.day() != 1 || source.month > self.today || source.month < oldest {
            return Err(Refusal::new("cash.refused.month").field("bulan").into());
        }
        hold_month(tx, source.programme, source.month).await?;
        let dues = due(tx, source, self.today, None).await?;
        if !dues.iter().any(|due| due.left_out.is_empty()) {
            return Err(Refusal::new("cash.refused.nobody").field("bulan").into());
        }
        let id = tx.new_id();
        tx.subject("cash_plan", id);
        let number = documents::next_number(tx, "distribution.cash", self.today).await?;
        let no = None::<Id>;
        let row = args![
            tx.district(),
            id,
            number,
            source.programme,
            source.fund_holder,
            &source.fund,
            source.month,
            "draft",
            1_i64,
            0_i64,
            0_i64,
            "",
            None::<i64>,
            no,
            tx.now(),
            tx.actor(),
            None::<i64>,
            no,
            None::<Date>,
            None::<i64>,
            no,
            "",
            None::<i64>,
            no,
        ];
        tx.insert_many(
            "INSERT INTO cash_plan (district_id, id, number, programme_id, fund_holder_id, fund, month, state, round, \
             payments, total, returned_reason, returned_at, returned_by, drafted_at, drafted_by, locked_at, locked_by, \
             released_on, released_at, released_by, format_code, closed_at, closed_by) VALUES",
            "",
            vec![row],
        )
        .await?;
        store(tx, id, source, dues, &HashMap::new()).await?;
        Ok(id)
    }
}

/// Writes the payments of a draft with their shares. `by_hand`: who was excluded by hand before, with the words.
async fn store(
    tx: &Tx<'_>,
    plan: Id,
    source: &Source,
    dues: Vec<Due>,
    by_hand: &HashMap<Id, String>,
) -> Result<(), Fault> {
    let (mut payments, mut shares): (Vec<Args>, Vec<Args>) = (Vec::new(), Vec::new());
    for (nth, due) in (1_i64..).zip(dues) {
        let id = tx.new_id();
        let (state, reason, words) = match (due.left_out, by_hand.get(&due.person)) {
            ("", None) => ("planned", "", String::new()),
            ("", Some(words)) => ("excluded", "hand", words.clone()),
            (reason, _) => ("excluded", reason, String::new()),
        };
        let facts = due.facts;
        payments.push(args![
            tx.district(),
            id,
            plan,
            source.programme,
            source.fund_holder,
            &source.fund,
            source.month,
            due.person,
            due.family,
            nth,
            facts.family_version,
            facts.person_version,
            facts.village_code,
            facts.rw,
            facts.rt,
            facts.hamlet,
            facts.head_name,
            facts.child_name,
            facts.code.unwrap_or_default(),
            due.need,
            due.units,
            due.amount,
            0_i64,
            "cash",
            "",
            "",
            None::<Vec<u8>>,
            "",
            None::<Vec<u8>>,
            state,
            reason,
            words,
            tx.now(),
        ]);
        shares.extend(due.shares.into_iter().map(|(share, units, amount)| {
            args![tx.district(), id, share.pair, share.campaign, share.sponsor, units, amount]
        }));
    }
    tx.insert_many(
        "INSERT INTO cash_payment (district_id, id, plan_id, programme_id, fund_holder_id, fund, month, person_id, \
         family_id, nth, family_version, person_version, village_code, rw, rt, hamlet, head_name, child_name, code, need, \
         units, amount, paid, way, bank_code, bank, number_sealed, number_end, holder_sealed, state, reason, words, \
         changed_at) VALUES",
        "",
        payments,
    )
    .await?;
    tx.insert_many(
        "INSERT INTO cash_share (district_id, payment_id, pair_id, campaign_id, sponsor_id, units, amount) VALUES",
        "",
        shares,
    )
    .await?;
    tally(tx, plan).await
}

/// Counts a plan anew: children and rupiah.
async fn tally(tx: &Tx<'_>, plan: Id) -> Result<(), Fault> {
    tx.execute(
        "UPDATE cash_plan SET payments = (SELECT COUNT(*) FROM cash_payment p WHERE p.district_id = $1 AND p.plan_id = $2 \
         AND p.state <> 'excluded'), total = (SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM cash_payment p \
         WHERE p.district_id = $1 AND p.plan_id = $2 AND p.state <> 'excluded') WHERE district_id = $1 AND id = $2",
        args![tx.district(), plan],
    )
    .await?;
    Ok(())
}

/// Works a draft out anew: promises that began, ended or changed since. Who was excluded by hand stays so.
///
/// Refused when it is no draft any more, or nobody is due anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RedraftPlan {
    /// The plan.
    pub plan: Id,
    /// The present day in the district.
    pub today: Date,
}

asuh_store::row_struct! {
    struct ByHand { person_id: Id, words: String }
}

impl Command for RedraftPlan {
    const KIND: &'static str = "cash.redraft_plan";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let plan = draft(tx, self.plan).await?;
        let dues = due(tx, &plan.source(), self.today, Some(plan.id)).await?;
        if !dues.iter().any(|due| due.left_out.is_empty()) {
            return Err(Refusal::new("cash.refused.nobody").into());
        }
        let by_hand: Vec<ByHand> = tx
            .all(
                "SELECT person_id, words FROM cash_payment WHERE district_id = $1 AND plan_id = $2 \
                 AND state = 'excluded' AND reason = 'hand'",
                args![tx.district(), plan.id],
            )
            .await?;
        tx.execute(
            "DELETE FROM cash_share WHERE district_id = $1 AND payment_id IN \
             (SELECT id FROM cash_payment WHERE district_id = $1 AND plan_id = $2)",
            args![tx.district(), plan.id],
        )
        .await?;
        tx.execute(
            "DELETE FROM cash_payment WHERE district_id = $1 AND plan_id = $2",
            args![tx.district(), plan.id],
        )
        .await?;
        let by_hand = by_hand.into_iter().map(|row| (row.person_id, row.words)).collect();
        store(tx, plan.id, &plan.source(), dues, &by_hand).await
    }
}

/// A draft, held together with its month.
async fn draft(tx: &Tx<'_>, id: Id) -> Result<PlanLine, Fault> {
    tx.subject("cash_plan", id);
    let found = plan_in(tx, id).await?;
    hold_month(tx, found.programme_id, found.month).await?;
    let plan = hold(tx, id).await?;
    match plan.state() {
        State::Draft => Ok(plan),
        _ => Err(Refusal::new("cash.refused.not_draft").into()),
    }
}

/// Leaves a child of a draft out, with the reason; or takes it in again.
///
/// Refused when the plan is no draft any more, without a reason, and for one who was not left out by hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExcludePayment {
    /// The payment.
    pub payment: Id,
    /// Why; nothing: it is taken in again.
    pub reason: Option<String>,
}

asuh_store::row_struct! {
    struct Placed { plan_id: Id, family_id: Id, person_id: Id }
}

impl Command for ExcludePayment {
    const KIND: &'static str = "cash.exclude_payment";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let sql = "SELECT plan_id, family_id, person_id FROM cash_payment WHERE district_id = $1 AND id = $2";
        let placed: Option<Placed> = tx.first(sql, args![tx.district(), self.payment]).await?;
        let placed = placed.ok_or_else(Refusal::not_found)?;
        let plan = draft(tx, placed.plan_id).await?;
        tx.subject("family", placed.family_id);
        let changed = match &self.reason {
            Some(reason) => {
                if reason.trim().is_empty() {
                    return Err(Refusal::new("web.error.required").field("alasan").into());
                }
                tx.execute(
                    "UPDATE cash_payment SET state = 'excluded', reason = 'hand', words = $3, changed_at = $4 \
                     WHERE district_id = $1 AND id = $2 AND state = 'planned'",
                    args![tx.district(), self.payment, reason.trim(), tx.now()],
                )
                .await?
            }
            None => {
                let taken = tx
                    .number(
                        "SELECT COUNT(*) AS n FROM cash_payment WHERE district_id = $1 AND programme_id = $2 \
                         AND month = $3 AND person_id = $4 AND fund_holder_id = $5 AND fund = $6 \
                         AND state <> 'excluded' AND state <> 'cancelled'",
                        args![
                            tx.district(),
                            plan.programme_id,
                            plan.month,
                            placed.person_id,
                            plan.fund_holder_id,
                            &plan.fund
                        ],
                    )
                    .await?;
                if taken > 0 {
                    return Err(Refusal::new("cash.refused.elsewhere").into());
                }
                tx.execute(
                    "UPDATE cash_payment SET state = 'planned', reason = '', words = '', changed_at = $3 \
                     WHERE district_id = $1 AND id = $2 AND state = 'excluded' AND reason = 'hand'",
                    args![tx.district(), self.payment, tx.now()],
                )
                .await?
            }
        };
        if changed == 0 {
            return Err(Refusal::new("cash.refused.exclude").into());
        }
        tally(tx, plan.id).await?;
        Ok(plan.id)
    }
}

/// Freezes a draft: names, places and accounts are kept as they are in this moment, and nothing of it changes any more
/// unless it is returned. Who has an account that may be used receives a transfer, everybody else cash in hand.
///
/// Refused when it is no draft, when promises changed since it was worked out, or when nobody is left.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LockPlan {
    /// The plan.
    pub plan: Id,
    /// The present day in the district.
    pub today: Date,
}

asuh_store::row_struct! {
    struct Planned { person_id: Id, units: i64, amount: i64, state: String, reason: String }
}

impl Command for LockPlan {
    const KIND: &'static str = "cash.lock_plan";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let plan = draft(tx, self.plan).await?;
        self.refuse_stale(tx, &plan).await?;
        step(tx, &plan, Step::Lock).await?;
        tx.execute(
            "UPDATE cash_plan SET locked_at = $3, locked_by = $4 WHERE district_id = $1 AND id = $2",
            args![tx.district(), plan.id, tx.now(), tx.actor()],
        )
        .await?;
        freeze(tx, &plan, self.today).await?;
        tally(tx, plan.id).await?;
        let left = plan_in(tx, plan.id).await?;
        if left.payments == 0 {
            return Err(Refusal::new("cash.refused.nobody").into());
        }
        Ok(())
    }
}

impl LockPlan {
    /// A draft that would look otherwise today says something that is no longer true.
    async fn refuse_stale(&self, tx: &Tx<'_>, plan: &PlanLine) -> Result<(), Fault> {
        let now = due(tx, &plan.source(), self.today, Some(plan.id)).await?;
        let rows: Vec<Planned> = tx
            .all(
                "SELECT person_id, units, amount, state, reason FROM cash_payment \
                 WHERE district_id = $1 AND plan_id = $2",
                args![tx.district(), plan.id],
            )
            .await?;
        let mut planned: HashMap<Id, Planned> = rows.into_iter().map(|row| (row.person_id, row)).collect();
        let mut other = 0;
        for due in now {
            let same = planned.remove(&due.person).is_some_and(|row| {
                let out = if row.reason == "hand" { "" } else { row.reason.as_str() };
                (row.units, row.amount, out) == (due.units, due.amount, due.left_out)
            });
            other += i64::from(!same);
        }
        other += planned.values().filter(|row| row.state == "planned").count() as i64;
        match other {
            0 => Ok(()),
            other => Err(Refusal::new("cash.refused.stale").arg("children", other).into()),
        }
    }
}

/// Keeps names, places and accounts as they are now. Indexes: cash_payment_by_plan, person_version_current,
/// family_version_current, receiver_account_once, consent_by_family.
async fn freeze(tx: &Tx<'_>, plan: &PlanLine, today: Date) -> Result<(), Fault> {
    tx.execute(
        "UPDATE cash_payment SET family_id = s.family_id, family_version = s.family_version, \
         person_version = s.person_version, village_code = s.village_code, rw = s.rw, rt = s.rt, hamlet = s.hamlet, \
         head_name = s.head_name, child_name = s.child_name, way = 'cash', bank_code = '', bank = '', \
         number_sealed = NULL, number_end = '', holder_sealed = NULL, changed_at = $3 FROM ( \
           SELECT p.id, m.family_id, v.version AS family_version, m.version AS person_version, v.village_code, v.rw, v.rt, \
           v.hamlet, v.head_name, m.name AS child_name FROM cash_payment p \
           JOIN person_version m ON m.district_id = p.district_id AND m.person_id = p.person_id \
           AND m.superseded_at + 0 = $4 \
           JOIN family_version v ON v.district_id = m.district_id AND v.family_id = m.family_id \
           AND v.superseded_at + 0 = $4 WHERE p.district_id = $1 AND p.plan_id = $2 AND p.state = 'planned' \
         ) s WHERE cash_payment.district_id = $1 AND cash_payment.id = s.id",
        args![tx.district(), plan.id, tx.now(), asuh_store::Instant::NEVER],
    )
    .await?;
    accounts(tx, "p.plan_id = $3 AND p.state = 'planned'", plan.id, today).await
}

/// Gives payments the accounts of their families that hold now and may be used on the day; `which` is a condition about
/// the payments `p`, with `$3` in it.
pub(in crate::cash) async fn accounts(tx: &Tx<'_>, which: &str, id: Id, today: Date) -> Result<(), Fault> {
    tx.execute(
        &format!(
            "UPDATE cash_payment SET way = 'transfer', bank_code = s.bank_code, bank = s.bank, \
             number_sealed = s.number_sealed, number_end = s.number_end, holder_sealed = s.holder_sealed FROM ( \
               SELECT p.id, a.bank_code, a.bank, a.number_sealed, a.number_end, a.holder_sealed FROM cash_payment p \
               JOIN receiver_account a ON a.district_id = p.district_id AND a.family_id = p.family_id \
               AND a.ended_at IS NULL WHERE p.district_id = $1 AND {which} \
               AND EXISTS (SELECT 1 FROM consent c WHERE c.district_id = p.district_id AND c.family_id = p.family_id \
               AND c.purpose = 'payment' AND c.given_on <= $2 AND (c.withdrawn_on IS NULL OR c.withdrawn_on > $2) \
               AND (c.person_id IS NULL OR c.person_id = p.person_id)) \
             ) s WHERE cash_payment.district_id = $1 AND cash_payment.id = s.id"
        ),
        args![tx.district(), today, id],
    )
    .await?;
    Ok(())
}

/// Puts a draft away: the months of its children are free again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DiscardPlan {
    /// The plan.
    pub plan: Id,
}

impl Command for DiscardPlan {
    const KIND: &'static str = "cash.discard_plan";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let plan = draft(tx, self.plan).await?;
        step(tx, &plan, Step::Discard).await?;
        tx.execute(
            "UPDATE cash_payment SET state = 'cancelled', reason = 'discarded', changed_at = $3 WHERE district_id = $1 \
             AND plan_id = $2 AND state = 'planned'",
            args![tx.district(), plan.id, tx.now()],
        )
        .await?;
        Ok(())
    }
}
