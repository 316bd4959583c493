//! The write door on both engines: once, all or nothing, and durable before it answers.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{
    Command, DistrictId, Envelope, Fault, Id, Instant, Query, Recording, Refusal, Rejection, Store, Tx, args,
};
use serde::{Deserialize, Serialize};

const DISTRICT: DistrictId = DistrictId(1);

/// Puts a setting, refuses the word "no", breaks on "panic".
#[derive(Serialize, Deserialize, Clone)]
struct PutSetting {
    name: String,
    value: String,
}

impl Command for PutSetting {
    const KIND: &'static str = "test.put_setting";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        tx.execute(
            "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (district_id, name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
            args![tx.district(), &self.name, &self.value, tx.now(), tx.actor()],
        )
        .await?;
        match self.value.as_str() {
            "no" => Err(Refusal::new("test.no").field("value").arg("name", &self.name).into()),
            "panic" => panic!("a rule broke"),
            _ => Ok(tx
                .number("SELECT COUNT(*) AS n FROM setting WHERE district_id = $1", args![tx.district()])
                .await?),
        }
    }
}

/// Takes one of the free places: read, then write, the shape of every pledge.
#[derive(Serialize, Deserialize)]
struct TakePlace;

impl Command for TakePlace {
    const KIND: &'static str = "test.take_place";
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        let taken = tx
            .execute(
                "UPDATE setting SET value = CAST(CAST(value AS INTEGER) - 1 AS TEXT) \
                 WHERE district_id = $1 AND name = 'free' AND CAST(value AS INTEGER) > 0",
                args![tx.district()],
            )
            .await?;
        Ok(taken == 1)
    }
}

fn envelope(store: &Store) -> Envelope {
    Envelope {
        id: store.new_id(),
        district: DISTRICT,
        actor: Id::from_bytes([1; 16]),
        device: None,
        captured_at: Instant(1),
    }
}

fn put(name: &str, value: &str) -> PutSetting {
    PutSetting { name: name.into(), value: value.into() }
}

async fn setting(store: &Store, name: &str) -> Option<String> {
    let row: Option<(String,)> = store
        .reader()
        .first("SELECT value FROM setting WHERE district_id = $1 AND name = $2", args![DISTRICT, name])
        .await
        .unwrap();
    row.map(|row| row.0)
}

#[db_test]
async fn a_command_sent_twice_is_done_once_and_answers_with_the_first_receipt(db: TestDatabase) {
    let store = db.open().await;
    let envelope = envelope(&store);
    let first = store.submit(envelope.clone(), put("a", "1")).await.unwrap();
    db.clock.advance(60);
    store.submit(self::envelope(&store), put("b", "1")).await.unwrap();
    let second = store.submit(envelope.clone(), put("a", "1")).await.unwrap();
    assert!(!first.repeated && second.repeated);
    assert_eq!((first.value, first.recorded_at), (second.value, second.recorded_at));
    let other = store.submit(envelope, put("a", "2")).await;
    assert!(matches!(other, Err(Rejection::IdReused)), "{other:?}");
    assert_eq!(setting(&store, "a").await.as_deref(), Some("1"));
}

#[db_test]
async fn twenty_parallel_sendings_have_one_effect_and_one_receipt(db: TestDatabase) {
    let store = db.open().await;
    store.submit(envelope(&store), put("free", "100")).await.unwrap();
    let envelope = envelope(&store);
    let sendings = (0..20).map(|_| {
        let (store, envelope) = (store.clone(), envelope.clone());
        tokio::spawn(async move { store.submit(envelope, TakePlace).await.unwrap() })
    });
    let mut first = 0;
    for sending in sendings.collect::<Vec<_>>() {
        first += i32::from(!sending.await.unwrap().repeated);
    }
    assert_eq!(first, 1);
    assert_eq!(setting(&store, "free").await.as_deref(), Some("99"));
}

