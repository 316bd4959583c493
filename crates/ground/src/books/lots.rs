//! From which lots the lines of a posting take, and what is left of them.

use std::collections::{BTreeMap, BTreeSet};

use asuh_ledger::lots::KEEPS;
use asuh_ledger::{AccountId, AccountKind, LotId, Rest, Shelves};
use asuh_store::{Args, Fault, Id, Query, Tx, args};

use super::post::{Holding, Posting, short};

/// How the tables write the expiry of what keeps: after every day there is.
pub const NEVER_EXPIRES: i64 = 99_991_231;

/// Where a lot came from, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LotOrigin {
    /// Given.
    Gift,
    /// Bought with money of other lots.
    Purchase,
    /// Cooked of ingredients of other lots.
    Cooking,
    /// There when the books began.
    Opening,
    /// Turned up at a count.
    Found,
}

impl LotOrigin {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            LotOrigin::Gift => "gift",
            LotOrigin::Purchase => "purchase",
            LotOrigin::Cooking => "cooking",
            LotOrigin::Opening => "opening",
            LotOrigin::Found => "found",
        }
    }

    fn of(kind: AccountKind) -> LotOrigin {
        match kind {
            AccountKind::Market => LotOrigin::Purchase,
            AccountKind::Cooking => LotOrigin::Cooking,
            AccountKind::Opening => LotOrigin::Opening,
            AccountKind::Waste => LotOrigin::Found,
            _ => LotOrigin::Gift,
        }
    }
}

fn id(account: AccountId) -> Id {
    Id::from_bytes(*account.as_bytes())
}

fn lot(id: Id) -> LotId {
    LotId::new(*id.as_bytes())
}

fn number(day: time::Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(u8::from(day.month())) * 100 + i64::from(day.day())
}

asuh_store::row_struct! {
    struct RestRow { account_id: Id, lot_id: Id, use_by: i64, since: i64, amount: i64 }
}

/// What is on the shelves that a posting takes from, and what it moved.
struct Allotment<'a> {
    accounts: &'a BTreeMap<AccountId, Holding>,
    shelves: Shelves,
    /// Accounts whose lots were read: what is not on their shelf is nothing.
    read: BTreeSet<AccountId>,
    /// What changed, with the days that order it.
    touched: BTreeMap<(AccountId, LotId), (i64, i64)>,
    takes: Vec<Args>,
    births: Vec<Args>,
    origins: Vec<Args>,
}

/// Takes from lots for every line of the postings, in their order, and keeps what is left. The caller holds the balances
/// of all accounts, so nobody else takes from them meanwhile.
///
/// # Errors
/// A line takes more than is there when its turn comes, or the store fails.
pub(super) async fn allot(
    tx: &Tx<'_>,
    accounts: &BTreeMap<AccountId, Holding>,
    postings: &[Posting],
) -> Result<(), Fault> {
    let mut allotment = Allotment {
        accounts,
        shelves: Shelves::default(),
        read: BTreeSet::new(),
        touched: BTreeMap::new(),
        takes: Vec::new(),
        births: Vec::new(),
        origins: Vec::new(),
    };
    allotment.read(tx, postings).await?;
    let keeps = keeping(tx, accounts, postings).await?;
    for posting in postings {
        allotment.posting(tx, posting, &keeps)?;
    }
    allotment.write(tx).await
}

/// Whether what leaves an account is a new lot.
fn is_birth(posting: &Posting, kind: AccountKind) -> bool {
    posting.reverses.is_none() && kind.is_outside()
}

asuh_store::row_struct! {
    struct Keeping { code: String, keeps_days: Option<i64> }
}

/// For how many days the commodities keep that come in: only those that do not keep for good.
async fn keeping(
    tx: &Tx<'_>,
    accounts: &BTreeMap<AccountId, Holding>,
    postings: &[Posting],
) -> Result<BTreeMap<String, i64>, Fault> {
    let comes_in = postings.iter().any(|posting| {
        let outside =
            |from: &AccountId| accounts.get(from).is_some_and(|holding| is_birth(posting, holding.kind));
        posting.lines.iter().any(|line| outside(&line.line.from))
    });
    if !comes_in {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<Keeping> =
        tx.all("SELECT code, keeps_days FROM commodity WHERE district_id = $1", args![tx.district()]).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.code, row.keeps_days?))).collect())
}

