//! Promising and stopping.

use std::collections::HashSet;

use asuh_store::{Args, Command, Fault, Id, Instant, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::place_below;
use super::rules::{PublicName, check, stopped};
use crate::Reach;
use crate::campaign::query::{self as campaigns, Campaign};

const INSERT: &str = "INSERT INTO pledge (district_id, id, campaign_id, sponsor_id, baskets, starts_on, ends_on, \
     origin, public_name, recorded_at, recorded_by, stopped_at, stopped_by) VALUES";

/// The campaign, held for the rest of the transaction: two promises of one sponsor at the same time would else
/// not see each other.
async fn held(tx: &Tx<'_>, id: Id) -> Result<Campaign, Fault> {
    tx.execute(
        "UPDATE campaign SET state = state WHERE district_id = $1 AND id = $2",
        args![tx.district(), id],
    )
    .await?;
    Ok(campaigns::by_id(tx, tx.district(), id).await?.ok_or_else(Refusal::not_found)?)
}

fn row(tx: &Tx<'_>, sponsor: Id, campaign: Id, what: (i64, Date, PublicName), reach: &Reach) -> (Id, Args) {
    let (baskets, starts_on, public_name) = what;
    let id = tx.new_id();
    let values = args![
        tx.district(),
        id,
        campaign,
        sponsor,
        baskets,
        starts_on,
        None::<Date>,
        reach.origin(),
        public_name.code(),
        tx.now(),
        tx.actor(),
        None::<Instant>,
        None::<Id>,
    ];
    (id, values)
}

/// Promises for one sponsor: by himself, by his coordinator, or by the admin.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pledge {
    /// To which campaign.
    pub campaign: Id,
    /// Who promises.
    pub sponsor: Id,
    /// How many times the campaign's basket: 1 to 100.
    pub baskets: i64,
    /// The first day on which it holds.
    pub starts_on: Date,
    /// How he agreed to be named in public.
    pub public_name: PublicName,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Who { kind: String, unit_id: Option<Id>, status: String }
}

impl Command for Pledge {
    const KIND: &'static str = "sponsors.pledge";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let campaign = held(tx, self.campaign).await?;
        let who: Option<Who> = tx
            .first(
                "SELECT s.kind, v.unit_id, v.status FROM sponsor s JOIN sponsor_version v \
                 ON v.district_id = s.district_id AND v.sponsor_id = s.id AND v.superseded_at = $3 \
                 WHERE s.district_id = $1 AND s.id = $2",
                args![tx.district(), self.sponsor, Instant::NEVER],
            )
            .await?;
        let who =
            who.filter(|who| self.reach.allows(self.sponsor, who.unit_id)).ok_or_else(Refusal::not_found)?;
        check(&campaign.calendar(), self.starts_on, self.baskets)?;
        if who.status != "active" {
            return Err(Refusal::new("sponsors.refused.left").into());
        }
        if campaign.contributor_scope == "asn" && who.kind != "asn" {
            return Err(Refusal::new("sponsors.refused.only_asn").field("gerakan").into());
        }
        // Index: pledge_by_sponsor. The new promise is open, so whatever has not ended before it overlaps.
        let overlapping = tx
            .number(
                "SELECT COUNT(*) AS n FROM pledge WHERE district_id = $1 AND sponsor_id = $2 AND campaign_id = $3 \
                 AND (ends_on IS NULL OR (ends_on >= $4 AND ends_on >= starts_on))",
                args![tx.district(), self.sponsor, self.campaign, self.starts_on],
            )
            .await?;
        if overlapping > 0 {
            return Err(Refusal::new("sponsors.refused.overlap").field("mulai").into());
        }
        let what = (self.baskets, self.starts_on, self.public_name);
        let (id, values) = row(tx, self.sponsor, self.campaign, what, &self.reach);
        tx.subject("pledge", id);
        tx.insert_many(INSERT, "", vec![values]).await?;
        Ok(id)
    }
}

/// Promises for the people of a unit at once: those ticked, or all; with the units below it, when an admin
/// enters a whole office. Who has promised already keeps his promise as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PledgeUnit {
    /// To which campaign.
    pub campaign: Id,
    /// Whose people.
    pub unit: Id,
    /// Also the people of all units below it.
    pub below: bool,
    /// Those who agreed; `None` = all have.
    pub chosen: Option<Vec<Id>>,
    /// How many times the campaign's basket each: 1 to 100.
    pub baskets: i64,
    /// The first day on which it holds.
    pub starts_on: Date,
    /// As office or anonymous; by name only the sponsor himself can agree.
    pub public_name: PublicName,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

/// What became of a [`PledgeUnit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPledges {
    /// New promises.
    pub made: i64,
    /// People who had promised already.
    pub kept: i64,
}

