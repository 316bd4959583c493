//! Setting up a programme, and changing its list, needs and rule. Nothing of the past is changed: each counts from a
//! month or a version on.

use asuh_step_registry::frozen;
use asuh_step_registry::rules::Target;
use asuh_store::{Command, Fault, Id, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::pools;
use super::query::{self, Programme, month_of};
use crate::rules::{Point, default_points};

/// Most units that a target may need a month.
pub(crate) const MOST_UNITS: i64 = 1_000;

/// What a kind of target needs a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Units: 0 to 1,000.
    pub units: i64,
    /// Visits of a mentor: 0 to 31.
    pub mentor_visits: i64,
}

/// Sets up a programme for a campaign whose destination is 'pairs'. It begins with METHOD's points and without a seed.
///
/// Refused when the campaign is not known or has another destination, when it has a programme already, and when
/// nothing is needed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StartProgramme {
    /// The campaign.
    pub campaign: Id,
    /// The frozen list that it works on from this month on.
    pub list: Id,
    /// Needs by target.
    pub needs: Vec<(Target, Need)>,
    /// The present day.
    pub today: Date,
}

impl Command for StartProgramme {
    const KIND: &'static str = "pairing.start_programme";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let free = query::without_programme(tx, district).await?;
        if !free.iter().any(|campaign| campaign.id == self.campaign) {
            return Err(Refusal::not_found().into());
        }
        let kind = kind_of(tx, self.list).await?.ok_or_else(Refusal::not_found)?;
        let programme = tx.new_id();
        tx.subject("programme", programme);
        let made = tx
            .execute(
                "INSERT INTO programme (district_id, id, campaign_id, list_kind, cost_subdistrict, cost_neighbours, \
                 cost_district, changes, created_at, created_by) VALUES ($1, $2, $3, $4, 2, 5, 9, 0, $5, $6) \
                 ON CONFLICT (district_id, campaign_id) DO NOTHING",
                args![district, programme, self.campaign, kind, tx.now(), tx.actor()],
            )
            .await?;
        if made == 0 {
            return Err(Refusal::not_found().into());
        }
        if pools::put(tx, programme, self.campaign, 1).await? == 0 {
            return Err(Refusal::not_found().into());
        }
        put_list(tx, programme, self.list, month_of(self.today)).await?;
        put_needs(tx, programme, &self.needs, month_of(self.today)).await?;
        put_rule(tx, programme, 1, "", "METHOD 1.2", &default_points(), self.today).await?;
        Ok(programme)
    }
}

/// Gives a programme another list from a month on.
///
/// Refused when the list is of another kind, or the month is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetList {
    /// The programme.
    pub programme: Id,
    /// The list.
    pub list: Id,
    /// Any day of the month.
    pub from: Date,
    /// The present day.
    pub today: Date,
}

impl Command for SetList {
    const KIND: &'static str = "pairing.set_list";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let programme = held(tx, self.programme).await?;
        if kind_of(tx, self.list).await?.as_deref() != Some(programme.list_kind.as_str()) {
            return Err(Refusal::not_found().into());
        }
        not_over(self.from, self.today)?;
        Ok(put_list(tx, self.programme, self.list, month_of(self.from)).await?)
    }
}

/// Changes what targets need, from a month on.
///
/// Refused when the month is over, or a number lies outside its range.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetNeeds {
    /// The programme.
    pub programme: Id,
    /// Needs by target.
    pub needs: Vec<(Target, Need)>,
    /// Any day of the month.
    pub from: Date,
    /// The present day.
    pub today: Date,
}

impl Command for SetNeeds {
    const KIND: &'static str = "pairing.set_needs";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, self.programme).await?;
        not_over(self.from, self.today)?;
        put_needs(tx, self.programme, &self.needs, month_of(self.from)).await
    }
}

/// Decides anew who comes first: points and the seed of the lottery, which is to be drawn in public before a run.
///
/// Refused when no row is left, one lies outside its range, or the seed is shorter than 4 characters.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetRule {
    /// The programme.
    pub programme: Id,
    /// The version that it follows: somebody else may have been quicker.
    pub after: i64,
    /// The rows.
    pub points: Vec<Point>,
    /// The public seed.
    pub seed: String,
    /// Who decided, by which document.
    pub basis: String,
    /// The present day.
    pub today: Date,
}

