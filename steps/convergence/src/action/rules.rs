//! Schemes, months and lateness: pure.

use time::{Date, Month};

asuh_ground::codes! {
    /// A scheme of actions.
    ///
    /// Translation key `aksi.scheme.<code>`.
    pub enum Scheme {
        /// Four main and two supporting actions of district and kecamatan, from 2025 (SE 400.5.7/1685/Bangda of 17 March 2025).
        Six = "six",
        /// Eight actions of the district, 2018 to 2024 (Bappenas' guide of 2019).
        Eight = "eight",
    }
}

asuh_ground::codes! {
    /// How an action stands.
    ///
    /// Translation key `aksi.state.<code>`.
    pub enum State {
        /// Not begun.
        Open = "open",
        /// Being done.
        Running = "running",
        /// Done: its output is there.
        Done = "done",
        /// Not done this year, with a reason.
        Dropped = "dropped",
    }
}

impl State {
    /// The CSS class of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            State::Open | State::Dropped => "",
            State::Running => "in_progress",
            State::Done => "good",
        }
    }
}

/// The classes that a district may have, from the lowest; translation key `aksi.class.<code>`.
pub const CLASSES: [&str; 3] = ["tumbuh", "berkembang", "berdaya"];

/// How much later than its last day something is, or was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    /// Nothing is late.
    None,
    /// So many days have passed since its last day, and it is not done.
    Late(i64),
    /// It was done so many days after its last day.
    DoneLate(i64),
}

/// Whether an action is late on a day, or was when it was done.
pub fn lateness(state: State, due_on: Date, done_on: Option<Date>, today: Date) -> Lateness {
    match (state, done_on) {
        (State::Open | State::Running, _) if today > due_on => Lateness::Late((today - due_on).whole_days()),
        (State::Done, Some(done)) if done > due_on => Lateness::DoneLate((done - due_on).whole_days()),
        _ => Lateness::None,
    }
}

/// The last month that may be named: June of the next year.
pub const LAST_MONTH: i64 = 18;

/// The last day of a month counted from January of a year (13 is January of the next).
pub fn last_day(year: i64, month: i64) -> Option<Date> {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let year = i32::try_from(year).ok()?;
    Date::from_calendar_date(year, month, month.length(year)).ok()
}

/// The first day of a month counted from January of a year.
pub fn first_day(year: i64, month: i64) -> Option<Date> {
    last_day(year, month)?.replace_day(1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn codes_read_back() {
        for scheme in Scheme::ALL {
            assert_eq!(Scheme::parse(scheme.code()), Some(scheme));
        }
        for state in State::ALL {
            assert_eq!(State::parse(state.code()), Some(state));
        }
    }

    #[test]
    fn months_run_on_into_the_next_year() {
        assert_eq!(last_day(2026, 2), Some(date!(2026 - 02 - 28)));
        assert_eq!(last_day(2028, 2), Some(date!(2028 - 02 - 29)));
        assert_eq!(last_day(2026, 12), Some(date!(2026 - 12 - 31)));
        assert_eq!(last_day(2026, 13), Some(date!(2027 - 01 - 31)));
        assert_eq!(first_day(2026, 13), Some(date!(2027 - 01 - 01)));
    }

    #[test]
    fn late_is_what_is_not_done_after_its_last_day() {
        let due = date!(2026 - 03 - 31);
        for (state, done, today, wanted) in [
            (State::Open, None, due, Lateness::None),
            (State::Open, None, date!(2026 - 04 - 01), Lateness::Late(1)),
            (State::Running, None, date!(2026 - 04 - 10), Lateness::Late(10)),
            (State::Done, Some(date!(2026 - 03 - 30)), date!(2026 - 12 - 01), Lateness::None),
            (State::Done, Some(due), date!(2026 - 12 - 01), Lateness::None),
            (State::Done, Some(date!(2026 - 04 - 03)), date!(2026 - 12 - 01), Lateness::DoneLate(3)),
            (State::Dropped, None, date!(2026 - 12 - 01), Lateness::None),
        ] {
            assert_eq!(lateness(state, due, done, today), wanted, "{state:?} {done:?} {today}");
        }
    }
}
