//! Whole rupiah: exact sums, printed and read the Indonesian way.

use std::fmt;
use std::iter::Sum;

use thiserror::Error;

use crate::language::Language;
use crate::number::{signed, take_minus, thousands, ungroup};

/// An amount of money in whole rupiah; negative for what is owed or taken back. There are no fractions: sen
/// have long been out of use, and every amount here can be counted out in cash.
///
/// Printed as the spelling rules (EYD) ask, without a space and without a point after `Rp`: `Rp2.000`,
/// `-Rp2.000`. With serde it is the bare integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Rupiah(i64);

/// Why a text is not an amount of rupiah.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Nothing was written, or only `Rp`.
    #[error("no amount is written")]
    Empty,
    /// A point that does not mark thousands, as in `2.00` or `1.5`: it may be a foreign decimal point.
    #[error("the point does not separate thousands; write 2.000 for two thousand")]
    AmbiguousPoint,
    /// A comma followed by something other than one or two decimals, as in `2,000` or `2,000.00`: it may be a
    /// foreign thousands separator.
    #[error("the comma does not start two decimals; write 2.000 for two thousand")]
    AmbiguousComma,
    /// Sen other than zero, as in `2.000,50`.
    #[error("an amount is in whole rupiah")]
    Fraction,
    /// More than a signed 64-bit integer holds, about nine quintillion rupiah.
    #[error("the amount is too large")]
    TooLarge,
    /// Letters or signs that belong to no amount.
    #[error("this is not an amount of rupiah")]
    NotMoney,
}

impl Rupiah {
    /// Nothing: `Rp0`.
    pub const ZERO: Rupiah = Rupiah(0);

    /// An amount of so many whole rupiah.
    pub const fn new(rupiah: i64) -> Rupiah {
        Rupiah(rupiah)
    }

    /// The amount in whole rupiah.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, or `None` when it does not fit.
    pub fn checked_add(self, other: Rupiah) -> Option<Rupiah> {
        self.0.checked_add(other.0).map(Rupiah)
    }

    /// The difference, or `None` when it does not fit.
    pub fn checked_sub(self, other: Rupiah) -> Option<Rupiah> {
        self.0.checked_sub(other.0).map(Rupiah)
    }

    /// The amount `times` over, or `None` when it does not fit.
    pub fn checked_mul(self, times: i64) -> Option<Rupiah> {
        self.0.checked_mul(times).map(Rupiah)
    }

    /// Reads an amount as people, receipts and bank statements here write it: `2000`, `2.000`, `Rp2.000`,
    /// `Rp. 2.000`, `450.000,00`, `Rp2.000,-`, `-Rp2.000`. Points mark thousands, a comma starts the sen.
    ///
    /// # Errors
    ///
    /// Anything with a second reading is refused, each kind with its own [`MoneyError`]: `2,000` and `2.00`
    /// could both be meant as two rupiah or as two thousand. Sen other than zero are refused too, never
    /// rounded.
    pub fn parse(text: &str) -> Result<Rupiah, MoneyError> {
        let (before, rest) = take_minus(text.trim());
        let rest = without_currency(rest);
        let (after, rest) = if before { (false, rest) } else { take_minus(rest) };
        let negative = before || after;
        if rest.is_empty() {
            return if negative { Err(MoneyError::NotMoney) } else { Err(MoneyError::Empty) };
        }
        let (body, dash) = rest.strip_suffix(",-").map_or((rest, false), |body| (body, true));
        let bounded = body.starts_with(digit) && body.ends_with(digit);
        if !bounded || !body.chars().all(|c| digit(c) || c == '.' || (c == ',' && !dash)) {
            return Err(MoneyError::NotMoney);
        }
        let (whole, sen) = body.split_once(',').map_or((body, None), |(whole, sen)| (whole, Some(sen)));
        if sen.is_some_and(|sen| sen.len() > 2 || !sen.chars().all(digit)) {
            return Err(MoneyError::AmbiguousComma);
        }
        let digits = ungroup(whole, '.').ok_or(MoneyError::AmbiguousPoint)?;
        if sen.is_some_and(|sen| sen.chars().any(|c| c != '0')) {
            return Err(MoneyError::Fraction);
        }
        signed(negative, &digits, 0).map(Rupiah).ok_or(MoneyError::TooLarge)
    }
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// The text after a leading `Rp`, `Rp.` or `rp`, or the whole text without one.
fn without_currency(text: &str) -> &str {
    match text.split_at_checked(2) {
        Some((currency, rest)) if currency.eq_ignore_ascii_case("rp") => {
            rest.strip_prefix('.').unwrap_or(rest).trim_start()
        }
        _ => text,
    }
}

impl fmt::Display for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = thousands(Language::Indonesian, self.0);
        match digits.strip_prefix('-') {
            Some(digits) => f.pad(&format!("-Rp{digits}")),
            None => f.pad(&format!("Rp{digits}")),
        }
    }
}

/// `amounts.sum::<Option<Rupiah>>()`: the exact total, or `None` when it does not fit. Only the total has to
/// fit, so the order of the amounts does not matter.
impl Sum<Rupiah> for Option<Rupiah> {
    fn sum<I: Iterator<Item = Rupiah>>(mut amounts: I) -> Self {
        let total = amounts.try_fold(0_i128, |total, amount| total.checked_add(i128::from(amount.0)))?;
        i64::try_from(total).ok().map(Rupiah)
    }
}

