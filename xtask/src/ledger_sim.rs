//! `cargo xtask ledger-sim`: the long form of the ledger's simulator and model, optimised: 256 histories of 10,000
//! operations, and 1,000 districts for a year of Mondays. The short form of both runs in every test run.

use std::time::Instant;

use crate::steps::cargo;

/// Runs both, or one seed of them; false when something did not add up.
#[must_use]
pub fn run(seed: Option<u64>) -> bool {
    for (test, variable, times) in [
        ("model::long_histories", "ASUH_LEDGER_HISTORIES", "256"),
        ("mondays::districts_live_through", "ASUH_LEDGER_DISTRICTS", "1000"),
    ] {
        let began = Instant::now();
        let arguments =
            ["test", "--release", "--package", "asuh-ledger", "--test", "it", test, "--", "--nocapture"];
        let mut command = cargo(&arguments);
        command.env(variable, times);
        if let Some(seed) = seed {
            command.env("ASUH_SEED", seed.to_string());
        }
        if !command.status().is_ok_and(|status| status.success()) {
            eprintln!("{test}: the seed that broke it stands above; --seed runs it alone.");
            return false;
        }
        println!("{test}: {:.0} s with building", began.elapsed().as_secs_f64());
    }
    true
}
