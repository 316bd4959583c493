//! Where a list that is worked out anew goes on: behind a line, however many before it have gone in between.

use std::fmt;
use std::str::FromStr;

use asuh_store::Id;
use time::{Date, Month};

/// A line's place in a list that is in the order of days: its day, and its id where lines share one. Written
/// `20261102-0190...`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct After {
    /// The line's day.
    pub(crate) day: Date,
    /// The line's id.
    pub(crate) id: Id,
}

impl fmt::Display for After {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.day.to_calendar_date();
        write!(to, "{year:04}{:02}{day:02}-{}", u8::from(month), self.id)
    }
}

/// It is no place: the list then begins at its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoPlace;

impl FromStr for After {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<After, NoPlace> {
        let (day, id) = text.split_once('-').ok_or(NoPlace)?;
        if day.len() != 8 || !day.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoPlace);
        }
        let number: u32 = day.parse().map_err(|_| NoPlace)?;
        let month = u8::try_from(number / 100 % 100).ok().and_then(|month| Month::try_from(month).ok());
        let (Some(month), Ok(year), Ok(day)) =
            (month, i32::try_from(number / 10_000), u8::try_from(number % 100))
        else {
            return Err(NoPlace);
        };
        let day = Date::from_calendar_date(year, month, day).map_err(|_| NoPlace)?;
        Ok(After { day, id: id.parse().map_err(|_| NoPlace)? })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = After { day: date!(2026 - 11 - 02), id: Id::from_bytes([7; 16]) };
        assert_eq!(place.to_string().parse(), Ok(place));
        let earlier = After { day: date!(2026 - 10 - 31), id: Id::from_bytes([9; 16]) };
        assert!(earlier < place, "the day goes before the id");
    }

    #[test]
    fn what_is_no_place_is_none() {
        for text in ["", "50", "20261102", "20261402-x", "20260230-00", "2026110é-1", "-1"] {
            assert_eq!(text.parse::<After>(), Err(NoPlace), "{text}");
        }
    }
}
