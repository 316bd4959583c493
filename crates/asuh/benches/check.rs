//! How long `asuh check` takes to prove the books of a district, and how much memory.
//!
//! `cargo xtask bench check`, or `cargo bench -p asuh --bench check -- [--entries 10000000] [--server-entries 1000000]
//! [--folder DIR] [--database-url URL]`; `ASUH_BENCH_ENTRIES` says both numbers too.
//!
//! An entry is a line of the ledger: so much of one commodity from one account to another. They are Mondays of an
//! invented district, posted through the door of the books as the program posts them: 200 offices bring rice, eggs, oil
//! and cash, hand them over and pay in, a courier takes everything along, 1,000 of 7,000 families receive it; lots, what
//! is left of them and balances come out of that, a line of the audit trail stands beside every transfer, and the sealer
//! seals both. The folder is written once into `target/bench-check-ENTRIES` and used again; delete it after a change of
//! the schema. Then the program itself checks everything in a process of its own: the goal is 60 s for 10,000,000. Its
//! peak of memory is what the system says of the process (VmHWM, Linux alone). A server's database has to be empty.
//! Prints a table, then a line of JSON for each engine.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

mod filled;

use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant as Moment};

use asuh_ground::App;
use asuh_ground::audit::seal;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_store::{Command, Fault, Id, Recording, Tx, args};
use filled::{DISTRICT, envelope, fill, open};
use serde::{Deserialize, Serialize};
use time::macros::date;
use time::{Date, Duration as Days};

const REGENCY: i64 = 9_901_000_000;
const OFFICES: usize = 200;
const FAMILIES: usize = 7_000;
/// Families who receive something on a Monday.
const HELPED: usize = 1_000;
/// Lines of a Monday: four come in at each office, three go and arrive, cash is paid in; three leave for the road, and
/// three reach each family.
const LINES: usize = OFFICES * (4 + 3 + 3 + 1) + 3 + HELPED * 3;
/// What an office brings of each of the goods: five of each for each family that is helped.
const BROUGHT: i64 = (5 * HELPED / OFFICES) as i64;

/// The places of the district.
#[derive(Clone)]
struct Places {
    campaign: Id,
    holder: Id,
    warehouse: Id,
    offices: Vec<Id>,
    families: Vec<Id>,
}

/// All that moves for one Monday.
#[derive(Serialize, Deserialize)]
struct Monday {
    #[serde(skip)]
    places: Option<Places>,
    nth: usize,
    day: Date,
}

fn goods() -> [Commodity; 3] {
    ["egg", "oil", "rice_can"].map(|code| code.parse().unwrap())
}

