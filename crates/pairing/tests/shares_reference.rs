//! The weekly allocation against reference instances whose answer is known and unique.
//!
//! The instances are not part of the repository. They are looked for in the folder that the environment
//! variable `ASUH_SHARED_DIR` names, or else in `shared` beside the checkout; without them the test says
//! that it skips.

use std::collections::HashMap;
use std::fs;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use asuh_pairing::shares::{
    Account, Cash, Depot, Good, Household, Milli, Outcome, Stop, Week, allocate, whole_steps,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

const GOODS: [&str; 2] = ["egg", "rice"];

fn instances() -> Vec<PathBuf> {
    let shared = std::env::var_os("ASUH_SHARED_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let Ok(entries) = fs::read_dir(shared.join("pairing/dev/alloc")) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("entry").path()).collect();
    found.sort();
    found
}

fn text(dir: &Path, file: &str) -> String {
    fs::read_to_string(dir.join(file)).expect("instance file")
}

/// Rows of a CSV file without quoting, as maps from column to field.
fn rows(dir: &Path, file: &str) -> Vec<HashMap<String, String>> {
    let content = text(dir, file);
    let mut lines = content.lines();
    let header: Vec<&str> = lines.next().expect("header").split(',').collect();
    lines
        .map(|line| header.iter().map(|&name| name.into()).zip(line.split(',').map(String::from)).collect())
        .collect()
}

fn json(dir: &Path, file: &str) -> Value {
    serde_json::from_str(&text(dir, file)).expect("JSON")
}

fn number<T: std::str::FromStr>(row: &HashMap<String, String>, column: &str) -> T {
    row[column].parse().ok().expect("number")
}

fn load(dir: &Path) -> Week {
    let meta = json(dir, "meta.json");
    let uint = |value: &Value| value.as_u64().expect("number");
    let stock = rows(dir, "stock.csv");
    let goods = GOODS.map(|name| Good {
        points: uint(&meta["value_points"][name]),
        transfer_limit: uint(&meta[format!("transfer_max_{name}")]),
        depots: stock
            .iter()
            .map(|row| Depot { subdistrict: row["kec_id"].clone(), stock: number(row, name) })
            .collect(),
        ..Good::new(name)
    });
    let step = uint(&meta["cash_unit_rupiah"]);
    let cash = Cash {
        stock: uint(&meta["cash_units"]) * step,
        step: NonZeroU64::new(step).expect("step"),
        points: NonZeroU64::new(uint(&meta["value_points"]["cash"])).expect("points"),
        already_credited: 0,
        max_advance: None,
    };
    let households = rows(dir, "households.csv")
        .iter()
        .map(|row| Household {
            id: row["hh_id"].clone(),
            subdistrict: row["kec_id"].clone(),
            weight: number(row, "weight"),
            lot: number(row, "lot"),
            on_route: true,
            accounts: GOODS
                .iter()
                .map(|name| Account {
                    cap: number(row, &format!("cap_{name}")),
                    balance: Milli(number(row, &format!("bal_{name}"))),
                })
                .collect(),
            value_balance: Milli(number(row, "bal_value")),
        })
        .collect();
    Week { households, goods: goods.into(), cash: Some(cash) }
}

fn lines(outcome: &Outcome) -> String {
    let line = |share: &asuh_pairing::shares::Share| {
        let cash = share.cash.expect("cash").given;
        format!("{},{},{},{cash}\n", share.id, share.goods[0].given, share.goods[1].given)
    };
    outcome.households.iter().map(line).collect()
}

#[test]
fn reference_instances_are_met_to_the_byte() {
    let instances = instances();
    if instances.is_empty() {
        eprintln!("skipped: no reference instances (set ASUH_SHARED_DIR)");
    }
    for dir in instances {
        let week = load(&dir);
        let outcome = allocate(&week).expect("a valid week");

        let answer = lines(&outcome);
        let expected = text(&dir, "allocation.csv");
        for (i, (ours, theirs)) in answer.lines().zip(expected.lines().skip(1)).enumerate() {
            assert_eq!(ours, theirs, "row {i} of {}", dir.display());
        }
        assert_eq!(answer.lines().count() + 1, expected.lines().count());
        let optimum = json(&dir, "optimum.json");
        let digest: String =
            Sha256::digest(answer.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, optimum["x_sha256"], "{}", dir.display());

        for (g, name) in GOODS.into_iter().enumerate() {
            let carried = outcome.households.iter().map(|share| share.goods[g].carried);
            compare(&optimum[name], outcome.goods[g].placed, carried);
        }
        let carried = outcome.households.iter().map(|share| share.cash.expect("cash").carried);
        compare(&optimum["cash"], outcome.cash.expect("cash").placed, carried);
    }
}

fn compare(optimum: &Value, placed: u64, carried: impl Iterator<Item = Milli> + Clone) {
    assert_eq!(optimum["placed"], placed);
    assert_eq!(optimum["sum_sq"], carried.clone().map(|Milli(rest)| rest * rest).sum::<i64>());
    assert_eq!(optimum["max_remaining_balance"], carried.max().expect("households").0);
}

/// The same instances with every other household off the route: the depots and balances stay consistent.
#[test]
fn half_a_route_credits_everybody_and_serves_half() {
    let instances = instances();
    if instances.is_empty() {
        eprintln!("skipped: no reference instances (set ASUH_SHARED_DIR)");
    }
    for dir in instances {
        let all = load(&dir);
        let mut week = all.clone();
        for household in week.households.iter_mut().step_by(2) {
            household.on_route = false;
        }
        let (full, half) = (allocate(&all).expect("valid"), allocate(&week).expect("valid"));
        for (i, (full, half)) in full.households.iter().zip(&half.households).enumerate() {
            for g in 0..GOODS.len() {
                assert_eq!(full.goods[g].entitlement, half.goods[g].entitlement);
                if i % 2 == 0 {
                    assert_eq!(half.goods[g].given, 0);
                    assert!(matches!(half.goods[g].stop, Stop::OffRoute | Stop::NotEligible));
                }
            }
        }
        for (good, used) in week.goods.iter().zip(&half.goods) {
            let before: u64 = good.depots.iter().map(|d| whole_steps(d.stock, good.step).whole).sum();
            let after: u64 = used.depots.iter().map(|d| whole_steps(d.left, good.step).whole).sum();
            assert_eq!(before, after + used.placed);
            assert_eq!(used.still_credited, after as i64);
        }
    }
}
