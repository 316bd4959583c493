//! Moving stock, and changing it with a second person's approval.

use asuh_store::{Args, Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::query::StockLine;
use super::stock_take::settle;
use super::{rules, shipment};
use asuh_ground::books::{self, AccountKind, Holding, Move, Spot, Transfer, TransferKind};
use asuh_ground::{papers, settings};
use asuh_step_collection::{Reach, local_today};

/// An account of stock, as a form names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockPlace {
    /// 'warehouse', 'depot', 'kitchen', 'transit' or 'carriage'.
    pub kind: String,
    /// The institution, or the hand-over or shipment for what is in transit.
    pub place: Id,
    /// Fund.
    pub fund: String,
    /// Commodity.
    pub commodity: String,
}

impl StockPlace {
    /// Whether it is what a line of the stock shows.
    pub(crate) fn is(&self, line: &StockLine) -> bool {
        (&self.kind, self.place, &self.fund, &self.commodity)
            == (&line.kind, line.place_id, &line.fund, &line.commodity)
    }

    /// The account, if it is one of stock.
    fn holding(&self) -> Result<Holding, Refusal> {
        let read = || {
            let kind: AccountKind = self.kind.parse().ok()?;
            rules::is_stock(kind).then_some(())?;
            Some(Holding::new(kind, self.place, self.fund.parse().ok()?, self.commodity.parse().ok()?))
        };
        read().ok_or_else(Refusal::not_found)
    }

    /// The account of an opening balance or of a count, also a fund holder's.
    pub(crate) fn opening(&self, reach: &Reach) -> Result<Holding, Refusal> {
        let read = || {
            let kind: AccountKind = self.kind.parse().ok()?;
            (kind == AccountKind::FundHolder || rules::is_stock(kind)).then_some(())?;
            reach.covers(self.place).then_some(())?;
            Some(Holding::new(kind, self.place, self.fund.parse().ok()?, self.commodity.parse().ok()?))
        };
        read().ok_or_else(Refusal::not_found)
    }

    /// Checks that the place is in reach: the institution itself, the receiver of the hand-over, either side of the
    /// shipment.
    pub(crate) async fn within(&self, tx: &Tx<'_>, reach: &Reach) -> Result<Holding, Fault> {
        let holding = self.holding()?;
        let place = match holding.kind {
            AccountKind::Transit => receiver_of(tx, self.place).await?.into_iter().collect(),
            AccountKind::Carriage => sides_of(tx, self.place).await?,
            _ => vec![self.place],
        };
        if place.into_iter().any(|place| reach.covers(place)) {
            Ok(holding)
        } else {
            Err(Refusal::not_found().into())
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
    struct Sides { from_place_id: Id, to_place_id: Id }
}

async fn sides_of(tx: &Tx<'_>, shipment: Id) -> Result<Vec<Id>, StoreError> {
    let found: Option<Sides> = tx
        .first(
            "SELECT from_place_id, to_place_id FROM shipment WHERE district_id = $1 AND id = $2",
            args![tx.district(), shipment],
        )
        .await?;
    Ok(found.map(|found| vec![found.from_place_id, found.to_place_id]).unwrap_or_default())
}

/// Takes in what of a hand-over was signed for as missing and came late.
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
        let kind = shipment::place_of(tx, self.to).await?;
        let kind = kind.ok_or_else(|| Refusal::new("web.error.choose").field("tujuan"))?;
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
    /// There before the books began.
    Opening,
    /// Given back to who gave it.
    ToGiver,
    /// Given back to who sold it.
    ToSupplier,
}

impl ChangeKind {
    fn code(self) -> &'static str {
        match self {
            ChangeKind::WriteOff => "write_off",
            ChangeKind::StockTake => "stock_take",
            ChangeKind::Opening => "opening",
            ChangeKind::ToGiver => "to_giver",
            ChangeKind::ToSupplier => "to_supplier",
        }
    }
}

