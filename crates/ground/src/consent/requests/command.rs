//! Recording and answering requests.

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::Serialize;

use super::super::rules::RequestKind;
use crate::settings::{self, documents};

/// Records a request; its clock begins now.
#[derive(Debug, Clone, Serialize)]
pub struct RecordRequest {
    /// The family whose data it is about, if known.
    pub family: Option<Id>,
    /// What is asked.
    pub kind: RequestKind,
    /// Who asks.
    pub requester_name: String,
    /// What he is to the family, in his words.
    pub requester_relation: String,
    /// How he is reached; sealed.
    pub contact: String,
    /// What he asks, in his words; sealed.
    pub detail: String,
}

impl Command for RecordRequest {
    const KIND: &'static str = "consent.record_request";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = settings::one(tx, tx.district()).await?.ok_or_else(Refusal::not_found)?;
        for (field, value) in [("nama", &self.requester_name), ("isi", &self.detail)] {
            if value.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        if let Some(family) = self.family {
            let known = tx
                .number(
                    "SELECT COUNT(*) AS n FROM family WHERE district_id = $1 AND id = $2",
                    args![tx.district(), family],
                )
                .await?;
            if known == 0 {
                return Err(Refusal::not_found().into());
            }
        }
        let id = tx.new_id();
        match self.family {
            Some(family) => tx.subject("family", family),
            None => tx.subject("data_request", id),
        }
        let day = district.zone.local_date(tx.now().utc());
        let number = documents::next_number(tx, "consent.request", day).await?;
        let hours: i64 = settings::get_typed(tx, tx.district(), "consent.answer_hours").await?;
        let contact = if self.contact.trim().is_empty() { None } else { Some(tx.seal(self.contact.trim())?) };
        tx.execute(
            "INSERT INTO data_request (district_id, id, number, family_id, kind, requester_name, \
             requester_relation, contact_sealed, detail_sealed, received_at, due_at, state, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12)",
            args![
                tx.district(),
                id,
                number,
                self.family,
                self.kind.code(),
                self.requester_name.trim(),
                self.requester_relation.trim(),
                contact,
                tx.seal(self.detail.trim())?,
                tx.now(),
                tx.now().plus_seconds(hours * 3600),
                tx.actor(),
            ],
        )
        .await?;
        Ok(id)
    }
}

/// Closes a request: done, or refused with the reason.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerRequest {
    /// The request.
    pub id: Id,
    /// Whether it is refused.
    pub refused: bool,
    /// What was answered, or why not; sealed.
    pub answer: String,
}

impl Command for AnswerRequest {
    const KIND: &'static str = "consent.answer_request";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let state: Option<(String,)> = tx
            .first(
                "SELECT state FROM data_request WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.id],
            )
            .await?;
        let (state,) = state.ok_or_else(Refusal::not_found)?;
        tx.subject("data_request", self.id);
        if state != "open" {
            return Err(Refusal::new("consent.refused.closed").into());
        }
        if self.answer.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("jawaban").into());
        }
        tx.execute(
            "UPDATE data_request SET state = $3, answer_sealed = $4, closed_at = $5, closed_by = $6 \
             WHERE district_id = $1 AND id = $2 AND state = 'open'",
            args![
                tx.district(),
                self.id,
                if self.refused { "refused" } else { "done" },
                tx.seal(self.answer.trim())?,
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        Ok(self.id)
    }
}
