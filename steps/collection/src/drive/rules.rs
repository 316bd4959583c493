//! On which days a campaign collects.

use asuh_ground::settings::Holidays;
use time::{Date, Duration, Month};

/// A campaign's rhythm, with its first and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rhythm {
    beat: Beat,
    starts_on: Date,
    ends_on: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beat {
    /// 1 = Monday .. 7
    Weekly(u8),
    /// 1 .. 28
    Monthly(u8),
    Once,
}

/// A holiday moves a drive by less than a week, so that it never meets the next one of a weekly rhythm.
pub(crate) const MOST_DAYS_MOVED: i64 = 6;

/// How many weeks back a make-up (susulan) or a late roll may reach.
pub(crate) const WEEKS_BACK: i64 = 8;

impl Rhythm {
    /// The rhythm as a campaign stores it. An unknown word never allows a day but the first.
    pub(crate) fn of(rhythm: &str, day: i64, starts_on: Date, ends_on: Option<Date>) -> Rhythm {
        let beat = match (rhythm, u8::try_from(day)) {
            ("weekly", Ok(day)) => Beat::Weekly(day),
            ("monthly", Ok(day)) => Beat::Monthly(day),
            _ => Beat::Once,
        };
        Rhythm { beat, starts_on, ends_on }
    }

    /// Whether the campaign collects on this day.
    pub(crate) fn allows(&self, day: Date) -> bool {
        let inside = day >= self.starts_on && self.ends_on.is_none_or(|end| day <= end);
        inside
            && match self.beat {
                Beat::Weekly(weekday) => day.weekday().number_from_monday() == weekday,
                Beat::Monthly(of_month) => day.day() == of_month,
                Beat::Once => day == self.starts_on,
            }
    }

    /// The last day on which it collects, up to and including `today`; none before the campaign began.
    pub(crate) fn latest(&self, today: Date) -> Option<Date> {
        let today = self.ends_on.map_or(today, |end| end.min(today));
        let found = match self.beat {
            Beat::Weekly(weekday) => {
                let back = (7 + i64::from(today.weekday().number_from_monday()) - i64::from(weekday)) % 7;
                today.checked_sub(Duration::days(back))?
            }
            Beat::Monthly(of_month) if today.day() >= of_month => today.replace_day(of_month).ok()?,
            Beat::Monthly(of_month) => {
                let (year, month) = match today.month() {
                    Month::January => (today.year() - 1, Month::December),
                    month => (today.year(), month.previous()),
                };
                Date::from_calendar_date(year, month, of_month).ok()?
            }
            Beat::Once => self.starts_on,
        };
        (self.starts_on..=today).contains(&found).then_some(found)
    }

    /// The days of the last [`WEEKS_BACK`] weeks up to `today`, newest first.
    pub(crate) fn recent(&self, today: Date) -> Vec<Date> {
        let mut days = Vec::new();
        let mut next = Some(today);
        while let Some(day) = next.and_then(|day| self.latest(day)) {
            if (today - day).whole_days() > WEEKS_BACK * 7 {
                break;
            }
            days.push(day);
            next = day.previous_day();
        }
        days
    }
}

/// Whether a drive may be moved from one day to another: from a day of the rhythm, by less than a week.
pub(crate) fn may_move(rhythm: &Rhythm, from: Date, to: Date) -> bool {
    rhythm.allows(from) && from != to && (to - from).whole_days().abs() <= MOST_DAYS_MOVED
}

/// The day on which a drive of the rhythm is held when nobody decided otherwise: its own, or after a holiday the next
/// working day less than a week on.
pub(crate) fn held_on(day: Date, holidays: &Holidays) -> Date {
    let next = if holidays.name(day).is_some() { holidays.working_from(day) } else { day };
    if (next - day).whole_days() <= MOST_DAYS_MOVED { next } else { day }
}

