//! Backup while writing, restore elsewhere, and refusal of damaged files.

#![allow(clippy::unwrap_used)]

use asuh_store::testing::{TestDatabase, db_test, error_text, from_env};
use asuh_store::{Command, DistrictId, Envelope, Fault, Id, Instant, Options, Query, Store, Tx, args};
use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Found {
    n: i64,
}

impl Command for Found {
    const KIND: &'static str = "test.found_district";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "INSERT INTO district (id, code, name, zone, created_at) VALUES ($1, $1, 'x', 'WIB', $2)",
            args![self.n, tx.now()],
        )
        .await?;
        Ok(())
    }
}

async fn found(store: &Store, n: i64) {
    let envelope = Envelope {
        id: store.new_id(),
        district: DistrictId(n),
        actor: Id::SYSTEM,
        device: None,
        captured_at: Instant(0),
    };
    store.submit(envelope, Found { n }).await.unwrap();
}

async fn districts(store: &Store) -> i64 {
    store.reader().number("SELECT COUNT(*) AS n FROM district", args![]).await.unwrap()
}

#[db_test]
async fn a_backup_made_while_writing_holds_every_acknowledged_write_before_it(db: TestDatabase) {
    let store = db.open().await;
    for n in 1..=20 {
        found(&store, n).await;
    }
    let file = db.folder().join("cadangan.asuh");
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 21..=60 {
                found(&store, n).await;
            }
        })
    };
    let report = store.backup(&file).await.unwrap();
    writer.await.unwrap();
    assert!(report.rows >= 20);

    let other = db.sibling().await;
    let restored = other.open().await;
    restored.restore(&file).await.unwrap();
    assert!((20..=60).contains(&districts(&restored).await));
    let again = error_text(restored.restore(&file).await);
    assert!(again.contains("holds data"), "{again}");
}

#[db_test]
async fn a_damaged_backup_is_refused_and_changes_nothing(db: TestDatabase) {
    let store = db.open().await;
    for n in 1..=50 {
        found(&store, n).await;
    }
    let file = db.folder().join("cadangan.asuh");
    store.backup(&file).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let other = db.sibling().await;
    let restored = other.open().await;
    let places = from_env("ASUH_BACKUP_DAMAGES", 40);
    let (mut flipped, mut cut) = (0, 0);
    for nth in 0..places {
        let place = whole.len() * nth / places;
        let mut broken = whole.clone();
        broken[place] ^= 0x10;
        // Some bits carry nothing (the time in the gzip header), some mean the same either way (from which of two
        // equal texts a third is copied): what unpacks to the same content is not damaged.
        if unpacked(&broken).ok() != unpacked(&whole).ok() {
            std::fs::write(&file, &broken).unwrap();
            assert!(restored.restore(&file).await.is_err(), "bit flipped at {place}");
            flipped += 1;
        }
        std::fs::write(&file, &whole[..place]).unwrap();
        assert!(restored.restore(&file).await.is_err(), "cut at {place}");
        cut += 1;
    }
    std::fs::write(&file, b"PK not a backup").unwrap();
    assert!(restored.restore(&file).await.is_err());
    assert_eq!(districts(&restored).await, 0);
    println!("{}: {flipped} backups with a bit flipped and {cut} cut off, all refused", db.engine().name());
}

fn unpacked(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut content)?;
    Ok(content)
}

/// Values that engines like to keep differently.
#[derive(Serialize, Deserialize)]
struct Awkward;

impl Command for Awkward {
    const KIND: &'static str = "test.awkward";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let texts = [
            "",
            " ",
            "O'Brien \"x\"",
            "baris\nbaris\ttab\\",
            "žluťoučký 🥚",
            "[1,2]",
            "{\"end\":true}",
            "A",
            "a",
        ];
        for (n, text) in texts.iter().enumerate() {
            tx.execute(
                "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)",
                args![tx.district(), format!("{n}{text}"), *text, i64::MAX - n as i64, tx.actor()],
            )
            .await?;
        }
        for (n, content) in [vec![], vec![0], vec![0, 255, 10], vec![7; 70_000]].into_iter().enumerate() {
            tx.execute(
                "INSERT INTO attachment (district_id, id, media_type, size, sha256, content_sealed, created_at, created_by) \
                 VALUES ($1, $2, 'image/png', $3, $4, $5, $6, $7)",
                args![
                    tx.district(),
                    tx.new_id(),
                    n as i64 - 2,
                    content.as_slice(),
                    tx.secrets().seal(tx.district(), &content)?,
                    i64::MIN,
                    tx.actor()
                ],
            )
            .await?;
        }
        tx.execute(
            "INSERT INTO app_user (district_id, id, login, name, password_hash, totp_sealed, totp_last_step, \
             grants_version, language, created_at) VALUES ($1, $2, 'a', 'b', NULL, NULL, 0, 1, 'id', 0)",
            args![tx.district(), tx.new_id()],
        )
        .await?;
        Ok(())
    }
}

