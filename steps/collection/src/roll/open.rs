//! Opening a roll and adding people to it.

use asuh_store::{Args, Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::campaign::{self, BasketItem};
use super::super::drive::command as drive;
use super::super::drive::rules::WEEKS_BACK;
use super::super::reach::Reach;
use super::command::touch;
use super::rules::MOST;

/// Opens a unit's roll of a day with a line per promise that holds; opens the drive with it where the rhythm
/// allows the day. Opening it again adds who has promised meanwhile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenRoll {
    /// The campaign.
    pub campaign: Id,
    /// The unit.
    pub unit: Id,
    /// The day; not a future one.
    pub day: time::Date,
    /// What the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Found { id: Id, state: String }
}

impl Command for OpenRoll {
    const KIND: &'static str = "collection.open_roll";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if !self.reach.covers(self.unit) {
            return Err(Refusal::not_found().into());
        }
        if self.day > campaign::local_today(tx).await? {
            return Err(Refusal::new("collection.refused.future").field("hari").into());
        }
        let unit_exists = tx
            .number(
                "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.unit],
            )
            .await?;
        if unit_exists == 0 {
            return Err(Refusal::not_found().into());
        }
        let drive = drive::open_for_roll(tx, self.campaign, self.day).await?;
        tx.execute(
            "INSERT INTO roll (district_id, id, drive_id, unit_id, state, people, givers, opened_at, touched_at, \
             closed_at, closed_by, cash_witness, cash_paper) \
             VALUES ($1, $2, $3, $4, 'open', 0, 0, $5, $5, NULL, NULL, '', '') \
             ON CONFLICT DO NOTHING",
            args![tx.district(), tx.new_id(), drive, self.unit, tx.now()],
        )
        .await?;
        let roll: Option<Found> = tx
            .first(
                "SELECT id, state FROM roll WHERE district_id = $1 AND drive_id = $2 AND unit_id = $3",
                args![tx.district(), drive, self.unit],
            )
            .await?;
        let roll = roll.ok_or_else(Refusal::not_found)?;
        tx.subject("roll", roll.id);
        if roll.state == "open" {
            self.fill(tx, roll.id).await?;
        }
        Ok(roll.id)
    }
}

impl OpenRoll {
    async fn fill(&self, tx: &Tx<'_>, roll: Id) -> Result<(), Fault> {
        let basket = campaign::basket(tx, tx.district(), self.campaign).await?;
        let promises = campaign::promises(tx, tx.district(), self.campaign, self.unit, self.day).await?;
        let mut lines = Vec::with_capacity(promises.len());
        let mut items = Vec::with_capacity(promises.len() * basket.len());
        for promise in &promises {
            lines.push(line(tx, roll, promise.sponsor_id, self.day, Some(promise.pledge_id), "open"));
            for thing in &basket {
                let expected = thing.quantity.saturating_mul(promise.baskets);
                items.push(item(tx, roll, promise.sponsor_id, self.day, thing, (expected, 0)));
            }
        }
        insert(tx, lines, items).await
    }
}

fn line(tx: &Tx<'_>, roll: Id, sponsor: Id, day: time::Date, pledge: Option<Id>, state: &str) -> Args {
    args![tx.district(), roll, sponsor, day, pledge, state, 1_i64, tx.now(), tx.actor()]
}

fn item(
    tx: &Tx<'_>,
    roll: Id,
    sponsor: Id,
    day: time::Date,
    thing: &BasketItem,
    (expected, brought): (i64, i64),
) -> Args {
    args![tx.district(), roll, sponsor, day, &thing.commodity, expected, brought, 0_i64]
}

async fn insert(tx: &Tx<'_>, lines: Vec<Args>, items: Vec<Args>) -> Result<(), Fault> {
    tx.insert_many(
        "INSERT INTO contribution (district_id, roll_id, sponsor_id, for_day, pledge_id, state, version, \
         recorded_at, recorded_by) VALUES",
        "ON CONFLICT DO NOTHING",
        lines,
    )
    .await?;
    tx.insert_many(
        "INSERT INTO contribution_item (district_id, roll_id, sponsor_id, for_day, commodity, expected, brought, \
         damaged) VALUES",
        "ON CONFLICT DO NOTHING",
        items,
    )
    .await?;
    Ok(())
}

