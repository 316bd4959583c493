//! What decides about pairs, and takes a decision back.

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::merge::{Effect, Merge, take_back};
use super::query;
use crate::rights::Reach;

/// Most letters of a reason.
pub(super) const REASON: usize = 300;

/// What somebody says of two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// They are one person: they are merged.
    Same,
    /// They are two.
    Different,
    /// Somebody has to ask in the village first.
    Postponed,
}

impl Decision {
    /// Its stable code, which is also the state of the pair.
    pub fn code(self) -> &'static str {
        match self {
            Decision::Same => "same",
            Decision::Different => "different",
            Decision::Postponed => "postponed",
        }
    }
}

/// Decides about a pair, both records of which lie within reach.
///
/// Refused when it was decided already, when a record has changed meanwhile, and for "same" without a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecidePair {
    /// The pair.
    pub pair: Id,
    /// The territories of whoever decides.
    pub reach: Reach,
    /// What they are.
    pub decision: Decision,
    /// Why; at most 300 letters, needed for "same".
    pub reason: String,
    /// The present day.
    pub today: Date,
}

impl Command for DecidePair {
    const KIND: &'static str = "registry.decide_pair";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let reason = self.reason.trim();
        if self.decision == Decision::Same && reason.is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let scope = self.reach.scope();
        let pair = query::one(tx, tx.district(), &scope, self.pair).await?.ok_or_else(Refusal::not_found)?;
        if !(pair.one.reached && pair.two.reached) {
            return Err(Refusal::new("registry.identity.refused.reach").into());
        }
        // The row is the lock: of two who decide at the same time the later is refused.
        let decided = tx
            .execute(
                "UPDATE match_pair SET state = $3, decided_by = $4, decided_at = $5, reason = $6 \
                 WHERE district_id = $1 AND id = $2 AND state IN ('open', 'postponed')",
                args![tx.district(), self.pair, self.decision.code(), tx.actor(), tx.now(), reason],
            )
            .await?;
        if decided != 1 {
            return Err(Refusal::new("registry.identity.refused.decided").into());
        }
        tx.subject("pair", self.pair);
        if self.decision == Decision::Same {
            let effects = Merge::new(tx, &self.reach, self.today)
                .persons(pair.one.person_id, pair.two.person_id)
                .await?;
            self.note(tx, effects).await?;
        }
        Ok(())
    }
}

impl DecidePair {
    async fn note(&self, tx: &Tx<'_>, effects: Vec<Effect>) -> Result<(), Fault> {
        let rows = effects.into_iter().enumerate().map(|(nth, effect)| {
            args![
                tx.district(),
                self.pair,
                nth as i64,
                effect.kind,
                effect.subject_id,
                effect.into_id,
                effect.version,
            ]
        });
        tx.insert_many(
            "INSERT INTO merge_effect (district_id, pair_id, nth, kind, subject_id, into_id, version) VALUES",
            "",
            rows.collect(),
        )
        .await?;
        Ok(())
    }
}

/// Decides that all these pairs, which the search proposes as one person each, are so. A pair that was settled
/// meanwhile, because it went with another of them, is passed over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecideProposed {
    /// The pairs, of one page.
    pub pairs: Vec<Id>,
    /// The territories of whoever decides.
    pub reach: Reach,
    /// Why.
    pub reason: String,
    /// The present day.
    pub today: Date,
}

impl Command for DecideProposed {
    const KIND: &'static str = "registry.decide_proposed_pairs";
    /// How many were decided.
    type Receipt = u64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<u64, Fault> {
        let scope = self.reach.scope();
        let mut decided = 0;
        for pair in &self.pairs {
            let found = query::one(tx, tx.district(), &scope, *pair).await?.ok_or_else(Refusal::not_found)?;
            if found.verdict != "same" || !found.is_open() || !found.stands() {
                continue;
            }
            let one = DecidePair {
                pair: *pair,
                reach: self.reach.clone(),
                decision: Decision::Same,
                reason: self.reason.clone(),
                today: self.today,
            };
            one.apply(tx).await?;
            decided += 1;
        }
        Ok(decided)
    }
}

/// Takes a decision back: the pair is open again, and whoever was merged stands for himself.
///
/// Refused when something of what the merge wrote was changed since.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReopenPair {
    /// The pair.
    pub pair: Id,
    /// The territories of whoever takes it back.
    pub reach: Reach,
}

impl Command for ReopenPair {
    const KIND: &'static str = "registry.reopen_pair";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let scope = self.reach.scope();
        let pair = query::one(tx, tx.district(), &scope, self.pair).await?.ok_or_else(Refusal::not_found)?;
        if !(pair.one.reached && pair.two.reached) {
            return Err(Refusal::new("registry.identity.refused.reach").into());
        }
        let opened = tx
            .execute(
                "UPDATE match_pair SET state = 'open', decided_by = NULL, decided_at = NULL, reason = '' \
                 WHERE district_id = $1 AND id = $2 AND state IN ('same', 'different', 'postponed')",
                args![tx.district(), self.pair],
            )
            .await?;
        if opened != 1 {
            return Err(Refusal::new("registry.identity.refused.open").into());
        }
        tx.subject("pair", self.pair);
        // Primary key.
        let effects: Vec<Effect> = tx
            .all(
                "SELECT kind, subject_id, into_id, version FROM merge_effect \
                 WHERE district_id = $1 AND pair_id = $2 ORDER BY nth",
                args![tx.district(), self.pair],
            )
            .await?;
        if effects.is_empty() {
            return Ok(());
        }
        take_back(tx, &effects).await?;
        tx.execute(
            "DELETE FROM merge_effect WHERE district_id = $1 AND pair_id = $2",
            args![tx.district(), self.pair],
        )
        .await?;
        Ok(())
    }
}
