//! Whether a family is at risk of stunting (KRS) by our own computation, from the raw columns of the list and what
//! is known of its members. Pure: what a circular can change stands in [`RiskRules`].
//!
//! Two steps, as BKKBN's (domain study 2.2): is it a family of the programme (a couple of fertile age, a pregnant
//! woman, a child under two or under five), and does any risk factor hold. Where a birthday is known we compute
//! with it; where it is not, the mark in the list holds. BKKBN's own flag plays no part: ours stands beside it.

use asuh_nusantara::age;
use time::{Date, Duration};

use super::rules::{Contraception, Factor, RiskRules};
use crate::rules::{Maternity, MaternityKind, Relation, completes};

/// A living member of the family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemberFacts {
    /// What he is in the family.
    pub(crate) relation: Option<Relation>,
    /// His birthday.
    pub(crate) birth_date: Option<Date>,
    /// Her pregnancies and breastfeeding periods.
    pub(crate) maternity: Vec<Maternity>,
}

/// What is known of a family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RiskFacts {
    /// What the list says, in the order of [`Factor::ALL`]; `None`: not marked.
    pub(crate) listed: [Option<bool>; 7],
    /// The list says that the wife is pregnant.
    pub(crate) pregnant: Option<bool>,
    /// The list says that there is a child of 0 to 23 months.
    pub(crate) has_under_two: Option<bool>,
    /// The list says that there is a child of 24 to 59 months.
    pub(crate) has_two_to_five: Option<bool>,
    /// The members.
    pub(crate) members: Vec<MemberFacts>,
}

/// What a factor was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// The mark in the list, or a form.
    List,
    /// The wife's age in completed years.
    Age(u32),
    /// The months between two births.
    Months(u32),
    /// The number of children recorded.
    Children(u32),
}

/// A factor that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// Which.
    pub(crate) factor: Factor,
    /// Read from what.
    pub(crate) basis: Basis,
}

/// What our computation says of a family on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whether it belongs to the programme; `None`: too little is known.
    pub(crate) in_programme: Option<bool>,
    /// Whether it is at risk; `None`: too little is known.
    pub(crate) at_risk: Option<bool>,
    /// The factors that count and hold.
    pub(crate) found: Vec<Found>,
    /// The factors that count and of which nothing is known.
    pub(crate) unknown: Vec<Factor>,
    /// The first later day on which time alone (a birthday, the end of a pregnancy) may change the answer.
    pub(crate) changes_on: Option<Date>,
}

impl Reading {
    /// The codes of what holds, as stored: separated by spaces.
    pub(crate) fn codes(&self) -> String {
        self.found.iter().map(|found| found.factor.code()).collect::<Vec<_>>().join(" ")
    }
}

/// Reads a family on a day.
pub(crate) fn read(rules: &RiskRules, facts: &RiskFacts, on: Date) -> Reading {
    let wife = facts.members.iter().find(|member| member.relation == Some(Relation::Wife));
    let wife_age =
        wife.and_then(|wife| age::completed_months(wife.birth_date?, on)).map(|months| months / 12);
    let pregnant = is_pregnant(facts, on);
    let in_programme = in_programme(rules, facts, wife.is_some(), wife_age, pregnant, on);

    let own = Own { wife_age, births: births(facts, on) };
    // The four T are those of a couple: past the fertile age they say nothing any more.
    let past = wife_age.is_some_and(|years| years > rules.fertile.1) && pregnant != Some(true);
    let mut states: Vec<(Factor, Option<Option<Basis>>)> = Vec::new();
    for (factor, listed) in Factor::ALL.into_iter().zip(facts.listed) {
        let state = if past && factor.is_of_couple() { Some(None) } else { own.state(rules, factor, listed) };
        states.push((factor, state));
    }
    let state_of = |wanted: Factor| states.iter().find(|(factor, _)| *factor == wanted).and_then(|one| one.1);
    let lacking = state_of(Factor::NoModernContraception).map(|basis| basis.is_some());

    let (mut found, mut unknown, mut counted) = (Vec::new(), Vec::new(), 0);
    for (factor, state) in &states {
        let counts = match factor {
            Factor::NoModernContraception => rules.contraception == Contraception::Alone,
            factor => rules.factors.contains(factor),
        };
        if !counts {
            continue;
        }
        counted += 1;
        let needs = rules.contraception == Contraception::Needed && factor.is_of_couple();
        match (state, needs, lacking) {
            (None, ..) => unknown.push(*factor),
            (Some(None), ..) | (Some(Some(_)), true, Some(false)) => {}
            (Some(Some(_)), true, None) => unknown.push(Factor::NoModernContraception),
            (Some(Some(basis)), ..) => found.push(Found { factor: *factor, basis: *basis }),
        }
    }
    unknown.sort_unstable();
    unknown.dedup();
    let any_factor = match (found.is_empty(), unknown.len() >= counted) {
        (false, _) => Some(true),
        // A blank in the list is "not marked"; where nothing at all is known there is nothing to say.
        (true, true) => None,
        (true, false) => Some(false),
    };
    let at_risk = match (in_programme, any_factor) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), any) => any,
        (None, _) => None,
    };
    Reading { in_programme, at_risk, found, unknown, changes_on: next_change(rules, facts, on) }
}