/// Adds somebody of the unit's roster to an open roll: a gift without a promise, or a make-up (susulan) for
/// an earlier day of the rhythm. One basket is filled in; the page then says what really came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddGiver {
    /// The roll.
    pub roll: Id,
    /// Who.
    pub sponsor: Id,
    /// The earlier day that it makes up for; none: a gift of this day.
    pub for_day: Option<time::Date>,
    /// Whether it is somebody of another unit, who gives here today.
    pub elsewhere: bool,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for AddGiver {
    const KIND: &'static str = "collection.add_giver";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("roll", self.roll);
        let roll = touch(tx, self.roll, &self.reach).await?;
        let district = tx.district();
        let unit = campaign::unit_of(tx, district, self.sponsor).await?;
        let unit = unit.filter(|unit| self.elsewhere || *unit == roll.unit_id);
        let unit = unit.ok_or_else(|| Refusal::new("collection.refused.not_here").field("nama"))?;
        let campaign =
            campaign::by_id(tx, district, roll.campaign_id).await?.ok_or_else(Refusal::not_found)?;
        let day = self.for_day.unwrap_or(roll.held_on);
        let weeks = (roll.held_on - day).whole_days();
        let earlier = weeks > 0 && weeks <= WEEKS_BACK * 7 && campaign.rhythm().allows(day);
        if self.for_day.is_some() && !earlier {
            return Err(Refusal::new("collection.refused.make_up_day").field("untuk").into());
        }
        let there = tx
            .number(
                "SELECT COUNT(*) AS n FROM contribution WHERE district_id = $1 AND roll_id = $2 \
                 AND sponsor_id = $3 AND for_day = $4",
                args![district, self.roll, self.sponsor, day],
            )
            .await?;
        if there > 0 {
            return Err(Refusal::new("collection.refused.already_listed").field("nama").into());
        }
        let promises = campaign::promises(tx, district, roll.campaign_id, unit, day).await?;
        let promise = promises.iter().find(|promise| promise.sponsor_id == self.sponsor);
        let baskets = promise.map_or(1, |promise| promise.baskets);
        let basket = campaign::basket(tx, district, roll.campaign_id).await?;
        // Nothing is expected here: a promise is counted on its own day alone.
        let lines = vec![line(tx, self.roll, self.sponsor, day, promise.map(|p| p.pledge_id), "partial")];
        let items = basket
            .iter()
            .map(|thing| {
                let brought = thing.quantity.saturating_mul(baskets);
                item(tx, self.roll, self.sponsor, day, thing, (0, brought))
            })
            .collect();
        insert(tx, lines, items).await?;
        if unit != roll.unit_id {
            away_at_home(tx, (self.roll, self.sponsor, day)).await?;
        }
        Ok(())
    }
}

/// Whoever gives through another unit is not asked at his own any more: his line of that day, if it is still open there,
/// says that he is away. Index: `contribution_by_sponsor`.
async fn away_at_home(tx: &Tx<'_>, (roll, sponsor, day): (Id, Id, time::Date)) -> Result<(), Fault> {
    tx.execute(
        "UPDATE contribution SET state = 'away', version = version + 1, recorded_at = $5, recorded_by = $6 \
         WHERE district_id = $1 AND sponsor_id = $2 AND for_day = $3 AND roll_id <> $4 AND state = 'open' \
         AND EXISTS (SELECT 1 FROM roll r JOIN roll here ON here.district_id = r.district_id AND here.id = $4 \
         AND here.drive_id = r.drive_id WHERE r.district_id = contribution.district_id \
         AND r.id = contribution.roll_id AND r.state = 'open')",
        args![tx.district(), sponsor, day, roll, tx.now(), tx.actor()],
    )
    .await?;
    Ok(())
}

