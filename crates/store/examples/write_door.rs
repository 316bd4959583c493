//! How many commands a second the write door acknowledges, with one client and with 32 at once.
//!
//! `cargo run --release -p asuh-store --example write_door -- [--seconds 5] [--folder DIR] [--database-url URL]`
//!
//! A command reads two rows, inserts three and leaves its entry in the trail: the shape of a hand-over of eggs.
//! The folder should be on the disk that is meant; a server should be durable (`fsync = on`), and its database
//! empty or made by this program. Prints a table, then one line of JSON.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

use std::time::{Duration, Instant as Moment};

use asuh_store::{
    Command, DistrictId, Engine, Envelope, Fault, Id, Options, Query, Recording, Refusal, Store, Tx, args,
};
use serde::{Deserialize, Serialize};

const DISTRICT: DistrictId = DistrictId(1);
const PLACES: u8 = 50;

fn account(n: u8) -> Id {
    Id::from_bytes([n; 16])
}

/// Accounts to move things between.
#[derive(Serialize, Deserialize)]
struct Prepare;

impl Command for Prepare {
    const KIND: &'static str = "bench.prepare";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        for n in 0..PLACES {
            tx.execute(
                "INSERT INTO account (district_id, id, kind, place_id, fund, commodity, opened_at) \
                 VALUES ($1, $2, 'depot', $2, 'asn', 'egg', $3) ON CONFLICT (district_id, id) DO NOTHING",
                args![tx.district(), account(n), tx.now()],
            )
            .await?;
        }
        Ok(())
    }
}

/// Moves eggs from one place to two others.
#[derive(Serialize, Deserialize)]
struct HandOver {
    from: u8,
    to: [u8; 2],
    eggs: i64,
    note: String,
}

impl Command for HandOver {
    const KIND: &'static str = "bench.hand_over";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        for place in self.to {
            let found: Option<(String,)> = tx
                .first(
                    "SELECT commodity FROM account WHERE district_id = $1 AND id = $2",
                    args![tx.district(), account(place)],
                )
                .await?;
            if found.is_none() {
                return Err(Refusal::not_found().into());
            }
        }
        let id = tx.new_id();
        tx.subject("transfer", id);
        tx.execute(
            "INSERT INTO transfer (district_id, id, kind, moved_on, cause_id, reason, command_id, actor_id, recorded_at) \
             VALUES ($1, $2, 'handed_over', 20261102, $3, $4, $3, $5, $6)",
            args![tx.district(), id, tx.command_id(), &self.note, tx.actor(), tx.now()],
        )
        .await?;
        let lines = self
            .to
            .iter()
            .enumerate()
            .map(|(nth, to)| {
                args![
                    tx.district(),
                    id,
                    nth as i64,
                    account(self.from),
                    account(*to),
                    self.eggs,
                    20_261_102_i64
                ]
            })
            .collect();
        let head = "INSERT INTO transfer_line (district_id, transfer_id, nth, from_account, to_account, amount, moved_on) VALUES";
        tx.insert_many(head, "", lines).await?;
        Ok(id)
    }
}

#[derive(Serialize)]
struct Figure {
    engine: &'static str,
    clients: usize,
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
}

async fn measure(store: &Store, clients: usize, seconds: u64) -> Figure {
    let began = Moment::now();
    let until = began + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut took = Vec::new();
                let mut n = client;
                while Moment::now() < until {
                    n += 1;
                    let place = |step: usize| ((n * 7 + step) % usize::from(PLACES)) as u8;
                    let command = HandOver {
                        from: place(0),
                        to: [place(1), place(2)],
                        eggs: 30,
                        note: "serah terima pengumpulan Senin pagi".into(),
                    };
                    let envelope = Envelope {
                        id: store.new_id(),
                        district: DISTRICT,
                        actor: Id::from_bytes([client as u8; 16]),
                        device: None,
                        captured_at: store.clock().now(),
                    };
                    let sent = Moment::now();
                    store.submit(envelope, command).await.unwrap();
                    took.push(sent.elapsed());
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.unwrap());
    }
    let lasted = began.elapsed().as_secs_f64();
    took.sort();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    Figure {
        engine: store.engine().name(),
        clients,
        per_second: took.len() as f64 / lasted,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
    }
}

#[tokio::main]
async fn main() {
    let (mut seconds, mut url, mut folder) = (5, None, std::env::temp_dir());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().unwrap_or_else(|| panic!("{word} wants a value"));
        match word.as_str() {
            "--seconds" => seconds = value.parse().expect("a number of seconds"),
            "--database-url" => url = Some(value),
            "--folder" => folder = value.into(),
            _ => panic!("unknown option {word}"),
        }
    }
    let mut figures = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if engine == Engine::Postgres && url.is_none() {
            continue;
        }
        let folder = folder.join(format!("asuh-write-door-{}-{}", engine.name(), std::process::id()));
        let mut options = Options::folder(&folder);
        if engine == Engine::Postgres {
            options.database_url = url.clone();
            // The database may be from an earlier run, whose key nobody kept.
            options.key_ring = Some(asuh_store::KeyRing::from_key([7; 32]));
        }
        let store = Store::open(options).await.unwrap();
        let prepare = Envelope {
            id: store.new_id(),
            district: DISTRICT,
            actor: Id::SYSTEM,
            device: None,
            captured_at: store.clock().now(),
        };
        store.submit(prepare, Prepare).await.unwrap();
        measure(&store, 4, 1).await; // warm: connections, prepared statements
        for clients in [1, 32] {
            figures.push(measure(&store, clients, seconds).await);
        }
        store.close().await;
        let _ = std::fs::remove_dir_all(&folder);
    }
    println!("engine      clients  commands/s  p50 ms  p99 ms  32 clients / 1");
    for pair in figures.chunks(2) {
        for figure in pair {
            let ratio = if figure.clients == 1 { 1.0 } else { figure.per_second / pair[0].per_second };
            println!(
                "{:<11} {:>7} {:>11.0} {:>7.2} {:>7.2} {:>15.1}",
                figure.engine, figure.clients, figure.per_second, figure.p50_ms, figure.p99_ms, ratio
            );
        }
    }
    println!("{}", serde_json::to_string(&figures).unwrap());
}
