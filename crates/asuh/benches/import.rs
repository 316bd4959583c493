//! How long a list of families takes from the upload to the preview, from the decision to the last row saved, and the
//! search for duplicates that follows.
//!
//! `cargo xtask bench import`, or
//! `cargo bench -p asuh --bench import -- [--rows 100000] [--sorted] [--again] [--folder DIR] [--database-url URL]`
//!
//! The list is a workbook of Kapuas' shape (17 kecamatan, 231 villages, 30 columns) in random order of villages,
//! or `--sorted`; with `--again` the same list comes a second time with one row in twenty changed. Meanwhile a
//! small command goes through the door every 20 ms, as a coordinator would send it: its slowest hundredth is
//! printed too. A server's database has to be empty. Prints a table, then a line of JSON for each engine.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Moment};

use asuh::gates;
use asuh_documents::sheet::{Column, Kind, SheetWriter, Value};
use asuh_ground::access::Actor;
use asuh_ground::settings::ServerSettings;
use asuh_ground::{App, staging};
use asuh_nusantara::{TerritoryCode, Zone};
use asuh_store::{Command, DistrictId, Envelope, Fault, Id, Options, Recording, Store, Tx, args};
use serde::{Deserialize, Serialize};

const DISTRICT: DistrictId = DistrictId(1);
const REGENCY: i64 = 6_203_000_000;
const SUBDISTRICTS: i64 = 17;
const VILLAGES: i64 = 231;

/// A district with its territories.
#[derive(Serialize, Deserialize)]
struct Prepare;

impl Command for Prepare {
    const KIND: &'static str = "bench.prepare";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "INSERT INTO district (id, code, name, zone, created_at) VALUES ($1, $2, 'Kapuas', 'WIB', 0)",
            args![DISTRICT, REGENCY],
        )
        .await?;
        let mut places = vec![(REGENCY, "Kabupaten Kapuas".to_owned(), "regency")];
        places.extend((0..SUBDISTRICTS).map(|nth| (subdistrict(nth), subdistrict_name(nth), "subdistrict")));
        places.extend((0..VILLAGES).map(|nth| (village(nth), village_name(nth), "village")));
        for (code, name, level) in places {
            tx.execute(
                "INSERT INTO territory (district_id, code, name, name_search, level, valid_from, valid_to) \
                 VALUES ($1, $2, $3, $4, $5, 20250101, NULL)",
                args![DISTRICT, code, &name, name.to_lowercase(), level],
            )
            .await?;
        }
        Ok(())
    }
}

/// What somebody else does meanwhile.
#[derive(Serialize, Deserialize)]
struct Tick;

