//! Days, weeks and local time, written out so that nobody has to wonder which number is the month.

mod read;
mod zone;

pub use read::{DateError, from_excel_serial, parse};
pub use zone::{Zone, clock, date_time};

use time::{Date, Duration, Month, Weekday};

use crate::language::Language;

/// The date with its weekday: `Minggu, 12 Oktober 2025`, `Sunday, 12 October 2025`.
pub fn long(language: Language, date: Date) -> String {
    format!("{}, {}", weekday_name(language, date.weekday()), medium(language, date))
}

/// The date with its month in full: `12 Oktober 2025`, `12 October 2025`.
pub fn medium(language: Language, date: Date) -> String {
    format!("{} {}", date.day(), month_year(language, date))
}

/// The date with three letters of its month: `12 Okt 2025`, `12 Oct 2025`.
pub fn short(language: Language, date: Date) -> String {
    format!("{} {} {:04}", date.day(), month_short(language, date.month()), date.year())
}

/// The month and year of a date: `Oktober 2025`, `October 2025`.
pub fn month_year(language: Language, date: Date) -> String {
    format!("{} {:04}", month_name(language, date.month()), date.year())
}

/// The name of a weekday: `Senin`, `Monday`.
pub fn weekday_name(language: Language, weekday: Weekday) -> &'static str {
    let (indonesian, english) = match weekday {
        Weekday::Monday => ("Senin", "Monday"),
        Weekday::Tuesday => ("Selasa", "Tuesday"),
        Weekday::Wednesday => ("Rabu", "Wednesday"),
        Weekday::Thursday => ("Kamis", "Thursday"),
        Weekday::Friday => ("Jumat", "Friday"),
        Weekday::Saturday => ("Sabtu", "Saturday"),
        Weekday::Sunday => ("Minggu", "Sunday"),
    };
    choose(language, indonesian, english)
}

/// The name of a month: `Oktober`, `October`.
pub fn month_name(language: Language, month: Month) -> &'static str {
    let (indonesian, english) = match month {
        Month::January => ("Januari", "January"),
        Month::February => ("Februari", "February"),
        Month::March => ("Maret", "March"),
        Month::April => ("April", "April"),
        Month::May => ("Mei", "May"),
        Month::June => ("Juni", "June"),
        Month::July => ("Juli", "July"),
        Month::August => ("Agustus", "August"),
        Month::September => ("September", "September"),
        Month::October => ("Oktober", "October"),
        Month::November => ("November", "November"),
        Month::December => ("Desember", "December"),
    };
    choose(language, indonesian, english)
}

/// The first three letters of a month's name, its usual short form in both languages.
fn month_short(language: Language, month: Month) -> &'static str {
    let name = month_name(language, month);
    name.get(..3).unwrap_or(name)
}

fn choose(language: Language, indonesian: &'static str, english: &'static str) -> &'static str {
    match language {
        Language::Indonesian => indonesian,
        Language::English => english,
    }
}

/// The Monday that begins the week of a date; a Monday is its own. (The earliest dates that can be held,
/// nearly ten thousand years before our era, stop at the earliest.)
pub fn monday_of(date: Date) -> Date {
    date.saturating_sub(Duration::days(i64::from(date.weekday().number_days_from_monday())))
}

/// The same weekday one week later, or the last date that can be held, 31 December 9999.
pub fn week_after(date: Date) -> Date {
    date.saturating_add(Duration::WEEK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, Indonesian};
    use proptest::prelude::*;
    use time::macros::date;

    #[test]
    fn dates_in_words() {
        let sunday = date!(2025 - 10 - 12);
        assert_eq!(long(Indonesian, sunday), "Minggu, 12 Oktober 2025");
        assert_eq!(long(English, sunday), "Sunday, 12 October 2025");
        assert_eq!(long(Indonesian, date!(2025 - 10 - 13)), "Senin, 13 Oktober 2025");
        assert_eq!(medium(Indonesian, sunday), "12 Oktober 2025");
        assert_eq!(short(Indonesian, sunday), "12 Okt 2025");
        assert_eq!(short(English, sunday), "12 Oct 2025");
        assert_eq!(short(Indonesian, date!(2025 - 08 - 03)), "3 Agu 2025");
        assert_eq!(short(Indonesian, date!(2025 - 05 - 03)), "3 Mei 2025");
        assert_eq!(month_year(Indonesian, sunday), "Oktober 2025");
        assert_eq!(month_year(English, sunday), "October 2025");
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(monday_of(date!(2026 - 11 - 02)), date!(2026 - 11 - 02));
        assert_eq!(monday_of(date!(2026 - 11 - 08)), date!(2026 - 11 - 02));
        assert_eq!(week_after(date!(2026 - 12 - 28)), date!(2027 - 01 - 04));
        assert_eq!(week_after(Date::MAX), Date::MAX);
        let _ = monday_of(Date::MIN);
    }

    /// Any day from the year 1 to the year 9999.
    fn any_date() -> impl Strategy<Value = Date> {
        let first = date!(0001 - 01 - 01).to_julian_day();
        (first..=Date::MAX.to_julian_day()).prop_map(|day| Date::from_julian_day(day).unwrap())
    }

    proptest! {
        #[test]
        fn printed_dates_are_read_back(date in any_date(), english: bool) {
            let language = if english { English } else { Indonesian };
            let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
            for text in [
                medium(language, date),
                short(language, date),
                date.to_string(),
                format!("{date}T00:00:00Z"),
                format!("{date} 23:59:59.250"),
                format!("{day}-{month}-{year:04}"),
                format!("{day:02}/{month:02}/{year:04}"),
                format!("{day:02}.{month:02}.{year:04}"),
            ] {
                prop_assert_eq!(parse(&text), Ok(date), "{}", text);
            }
        }

        #[test]
        fn the_monday_is_at_most_six_days_back(date in any_date()) {
            let monday = monday_of(date);
            prop_assert_eq!(monday.weekday(), Weekday::Monday);
            prop_assert!((0..7).contains(&(date - monday).whole_days()));
        }
    }
}
