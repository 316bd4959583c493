//! Patterns of letter numbers, as every office has its own: `BAST/{nomor:4}/{bulan_romawi}/{tahun}`.
//!
//! Places: `{nomor}` or `{nomor:4}` (filled up with zeros), `{bulan}` (two digits), `{bulan_romawi}`,
//! `{tahun}`. A pattern must name number and year, since numbers begin anew every year.

use asuh_store::Refusal;
use time::Date;

/// Characters of a pattern.
const MOST: usize = 80;
/// Digits to which a number may be filled up.
const MOST_DIGITS: usize = 9;

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A place that is not known, or a brace without its other.
    #[error("unknown place {0:?}")]
    UnknownPlace(String),
    /// Neither `{nomor}` nor `{tahun}` may be missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Longer than 80 characters, or with characters that a letter number cannot have.
    #[error("not a pattern")]
    Unfit,
}

impl PatternError {
    /// The sentence for the person who typed it.
    pub fn refusal(&self) -> Refusal {
        match self {
            PatternError::UnknownPlace(place) => {
                Refusal::new("settings.refused.pattern_place").arg("place", place)
            }
            PatternError::Missing(place) => {
                Refusal::new("settings.refused.pattern_missing").arg("place", place)
            }
            PatternError::Unfit => Refusal::new("settings.refused.pattern"),
        }
    }
}

enum Piece<'a> {
    Text(&'a str),
    Number(usize),
    Month,
    RomanMonth,
    Year,
}

fn pieces(pattern: &str) -> Result<Vec<Piece<'_>>, PatternError> {
    if pattern.is_empty() || pattern.chars().count() > MOST || pattern.chars().any(char::is_control) {
        return Err(PatternError::Unfit);
    }
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        if at > 0 {
            found.push(Piece::Text(&rest[..at]));
        }
        let tail = &rest[at..];
        let end = tail.find('}').filter(|_| tail.starts_with('{'));
        let Some(end) = end else { return Err(PatternError::UnknownPlace(tail.chars().take(20).collect())) };
        let place = &tail[1..end];
        found.push(match place.split_once(':') {
            None if place == "nomor" => Piece::Number(1),
            Some(("nomor", digits)) => match digits.parse::<usize>() {
                Ok(digits) if (1..=MOST_DIGITS).contains(&digits) => Piece::Number(digits),
                _ => return Err(PatternError::UnknownPlace(tail[..=end].to_owned())),
            },
            None if place == "bulan" => Piece::Month,
            None if place == "bulan_romawi" => Piece::RomanMonth,
            None if place == "tahun" => Piece::Year,
            _ => return Err(PatternError::UnknownPlace(tail[..=end].to_owned())),
        });
        rest = &tail[end + 1..];
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    Ok(found)
}

/// Whether a text is a pattern.
///
/// # Errors
/// What is wrong with it.
pub fn check(pattern: &str) -> Result<(), PatternError> {
    let pieces = pieces(pattern)?;
    if !pieces.iter().any(|piece| matches!(piece, Piece::Number(_))) {
        return Err(PatternError::Missing("{nomor}"));
    }
    if !pieces.iter().any(|piece| matches!(piece, Piece::Year)) {
        return Err(PatternError::Missing("{tahun}"));
    }
    Ok(())
}

/// The letter number of a day: `BAST/0007/XI/2026`.
///
/// # Errors
/// The text is not a pattern.
pub fn render(pattern: &str, number: i64, day: Date) -> Result<String, PatternError> {
    check(pattern)?;
    let mut written = String::new();
    for piece in pieces(pattern)? {
        match piece {
            Piece::Text(text) => written.push_str(text),
            Piece::Number(digits) => written.push_str(&format!("{number:0digits$}")),
            Piece::Month => written.push_str(&format!("{:02}", u8::from(day.month()))),
            Piece::RomanMonth => written.push_str(roman_month(day)),
            Piece::Year => written.push_str(&day.year().to_string()),
        }
    }
    Ok(written)
}

/// The month as letters write it: I to XII.
pub fn roman_month(day: Date) -> &'static str {
    const ROMAN: [&str; 12] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
    ROMAN[usize::from(u8::from(day.month())) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn numbers_are_written_as_the_office_writes_them() {
        let day = date!(2026 - 11 - 02);
        let cases = [
            ("BAST/{nomor:4}/{bulan_romawi}/{tahun}", 7, "BAST/0007/XI/2026"),
            ("{nomor}/DP2KBP3A/{bulan}/{tahun}", 12, "12/DP2KBP3A/11/2026"),
            ("400.7.3/{nomor:3}-{tahun}", 12345, "400.7.3/12345-2026"),
        ];
        for (pattern, number, expected) in cases {
            assert_eq!(render(pattern, number, day).as_deref(), Ok(expected));
        }
        assert_eq!(roman_month(date!(2026 - 01 - 31)), "I");
        assert_eq!(roman_month(date!(2026 - 09 - 01)), "IX");
    }

    #[test]
    fn what_would_repeat_or_cannot_be_read_is_no_pattern() {
        let cases = [
            ("BAST/{nomor}", PatternError::Missing("{tahun}")),
            ("BAST/{tahun}", PatternError::Missing("{nomor}")),
            ("{nomor}/{hari}/{tahun}", PatternError::UnknownPlace("{hari}".into())),
            ("{nomor:0}/{tahun}", PatternError::UnknownPlace("{nomor:0}".into())),
            ("{nomor:99}/{tahun}", PatternError::UnknownPlace("{nomor:99}".into())),
            ("{nomor/{tahun}", PatternError::UnknownPlace("{nomor/{tahun}".into())),
            ("nomor}/{tahun}", PatternError::UnknownPlace("}/{tahun}".into())),
            ("", PatternError::Unfit),
        ];
        for (pattern, expected) in cases {
            assert_eq!(check(pattern), Err(expected), "{pattern}");
        }
    }
}
