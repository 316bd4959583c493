//! `cargo xtask test`: the one command that passes all tests on a fresh machine.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::counts;
use crate::deny;
use crate::postgres::{Cluster, Durability};
use crate::programs::{self, Chromium};
use crate::steps::{Beside, Ending, Steps, cargo};

/// What to test.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// The daily loop, under three minutes: no clippy, no cargo-deny, no PostgreSQL, no browser.
    #[arg(long)]
    quick: bool,
    /// Run the storage tests on this PostgreSQL instead of a throw-away one.
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Only the tests with this in their name; the checks of the sources are left out.
    filter: Option<String>,
}

/// Runs all steps, prints the summary and tells whether everything was good.
#[must_use]
pub fn run(options: &Options) -> bool {
    let mut steps = Steps::default();
    let clippy = sources(&mut steps, options);
    let (url, _cluster) = database(&mut steps, options);
    let chromium = browser(&mut steps, options);

    let runner = Runner { nextest: nextest_installed(), options, url, chromium };
    if steps.command("build", runner.build()) {
        runner.run(&mut steps);
    } else {
        steps.skip("tests", "the sources do not compile");
    }
    if let Some(clippy) = clippy {
        steps.join(clippy);
    }
    steps.finish()
}

/// The checks of the sources: format, lints, supply chain. The lints run beside all that follows: the crates
/// stand in a row, so neither a build nor a check of them keeps all cores busy. They need a folder of their own,
/// because cargo locks one.
fn sources(steps: &mut Steps, options: &Options) -> Option<io::Result<Beside>> {
    if options.filter.is_some() {
        return None;
    }
    steps.command("fmt", cargo(&["fmt", "--all", "--check"]));
    if options.quick {
        return None;
    }
    let mut clippy =
        cargo(&["clippy", "--workspace", "--all-targets", "--keep-going", "--", "-D", "warnings"]);
    clippy.current_dir(root()).env("CARGO_TARGET_DIR", target().join("clippy"));
    let clippy = Beside::start("clippy", clippy, target().join("clippy").join("printed"));
    if deny::installed() {
        steps.step("deny", deny::check);
    } else {
        steps.skip("deny", "cargo-deny is not installed; `cargo xtask deny` installs and runs it");
    }
    Some(clippy)
}

/// The address of the PostgreSQL for the storage tests, and the cluster to keep alive for it.
fn database(steps: &mut Steps, options: &Options) -> (Option<String>, Option<Cluster>) {
    if let Some(url) = &options.database_url {
        return (Some(url.clone()), None);
    }
    if options.quick {
        return (None, None);
    }
    let mut cluster = None;
    steps.step("postgresql", || {
        let started = programs::postgres().and_then(|programs| Cluster::start(&programs, Durability::Fast));
        match started {
            Ok(started) => {
                println!("    {}", started.url());
                cluster = Some(started);
                Ending::Good
            }
            Err(reason) => {
                eprintln!("{reason}");
                Ending::Failed("no PostgreSQL, see above; the storage tests run on SQLite alone".to_owned())
            }
        }
    });
    (cluster.as_ref().map(Cluster::url), cluster)
}

fn browser(steps: &mut Steps, options: &Options) -> Option<Chromium> {
    if options.quick {
        return None;
    }
    let mut chromium = None;
    steps.step("chromium", || match programs::chromium() {
        Ok(found) => {
            println!("    {}, {}", found.browser.display(), found.driver.display());
            chromium = Some(found);
            Ending::Good
        }
        Err(reason) => {
            eprintln!("{reason}");
            Ending::Failed("no Chromium, see above; the browser journeys are left out".to_owned())
        }
    });
    chromium
}

/// How the tests are run, whatever runner is installed.
struct Runner<'run> {
    nextest: bool,
    options: &'run Options,
    url: Option<String>,
    chromium: Option<Chromium>,
}

impl Runner<'_> {
    /// Compiles what the tests need, the asuh binary included. Packages are selected as in
    /// [`Runner::run`]: another selection gives dependencies other features and compiles them anew.
    fn build(&self) -> Command {
        let mut build = cargo(&["build", "--workspace", "--bins", "--tests"]);
        build.args(self.excluded()).current_dir(root());
        build
    }

    fn run(&self, steps: &mut Steps) {
        if self.nextest {
            let select = |expression| ["nextest", "run", "--workspace", "--no-fail-fast", "-E", expression];
            steps.tests("tests", counts::Runner::Nextest, self.prepared(cargo(&select("not package(e2e)"))));
            let doc = cargo(&["test", "--workspace", "--no-fail-fast", "--doc"]);
            steps.tests("doc tests", counts::Runner::Cargo, self.prepared(doc));
            if self.chromium.is_some() {
                let mut journeys = cargo(&select("package(e2e)"));
                // Two browsers at a time: each is several processes.
                journeys.arg("--test-threads=2");
                steps.tests("browser", counts::Runner::Nextest, self.prepared(journeys));
            }
        } else {
            let mut all = cargo(&["test", "--workspace", "--no-fail-fast"]);
            all.args(self.excluded());
            let name = if self.chromium.is_some() { "all tests" } else { "tests without the browser" };
            steps.tests(name, counts::Runner::Cargo, self.prepared(all));
        }
    }

    /// `cargo test` cannot select tests by package at run time, as nextest can.
    fn excluded(&self) -> &[&str] {
        if self.nextest || self.chromium.is_some() { &[] } else { &["--exclude", "e2e"] }
    }

    fn prepared(&self, mut command: Command) -> Command {
        command.current_dir(root());
        command.args(&self.options.filter);
        // No tests in a package, or none of the filter's name: `Steps::finish` minds the sum.
        command.env("NEXTEST_NO_TESTS", "pass");
        command.env("ASUH_BIN", target().join("debug").join(format!("asuh{}", env::consts::EXE_SUFFIX)));
        match &self.url {
            Some(url) => command.env("ASUH_TEST_DATABASE_URL", url),
            None => command.env_remove("ASUH_TEST_DATABASE_URL"),
        };
        if let Some(chromium) = &self.chromium {
            command.env("CHROME", &chromium.browser).env("CHROMEDRIVER", &chromium.driver);
        }
        command
    }
}

fn nextest_installed() -> bool {
    let mut version = cargo(&["nextest", "--version"]);
    version.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}
