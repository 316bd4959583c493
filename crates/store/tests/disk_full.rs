//! A full disk on SQLite: nothing acknowledged is lost, and work goes on when there is room again.

#![allow(clippy::unwrap_used)]

use asuh_store::testing::on_sqlite;
use asuh_store::{
    Command, DistrictId, Envelope, Fault, Id, Instant, Query, Recording, Refusal, Rejection, Store, Tx, args,
};
use serde::{Deserialize, Serialize};

const DISTRICT: DistrictId = DistrictId(1);

/// Puts `rows` rows of 3 kB with one statement. One row is undone together with its transaction by the engine;
/// of several rows only the statement is undone and the transaction stays open.
#[derive(Serialize, Deserialize)]
struct Fill {
    name: String,
    rows: usize,
    /// Goes on as if nothing had happened.
    shrugs: bool,
}

impl Command for Fill {
    const KIND: &'static str = "test.fill";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let rows = |part: &str| {
            (0..self.rows)
                .map(|n| {
                    let name = format!("{}-{part}{n}", self.name);
                    args![tx.district(), name, "x".repeat(3_000), tx.now(), tx.actor()]
                })
                .collect()
        };
        let head = "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES";
        let first = tx.insert_many(head, "", rows("a")).await;
        if !self.shrugs {
            first?;
        }
        let second = tx.insert_many(head, "", rows("b")).await;
        if !self.shrugs {
            second?;
        }
        Ok(())
    }
}

fn envelope(store: &Store) -> Envelope {
    Envelope {
        id: store.new_id(),
        district: DISTRICT,
        actor: Id::SYSTEM,
        device: None,
        captured_at: Instant(1),
    }
}

async fn held(store: &Store, name: &str) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM setting WHERE district_id = $1 AND name LIKE $2";
    store.reader().number(sql, args![DISTRICT, format!("{name}-%")]).await.unwrap()
}

#[test]
fn a_full_disk_loses_no_acknowledged_command_and_writes_resume() {
    on_sqlite(|db| async move {
        let mut store = db.open().await;
        let mut acknowledged = Vec::new();
        for round in 0..10 {
            // Alternate the two ways in which the engine gives up.
            store.let_grow(Some(40)).await;
            let sendings: Vec<_> = (0..60)
                .map(|n| {
                    let store = store.clone();
                    let name = format!("r{round}n{n}");
                    let fill =
                        Fill { name: name.clone(), rows: if n % 3 == 0 { 3 } else { 1 }, shrugs: n % 5 == 0 };
                    let rows = fill.rows as i64 * 2;
                    tokio::spawn(async move { (name, rows, store.submit(envelope(&store), fill).await) })
                })
                .collect();
            let mut refused = 0;
            for sending in sendings {
                let (name, rows, answer) = sending.await.unwrap();
                match answer {
                    Ok(_) => {
                        assert_eq!(held(&store, &name).await, rows, "{name}: acknowledged, so it is there");
                        acknowledged.push((name, rows));
                    }
                    Err(Rejection::Unavailable(reason)) => {
                        assert!(reason.contains("full"), "{reason}");
                        assert_eq!(held(&store, &name).await, 0, "{name}: refused, so nothing is there");
                        refused += 1;
                    }
                    Err(other) => panic!("{name}: {other}"),
                }
            }
            assert!(refused > 0, "round {round}: the disk was not full");
            // Room again: the same store goes on, and a reader sees at once what was acknowledged.
            store.let_grow(None).await;
            for n in 0..3 {
                let name = format!("r{round}after{n}");
                let fill = Fill { name: name.clone(), rows: 1, shrugs: false };
                store.submit(envelope(&store), fill).await.unwrap();
                assert_eq!(held(&store, &name).await, 2, "{name}: acknowledged, so it is there");
                acknowledged.push((name, 2));
            }
        }
        store.close().await;
        store = db.open().await;
        for (name, rows) in acknowledged {
            assert_eq!(held(&store, &name).await, rows, "{name} after opening again");
        }
    });
}

/// Takes the only place there is.
#[derive(Serialize, Deserialize)]
struct TakePlace;

impl Command for TakePlace {
    const KIND: &'static str = "test.take_place";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let taken = tx
            .execute(
                "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, 'p-1', '', $2, $3) \
                 ON CONFLICT (district_id, name) DO NOTHING",
                args![tx.district(), tx.now(), tx.actor()],
            )
            .await?;
        if taken == 0 { Err(Refusal::new("test.taken").into()) } else { Ok(()) }
    }
}

