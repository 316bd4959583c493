//! Posting transfers.

use std::collections::BTreeMap;

use super::funds::is_zakat;
use super::{lots, periods};
use asuh_ledger::{
    AccountId, AccountKind, Commodity, Fund, LedgerError, Line, LineFault, Quantity, check_balance,
    check_lines,
};
use asuh_store::{Args, Fault, Id, Query, Refusal, StoreError, Tx, args};
use sha2::{Digest, Sha256};

/// Why goods or money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferKind {
    /// Brought by givers to an office's table.
    Collected,
    /// On the way from an office to a warehouse or depot.
    HandedOver,
    /// Arrived.
    Received,
    /// Cash brought to the fund holder.
    Deposited,
    /// Given to a courier for families.
    Packed,
    /// Money given to the bank, or counted out, for families.
    Released,
    /// Received by a family.
    Delivered,
    /// Came back undeliverable.
    Returned,
    /// Broken, spoiled or missing.
    WrittenOff,
    /// From one place of custody to another.
    Moved,
    /// Takes an earlier transfer back.
    Reversal,
    /// What was there when the books began.
    Opening,
    /// Money became goods.
    Purchased,
    /// Ingredients became portions.
    Cooked,
    /// On the way between two places of custody.
    Sent,
    /// Counted otherwise than the books said: what was missing, or turned up.
    Counted,
}

impl TransferKind {
    /// Its stable code, also the translation key `books.kind.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            TransferKind::Collected => "collected",
            TransferKind::HandedOver => "handed_over",
            TransferKind::Received => "received",
            TransferKind::Deposited => "deposited",
            TransferKind::Packed => "packed",
            TransferKind::Released => "released",
            TransferKind::Delivered => "delivered",
            TransferKind::Returned => "returned",
            TransferKind::WrittenOff => "written_off",
            TransferKind::Moved => "moved",
            TransferKind::Reversal => "reversal",
            TransferKind::Opening => "opening",
            TransferKind::Purchased => "purchased",
            TransferKind::Cooked => "cooked",
            TransferKind::Sent => "sent",
            TransferKind::Counted => "counted",
        }
    }
}

/// An account by what it stands for: opened when it is first used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holding {
    /// What kind of place.
    pub kind: AccountKind,
    /// The institution, family, hand-over or run it belongs to.
    pub place: Id,
    /// The fund; funds never mix.
    pub fund: Fund,
    /// The commodity.
    pub commodity: Commodity,
}

impl Holding {
    /// The account of a place.
    pub fn new(kind: AccountKind, place: Id, fund: Fund, commodity: Commodity) -> Holding {
        Holding { kind, place, fund, commodity }
    }

    /// Where it is.
    pub fn spot(&self) -> Spot {
        Spot::new(self.kind, self.place)
    }
}

/// The id of an account: made from what it stands for, so that it is found without asking.
pub fn account_id(district: asuh_store::DistrictId, holding: &Holding) -> AccountId {
    let mut hash = Sha256::new();
    hash.update(b"asuh account\0");
    hash.update(district.0.to_be_bytes());
    hash.update(holding.place.as_bytes());
    for part in [holding.kind.code(), holding.fund.as_str(), holding.commodity.as_str()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    AccountId::new(bytes)
}

/// Where goods or money are: the side of a movement. The fund and the commodity are the movement's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// What kind of place.
    pub kind: AccountKind,
    /// The institution, family, hand-over or run it belongs to.
    pub place: Id,
}

impl Spot {
    /// This place.
    pub fn new(kind: AccountKind, place: Id) -> Spot {
        Spot { kind, place }
    }
}

/// One movement of one commodity.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    /// What moves; on both sides the same.
    pub commodity: Commodity,
    /// From here ...
    pub from: Spot,
    /// ... to there.
    pub to: Spot,
    /// How much, in the commodity's smallest unit; more than 0.
    pub amount: i64,
    /// From outside: the id of the lot that comes in. Elsewhere: the lot that goes first, as far as it is there.
    /// `None`: a new id, or the order of expiry.
    pub lot: Option<Id>,
}

impl Move {
    /// This much from here to there, of the lots that expire first.
    pub fn new(commodity: Commodity, from: Spot, to: Spot, amount: i64) -> Move {
        Move { commodity, from, to, amount, lot: None }
    }
}

