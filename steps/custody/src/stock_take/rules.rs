//! What notes and coins add up to.

use asuh_store::Refusal;

/// What notes and coins in use are worth, in rupiah, as Bank Indonesia issues them; the largest first.
pub(crate) const WORTHS: [i64; 12] =
    [100_000, 75_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50];

/// What the pieces are worth together with the account at the bank, in rupiah.
///
/// # Errors
/// A piece that is none, less than none of one, or more than can be counted.
pub(crate) fn sum(pieces: &[(i64, i64)], bank: i64) -> Result<i64, Refusal> {
    let refused = || Refusal::new("custody.refused.pieces");
    if bank < 0 || pieces.iter().any(|(worth, count)| !WORTHS.contains(worth) || *count < 0) {
        return Err(refused());
    }
    pieces
        .iter()
        .try_fold(bank, |sum, (worth, count)| sum.checked_add(worth.checked_mul(*count)?))
        .ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn pieces_add_up_and_only_real_ones_count() {
        assert_eq!(sum(&[(100_000, 3), (2_000, 7), (500, 1)], 40_000), Ok(354_500));
        assert_eq!(sum(&[], 0), Ok(0));
        for (pieces, bank) in
            [(vec![(3_000, 1)], 0), (vec![(500, -1)], 0), (vec![], -1), (vec![(100_000, i64::MAX)], 0)]
        {
            assert!(sum(&pieces, bank).is_err(), "{pieces:?} {bank}");
        }
    }
}
