//! Key rotation on both engines: everything readable, the old key gone, and no harm from stopping anywhere.

#![allow(clippy::unwrap_used)]

use asuh_store::testing::{TestDatabase, db_test, error_text};
use asuh_store::{
    Command, DistrictId, Envelope, Fault, Id, Instant, KeyRing, Options, Query, Recording, Rejection, Store,
    StoreError, Tx, args,
};
use serde::{Deserialize, Serialize};

const DISTRICTS: [DistrictId; 2] = [DistrictId(1), DistrictId(2)];
const FAMILIES: i64 = 300;
const PHOTO: usize = 20_000;

/// A family, a person of it, and for some a photo.
#[derive(Serialize, Deserialize, Clone)]
struct AddFamily {
    n: i64,
}

impl AddFamily {
    fn kk(&self) -> String {
        format!("15010101010{:05}", self.n)
    }
}

impl Command for AddFamily {
    const KIND: &'static str = "test.add_family";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let (district, keys, id) = (tx.district(), tx.secrets(), tx.new_id());
        // Every tenth has no number and no telephone.
        let kk = (self.n % 10 != 0).then(|| self.kk());
        tx.execute(
            "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
             command_id, source, village_code, hamlet, rw, rt, head_name, head_search, kk_sealed, kk_hash, \
             phone_sealed, status) \
             VALUES ($1, $2, 1, $3, $4, 20260101, $5, 'form', 1501012001, '', '', '', 'x', 'x', $6, $7, $8, 'listed')",
            args![
                district,
                id,
                tx.now(),
                Instant::NEVER,
                tx.command_id(),
                kk.as_deref().map(|kk| tx.seal(kk)).transpose()?,
                kk.as_deref().map(|kk| keys.lookup(district, "kk", kk)).transpose()?.map(|hash| hash.to_vec()),
                kk.is_some().then(|| tx.seal("+62811")).transpose()?,
            ],
        )
        .await?;
        if self.n % 50 == 1 {
            tx.execute(
                "INSERT INTO attachment (district_id, id, media_type, size, sha256, content_sealed, created_at, created_by) \
                 VALUES ($1, $2, 'image/jpeg', $3, $4, $5, $6, $7)",
                args![
                    district,
                    id,
                    PHOTO as i64,
                    [0u8; 32],
                    keys.seal(district, &vec![self.n as u8; PHOTO])?,
                    tx.now(),
                    tx.actor()
                ],
            )
            .await?;
        }
        Ok(self.n)
    }
}

/// The retention time of command 2's body is over.
#[derive(Serialize, Deserialize)]
struct ForgetBody {
    id: Id,
}

impl Command for ForgetBody {
    const KIND: &'static str = "test.forget_body";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = u64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<u64, Fault> {
        Ok(tx.execute("UPDATE command_log SET body_sealed = NULL WHERE id = $1", args![self.id]).await?)
    }
}

fn with_key_file(db: &TestDatabase) -> Options {
    Options { key_ring: None, ..db.options() }
}

fn envelope(district: DistrictId, n: i64) -> Envelope {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    Envelope {
        id: Id::from_bytes(id),
        district,
        actor: Id::from_bytes([1; 16]),
        device: None,
        captured_at: Instant(1),
    }
}

async fn fill(options: &Options) {
    let store = Store::open(options.clone()).await.unwrap();
    let sendings: Vec<_> = DISTRICTS
        .iter()
        .flat_map(|district| (0..FAMILIES).map(move |n| (*district, n)))
        .map(|(district, n)| {
            let store = store.clone();
            tokio::spawn(async move { store.submit(envelope(district, n), AddFamily { n }).await.unwrap() })
        })
        .collect();
    for sending in sendings {
        sending.await.unwrap();
    }
    let forget = ForgetBody { id: envelope(DISTRICTS[0], 2).id };
    assert_eq!(store.submit(envelope(DISTRICTS[0], -1), forget).await.unwrap().value, 2);
    store.close().await;
}

asuh_store::row_struct! {
    struct Sealed {
        district_id: DistrictId,
        sealed: Option<Vec<u8>>,
        hash: Option<Vec<u8>>,
    }
}

