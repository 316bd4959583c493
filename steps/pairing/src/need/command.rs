//! Noting what a family needs once, and what became of it.

use asuh_step_registry::Reach;
use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

/// The kinds of needs; words `pairing.once.kind.<code>`.
pub(super) const KINDS: [&str; 4] = ["water", "latrine", "house", "education"];
/// What becomes of a need; words `pairing.once.state.<code>`.
pub(super) const STATES: [&str; 4] = ["open", "promised", "met", "withdrawn"];

/// Refuses a family beyond reach as one that is not there.
async fn reached(tx: &Tx<'_>, family: Id, reach: &Reach) -> Result<(), Fault> {
    let mut args = args![tx.district(), family, Instant::NEVER];
    let within = reach.scope().territory_condition("village_code", Some("rw"), &mut args);
    let found = tx
        .number(
            &format!(
                "SELECT COUNT(*) AS n FROM family_version WHERE district_id = $1 AND family_id = $2 \
                 AND superseded_at = $3 AND {within}"
            ),
            args,
        )
        .await?;
    match found {
        0 => Err(Refusal::not_found().into()),
        _ => Ok(()),
    }
}

/// Notes that a family needs something once.
///
/// Refused when the family lies beyond reach, or the same need is open or promised already.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoteNeed {
    /// The family.
    pub family: Id,
    /// One of [`KINDS`].
    pub kind: String,
    /// In words; at most 200 characters.
    pub detail: String,
    /// The present day.
    pub today: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for NoteNeed {
    const KIND: &'static str = "pairing.note_need";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        reached(tx, self.family, &self.reach).await?;
        if !KINDS.contains(&self.kind.as_str()) {
            return Err(Refusal::not_found().into());
        }
        let known = tx
            .number(
                "SELECT COUNT(*) AS n FROM family_need WHERE district_id = $1 AND family_id = $2 AND kind = $3 \
                 AND state IN ('open', 'promised')",
                args![tx.district(), self.family, &self.kind],
            )
            .await?;
        if known > 0 {
            return Err(Refusal::new("pairing.refused.need_known").field("jenis").into());
        }
        let need = tx.new_id();
        tx.subject("family", self.family);
        tx.execute(
            "INSERT INTO family_need (district_id, id, family_id, kind, detail, noted_on, noted_at, noted_by, state, \
             by_whom, changed_on, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', '', $6, $7, $8)",
            args![
                tx.district(),
                need,
                self.family,
                &self.kind,
                self.detail.trim(),
                self.today,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(need)
    }
}

/// Says what became of a need.
///
/// Refused when its family lies beyond reach, and when it is promised or met by nobody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeNeed {
    /// The need.
    pub need: Id,
    /// One of [`STATES`].
    pub state: String,
    /// Who promised or met it, in words; at most 120 characters.
    pub by_whom: String,
    /// The present day.
    pub today: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for ChangeNeed {
    const KIND: &'static str = "pairing.change_need";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let family: Option<(Id,)> = tx
            .first(
                "SELECT family_id FROM family_need WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.need],
            )
            .await?;
        let family = family.ok_or_else(Refusal::not_found)?.0;
        reached(tx, family, &self.reach).await?;
        if !STATES.contains(&self.state.as_str()) {
            return Err(Refusal::not_found().into());
        }
        let by_somebody = matches!(self.state.as_str(), "promised" | "met");
        if by_somebody && self.by_whom.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("oleh").into());
        }
        tx.subject("family", family);
        tx.execute(
            "UPDATE family_need SET state = $3, by_whom = $4, changed_on = $5, changed_at = $6, changed_by = $7 \
             WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.need,
                &self.state,
                self.by_whom.trim(),
                self.today,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(family)
    }
}

/// Takes a need for a work or session that answers it: it is promised from now on. Its kind, one of `KINDS`. The caller
/// has found its family within his reach.
///
/// # Errors
/// Not found when it is another family's; refused when it was met or withdrawn.
pub async fn promise_need(
    tx: &Tx<'_>,
    need: Id,
    family: Id,
    by_whom: &str,
    today: Date,
) -> Result<String, Fault> {
    let kind: Option<(String,)> = tx
        .first(
            "SELECT kind FROM family_need WHERE district_id = $1 AND id = $2 AND family_id = $3",
            args![tx.district(), need, family],
        )
        .await?;
    let (kind,) = kind.ok_or_else(Refusal::not_found)?;
    match settle(tx, need, (["open", "promised"], "promised"), by_whom, today).await? {
        0 => Err(Refusal::new("pairing.refused.need_settled").into()),
        _ => Ok(kind),
    }
}

/// A need was met by what it was promised for; one that was settled otherwise meanwhile stays as it is.
///
/// # Errors
/// The store fails.
pub async fn meet_need(tx: &Tx<'_>, need: Id, by_whom: &str, today: Date) -> Result<(), Fault> {
    settle(tx, need, (["open", "promised"], "met"), by_whom, today).await?;
    Ok(())
}

/// What was promised for a need did not come, or did not last: somebody is looked for again.
///
/// # Errors
/// The store fails.
pub async fn reopen_need(tx: &Tx<'_>, need: Id, today: Date) -> Result<(), Fault> {
    settle(tx, need, (["promised", "met"], "open"), "", today).await?;
    Ok(())
}

/// Moves a need that is in one of two states; how many were moved.
async fn settle(
    tx: &Tx<'_>,
    need: Id,
    (from, to): ([&str; 2], &str),
    by_whom: &str,
    today: Date,
) -> Result<u64, Fault> {
    let moved = tx
        .execute(
            "UPDATE family_need SET state = $3, by_whom = $4, changed_on = $5, changed_at = $6, changed_by = $7 \
             WHERE district_id = $1 AND id = $2 AND state IN ($8, $9)",
            args![tx.district(), need, to, by_whom.trim(), today, tx.now(), tx.actor(), from[0], from[1]],
        )
        .await?;
    Ok(moved)
}