impl Allotment<'_> {
    /// Reads what is left at the accounts that give. Index: `lot_rest_in_order`.
    async fn read(&mut self, tx: &Tx<'_>, postings: &[Posting]) -> Result<(), Fault> {
        for posting in postings {
            for line in &posting.lines {
                let from = line.line.from;
                if self.accounts.get(&from).is_some_and(|holding| !is_birth(posting, holding.kind)) {
                    self.read.insert(from);
                }
            }
        }
        let read: Vec<AccountId> = self.read.iter().copied().collect();
        for some in read.chunks(200) {
            let mut args = Args::new().with(tx.district());
            let list = args.push_list(some.iter().map(|account| id(*account)));
            let rows: Vec<RestRow> = tx
                .all(
                    &format!(
                        "SELECT account_id, lot_id, use_by, since, amount FROM lot_rest \
                         WHERE district_id = $1 AND account_id IN ({list}) AND amount > 0"
                    ),
                    args,
                )
                .await?;
            for row in rows {
                let use_by = if row.use_by == NEVER_EXPIRES { KEEPS } else { row.use_by };
                let rest = Rest { use_by, since: row.since, lot: lot(row.lot_id), amount: row.amount };
                self.shelves.put(AccountId::new(*row.account_id.as_bytes()), rest);
            }
        }
        Ok(())
    }

    fn posting(
        &mut self,
        tx: &Tx<'_>,
        posting: &Posting,
        keeps: &BTreeMap<String, i64>,
    ) -> Result<(), Fault> {
        let mut order: Vec<usize> = (0..posting.lines.len()).collect();
        // A reversal finds what its original left by going back the way it came.
        if posting.reverses.is_some() {
            order.reverse();
        }
        // What left to the market or into the pot within this transfer: of it the new lots were made.
        let (mut spent, mut made): (BTreeMap<LotId, i64>, Vec<Id>) = (BTreeMap::new(), Vec::new());
        for nth in order {
            let Some(step) = posting.lines.get(nth) else { continue };
            let (from, to, amount) = (step.line.from, step.line.to, step.line.amount.units());
            let (Some(giver), Some(taker)) = (self.accounts.get(&from), self.accounts.get(&to)) else {
                continue;
            };
            let taken = if is_birth(posting, giver.kind) {
                let fresh = step.lot.unwrap_or_else(|| tx.new_id());
                let days = keeps.get(giver.commodity.as_str()).copied();
                let use_by = days.and_then(|days| posting.day.checked_add(time::Duration::days(days)));
                self.births.push(args![
                    tx.district(),
                    fresh,
                    LotOrigin::of(giver.kind).code(),
                    giver.place,
                    posting.cause,
                    giver.fund.as_str(),
                    giver.commodity.as_str(),
                    amount,
                    posting.day,
                    use_by,
                ]);
                if matches!(giver.kind, AccountKind::Market | AccountKind::Cooking) {
                    made.push(fresh);
                }
                let use_by = use_by.map_or(KEEPS, number);
                vec![Rest { use_by, since: number(posting.day), lot: lot(fresh), amount }]
            } else {
                let mut first: Vec<(LotId, i64)> =
                    step.taken.iter().map(|(taken, amount)| (lot(*taken), *amount)).collect();
                first.extend(step.lot.map(|first| (lot(first), i64::MAX)));
                self.shelves.take(from, amount, &first).map_err(|missing| short(giver, missing))?
            };
            for rest in taken {
                self.takes.push(args![
                    tx.district(),
                    posting.id,
                    nth as i64,
                    Id::from_bytes(*rest.lot.as_bytes()),
                    rest.amount
                ]);
                let days = (rest.use_by, rest.since);
                if !is_birth(posting, giver.kind) {
                    self.touched.insert((from, rest.lot), days);
                }
                self.touched.insert((to, rest.lot), days);
                self.shelves.put(to, rest);
                if matches!(taker.kind, AccountKind::Market | AccountKind::Cooking) {
                    *spent.entry(rest.lot).or_default() += rest.amount;
                }
            }
        }
        for (lot, source, amount) in
            made.iter().flat_map(|lot| spent.iter().map(move |(source, amount)| (lot, source, amount)))
        {
            self.origins.push(args![tx.district(), *lot, Id::from_bytes(*source.as_bytes()), *amount]);
        }
        Ok(())
    }

    async fn write(self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.insert_many(
            "INSERT INTO lot (district_id, id, origin, place_id, cause_id, fund, commodity, quantity, since, use_by) VALUES",
            "",
            self.births,
        )
        .await?;
        tx.insert_many(
            "INSERT INTO lot_origin (district_id, lot_id, from_lot_id, amount) VALUES",
            "",
            self.origins,
        )
        .await?;
        tx.insert_many(
            "INSERT INTO take (district_id, transfer_id, nth, lot_id, amount) VALUES",
            "",
            self.takes,
        )
        .await?;
        let (mut whole, mut more) = (Vec::new(), Vec::new());
        for ((account, lot), (use_by, since)) in self.touched {
            let use_by = if use_by == KEEPS { NEVER_EXPIRES } else { use_by };
            let left = self.shelves.of_lot(&account, lot);
            let lot = Id::from_bytes(*lot.as_bytes());
            let held = self.accounts.get(&account).is_some_and(|holding| holding.kind.is_custody());
            let row = args![tx.district(), id(account), lot, use_by, since, left, held];
            if self.read.contains(&account) { whole.push(row) } else { more.push(row) }
        }
        const INTO: &str =
            "INSERT INTO lot_rest (district_id, account_id, lot_id, use_by, since, amount, held) VALUES";
        tx.insert_many(
            INTO,
            "ON CONFLICT (district_id, account_id, lot_id) DO UPDATE SET amount = excluded.amount",
            whole,
        )
        .await?;
        tx.insert_many(
            INTO,
            "ON CONFLICT (district_id, account_id, lot_id) DO UPDATE SET amount = lot_rest.amount + excluded.amount",
            more,
        )
        .await?;
        Ok(())
    }
}
