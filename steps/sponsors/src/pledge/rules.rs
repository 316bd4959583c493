//! The rules of promises.

use asuh_store::Refusal;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::campaign::rules::Calendar;

/// Most baskets that one promise may hold.
pub(crate) const MOST_BASKETS: i64 = 100;

/// From how many people on a number about an office is shown to those above it.
pub(crate) const SHOWN_FROM: i64 = 5;

/// How a sponsor agreed to be named in public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicName {
    /// By name.
    Name,
    /// As one of his office.
    Office,
    /// Not at all.
    Anonymous,
}

impl PublicName {
    /// All, the most reserved first.
    pub const ALL: [PublicName; 3] = [PublicName::Anonymous, PublicName::Office, PublicName::Name];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            PublicName::Name => "name",
            PublicName::Office => "office",
            PublicName::Anonymous => "anonymous",
        }
    }

    /// The one with this code.
    pub fn parse(code: &str) -> Option<PublicName> {
        PublicName::ALL.into_iter().find(|public| public.code() == code)
    }
}

/// Checks what a promise says against its campaign.
///
/// # Errors
/// It starts before the campaign or after its end, or the number of baskets is out of range.
pub(crate) fn check(calendar: &Calendar, starts_on: Date, baskets: i64) -> Result<(), Refusal> {
    if starts_on < calendar.starts_on {
        return Err(Refusal::new("sponsors.refused.before_campaign").field("mulai"));
    }
    if !calendar.holds_on(starts_on) {
        return Err(Refusal::new("sponsors.refused.ended").field("mulai"));
    }
    if !(1..=MOST_BASKETS).contains(&baskets) {
        return Err(Refusal::new("sponsors.refused.baskets").field("paket"));
    }
    Ok(())
}

/// The day after which a promise no longer holds when it is stopped with this last day: never later than before,
/// and the day before it begins when it never held.
pub(crate) fn stopped(starts_on: Date, ends_on: Option<Date>, last_day: Date) -> Date {
    let last_day = ends_on.map_or(last_day, |end| end.min(last_day));
    last_day.max(starts_on.previous_day().unwrap_or(starts_on))
}

asuh_store::row_struct! {
    /// How many people of an office (OPD) there are and how many promised.
    pub struct Office {
        /// Its name; empty for sponsors outside the offices.
        pub name: String,
        /// People in its roster.
        pub people: i64,
        /// Of them with a promise that holds.
        pub promised: i64,
    }
}

/// An office as those above it may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfficeLine {
    /// Its name; empty for sponsors outside the offices.
    pub name: String,
    /// People who promised; `None` = fewer than five, or an office of fewer than five.
    pub promised: Option<i64>,
}

/// What is shown of offices: numbers from five people up. No total stands beside them, so that nothing hidden can
/// be computed.
pub(crate) fn shown(offices: Vec<Office>) -> Vec<OfficeLine> {
    offices
        .into_iter()
        .map(|office| OfficeLine {
            promised: (office.people >= SHOWN_FROM && office.promised >= SHOWN_FROM)
                .then_some(office.promised),
            name: office.name,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::rules::Rhythm;
    use time::macros::date;

    #[test]
    fn a_promise_lies_within_its_campaign() {
        let calendar = Calendar {
            rhythm: Rhythm::Weekly(1),
            starts_on: date!(2026 - 11 - 02),
            ends_on: Some(date!(2026 - 12 - 28)),
        };
        for (starts_on, baskets, refusal) in [
            (date!(2026 - 11 - 02), 1, None),
            (date!(2026 - 12 - 28), 100, None),
            (date!(2026 - 11 - 01), 1, Some("sponsors.refused.before_campaign")),
            (date!(2026 - 12 - 29), 1, Some("sponsors.refused.ended")),
            (date!(2026 - 11 - 02), 0, Some("sponsors.refused.baskets")),
            (date!(2026 - 11 - 02), 101, Some("sponsors.refused.baskets")),
        ] {
            let found = check(&calendar, starts_on, baskets).err().map(|refusal| refusal.code);
            assert_eq!(found.as_deref(), refusal, "{starts_on} {baskets}");
        }
    }

    #[test]
    fn stopping_never_makes_a_promise_longer() {
        let start = date!(2026 - 11 - 09);
        for (ends_on, last_day, expected) in [
            (None, date!(2026 - 11 - 20), date!(2026 - 11 - 20)),
            (Some(date!(2026 - 11 - 15)), date!(2026 - 11 - 20), date!(2026 - 11 - 15)),
            (Some(date!(2026 - 11 - 30)), date!(2026 - 11 - 20), date!(2026 - 11 - 20)),
            (None, date!(2026 - 11 - 01), date!(2026 - 11 - 08)),
        ] {
            assert_eq!(stopped(start, ends_on, last_day), expected);
        }
    }

    #[test]
    fn small_offices_stay_hidden() {
        let office = |people, promised| Office { name: "x".into(), people, promised };
        let lines = shown(vec![office(40, 38), office(40, 4), office(4, 4), office(5, 5)]);
        let numbers: Vec<Option<i64>> = lines.into_iter().map(|line| line.promised).collect();
        assert_eq!(numbers, [Some(38), None, None, Some(5)]);
    }
}
