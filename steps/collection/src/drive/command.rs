//! Opening and cancelling a drive.

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::campaign;
use super::rules;
use asuh_ground::settings;

/// Opens a drive of a campaign; the same drive twice is one. The day must be one of the rhythm's, or stand
/// for one of them that a holiday moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenDrive {
    /// The campaign.
    pub campaign: Id,
    /// The day on which it is held.
    pub day: time::Date,
    /// The day of the rhythm that it stands for, when it was moved.
    pub moved_from: Option<time::Date>,
    /// Why it was moved.
    pub reason: String,
}

impl Command for OpenDrive {
    const KIND: &'static str = "collection.open_drive";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let drive = open(tx, self).await?;
        tx.subject("drive", drive);
        Ok(drive)
    }
}

asuh_store::row_struct! {
    struct Held { id: Id, held_on: time::Date, moved_from: Option<time::Date>, state: String }
}

/// Opens a drive within a command, or finds the one that is open.
pub(in super::super) async fn open(tx: &Tx<'_>, wanted: &OpenDrive) -> Result<Id, Fault> {
    let campaign =
        campaign::by_id(tx, tx.district(), wanted.campaign).await?.ok_or_else(Refusal::not_found)?;
    let rhythm = campaign.rhythm();
    match wanted.moved_from {
        None if !rhythm.allows(wanted.day) => {
            // A moved drive was opened before under its new day; only then may the day differ.
            let moved = held(tx, wanted.campaign, wanted.day).await?;
            if !moved.iter().any(|drive| drive.held_on == wanted.day) {
                return Err(Refusal::new("collection.refused.rhythm").field("hari").into());
            }
        }
        Some(from) if !rules::may_move(&rhythm, from, wanted.day) => {
            return Err(Refusal::new("collection.refused.move")
                .field("hari")
                .arg("days", rules::MOST_DAYS_MOVED)
                .into());
        }
        Some(_) if wanted.reason.is_empty() => {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        _ => {}
    }
    let drives = held(tx, wanted.campaign, wanted.day).await?;
    if let Some(there) = drives.iter().find(|drive| drive.held_on == wanted.day) {
        if there.state != "open" {
            return Err(Refusal::new("collection.refused.cancelled").field("hari").into());
        }
        if wanted.moved_from.is_some() && there.moved_from != wanted.moved_from {
            return Err(Refusal::new("collection.refused.day_taken").field("hari").into());
        }
        return Ok(there.id);
    }
    if drives.iter().any(|drive| drive.moved_from == Some(wanted.day) && drive.state == "open") {
        return Err(Refusal::new("collection.refused.moved").field("hari").into());
    }
    if let Some(from) = wanted.moved_from
        && held(tx, wanted.campaign, from).await?.iter().any(|drive| drive.state == "open")
    {
        return Err(Refusal::new("collection.refused.already_held").field("dari").into());
    }
    tx.execute(
        "INSERT INTO drive (district_id, id, campaign_id, held_on, state, moved_from, reason, recorded_at) \
         VALUES ($1, $2, $3, $4, 'open', $5, $6, $7) ON CONFLICT DO NOTHING",
        args![
            tx.district(),
            tx.new_id(),
            wanted.campaign,
            wanted.day,
            wanted.moved_from,
            &wanted.reason,
            tx.now()
        ],
    )
    .await?;
    // Another coordinator may have been faster: the one that is there counts.
    let there = held(tx, wanted.campaign, wanted.day).await?;
    let drive = there.into_iter().find(|drive| drive.held_on == wanted.day && drive.state == "open");
    Ok(drive.ok_or_else(|| Refusal::new("collection.refused.cancelled").field("hari"))?.id)
}

/// Opens a drive for a roll of this day, or finds it: on a day of the rhythm, or on the one to which a holiday moved it,
/// unless the admin decided otherwise.
pub(in super::super) async fn open_for_roll(tx: &Tx<'_>, campaign: Id, day: time::Date) -> Result<Id, Fault> {
    let plain = OpenDrive { campaign, day, moved_from: None, reason: String::new() };
    let there = held(tx, campaign, day).await?;
    if there.iter().any(|drive| drive.held_on == day) {
        return open(tx, &plain).await;
    }
    let known = campaign::by_id(tx, tx.district(), campaign).await?.ok_or_else(Refusal::not_found)?;
    let (rhythm, holidays) = (known.rhythm(), settings::holidays(tx, tx.district()).await?);
    if rhythm.allows(day) && rules::held_on(day, &holidays) != day {
        return Err(Refusal::new("collection.refused.moved").field("hari").into());
    }
    match rules::moved_here(&rhythm, day, &holidays) {
        Some((from, reason)) if !rhythm.allows(day) => {
            open(tx, &OpenDrive { moved_from: Some(from), reason, ..plain }).await
        }
        _ => open(tx, &plain).await,
    }
}

/// The drives that are held on a day or stand for it. Index: unique key of `drive`.
async fn held(tx: &Tx<'_>, campaign: Id, day: time::Date) -> Result<Vec<Held>, Fault> {
    Ok(tx
        .all(
            "SELECT id, held_on, moved_from, state FROM drive WHERE district_id = $1 AND campaign_id = $2 \
             AND (held_on = $3 OR moved_from = $3) ORDER BY held_on",
            args![tx.district(), campaign, day],
        )
        .await?)
}

/// Cancels a drive before anything of it was closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelDrive {
    /// The drive.
    pub drive: Id,
    /// Why.
    pub reason: String,
}

impl Command for CancelDrive {
    const KIND: &'static str = "collection.cancel_drive";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("drive", self.drive);
        if self.reason.is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let cancelled = tx
            .execute(
                "UPDATE drive SET state = 'cancelled', reason = $3 WHERE district_id = $1 AND id = $2 \
                 AND state = 'open'",
                args![tx.district(), self.drive, &self.reason],
            )
            .await?;
        if cancelled == 0 {
            return Err(Refusal::not_found().into());
        }
        let closed = tx
            .number(
                "SELECT COUNT(*) AS n FROM roll WHERE district_id = $1 AND drive_id = $2 AND state = 'closed'",
                args![tx.district(), self.drive],
            )
            .await?;
        if closed > 0 {
            return Err(Refusal::new("collection.refused.drive_closed").arg("rolls", closed).into());
        }
        Ok(())
    }
}
