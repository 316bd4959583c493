//! The words of an indicator as types, and periods: pure.

use asuh_ground::codes;
use asuh_ground::web::Text;
use asuh_nusantara::date;
use time::{Date, Duration, Month};

codes! {
    /// What a value of an indicator is.
    pub enum Unit {
        /// Numerator of denominator, in percent.
        Percent = "percent",
        /// A number by itself.
        Count = "count",
    }
}

codes! {
    /// Which way is good.
    pub enum Better {
        /// More is better.
        Higher = "higher",
        /// Less is better.
        Lower = "lower",
    }
}

codes! {
    /// Whom an indicator counts.
    pub enum Group {
        /// Families of the list.
        Household = "household",
        /// Families with BKKBN's mark.
        FamilyAtRisk = "family_at_risk",
        /// Women pregnant within the period.
        Pregnant = "pregnant",
        /// Mothers breastfeeding within the period.
        Breastfeeding = "breastfeeding",
        /// Children of the indicator's ages on the last day of the period.
        Child = "child",
        /// Girls at school; entered only.
        Adolescent = "adolescent",
        /// Couples before marriage; entered only.
        Couple = "couple",
        /// Desa and kelurahan.
        Village = "village",
        /// Anything else; entered only.
        Other = "other",
    }
}

codes! {
    /// How long a period is.
    pub enum PeriodKind {
        /// A month.
        Month = "month",
        /// Three months from January, April, July or October.
        Quarter = "quarter",
        /// Six months from January or July.
        Semester = "semester",
        /// A year.
        Year = "year",
    }
}

codes! {
    /// The smallest place that an indicator has a value for.
    pub enum Grain {
        /// Desa and kelurahan.
        Village = "village",
        /// Kecamatan.
        Subdistrict = "subdistrict",
        /// The district as a whole.
        District = "district",
    }
}

impl Grain {
    /// That a column holds the code of a place of this kind: SQL.
    pub(crate) fn condition(self, code: &str) -> String {
        match self {
            Grain::Village => format!("{code} % 10000 <> 0"),
            Grain::Subdistrict => format!("{code} % 10000 = 0 AND {code} % 1000000 <> 0"),
            Grain::District => format!("{code} % 1000000 = 0"),
        }
    }

    /// The kind of place that a code is; none for a province.
    pub fn of(code: asuh_nusantara::TerritoryCode) -> Option<Grain> {
        match code.level() {
            asuh_nusantara::Level::Village => Some(Grain::Village),
            asuh_nusantara::Level::Subdistrict => Some(Grain::Subdistrict),
            asuh_nusantara::Level::Regency => Some(Grain::District),
            asuh_nusantara::Level::Province => None,
        }
    }
}

impl PeriodKind {
    /// Months in one.
    pub fn months(self) -> u8 {
        match self {
            PeriodKind::Month => 1,
            PeriodKind::Quarter => 3,
            PeriodKind::Semester => 6,
            PeriodKind::Year => 12,
        }
    }
}

/// A month, quarter, semester or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// How long it is.
    pub kind: PeriodKind,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
}

impl Period {
    /// The one that a day lies in.
    pub fn containing(kind: PeriodKind, day: Date) -> Period {
        let month = u8::from(day.month()) - 1;
        let begins = month - month % kind.months() + 1;
        let first = Month::try_from(begins)
            .ok()
            .and_then(|month| Date::from_calendar_date(day.year(), month, 1).ok())
            .unwrap_or(day);
        let last = after(first, i32::from(kind.months())) - Duration::DAY;
        Period { kind, first, last }
    }

    /// The one before.
    pub fn before(self) -> Period {
        Period::containing(self.kind, self.first - Duration::DAY)
    }

    /// The next one.
    pub fn next(self) -> Period {
        Period::containing(self.kind, self.last + Duration::DAY)
    }

    /// The last day that can be counted: its own, or today.
    pub fn until(self, today: Date) -> Date {
        self.last.min(today).max(self.first)
    }

    /// "2026-10": its first month, for addresses.
    pub fn code(self) -> String {
        format!("{:04}-{:02}", self.first.year(), u8::from(self.first.month()))
    }

    /// The one of this kind that the month "2026-10" lies in.
    pub fn parse(kind: PeriodKind, code: &str) -> Option<Period> {
        let (year, month) = code.split_once('-')?;
        let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
        let year = year.parse::<i32>().ok().filter(|year| (2000..2100).contains(year))?;
        Date::from_calendar_date(year, month, 1).ok().map(|day| Period::containing(kind, day))
    }

    /// "Oktober 2026", "Triwulan IV 2026", "Semester II 2026", "2026".
    pub fn words(self, text: &Text) -> String {
        let (year, roman) = (self.first.year(), self.roman());
        match self.kind {
            PeriodKind::Month => date::month_year(text.language, self.first),
            PeriodKind::Quarter => text.t2("convergence.period.nth_quarter", "n", roman, "year", year),
            PeriodKind::Semester => text.t2("convergence.period.nth_semester", "n", roman, "year", year),
            PeriodKind::Year => year.to_string(),
        }
    }

