//! The form of a visit: which questions it asks of whom, and what was typed.

use std::collections::HashSet;

use asuh_ground::web::{Form, FormView, Text};
use asuh_step_registry::families::Member;
use asuh_store::Id;
use time::Date;

use super::command::{Answer, Answered};
use super::query::AnswerRow;
use crate::checklist::{About, Asked, Question};

/// Somebody of whom questions are asked, or the household.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// `None`: the household.
    pub(super) person: Option<Id>,
    /// "Andi Saputra, 2 tahun 1 bulan (25 bulan)"
    pub(super) heading: String,
    pub(super) lines: Vec<Line>,
    /// The fields in which a child is measured, as HTML; may be empty.
    pub(super) measuring: String,
}

/// A question on the form.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) question: String,
    /// The end of its fields' names.
    pub(super) key: String,
    /// "Kunjungan lalu (2 Okt 2026): ya"; may be empty.
    pub(super) last: String,
}

impl Line {
    /// Whether a choice is made.
    pub(super) fn chosen(&self, form: &FormView, answer: &Answer) -> bool {
        form.has(&format!("j.{}", self.key), answer.code())
    }

    /// The note typed beside it.
    pub(super) fn note<'a>(&self, form: &'a FormView) -> &'a str {
        form.value(&format!("c.{}", self.key))
    }
}

fn key(person: Option<Id>, question: &str) -> String {
    let who = person.map_or_else(|| "rt".to_owned(), |person| person.to_string());
    format!("{who}.{}", Question::key(question))
}

/// The questions of a visit on a day: of each target its own, then those of the household; and whatever `besides` was
/// asked, so that a correction loses nothing. `last` are the answers of the visit before, `measured` the children who may
/// be measured at it.
pub(super) fn parts(
    text: Text,
    checklist: &[Question],
    members: &[Member],
    on: Date,
    besides: &[AnswerRow],
    last: Option<(Date, &[AnswerRow])>,
    measured: &[Id],
) -> Vec<Part> {
    let line = |person: Option<Id>, question: &str| {
        let before = last.and_then(|(day, rows)| {
            let same = |row: &&AnswerRow| row.person_id == person && row.question == question;
            let answer = &rows.iter().find(same)?.answer;
            let answer = text.t(&format!("mentoring.answer.{answer}")).to_lowercase();
            Some(text.t2("mentoring.visit.last", "day", text.day(day), "answer", answer))
        });
        Line { question: question.to_owned(), key: key(person, question), last: before.unwrap_or_default() }
    };
    let mut parts = Vec::new();
    for member in members.iter().filter(|member| member.ended_reason.is_none()) {
        let Some(target) = member.target else { continue };
        let asked = Asked { target, birth: member.birth_date };
        let lines: Vec<Line> = checklist
            .iter()
            .filter(|question| question.concerns(asked, on))
            .map(|question| line(Some(member.id), &question.words))
            .collect();
        let what = match (target, member.birth_date) {
            (asuh_step_registry::rules::Target::ChildUnderTwo, Some(birth))
            | (asuh_step_registry::rules::Target::ChildTwoToFive, Some(birth)) => text.age(birth, on),
            _ => text.t(&format!("registry.target.{}", target.code())).into_owned(),
        };
        let heading = format!("{}, {what}", member.name);
        parts.push(Part { person: Some(member.id), heading, lines, measuring: String::new() });
    }
    let household =
        checklist.iter().filter(|question| question.about == About::Family && question.asked_in(on.month()));
    let lines = household.map(|question| line(None, &question.words)).collect();
    let heading = text.t("mentoring.visit.household").into_owned();
    parts.push(Part { person: None, heading, lines, measuring: String::new() });
    let known: HashSet<String> =
        parts.iter().flat_map(|part| &part.lines).map(|line| line.key.clone()).collect();
    for row in besides {
        let extra = line(row.person_id, &row.question);
        if known.contains(&extra.key) {
            continue;
        }
        match parts.iter_mut().find(|part| part.person == row.person_id) {
            Some(part) => part.lines.push(extra),
            None => {
                let heading = row.name.clone().unwrap_or_default();
                let lines = vec![extra];
                parts.push(Part { person: row.person_id, heading, lines, measuring: String::new() });
            }
        }
    }
    let kept = |part: &Part| part.person.is_some_and(|person| measured.contains(&person));
    parts.retain(|part| !part.lines.is_empty() || kept(part));
    parts
}

/// The answers that were chosen. A question that this form does not ask any more is told: nothing is lost in silence.
pub(super) fn answers(form: &mut Form, parts: &[Part]) -> Vec<Answered> {
    let mut known = HashSet::new();
    let mut answers = Vec::new();
    for (part, line) in parts.iter().flat_map(|part| part.lines.iter().map(move |line| (part, line))) {
        let field = format!("j.{}", line.key);
        known.insert(line.key.clone());
        let note = form.optional(&format!("c.{}", line.key), 200);
        match form.get(&field) {
            "" if note.is_empty() => {}
            "" => form.error(&field, "mentoring.refused.note_alone"),
            code => match Answer::parse(code) {
                Some(answer) => answers.push(Answered {
                    person: part.person,
                    question: line.question.clone(),
                    answer,
                    note,
                }),
                None => form.error(&field, "web.error.choose"),
            },
        }
    }
    let strange = form.starting_with("j.").any(|(key, value)| !value.is_empty() && !known.contains(key));
    if strange {
        form.error("", "mentoring.refused.changed");
    }
    answers
}

/// What a form is filled in with of a visit that is to be corrected.
pub(super) fn filled(rows: &[(AnswerRow, String)]) -> Vec<(String, String)> {
    let mut values = Vec::new();
    for (row, note) in rows {
        let key = key(row.person_id, &row.question);
        values.push((format!("j.{key}"), row.answer.clone()));
        values.push((format!("c.{key}"), note.clone()));
    }
    values
}

/// The three boxes of a day.
pub(crate) fn day_boxes(field: &str, day: Date) -> Vec<(String, String)> {
    vec![
        (format!("{field}_tanggal"), day.day().to_string()),
        (format!("{field}_bulan"), u8::from(day.month()).to_string()),
        (format!("{field}_tahun"), day.year().to_string()),
    ]
}
