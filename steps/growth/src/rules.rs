//! The words of measurements, as files write them.

use asuh_nusantara::name;
use serde::{Deserialize, Serialize};
use time::{Date, Month};

/// Weights of children outside this are likely slips of the keyboard, in grams.
pub const PLAUSIBLE_WEIGHT: std::ops::RangeInclusive<i64> = 500..=40_000;
/// Heights of children outside this are likely slips of the keyboard, in millimetres.
pub const PLAUSIBLE_HEIGHT: std::ops::RangeInclusive<i64> = 300..=1_400;

/// Growth is followed until a child has completed this many years.
const YEARS: i32 = 5;

/// The birthday after which one is a child under 60 months on a day.
pub fn born_after(today: Date) -> Date {
    let year = today.year() - YEARS;
    today.replace_year(year).unwrap_or_else(|_| {
        // 29 February of a year without one: 60 months are complete on 1 March.
        Date::from_calendar_date(year, Month::February, 28).unwrap_or(today)
    })
}

/// How a child was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Terlentang: length.
    Lying,
    /// Berdiri: height.
    Standing,
}

impl Position {
    /// Reads `Terlentang` or `Berdiri`.
    pub fn parse(text: &str) -> Option<Position> {
        match name::search_key(text).as_str() {
            "terlentang" | "telentang" | "terlentan" => Some(Position::Lying),
            "berdiri" => Some(Position::Standing),
            _ => None,
        }
    }

    /// The one with this stored code.
    pub fn of_code(code: &str) -> Option<Position> {
        [Position::Lying, Position::Standing].into_iter().find(|position| position.code() == code)
    }

    /// Its stored code.
    pub fn code(self) -> &'static str {
        match self {
            Position::Lying => "lying",
            Position::Standing => "standing",
        }
    }
}

/// The monthly sign of the posyandu (KMS): N gained, T did not gain, O not weighed last month, B first time.
/// Returns the letter; the sub-codes N1, T2 and the words are read too.
pub fn gain(text: &str) -> Option<&'static str> {
    let key = name::search_key(text);
    match key.as_str() {
        "n" | "n1" | "n2" | "naik" => Some("N"),
        "t" | "t1" | "t2" | "t3" | "tidak naik" => Some("T"),
        "o" => Some("O"),
        "b" | "baru" => Some("B"),
        _ => None,
    }
}

/// Whether two writings of a name can be one person's: the same words, or all words of the shorter one within the
/// longer one (`ANDI` for `Andi Saputra`).
pub fn names_agree(one: &str, other: &str) -> bool {
    let (one, other) = (name::search_key(one), name::search_key(other));
    let (one, other): (Vec<&str>, Vec<&str>) =
        (one.split_whitespace().collect(), other.split_whitespace().collect());
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    !few.is_empty() && few.iter().all(|word| many.contains(word))
}

/// The place part of a name as files write it: without `Desa`, `Kelurahan`, `Kecamatan`, as a search key without
/// spaces, so that `SANGGARAN AGUNG` and `Sanggaranagung` are one.
pub fn place_key(text: &str) -> String {
    let key = name::search_key(text);
    let bare = ["desa ", "kelurahan ", "kel ", "kecamatan ", "kec "]
        .iter()
        .find_map(|word| key.strip_prefix(word))
        .unwrap_or(&key);
    bare.replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_files() {
        for (text, position) in [
            ("Terlentang", Some(Position::Lying)),
            ("BERDIRI", Some(Position::Standing)),
            ("", None),
            ("duduk", None),
        ] {
            assert_eq!(Position::parse(text), position, "{text}");
        }
        for (text, letter) in [
            ("N", Some("N")),
            ("t2", Some("T")),
            ("O", Some("O")),
            ("b", Some("B")),
            ("-", None),
            ("x", None),
        ] {
            assert_eq!(gain(text), letter, "{text}");
        }
        for (one, other, agree) in [
            ("Andi Saputra", "ANDI SAPUTRA", true),
            ("andi", "Andi Saputra", true),
            ("Saputra, Andi", "Andi Saputra", true),
            ("Andi Saputra", "Andi Wijaya", false),
            ("Budi", "Andi Saputra", false),
            ("", "Andi", false),
        ] {
            assert_eq!(names_agree(one, other), agree, "{one} {other}");
        }
        for (text, key) in [
            ("Desa Selam Paung", "selampaung"),
            ("SELAMPAUNG", "selampaung"),
            ("Kec. Gunung Raya", "gunungraya"),
            ("Desa", "desa"),
        ] {
            assert_eq!(place_key(text), key, "{text}");
        }
    }
}
