//! `cargo xtask fuzz`: the property tests whose names begin with `any`, again and again with other inputs.
//!
//! They run as usual in every test run, with few inputs; here they run optimised and until the time is over. What
//! breaks one of them is made small and printed by proptest, which also keeps it for the next test run.

use std::time::{Duration, Instant};

use crate::steps::cargo;

/// The packages with such tests, and what is in the names of theirs.
const TESTS: &[(&str, &str)] = &[("asuh-growth", "any_"), ("asuh-documents", "any_"), ("asuh", "any_file")];

/// Inputs of every test in one round.
const CASES: &str = "20000";

/// Goes on for so many minutes; false when a test failed.
#[must_use]
pub fn run(minutes: u64) -> bool {
    // Building takes minutes of its own.
    if !TESTS.iter().all(|(package, tests)| tested(package, tests, &["--no-run"])) {
        return false;
    }
    let began = Instant::now();
    let mut rounds = 0;
    while began.elapsed() < Duration::from_secs(minutes * 60) {
        for (package, tests) in TESTS {
            if !tested(package, tests, &[]) {
                eprintln!("{package}: an input broke a test; it stands above.");
                return false;
            }
        }
        rounds += 1;
    }
    println!("{rounds} rounds of {CASES} inputs for each test, and nothing broke.");
    true
}

fn tested(package: &str, tests: &str, how: &[&str]) -> bool {
    let mut arguments = vec!["test", "--release", "--quiet", "--package", package, "--test", "it", tests];
    arguments.extend(how);
    cargo(&arguments).env("PROPTEST_CASES", CASES).status().is_ok_and(|status| status.success())
}