asuh_store::row_struct! {
    struct Candidate { sponsor_id: Id, promised: i64 }
}

impl Command for PledgeUnit {
    const KIND: &'static str = "sponsors.pledge_unit";
    type Receipt = UnitPledges;

    async fn apply(&self, tx: &Tx<'_>) -> Result<UnitPledges, Fault> {
        if !self.reach.allows_unit(self.unit) {
            return Err(Refusal::not_found().into());
        }
        let campaign = held(tx, self.campaign).await?;
        tx.subject("institution", self.unit);
        check(&campaign.calendar(), self.starts_on, self.baskets)?;
        if self.public_name == PublicName::Name {
            return Err(Refusal::new("sponsors.refused.name_is_own").field("sebutan").into());
        }
        // Indexes: sponsor_version_by_unit, pledge_by_sponsor. A roster holds civil servants, so that every
        // contributor scope lets them in.
        let people: Vec<Candidate> = tx
            .all(
                &format!(
                    "{} SELECT v.sponsor_id, \
                     (SELECT COUNT(*) FROM pledge p WHERE p.district_id = $1 AND p.sponsor_id = v.sponsor_id \
                      AND p.campaign_id = $4 AND (p.ends_on IS NULL OR (p.ends_on >= $5 AND p.ends_on >= p.starts_on))) \
                     AS promised FROM sponsor_version v JOIN place ON place.id = v.unit_id \
                     WHERE v.district_id = $1 AND v.superseded_at = $3 AND v.status = 'active' \
                     ORDER BY v.sponsor_id",
                    place_below(self.below)
                ),
                args![tx.district(), self.unit, Instant::NEVER, self.campaign, self.starts_on],
            )
            .await?;
        let chosen: Option<HashSet<Id>> = self.chosen.as_ref().map(|ids| ids.iter().copied().collect());
        if let Some(chosen) = &chosen {
            let there: HashSet<Id> = people.iter().map(|person| person.sponsor_id).collect();
            if !chosen.is_subset(&there) {
                return Err(Refusal::not_found().into());
            }
        }
        let wanted =
            || people.iter().filter(|p| chosen.as_ref().is_none_or(|ids| ids.contains(&p.sponsor_id)));
        if wanted().next().is_none() {
            return Err(Refusal::new("sponsors.refused.nobody").field("orang").into());
        }
        let what = (self.baskets, self.starts_on, self.public_name);
        let rows: Vec<Args> = wanted()
            .filter(|person| person.promised == 0)
            .map(|person| row(tx, person.sponsor_id, self.campaign, what, &self.reach).1)
            .collect();
        let made = rows.len() as i64;
        tx.insert_many(INSERT, "", rows).await?;
        Ok(UnitPledges { made, kept: wanted().count() as i64 - made })
    }
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

asuh_store::row_struct! {
    struct Held { sponsor_id: Id, unit_id: Option<Id>, starts_on: Date, ends_on: Option<Date> }
}

impl Command for StopPledge {
    const KIND: &'static str = "sponsors.stop_pledge";
    type Receipt = Date;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Date, Fault> {
        let found: Option<Held> = tx
            .first(
                "SELECT p.sponsor_id, v.unit_id, p.starts_on, p.ends_on FROM pledge p JOIN sponsor_version v \
                 ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id AND v.superseded_at = $3 \
                 WHERE p.district_id = $1 AND p.id = $2",
                args![tx.district(), self.pledge, Instant::NEVER],
            )
            .await?;
        let held = found
            .filter(|held| self.reach.allows(held.sponsor_id, held.unit_id))
            .ok_or_else(Refusal::not_found)?;
        tx.subject("pledge", self.pledge);
        let last_day = stopped(held.starts_on, held.ends_on, self.last_day);
        tx.execute(
            "UPDATE pledge SET ends_on = $3, stopped_at = $4, stopped_by = $5 WHERE district_id = $1 AND id = $2 \
             AND (ends_on IS NULL OR ends_on > $3)",
            args![tx.district(), self.pledge, last_day, tx.now(), tx.actor()],
        )
        .await?;
        Ok(last_day)
    }
}

/// Ends all promises of a sponsor on this day, within the command that ends his place in the roster.
pub(crate) async fn end_all(tx: &Tx<'_>, sponsor: Id, last_day: Date) -> Result<(), asuh_store::StoreError> {
    tx.execute(
        "UPDATE pledge SET ends_on = $3, stopped_at = $4, stopped_by = $5 \
         WHERE district_id = $1 AND sponsor_id = $2 AND (ends_on IS NULL OR ends_on > $3)",
        args![tx.district(), sponsor, last_day, tx.now(), tx.actor()],
    )
    .await?;
    Ok(())
}
