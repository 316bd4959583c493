//! How well duplicates are found on made-up lists of the size of Kapuas, whose truth is known:
//! `cargo run --release -p asuh-matching --features parallel --example evaluate -- [--million] [--show] SEED...`
//!
//! `--million` searches a province of 1,000,000 heads, wives and children once, and says how long that took.
//! `--show` lists what was missed, wrong and asked, with the reasons: for tuning, on other seeds than the tests'.

#![allow(clippy::unwrap_used, reason = "a tool for developers")]

#[path = "../tests/it/lists.rs"]
mod lists;

use std::time::Instant;

use asuh_made_up::{Dirt, District, World};
use asuh_matching::batch::{self, Found};
use asuh_matching::{Agreement, Profile, Weights, compare};
use lists::{Judged, Listed, children, judge, krs_persons, profiles};
use time::macros::date;

fn main() {
    let mut seeds: Vec<u64> = Vec::new();
    let (mut show, mut million) = (false, false);
    for argument in std::env::args().skip(1) {
        match argument.parse() {
            Ok(seed) => seeds.push(seed),
            Err(_) => {
                show |= argument == "--show";
                million |= argument == "--million";
            }
        }
    }
    if million {
        province();
    }
    println!("seed  list               persons   pairs   recall  precision  asked rows  comparisons");
    for seed in seeds {
        let first = World::new(District::kapuas(), 12_000, date!(2026 - 06 - 30), seed);
        let second = first.quarter_later();
        for (name, make) in [("KRS", krs_persons as Maker), ("posyandu", children)] {
            let (listed, rows) = make(&first, &Dirt::USUAL, seed, 0);
            let ready = profiles(&listed);
            let found = batch::within(&Weights::default(), &ready);
            report(seed, &format!("{name} within"), &listed, &found, judge(&listed, &found, |_, _| true));
            if show {
                explain(&listed, &ready, &found, |_, _| true);
            }
            let (more, _) = make(&second, &Dirt::USUAL, seed + 1_000, rows);
            let split = listed.len();
            let listed: Vec<Listed> = listed.into_iter().chain(more).collect();
            let ready = profiles(&listed);
            let found = batch::across(&Weights::across(), &ready, split);
            let across = |one: usize, two: usize| (one < split) != (two < split);
            report(seed, &format!("{name} across"), &listed, &found, judge(&listed, &found, across));
            if show {
                explain(&listed, &ready, &found, across);
            }
        }
    }
}

/// A million persons: read, and searched for duplicates.
#[allow(clippy::disallowed_methods, reason = "it measures real time")]
fn province() {
    let world = World::new(District::invented(90, 1_400), 304_000, date!(2026 - 06 - 30), 11);
    let (mut listed, rows) = krs_persons(&world, &Dirt::USUAL, 11, 0);
    listed.extend(children(&world, &Dirt::USUAL, 11, rows).0);
    listed.truncate(1_000_000);
    let start = Instant::now();
    let ready = profiles(&listed);
    let read = start.elapsed();
    let before = processor_seconds();
    let found = batch::within(&Weights::default().for_persons(ready.len()), &ready);
    println!(
        "{} persons read in {:.1} s, searched in {:.1} s ({:.1} s of processors): {} comparisons, {} crowded blocks (largest {:?})",
        ready.len(),
        read.as_secs_f64(),
        (start.elapsed() - read).as_secs_f64(),
        processor_seconds() - before,
        found.compared,
        found.crowded.len(),
        found.crowded.first(),
    );
    let judged = judge(&listed, &found, |_, _| true);
    report(11, "province", &listed, &found, judged);
}

/// What this process has used of all processors so far, where the system says so in hundredths of a second.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let hundredths = |nth: usize| fields.get(nth).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (hundredths(11) + hundredths(12)) / 100.0
}

type Maker = fn(&World, &Dirt, u64, usize) -> (Vec<Listed>, usize);

fn report(seed: u64, name: &str, listed: &[Listed], found: &Found, judged: Judged) {
    println!(
        "{seed:>4}  {name:<18} {:>7} {:>7}  {:.4}     {:.4}      {:.4}  {:>11}",
        listed.len(),
        judged.pairs,
        judged.recall,
        judged.precision,
        judged.asked,
        found.compared,
    );
}

fn explain(listed: &[Listed], ready: &[Profile], found: &Found, wanted: impl Fn(usize, usize) -> bool) {
    let judged = judge(listed, found, wanted);
    let line = |what: &str, one: usize, two: usize| {
        let verdict = compare(&Weights::default(), &ready[one], &ready[two]);
        let met = ready[one].keys().as_slice().iter().any(|key| ready[two].keys().as_slice().contains(key));
        let findings = verdict.findings.iter().filter(|finding| finding.agreement != Agreement::Unknown);
        let why: Vec<String> = findings
            .map(|finding| format!("{} {} {}", finding.field.code(), finding.agreement.code(), finding.bits))
            .collect();
        println!(
            "  {what} {} / {}: {} {:?}{} [{}]",
            listed[one].name,
            listed[two].name,
            verdict.bits,
            verdict.rule,
            if met { "" } else { " never met" },
            why.join(", ")
        );
    };
    judged.missed.iter().take(40).for_each(|(one, two)| line("missed", *one, *two));
    judged.wrong.iter().take(40).for_each(|(one, two)| line("wrong ", *one, *two));
    for pair in found.ask.iter().filter(|pair| listed[pair.one].person != listed[pair.two].person).take(40) {
        line("asked in vain", pair.one, pair.two);
    }
}
