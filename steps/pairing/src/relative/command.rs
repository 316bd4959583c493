//! Saying that a sponsor and a family are related, and taking it back.

use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::pair::command::end_pairs;
use crate::sponsor::end_lapsed;

/// Says that a sponsor and a family are related: no run pairs them, and a pair that runs ends with the day before.
///
/// Refused when one of them is not known, it was said already, or no reason is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeclareRelative {
    /// The sponsor.
    pub sponsor: Id,
    /// The family.
    pub family: Id,
    /// How they are related, or who said so; at most 300 characters.
    pub reason: String,
    /// The present day.
    pub today: Date,
}

impl Command for DeclareRelative {
    const KIND: &'static str = "pairing.declare_relative";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let known = tx
            .number(
                "SELECT (SELECT COUNT(*) FROM sponsor WHERE district_id = $1 AND id = $2) \
                 + (SELECT COUNT(*) FROM family WHERE district_id = $1 AND id = $3) AS n",
                args![tx.district(), self.sponsor, self.family],
            )
            .await?;
        if known != 2 {
            return Err(Refusal::not_found().into());
        }
        let id = tx.new_id();
        tx.subject("family", self.family);
        let written = tx
            .execute(
                "INSERT INTO declared_relative (district_id, id, sponsor_id, family_id, reason, ended_reason, \
                 recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, '', $6, $7) ON CONFLICT DO NOTHING",
                args![
                    tx.district(),
                    id,
                    self.sponsor,
                    self.family,
                    self.reason.trim(),
                    tx.now(),
                    tx.actor()
                ],
            )
            .await?;
        if written == 0 {
            return Err(Refusal::new("pairing.refused.related_already").into());
        }
        // Whoever approves a run at the same time reads the relation, or these pairs.
        tx.execute(
            "UPDATE programme SET changes = changes + 1 WHERE district_id = $1 AND id IN (SELECT programme_id \
             FROM sponsor_pair WHERE district_id = $1 AND sponsor_id = $2)",
            args![tx.district(), self.sponsor],
        )
        .await?;
        let pairs: Vec<(Id,)> = tx
            .all(
                "SELECT p.id FROM sponsor_pair p JOIN person c ON c.district_id = p.district_id AND c.id = p.person_id \
                 JOIN person_version m ON m.district_id = p.district_id \
                 AND m.person_id = COALESCE(c.canonical_id, c.id) AND m.superseded_at + 0 = $4 \
                 WHERE p.district_id = $1 AND p.sponsor_id = $2 AND m.family_id = $3 \
                 AND (p.valid_to IS NULL OR p.valid_to >= $5)",
                args![tx.district(), self.sponsor, self.family, Instant::NEVER, self.today],
            )
            .await?;
        let pairs: Vec<Id> = pairs.into_iter().map(|row| row.0).collect();
        let last = self.today.previous_day().unwrap_or(self.today);
        end_pairs(tx, &pairs, last, "related").await?;
        end_lapsed(tx, self.today).await?;
        Ok(id)
    }
}

/// Takes back that two are related: it turned out not to be so. Pairs that ended stay ended; the next run may make them
/// again.
///
/// Refused when it is not said (any more), or no reason is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndRelative {
    /// What was said.
    pub relative: Id,
    /// Why it does not hold; at most 300 characters.
    pub reason: String,
}

impl Command for EndRelative {
    const KIND: &'static str = "pairing.end_relative";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan_batal").into());
        }
        tx.subject("declared_relative", self.relative);
        let ended = tx
            .execute(
                "UPDATE declared_relative SET ended_reason = $3, ended_at = $4, ended_by = $5 \
                 WHERE district_id = $1 AND id = $2 AND ended_at IS NULL",
                args![tx.district(), self.relative, self.reason.trim(), tx.now(), tx.actor()],
            )
            .await?;
        match ended {
            0 => Err(Refusal::new("pairing.refused.related_ended").into()),
            _ => Ok(()),
        }
    }
}
