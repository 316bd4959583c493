//! The ledger's door, on both engines.

use asuh_ground::books::{self, AccountKind, Commodity, Fund, Holding, Move, Spot, Transfer, TransferKind};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Fault, Id, Query, Rejection, Tx, args};
use serde::{Deserialize, Serialize};
use time::macros::date;

use crate::support::{KERINCI, TestApp};

const OFFICE: [u8; 16] = [1; 16];
const WAREHOUSE: [u8; 16] = [2; 16];

fn holding(kind: AccountKind, place: [u8; 16]) -> Holding {
    Holding::new(kind, Id::from_bytes(place), Fund::ASN, Commodity::EGG)
}

/// Moves eggs between two accounts.
#[derive(Serialize, Deserialize)]
struct MoveEggs {
    collect: bool,
    amount: i64,
}

impl Command for MoveEggs {
    const KIND: &'static str = "test.move_eggs";
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let spot = |kind, place| Spot::new(kind, Id::from_bytes(place));
        let office = spot(AccountKind::OfficePost, OFFICE);
        let (kind, from, to) = if self.collect {
            (TransferKind::Collected, spot(AccountKind::Giver, OFFICE), office)
        } else {
            (TransferKind::Received, office, spot(AccountKind::Warehouse, WAREHOUSE))
        };
        let moves = vec![Move::new(Commodity::EGG, from, to, self.amount)];
        let cause = Id::from_bytes([9; 16]);
        let (day, fund) = (date!(2026 - 11 - 02), Fund::ASN);
        let transfer = Transfer { kind, fund, day, cause, reason: String::new(), moves };
        books::post(tx, transfer).await
    }
}

#[derive(Serialize, Deserialize)]
struct Reverse(Id);

impl Command for Reverse {
    const KIND: &'static str = "test.reverse";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        books::reverse(tx, self.0, date!(2026 - 11 - 03), "salah hitung").await
    }
}

#[derive(Serialize, Deserialize)]
struct ReverseOn(Id, time::Date);

impl Command for ReverseOn {
    const KIND: &'static str = "test.reverse_on";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        books::reverse(tx, self.0, self.1, "salah keluarga").await
    }
}

async fn eggs(test: &TestApp, kind: AccountKind, place: [u8; 16]) -> i64 {
    books::balance(test.app.store.reader(), KERINCI, &holding(kind, place)).await.unwrap()
}

async fn moved(test: &TestApp, collect: bool, amount: i64) -> Result<Option<Id>, Rejection> {
    let sent = test.app.store.submit(test.envelope(Id::SYSTEM), MoveEggs { collect, amount }).await;
    sent.map(|receipt| receipt.value)
}

/// What is left at a place: (day it came in, day it expires, amount), in the order in which it is given out.
async fn left(test: &TestApp, kind: AccountKind, place: [u8; 16]) -> Vec<(i64, i64, i64)> {
    let account = books::account_id(KERINCI, &holding(kind, place));
    let rows: Vec<Left> = test
        .app
        .store
        .reader()
        .all(
            "SELECT since, use_by, amount FROM lot_rest WHERE district_id = $1 AND account_id = $2 AND amount > 0 \
             ORDER BY use_by, since, lot_id",
            args![KERINCI, Id::from_bytes(*account.as_bytes())],
        )
        .await
        .unwrap();
    rows.into_iter().map(|row| (row.since, row.use_by, row.amount)).collect()
}

asuh_store::row_struct! {
    struct Left { since: i64, use_by: i64, amount: i64 }
}

/// Brings or moves eggs on a day.
#[derive(Serialize, Deserialize)]
struct OnDay {
    from: (AccountKind, [u8; 16]),
    to: (AccountKind, [u8; 16]),
    amount: i64,
    day: time::Date,
}

impl Command for OnDay {
    const KIND: &'static str = "test.on_day";
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let spot = |(kind, place)| Spot::new(kind, Id::from_bytes(place));
        let moves = vec![Move::new(Commodity::EGG, spot(self.from), spot(self.to), self.amount)];
        let (kind, fund, cause) = (TransferKind::Moved, Fund::ASN, Id::from_bytes([9; 16]));
        let transfer = Transfer { kind, fund, day: self.day, cause, reason: String::new(), moves };
        books::post(tx, transfer).await
    }
}