/// Keeps the writer busy, so that what is sent meanwhile comes into one batch.
#[derive(Serialize, Deserialize)]
struct Busy;

impl Command for Busy {
    const KIND: &'static str = "test.busy";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, _: &Tx<'_>) -> Result<(), Fault> {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        Ok(())
    }
}

#[test]
fn a_refusal_that_rests_on_a_lost_batch_is_not_given() {
    on_sqlite(|db| async move {
        let store = db.open().await;
        store.let_grow(Some(60)).await;
        let fill = Fill { name: "big".into(), rows: 200, shrugs: false };
        // The place goes to the first, the second comes too late, and then the disk takes it all back.
        let (busy, first, second, full) = tokio::join!(
            store.submit(envelope(&store), Busy),
            store.submit(envelope(&store), TakePlace),
            store.submit(envelope(&store), TakePlace),
            store.submit(envelope(&store), fill),
        );
        busy.unwrap();
        for answer in [first, second, full] {
            assert!(matches!(answer, Err(Rejection::Unavailable(_))), "{answer:?}");
        }
        store.let_grow(None).await;
        assert_eq!(held(&store, "p").await, 0);
        store.submit(envelope(&store), TakePlace).await.unwrap();
        let late = store.submit(envelope(&store), TakePlace).await;
        assert!(matches!(late, Err(Rejection::Refused(_))), "{late:?}");
    });
}

/// With a real file system of 8 to 64 MB whose folder `ASUH_SMALL_DISK` names, such as a loop device.
#[test]
fn a_really_full_disk_loses_no_acknowledged_command_and_writes_resume() {
    let Ok(disk) = std::env::var("ASUH_SMALL_DISK") else {
        eprintln!("skipped: ASUH_SMALL_DISK does not name a folder on a small disk");
        return;
    };
    on_sqlite(|db| async move {
        let folder = std::path::Path::new(&disk).join("asuh-disk-full");
        let _ = std::fs::remove_dir_all(&folder);
        let options = asuh_store::Options { folder: folder.clone(), ..db.options() };
        let store = Store::open(options.clone()).await.unwrap();
        let mut acknowledged = Vec::new();
        for round in 0..10 {
            // Something else takes all the room but a little.
            let other = folder.join("other");
            let mut ballast = std::fs::File::create(&other).unwrap();
            while std::io::Write::write_all(&mut ballast, &[0; 4096]).is_ok() {}
            let taken = ballast.metadata().unwrap().len();
            ballast.set_len(taken.saturating_sub(400_000)).unwrap();
            let sendings: Vec<_> = (0..200)
                .map(|n| {
                    let store = store.clone();
                    let name = format!("r{round}n{n}");
                    let fill = Fill { name: name.clone(), rows: 1 + n % 3, shrugs: n % 5 == 0 };
                    let rows = fill.rows as i64 * 2;
                    tokio::spawn(async move { (name, rows, store.submit(envelope(&store), fill).await) })
                })
                .collect();
            let mut refused = 0;
            for sending in sendings {
                let (name, rows, answer) = sending.await.unwrap();
                match answer {
                    Ok(_) => acknowledged.push((name, rows)),
                    Err(Rejection::Unavailable(_)) => refused += 1,
                    Err(other) => panic!("{name}: {other}"),
                }
            }
            assert!(refused > 0, "round {round}: the disk was not full");
            std::fs::remove_file(&other).unwrap();
            let name = format!("r{round}after");
            let fill = Fill { name: name.clone(), rows: 1, shrugs: false };
            store.submit(envelope(&store), fill).await.unwrap();
            acknowledged.push((name, 2));
            for (name, rows) in &acknowledged {
                assert_eq!(held(&store, name).await, *rows, "{name} in round {round}");
            }
        }
        println!("{} acknowledged on a full disk, 0 lost", acknowledged.len());
        store.close().await;
        let store = Store::open(options).await.unwrap();
        for (name, rows) in acknowledged {
            assert_eq!(held(&store, &name).await, rows, "{name} after opening again");
        }
        store.close().await;
        std::fs::remove_dir_all(&folder).unwrap();
    });
}
