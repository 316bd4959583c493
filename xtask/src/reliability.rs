//! `cargo xtask reliability`: the long forms of what every test run tries for moments: kills, backups under load, a
//! full disk, the last package wanted by two. What they print stands in docs/reliability.md, with the day and the machine.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::counts::Runner;
use crate::postgres::{Cluster, Durability};
use crate::programs;
use crate::steps::{Ending, Steps, cargo};

/// How long.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// SIGKILLs of the store, and again of whole Mondays, on each engine.
    #[arg(long, default_value_t = 200)]
    kills: u64,
    /// Backups made while Mondays go on, on each engine.
    #[arg(long, default_value_t = 20)]
    backups: u64,
    /// Places at which a backup is damaged, a bit flipped and the rest cut off at each.
    #[arg(long, default_value_t = 100)]
    damages: u64,
    /// Weeks whose last package two families are to get at the same moment, on each engine.
    #[arg(long, default_value_t = 100)]
    lasts: u64,
    /// Megabytes of the small disk (8 to 64).
    #[arg(long, default_value_t = 16)]
    disk: u64,
}

/// One long form: a target of a package, and the tests in it by the beginning of their names.
struct Drill {
    name: &'static str,
    package: &'static str,
    target: &'static str,
    tests: &'static str,
}

const DRILLS: &[Drill] = &[
    Drill { name: "kills of the store", package: "asuh-store", target: "crash", tests: "killed_at" },
    Drill { name: "damaged backups", package: "asuh-store", target: "backup", tests: "a_damaged_backup" },
    Drill { name: "kills of Mondays", package: "asuh", target: "crash", tests: "mondays_that_are_killed" },
    Drill {
        name: "backups under load",
        package: "asuh",
        target: "crash",
        tests: "a_backup_made_while_mondays",
    },
    Drill { name: "the last package", package: "asuh", target: "it", tests: "the_last_package_goes" },
];

/// Runs all of them, prints the summary and tells whether everything was good.
#[must_use]
pub fn run(options: &Options) -> bool {
    let mut steps = Steps::default();
    let mut cluster = None;
    steps.step("postgresql", || {
        match programs::postgres().and_then(|programs| Cluster::start(&programs, Durability::Durable)) {
            Ok(started) => {
                cluster = Some(started);
                Ending::Good
            }
            Err(reason) => {
                eprintln!("{reason}");
                Ending::Failed("no PostgreSQL, see above; only SQLite is tried".to_owned())
            }
        }
    });
    for drill in DRILLS {
        let mut tests = test(drill.package, drill.target, drill.tests);
        tests
            .env("ASUH_CRASH_ROUNDS", options.kills.to_string())
            .env("ASUH_BACKUP_ROUNDS", options.backups.to_string())
            .env("ASUH_LAST_ROUNDS", options.lasts.to_string())
            .env("ASUH_BACKUP_DAMAGES", options.damages.to_string());
        match &cluster {
            Some(cluster) => tests.env("ASUH_TEST_DATABASE_URL", cluster.url()),
            None => tests.env_remove("ASUH_TEST_DATABASE_URL"),
        };
        steps.tests(drill.name, Runner::Cargo, tests);
    }
    full_disk(&mut steps, options.disk);
    steps.finish()
}

/// The tests of one target that begin with `tests`, optimised, with what they print.
fn test(package: &str, target: &str, tests: &str) -> Command {
    cargo(&["test", "--release", "--package", package, "--test", target, tests, "--", "--nocapture"])
}

/// A file system in memory that is as small as asked; only root may mount one.
fn full_disk(steps: &mut Steps, megabytes: u64) {
    const NAME: &str = "full disk";
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            steps.skip(NAME, &format!("no folder to mount it: {error}"));
            return;
        }
    };
    if !mount(folder.path(), megabytes) {
        steps.skip(NAME, "a small file system can be mounted only as root on Linux");
        return;
    }
    let mut tests = test("asuh-store", "disk_full", "a_really_full_disk");
    tests.env("ASUH_SMALL_DISK", folder.path());
    steps.tests(NAME, Runner::Cargo, tests);
    let unmounted = Command::new("umount").arg(folder.path()).status();
    if !unmounted.is_ok_and(|status| status.success()) {
        eprintln!("{} is still mounted", folder.path().display());
    }
}

fn mount(folder: &Path, megabytes: u64) -> bool {
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "asuh-small-disk"]).arg(folder);
    mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
