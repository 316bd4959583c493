//! The proof of the books: every stored row against the rules, and every balance against the fold.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;

use asuh_ledger::{Account, AccountId, AccountKind, Auditor, LotId, LotSums, TransferId};
use asuh_store::{DistrictId, Id, Query, Reader, StoreError, args};
use futures_util::{Stream, TryStreamExt, stream};

use crate::App;
use crate::beside::beside;

asuh_store::row_struct! {
    struct AccountRow { id: Id, kind: String, fund: String, commodity: String }
}
asuh_store::row_struct! {
    /// What a line took of a lot; a line that took nothing, and a transfer without lines, are one row too.
    struct TakeRow {
        id: Id, reverses: Option<Id>, nth: Option<i64>, from_account: Option<Id>, to_account: Option<Id>,
        amount: Option<i64>, lot_id: Option<Id>, taken: Option<i64>, same_day: i64,
    }
}
asuh_store::row_struct! {
    struct BalanceRow { account_id: Id, amount: i64 }
}
asuh_store::row_struct! {
    struct ReversalRow { id: Id, reverses: Id }
}

fn account(id: Id) -> AccountId {
    AccountId::new(*id.as_bytes())
}

fn transfer(id: Id) -> TransferId {
    TransferId::new(*id.as_bytes())
}

fn lot(id: Id) -> LotId {
    LotId::new(*id.as_bytes())
}

/// Findings of one kind that are told one by one.
const MOST: usize = 20;

/// Transfers that are read together.
const SLICE: usize = 5_000;
/// Slices that are read at the same time.
const AT_ONCE: usize = 4;

/// Checks the district's books; each finding in words. Every table is read once, in the order of its key, the transfers
/// in slices of which a few are read at the same time, and nothing is kept of what was read but a few words for each
/// account and each transfer that was taken back: what the lots' moves leave is proven by [`LotSums`], and only where they
/// do not add up are lots read one by one to say which.
///
/// # Errors
/// The store fails.
pub async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let reader = app.store.reader();
    let mut findings = Vec::new();
    let mut auditor = Auditor::new();
    let mut known = Known::default();
    let mut accounts = reader
        .stream::<AccountRow>(
            "SELECT id, kind, fund, commodity FROM account WHERE district_id = $1",
            args![district],
        )
        .await?;
    while let Some(row) = accounts.try_next().await? {
        match (row.kind.parse(), row.fund.parse(), row.commodity.parse()) {
            (Ok(kind), Ok(fund), Ok(commodity)) => {
                let account = Account { id: account(row.id), kind, fund, commodity };
                known.account(&account);
                auditor.account(&account);
            }
            _ => findings.push(format!("account {} has an unknown kind, fund or commodity", row.id)),
        }
    }
    drop(accounts);
    let mut reversals = reader
        .stream::<ReversalRow>(
            "SELECT id, reverses FROM transfer WHERE district_id = $1 AND reverses IS NOT NULL",
            args![district],
        )
        .await?;
    while let Some(row) = reversals.try_next().await? {
        auditor.reversal(transfer(row.id), transfer(row.reverses));
    }
    drop(reversals);
    let known = Arc::new(known);
    let fresh = LotSums::new(key(app));
    let stock = beside(read_stock(app.clone(), district, known.clone(), fresh.clone()));
    let slices = slices(reader, district)
        .map_ok(|(from, until)| {
            beside(read_slice(app.clone(), district, from, until, known.clone(), fresh.clone()))
        })
        .try_buffered(AT_ONCE);
    let mut slices = pin!(slices);
    let mut lots = fresh.clone();
    let mut odd = Vec::new();
    while let Some(mut slice) = slices.try_next().await? {
        for moved in slice.moved {
            auditor.transfer_rows(moved.id, moved.reverses, moved.lines);
        }
        lots.join(&slice.lots);
        odd.append(&mut slice.findings);
    }
    let mut balances = reader
        .stream::<BalanceRow>(
            "SELECT account_id, amount FROM balance WHERE district_id = $1",
            args![district],
        )
        .await?;
    while let Some(row) = balances.try_next().await? {
        auditor.balance(&account(row.account_id), row.amount);
    }
    drop(balances);
    let (left, mut stock) = stock.await?;
    lots.join(&left);
    odd.append(&mut stock);
    odd.truncate(MOST);
    findings.append(&mut odd);
    if !lots.is_whole() {
        name_lots(reader, district, &mut findings).await?;
    }
    let audit = auditor.finish();
    findings.extend(audit.findings.iter().map(ToString::to_string));
    if audit.count > audit.findings.len() as u64 {
        findings.push(format!("{} findings in all", audit.count));
    }
    Ok(findings)
}

/// A key that nobody knows: of two fresh ids, because a part of each is the time.
fn key(app: &App) -> [u8; 16] {
    let (mut key, other) = (*app.store.new_id().as_bytes(), app.store.new_id());
    key.iter_mut().zip(other.as_bytes().iter().rev()).for_each(|(byte, other)| *byte ^= other);
    key
}

