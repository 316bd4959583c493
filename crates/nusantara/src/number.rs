//! Numbers as people here read and type them.
//!
//! Indonesian writes a decimal comma and thousands points (`1.234,5`), English the reverse. Measures are kept
//! as whole numbers of their smallest unit (824 for 82,4 cm), so nothing is lost on the way through a form.

use thiserror::Error;

use crate::language::Language;

/// Why a text is not the number that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Nothing was written.
    #[error("no number is written")]
    Empty,
    /// Letters or signs that belong to no number.
    #[error("this is not a number")]
    NotNumber,
    /// A separator that may mark thousands or decimals, as in `2.000` for a weight, or stands where neither
    /// has a place.
    #[error("the point or comma may mean thousands or decimals; write the number without it")]
    Ambiguous,
    /// Decimals, other than zeros, beyond those that are kept. Nothing is rounded.
    #[error("at most {allowed} decimals are kept")]
    TooManyDecimals {
        /// How many decimals are kept.
        allowed: u32,
    },
    /// A count with decimals.
    #[error("this has to be a whole number")]
    NotWhole,
    /// A count below zero.
    #[error("this cannot be less than zero")]
    Negative,
    /// More than a signed 64-bit integer holds.
    #[error("the number is too large")]
    TooLarge,
}

/// A whole number with its thousands apart: `1.234.567` in Indonesian, `1,234,567` in English.
pub fn thousands(language: Language, value: i64) -> String {
    with_sign(value, grouped(separators(language).0, &value.unsigned_abs().to_string()))
}

/// A number kept as a whole number of its smallest unit, printed with `decimals` decimals: 824 with one
/// decimal is `82,4` in Indonesian and `82.4` in English. Trailing zeros stay (they say how precisely it was
/// measured) and thousands are set apart (`1.234,5`).
pub fn fixed(language: Language, value: i64, decimals: u32) -> String {
    let (thousand, decimal) = separators(language);
    let places = decimals as usize;
    let mut digits = value.unsigned_abs().to_string();
    if digits.len() <= places {
        digits.insert_str(0, &"0".repeat(places + 1 - digits.len()));
    }
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let mut printed = grouped(thousand, whole);
    if places > 0 {
        printed.push(decimal);
        printed.push_str(fraction);
    }
    with_sign(value, printed)
}

/// Reads a number with up to `decimals` decimals, in its smallest unit: `82,4` and `82.4` are both 824 with
/// one decimal. Thousands may be set apart where that leaves no doubt (`1.234,5`, `1,234.5`, `1.234.567`).
///
/// # Errors
///
/// * Three digits after the decimal sign where fewer are kept (`2.000`, `2,000`): [`NumberError::Ambiguous`], since
///   thousands may be meant.
/// * More decimals than are kept, unless they are zeros: [`NumberError::TooManyDecimals`]. Nothing is rounded.
/// * Nothing, junk, or too large a number: the error of that name.
pub fn parse_decimal(text: &str, decimals: u32) -> Result<i64, NumberError> {
    let (negative, rest) = numeric(text)?;
    let (whole, fraction) = match (rest.matches('.').count(), rest.matches(',').count()) {
        (0 | 1, 0) | (0, 1) => {
            let (whole, fraction) = rest.split_once(['.', ',']).unwrap_or((rest, ""));
            (Some(whole.to_owned()), fraction)
        }
        (_, 0) => (ungroup(rest, '.'), ""),
        (0, _) => (ungroup(rest, ','), ""),
        // Both signs: the last one starts the decimals, the other one sets thousands apart.
        (_, 1) if rest.rfind(',') > rest.rfind('.') => {
            let (whole, fraction) = rest.split_once(',').unwrap_or((rest, ""));
            (ungroup(whole, '.'), fraction)
        }
        (1, _) if rest.rfind('.') > rest.rfind(',') => {
            let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
            (ungroup(whole, ','), fraction)
        }
        _ => (None, ""),
    };
    let Some(mut digits) = whole else { return Err(NumberError::Ambiguous) };
    if fraction.len() == 3 && decimals < 3 {
        return Err(NumberError::Ambiguous);
    }
    let places = decimals as usize;
    let (kept, beyond) = fraction.split_at_checked(places).unwrap_or((fraction, ""));
    if beyond.chars().any(|c| c != '0') {
        return Err(NumberError::TooManyDecimals { allowed: decimals });
    }
    digits.push_str(kept);
    signed(negative, &digits, places - kept.len()).ok_or(NumberError::TooLarge)
}

