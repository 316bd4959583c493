//! What changes when a visit is recorded, corrected and taken back.

use std::collections::HashSet;

use asuh_ground::attachments;
use asuh_ground::consent::{self, Purpose};
use asuh_step_growth::entry::{Entry, RecordMeasurements, TakeBackMeasurement};
use asuh_step_pairing::visited_children;
use asuh_step_registry::{Reach, families};
use asuh_store::{Command, Fault, Id, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use super::query::{self, Visit};
use crate::reached;

/// Days back that a visit may still be recorded for, and days ahead that the next one may lie.
const A_YEAR: i64 = 366;
/// Answers of one visit at most: a large household and a long checklist.
const ANSWERS: usize = 400;

asuh_ground::codes! {
    /// What was answered, or seen.
    ///
    /// Translation key `mentoring.answer.<code>`.
    pub enum Answer {
        /// As hoped.
        Yes = "yes",
        /// Not so.
        No = "no",
        /// Nobody at home knew.
        Unknown = "unknown",
        /// The question makes no sense here.
        NotApplicable = "not_applicable",
    }
}

/// An answer to a question of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The member whom it is about; `None`: the household.
    pub person: Option<Id>,
    /// The question in the words in which it was asked, at most 160 characters.
    pub question: String,
    /// The answer.
    pub answer: Answer,
    /// What was added to it, at most 200 characters; may be empty.
    pub note: String,
}

/// What a visit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The day of the visit.
    pub visited_on: Date,
    /// The answers, each question of a person once.
    pub answers: Vec<Answered>,
    /// What was advised, at most 1,000 characters; may be empty.
    pub advice: String,
    /// When somebody comes again.
    pub next_on: Option<Date>,
    /// A photo that was stored before, by whoever records; needs the guardian's consent.
    pub photo: Option<Id>,
}

/// Which visits somebody may change: his own, or all within his reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Those that he recorded himself.
    Own,
    /// Those of everybody.
    Everybodys,
}

/// Records a visit to a family.
///
/// Refused when it lies in the future or more than a year back, nothing was found, a member is none of the family, or
/// there is a photo and the guardian has not agreed to photos; and where the growth step refuses what was measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordVisit {
    /// The territories of whoever records.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// The family.
    pub family: Id,
    /// The sponsor who tells of his own visit; his reach is the children whom he may visit.
    pub sponsor: Option<Id>,
    /// What was found.
    pub facts: Facts,
    /// What was measured of the family's children at the visit, on its day.
    #[serde(default)]
    pub measured: Option<RecordMeasurements>,
}

impl Command for RecordVisit {
    const KIND: &'static str = "mentoring.record_visit";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let reached = match self.sponsor {
            None => reached::family(tx, tx.district(), &self.reach.scope(), self.family).await?.is_some(),
            Some(sponsor) => {
                let children = visited_children(tx, tx.district(), sponsor, self.today).await?;
                children.iter().any(|child| child.family == self.family)
            }
        };
        if !reached {
            return Err(Refusal::not_found().into());
        }
        let members =
            check(tx, self.family, &self.facts, self.measured.is_some(), (self.today, None)).await?;
        if let Some(measured) = &self.measured {
            let at_it = |entry: &Entry| entry.on == self.facts.visited_on && members.contains(&entry.child);
            if !measured.entries.iter().all(at_it) {
                return Err(Refusal::new("mentoring.refused.changed").into());
            }
            measured.apply(tx).await?;
        }
        tx.subject("family", self.family);
        Ok(insert(tx, self.family, self.sponsor, &self.facts, None).await?)
    }
}

/// Puts another visit in the place of one that was recorded wrongly; the wrong one stays beside it. What was measured at it
/// is corrected by the growth step.
///
/// Refused as [`RecordVisit`], and when the visit was corrected or taken back already.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CorrectVisit {
    /// The one that is wrong.
    pub visit: Id,
    /// The territories of whoever corrects.
    pub reach: Reach,
    /// Whose visits he may correct.
    pub whose: Whose,
    /// The present day.
    pub today: Date,
    /// Why, at most 200 characters.
    pub reason: String,
    /// What was really found.
    pub facts: Facts,
}

impl Command for CorrectVisit {
    const KIND: &'static str = "mentoring.correct_visit";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let wrong = changeable(tx, &self.reach, self.whose, self.visit).await?;
        check(tx, wrong.family_id, &self.facts, false, (self.today, wrong.photo_id)).await?;
        tx.subject("family", wrong.family_id);
        retract(tx, wrong.id, &self.reason).await?;
        Ok(insert(tx, wrong.family_id, wrong.sponsor_id, &self.facts, Some(wrong.id)).await?)
    }
}

/// Takes back a visit that never was; it stays visible as taken back. So do the measurements of its day, where they never
/// were either.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeBackVisit {
    /// Which.
    pub visit: Id,
    /// The territories of whoever takes it back.
    pub reach: Reach,
    /// Whose visits he may take back.
    pub whose: Whose,
    /// Why, at most 200 characters.
    pub reason: String,
    /// Measurements that are taken back with it, by the rules of the growth step.
    #[serde(default)]
    pub measurements: Vec<TakeBackMeasurement>,
}

