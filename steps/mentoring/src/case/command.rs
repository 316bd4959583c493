//! What changes in an audit of a case.

use asuh_ground::settings::{self, documents};
use asuh_step_registry::rules::Target;
use asuh_step_registry::{Reach, families};
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::{self, Case};
use super::rules::{Outcome, State};
use crate::reached;

/// Rows of a follow-up plan at most.
const PLANS: i64 = 30;

/// Chooses a child whose case is audited.
///
/// Refused for whoever is no child below five, without a reason, and while another audit of it is open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SelectCase {
    /// The territories of whoever chooses.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// The family.
    pub family: Id,
    /// The child.
    pub person: Id,
    /// Why this one, at most 500 characters.
    pub reason: String,
}

impl Command for SelectCase {
    const KIND: &'static str = "mentoring.select_case";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        reached::family(tx, district, &self.reach.scope(), self.family)
            .await?
            .ok_or_else(Refusal::not_found)?;
        let members = families::members(tx, district, self.family, self.today).await?;
        let child = members.into_iter().find(|one| one.id == self.person);
        match child.ok_or_else(Refusal::not_found)?.target {
            Some(Target::ChildUnderTwo | Target::ChildTwoToFive) => {}
            _ => return Err(Refusal::new("mentoring.case.refused.child").into()),
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let number = documents::next_number(tx, "mentoring.case", self.today).await?;
        let id = tx.new_id();
        tx.subject("family", self.family);
        let written = tx
            .execute(
                "INSERT INTO case_audit (district_id, id, number, family_id, person_id, reason_sealed, selected_on, \
                 selected_by, state, reviewers, causes, recorded_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', $10) ON CONFLICT DO NOTHING",
                args![
                    district,
                    id,
                    number,
                    self.family,
                    self.person,
                    tx.seal(self.reason.trim())?,
                    self.today,
                    tx.actor(),
                    State::Selected.code(),
                    tx.now(),
                ],
            )
            .await?;
        if written == 0 {
            return Err(Refusal::new("mentoring.case.refused.open").into());
        }
        Ok(id)
    }
}

/// An audit within reach that is not closed.
async fn open(tx: &Tx<'_>, reach: &Reach, id: Id) -> Result<Case, Fault> {
    let found = query::one(tx, tx.district(), &reach.scope(), id).await?.ok_or_else(Refusal::not_found)?;
    if found.state == State::Closed.code() {
        return Err(Refusal::new("mentoring.case.refused.closed").into());
    }
    tx.subject("family", found.family_id);
    Ok(found)
}

/// Records what experts found. Recorded again it takes the place of what was found before; the trail keeps both.
///
/// Refused in the future, without reviewers or finding, and for causes that the district does not have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReviewCase {
    /// Which.
    pub audit: Id,
    /// The territories of whoever records.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// The day of the review.
    pub on: Date,
    /// Who reviewed, at most 300 characters.
    pub reviewers: String,
    /// What they found, at most 4,000 characters.
    pub finding: String,
    /// Groups of causes, in the words of the district.
    pub causes: Vec<String>,
    /// When somebody looks again.
    pub again_on: Date,
}

impl Command for ReviewCase {
    const KIND: &'static str = "mentoring.review_case";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = open(tx, &self.reach, self.audit).await?;
        if self.on > self.today || self.on < found.selected_on {
            return Err(Refusal::new("mentoring.case.refused.day").field("hari").into());
        }
        if self.again_on <= self.on {
            return Err(Refusal::new("mentoring.case.refused.again").field("pantau").into());
        }
        for (field, text) in [("pakar", &self.reviewers), ("temuan", &self.finding)] {
            if text.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        let known = settings::list(tx, tx.district(), "mentoring.causes").await?;
        let is_known = |cause: &String| known.iter().any(|row| row.get("name") == Some(cause));
        if self.causes.is_empty() || !self.causes.iter().all(is_known) {
            return Err(Refusal::new("web.error.choose").field("penyebab").into());
        }
        tx.execute(
            "UPDATE case_audit SET state = $3, reviewed_on = $4, reviewers = $5, finding_sealed = $6, causes = $7, \
             again_on = $8 WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.audit,
                State::Reviewed.code(),
                self.on,
                self.reviewers.trim(),
                tx.seal(self.finding.trim())?,
                self.causes.join("\n"),
                self.again_on,
            ],
        )
        .await?;
        Ok(())
    }
}