impl Command for Monday {
    const KIND: &'static str = "bench.monday";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let places = self.places.as_ref().expect("never read from its text");
        let (drive, run) = (tx.new_id(), tx.new_id());
        let (mut rolls, mut hand_overs, mut transfers) = (Vec::new(), Vec::new(), Vec::new());
        let mut post = |kind, cause, moves| {
            let (fund, day, reason) = (Fund::ASN, self.day, String::new());
            transfers.push(Transfer { kind, fund, day, cause, reason, moves });
        };
        let warehouse = Spot::new(AccountKind::Warehouse, places.warehouse);
        let each = |from: Spot, to: Spot, amount: i64| goods().map(|of| Move::new(of, from, to, amount));
        for (nth, office) in places.offices.iter().enumerate() {
            let (roll, hand_over) = (tx.new_id(), tx.new_id());
            rolls.push(args![
                tx.district(),
                roll,
                drive,
                *office,
                "closed",
                40_i64,
                40_i64,
                0_i64,
                0_i64,
                0_i64,
                Id::SYSTEM,
                "Saksi",
                ""
            ]);
            hand_overs.push(args![
                tx.district(),
                hand_over,
                format!("BAST-{}-{nth}", self.nth),
                roll,
                places.warehouse,
                "received",
                0_i64,
                Id::SYSTEM,
                "Pengantar",
                "paper",
                0_i64,
                Id::SYSTEM,
                "Penerima",
                "",
                ""
            ]);
            let table = Spot::new(AccountKind::OfficePost, *office);
            let road = Spot::new(AccountKind::Transit, hand_over);
            let mut brought = each(Spot::new(AccountKind::Giver, *office), table, BROUGHT).to_vec();
            let giver = Spot::new(AccountKind::Giver, *office);
            brought.push(Move::new(Commodity::CASH, giver, table, 80_000));
            post(TransferKind::Collected, roll, brought);
            post(TransferKind::HandedOver, hand_over, each(table, road, BROUGHT).to_vec());
            post(TransferKind::Received, hand_over, each(road, warehouse, BROUGHT).to_vec());
            let holder = Spot::new(AccountKind::FundHolder, places.holder);
            post(TransferKind::Deposited, roll, vec![Move::new(Commodity::CASH, table, holder, 80_000)]);
        }
        let courier = Spot::new(AccountKind::Courier, run);
        post(TransferKind::Packed, run, each(warehouse, courier, BROUGHT * OFFICES as i64).to_vec());
        for nth in 0..HELPED {
            let family = places.families[(self.nth * HELPED + nth) % FAMILIES];
            let home = Spot::new(AccountKind::Household, family);
            post(TransferKind::Delivered, run, each(courier, home, 5).to_vec());
        }
        tx.insert_many(
            "INSERT INTO drive (district_id, id, campaign_id, held_on, state, reason, recorded_at) VALUES",
            "",
            vec![args![tx.district(), drive, places.campaign, self.day, "open", "", 0_i64]],
        )
        .await?;
        tx.insert_many(
            "INSERT INTO roll (district_id, id, drive_id, unit_id, state, people, givers, opened_at, touched_at, \
             closed_at, closed_by, cash_witness, cash_paper) VALUES",
            "",
            rolls,
        )
        .await?;
        tx.insert_many(
            "INSERT INTO hand_over (district_id, id, number, roll_id, to_institution_id, state, announced_at, \
             announced_by, giver_name, giver_way, received_at, received_by, receiver_name, note, receipt_note) VALUES",
            "",
            hand_overs,
        )
        .await?;
        tx.insert_many(
            "INSERT INTO allocation_run (district_id, id, number, campaign_id, week_of, warehouse_id, fund_holder_id, \
             fund, weight, state, earlier_runs, lottery_seed, families, on_route, planned_at, planned_by) VALUES",
            "",
            vec![args![
                tx.district(), run, format!("SALUR-{}", self.nth), places.campaign, self.day, places.warehouse,
                places.holder, "asn", "equal", "closed", 0_i64, 1_i64, HELPED as i64, 0_i64, 0_i64, Id::SYSTEM
            ]],
        )
        .await?;
        let trail = transfers
            .iter()
            .map(|transfer| {
                args![
                    tx.district(),
                    Id::SYSTEM,
                    tx.new_id(),
                    "bench.moved",
                    1_i64,
                    0_i64,
                    tx.now(),
                    "transfer",
                    transfer.cause,
                    [0_u8; 32],
                    "{\"number\":\"2026/000001\"}"
                ]
            })
            .collect();
        tx.insert_many(
            "INSERT INTO command_log (district_id, actor_id, id, kind, version, captured_at, recorded_at, subject_kind, \
             subject_id, body_hash, receipt) VALUES",
            "",
            trail,
        )
        .await?;
        books::post_many(tx, transfers).await?;
        Ok(())
    }
}

/// The district before its first Monday.
async fn begin(app: &App) -> Places {
    let id = || app.store.new_id();
    let ids = |count: usize| (0..count).map(|_| id()).collect::<Vec<_>>();
    let places = Places {
        campaign: id(),
        holder: id(),
        warehouse: id(),
        offices: ids(OFFICES),
        families: ids(FAMILIES),
    };
    let institution = |id: Id, kind: &str, name: String| {
        args![DISTRICT, id, kind, &name, name.to_lowercase(), "", 20_000_101_i64, 0_i64]
    };
    let mut institutions = vec![
        institution(places.holder, "fund_holder", "Korpri".into()),
        institution(places.warehouse, "warehouse", "Gudang".into()),
    ];
    institutions.extend(
        places.offices.iter().enumerate().map(|(nth, id)| institution(*id, "opd", format!("Dinas {nth}"))),
    );
    let commodity = |code: &str, kind: &str, keeps: Option<i64>, nth: i64| {
        args![DISTRICT, code, code, code, kind, keeps, nth]
    };
    fill(
        app,
        vec![
            (
                "INSERT INTO district (id, code, name, zone, created_at) VALUES",
                vec![args![DISTRICT, REGENCY, "Rekaan", "WIB", 0_i64]],
            ),
            (
                "INSERT INTO institution (district_id, id, kind, name, name_search, tags, valid_from, recorded_at) VALUES",
                institutions,
            ),
            (
                "INSERT INTO commodity (district_id, code, name, unit, kind, keeps_days, nth) VALUES",
                vec![
                    commodity("rice_can", "goods", None, 1),
                    commodity("egg", "goods", Some(21), 2),
                    commodity("oil", "goods", None, 3),
                    commodity("cash", "cash", None, 4),
                ],
            ),
            (
                "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, \
                 help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, \
                 created_at) VALUES",
                vec![args![
                    DISTRICT, places.campaign, "SECANTING", "", "weekly", 1_i64, 20_000_103_i64, "asn", "nutrition",
                    "families", places.holder, places.warehouse, "asn", 1_i64, "", 3_i64, "active", 0_i64
                ]],
            ),
            (
                "INSERT INTO family (district_id, id, created_at) VALUES",
                places.families.iter().map(|id| args![DISTRICT, *id, 0_i64]).collect(),
            ),
        ],
    )
    .await;
    places
}