/// A transfer to be posted. It has one fund, which none of its movements can leave: zakat never buys what infak paid.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// Why.
    pub kind: TransferKind,
    /// Whose purpose everything in it serves.
    pub fund: Fund,
    /// The day it happened.
    pub day: time::Date,
    /// The roll, hand-over, deposit, package or run that caused it.
    pub cause: Id,
    /// A person's words, where a reason is asked.
    pub reason: String,
    /// The movements, in their order; those with amount 0 are left out.
    pub moves: Vec<Move>,
}

/// Posts a transfer; its id. A transfer without any movement posts nothing and gives no id.
///
/// # Errors
/// A custody account would fall below zero, a line is not allowed, the fund is one of zakat, or the day lies in a closed
/// period of one of its places (all refused by rule).
pub async fn post(tx: &Tx<'_>, transfer: Transfer) -> Result<Option<Id>, Fault> {
    Ok(post_many(tx, vec![transfer]).await?.pop().flatten())
}

/// A transfer on its way into the tables.
pub(super) struct Posting {
    pub(super) id: Id,
    pub(super) kind: TransferKind,
    pub(super) day: time::Date,
    pub(super) reverses: Option<Id>,
    pub(super) cause: Id,
    pub(super) reason: String,
    pub(super) lines: Vec<PostingLine>,
}

/// One line of it.
pub(super) struct PostingLine {
    pub(super) line: Line,
    /// The lot that comes in, or that goes first.
    pub(super) lot: Option<Id>,
    /// For a reversal: what the original's line took of which lot.
    pub(super) taken: Vec<(Id, i64)>,
}

/// Posts transfers, all or none, with few statements: for a roll, a list of deliveries, an import.
///
/// # Errors
/// As [`post`].
pub async fn post_many(tx: &Tx<'_>, transfers: Vec<Transfer>) -> Result<Vec<Option<Id>>, Fault> {
    let mut accounts: BTreeMap<AccountId, Holding> = BTreeMap::new();
    let mut postings = Vec::new();
    let mut ids = Vec::new();
    let mut funds: Vec<Fund> = transfers.iter().map(|transfer| transfer.fund).collect();
    funds.sort_unstable();
    funds.dedup();
    for fund in &funds {
        if is_zakat(tx, tx.district(), fund).await? {
            return Err(Refusal::new("books.refused.zakat").into());
        }
    }
    for transfer in transfers {
        let mut lines = Vec::new();
        for step in transfer.moves.iter().filter(|step| step.amount != 0) {
            let at = |spot: Spot| Holding::new(spot.kind, spot.place, transfer.fund, step.commodity);
            let (giver, taker) = (at(step.from), at(step.to));
            let (from, to) = (account_id(tx.district(), &giver), account_id(tx.district(), &taker));
            accounts.insert(from, giver);
            accounts.insert(to, taker);
            let amount = Quantity::new(step.amount).map_err(|_| Refusal::new("books.refused.amount"))?;
            lines.push(PostingLine { line: Line { from, to, amount }, lot: step.lot, taken: Vec::new() });
        }
        let id = (!lines.is_empty()).then(|| tx.new_id());
        ids.push(id);
        let Some(id) = id else { continue };
        postings.push(Posting {
            id,
            kind: transfer.kind,
            day: transfer.day,
            reverses: None,
            cause: transfer.cause,
            reason: transfer.reason,
            lines,
        });
    }
    store(tx, &accounts, &postings).await?;
    Ok(ids)
}

