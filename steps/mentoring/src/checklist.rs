//! What is asked at a visit: rows of the district (setting `mentoring.checklist`), by who is a target and how old he is.
//!
//! Every question is worded so that *yes* is what is hoped for. A row may also say that what it asks falls **due**: once
//! within the ages of the row, every one of its months anew, or as a measurement of the month.

use asuh_ground::settings;
use asuh_nusantara::age;
use asuh_step_registry::rules::Target;
use asuh_store::{DistrictId, Query, StoreError};
use sha2::{Digest, Sha256};
use time::{Date, Month};

/// Whom a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The household.
    Family,
    /// A pregnant woman.
    Pregnant,
    /// A breastfeeding mother.
    Breastfeeding,
    /// A child of the row's ages.
    Child,
}

/// When what a question asks falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Never by itself: it is asked when somebody visits.
    Asked,
    /// Until it was answered with yes, or that it does not apply, at an age of the row.
    Once,
    /// In each of the row's months, until it was answered so in that month.
    Month,
    /// In each month, until the child was measured in it.
    Measured,
}

/// A question of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its words.
    pub words: String,
    /// Whom it is about.
    pub about: About,
    /// The completed months of life of a child whom it is about, from and to.
    pub ages: (u32, u32),
    /// The months of the year in which it is asked; empty: all.
    pub months: Vec<u8>,
    /// When it falls due.
    pub due: Due,
}

/// What of a person decides which questions are asked of him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// What he is helped as.
    pub target: Target,
    /// His birthday.
    pub birth: Option<Date>,
}

impl Question {
    fn of(row: &settings::ListRow) -> Option<Question> {
        let text = |name: &str| row.get(name).map_or("", String::as_str);
        let number = |name: &str, none: u32| text(name).parse().unwrap_or(none);
        let about = match text("target") {
            "family" => About::Family,
            "pregnant" => About::Pregnant,
            "breastfeeding" => About::Breastfeeding,
            "child" => About::Child,
            _ => return None,
        };
        let due = match text("due") {
            "once" => Due::Once,
            "month" => Due::Month,
            "measured" => Due::Measured,
            _ => Due::Asked,
        };
        let months = text("months").split([',', ' ']).filter_map(|month| month.parse().ok()).collect();
        Some(Question {
            words: text("question").to_owned(),
            about,
            ages: (number("from", 0), number("to", 59)),
            months,
            due,
        })
    }

    /// Whether it is asked in this month of the year.
    pub fn asked_in(&self, month: Month) -> bool {
        self.months.is_empty() || self.months.contains(&u8::from(month))
    }

    /// Whether it is asked of a person on a day.
    pub fn concerns(&self, person: Asked, on: Date) -> bool {
        let fits = match (self.about, person.target) {
            (About::Pregnant, Target::Pregnant) | (About::Breastfeeding, Target::Breastfeeding) => true,
            (About::Child, Target::ChildUnderTwo | Target::ChildTwoToFive) => {
                let months = person.birth.and_then(|birth| age::completed_months(birth, on));
                months.is_some_and(|months| (self.ages.0..=self.ages.1).contains(&months))
            }
            _ => false,
        };
        fits && self.asked_in(on.month())
    }

    /// Since when what it asks of a child or a woman has been due on a day; `None` when nothing is. `answered` is the last
    /// visit at which it was answered with yes or that it does not apply, `measured` the child's last measurement.
    pub fn due_since(
        &self,
        person: Asked,
        on: Date,
        answered: Option<Date>,
        measured: Option<Date>,
    ) -> Option<Date> {
        if !self.concerns(person, on) {
            return None;
        }
        let month = on.replace_day(1).unwrap_or(on);
        match self.due {
            Due::Asked => None,
            Due::Once => {
                let from = person.birth.map_or(month, |birth| after_months(birth, self.ages.0));
                answered.is_none_or(|day| day < from).then_some(from)
            }
            Due::Month => answered.is_none_or(|day| day < month).then_some(month),
            Due::Measured => {
                let last = answered.into_iter().chain(measured).max();
                last.is_none_or(|day| day < month).then_some(month)
            }
        }
    }