/// Fills an installation with so many entries and seals them; how many there are.
async fn build(folder: &Path, url: Option<&str>, entries: usize) -> usize {
    let app = open(url, folder, false).await;
    let places = begin(&app).await;
    let mondays = entries.div_ceil(LINES);
    let began = Moment::now();
    let mut told = Moment::now();
    for nth in 0..mondays {
        let day = date!(2000 - 01 - 03) + Days::weeks(nth as i64);
        let monday = Monday { places: Some(places.clone()), nth, day };
        app.store.submit(envelope(&app), monday).await.unwrap();
        seal::seal_all(&app, DISTRICT).await.unwrap();
        if told.elapsed() > Duration::from_secs(20) {
            told = Moment::now();
            eprintln!(
                "{} of {} entries, {:.0} s",
                nth * LINES,
                mondays * LINES,
                began.elapsed().as_secs_f64()
            );
        }
    }
    app.store.learn().await.unwrap();
    app.store.close().await;
    mondays * LINES
}

/// Seconds and peak MB of `asuh check`, which has to find nothing.
fn check(folder: &Path, url: Option<&str>) -> (f64, Option<f64>) {
    let mut process = Process::new(env!("CARGO_BIN_EXE_asuh"));
    process.args(["check", "--json", "--data"]).arg(folder).stdout(Stdio::piped());
    if let Some(url) = url {
        process.args(["--database-url", url]);
    }
    let began = Moment::now();
    let mut running = process.spawn().unwrap();
    let status = format!("/proc/{}/status", running.id());
    let mut peak = None;
    let ended = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        peak = kilobytes.map(|kilobytes| kilobytes / 1024.0).or(peak);
        if let Some(ended) = running.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let took = began.elapsed().as_secs_f64();
    let said = std::io::read_to_string(running.stdout.take().unwrap()).unwrap();
    assert!(ended.success() && said.contains("\"ok\":true"), "{said}");
    (took, peak)
}

fn measure(engine: &str, folder: &Path, url: Option<&str>, entries: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let began = Moment::now();
    let ready = folder.join("entries");
    let known = std::fs::read_to_string(&ready).ok().and_then(|text| text.trim().parse::<usize>().ok());
    let entries = match known.filter(|_| url.is_none()) {
        Some(known) => known,
        None => {
            // One that was broken off is not used.
            let _ = std::fs::remove_dir_all(folder);
            let entries = runtime.block_on(build(folder, url, entries));
            std::fs::write(ready, entries.to_string()).unwrap();
            entries
        }
    };
    let filled = began.elapsed().as_secs_f64();
    let (seconds, peak) = check(folder, url);
    println!(
        "{engine:<10} {entries:>12} {filled:>9.0} {seconds:>9.1} {:>16.0} {:>9}",
        entries as f64 / seconds,
        peak.map_or_else(|| "-".to_owned(), |peak| format!("{peak:.0}"))
    );
    println!(
        "{}",
        serde_json::json!({ "bench": "check", "engine": engine, "entries": entries, "fill_seconds": filled,
            "check_seconds": seconds, "peak_mb": peak })
    );
}

fn main() {
    let asked = std::env::var("ASUH_BENCH_ENTRIES").ok().and_then(|count| count.parse().ok());
    let (mut entries, mut on_server) = (asked.unwrap_or(10_000_000), asked.unwrap_or(1_000_000));
    let (mut folder, mut url) = (None, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--entries" => entries = words.next().and_then(|count| count.parse().ok()).unwrap(),
            "--server-entries" => on_server = words.next().and_then(|count| count.parse().ok()).unwrap(),
            "--folder" => folder = words.next().map(PathBuf::from),
            "--database-url" => url = words.next(),
            _ => {}
        }
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let folder = folder.unwrap_or_else(|| target.join(format!("bench-check-{entries}")));
    println!(
        "{:<10} {:>12} {:>9} {:>9} {:>16} {:>9}",
        "engine", "entries", "fill s", "check s", "entries/s", "peak MB"
    );
    measure("sqlite", &folder, None, entries);
    if let Some(url) = &url {
        let keys = tempfile::tempdir_in(&target).unwrap();
        measure("postgres", &keys.path().join("keys"), Some(url), on_server);
    }
}
