//! Dates as people type them and as spreadsheets hold them.

use thiserror::Error;
use time::{Date, Month};

use super::month_name;
use crate::language::Language;

/// Why a text or a spreadsheet number is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DateError {
    /// Nothing was written.
    #[error("no date is written")]
    Empty,
    /// The year has two digits. A guess would be wrong by a century for some: a birth in 25 may be a child's
    /// or a great-grandmother's.
    #[error("the year needs four digits")]
    TwoDigitYear,
    /// A day that no calendar has, as 31-02-2025.
    #[error("this day does not exist")]
    Impossible,
    /// A spreadsheet number outside the days a spreadsheet can hold.
    #[error("this number is not a day of a spreadsheet")]
    SerialOutOfRange,
    /// None of the forms that are read.
    #[error("this is not a date; write it as 12-10-2025 or 12 Oktober 2025")]
    NotDate,
}

/// Reads a date, day before month: `12-10-2025`, `12/10/2025`, `12.10.2025`, `12 Okt 2025`, `12 Oktober
/// 2025`, `12-Oct-2025`, or the ISO form `2025-10-12`. Month names are Indonesian or English, in full or
/// short, in any letter case.
///
/// A time of day after a date in figures, as databases and spreadsheets export it (`2025-10-12T07:42:00Z`,
/// `12/10/2025 0:00`), must be a time but is otherwise ignored: the date is the one written, in whatever zone
/// it was written.
///
/// # Errors
///
/// Each kind of refusal has its own [`DateError`]; nothing is completed or corrected.
pub fn parse(text: &str) -> Result<Date, DateError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DateError::Empty);
    }
    if text.chars().any(|c| c.is_alphabetic() && c != 'T' && c != 'Z')
        || words(text).nth(1).is_some_and(named)
    {
        return with_month_name(text);
    }
    let in_figures = |c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '.');
    let (date, time) = text.split_at(text.find(|c| !in_figures(c)).unwrap_or(text.len()));
    let mut signs = date.chars().filter(|c| !c.is_ascii_digit());
    if signs.next() != signs.next() || signs.next().is_some() || !(time.is_empty() || is_time(time)) {
        return Err(DateError::NotDate);
    }
    let mut parts = date.split(['-', '/', '.']);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day)) if year.len() == 4 => calendar(year, month_number(month)?, day),
        (Some(day), Some(month), Some(year)) => calendar(year, month_number(month)?, day),
        _ => Err(DateError::NotDate),
    }
}

/// The day of a spreadsheet number in the 1900 date system, where 1 is 1 January 1900; a time of day, the
/// fraction, is ignored. The system counts a 29 February 1900 that never was (kept by ECMA-376 from older
/// programs), so numbers from 61 on are one more than the days gone by.
///
/// # Errors
///
/// [`DateError::SerialOutOfRange`] outside 1 to 2958465 (31 December 9999), [`DateError::Impossible`] for 60,
/// the day that never was.
pub fn from_excel_serial(serial: f64) -> Result<Date, DateError> {
    /// The Julian day before 1 January 1900.
    const EVE: i32 = 2_415_020;
    if !(1.0..2_958_466.0).contains(&serial) {
        return Err(DateError::SerialOutOfRange);
    }
    // Within the range above the conversion only drops the fraction.
    let gone_by = match serial as i32 {
        60 => return Err(DateError::Impossible),
        day @ ..60 => day,
        day => day - 1,
    };
    Date::from_julian_day(EVE + gone_by).map_err(|_| DateError::SerialOutOfRange)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.' | ','))
        .filter(|word| !word.is_empty())
}

fn named(word: &str) -> bool {
    word.chars().all(char::is_alphabetic)
}

fn with_month_name(text: &str) -> Result<Date, DateError> {
    let mut words = words(text);
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(day), Some(name), Some(year), None) => {
            calendar(year, month_named(name).ok_or(DateError::NotDate)?, day)
        }
        _ => Err(DateError::NotDate),
    }
}

/// The month of a full name in either language, of its first three letters, or of a spelling still in use.
fn month_named(name: &str) -> Option<Month> {
    let name = name.to_lowercase();
    let also = match name.as_str() {
        "pebruari" | "peb" => Some(Month::February),
        "agt" | "ags" | "agust" => Some(Month::August),
        "sept" => Some(Month::September),
        "nopember" | "nop" => Some(Month::November),
        _ => None,
    };
    also.or_else(|| {
        (1..=12).filter_map(|number| Month::try_from(number).ok()).find(|&month| {
            [Language::Indonesian, Language::English].into_iter().any(|language| {
                let full = month_name(language, month).to_lowercase();
                full == name || full.get(..3) == Some(name.as_str())
            })
        })
    })
}

fn month_number(text: &str) -> Result<Month, DateError> {
    Month::try_from(figures(text, 2)?).map_err(|_| DateError::Impossible)
}

/// The date of a year of four digits and a day of one or two.
fn calendar(year: &str, month: Month, day: &str) -> Result<Date, DateError> {
    let day = figures(day, 2)?;
    if year.len() == 2 && figures(year, 2).is_ok() {
        return Err(DateError::TwoDigitYear);
    }
    if year.len() != 4 || !year.chars().all(|c| c.is_ascii_digit()) {
        return Err(DateError::NotDate);
    }
    let year = year.parse().map_err(|_| DateError::NotDate)?;
    if year == 0 {
        return Err(DateError::Impossible);
    }
    Date::from_calendar_date(year, month, day).map_err(|_| DateError::Impossible)
}

/// A number of one to `most` digits.
fn figures(text: &str, most: usize) -> Result<u8, DateError> {
    if text.is_empty() || text.len() > most || !text.chars().all(|c| c.is_ascii_digit()) {
        return Err(DateError::NotDate);
    }
    text.parse().map_err(|_| DateError::NotDate)
}

