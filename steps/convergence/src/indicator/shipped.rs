//! The indicators and sets that come with the program, as the law and the circulars that are known name them.
//!
//! They are rows of the district from the moment that it takes them ([`TakeShipped`](super::TakeShipped)), and its own from then on. What needs
//! confirming says so (`confirm`); places of a list of which nobody knows the words stay empty.

use super::query::Indicator;
use asuh_store::{Id, Instant};

const SETS: &str = include_str!("shipped/sets.txt");
const INDICATORS: &str = include_str!("shipped/indicators.txt");

/// A set as it is shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShippedSet {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) source: &'static str,
    pub(crate) slots: i64,
    /// Whether villages report it from the beginning: the scheme that is in force.
    pub(crate) asked: bool,
}

/// An indicator as it is shipped: with the sets that it is in and its targets.
#[derive(Debug, Clone)]
pub(crate) struct Shipped {
    pub(crate) indicator: Indicator,
    /// Set and number in it.
    pub(crate) sets: Vec<(&'static str, &'static str)>,
    /// Set, year, hundredths.
    pub(crate) targets: Vec<(&'static str, i64, i64)>,
}

fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('|').map(str::trim).collect())
}

/// The sets in their order.
pub(crate) fn sets() -> Vec<ShippedSet> {
    let set = |fields: Vec<&'static str>| match fields[..] {
        [code, name, source, slots] => {
            Some(ShippedSet { code, name, source, slots: slots.parse().ok()?, asked: code == "layanan-31" })
        }
        _ => None,
    };
    lines(SETS).filter_map(set).collect()
}

/// The indicators; their ids are made when they are taken.
pub(crate) fn indicators() -> Vec<Shipped> {
    lines(INDICATORS).filter_map(|fields| one(&fields)).collect()
}

fn one(fields: &[&'static str]) -> Option<Shipped> {
    let [
        code,
        name,
        name_en,
        group,
        from,
        to,
        numerator,
        denominator,
        unit,
        better,
        computation,
        question,
        office,
        source,
        period,
        grain,
        kind,
        confirm,
        sets,
        targets,
    ] = *fields
    else {
        return None;
    };
    let pair = |text: &'static str| text.split_once('=').map(|(set, number)| (set.trim(), number.trim()));
    let target = |text: &'static str| {
        let mut words = text.split_whitespace();
        let (set, year, number) = (words.next()?, words.next()?, words.next()?);
        let hundredths = asuh_nusantara::number::parse_decimal(number, 2).ok()?;
        Some((set, year.parse().ok()?, hundredths))
    };
    let indicator = Indicator {
        id: Id::SYSTEM,
        code: code.into(),
        name: name.into(),
        name_en: name_en.into(),
        target_group: group.into(),
        age_from: from.parse().ok(),
        age_to: to.parse().ok(),
        numerator: numerator.into(),
        denominator: denominator.into(),
        unit: unit.into(),
        better: better.into(),
        computation: computation.into(),
        question: question.split("##").map(str::trim).collect::<Vec<_>>().join("\n"),
        office_id: None,
        office_tag: office.into(),
        office: None,
        source: source.into(),
        period: period.into(),
        grain: grain.into(),
        kind: kind.into(),
        confirm: confirm.into(),
        recorded_at: Instant(0),
        retired_at: None,
        retired_reason: String::new(),
    };
    let sets = sets.split(',').filter_map(pair).collect();
    let targets = targets.split(',').filter_map(target).collect();
    Some(Shipped { indicator, sets, targets })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::computation::Computation;
    use crate::indicator::rules::{Better, Grain, Group, PeriodKind, Unit};
    use std::collections::BTreeSet;

    #[test]
    fn every_line_is_read_and_means_something() {
        let all = indicators();
        assert_eq!(all.len(), INDICATORS.lines().filter(|line| !line.starts_with('#')).count());
        let sets = sets();
        assert_eq!(sets.len(), 7);
        let mut codes = BTreeSet::new();
        for Shipped { indicator: one, sets: within, targets } in &all {
            let code = &one.code;
            assert!(codes.insert(code.clone()), "{code} stands twice");
            let group = Group::parse(&one.target_group).unwrap_or_else(|| panic!("{code}: group"));
            assert!(Unit::parse(&one.unit).is_some() && Better::parse(&one.better).is_some(), "{code}");
            assert!(PeriodKind::parse(&one.period).is_some() && Grain::parse(&one.grain).is_some(), "{code}");
            assert!(["", "direct", "indirect", "support"].contains(&one.kind.as_str()), "{code}");
            if !one.computation.is_empty() {
                let how =
                    Computation::parse(&one.computation).unwrap_or_else(|| panic!("{code}: computation"));
                assert!(how.groups().contains(&group), "{code} cannot count {group:?}");
                assert_eq!(how.asks(), !one.question.is_empty(), "{code}: question");
            }
            assert!(!within.is_empty(), "{code} is in no set");
            for (set, _) in within {
                assert!(sets.iter().any(|known| known.code == *set), "{code}: {set}");
            }
            for (set, year, _) in targets {
                assert!(sets.iter().any(|known| known.code == *set) && (2020..2050).contains(year), "{code}");
            }
        }
    }

    #[test]
    fn the_lists_are_as_long_as_the_law_says_or_leave_places_empty() {
        let all = indicators();
        let members =
            |set: &str| all.iter().filter(|one| one.sets.iter().any(|(code, _)| *code == set)).count();
        assert_eq!(members("perpres-a"), 20);
        assert_eq!(members("ansit-29"), 29);
        assert_eq!(members("supply-35"), 3);
        assert_eq!(members("layanan-31"), 8);
        assert_eq!(members("skor-konvergensi"), 19);
        let numbers = |letter: char| {
            let within = all.iter().flat_map(|one| &one.sets).filter(|(set, _)| *set == "skor-konvergensi");
            within.filter(|(_, number)| number.starts_with(letter)).count()
        };
        assert_eq!((numbers('H'), numbers('A'), numbers('P')), (8, 10, 1));
    }

    #[test]
    fn the_questions_are_those_of_the_checklist() {
        let checklist = asuh_ground::settings::find("mentoring.checklist").map_or("", |spec| spec.default);
        for one in indicators() {
            for question in one.indicator.question.lines() {
                assert!(
                    checklist.contains(&format!("\"question\":\"{question}\"")),
                    "{}: {question}",
                    one.indicator.code
                );
            }
        }
    }
}
