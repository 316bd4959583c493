//! `cargo xtask bench [NAME]`: the benches of the workspace by name.

use crate::steps::cargo;

/// One bench: a `[[bench]]` target of a package.
struct Bench {
    /// What a developer types.
    name: &'static str,
    /// What it measures, with its unit.
    about: &'static str,
    package: &'static str,
    target: &'static str,
}

/// Every bench, in the order in which they run. Add a line here with the bench's `[[bench]]` target.
const BENCHES: &[Bench] = &[];

/// Runs the bench `name`, or all; false when one failed, is unknown, or none exists.
#[must_use]
pub fn run(name: Option<&str>) -> bool {
    if BENCHES.is_empty() {
        eprintln!("There is no bench yet. A bench is a line in xtask/src/bench.rs and a [[bench]] target.");
        return false;
    }
    let chosen: Vec<&Bench> =
        BENCHES.iter().filter(|bench| name.is_none_or(|name| bench.name == name)).collect();
    if chosen.is_empty() {
        eprintln!("No bench has this name. There are:");
        for bench in BENCHES {
            eprintln!("  {:<16} {}", bench.name, bench.about);
        }
        return false;
    }
    let mut good = true;
    for bench in chosen {
        println!("==> {}: {}", bench.name, bench.about);
        let status = cargo(&["bench", "--package", bench.package, "--bench", bench.target]).status();
        good &= status.is_ok_and(|status| status.success());
    }
    good
}
