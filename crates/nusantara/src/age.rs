//! Ages of children: in completed months for programme rules, in days for growth tables, in words for people.

use time::Date;

use crate::language::Language;

/// The months completed between birth and `on`, or `None` when `on` is before the birth.
///
/// A month is complete on the day of the month of the birth, or on the first of the next month where that day
/// does not exist: a child born on 31 January completes its first month on 1 March.
pub fn completed_months(birth: Date, on: Date) -> Option<u32> {
    if on < birth {
        return None;
    }
    let months = |date: Date| i64::from(date.year()) * 12 + i64::from(u8::from(date.month()));
    let unfinished = i64::from(on.day() < birth.day());
    u32::try_from(months(on) - months(birth) - unfinished).ok()
}

/// The days lived between birth and `on`, 0 on the day of birth, or `None` when `on` is before the birth. WHO
/// growth tables are read by this number.
pub fn days(birth: Date, on: Date) -> Option<i64> {
    (on >= birth).then(|| (on - birth).whole_days())
}

/// The age in words: `12 hari` in the first month, `11 bulan` in the first two years, then `2 tahun 4 bulan
/// (28 bulan)`. A birth still to come is `belum lahir`.
pub fn words(language: Language, birth: Date, on: Date) -> String {
    let (Some(months), Some(days)) = (completed_months(birth, on), days(birth, on)) else {
        return match language {
            Language::Indonesian => "belum lahir".to_owned(),
            Language::English => "not yet born".to_owned(),
        };
    };
    let count = |number: i64, indonesian: &str, english: &str| match language {
        Language::Indonesian => format!("{number} {indonesian}"),
        Language::English if number == 1 => format!("{number} {english}"),
        Language::English => format!("{number} {english}s"),
    };
    let (years, over) = (i64::from(months / 12), i64::from(months % 12));
    let all = count(i64::from(months), "bulan", "month");
    match (months, over) {
        (0, _) => count(days, "hari", "day"),
        (1..24, _) => all,
        (_, 0) => format!("{} ({all})", count(years, "tahun", "year")),
        _ => format!("{} {} ({all})", count(years, "tahun", "year"), count(over, "bulan", "month")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, Indonesian};
    use proptest::prelude::*;
    use time::macros::date;

    #[test]
    fn months_complete_on_the_day_of_birth() {
        assert_eq!(completed_months(date!(2023 - 06 - 15), date!(2025 - 10 - 14)), Some(27));
        assert_eq!(completed_months(date!(2023 - 06 - 15), date!(2025 - 10 - 15)), Some(28));
        assert_eq!(completed_months(date!(2025 - 01 - 31), date!(2025 - 02 - 28)), Some(0));
        assert_eq!(completed_months(date!(2025 - 01 - 31), date!(2025 - 03 - 01)), Some(1));
        assert_eq!(completed_months(date!(2024 - 02 - 29), date!(2025 - 02 - 28)), Some(11));
        assert_eq!(completed_months(date!(2025 - 01 - 02), date!(2025 - 01 - 02)), Some(0));
        assert_eq!(completed_months(date!(2025 - 01 - 02), date!(2025 - 01 - 01)), None);
        assert_eq!(completed_months(Date::MIN, Date::MAX), Some(20_000 * 12 - 12 - 1));
    }

    #[test]
    fn days_count_from_birth() {
        assert_eq!(days(date!(2024 - 02 - 28), date!(2024 - 03 - 01)), Some(2));
        assert_eq!(days(date!(2024 - 02 - 28), date!(2024 - 02 - 28)), Some(0));
        assert_eq!(days(date!(2024 - 02 - 28), date!(2024 - 02 - 27)), None);
    }

    #[test]
    fn words_grow_with_the_child() {
        let birth = date!(2023 - 06 - 15);
        let cases = [
            (date!(2023 - 06 - 14), "belum lahir", "not yet born"),
            (date!(2023 - 06 - 15), "0 hari", "0 days"),
            (date!(2023 - 06 - 16), "1 hari", "1 day"),
            (date!(2023 - 06 - 27), "12 hari", "12 days"),
            (date!(2023 - 07 - 15), "1 bulan", "1 month"),
            (date!(2024 - 05 - 20), "11 bulan", "11 months"),
            (date!(2025 - 06 - 14), "23 bulan", "23 months"),
            (date!(2025 - 06 - 15), "2 tahun (24 bulan)", "2 years (24 months)"),
            (date!(2025 - 07 - 15), "2 tahun 1 bulan (25 bulan)", "2 years 1 month (25 months)"),
            (date!(2025 - 10 - 20), "2 tahun 4 bulan (28 bulan)", "2 years 4 months (28 months)"),
        ];
        for (on, indonesian, english) in cases {
            assert_eq!(words(Indonesian, birth, on), indonesian);
            assert_eq!(words(English, birth, on), english);
        }
    }

    proptest! {
        #[test]
        fn ages_agree_and_never_shrink(birth in -200_000..2_000_000_i32, later in 0..40_000_i32) {
            let birth = Date::from_julian_day(birth).unwrap();
            let on = Date::from_julian_day(birth.to_julian_day() + later).unwrap();
            let months = completed_months(birth, on).unwrap();
            prop_assert_eq!(days(birth, on), Some(i64::from(later)));
            prop_assert!((28 * i64::from(months)..=31 * (i64::from(months) + 1)).contains(&i64::from(later)));
            prop_assert!(completed_months(birth, on.next_day().unwrap()) >= Some(months));
            prop_assert_eq!(completed_months(on, birth).is_some(), later == 0);
        }
    }
}
