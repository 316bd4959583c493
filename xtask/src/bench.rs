//! `cargo xtask bench [NAME]`: the benches of the workspace by name, built in release mode. Each is an example of
//! its package that prints a small table and a line of JSON, or a bench of its package under criterion.

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
    target: Target,
    /// Whether it also measures a PostgreSQL server, one that syncs to disk as in real life.
    postgres: bool,
}

/// What cargo runs.
enum Target {
    Example(&'static str),
    Bench(&'static str),
    /// A bench that needs a feature.
    BenchWith(&'static str, &'static str),
}

/// Every bench, in the order in which they run.
const BENCHES: &[Bench] = &[
    Bench {
        name: "write-door",
        about: "acknowledged commands per second, 1 client and 32, on both engines",
        package: "asuh-store",
        target: Target::Example("write_door"),
        postgres: true,
    },
    Bench {
        name: "growth",
        about: "children a second (Melem/s) for 4 and 8 growth indicators; prevalences of a survey",
        package: "asuh-growth",
        target: Target::Bench("growth"),
        postgres: false,
    },
    Bench {
        name: "growth-cli",
        about: "rows of a CSV file a second (Melem/s) that `asuh growth zscore` reads, scores and writes",
        package: "asuh",
        target: Target::Bench("growth_cli"),
        postgres: false,
    },
    Bench {
        name: "matching",
        about: "names a second (Melem/s), one person against candidates, duplicates among 1,000,000 persons",
        package: "asuh-matching",
        target: Target::BenchWith("matching", "parallel"),
        postgres: false,
    },
    Bench {
        name: "pairing",
        about: "milliseconds to pair a district of Serang's size, for 100 who join it, for the shares of a week",
        package: "asuh-pairing",
        target: Target::Bench("pairing"),
        postgres: false,
    },
    Bench {
        name: "nation",
        about: "seconds and memory to pair 514 districts with 8.7 million families",
        package: "asuh-pairing",
        target: Target::Example("nation"),
        postgres: false,
    },
    Bench {
        name: "identity",
        about: "seconds to search 1,000,000 persons for duplicates, milliseconds for one who comes in",
        package: "asuh",
        target: Target::Bench("identity"),
        postgres: false,
    },
    Bench {
        name: "hostile",
        about: "seconds and memory for files made to harm the sheet reader; fails beyond 10 s or 300 MiB",
        package: "asuh-documents",
        target: Target::Example("hostile"),
        postgres: false,
    },
    Bench {
        name: "import",
        about: "seconds from a list of 100,000 families to its preview and until it is saved, on both engines",
        package: "asuh",
        target: Target::Bench("import"),
        postgres: true,
    },
    Bench {
        name: "monday",
        about: "contributions a second through HTTP from one office and from 64, on both engines",
        package: "asuh",
        target: Target::Bench("monday"),
        postgres: true,
    },
    Bench {
        name: "cash",
        about: "seconds to lock, sign, release and export a month's 10,000 payments, on both engines; fails beyond 10 s",
        package: "asuh",
        target: Target::Bench("cash"),
        postgres: true,
    },
    Bench {
        name: "week",
        about: "seconds to plan and approve a week for 4,000 households, on both engines; fails beyond 2 s for the plan",
        package: "asuh",
        target: Target::Bench("week"),
        postgres: true,
    },
    Bench {
        name: "check",
        about: "seconds and memory of `asuh check` on 10,000,000 entries of the ledger (ASUH_BENCH_ENTRIES), on both engines",
        package: "asuh",
        target: Target::Bench("check"),
        postgres: true,
    },
    Bench {
        name: "convergence",
        about: "milliseconds to heat map, scorecard and the people behind a number, with 50,000 families",
        package: "asuh",
        target: Target::Bench("convergence"),
        postgres: false,
    },
    Bench {
        name: "registry",
        about: "milliseconds to a page of the list of families and to a search among 1,000,000 persons",
        package: "asuh",
        target: Target::Bench("registry"),
        postgres: false,
    },
];

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
    let mut arguments = match bench.target {
        Target::Example(name) => {
            vec!["run", "--release", "--package", bench.package, "--example", name, "--"]
        }
        Target::Bench(name) => vec!["bench", "--package", bench.package, "--bench", name, "--"],
        Target::BenchWith(name, feature) => {
            vec!["bench", "--package", bench.package, "--features", feature, "--bench", name, "--"]
        }
    };
    let url = cluster.as_ref().map(Cluster::url);
    if let Some(url) = &url {
        arguments.extend(["--database-url", url.as_str()]);
    }
    cargo(&arguments).status().is_ok_and(|status| status.success())
}
