//! What becomes of a promise: stopped, paused, gone on with, changed, undone. None asks for a reason.

use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::hold;
use super::rules::{
    Document, HowFar, PublicName, SLIP_HOURS, check_baskets, is_fresh, may_be_named, most_baskets, overlap,
    stopped,
};
use crate::Reach;

asuh_store::row_struct! {
    /// A promise as a change finds it.
    struct Held {
        campaign_id: Id,
        sponsor_id: Id,
        kind: String,
        unit_id: Option<Id>,
        status: String,
        public_name: String,
        document: Option<String>,
        starts_on: Date,
        ends_on: Option<Date>,
        planned_end: Option<Date>,
        end_reason: Option<String>,
        recorded_at: Instant,
        stopped_at: Option<Instant>,
    }
}

/// The promise, if the sender reaches it; with its campaign held for the rest of the transaction, so that two changes
/// of one promise never pass each other.
async fn held(tx: &Tx<'_>, pledge: Id, reach: &Reach) -> Result<Held, Fault> {
    let campaign: Option<(Id,)> = tx
        .first(
            "SELECT campaign_id FROM pledge WHERE district_id = $1 AND id = $2",
            args![tx.district(), pledge],
        )
        .await?;
    hold(tx, campaign.ok_or_else(Refusal::not_found)?.0).await?;
    let found: Option<Held> = tx
        .first(
            "SELECT p.campaign_id, p.sponsor_id, s.kind, v.unit_id, v.status, p.public_name, p.document, \
             p.starts_on, p.ends_on, \
             p.planned_end, p.end_reason, p.recorded_at, p.stopped_at FROM pledge p \
             JOIN sponsor s ON s.district_id = p.district_id AND s.id = p.sponsor_id \
             JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id \
             AND v.superseded_at = $3 WHERE p.district_id = $1 AND p.id = $2",
            args![tx.district(), pledge, Instant::NEVER],
        )
        .await?;
    let held =
        found.filter(|held| reach.allows(held.sponsor_id, held.unit_id)).ok_or_else(Refusal::not_found)?;
    tx.subject("pledge", pledge);
    Ok(held)
}

/// The promise, if it can still be changed.
async fn going_on(tx: &Tx<'_>, pledge: Id, reach: &Reach) -> Result<Held, Fault> {
    let held = held(tx, pledge, reach).await?;
    if held.status != "active" || held.end_reason.is_some() {
        return Err(Refusal::new("sponsors.refused.stopped").into());
    }
    Ok(held)
}

/// Stops a promise: no reason is asked. What was given stays; a new promise may follow at any time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StopPledge {
    /// Which.
    pub pledge: Id,
    /// The last day on which it holds; never later than it was.
    pub last_day: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for StopPledge {
    const KIND: &'static str = "sponsors.stop_pledge";
    type Receipt = Date;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Date, Fault> {
        let held = held(tx, self.pledge, &self.reach).await?;
        let last_day = stopped(held.starts_on, held.ends_on, self.last_day);
        tx.execute(
            "UPDATE pledge SET ends_on = $3, end_reason = 'stopped', stopped_at = $4, stopped_by = $5 \
             WHERE district_id = $1 AND id = $2 AND (ends_on IS NULL OR ends_on > $3)",
            args![tx.district(), self.pledge, last_day, tx.now(), tx.actor()],
        )
        .await?;
        Ok(last_day)
    }
}

/// Takes back a stop that was a slip, within a day: the promise holds again as it was promised.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoStop {
    /// Which.
    pub pledge: Id,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for UndoStop {
    const KIND: &'static str = "sponsors.undo_stop";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held(tx, self.pledge, &self.reach).await?;
        let fresh = held.stopped_at.is_some_and(|at| is_fresh(at, tx.now()));
        if held.end_reason.as_deref() != Some("stopped") || held.status != "active" || !fresh {
            return Err(Refusal::new("sponsors.refused.not_undone").into());
        }
        asuh_store::row_struct! {
            struct Other { starts_on: Date, ends_on: Option<Date> }
        }
        // Index: pledge_by_sponsor.
        let others: Vec<Other> = tx
            .all(
                "SELECT starts_on, ends_on FROM pledge WHERE district_id = $1 AND sponsor_id = $2 \
                 AND campaign_id = $3 AND id <> $4",
                args![tx.district(), held.sponsor_id, held.campaign_id, self.pledge],
            )
            .await?;
        let days = (held.starts_on, held.planned_end);
        if others.iter().any(|other| overlap(days, (other.starts_on, other.ends_on))) {
            return Err(Refusal::new("sponsors.refused.overlap").into());
        }
        tx.execute(
            "UPDATE pledge SET ends_on = planned_end, end_reason = NULL, stopped_at = NULL, stopped_by = NULL \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.pledge],
        )
        .await?;
        Ok(())
    }
}

