//! Posting transfers.

use std::collections::BTreeMap;

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
            TransferKind::Delivered => "delivered",
            TransferKind::Returned => "returned",
            TransferKind::WrittenOff => "written_off",
            TransferKind::Moved => "moved",
            TransferKind::Reversal => "reversal",
            TransferKind::Opening => "opening",
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

/// One movement of one commodity within one fund.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    /// From here ...
    pub from: Holding,
    /// ... to there.
    pub to: Holding,
    /// How much, in the commodity's smallest unit; more than 0.
    pub amount: i64,
    /// The lot it belongs to, where lots are followed.
    pub lot: Option<Id>,
}

/// A transfer to be posted.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// Why.
    pub kind: TransferKind,
    /// The day it happened.
    pub day: time::Date,
    /// The roll, hand-over, deposit, package or run that caused it.
    pub cause: Id,
    /// A person's words, where a reason is asked.
    pub reason: String,
    /// The movements; those with amount 0 are left out.
    pub moves: Vec<Move>,
}

/// Posts a transfer; its id. A transfer without any movement posts nothing and gives no id.
///
/// # Errors
/// A custody account would fall below zero, or a line is not allowed (both refused by rule).
pub async fn post(tx: &Tx<'_>, transfer: Transfer) -> Result<Option<Id>, Fault> {
    Ok(post_many(tx, vec![transfer]).await?.pop().flatten())
}

/// Posts transfers, all or none, with few statements: for a roll, a list of deliveries, an import.
///
/// # Errors
/// As [`post`].
pub async fn post_many(tx: &Tx<'_>, transfers: Vec<Transfer>) -> Result<Vec<Option<Id>>, Fault> {
    let mut accounts: BTreeMap<AccountId, Holding> = BTreeMap::new();
    let mut deltas: BTreeMap<AccountId, i64> = BTreeMap::new();
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    let mut ids = Vec::new();
    for transfer in transfers {
        let moves: Vec<&Move> = transfer.moves.iter().filter(|step| step.amount != 0).collect();
        if moves.is_empty() {
            ids.push(None);
            continue;
        }
        let mut ledger_lines = Vec::with_capacity(moves.len());
        for step in &moves {
            let from = account_id(tx.district(), &step.from);
            let to = account_id(tx.district(), &step.to);
            accounts.insert(from, step.from);
            accounts.insert(to, step.to);
            let amount = Quantity::new(step.amount).map_err(|_| Refusal::new("books.refused.amount"))?;
            ledger_lines.push(Line { from, to, amount });
        }
        let of = |id: &AccountId| {
            accounts.get(id).map(|holding| asuh_ledger::AccountRef {
                kind: holding.kind,
                fund: holding.fund,
                commodity: holding.commodity,
            })
        };
        for (account, delta) in check_lines(&ledger_lines, of).map_err(|error| refusal(&error))? {
            let sum = deltas.entry(account).or_default();
            *sum = sum.checked_add(delta).ok_or_else(|| Refusal::new("books.refused.amount"))?;
        }
        let id = tx.new_id();
        ids.push(Some(id));
        rows.push(args![
            tx.district(),
            id,
            transfer.kind.code(),
            transfer.day,
            None::<Id>,
            transfer.cause,
            &transfer.reason,
            tx.command_id(),
            tx.actor(),
            tx.now(),
        ]);
        for (nth, (line, step)) in ledger_lines.iter().zip(&moves).enumerate() {
            lines.push(line_args(tx, id, nth, line, step.lot));
        }
    }
    store(tx, &accounts, deltas, rows, lines).await?;
    Ok(ids)
}

fn line_args(tx: &Tx<'_>, transfer: Id, nth: usize, line: &Line, lot: Option<Id>) -> Args {
    args![
        tx.district(),
        transfer,
        nth as i64,
        Id::from_bytes(*line.from.as_bytes()),
        Id::from_bytes(*line.to.as_bytes()),
        line.amount.units(),
        lot,
    ]
}

async fn store(
    tx: &Tx<'_>,
    accounts: &BTreeMap<AccountId, Holding>,
    deltas: BTreeMap<AccountId, i64>,
    rows: Vec<Args>,
    lines: Vec<Args>,
) -> Result<(), Fault> {
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
    tx.insert_many(
        "INSERT INTO transfer (district_id, id, kind, moved_on, reverses, cause_id, reason, command_id, actor_id, \
         recorded_at) VALUES",
        "",
        rows,
    )
    .await?;
    tx.insert_many(
        "INSERT INTO transfer_line (district_id, transfer_id, nth, from_account, to_account, amount, lot_id) VALUES",
        "",
        lines,
    )
    .await?;
    change_balances(tx, accounts, deltas).await
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
    let deltas: Vec<(AccountId, i64)> = deltas.into_iter().filter(|(_, delta)| *delta != 0).collect();
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
                return Err(Refusal::new("books.refused.short")
                    .arg("commodity", holding.commodity.as_str())
                    .arg("missing", shortage.missing)
                    .into());
            }
        }
    }
    Ok(())
}

fn refusal(error: &LedgerError) -> Refusal {
    match error {
        LedgerError::Line { fault: LineFault::DifferentFund, .. } => Refusal::new("books.refused.funds"),
        _ => Refusal::new("books.refused.line").arg("reason", error),
    }
}

asuh_store::row_struct! {
    struct Original { nth: i64, from_account: Id, to_account: Id, amount: i64, lot_id: Option<Id>, cause_id: Id }
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
            "SELECT l.nth, l.from_account, l.to_account, l.amount, l.lot_id, t.cause_id FROM transfer_line l \
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
    let mut deltas: BTreeMap<AccountId, i64> = BTreeMap::new();
    let id = tx.new_id();
    let mut line_rows = Vec::new();
    for line in &lines {
        let (from, to) =
            (AccountId::new(*line.to_account.as_bytes()), AccountId::new(*line.from_account.as_bytes()));
        *deltas.entry(from).or_default() -= line.amount;
        *deltas.entry(to).or_default() += line.amount;
        let amount = Quantity::new(line.amount).map_err(|_| Refusal::new("books.refused.amount"))?;
        line_rows.push(line_args(tx, id, line.nth as usize, &Line { from, to, amount }, line.lot_id));
    }
    let row = args![
        tx.district(),
        id,
        TransferKind::Reversal.code(),
        day,
        Some(transfer),
        cause,
        reason,
        tx.command_id(),
        tx.actor(),
        tx.now(),
    ];
    store(tx, &accounts, deltas, vec![row], line_rows).await?;
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

/// Records a lot: what one unit brought on one day, of one commodity.
///
/// # Errors
/// The store fails.
pub async fn new_lot(
    tx: &Tx<'_>,
    roll: Id,
    commodity: Commodity,
    quantity: i64,
    collected_on: time::Date,
    best_before: Option<time::Date>,
) -> Result<Id, StoreError> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO lot (district_id, id, roll_id, commodity, quantity, collected_on, best_before) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![tx.district(), id, roll, commodity.as_str(), quantity, collected_on, best_before],
    )
    .await?;
    Ok(id)
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