    /// Which quarter or semester of its year.
    fn roman(self) -> &'static str {
        let nth = (u8::from(self.first.month()) - 1) / self.kind.months();
        ["I", "II", "III", "IV"].get(usize::from(nth)).copied().unwrap_or_default()
    }

    /// As words under a chart, where its kind is known: "Nov 2026", "III 2026", "2026".
    pub fn short(self, text: &Text) -> String {
        let words = self.words(text);
        match self.kind {
            PeriodKind::Month => {
                let day = date::medium(text.language, self.first);
                day.split_once(' ').map_or(words, |(_, month)| month.to_owned())
            }
            PeriodKind::Quarter | PeriodKind::Semester => {
                format!("{} {}", self.roman(), self.first.year())
            }
            PeriodKind::Year => words,
        }
    }

    /// The months of it that have begun by a day, as their first days.
    pub fn months_until(self, day: Date) -> Vec<Date> {
        let months = (0..i32::from(self.kind.months())).map(|nth| after(self.first, nth));
        months.filter(|month| *month <= day).collect()
    }
}

/// The first day of the month so many months after (or before) that of a day.
pub(crate) fn after(day: Date, months: i32) -> Date {
    let number = day.year() * 12 + i32::from(u8::from(day.month())) - 1 + months;
    u8::try_from(number.rem_euclid(12) + 1)
        .ok()
        .and_then(|month| Month::try_from(month).ok())
        .and_then(|month| Date::from_calendar_date(number.div_euclid(12), month, 1).ok())
        .unwrap_or(day)
}

/// The latest birthday of somebody who has completed so many months on a day.
pub(crate) fn born_by(on: Date, months: u32) -> Date {
    let month = after(on, -(i32::try_from(months).unwrap_or(0)));
    let days = time::util::days_in_month(month.month(), month.year());
    month.replace_day(on.day().min(days)).unwrap_or(month)
}

/// Hundredths of a percent: 1 of 3 is 3333.
pub fn share(numerator: i64, denominator: i64) -> Option<i64> {
    (denominator > 0).then(|| (numerator * 10_000 + denominator / 2) / denominator)
}

/// Whether a value has reached its target: both in hundredths.
pub fn reached(better: Better, value: i64, target: i64) -> bool {
    match better {
        Better::Higher => value >= target,
        Better::Lower => value <= target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_nusantara::age::completed_months;
    use time::macros::date;

    #[test]
    fn a_day_lies_in_one_period_of_each_kind() {
        let day = date!(2026 - 11 - 23);
        let cases = [
            (PeriodKind::Month, date!(2026 - 11 - 01), date!(2026 - 11 - 30), date!(2026 - 10 - 01)),
            (PeriodKind::Quarter, date!(2026 - 10 - 01), date!(2026 - 12 - 31), date!(2026 - 07 - 01)),
            (PeriodKind::Semester, date!(2026 - 07 - 01), date!(2026 - 12 - 31), date!(2026 - 01 - 01)),
            (PeriodKind::Year, date!(2026 - 01 - 01), date!(2026 - 12 - 31), date!(2025 - 01 - 01)),
        ];
        for (kind, first, last, before) in cases {
            let period = Period::containing(kind, day);
            assert_eq!((period.first, period.last, period.before().first), (first, last, before));
            assert_eq!(period.before().next(), period);
            assert_eq!(Period::parse(kind, &period.code()), Some(period));
            assert_eq!(period.until(day), day);
        }
        assert_eq!(Period::parse(PeriodKind::Month, "2026-13"), None);
        assert_eq!(Period::containing(PeriodKind::Quarter, day).months_until(day).len(), 2);
    }

    #[test]
    fn birthdays_are_bounded_as_ages_are_counted() {
        for on in [date!(2026 - 02 - 28), date!(2026 - 03 - 31), date!(2024 - 02 - 29), date!(2026 - 11 - 23)]
        {
            for months in [0, 1, 6, 12, 24, 60] {
                let latest = born_by(on, months);
                assert!(completed_months(latest, on) >= Some(months), "{on} {months} {latest}");
                let next = latest + Duration::DAY;
                assert!(completed_months(next, on).is_none_or(|done| done < months), "{on} {months} {next}");
            }
        }
    }

    #[test]
    fn shares_are_rounded_and_targets_have_a_direction() {
        assert_eq!((share(1, 3), share(2, 3), share(1, 0)), (Some(3333), Some(6667), None));
        assert!(reached(Better::Higher, 8000, 8000) && !reached(Better::Higher, 7999, 8000));
        assert!(reached(Better::Lower, 1400, 1400) && !reached(Better::Lower, 1401, 1400));
    }
}
