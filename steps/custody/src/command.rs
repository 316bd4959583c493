//! Moving stock, and changing it with a second person's approval.

use asuh_store::{Args, Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::rules;
use asuh_ground::books::{self, AccountKind, Holding, Move, Spot, Transfer, TransferKind};
use asuh_ground::settings;
use asuh_step_collection::{Reach, local_today};

/// An account of stock, as a form names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockPlace {
    /// 'warehouse', 'depot' or 'transit'.
    pub kind: String,
    /// The institution, or the hand-over for what is in transit.
    pub place: Id,
    /// Fund.
    pub fund: String,
    /// Commodity.
    pub commodity: String,
}

impl StockPlace {
    /// The account, if it is one of stock.
    fn holding(&self) -> Result<Holding, Refusal> {
        let read = || {
            let kind: AccountKind = self.kind.parse().ok()?;
            rules::is_stock(kind).then_some(())?;
            Some(Holding::new(kind, self.place, self.fund.parse().ok()?, self.commodity.parse().ok()?))
        };
        read().ok_or_else(Refusal::not_found)
    }

    /// Checks that the place is in reach: the institution itself, or the receiver of the hand-over.
    async fn within(&self, tx: &Tx<'_>, reach: &Reach) -> Result<Holding, Fault> {
        let holding = self.holding()?;
        let place = match holding.kind {
            AccountKind::Transit => receiver_of(tx, self.place).await?,
            _ => Some(self.place),
        };
        match place {
            Some(place) if reach.covers(place) => Ok(holding),
            _ => Err(Refusal::not_found().into()),
        }
    }
}

asuh_store::row_struct! {
    struct Receiver { to_institution_id: Id }
}

async fn receiver_of(tx: &Tx<'_>, hand_over: Id) -> Result<Option<Id>, StoreError> {
    let found: Option<Receiver> = tx
        .first(
            "SELECT to_institution_id FROM hand_over WHERE district_id = $1 AND id = $2",
            args![tx.district(), hand_over],
        )
        .await?;
    Ok(found.map(|found| found.to_institution_id))
}

asuh_store::row_struct! {
    struct Place { kind: String }
}

/// Moves stock to another warehouse or depot; also what arrived late out of transit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoveStock {
    /// From here.
    pub from: StockPlace,
    /// To this warehouse or depot.
    pub to: Id,
    /// How much, in the commodity's smallest unit.
    pub amount: i64,
    /// Why.
    pub reason: String,
    /// What the caller reaches: where the goods come from must be his.
    pub reach: Reach,
}

impl Command for MoveStock {
    const KIND: &'static str = "custody.move_stock";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let from = self.from.within(tx, &self.reach).await?;
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let place: Option<Place> = tx
            .first(
                "SELECT kind FROM institution WHERE district_id = $1 AND id = $2 AND valid_to IS NULL \
                 AND (kind IN ('depot', 'warehouse') OR EXISTS (SELECT 1 FROM campaign c \
                 WHERE c.district_id = $1 AND c.warehouse_id = institution.id))",
                args![tx.district(), self.to],
            )
            .await?;
        let kind = match place {
            Some(place) if place.kind == "depot" => AccountKind::Depot,
            Some(_) => AccountKind::Warehouse,
            None => return Err(Refusal::new("web.error.choose").field("tujuan").into()),
        };
        let to = Holding::new(kind, self.to, from.fund, from.commodity);
        if !rules::may_move(from.kind, to.kind) || from == to {
            return Err(Refusal::new("custody.refused.same_place").field("tujuan").into());
        }
        rules::check_amount(self.amount, books::balance(tx, tx.district(), &from).await?)?;
        let cause = tx.new_id();
        tx.subject("stock_move", cause);
        let transfer = Transfer {
            kind: TransferKind::Moved,
            fund: from.fund,
            day: local_today(tx).await?,
            cause,
            reason: self.reason.trim().to_owned(),
            moves: vec![Move::new(from.commodity, from.spot(), to.spot(), self.amount)],
        };
        Ok(books::post(tx, transfer).await?.unwrap_or(cause))
    }
}

/// Why stock is to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Broken, spoiled, lost.
    WriteOff,
    /// Counted otherwise than the books say.
    StockTake,
}

impl ChangeKind {
    fn code(self) -> &'static str {
        match self {
            ChangeKind::WriteOff => "write_off",
            ChangeKind::StockTake => "stock_take",
        }
    }
}

/// Asks that goods be written off. Nothing moves until somebody else approves it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestChange {
    /// Which stock.
    pub place: StockPlace,
    /// How much is gone.
    pub amount: i64,
    /// What happened.
    pub reason: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for RequestChange {
    const KIND: &'static str = "custody.request_write_off";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let holding = self.place.within(tx, &self.reach).await?;
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let book = books::balance(tx, tx.district(), &holding).await?;
        rules::check_amount(self.amount, book)?;
        let id = request(tx, ChangeKind::WriteOff, &holding, book, None, -self.amount, &self.reason).await?;
        tx.subject("stock_change", id);
        Ok(id)
    }
}

/// What was counted of one commodity of one fund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Counted {
    /// Which stock.
    pub place: StockPlace,
    /// What the books said when the sheet was made.
    pub book: i64,
    /// What was there.
    pub counted: i64,
    /// Why it differs.
    pub reason: String,
}