/// Reads a whole number of things, zero or more: `12`, `1200`, `1.200`.
///
/// # Errors
///
/// * A sign before it: [`NumberError::Negative`]; decimals: [`NumberError::NotWhole`].
/// * A point that does not set thousands apart (`1.20`), or a comma before three digits (`1,200`):
///   [`NumberError::Ambiguous`].
/// * Nothing, junk, or too large a number: the error of that name.
pub fn parse_count(text: &str) -> Result<i64, NumberError> {
    let (negative, rest) = numeric(text)?;
    if negative {
        return Err(NumberError::Negative);
    }
    match rest.split_once(',') {
        Some((_, rest)) if rest.len() >= 3 || !rest.chars().all(|c| c.is_ascii_digit()) => {
            Err(NumberError::Ambiguous)
        }
        Some(_) => Err(NumberError::NotWhole),
        None => {
            let digits = ungroup(rest, '.').ok_or(NumberError::Ambiguous)?;
            signed(false, &digits, 0).ok_or(NumberError::TooLarge)
        }
    }
}

/// The thousands and the decimal sign of a language.
fn separators(language: Language) -> (char, char) {
    match language {
        Language::Indonesian => ('.', ','),
        Language::English => (',', '.'),
    }
}

fn with_sign(value: i64, printed: String) -> String {
    if value < 0 { format!("-{printed}") } else { printed }
}

fn grouped(separator: char, digits: &str) -> String {
    let mut printed = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            printed.push(separator);
        }
        printed.push(digit);
    }
    printed
}

/// The sign and the rest of a text that begins and ends with a digit and has nothing but digits, points and
/// commas between.
fn numeric(text: &str) -> Result<(bool, &str), NumberError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(NumberError::Empty);
    }
    let (negative, rest) = take_minus(text);
    let digit = |c: char| c.is_ascii_digit();
    let bounded = rest.starts_with(digit) && rest.ends_with(digit);
    if bounded && rest.chars().all(|c| digit(c) || c == '.' || c == ',') {
        Ok((negative, rest))
    } else {
        Err(NumberError::NotNumber)
    }
}