/// As for amounts by value.
impl<'a> Sum<&'a Rupiah> for Option<Rupiah> {
    fn sum<I: Iterator<Item = &'a Rupiah>>(amounts: I) -> Self {
        amounts.copied().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn printed_without_a_space() {
        assert_eq!(Rupiah::new(2_000).to_string(), "Rp2.000");
        assert_eq!(Rupiah::new(-2_000).to_string(), "-Rp2.000");
        assert_eq!(Rupiah::ZERO.to_string(), "Rp0");
        assert_eq!(Rupiah::new(1_234_567).to_string(), "Rp1.234.567");
        assert_eq!(format!("{:>9}|", Rupiah::new(2_000)), "  Rp2.000|");
    }

    #[test]
    fn usual_spellings_are_read() {
        for text in [
            "2000",
            "2.000",
            "Rp2.000",
            "Rp 2.000",
            "Rp\u{a0}2.000",
            "rp. 2.000",
            "Rp.2000",
            "Rp2.000,00",
            "2000,0",
            "Rp2.000,-",
            " 2.000 ",
            "0002000",
        ] {
            assert_eq!(Rupiah::parse(text), Ok(Rupiah::new(2_000)), "{text}");
        }
        assert_eq!(Rupiah::parse("450.000,00"), Ok(Rupiah::new(450_000)));
        for text in ["-2000", "-Rp2.000", "Rp-2.000", "Rp -2.000,00", "\u{2212}Rp2.000"] {
            assert_eq!(Rupiah::parse(text), Ok(Rupiah::new(-2_000)), "{text}");
        }
    }

    #[test]
    fn what_has_a_second_reading_is_refused() {
        use MoneyError::*;
        let refused = [
            ("", Empty),
            ("  ", Empty),
            ("Rp", Empty),
            ("2.00", AmbiguousPoint),
            ("1.5", AmbiguousPoint),
            ("2.0000", AmbiguousPoint),
            ("0.500", AmbiguousPoint),
            ("2000.000", AmbiguousPoint),
            ("20.00,00", AmbiguousPoint),
            ("2,000", AmbiguousComma),
            ("2,000,000", AmbiguousComma),
            ("2,000.00", AmbiguousComma),
            ("2.000,000", AmbiguousComma),
            ("2,5", Fraction),
            ("2.000,50", Fraction),
            ("9.223.372.036.854.775.808", TooLarge),
            ("99999999999999999999999999999999999999999999", TooLarge),
        ];
        for (text, error) in refused {
            assert_eq!(Rupiah::parse(text), Err(error), "{text}");
        }
        for text in
            ["-", "--2", "-Rp-2", "dua ribu", "2 000", "2000,", ".5", "2.", "Rp2.000,00,-", "$2", "2rb", "٢"]
        {
            assert_eq!(Rupiah::parse(text), Err(NotMoney), "{text}");
        }
    }

    #[test]
    fn sums_are_exact_or_nothing() {
        let amounts = [Rupiah::new(i64::MAX), Rupiah::new(1), Rupiah::new(-1)];
        assert_eq!(amounts.iter().sum::<Option<Rupiah>>(), Some(Rupiah::new(i64::MAX)));
        assert_eq!(amounts[..2].iter().copied().sum::<Option<Rupiah>>(), None);
        assert_eq!([].iter().sum::<Option<Rupiah>>(), Some(Rupiah::ZERO));
        assert_eq!(Rupiah::new(i64::MAX).checked_add(Rupiah::new(1)), None);
        assert_eq!(Rupiah::new(i64::MIN).checked_sub(Rupiah::new(1)), None);
        assert_eq!(Rupiah::new(i64::MAX).checked_mul(2), None);
        assert_eq!(Rupiah::new(2_000).checked_mul(12), Some(Rupiah::new(24_000)));
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serde_is_the_bare_integer() {
        use serde::de::IntoDeserializer;
        use serde::de::value::{Error, I64Deserializer};
        use serde::{Deserialize, Serialize};
        struct Written(Rupiah);
        impl fmt::Display for Written {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.serialize(f)
            }
        }
        assert_eq!(Written(Rupiah::new(-24_000)).to_string(), "-24000");
        let read: I64Deserializer<Error> = (-24_000_i64).into_deserializer();
        assert_eq!(Rupiah::deserialize(read), Ok(Rupiah::new(-24_000)));
    }

    proptest! {
        #[test]
        fn printed_amounts_are_read_back(rupiah: i64) {
            let amount = Rupiah::new(rupiah);
            prop_assert_eq!(Rupiah::parse(&amount.to_string()), Ok(amount));
            prop_assert_eq!(Rupiah::parse(&format!("{amount},00")), Ok(amount));
            prop_assert_eq!(Rupiah::parse(&rupiah.to_string()), Ok(amount));
        }

        #[test]
        fn parse_never_panics(text in any::<String>(), likely in "[-Rrp0-9., \u{a0}]{0,24}") {
            let _ = Rupiah::parse(&text);
            let _ = Rupiah::parse(&likely);
        }
    }
}
