//! `cargo xtask bench [NAME]`: the benches of the workspace by name. Each is an example of its package, built
//! in release mode, that prints a small table and a line of JSON.

use crate::postgres::{Cluster, Durability};
use crate::programs;
use crate::steps::cargo;

/// One bench.
struct Bench {
    /// What a developer types.
    name: &'static str,
    /// What it measures, with its unit.
    about: &'static str,
    package: &'static str,
    example: &'static str,
    /// Whether it also measures a PostgreSQL server, one that syncs to disk as in real life.
    postgres: bool,
}

/// Every bench, in the order in which they run.
const BENCHES: &[Bench] = &[Bench {
    name: "write-door",
    about: "acknowledged commands per second, 1 client and 32, on both engines",
    package: "asuh-store",
    example: "write_door",
    postgres: true,
}];

/// Runs the bench `name`, or all; false when one failed or is unknown.
#[must_use]
pub fn run(name: Option<&str>) -> bool {
    let chosen: Vec<&Bench> =
        BENCHES.iter().filter(|bench| name.is_none_or(|name| bench.name == name)).collect();
    if chosen.is_empty() {
        eprintln!("No bench has this name. There are:");
        for bench in BENCHES {
            eprintln!("  {:<16} {}", bench.name, bench.about);
        }
        return false;
    }
    // All of them run, also after one that failed.
    let failed = chosen.into_iter().filter(|bench| !measure(bench)).count();
    failed == 0
}

fn measure(bench: &Bench) -> bool {
    println!("==> {}: {}", bench.name, bench.about);
    let cluster = match (bench.postgres, programs::installed_postgres()) {
        (true, Some(programs)) => match Cluster::start(&programs, Durability::Durable) {
            Ok(cluster) => Some(cluster),
            Err(error) => {
                eprintln!("PostgreSQL is left out: {error}");
                None
            }
        },
        (true, None) => {
            eprintln!("PostgreSQL is left out: it is not installed (cargo xtask test installs it)");
            None
        }
        (false, _) => None,
    };
    let mut arguments =
        vec!["run", "--release", "--package", bench.package, "--example", bench.example, "--"];
    let url = cluster.as_ref().map(Cluster::url);
    if let Some(url) = &url {
        arguments.extend(["--database-url", url.as_str()]);
    }
    cargo(&arguments).status().is_ok_and(|status| status.success())
}