/// What the rows of transfers and lots have to be compared with: a few words for each account.
#[derive(Default)]
struct Known {
    /// Accounts of the world outside: what leaves one of them, but to take something back, is a new lot. Few.
    outside: HashSet<AccountId>,
    /// Accounts of families: what they have is no stock any more.
    households: HashSet<AccountId>,
}

impl Known {
    fn account(&mut self, account: &Account) {
        if account.kind.is_outside() {
            self.outside.insert(account.id);
        } else if account.kind == AccountKind::Household {
            self.households.insert(account.id);
        }
    }
}

/// The transfers cut into slices: the first id of each, and the first that is not in it any more.
fn slices(db: &Reader, district: DistrictId) -> impl Stream<Item = Result<(Id, Option<Id>), StoreError>> {
    stream::try_unfold(Some(Id::from_bytes([0; 16])), move |from| async move {
        let Some(from) = from else { return Ok(None) };
        let until: Option<(Id,)> = db
            .first(
                &format!(
                    "SELECT id FROM transfer WHERE district_id = $1 AND id >= $2 ORDER BY id LIMIT 1 OFFSET {SLICE}"
                ),
                args![district, from],
            )
            .await?;
        let until = until.map(|(id,)| id);
        Ok(Some(((from, until), until)))
    })
}

/// The lots and what is left of them, taken off the sums; and what stands in the wrong list of stock.
async fn read_stock(
    app: App,
    district: DistrictId,
    known: Arc<Known>,
    mut sums: LotSums,
) -> Result<(LotSums, Vec<String>), StoreError> {
    let reader = app.store.reader();
    let mut findings = Vec::new();
    let mut lots = reader
        .stream::<LotRow>("SELECT id, quantity FROM lot WHERE district_id = $1", args![district])
        .await?;
    while let Some(row) = lots.try_next().await? {
        sums.lot(lot(row.id), row.quantity);
    }
    drop(lots);
    let mut rests = reader
        .stream::<LotRest>(
            "SELECT lot_id, account_id, amount, held FROM lot_rest WHERE district_id = $1 AND amount > 0",
            args![district],
        )
        .await?;
    while let Some(row) = rests.try_next().await? {
        let of = account(row.account_id);
        let held = !known.outside.contains(&of) && !known.households.contains(&of);
        if held != (row.held == 1) && findings.len() < MOST {
            let (lot, account) = (row.lot_id, row.account_id);
            findings
                .push(format!("lot {lot}: what is left at account {account} is in the wrong list of stock"));
        }
        sums.left(lot(row.lot_id), of, row.amount);
    }
    Ok((sums, findings))
}

/// Reads the transfers of a slice.
async fn read_slice(
    app: App,
    district: DistrictId,
    from: Id,
    until: Option<Id>,
    known: Arc<Known>,
    lots: LotSums,
) -> Result<Slice, StoreError> {
    let mut args = args![district, from];
    let end = until.map_or_else(String::new, |until| format!("AND t.id < {} ", args.push(until)));
    // Three tables in the order of their primary keys: nothing is sorted.
    let mut rows = app
        .store
        .reader()
        .stream::<TakeRow>(
            &format!(
                "SELECT t.id, t.reverses, l.nth, l.from_account, l.to_account, l.amount, k.lot_id, k.amount AS taken, \
                 CAST(CASE WHEN l.moved_on = t.moved_on THEN 1 ELSE 0 END AS BIGINT) AS same_day FROM transfer t \
                 LEFT JOIN transfer_line l ON l.district_id = t.district_id AND l.transfer_id = t.id \
                 LEFT JOIN take k ON k.district_id = l.district_id AND k.transfer_id = l.transfer_id AND k.nth = l.nth \
                 WHERE t.district_id = $1 AND t.id >= $2 {end}ORDER BY t.id, l.nth, k.lot_id"
            ),
            args,
        )
        .await?;
    let mut slice = Slice { known, lots, moved: Vec::new(), line: None, findings: Vec::new() };
    while let Some(row) = rows.try_next().await? {
        slice.row(&row);
    }
    slice.end_line();
    Ok(slice)
}

/// A transfer, as the accounts need it.
struct Moved {
    id: TransferId,
    reverses: Option<TransferId>,
    lines: Vec<(AccountId, AccountId, i64)>,
}

/// A line that is read.
struct Line {
    transfer: Id,
    nth: i64,
    amount: i64,
    /// How much of it lots have given so far.
    taken: i64,
}

/// What is proven of a slice while its rows go by, and what is left for the accounts, which are folded one after another.
struct Slice {
    known: Arc<Known>,
    lots: LotSums,
    moved: Vec<Moved>,
    line: Option<Line>,
    findings: Vec<String>,
}

