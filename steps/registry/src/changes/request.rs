//! Proposing a change, and withdrawing what one proposed.

use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::rules::Proposal;
use crate::family::current_family;
use crate::rights::Reach;
use crate::rules::Relation;
use asuh_ground::attachments;

/// Proposes a change of a family; nothing changes until somebody else has approved it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProposeChange {
    /// The family.
    pub family: Id,
    /// The territories of whoever proposes.
    pub reach: Reach,
    /// What is proposed.
    pub proposal: Proposal,
    /// The day on which it happened or became known.
    pub happened_on: Date,
    /// Why, and who says so; at most 300 characters.
    pub reason: String,
    /// A photo or scan, just stored by the same user.
    pub evidence: Option<Id>,
    /// The present day.
    pub today: Date,
}

impl Command for ProposeChange {
    const KIND: &'static str = "registry.propose_change";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        current_family(tx, &self.reach, self.family).await?;
        tx.subject("family", self.family);
        if self.happened_on > self.today {
            return Err(Refusal::new("registry.error.future_day").field("kapan").into());
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        self.proposal.check(&living(tx, self.family).await?)?;
        if let Proposal::FamilyMoved { place: Some(place), .. } | Proposal::Split { place, .. } =
            &self.proposal
        {
            let known = tx
                .number(
                    "SELECT COUNT(*) AS n FROM territory \
                     WHERE district_id = $1 AND code = $2 AND level = 'village'",
                    args![tx.district(), place.village],
                )
                .await?;
            if known == 0 {
                return Err(Refusal::new("registry.refused.unknown_territory").field("desa").into());
            }
        }
        let (kind, person) = (self.proposal.kind(), self.proposal.person());
        // change_request_by_family
        let waiting = tx
            .number(
                "SELECT COUNT(*) AS n FROM change_request WHERE district_id = $1 AND family_id = $2 \
                 AND kind = $3 AND state || '' = 'waiting' AND (person_id = $4 OR (person_id IS NULL AND $5 = 1))",
                args![tx.district(), self.family, kind.code(), person, person.is_none()],
            )
            .await?;
        if waiting > 0 {
            return Err(Refusal::new("registry.change.refused.already_waiting").into());
        }
        if let Some(evidence) = self.evidence
            && !attachments::is_own(tx, tx.district(), evidence, tx.actor()).await?
        {
            return Err(Refusal::new("attachment.refused.damaged").field("bukti").into());
        }
        let sealed =
            serde_json::to_string(&self.proposal).map_err(|error| StoreError::Shape(error.to_string()))?;
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO change_request (district_id, id, kind, family_id, person_id, proposal_sealed, happened_on, \
             reason, evidence_id, state, proposed_by, proposed_at, decision_note) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $11, '')",
            args![
                tx.district(),
                id,
                kind.code(),
                self.family,
                person,
                tx.seal(&sealed)?,
                self.happened_on,
                self.reason.trim(),
                self.evidence,
                tx.actor(),
                tx.now(),
            ],
        )
        .await?;
        Ok(id)
    }
}

/// The living members of a family with what they are. Index: `person_version_by_family`.
pub(super) async fn living(tx: &Tx<'_>, family: Id) -> Result<Vec<(Id, Relation)>, StoreError> {
    asuh_store::row_struct! { struct Row { person_id: Id, relation: String } }
    let rows: Vec<Row> = tx
        .all(
            "SELECT person_id, relation FROM person_version WHERE district_id = $1 AND family_id = $2 \
             AND superseded_at = $3 AND ended_reason IS NULL",
            args![tx.district(), family, Instant::NEVER],
        )
        .await?;
    let relation = |row: &Row| Relation::parse(&row.relation).unwrap_or(Relation::Other);
    Ok(rows.iter().map(|row| (row.person_id, relation(row))).collect())
}

/// Withdraws a request that the same user made, while it waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithdrawChange {
    /// The request.
    pub request: Id,
}

impl Command for WithdrawChange {
    const KIND: &'static str = "registry.withdraw_change";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("change_request", self.request);
        let withdrawn = tx
            .execute(
                "UPDATE change_request SET state = 'withdrawn', decided_by = $3, decided_at = $4 \
                 WHERE district_id = $1 AND id = $2 AND state = 'waiting' AND proposed_by = $3",
                args![tx.district(), self.request, tx.actor(), tx.now()],
            )
            .await?;
        if withdrawn == 1 { Ok(()) } else { Err(Refusal::new("registry.change.refused.decided").into()) }
    }
}
