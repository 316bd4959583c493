//! The throw-away PostgreSQL goes when its owner goes, in whatever way. Runs where the storage
//! tests run on PostgreSQL (`cargo xtask test`), otherwise says that it is skipped.
#![allow(clippy::disallowed_methods, reason = "waits for another process in real time")]

use std::env;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use xtask::postgres::{Cluster, Durability};
use xtask::programs::installed_postgres;

fn start(durability: Durability) -> Option<Cluster> {
    if env::var_os("ASUH_TEST_DATABASE_URL").is_none() {
        println!("skipped: ASUH_TEST_DATABASE_URL is not set");
        return None;
    }
    let Some(programs) = installed_postgres() else {
        println!("skipped: the tests use a PostgreSQL elsewhere, none is installed here");
        return None;
    };
    Some(Cluster::start(&programs, durability).expect("a cluster"))
}

fn answers(url: &str) -> bool {
    let address = url.trim_start_matches("postgres://asuh@").trim_end_matches("/postgres");
    TcpStream::connect(address).is_ok()
}

fn within_20_seconds(condition: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if condition() {
            return true;
        }
        thread::sleep(Duration::from_millis(50));
    }
    false
}

#[test]
fn a_dropped_cluster_leaves_nothing() {
    let Some(cluster) = start(Durability::Durable) else { return };
    let (url, folder) = (cluster.url(), cluster.folder().to_owned());
    assert!(answers(&url), "{url} does not answer after start");
    drop(cluster);
    assert!(!answers(&url), "{url} still answers");
    assert!(!folder.exists(), "{} is still there", folder.display());
}

#[test]
fn a_killed_owner_leaves_nothing() {
    if env::var_os("ASUH_TEST_DATABASE_URL").is_none() || installed_postgres().is_none() {
        println!("skipped: no PostgreSQL for the tests");
        return;
    }
    let mut owner = Command::new(env::current_exe().expect("this test binary"))
        .args(["--exact", "owner_of_a_cluster", "--nocapture"])
        .env(OWNER, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test binary again");
    let lines = BufReader::new(owner.stdout.take().expect("its output")).lines();
    let line = lines.map_while(Result::ok).find(|line| line.contains("postgres://")).expect("a cluster");
    let (url, folder) = line.rsplit_once(' ').expect("address and folder");
    let url = url.rsplit(' ').next().unwrap_or(url);
    assert!(answers(url), "{url} does not answer");
    owner.kill().expect("killed");
    owner.wait().expect("ended");
    assert!(within_20_seconds(|| !Path::new(folder).exists()), "{folder} is still there");
    assert!(!answers(url), "{url} still answers");
}

/// Set in the process that owns a cluster until it is killed; in a usual test run that test has nothing to do.
const OWNER: &str = "ASUH_OWNER_OF_A_CLUSTER";

#[test]
fn owner_of_a_cluster() {
    if env::var_os(OWNER).is_none() {
        return;
    }
    let Some(cluster) = start(Durability::Fast) else { return };
    println!("{} {}", cluster.url(), cluster.folder().display());
    thread::sleep(Duration::from_secs(60));
}