impl Command for Tick {
    const KIND: &'static str = "bench.tick";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, 'bench', '', $2, $3) \
             ON CONFLICT (district_id, name) DO UPDATE SET changed_at = EXCLUDED.changed_at",
            args![DISTRICT, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}

fn subdistrict(nth: i64) -> i64 {
    REGENCY + (nth + 1) * 10_000
}

fn subdistrict_name(nth: i64) -> String {
    format!("Kecamatan Rekaan {}", (b'A' + nth as u8) as char)
}

fn village(nth: i64) -> i64 {
    subdistrict(nth % SUBDISTRICTS) + 2_001 + nth / SUBDISTRICTS
}

fn village_name(nth: i64) -> String {
    format!("Rekaan {}{}", (b'A' + (nth % SUBDISTRICTS) as u8) as char, nth / SUBDISTRICTS + 1)
}

/// A pseudo-random number below `bound`, always the same.
fn below(seed: &mut u64, bound: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize % bound
}

/// An invented name of one to three words: some names are common, most are not, as in life.
fn name(seed: &mut u64) -> String {
    const FIRST: [&str; 24] = [
        "Budi", "Siti", "Agus", "Nur", "Eko", "Dewi", "Rudi", "Sri", "Hasan", "Ani", "Joko", "Rina", "Dedi",
        "Yuni", "Iwan", "Lina", "Tono", "Maya", "Arif", "Wati", "Hadi", "Ratna", "Bambang", "Fitri",
    ];
    const SYLLABLES: [&str; 20] = [
        "san", "to", "ra", "ha", "yu", "ni", "wa", "ti", "ku", "su", "ma", "lan", "di", "pra", "no", "gi",
        "ar", "is", "mu", "kar",
    ];
    let mut written = FIRST[below(seed, FIRST.len())].to_owned();
    for _ in 0..below(seed, 3) {
        written.push(' ');
        for part in 0..2 + below(seed, 2) {
            let syllable = SYLLABLES[below(seed, SYLLABLES.len())];
            match part {
                0 => written.extend(
                    syllable.chars().enumerate().map(
                        |(nth, c)| {
                            if nth == 0 { c.to_ascii_uppercase() } else { c }
                        },
                    ),
                ),
                _ => written.push_str(syllable),
            }
        }
    }
    written
}

const HEADINGS: [&str; 30] = [
    "Provinsi",
    "Kabupaten",
    "Kecamatan",
    "Desa/Kelurahan",
    "Dusun",
    "RW",
    "RT",
    "Kode Keluarga Indonesia",
    "No KK",
    "NIK Kepala Keluarga",
    "Nama Kepala Keluarga",
    "NIK Istri",
    "Nama Istri",
    "Tgl Lahir Istri",
    "Alamat",
    "No HP",
    "Punya Baduta",
    "Punya Balita",
    "PUS",
    "PUS Hamil",
    "Sumber Air Minum Tidak Layak",
    "Jamban Tidak Layak",
    "Terlalu Muda",
    "Terlalu Tua",
    "Terlalu Dekat",
    "Terlalu Banyak",
    "Bukan Peserta KB Modern",
    "Kategori KRS",
    "Peringkat Kesejahteraan",
    "Catatan Petugas",
];

/// Writes the list; `changed` gives one row in twenty another address. The numbers cannot be anybody's.
fn write_list(path: &Path, rows: usize, sorted: bool, changed: bool) {
    let columns = HEADINGS.map(|title| Column::new(title, Kind::Text));
    let mut sheet = SheetWriter::xlsx(path, "KRS", &columns).unwrap();
    let mut seed = 7;
    for nth in 0..rows {
        let at = match sorted {
            true => (nth * VILLAGES as usize / rows) as i64,
            false => below(&mut seed, VILLAGES as usize) as i64,
        };
        let mut mark = |per_cent| if below(&mut seed, 100) < per_cent { "Ya" } else { "" }.to_owned();
        let marks: Vec<String> = [48, 60, 90, 14, 22, 25, 4, 12, 9, 18, 35, 98].map(&mut mark).to_vec();
        let day = below(&mut seed, 28) + 1;
        let house = if changed && nth % 20 == 0 { "Jalan Baru" } else { "Jalan Rekaan" };
        let mut cells = vec![
            "Kalimantan Tengah".to_owned(),
            "Kabupaten Kapuas".to_owned(),
            subdistrict_name(at % SUBDISTRICTS),
            village_name(at),
            format!("Dusun {}", below(&mut seed, 4) + 1),
            format!("{:03}", below(&mut seed, 6) + 1),
            format!("{:03}", below(&mut seed, 12) + 1),
            format!("KKI{nth:09}"),
            format!("990101{:010}", nth + 1),
            format!("9901{day:02}0185{:06}", nth),
            name(&mut seed),
            format!("9902{:02}0190{:06}", day + 40, nth),
            name(&mut seed),
            format!("{day:02}-01-1990"),
            format!("{house} {}", below(&mut seed, 200)),
            format!("0812{:08}", nth),
        ];
        cells.extend(marks);
        cells.push((below(&mut seed, 4) + 1).to_string());
        cells.push(if nth % 3 == 0 { "dicek" } else { "" }.to_owned());
        let values: Vec<Value<'_>> = cells.iter().map(|cell| Value::Text(cell)).collect();
        sheet.row(&values).unwrap();
    }
    sheet.finish().unwrap();
}

/// The most memory the process has held since the last call, in MB, where the system says it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    Some(kilobytes / 1024)
}

struct Asked {
    rows: usize,
    sorted: bool,
    again: bool,
    folder: Option<PathBuf>,
    url: Option<String>,
}

fn options() -> Asked {
    let mut read = Asked { rows: 100_000, sorted: false, again: false, folder: None, url: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rows" => read.rows = words.next().and_then(|rows| rows.parse().ok()).unwrap(),
            "--sorted" => read.sorted = true,
            "--again" => read.again = true,
            "--folder" => read.folder = words.next().map(Into::into),
            "--database-url" => read.url = words.next(),
            _ => {}
        }
    }
    read
}

