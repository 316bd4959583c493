//! How a plan goes on, what is wrong with it, and what is late: pure.

use std::collections::{BTreeMap, HashMap};

use asuh_nusantara::{TerritoryCode, name};
use asuh_store::Id;
use time::{Date, Duration, Month};

asuh_ground::codes! {
    /// How the plan of a year stands.
    ///
    /// Translation key `plan.state.<code>`.
    pub enum State {
        /// Offices write their rows.
        Draft = "draft",
        /// Agreed at the rembuk: what changes has a reason.
        Agreed = "agreed",
        /// Fixed: only the district's planner changes rows, with a reason; what is done is told of as before.
        Locked = "locked",
    }
}

impl State {
    /// Whether the next may follow: one step on or one step back.
    pub fn may_become(self, next: State) -> bool {
        matches!(
            (self, next),
            (State::Draft, State::Agreed)
                | (State::Agreed, State::Locked | State::Draft)
                | (State::Locked, State::Agreed)
        )
    }
}

/// The code of a sub-activity, without spaces, or nothing where it is none: `1.02.02.2.02.0015` (Kepmendagri
/// 900.1.15.5-1317/2023: four digits at the end; before 2023 two), with X.XX in front for what supports an office.
pub fn subactivity(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let parts: Vec<&str> = code.split('.').collect();
    let [affair, field, programme, one, two, last] = parts.as_slice() else { return None };
    let digits = |part: &str, lengths: &[usize]| {
        lengths.contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit())
    };
    let affair = (*affair == "X" && *field == "XX") || (digits(affair, &[1]) && digits(field, &[2]));
    let fine =
        affair && digits(programme, &[2]) && digits(one, &[1]) && digits(two, &[2]) && digits(last, &[2, 4]);
    fine.then_some(code)
}

/// What was told of a quarter, since the beginning of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Of the target, in its unit.
    pub reached: i64,
    /// Rupiah.
    pub spent: i64,
}

/// A row of a plan, as the rules read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: Id,
    /// Who answers for it: an office or a village.
    pub owner: String,
    /// Code of the indicator; empty: none.
    pub indicator: String,
    /// In words.
    pub activity: String,
    /// Code; empty: none.
    pub subactivity: String,
    /// Codes of territories.
    pub places: Vec<i64>,
    /// How much is intended.
    pub target: i64,
    /// Rupiah, where it is known.
    pub budget: Option<i64>,
    /// The first and last quarter.
    pub quarters: (i64, i64),
    /// What was told, quarter by quarter.
    pub told: [Option<Told>; 4],
}

impl Row {
    /// What was told last.
    pub fn latest(&self) -> Option<Told> {
        self.told.iter().rev().flatten().next().copied()
    }

    /// Percent of the target that was reached, at most 100; nothing without a target.
    pub fn physical(&self) -> Option<i64> {
        let reached = self.latest().map_or(0, |told| told.reached);
        (self.target > 0).then(|| (reached.saturating_mul(100) / self.target).clamp(0, 100))
    }
}

/// The last day of a quarter.
pub fn quarter_end(year: i64, quarter: i64) -> Option<Date> {
    let month = Month::try_from(u8::try_from(quarter * 3).ok()?).ok()?;
    let year = i32::try_from(year).ok()?;
    Date::from_calendar_date(year, month, month.length(year)).ok()
}

/// The first day of a quarter.
pub fn quarter_start(year: i64, quarter: i64) -> Option<Date> {
    let month = Month::try_from(u8::try_from(quarter * 3 - 2).ok()?).ok()?;
    Date::from_calendar_date(i32::try_from(year).ok()?, month, 1).ok()
}

/// A quarter is told of within so many days after it.
const TELL_WITHIN: Duration = Duration::days(14);

asuh_ground::codes! {
    /// What is wrong with a row, or missing.
    ///
    /// Translation key `plan.fault.<code>`.
    pub enum Fault {
        /// Two owners do the same work in the same place at the same time.
        Twice = "twice",
        /// Its last quarter is over and the target is not reached.
        Late = "late",
        /// A quarter that is over was not told of.
        Untold = "untold",
        /// More was spent than was planned.
        Overspent = "overspent",
        /// It has no budget.
        NoBudget = "no_budget",
        /// It names no place.
        NoPlace = "no_place",
        /// It belongs to no indicator.
        NoIndicator = "no_indicator",
    }
}

