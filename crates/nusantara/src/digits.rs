//! What the long numbers of Indonesian civil registration have in common: they are texts made of
//! digits, people write them with spaces and dots, and spreadsheets damage them.

/// Why a text is not a number of the expected length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigitsFault {
    Empty,
    RoundedByExcel,
    Censored,
    WrongLength(usize),
    NotDigits,
}

/// The sign that hides a digit in masked output.
const MASK: char = '•';

/// How many digits a spreadsheet keeps of a number; the rest become zeros (IEEE 754 doubles shown
/// with 15 significant digits, the published limit of Excel).
const SPREADSHEET_DIGITS: usize = 15;

/// Reads exactly `length` ASCII digits, dropping the separators people write between them.
pub(crate) fn exactly(text: &str, length: usize) -> Result<String, DigitsFault> {
    let kept: String = text.chars().filter(|c| !is_separator(*c)).collect();
    if kept.is_empty() {
        return Err(DigitsFault::Empty);
    }
    if is_scientific(text) {
        return Err(DigitsFault::RoundedByExcel);
    }
    if kept.chars().all(|c| c.is_ascii_digit()) {
        return if kept.len() == length { Ok(kept) } else { Err(DigitsFault::WrongLength(kept.len())) };
    }
    if kept.chars().all(|c| c.is_ascii_digit() || is_mask(c)) {
        return Err(DigitsFault::Censored);
    }
    Err(DigitsFault::NotDigits)
}

/// Why a numeric spreadsheet cell can never be a number of 16 or more digits.
pub(crate) fn from_number(value: f64) -> DigitsFault {
    if !value.is_finite() || value < 0.0 || value.fract() != 0.0 {
        return DigitsFault::NotDigits;
    }
    let found = format!("{:.0}", value.abs()).len();
    if found > SPREADSHEET_DIGITS { DigitsFault::RoundedByExcel } else { DigitsFault::WrongLength(found) }
}

/// True for a number in scientific notation, with a point or a comma: `3.20101E+15`, `1,5E15`.
pub(crate) fn is_scientific(text: &str) -> bool {
    let compact: String =
        text.chars().filter(|c| !c.is_whitespace() && !is_apostrophe(*c) && !is_invisible(*c)).collect();
    let Some((mantissa, exponent)) = compact.split_once(['e', 'E']) else {
        return false;
    };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let mut separators = 0_u8;
    let mantissa_is_number = mantissa.chars().all(|c| {
        let separator = matches!(c, '.' | ',');
        separators = separators.saturating_add(u8::from(separator));
        separator || c.is_ascii_digit()
    });
    mantissa_is_number
        && separators <= 1
        && mantissa.starts_with(|c: char| c.is_ascii_digit())
        && !exponent.is_empty()
        && exponent.chars().all(|c| c.is_ascii_digit())
}

/// Signs that may stand between or around the digits: spaces of every kind, dots, apostrophes
/// (the spreadsheet sign for "text"), hyphens and the invisible marks that come with copied text.
pub(crate) fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || is_apostrophe(c)
        || is_invisible(c)
        || matches!(c, '.' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{00B4}' | '\u{2018}' | '\u{2019}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn is_mask(c: char) -> bool {
    matches!(c, '*' | 'x' | 'X' | '\u{2022}' | '\u{25CF}' | '\u{00B7}' | '\u{2217}' | '\u{FF0A}')
}

/// Hides all but the last four signs.
pub(crate) fn masked(digits: &str) -> String {
    let hidden = digits.chars().count().saturating_sub(4);
    std::iter::repeat_n(MASK, hidden).chain(digits.chars().skip(hidden)).collect()
}

/// The value of `length` ASCII digits from position `start`; 0 where the text has no digits there.
pub(crate) fn part(digits: &str, start: usize, length: usize) -> i32 {
    digits.get(start..start + length).and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scientific_notation_is_recognised() {
        for text in ["3.20101E+15", "1,50101E+15", "3E15", "'3.2e+15", " 1.5 E+15", "1,50101e15"] {
            assert!(is_scientific(text), "{text}");
        }
        for text in ["E+15", "3.2E", "3.2.1E+15", "1501015508950003", "e", ".5E3", "1E5x", ""] {
            assert!(!is_scientific(text), "{text}");
        }
    }

    #[test]
    fn numbers_are_refused_with_the_reason() {
        assert_eq!(from_number(1_501_015_508_950_003.0), DigitsFault::RoundedByExcel);
        assert_eq!(from_number(1e17), DigitsFault::RoundedByExcel);
        assert_eq!(from_number(999_999_999_999_999.0), DigitsFault::WrongLength(15));
        assert_eq!(from_number(0.0), DigitsFault::WrongLength(1));
        assert_eq!(from_number(-0.0), DigitsFault::WrongLength(1));
        for value in [f64::NAN, f64::INFINITY, -1.0, 1.5] {
            assert_eq!(from_number(value), DigitsFault::NotDigits);
        }
    }

    #[test]
    fn masks_keep_four() {
        assert_eq!(masked("1501015508950003"), "••••••••••••0003");
        assert_eq!(masked("123"), "123");
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), length in 0_usize..30) {
            if let Ok(digits) = exactly(&text, length) {
                prop_assert_eq!(digits.len(), length);
                prop_assert!(digits.bytes().all(|b| b.is_ascii_digit()));
            }
        }

        #[test]
        fn never_accepts_a_float(value in any::<f64>()) {
            let _ = from_number(value);
        }
    }
}
