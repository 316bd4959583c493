//! Announcing, receiving and cancelling a hand-over.

use asuh_store::{Args, Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::reach::{Reach, Sides};
use super::super::{campaign, count, loss};
use super::query::{self, HandOverItem};
use super::rules::{Arrival, Signer, check};
use asuh_ground::books::{self, AccountKind, Fund, Move, Spot, Transfer, TransferKind};
use asuh_ground::papers;
use asuh_ground::settings;

/// Announces the goods of a closed roll to the campaign's warehouse or a depot: they are on the way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnnounceHandOver {
    /// The roll.
    pub roll: Id,
    /// The receiving institution.
    pub to: Id,
    /// Who signs for the unit, and how.
    pub giver: Signer,
    /// A word to the receiver.
    pub note: String,
    /// What the caller reaches.
    pub reach: Reach,
}

/// An announced hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Its key.
    pub id: Id,
    /// Its number.
    pub number: String,
}

/// The name under a signature.
async fn name(tx: &Tx<'_>, signer: &Signer, field: &str) -> Result<String, Fault> {
    match signer {
        Signer::Account => Ok(count::second::name_of(tx, tx.district(), tx.actor()).await?),
        Signer::Paper(name) if name.trim().is_empty() => {
            Err(Refusal::new("web.error.required").field(field).into())
        }
        Signer::Paper(name) => Ok(name.trim().to_owned()),
    }
}

asuh_store::row_struct! {
    struct ClosedRoll { unit_id: Id, state: String, campaign_id: Id }
}

impl Command for AnnounceHandOver {
    const KIND: &'static str = "collection.announce_hand_over";
    type Receipt = Announced;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Announced, Fault> {
        let district = tx.district();
        // The roll's row is changed first: two announcements of it follow one another.
        let mut args = Args::new().with(district).with(self.roll);
        let reached = self.reach.condition("unit_id", &mut args);
        let roll: Option<ClosedRoll> = tx
            .first(
                &format!(
                    "UPDATE roll SET state = state WHERE district_id = $1 AND id = $2 AND {reached} \
                     RETURNING unit_id, state, (SELECT d.campaign_id FROM drive d WHERE d.district_id = $1 \
                     AND d.id = roll.drive_id) AS campaign_id"
                ),
                args,
            )
            .await?;
        let roll = roll.ok_or_else(Refusal::not_found)?;
        if roll.state != "closed" {
            return Err(Refusal::new("collection.refused.not_closed").into());
        }
        let giver_name = name(tx, &self.giver, "pemberi").await?;
        let there = tx
            .number(
                "SELECT COUNT(*) AS n FROM hand_over WHERE district_id = $1 AND roll_id = $2 AND state <> 'cancelled'",
                args![district, self.roll],
            )
            .await?;
        if there > 0 {
            return Err(Refusal::new("collection.refused.handed_over").into());
        }
        let campaign =
            campaign::by_id(tx, district, roll.campaign_id).await?.ok_or_else(Refusal::not_found)?;
        let receivers = query::receivers(tx, district, campaign.warehouse_id).await?;
        if !receivers.iter().any(|receiver| receiver.id == self.to) {
            return Err(Refusal::new("web.error.choose").field("tujuan").into());
        }
        if loss::query::waits(tx, district, self.roll).await? {
            return Err(Refusal::new("collection.refused.loss_waits").into());
        }
        let counts = count::query::of_roll(tx, district, self.roll).await?;
        let goods: Vec<_> = counts.iter().filter(|line| line.kind != "cash" && line.good() > 0).collect();
        if goods.is_empty() {
            return Err(Refusal::new("collection.refused.no_goods").into());
        }
        let today = campaign::local_today(tx).await?;
        let number = settings::documents::next_number(tx, "collection.bast", today).await?;
        let id = tx.new_id();
        tx.subject("hand_over", id);
        let fund = campaign.fund()?;
        let mut moves = Vec::with_capacity(goods.len());
        let mut items = Vec::with_capacity(goods.len());
        for line in &goods {
            let commodity = campaign::commodity(&line.commodity)?;
            moves.push(Move {
                commodity,
                from: Spot::new(AccountKind::OfficePost, roll.unit_id),
                to: Spot::new(AccountKind::Transit, id),
                amount: line.good(),
                lot: line.lot_id,
            });
            items.push(args![district, id, &line.commodity, line.good(), line.lot_id]);
        }
        let transfer = books::post(
            tx,
            Transfer {
                kind: TransferKind::HandedOver,
                fund,
                day: today,
                cause: id,
                reason: number.clone(),
                moves,
            },
        )
        .await?;
        tx.execute(
            "INSERT INTO hand_over (district_id, id, number, roll_id, to_institution_id, state, announced_at, \
             announced_by, giver_name, giver_way, received_at, received_by, receiver_name, receiver_way, note, \
             receipt_note, transfer_id) \
             VALUES ($1, $2, $3, $4, $5, 'announced', $6, $7, $8, $9, NULL, NULL, NULL, NULL, $10, '', $11)",
            args![
                district,
                id,
                &number,
                self.roll,
                self.to,
                tx.now(),
                tx.actor(),
                giver_name,
                self.giver.code(),
                &self.note,
                transfer
            ],
        )
        .await?;
        tx.insert_many(
            "INSERT INTO hand_over_item (district_id, hand_over_id, commodity, sent, lot_id) VALUES",
            "",
            items,
        )
        .await?;
        Ok(Announced { id, number })
    }
}