async fn store(
    tx: &Tx<'_>,
    accounts: &BTreeMap<AccountId, Holding>,
    postings: &[Posting],
) -> Result<(), Fault> {
    if postings.is_empty() {
        return Ok(());
    }
    let mut deltas: BTreeMap<AccountId, i64> = BTreeMap::new();
    for posting in postings {
        let of = |id: &AccountId| {
            accounts.get(id).map(|holding| asuh_ledger::AccountRef {
                kind: holding.kind,
                fund: holding.fund,
                commodity: holding.commodity,
            })
        };
        let lines: Vec<Line> = posting.lines.iter().map(|line| line.line).collect();
        for (account, delta) in check_lines(&lines, of).map_err(|error| refusal(&error))? {
            let sum = deltas.entry(account).or_default();
            *sum = sum.checked_add(delta).ok_or_else(|| Refusal::new("books.refused.amount"))?;
        }
    }
    periods::check_open(tx, accounts, postings).await?;
    let opened = accounts
        .iter()
        .map(|(id, holding)| {
            args![
                tx.district(),
                Id::from_bytes(*id.as_bytes()),
                holding.kind.code(),
                holding.place,
                holding.fund.as_str(),
                holding.commodity.as_str(),
                tx.now(),
            ]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO account (district_id, id, kind, place_id, fund, commodity, opened_at) VALUES",
        "ON CONFLICT DO NOTHING",
        opened,
    )
    .await?;
    let rows = postings
        .iter()
        .map(|posting| {
            args![
                tx.district(),
                posting.id,
                posting.kind.code(),
                posting.day,
                posting.reverses,
                posting.cause,
                &posting.reason,
                tx.command_id(),
                tx.actor(),
                tx.now(),
            ]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO transfer (district_id, id, kind, moved_on, reverses, cause_id, reason, command_id, actor_id, \
         recorded_at) VALUES",
        "",
        rows,
    )
    .await?;
    let lines = postings
        .iter()
        .flat_map(|posting| {
            posting.lines.iter().enumerate().map(|(nth, PostingLine { line, .. })| {
                args![
                    tx.district(),
                    posting.id,
                    nth as i64,
                    Id::from_bytes(*line.from.as_bytes()),
                    Id::from_bytes(*line.to.as_bytes()),
                    line.amount.units(),
                    posting.day,
                ]
            })
        })
        .collect();
    tx.insert_many(
        "INSERT INTO transfer_line (district_id, transfer_id, nth, from_account, to_account, amount, moved_on) VALUES",
        "",
        lines,
    )
    .await?;
    // The balances first: their rows are the locks under which the lots are read.
    change_balances(tx, accounts, deltas).await?;
    lots::allot(tx, accounts, postings).await
}

asuh_store::row_struct! {
    struct Changed { account_id: Id, amount: i64 }
}

/// Adds the deltas in the order of the account ids (one order for everybody: no deadlock) and checks what
/// came out.
async fn change_balances(
    tx: &Tx<'_>,
    accounts: &BTreeMap<AccountId, Holding>,
    deltas: BTreeMap<AccountId, i64>,
) -> Result<(), Fault> {
    let deltas: Vec<(AccountId, i64)> = deltas.into_iter().collect();
    for chunk in deltas.chunks(500) {
        let mut args = Args::new();
        let places: Vec<String> = chunk
            .iter()
            .map(|(id, delta)| {
                let district = args.push(tx.district());
                let account = args.push(Id::from_bytes(*id.as_bytes()));
                format!("({district}, {account}, {})", args.push(*delta))
            })
            .collect();
        let sql = format!(
            "INSERT INTO balance (district_id, account_id, amount) VALUES {} \
             ON CONFLICT (district_id, account_id) DO UPDATE SET amount = balance.amount + excluded.amount \
             RETURNING account_id, amount",
            places.join(", ")
        );
        let changed: Vec<Changed> = tx.all(&sql, args).await?;
        for row in changed {
            let Some(holding) = accounts.get(&AccountId::new(*row.account_id.as_bytes())) else { continue };
            if let Err(shortage) = check_balance(holding.kind, row.amount) {
                return Err(short(holding, shortage.missing));
            }
        }
    }
    Ok(())
}

/// What is said when a place holds less than is to leave it.
pub(super) fn short(holding: &Holding, missing: u64) -> Fault {
    Refusal::new("books.refused.short")
        .arg("commodity", holding.commodity.as_str())
        .arg("missing", missing)
        .into()
}

fn refusal(error: &LedgerError) -> Refusal {
    match error {
        LedgerError::Line { fault: LineFault::DifferentFund, .. } | LedgerError::SeveralFunds(..) => {
            Refusal::new("books.refused.funds")
        }
        _ => Refusal::new("books.refused.line").arg("reason", error),
    }
}

asuh_store::row_struct! {
    struct Original { nth: i64, from_account: Id, to_account: Id, amount: i64, cause_id: Id }
}

asuh_store::row_struct! {
    struct Taken { nth: i64, lot_id: Id, amount: i64 }
}

asuh_store::row_struct! {
    struct AccountRow { id: Id, kind: String, place_id: Id, fund: String, commodity: String }
}

/// Takes a transfer back: the exact mirror, at most once, never of a reversal. The only correction there is.
///
/// # Errors
/// The transfer is not known, was reversed before, is a reversal, or what it brought has moved on.
pub async fn reverse(tx: &Tx<'_>, transfer: Id, day: time::Date, reason: &str) -> Result<Id, Fault> {
    let reversed = tx
        .number(
            "SELECT COUNT(*) AS n FROM transfer WHERE district_id = $1 AND (reverses = $2 OR (id = $2 AND reverses IS NOT NULL))",
            args![tx.district(), transfer],
        )
        .await?;
    if reversed > 0 {
        return Err(Refusal::new("books.refused.reversed").into());
    }
    let lines: Vec<Original> = tx
        .all(
            "SELECT l.nth, l.from_account, l.to_account, l.amount, t.cause_id FROM transfer_line l \
             JOIN transfer t ON t.district_id = l.district_id AND t.id = l.transfer_id \
             WHERE l.district_id = $1 AND l.transfer_id = $2 ORDER BY l.nth",
            args![tx.district(), transfer],
        )
        .await?;
    let Some(cause) = lines.first().map(|line| line.cause_id) else {
        return Err(Refusal::not_found().into());
    };
    let mut args = Args::new().with(tx.district());
    let list = args.push_list(lines.iter().flat_map(|line| [line.from_account, line.to_account]));
    let rows: Vec<AccountRow> = tx
        .all(
            &format!("SELECT id, kind, place_id, fund, commodity FROM account WHERE district_id = $1 AND id IN ({list})"),
            args,
        )
        .await?;
    let mut accounts = BTreeMap::new();
    for row in rows {
        accounts.insert(AccountId::new(*row.id.as_bytes()), holding(&row)?);
    }
    let taken: Vec<Taken> = tx
        .all(
            "SELECT nth, lot_id, amount FROM take WHERE district_id = $1 AND transfer_id = $2 ORDER BY nth, lot_id",
            args![tx.district(), transfer],
        )
        .await?;
    let id = tx.new_id();
    let mut mirrored = Vec::with_capacity(lines.len());
    for line in &lines {
        let from = AccountId::new(*line.to_account.as_bytes());
        let to = AccountId::new(*line.from_account.as_bytes());
        let amount = Quantity::new(line.amount).map_err(|_| Refusal::new("books.refused.amount"))?;
        let taken = taken
            .iter()
            .filter(|taken| taken.nth == line.nth)
            .map(|taken| (taken.lot_id, taken.amount))
            .collect();
        mirrored.push(PostingLine { line: Line { from, to, amount }, lot: None, taken });
    }
    let posting = Posting {
        id,
        kind: TransferKind::Reversal,
        day,
        reverses: Some(transfer),
        cause,
        reason: reason.to_owned(),
        lines: mirrored,
    };
    store(tx, &accounts, &[posting]).await?;
    Ok(id)
}

fn holding(row: &AccountRow) -> Result<Holding, StoreError> {
    let shape = || StoreError::Shape(format!("account {} has an unknown kind, fund or commodity", row.id));
    Ok(Holding {
        kind: row.kind.parse().map_err(|_| shape())?,
        place: row.place_id,
        fund: row.fund.parse().map_err(|_| shape())?,
        commodity: row.commodity.parse().map_err(|_| shape())?,
    })
}

/// Writes the numbers under which transfers were sealed: for the sealer alone.
///
/// # Errors
/// The store fails.
pub async fn number_sealed(tx: &Tx<'_>, numbers: &[(Id, i64)]) -> Result<(), StoreError> {
    let rows = numbers.iter().map(|(transfer, number)| args![tx.district(), *transfer, *number]).collect();
    tx.insert_many(
        "WITH numbered (district_id, id, seq) AS (VALUES",
        ") UPDATE transfer SET sealed_seq = numbered.seq FROM numbered \
         WHERE transfer.district_id = numbered.district_id AND transfer.id = numbered.id",
        rows,
    )
    .await?;
    Ok(())
}