/// Closes a place as a stock-take does.
#[derive(Serialize, Deserialize)]
pub(crate) struct Closing {
    pub(crate) place: Id,
    pub(crate) through: time::Date,
}

impl Command for Closing {
    const KIND: &'static str = "test.close_books";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        Ok(books::close_period(tx, self.place, self.through, Id::from_bytes([8; 16])).await?)
    }
}

fn closing(through: time::Date) -> Closing {
    Closing { place: Id::from_bytes(WAREHOUSE), through }
}

const GIVERS: (AccountKind, [u8; 16]) = (AccountKind::Giver, OFFICE);
const STORE: (AccountKind, [u8; 16]) = (AccountKind::Warehouse, WAREHOUSE);
const FAMILY: (AccountKind, [u8; 16]) = (AccountKind::Household, [3; 16]);

async fn on_day(
    test: &TestApp,
    from: (AccountKind, [u8; 16]),
    to: (AccountKind, [u8; 16]),
    amount: i64,
    day: time::Date,
) -> Result<Option<Id>, Rejection> {
    let sent = test.app.store.submit(test.envelope(Id::SYSTEM), OnDay { from, to, amount, day }).await;
    sent.map(|receipt| receipt.value)
}

async fn eggs_keep(test: &TestApp, days: Option<i64>) {
    test.sql("DELETE FROM commodity WHERE code = 'egg'", args![]).await;
    test.sql(
        "INSERT INTO commodity (district_id, code, name, unit, kind, grams_per_unit, keeps_days, nth) \
         VALUES ($1, 'egg', 'Telur', 'butir', 'goods', NULL, $2, 1)",
        args![KERINCI, days],
    )
    .await;
}