#[db_test]
async fn a_refusal_and_a_panic_leave_nothing_and_harm_nobody_else(db: TestDatabase) {
    let store = db.open().await;
    let refused = store.submit(envelope(&store), put("a", "no")).await;
    let Err(Rejection::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.field.as_deref(), Some("value"));
    let sendings: Vec<_> = ["1", "panic", "2", "no", "3"]
        .iter()
        .map(|value| {
            let store = store.clone();
            tokio::spawn(async move { store.submit(envelope(&store), put(value, value)).await })
        })
        .collect();
    let mut done = 0;
    for sending in sendings {
        done += usize::from(sending.await.unwrap().is_ok());
    }
    assert_eq!(done, 3);
    assert_eq!(setting(&store, "a").await, None);
    assert_eq!(setting(&store, "panic").await, None);
    assert_eq!(setting(&store, "3").await.as_deref(), Some("3"));
    let logged = store
        .reader()
        .number("SELECT COUNT(*) AS n FROM command_log WHERE district_id = $1", args![DISTRICT])
        .await
        .unwrap();
    assert_eq!(logged, 3, "what did not happen is not in the trail");
}

#[db_test]
async fn the_last_places_go_to_as_many_as_there_are(db: TestDatabase) {
    let store = db.open().await;
    store.submit(envelope(&store), put("free", "200")).await.unwrap();
    let store = Arc::new(store);
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut taken = 0;
                for _ in 0..40 {
                    taken += i32::from(store.submit(envelope(&store), TakePlace).await.unwrap().value);
                }
                taken
            })
        })
        .collect();
    let mut taken = 0;
    for client in clients {
        taken += client.await.unwrap();
    }
    assert_eq!(taken, 200);
    assert_eq!(setting(&store, "free").await.as_deref(), Some("0"));
}

#[db_test]
async fn a_caller_that_goes_away_cancels_nothing(db: TestDatabase) {
    let store = db.open().await;
    {
        let sending = store.submit(envelope(&store), put("a", "1"));
        // The connection drops while the command waits.
        let _ = tokio::time::timeout(std::time::Duration::ZERO, sending).await;
    }
    store.submit(envelope(&store), put("b", "1")).await.unwrap();
    store.close().await;
    let again = db.open().await;
    assert_eq!(setting(&again, "b").await.as_deref(), Some("1"));
}

#[db_test]
async fn the_trail_keeps_the_command_encrypted(db: TestDatabase) {
    let store = db.open().await;
    store.submit(envelope(&store), put("a", "1501010101200001")).await.unwrap();
    asuh_store::row_struct! { struct Entry { kind: String, body_sealed: Vec<u8> } }
    let entry: Entry = store
        .reader()
        .first("SELECT kind, body_sealed FROM command_log WHERE district_id = $1", args![DISTRICT])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(entry.kind, "test.put_setting");
    assert!(!entry.body_sealed.windows(16).any(|part| part == b"1501010101200001"));
    let body = store.secrets().open_text(DISTRICT, &entry.body_sealed).unwrap();
    assert!(body.contains("1501010101200001"));
}

#[derive(Serialize, Deserialize)]
struct Quiet;

impl Command for Quiet {
    const KIND: &'static str = "test.quiet";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let rows =
            (0..1_200).map(|n| args![tx.district(), format!("n{n}"), "v", tx.now(), tx.actor()]).collect();
        let head = "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES";
        assert_eq!(tx.insert_many(head, "", rows).await?, 1_200);
        Ok(())
    }
}

#[db_test]
async fn many_rows_go_in_with_few_statements_and_bookkeeping_leaves_no_trail(db: TestDatabase) {
    let store = db.open().await;
    store.submit(envelope(&store), Quiet).await.unwrap();
    let count = |table: &'static str| {
        let store = store.clone();
        async move { store.reader().number(&format!("SELECT COUNT(*) AS n FROM {table}"), args![]).await.unwrap() }
    };
    assert_eq!(count("setting").await, 1_200);
    assert_eq!(count("command_log").await, 0);
}

#[db_test]
async fn readers_cannot_write(db: TestDatabase) {
    let store = db.open().await;
    let tried: Result<Vec<(i64,)>, _> = store
        .reader()
        .all("INSERT INTO installation (name, value) VALUES ('a', 'b') RETURNING 1", args![])
        .await;
    assert!(tried.is_err());
}

#[test]
fn a_second_process_is_told_who_holds_the_folder() {
    asuh_store::testing::on_sqlite(|db| async move {
        let _store = db.open().await;
        let second = Store::open(db.options()).await;
        let text = asuh_store::testing::error_text(second);
        assert!(text.contains(&std::process::id().to_string()), "{text}");
    });
}