/// Records what somebody of the unit's roster brought that is in no basket: a sack of rice, sugar, milk. It stands on his
/// line as a commodity of its own, and goes through count, hand-over and warehouse as such.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddGoods {
    /// The roll.
    pub roll: Id,
    /// Who.
    pub sponsor: Id,
    /// The commodity: goods that the campaign's basket does not have.
    pub commodity: String,
    /// How much, in its smallest unit.
    pub amount: i64,
    /// Whether what he promised came too, where he is not recorded yet.
    pub promise_too: bool,
    /// What the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Standing { state: String, expected: i64 }
}

impl Command for AddGoods {
    const KIND: &'static str = "collection.add_goods";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("roll", self.roll);
        let roll = touch(tx, self.roll, &self.reach).await?;
        let district = tx.district();
        if !(1..=MOST).contains(&self.amount) {
            return Err(Refusal::new("collection.refused.amount").field("jumlah").arg("most", MOST).into());
        }
        let goods = campaign::beside_basket(tx, district, roll.campaign_id).await?;
        if !goods.iter().any(|thing| thing.commodity == self.commodity) {
            return Err(Refusal::new("web.error.choose").field("barang").into());
        }
        let day = roll.held_on;
        let present: Option<Standing> = tx
            .first(
                "SELECT c.state, (SELECT CAST(COALESCE(SUM(i.expected), 0) AS BIGINT) FROM contribution_item i \
                 WHERE i.district_id = c.district_id AND i.roll_id = c.roll_id AND i.sponsor_id = c.sponsor_id \
                 AND i.for_day = c.for_day) AS expected FROM contribution c \
                 WHERE c.district_id = $1 AND c.roll_id = $2 AND c.sponsor_id = $3 AND c.for_day = $4",
                args![district, self.roll, self.sponsor, day],
            )
            .await?;
        match present {
            Some(standing) => self.beside(tx, day, &standing).await?,
            None => {
                if !campaign::is_on_roster(tx, district, roll.unit_id, self.sponsor).await? {
                    return Err(Refusal::new("collection.refused.not_here").field("nama").into());
                }
                let basket = campaign::basket(tx, district, roll.campaign_id).await?;
                let lines = vec![line(tx, self.roll, self.sponsor, day, None, "partial")];
                let items = basket
                    .iter()
                    .map(|thing| item(tx, self.roll, self.sponsor, day, thing, (0, 0)))
                    .collect();
                insert(tx, lines, items).await?;
            }
        }
        tx.execute(
            "INSERT INTO contribution_item (district_id, roll_id, sponsor_id, for_day, commodity, expected, brought, \
             damaged) VALUES ($1, $2, $3, $4, $5, 0, $6, 0) \
             ON CONFLICT (district_id, roll_id, sponsor_id, for_day, commodity) DO UPDATE SET \
             brought = excluded.brought, damaged = 0",
            args![district, self.roll, self.sponsor, day, &self.commodity, self.amount],
        )
        .await?;
        Ok(())
    }
}

impl AddGoods {
    /// Sets the line that is there: who brings something gives.
    async fn beside(&self, tx: &Tx<'_>, day: time::Date, standing: &Standing) -> Result<(), Fault> {
        let key = || args![tx.district(), self.roll, self.sponsor, day];
        let gave = matches!(standing.state.as_str(), "full" | "partial");
        let full = standing.state == "full" || (!gave && self.promise_too && standing.expected > 0);
        if full {
            tx.execute(
                "UPDATE contribution_item SET brought = expected WHERE district_id = $1 AND roll_id = $2 \
                 AND sponsor_id = $3 AND for_day = $4 AND expected > 0",
                key(),
            )
            .await?;
        }
        tx.execute(
            "UPDATE contribution SET state = $5, version = version + 1, recorded_at = $6, recorded_by = $7 \
             WHERE district_id = $1 AND roll_id = $2 AND sponsor_id = $3 AND for_day = $4",
            key().with(if full { "full" } else { "partial" }).with(tx.now()).with(tx.actor()),
        )
        .await?;
        Ok(())
    }
}
