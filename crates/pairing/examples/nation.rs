//! Pairs a made-up nation: 514 districts of very different sizes, 8.7 million families, 4.3 million sponsors.
//!
//! `cargo xtask bench nation`, or `cargo run --release -p asuh-pairing --example nation -- [--threads N]`. Each district
//! is made, paired, proven and forgotten; the time of making it is told apart. Prints a table, then a line of JSON.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

#[path = "../benches/made_up/mod.rs"]
mod made_up;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use asuh_pairing::pairing::{Stability, pair};
use made_up::{Dice, Shape, district};

const DISTRICTS: usize = 514;
const FAMILIES: f64 = 8_700_000.0;
const LARGEST: f64 = 180_000.0;

/// What one district took.
struct Took {
    families: usize,
    sponsors: usize,
    units: u64,
    making: Duration,
    pairing: Duration,
}

/// Families of every district: log-normal, none above [`LARGEST`], [`FAMILIES`] in all.
fn sizes() -> Vec<usize> {
    let mut dice = Dice::new(514);
    let mut normal = || (0..12).map(|_| dice.below(1_000_000) as f64 / 1e6).sum::<f64>() - 6.0;
    let raw: Vec<f64> = (0..DISTRICTS).map(|_| (0.9 * normal()).exp()).collect();
    let total = |factor: f64| raw.iter().map(|one| (one * factor).min(LARGEST)).sum::<f64>();
    let (mut low, mut high) = (1.0, 1e6);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if total(middle) < FAMILIES {
            low = middle;
        } else {
            high = middle;
        }
    }
    raw.iter().map(|one| (one * low).min(LARGEST) as usize).collect()
}

fn shape(families: usize) -> Shape {
    let villages = (families / 105).clamp(10, 700);
    Shape {
        villages,
        subdistricts: (villages / 12).max(3),
        children: families,
        need: 9,
        sponsors: families * 43 / 87,
        capacity: 9,
        running: 30,
        relatives: 4,
        stability: Stability::Lock,
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let named = arguments.iter().position(|one| one == "--threads").and_then(|at| arguments.get(at + 1));
    let threads = named.map_or(4, |number| number.parse().unwrap());
    let mut sizes = sizes();
    // The largest first, so that no thread is left alone with one at the end.
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    let (next, took) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let begun = Instant::now();
    let work = || {
        while let Some(families) = sizes.get(next.fetch_add(1, Ordering::Relaxed)) {
            let begun = Instant::now();
            let instance = district(&shape(*families), *families as u64);
            let making = begun.elapsed();
            let pairing = pair(&instance).unwrap();
            took.lock().unwrap().push(Took {
                families: *families,
                sponsors: instance.sponsors.len(),
                units: pairing.objectives.served_units,
                making,
                pairing: begun.elapsed() - making,
            });
        }
    };
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let wall = begun.elapsed().as_secs_f64();
    let took = took.into_inner().unwrap();
    let seconds = |of: fn(&Took) -> Duration| took.iter().map(of).sum::<Duration>().as_secs_f64();
    let families: usize = took.iter().map(|one| one.families).sum();
    let sponsors: usize = took.iter().map(|one| one.sponsors).sum();
    let units: u64 = took.iter().map(|one| one.units).sum();
    let slowest = took.iter().max_by_key(|one| one.pairing).unwrap();
    let (making, pairing, peak) = (seconds(|one| one.making), seconds(|one| one.pairing), peak_mb());
    let longest = slowest.pairing.as_secs_f64();
    println!(
        "{DISTRICTS} districts, {families} families, {sponsors} sponsors, {units} units, {threads} threads"
    );
    println!(
        "{wall:8.1} s in all; the threads paired and proved for {pairing:.1} s, made up for {making:.1} s"
    );
    println!("{longest:8.2} s for the slowest, of {} families", slowest.families);
    println!("{peak:8} MB at most");
    println!(
        "{{\"bench\":\"nation\",\"seconds\":{wall:.2},\"pairing_seconds\":{pairing:.2},\
         \"slowest_seconds\":{longest:.3},\"peak_mb\":{peak},\"families\":{families},\"sponsors\":{sponsors},\
         \"units\":{units}}}"
    );
}

/// The most memory this process ever held, in MB; 0 where the system does not say.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib =
        line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse::<u64>().ok());
    kib.unwrap_or(0) / 1_024
}