/// Whether the text begins with a minus (typed or typeset), and what follows it.
pub(crate) fn take_minus(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

/// The digits of a whole number whose thousands are all set apart by `separator`, or not at all.
pub(crate) fn ungroup(text: &str, separator: char) -> Option<String> {
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let apart = first.len() < text.len();
    let first_fits = !apart || (first.len() <= 3 && !first.starts_with('0'));
    let digits = |group: &str| !group.is_empty() && group.chars().all(|c| c.is_ascii_digit());
    (first_fits && digits(first) && groups.all(|group| group.len() == 3 && digits(group)))
        .then(|| text.chars().filter(|&c| c != separator).collect())
}

/// The digits followed by `zeros` zeros as a number, or `None` when it does not fit.
pub(crate) fn signed(negative: bool, digits: &str, zeros: usize) -> Option<i64> {
    let size = digits.parse::<i128>().ok()?;
    if size == 0 {
        return Some(0);
    }
    let size = size.checked_mul(10_i128.checked_pow(u32::try_from(zeros).ok()?)?)?;
    i64::try_from(if negative { -size } else { size }).ok()
}

#[cfg(test)]
mod tests {
    use super::NumberError::*;
    use super::*;
    use Language::{English, Indonesian};
    use proptest::prelude::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(thousands(Indonesian, 1_234_567), "1.234.567");
        assert_eq!(thousands(English, 1_234_567), "1,234,567");
        assert_eq!(thousands(Indonesian, 999), "999");
        assert_eq!(thousands(Indonesian, -1_000), "-1.000");
        assert_eq!(thousands(Indonesian, 0), "0");
        assert_eq!(thousands(Indonesian, i64::MIN), "-9.223.372.036.854.775.808");
    }

    #[test]
    fn decimals_keep_their_zeros() {
        assert_eq!(fixed(Indonesian, 824, 1), "82,4");
        assert_eq!(fixed(English, 824, 1), "82.4");
        assert_eq!(fixed(Indonesian, 820, 1), "82,0");
        assert_eq!(fixed(Indonesian, -213, 2), "-2,13");
        assert_eq!(fixed(Indonesian, -5, 2), "-0,05");
        assert_eq!(fixed(Indonesian, 0, 2), "0,00");
        assert_eq!(fixed(Indonesian, 12_345, 1), "1.234,5");
        assert_eq!(fixed(Indonesian, 1_250, 0), "1.250");
    }

    #[test]
    fn comma_and_point_are_both_read() {
        let read = [
            ("82,4", 1, 824),
            ("82.4", 1, 824),
            ("82", 1, 820),
            (" 82,40 ", 1, 824),
            ("82,4", 2, 8_240),
            ("2,0000", 1, 20),
            ("1.234,5", 1, 12_345),
            ("1,234.5", 1, 12_345),
            ("1.234.567", 0, 1_234_567),
            ("2.000", 3, 2_000),
            ("-2,13", 2, -213),
            ("\u{2212}0,05", 2, -5),
            ("082,4", 1, 824),
            ("0", 40, 0),
        ];
        for (text, decimals, value) in read {
            assert_eq!(parse_decimal(text, decimals), Ok(value), "{text}");
        }
    }

    #[test]
    fn doubtful_decimals_are_refused() {
        let refused = [
            ("", 1, Empty),
            ("2.000", 1, Ambiguous),
            ("2,000", 1, Ambiguous),
            ("2.000", 0, Ambiguous),
            ("82,450", 2, Ambiguous),
            ("2.000,000", 1, Ambiguous),
            ("1.23.456", 1, Ambiguous),
            ("1.234,5,6", 1, Ambiguous),
            ("1,2.3,4", 1, Ambiguous),
            ("82,45", 1, TooManyDecimals { allowed: 1 }),
            ("82,4", 0, TooManyDecimals { allowed: 0 }),
            ("82,4001", 1, TooManyDecimals { allowed: 1 }),
            ("9223372036854775807", 1, TooLarge),
            ("1", 4_000_000_000, TooLarge),
            (",5", 1, NotNumber),
            ("5,", 1, NotNumber),
            ("+5", 1, NotNumber),
            ("--5", 1, NotNumber),
            ("8e3", 1, NotNumber),
            ("82,4 cm", 1, NotNumber),
            ("-", 1, NotNumber),
        ];
        for (text, decimals, error) in refused {
            assert_eq!(parse_decimal(text, decimals), Err(error), "{text}");
        }
    }

    #[test]
    fn counts_are_whole() {
        assert_eq!(parse_count("12"), Ok(12));
        assert_eq!(parse_count(" 1.200 "), Ok(1_200));
        assert_eq!(parse_count("0"), Ok(0));
        let refused = [
            ("", Empty),
            ("-1", Negative),
            ("1,5", NotWhole),
            ("1,200", Ambiguous),
            ("1.20", Ambiguous),
            ("0.500", Ambiguous),
            ("1.200,0,0", Ambiguous),
            ("9223372036854775808", TooLarge),
            ("dua", NotNumber),
        ];
        for (text, error) in refused {
            assert_eq!(parse_count(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn printed_decimals_are_read_back(value: i64, decimals in 1_u32..8, english: bool) {
            let language = if english { English } else { Indonesian };
            prop_assert_eq!(parse_decimal(&fixed(language, value, decimals), decimals), Ok(value));
        }

        #[test]
        fn plain_whole_numbers_are_read_back(value: i64) {
            prop_assert_eq!(parse_decimal(&value.to_string(), 0), Ok(value));
        }

        #[test]
        fn printed_counts_are_read_back(value in 0..=i64::MAX) {
            prop_assert_eq!(parse_count(&thousands(Indonesian, value)), Ok(value));
            prop_assert_eq!(parse_count(&fixed(Indonesian, value, 0)), Ok(value));
            prop_assert_eq!(parse_count(&value.to_string()), Ok(value));
        }

        #[test]
        fn parse_never_panics(text in any::<String>(), likely in "[-0-9., ]{0,24}", decimals: u32) {
            for text in [text, likely] {
                let _ = parse_decimal(&text, decimals);
                let _ = parse_decimal(&text, decimals % 4);
                let _ = parse_count(&text);
            }
        }
    }
}
