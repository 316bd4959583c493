//! Lots: whose Monday each egg is from.
//!
//! Whatever comes in from outside is a lot of its own: one place, one day, one commodity of one fund. Every line of a
//! transfer takes from lots, so the books know of each movement which lot gave how much, and of each place what is left
//! of which lot. What expires first goes first; what keeps goes in the order in which it came.
//!
//! Lines take in their order, from what is there when their turn comes; those of a reversal from the last to the first,
//! so that it finds what its original left.

use crate::id::{AccountId, LotId};
use std::collections::BTreeMap;

/// The day on which a lot that keeps expires: after every day there is.
pub const KEEPS: i64 = i64::MAX;

/// What is left of a lot at a place. Sorted as it is given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rest {
    /// The day by which it should be eaten, as a number that grows with the days; [`KEEPS`] if it keeps.
    pub use_by: i64,
    /// The day it came in, as such a number.
    pub since: i64,
    /// The lot; of two of one day the smaller id goes first.
    pub lot: LotId,
    /// How much of it, in the smallest unit; above zero.
    pub amount: i64,
}

impl Rest {
    fn place(&self) -> (i64, i64, LotId) {
        (self.use_by, self.since, self.lot)
    }
}

/// What is left of the lots at the places: the state beside the balances, with the same sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelves(BTreeMap<AccountId, Vec<Rest>>);

impl Shelves {
    /// Adds to what is left of a lot at a place.
    pub fn put(&mut self, account: AccountId, rest: Rest) {
        if rest.amount <= 0 {
            return;
        }
        let shelf = self.0.entry(account).or_default();
        match shelf.binary_search_by_key(&rest.place(), Rest::place) {
            Ok(at) => shelf[at].amount = shelf[at].amount.saturating_add(rest.amount),
            Err(at) => shelf.insert(at, rest),
        }
    }

    /// Takes an amount off a place: from the lots named first as much as of each is wanted and there, the rest in the
    /// order of expiry. Gives what was taken of which lot, each lot once, or how much is missing (nothing was taken then).
    ///
    /// # Errors
    /// The place holds less.
    pub fn take(
        &mut self,
        account: AccountId,
        amount: i64,
        first: &[(LotId, i64)],
    ) -> Result<Vec<Rest>, u64> {
        let there: i128 = self.at(&account).iter().map(|rest| i128::from(rest.amount)).sum();
        let missing = i128::from(amount) - there;
        if missing > 0 {
            return Err(u64::try_from(missing).unwrap_or(u64::MAX));
        }
        let Some(shelf) = self.0.get_mut(&account) else { return Ok(Vec::new()) };
        let mut taken = BTreeMap::new();
        let mut wanted = amount;
        for (lot, most) in first {
            for rest in shelf.iter_mut().filter(|rest| rest.lot == *lot) {
                wanted -= move_over(rest, wanted.min(*most), &mut taken);
            }
        }
        for rest in shelf.iter_mut() {
            if wanted == 0 {
                break;
            }
            wanted -= move_over(rest, wanted, &mut taken);
        }
        shelf.retain(|rest| rest.amount > 0);
        if shelf.is_empty() {
            self.0.remove(&account);
        }
        Ok(taken.into_values().collect())
    }

    /// What is left at a place, in the order in which it is given out.
    pub fn at(&self, account: &AccountId) -> &[Rest] {
        self.0.get(account).map_or(&[], Vec::as_slice)
    }

    /// How much of one lot is left at a place.
    pub fn of_lot(&self, account: &AccountId, lot: LotId) -> i64 {
        self.at(account).iter().filter(|rest| rest.lot == lot).map(|rest| rest.amount).sum()
    }
}

/// Moves at most so much of a rest into what was taken; how much that was.
fn move_over(rest: &mut Rest, most: i64, taken: &mut BTreeMap<(i64, i64, LotId), Rest>) -> i64 {
    let part = rest.amount.min(most).max(0);
    if part > 0 {
        rest.amount -= part;
        taken.entry(rest.place()).or_insert(Rest { amount: 0, ..*rest }).amount += part;
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHELF: AccountId = AccountId::new([1; 16]);

    fn lot(number: u8) -> LotId {
        LotId::new([number; 16])
    }

    fn rest(number: u8, use_by: i64, since: i64, amount: i64) -> Rest {
        Rest { use_by, since, lot: lot(number), amount }
    }

    fn taken(shelves: &mut Shelves, amount: i64, first: &[(LotId, i64)]) -> Vec<(u8, i64)> {
        let taken = shelves.take(SHELF, amount, first).expect("enough is there");
        taken.iter().map(|rest| (rest.lot.as_bytes()[0], rest.amount)).collect()
    }

    fn shelves(rests: &[Rest]) -> Shelves {
        let mut shelves = Shelves::default();
        rests.iter().for_each(|rest| shelves.put(SHELF, *rest));
        shelves
    }

    #[test]
    fn what_expires_first_goes_first_and_what_keeps_in_the_order_it_came() {
        let mut eggs = shelves(&[rest(1, 20, 3, 10), rest(2, 18, 5, 4), rest(3, KEEPS, 1, 9)]);
        assert_eq!(taken(&mut eggs, 12, &[]), [(2, 4), (1, 8)]);
        assert_eq!(taken(&mut eggs, 3, &[]), [(1, 2), (3, 1)]);
        let mut rice = shelves(&[rest(1, KEEPS, 8, 5), rest(2, KEEPS, 1, 5)]);
        assert_eq!(taken(&mut rice, 6, &[]), [(2, 5), (1, 1)]);
    }

    #[test]
    fn a_named_lot_goes_first_as_far_as_it_is_there() {
        let mut eggs = shelves(&[rest(1, 18, 1, 10), rest(2, 20, 2, 3)]);
        assert_eq!(taken(&mut eggs, 5, &[(lot(2), i64::MAX)]), [(1, 2), (2, 3)]);
        assert_eq!(taken(&mut eggs, 2, &[(lot(2), i64::MAX)]), [(1, 2)]);
    }

    #[test]
    fn too_much_takes_nothing_and_says_what_is_missing() {
        let mut eggs = shelves(&[rest(1, 18, 1, 10)]);
        assert_eq!(eggs.take(SHELF, 12, &[]), Err(2));
        assert_eq!(eggs.of_lot(&SHELF, lot(1)), 10);
        assert_eq!(eggs.take(AccountId::new([9; 16]), 1, &[]), Err(1));
    }

    #[test]
    fn the_same_lot_comes_together_again() {
        let mut eggs = shelves(&[rest(1, 18, 1, 10), rest(1, 18, 1, 5)]);
        assert_eq!(eggs.at(&SHELF), [rest(1, 18, 1, 15)]);
        assert_eq!(taken(&mut eggs, 15, &[(lot(1), 4)]), [(1, 15)]);
        assert_eq!(eggs, Shelves::default());
    }
}
