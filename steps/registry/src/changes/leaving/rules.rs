//! Which children are counted, the months, and the reasons. Pure.

use time::{Date, Month};

/// A group of children by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// 0 to 59 months.
    All,
    /// 0 to 23 months.
    UnderTwo,
    /// 24 to 59 months.
    TwoToFive,
}

impl Group {
    /// All groups, in the order in which they are offered.
    pub(super) const ALL: [Group; 3] = [Group::All, Group::UnderTwo, Group::TwoToFive];

    /// Its word in addresses; its name is the translation `registry.leaving.group.<code>`.
    pub(super) fn code(self) -> &'static str {
        match self {
            Group::All => "balita",
            Group::UnderTwo => "baduta",
            Group::TwoToFive => "dua_lima",
        }
    }

    /// The group with this word; all children without one.
    pub(super) fn parse(code: &str) -> Option<Group> {
        if code.is_empty() {
            Some(Group::All)
        } else {
            Group::ALL.into_iter().find(|group| group.code() == code)
        }
    }

    /// Completed months: from the first, up to and without the second.
    pub(super) fn months(self) -> (u32, u32) {
        match self {
            Group::All => (0, 60),
            Group::UnderTwo => (0, 24),
            Group::TwoToFive => (24, 60),
        }
    }
}

/// A month, as far as it has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    /// Its first day.
    pub(super) first: Date,
    /// The day as of which its beginning is read: the last one of the month before.
    pub(super) start: Date,
    /// The day as of which its end is read: its last one, or today.
    pub(super) end: Date,
}

impl Period {
    /// The month of a code `2026-11` that has begun by `today`; the present one without a code.
    pub(super) fn of(code: &str, today: Date) -> Option<Period> {
        let first = match code.split_once('-') {
            Some((year, month)) => {
                let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
                Date::from_calendar_date(year.parse().ok()?, month, 1).ok()?
            }
            None if code.is_empty() => today.replace_day(1).ok()?,
            None => return None,
        };
        if first > today {
            return None;
        }
        let last = first.replace_day(first.month().length(first.year())).ok()?;
        Some(Period { first, start: first.previous_day()?, end: last.min(today) })
    }

    /// Its word in addresses.
    pub(super) fn code(&self) -> String {
        format!("{:04}-{:02}", self.first.year(), u8::from(self.first.month()))
    }
}

asuh_ground::codes! {
    /// Why a child came or left. Each has exactly one, the first that holds.
    ///
    /// The code stands in rows and addresses; its name is the translation `registry.leaving.reason.<code>`.
    pub(super) enum Reason {
        /// Came: born in the month.
        Born = "born",
        /// Came: recorded for the first time.
        Found = "found",
        /// Came: back in the list.
        Returned = "returned",
        /// Came or left: by age.
        Aged = "aged",
        /// Left: moved away.
        Moved = "moved",
        /// Came or left: from or to another village of the district.
        Village = "village",
        /// Left: died.
        Died = "died",
        /// Left: nobody knows where the child is, or the family was not found.
        Lost = "lost",
        /// Left: recorded twice, or by mistake, or by an import that was undone.
        Mistake = "mistake",
        /// Came or left: the birthday was corrected.
        Corrected = "corrected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_month_begins_as_the_one_before_ended() {
        let today = date!(2026 - 11 - 22);
        let october = Period::of("2026-10", today).unwrap();
        assert_eq!((october.start, october.end), (date!(2026 - 09 - 30), date!(2026 - 10 - 31)));
        let now = Period::of("", today).unwrap();
        assert_eq!((now.start, now.end, now.code().as_str()), (date!(2026 - 10 - 31), today, "2026-11"));
        for none in ["2026-12", "2026-13", "x", "2026"] {
            assert_eq!(Period::of(none, today), None, "{none}");
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.code()), Some(reason));
        }
    }
}
