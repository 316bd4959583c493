//! What an indicator is, as a form or a sheet says it, and as its history keeps it.

use asuh_store::{Id, Refusal};
use serde::{Deserialize, Serialize};

use super::computation::Computation;
use super::query::{Indicator, Member, Target};
use super::rules::{Better, Grain, Group, PeriodKind, Unit};
use super::targets::Goal;

/// What an indicator is, as a form or a row of a sheet says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Its code; of one that is there already it is not changed.
    pub code: String,
    /// Its name in Indonesian, at most 200 characters.
    pub name: String,
    /// Whom it counts.
    pub group: Group,
    /// Completed months of life, from and to; for children.
    pub ages: Option<(u32, u32)>,
    /// In words, at most 300 characters.
    pub numerator: String,
    /// In words, at most 300 characters; may be empty for a count.
    pub denominator: String,
    /// What a value is.
    pub unit: Unit,
    /// Which way is good.
    pub better: Better,
    /// How it is computed; `None`: an office enters it.
    pub computation: Option<Computation>,
    /// The questions that the computation reads, one in a line.
    pub question: String,
    /// Who answers for it.
    pub office: Option<Id>,
    /// Where the numbers come from, at most 200 characters.
    pub source: String,
    /// How long its periods are.
    pub period: PeriodKind,
    /// The smallest place that has a value.
    pub grain: Grain,
    /// "direct", "indirect", "support" or empty.
    pub kind: String,
    /// What is to be confirmed, at most 200 characters.
    pub confirm: String,
    /// The sets that it is in, with its number in each.
    pub sets: Vec<(String, String)>,
}

impl Facts {
    /// What is wrong with it, by itself.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        let code_is_fine = !self.code.is_empty()
            && self.code.len() <= 40
            && self.code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !code_is_fine {
            return Some(Refusal::new("convergence.indicator.refused.code").field("kode"));
        }
        if self.name.trim().is_empty() {
            return Some(Refusal::new("web.error.required").field("nama"));
        }
        if self.numerator.trim().is_empty() {
            return Some(Refusal::new("web.error.required").field("pembilang"));
        }
        if self.unit == Unit::Percent && self.denominator.trim().is_empty() {
            return Some(Refusal::new("convergence.indicator.refused.denominator").field("penyebut"));
        }
        if self.ages.is_some_and(|(from, to)| from > to || to > 59) {
            return Some(Refusal::new("convergence.indicator.refused.ages").field("umur_sampai"));
        }
        let computation = self.computation?;
        if !computation.groups().contains(&self.group) {
            return Some(Refusal::new("convergence.indicator.refused.group").field("hitungan"));
        }
        if computation.asks() && self.question.trim().is_empty() {
            return Some(Refusal::new("convergence.indicator.refused.question").field("pertanyaan"));
        }
        if self.unit == Unit::Count {
            return Some(Refusal::new("convergence.indicator.refused.count").field("hitungan"));
        }
        None
    }
}

/// What an indicator was with its targets, as it stands in its history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Before {
    pub(super) facts: Facts,
    pub(super) goals: Vec<Goal>,
}

impl Before {
    /// An indicator as it stands, with the sets that it is in and the targets that hold.
    pub(super) fn of(one: &Indicator, members: &[Member], targets: &[Target]) -> Option<Before> {
        let age = |age: Option<i64>| age.and_then(|age| u32::try_from(age).ok());
        let sets = members.iter().map(|member| (member.set_code.clone(), member.number.clone()));
        let goal = |target: &Target| Goal {
            set: target.set_code.clone(),
            year: target.year,
            territory: target.territory_code,
            target: Some(target.target),
        };
        let facts = Facts {
            code: one.code.clone(),
            name: one.name.clone(),
            group: Group::parse(&one.target_group)?,
            ages: age(one.age_from).zip(age(one.age_to)),
            numerator: one.numerator.clone(),
            denominator: one.denominator.clone(),
            unit: one.unit(),
            better: one.better(),
            computation: Computation::parse(&one.computation),
            question: one.question.clone(),
            office: one.office_id,
            source: one.source.clone(),
            period: one.period_kind(),
            grain: one.grain(),
            kind: one.kind.clone(),
            confirm: one.confirm.clone(),
            sets: sets.collect(),
        };
        Some(Before { facts, goals: targets.iter().map(goal).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_contradicts_itself_is_refused() {
        let good = Facts {
            code: "asi-eksklusif".into(),
            name: "ASI eksklusif".into(),
            group: Group::Child,
            ages: Some((0, 5)),
            numerator: "Bayi dengan ASI saja".into(),
            denominator: "Bayi 0-5 bulan".into(),
            unit: Unit::Percent,
            better: Better::Higher,
            computation: Some(Computation::AnswerPeriod),
            question: "Hanya diberi ASI".into(),
            office: None,
            source: String::new(),
            period: PeriodKind::Quarter,
            grain: Grain::Village,
            kind: String::new(),
            confirm: String::new(),
            sets: Vec::new(),
        };
        assert_eq!(good.refusal(), None);
        let wrong = [
            (Facts { code: "ASI 1".into(), ..good.clone() }, "kode"),
            (Facts { name: " ".into(), ..good.clone() }, "nama"),
            (Facts { denominator: String::new(), ..good.clone() }, "penyebut"),
            (Facts { ages: Some((6, 5)), ..good.clone() }, "umur_sampai"),
            (Facts { group: Group::Village, ..good.clone() }, "hitungan"),
            (Facts { question: String::new(), ..good.clone() }, "pertanyaan"),
        ];
        for (facts, field) in wrong {
            assert_eq!(facts.refusal().and_then(|refusal| refusal.field), Some(field.to_owned()));
        }
    }
}