/// What is wrong with each row on a day; `locked` plans are also late. Rows without faults are not in it.
pub fn faults(rows: &[Row], year: i64, today: Date, runs: bool) -> HashMap<Id, Vec<Fault>> {
    let mut found: HashMap<Id, Vec<Fault>> = HashMap::new();
    for id in twice(rows) {
        found.entry(id).or_default().push(Fault::Twice);
    }
    for row in rows {
        let mut note = |fault| found.entry(row.id).or_default().push(fault);
        if runs {
            let over = |quarter| quarter_end(year, quarter).is_some_and(|end| end < today);
            let reached = row.latest().map_or(0, |told| told.reached);
            if over(row.quarters.1) && row.target > 0 && reached < row.target {
                note(Fault::Late);
            }
            let due = |quarter: &i64| {
                quarter_end(year, *quarter).is_some_and(|end| end + TELL_WITHIN < today)
                    && row.told[(*quarter - 1) as usize].is_none()
            };
            if (row.quarters.0..=row.quarters.1).any(|quarter| due(&quarter)) {
                note(Fault::Untold);
            }
        }
        let spent = row.latest().map_or(0, |told| told.spent);
        if spent > row.budget.unwrap_or(0) && spent > 0 {
            note(Fault::Overspent);
        }
        if row.budget.is_none() {
            note(Fault::NoBudget);
        }
        if row.places.is_empty() {
            note(Fault::NoPlace);
        }
        if row.indicator.is_empty() {
            note(Fault::NoIndicator);
        }
    }
    for faults in found.values_mut() {
        faults.sort_unstable();
    }
    found
}

/// Whether two rows are the same work of two owners: the same sub-activity or, where one of them has none, the same indicator
/// and words; in a place that both name (or one names what the other's lies in), in a quarter that both have.
fn same_work(one: &Row, two: &Row) -> bool {
    let work = match (one.subactivity.as_str(), two.subactivity.as_str()) {
        (one, two) if !one.is_empty() && !two.is_empty() => one == two,
        _ => {
            one.indicator == two.indicator
                && name::search_key(&one.activity) == name::search_key(&two.activity)
        }
    };
    let inside = |place: i64, of: i64| {
        TerritoryCode::from_i64(of)
            .map(TerritoryCode::range)
            .is_ok_and(|(from, to)| (from..=to).contains(&place))
    };
    let place = |one: i64, two: i64| inside(one, two) || inside(two, one);
    one.owner != two.owner
        && work
        && one.quarters.0 <= two.quarters.1
        && two.quarters.0 <= one.quarters.1
        && one.places.iter().any(|here| two.places.iter().any(|there| place(*here, *there)))
}