/// Does one of the things a careless command could do.
#[derive(Serialize, Deserialize)]
enum Careless {
    /// Takes a unique violation for nothing.
    ShrugsAtTwin,
    /// Takes a unique violation for nothing and reads on.
    ReadsOn,
    /// Turns a unique violation into a refusal.
    Refuses,
    /// Never comes to an end.
    Sleeps,
    /// Never comes to an end, and is at work all the time.
    Works,
}

impl Command for Careless {
    const KIND: &'static str = "test.careless";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let sql = "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)";
        let insert =
            |name: &'static str| tx.execute(sql, args![tx.district(), name, "v", tx.now(), tx.actor()]);
        insert("before").await?;
        if let Careless::Sleeps = self {
            std::future::pending::<()>().await;
        }
        while let Careless::Works = self {
            tx.number("SELECT COUNT(*) AS n FROM setting", args![]).await?;
        }
        let twin = insert("a").await;
        assert!(twin.as_ref().is_err_and(|error| error.is_unique_violation()), "{twin:?}");
        match self {
            Careless::Refuses => return Err(Refusal::new("test.twin").into()),
            Careless::ReadsOn => {
                let _ = tx.number("SELECT COUNT(*) AS n FROM setting", args![]).await;
                let _ = insert("after").await;
            }
            _ => {}
        }
        Ok(())
    }
}

#[db_test]
async fn a_command_that_shrugs_at_a_failed_statement_is_not_acknowledged(db: TestDatabase) {
    let store = db.open().await;
    store.submit(envelope(&store), put("a", "1")).await.unwrap();
    for careless in [Careless::ShrugsAtTwin, Careless::ReadsOn] {
        let answer = store.submit(envelope(&store), careless).await;
        assert!(matches!(answer, Err(Rejection::Broken(_))), "{answer:?}");
    }
    let answer = store.submit(envelope(&store), Careless::Refuses).await;
    assert!(matches!(answer, Err(Rejection::Refused(_))), "{answer:?}");
    assert_eq!(setting(&store, "before").await, None);
    assert_eq!(setting(&store, "after").await, None);
    store.submit(envelope(&store), put("b", "1")).await.unwrap();
    assert_eq!(setting(&store, "b").await.as_deref(), Some("1"));
}

#[db_test]
async fn a_command_that_does_not_end_is_stopped_and_the_others_go_on(db: TestDatabase) {
    let options =
        asuh_store::Options { command_limit: std::time::Duration::from_millis(200), ..db.options() };
    let store = Store::open(options).await.unwrap();
    for (careless, other) in [(Careless::Sleeps, "b"), (Careless::Works, "c")] {
        let stuck = tokio::spawn({
            let (store, envelope) = (store.clone(), envelope(&store));
            async move { store.submit(envelope, careless).await }
        });
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let soon = std::time::Duration::from_secs(5);
        let other = tokio::time::timeout(soon, store.submit(envelope(&store), put(other, "1"))).await;
        other.expect("the door goes on").unwrap();
        let answer = stuck.await.unwrap();
        assert!(matches!(answer, Err(Rejection::Unavailable(_))), "{answer:?}");
        assert_eq!(setting(&store, "before").await, None);
    }
}

/// Its body cannot be written down, by a fault of the program.
#[derive(Deserialize)]
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("a field broke")
    }
}

impl Command for Unwritable {
    const KIND: &'static str = "test.unwritable";
    type Receipt = ();

    async fn apply(&self, _: &Tx<'_>) -> Result<(), Fault> {
        Ok(())
    }
}

#[db_test]
async fn a_panic_outside_of_the_rule_does_not_stop_the_door(db: TestDatabase) {
    let store = db.open().await;
    let broken = tokio::spawn({
        let (store, envelope) = (store.clone(), envelope(&store));
        async move { store.submit(envelope, Unwritable).await }
    });
    assert!(!matches!(broken.await, Ok(Ok(_))));
    store.submit(envelope(&store), put("b", "1")).await.unwrap();
}

