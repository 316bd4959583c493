//! `asuh demo`: a made-up district, built once and served.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use asuh_store::{Clock, Options, Store, SystemClock};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::CliError;
use crate::gates::{self, demo};
use crate::serve;
use asuh_ground::App;
use asuh_ground::settings::{ServerSettings, all};

/// A district that the demo can make.
#[derive(ValueEnum, Debug, Clone, Copy)]
pub(super) enum DemoDistrict {
    /// Kerinci: every Monday a can of rice, an egg and Rp2.000.
    Kerinci,
    /// Kapuas: a province's list of 12,000 families, verified twice and frozen as two lists.
    Kapuas,
    /// Kotawaringin Barat: the rembuk of March 2021 and what became of its promises by the review a year later.
    Kobar,
    /// Belitung: Rp450.000 a month for a child; 92 of 237 are covered, and month by month all.
    Belitung,
    /// Serang: 5,408 children, and 1,300 civil servants who help anywhere in the district.
    Serang,
}

/// What is built, and where it is shown.
#[derive(Args, Debug, Clone)]
pub(super) struct DemoArgs {
    /// The district.
    #[arg(long, value_enum, default_value = "kerinci")]
    district: DemoDistrict,
    /// The data folder; a demo that stands there already is used again.
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// Keep the data on this (empty) PostgreSQL server instead of in the folder.
    #[arg(long, value_name = "URL", env = "ASUH_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The same seed on the same day makes the same district.
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// Builds it and stops.
    #[arg(long)]
    no_serve: bool,
    /// Prints the address and the codes as one line of JSON.
    #[arg(long)]
    json: bool,
    /// A small one: 300 families, four units, two Mondays; 600 families in Kapuas; 72 in Kotawaringin Barat; a twentieth of Serang.
    #[arg(long)]
    small: bool,
}

pub(super) async fn run(args: &DemoArgs) -> Result<ExitCode, CliError> {
    let options = Options { database_url: args.database_url.clone(), ..Options::folder(&args.data) };
    if !stands(&options).await? {
        build(args, options.clone()).await?;
        if !args.no_serve {
            start_anew();
        }
    }
    let settings = ServerSettings { folder: args.data.clone(), demo: true, ..ServerSettings::default() };
    let app = App::new(Store::open(options).await?, settings, gates::registry());
    let users = demo::codes(&app).await?;
    if args.no_serve {
        app.store.close().await;
    }
    if !args.json {
        println!("Kode masuk (ketik di /aktivasi):");
        for user in &users {
            println!("  {}  {:<12} {}", user.code, user.login, user.name);
        }
    }
    let mut extra = serde_json::Map::new();
    extra.insert("users".into(), serde_json::to_value(&users).unwrap_or_default());
    if args.no_serve {
        if args.json {
            println!("{}", serde_json::Value::Object(extra));
        }
        return Ok(ExitCode::SUCCESS);
    }
    serve::serve(app, &serve::Listen { address: args.listen, tls: None, json: args.json, extra }).await
}

/// Starts the same program with the same arguments in the place of this one: it finds the demo standing and serves
/// it without the 200 MB that building it took. Where that cannot be done, this one goes on.
#[cfg(unix)]
fn start_anew() {
    use std::os::unix::process::CommandExt;
    if let Ok(program) = std::env::current_exe() {
        let error = std::process::Command::new(program).args(std::env::args_os().skip(1)).exec();
        tracing::debug!(%error, "the demo is served by the process that built it");
    }
}

#[cfg(not(unix))]
fn start_anew() {}

/// Whether a demo stands there already; anything else there is left alone.
async fn stands(options: &Options) -> Result<bool, CliError> {
    let store = Store::open(options.clone()).await?;
    let districts = all(store.reader()).await;
    store.close().await;
    Ok(!districts?.is_empty())
}

async fn build(args: &DemoArgs, options: Options) -> Result<(), CliError> {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    let now = SystemClock.now();
    let folder = options.folder.clone();
    let mut tell = |doing: &str| {
        bar.set_message(doing.to_owned());
        tracing::debug!(doing, "demo");
    };
    let result = match args.district {
        DemoDistrict::Kerinci => {
            let size = if args.small { demo::Size::SMALL } else { demo::Size::WHOLE };
            demo::build(options, size, args.seed, now, &mut tell).await
        }
        DemoDistrict::Kapuas => {
            let families = if args.small { demo::kapuas::SMALL } else { demo::kapuas::WHOLE };
            demo::kapuas::build(options, families, args.seed, now, &mut tell)
                .await
                .map(|story| tracing::debug!(?story, "kapuas"))
        }
        DemoDistrict::Kobar => {
            let families = if args.small { demo::kobar::SMALL } else { demo::kobar::WHOLE };
            demo::kobar::build(options, families, args.seed, now, &mut tell).await
        }
        DemoDistrict::Belitung => {
            demo::foster::belitung::build(options, args.seed, now, &mut tell).await.map(|_| ())
        }
        DemoDistrict::Serang => {
            let whole = demo::foster::serang::Scale::WHOLE;
            let scale = if args.small { demo::foster::serang::Scale::SMALL } else { whole };
            demo::foster::serang::build(options, scale, args.seed, now, &mut tell).await
        }
    };
    bar.finish_and_clear();
    if result.is_err() && args.database_url.is_none() {
        // A half-built demo would be taken for a whole one.
        for file in ["asuh.db", "asuh.db-wal", "asuh.db-shm"] {
            let _ = std::fs::remove_file(folder.join(file));
        }
    }
    result
}
