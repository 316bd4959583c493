//! Pairings against reference instances whose best values are known and unique.
//!
//! The instances are not part of the repository. They are looked for in the folder that the environment
//! variable `ASUH_SHARED_DIR` names, or else in `shared` beside the checkout; without them the test says
//! that it skips.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use asuh_pairing::pairing::{Child, Instance, RunningPair, Sponsor, Stability, Tier, Village, pair};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn instances() -> Vec<PathBuf> {
    let shared = std::env::var_os("ASUH_SHARED_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let Ok(entries) = fs::read_dir(shared.join("pairing/dev")) else { return Vec::new() };
    let folders = entries.map(|entry| entry.expect("entry").path());
    let mut found: Vec<PathBuf> = folders.filter(|folder| folder.join("sponsors.csv").exists()).collect();
    found.sort();
    found
}

/// Rows of a CSV file without quoting, as maps from column to field.
fn rows(dir: &Path, file: &str) -> Vec<HashMap<String, String>> {
    let content = fs::read_to_string(dir.join(file)).expect("instance file");
    let mut lines = content.lines();
    let header: Vec<&str> = lines.next().expect("header").split(',').collect();
    lines
        .map(|line| header.iter().map(|&name| name.into()).zip(line.split(',').map(String::from)).collect())
        .collect()
}

fn number(row: &HashMap<String, String>, column: &str) -> u32 {
    row[column].parse().expect("number")
}

fn load(dir: &Path) -> Instance {
    let meta: Value =
        serde_json::from_str(&fs::read_to_string(dir.join("meta.json")).expect("meta")).expect("JSON");
    let cost = |nth: usize| meta["tier_cost"][nth].as_u64().expect("number") as u32;
    Instance {
        stability: if meta["stability"] == "soft" { Stability::Soft } else { Stability::Lock },
        tier_cost: [cost(0), cost(1), cost(2), cost(3)],
        villages: rows(dir, "desa.csv")
            .iter()
            .map(|row| Village { id: row["desa_id"].clone(), subdistrict: row["kec_id"].clone() })
            .collect(),
        neighbours: rows(dir, "kec_adj.csv")
            .iter()
            .map(|row| (row["kec_a"].clone(), row["kec_b"].clone()))
            .collect(),
        children: rows(dir, "children.csv")
            .iter()
            .map(|row| Child {
                id: row["child_id"].clone(),
                village: row["desa_id"].clone(),
                need: number(row, "need"),
                other_support: number(row, "ext_support"),
                rank: number(row, "rank"),
            })
            .collect(),
        sponsors: rows(dir, "sponsors.csv")
            .iter()
            .map(|row| Sponsor {
                id: row["sponsor_id"].clone(),
                village: row["desa_id"].clone(),
                capacity: number(row, "capacity"),
                reach: Tier::ALL[number(row, "max_tier") as usize],
            })
            .collect(),
        exclusions: rows(dir, "exclusions.csv")
            .iter()
            .map(|row| (row["sponsor_id"].clone(), row["child_id"].clone()))
            .collect(),
        running: rows(dir, "existing.csv")
            .iter()
            .map(|row| RunningPair {
                sponsor: row["sponsor_id"].clone(),
                child: row["child_id"].clone(),
                units: number(row, "units"),
            })
            .collect(),
    }
}

#[test]
fn the_best_values_are_reached() {
    let found = instances();
    if found.is_empty() {
        eprintln!("skipped: no reference instances of pairings beside the checkout");
    }
    for dir in found {
        let instance = load(&dir);
        let best: Value =
            serde_json::from_str(&fs::read_to_string(dir.join("optimum.json")).expect("optimum"))
                .expect("JSON");
        let pairing = pair(&instance).expect("an answer");
        let values = pairing.objectives;
        let said = |name: &str| best[name].as_u64().expect("number");
        let name = dir.display();
        assert_eq!(values.served_units, said("served_units"), "{name}");
        assert_eq!(values.rank_objective, i128::from(said("rank_objective")), "{name}");
        assert_eq!(values.kept_units, said("kept_units"), "{name}");
        assert_eq!(values.geo_cost, said("geo_cost"), "{name}");
        let mut lines: Vec<String> = instance
            .children
            .iter()
            .zip(&pairing.served)
            .map(|(child, served)| format!("{},{served}\n", child.id))
            .collect();
        lines.sort();
        let hash: String = Sha256::digest(lines.concat()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(Value::from(hash), best["t_sha256"], "{name}");
    }
}