fn main() {
    let options = options();
    let folder = options
        .folder
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("asuh-bench-import-{}", std::process::id())));
    std::fs::create_dir_all(&folder).unwrap();
    let mut lists = vec![("first", folder.join("first.xlsx"))];
    write_list(&lists[0].1, options.rows, options.sorted, false);
    if options.again {
        lists.push(("again", folder.join("again.xlsx")));
        write_list(&lists[1].1, options.rows, options.sorted, true);
    }
    println!(
        "{:<10} {:<6} {:>7} {:>11} {:>10} {:>9} {:>9} {:>11}",
        "engine", "list", "rows", "preview s", "commit s", "search s", "p99 ms", "memory MB"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(None, &folder.join("sqlite"), &lists));
    if let Some(url) = &options.url {
        runtime.block_on(measure(Some(url), &folder.join("postgres"), &lists));
    }
    if options.folder.is_none() {
        let _ = std::fs::remove_dir_all(&folder);
    }
}

async fn measure(url: Option<&str>, folder: &Path, lists: &[(&str, PathBuf)]) {
    let mut options = Options::folder(folder);
    options.database_url = url.map(str::to_owned);
    let store = Store::open(options).await.unwrap();
    let settings = ServerSettings { folder: folder.to_owned(), ..ServerSettings::default() };
    let app = App::new(store, settings, gates::registry());
    let envelope = |app: &App| Envelope {
        id: app.store.new_id(),
        district: DISTRICT,
        actor: Id::SYSTEM,
        device: None,
        captured_at: app.store.clock().now(),
    };
    app.store.submit(envelope(&app), Prepare).await.unwrap();
    let actor = Actor::system(DISTRICT, TerritoryCode::from_i64(REGENCY).unwrap(), "Kapuas", Zone::Wib);
    let engine = app.store.engine().name();
    for (list, path) in lists {
        let over = Arc::new(AtomicBool::new(false));
        let monday = tokio::spawn({
            let (app, over) = (app.clone(), over.clone());
            async move {
                let mut took: Vec<Duration> = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let began = Moment::now();
                    let envelope = Envelope {
                        id: app.store.new_id(),
                        district: DISTRICT,
                        actor: Id::SYSTEM,
                        device: None,
                        captured_at: app.store.clock().now(),
                    };
                    app.store.submit(envelope, Tick).await.unwrap();
                    took.push(began.elapsed());
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                took.sort_unstable();
                took
            }
        });
        peak();
        let began = Moment::now();
        let (mut preview, mut saved) = (None, None);
        let summary = staging::run(&app, &actor, "krs", path, false, &mut |progress| {
            match progress.state.as_str() {
                "ready" => drop(preview.get_or_insert_with(|| began.elapsed())),
                // The search for duplicates that follows is a job of its own, and is told apart.
                "committed" => drop(saved.get_or_insert_with(|| (began.elapsed(), peak().unwrap_or(0)))),
                _ => {}
            }
        })
        .await
        .unwrap();
        let (preview, (saved, memory), whole) = (preview.unwrap(), saved.unwrap(), began.elapsed());
        over.store(true, Ordering::Relaxed);
        let took = monday.await.unwrap();
        let p99 = took[took.len() * 99 / 100].as_secs_f64() * 1_000.0;
        let search = (whole - saved).as_secs_f64();
        let (preview, commit) = (preview.as_secs_f64(), (saved - preview).as_secs_f64());
        let rows = summary.rows;
        println!(
            "{engine:<10} {list:<6} {rows:>7} {preview:>11.1} {commit:>10.1} {search:>9.1} {p99:>9.1} {memory:>11}"
        );
        println!(
            "{}",
            serde_json::json!({
                "bench": "import", "engine": engine, "list": list, "rows": rows, "new": summary.new,
                "changed": summary.changed, "same": summary.same, "errors": summary.errors,
                "preview_seconds": preview, "commit_seconds": commit, "search_seconds": search, "other_p99_ms": p99, "peak_mb": memory,
            })
        );
    }
    app.store.close().await;
}