/// Whether a woman of the family is pregnant on a day.
fn is_pregnant(facts: &RiskFacts, on: Date) -> Option<bool> {
    let holds = |one: &Maternity| one.kind == MaternityKind::Pregnancy && one.holds_on(on);
    let known = facts.members.iter().any(|member| !member.maternity.is_empty());
    if facts.members.iter().any(|member| member.maternity.iter().any(holds)) {
        return Some(true);
    }
    if known { Some(false) } else { facts.pregnant }
}

/// The birthdays of the children recorded, the oldest first; only those already born.
fn births(facts: &RiskFacts, on: Date) -> Vec<Date> {
    let children = facts.members.iter().filter(|member| member.relation == Some(Relation::Child));
    let mut births: Vec<Date> =
        children.filter_map(|child| child.birth_date).filter(|birth| *birth <= on).collect();
    births.sort_unstable();
    births
}

fn in_programme(
    rules: &RiskRules,
    facts: &RiskFacts,
    has_wife: bool,
    wife_age: Option<u32>,
    pregnant: Option<bool>,
    on: Date,
) -> Option<bool> {
    let couple = match (has_wife, wife_age) {
        (true, Some(years)) => Some((rules.fertile.0..=rules.fertile.1).contains(&years)),
        (true, None) => None,
        // Without a wife there is no couple, once anybody of the family is known.
        (false, _) => (!facts.members.is_empty()).then_some(false),
    };
    let births = births(facts, on);
    let child = |from: u32, to: u32, listed: Option<bool>| {
        let aged =
            |birth: &Date| age::completed_months(*birth, on).is_some_and(|age| (from..to).contains(&age));
        if births.is_empty() { listed } else { Some(births.iter().any(aged)) }
    };
    let said = [
        (rules.programme.couple, couple),
        (rules.programme.pregnant, pregnant),
        (rules.programme.under_two, child(0, 24, facts.has_under_two)),
        (rules.programme.two_to_five, child(24, 60, facts.has_two_to_five)),
    ];
    let mut counting = said.iter().filter(|(counts, _)| *counts).map(|(_, said)| *said);
    if counting.clone().any(|said| said == Some(true)) {
        return Some(true);
    }
    // The list leaves blank what is not so: with anything known, blanks are "no", but a wife of unknown age is not.
    let undecided = rules.programme.couple && has_wife && wife_age.is_none();
    if undecided || counting.all(|said| said.is_none()) { None } else { Some(false) }
}

/// What we know by ourselves, beside the list.
struct Own {
    wife_age: Option<u32>,
    births: Vec<Date>,
}

impl Own {
    /// Whether a factor holds and by what: `None` where nothing is known.
    fn state(&self, rules: &RiskRules, factor: Factor, listed: Option<bool>) -> Option<Option<Basis>> {
        let by_list = listed.map(|listed| listed.then_some(Basis::List));
        let by_age = |is: fn(u32, &RiskRules) -> bool| match self.wife_age {
            Some(years) => Some(is(years, rules).then_some(Basis::Age(years))),
            None => by_list,
        };
        match factor {
            Factor::TooYoung => by_age(|years, rules| years < rules.young_below),
            Factor::TooOld => {
                by_age(|years, rules| years >= rules.old.0 && rules.old.1.is_none_or(|to| years <= to))
            }
            // Of older children the registry often knows nothing: what it knows can show that a factor holds,
            // not that it does not.
            Factor::TooClose => {
                let months = self.closest().filter(|months| *months < rules.spacing_months);
                months.map(|months| Some(Basis::Months(months))).or(by_list)
            }
            Factor::TooMany => {
                let children = u32::try_from(self.births.len()).unwrap_or(u32::MAX);
                (children >= rules.many_from).then_some(Some(Basis::Children(children))).or(by_list)
            }
            Factor::PoorWater | Factor::PoorLatrine | Factor::NoModernContraception => by_list,
        }
    }

    /// The fewest months between two births that follow each other; twins are one birth.
    fn closest(&self) -> Option<u32> {
        let pairs = self.births.windows(2).filter_map(|pair| match pair {
            // Within four weeks: twins, or one of the days is mistaken.
            [one, two] if *two - *one > Duration::days(28) => age::completed_months(*one, *two),
            _ => None,
        });
        pairs.min()
    }
}

