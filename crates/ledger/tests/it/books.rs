//! One example and one refusal for each rule.

use crate::world::{account, books, eggs, id, line, transfer};
use asuh_ledger::AccountKind::{Courier, FundHolder, Giver, Household, Market, OfficePost, Warehouse, Waste};
use asuh_ledger::{
    Account, AccountKind, Books, Commodity, Fund, LedgerError, LineFault, Posted, Quantity, Shortage,
    Transfer, check_balance, check_lines, check_reversal, reversal_of,
};

fn giver() -> Account {
    eggs(Giver, 0)
}
fn office() -> Account {
    eggs(OfficePost, 0)
}
fn warehouse() -> Account {
    eggs(Warehouse, 0)
}
fn household() -> Account {
    eggs(Household, 0)
}

/// Everybody there is; the office has 40 eggs, by transfer 1.
fn monday() -> Books {
    let zakat = account(Warehouse, 0, Fund::ZAKAT, Commodity::EGG);
    let rice = account(Warehouse, 0, Fund::ASN, Commodity::RICE);
    let mut books =
        books([giver(), office(), warehouse(), household(), eggs(Waste, 0), eggs(Courier, 0), zakat, rice]);
    assert_eq!(books.post(transfer(1, [line(giver(), office(), 40)])), Ok(Posted::New));
    books
}

#[track_caller]
fn refused(transfer: Transfer, why: LedgerError) {
    let mut books = monday();
    let before = books.clone();
    assert_eq!(books.post(transfer), Err(why));
    assert_eq!(books, before, "a refusal changes nothing");
}

fn at(line: usize, fault: LineFault) -> LedgerError {
    LedgerError::Line { line, fault }
}

fn short(account: Account, missing: u64) -> LedgerError {
    Shortage { kind: account.kind, missing }.at(account.id)
}

#[test]
fn eggs_go_the_whole_way_and_none_is_lost() {
    let (courier, waste) = (eggs(Courier, 0), eggs(Waste, 0));
    let mut books = monday();
    for (number, lines) in [
        (2, vec![line(office(), warehouse(), 38), line(office(), waste, 2)]),
        (3, vec![line(warehouse(), courier, 30)]),
        (4, vec![line(courier, household(), 27), line(courier, warehouse(), 3)]),
    ] {
        assert_eq!(books.post(transfer(number, lines)), Ok(Posted::New));
    }
    let held = [giver(), office(), warehouse(), courier, household(), waste].map(|a| books.balance(&a.id));
    assert_eq!(held, [-40, 0, 11, 0, 27, 2].map(Some));
    assert_eq!(books.total(Commodity::EGG, Fund::ASN), 0);
    assert_eq!(books.log().len(), 4);
}

#[test]
fn a_purchase_is_one_transfer_of_money_there_and_goods_back() {
    let money = [FundHolder, Market, Giver].map(|kind| account(kind, 0, Fund::CSR, Commodity::CASH));
    let rice = [Market, Warehouse].map(|kind| account(kind, 0, Fund::CSR, Commodity::RICE));
    let mut books = books(money.into_iter().chain(rice));
    books.post(transfer(1, [line(money[2], money[0], 450_000)])).unwrap();
    books.post(transfer(2, [line(money[0], money[1], 300_000), line(rice[0], rice[1], 20_000)])).unwrap();
    assert_eq!(books.balance(&money[0].id), Some(150_000));
    assert_eq!(books.balance(&rice[1].id), Some(20_000));
    assert_eq!(books.total(Commodity::CASH, Fund::CSR), 0);
    assert_eq!(books.total(Commodity::RICE, Fund::CSR), 0);
}

#[test]
fn lines_that_are_wrong_by_themselves() {
    let good = line(office(), warehouse(), 1);
    let stranger = eggs(Courier, 9);
    let zakat = account(Warehouse, 0, Fund::ZAKAT, Commodity::EGG);
    let rice = account(Warehouse, 0, Fund::ASN, Commodity::RICE);
    let mut nothing = good;
    nothing.amount = Quantity::ZERO;
    refused(transfer(2, [good, nothing]), at(1, LineFault::NoAmount));
    refused(transfer(2, [line(office(), office(), 1)]), at(0, LineFault::SameAccount(office().id)));
    refused(transfer(2, [good, line(office(), stranger, 1)]), at(1, LineFault::UnknownAccount(stranger.id)));
    refused(transfer(2, [line(stranger, office(), 1)]), at(0, LineFault::UnknownAccount(stranger.id)));
    refused(transfer(2, [line(office(), zakat, 1)]), at(0, LineFault::DifferentFund));
    refused(transfer(2, [line(office(), rice, 1)]), at(0, LineFault::DifferentCommodity));
}

