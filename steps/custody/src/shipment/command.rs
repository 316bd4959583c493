//! Sending, receiving, taking back.

use asuh_ground::books::{self, AccountKind, Fund, Holding, Move, Spot, Transfer, TransferKind};
use asuh_ground::{papers, settings};
use asuh_step_collection::{Reach, local_today};
use asuh_store::{Args, Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::rules;

asuh_store::row_struct! {
    struct Place { kind: String }
}

/// What kind of account an institution that keeps goods has: a depot's, a kitchen's or a warehouse's; `None` if it keeps
/// none. Index: primary key of `institution`.
///
/// # Errors
/// The store fails.
pub(crate) async fn place_of(tx: &Tx<'_>, institution: Id) -> Result<Option<AccountKind>, StoreError> {
    let place: Option<Place> = tx
        .first(
            "SELECT kind FROM institution WHERE district_id = $1 AND id = $2 AND valid_to IS NULL \
             AND (kind IN ('depot', 'warehouse', 'kitchen') OR EXISTS (SELECT 1 FROM campaign c \
             WHERE c.district_id = $1 AND c.warehouse_id = institution.id))",
            args![tx.district(), institution],
        )
        .await?;
    Ok(place.map(|place| match place.kind.as_str() {
        "depot" => AccountKind::Depot,
        "kitchen" => AccountKind::Kitchen,
        _ => AccountKind::Warehouse,
    }))
}

/// So much of a commodity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentPart {
    /// Its code.
    pub commodity: String,
    /// In its smallest unit.
    pub amount: i64,
}

/// Sends goods of one fund to another warehouse, depot or kitchen. They leave the sender's stock and are in transit
/// until somebody there receives them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendShipment {
    /// From this place, which must be the caller's.
    pub from: Id,
    /// Of this fund.
    pub fund: String,
    /// To this place.
    pub to: Id,
    /// What.
    pub parts: Vec<ShipmentPart>,
    /// Who carries it.
    pub carrier: String,
    /// The day by which it should be there.
    pub due_on: time::Date,
    /// Why, or what to look after.
    pub note: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for SendShipment {
    const KIND: &'static str = "custody.send_shipment";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let from = place_of(tx, self.from).await?.filter(|_| self.reach.covers(self.from));
        let from = from.ok_or_else(Refusal::not_found)?;
        if place_of(tx, self.to).await?.is_none() {
            return Err(Refusal::new("web.error.choose").field("tujuan").into());
        }
        if self.to == self.from {
            return Err(Refusal::new("custody.refused.same_place").field("tujuan").into());
        }
        if self.carrier.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("pembawa").into());
        }
        let today = local_today(tx).await?;
        if self.due_on < today {
            return Err(Refusal::new("custody.refused.past").field("sampai").into());
        }
        let fund: Fund = self.fund.parse().map_err(|_| Refusal::not_found())?;
        let id = tx.new_id();
        tx.subject("shipment", id);
        let number = settings::documents::next_number(tx, "custody.shipment", today).await?;
        let (mut moves, mut items) = (Vec::new(), Vec::new());
        for part in self.parts.iter().filter(|part| part.amount != 0) {
            let commodity = part.commodity.parse().map_err(|_| Refusal::not_found())?;
            let field = format!("jumlah.{}", part.commodity);
            let there = books::balance(tx, district, &Holding::new(from, self.from, fund, commodity)).await?;
            rules::check_amount(part.amount, there).map_err(|refusal| refusal.field(field))?;
            let way = Spot::new(AccountKind::Carriage, id);
            moves.push(Move::new(commodity, Spot::new(from, self.from), way, part.amount));
            items.push(args![district, id, &part.commodity, part.amount, 0, 0]);
        }
        if moves.is_empty() {
            return Err(Refusal::new("custody.refused.nothing").into());
        }
        tx.execute(
            "INSERT INTO shipment (district_id, id, number, from_kind, from_place_id, to_place_id, fund, carrier, \
             sent_on, due_on, state, note, sent_at, sent_by, received_at, received_by, receiver_name, receipt_note) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'sent', $11, $12, $13, NULL, NULL, '', '')",
            args![
                district,
                id,
                &number,
                from.code(),
                self.from,
                self.to,
                fund.as_str(),
                self.carrier.trim(),
                today,
                self.due_on,
                self.note.trim(),
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        tx.insert_many(
            "INSERT INTO shipment_item (district_id, shipment_id, commodity, sent, received, lost) VALUES",
            "",
            items,
        )
        .await?;
        let transfer =
            Transfer { kind: TransferKind::Sent, fund, day: today, cause: id, reason: number, moves };
        books::post(tx, transfer).await?;
        Ok(id)
    }
}

