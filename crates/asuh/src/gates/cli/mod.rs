//! The command line: everything that an operator does twice.
//!
//! Exit codes: 0 done, 1 the work found something wrong (a check with findings, an import or a file of measurements
//! with error rows), 2 the command could not run.

mod demo;
mod growth;
mod import;
mod keep;
mod ledger;
mod open;
mod pairing;
mod pdf;
mod settings;
mod tls;
mod user;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub use open::Opened;

/// asuh: software with which a district fights stunting through foster parents.
#[derive(Parser, Debug)]
#[command(name = "asuh", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Verb,
}

/// Where the data is.
#[derive(Args, Debug, Clone)]
pub struct DataArgs {
    /// The data folder (SQLite file, master key, backups).
    #[arg(long, value_name = "DIR", env = "ASUH_DATA", default_value = "asuh-data")]
    pub data: PathBuf,
    /// Keep the data on this PostgreSQL server instead of in the folder.
    #[arg(long, value_name = "URL", env = "ASUH_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Builds a made-up district and serves it.
    Demo(demo::DemoArgs),
    /// Takes a list in: territory, krs, eppgbm, asn.
    Import(import::ImportArgs),
    /// WHO's z-scores and prevalences of CSV files; needs no data folder.
    ///
    /// Exit code 0: every row was read; 1: some could not be read and are listed beside the output, the rest is
    /// computed; 2: the file cannot be computed, and the output is as it was.
    Growth {
        #[command(subcommand)]
        verb: growth::GrowthVerb,
    },
    /// Who helps whom, and the shares of a week, of CSV files; needs no data folder.
    Pairing {
        #[command(subcommand)]
        verb: pairing::PairingVerb,
    },
    /// Receipts of the books; needs no data folder.
    Ledger {
        #[command(subcommand)]
        verb: ledger::LedgerVerb,
    },
    /// Users.
    User {
        #[command(subcommand)]
        verb: user::UserVerb,
    },
    /// Runs the program.
    Serve(ServeArgs),
    /// Proves the books, the seals, the frozen lists and the references; exit code 1 when something is found.
    Check {
        #[command(flatten)]
        data: DataArgs,
        /// Compares this file (CSV or XLSX) with the frozen list that it was downloaded from, and checks nothing else.
        #[arg(long, value_name = "FILE")]
        list: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes everything (except the master key) to one file, while the service may go on.
    Backup {
        /// The file to write.
        file: PathBuf,
        #[command(flatten)]
        data: DataArgs,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Loads a backup into an empty data folder or an empty PostgreSQL database.
    Restore {
        /// The file to read.
        file: PathBuf,
        #[command(flatten)]
        data: DataArgs,
        /// The master key that belongs to the backup; copied into the folder when it has none.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// The master key of the encrypted fields.
    Keys {
        #[command(subcommand)]
        verb: keep::KeysVerb,
    },
    /// Prints the settings of the program and where each comes from.
    Settings {
        #[command(flatten)]
        data: DataArgs,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Makes certificates for an office network without internet.
    Tls {
        #[command(subcommand)]
        verb: tls::TlsVerb,
    },
    /// Makes one PDF: what the service starts for each paper.
    #[command(name = "__pdf", hide = true)]
    Pdf,
}

/// How the program is reached.
#[derive(Args, Debug, Clone)]
pub struct ServeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", env = "ASUH_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Certificate chain (PEM) for HTTPS; with --tls-key. `asuh tls init` makes one.
    #[arg(long, value_name = "FILE", env = "ASUH_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key (PEM) for HTTPS.
    #[arg(long, value_name = "FILE", env = "ASUH_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The address that links in letters and QR codes begin with.
    #[arg(long, value_name = "URL", env = "ASUH_PUBLIC_URL")]
    public_url: Option<String>,
    /// Prints the address as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let matches = <Cli as clap::CommandFactory>::command().get_matches();
    let cli = match <Cli as clap::FromArgMatches>::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("asuh: {error}");
            return ExitCode::from(2);
        }
    };
    log();
    let origins = settings::Origins::of(&matches);
    match runtime.block_on(run(cli, &origins)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("asuh: {error}");
            ExitCode::from(2)
        }
    }
}

/// What stops a command.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The store.
    #[error(transparent)]
    Store(#[from] asuh_store::StoreError),
    /// A command of the program was not done.
    #[error(transparent)]
    Rejected(#[from] asuh_store::Rejection),
    /// A file or the network.
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
    /// Anything else, in words for the operator.
    #[error("{0}")]
    Text(String),
}

async fn run(cli: Cli, origins: &settings::Origins) -> Result<ExitCode, CliError> {
    match cli.command {
        Verb::Demo(args) => demo::run(&args).await,
        Verb::Import(args) => import::run(&args).await,
        Verb::Growth { verb } => growth::run(&verb),
        Verb::Pairing { verb } => pairing::run(&verb),
        Verb::Ledger { verb } => ledger::run(&verb),
        Verb::User { verb } => user::run(&verb).await,
        Verb::Serve(args) => {
            let table = settings::serve_table(&args, origins);
            let opened = Opened::open(&args.data, table).await?;
            crate::serve::serve(opened.app, &args.into()).await
        }
        Verb::Check { data, list: Some(file), json } => keep::check_list(&data, &file, json).await,
        Verb::Check { data, list: None, json } => keep::check(&data, json).await,
        Verb::Backup { file, data, json } => keep::backup(&data, &file, json).await,
        Verb::Restore { file, data, key, json } => keep::restore(&data, &file, key.as_ref(), json).await,
        Verb::Keys { verb } => keep::keys(&verb).await,
        Verb::Settings { data, json } => {
            settings::print(&settings::data_table(&data, origins), json);
            Ok(ExitCode::SUCCESS)
        }
        Verb::Tls { verb } => tls::run(&verb),
        Verb::Pdf => Ok(pdf::run()),
    }
}

impl From<ServeArgs> for crate::serve::Listen {
    fn from(args: ServeArgs) -> Self {
        crate::serve::Listen {
            address: args.listen,
            tls: args.tls_cert.zip(args.tls_key),
            json: args.json,
            extra: serde_json::Map::new(),
        }
    }
}

/// What is logged unless `ASUH_LOG` says otherwise.
const LOG: &str = "warn,asuh=info";

fn log() {
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let wanted = std::env::var("ASUH_LOG").unwrap_or_else(|_| LOG.to_owned());
    let (filter, refused) = match wanted.parse::<Targets>() {
        Ok(filter) => (filter, None),
        Err(error) => (LOG.parse().unwrap_or_default(), Some(error)),
    };
    let lines = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(filter).with(lines).init();
    if let Some(error) = refused {
        tracing::warn!(%error, "ASUH_LOG is not understood; it should look like {LOG}");
    }
}