/// Asks that goods be written off or given back. Nothing moves until somebody else approves it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestChange {
    /// A write-off, or to whom the goods go back: from where they are kept, not from the road.
    pub kind: ChangeKind,
    /// Which stock.
    pub place: StockPlace,
    /// To whom they are given back, by name; empty for a write-off.
    pub party: String,
    /// How much.
    pub amount: i64,
    /// What happened.
    pub reason: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for RequestChange {
    const KIND: &'static str = "custody.request_write_off";
    const VERSION: u32 = 2;
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let holding = self.place.within(tx, &self.reach).await?;
        let back = matches!(self.kind, ChangeKind::ToGiver | ChangeKind::ToSupplier);
        if !back && self.kind != ChangeKind::WriteOff {
            return Err(Refusal::not_found().into());
        }
        if back && matches!(holding.kind, AccountKind::Transit | AccountKind::Carriage) {
            return Err(Refusal::new("custody.refused.on_the_road").field("barang").into());
        }
        if back && self.party.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("pihak").into());
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let book = books::balance(tx, tx.district(), &holding).await?;
        rules::check_amount(self.amount, book)?;
        let figures = (book, None, -self.amount);
        let id = request(tx, self.kind, &holding, figures, (&self.reason, &self.party), None).await?;
        tx.subject("stock_change", id);
        Ok(id)
    }
}

/// Asks that what was there before the books began be taken in. Nothing is booked until somebody else approves it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestOpening {
    /// The warehouse, depot, kitchen or fund holder.
    pub place: Id,
    /// Fund.
    pub fund: String,
    /// Commodity; money only at a fund holder, and nothing else there.
    pub commodity: String,
    /// How much.
    pub amount: i64,
    /// Where the figure comes from.
    pub reason: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for RequestOpening {
    const KIND: &'static str = "custody.request_opening";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if !self.reach.covers(self.place) {
            return Err(Refusal::not_found().into());
        }
        let kind = match shipment::place_of(tx, self.place).await? {
            Some(kind) => kind,
            None => holder(tx, self.place)
                .await?
                .ok_or_else(|| Refusal::new("web.error.choose").field("tempat"))?,
        };
        let known = books::commodities(tx, tx.district()).await?;
        let line = known.iter().find(|line| line.code == self.commodity);
        let fits = line.is_some_and(|line| (line.kind == "cash") == (kind == AccountKind::FundHolder));
        if !fits {
            return Err(Refusal::new("custody.refused.kind_of_goods").field("barang").into());
        }
        if self.amount <= 0 {
            return Err(Refusal::new("custody.refused.amount").field("jumlah").into());
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let fund = self.fund.parse().map_err(|_| Refusal::new("web.error.choose").field("dana"))?;
        if books::is_zakat(tx, tx.district(), &fund).await? {
            return Err(Refusal::new("books.refused.zakat").field("dana").into());
        }
        let commodity = self.commodity.parse().map_err(|_| Refusal::not_found())?;
        let holding = Holding::new(kind, self.place, fund, commodity);
        let book = books::balance(tx, tx.district(), &holding).await?;
        let figures = (book, None, self.amount);
        let id = request(tx, ChangeKind::Opening, &holding, figures, (&self.reason, ""), None).await?;
        tx.subject("stock_change", id);
        Ok(id)
    }
}

/// Whether an institution holds money.
pub(crate) async fn holder(tx: &Tx<'_>, place: Id) -> Result<Option<AccountKind>, StoreError> {
    let holders = tx
        .number(
            "SELECT COUNT(*) AS n FROM institution i WHERE i.district_id = $1 AND i.id = $2 AND (i.kind = 'fund_holder' \
             OR EXISTS (SELECT 1 FROM campaign c WHERE c.district_id = $1 AND c.fund_holder_id = i.id))",
            args![tx.district(), place],
        )
        .await?;
    Ok((holders > 0).then_some(AccountKind::FundHolder))
}

