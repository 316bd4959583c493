//! Opening a conversation, noting what was said, ending it and taking it up again.

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::Reach;

/// What a conversation is opened with, by the command that found a reason for it.
pub(crate) struct Opening<'a> {
    /// 'spending' or 'check'.
    pub(crate) kind: &'static str,
    /// The payment, or the line of a check.
    pub(crate) subject: Id,
    pub(crate) family: Id,
    pub(crate) village: i64,
    pub(crate) rw: &'a str,
    /// What it is about; its words are `follow_up.about.<code>`.
    pub(crate) about: &'static str,
    pub(crate) day: Date,
}

asuh_store::row_struct! {
    struct Held { id: Id, state: String, about: String, family_id: Id, opened_on: Date }
}

async fn note(tx: &Tx<'_>, id: Id, act: &str, day: Date, words: &str) -> Result<(), Fault> {
    let next = tx
        .number(
            "SELECT COALESCE(MAX(nth), 0) + 1 AS n FROM follow_up_note WHERE district_id = $1 AND follow_up_id = $2",
            args![tx.district(), id],
        )
        .await?;
    tx.execute(
        "INSERT INTO follow_up_note (district_id, follow_up_id, nth, act, day, words_sealed, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![tx.district(), id, next, act, day, tx.seal(words)?, tx.now(), tx.actor()],
    )
    .await?;
    Ok(())
}

/// Opens the conversation about a subject, whose row the caller holds. An open one goes on; an ended one is taken up again,
/// because there is something to speak about once more.
pub(crate) async fn open(tx: &Tx<'_>, opening: Opening<'_>) -> Result<Id, Fault> {
    let found: Option<Held> = tx
        .first(
            "SELECT id, state, about, family_id, opened_on FROM follow_up WHERE district_id = $1 AND kind = $2 \
             AND subject_id = $3",
            args![tx.district(), opening.kind, opening.subject],
        )
        .await?;
    let id = match &found {
        Some(held) if held.state == "open" && held.about == opening.about => return Ok(held.id),
        Some(held) => {
            tx.execute(
                "UPDATE follow_up SET state = 'open', about = $3, closed_on = NULL WHERE district_id = $1 AND id = $2",
                args![tx.district(), held.id, opening.about],
            )
            .await?;
            held.id
        }
        None => {
            let id = tx.new_id();
            tx.execute(
                "INSERT INTO follow_up (district_id, id, kind, subject_id, family_id, village_code, rw, about, state, \
                 opened_on, next_on, closed_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, NULL, NULL)",
                args![
                    tx.district(),
                    id,
                    opening.kind,
                    opening.subject,
                    opening.family,
                    opening.village,
                    opening.rw,
                    opening.about,
                    opening.day
                ],
            )
            .await?;
            id
        }
    };
    let act = match &found {
        Some(held) if held.state == "closed" => "reopened",
        _ => "opened",
    };
    note(tx, id, act, opening.day, "").await?;
    Ok(id)
}

/// What somebody does with a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Notes what was said.
    Note,
    /// Notes how it ended.
    Close,
    /// Takes it up again.
    Reopen,
}

/// Notes what was said with a family, and when somebody speaks with it next; or how the conversation ended.
///
/// Refused out of reach, without words, on a day that has not come or lies before its beginning; when an ended conversation
/// is noted in, or an open one taken up again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoteFollowUp {
    /// The conversation.
    pub follow_up: Id,
    /// What is done with it.
    pub act: Act,
    /// What was said, agreed, or how it ended.
    pub words: String,
    /// The day on which it was said.
    pub day: Date,
    /// The day of the next conversation; only of one that goes on.
    pub next_on: Option<Date>,
    /// The present day in the district.
    pub today: Date,
    /// How far the caller's right reaches.
    pub reach: Reach,
}

impl Command for NoteFollowUp {
    const KIND: &'static str = "follow_up.note";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        // Takes hold of it: notes have an order.
        let mut args = args![tx.district(), self.follow_up];
        let reached = self.reach.condition(&mut args);
        let hold = format!(
            "UPDATE follow_up AS f SET state = state WHERE f.district_id = $1 AND f.id = $2 AND {reached}"
        );
        if tx.execute(&hold, args).await? == 0 {
            return Err(Refusal::not_found().into());
        }
        let held: Option<Held> = tx
            .first(
                "SELECT id, state, about, family_id, opened_on FROM follow_up WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.follow_up],
            )
            .await?;
        let held = held.ok_or_else(Refusal::not_found)?;
        tx.subject("family", held.family_id);
        if self.words.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("kata").into());
        }
        if self.day > self.today || self.day < held.opened_on {
            return Err(Refusal::new("follow_up.refused.day").field("hari").into());
        }
        if self.next_on.is_some_and(|next| next < self.day) {
            return Err(Refusal::new("follow_up.refused.next").field("berikut").into());
        }
        let open = held.state == "open";
        let (state, act, closed_on, next_on) = match (self.act, open) {
            (Act::Note, true) => ("open", "noted", None, self.next_on),
            (Act::Close, true) => ("closed", "closed", Some(self.day), None),
            (Act::Reopen, false) => ("open", "reopened", None, self.next_on),
            (Act::Note | Act::Close, false) => return Err(Refusal::new("follow_up.refused.closed").into()),
            (Act::Reopen, true) => return Err(Refusal::new("follow_up.refused.open").into()),
        };
        tx.execute(
            "UPDATE follow_up SET state = $3, closed_on = $4, next_on = $5 WHERE district_id = $1 AND id = $2",
            args![tx.district(), held.id, state, closed_on, next_on],
        )
        .await?;
        note(tx, held.id, act, self.day, self.words.trim()).await
    }
}