/// Everything can be read, found and repeated, and only `key` seals.
async fn check(options: &Options, key: u32) {
    let store = Store::open(options.clone()).await.unwrap();
    let (reader, keys) = (store.reader(), store.secrets());
    for (table, column, hash) in [
        ("family_version", "kk_sealed", "kk_hash"),
        ("family_version", "phone_sealed", "phone_sealed"),
        ("attachment", "content_sealed", "content_sealed"),
        ("command_log", "body_sealed", "body_hash"),
    ] {
        let sql = format!("SELECT district_id, {column} AS sealed, {hash} AS hash FROM {table}");
        let rows: Vec<Sealed> = reader.all(&sql, args![]).await.unwrap();
        assert!(!rows.is_empty());
        for row in rows {
            let Some(sealed) = row.sealed else { continue };
            assert_eq!(sealed[..4], key.to_le_bytes(), "{table}.{column}");
            let plain = keys.open(row.district_id, &sealed).unwrap();
            if column == "kk_sealed" {
                let kk = String::from_utf8(plain).unwrap();
                assert_eq!(row.hash.unwrap(), keys.lookup(row.district_id, "kk", &kk).unwrap());
            }
        }
    }
    let kk = AddFamily { n: 1 }.kk();
    let found = reader
        .number(
            "SELECT COUNT(*) AS n FROM family_version WHERE district_id = $1 AND kk_hash = $2",
            args![DISTRICTS[1], keys.lookup(DISTRICTS[1], "kk", &kk).unwrap()],
        )
        .await
        .unwrap();
    assert_eq!(found, 1);
    let families = reader.number("SELECT COUNT(*) AS n FROM family_version", args![]).await.unwrap();
    for n in [0, 1, 2, FAMILIES - 1] {
        let again = store.submit(envelope(DISTRICTS[0], n), AddFamily { n }).await.unwrap();
        assert!(again.repeated && again.value == n, "{n}");
    }
    let other = store.submit(envelope(DISTRICTS[0], 1), AddFamily { n: 5 }).await;
    assert!(matches!(other, Err(Rejection::IdReused)), "{other:?}");
    let after = reader.number("SELECT COUNT(*) AS n FROM family_version", args![]).await.unwrap();
    assert_eq!((families, after), (FAMILIES * 2, FAMILIES * 2));
    store.close().await;
}

#[db_test]
async fn a_rotation_leaves_everything_readable_and_the_old_key_gone(db: TestDatabase) {
    let options = with_key_file(&db);
    fill(&options).await;
    check(&options, 1).await;
    let mut heard = Vec::new();
    let report = Store::rotate_keys(&options, |done, total| heard.push((done, total))).await.unwrap();
    assert_eq!((report.key, report.damaged), (2, 0));
    assert!(report.rows as i64 >= FAMILIES * 4);
    assert_eq!(heard.first().map(|first| first.0), Some(0));
    assert_eq!(heard.last(), Some(&(report.rows, report.rows)));
    let ring = std::fs::read_to_string(options.key_path()).unwrap();
    assert!(!ring.contains("\n1=") && ring.contains("\n2=") && ring.contains("lookup=2"), "{ring}");
    check(&options, 2).await;
    assert_eq!(Store::rotate_keys(&options, |_, _| ()).await.unwrap().key, 3);
    check(&options, 3).await;
}

#[db_test]
async fn a_rotation_that_stops_anywhere_goes_on(db: TestDatabase) {
    let options = with_key_file(&db);
    fill(&options).await;
    let mut key = 1;
    for chunks in [0, 1, 3] {
        let stopped = error_text(Store::rotate_keys_in_part(&options, chunks).await);
        assert!(stopped.contains("middle"), "{stopped}");
        let ring = std::fs::read_to_string(options.key_path()).unwrap();
        assert!(ring.contains(&format!("\n{key}=")) && ring.contains(&format!("\n{}=", key + 1)), "{ring}");
        if chunks == 1 {
            // The operator calls it again.
            Store::rotate_keys(&options, |_, _| ()).await.unwrap();
        }
        // Else the next start finishes it.
        key += 1;
        check(&options, key).await;
        let ring = std::fs::read_to_string(options.key_path()).unwrap();
        assert!(!ring.contains(&format!("\n{}=", key - 1)), "{ring}");
    }
}

#[db_test]
async fn values_that_no_key_opens_are_left_alone_and_keep_the_old_key(db: TestDatabase) {
    let options = with_key_file(&db);
    fill(&options).await;
    let mine = KeyRing::load_or_create(&options.key_path()).unwrap();
    // Another installation's key of the same number seals one value.
    std::fs::write(options.key_path(), b"1=CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=\nlookup=1\n")
        .unwrap();
    let stranger = Store::open(options.clone()).await.unwrap();
    stranger.submit(envelope(DISTRICTS[0], FAMILIES), AddFamily { n: 1 }).await.unwrap();
    stranger.close().await;
    mine.save(&options.key_path()).unwrap();
    let report = Store::rotate_keys(&options, |_, _| ()).await.unwrap();
    assert_eq!(report.damaged, 4, "number, telephone, photo and command");
    let ring = std::fs::read_to_string(options.key_path()).unwrap();
    assert!(ring.contains("\n1=") && ring.contains("\n2=") && ring.contains("lookup=2"), "{ring}");
    let store = Store::open(options.clone()).await.unwrap();
    assert!(store.submit(envelope(DISTRICTS[0], 1), AddFamily { n: 1 }).await.unwrap().repeated);
}

#[db_test]
async fn nobody_rotates_under_a_working_program(db: TestDatabase) {
    let options = with_key_file(&db);
    let store = Store::open(options.clone()).await.unwrap();
    store.submit(envelope(DISTRICTS[0], 1), AddFamily { n: 1 }).await.unwrap();
    let refused = Store::rotate_keys(&options, |_, _| ()).await;
    assert!(matches!(refused, Err(StoreError::Locked(_) | StoreError::Rotation(_))), "{refused:?}");
    let ring = std::fs::read_to_string(options.key_path()).unwrap();
    assert!(!ring.contains("\n2="), "{ring}");
}