/// A stock-take of one place: each difference becomes a request that somebody else approves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestStockTake {
    /// What was counted.
    pub counts: Vec<Counted>,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for RequestStockTake {
    const KIND: &'static str = "custody.request_stock_take";
    type Receipt = Vec<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Vec<Id>, Fault> {
        let mut requested = Vec::new();
        for (nth, count) in self.counts.iter().enumerate() {
            let holding = count.place.within(tx, &self.reach).await?;
            let book = books::balance(tx, tx.district(), &holding).await?;
            if book != count.book {
                return Err(Refusal::new("custody.refused.moved_meanwhile").into());
            }
            if count.counted < 0 {
                return Err(Refusal::new("custody.refused.amount").field(format!("hitung.{nth}")).into());
            }
            if count.counted == book {
                continue;
            }
            if count.reason.trim().is_empty() {
                return Err(Refusal::new("custody.refused.reason").field(format!("alasan.{nth}")).into());
            }
            let counted = Some(count.counted);
            let difference = count.counted - book;
            let kind = ChangeKind::StockTake;
            requested.push(request(tx, kind, &holding, book, counted, difference, &count.reason).await?);
        }
        Ok(requested)
    }
}

async fn request(
    tx: &Tx<'_>,
    kind: ChangeKind,
    holding: &Holding,
    book: i64,
    counted: Option<i64>,
    difference: i64,
    reason: &str,
) -> Result<Id, Fault> {
    let id = tx.new_id();
    let number = settings::documents::next_number(tx, "custody.change", local_today(tx).await?).await?;
    tx.execute(
        "INSERT INTO stock_change (district_id, id, number, kind, account_kind, place_id, fund, commodity, book, \
         counted, difference, reason, state, requested_at, requested_by, decided_at, decided_by, decision_note, \
         transfer_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'requested', $13, $14, NULL, NULL, \
         '', NULL)",
        args![
            tx.district(),
            id,
            number,
            kind.code(),
            holding.kind.code(),
            holding.place,
            holding.fund.as_str(),
            holding.commodity.as_str(),
            book,
            counted,
            difference,
            reason.trim(),
            tx.now(),
            tx.actor()
        ],
    )
    .await?;
    Ok(id)
}

/// Approves or refuses a requested change; never one's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecideChange {
    /// The request.
    pub change: Id,
    /// Whether it is approved.
    pub approve: bool,
    /// A word to it; needed for a refusal.
    pub note: String,
    /// What the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Requested {
        account_kind: String, place_id: Id, fund: String, commodity: String, difference: i64,
        requested_by: Id, reason: String,
    }
}

impl Command for DecideChange {
    const KIND: &'static str = "custody.decide_change";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("stock_change", self.change);
        let district = tx.district();
        let state = if self.approve { "approved" } else { "refused" };
        let change: Option<Requested> = tx
            .first(
                "UPDATE stock_change SET state = $3, decided_at = $4, decided_by = $5, decision_note = $6 \
                 WHERE district_id = $1 AND id = $2 AND state = 'requested' \
                 RETURNING account_kind, place_id, fund, commodity, difference, requested_by, reason",
                args![district, self.change, state, tx.now(), tx.actor(), self.note.trim()],
            )
            .await?;
        let Some(change) = change else {
            let args = Args::new().with(district).with(self.change);
            let sql = "SELECT COUNT(*) AS n FROM stock_change WHERE district_id = $1 AND id = $2";
            return Err(match tx.number(sql, args).await? {
                0 => Refusal::not_found().into(),
                _ => Refusal::new("custody.refused.decided").into(),
            });
        };
        let place = StockPlace {
            kind: change.account_kind,
            place: change.place_id,
            fund: change.fund,
            commodity: change.commodity,
        };
        let holding = place.within(tx, &self.reach).await?;
        if change.requested_by == tx.actor() {
            return Err(Refusal::new("custody.refused.own").into());
        }
        if !self.approve {
            return if self.note.trim().is_empty() {
                Err(Refusal::new("web.error.required").field("catatan").into())
            } else {
                Ok(())
            };
        }
        let waste = Spot::new(AccountKind::Waste, holding.place);
        // What turns up again in a stock-take comes back from what was lost.
        let (kind, from, to) = if change.difference < 0 {
            (TransferKind::WrittenOff, holding.spot(), waste)
        } else {
            (TransferKind::Moved, waste, holding.spot())
        };
        let transfer = Transfer {
            kind,
            fund: holding.fund,
            day: local_today(tx).await?,
            cause: self.change,
            reason: change.reason,
            moves: vec![Move::new(holding.commodity, from, to, change.difference.abs())],
        };
        let posted = books::post(tx, transfer).await?;
        tx.execute(
            "UPDATE stock_change SET transfer_id = $3 WHERE district_id = $1 AND id = $2",
            args![district, self.change, posted],
        )
        .await?;
        Ok(())
    }
}

/// Takes a move or a write-off back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReverseMovement {
    /// The movement.
    pub transfer: Id,
    /// Why.
    pub reason: String,
}

asuh_store::row_struct! {
    struct Movement { kind: String, mine: i64 }
}

impl Command for ReverseMovement {
    const KIND: &'static str = "custody.reverse_movement";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        tx.subject("transfer", self.transfer);
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let movement: Option<Movement> = tx
            .first(
                "SELECT t.kind, (SELECT COUNT(*) FROM roll r WHERE r.district_id = t.district_id \
                 AND r.id = t.cause_id) + (SELECT COUNT(*) FROM hand_over h WHERE h.district_id = t.district_id \
                 AND h.id = t.cause_id) AS mine FROM transfer t WHERE t.district_id = $1 AND t.id = $2",
                args![tx.district(), self.transfer],
            )
            .await?;
        let movement = movement.ok_or_else(Refusal::not_found)?;
        // Damage found at a count or a receipt belongs to its signed paper.
        if !rules::may_reverse(&movement.kind) || movement.mine > 0 {
            return Err(Refusal::new("custody.refused.kind").into());
        }
        books::reverse(tx, self.transfer, local_today(tx).await?, self.reason.trim()).await
    }
}
