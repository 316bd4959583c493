//! The auditor finds each planted defect, and nothing where there is none.

use crate::world::{account, eggs, id, line, transfer};
use asuh_ledger::AccountKind::{Giver, Household, OfficePost, Warehouse};
use asuh_ledger::audit::MAX_FINDINGS;
use asuh_ledger::{
    Account, AccountId, Audit, Auditor, Commodity, Finding, Fund, Line, LineFault, Quantity, Transfer,
    TransferId, reversal_of,
};

/// What a database holds.
struct Records {
    accounts: Vec<Account>,
    transfers: Vec<Transfer>,
    stored: Vec<(AccountId, i64)>,
}

fn giver() -> Account {
    eggs(Giver, 0)
}
fn office() -> Account {
    eggs(OfficePost, 0)
}
fn warehouse() -> Account {
    eggs(Warehouse, 0)
}

/// Sound records: 40 eggs came, 30 went on; 5 too many were recorded and taken back.
fn sound() -> Records {
    let too_many = transfer(3, [line(giver(), office(), 5)]);
    let taken_back = reversal_of(&too_many, id(4), 20_001);
    Records {
        accounts: vec![giver(), office(), warehouse(), eggs(Household, 0)],
        transfers: vec![
            transfer(1, [line(giver(), office(), 40)]),
            transfer(2, [line(office(), warehouse(), 30)]),
            too_many,
            taken_back,
        ],
        stored: vec![(giver().id, -40), (office().id, 10), (warehouse().id, 30)],
    }
}

fn audit(records: &Records) -> Audit {
    let mut auditor = Auditor::new();
    records.accounts.iter().for_each(|account| auditor.account(account));
    for transfer in &records.transfers {
        transfer.reverses.into_iter().for_each(|original| auditor.reversal(transfer.id, original));
    }
    records.transfers.iter().for_each(|transfer| auditor.transfer(transfer));
    records.stored.iter().for_each(|(account, balance)| auditor.balance(account, *balance));
    auditor.finish()
}

#[track_caller]
fn finds(plant: impl FnOnce(&mut Records), expected: impl Into<Vec<Finding>>) {
    let mut records = sound();
    plant(&mut records);
    let audit = audit(&records);
    let expected = expected.into();
    assert_eq!(audit.count, expected.len() as u64);
    assert_eq!(audit.findings, expected);
    assert!(!audit.is_clean());
}

fn at_line(transfer: TransferId, line: usize, fault: LineFault) -> Finding {
    Finding::Line { transfer, line, fault }
}

fn balance(account: Account, stored: impl Into<Option<i64>>, fold: i128) -> Finding {
    Finding::Balance { account: account.id, stored: stored.into(), fold }
}

#[test]
fn sound_records_are_clean() {
    let audit = audit(&sound());
    assert_eq!(audit, Audit { accounts: 4, transfers: 4, lines: 4, ..Audit::default() });
    assert!(audit.is_clean());
}

#[test]
fn a_stored_balance_that_is_not_the_fold() {
    finds(|records| records.stored[1].1 = 11, [balance(office(), 11, 10)]);
    finds(|records| records.stored.truncate(2), [balance(warehouse(), None, 30)]);
    let stranger = eggs(Household, 9).id;
    finds(|records| records.stored.push((stranger, 0)), [Finding::BalanceOfUnknown(stranger)]);
}

#[test]
fn a_line_that_was_changed() {
    let less = |records: &mut Records| records.transfers[1].lines[0].amount = Quantity::of(29);
    finds(less, [balance(office(), 10, 11), balance(warehouse(), 30, 29)]);
    let nothing = Line { amount: Quantity::ZERO, ..line(office(), warehouse(), 1) };
    let zero = |records: &mut Records| records.transfers[1].lines.push(nothing);
    finds(zero, [at_line(id(2), 1, LineFault::NoAmount)]);
    let circle = |records: &mut Records| records.transfers[1].lines.push(line(office(), office(), 1));
    finds(circle, [at_line(id(2), 1, LineFault::SameAccount(office().id))]);
    finds(
        |records| records.transfers.push(transfer(5, [])),
        [Finding::LineCount { transfer: id(5), lines: 0 }],
    );
}

