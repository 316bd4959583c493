//! What a week must look like to have an answer.

use std::collections::HashSet;

use super::model::{MAX_BALANCE, MAX_GOODS, MAX_POINTS, MAX_UNITS, MILLI, Milli, ShareError, Week};

/// Checks what concerns the week as a whole. The ranges keep all sums far inside 64 bits: at most 10^15 from
/// a balance, as much from what was credited earlier, and 10^17 from the value of the goods.
pub(super) fn check(week: &Week) -> Result<(), ShareError> {
    in_range("number of goods", week.goods.len() as i128, 0, MAX_GOODS as i128)?;
    let mut names = HashSet::with_capacity(week.goods.len());
    for good in &week.goods {
        if !names.insert(good.name.as_str()) {
            return Err(ShareError::DuplicateGood(good.name.clone()));
        }
        if good.pack.get() > MAX_UNITS {
            return Err(ShareError::PackTooLarge(good.name.clone()));
        }
        check_account(&good.name, good.points, good.already_credited, good.max_advance)?;
    }
    if let Some(cash) = &week.cash {
        check_account("cash", cash.points.get(), cash.already_credited, cash.max_advance)?;
    }
    unique_lots(week.households.iter().map(|household| household.lot))?;
    let mut ids = HashSet::with_capacity(week.households.len());
    for household in &week.households {
        if !ids.insert(household.id.as_str()) {
            return Err(ShareError::DuplicateHousehold(household.id.clone()));
        }
        if household.accounts.len() != week.goods.len() {
            return Err(ShareError::AccountCount {
                household: household.id.clone(),
                expected: week.goods.len(),
                found: household.accounts.len(),
            });
        }
        let balances = household.accounts.iter().map(|account| account.balance);
        for Milli(balance) in balances.chain([household.value_balance]) {
            if balance.unsigned_abs() > MAX_BALANCE.unsigned_abs() {
                let what = format!("balance of household {}", household.id);
                return Err(ShareError::OutOfRange { what, value: balance.into() });
            }
        }
    }
    Ok(())
}

/// Checks the numbers that goods and cash have in common.
fn check_account(
    name: &str,
    points: u64,
    already_credited: i64,
    max_advance: Option<Milli>,
) -> Result<(), ShareError> {
    let most = i128::from(MAX_BALANCE / MILLI);
    in_range(&format!("points of {name}"), points.into(), 0, MAX_POINTS.into())?;
    in_range(&format!("{name} already credited"), already_credited.into(), -most, most)?;
    let Milli(advance) = max_advance.unwrap_or_default();
    in_range(&format!("advance of {name}"), advance.into(), 0, MAX_BALANCE.into())
}

fn in_range(what: &str, value: i128, least: i128, most: i128) -> Result<(), ShareError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(ShareError::OutOfRange { what: what.into(), value })
    }
}

pub(super) fn unique_lots(lots: impl Iterator<Item = u64>) -> Result<(), ShareError> {
    let mut seen = HashSet::with_capacity(lots.size_hint().0);
    for lot in lots {
        if !seen.insert(lot) {
            return Err(ShareError::DuplicateLot(lot));
        }
    }
    Ok(())
}
