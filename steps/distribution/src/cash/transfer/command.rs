//! Taking a bank's answer in: kept as a draft, looked at, then every row of it or none.

use asuh_ground::access::Scope;
use asuh_store::{Command, DistrictId, Fault, Id, Query, Recording, Refusal, Secrets, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::format::{answer, chosen};
use super::reading::{Reading, read};
use crate::cash::payment::{Outcome, by_reference, decide};
use crate::cash::plan::{PlanLine, reached};
use crate::cash::rules::State;

/// Keeps the rows of an uploaded file until somebody has looked at them. Unlogged: taking them in is in the log. The same
/// file again is the same draft; one that was taken in stays so.
#[derive(Serialize, Deserialize)]
pub struct PutResult {
    /// The plan.
    pub plan: Id,
    /// Of the file's bytes.
    pub sha256: [u8; 32],
    /// Its name, as it was sent.
    pub name: String,
    /// Its cells as texts.
    #[serde(skip)]
    pub rows: Vec<Vec<String>>,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

asuh_store::row_struct! {
    struct There { id: Id }
}

impl Command for PutResult {
    const KIND: &'static str = "cash.put_result";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let plan = reached(tx, self.plan, &self.scope).await?;
        if !matches!(plan.state(), State::Released | State::Reconciled) {
            return Err(Refusal::new(format!("cash.refused.step.{}", plan.state)).into());
        }
        let rows = serde_json::to_string(&self.rows).map_err(|error| StoreError::Shape(error.to_string()))?;
        tx.execute(
            "INSERT INTO cash_result (district_id, id, plan_id, file_sha256, file_name, state, rows_sealed, paid, partial, \
             failed, uploaded_at, uploaded_by, taken_at, taken_by) VALUES ($1, $2, $3, $4, $5, 'draft', $6, 0, 0, 0, $7, \
             $8, NULL, NULL) ON CONFLICT (district_id, plan_id, file_sha256) DO UPDATE SET state = 'draft', \
             rows_sealed = excluded.rows_sealed, file_name = excluded.file_name, uploaded_at = excluded.uploaded_at, \
             uploaded_by = excluded.uploaded_by WHERE cash_result.state <> 'taken'",
            args![
                tx.district(), tx.new_id(), self.plan, self.sha256, &self.name, tx.seal(&rows)?, tx.now(), tx.actor()
            ],
        )
        .await?;
        let sql = "SELECT id FROM cash_result WHERE district_id = $1 AND plan_id = $2 AND file_sha256 = $3";
        let there: Option<There> = tx.first(sql, args![tx.district(), self.plan, self.sha256]).await?;
        Ok(there.ok_or_else(Refusal::not_found)?.id)
    }
}

asuh_store::row_struct! {
    /// A bank's answer.
    pub(super) struct ResultLine {
        pub(super) id: Id,
        pub(super) plan_id: Id,
        pub(super) file_name: String,
        pub(super) state: String,
        pub(super) rows_sealed: Option<Vec<u8>>,
        pub(super) paid: i64,
        pub(super) partial: i64,
        pub(super) failed: i64,
        pub(super) taken_at: Option<asuh_store::Instant>,
    }
}

const RESULT: &str = "SELECT r.id, r.plan_id, r.file_name, r.state, r.rows_sealed, r.paid, r.partial, r.failed, r.taken_at \
     FROM cash_result r JOIN cash_plan p ON p.district_id = r.district_id AND p.id = r.plan_id WHERE r.district_id = $1";

/// An answer to a plan whose holder the caller reaches. Index: primary keys.
pub(super) async fn result(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<ResultLine>, StoreError> {
    let mut args = args![district, id];
    let reached = scope.unit_condition("p.fund_holder_id", &mut args);
    db.first(&format!("{RESULT} AND r.id = $2 AND {reached}"), args).await
}

/// The answers to a plan that were taken in, the newest first. Index: unique key of plan and file (a handful).
pub(super) async fn taken(
    db: &impl Query,
    district: DistrictId,
    plan: Id,
) -> Result<Vec<ResultLine>, StoreError> {
    let sql = format!("{RESULT} AND r.plan_id = $2 AND r.state = 'taken' ORDER BY r.taken_at DESC, r.id");
    db.all(&sql, args![district, plan]).await
}

/// What a draft says, read by the form of the plan's file.
pub(super) async fn look(
    db: &impl Query,
    secrets: &Secrets,
    district: DistrictId,
    (plan, sealed): (&PlanLine, &[u8]),
) -> Result<Result<Reading, Refusal>, StoreError> {
    let text = secrets.open_text(district, sealed)?;
    let rows: Vec<Vec<String>> =
        serde_json::from_str(&text).map_err(|error| StoreError::Shape(error.to_string()))?;
    let Some(format) = chosen(db, district, &plan.format_code).await? else {
        return Ok(Err(Refusal::new("cash.refused.format.gone")));
    };
    let known = by_reference(db, district, plan.id).await?;
    Ok(answer(&format.answer).and_then(|answer| read(&rows, &answer, &known)))
}

/// Takes a bank's answer in: all its rows, each at most once.
///
/// Refused when it was taken in or thrown away before, when a row of it cannot be true, and when it says nothing new.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeResult {
    /// The draft.
    pub result: Id,
    /// The present day in the district.
    pub day: Date,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for TakeResult {
    const KIND: &'static str = "cash.take_result";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let found = result(tx, tx.district(), self.result, &self.scope).await?;
        let plan = reached(tx, found.ok_or_else(Refusal::not_found)?.plan_id, &self.scope).await?;
        // Read again behind the hold of the plan.
        let found = result(tx, tx.district(), self.result, &self.scope).await?;
        let found = found.ok_or_else(Refusal::not_found)?;
        let (Some(sealed), "draft") = (&found.rows_sealed, found.state.as_str()) else {
            return Err(Refusal::new("cash.refused.answer_taken").into());
        };
        let reading = look(tx, tx.secrets(), tx.district(), (&plan, sealed)).await??;
        if !reading.problems.is_empty() {
            return Err(Refusal::new("cash.refused.answer_problems")
                .arg("rows", reading.problems.len())
                .into());
        }
        if reading.said.is_empty() {
            return Err(Refusal::new("cash.refused.answer_nothing").into());
        }
        let news = reading.said.len() as i64;
        tx.execute(
            "UPDATE cash_result SET state = 'taken', rows_sealed = NULL, paid = $3, partial = $4, failed = $5, \
             taken_at = $6, taken_by = $7 WHERE district_id = $1 AND id = $2",
            args![
                tx.district(), self.result, reading.paid(), reading.partial(), reading.failed(), tx.now(), tx.actor()
            ],
        )
        .await?;
        let outcome = |said: super::reading::Said| Outcome {
            attempt: said.known.attempt,
            payment: said.known.payment,
            family: said.known.family,
            amount: said.known.amount,
            paid: said.paid,
            reason: said.reason,
            day: self.day,
        };
        let outcomes = reading.said.into_iter().map(outcome).collect();
        decide(tx, &plan, outcomes, Some(self.result)).await?;
        Ok(news)
    }
}

/// Throws an answer away that was not taken in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropResult {
    /// The draft.
    pub result: Id,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for DropResult {
    const KIND: &'static str = "cash.drop_result";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let found = result(tx, tx.district(), self.result, &self.scope).await?;
        let found = found.ok_or_else(Refusal::not_found)?;
        tx.subject("cash_plan", found.plan_id);
        let dropped = tx
            .execute(
                "UPDATE cash_result SET state = 'dropped', rows_sealed = NULL WHERE district_id = $1 AND id = $2 \
                 AND state = 'draft'",
                args![tx.district(), self.result],
            )
            .await?;
        match dropped {
            0 => Err(Refusal::new("cash.refused.answer_taken").into()),
            _ => Ok(found.plan_id),
        }
    }
}
