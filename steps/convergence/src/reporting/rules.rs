//! The way of a report, and whether it came in time: pure.

use asuh_ground::codes;
use asuh_store::Id;
use time::{Date, Duration};

use crate::indicator::rules::{Grain, PeriodKind};

codes! {
    /// How far a report has come.
    pub enum State {
        /// Being entered.
        Draft = "draft",
        /// The village sent it; its kecamatan looks at it.
        Sent = "sent",
        /// The kecamatan verified it; the office looks at it.
        Verified = "verified",
        /// The office checked it; the district looks at it.
        Checked = "checked",
        /// The district accepted it.
        Accepted = "accepted",
        /// Given back with a reason, to be corrected and sent again.
        Returned = "returned",
    }
}

codes! {
    /// Where somebody who sends or decides stands.
    pub enum Stage {
        /// In a village.
        Village = "village",
        /// In a kecamatan.
        Subdistrict = "subdistrict",
        /// In the office whose form it is.
        Office = "office",
        /// At the district's planners.
        District = "district",
    }
}

impl Stage {
    /// What a report is once this stage has sent it or has said yes to it.
    pub fn passed(self) -> State {
        match self {
            Stage::Village => State::Sent,
            Stage::Subdistrict => State::Verified,
            Stage::Office => State::Checked,
            Stage::District => State::Accepted,
        }
    }

    /// What a report is while it waits for this stage; a form without an office is checked by nobody.
    pub fn waits(self, has_office: bool) -> Option<State> {
        match self {
            Stage::Village => None,
            Stage::Subdistrict => Some(State::Sent),
            Stage::Office => has_office.then_some(State::Verified),
            Stage::District if has_office => Some(State::Checked),
            Stage::District => Some(State::Verified),
        }
    }
}

impl State {
    /// Whether numbers may be entered.
    pub fn is_open(self) -> bool {
        matches!(self, State::Draft | State::Returned)
    }

    /// Whether this stage may say yes to it.
    pub fn may_pass(self, stage: Stage, has_office: bool) -> bool {
        stage.waits(has_office) == Some(self) || (stage == Stage::District && self == State::Checked)
    }

    /// Whether this stage may give it back: while it waits for it, and the district also what it has accepted.
    pub fn may_return(self, stage: Stage, has_office: bool) -> bool {
        self.may_pass(stage, has_office) || (stage == Stage::District && self == State::Accepted)
    }

    /// The class of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            State::Accepted => "good",
            State::Returned => "bad",
            State::Draft => "warn",
            _ => "",
        }
    }
}

/// What is filled in together: the entered indicators of a set for which one office answers, of one length of period
/// and one kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Form {
    /// The office; none: nobody answers for them yet.
    pub office: Option<Id>,
    /// The length of its periods.
    pub period: PeriodKind,
    /// The kind of place that fills it in.
    pub grain: Grain,
}

impl Form {
    /// "<office or ->.semester.village": for addresses and keys.
    pub fn code(self) -> String {
        let office = self.office.map_or_else(|| "-".to_owned(), |office| office.to_string());
        format!("{office}.{}.{}", self.period.code(), self.grain.code())
    }

    /// The form with this code.
    pub fn parse(code: &str) -> Option<Form> {
        let mut parts = code.split('.');
        let (office, period, grain) = (parts.next()?, parts.next()?, parts.next()?);
        let office = if office == "-" { None } else { Some(office.parse().ok()?) };
        Some(Form { office, period: PeriodKind::parse(period)?, grain: Grain::parse(grain)? })
    }
}

/// The last day on which a report of a period is in time.
pub fn due(last: Date, days: i64) -> Date {
    last.checked_add(Duration::days(days)).unwrap_or(last)
}

/// How many reports there should be, came, and came in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completeness {
    /// That there should be.
    pub expected: i64,
    /// That were sent.
    pub sent: i64,
    /// That were sent in time.
    pub in_time: i64,
    /// That the district accepted.
    pub accepted: i64,
}

impl Completeness {
    /// Counts a place: `None` where it has nothing yet.
    pub fn count(&mut self, report: Option<(State, Option<Date>)>, due: Date) {
        self.expected += 1;
        let Some((state, sent)) = report else { return };
        if let Some(sent) = sent {
            self.sent += 1;
            self.in_time += i64::from(sent <= due);
        }
        self.accepted += i64::from(state == State::Accepted);
    }

    /// These and those.
    pub fn add(&mut self, other: &Completeness) {
        self.expected += other.expected;
        self.sent += other.sent;
        self.in_time += other.in_time;
        self.accepted += other.accepted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_report_goes_from_the_village_over_kecamatan_and_office_to_the_district() {
        let mut state = Stage::Village.passed();
        for stage in [Stage::Subdistrict, Stage::Office, Stage::District] {
            for other in [Stage::Village, Stage::Subdistrict, Stage::Office, Stage::District] {
                assert_eq!(state.may_pass(other, true), other == stage, "{state:?} {other:?}");
            }
            assert!(state.may_return(stage, true));
            state = stage.passed();
        }
        assert_eq!(state, State::Accepted);
        assert!(state.may_return(Stage::District, true) && !state.may_return(Stage::Office, true));
    }

    #[test]
    fn where_no_office_answers_the_district_follows_the_kecamatan() {
        assert!(State::Verified.may_pass(Stage::District, false));
        assert!(
            !State::Verified.may_pass(Stage::Office, false)
                && !State::Verified.may_pass(Stage::District, true)
        );
        assert!(
            State::Checked.may_pass(Stage::District, false),
            "what an office sent before it gave the indicator up"
        );
    }

    #[test]
    fn only_what_lies_with_its_writer_is_open() {
        let open: Vec<State> = State::ALL.into_iter().filter(|state| state.is_open()).collect();
        assert_eq!(open, [State::Draft, State::Returned]);
    }

    #[test]
    fn a_form_is_read_as_it_is_written() {
        for office in [None, Some(Id::SYSTEM)] {
            let form = Form { office, period: PeriodKind::Semester, grain: Grain::Village };
            assert_eq!(Form::parse(&form.code()), Some(form));
        }
        assert_eq!(Form::parse("-.week.village"), None);
    }

    #[test]
    fn who_sent_after_the_day_counts_as_complete_and_late() {
        let last = due(date!(2026 - 06 - 30), 10);
        assert_eq!(last, date!(2026 - 07 - 10));
        let mut all = Completeness::default();
        all.count(None, last);
        all.count(Some((State::Draft, None)), last);
        all.count(Some((State::Returned, Some(date!(2026 - 07 - 10)))), last);
        all.count(Some((State::Accepted, Some(date!(2026 - 07 - 11)))), last);
        assert_eq!(all, Completeness { expected: 4, sent: 2, in_time: 1, accepted: 1 });
    }
}
