//! Moving stock, and changing it with a second person's approval.

use asuh_store::{Args, Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::{rules, shipment};
use asuh_ground::books::{self, AccountKind, Holding, Move, Spot, Transfer, TransferKind};
use asuh_ground::settings;
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
    /// The account, if it is one of stock.
    fn holding(&self) -> Result<Holding, Refusal> {
        let read = || {
            let kind: AccountKind = self.kind.parse().ok()?;
            rules::is_stock(kind).then_some(())?;
            Some(Holding::new(kind, self.place, self.fund.parse().ok()?, self.commodity.parse().ok()?))
        };
        read().ok_or_else(Refusal::not_found)
    }

    /// The account of an opening balance, also a fund holder's.
    fn opening(&self, reach: &Reach) -> Result<Holding, Refusal> {
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
    async fn within(&self, tx: &Tx<'_>, reach: &Reach) -> Result<Holding, Fault> {
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
}

impl ChangeKind {
    fn code(self) -> &'static str {
        match self {
            ChangeKind::WriteOff => "write_off",
            ChangeKind::StockTake => "stock_take",
            ChangeKind::Opening => "opening",
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
        let id = request(tx, ChangeKind::WriteOff, &holding, (book, None, -self.amount), &self.reason, None)
            .await?;
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

/// A stock-take of one place: everything there is counted. Each difference becomes a request that somebody else approves;
/// when all are approved, or where nothing differs, the days before the count are closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestStockTake {
    /// The warehouse, depot or kitchen.
    pub place: Id,
    /// What was counted: every commodity that the books have there, also what they say is none.
    pub counts: Vec<Counted>,
    /// Who counted together with the keeper.
    pub witness: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for RequestStockTake {
    const KIND: &'static str = "custody.request_stock_take";
    type Receipt = Vec<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Vec<Id>, Fault> {
        if !self.reach.covers(self.place) || shipment::place_of(tx, self.place).await?.is_none() {
            return Err(Refusal::not_found().into());
        }
        if self.witness.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("saksi").into());
        }
        self.check_complete(tx).await?;
        let today = local_today(tx).await?;
        let take = tx.new_id();
        tx.subject("stock_take", take);
        let number = settings::documents::next_number(tx, "custody.stock_take", today).await?;
        tx.execute(
            "INSERT INTO stock_take (district_id, id, number, place_id, counted_on, witness, state, taken_at, taken_by) \
             VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)",
            args![tx.district(), take, number, self.place, today, self.witness.trim(), tx.now(), tx.actor()],
        )
        .await?;
        let mut requested = Vec::new();
        for (nth, count) in self.counts.iter().enumerate() {
            let holding = count.place.within(tx, &self.reach).await?;
            if holding.place != self.place {
                return Err(Refusal::not_found().into());
            }
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
            let figures = (book, Some(count.counted), count.counted - book);
            let kind = ChangeKind::StockTake;
            requested.push(request(tx, kind, &holding, figures, &count.reason, Some(take)).await?);
        }
        settle(tx, take).await?;
        Ok(requested)
    }
}

asuh_store::row_struct! {
    struct Stocked { kind: String, fund: String, commodity: String }
}

impl RequestStockTake {
    /// Refuses a count that leaves out something that the books have at the place.
    async fn check_complete(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let there: Vec<Stocked> = tx
            .all(
                "SELECT a.kind, a.fund, a.commodity FROM account a \
                 JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id AND b.amount <> 0 \
                 WHERE a.district_id = $1 AND a.kind IN ('warehouse', 'depot', 'kitchen') AND a.place_id = $2",
                args![tx.district(), self.place],
            )
            .await?;
        let counted = |line: &Stocked| {
            self.counts.iter().any(|count| {
                let place = &count.place;
                place.kind == line.kind && place.fund == line.fund && place.commodity == line.commodity
            })
        };
        if there.iter().all(counted) {
            Ok(())
        } else {
            Err(Refusal::new("custody.refused.moved_meanwhile").into())
        }
    }
}

asuh_store::row_struct! {
    struct Taken { place_id: Id, counted_on: time::Date, open: i64, refused: i64 }
}

/// Closes the days before a stock-take of which nothing waits any more; one of which a difference was refused is to be
/// done again.
async fn settle(tx: &Tx<'_>, take: Id) -> Result<(), Fault> {
    let taken: Option<Taken> = tx
        .first(
            "SELECT s.place_id, s.counted_on, (SELECT COUNT(*) FROM stock_change c WHERE c.district_id = s.district_id \
             AND c.stock_take_id = s.id AND c.state = 'requested') AS open, (SELECT COUNT(*) FROM stock_change c \
             WHERE c.district_id = s.district_id AND c.stock_take_id = s.id AND c.state = 'refused') AS refused \
             FROM stock_take s WHERE s.district_id = $1 AND s.id = $2",
            args![tx.district(), take],
        )
        .await?;
    let Some(taken) = taken.filter(|taken| taken.open == 0) else { return Ok(()) };
    let state = if taken.refused > 0 { "refused" } else { "closed" };
    tx.execute(
        "UPDATE stock_take SET state = $3 WHERE district_id = $1 AND id = $2",
        args![tx.district(), take, state],
    )
    .await?;
    if taken.refused == 0
        && let Some(through) = taken.counted_on.previous_day()
    {
        books::close_period(tx, taken.place_id, through, take).await?;
    }
    Ok(())
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
        let commodity = self.commodity.parse().map_err(|_| Refusal::not_found())?;
        let holding = Holding::new(kind, self.place, fund, commodity);
        let book = books::balance(tx, tx.district(), &holding).await?;
        let figures = (book, None, self.amount);
        let id = request(tx, ChangeKind::Opening, &holding, figures, &self.reason, None).await?;
        tx.subject("stock_change", id);
        Ok(id)
    }
}

async fn holder(tx: &Tx<'_>, place: Id) -> Result<Option<AccountKind>, StoreError> {
    let holders = tx
        .number(
            "SELECT COUNT(*) AS n FROM institution i WHERE i.district_id = $1 AND i.id = $2 AND (i.kind = 'fund_holder' \
             OR EXISTS (SELECT 1 FROM campaign c WHERE c.district_id = $1 AND c.fund_holder_id = i.id))",
            args![tx.district(), place],
        )
        .await?;
    Ok((holders > 0).then_some(AccountKind::FundHolder))
}

async fn request(
    tx: &Tx<'_>,
    kind: ChangeKind,
    holding: &Holding,
    // What the books say, what was counted, what is to be added.
    (book, counted, difference): (i64, Option<i64>, i64),
    reason: &str,
    take: Option<Id>,
) -> Result<Id, Fault> {
    let id = tx.new_id();
    let number = settings::documents::next_number(tx, "custody.change", local_today(tx).await?).await?;
    tx.execute(
        "INSERT INTO stock_change (district_id, id, number, kind, account_kind, place_id, fund, commodity, book, \
         counted, difference, reason, state, requested_at, requested_by, decided_at, decided_by, decision_note, \
         transfer_id, stock_take_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'requested', $13, $14, \
         NULL, NULL, '', NULL, $15)",
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
            take
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
        let holding = if change.kind == "opening" {
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
                 AND h.id = t.cause_id) + (SELECT COUNT(*) FROM stock_change c WHERE c.district_id = t.district_id \
                 AND c.id = t.cause_id AND c.account_kind = 'carriage') AS mine FROM transfer t WHERE t.district_id = $1 AND t.id = $2",
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
