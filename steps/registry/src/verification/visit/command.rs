//! What visits change.

use asuh_store::{Command, Fault, Id, Tx};
use serde::{Deserialize, Serialize};
use time::Date;

use super::write::{How, Visit, write};
use crate::rights::Reach;
use crate::verification::rules::VisitResult;

/// Records what a visit found; see [`RecordVisits`] for many at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordVerification {
    /// The family visited.
    pub family: Id,
    /// The territories of whoever visited.
    pub reach: Reach,
    /// What was found.
    pub result: VisitResult,
    /// Why no longer at risk, where to, which other family; at most 200 characters.
    pub reason: String,
    /// Anything else, at most 500 characters.
    pub note: String,
    /// The day of the visit.
    pub visited_on: Date,
    /// Whether it counts at once.
    pub confirms: bool,
    /// The present day; a visit does not lie after it.
    pub today: Date,
}

impl Command for RecordVerification {
    const KIND: &'static str = "registry.record_verification";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        tx.subject("family", self.family);
        let visit = Visit {
            family: self.family,
            result: self.result,
            reason: self.reason.clone(),
            note: self.note.clone(),
            visited_on: self.visited_on,
        };
        let how = How { reach: &self.reach, confirms: self.confirms, today: self.today, batch: None };
        match write(tx, &how, &[visit]).await?.pop() {
            Some(answer) => Ok(answer?),
            None => Err(asuh_store::Refusal::not_found().into()),
        }
    }
}

/// Records many visits as one action, such as all of a village; when one of them cannot be, none is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordVisits {
    /// The territories of whoever visited.
    pub reach: Reach,
    /// What was found; no family stands twice.
    pub visits: Vec<Visit>,
    /// Whether they count at once.
    pub confirms: bool,
    /// The present day.
    pub today: Date,
}

impl Command for RecordVisits {
    const KIND: &'static str = "registry.record_visits";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let how = How { reach: &self.reach, confirms: self.confirms, today: self.today, batch: None };
        let mut recorded = 0;
        for answer in write(tx, &how, &self.visits).await? {
            answer?;
            recorded += 1;
        }
        Ok(recorded)
    }
}
