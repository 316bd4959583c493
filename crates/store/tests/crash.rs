//! SIGKILL at any moment: what was acknowledged is there exactly once, nothing is there by halves.
//!
//! A child process (this test binary itself) sends numbered commands from 32 tasks and prints every
//! acknowledged number; the parent kills it. Five rounds per engine; more with `ASUH_CRASH_ROUNDS`, other
//! moments with `ASUH_CRASH_SEED`.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant as Moment};

use asuh_store::testing::{TestDatabase, acknowledged, db_test, from_env, killed_at_work, work};
use asuh_store::{
    Command, DistrictId, Envelope, Fault, Id, Instant, KeyRing, Options, Query, Refusal, Store, Tx, args,
};
use serde::{Deserialize, Serialize};

const DISTRICT: DistrictId = DistrictId(1);
const TASKS: u64 = 32;

/// Two rows in two tables; the second would come twice if the command were done twice. Every seventh is
/// refused between the two.
#[derive(Serialize, Deserialize)]
struct TwoRows {
    n: u64,
}

impl Command for TwoRows {
    const KIND: &'static str = "test.two_rows";
    type Receipt = u64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<u64, Fault> {
        let name = self.n.to_string();
        tx.execute(
            "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (district_id, name) DO NOTHING",
            args![tx.district(), &name, "x".repeat(200), tx.now(), tx.actor()],
        )
        .await?;
        if self.n % 7 == 6 {
            return Err(Refusal::new("test.seventh").into());
        }
        tx.execute(
            "INSERT INTO access_log (district_id, id, at, user_id, action, detail) VALUES ($1, $2, $3, $4, 'x', $5)",
            args![tx.district(), tx.new_id(), tx.now(), tx.actor(), &name],
        )
        .await?;
        Ok(self.n)
    }
}

fn envelope(n: u64) -> Envelope {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    Envelope {
        id: Id::from_bytes(id),
        district: DISTRICT,
        actor: Id::SYSTEM,
        device: None,
        captured_at: Instant(1),
    }
}

/// The machine's clock and ids: two processes must not draw the same.
fn options(folder: &std::path::Path, url: Option<String>) -> Options {
    Options { database_url: url, key_ring: Some(KeyRing::from_key([7; 32])), ..Options::folder(folder) }
}

#[test]
fn the_process_that_is_killed() {
    let Some(work) = work() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(options(&work.folder, work.url)).await.unwrap();
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    for n in (work.from + task..).step_by(TASKS as usize) {
                        if store.submit(envelope(n), TwoRows { n }).await.is_ok() {
                            acknowledged(n);
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

struct Found {
    settings: BTreeSet<u64>,
    details: BTreeMap<u64, u32>,
    log: BTreeSet<u64>,
}

/// The three tables in one statement, so that on a server a transaction that ends late is in all or in none.
async fn found(store: &Store) -> Found {
    let rows: Vec<Line> = store
        .reader()
        .all(
            "SELECT CAST(1 AS BIGINT) AS place, name AS n FROM setting UNION ALL SELECT 2, detail FROM access_log \
             UNION ALL SELECT 3, receipt FROM command_log",
            args![],
        )
        .await
        .unwrap();
    let mut found = Found { settings: BTreeSet::new(), details: BTreeMap::new(), log: BTreeSet::new() };
    for row in rows {
        let n = row.n.parse().unwrap();
        match row.place {
            1 => assert!(found.settings.insert(n)),
            2 => *found.details.entry(n).or_default() += 1,
            _ => assert!(found.log.insert(n)),
        }
    }
    found
}

asuh_store::row_struct! { struct Line { place: i64, n: String } }

fn whole(found: &Found, acknowledged: &BTreeSet<u64>, round: u64) {
    assert!(found.details.values().all(|times| *times == 1), "round {round}: done twice");
    assert!(found.settings.iter().eq(found.details.keys()), "round {round}: half a command");
    assert_eq!(found.settings, found.log, "round {round}: log and rows differ");
    let lost: Vec<_> = acknowledged.difference(&found.log).collect();
    assert!(lost.is_empty(), "round {round}: acknowledged and lost: {lost:?}");
}

#[allow(clippy::disallowed_methods, reason = "measures how long a restart takes")]
#[db_test]
async fn killed_at_any_moment_it_loses_nothing_acknowledged(db: TestDatabase) {
    let (rounds, mut seed) = (from_env("ASUH_CRASH_ROUNDS", 5), from_env("ASUH_CRASH_SEED", 20_261_102_u64));
    let mut promised = BTreeSet::new();
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        let from = (round + 1) * 1_000_000;
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let after = Duration::from_micros((seed >> 33) % 400_000);
        let new = killed_at_work(&db, "the_process_that_is_killed", from, after).await;
        assert!(!new.is_empty());
        let new = new.iter().map(|n| n.parse::<u64>().unwrap());
        promised.extend(new);

        let stopped = Moment::now();
        let store = Store::open(options(&db.folder(), db.url().map(str::to_owned))).await.unwrap();
        // The first command after the crash is one that the killed process may or may not have done.
        let unsure = from + promised.range(from..).count() as u64;
        let unsure = (unsure..).find(|n| n % 7 != 6).unwrap();
        store.submit(envelope(unsure), TwoRows { n: unsure }).await.unwrap();
        promised.insert(unsure);
        let ready = stopped.elapsed();
        assert!(ready < Duration::from_secs(5), "round {round}: ready after {ready:?}");
        slowest = slowest.max(ready);

        whole(&found(&store).await, &promised, round);
        // Sent again, as a phone would: everything acknowledged answers with its receipt, the rest is done once.
        let last = *promised.last().unwrap();
        for n in (last.saturating_sub(2 * TASKS).max(from)..last + TASKS).filter(|n| n % 7 != 6) {
            let receipt = store.submit(envelope(n), TwoRows { n }).await.unwrap();
            assert_eq!(receipt.value, n);
            assert!(receipt.repeated || !promised.contains(&n), "round {round}: {n} was done again");
            promised.insert(n);
        }
        whole(&found(&store).await, &promised, round);
        store.close().await;
    }
    println!(
        "{}: {rounds} kills, {} acknowledged, 0 lost, ready again within {slowest:?}",
        db.engine().name(),
        promised.len()
    );
}
