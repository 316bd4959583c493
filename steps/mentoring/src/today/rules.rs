//! What is due for a family on a day: pure, worked out of dates alone.

use asuh_nusantara::age;
use asuh_step_registry::rules::Target;
use asuh_store::Id;
use time::{Date, Duration};

use crate::checklist::{Asked, Question, after_months};

/// Days between visits, by how urgent a family is (settings `mentoring.days_*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// A child that is to be sent on today, is severely stunted or wasted, or did not gain twice.
    pub urgent: i64,
    /// A stunted child.
    pub stunted: i64,
    /// A pregnant woman.
    pub pregnant: i64,
    /// Everybody else.
    pub others: i64,
    /// So many days before a target is none any more it is said.
    pub ends_soon: i64,
}

/// How a child stands by its measurements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its last measurement.
    pub measured_on: Option<Date>,
    /// It is to be sent on today.
    pub refer_today: bool,
    /// Below -2 of height for age.
    pub stunted: bool,
    /// Below -3 of height for age or of weight for height, twice not gained, or below the red line.
    pub severe: bool,
}

/// A member of a family who is a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub id: Id,
    /// His name.
    pub name: String,
    /// What he is helped as.
    pub target: Target,
    /// His birthday.
    pub birth: Option<Date>,
    /// When a pregnant woman expects her child.
    pub due_on: Option<Date>,
    /// How a child stands.
    pub standing: Standing,
    /// When each question was last answered with yes, or that it does not apply.
    pub answered: Vec<(String, Date)>,
    /// He was referred, and until this day an answer is waited for.
    pub referred: Option<Date>,
}

/// What is known of a family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its targets.
    pub members: Vec<Member>,
    /// The last visit of a mentor.
    pub visited_on: Option<Date>,
    /// When that mentor meant to come again.
    pub next_on: Option<Date>,
    /// The first day on which something of an audited case was to be done.
    pub plan_due: Option<Date>,
}

/// Something to do for a family.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A child is to be sent to the puskesmas today.
    SendOn(String),
    /// The puskesmas has not answered a referral until this day.
    Answer(String, Date),
    /// A child was expected on a day that has passed.
    Born(String, Date),
    /// The last planned day of a feeding has passed, and nobody has said what came of it: the enrolment.
    Fed(String, Date, Id),
    /// Something of the plan of an audited case was to be done on this day.
    Plan(Date),
    /// Nobody is paired with the child since this day: the family is told, by a visit.
    PairEnded(String, Date),
    /// The family is to be visited: since this day, by the day that was agreed or by the rhythm.
    Visit(Date),
    /// The family was never visited.
    FirstVisit,
    /// What the checklist asks of somebody is due: the questions.
    Checklist(String, Vec<String>),
    /// On this day somebody is no target any more, or one of another age.
    Ends(String, Date),
}

/// How urgent a family is: 0 first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Today.
    Urgent,
    /// A stunted child.
    Stunted,
    /// A pregnant woman.
    Pregnant,
    /// Everybody else.
    Other,
}

/// The rank of a family: that of its most urgent target.
pub fn rank(facts: &Facts) -> Rank {
    let of = |member: &Member| match member {
        one if one.standing.refer_today || one.standing.severe => Rank::Urgent,
        one if one.standing.stunted => Rank::Stunted,
        one if one.target == Target::Pregnant => Rank::Pregnant,
        _ => Rank::Other,
    };
    facts.members.iter().map(of).min().unwrap_or(Rank::Other)
}

/// The day on which a family is to be visited again: what the mentor agreed, else the rhythm of its rank; `None` when it
/// was never visited.
pub fn visit_due(facts: &Facts, rhythm: &Rhythm) -> Option<Date> {
    let last = facts.visited_on?;
    let days = match rank(facts) {
        Rank::Urgent => rhythm.urgent,
        Rank::Stunted => rhythm.stunted,
        Rank::Pregnant => rhythm.pregnant,
        Rank::Other => rhythm.others,
    };
    let by_rhythm = last.saturating_add(Duration::days(days));
    Some(facts.next_on.filter(|next| *next > last).unwrap_or(by_rhythm))
}

/// What is due for a family on a day, the most urgent first.
pub fn needs(facts: &Facts, checklist: &[Question], rhythm: &Rhythm, on: Date) -> Vec<Need> {
    let mut needs = Vec::new();
    for member in &facts.members {
        let name = || member.name.clone();
        match member.referred {
            None if member.standing.refer_today => needs.push(Need::SendOn(name())),
            Some(by) if by < on => needs.push(Need::Answer(name(), by)),
            _ => {}
        }
        if let Some(day) = member.due_on.filter(|day| member.target == Target::Pregnant && *day < on) {
            needs.push(Need::Born(name(), day));
        }
        let asked = Asked { target: member.target, birth: member.birth };
        let due = checklist.iter().filter(|question| {
            let answered = member.answered.iter().find(|(words, _)| *words == question.words);
            let answered = answered.map(|(_, day)| *day);
            question.due_since(asked, on, answered, member.standing.measured_on).is_some()
        });
        let due: Vec<String> = due.map(|question| question.words.clone()).collect();
        if !due.is_empty() {
            needs.push(Need::Checklist(name(), due));
        }
        if let Some(day) = ends(member, on).filter(|day| *day <= on + Duration::days(rhythm.ends_soon)) {
            needs.push(Need::Ends(name(), day));
        }
    }
    needs.extend(facts.plan_due.filter(|due| *due <= on).map(Need::Plan));
    match visit_due(facts, rhythm) {
        Some(day) if day <= on => needs.push(Need::Visit(day)),
        Some(_) => {}
        None => needs.push(Need::FirstVisit),
    }
    needs.sort();
    needs
}

