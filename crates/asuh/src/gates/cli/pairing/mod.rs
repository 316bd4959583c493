//! `asuh pairing solve`, `share`: who helps whom, and the shares of a week, of CSV files. Needs no data folder.

mod instance;
mod table;
mod week;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use asuh_pairing::pairing::pair;
use asuh_pairing::shares::allocate;
use clap::{Args, Subcommand};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::CliError;

/// What is computed.
#[derive(Subcommand, Debug)]
pub(super) enum PairingVerb {
    /// Pairs sponsors with children: the best pairing there is, proven before it is written.
    ///
    /// The folder holds meta.json (stability, tier_cost), desa.csv (desa_id, kec_id), kec_adj.csv (kec_a, kec_b),
    /// children.csv (child_id, desa_id, need, ext_support, rank), sponsors.csv (sponsor_id, desa_id, capacity,
    /// max_tier), exclusions.csv (sponsor_id, child_id) and existing.csv (sponsor_id, child_id, units).
    Solve(Files),
    /// Shares out what was collected in a week.
    ///
    /// The folder holds meta.json (cash_units, cash_unit_rupiah, transfer_max_egg, transfer_max_rice, value_points),
    /// stock.csv (kec_id, egg, rice) and households.csv (hh_id, kec_id, weight, lot, cap_egg, bal_egg, cap_rice,
    /// bal_rice, bal_value).
    Share(Files),
}

/// From where to where.
#[derive(Args, Debug)]
pub(super) struct Files {
    /// The folder to read.
    #[arg(value_name = "INSTANCE_DIR")]
    folder: PathBuf,
    /// The file to write.
    #[arg(short, long, value_name = "OUT.csv")]
    output: PathBuf,
    /// Prints the result's values as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(verb: &PairingVerb) -> Result<ExitCode, CliError> {
    match verb {
        PairingVerb::Solve(files) => solve(files),
        PairingVerb::Share(files) => share(files),
    }
}

fn solve(files: &Files) -> Result<ExitCode, CliError> {
    let instance = instance::read(&files.folder)?;
    let pairing = pair(&instance).map_err(|error| instance::located(&files.folder, &error))?;
    let mut rows = String::from("sponsor_id,child_id,units\n");
    for pair in &pairing.pairs {
        let (sponsor, child) = (&instance.sponsors[pair.sponsor].id, &instance.children[pair.child].id);
        let _ = writeln!(rows, "{},{},{}", table::field(sponsor), table::field(child), pair.units);
    }
    write(&files.output, &rows)?;
    let mut served: Vec<(&str, u32)> =
        instance.children.iter().map(|child| child.id.as_str()).zip(pairing.served.iter().copied()).collect();
    served.sort_unstable();
    let lines: String = served.iter().map(|(child, units)| format!("{child},{units}\n")).collect();
    let values = pairing.objectives;
    let open = |child: &asuh_pairing::pairing::Child| child.open_need();
    let needs: u64 = instance.children.iter().map(|child| u64::from(open(child))).sum();
    if files.json {
        // A pairing that is not proven is an error above.
        let said = json!({
            "served_units": values.served_units,
            "needed_units": needs,
            "rank_objective": whole(values.rank_objective),
            "kept_units": values.kept_units,
            "geo_cost": values.geo_cost,
            "t_sha256": hash(&lines),
            "pairs": pairing.pairs.len(),
            "proof": "optimal",
        });
        println!("{said}");
    } else {
        let missing =
            instance.children.iter().zip(&pairing.served).filter(|(child, got)| open(child) > **got);
        println!("{}: {} pasangan", files.output.display(), pairing.pairs.len());
        println!(
            "  {} dari {needs} satuan terpenuhi; {} anak belum penuh",
            values.served_units,
            missing.count()
        );
        println!("  {} satuan tetap di pasangan lama; biaya jarak {}", values.kept_units, values.geo_cost);
        println!("  Terbukti terbaik: tidak ada pasangan lain yang lebih baik menurut urutan prioritas.");
    }
    Ok(ExitCode::SUCCESS)
}

fn share(files: &Files) -> Result<ExitCode, CliError> {
    let week = week::read(&files.folder)?;
    let outcome = allocate(&week).map_err(|error| week::located(&files.folder, &error))?;
    let mut rows = String::new();
    for share in &outcome.households {
        let cash = share.cash.map_or(0, |cash| cash.given);
        let [egg, rice] = [0, 1].map(|good: usize| share.goods.get(good).map_or(0, |good| good.given));
        let _ = writeln!(rows, "{},{egg},{rice},{cash}", table::field(&share.id));
    }
    write(&files.output, &format!("hh_id,egg,rice,cash\n{rows}"))?;
    let placed: Vec<u64> = outcome.goods.iter().map(|good| good.placed).collect();
    let cash = outcome.cash.as_ref().map_or(0, |cash| cash.placed);
    if files.json {
        let said = json!({
            "households": outcome.households.len(),
            "egg": placed.first(),
            "rice": placed.get(1),
            "cash": cash,
            "x_sha256": hash(&rows),
        });
        println!("{said}");
    } else {
        println!("{}: {} rumah tangga", files.output.display(), outcome.households.len());
        let [egg, rice] = [0, 1].map(|good: usize| placed.get(good).copied().unwrap_or(0));
        println!("  {egg} butir telur, {rice} satuan beras, {cash} satuan uang dibagikan");
    }
    Ok(ExitCode::SUCCESS)
}

/// As a number where JSON has room for it, else as text.
fn whole(number: i128) -> serde_json::Value {
    i64::try_from(number).map_or_else(|_| number.to_string().into(), Into::into)
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    std::fs::write(path, text).map_err(|error| CliError::Io(path.display().to_string(), error))
}
