//! Who signs: approving, authorising, returning.

use asuh_ground::access::Scope;
use asuh_ground::{papers, settings};
use asuh_step_collection::local_today;
use asuh_store::{Command, DistrictId, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::query::{PlanLine, plan_in};
use crate::cash::rules::{self, Act, Signing, State, Step};

/// Takes hold of a plan.
pub(in crate::cash) async fn hold(tx: &Tx<'_>, id: Id) -> Result<PlanLine, Fault> {
    tx.subject("cash_plan", id);
    tx.execute(
        "UPDATE cash_plan SET round = round WHERE district_id = $1 AND id = $2",
        args![tx.district(), id],
    )
    .await?;
    plan_in(tx, id).await
}

/// Takes hold of a plan whose money is with a holder of the caller.
pub(in crate::cash) async fn reached(tx: &Tx<'_>, id: Id, scope: &Scope) -> Result<PlanLine, Fault> {
    let plan = hold(tx, id).await?;
    match scope.reaches_unit(plan.fund_holder_id) {
        true => Ok(plan),
        false => Err(Refusal::not_found().into()),
    }
}

/// Moves a plan, that is held, on.
pub(in crate::cash) async fn step(tx: &Tx<'_>, plan: &PlanLine, step: Step) -> Result<State, Fault> {
    let state = plan.state();
    let Some(next) = rules::after(state, step) else {
        return Err(Refusal::new(format!("cash.refused.step.{}", state.code())).into());
    };
    let moved = tx
        .execute(
            "UPDATE cash_plan SET state = $3 WHERE district_id = $1 AND id = $2 AND state = $4",
            args![tx.district(), plan.id, next.code(), state.code()],
        )
        .await?;
    match moved {
        0 => Err(Refusal::new(format!("cash.refused.step.{}", state.code())).into()),
        _ => Ok(next),
    }
}

asuh_store::row_struct! {
    struct Signed { act: String }
}

/// What a user did with a plan in its present round.
pub(super) async fn acts(
    db: &impl Query,
    district: DistrictId,
    plan: &PlanLine,
    user: Id,
) -> Result<Vec<Act>, StoreError> {
    let signed: Vec<Signed> = db
        .all(
            "SELECT act FROM cash_signature WHERE district_id = $1 AND plan_id = $2 AND round = $3 AND user_id = $4",
            args![district, plan.id, plan.round, user],
        )
        .await?;
    let mut acts: Vec<Act> = signed.iter().filter_map(|row| Act::parse(&row.act)).collect();
    if plan.drafted_by == user || plan.locked_by == Some(user) {
        acts.push(Act::Draft);
    }
    Ok(acts)
}

/// The act of his own that bars a user from an act on a plan. The program itself (console, demo's set-up) is barred too.
pub(super) async fn barred(
    db: &impl Query,
    district: DistrictId,
    plan: &PlanLine,
    (user, act): (Id, Act),
) -> Result<Option<Act>, StoreError> {
    let setting: String = settings::get_typed(db, district, "cash.apart").await?;
    let own = acts(db, district, plan, user).await?;
    Ok(rules::barred(act, &own, &rules::apart(&setting)))
}

/// Refuses whoever did something with the plan that keeps him from this.
pub(in crate::cash) async fn refuse_barred(tx: &Tx<'_>, plan: &PlanLine, act: Act) -> Result<(), Fault> {
    match barred(tx, tx.district(), plan, (tx.actor(), act)).await? {
        Some(own) => Err(Refusal::new(format!("cash.refused.apart.{}", own.code())).into()),
        None => Ok(()),
    }
}

/// The rows of the setting `cash.signatures`.
pub(super) async fn signings(db: &impl Query, district: DistrictId) -> Result<Vec<Signing>, StoreError> {
    let rows = settings::list(db, district, "cash.signatures").await?;
    let read = |row: &settings::ListRow| {
        Some(Signing {
            act: Act::parse(row.get("act")?)?,
            from: row.get("from")?.parse().ok()?,
            count: row.get("count")?.parse().ok()?,
        })
    };
    Ok(rows.iter().filter_map(read).collect())
}

/// Signs a plan: approves or authorises it. The last signature that its total needs moves it on; the receipt says how many
/// are still wanted.
///
/// Refused when the plan waits for something else, when the caller has signed, drafted or locked it and may not do both,
/// and when its money is with a holder who is not the caller's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignPlan {
    /// The plan.
    pub plan: Id,
    /// Whether it is authorised; else it is approved.
    pub authorise: bool,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for SignPlan {
    const KIND: &'static str = "cash.sign_plan";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let plan = reached(tx, self.plan, &self.scope).await?;
        let (act, by) = match self.authorise {
            true => (Act::Authorise, Step::Authorise),
            false => (Act::Approve, Step::Approve),
        };
        if rules::after(plan.state(), by).is_none() {
            return Err(Refusal::new(format!("cash.refused.step.{}", plan.state)).into());
        }
        refuse_barred(tx, &plan, act).await?;
        let signed = tx
            .execute(
                "INSERT INTO cash_signature (district_id, plan_id, round, act, user_id, signed_at) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (district_id, plan_id, round, act, user_id) DO NOTHING",
                args![tx.district(), plan.id, plan.round, act.code(), tx.actor(), tx.now()],
            )
            .await?;
        if signed == 0 {
            return Err(Refusal::new("cash.refused.signed").into());
        }
        let there = tx
            .number(
                "SELECT COUNT(*) AS n FROM cash_signature WHERE district_id = $1 AND plan_id = $2 AND round = $3 \
                 AND act = $4",
                args![tx.district(), plan.id, plan.round, act.code()],
            )
            .await?;
        let wanted = rules::signatures(&signings(tx, tx.district()).await?, act, plan.total) - there;
        if wanted <= 0 {
            step(tx, &plan, by).await?;
        }
        Ok(wanted.max(0))
    }
}

/// Sends a plan back to whoever drafted it. Signatures given so far count no more.
///
/// Refused without a reason, and once money has left its holder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReturnPlan {
    /// The plan.
    pub plan: Id,
    /// Why.
    pub reason: String,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for ReturnPlan {
    const KIND: &'static str = "cash.return_plan";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let plan = reached(tx, self.plan, &self.scope).await?;
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        step(tx, &plan, Step::Return).await?;
        tx.execute(
            "UPDATE cash_plan SET round = round + 1, returned_reason = $3, returned_at = $4, returned_by = $5, \
             locked_at = NULL, locked_by = NULL WHERE district_id = $1 AND id = $2",
            args![tx.district(), plan.id, self.reason.trim(), tx.now(), tx.actor()],
        )
        .await?;
        papers::withdraw_of(tx, plan.id, local_today(tx).await?).await
    }
}