impl Command for SetRule {
    const KIND: &'static str = "pairing.set_rule";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        held(tx, self.programme).await?;
        let known = query::rule(tx, tx.district(), self.programme, None).await?;
        if known.map_or(0, |rule| rule.version) != self.after {
            return Err(Refusal::new("pairing.refused.changed_meanwhile").into());
        }
        let fits =
            |point: &Point| (1..=100).contains(&point.points) && point.factor.bounds().contains(&point.bound);
        if self.points.is_empty() || self.points.len() > 40 || !self.points.iter().all(fits) {
            return Err(Refusal::new("pairing.refused.points").into());
        }
        let seed = self.seed.trim();
        if seed.chars().count() < 4 {
            return Err(Refusal::new("pairing.refused.seed").field("undian").into());
        }
        let version = self.after + 1;
        put_rule(tx, self.programme, version, seed, self.basis.trim(), &self.points, self.today).await?;
        Ok(version)
    }
}

/// The programme, held for the rest of the transaction: who changes its pairs at the same time waits.
///
/// # Errors
/// There is no such programme, or the store fails.
pub(crate) async fn held(tx: &Tx<'_>, id: Id) -> Result<Programme, Fault> {
    tx.execute(
        "UPDATE programme SET changes = changes + 1 WHERE district_id = $1 AND id = $2",
        args![tx.district(), id],
    )
    .await?;
    tx.subject("programme", id);
    Ok(query::by_id(tx, tx.district(), id).await?.ok_or_else(Refusal::not_found)?)
}

fn not_over(from: Date, today: Date) -> Result<(), Refusal> {
    match month_of(from) < month_of(today) {
        true => Err(Refusal::new("pairing.refused.month_over").field("bulan")),
        false => Ok(()),
    }
}

async fn kind_of(tx: &Tx<'_>, list: Id) -> Result<Option<String>, StoreError> {
    for (kind, _) in frozen::KINDS {
        if frozen::lists(tx, tx.district(), kind).await?.iter().any(|known| known.id == list) {
            return Ok(Some(kind.to_owned()));
        }
    }
    Ok(None)
}

async fn put_list(tx: &Tx<'_>, programme: Id, list: Id, month: Date) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO programme_list (district_id, programme_id, from_month, list_id, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (district_id, programme_id, from_month) \
         DO UPDATE SET list_id = $4, recorded_at = $5, recorded_by = $6",
        args![tx.district(), programme, month, list, tx.now(), tx.actor()],
    )
    .await?;
    Ok(())
}

async fn put_needs(tx: &Tx<'_>, programme: Id, needs: &[(Target, Need)], month: Date) -> Result<(), Fault> {
    let fits = |need: &Need| (0..=MOST_UNITS).contains(&need.units) && (0..=31).contains(&need.mentor_visits);
    let anything = needs.iter().any(|(_, need)| need.units > 0);
    if !anything || !needs.iter().all(|(_, need)| fits(need)) {
        return Err(Refusal::new("pairing.refused.needs").into());
    }
    for (target, need) in needs {
        tx.execute(
            "INSERT INTO programme_need (district_id, programme_id, target, from_month, units, mentor_visits, \
             recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (district_id, programme_id, target, from_month) \
             DO UPDATE SET units = $5, mentor_visits = $6, recorded_at = $7, recorded_by = $8",
            args![
                tx.district(),
                programme,
                target.code(),
                month,
                need.units,
                need.mentor_visits,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
    }
    Ok(())
}

async fn put_rule(
    tx: &Tx<'_>,
    programme: Id,
    version: i64,
    seed: &str,
    basis: &str,
    points: &[Point],
    today: Date,
) -> Result<(), Fault> {
    let written = tx
        .execute(
            "INSERT INTO priority_rule (district_id, programme_id, version, seed, basis, recorded_on, recorded_at, \
             recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            args![tx.district(), programme, version, seed, basis, today, tx.now(), tx.actor()],
        )
        .await?;
    if written == 0 {
        return Err(Refusal::new("pairing.refused.changed_meanwhile").into());
    }
    let row = |(nth, point): (usize, &Point)| {
        let factor = point.factor.code();
        args![tx.district(), programme, version, nth as i64, factor, point.bound, point.points]
    };
    tx.insert_many(
        "INSERT INTO priority_point (district_id, programme_id, version, nth, factor, bound, points) VALUES",
        "",
        points.iter().enumerate().map(row).collect(),
    )
    .await?;
    Ok(())
}