/// The day of the rhythm that a holiday moved to this day, with the holiday's name.
pub(crate) fn moved_here(rhythm: &Rhythm, to: Date, holidays: &Holidays) -> Option<(Date, String)> {
    (1..=MOST_DAYS_MOVED)
        .filter_map(|days| to.checked_sub(Duration::days(days)))
        .filter(|from| rhythm.allows(*from) && held_on(*from, holidays) == to)
        .find_map(|from| Some((from, holidays.name(from)?.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_holiday_moves_a_drive_by_itself_to_the_next_working_day() {
        let holidays = Holidays::new([
            (date!(2026 - 11 - 02), "Libur".to_owned()),
            (date!(2026 - 11 - 03), "Cuti bersama".to_owned()),
        ]);
        let mondays = Rhythm::of("weekly", 1, date!(2026 - 02 - 02), None);
        assert_eq!(held_on(date!(2026 - 11 - 02), &holidays), date!(2026 - 11 - 04));
        assert_eq!(held_on(date!(2026 - 11 - 09), &holidays), date!(2026 - 11 - 09));
        let moved = moved_here(&mondays, date!(2026 - 11 - 04), &holidays);
        assert_eq!(moved, Some((date!(2026 - 11 - 02), "Libur".to_owned())));
        assert_eq!(moved_here(&mondays, date!(2026 - 11 - 05), &holidays), None);
        assert_eq!(moved_here(&mondays, date!(2026 - 11 - 10), &holidays), None, "the ninth is no holiday");
    }

    #[test]
    fn a_rhythm_allows_its_days_alone() {
        let start = date!(2026 - 02 - 02);
        let mondays = Rhythm::of("weekly", 1, start, Some(date!(2026 - 12 - 31)));
        let serut = Rhythm::of("monthly", 17, start, None);
        let once = Rhythm::of("once", 0, start, None);
        for (rhythm, day, allowed) in [
            (mondays, date!(2026 - 11 - 02), true),
            (mondays, date!(2026 - 11 - 03), false),
            (mondays, date!(2026 - 01 - 26), false),
            (mondays, date!(2027 - 01 - 04), false),
            (serut, date!(2026 - 11 - 17), true),
            (serut, date!(2026 - 11 - 16), false),
            (once, start, true),
            (once, date!(2026 - 02 - 03), false),
        ] {
            assert_eq!(rhythm.allows(day), allowed, "{day}");
        }
    }

    #[test]
    fn the_latest_day_is_found_from_any_day() {
        let start = date!(2026 - 02 - 02);
        let mondays = Rhythm::of("weekly", 1, start, None);
        let fridays = Rhythm::of("weekly", 5, start, None);
        let serut = Rhythm::of("monthly", 17, start, None);
        for (rhythm, today, latest) in [
            (mondays, date!(2026 - 11 - 02), Some(date!(2026 - 11 - 02))),
            (mondays, date!(2026 - 11 - 08), Some(date!(2026 - 11 - 02))),
            (fridays, date!(2026 - 11 - 02), Some(date!(2026 - 10 - 30))),
            (mondays, date!(2026 - 02 - 01), None),
            (serut, date!(2026 - 11 - 16), Some(date!(2026 - 10 - 17))),
            (serut, date!(2027 - 01 - 03), Some(date!(2026 - 12 - 17))),
        ] {
            assert_eq!(rhythm.latest(today), latest, "{today}");
        }
        assert_eq!(mondays.recent(date!(2026 - 11 - 03)).len(), 8);
        assert_eq!(mondays.recent(date!(2026 - 02 - 10)), [date!(2026 - 02 - 09), date!(2026 - 02 - 02)]);
    }

    #[test]
    fn a_holiday_moves_a_drive_by_less_than_a_week() {
        let mondays = Rhythm::of("weekly", 1, date!(2026 - 02 - 02), None);
        let monday = date!(2026 - 11 - 02);
        assert!(may_move(&mondays, monday, date!(2026 - 11 - 03)));
        assert!(may_move(&mondays, monday, date!(2026 - 10 - 30)));
        assert!(!may_move(&mondays, monday, date!(2026 - 11 - 09)));
        assert!(!may_move(&mondays, monday, monday));
        assert!(!may_move(&mondays, date!(2026 - 11 - 03), date!(2026 - 11 - 04)));
    }
}
