//! How many rows of a CSV file a second `asuh growth zscore` reads, scores and writes, with eight indicators.
//!
//! `cargo xtask bench growth-cli`. One element of throughput is one row; the output is a file in the folder for
//! temporary files.

#![allow(missing_docs, reason = "criterion's macros make a function without")]
#![allow(clippy::unwrap_used, reason = "a measurement: it stops at the first surprise")]

use std::fmt::Write;
use std::time::Duration;

use asuh_step_growth::cli::{Reference, zscore};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const ROWS: u64 = 1_000_000;

/// A pseudo-random number below `bound`, always the same.
fn below(seed: &mut u64, bound: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % bound
}

/// Invented children of all ages below five, a little small, with every measurement.
fn file() -> String {
    let mut text =
        "id,sex,age,is_age_in_month,weight,lenhei,measure,headc,armc,triskin,subskin,oedema\n".to_owned();
    let mut seed = 1;
    for id in 0..ROWS {
        let mut vary = |spread: u64| below(&mut seed, spread) as f64;
        let days = vary(1_826);
        let length = 48.0 + 13.0 * (days / 100.0).sqrt() + vary(60) / 10.0;
        let weight = 0.000_019 * length.powf(2.96) + vary(20) / 10.0;
        writeln!(
            text,
            "{id},{},{days},0,{weight:.1},{length:.1},{},{:.1},{:.1},{:.1},{:.1},n",
            if vary(2) < 1.0 { "m" } else { "f" },
            if days < 731.0 { "l" } else { "h" },
            38.0 + days / 200.0 + vary(30) / 10.0,
            13.0 + vary(30) / 10.0,
            7.0 + vary(30) / 10.0,
            6.0 + vary(25) / 10.0,
        )
        .unwrap();
    }
    text
}

fn whole_file(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
    std::fs::write(&input, file()).unwrap();
    let mut group = c.benchmark_group("zscore");
    group.throughput(Throughput::Elements(ROWS)).sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("8 indicators, file to file", |b| {
        // A file system may force a file to the disk when it takes the place of another: that is not our work.
        let remove = || drop(std::fs::remove_file(&output));
        let score = |()| zscore(&input, &output, Reference::Who2006, false, &mut |_| {}).unwrap();
        b.iter_batched(remove, score, BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, whole_file);
criterion_main!(benches);