/// Adds what somebody is to do.
///
/// Refused before the review, without words or a name, and on a day that has passed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanCase {
    /// Which.
    pub audit: Id,
    /// The territories of whoever plans.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// What, at most 300 characters.
    pub what: String,
    /// Who, at most 120 characters.
    pub who: String,
    /// Until when.
    pub due_on: Date,
}

impl Command for PlanCase {
    const KIND: &'static str = "mentoring.plan_case";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let found = open(tx, &self.reach, self.audit).await?;
        if found.state != State::Reviewed.code() {
            return Err(Refusal::new("mentoring.case.refused.review_first").into());
        }
        for (field, text) in [("apa", &self.what), ("siapa", &self.who)] {
            if text.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        if self.due_on < self.today {
            return Err(Refusal::new("mentoring.case.refused.due").field("batas").into());
        }
        // Where two add at once the later waits for the row, and counts what the earlier wrote.
        tx.execute(
            "UPDATE case_audit SET recorded_at = recorded_at WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.audit],
        )
        .await?;
        let sql = "SELECT COUNT(*) AS n FROM case_plan WHERE district_id = $1 AND audit_id = $2";
        let nth = tx.number(sql, args![tx.district(), self.audit]).await? + 1;
        if nth > PLANS {
            return Err(Refusal::new("mentoring.case.refused.many").into());
        }
        tx.execute(
            "INSERT INTO case_plan (district_id, audit_id, nth, what_sealed, who, due_on, recorded_by, recorded_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                tx.district(),
                self.audit,
                nth,
                tx.seal(self.what.trim())?,
                self.who.trim(),
                self.due_on,
                tx.actor(),
                tx.now(),
            ],
        )
        .await?;
        Ok(nth)
    }
}

/// Says that what was planned is done, with the evidence in words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FinishPlan {
    /// Which audit.
    pub audit: Id,
    /// Which row of its plan.
    pub nth: i64,
    /// The territories of whoever says so.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// What shows it, at most 500 characters.
    pub evidence: String,
}

impl Command for FinishPlan {
    const KIND: &'static str = "mentoring.finish_plan";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        open(tx, &self.reach, self.audit).await?;
        if self.evidence.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("bukti").into());
        }
        let changed = tx
            .execute(
                "UPDATE case_plan SET done_on = $4, evidence_sealed = $5, done_by = $6 \
                 WHERE district_id = $1 AND audit_id = $2 AND nth = $3 AND done_on IS NULL",
                args![
                    tx.district(),
                    self.audit,
                    self.nth,
                    self.today,
                    tx.seal(self.evidence.trim())?,
                    tx.actor(),
                ],
            )
            .await?;
        if changed == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// The second look, which closes the audit.
///
/// Refused before the review, in the future, and without words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseCase {
    /// Which.
    pub audit: Id,
    /// The territories of whoever looked.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// What was found.
    pub outcome: Outcome,
    /// In words, at most 2,000 characters.
    pub words: String,
}

impl Command for CloseCase {
    const KIND: &'static str = "mentoring.close_case";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = open(tx, &self.reach, self.audit).await?;
        if found.state != State::Reviewed.code() {
            return Err(Refusal::new("mentoring.case.refused.review_first").into());
        }
        if self.words.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("kata").into());
        }
        let sealed: Result<Vec<u8>, StoreError> = tx.seal(self.words.trim());
        let changed = tx
            .execute(
                "UPDATE case_audit SET state = $3, looked_on = $4, outcome = $5, outcome_sealed = $6 \
                 WHERE district_id = $1 AND id = $2 AND state = $7",
                args![
                    tx.district(),
                    self.audit,
                    State::Closed.code(),
                    self.today,
                    self.outcome.code(),
                    sealed?,
                    State::Reviewed.code(),
                ],
            )
            .await?;
        if changed == 0 { Err(Refusal::new("mentoring.case.refused.closed").into()) } else { Ok(()) }
    }
}
