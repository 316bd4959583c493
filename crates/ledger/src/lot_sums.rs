//! The proof that what is left of all lots is what their moves leave, in one pass, in any order and in constant memory.

use crate::id::{AccountId, LotId};
use sha2::{Digest, Sha256};

/// Two sums over everything that lots moved and over what is left of them, each amount times a weight of its lot and
/// account. The weights are drawn by a key that nobody knew when the rows were written. If what is left of each lot at
/// each account is what came less what went, both sums end at zero; if not, they do so with a chance of 2^-64 at most:
/// of the 2^64 weights of one lot and account that differ, one at most brings a sum to zero. So a database of any size
/// is proven without holding a lot, and only one that is wrong has to be read lot by lot to say where.
///
/// ```
/// use asuh_ledger::{AccountId, LotId, LotSums};
/// let (office, family, lot) = (AccountId::new([1; 16]), AccountId::new([2; 16]), LotId::new([7; 16]));
/// let mut sums = LotSums::new([9; 16]);
/// sums.lot(lot, 30);
/// sums.came(lot, office, 30);
/// sums.went(lot, office, family, 6);
/// sums.left(lot, office, 24);
/// sums.left(lot, family, 6);
/// assert!(sums.is_whole());
/// ```
#[derive(Debug, Clone)]
pub struct LotSums {
    key: [u8; 16],
    /// What moves left at the accounts, less what is said to be left. Wraps, as the proof allows.
    places: u128,
    /// What came of the lots, less what they say.
    births: u128,
}

/// An amount as a number modulo 2^128.
fn wrapped(amount: i64) -> u128 {
    i128::from(amount).cast_unsigned()
}

impl LotSums {
    /// Nothing was read yet. The key is to be new for every proof and known to nobody before.
    pub fn new(key: [u8; 16]) -> Self {
        Self { key, places: 0, births: 0 }
    }

    /// The weight of a lot at a place: with 16 bytes each one block of SHA-256.
    fn weight(&self, lot: LotId, place: &[u8; 16]) -> u128 {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(lot.as_bytes());
        hash.update(place);
        let digest: [u8; 32] = hash.finalize().into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        u128::from(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }

    fn put(&mut self, lot: LotId, account: AccountId, amount: i64) {
        let sum = wrapped(amount).wrapping_mul(self.weight(lot, account.as_bytes()));
        self.places = self.places.wrapping_add(sum);
    }

    /// So much of a new lot came in from outside to an account.
    pub fn came(&mut self, lot: LotId, to: AccountId, amount: i64) {
        let sum = wrapped(amount).wrapping_mul(self.weight(lot, &[0; 16]));
        self.births = self.births.wrapping_add(sum);
        self.put(lot, to, amount);
    }

    /// So much of a lot went from one account to another.
    pub fn went(&mut self, lot: LotId, from: AccountId, to: AccountId, amount: i64) {
        let sum = wrapped(amount).wrapping_mul(self.weight(lot, from.as_bytes()));
        self.places = self.places.wrapping_sub(sum);
        self.put(lot, to, amount);
    }

    /// A lot says that so much of it came in.
    pub fn lot(&mut self, lot: LotId, quantity: i64) {
        let sum = wrapped(quantity).wrapping_mul(self.weight(lot, &[0; 16]));
        self.births = self.births.wrapping_sub(sum);
    }

    /// So much of a lot is said to be left at an account.
    pub fn left(&mut self, lot: LotId, account: AccountId, amount: i64) {
        let sum = wrapped(amount).wrapping_mul(self.weight(lot, account.as_bytes()));
        self.places = self.places.wrapping_sub(sum);
    }

    /// Takes over what another proof with the same key has read: the rows may be read in parts, at the same time.
    pub fn join(&mut self, other: &Self) {
        self.places = self.places.wrapping_add(other.places);
        self.births = self.births.wrapping_add(other.births);
    }

    /// Whether every lot came as it says, and is left where its moves leave it: asked after the last row.
    pub fn is_whole(&self) -> bool {
        self.places == 0 && self.births == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: AccountId = AccountId::new([1; 16]);
    const STORE: AccountId = AccountId::new([2; 16]);
    const EGGS: LotId = LotId::new([3; 16]);
    const RICE: LotId = LotId::new([4; 16]);

    /// What came, went and is left of two lots, with changes to what is said of them.
    fn sums(quantity: i64, at_office: i64, at_store: i64, rice_at_store: i64) -> LotSums {
        let mut sums = LotSums::new([8; 16]);
        sums.left(EGGS, STORE, at_store);
        sums.went(EGGS, OFFICE, STORE, 10);
        sums.came(RICE, STORE, 5);
        sums.came(EGGS, OFFICE, 38);
        sums.left(EGGS, OFFICE, at_office);
        sums.left(RICE, STORE, rice_at_store);
        sums.lot(EGGS, quantity);
        sums.lot(RICE, 5);
        sums
    }

    #[test]
    fn rows_in_any_order_are_whole_when_they_add_up_lot_by_lot_and_place_by_place() {
        assert!(sums(38, 28, 10, 5).is_whole());
        assert!(!sums(37, 28, 10, 5).is_whole(), "less came than the lot says");
        assert!(!sums(38, 27, 10, 5).is_whole(), "one is gone");
        assert!(!sums(38, 27, 11, 5).is_whole(), "the lot is whole, but not where it was");
        assert!(!sums(38, 28, 9, 6).is_whole(), "the place is whole, but of other lots");
    }

    #[test]
    fn rows_that_were_read_in_two_parts_are_whole_together() {
        let (mut one, mut other) = (LotSums::new([8; 16]), LotSums::new([8; 16]));
        one.came(EGGS, OFFICE, 38);
        one.left(EGGS, OFFICE, 38);
        other.lot(EGGS, 38);
        assert!(!one.is_whole() && !other.is_whole());
        one.join(&other);
        assert!(one.is_whole());
    }

    #[test]
    fn an_amount_that_no_register_holds_is_told_too() {
        let mut sums = sums(38, 28, 10, 5);
        sums.left(EGGS, OFFICE, i64::MIN);
        assert!(!sums.is_whole());
        sums.left(EGGS, OFFICE, i64::MAX);
        assert!(!sums.is_whole());
        sums.left(EGGS, OFFICE, 1);
        assert!(sums.is_whole());
    }
}