#[test]
fn an_amount_below_zero_which_only_the_database_can_hold() {
    let mut auditor = Auditor::new();
    [giver(), office()].iter().for_each(|account| auditor.account(account));
    auditor.transfer_rows(id(1), None, [(office().id, giver().id, -7)]);
    auditor.balance(&office().id, 7);
    auditor.balance(&giver().id, -7);
    assert_eq!(auditor.finish().findings, [at_line(id(1), 0, LineFault::NoAmount)]);
}

#[test]
fn funds_and_commodities_that_were_mixed() {
    for (fund, commodity, fault) in [
        (Fund::ZAKAT, Commodity::EGG, LineFault::DifferentFund),
        (Fund::ASN, Commodity::RICE, LineFault::DifferentCommodity),
    ] {
        let other = account(Warehouse, 1, fund, commodity);
        let mix = |records: &mut Records| {
            records.accounts.push(other);
            records.transfers.push(transfer(5, [line(office(), other, 10)]));
            records.stored[1].1 = 0;
            records.stored.push((other.id, 10));
        };
        finds(mix, [at_line(id(5), 0, fault)]);
    }
}

#[test]
fn a_line_whose_account_is_gone() {
    let stranger = eggs(Warehouse, 9);
    let from_nowhere = |records: &mut Records| {
        records.transfers.push(transfer(5, [line(stranger, office(), 1)]));
        records.stored[1].1 = 11;
    };
    finds(from_nowhere, [at_line(id(5), 0, LineFault::UnknownAccount(stranger.id))]);
}

#[test]
fn stock_below_nothing_at_the_end() {
    let drawn_over = |records: &mut Records| {
        records.transfers.push(transfer(5, [line(office(), warehouse(), 12)]));
        (records.stored[1].1, records.stored[2].1) = (-2, 42);
    };
    finds(drawn_over, [Finding::Negative { account: office().id, kind: OfficePost, balance: -2 }]);
    let family = eggs(Household, 0);
    let returned = |records: &mut Records| {
        records.transfers.push(transfer(5, [line(family, warehouse(), 1)]));
        records.stored[2].1 = 31;
        records.stored.push((family.id, -1));
    };
    finds(returned, [Finding::Negative { account: family.id, kind: Household, balance: -1 }]);
    // The order of records made at the same moment is not the order of the facts: only the end counts.
    let mut swapped = sound();
    swapped.transfers.swap(0, 1);
    assert!(audit(&swapped).is_clean());
}

#[test]
fn reversals_that_could_not_have_been_posted() {
    let (reversal, original) = (id(4), id(3));
    finds(
        |records| drop(records.transfers.remove(2)),
        [
            balance(giver(), -40, -35),
            balance(office(), 10, 5),
            Finding::UnknownOriginal { reversal, original },
        ],
    );
    let twice = |records: &mut Records| {
        let again = reversal_of(&records.transfers[2], id(5), 20_001);
        records.transfers.push(again);
        (records.stored[0].1, records.stored[1].1) = (-35, 5);
    };
    finds(twice, [Finding::ReversedTwice { original, first: reversal, second: id(5) }]);
    let back_again = |records: &mut Records| {
        let again = reversal_of(&records.transfers[3], id(5), 20_001);
        records.transfers.push(again);
        (records.stored[0].1, records.stored[1].1) = (-45, 15);
    };
    finds(back_again, [Finding::ReversalOfReversal { reversal: id(5), original: id(4) }]);
    let half = |records: &mut Records| {
        records.transfers[3].lines[0].amount = Quantity::of(4);
        (records.stored[0].1, records.stored[1].1) = (-41, 11);
    };
    finds(half, [Finding::NotMirror { reversal, original }]);
}

#[test]
fn an_account_that_is_there_twice() {
    finds(|records| records.accounts.push(office()), [Finding::AccountTwice(office().id)]);
}

#[test]
fn findings_are_all_counted_and_some_kept() {
    let mut records = sound();
    records.stored = (0..3000).map(|_| (office().id, 11)).collect();
    let audit = audit(&records);
    assert_eq!(audit.findings.len(), MAX_FINDINGS);
    assert_eq!(audit.count, 3002, "3000 wrong balances, and two accounts without one");
}
