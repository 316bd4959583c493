//! What a visit changes.

use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::rules::VisitResult;
use crate::steps::registry::family::{FamilyVersion, current_family, next_family};
use crate::steps::registry::rights::Reach;

/// Records what a visit found. Where whoever records it may settle it, the family's status follows as a new
/// version; what a cadre records is evidence, and the family stands as before until a verifier has seen it.
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
        let current = current_family(tx, &self.reach, self.family).await?;
        let reason = self.reason.trim();
        if self.result.needs_reason() && reason.is_empty() {
            return Err(Refusal::new("registry.refused.reason_needed").field("alasan").into());
        }
        if self.visited_on > self.today {
            return Err(Refusal::new("registry.error.future_day").field("kunjungan").into());
        }
        if self.result == VisitResult::NewlyFound && !matches!(current.source.as_str(), "field" | "form") {
            return Err(Refusal::new("registry.refused.not_new").field("hasil").into());
        }
        tx.subject("family", self.family);
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO verification (district_id, id, family_id, result, reason, note, visited_on, verified_by, \
             recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                tx.district(),
                id,
                self.family,
                self.result.code(),
                reason,
                self.note.trim(),
                self.visited_on,
                tx.actor(),
                tx.now(),
            ],
        )
        .await?;
        let status = self.result.status().code();
        if self.confirms && current.status != status {
            let after = FamilyVersion {
                status: status.to_owned(),
                source: "field".to_owned(),
                valid_from: self.visited_on,
                ..current
            };
            next_family(tx, self.family, &after).await?;
        }
        Ok(id)
    }
}