/// The next day on which a child becomes a target of another age or none: 24 and 60 completed months.
fn ends(member: &Member, on: Date) -> Option<Date> {
    let birth =
        member.birth.filter(|_| matches!(member.target, Target::ChildUnderTwo | Target::ChildTwoToFive))?;
    let months = age::completed_months(birth, on)?;
    let next = if months < 24 { 24 } else { 60 };
    Some(after_months(birth, next))
}

/// A pair of a child: its first day and its last one, as far as it has any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Help {
    /// The first day.
    pub from: Date,
    /// The last day; before the first one it never acted.
    pub to: Option<Date>,
}

/// For so many days it is said that a pair has ended; then the family is one like others.
const SAID_FOR: Duration = Duration::days(60);

/// The last day of a child's last pair, where it has ended, no other goes on, and no mentor was with the family since.
pub fn help_ended(pairs: &[Help], visited_on: Option<Date>, on: Date) -> Option<Date> {
    if pairs.iter().any(|pair| pair.to.is_none_or(|to| to >= on)) {
        return None;
    }
    let last = pairs.iter().filter_map(|pair| pair.to.filter(|to| *to >= pair.from)).max()?;
    let told = visited_on.is_some_and(|day| day > last);
    (!told && last >= on.saturating_sub(SAID_FOR)).then_some(last)
}

