//! How many children a second get their z-scores: 4 and 8 indicators, with the instructions chosen at run time
//! and without, one child at a time, on one thread and on all; and how long a survey's prevalences take.
//!
//! `cargo xtask bench growth`, or `cargo bench -p asuh-growth -- FILTER`. One element of throughput is one child.

#![allow(missing_docs, reason = "criterion's macros make a function without")]
#![allow(clippy::unwrap_used, reason = "a measurement: it stops at the first surprise")]

use std::hint::black_box;
use std::thread;
use std::time::Duration;

use asuh_growth::batch::{Ages, Columns, Scores, z_scores, z_scores_portable};
use asuh_growth::prevalence::{Design, Quintile, Surveyed, prevalence};
use asuh_growth::{Age, Child, Indicator, Interpolation, Kilograms, Length, Oedema, Posture, Sex, TableName};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

const CHILDREN: usize = 1_000_000;

/// A pseudo-random number from 0 to 1, always the same.
fn chance(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 11) as f64 / (1_u64 << 53) as f64
}

/// A z-score of a population with this mean and deviation (sum of twelve).
fn z(seed: &mut u64, mean: f64, deviation: f64) -> f64 {
    mean + deviation * ((0..12).map(|_| chance(seed)).sum::<f64>() - 6.0)
}

/// Invented children as in a poor district: length for age -1.0 (1.3), weight for length -0.3 (1.1), one in a
/// thousand with oedema, one in fifty without a weight.
#[derive(Default)]
struct Children {
    sex: Vec<Option<Sex>>,
    days: Vec<f64>,
    weight: Vec<f64>,
    length: Vec<f64>,
    posture: Vec<Option<Posture>>,
    oedema: Vec<Oedema>,
    others: [Vec<f64>; 4],
}

impl Children {
    fn new(count: usize) -> Children {
        let mut seed = 1;
        let rows = |name: TableName| Sex::ALL.map(|sex| name.rows(sex).map(|row| row.1).collect::<Vec<_>>());
        let lengths = rows(TableName::LengthForAge);
        let [by_length, by_height] = [TableName::WeightForLength, TableName::WeightForHeight].map(rows);
        let others = [
            TableName::HeadForAge,
            TableName::ArmForAge,
            TableName::TricepsForAge,
            TableName::SubscapularForAge,
        ]
        .map(rows);
        let mut children = Children::default();
        for _ in 0..count {
            let sex = usize::from(chance(&mut seed) < 0.49);
            let day = (chance(&mut seed) * 1826.0) as usize;
            let tenths = |value: f64| (value * 10.0).round() / 10.0;
            let length = tenths(lengths[sex][day].measure(z(&mut seed, -1.0, 1.3)));
            let lying = day < 731;
            let (rows, first) = if lying { (&by_length[sex], 450) } else { (&by_height[sex], 650) };
            let row = rows[((length * 10.0) as usize).saturating_sub(first).min(rows.len() - 1)];
            let weight = (row.measure(z(&mut seed, -0.3, 1.1)) * 100.0).round() / 100.0;
            children.sex.push(Some(Sex::ALL[sex]));
            children.days.push(day as f64);
            children.length.push(length);
            children.weight.push(if chance(&mut seed) < 0.02 { f64::NAN } else { weight });
            children.posture.push(Some(if lying { Posture::Lying } else { Posture::Standing }));
            children.oedema.push(if chance(&mut seed) < 0.001 { Oedema::Present } else { Oedema::Absent });
            for (column, rows) in children.others.iter_mut().zip(&others) {
                let row = rows[sex][day.saturating_sub(1857 - rows[sex].len())];
                column.push(tenths(row.measure(z(&mut seed, -0.3, 1.0))));
            }
        }
        children
    }

    fn columns(&self, from: usize, to: usize) -> Columns<'_> {
        Columns {
            sex: &self.sex[from..to],
            age: Ages::Days(&self.days[from..to]),
            weight: &self.weight[from..to],
            length: &self.length[from..to],
            posture: &self.posture[from..to],
            oedema: &self.oedema[from..to],
            head: &self.others[0][from..to],
            arm: &self.others[1][from..to],
            triceps: &self.others[2][from..to],
            subscapular: &self.others[3][from..to],
        }
    }

    fn child(&self, place: usize) -> Child {
        Child {
            sex: self.sex[place],
            age: Age::from_days(self.days[place]).ok(),
            weight: Some(Kilograms(self.weight[place])),
            length: Some(Length {
                posture: self.posture[place],
                ..Length::unknown_posture(self.length[place])
            }),
            oedema: self.oedema[place],
            ..Child::default()
        }
    }
}

/// Where scores go, kept from run to run.
struct Room {
    z: Vec<Vec<f64>>,
    flagged: Vec<Vec<bool>>,
}

