//! The proof of the books: every stored row against the rules, and every balance against the fold.

use asuh_ledger::{Account, AccountId, Auditor, TransferId};
use asuh_store::{DistrictId, Id, StoreError, args};
use futures_util::TryStreamExt;

use crate::App;

asuh_store::row_struct! {
    struct AccountRow { id: Id, kind: String, fund: String, commodity: String }
}
asuh_store::row_struct! {
    struct LineRow { transfer_id: Id, reverses: Option<Id>, from_account: Id, to_account: Id, amount: i64 }
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

/// Checks the district's books; each finding in words. Streams: memory grows with accounts, not with lines.
///
/// # Errors
/// The store fails.
pub async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let reader = app.store.reader();
    let mut auditor = Auditor::new();
    let mut findings = Vec::new();
    let mut accounts = reader
        .stream::<AccountRow>(
            "SELECT id, kind, fund, commodity FROM account WHERE district_id = $1",
            args![district],
        )
        .await?;
    while let Some(row) = accounts.try_next().await? {
        match (row.kind.parse(), row.fund.parse(), row.commodity.parse()) {
            (Ok(kind), Ok(fund), Ok(commodity)) => {
                auditor.account(&Account { id: account(row.id), kind, fund, commodity });
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
    // In recorded order, lines of one transfer together.
    let mut lines = reader
        .stream::<LineRow>(
            "SELECT l.transfer_id, t.reverses, l.from_account, l.to_account, l.amount FROM transfer t \
             JOIN transfer_line l ON l.district_id = t.district_id AND l.transfer_id = t.id \
             WHERE t.district_id = $1 ORDER BY t.recorded_at, t.id, l.nth",
            args![district],
        )
        .await?;
    let mut current: Option<(Id, Option<Id>)> = None;
    let mut held: Vec<(AccountId, AccountId, i64)> = Vec::new();
    while let Some(row) = lines.try_next().await? {
        if current.is_some_and(|(id, _)| id != row.transfer_id) {
            flush(&mut auditor, current, &mut held);
        }
        current = Some((row.transfer_id, row.reverses));
        held.push((account(row.from_account), account(row.to_account), row.amount));
    }
    flush(&mut auditor, current, &mut held);
    drop(lines);
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
    let audit = auditor.finish();
    findings.extend(audit.findings.iter().map(ToString::to_string));
    if audit.count > audit.findings.len() as u64 {
        findings.push(format!("{} findings in all", audit.count));
    }
    Ok(findings)
}

fn flush(
    auditor: &mut Auditor,
    current: Option<(Id, Option<Id>)>,
    held: &mut Vec<(AccountId, AccountId, i64)>,
) {
    if let Some((id, reverses)) = current {
        auditor.transfer_rows(transfer(id), reverses.map(transfer), held.drain(..));
    }
}