/// The rows of a backup, table by table, each table sorted: what is left when engines may choose the order.
fn content(file: &Path) -> BTreeMap<String, Vec<String>> {
    let mut tables = BTreeMap::new();
    let mut table = String::new();
    let lines =
        std::io::BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap())).lines();
    for line in lines.skip(1).map(Result::unwrap) {
        if line.starts_with('[') {
            tables.entry(table.clone()).or_insert_with(Vec::new).push(line);
        } else {
            table = line;
        }
    }
    tables.values_mut().for_each(|rows| rows.sort());
    tables
}

#[test]
fn data_goes_from_sqlite_to_postgresql_and_back_and_stays_equal() {
    asuh_store::testing::on_postgres(|postgres| async move {
        let (first, last) = (TestDatabase::on_sqlite(), TestDatabase::on_sqlite());
        let store = first.open().await;
        for n in 1..=300 {
            found(&store, n).await;
        }
        let envelope = Envelope {
            id: store.new_id(),
            district: DistrictId(7),
            actor: Id::from_bytes([9; 16]),
            device: Some(Id::from_bytes([8; 16])),
            captured_at: Instant(-1),
        };
        store.submit(envelope.clone(), Awkward).await.unwrap();
        let files: Vec<_> = (0..3).map(|n| first.folder().join(format!("{n}.asuh"))).collect();
        let written = store.backup(&files[0]).await.unwrap();

        let server = postgres.open().await;
        let read = server.restore(&files[0]).await.unwrap();
        assert_eq!((read.rows, read.schema), (written.rows, written.schema));
        server.backup(&files[1]).await.unwrap();
        let back = last.open().await;
        back.restore(&files[1]).await.unwrap();
        let rows = back.backup(&files[2]).await.unwrap().rows;
        assert_eq!(rows, written.rows);

        let expected = content(&files[0]);
        assert!(expected.len() > 4, "{:?}", expected.keys());
        for file in &files[1..] {
            let found = content(file);
            for (table, rows) in &expected {
                assert_eq!(found.get(table), Some(rows), "{table}");
            }
            assert_eq!(found.len(), expected.len());
        }
        // What was done before the move is not done again after it.
        for store in [&server, &back] {
            assert!(store.submit(envelope.clone(), Awkward).await.unwrap().repeated);
        }
    });
}

#[db_test]
async fn a_backup_under_another_master_key_is_refused(db: TestDatabase) {
    let store = db.open().await;
    found(&store, 1).await;
    let file = db.folder().join("cadangan.asuh");
    store.backup(&file).await.unwrap();
    let other = db.sibling().await;
    let key_ring = Some(asuh_store::KeyRing::from_key([8; 32]));
    let restored = Store::open(asuh_store::Options { key_ring, ..other.options() }).await.unwrap();
    let refused = error_text(restored.restore(&file).await);
    assert!(refused.contains("master key"), "{refused}");
    assert_eq!(districts(&restored).await, 0);
    restored.close().await;
    other.open().await.restore(&file).await.unwrap();
}

#[db_test]
async fn an_installation_is_read_and_backed_up_beside_the_process_that_writes_it(db: TestDatabase) {
    let store = db.open().await;
    found(&store, 1).await;
    let beside = Store::open_to_read(db.options()).await.unwrap();
    assert_eq!(districts(&beside).await, 1);
    found(&store, 2).await;
    assert!(beside.backup(&db.folder().join("samping.asuh")).await.unwrap().rows >= 2);
    let envelope = Envelope {
        id: store.new_id(),
        district: DistrictId(3),
        actor: Id::SYSTEM,
        device: None,
        captured_at: Instant(0),
    };
    assert!(beside.submit(envelope, Found { n: 3 }).await.is_err(), "its door is shut");
}

#[db_test]
async fn a_check_sees_one_moment_by_all_its_connections(db: TestDatabase) {
    let store = db.open().await;
    found(&store, 1).await;
    let moment = Store::open_moment(Options { readers: 4, ..db.options() }).await.unwrap();
    found(&store, 2).await;
    // More questions at once than there are connections, before and after another write.
    for n in 3..6 {
        let seen = futures_util::future::join_all((0..8).map(|_| districts(&moment))).await;
        assert_eq!(seen, vec![1; 8]);
        found(&store, n).await;
    }
    moment.close().await;
    let later = Store::open_moment(Options { readers: 2, ..db.options() }).await.unwrap();
    assert_eq!(districts(&later).await, 5);
}