/// Each line is right by itself: only together would infak's money become eggs of the civil servants.
#[test]
fn what_one_fund_paid_is_never_anothers() {
    let money = [Giver, FundHolder, Market].map(|kind| account(kind, 0, Fund::INFAK, Commodity::CASH));
    let (market, shelf) = (eggs(Market, 0), warehouse());
    let mut books = books(money.into_iter().chain([market, shelf]));
    books.post(transfer(1, [line(money[0], money[1], 450_000)])).unwrap();
    let before = books.clone();
    let crossed = transfer(2, [line(money[1], money[2], 60_000), line(market, shelf, 30)]);
    let refused = Err(LedgerError::SeveralFunds(Fund::INFAK, Fund::ASN));
    assert_eq!(books.post(crossed), refused);
    assert_eq!(books, before, "a refusal changes nothing");
}

#[test]
fn a_transfer_has_1_to_64_lines() {
    let one = line(giver(), office(), 1);
    refused(transfer(2, []), LedgerError::LineCount(0));
    refused(transfer(2, vec![one; 65]), LedgerError::LineCount(65));
    assert_eq!(monday().post(transfer(2, vec![one; 64])), Ok(Posted::New));
}

#[test]
fn only_the_world_outside_may_be_negative() {
    for kind in AccountKind::ALL {
        let lacks = Shortage { kind, missing: 1 };
        assert_eq!(check_balance(kind, -1), if kind.is_outside() { Ok(()) } else { Err(lacks) });
        assert_eq!(check_balance(kind, 0), Ok(()));
    }
    refused(transfer(2, [line(office(), warehouse(), 41)]), short(office(), 1));
    refused(transfer(2, [line(household(), warehouse(), 1)]), short(household(), 1));
    refused(
        transfer(
            2,
            [line(giver(), office(), 5), line(office(), warehouse(), 40), line(office(), warehouse(), 8)],
        ),
        short(office(), 3),
    );
}

#[test]
fn lines_take_what_is_there_when_their_turn_comes() {
    let too_early = [line(warehouse(), household(), 40), line(office(), warehouse(), 40)];
    refused(transfer(2, too_early), short(warehouse(), 40));
    let mut books = monday();
    let through = [line(office(), warehouse(), 40), line(warehouse(), household(), 40)];
    assert_eq!(books.post(transfer(2, through)), Ok(Posted::New));
    assert_eq!(books.balance(&household().id), Some(40));
    assert_eq!(books.balance(&warehouse().id), Some(0));
}

#[test]
fn amounts_never_wrap() {
    let found = eggs(Waste, 0);
    refused(transfer(2, [line(found, office(), i64::MAX)]), LedgerError::Overflow(office().id));
    refused(transfer(2, [line(giver(), warehouse(), i64::MAX)]), LedgerError::Overflow(giver().id));
    // It would fit once, but could never be taken back.
    let far = [line(found, warehouse(), i64::MAX), line(found, household(), 1)];
    refused(transfer(2, far), LedgerError::Overflow(found.id));
    let mut books = monday();
    let most = i64::MAX - 40;
    assert_eq!(books.post(transfer(2, [line(giver(), warehouse(), most)])), Ok(Posted::New));
    assert_eq!(books.total(Commodity::EGG, Fund::ASN), 0);
}

#[test]
fn the_same_transfer_again_counts_once() {
    let mut books = monday();
    let before = books.clone();
    assert_eq!(books.post(transfer(1, [line(giver(), office(), 40)])), Ok(Posted::Already));
    assert_eq!(books, before);
    refused(transfer(1, [line(giver(), office(), 41)]), LedgerError::TransferExists(id(1)));
    let mut other_day = transfer(1, [line(giver(), office(), 40)]);
    other_day.day += 1;
    refused(other_day, LedgerError::TransferExists(id(1)));
}