    /// A short name of its words, for the fields of a form: the same words always have the same one.
    pub fn key(words: &str) -> String {
        Sha256::digest(words.as_bytes()).iter().take(5).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The day on which somebody has completed so many months: where a month has no such day, the first of the next.
pub(crate) fn after_months(birth: Date, months: u32) -> Date {
    let number = i64::from(birth.year()) * 12 + i64::from(u8::from(birth.month())) - 1 + i64::from(months);
    let day_in = |number: i64, day: u8| {
        let month = Month::try_from(u8::try_from(number.rem_euclid(12) + 1).ok()?).ok()?;
        Date::from_calendar_date(i32::try_from(number.div_euclid(12)).ok()?, month, day).ok()
    };
    day_in(number, birth.day()).or_else(|| day_in(number + 1, 1)).unwrap_or(birth)
}

/// The questions of a district, in its order. Index: primary key of `setting`.
///
/// # Errors
/// The store fails.
pub async fn load(db: &impl Query, district: DistrictId) -> Result<Vec<Question>, StoreError> {
    Ok(settings::list(db, district, "mentoring.checklist").await?.iter().filter_map(Question::of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn question(about: About, ages: (u32, u32), months: &[u8], due: Due) -> Question {
        Question { words: "?".into(), about, ages, months: months.to_vec(), due }
    }

    fn child(birth: Date) -> Asked {
        Asked { target: Target::ChildUnderTwo, birth: Some(birth) }
    }

    #[test]
    fn a_question_is_asked_at_its_ages_and_in_its_months() {
        let vitamin = question(About::Child, (6, 11), &[2, 8], Due::Month);
        let born = date!(2026 - 02 - 10);
        for (on, asked) in [
            (date!(2026 - 08 - 09), false),
            (date!(2026 - 08 - 10), true),
            (date!(2026 - 09 - 10), false),
            (date!(2027 - 02 - 09), true),
            (date!(2027 - 02 - 10), false),
        ] {
            assert_eq!(vitamin.concerns(child(born), on), asked, "{on}");
        }
        let pregnant = Asked { target: Target::Pregnant, birth: None };
        assert!(!vitamin.concerns(pregnant, date!(2026 - 08 - 10)));
        assert!(question(About::Pregnant, (0, 59), &[], Due::Asked).concerns(pregnant, born));
        assert!(!question(About::Family, (0, 59), &[], Due::Asked).concerns(pregnant, born));
    }

    #[test]
    fn what_is_due_stays_due_until_it_was_done() {
        let born = date!(2026 - 01 - 31);
        let on = date!(2026 - 11 - 02);
        let nine = question(About::Child, (9, 14), &[], Due::Once);
        let cases = [
            (on, None, Some(date!(2026 - 10 - 31))),
            (on, Some(date!(2026 - 10 - 30)), Some(date!(2026 - 10 - 31))),
            (on, Some(date!(2026 - 11 - 01)), None),
            // At eight months, and from fifteen on, it is not asked.
            (date!(2026 - 10 - 30), None, None),
            (date!(2027 - 05 - 01), None, None),
        ];
        for (on, answered, since) in cases {
            assert_eq!(nine.due_since(child(born), on, answered, None), since, "{on} {answered:?}");
        }
        let posyandu = question(About::Child, (0, 59), &[], Due::Measured);
        let month = Some(date!(2026 - 11 - 01));
        assert_eq!(posyandu.due_since(child(born), on, None, Some(date!(2026 - 10 - 31))), month);
        assert_eq!(posyandu.due_since(child(born), on, None, Some(date!(2026 - 11 - 01))), None);
        assert_eq!(posyandu.due_since(child(born), on, Some(date!(2026 - 11 - 02)), None), None);
        assert_eq!(
            question(About::Child, (0, 59), &[], Due::Asked).due_since(child(born), on, None, None),
            None
        );
    }

    #[test]
    fn months_of_life_end_on_days_that_there_are() {
        assert_eq!(after_months(date!(2026 - 01 - 31), 1), date!(2026 - 03 - 01));
        assert_eq!(after_months(date!(2024 - 02 - 29), 12), date!(2025 - 03 - 01));
        assert_eq!(after_months(date!(2025 - 12 - 15), 1), date!(2026 - 01 - 15));
    }
}