#[db_test]
async fn closing_waits_for_what_was_accepted_whoever_closes(db: TestDatabase) {
    let store = db.open().await;
    let sendings: Vec<_> = (0..200)
        .map(|n| {
            let (store, envelope) = (store.clone(), envelope(&store));
            tokio::spawn(async move { store.submit(envelope, put(&format!("n{n}"), "1")).await })
        })
        .collect();
    tokio::task::yield_now().await;
    let (first, second) = (store.clone(), store.clone());
    tokio::join!(first.close(), second.close());
    let mut done = 0;
    for sending in sendings {
        match sending.await.unwrap() {
            Ok(_) => done += 1,
            Err(Rejection::Unavailable(reason)) => assert!(reason.contains("stopping"), "{reason}"),
            Err(other) => panic!("{other}"),
        }
    }
    let again = db.open().await;
    let kept = again.reader().number("SELECT COUNT(*) AS n FROM setting", args![]).await.unwrap();
    assert_eq!(kept, done);
}

#[db_test]
async fn a_lost_key_file_is_not_replaced_by_a_new_key(db: TestDatabase) {
    let options = asuh_store::Options { key_ring: None, ..db.options() };
    let first = db.open().await;
    first.submit(envelope(&first), put("a", "1")).await.unwrap();
    first.close().await;
    let text = asuh_store::testing::error_text(Store::open(options.clone()).await);
    assert!(text.contains("master.key"), "{text}");
    assert!(!options.key_path().exists());
}

#[db_test]
async fn a_text_that_one_engine_cannot_keep_is_kept_by_none(db: TestDatabase) {
    let store = db.open().await;
    let answer = store.submit(envelope(&store), put("a", "satu\0dua")).await;
    assert!(matches!(answer, Err(Rejection::Broken(_))), "{answer:?}");
    store.submit(envelope(&store), put("a", "satu\u{1}dua")).await.unwrap();
}

/// Works for ten milliseconds.
#[derive(Serialize, Deserialize)]
struct Slow;

impl Command for Slow {
    const KIND: &'static str = "test.slow";
    type Receipt = ();

    async fn apply(&self, _: &Tx<'_>) -> Result<(), Fault> {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        Ok(())
    }
}

#[test]
fn slow_commands_do_not_keep_finished_ones_waiting_whatever_the_clock_says() {
    asuh_store::testing::on_sqlite(|db| async move {
        let store = db.open().await;
        let answered = std::sync::Mutex::new(Vec::new());
        let began = tokio::time::Instant::now();
        futures_util::future::join_all((0..60).map(|_| async {
            store.submit(envelope(&store), Slow).await.unwrap();
            answered.lock().unwrap().push(began.elapsed());
        }))
        .await;
        let answered = answered.into_inner().unwrap();
        assert!(
            answered[0] * 3 < answered[59],
            "first after {:?}, last after {:?}",
            answered[0],
            answered[59]
        );
    });
}

/// Cannot be done a second time: refused (`polite`) or stopped by a unique key.
#[derive(Serialize, Deserialize)]
struct OnlyOnce {
    polite: bool,
}

impl Command for OnlyOnce {
    const KIND: &'static str = "test.only_once";
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        let name = format!("once {}", self.polite);
        let there = "SELECT COUNT(*) AS n FROM setting WHERE district_id = $1 AND name = $2";
        if self.polite && tx.number(there, args![tx.district(), &name]).await? > 0 {
            return Err(Refusal::new("test.once").into());
        }
        tx.execute(
            "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, '', $3, $4)",
            args![tx.district(), &name, tx.now(), tx.actor()],
        )
        .await?;
        Ok(self.polite)
    }
}

#[db_test]
async fn a_repeated_command_that_its_own_rule_would_now_stop_has_its_first_receipt(db: TestDatabase) {
    let store = db.open().await;
    for polite in [true, false] {
        let first = envelope(&store);
        store.submit(first.clone(), OnlyOnce { polite }).await.unwrap();
        let again = store.submit(first.clone(), OnlyOnce { polite }).await.unwrap();
        assert!(again.repeated && again.value == polite);
        let other = store.submit(first, OnlyOnce { polite: !polite }).await;
        assert!(matches!(other, Err(Rejection::IdReused)), "{other:?}");
        assert!(store.submit(envelope(&store), OnlyOnce { polite }).await.is_err());
    }
}
