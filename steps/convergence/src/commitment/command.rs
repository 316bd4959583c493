//! What changes of commitments.

use asuh_ground::access::Scope;
use asuh_ground::attachments;
use asuh_nusantara::TerritoryCode;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query;
use super::tie::Tie;
use crate::meeting::rules::State;

/// Commitments of one meeting, and reports on one commitment, at most.
const MANY: i64 = 200;

asuh_ground::codes! {
    /// How a commitment stands.
    pub enum Become {
        /// It is worked on.
        Open = "open",
        /// It is kept.
        Done = "done",
        /// It is given up, with the reason.
        Dropped = "dropped",
    }
}

/// Writes down what was agreed while the meeting runs.
///
/// Refused unless it runs, without words or office, with a day before the meeting's, and for a place or a row of a plan
/// outside the meeting's territory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decide {
    /// The meeting.
    pub meeting: Id,
    /// The territories of whoever writes it down.
    pub scope: Scope,
    /// What, at most 300 characters.
    pub what: String,
    /// Which office is responsible, at most 120 characters.
    pub office: String,
    /// How much, or nothing.
    pub quantity: String,
    /// Until when.
    pub due_on: Date,
    /// The village or kecamatan where it is done; none: all of the meeting's territory.
    pub place: Option<i64>,
    /// The row of a plan and the indicator that it serves.
    pub tie: Tie,
}

impl Command for Decide {
    const KIND: &'static str = "convergence.decide";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let meeting = crate::meeting::held(tx, &self.scope, self.meeting, State::Running).await?;
        for (field, text) in [("apa", &self.what), ("kantor", &self.office)] {
            if text.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        if self.due_on < meeting.held_on {
            return Err(Refusal::new("commitment.refused.due").field("batas").into());
        }
        if let Some(place) = self.place {
            let whole = TerritoryCode::from_i64(meeting.territory_code).map_err(|_| Refusal::not_found())?;
            let inside = TerritoryCode::from_i64(place).is_ok_and(|code| whole.contains(code));
            let sql = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2";
            if !inside || tx.number(sql, args![district, place]).await? == 0 {
                return Err(Refusal::new("web.error.choose").field("tempat").into());
            }
        }
        let indicator = self.tie.checked(tx, meeting.territory_code).await?;
        let sql =
            "SELECT COALESCE(MAX(nth), 0) AS n FROM commitment WHERE district_id = $1 AND meeting_id = $2";
        let nth = tx.number(sql, args![district, self.meeting]).await? + 1;
        if nth > MANY {
            return Err(Refusal::new("commitment.refused.many").arg("most", MANY).into());
        }
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO commitment (district_id, id, meeting_id, nth, territory_code, what, office, quantity, due_on, \
             place_code, plan_item_id, indicator, state, changed_on, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13, $14, $15)",
            args![
                district,
                id,
                self.meeting,
                nth,
                meeting.territory_code,
                self.what.trim(),
                self.office.trim(),
                self.quantity.trim(),
                self.due_on,
                self.place,
                self.tie.plan_item,
                indicator,
                meeting.held_on,
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        Ok(id)
    }
}

/// Takes back what was written down by mistake, while the meeting runs. The trail keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Undecide {
    /// The meeting.
    pub meeting: Id,
    /// The territories of whoever takes it back.
    pub scope: Scope,
    /// Which.
    pub commitment: Id,
}

impl Command for Undecide {
    const KIND: &'static str = "convergence.undecide";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        crate::meeting::held(tx, &self.scope, self.meeting, State::Running).await?;
        let gone = tx
            .execute(
                "DELETE FROM commitment WHERE district_id = $1 AND id = $2 AND meeting_id = $3 AND NOT EXISTS \
                 (SELECT 1 FROM commitment_progress p WHERE p.district_id = $1 AND p.commitment_id = $2)",
                args![tx.district(), self.commitment, self.meeting],
            )
            .await?;
        if gone == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Tells what became of a commitment, with what shows it.
///
/// Refused in the future, without words, and for one that is kept or given up unless it is opened again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportProgress {
    /// Which.
    pub commitment: Id,
    /// The territories of whoever reports.
    pub scope: Scope,
    /// The present day.
    pub today: Date,
    /// The day on which it stood so.
    pub on: Date,
    /// How it stands.
    pub state: Become,
    /// In words, at most 500 characters, without names of persons.
    pub words: String,
    /// A stored photo or scan.
    pub evidence: Option<Id>,
}

impl Command for ReportProgress {
    const KIND: &'static str = "convergence.report_progress";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let district = tx.district();
        // Where two report at once the later waits for the row, and counts what the earlier wrote.
        tx.execute(
            "UPDATE commitment SET state = state WHERE district_id = $1 AND id = $2",
            args![district, self.commitment],
        )
        .await?;
        let found =
            query::one(tx, district, &self.scope, self.commitment).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("commitment", self.commitment);
        if found.state != "open" && self.state != Become::Open {
            return Err(Refusal::new("commitment.refused.settled").into());
        }
        if self.on > self.today {
            return Err(Refusal::new("commitment.refused.future").field("hari").into());
        }
        if self.words.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("kata").into());
        }
        if let Some(evidence) = self.evidence
            && !attachments::is_own(tx, district, evidence, tx.actor()).await?
        {
            return Err(Refusal::not_found().into());
        }
        let sql =
            "SELECT COUNT(*) AS n FROM commitment_progress WHERE district_id = $1 AND commitment_id = $2";
        let nth = tx.number(sql, args![district, self.commitment]).await? + 1;
        if nth > MANY {
            return Err(Refusal::new("commitment.refused.many").arg("most", MANY).into());
        }
        tx.execute(
            "INSERT INTO commitment_progress (district_id, commitment_id, nth, on_day, state, words, evidence_id, recorded_at, \
             recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                district,
                self.commitment,
                nth,
                self.on,
                self.state.code(),
                self.words.trim(),
                self.evidence,
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        tx.execute(
            "UPDATE commitment SET state = $3, changed_on = $4 WHERE district_id = $1 AND id = $2",
            args![district, self.commitment, self.state.code(), self.on],
        )
        .await?;
        Ok(nth)
    }
}
