//! What every computed indicator comes to, reckoned a second time in Rust over the families of the world.

use std::collections::BTreeMap;

use asuh_nusantara::age::completed_months;
use asuh_step_convergence::indicator::{Computation, Indicator, Period};
use asuh_store::{Id, Instant};
use time::macros::date;
use time::{Date, Duration, Month};

use crate::convergence_world::{Family, Measured, Person, Visit};
use crate::support::VILLAGES;

/// What is reckoned in Rust, of a period and as of an instant.
pub struct Model<'a> {
    families: &'a [Family],
    first: Date,
    until: Date,
    months: usize,
    as_of: Instant,
}

/// Whether it holds (1), not (0), is not asked (2); none: nobody knows.
type Fact = Option<i64>;

impl<'a> Model<'a> {
    /// Of a period up to today, with what was recorded by an instant.
    pub fn of(families: &'a [Family], period: Period, today: Date, as_of: Option<Instant>) -> Model<'a> {
        let until = period.until(today);
        Model {
            families,
            first: period.first,
            until,
            months: period.months_until(until).len(),
            as_of: as_of.unwrap_or(Instant(i64::MAX)),
        }
    }

    fn visits<'b>(&'b self, family: &'b Family) -> impl DoubleEndedIterator<Item = &'b Visit> {
        family.visits.iter().filter(|visit| {
            let back = visit.back && visit.at.0 < self.as_of.0;
            visit.at <= self.as_of && !back && visit.on <= self.until
        })
    }

    fn within<'b>(&'b self, family: &'b Family) -> impl DoubleEndedIterator<Item = &'b Visit> {
        self.visits(family).filter(|visit| visit.on >= self.first)
    }

    fn measured<'b>(&'b self, person: &'b Person, from: Date) -> Vec<&'b Measured> {
        let fits = |one: &&Measured| one.at <= self.as_of && (from..=self.until).contains(&one.on);
        person.measured.iter().filter(fits).collect()
    }

    fn answer(&self, family: &Family, person: Option<Id>, questions: &str, within: bool) -> Fact {
        let visits = self.visits(family).filter(|visit| !within || visit.on >= self.first);
        for visit in visits.rev() {
            let said = visit.answers.iter().rev().find(|(question, who, answer)| {
                questions.lines().any(|line| line == question) && *who == person && *answer != "unknown"
            });
            match said.map(|said| said.2) {
                Some("yes") => return Some(1),
                Some("no") => return Some(0),
                Some(_) => return Some(2),
                None => {}
            }
        }
        None
    }

    /// Whether visits of a kind were there in every month that has begun.
    fn monthly<'b>(&self, visits: impl Iterator<Item = &'b Visit>) -> i64 {
        let mut months: Vec<(i32, Month)> = visits.map(|visit| (visit.on.year(), visit.on.month())).collect();
        months.sort_unstable_by_key(|one| (one.0, u8::from(one.1)));
        months.dedup();
        i64::from(months.len() >= self.months)
    }

