//! Backup while writing, restore elsewhere, and refusal of damaged files.

#![allow(clippy::unwrap_used)]

use asuh_store::testing::{TestDatabase, db_test, error_text};
use asuh_store::{Command, DistrictId, Envelope, Fault, Id, Instant, Query, Store, Tx, args};
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
    for place in (0..whole.len()).step_by(whole.len() / 40 + 1) {
        let mut broken = whole.clone();
        broken[place] ^= 0x10;
        // A changed time stamp in the gzip header is no damage to the content.
        if (4..10).contains(&place) {
            continue;
        }
        std::fs::write(&file, &broken).unwrap();
        assert!(restored.restore(&file).await.is_err(), "bit flipped at {place}");
        std::fs::write(&file, &whole[..place]).unwrap();
        assert!(restored.restore(&file).await.is_err(), "cut at {place}");
    }
    std::fs::write(&file, b"PK not a backup").unwrap();
    assert!(restored.restore(&file).await.is_err());
    assert_eq!(districts(&restored).await, 0);
}
