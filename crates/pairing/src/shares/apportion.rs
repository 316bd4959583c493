//! Splitting a whole number by weight, and counting in whole steps.

use std::cmp::Reverse;
use std::num::NonZeroU64;

use super::check::unique_lots;
use super::model::{MAX_UNITS, ShareError};

/// An amount cut into whole steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// Number of whole steps.
    pub whole: u64,
    /// What is left over, in the measure of the amount; less than a step.
    pub rest: u64,
}

/// Cuts an amount into whole steps, both in the same measure: 1,260 g in packs of 250 g are 5 packs and 10 g.
#[must_use]
pub fn whole_steps(amount: u64, step: NonZeroU64) -> Steps {
    Steps { whole: amount / step, rest: amount % step }
}

/// Splits `total` in proportion to weight into integers that add up to it, by largest remainder (Hamilton's
/// method): everyone gets the proportional share rounded down, and what then is missing goes, one each, to
/// the largest fractions cut off; ties go to the smaller lot.
///
/// `weights` holds pairs of weight and lot; the answer is in the same order and does not otherwise depend on
/// it. A weight of 0 gets 0. A total below zero is split as its opposite.
///
/// # Errors
///
/// [`ShareError::DuplicateLot`] if two lots are equal, [`ShareError::NoWeight`] if `total` is not 0 and no
/// weight is above 0.
///
/// ```
/// use asuh_pairing::shares::split;
///
/// assert_eq!(split(10, &[(1, 3), (1, 1), (1, 2)])?, [3, 4, 3]);
/// # Ok::<(), asuh_pairing::shares::ShareError>(())
/// ```
pub fn split(total: i64, weights: &[(u64, u64)]) -> Result<Vec<i64>, ShareError> {
    unique_lots(weights.iter().map(|&(_, lot)| lot))?;
    if total != 0 && weights.iter().all(|&(weight, _)| weight == 0) {
        return Err(ShareError::NoWeight);
    }
    Ok(apportion(total, weights))
}

/// [`split`] without its checks; zeros if no weight is above 0.
pub(super) fn apportion(total: i64, weights: &[(u64, u64)]) -> Vec<i64> {
    let sum: u128 = weights.iter().map(|&(weight, _)| u128::from(weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let size = u128::from(total.unsigned_abs());
    let mut shares = Vec::with_capacity(weights.len());
    let mut fractions = Vec::new();
    let mut missing = size;
    for (i, &(weight, lot)) in weights.iter().enumerate() {
        // At most 2^63 times 2^64: fits.
        let product = size * u128::from(weight);
        let share = product / sum;
        missing -= share;
        shares.push(share);
        if product % sum > 0 {
            fractions.push((Reverse(product % sum), lot, i));
        }
    }
    fractions.sort_unstable();
    // The fractions cut off are each below one, so fewer units are missing than there are fractions.
    for (&(_, _, i), _) in fractions.iter().zip(0..missing) {
        shares[i] += 1;
    }
    let sign = i128::from(total.signum());
    // No share is larger than the total, so the casts are exact.
    shares.into_iter().map(|share| (sign * share as i128) as i64).collect()
}

/// What there is to credit: all of it, or nothing if nobody is eligible.
pub(super) fn credit(amount: i64, weights: &[(u64, u64)]) -> i64 {
    if weights.iter().any(|&(weight, _)| weight > 0) { amount } else { 0 }
}

/// The sum of a stock in units, which [`MAX_UNITS`] limits.
pub(super) fn total_units(stock: impl IntoIterator<Item = u64>, name: &str) -> Result<i64, ShareError> {
    stock
        .into_iter()
        .try_fold(0_u64, |sum, units| sum.checked_add(units).filter(|&sum| sum <= MAX_UNITS))
        .map(|sum| sum as i64)
        .ok_or_else(|| ShareError::TooManyUnits(name.into()))
}