impl Command for TakeBackVisit {
    const KIND: &'static str = "mentoring.take_back_visit";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let wrong = changeable(tx, &self.reach, self.whose, self.visit).await?;
        let measured = query::measured_at(tx, tx.district(), wrong.family_id, wrong.visited_on).await?;
        for one in &self.measurements {
            if !measured.contains(&one.id) {
                return Err(Refusal::not_found().into());
            }
            one.apply(tx).await?;
        }
        tx.subject("family", wrong.family_id);
        retract(tx, wrong.id, &self.reason).await
    }
}

/// A visit that the caller may change and that still holds. Another's looks as if it were not there.
async fn changeable(tx: &Tx<'_>, reach: &Reach, whose: Whose, id: Id) -> Result<Visit, Fault> {
    // Takes hold of it: of two who change it at once the later finds it changed.
    let hold = "UPDATE visit SET visited_on = visited_on WHERE district_id = $1 AND id = $2";
    tx.execute(hold, args![tx.district(), id]).await?;
    let found = query::one(tx, tx.district(), &reach.scope(), id).await?;
    let found = found.filter(|visit| whose == Whose::Everybodys || visit.recorded_by == tx.actor());
    let found = found.ok_or_else(Refusal::not_found)?;
    if found.retracted_at.is_some() {
        return Err(Refusal::new("mentoring.refused.no_longer").into());
    }
    Ok(found)
}

/// Whether these facts may stand; the members of the family on that day.
async fn check(
    tx: &Tx<'_>,
    family: Id,
    facts: &Facts,
    measured: bool,
    (today, kept): (Date, Option<Id>),
) -> Result<HashSet<Id>, Fault> {
    let on = facts.visited_on;
    if on > today {
        return Err(Refusal::new("mentoring.refused.future").field("hari").into());
    }
    if on < today - Duration::days(A_YEAR) {
        return Err(Refusal::new("mentoring.refused.long_ago").field("hari").into());
    }
    if facts.next_on.is_some_and(|next| next <= on || next > on + Duration::days(A_YEAR)) {
        return Err(Refusal::new("mentoring.refused.next").field("berikut").into());
    }
    if facts.answers.is_empty() && facts.advice.trim().is_empty() && !measured {
        return Err(Refusal::new("mentoring.refused.nothing").field("nasihat").into());
    }
    if facts.answers.len() > ANSWERS {
        return Err(Refusal::new("mentoring.refused.changed").into());
    }
    let members: HashSet<Id> =
        families::members(tx, tx.district(), family, on).await?.into_iter().map(|member| member.id).collect();
    let mut asked = HashSet::new();
    for answer in &facts.answers {
        let known = answer.person.is_none_or(|person| members.contains(&person));
        if !known || !asked.insert((answer.person, answer.question.as_str())) {
            return Err(Refusal::new("mentoring.refused.changed").into());
        }
    }
    if let Some(photo) = facts.photo.filter(|photo| kept != Some(*photo)) {
        if !attachments::is_own(tx, tx.district(), photo, tx.actor()).await? {
            return Err(Refusal::not_found().into());
        }
        if !consent::holds(tx, tx.district(), family, None, Purpose::Photo, on).await? {
            return Err(Refusal::new("mentoring.refused.photo").field("foto").into());
        }
    }
    Ok(members)
}

fn sealed(tx: &Tx<'_>, text: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { tx.seal(text).map(Some) }
}

async fn insert(
    tx: &Tx<'_>,
    family: Id,
    sponsor: Option<Id>,
    facts: &Facts,
    replaces: Option<Id>,
) -> Result<Id, StoreError> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO visit (district_id, id, family_id, visited_on, sponsor_id, advice_sealed, next_on, photo_id, \
         recorded_by, recorded_at, command_id, replaces_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            tx.district(),
            id,
            family,
            facts.visited_on,
            sponsor,
            sealed(tx, &facts.advice)?,
            facts.next_on,
            facts.photo,
            tx.actor(),
            tx.now(),
            tx.command_id(),
            replaces,
        ],
    )
    .await?;
    let mut rows = Vec::with_capacity(facts.answers.len());
    for (nth, answer) in (1_i64..).zip(&facts.answers) {
        rows.push(args![
            tx.district(),
            id,
            nth,
            answer.person,
            &answer.question,
            answer.answer.code(),
            sealed(tx, &answer.note)?,
        ]);
    }
    tx.insert_many(
        "INSERT INTO visit_answer (district_id, visit_id, nth, person_id, question, answer, note_sealed) VALUES",
        "",
        rows,
    )
    .await?;
    Ok(id)
}

async fn retract(tx: &Tx<'_>, id: Id, reason: &str) -> Result<(), Fault> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::new("web.error.required").field("alasan").into());
    }
    tx.execute(
        "UPDATE visit SET retracted_at = $3, retracted_by = $4, retracted_reason = $5 \
         WHERE district_id = $1 AND id = $2",
        args![tx.district(), id, tx.now(), tx.command_id(), reason],
    )
    .await?;
    Ok(())
}
