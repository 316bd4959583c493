//! A process that is killed while it works, and what was acknowledged to it before.
//!
//! The test binary starts itself once more, for the one test that is the work; without the environment that
//! [`killed_at_work`] gives it, that test has nothing to do.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::TestDatabase;

const FOLDER: &str = "ASUH_KILLED_FOLDER";
const URL: &str = "ASUH_KILLED_URL";
const FROM: &str = "ASUH_KILLED_FROM";

/// What the process that will be killed works on.
pub struct Work {
    /// The data folder.
    pub folder: PathBuf,
    /// The server's address, when the engine is PostgreSQL.
    pub url: Option<String>,
    /// The number at which its work begins.
    pub from: u64,
}

/// The work, in the process that will be killed; nothing in a usual test run.
pub fn work() -> Option<Work> {
    Some(Work {
        folder: std::env::var_os(FOLDER)?.into(),
        url: std::env::var(URL).ok(),
        from: std::env::var(FROM).ok()?.parse().ok()?,
    })
}

/// Tells the parent that this was acknowledged.
///
/// # Panics
/// Nobody listens.
pub fn acknowledged(what: impl Display) {
    writeln!(std::io::stdout().lock(), "\nacknowledged {what}").expect("a parent that listens");
}

/// Lets the test `name` of this binary work on `db` from `from` on, kills it `after` its first acknowledgement,
/// and says what was acknowledged.
///
/// # Panics
/// It does not begin to work within a minute, or ends by itself.
pub async fn killed_at_work(db: &TestDatabase, name: &str, from: u64, after: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this test binary"))
        .args(["--exact", name, "--nocapture"])
        .env(FOLDER, db.folder())
        .env(FROM, from.to_string())
        .envs(db.url().map(|url| (URL, url)))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this test binary again");
    let (first, began) = std::sync::mpsc::channel();
    let mut lines = BufReader::new(child.stdout.take().expect("its output"));
    let reading = std::thread::spawn(move || {
        let mut acknowledged = Vec::new();
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
            // A line that the kill cut short has no end and does not count.
            if let Some(what) = line.strip_prefix("acknowledged ").and_then(|rest| rest.strip_suffix('\n')) {
                acknowledged.push(what.to_owned());
                let _ = first.send(());
            }
            line.clear();
        }
        acknowledged
    });
    began.recv_timeout(Duration::from_secs(60)).expect("the process begins to work");
    tokio::time::sleep(after).await;
    assert!(child.try_wait().expect("a process").is_none(), "the process ended by itself");
    child.kill().expect("killed");
    child.wait().expect("ended");
    tokio::task::spawn_blocking(|| reading.join().expect("what it said")).await.expect("what it said")
}