/// Whether the text after a date is a time of day: hours and minutes, perhaps seconds, perhaps an offset from
/// UTC.
fn is_time(text: &str) -> bool {
    let Some(text) = text.strip_prefix('T').or_else(|| text.strip_prefix(char::is_whitespace)) else {
        return false;
    };
    let text = text.trim_start();
    let (time, offset) = text.split_at(text.find(['Z', '+', '-']).unwrap_or(text.len()));
    let offset_fits = match offset.strip_prefix(['+', '-']) {
        Some(offset) => {
            let digits = offset.replacen(':', "", 1);
            matches!(digits.len(), 2 | 4) && digits.chars().all(|c| c.is_ascii_digit())
        }
        None => offset.is_empty() || offset == "Z",
    };
    let mut parts = time.trim_end().splitn(3, [':', '.']);
    let below =
        |part: Option<&str>, limit: u8| part.is_some_and(|part| figures(part, 2).is_ok_and(|n| n < limit));
    offset_fits
        && below(parts.next(), 24)
        && below(parts.next(), 60)
        && parts.next().is_none_or(|seconds| {
            let (whole, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
            below(Some(whole), 61) && !fraction.is_empty() && fraction.chars().all(|c| c.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::DateError::*;
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    #[test]
    fn usual_forms_are_read() {
        for text in [
            "2025-10-12",
            "2025-10-12T07:42:00Z",
            "2025-10-12T07:42:00.123456+07:00",
            "2025-10-12 07:42",
            "2025-10-12 00:00:00",
            "2025-10-12 00:00:00 +07",
            "12-10-2025",
            "12/10/2025",
            "12/10/2025 0:00",
            "12.10.2025",
            "12 Okt 2025",
            "12 okt. 2025",
            "12 Oktober 2025",
            "12 OCTOBER 2025",
            "12-Oct-2025",
            " 12  Oct,\u{a0}2025 ",
        ] {
            assert_eq!(parse(text), Ok(date!(2025 - 10 - 12)), "{text}");
        }
        assert_eq!(parse("1/2/2025"), Ok(date!(2025 - 02 - 01)));
        assert_eq!(parse("29-02-2024"), Ok(date!(2024 - 02 - 29)));
        for name in ["Agustus", "Agu", "Agt", "Ags", "August", "Aug"] {
            assert_eq!(parse(&format!("17 {name} 1945")), Ok(date!(1945 - 08 - 17)), "{name}");
        }
        assert_eq!(parse("1 T 2025"), Err(NotDate));
    }

    #[test]
    fn other_texts_are_refused() {
        let refused = [
            ("", Empty),
            (" ", Empty),
            ("12-10-25", TwoDigitYear),
            ("12/10/25", TwoDigitYear),
            ("12 Okt 25", TwoDigitYear),
            ("31-02-2025", Impossible),
            ("29-02-2025", Impossible),
            ("10/13/2025", Impossible),
            ("00-10-2025", Impossible),
            ("0000-00-00", Impossible),
            ("2025-02-31", Impossible),
            ("31 Juni 2025", Impossible),
        ];
        for (text, error) in refused {
            assert_eq!(parse(text), Err(error), "{text}");
        }
        for text in [
            "12",
            "12-10",
            "12-10-",
            "12-10/2025",
            "12-10-2025-1",
            "12-10-20255",
            "12-10-202",
            "112-10-2025",
            "2025-10-12x",
            "2025-10-12 pagi",
            "2025-10-12 25:00",
            "2025-10-12 07:60",
            "2025-10-12T",
            "2025-10-12T07:42+::",
            "12 Oktoberr 2025",
            "12 O 2025",
            "Oktober 12 2025",
            "kemarin",
            "-12-10-2025",
            "45000",
            "١٢-١٠-٢٠٢٥",
        ] {
            assert_eq!(parse(text), Err(NotDate), "{text}");
        }
    }

    #[test]
    fn spreadsheet_numbers_match_a_count_of_days() {
        let mut day = date!(1900 - 01 - 01);
        for serial in 1..=80_000 {
            if serial == 60 {
                assert_eq!(from_excel_serial(60.5), Err(Impossible));
                continue;
            }
            assert_eq!(from_excel_serial(f64::from(serial)), Ok(day));
            day = day.next_day().unwrap();
        }
        assert_eq!(from_excel_serial(59.0), Ok(date!(1900 - 02 - 28)));
        assert_eq!(from_excel_serial(61.0), Ok(date!(1900 - 03 - 01)));
        assert_eq!(from_excel_serial(45_942.99), Ok(date!(2025 - 10 - 12)));
        assert_eq!(from_excel_serial(2_958_465.999), Ok(date!(9999 - 12 - 31)));
        for serial in [0.0, 0.999, -1.0, 2_958_466.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(from_excel_serial(serial), Err(SerialOutOfRange), "{serial}");
        }
    }

    proptest! {
        #[test]
        fn spreadsheet_numbers_grow_by_days(serial in 61..=2_958_465_i32, time in 0.0..0.999_f64) {
            let day = from_excel_serial(f64::from(serial) + time).unwrap();
            prop_assert_eq!((day - date!(1900 - 03 - 01)).whole_days(), i64::from(serial - 61));
        }

        #[test]
        fn nothing_panics(
            text in any::<String>(),
            likely in "[0-9./ T:Z-]{0,24}|[0-9]{1,2} \\pL{1,9} [0-9]{1,5}",
            n: f64,
        ) {
            let _ = parse(&text);
            let _ = parse(&likely);
            let _ = from_excel_serial(n);
        }
    }
}