asuh_store::row_struct! {
    struct Sent { from_kind: String, from_place_id: Id, to_place_id: Id, fund: String, sent_by: Id }
}

asuh_store::row_struct! {
    struct Item { commodity: String, sent: i64, received: i64, lost: i64 }
}

async fn items(tx: &Tx<'_>, shipment: Id) -> Result<Vec<Item>, StoreError> {
    tx.all(
        "SELECT commodity, sent, received, lost FROM shipment_item WHERE district_id = $1 AND shipment_id = $2 \
         ORDER BY commodity",
        args![tx.district(), shipment],
    )
    .await
}

/// Takes hold of a shipment on its way whose `side` is reached.
async fn on_its_way(tx: &Tx<'_>, shipment: Id, side: &str, reach: &Reach) -> Result<Sent, Fault> {
    let mut args = args![tx.district(), shipment];
    let reached = reach.condition(side, &mut args);
    let found: Option<Sent> = tx
        .first(
            &format!(
                "UPDATE shipment SET state = 'sent' WHERE district_id = $1 AND id = $2 AND state = 'sent' AND {reached} \
                 RETURNING from_kind, from_place_id, to_place_id, fund, sent_by"
            ),
            args.clone(),
        )
        .await?;
    if let Some(found) = found {
        return Ok(found);
    }
    let sql = format!("SELECT COUNT(*) AS n FROM shipment WHERE district_id = $1 AND id = $2 AND {reached}");
    Err(match tx.number(&sql, args).await? {
        0 => Refusal::not_found().into(),
        _ => Refusal::new("custody.refused.not_on_the_way").into(),
    })
}

/// Receives what arrived of a shipment; the rest stays in transit. Never the one who sent it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiveShipment {
    /// The shipment.
    pub shipment: Id,
    /// What arrived now.
    pub parts: Vec<ShipmentPart>,
    /// Who signs for the receiving place.
    pub receiver_name: String,
    /// What happened to what is missing.
    pub note: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for ReceiveShipment {
    const KIND: &'static str = "custody.receive_shipment";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("shipment", self.shipment);
        let sent = on_its_way(tx, self.shipment, "to_place_id", &self.reach).await?;
        if sent.sent_by == tx.actor() && tx.actor() != Id::SYSTEM {
            return Err(Refusal::new("custody.refused.two_sides").into());
        }
        if self.receiver_name.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("penerima").into());
        }
        let kind = place_of(tx, sent.to_place_id).await?.ok_or_else(Refusal::not_found)?;
        let fund: Fund = sent.fund.parse().map_err(|_| StoreError::Shape(sent.fund.clone()))?;
        let mut moves = Vec::new();
        let (mut complete, mut short) = (true, false);
        for item in items(tx, self.shipment).await? {
            let rest = item.sent - item.received - item.lost;
            let arrived =
                self.parts.iter().find(|part| part.commodity == item.commodity).map_or(0, |part| part.amount);
            let field = format!("terima.{}", item.commodity);
            if arrived < 0 || arrived > rest {
                return Err(Refusal::new("custody.refused.arrived").field(field).arg("rest", rest).into());
            }
            complete &= arrived == rest;
            short |= arrived < rest;
            if arrived == 0 {
                continue;
            }
            let commodity = item.commodity.parse().map_err(|_| StoreError::Shape(item.commodity.clone()))?;
            let way = Spot::new(AccountKind::Carriage, self.shipment);
            moves.push(Move::new(commodity, way, Spot::new(kind, sent.to_place_id), arrived));
            tx.execute(
                "UPDATE shipment_item SET received = received + $4 WHERE district_id = $1 AND shipment_id = $2 \
                 AND commodity = $3",
                args![tx.district(), self.shipment, &item.commodity, arrived],
            )
            .await?;
        }
        if moves.is_empty() {
            return Err(Refusal::new("custody.refused.nothing").into());
        }
        if short && self.note.trim().is_empty() {
            return Err(Refusal::new("custody.refused.reason").field("catatan").into());
        }
        tx.execute(
            "UPDATE shipment SET state = $3, received_at = $4, received_by = $5, receiver_name = $6, receipt_note = $7 \
             WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.shipment,
                if complete { "received" } else { "sent" },
                tx.now(),
                tx.actor(),
                self.receiver_name.trim(),
                self.note.trim()
            ],
        )
        .await?;
        let (day, cause, reason) = (local_today(tx).await?, self.shipment, self.note.trim().to_owned());
        books::post(tx, Transfer { kind: TransferKind::Received, fund, day, cause, reason, moves }).await?;
        Ok(())
    }
}