/// Writes down what somebody else is to decide.
pub(crate) async fn request(
    tx: &Tx<'_>,
    kind: ChangeKind,
    holding: &Holding,
    // What the books say, what was counted, what is to be added.
    (book, counted, difference): (i64, Option<i64>, i64),
    // Why, and to whom goods are given back.
    (reason, party): (&str, &str),
    take: Option<Id>,
) -> Result<Id, Fault> {
    let id = tx.new_id();
    let number = settings::documents::next_number(tx, "custody.change", local_today(tx).await?).await?;
    tx.execute(
        "INSERT INTO stock_change (district_id, id, number, kind, account_kind, place_id, fund, commodity, book, \
         counted, difference, reason, state, requested_at, requested_by, decided_at, decided_by, decision_note, \
         transfer_id, stock_take_id, party) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'requested', $13, \
         $14, NULL, NULL, '', NULL, $15, $16)",
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
            tx.actor(),
            take,
            party.trim()
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
        requested_by: Id, reason: String, kind: String, stock_take_id: Option<Id>,
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
                 RETURNING account_kind, place_id, fund, commodity, difference, requested_by, reason, kind, stock_take_id",
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
        let holding = if change.kind == "opening" || place.kind == AccountKind::FundHolder.code() {
            place.opening(&self.reach)?
        } else {
            place.within(tx, &self.reach).await?
        };
        if change.requested_by == tx.actor() {
            return Err(Refusal::new("custody.refused.own").into());
        }
        if !self.approve {
            if self.note.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field("catatan").into());
            }
            return match change.stock_take_id {
                Some(take) => settle(tx, take).await,
                None => Ok(()),
            };
        }
        let outside = |kind| Spot::new(kind, holding.place);
        let (here, waste) = (holding.spot(), outside(AccountKind::Waste));
        let (kind, from, to) = match (change.kind.as_str(), change.difference < 0) {
            ("opening", _) => (TransferKind::Opening, outside(AccountKind::Opening), here),
            ("write_off", _) => (TransferKind::WrittenOff, here, waste),
            ("to_giver", _) => (TransferKind::Returned, here, outside(AccountKind::Giver)),
            ("to_supplier", _) => (TransferKind::Returned, here, outside(AccountKind::Market)),
            (_, true) => (TransferKind::Counted, here, waste),
            (_, false) => (TransferKind::Counted, waste, here),
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
        if holding.kind == AccountKind::Carriage {
            shipment::explained(tx, holding.place, holding.commodity.as_str(), -change.difference).await?;
        }
        tx.execute(
            "UPDATE stock_change SET transfer_id = $3 WHERE district_id = $1 AND id = $2",
            args![district, self.change, posted],
        )
        .await?;
        match change.stock_take_id {
            Some(take) => settle(tx, take).await,
            None => Ok(()),
        }
    }
}

/// Takes a move, a purchase, a write-off or a return back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReverseMovement {
    /// The movement.
    pub transfer: Id,
    /// Why.
    pub reason: String,
}

asuh_store::row_struct! {
    struct Movement { kind: String, cause_id: Id, mine: i64, agreed: i64 }
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
                "SELECT t.kind, t.cause_id, (SELECT COUNT(*) FROM roll r WHERE r.district_id = t.district_id \
                 AND r.id = t.cause_id) + (SELECT COUNT(*) FROM hand_over h WHERE h.district_id = t.district_id \
                 AND h.id = t.cause_id) + (SELECT COUNT(*) FROM stock_change c WHERE c.district_id = t.district_id \
                 AND c.id = t.cause_id AND c.account_kind = 'carriage') AS mine, (SELECT COUNT(*) FROM stock_change c \
                 WHERE c.district_id = t.district_id AND c.id = t.cause_id) AS agreed FROM transfer t WHERE t.district_id = $1 AND t.id = $2",
                args![tx.district(), self.transfer],
            )
            .await?;
        let movement = movement.ok_or_else(Refusal::not_found)?;
        // Damage found at a count or a receipt belongs to its signed paper.
        if !rules::may_reverse(&movement.kind, movement.agreed > 0) || movement.mine > 0 {
            return Err(Refusal::new("custody.refused.kind").into());
        }
        let today = local_today(tx).await?;
        if movement.agreed > 0 {
            papers::withdraw_of(tx, movement.cause_id, today).await?;
        }
        books::reverse(tx, self.transfer, today, self.reason.trim()).await
    }
}
