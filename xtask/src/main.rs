//! `cargo xtask`: the commands of a developer of asuh.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of asuh")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every test, after installing or starting what the tests need.
    Test(xtask::test::Options),
    /// Run one bench by name, or all of them.
    Bench {
        /// The bench's name; without it all benches run.
        name: Option<String>,
    },
    /// Feed the growth library, `asuh growth` and the spreadsheet readers with anything, for some minutes.
    Fuzz {
        /// How long.
        #[arg(long, default_value_t = 10)]
        minutes: u64,
    },
    /// Run the ledger's simulator for long: 256 histories of 10,000 operations, 1,000 districts for a year of Mondays.
    LedgerSim {
        /// Only this seed, to look at what broke.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Write a dirty list of families or children who do not exist, and the truth about every row.
    GenList(xtask::gen_list::Options),
    /// Kill it two hundred times, back it up under load, damage backups, fill its disk: the long forms of these tests.
    Reliability(xtask::reliability::Options),
    /// Check licences, forbidden crates, sources and known vulnerabilities, installing cargo-deny if absent.
    Deny,
}

fn main() -> ExitCode {
    let good = match Arguments::parse().command {
        Command::Test(options) => xtask::test::run(&options),
        Command::Bench { name } => xtask::bench::run(name.as_deref()),
        Command::Fuzz { minutes } => xtask::fuzz::run(minutes),
        Command::LedgerSim { seed } => xtask::ledger_sim::run(seed),
        Command::GenList(options) => xtask::gen_list::run(&options),
        Command::Reliability(options) => xtask::reliability::run(&options),
        Command::Deny => xtask::deny::run(),
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
