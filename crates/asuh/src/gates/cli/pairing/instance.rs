//! The files of a pairing.

use std::path::Path;

use asuh_pairing::pairing::{Child, Instance, PairingError, RunningPair, Sponsor, Stability, Tier, Village};
use serde_json::Value;

use super::table::{Meta, Table};
use crate::gates::cli::CliError;

pub(super) fn read(folder: &Path) -> Result<Instance, CliError> {
    let meta = Meta::read(folder)?;
    let stability = match meta.at("/stability").and_then(Value::as_str) {
        Some("lock") => Stability::Lock,
        Some("soft") => Stability::Soft,
        _ => return Err(meta.wrong("/stability", "\"lock\" atau \"soft\"")),
    };
    let cost = meta.at("/tier_cost").and_then(Value::as_array);
    let cost = cost.and_then(|cost| {
        cost.iter().map(|cost| u32::try_from(cost.as_u64()?).ok()).collect::<Option<Vec<u32>>>()
    });
    let Some(Ok(tier_cost)) = cost.map(<[u32; 4]>::try_from) else {
        return Err(meta.wrong("/tier_cost", "empat bilangan bulat, dari yang terdekat"));
    };
    let villages = Table::read(folder, "desa.csv", &["desa_id", "kec_id"])?
        .each(|row| Ok(Village { id: row.text("desa_id")?, subdistrict: row.text("kec_id")? }))?;
    let neighbours = Table::read(folder, "kec_adj.csv", &["kec_a", "kec_b"])?
        .each(|row| Ok((row.text("kec_a")?, row.text("kec_b")?)))?;
    let columns = ["child_id", "desa_id", "need", "ext_support", "rank"];
    let children = Table::read(folder, "children.csv", &columns)?.each(|row| {
        Ok(Child {
            id: row.text("child_id")?,
            village: row.text("desa_id")?,
            need: row.number("need")?,
            other_support: row.number("ext_support")?,
            rank: row.number("rank")?,
        })
    })?;
    let columns = ["sponsor_id", "desa_id", "capacity", "max_tier"];
    let sponsors = Table::read(folder, "sponsors.csv", &columns)?.each(|row| {
        let reach = Tier::ALL.get(row.number::<usize>("max_tier")?);
        Ok(Sponsor {
            id: row.text("sponsor_id")?,
            village: row.text("desa_id")?,
            capacity: row.number("capacity")?,
            reach: *reach.ok_or_else(|| row.wrong("max_tier", "tidak berlaku; isi 0, 1, 2 atau 3"))?,
        })
    })?;
    let exclusions = Table::read(folder, "exclusions.csv", &["sponsor_id", "child_id"])?
        .each(|row| Ok((row.text("sponsor_id")?, row.text("child_id")?)))?;
    let running = Table::read(folder, "existing.csv", &["sponsor_id", "child_id", "units"])?.each(|row| {
        Ok(RunningPair {
            sponsor: row.text("sponsor_id")?,
            child: row.text("child_id")?,
            units: row.number("units")?,
        })
    })?;
    Ok(Instance { stability, tier_cost, villages, neighbours, children, sponsors, exclusions, running })
}

/// What is wrong with the instance as a whole, with the file and the line where it stands.
pub(super) fn located(folder: &Path, error: &PairingError) -> CliError {
    let complain = |file: &str, signs: &[(&str, &str)], what: String| {
        let columns: Vec<&str> = signs.iter().map(|sign| sign.0).collect();
        Table::read(folder, file, &columns).map_or_else(|other| other, |table| table.complaint(signs, &what))
    };
    let of = |what: &str| match what {
        "child" => ("children.csv", "child_id"),
        "sponsor" => ("sponsors.csv", "sponsor_id"),
        _ => ("desa.csv", "desa_id"),
    };
    match error {
        PairingError::Duplicate { what, id } => {
            let (file, column) = of(what);
            complain(file, &[(column, id)], "ada dua kali".to_owned())
        }
        PairingError::DuplicateRank { rank, one, other } => complain(
            "children.csv",
            &[("rank", &rank.to_string())],
            format!("dipakai oleh {one} dan {other}; setiap anak harus punya urutan sendiri"),
        ),
        PairingError::UnknownVillage { what, id, village } => {
            let (file, column) = of(what);
            complain(file, &[("desa_id", village), (column, id)], "tidak ada di desa.csv".to_owned())
        }
        PairingError::UnknownSubdistrict(name) => {
            let what = "tidak ada di kolom kec_id desa.csv".to_owned();
            let named =
                Table::read(folder, "kec_adj.csv", &["kec_a"]).is_ok_and(|table| table.holds("kec_a", name));
            complain("kec_adj.csv", &[(if named { "kec_a" } else { "kec_b" }, name)], what)
        }
        PairingError::TooLarge { what, id, value, most } => {
            let (file, column) = of(what);
            let number = if *what == "child" { "need" } else { "capacity" };
            complain(file, &[(number, &value.to_string()), (column, id)], format!("lebih dari {most}"))
        }
        PairingError::TierCost(_) => match Meta::read(folder) {
            Ok(meta) => meta.wrong("/tier_cost", "empat bilangan yang tidak menurun, paling besar 1000000"),
            Err(other) => other,
        },
        other => CliError::Text(format!("{}: {other}", folder.display())),
    }
}
