//! The proof of the books: every stored row against the rules, and every balance against the fold.

use std::collections::HashSet;

use asuh_ledger::{Account, AccountId, AccountKind, Auditor, LotId, LotSums, TransferId};
use asuh_store::{DistrictId, Id, Reader, StoreError, args};
use futures_util::TryStreamExt;

use crate::App;

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

/// Checks the district's books; each finding in words. Every table is read once, in the order of its key, and nothing is
/// kept of what was read but a few words for each account and each transfer that was taken back: what the lots' moves
/// leave is proven by [`LotSums`], and only where they do not add up are lots read one by one to say which.
///
/// # Errors
/// The store fails.
pub async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let reader = app.store.reader();
    let mut findings = Vec::new();
    let mut proof = Proof::new(*app.store.new_id().as_bytes(), *app.store.new_id().as_bytes());
    let mut accounts = reader
        .stream::<AccountRow>(
            "SELECT id, kind, fund, commodity FROM account WHERE district_id = $1",
            args![district],
        )
        .await?;
    while let Some(row) = accounts.try_next().await? {
        match (row.kind.parse(), row.fund.parse(), row.commodity.parse()) {
            (Ok(kind), Ok(fund), Ok(commodity)) => {
                proof.account(&Account { id: account(row.id), kind, fund, commodity });
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
        proof.auditor.reversal(transfer(row.id), transfer(row.reverses));
    }
    drop(reversals);
    // Three tables in the order of their primary keys: nothing is sorted.
    let mut rows = reader
        .stream::<TakeRow>(
            "SELECT t.id, t.reverses, l.nth, l.from_account, l.to_account, l.amount, k.lot_id, k.amount AS taken, \
             CAST(CASE WHEN l.moved_on = t.moved_on THEN 1 ELSE 0 END AS BIGINT) AS same_day FROM transfer t \
             LEFT JOIN transfer_line l ON l.district_id = t.district_id AND l.transfer_id = t.id \
             LEFT JOIN take k ON k.district_id = l.district_id AND k.transfer_id = l.transfer_id AND k.nth = l.nth \
             WHERE t.district_id = $1 ORDER BY t.id, l.nth, k.lot_id",
            args![district],
        )
        .await?;
    while let Some(row) = rows.try_next().await? {
        proof.row(&row);
    }
    proof.end_transfer();
    drop(rows);
    let mut balances = reader
        .stream::<BalanceRow>(
            "SELECT account_id, amount FROM balance WHERE district_id = $1",
            args![district],
        )
        .await?;
    while let Some(row) = balances.try_next().await? {
        proof.auditor.balance(&account(row.account_id), row.amount);
    }
    drop(balances);
    let mut lots = reader
        .stream::<LotRow>("SELECT id, quantity FROM lot WHERE district_id = $1", args![district])
        .await?;
    while let Some(row) = lots.try_next().await? {
        proof.lots.lot(lot(row.id), row.quantity);
    }
    drop(lots);
    let mut rests = reader
        .stream::<LotRest>(
            "SELECT lot_id, account_id, amount, held FROM lot_rest WHERE district_id = $1 AND amount > 0",
            args![district],
        )
        .await?;
    while let Some(row) = rests.try_next().await? {
        proof.held(&row);
        proof.lots.left(lot(row.lot_id), account(row.account_id), row.amount);
    }
    drop(rests);
    findings.append(&mut proof.findings);
    if !proof.lots.is_whole() {
        name_lots(reader, district, &mut findings).await?;
    }
    let audit = proof.auditor.finish();
    findings.extend(audit.findings.iter().map(ToString::to_string));
    if audit.count > audit.findings.len() as u64 {
        findings.push(format!("{} findings in all", audit.count));
    }
    Ok(findings)
}

/// What is proven while the rows go by.
struct Proof {
    auditor: Auditor,
    lots: LotSums,
    /// Accounts of the world outside: what leaves one of them, but to take something back, is a new lot. Few.
    outside: HashSet<AccountId>,
    /// Accounts of families: what they have is no stock any more.
    households: HashSet<AccountId>,
    transfer: Option<(Id, Option<Id>)>,
    lines: Vec<(AccountId, AccountId, i64)>,
    /// The line that is read: its place, and how much of it lots have not given yet.
    line: Option<(i64, i64, i64)>,
    findings: Vec<String>,
}

impl Proof {
    /// A proof with a key that nobody knows: of two fresh ids, because a part of each is the time.
    fn new(first: [u8; 16], second: [u8; 16]) -> Proof {
        let mut key = first;
        key.iter_mut().zip(second.iter().rev()).for_each(|(byte, other)| *byte ^= other);
        Proof {
            auditor: Auditor::new(),
            lots: LotSums::new(key),
            outside: HashSet::new(),
            households: HashSet::new(),
            transfer: None,
            lines: Vec::new(),
            line: None,
            findings: Vec::new(),
        }
    }

    fn account(&mut self, account: &Account) {
        if account.kind.is_outside() {
            self.outside.insert(account.id);
        } else if account.kind == AccountKind::Household {
            self.households.insert(account.id);
        }
        self.auditor.account(account);
    }

    fn row(&mut self, row: &TakeRow) {
        if self.transfer.is_none_or(|(id, _)| id != row.id) {
            self.end_transfer();
            self.transfer = Some((row.id, row.reverses));
        }
        let (Some(nth), Some(from), Some(to), Some(amount)) =
            (row.nth, row.from_account, row.to_account, row.amount)
        else {
            return;
        };
        let (from, to) = (account(from), account(to));
        if self.line.is_none_or(|(last, _, _)| last != nth) {
            self.end_line();
            self.line = Some((nth, amount, 0));
            if row.same_day == 0 && self.findings.len() < MOST {
                self.findings
                    .push(format!("transfer {}, line {nth}: has another day than its transfer", row.id));
            }
            self.lines.push((from, to, amount));
        }
        let (Some(of), Some(taken)) = (row.lot_id, row.taken) else { return };
        if let Some((_, _, sum)) = &mut self.line {
            *sum = sum.saturating_add(taken);
        }
        if row.reverses.is_none() && self.outside.contains(&from) {
            self.lots.came(lot(of), to, taken);
        } else {
            self.lots.went(lot(of), from, to, taken);
        }
    }

    fn held(&mut self, row: &LotRest) {
        let of = account(row.account_id);
        let held = !self.outside.contains(&of) && !self.households.contains(&of);
        if held != (row.held == 1) && self.findings.len() < MOST {
            let (lot, account) = (row.lot_id, row.account_id);
            self.findings
                .push(format!("lot {lot}: what is left at account {account} is in the wrong list of stock"));
        }
    }

    fn end_line(&mut self) {
        let (Some((id, _)), Some((nth, said, found))) = (self.transfer, self.line.take()) else { return };
        if said != found && self.findings.len() < MOST {
            self.findings.push(format!("transfer {id}, line {nth}: moves {said}, but of lots {found}"));
        }
    }

    fn end_transfer(&mut self) {
        self.end_line();
        if let Some((id, reverses)) = self.transfer.take() {
            self.auditor.transfer_rows(transfer(id), reverses.map(transfer), self.lines.drain(..));
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
