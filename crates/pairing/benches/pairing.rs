//! How long it takes to pair a district of Serang's size and to prove it, to let a hundred more join, and to share out
//! the eggs, the rice and the cash of a week.
//!
//! `cargo xtask bench pairing`, or `cargo bench -p asuh-pairing --bench pairing -- FILTER`.

#![allow(missing_docs, reason = "criterion's macros make a function without")]
#![allow(clippy::unwrap_used, reason = "a measurement: it stops at the first surprise")]

mod made_up;

use std::hint::black_box;
use std::num::NonZeroU64;
use std::time::Duration;

use asuh_pairing::pairing::{Child, Instance, Sponsor, Stability, Standing, Tier, explain, pair};
use asuh_pairing::shares::{Account, Cash, Depot, Good, Household, Milli, Week, allocate};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use made_up::{Dice, Shape, district};

const VILLAGES: usize = 326;

/// Serang: one unit is one child.
const WHOLE: Shape = Shape {
    villages: VILLAGES,
    subdistricts: 29,
    children: 5_408,
    need: 1,
    sponsors: 12_000,
    capacity: 1,
    running: 0,
    relatives: 4,
    stability: Stability::Lock,
};

/// The same district with shares of a child.
const SHARES: Shape = Shape { need: 9, capacity: 6, running: 30, ..WHOLE };

fn serang() -> [(&'static str, Instance); 3] {
    [
        ("whole children", district(&WHOLE, 1)),
        ("shares", district(&SHARES, 2)),
        ("shares, pairs may move", district(&Shape { stability: Stability::Soft, ..SHARES }, 3)),
    ]
}

fn solving(c: &mut Criterion) {
    let mut group = c.benchmark_group("a district");
    group.sample_size(20).measurement_time(Duration::from_secs(5));
    for (name, instance) in serang() {
        group.bench_function(name, |b| b.iter(|| pair(black_box(&instance)).unwrap()));
        group.bench_function(format!("{name}, explained"), |b| {
            b.iter(|| explain(black_box(&instance)).unwrap());
        });
    }
}

/// One after another into the same district, as the people of a week come in. Divide by a hundred. A child at the end
/// of the order changes little for others, one that is more urgent than thousands takes help from them.
fn joining(c: &mut Criterion) {
    const MANY: usize = 100;
    let mut group = c.benchmark_group(format!("{MANY} join"));
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for (name, mut instance) in serang() {
        let mut dice = Dice::new(7);
        let last = instance.children.len() as u64;
        // Room for newcomers between any two in the order.
        instance.children.iter_mut().for_each(|child| child.rank *= 1 + MANY as u32);
        let need = instance.children[0].need;
        let mut child = |nth: usize, place: u64| Child {
            id: format!("N{nth}"),
            village: instance.villages[dice.below(VILLAGES as u64) as usize].id.clone(),
            need,
            other_support: 0,
            rank: place as u32 * (1 + MANY as u32) + 1 + nth as u32,
        };
        let at_end: Vec<Child> = (0..MANY).map(|nth| child(nth, last)).collect();
        let mut places = Dice::new(8);
        let at_barred = at_end.clone();
        let anywhere: Vec<Child> = (0..MANY).map(|nth| child(nth, places.below(last))).collect();
        let sponsor = |nth: usize| Sponsor {
            id: format!("T{nth}"),
            village: instance.villages[dice.below(VILLAGES as u64) as usize].id.clone(),
            capacity: 1 + nth as u32 % 6,
            reach: Tier::ALL[nth % 4],
        };
        let sponsors: Vec<Sponsor> = (0..MANY).map(sponsor).collect();
        let standing = || Standing::new(instance.clone()).unwrap();
        for (where_to, children) in [("at the end", at_end), ("anywhere", anywhere)] {
            group.bench_function(format!("children {where_to}, {name}"), |b| {
                let join = |(mut standing, children): (Standing, Vec<Child>)| {
                    children.into_iter().for_each(|child| standing.join_child(child, &[]).unwrap());
                    standing
                };
                b.iter_batched(|| (standing(), children.clone()), join, BatchSize::PerIteration);
            });
        }
        // Each is a relative of somebody else, as the lists of civil servants' own families are.
        let relatives: Vec<(Child, String)> =
            (at_barred.into_iter().zip(instance.sponsors.iter().step_by(7)))
                .map(|(child, sponsor)| (child, sponsor.id.clone()))
                .collect();
        group.bench_function(format!("children with a relative, {name}"), |b| {
            let join = |(mut standing, children): (Standing, Vec<(Child, String)>)| {
                children.into_iter().for_each(|(child, one)| standing.join_child(child, &[one]).unwrap());
                standing
            };
            b.iter_batched(|| (standing(), relatives.clone()), join, BatchSize::PerIteration);
        });
        group.bench_function(format!("sponsors, {name}"), |b| {
            let join = |(mut standing, sponsors): (Standing, Vec<Sponsor>)| {
                sponsors.into_iter().for_each(|sponsor| standing.join_sponsor(sponsor).unwrap());
                standing
            };
            b.iter_batched(|| (standing(), sponsors.clone()), join, BatchSize::PerIteration);
        });
    }
}

fn sharing(c: &mut Criterion) {
    const SUBDISTRICTS: u64 = 18;
    let place = |nth: u64| format!("K{nth:03}");
    let mut dice = Dice::new(5);
    let mut depots = || -> Vec<Depot> {
        (0..SUBDISTRICTS).map(|nth| Depot { subdistrict: place(nth), stock: dice.below(600) }).collect()
    };
    let goods = vec![
        Good { points: 2, depots: depots(), transfer_limit: 800, ..Good::new("egg") },
        Good { points: 5, depots: depots(), transfer_limit: 800, ..Good::new("rice_can") },
    ];
    let mut dice = Dice::new(6);
    let mut account = |cap| Account { cap, balance: Milli(dice.below(900) as i64) };
    let accounts: Vec<Vec<Account>> =
        (0..4_000).map(|nth| vec![account(if nth % 20 == 0 { 0 } else { 10 }), account(10)]).collect();
    let household = |(nth, accounts): (usize, Vec<Account>)| Household {
        id: format!("H{nth:05}"),
        subdistrict: place(dice.below(SUBDISTRICTS)),
        weight: 1 + nth as u64 % 4,
        lot: nth as u64,
        on_route: true,
        accounts,
        value_balance: Milli(0),
    };
    let households = accounts.into_iter().enumerate().map(household).collect();
    let cash = Cash {
        stock: 10_000_000,
        step: NonZeroU64::new(1_000).unwrap(),
        points: NonZeroU64::MIN,
        already_credited: 0,
        max_advance: None,
    };
    let week = Week { households, goods, cash: Some(cash) };
    c.bench_function("a week for 4,000 households", |b| b.iter(|| allocate(black_box(&week)).unwrap()));
}

criterion_group!(benches, solving, joining, sharing);
criterion_main!(benches);
