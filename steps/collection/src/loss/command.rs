//! Asking that goods leave a post, and deciding it.

use asuh_store::{Args, Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::reach::Reach;
use super::super::{campaign, count, hand_over, roll};
use super::query;
use super::rules::{LossKind, check};
use asuh_ground::books::{self, AccountKind, Fund, Move, Spot, Transfer, TransferKind};
use asuh_ground::settings;

/// Asks that goods of a closed roll leave its post. Nothing moves until somebody else approves it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestLoss {
    /// The roll.
    pub roll: Id,
    /// The commodity.
    pub commodity: String,
    /// How much, in its smallest unit.
    pub amount: i64,
    /// Thrown away, or given back.
    pub kind: LossKind,
    /// What happened.
    pub reason: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for RequestLoss {
    const KIND: &'static str = "collection.request_loss";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        hold(tx, self.roll, &self.reach).await?;
        let there = roll::query::by_id(tx, district, &self.reach, self.roll).await?;
        if there.ok_or_else(Refusal::not_found)?.state != "closed" {
            return Err(Refusal::new("collection.refused.not_closed").into());
        }
        if hand_over::query::of_roll(tx, district, self.roll).await?.is_some() {
            return Err(Refusal::new("collection.refused.handed_over").into());
        }
        let counts = count::query::of_roll(tx, district, self.roll).await?;
        let line = counts.iter().find(|line| line.commodity == self.commodity && line.kind != "cash");
        let line = line.ok_or_else(|| Refusal::new("web.error.choose").field("barang"))?;
        let asked = query::asked(tx, district, self.roll, &self.commodity).await?;
        check(self.amount, line.good() - asked, &self.reason)?;
        let today = campaign::local_today(tx).await?;
        let number = settings::documents::next_number(tx, "collection.loss", today).await?;
        let id = tx.new_id();
        tx.subject("post_loss", id);
        tx.execute(
            "INSERT INTO post_loss (district_id, id, number, roll_id, commodity, amount, kind, reason, state, \
             requested_at, requested_by, decision_note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'requested', $9, $10, '')",
            args![
                district,
                id,
                number,
                self.roll,
                &self.commodity,
                self.amount,
                self.kind.code(),
                self.reason.trim(),
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(id)
    }
}

/// Holds a roll's row: a hand-over and a loss of the same goods follow one another.
async fn hold(tx: &Tx<'_>, roll: Id, reach: &Reach) -> Result<(), Fault> {
    let mut args = Args::new().with(tx.district()).with(roll);
    let reached = reach.condition("unit_id", &mut args);
    let held = tx
        .execute(
            &format!("UPDATE roll SET state = state WHERE district_id = $1 AND id = $2 AND {reached}"),
            args,
        )
        .await?;
    if held == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
}

/// Approves or refuses what somebody else asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecideLoss {
    /// The request.
    pub loss: Id,
    /// Whether it is so.
    pub approve: bool,
    /// A word to it.
    pub note: String,
    /// What the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Asked {
        unit_id: Id, commodity: String, amount: i64, kind: String, reason: String, number: String,
        requested_by: Id, fund: String, lot_id: Option<Id>,
    }
}

impl Command for DecideLoss {
    const KIND: &'static str = "collection.decide_loss";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("post_loss", self.loss);
        let district = tx.district();
        let state = if self.approve { "approved" } else { "refused" };
        let mut args = args![district, self.loss, state, tx.now(), tx.actor(), self.note.trim()];
        let reached = self.reach.condition("r.unit_id", &mut args);
        let decided = tx
            .execute(
                &format!(
                    "UPDATE post_loss SET state = $3, decided_at = $4, decided_by = $5, decision_note = $6 \
                     WHERE district_id = $1 AND id = $2 AND state = 'requested' AND EXISTS (SELECT 1 FROM roll r \
                     WHERE r.district_id = $1 AND r.id = post_loss.roll_id AND {reached})"
                ),
                args,
            )
            .await?;
        let mut args = args![district, self.loss];
        let reached = self.reach.condition("r.unit_id", &mut args);
        let asked: Option<Asked> = tx
            .first(
                &format!(
                    "SELECT r.unit_id, p.commodity, p.amount, p.kind, p.reason, p.number, p.requested_by, \
                     c.fund, n.lot_id FROM post_loss p JOIN roll r ON r.district_id = p.district_id AND r.id = p.roll_id \
                     JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
                     JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
                     JOIN count_item n ON n.district_id = p.district_id AND n.roll_id = p.roll_id \
                     AND n.commodity = p.commodity WHERE p.district_id = $1 AND p.id = $2 AND {reached}"
                ),
                args,
            )
            .await?;
        let asked = asked.ok_or_else(Refusal::not_found)?;
        if decided == 0 {
            return Err(Refusal::new("collection.refused.loss_decided").into());
        }
        if asked.requested_by == tx.actor() {
            return Err(Refusal::new("collection.refused.loss_own").into());
        }
        if !self.approve {
            return Ok(());
        }
        let kind = LossKind::parse(&asked.kind).ok_or_else(|| StoreError::Shape(asked.kind.clone()))?;
        let fund: Fund = asked.fund.parse().map_err(|_| StoreError::Shape(asked.fund.clone()))?;
        let (kind, to) = match kind {
            LossKind::WrittenOff => (TransferKind::WrittenOff, AccountKind::Waste),
            LossKind::GivenBack => (TransferKind::Returned, AccountKind::Giver),
        };
        let transfer = books::post(
            tx,
            Transfer {
                kind,
                fund,
                day: campaign::local_today(tx).await?,
                cause: self.loss,
                reason: format!("{}: {}", asked.number, asked.reason),
                moves: vec![Move {
                    commodity: campaign::commodity(&asked.commodity)?,
                    from: Spot::new(AccountKind::OfficePost, asked.unit_id),
                    to: Spot::new(to, asked.unit_id),
                    amount: asked.amount,
                    lot: asked.lot_id,
                }],
            },
        )
        .await?;
        tx.execute(
            "UPDATE post_loss SET transfer_id = $3 WHERE district_id = $1 AND id = $2",
            args![district, self.loss, transfer],
        )
        .await?;
        Ok(())
    }
}