/// Receives a hand-over at the warehouse or depot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiveHandOver {
    /// The hand-over.
    pub hand_over: Id,
    /// What arrived, every commodity that was sent.
    pub arrivals: Vec<Arrival>,
    /// Who signs for the receiving place, and how.
    pub receiver: Signer,
    /// What happened to what is damaged or missing.
    pub note: String,
    /// What the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Announcement { announced_by: Id, to_institution_id: Id, kind: String, fund: String }
}

impl Command for ReceiveHandOver {
    const KIND: &'static str = "collection.receive_hand_over";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("hand_over", self.hand_over);
        let district = tx.district();
        let mut args = Args::new().with(district).with(self.hand_over);
        let receiver_name = name(tx, &self.receiver, "penerima").await?;
        args = args.with(tx.now()).with(tx.actor()).with(receiver_name).with(&self.note);
        args = args.with(self.receiver.code());
        let reached = self.reach.condition("to_institution_id", &mut args);
        let taken = tx
            .execute(
                &format!(
                    "UPDATE hand_over SET state = 'received', received_at = $3, received_by = $4, receiver_name = $5, \
                     receipt_note = $6, receiver_way = $7 WHERE district_id = $1 AND id = $2 AND state = 'announced' AND {reached}"
                ),
                args,
            )
            .await?;
        if taken == 0 {
            return Err(self.why_not(tx).await?.into());
        }
        let found: Option<Announcement> = tx
            .first(
                "SELECT h.announced_by, h.to_institution_id, i.kind, c.fund FROM hand_over h \
                 JOIN institution i ON i.district_id = h.district_id AND i.id = h.to_institution_id \
                 JOIN roll r ON r.district_id = h.district_id AND r.id = h.roll_id \
                 JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
                 JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
                 WHERE h.district_id = $1 AND h.id = $2",
                args![district, self.hand_over],
            )
            .await?;
        let found = found.ok_or_else(Refusal::not_found)?;
        if found.announced_by == tx.actor() && tx.actor() != Id::SYSTEM {
            return Err(Refusal::new("collection.refused.two_sides").into());
        }
        let items = query::items(tx, district, self.hand_over).await?;
        let sent: Vec<(String, i64)> = items.iter().map(|item| (item.commodity.clone(), item.sent)).collect();
        check(&sent, &self.arrivals, &self.note)?;
        let fund = found.fund.parse().map_err(|_| asuh_store::StoreError::Shape(found.fund.clone()))?;
        self.post(tx, &found, fund, &items).await
    }
}