#[db_test]
async fn the_eggs_that_expire_first_leave_first_and_can_be_followed(db: TestDatabase) {
    let test = TestApp::start(db).await;
    // Those of the 9th were brought when eggs were still kept three weeks, so they expire after those of the 16th.
    eggs_keep(&test, Some(21)).await;
    on_day(&test, GIVERS, STORE, 10, date!(2026 - 11 - 09)).await.unwrap();
    eggs_keep(&test, Some(7)).await;
    on_day(&test, GIVERS, STORE, 6, date!(2026 - 11 - 16)).await.unwrap();
    assert_eq!(
        left(&test, STORE.0, STORE.1).await,
        [(20_261_116, 20_261_123, 6), (20_261_109, 20_261_130, 10)]
    );
    let delivered = on_day(&test, STORE, FAMILY, 8, date!(2026 - 11 - 17)).await.unwrap().unwrap();
    assert_eq!(
        left(&test, FAMILY.0, FAMILY.1).await,
        [(20_261_116, 20_261_123, 6), (20_261_109, 20_261_130, 2)]
    );
    assert_eq!(left(&test, STORE.0, STORE.1).await, [(20_261_109, 20_261_130, 8)]);
    // Taken back, the same eggs lie there again.
    test.app
        .store
        .submit(test.envelope(Id::SYSTEM), ReverseOn(delivered, date!(2026 - 11 - 18)))
        .await
        .unwrap();
    assert_eq!(
        left(&test, STORE.0, STORE.1).await,
        [(20_261_116, 20_261_123, 6), (20_261_109, 20_261_130, 10)]
    );
    assert_eq!(left(&test, FAMILY.0, FAMILY.1).await, []);
    assert_eq!(books::check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn a_closed_period_stays_closed(db: TestDatabase) {
    let test = TestApp::start(db).await;
    eggs_keep(&test, None).await;
    on_day(&test, GIVERS, STORE, 10, date!(2026 - 11 - 09)).await.unwrap();
    test.app.store.submit(test.envelope(Id::SYSTEM), closing(date!(2026 - 11 - 15))).await.unwrap();
    let Err(Rejection::Refused(refusal)) = on_day(&test, STORE, FAMILY, 1, date!(2026 - 11 - 15)).await
    else {
        panic!("posted into a closed period")
    };
    assert_eq!(refusal.code, "books.refused.closed");
    assert_eq!(refusal.args, [("day".to_owned(), "15 Nov 2026".to_owned())]);
    on_day(&test, STORE, FAMILY, 1, date!(2026 - 11 - 16)).await.unwrap();
    // Closing an earlier day opens nothing again.
    test.app.store.submit(test.envelope(Id::SYSTEM), closing(date!(2026 - 11 - 01))).await.unwrap();
    assert!(on_day(&test, STORE, FAMILY, 1, date!(2026 - 11 - 10)).await.is_err());
    assert_eq!(books::check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn the_check_finds_what_is_wrong_with_lots(db: TestDatabase) {
    let test = TestApp::start(db).await;
    eggs_keep(&test, None).await;
    on_day(&test, GIVERS, STORE, 10, date!(2026 - 11 - 09)).await.unwrap();
    on_day(&test, STORE, FAMILY, 4, date!(2026 - 11 - 10)).await.unwrap();
    assert_eq!(books::check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
    for (table, column, finding) in [
        ("take", "amount", "but of lots"),
        ("lot_rest", "amount", "left at account"),
        ("lot", "quantity", "but it says"),
        ("lot_rest", "held", "in the wrong list of stock"),
        ("transfer_line", "moved_on", "another day than its transfer"),
    ] {
        test.sql(&format!("UPDATE {table} SET {column} = {column} + 1"), args![]).await;
        let findings = books::check(&test.app, KERINCI).await.unwrap();
        assert!(findings.iter().any(|told| told.contains(finding)), "{table}: {findings:?}");
        test.sql(&format!("UPDATE {table} SET {column} = {column} - 1"), args![]).await;
    }
    assert_eq!(books::check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn eggs_move_and_never_fall_below_zero(db: TestDatabase) {
    let test = TestApp::start(db).await;
    moved(&test, true, 38).await.unwrap();
    moved(&test, false, 30).await.unwrap();
    assert_eq!(eggs(&test, AccountKind::OfficePost, OFFICE).await, 8);
    assert_eq!(eggs(&test, AccountKind::Warehouse, WAREHOUSE).await, 30);
    let Err(Rejection::Refused(refusal)) = moved(&test, false, 9).await else { panic!("9 of 8 eggs") };
    assert_eq!(refusal.code, "books.refused.short");
    assert_eq!(eggs(&test, AccountKind::OfficePost, OFFICE).await, 8);
    assert_eq!(moved(&test, true, 0).await.unwrap(), None, "nothing moved, nothing written");
    assert!(moved(&test, true, -5).await.is_err());
    assert_eq!(books::check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn a_reversal_takes_back_once_and_only_what_is_still_there(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let collected = moved(&test, true, 10).await.unwrap().unwrap();
    let received = moved(&test, false, 10).await.unwrap().unwrap();
    let reverse = |id| test.app.store.submit(test.envelope(Id::SYSTEM), Reverse(id));
    assert!(
        matches!(reverse(collected).await, Err(Rejection::Refused(r)) if r.code == "books.refused.short")
    );
    let reversal = reverse(received).await.unwrap().value;
    assert_eq!(eggs(&test, AccountKind::OfficePost, OFFICE).await, 10);
    assert!(
        matches!(reverse(received).await, Err(Rejection::Refused(r)) if r.code == "books.refused.reversed")
    );
    assert!(
        matches!(reverse(reversal).await, Err(Rejection::Refused(r)) if r.code == "books.refused.reversed")
    );
    reverse(collected).await.unwrap();
    assert_eq!(eggs(&test, AccountKind::OfficePost, OFFICE).await, 0);
    assert_eq!(books::check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn the_check_finds_what_was_tampered_with(db: TestDatabase) {
    let test = TestApp::start(db).await;
    moved(&test, true, 10).await.unwrap();
    test.sql("UPDATE balance SET amount = amount + 1 WHERE amount > 0", args![]).await;
    let findings = books::check(&test.app, KERINCI).await.unwrap();
    assert!(
        matches!(findings.as_slice(), [told] if told.contains("its transfers add up to")),
        "{findings:?}"
    );
    test.sql("UPDATE transfer_line SET amount = 12", args![]).await;
    assert!(!books::check(&test.app, KERINCI).await.unwrap().is_empty());
}