/// Takes a shipment back before anything of it arrived; its number stays used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelShipment {
    /// The shipment.
    pub shipment: Id,
    /// Why.
    pub reason: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for CancelShipment {
    const KIND: &'static str = "custody.cancel_shipment";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("shipment", self.shipment);
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let sent = on_its_way(tx, self.shipment, "from_place_id", &self.reach).await?;
        let items = items(tx, self.shipment).await?;
        if items.iter().any(|item| item.received > 0 || item.lost > 0) {
            return Err(Refusal::new("custody.refused.partly_there").into());
        }
        let kind: AccountKind =
            sent.from_kind.parse().map_err(|_| StoreError::Shape(sent.from_kind.clone()))?;
        let fund: Fund = sent.fund.parse().map_err(|_| StoreError::Shape(sent.fund.clone()))?;
        let mut moves = Vec::new();
        for item in items {
            let commodity = item.commodity.parse().map_err(|_| StoreError::Shape(item.commodity.clone()))?;
            let way = Spot::new(AccountKind::Carriage, self.shipment);
            moves.push(Move::new(commodity, way, Spot::new(kind, sent.from_place_id), item.sent));
        }
        tx.execute(
            "UPDATE shipment SET state = 'cancelled', receipt_note = $3 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.shipment, self.reason.trim()],
        )
        .await?;
        let (day, cause, reason) = (local_today(tx).await?, self.shipment, self.reason.trim().to_owned());
        papers::withdraw_of(tx, self.shipment, day).await?;
        books::post(tx, Transfer { kind: TransferKind::Returned, fund, day, cause, reason, moves }).await?;
        Ok(())
    }
}

/// Notes that part of a shipment will not arrive, within the command that wrote it off; a shipment of which nothing is
/// open any more is over.
///
/// # Errors
/// The store fails.
pub(crate) async fn explained(
    tx: &Tx<'_>,
    shipment: Id,
    commodity: &str,
    amount: i64,
) -> Result<(), StoreError> {
    let mut args = Args::new().with(tx.district()).with(shipment);
    args = args.with(commodity).with(amount);
    tx.execute(
        "UPDATE shipment_item SET lost = lost + $4 WHERE district_id = $1 AND shipment_id = $2 AND commodity = $3",
        args,
    )
    .await?;
    tx.execute(
        "UPDATE shipment SET state = 'received' WHERE district_id = $1 AND id = $2 AND NOT EXISTS (SELECT 1 \
         FROM shipment_item i WHERE i.district_id = $1 AND i.shipment_id = $2 AND i.received + i.lost < i.sent)",
        args![tx.district(), shipment],
    )
    .await?;
    Ok(())
}