#[test]
fn an_account_opens_once_and_never_changes() {
    let mut books = monday();
    assert_eq!(books.open(office()), Ok(()));
    assert_eq!(books.balance(&office().id), Some(40), "opening again empties nothing");
    let other = Account { kind: Warehouse, ..office() };
    assert_eq!(books.open(other), Err(LedgerError::AccountExists(office().id)));
    assert_eq!(books.account(&office().id), Some(&office()));
}

#[test]
fn a_reversal_takes_back_all_of_it_once() {
    let mut books = monday();
    let original = books.transfer(&id(1)).unwrap().clone();
    let reversal = reversal_of(&original, id(2), original.day + 3);
    assert_eq!(books.post(reversal.clone()), Ok(Posted::New));
    assert!(books.balances().all(|(_, balance)| balance == 0));
    assert_eq!(books.reversed_by(&id(1)), Some(id(2)));
    assert_eq!(books.post(reversal), Ok(Posted::Already));
    let again = books.post(reversal_of(&original, id(3), original.day));
    assert_eq!(again, Err(LedgerError::AlreadyReversed { original: id(1), by: id(2) }));
    let back = reversal_of(books.transfer(&id(2)).unwrap(), id(4), original.day + 3);
    assert_eq!(books.post(back), Err(LedgerError::ReversalOfReversal(id(2))));
    assert_eq!(books.post(transfer(5, original.lines)), Ok(Posted::New), "recorded anew");
}

#[test]
fn reversals_that_are_refused() {
    let original = transfer(1, [line(giver(), office(), 40)]);
    let mirror = reversal_of(&original, id(2), original.day);
    refused(Transfer { reverses: Some(id(9)), ..mirror.clone() }, LedgerError::UnknownOriginal(id(9)));
    refused(Transfer { reverses: Some(id(2)), ..mirror.clone() }, LedgerError::UnknownOriginal(id(2)));
    refused(Transfer { day: original.day - 1, ..mirror.clone() }, LedgerError::ReversalTooEarly(id(1)));
    for lines in [
        vec![line(office(), giver(), 39)],
        vec![line(giver(), office(), 40)],
        vec![line(office(), giver(), 20); 2],
        vec![line(office(), giver(), 40), line(giver(), office(), 1)],
    ] {
        refused(Transfer { lines, ..mirror.clone() }, LedgerError::NotMirror(id(1)));
    }
    // What has gone on its way cannot be taken back before the way is.
    let mut books = monday();
    books.post(transfer(3, [line(office(), warehouse(), 30)])).unwrap();
    assert_eq!(books.post(mirror.clone()), Err(short(office(), 30)));
    let way = reversal_of(books.transfer(&id(3)).unwrap(), id(4), original.day);
    assert_eq!(books.post(way), Ok(Posted::New));
    assert_eq!(books.post(mirror), Ok(Posted::New));
}

#[test]
fn what_the_application_calls_says_the_same_as_the_books() {
    let all = [giver(), office(), warehouse(), household()];
    let known = |id: &_| all.iter().find(|account| account.id == *id).map(Account::reference);
    let lines = [
        line(office(), warehouse(), 7),
        line(giver(), office(), 7),
        line(warehouse(), household(), 2),
        line(giver(), household(), 1),
    ];
    let deltas = check_lines(&lines, known).unwrap();
    let mut expected = vec![(giver().id, -8), (warehouse().id, 5), (household().id, 3)];
    expected.sort();
    assert_eq!(deltas, expected, "sorted by account, without the office whose balance stays");

    let original = transfer(1, lines);
    let reversal = reversal_of(&original, id(2), 20_000);
    assert_eq!(check_reversal(&original, None, None), Ok(()), "no reversal at all");
    assert_eq!(check_reversal(&reversal, Some(&original), None), Ok(()));
    let other = transfer(7, lines);
    assert_eq!(check_reversal(&reversal, Some(&other), None), Err(LedgerError::UnknownOriginal(id(1))));
    let twice = LedgerError::AlreadyReversed { original: id(1), by: id(5) };
    assert_eq!(check_reversal(&reversal, Some(&original), Some(id(5))), Err(twice));
    let back: Vec<_> = deltas.into_iter().map(|(account, delta)| (account, -delta)).collect();
    assert_eq!(check_lines(&reversal.lines, known), Ok(back));
}
