//! The proof of the books: every stored row against the rules, and every balance against the fold.

use asuh_ledger::{Account, AccountId, Auditor, TransferId};
use asuh_store::{DistrictId, Id, Query, StoreError, args};
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

/// Findings of one kind that are told one by one.
const MOST: i64 = 20;

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
    check_lots(reader, district, &mut findings).await?;
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

asuh_store::row_struct! {
    struct WrongSum { a: Id, n: i64, said: i64, found: i64 }
}
asuh_store::row_struct! {
    struct LotMove { lot_id: Id, from_account: Id, to_account: Id, amount: i64, from_outside: i64 }
}
asuh_store::row_struct! {
    struct LotRest { lot_id: Id, account_id: Id, amount: i64 }
}
asuh_store::row_struct! {
    struct LotRow { id: Id, quantity: i64 }
}

/// Checks that every line takes from lots exactly what it moves, that what is left of each lot is the fold of what was
/// taken of it, that nothing of a lot is gone, and that the lots at a place add up to its balance. One lot in memory at a
/// time.
async fn check_lots(
    db: &asuh_store::Reader,
    district: DistrictId,
    findings: &mut Vec<String>,
) -> Result<(), StoreError> {
    let wrong: Vec<WrongSum> = db
        .all(
            "SELECT l.transfer_id AS a, l.nth AS n, l.amount AS said, \
             (SELECT CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) FROM take t WHERE t.district_id = l.district_id \
             AND t.transfer_id = l.transfer_id AND t.nth = l.nth) AS found \
             FROM transfer_line l WHERE l.district_id = $1 AND l.amount <> \
             (SELECT COALESCE(SUM(t.amount), 0) FROM take t WHERE t.district_id = l.district_id \
             AND t.transfer_id = l.transfer_id AND t.nth = l.nth) ORDER BY l.transfer_id, l.nth LIMIT $2",
            args![district, MOST],
        )
        .await?;
    for row in wrong {
        findings.push(format!(
            "transfer {}, line {}: moves {}, but of lots {}",
            row.a, row.n, row.said, row.found
        ));
    }
    let outside: Vec<String> = asuh_ledger::AccountKind::ALL
        .into_iter()
        .filter(|kind| kind.is_outside())
        .map(|kind| format!("'{}'", kind.code()))
        .collect();
    let outside = outside.join(", ");
    let wrong: Vec<WrongSum> = db
        .all(
            &format!(
                "SELECT a.id AS a, CAST(0 AS BIGINT) AS n, COALESCE(b.amount, 0) AS said, \
                 (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM lot_rest r \
                 WHERE r.district_id = a.district_id AND r.account_id = a.id) AS found FROM account a \
                 LEFT JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
                 WHERE a.district_id = $1 AND a.kind NOT IN ({outside}) AND COALESCE(b.amount, 0) <> \
                 (SELECT COALESCE(SUM(r.amount), 0) FROM lot_rest r WHERE r.district_id = a.district_id \
                 AND r.account_id = a.id) ORDER BY a.id LIMIT $2"
            ),
            args![district, MOST],
        )
        .await?;
    for row in wrong {
        findings.push(format!("account {} holds {}, but of lots {}", row.a, row.said, row.found));
    }
    fold_lots(db, district, &outside, findings).await
}

/// Reads the moves of all lots, lot by lot, beside the lots and their rests.
async fn fold_lots(
    db: &asuh_store::Reader,
    district: DistrictId,
    outside: &str,
    findings: &mut Vec<String>,
) -> Result<(), StoreError> {
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
            "SELECT lot_id, account_id, amount FROM lot_rest WHERE district_id = $1 AND amount > 0 ORDER BY lot_id",
            args![district],
        )
        .await?;
    let mut lots = db
        .stream::<LotRow>("SELECT id, quantity FROM lot WHERE district_id = $1 ORDER BY id", args![district])
        .await?;
    let (mut next_move, mut next_rest) = (moves.try_next().await?, rests.try_next().await?);
    while let Some(lot) = lots.try_next().await? {
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