impl Slice {
    fn row(&mut self, row: &TakeRow) {
        let id = transfer(row.id);
        if self.moved.last().is_none_or(|last| last.id != id) {
            self.end_line();
            self.moved.push(Moved { id, reverses: row.reverses.map(transfer), lines: Vec::new() });
        }
        let (Some(nth), Some(from), Some(to), Some(amount)) =
            (row.nth, row.from_account, row.to_account, row.amount)
        else {
            return;
        };
        let (from, to) = (account(from), account(to));
        if self.line.as_ref().is_none_or(|line| line.nth != nth) {
            self.end_line();
            self.line = Some(Line { transfer: row.id, nth, amount, taken: 0 });
            if row.same_day == 0 {
                self.found(format!("transfer {}, line {nth}: has another day than its transfer", row.id));
            }
            if let Some(moved) = self.moved.last_mut() {
                moved.lines.push((from, to, amount));
            }
        }
        let (Some(of), Some(taken)) = (row.lot_id, row.taken) else { return };
        if let Some(line) = &mut self.line {
            line.taken = line.taken.saturating_add(taken);
        }
        if row.reverses.is_none() && self.known.outside.contains(&from) {
            self.lots.came(lot(of), to, taken);
        } else {
            self.lots.went(lot(of), from, to, taken);
        }
    }

    fn end_line(&mut self) {
        let Some(Line { transfer, nth, amount, taken }) = self.line.take() else { return };
        if amount != taken {
            self.found(format!("transfer {transfer}, line {nth}: moves {amount}, but of lots {taken}"));
        }
    }

    fn found(&mut self, finding: String) {
        if self.findings.len() < MOST {
            self.findings.push(finding);
        }
    }
}

asuh_store::row_struct! {
    struct LotMove { lot_id: Id, from_account: Id, to_account: Id, amount: i64, from_outside: i64 }
}
asuh_store::row_struct! {
    struct LotRest { lot_id: Id, account_id: Id, amount: i64, held: i64 }
}
asuh_store::row_struct! {
    struct LotRow { id: Id, quantity: i64 }
}

/// Says which lots are wrong: reads the moves of all lots, lot by lot, beside the lots and their rests. The moves have to
/// be sorted for it, which is why it is done only once it is known that something is wrong.
async fn name_lots(db: &Reader, district: DistrictId, findings: &mut Vec<String>) -> Result<(), StoreError> {
    let outside: Vec<String> = AccountKind::ALL
        .into_iter()
        .filter(|kind| kind.is_outside())
        .map(|kind| format!("'{}'", kind.code()))
        .collect();
    let outside = outside.join(", ");
    let told = findings.len();
    let mut moves = db
        .stream::<LotMove>(
            &format!(
                "SELECT t.lot_id, l.from_account, l.to_account, t.amount, \
                 CAST(CASE WHEN a.kind IN ({outside}) AND x.reverses IS NULL THEN 1 ELSE 0 END AS BIGINT) AS from_outside FROM take t \
                 JOIN transfer_line l ON l.district_id = t.district_id AND l.transfer_id = t.transfer_id AND l.nth = t.nth \
                 JOIN transfer x ON x.district_id = t.district_id AND x.id = t.transfer_id \
                 JOIN account a ON a.district_id = l.district_id AND a.id = l.from_account \
                 WHERE t.district_id = $1 ORDER BY t.lot_id"
            ),
            args![district],
        )
        .await?;
    let mut rests = db
        .stream::<LotRest>(
            "SELECT lot_id, account_id, amount, held FROM lot_rest WHERE district_id = $1 AND amount > 0 \
             ORDER BY lot_id",
            args![district],
        )
        .await?;
    let mut lots = db
        .stream::<LotRow>("SELECT id, quantity FROM lot WHERE district_id = $1 ORDER BY id", args![district])
        .await?;
    let (mut next_move, mut next_rest) = (moves.try_next().await?, rests.try_next().await?);
    while let Some(lot) = lots.try_next().await? {
        if findings.len() - told >= MOST {
            findings.push("more lots are wrong: mend these first".to_owned());
            break;
        }
        let mut fold: std::collections::BTreeMap<Id, i64> = std::collections::BTreeMap::new();
        let mut came = 0_i64;
        while let Some(step) = next_move.take_if(|step| step.lot_id == lot.id) {
            if step.from_outside == 1 {
                came += step.amount;
            } else {
                *fold.entry(step.from_account).or_default() -= step.amount;
            }
            *fold.entry(step.to_account).or_default() += step.amount;
            next_move = moves.try_next().await?;
        }
        if came != lot.quantity {
            findings.push(format!("lot {}: {} came in, but it says {}", lot.id, came, lot.quantity));
        }
        while let Some(rest) = next_rest.take_if(|rest| rest.lot_id == lot.id) {
            let folded = fold.remove(&rest.account_id).unwrap_or(0);
            if folded != rest.amount {
                findings.push(format!(
                    "lot {}: {} left at account {}, but its moves add up to {folded}",
                    lot.id, rest.amount, rest.account_id
                ));
            }
            next_rest = rests.try_next().await?;
        }
        for (account, left) in fold.into_iter().filter(|(_, left)| *left != 0) {
            findings.push(format!(
                "lot {}: its moves leave {left} at account {account}, but none is there",
                lot.id
            ));
        }
    }
    Ok(())
}