impl Room {
    fn new(indicators: usize, count: usize) -> Room {
        Room { z: vec![vec![0.0; count]; indicators], flagged: vec![vec![false; count]; indicators] }
    }

    fn outputs(&mut self, indicators: &[Indicator]) -> Vec<Scores<'_>> {
        let columns = self.z.iter_mut().zip(&mut self.flagged);
        indicators.iter().zip(columns).map(|(i, (z, flagged))| Scores::new(*i, z, flagged)).collect()
    }
}

/// Short, as there are many: the whole takes about a minute.
fn settings(group: &mut BenchmarkGroup<'_, WallTime>) {
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
}

fn batches(criterion: &mut Criterion) {
    let children = Children::new(CHILDREN);
    let columns = children.columns(0, CHILDREN);
    let mut group = criterion.benchmark_group("one thread");
    group.throughput(Throughput::Elements(CHILDREN as u64));
    settings(&mut group);
    let four: &[Indicator] = &Indicator::WEIGHT_AND_LENGTH;
    for (name, indicators) in [("4 indicators", four), ("8 indicators", &Indicator::ALL)] {
        let mut room = Room::new(indicators.len(), CHILDREN);
        let mut outputs = room.outputs(indicators);
        group.bench_function(name, |bencher| {
            bencher.iter(|| z_scores(black_box(&columns), Interpolation::AsWho, &mut outputs).unwrap());
        });
        group.bench_function(format!("{name}, portable"), |bencher| {
            bencher.iter(|| {
                z_scores_portable(black_box(&columns), Interpolation::AsWho, &mut outputs).unwrap();
            });
        });
    }
    // What bounds it: the share of each indicator.
    for indicator in Indicator::ALL {
        let mut room = Room::new(1, CHILDREN);
        let mut outputs = room.outputs(&[indicator]);
        group.bench_function(format!("only {}", indicator.code()), |bencher| {
            bencher.iter(|| z_scores(black_box(&columns), Interpolation::AsWho, &mut outputs).unwrap());
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("one child at a time");
    group.throughput(Throughput::Elements(10_000));
    settings(&mut group);
    let some: Vec<Child> = (0..10_000).map(|place| children.child(place)).collect();
    group.bench_function("4 indicators", |bencher| {
        bencher.iter(|| {
            for child in &some {
                for indicator in Indicator::WEIGHT_AND_LENGTH {
                    let _ = black_box(black_box(child).z_score(indicator));
                }
            }
        });
    });
    group.finish();

    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut group = criterion.benchmark_group(format!("{threads} threads"));
    group.throughput(Throughput::Elements(CHILDREN as u64));
    settings(&mut group);
    let share = CHILDREN.div_ceil(threads);
    let mut rooms: Vec<Room> = (0..threads).map(|_| Room::new(4, share)).collect();
    group.bench_function("4 indicators", |bencher| {
        bencher.iter(|| {
            thread::scope(|scope| {
                for (nth, room) in rooms.iter_mut().enumerate() {
                    let columns = children.columns(nth * share, CHILDREN.min((nth + 1) * share));
                    scope.spawn(move || {
                        let count = columns.sex.len();
                        let mut outputs: Vec<Scores<'_>> = Indicator::WEIGHT_AND_LENGTH
                            .iter()
                            .zip(room.z.iter_mut().zip(&mut room.flagged))
                            .map(|(i, (z, flagged))| Scores::new(*i, &mut z[..count], &mut flagged[..count]))
                            .collect();
                        z_scores(&columns, Interpolation::AsWho, &mut outputs).unwrap();
                    });
                }
            });
        });
    });
    group.finish();
}

fn surveys(criterion: &mut Criterion) {
    let children = Children::new(2413);
    let names: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let mut seed = 2;
    let sample: Vec<Surveyed<'_>> = (0..2413)
        .map(|place| Surveyed {
            weight: Some(0.5 + chance(&mut seed)),
            cluster: Some(&names[place / 40]),
            stratum: Some(&names[place / 400]),
            residence: Some(if chance(&mut seed) < 0.3 { "Urban" } else { "Rural" }),
            region: Some(&names[(chance(&mut seed) * 3.0) as usize]),
            wealth: Some(Quintile::ALL[(chance(&mut seed) * 5.0) as usize]),
            education: Some(&names[(chance(&mut seed) * 4.0) as usize]),
            ..Surveyed::of(children.child(place))
        })
        .collect();
    let mut group = criterion.benchmark_group("prevalence of 2,413 children");
    settings(&mut group);
    group.bench_function("full design", |bencher| {
        bencher.iter(|| prevalence(black_box(&sample), Design::ALL).unwrap());
    });
    group.finish();
}

criterion_group!(benches, batches, surveys);
criterion_main!(benches);