/// The place of a family in the list: how urgent its gravest need is, then its rank, then since when it waits. Smaller
/// comes first.
pub fn order(facts: &Facts, needs: &[Need], on: Date) -> (u8, Rank, Date) {
    let level = needs.iter().map(|need| match need {
        Need::SendOn(_) | Need::Answer(..) => 0,
        Need::Born(..) | Need::Plan(_) | Need::Fed(..) => 1,
        Need::Visit(_) | Need::FirstVisit | Need::PairEnded(..) => 2,
        Need::Checklist(..) => 3,
        Need::Ends(..) => 4,
    });
    let since = needs.iter().filter_map(|need| match need {
        Need::Visit(day) | Need::Plan(day) | Need::Born(_, day) | Need::Answer(_, day) => Some(*day),
        Need::Fed(_, day, _) | Need::PairEnded(_, day) => Some(*day),
        _ => None,
    });
    (level.min().unwrap_or(u8::MAX), rank(facts), since.min().unwrap_or(on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::{About, Due};
    use time::macros::date;

    const ON: Date = date!(2026 - 11 - 02);
    const RHYTHM: Rhythm = Rhythm { urgent: 7, stunted: 14, pregnant: 30, others: 30, ends_soon: 30 };

    fn child(birth: Date, standing: Standing) -> Member {
        Member {
            id: Id::SYSTEM,
            name: "Andi".into(),
            target: if birth > date!(2024 - 11 - 02) {
                Target::ChildUnderTwo
            } else {
                Target::ChildTwoToFive
            },
            birth: Some(birth),
            due_on: None,
            standing,
            answered: Vec::new(),
            referred: None,
        }
    }

    fn family(members: Vec<Member>, visited_on: Option<Date>, next_on: Option<Date>) -> Facts {
        Facts { members, visited_on, next_on, plan_due: None }
    }

    fn stunted() -> Standing {
        Standing { stunted: true, measured_on: Some(ON), ..Standing::default() }
    }

    #[test]
    fn the_end_of_a_pair_is_told_by_the_next_visit() {
        let help = |from, to| Help { from, to };
        let (may, october) = (date!(2026 - 05 - 01), date!(2026 - 10 - 31));
        let ended = help(may, Some(october));
        let cases = [
            (vec![ended], None, Some(october)),
            (vec![ended], Some(october), Some(october)),
            (vec![ended], Some(date!(2026 - 11 - 01)), None),
            // Somebody else goes on, or does until today.
            (vec![ended, help(ON, None)], None, None),
            (vec![ended, help(may, Some(ON))], None, None),
            // One that never acted, one of long ago, none at all.
            (vec![help(ON, Some(date!(2026 - 10 - 20)))], None, None),
            (vec![help(may, Some(date!(2026 - 09 - 02)))], None, None),
            (vec![help(may, Some(date!(2026 - 09 - 03)))], None, Some(date!(2026 - 09 - 03))),
            (vec![], None, None),
        ];
        for (pairs, visited_on, told) in cases {
            assert_eq!(help_ended(&pairs, visited_on, ON), told, "{pairs:?} {visited_on:?}");
        }
    }

    #[test]
    fn a_family_is_visited_by_what_was_agreed_or_by_its_rank() {
        let born = date!(2025 - 05 - 17);
        let cases = [
            // Last visit, agreed day, standing, due
            (Some(date!(2026 - 10 - 20)), None, stunted(), Some(date!(2026 - 11 - 03))),
            (
                Some(date!(2026 - 10 - 20)),
                Some(date!(2026 - 10 - 25)),
                stunted(),
                Some(date!(2026 - 10 - 25)),
            ),
            (
                Some(date!(2026 - 10 - 20)),
                None,
                Standing { severe: true, ..stunted() },
                Some(date!(2026 - 10 - 27)),
            ),
            (Some(date!(2026 - 10 - 20)), None, Standing::default(), Some(date!(2026 - 11 - 19))),
            // A next day before the visit says nothing.
            (
                Some(date!(2026 - 10 - 20)),
                Some(date!(2026 - 10 - 19)),
                Standing::default(),
                Some(date!(2026 - 11 - 19)),
            ),
            (None, None, stunted(), None),
        ];
        for (last, next, standing, due) in cases {
            let facts = family(vec![child(born, standing)], last, next);
            assert_eq!(visit_due(&facts, &RHYTHM), due, "{last:?} {next:?}");
        }
    }

    #[test]
    fn what_is_due_is_told_with_the_most_urgent_first() {
        let posyandu = Question {
            words: "Posyandu".into(),
            about: About::Child,
            ages: (0, 59),
            months: Vec::new(),
            due: Due::Measured,
        };
        let mother = Member {
            name: "Siti".into(),
            target: Target::Pregnant,
            due_on: Some(date!(2026 - 11 - 01)),
            ..child(date!(1998 - 01 - 01), Standing::default())
        };
        let sick = Standing { refer_today: true, ..Standing::default() };
        let facts =
            family(vec![child(date!(2024 - 11 - 20), sick), mother], Some(date!(2026 - 10 - 26)), None);
        let found = needs(&facts, &[posyandu], &RHYTHM, ON);
        assert_eq!(
            found,
            [
                Need::SendOn("Andi".into()),
                Need::Born("Siti".into(), date!(2026 - 11 - 01)),
                Need::Visit(ON),
                Need::Checklist("Andi".into(), vec!["Posyandu".into()]),
                Need::Ends("Andi".into(), date!(2026 - 11 - 20)),
            ]
        );
        assert_eq!(order(&facts, &found, ON), (0, Rank::Urgent, date!(2026 - 11 - 01)));
        // The day before, the mother is still waited for, and the visit is not due.
        let before = needs(&facts, &[], &RHYTHM, date!(2026 - 11 - 01));
        assert_eq!(before, [Need::SendOn("Andi".into()), Need::Ends("Andi".into(), date!(2026 - 11 - 20))]);
    }

    #[test]
    fn who_was_referred_is_not_sent_again_and_the_puskesmas_is_reminded() {
        let sick = Standing { refer_today: true, measured_on: Some(ON), ..Standing::default() };
        let referred = |by| {
            let child = Member { referred: Some(by), ..child(date!(2025 - 05 - 17), sick.clone()) };
            needs(&family(vec![child], Some(ON), None), &[], &RHYTHM, ON)
        };
        assert_eq!(referred(ON), []);
        let late = date!(2026 - 11 - 01);
        assert_eq!(referred(late), [Need::Answer("Andi".into(), late)]);
    }

    #[test]
    fn a_follow_up_of_a_case_stands_in_the_list_from_its_day_on() {
        let healthy = Standing { measured_on: Some(ON), ..Standing::default() };
        let mut facts = family(vec![child(date!(2025 - 05 - 17), healthy)], Some(ON), None);
        facts.plan_due = Some(ON);
        assert_eq!(needs(&facts, &[], &RHYTHM, ON), [Need::Plan(ON)]);
        assert_eq!(needs(&facts, &[], &RHYTHM, date!(2026 - 11 - 01)), []);
    }

    #[test]
    fn nobody_waits_where_nothing_is_due() {
        let healthy = Standing { measured_on: Some(ON), ..Standing::default() };
        let facts = family(vec![child(date!(2025 - 05 - 17), healthy)], Some(date!(2026 - 10 - 20)), None);
        assert_eq!(needs(&facts, &[], &RHYTHM, ON), []);
        let never = family(vec![child(date!(2025 - 05 - 17), stunted())], None, None);
        assert_eq!(needs(&never, &[], &RHYTHM, ON), [Need::FirstVisit]);
        assert!(order(&never, &[Need::FirstVisit], ON) < order(&facts, &[], ON));
    }
}