/// The rows that are somebody else's work too.
fn twice(rows: &[Row]) -> Vec<Id> {
    // Only rows that share a sub-activity or words can be the same.
    let mut alike: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        alike.entry(name::search_key(&row.activity)).or_default().push(row);
        if !row.subactivity.is_empty() {
            alike.entry(format!("#{}", row.subactivity)).or_default().push(row);
        }
    }
    let mut found = Vec::new();
    for group in alike.values() {
        for row in group {
            if group.iter().any(|other| same_work(row, other)) && !found.contains(&row.id) {
                found.push(row.id);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn row(nth: u8, owner: &str) -> Row {
        Row {
            id: Id::from_bytes([nth; 16]),
            owner: owner.into(),
            indicator: "ttd".into(),
            activity: "Pemberian TTD".into(),
            subactivity: "1.02.02.2.02.0015".into(),
            places: vec![1_501_012_001],
            target: 100,
            budget: Some(1_000),
            quarters: (1, 2),
            told: [None; 4],
        }
    }

    const SPRING: Date = date!(2026 - 02 - 01);

    #[test]
    fn a_code_of_a_sub_activity_is_known_by_its_form() {
        for (text, wanted) in [
            ("1.02.02.2.02.0015", Some("1.02.02.2.02.0015")),
            (" 1.02.02.2.02.15 ", Some("1.02.02.2.02.15")),
            ("x.xx.01.2.01.0001", Some("X.XX.01.2.01.0001")),
            ("1.02.02", None),
            ("1.2.02.2.02.0015", None),
            ("1.02.02.2.02.015", None),
            ("a.02.02.2.02.0015", None),
            ("", None),
        ] {
            assert_eq!(subactivity(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn a_plan_goes_one_step_on_or_back() {
        for (from, to, wanted) in [
            (State::Draft, State::Agreed, true),
            (State::Draft, State::Locked, false),
            (State::Agreed, State::Locked, true),
            (State::Agreed, State::Draft, true),
            (State::Locked, State::Draft, false),
            (State::Locked, State::Agreed, true),
            (State::Locked, State::Locked, false),
        ] {
            assert_eq!(from.may_become(to), wanted, "{from:?} {to:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut bare = row(1, "Dinkes");
        (bare.budget, bare.places, bare.indicator) = (None, Vec::new(), String::new());
        let found = faults(&[bare], 2026, SPRING, true);
        let wanted = vec![Fault::NoBudget, Fault::NoPlace, Fault::NoIndicator];
        assert_eq!(found.values().next(), Some(&wanted));
        assert!(faults(&[row(1, "Dinkes")], 2026, SPRING, true).is_empty());
    }

    #[test]
    fn two_offices_do_the_same_work_in_the_same_village() {
        let twice = |change: fn(&mut Row)| {
            let mut other = row(2, "DPPKB");
            change(&mut other);
            faults(&[row(1, "Dinkes"), other], 2026, SPRING, false).len()
        };
        assert_eq!(twice(|_| ()), 2, "both rows are named");
        assert_eq!(twice(|row| row.owner = "Dinkes".into()), 0, "one office may split its work");
        assert_eq!(twice(|row| row.places = vec![1_501_012_002]), 0, "another village");
        assert_eq!(twice(|row| row.places = vec![1_501_010_000]), 2, "the whole kecamatan");
        assert_eq!(twice(|row| row.places = vec![1_501_000_000]), 2, "the whole district");
        assert_eq!(twice(|row| row.places = vec![1_501_020_000]), 0, "another kecamatan");
        assert_eq!(twice(|row| row.quarters = (3, 4)), 0, "another time");
        assert_eq!(twice(|row| row.subactivity = "1.02.02.2.02.0016".into()), 0, "another sub-activity");
        assert_eq!(twice(|row| row.subactivity = String::new()), 2, "the same words");
        assert_eq!(
            twice(|row| (row.subactivity, row.activity) = (String::new(), "Penyuluhan".into())),
            0,
            "other words"
        );
    }

    #[test]
    fn late_is_what_is_over_and_not_reached_and_what_nobody_told_of() {
        let of = |told: [Option<Told>; 4], today, runs| {
            let one = Row { told, ..row(1, "Dinkes") };
            faults(&[one], 2026, today, runs).into_values().next().unwrap_or_default()
        };
        let told = |reached, spent| Some(Told { reached, spent });
        let none = [None; 4];
        assert_eq!(of(none, date!(2026 - 04 - 14), true), []);
        assert_eq!(of(none, date!(2026 - 04 - 15), true), [Fault::Untold]);
        assert_eq!(of(none, date!(2026 - 04 - 15), false), [], "a draft is not late");
        let first = [told(40, 500), None, None, None];
        assert_eq!(of(first, date!(2026 - 06 - 30), true), []);
        assert_eq!(of(first, date!(2026 - 07 - 01), true), [Fault::Late]);
        assert_eq!(of(first, date!(2026 - 07 - 15), true), [Fault::Late, Fault::Untold]);
        let done = [told(40, 500), told(100, 1_000), None, None];
        assert_eq!(of(done, date!(2026 - 12 - 31), true), []);
        let dear = [told(40, 500), told(100, 1_001), None, None];
        assert_eq!(of(dear, date!(2026 - 12 - 31), true), [Fault::Overspent]);
        let later = [told(40, 500), told(80, 900), told(100, 1_000), None];
        assert_eq!(of(later, date!(2026 - 12 - 31), true), [], "reached after all");
    }
}