    fn fact(&self, one: &Indicator, family: &Family, person: Option<&Person>) -> Fact {
        let child = person.cloned().unwrap_or_default();
        let id = child.id;
        let last = |can: fn(&Measured) -> bool| {
            self.measured(&child, self.first).into_iter().rev().find(|one| can(one)).cloned()
        };
        let z = |value: Option<i64>, low: i64, high: i64| value.filter(|z| (low..=high).contains(z));
        match one.computation.as_str() {
            "krs_share" => Some(i64::from(family.krs == Some(1))),
            "water" => family.water.map(|poor| 1 - poor),
            "latrine" => family.latrine.map(|poor| 1 - poor),
            "mentored" => Some(i64::from(self.within(family).next().is_some())),
            "advised_monthly" => Some(self.monthly(self.within(family).filter(|visit| visit.advice))),
            "visited_monthly_thin" => match self.answer(family, id, &one.question, false) {
                Some(0) => Some(self.monthly(self.within(family))),
                _ => Some(2),
            },
            "visited_monthly_ill" => {
                let latest = self.measured(&child, date!(2000 - 01 - 01)).into_iter().rev();
                let latest =
                    latest.into_iter().find(|one| one.haz.is_some() || one.whz.is_some() || one.oedema);
                let ill = latest.is_some_and(|one| {
                    one.haz < Some(-200) && one.haz.is_some()
                        || one.whz.is_some_and(|z| z < -200)
                        || one.oedema
                });
                Some(if ill { self.monthly(self.within(family)) } else { 2 })
            }
            "weighed" => Some(i64::from(!self.measured(&child, self.first).is_empty())),
            "measured" => Some(i64::from(self.measured(&child, self.first).iter().any(|one| one.height))),
            "measured_twice" => {
                let year = self.until.replace_day(1).unwrap();
                let year = (0..11).fold(year, |month, _| (month - Duration::DAY).replace_day(1).unwrap());
                Some(i64::from(self.measured(&child, year).iter().filter(|one| one.height).count() >= 2))
            }
            "weighed_monthly" => {
                let month = |day: Date| day.year() * 12 + i32::from(u8::from(day.month()));
                let born = month(child.birth.unwrap());
                let needed = (month(self.first)..=month(self.until)).filter(|month| *month >= born).count();
                let mut months: Vec<i32> =
                    self.measured(&child, self.first).iter().map(|one| month(one.on)).collect();
                months.dedup();
                Some(i64::from(months.len() >= needed))
            }
            "gained" => {
                last(|one| matches!(one.gain, Some("N" | "T"))).map(|one| i64::from(one.gain == Some("N")))
            }
            "stunted" => last(|one| one.haz.is_some_and(|z| (-600..=600).contains(&z)))
                .map(|one| i64::from(one.haz < Some(-200))),
            "underweight" => last(|one| one.waz.is_some_and(|z| (-600..=500).contains(&z)))
                .map(|one| i64::from(one.waz < Some(-200))),
            "wasted" => last(|one| one.oedema || one.whz.is_some_and(|z| (-500..=500).contains(&z)))
                .map(|one| i64::from(one.oedema || z(one.whz, -9_999, -201).is_some())),
            "stunted_file" => last(|one| one.file.is_some()).map(|one| i64::from(one.file.unwrap().0 < -200)),
            "underweight_file" => {
                last(|one| one.file.is_some()).map(|one| i64::from(one.file.unwrap().1 < -200))
            }
            "wasted_file" => last(|one| one.file.is_some()).map(|one| i64::from(one.file.unwrap().2 < -200)),
            "severe_treated" => {
                let severe = last(|one| one.whz.is_some() || one.oedema)
                    .is_some_and(|one| one.oedema || one.whz.is_some_and(|z| z < -300));
                if !severe {
                    return Some(2);
                }
                let sent = child.referred.is_some_and(|(on, state, open, at)| {
                    at <= self.as_of && on <= self.until && (on >= self.first || open) && state != "withdrawn"
                });
                Some(i64::from(sent))
            }
            "fed" => {
                let thin = last(|one| one.whz.is_some())
                    .is_some_and(|one| !one.oedema && one.whz.is_some_and(|z| (-300..-200).contains(&z)));
                Some(if thin { i64::from(self.ate(&child)) } else { 2 })
            }
            "fed_thin" => match self.answer(family, id, &one.question, false) {
                Some(0) => Some(i64::from(self.ate(&child))),
                _ => Some(2),
            },
            "fed_finished" => match child.fed_until {
                Some((on, state, at)) if at <= self.as_of && (self.first..=self.until).contains(&on) => {
                    Some(i64::from(state != "not_gaining"))
                }
                _ => Some(2),
            },
            "answer" => self.answer(family, id, &one.question, false),
            "answer_period" => self.answer(family, id, &one.question, true),
            "answer_household" => self.answer(family, None, &one.question, false),
            "answer_monthly" => {
                let yes = |visit: &&Visit| {
                    visit.answers.iter().any(|(question, who, answer)| {
                        one.question.lines().any(|line| line == question) && *who == id && *answer == "yes"
                    })
                };
                Some(self.monthly(self.within(family).filter(yes)))
            }
            "fostered" => Some(i64::from(child.fostered.is_some_and(|(from, to, at)| {
                at <= self.as_of && from <= self.until && to.is_none_or(|to| to >= self.until)
            }))),
            "released" => {
                let packed = family.package.is_some_and(|(on, state, at)| {
                    at <= self.as_of && state != "planned" && (self.first..=self.until).contains(&on)
                });
                let sent = family.cash.is_some_and(|(on, ..)| (self.first..=self.until).contains(&on));
                Some(i64::from(packed || sent))
            }
            "received" => {
                let delivered = family.package.is_some_and(|(on, state, at)| {
                    at <= self.as_of && state == "delivered" && (self.first..=self.until).contains(&on)
                });
                let paid = family.cash.is_some_and(|(on, paid, at)| {
                    at <= self.as_of && paid > 0 && (self.first..=self.until).contains(&on)
                });
                Some(i64::from(delivered || paid))
            }
            other => panic!("{other} is not reckoned here"),
        }
    }

    fn ate(&self, person: &Person) -> bool {
        person.ate.is_some_and(|(on, mark, at)| {
            at <= self.as_of && (self.first..=self.until).contains(&on) && mark != "refused"
        })
    }

    /// Numerator, denominator and unknown by village.
    pub fn values(&self, one: &Indicator) -> BTreeMap<i64, (i64, i64, i64)> {
        let counts_unknown = Computation::parse(&one.computation).is_some_and(|how| how.counts_unknown());
        let mut sums: BTreeMap<i64, (i64, i64, i64)> = BTreeMap::new();
        let mut add = |village: i64, fact: Fact| {
            let sum = sums.entry(village).or_default();
            sum.0 += i64::from(fact == Some(1));
            sum.1 += match fact {
                None => i64::from(counts_unknown),
                Some(2) => 0,
                Some(_) => 1,
            };
            sum.2 += i64::from(fact.is_none());
        };
        if one.target_group == "village" {
            for village in VILLAGES {
                let visited = self
                    .families
                    .iter()
                    .any(|family| family.village == village && self.within(family).next().is_some());
                add(village, Some(i64::from(visited)));
            }
            return sums;
        }
        for family in self.families {
            let here = !["moved", "deceased", "duplicate"].contains(&family.status);
            match one.target_group.as_str() {
                "household" if here => add(family.village, self.fact(one, family, None)),
                "family_at_risk"
                    if family.krs == Some(1) && ["listed", "verified"].contains(&family.status) =>
                {
                    add(family.village, self.fact(one, family, None));
                }
                "pregnant" | "breastfeeding" if here => {
                    for person in &family.persons {
                        let period = if one.target_group == "pregnant" {
                            person.pregnant
                        } else {
                            person.breastfeeding
                        };
                        let is = period.is_some_and(|(from, to)| {
                            from <= self.until && to.is_none_or(|to| to >= self.first)
                        });
                        if is {
                            add(family.village, self.fact(one, family, Some(person)));
                        }
                    }
                }
                "child" if here => {
                    for person in &family.persons {
                        let age = completed_months(person.birth.unwrap(), self.until).map(i64::from);
                        let (from, to) = (one.age_from.unwrap(), one.age_to.unwrap());
                        if age.is_some_and(|age| (from..=to).contains(&age)) {
                            add(family.village, self.fact(one, family, Some(person)));
                        }
                    }
                }
                _ => {}
            }
        }
        sums
    }
}