/// The first day after `on` on which an age or the end of a pregnancy may change the answer.
fn next_change(rules: &RiskRules, facts: &RiskFacts, on: Date) -> Option<Date> {
    let mut days: Vec<Date> = Vec::new();
    for member in &facts.members {
        let months: Vec<u32> = match member.relation {
            Some(Relation::Wife) => {
                let (from, to) = rules.fertile;
                let old_ends = rules.old.1.map_or(0, |to| to + 1);
                [from, to + 1, rules.young_below, rules.old.0, old_ends]
                    .iter()
                    .map(|years| years * 12)
                    .collect()
            }
            Some(Relation::Child) => vec![0, 24, 60],
            _ => Vec::new(),
        };
        if let Some(birth) = member.birth_date {
            days.extend(months.into_iter().filter_map(|months| completes(birth, months)));
        }
        let pregnancies = member.maternity.iter().filter(|one| one.kind == MaternityKind::Pregnancy);
        days.extend(pregnancies.flat_map(Maternity::turns));
    }
    days.into_iter().filter(|day| *day > on).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    const ON: Date = date!(2026 - 11 - 02);

    fn member(relation: Relation, birth_date: Option<Date>) -> MemberFacts {
        MemberFacts { relation: Some(relation), birth_date, maternity: Vec::new() }
    }

    fn wife(birth: Date) -> MemberFacts {
        member(Relation::Wife, Some(birth))
    }

    fn child(birth: Date) -> MemberFacts {
        member(Relation::Child, Some(birth))
    }

    /// A family with these marks in the list and these members.
    fn family(marked: &[(Factor, bool)], members: &[MemberFacts]) -> RiskFacts {
        let mut facts = RiskFacts { members: members.to_vec(), ..RiskFacts::default() };
        for (factor, mark) in marked {
            facts.listed[Factor::ALL.iter().position(|one| one == factor).unwrap()] = Some(*mark);
        }
        facts
    }

    fn at_risk(rules: &RiskRules, facts: &RiskFacts) -> (Option<bool>, String) {
        let reading = read(rules, facts, ON);
        (reading.at_risk, reading.codes())
    }

    #[test]
    fn the_two_steps_of_bkkbn() {
        use Factor::*;
        let rules = RiskRules::default();
        let (young, old) = (wife(date!(2007 - 11 - 03)), wife(date!(1989 - 05 - 01)));
        let thirty = wife(date!(1996 - 01 - 01));
        let table: &[(&str, RiskFacts, Option<bool>, &str)] = &[
            ("nothing known", RiskFacts::default(), None, ""),
            (
                "no latrine, a couple",
                family(&[(PoorLatrine, true)], std::slice::from_ref(&thirty)),
                Some(true),
                "poor_latrine",
            ),
            ("all is fit", family(&[(PoorLatrine, false)], std::slice::from_ref(&thirty)), Some(false), ""),
            ("18 years", family(&[], std::slice::from_ref(&young)), Some(true), "too_young"),
            ("20 to the day", family(&[], &[wife(date!(2006 - 11 - 02))]), Some(false), ""),
            ("37 years", family(&[], std::slice::from_ref(&old)), Some(true), "too_old"),
            ("40 years", family(&[], &[wife(date!(1985 - 11 - 03))]), Some(true), "too_old"),
            ("41 to the day", family(&[], &[wife(date!(1985 - 11 - 02))]), Some(false), ""),
            (
                "our age stands against the mark",
                family(&[(TooOld, true)], std::slice::from_ref(&thirty)),
                Some(false),
                "",
            ),
            (
                "without an age the mark holds",
                RiskFacts {
                    has_under_two: Some(true),
                    ..family(&[(TooOld, true)], &[member(Relation::Wife, None)])
                },
                Some(true),
                "too_old",
            ),
            (
                "an age unknown, no child",
                family(&[(PoorWater, true)], &[member(Relation::Wife, None)]),
                None,
                "poor_water",
            ),
            (
                "past the fertile age",
                family(&[(TooMany, true)], &[wife(date!(1970 - 01 - 01))]),
                Some(false),
                "",
            ),
            (
                "past it, but with a child",
                family(&[(PoorWater, true)], &[wife(date!(1970 - 01 - 01)), child(date!(2024 - 01 - 01))]),
                Some(true),
                "poor_water",
            ),
            (
                "23 months apart",
                family(&[], &[thirty.clone(), child(date!(2022 - 02 - 01)), child(date!(2024 - 01 - 31))]),
                Some(true),
                "too_close",
            ),
            (
                "24 months apart",
                family(&[], &[thirty.clone(), child(date!(2022 - 02 - 01)), child(date!(2024 - 02 - 01))]),
                Some(false),
                "",
            ),
            (
                "twins",
                family(&[], &[thirty.clone(), child(date!(2024 - 02 - 01)), child(date!(2024 - 02 - 02))]),
                Some(false),
                "",
            ),
            (
                "three children",
                family(
                    &[],
                    &[
                        thirty.clone(),
                        child(date!(2018 - 01 - 01)),
                        child(date!(2021 - 01 - 01)),
                        child(date!(2024 - 01 - 01)),
                    ],
                ),
                Some(true),
                "too_many",
            ),
            (
                "contraception says nothing",
                family(&[(NoModernContraception, true)], std::slice::from_ref(&thirty)),
                Some(false),
                "",
            ),
            (
                "an old man alone",
                family(&[(PoorWater, true)], &[member(Relation::Head, None)]),
                Some(false),
                "poor_water",
            ),
        ];
        for (words, facts, expected, codes) in table {
            assert_eq!(at_risk(&rules, facts), (*expected, (*codes).to_owned()), "{words}");
        }
    }

    #[test]
    fn what_a_circular_changes_is_a_setting() {
        use Factor::*;
        let usual = RiskRules::default();
        let thirty = wife(date!(1996 - 01 - 01));
        let three = family(
            &[],
            &[
                thirty.clone(),
                child(date!(2018 - 01 - 01)),
                child(date!(2021 - 01 - 01)),
                child(date!(2024 - 01 - 01)),
            ],
        );
        let more = RiskRules { many_from: 4, ..usual.clone() };
        assert_eq!((at_risk(&usual, &three).0, at_risk(&more, &three).0), (Some(true), Some(false)));

        let fifty = RiskRules { old: (35, None), ..usual.clone() };
        let old = family(&[], &[wife(date!(1983 - 01 - 01))]);
        assert_eq!((at_risk(&usual, &old).0, at_risk(&fifty, &old).0), (Some(false), Some(true)));

        let alone = RiskRules { contraception: Contraception::Alone, ..usual.clone() };
        let lacking = family(&[(NoModernContraception, true)], std::slice::from_ref(&thirty));
        assert_eq!(at_risk(&alone, &lacking), (Some(true), "no_modern_contraception".into()));

        let needed = RiskRules { contraception: Contraception::Needed, ..usual.clone() };
        let young = wife(date!(2007 - 11 - 03));
        for (mark, expected) in [(Some(true), Some(true)), (Some(false), Some(false))] {
            let mut facts = family(&[], std::slice::from_ref(&young));
            facts.listed[6] = mark;
            assert_eq!(at_risk(&needed, &facts).0, expected, "{mark:?}");
        }
        // Water counts whether or not contraception is used.
        let water = family(&[(PoorWater, true), (NoModernContraception, false)], &[young]);
        assert_eq!(at_risk(&needed, &water), (Some(true), "poor_water".into()));

        let no_latrines = RiskRules { factors: vec![PoorWater], ..usual };
        let latrine = family(&[(PoorLatrine, true), (PoorWater, false)], &[thirty]);
        assert_eq!(at_risk(&no_latrines, &latrine).0, Some(false));
    }

    #[test]
    fn a_finding_says_what_it_was_read_from() {
        let facts = family(&[(Factor::PoorLatrine, true)], &[wife(date!(1989 - 05 - 01))]);
        let found = read(&RiskRules::default(), &facts, ON).found;
        assert_eq!(
            found,
            [
                Found { factor: Factor::PoorLatrine, basis: Basis::List },
                Found { factor: Factor::TooOld, basis: Basis::Age(37) },
            ]
        );
    }

    proptest! {
        #[test]
        fn between_two_days_of_change_nothing_changes(
            wife_days in 4_000_i64..20_000, first in 0_i64..3_000, second in 0_i64..3_000, due in -40_i64..200,
        ) {
            let back = |days: i64| ON - Duration::days(days);
            let mut mother = wife(back(wife_days));
            mother.maternity.push(Maternity {
                kind: MaternityKind::Pregnancy,
                starts_on: back(100),
                due_on: Some(ON + Duration::days(due)),
                ends_on: None,
            });
            let facts = family(&[(Factor::PoorWater, second % 2 == 0)], &[mother, child(back(first)), child(back(second))]);
            let rules = RiskRules::default();
            let today = read(&rules, &facts, ON);
            let until = today.changes_on.unwrap_or(ON + Duration::days(400)).min(ON + Duration::days(400));
            let mut day = ON;
            while day < until {
                let reading = read(&rules, &facts, day);
                prop_assert_eq!((reading.at_risk, reading.in_programme), (today.at_risk, today.in_programme));
                prop_assert_eq!(reading.codes(), today.codes());
                day = day.next_day().unwrap();
            }
        }
    }
}