/// Takes back a promise that was entered by mistake, within a day: it never held.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoPledge {
    /// Which.
    pub pledge: Id,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for UndoPledge {
    const KIND: &'static str = "sponsors.undo_pledge";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = going_on(tx, self.pledge, &self.reach).await?;
        if !is_fresh(held.recorded_at, tx.now()) {
            return Err(Refusal::new("sponsors.refused.not_undone").into());
        }
        let never = held.starts_on.previous_day().unwrap_or(held.starts_on);
        tx.execute(
            "UPDATE pledge SET ends_on = $3, end_reason = 'undone', stopped_at = $4, stopped_by = $5 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.pledge, never, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}

/// Takes back what a [`PledgeUnit`](super::command::PledgeUnit) of the same sender recorded by mistake, within a day:
/// all the promises of that one action. Receipt: how many.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoUnit {
    /// To which campaign.
    pub campaign: Id,
    /// When they were recorded.
    pub at: Instant,
}

impl Command for UndoUnit {
    const KIND: &'static str = "sponsors.undo_unit";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        hold(tx, self.campaign).await?;
        tx.subject("campaign", self.campaign);
        if !is_fresh(self.at, tx.now()) {
            return Err(Refusal::new("sponsors.refused.not_undone").into());
        }
        // Index: pledge_by_campaign. What the sender himself recorded in one action: nothing else has that instant.
        let made: Option<(Date,)> = tx
            .first(
                "SELECT starts_on FROM pledge WHERE district_id = $1 AND campaign_id = $2 AND recorded_at = $3 \
                 AND recorded_by = $4 AND origin <> 'self' AND end_reason IS NULL LIMIT 1",
                args![tx.district(), self.campaign, self.at, tx.actor()],
            )
            .await?;
        // One action gives all of them the same first day.
        let starts_on = made.ok_or_else(Refusal::not_found)?.0;
        let never = starts_on.previous_day().unwrap_or(starts_on);
        let undone = tx
            .execute(
                "UPDATE pledge SET ends_on = $5, end_reason = 'undone', stopped_at = $6, stopped_by = $4 \
                 WHERE district_id = $1 AND campaign_id = $2 AND recorded_at = $3 AND recorded_by = $4 \
                 AND origin <> 'self' AND end_reason IS NULL",
                args![tx.district(), self.campaign, self.at, tx.actor(), never, tx.now()],
            )
            .await?;
        Ok(i64::try_from(undone).unwrap_or(i64::MAX))
    }
}

/// Lets a promise rest: until a day, or until its sponsor goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PausePledge {
    /// Which.
    pub pledge: Id,
    /// The first day of rest.
    pub starts_on: Date,
    /// The last day of rest; `None` = until he goes on.
    pub ends_on: Option<Date>,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Pause { starts_on: Date, ends_on: Option<Date> }
}

impl Command for PausePledge {
    const KIND: &'static str = "sponsors.pause_pledge";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let held = going_on(tx, self.pledge, &self.reach).await?;
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            return Err(Refusal::new("sponsors.refused.ends_before_start").field("jeda_sampai").into());
        }
        let inside = self.starts_on >= held.starts_on && held.ends_on.is_none_or(|end| self.starts_on <= end);
        if !inside {
            return Err(Refusal::new("sponsors.refused.outside_pledge").field("jeda").into());
        }
        // Index: primary key of pledge_pause.
        let others: Vec<Pause> = tx
            .all(
                "SELECT starts_on, ends_on FROM pledge_pause WHERE district_id = $1 AND pledge_id = $2",
                args![tx.district(), self.pledge],
            )
            .await?;
        let days = (self.starts_on, self.ends_on);
        if others.iter().any(|other| overlap(days, (other.starts_on, other.ends_on))) {
            return Err(Refusal::new("sponsors.refused.paused").field("jeda").into());
        }
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO pledge_pause (district_id, pledge_id, id, starts_on, ends_on, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![tx.district(), self.pledge, id, self.starts_on, self.ends_on, tx.now(), tx.actor()],
        )
        .await?;
        Ok(id)
    }
}

