//! Promising.

use std::collections::HashSet;

use asuh_store::{Args, Command, Fault, Id, Instant, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::place_below;
use super::rules::{Document, HowFar, MOST_BASKETS, PublicName, check, may_be_named, most_baskets};
use crate::Reach;
use crate::campaign::query::{self as campaigns, Campaign};

const INSERT: &str = "INSERT INTO pledge (district_id, id, campaign_id, sponsor_id, baskets, starts_on, ends_on, \
     planned_end, origin, public_name, reach, document, document_on, recorded_at, recorded_by) VALUES";

/// The campaign, held for the rest of the transaction: two promises of one sponsor at the same time would else
/// not see each other.
pub(super) async fn hold(tx: &Tx<'_>, id: Id) -> Result<Campaign, Fault> {
    tx.execute(
        "UPDATE campaign SET state = state WHERE district_id = $1 AND id = $2",
        args![tx.district(), id],
    )
    .await?;
    Ok(campaigns::by_id(tx, tx.district(), id).await?.ok_or_else(Refusal::not_found)?)
}

/// What every promise says.
#[derive(Debug, Clone)]
struct Terms {
    baskets: i64,
    starts_on: Date,
    ends_on: Option<Date>,
    public_name: PublicName,
    how_far: HowFar,
    document: Option<Document>,
}

fn row(tx: &Tx<'_>, sponsor: Id, campaign: Id, terms: &Terms, reach: &Reach) -> (Id, Args) {
    let id = tx.new_id();
    let document = terms.document.as_ref();
    let values = args![
        tx.district(),
        id,
        campaign,
        sponsor,
        terms.baskets,
        terms.starts_on,
        terms.ends_on,
        terms.ends_on,
        reach.origin(),
        terms.public_name.code(),
        terms.how_far.code(),
        document.map(|document| document.number.trim().to_owned()),
        document.map(|document| document.on),
        tx.now(),
        tx.actor(),
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
    /// How many times the campaign's basket: 1 to 100, of an institution to 10,000.
    pub baskets: i64,
    /// The first day on which it holds.
    pub starts_on: Date,
    /// The last day; `None` = until stopped.
    pub ends_on: Option<Date>,
    /// How he agreed to be named in public.
    pub public_name: PublicName,
    /// How far from his home he wishes to help.
    pub how_far: HowFar,
    /// The letter or MoU behind it.
    pub document: Option<Document>,
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
        let campaign = hold(tx, self.campaign).await?;
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
        let days = (self.starts_on, self.ends_on);
        check(&campaign.calendar(), days, self.baskets, most_baskets(&who.kind))?;
        let own = matches!(self.reach, Reach::Own(_));
        if self.public_name == PublicName::Name && !may_be_named(own, &who.kind, self.document.is_some()) {
            return Err(Refusal::new("sponsors.refused.name_is_own").field("sebutan").into());
        }
        if who.status != "active" {
            return Err(Refusal::new("sponsors.refused.left").into());
        }
        if campaign.contributor_scope == "asn" && who.kind != "asn" {
            return Err(Refusal::new("sponsors.refused.only_asn").field("gerakan").into());
        }
        // Index: pledge_by_sponsor.
        let overlapping = tx
            .number(
                "SELECT COUNT(*) AS n FROM pledge WHERE district_id = $1 AND sponsor_id = $2 AND campaign_id = $3 \
                 AND (ends_on IS NULL OR (ends_on >= $4 AND ends_on >= starts_on)) AND starts_on <= $5",
                args![tx.district(), self.sponsor, self.campaign, self.starts_on, self.ends_on.unwrap_or(Date::MAX)],
            )
            .await?;
        if overlapping > 0 {
            return Err(Refusal::new("sponsors.refused.overlap").field("mulai").into());
        }
        let terms = Terms {
            baskets: self.baskets,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            public_name: self.public_name,
            how_far: self.how_far,
            document: self.document.clone(),
        };
        let (id, values) = row(tx, self.sponsor, self.campaign, &terms, &self.reach);
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
    /// The last day; `None` = until stopped.
    pub ends_on: Option<Date>,
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
    /// When the new ones were recorded: by this they can be taken back together.
    pub at: Instant,
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
        let campaign = hold(tx, self.campaign).await?;
        tx.subject("institution", self.unit);
        check(&campaign.calendar(), (self.starts_on, self.ends_on), self.baskets, MOST_BASKETS)?;
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
                      AND p.campaign_id = $4 AND p.starts_on <= $6 \
                      AND (p.ends_on IS NULL OR (p.ends_on >= $5 AND p.ends_on >= p.starts_on))) \
                     AS promised FROM sponsor_version v JOIN place ON place.id = v.unit_id \
                     WHERE v.district_id = $1 AND v.superseded_at = $3 AND v.status = 'active' \
                     ORDER BY v.sponsor_id",
                    place_below(self.below)
                ),
                args![
                    tx.district(),
                    self.unit,
                    Instant::NEVER,
                    self.campaign,
                    self.starts_on,
                    self.ends_on.unwrap_or(Date::MAX)
                ],
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
        let terms = Terms {
            baskets: self.baskets,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            public_name: self.public_name,
            how_far: HowFar::District,
            document: None,
        };
        let rows: Vec<Args> = wanted()
            .filter(|person| person.promised == 0)
            .map(|person| row(tx, person.sponsor_id, self.campaign, &terms, &self.reach).1)
            .collect();
        let made = rows.len() as i64;
        tx.insert_many(INSERT, "", rows).await?;
        Ok(UnitPledges { made, kept: wanted().count() as i64 - made, at: tx.now() })
    }
}
