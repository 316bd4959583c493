//! The ledger's door, on both engines.

use asuh_ground::books::{self, AccountKind, Commodity, Fund, Holding, Move, Transfer, TransferKind};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Fault, Id, Rejection, Tx, args};
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
        let office = holding(AccountKind::OfficePost, OFFICE);
        let (kind, from, to) = if self.collect {
            (TransferKind::Collected, holding(AccountKind::Giver, OFFICE), office)
        } else {
            (TransferKind::Received, office, holding(AccountKind::Warehouse, WAREHOUSE))
        };
        let moves = vec![Move { from, to, amount: self.amount, lot: None }];
        let cause = Id::from_bytes([9; 16]);
        let transfer = Transfer { kind, day: date!(2026 - 11 - 02), cause, reason: String::new(), moves };
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

async fn eggs(test: &TestApp, kind: AccountKind, place: [u8; 16]) -> i64 {
    books::balance(test.app.store.reader(), KERINCI, &holding(kind, place)).await.unwrap()
}

async fn moved(test: &TestApp, collect: bool, amount: i64) -> Result<Option<Id>, Rejection> {
    let sent = test.app.store.submit(test.envelope(Id::SYSTEM), MoveEggs { collect, amount }).await;
    sent.map(|receipt| receipt.value)
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
    assert_eq!(findings.len(), 1, "{findings:?}");
    test.sql("UPDATE transfer_line SET amount = 12", args![]).await;
    assert!(!books::check(&test.app, KERINCI).await.unwrap().is_empty());
}
