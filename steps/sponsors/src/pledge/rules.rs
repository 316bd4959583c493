//! The rules of promises.

use asuh_store::Refusal;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::campaign::rules::Calendar;

/// Most baskets that the promise of a person may hold.
pub(crate) const MOST_BASKETS: i64 = 100;

/// Most baskets that the promise of an institution may hold: a firm carries whole villages.
pub(crate) const MOST_OF_INSTITUTION: i64 = 10_000;

/// Most baskets for a kind of sponsor.
pub(crate) fn most_baskets(kind: &str) -> i64 {
    if kind == "institution" { MOST_OF_INSTITUTION } else { MOST_BASKETS }
}

/// From how many people on a number about an office is shown to those above it.
pub(crate) const SHOWN_FROM: i64 = 5;

asuh_ground::codes! {
    /// How a sponsor agreed to be named in public.
    pub enum PublicName {
        /// Not at all.
        Anonymous = "anonymous",
        /// As one of his office.
        Office = "office",
        /// By name.
        Name = "name",
    }
}

asuh_ground::codes! {
    /// How far from his home a sponsor wishes to help, where his gifts go to a chosen target.
    pub enum HowFar {
        /// Anywhere in the district.
        District = "district",
        /// His own subdistrict and those beside it.
        Neighbours = "neighbours",
        /// His own subdistrict.
        Subdistrict = "subdistrict",
        /// His own village.
        Village = "village",
    }
}

/// The letter or MoU behind a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its number.
    pub number: String,
    /// Its day.
    pub on: Date,
}

/// Checks what a promise says against its campaign.
///
/// # Errors
/// It starts before the campaign or after its end, ends before it starts, or the number of baskets is out of range.
pub(crate) fn check(
    calendar: &Calendar,
    (starts_on, ends_on): (Date, Option<Date>),
    baskets: i64,
    most: i64,
) -> Result<(), Refusal> {
    if ends_on.is_some_and(|end| end < starts_on) {
        return Err(Refusal::new("sponsors.refused.ends_before_start").field("selesai"));
    }
    if starts_on < calendar.starts_on {
        return Err(Refusal::new("sponsors.refused.before_campaign").field("mulai"));
    }
    if !calendar.holds_on(starts_on) {
        return Err(Refusal::new("sponsors.refused.ended").field("mulai"));
    }
    check_baskets(baskets, most)
}

/// Checks a number of baskets.
///
/// # Errors
/// It is none, or more than `most`.
pub(crate) fn check_baskets(baskets: i64, most: i64) -> Result<(), Refusal> {
    if (1..=most).contains(&baskets) {
        Ok(())
    } else {
        Err(Refusal::new("sponsors.refused.baskets").field("paket").arg("most", most))
    }
}

/// Whether a sponsor may be named by his name: he said so himself, or signed a letter; an institution has its name in
/// public anyway.
pub(crate) fn may_be_named(own: bool, kind: &str, has_letter: bool) -> bool {
    own || kind == "institution" || has_letter
}

/// Whether two stretches of days share one; `None` = without end. One that ends before it begins holds no day.
pub(crate) fn overlap(one: (Date, Option<Date>), other: (Date, Option<Date>)) -> bool {
    let held = |(from, to): (Date, Option<Date>)| to.is_none_or(|to| to >= from);
    held(one)
        && held(other)
        && one.1.is_none_or(|end| end >= other.0)
        && other.1.is_none_or(|end| end >= one.0)
}

/// Hours after which a slip is no slip any more: until then a promise can be taken back and a stop undone.
pub(crate) const SLIP_HOURS: i64 = 24;

/// Whether what was entered at `at` may still be undone.
pub(crate) fn is_fresh(at: asuh_store::Instant, now: asuh_store::Instant) -> bool {
    now <= at.plus_seconds(SLIP_HOURS * 3_600)
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
            let found =
                check(&calendar, (starts_on, None), baskets, MOST_BASKETS).err().map(|refusal| refusal.code);
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
    fn stretches_of_days_meet_or_do_not() {
        let (a, b, c) = (date!(2026 - 11 - 02), date!(2026 - 11 - 09), date!(2026 - 11 - 16));
        for (one, other, meet) in [
            ((a, None), (b, None), true),
            ((a, Some(b)), (b, None), true),
            ((a, Some(a)), (b, None), false),
            ((b, Some(c)), (a, Some(a)), false),
            ((b, Some(a)), (a, None), false),
        ] {
            assert_eq!(overlap(one, other), meet, "{one:?} {other:?}");
            assert_eq!(overlap(other, one), meet, "{other:?} {one:?}");
        }
    }

    #[test]
    fn a_promise_may_not_end_before_it_starts() {
        let calendar =
            Calendar { rhythm: Rhythm::Monthly(5), starts_on: date!(2026 - 11 - 02), ends_on: None };
        let days = (date!(2026 - 11 - 10), Some(date!(2026 - 11 - 09)));
        assert_eq!(check(&calendar, days, 1, 1).unwrap_err().code, "sponsors.refused.ends_before_start");
    }

    #[test]
    fn small_offices_stay_hidden() {
        let office = |people, promised| Office { name: "x".into(), people, promised };
        let lines = shown(vec![office(40, 38), office(40, 4), office(4, 4), office(5, 5)]);
        let numbers: Vec<Option<i64>> = lines.into_iter().map(|line| line.promised).collect();
        assert_eq!(numbers, [Some(38), None, None, Some(5)]);
    }
}