/// Goes on with a promise that rests: this is the first day on which it holds again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResumePledge {
    /// Which.
    pub pledge: Id,
    /// Which pause.
    pub pause: Id,
    /// The first day on which it holds again; a pause that has not begun is taken back.
    pub first_day: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for ResumePledge {
    const KIND: &'static str = "sponsors.resume_pledge";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        going_on(tx, self.pledge, &self.reach).await?;
        let found: Option<Pause> = tx
            .first(
                "SELECT starts_on, ends_on FROM pledge_pause WHERE district_id = $1 AND pledge_id = $2 AND id = $3",
                args![tx.district(), self.pledge, self.pause],
            )
            .await?;
        let pause = found.ok_or_else(Refusal::not_found)?;
        let last_day = self.first_day.previous_day().unwrap_or(self.first_day);
        let last_day = stopped(pause.starts_on, pause.ends_on, last_day);
        tx.execute(
            "UPDATE pledge_pause SET ends_on = $4, ended_at = $5, ended_by = $6 \
             WHERE district_id = $1 AND pledge_id = $2 AND id = $3 AND (ends_on IS NULL OR ends_on > $4)",
            args![tx.district(), self.pledge, self.pause, last_day, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}

/// Promises more or less from a day on. What held before stays as it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeAmount {
    /// Which.
    pub pledge: Id,
    /// How many times the campaign's basket.
    pub baskets: i64,
    /// From this day on; what was planned for later days goes.
    pub from: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for ChangeAmount {
    const KIND: &'static str = "sponsors.change_amount";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = going_on(tx, self.pledge, &self.reach).await?;
        check_baskets(self.baskets, most_baskets(&held.kind))?;
        if self.from < held.starts_on || held.ends_on.is_some_and(|end| self.from > end) {
            return Err(Refusal::new("sponsors.refused.outside_pledge").field("ubah").into());
        }
        tx.execute(
            "DELETE FROM pledge_amount WHERE district_id = $1 AND pledge_id = $2 AND starts_on >= $3",
            args![tx.district(), self.pledge, self.from],
        )
        .await?;
        tx.execute(
            "INSERT INTO pledge_amount (district_id, pledge_id, starts_on, baskets, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![tx.district(), self.pledge, self.from, self.baskets, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}

/// Changes how a sponsor is named in public, how far he wishes to help, and the letter behind the promise.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeWishes {
    /// Which.
    pub pledge: Id,
    /// How he agreed to be named in public.
    pub public_name: PublicName,
    /// How far from his home he wishes to help; `None` = as it was.
    pub how_far: Option<HowFar>,
    /// The letter or MoU; `None` = as it was.
    pub document: Option<Document>,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for ChangeWishes {
    const KIND: &'static str = "sponsors.change_wishes";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held(tx, self.pledge, &self.reach).await?;
        let own = matches!(self.reach, Reach::Own(_));
        let has_letter = self.document.is_some() || held.document.is_some();
        if self.public_name == PublicName::Name
            && held.public_name != "name"
            && !may_be_named(own, &held.kind, has_letter)
        {
            return Err(Refusal::new("sponsors.refused.name_is_own").field("sebutan").into());
        }
        tx.execute(
            "UPDATE pledge SET public_name = $3, reach = COALESCE($4, reach) WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.pledge, self.public_name.code(), self.how_far.map(HowFar::code)],
        )
        .await?;
        if let Some(document) = &self.document {
            tx.execute(
                "UPDATE pledge SET document = $3, document_on = $4 WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.pledge, document.number.trim(), document.on],
            )
            .await?;
        }
        Ok(())
    }
}

/// Lets the promises hold again that ended with a leaving of the last day, within the command that takes it back. Index:
/// pledge_by_sponsor.
pub(crate) async fn restore_left(tx: &Tx<'_>, sponsor: Id) -> Result<(), StoreError> {
    let since = tx.now().plus_seconds(-SLIP_HOURS * 3_600);
    tx.execute(
        "UPDATE pledge SET ends_on = planned_end, end_reason = NULL, stopped_at = NULL, stopped_by = NULL \
         WHERE district_id = $1 AND sponsor_id = $2 AND end_reason = 'left' AND stopped_at >= $3",
        args![tx.district(), sponsor, since],
    )
    .await?;
    Ok(())
}

/// Ends all promises of a sponsor on this day, within the command that ends his place.
pub(crate) async fn end_all(tx: &Tx<'_>, sponsor: Id, last_day: Date) -> Result<(), StoreError> {
    // Index: pledge_by_sponsor. What would begin later never holds.
    tx.execute(
        "UPDATE pledge SET ends_on = $3, end_reason = 'left', stopped_at = $4, stopped_by = $5 \
         WHERE district_id = $1 AND sponsor_id = $2 AND (ends_on IS NULL OR ends_on > $3)",
        args![tx.district(), sponsor, last_day, tx.now(), tx.actor()],
    )
    .await?;
    Ok(())
}
