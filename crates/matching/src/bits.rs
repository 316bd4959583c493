//! Evidence, measured in bits.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg};

/// Evidence in tenths of a bit: +10 makes it twice as likely that two records are one person, -10 half as likely
/// (a log-likelihood ratio to the base of 2; Fellegi and Sunter 1969). Whole numbers, so that sums are equal in
/// every order and on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bits(pub i32);

impl Bits {
    /// Neither for nor against.
    pub const NONE: Bits = Bits(0);

    /// The evidence in bits.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 10.0
    }

    pub(crate) fn per_mille(self, share: i32) -> Bits {
        Bits(self.0 * share / 1_000)
    }

    /// The logarithm of `whole / part` to the base of 2, between powers a straight line; nothing when the part is
    /// nothing or more than the whole.
    pub(crate) fn of_share(part: u64, whole: u64) -> Bits {
        if part == 0 || part >= whole {
            return Bits::NONE;
        }
        let log = |number: u64| {
            let floor = 63 - number.leading_zeros();
            let power = 1_u64 << floor;
            let rest = (u128::from(number - power) * 10 / u128::from(power)) as i32;
            floor as i32 * 10 + rest
        };
        Bits(log(whole) - log(part))
    }
}

impl fmt::Display for Bits {
    /// With its sign and one decimal: `+12.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:+.1}", self.as_f64())
    }
}

impl Add for Bits {
    type Output = Bits;
    fn add(self, other: Bits) -> Bits {
        Bits(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Bits {
    fn add_assign(&mut self, other: Bits) {
        *self = *self + other;
    }
}

impl Neg for Bits {
    type Output = Bits;
    fn neg(self) -> Bits {
        Bits(-self.0)
    }
}

impl Sum for Bits {
    fn sum<I: Iterator<Item = Bits>>(all: I) -> Bits {
        all.fold(Bits::NONE, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_become_bits() {
        assert_eq!(Bits::of_share(1, 1_024), Bits(100));
        assert_eq!(Bits::of_share(1, 2), Bits(10));
        assert_eq!(Bits::of_share(3, 3), Bits::NONE);
        assert_eq!(Bits::of_share(0, 3), Bits::NONE);
        assert_eq!(Bits(125).to_string(), "+12.5");
        assert_eq!([Bits(10), -Bits(25)].into_iter().sum::<Bits>(), Bits(-15));
    }
}
