//! How many names are compared in a second, how long it takes to say who a person is who comes in, and to find who
//! stands twice among a million persons.
//!
//! `cargo xtask bench matching`, or `cargo bench -p asuh-matching --features parallel -- FILTER`.

#![allow(missing_docs, reason = "criterion's macros make a function without")]
#![allow(clippy::unwrap_used, reason = "a measurement: it stops at the first surprise")]
#![allow(dead_code, reason = "the lists of the tests, of which a bench needs a part")]

#[path = "../tests/it/lists.rs"]
mod lists;

use std::hint::black_box;
use std::time::Duration;

use asuh_made_up::{Dirt, District, World};
use asuh_matching::batch::within;
use asuh_matching::{CROWDED, Frequencies, Name, Profile, Weights, alike, blocking_keys, compare_all};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lists::{Listed, children, krs_persons};
use time::macros::date;

/// A province: families of 1,400 villages until there are a million heads, wives and children.
const PERSONS: usize = 1_000_000;
const FAMILIES: usize = 304_000;

fn people(families: usize) -> Vec<Listed> {
    let world = World::new(District::invented(90, 1_400), families, date!(2026 - 06 - 30), 11);
    let (mut people, rows) = krs_persons(&world, &Dirt::USUAL, 11, 0);
    people.extend(children(&world, &Dirt::USUAL, 11, rows).0);
    people
}

fn names(criterion: &mut Criterion) {
    let people = people(2_000);
    let frequencies = Frequencies::of(people.iter().map(|person| person.name.as_str()));
    let texts: Vec<&str> = people.iter().map(|person| person.name.as_str()).take(4_000).collect();
    let names: Vec<Name> = texts.iter().map(|text| Name::read(text, &frequencies)).collect();
    let mut group = criterion.benchmark_group("names");
    group.throughput(Throughput::Elements(names.len() as u64));
    group.bench_function("read", |bench| {
        bench.iter(|| {
            texts.iter().map(|text| Name::read(text, &frequencies)).filter(|n| !n.is_empty()).count()
        });
    });
    // Neighbours of a sorted list: the names that a block brings together.
    let mut sorted = names.clone();
    sorted.sort();
    group.bench_function("compare near ones", |bench| {
        bench.iter(|| sorted.windows(2).map(|pair| alike(&pair[0], &pair[1]).1.0).sum::<i32>());
    });
    group.bench_function("compare any", |bench| {
        bench.iter(|| names.windows(2).map(|pair| alike(&pair[0], &pair[1]).1.0).sum::<i32>());
    });
    group.finish();
}

/// Keys, reading and comparing for one who comes in, with the most candidates that its six keys can bring. The
/// look-ups in the database come on top.
fn incoming(criterion: &mut Criterion) {
    let people = people(2_000);
    let frequencies = Frequencies::of(people.iter().map(|person| person.name.as_str()));
    let most = 5 * CROWDED;
    let candidates: Vec<_> = people.iter().skip(1).take(most).map(Listed::record).collect();
    let record = people[0].record();
    let mut group = criterion.benchmark_group("incoming");
    group.bench_function("one person, 1,000 candidates read and compared", |bench| {
        bench.iter(|| {
            black_box(blocking_keys(&record));
            let incoming = Profile::read(&record, &frequencies);
            let candidates: Vec<Profile> =
                candidates.iter().map(|record| Profile::read(record, &frequencies)).collect();
            compare_all(&Weights::across(), &incoming, &candidates).len()
        });
    });
    group.finish();
}

fn batch(criterion: &mut Criterion) {
    let mut people = people(FAMILIES);
    assert!(people.len() >= PERSONS, "{}", people.len());
    people.truncate(PERSONS);
    let mut group = criterion.benchmark_group("batch");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(60))
        .throughput(Throughput::Elements(PERSONS as u64));
    group.bench_function("read 1,000,000 persons", |bench| bench.iter(|| lists::profiles(&people).len()));
    let profiles = lists::profiles(&people);
    drop(people);
    let weights = Weights::default().for_persons(PERSONS);
    let found = within(&weights, &profiles);
    println!(
        "{} comparisons, {} groups, {} pairs to ask, {} crowded blocks (largest {:?}); memory at most {}",
        found.compared,
        found.groups.len(),
        found.ask.len(),
        found.crowded.len(),
        found.crowded.first(),
        memory(),
    );
    group.bench_function("duplicates among 1,000,000 persons", |bench| {
        bench.iter(|| within(&weights, &profiles).groups.len());
    });
    group.finish();
}

/// The most memory this process ever held, where the system says so.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| String::from("unknown"), |line| line.trim().to_owned())
}

criterion_group!(benches, names, incoming, batch);
criterion_main!(benches);
