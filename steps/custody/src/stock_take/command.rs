//! Counting a place whole: the stock of a warehouse, depot or kitchen, or the cash of a fund holder.

use std::collections::BTreeSet;

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::rules;
use crate::command::{ChangeKind, StockPlace, holder, request};
use crate::shipment;
use asuh_ground::books::{self, AccountKind, Commodity, Holding};
use asuh_ground::{papers, settings};
use asuh_step_collection::{Reach, local_today};

/// Opens the record of a count by the caller, made together with a witness.
async fn begin(tx: &Tx<'_>, place: Id, witness: &str) -> Result<Id, Fault> {
    let witness = witness.trim();
    if witness.is_empty() {
        return Err(Refusal::new("web.error.required").field("saksi").into());
    }
    let own = tx
        .number(
            "SELECT COUNT(*) AS n FROM app_user WHERE district_id = $1 AND id = $2 AND name_search = $3",
            args![tx.district(), tx.actor(), asuh_nusantara::name::search_key(witness)],
        )
        .await?;
    if own > 0 {
        return Err(Refusal::new("custody.refused.same_witness").field("saksi").into());
    }
    let today = local_today(tx).await?;
    let take = tx.new_id();
    tx.subject("stock_take", take);
    let number = settings::documents::next_number(tx, "custody.stock_take", today).await?;
    tx.execute(
        "INSERT INTO stock_take (district_id, id, number, place_id, counted_on, witness, state, taken_at, taken_by) \
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)",
        args![tx.district(), take, number, place, today, witness, tx.now(), tx.actor()],
    )
    .await?;
    Ok(take)
}

/// Writes down what the books say and what was counted; where they differ, asks somebody else to agree to it.
async fn compare(
    tx: &Tx<'_>,
    take: Id,
    holding: &Holding,
    (book, counted): (i64, i64),
    reason: &str,
    field: String,
) -> Result<(), Fault> {
    let differs = counted != book;
    if differs && reason.trim().is_empty() {
        return Err(Refusal::new("custody.refused.reason").field(field).into());
    }
    let reason = if differs { reason.trim() } else { "" };
    tx.execute(
        "INSERT INTO stock_take_item (district_id, stock_take_id, account_kind, fund, commodity, book, counted, reason) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            tx.district(),
            take,
            holding.kind.code(),
            holding.fund.as_str(),
            holding.commodity.as_str(),
            book,
            counted,
            reason
        ],
    )
    .await?;
    if differs {
        let figures = (book, Some(counted), counted - book);
        request(tx, ChangeKind::StockTake, holding, figures, (reason, ""), Some(take)).await?;
    }
    Ok(())
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
    /// The record of the count.
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if !self.reach.covers(self.place) || shipment::place_of(tx, self.place).await?.is_none() {
            return Err(Refusal::not_found().into());
        }
        self.check_complete(tx).await?;
        let take = begin(tx, self.place, &self.witness).await?;
        // The lines of a sheet are counted from one.
        for (nth, count) in (1..).zip(&self.counts) {
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
            compare(tx, take, &holding, (book, count.counted), &count.reason, format!("alasan.{nth}"))
                .await?;
        }
        settle(tx, take).await?;
        Ok(take)
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
pub(crate) async fn settle(tx: &Tx<'_>, take: Id) -> Result<(), Fault> {
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
    if taken.refused > 0 {
        papers::withdraw_of(tx, take, local_today(tx).await?).await?;
    }
    if taken.refused == 0
        && let Some(through) = taken.counted_on.previous_day()
    {
        books::close_period(tx, taken.place_id, through, take).await?;
    }
    Ok(())
}

/// What was counted of one fund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Purse {
    /// The fund.
    pub fund: String,
    /// What the books said when the sheet was made, in rupiah.
    pub book: i64,
    /// Notes and coins: what one is worth in rupiah, and how many there are.
    pub pieces: Vec<(i64, i64)>,
    /// What the account at the bank holds, in rupiah.
    pub bank: i64,
    /// Why it differs.
    pub reason: String,
}

/// A count of the cash of a fund holder: notes and coins and the account at the bank, every fund by itself. Each
/// difference becomes a request that somebody else approves; then the days before the count are closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CountCash {
    /// The fund holder.
    pub place: Id,
    /// What was counted: every fund of which the books have money there.
    pub purses: Vec<Purse>,
    /// Who counted together with the caller.
    pub witness: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for CountCash {
    const KIND: &'static str = "custody.count_cash";
    /// The record of the count.
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if !self.reach.covers(self.place) || holder(tx, self.place).await?.is_none() {
            return Err(Refusal::not_found().into());
        }
        let take = begin(tx, self.place, &self.witness).await?;
        let there: Vec<(String,)> = tx
            .all(
                "SELECT a.fund FROM account a \
                 JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id AND b.amount <> 0 \
                 WHERE a.district_id = $1 AND a.kind = 'fund_holder' AND a.place_id = $2",
                args![tx.district(), self.place],
            )
            .await?;
        let counted: BTreeSet<&str> = self.purses.iter().map(|purse| purse.fund.as_str()).collect();
        if counted.len() != self.purses.len() || there.iter().any(|(fund,)| !counted.contains(fund.as_str()))
        {
            return Err(Refusal::new("custody.refused.moved_meanwhile").into());
        }
        for purse in &self.purses {
            let fund = purse.fund.parse().map_err(|_| Refusal::not_found())?;
            let holding = Holding::new(AccountKind::FundHolder, self.place, fund, Commodity::CASH);
            let book = books::balance(tx, tx.district(), &holding).await?;
            if book != purse.book {
                return Err(Refusal::new("custody.refused.moved_meanwhile").into());
            }
            let sum = rules::sum(&purse.pieces, purse.bank)?;
            compare(tx, take, &holding, (book, sum), &purse.reason, format!("alasan.{}", purse.fund)).await?;
            let pieces =
                purse.pieces.iter().copied().chain([(0, purse.bank)]).filter(|(_, count)| *count > 0);
            let rows = pieces
                .map(|(worth, count)| args![tx.district(), take, purse.fund.as_str(), worth, count])
                .collect();
            tx.insert_many(
                "INSERT INTO cash_piece (district_id, stock_take_id, fund, worth, pieces) VALUES",
                "",
                rows,
            )
            .await?;
        }
        settle(tx, take).await?;
        Ok(take)
    }
}
