//! Money as banks write it.

use std::fmt;
use std::iter::Sum;

use asuh_nusantara::Rupiah;
use serde::{Deserialize, Serialize};

/// An amount in sen, a hundredth of a rupiah; negative for what leaves the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sen(pub i64);

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing is written.
    #[error("no amount is written")]
    Empty,
    /// Letters or signs that belong to no amount, or separators that do not stand between thousands.
    #[error("this is not an amount of money")]
    NotMoney,
    /// More than can be counted.
    #[error("the amount is too large")]
    TooLarge,
}

impl Sen {
    /// The amount in whole rupiah; none where there are sen.
    pub fn whole(self) -> Option<Rupiah> {
        (self.0 % 100 == 0).then(|| Rupiah::new(self.0 / 100))
    }

    /// The sum, where it can be counted.
    pub fn checked_add(self, other: Sen) -> Option<Sen> {
        self.0.checked_add(other.0).map(Sen)
    }

    /// Reads `1,500,000.00`, `1.500.000,00`, `1500000`, `Rp 1.500.000`, `-2.500,00`, `(2.500,00)`, `2.500,00-`. The last
    /// separator with one or two digits behind it begins the sen: money is never written with three.
    ///
    /// # Errors
    /// [`AmountError`].
    pub fn parse(text: &str) -> Result<Sen, AmountError> {
        let text = text.trim().trim_start_matches('\'').trim();
        let (text, bracketed) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => (inner.trim(), true),
            None => (text, false),
        };
        let (text, before) = signed(text.strip_prefix('-'), text);
        let text = text.strip_prefix('+').unwrap_or(text).trim();
        let text =
            ["Rp.", "Rp", "IDR"].iter().find_map(|unit| text.strip_prefix(unit)).unwrap_or(text).trim();
        let (text, inside) = signed(text.strip_prefix('-'), text);
        let (text, behind) = signed(text.strip_suffix('-'), text);
        let text = text.trim();
        if text.is_empty() {
            return Err(AmountError::Empty);
        }
        let (whole, sen) = match text.rfind(['.', ',']) {
            Some(at) if matches!(text.len() - at - 1, 1 | 2) => (&text[..at], &text[at + 1..]),
            _ => (text, ""),
        };
        let separator = text.get(whole.len()..whole.len() + 1).unwrap_or_default();
        let rupiah = digits(whole, separator)?;
        if !sen.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(AmountError::NotMoney);
        }
        let sen: i64 = format!("{sen:0<2}").parse().map_err(|_| AmountError::NotMoney)?;
        let amount =
            rupiah.checked_mul(100).and_then(|all| all.checked_add(sen)).ok_or(AmountError::TooLarge)?;
        // `--5` and `(-5)` say twice what one of them would do.
        match [bracketed, before, inside, behind].into_iter().filter(|minus| *minus).count() {
            0 => Ok(Sen(amount)),
            1 => Ok(Sen(-amount)),
            _ => Err(AmountError::NotMoney),
        }
    }
}

fn signed<'a>(without: Option<&'a str>, text: &'a str) -> (&'a str, bool) {
    (without.unwrap_or(text).trim(), without.is_some())
}

/// Whole rupiah with or without separators of thousands, all alike and other than the one of the sen.
fn digits(text: &str, sen: &str) -> Result<i64, AmountError> {
    let separator = text.chars().find(|c| matches!(c, '.' | ','));
    let plain = match separator {
        None => text.to_owned(),
        Some(separator) => {
            let groups: Vec<&str> = text.split(separator).collect();
            let first = groups.first().map_or(0, |group| group.len());
            let is_grouped = (1..=3).contains(&first) && groups.iter().skip(1).all(|group| group.len() == 3);
            if !is_grouped || sen.starts_with(separator) {
                return Err(AmountError::NotMoney);
            }
            groups.concat()
        }
    };
    if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError::NotMoney);
    }
    plain.parse().map_err(|_| AmountError::TooLarge)
}

impl std::ops::Neg for Sen {
    type Output = Sen;

    fn neg(self) -> Sen {
        Sen(self.0.saturating_neg())
    }
}

impl Sum for Sen {
    fn sum<I: Iterator<Item = Sen>>(amounts: I) -> Sen {
        amounts.fold(Sen(0), |sum, amount| Sen(sum.0.saturating_add(amount.0)))
    }
}

impl fmt::Display for Sen {
    /// `Rp1.500.000`, or `Rp12.345,67` where there are sen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whole() {
            Some(rupiah) => rupiah.fmt(f),
            None => {
                let sign = if self.0 < 0 && self.0 > -100 { "-" } else { "" };
                write!(f, "{sign}{},{:02}", Rupiah::new(self.0 / 100), (self.0 % 100).abs())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_banks_write_them() {
        for (text, sen) in [
            ("1,500,000.00", 150_000_000),
            ("1.500.000,00", 150_000_000),
            ("1500000", 150_000_000),
            ("1.500", 150_000),
            ("1,500", 150_000),
            ("1500.5", 150_050),
            ("'0.75", 75),
            ("Rp 2.000", 200_000),
            ("IDR 12,345.67", 1_234_567),
            ("-2.500,00", -250_000),
            ("(2.500,00)", -250_000),
            ("2.500,00-", -250_000),
            ("Rp -5", -500),
            ("+10.000", 1_000_000),
            ("0", 0),
        ] {
            assert_eq!(Sen::parse(text), Ok(Sen(sen)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "  ", "Rp", "-"] {
            assert_eq!(Sen::parse(text), Err(AmountError::Empty), "{text}");
        }
        for text in
            ["1.50.000", "1,500,00.00", "12a", "1.2.3", "1.500.000.00", "(-5)", "--5", "1 000", "1.5000", "½"]
        {
            assert_eq!(Sen::parse(text), Err(AmountError::NotMoney), "{text}");
        }
        assert_eq!(Sen::parse("99999999999999999999"), Err(AmountError::TooLarge));
        assert_eq!(Sen::parse("99999999999999999"), Err(AmountError::TooLarge));
    }

    #[test]
    fn sen_are_shown_only_where_there_are_some() {
        assert_eq!(Sen(150_000_000).to_string(), "Rp1.500.000");
        assert_eq!(Sen(1_234_567).to_string(), "Rp12.345,67");
        assert_eq!(Sen(-75).to_string(), "-Rp0,75");
        assert_eq!(Sen(-1_234_567).to_string(), "-Rp12.345,67");
        assert_eq!((Sen(45_000_000).whole(), Sen(1).whole()), (Some(Rupiah::new(450_000)), None));
    }
}
