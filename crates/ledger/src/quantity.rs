//! How much of what: whole amounts in the smallest unit, and the commodities they count.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest code of a commodity or fund, in characters.
pub const MAX_CODE: usize = 24;

/// The text is not a code: 1 to 24 characters of `a-z`, `0-9` and `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has 1 to 24 characters of a-z, 0-9 and _")]
pub struct CodeError;

/// A short code kept in place, padded with zeros: small, `Copy`, and sorted as its text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Code([u8; MAX_CODE]);

impl Code {
    /// The code `text`, or `None` if it breaks the rule of [`CodeError`].
    pub(crate) const fn read(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.is_empty() || text.len() > MAX_CODE {
            return None;
        }
        let mut code = [0; MAX_CODE];
        let mut place = 0;
        while place < text.len() {
            if !matches!(text[place], b'a'..=b'z' | b'0'..=b'9' | b'_') {
                return None;
            }
            code[place] = text[place];
            place += 1;
        }
        Some(Self(code))
    }

    /// The text of the code.
    pub(crate) fn as_str(&self) -> &str {
        let end = self.0.iter().position(|c| *c == 0).unwrap_or(MAX_CODE);
        // Only ASCII ever gets in, so this never falls back.
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

/// A code type: constants for the well-known ones, any other read from text, but for those that it never is.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident { $($(#[$known_doc:meta])* $known:ident = $text:literal,)* }
        never [$($never:literal),*]) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::quantity::Code);

        impl $name {
            $(
                $(#[$known_doc])*
                pub const $known: Self = Self(const {
                    match $crate::quantity::Code::read($text) {
                        Some(code) => code,
                        None => panic!("checked by the compiler: not a code"),
                    }
                });
            )*

            /// The code as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::quantity::CodeError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let never: &[&str] = &[$($never),*];
                let code = $crate::quantity::Code::read(text).filter(|_| !never.contains(&text));
                code.map(Self).ok_or($crate::quantity::CodeError)
            }
        }

        $crate::hex::as_text!($name);
    };
}

pub(crate) use code;

code! {
    /// What is counted, by its code; the code fixes the smallest unit. A district adds its own.
    ///
    /// Rice by weight and rice by the can are two commodities: a can is never silently turned into grams.
    Commodity {
        /// Eggs, in butir (pieces).
        EGG = "egg",
        /// Rice by weight, in grams.
        RICE = "rice",
        /// Rice by measure, in kaleng (cans).
        RICE_CAN = "rice_can",
        /// Money, in rupiah.
        CASH = "cash",
    }
    never []
}

/// An amount in the smallest unit of its commodity: zero to `i64::MAX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Quantity(i64);

/// An amount below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is below zero: an amount never is")]
pub struct QuantityError(pub i64);

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that can be held.
    pub const MAX: Self = Self(i64::MAX);

    /// The amount `units`; refused below zero.
    pub const fn new(units: i64) -> Result<Self, QuantityError> {
        if units < 0 { Err(QuantityError(units)) } else { Ok(Self(units)) }
    }

    /// The amount `units`: a `u32` always fits.
    pub const fn of(units: u32) -> Self {
        Self(units as i64)
    }

    /// The number of smallest units.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or `None` if it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` if it is below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(|units| Self::new(units).ok())
    }

    /// The amount `times` over, or `None` if it does not fit.
    pub fn checked_mul(self, times: u32) -> Option<Self> {
        self.0.checked_mul(i64::from(times)).map(Self)
    }

    /// The sum of all, or `None` if it does not fit.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

impl TryFrom<i64> for Quantity {
    type Error = QuantityError;

    fn try_from(units: i64) -> Result<Self, QuantityError> {
        Self::new(units)
    }
}

impl From<Quantity> for i64 {
    fn from(amount: Quantity) -> i64 {
        amount.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_short_and_plain() {
        for text in ["egg", "rice_can", "a", "0", "abcdefghijklmnopqrstuvwx"] {
            let commodity: Commodity = text.parse().unwrap();
            assert_eq!(commodity.as_str(), text);
            assert_eq!(format!("{commodity:?}"), text);
        }
        for text in ["", "Egg", "rice can", "rice-can", "telur\0", "béras", "abcdefghijklmnopqrstuvwxy"] {
            assert_eq!(text.parse::<Commodity>(), Err(CodeError), "{text}");
        }
        assert_eq!(Commodity::RICE_CAN.to_string(), "rice_can");
        assert!(Commodity::RICE < Commodity::RICE_CAN && Commodity::EGG < Commodity::RICE);
    }

    #[test]
    fn amounts_are_never_below_zero_and_never_wrap() {
        let [two, five] = [2, 5].map(Quantity::of);
        assert_eq!(Quantity::new(-1), Err(QuantityError(-1)));
        assert_eq!(two.checked_add(five), Some(Quantity::of(7)));
        assert_eq!(Quantity::MAX.checked_add(Quantity::of(1)), None);
        assert_eq!(five.checked_sub(two), Some(Quantity::of(3)));
        assert_eq!(two.checked_sub(five), None);
        assert_eq!(five.checked_mul(3), Some(Quantity::of(15)));
        assert_eq!(Quantity::MAX.checked_mul(2), None);
        assert_eq!(Quantity::checked_sum([two, five, two]), Some(Quantity::of(9)));
        assert_eq!(Quantity::checked_sum([Quantity::MAX, two]), None);
    }
}