impl ReceiveHandOver {
    async fn why_not(&self, tx: &Tx<'_>) -> Result<Refusal, Fault> {
        let mut args = Args::new().with(tx.district()).with(self.hand_over);
        let reached = self.reach.condition("to_institution_id", &mut args);
        let there = tx
            .number(
                &format!(
                    "SELECT COUNT(*) AS n FROM hand_over WHERE district_id = $1 AND id = $2 AND {reached}"
                ),
                args,
            )
            .await?;
        Ok(if there == 0 { Refusal::not_found() } else { Refusal::new("collection.refused.not_waiting") })
    }

    async fn post(
        &self,
        tx: &Tx<'_>,
        found: &Announcement,
        fund: Fund,
        items: &[HandOverItem],
    ) -> Result<(), Fault> {
        let kind = if found.kind == "depot" { AccountKind::Depot } else { AccountKind::Warehouse };
        let (mut arrived, mut broken, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            let Some(arrival) = self.arrivals.iter().find(|a| a.commodity == item.commodity) else {
                continue;
            };
            let commodity = campaign::commodity(&item.commodity)?;
            let transit = Spot::new(AccountKind::Transit, self.hand_over);
            let to = |kind| Spot::new(kind, found.to_institution_id);
            arrived.push(Move {
                commodity,
                from: transit,
                to: to(kind),
                amount: arrival.received,
                lot: item.lot_id,
            });
            broken.push(Move {
                commodity,
                from: transit,
                to: to(AccountKind::Waste),
                amount: arrival.damaged,
                lot: item.lot_id,
            });
            rows.push(args![
                tx.district(),
                self.hand_over,
                &item.commodity,
                item.sent,
                arrival.received,
                arrival.damaged,
                arrival.weighed_g
            ]);
        }
        let day = campaign::local_today(tx).await?;
        let transfer = |kind, moves| Transfer {
            kind,
            fund,
            day,
            cause: self.hand_over,
            reason: self.note.clone(),
            moves,
        };
        books::post_many(
            tx,
            vec![transfer(TransferKind::Received, arrived), transfer(TransferKind::WrittenOff, broken)],
        )
        .await?;
        tx.insert_many(
            "INSERT INTO hand_over_item (district_id, hand_over_id, commodity, sent, received, damaged, weighed_g) VALUES",
            "ON CONFLICT (district_id, hand_over_id, commodity) DO UPDATE SET received = excluded.received, \
             damaged = excluded.damaged, weighed_g = excluded.weighed_g",
            rows,
        )
        .await?;
        Ok(())
    }
}

/// Takes an announced hand-over back before it is received; its number stays used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelHandOver {
    /// The hand-over.
    pub hand_over: Id,
    /// Why.
    pub reason: String,
    /// What the caller reaches (units).
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Cancelled { transfer_id: Option<Id> }
}

impl Command for CancelHandOver {
    const KIND: &'static str = "collection.cancel_hand_over";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("hand_over", self.hand_over);
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let district = tx.district();
        let mut args = Args::new().with(district).with(self.hand_over).with(&self.reason);
        let reached = self.reach.condition("r.unit_id", &mut args);
        let mine = format!(
            "EXISTS (SELECT 1 FROM roll r WHERE r.district_id = $1 AND r.id = hand_over.roll_id AND {reached})"
        );
        let cancelled: Option<Cancelled> = tx
            .first(
                &format!(
                    "UPDATE hand_over SET state = 'cancelled', receipt_note = $3 WHERE district_id = $1 AND id = $2 \
                     AND state = 'announced' AND {mine} RETURNING transfer_id"
                ),
                args,
            )
            .await?;
        let Some(cancelled) = cancelled else {
            let sides = Sides { giving: self.reach.clone(), receiving: Reach::none() };
            return Err(match query::by_id(tx, district, &sides, self.hand_over).await? {
                None => Refusal::not_found().into(),
                Some(_) => Refusal::new("collection.refused.not_waiting").into(),
            });
        };
        let today = campaign::local_today(tx).await?;
        papers::withdraw_of(tx, self.hand_over, today).await?;
        if let Some(transfer) = cancelled.transfer_id {
            books::reverse(tx, transfer, today, &self.reason).await?;
        }
        Ok(())
    }
}
