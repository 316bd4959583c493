//! The rules of spending reports: where the money went, and when there is something to speak about.

use serde::{Deserialize, Serialize};

/// What help in money is spent on, in the order of the form; the words are `spending.kind.<code>`. The last one is what was
/// not for the child.
pub const KINDS: [&str; 6] = ["food", "vitamins", "milk", "health", "other", "elsewhere"];

/// The fields of the form, in the same order.
pub(super) const FIELDS: [&str; KINDS.len()] =
    ["makanan", "vitamin", "susu", "kesehatan", "lain", "bukan_anak"];

/// Who may have advised what the child eats; the words are `spending.giver.<code>`.
pub const GIVERS: [&str; 3] = ["doctor", "nutritionist", "midwife"];

/// With whom a family writes a report down; the words are `spending.beside.<code>`.
pub const BESIDE: [&str; 3] = ["mentor", "officer", "cadre"];

/// Photos of receipts of one report at most.
pub const RECEIPTS: usize = 6;

/// Rupiah by kind, in the order of [`KINDS`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent(pub [i64; KINDS.len()]);

impl Spent {
    /// All of it, rupiah.
    pub fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    /// What has not been spent of a sum, rupiah; never below 0.
    pub fn left(&self, received: i64) -> i64 {
        (received - self.total()).max(0)
    }

    /// What was for the child but none of food, vitamins, milk and health.
    pub fn other(&self) -> i64 {
        self.0[4]
    }

    /// What was not for the child.
    pub fn elsewhere(&self) -> i64 {
        self.0[5]
    }
}

/// What there is to speak about with a family that received so much: 'left', 'elsewhere', 'both', or nothing. A rest of up to
/// `small` rupiah is change in the purse and nothing to speak about.
///
/// ```
/// # use asuh_step_distribution::spending::rules::{Spent, about};
/// let spent = Spent([300_000, 40_000, 100_000, 0, 0, 0]);
/// assert_eq!(about(450_000, &spent, 20_000), None);
/// assert_eq!(about(450_000, &spent, 5_000), Some("left"));
/// ```
pub fn about(received: i64, spent: &Spent, small: i64) -> Option<&'static str> {
    match (spent.left(received) > small, spent.elsewhere() > 0) {
        (true, true) => Some("both"),
        (true, false) => Some("left"),
        (false, true) => Some("elsewhere"),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spoken_about() {
        for (spent, expected) in [
            ([450_000, 0, 0, 0, 0, 0], None),
            ([430_000, 0, 0, 0, 0, 0], None),
            ([429_999, 0, 0, 0, 0, 0], Some("left")),
            ([0; 6], Some("left")),
            ([400_000, 0, 0, 0, 50_000, 0], None),
            ([400_000, 0, 0, 0, 0, 50_000], Some("elsewhere")),
            ([200_000, 0, 0, 0, 0, 50_000], Some("both")),
            // More than was received: the family added its own.
            ([500_000, 0, 0, 0, 0, 0], None),
        ] {
            assert_eq!(about(450_000, &Spent(spent), 20_000), expected, "{spent:?}");
        }
        assert_eq!(Spent([500_000, 0, 0, 0, 0, 0]).left(450_000), 0);
    }
}
