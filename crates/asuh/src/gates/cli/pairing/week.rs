//! The files of a week's shares.

use std::num::NonZeroU64;
use std::path::Path;

use asuh_pairing::shares::{Account, Cash, Depot, Good, Household, Milli, ShareError, Week};

use super::table::{Meta, Table};
use crate::gates::cli::CliError;

/// The goods, the lumpiest first.
const GOODS: [&str; 2] = ["egg", "rice"];

pub(super) fn read(folder: &Path) -> Result<Week, CliError> {
    let meta = Meta::read(folder)?;
    let stock = Table::read(folder, "stock.csv", &["kec_id", "egg", "rice"])?;
    let good = |name: &str| {
        Ok(Good {
            points: meta.number(&format!("/value_points/{name}"))?,
            transfer_limit: meta.number(&format!("/transfer_max_{name}"))?,
            depots: stock
                .each(|row| Ok(Depot { subdistrict: row.text("kec_id")?, stock: row.number(name)? }))?,
            ..Good::new(name)
        })
    };
    let goods = GOODS.into_iter().map(good).collect::<Result<Vec<Good>, CliError>>()?;
    let positive = |pointer: &str| {
        let number = NonZeroU64::new(meta.number(pointer)?);
        number.ok_or_else(|| meta.wrong(pointer, "bilangan bulat mulai 1"))
    };
    let step = positive("/cash_unit_rupiah")?;
    let units = meta.number("/cash_units")?;
    let cash = Cash {
        stock: units.checked_mul(step.get()).ok_or_else(|| meta.wrong("/cash_units", "lebih kecil"))?,
        step,
        points: positive("/value_points/cash")?,
        already_credited: 0,
        max_advance: None,
    };
    let columns =
        ["hh_id", "kec_id", "weight", "lot", "cap_egg", "bal_egg", "cap_rice", "bal_rice", "bal_value"];
    let households = Table::read(folder, "households.csv", &columns)?.each(|row| {
        let account = |name: &str| {
            let (cap, balance) = (row.number(&format!("cap_{name}"))?, row.number(&format!("bal_{name}"))?);
            Ok(Account { cap, balance: Milli(balance) })
        };
        Ok(Household {
            id: row.text("hh_id")?,
            subdistrict: row.text("kec_id")?,
            weight: row.number("weight")?,
            lot: row.number("lot")?,
            on_route: true,
            accounts: GOODS.into_iter().map(account).collect::<Result<_, CliError>>()?,
            value_balance: Milli(row.number("bal_value")?),
        })
    })?;
    Ok(Week { households, goods, cash: Some(cash) })
}

/// What is wrong with the week as a whole, with the file and the line where it stands.
pub(super) fn located(folder: &Path, error: &ShareError) -> CliError {
    let complain = |file: &str, column: &str, value: &str, what: String| {
        Table::read(folder, file, &[column])
            .map_or_else(|other| other, |table| table.complaint(&[(column, value)], &what))
    };
    match error {
        ShareError::DuplicateHousehold(id) => {
            complain("households.csv", "hh_id", id, "ada dua kali".to_owned())
        }
        ShareError::DuplicateLot(lot) => {
            complain("households.csv", "lot", &lot.to_string(), "dipakai dua kali".to_owned())
        }
        ShareError::DuplicateDepot { subdistrict, .. } => {
            complain("stock.csv", "kec_id", subdistrict, "ada dua kali".to_owned())
        }
        ShareError::NoDepot { subdistrict, .. } => complain(
            "households.csv",
            "kec_id",
            subdistrict,
            "tidak ada di stock.csv; tulis barisnya, walaupun stoknya 0".to_owned(),
        ),
        other => CliError::Text(format!("{}: {other}", folder.display())),
    }
}
