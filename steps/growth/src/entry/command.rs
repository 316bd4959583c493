//! What changes when a posyandu's measurements are entered, corrected and taken back.

use std::collections::{HashMap, HashSet};

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::{self, Entered, Reached};
use super::rules::{self, Measures};
use crate::record::{self, Fact};
use crate::standing;
use asuh_step_registry::Reach;

/// The source of what is entered by form: measured at the posyandu.
pub const SOURCE: &str = "form";
/// Why a second measurement of a child and day is refused.
pub(super) const ALREADY: &str = "growth.entry.error.already";
/// Children that are looked up by one statement.
const AT_ONCE: usize = 500;

/// One child on one day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// The child.
    pub child: Id,
    /// The day.
    pub on: Date,
    /// The posyandu; at most 60 characters.
    pub posyandu: String,
    /// What was read off.
    pub measures: Measures,
}

/// Records measurements: of one child, or a sheet of a posyandu. All of them or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordMeasurements {
    /// The territories of whoever records.
    pub reach: Reach,
    /// The present day; nothing lies after it.
    pub today: Date,
    /// The measurements, each of another child or another day.
    pub entries: Vec<Entry>,
}

impl Command for RecordMeasurements {
    const KIND: &'static str = "growth.record_measurements";
    type Receipt = Vec<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Vec<Id>, Fault> {
        let persons: HashSet<Id> = self.entries.iter().map(|entry| entry.child).collect();
        let mut persons: Vec<Id> = persons.into_iter().collect();
        persons.sort_unstable();
        let children = children(tx, &self.reach, &persons).await?;
        if children.len() < persons.len() {
            return Err(Refusal::not_found().into());
        }
        // Of two who measure a child at once the later reads what the earlier wrote, and is refused instead of failing.
        standing::hold(tx, &persons).await?;
        let mut taken_days = held_days(tx, &persons).await?;
        let mut facts = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let child = children.get(&entry.child).ok_or_else(Refusal::not_found)?;
            check(child, entry.on, self.today, &entry.measures)?;
            if !taken_days.insert((entry.child, entry.on)) {
                return Err(Refusal::new(ALREADY).field("hari").into());
            }
            facts.push(Fact {
                posyandu: entry.posyandu.clone(),
                ..Fact::of(tx.new_id(), entry.child, entry.on, entry.measures.clone(), SOURCE)
            });
        }
        if let [only] = persons.as_slice() {
            tx.subject("person", *only);
        }
        let ids = facts.iter().map(|fact| fact.id).collect();
        record::insert(tx, facts).await?;
        Ok(ids)
    }
}

async fn children(tx: &Tx<'_>, reach: &Reach, persons: &[Id]) -> Result<HashMap<Id, Reached>, Fault> {
    let mut found = HashMap::new();
    for some in persons.chunks(AT_ONCE) {
        for child in query::reached(tx, tx.district(), &reach.scope(), some).await? {
            found.insert(child.person_id, child);
        }
    }
    Ok(found)
}

/// The days on which the form holds something of these children. Index: measurement_once.
async fn held_days(tx: &Tx<'_>, persons: &[Id]) -> Result<HashSet<(Id, Date)>, Fault> {
    asuh_store::row_struct! { struct Held { person_id: Id, measured_on: Date } }
    let mut found = HashSet::new();
    for some in persons.chunks(AT_ONCE) {
        let mut args = args![tx.district(), SOURCE];
        let list = args.push_list(some.iter().copied());
        let rows: Vec<Held> = tx
            .all(
                &format!(
                    "SELECT person_id, measured_on FROM measurement WHERE district_id = $1 AND source = $2 \
                     AND person_id IN ({list}) AND retracted_at IS NULL"
                ),
                args,
            )
            .await?;
        found.extend(rows.into_iter().map(|row| (row.person_id, row.measured_on)));
    }
    Ok(found)
}

fn check(child: &Reached, on: Date, today: Date, measures: &Measures) -> Result<(), Fault> {
    let birth =
        child.birth_date.ok_or_else(|| Refusal::new("growth.entry.error.no_birthday").field("hari"))?;
    rules::check_day(birth, on, today).map_err(|key| Refusal::new(key).field("hari"))?;
    if measures.is_nothing() {
        return Err(Refusal::new("growth.entry.error.nothing").field("berat").into());
    }
    Ok(())
}

/// Which entries somebody may change: his own, or all within his reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Those that he entered himself.
    Own,
    /// Those of everybody (nutrition officer, district admin).
    Everybodys,
}

/// Puts another measurement in the place of one that was entered wrongly; the wrong one stays beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CorrectMeasurement {
    /// The one that is wrong.
    pub id: Id,
    /// The territories of whoever corrects.
    pub reach: Reach,
    /// Whose entries he may correct.
    pub whose: Whose,
    /// The present day.
    pub today: Date,
    /// Why, at most 200 characters.
    pub reason: String,
    /// What was really measured. The child stays the same.
    pub entry: Entry,
}

impl Command for CorrectMeasurement {
    const KIND: &'static str = "growth.correct_measurement";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let wrong = changeable(tx, &self.reach, self.whose, self.id).await?;
        if wrong.retracted_at.is_some() {
            return Err(Refusal::new("growth.entry.error.no_longer").into());
        }
        let persons = [wrong.person_id];
        let children = children(tx, &self.reach, &persons).await?;
        let child = children.get(&wrong.person_id).ok_or_else(Refusal::not_found)?;
        check(child, self.entry.on, self.today, &self.entry.measures)?;
        let other_day = self.entry.on != wrong.measured_on;
        if other_day && held_days(tx, &persons).await?.contains(&(wrong.person_id, self.entry.on)) {
            return Err(Refusal::new(ALREADY).field("hari").into());
        }
        let entry = &self.entry;
        let fact = Fact {
            posyandu: entry.posyandu.clone(),
            replaces: Some(wrong.id),
            ..Fact::of(tx.new_id(), wrong.person_id, entry.on, entry.measures.clone(), SOURCE)
        };
        let id = fact.id;
        tx.subject("person", wrong.person_id);
        record::retract(tx, &[wrong.id], &reason(&self.reason)?).await?;
        record::insert(tx, vec![fact]).await?;
        Ok(id)
    }
}

/// Takes back a measurement that should never have been entered; it stays visible as taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeBackMeasurement {
    /// Which.
    pub id: Id,
    /// The territories of whoever takes it back.
    pub reach: Reach,
    /// Whose entries he may take back.
    pub whose: Whose,
    /// Why, at most 200 characters.
    pub reason: String,
}

impl Command for TakeBackMeasurement {
    const KIND: &'static str = "growth.take_back_measurement";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let wrong = changeable(tx, &self.reach, self.whose, self.id).await?;
        if wrong.retracted_at.is_some() {
            return Err(Refusal::new("growth.entry.error.no_longer").into());
        }
        tx.subject("person", wrong.person_id);
        record::retract(tx, &[wrong.id], &reason(&self.reason)?).await?;
        standing::refresh(tx, &[wrong.person_id]).await?;
        Ok(())
    }
}

/// Lets a measurement hold again that was taken back or corrected; what replaced it is taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestoreMeasurement {
    /// Which.
    pub id: Id,
    /// The territories of whoever restores it.
    pub reach: Reach,
    /// Whose entries he may change.
    pub whose: Whose,
}

impl Command for RestoreMeasurement {
    const KIND: &'static str = "growth.restore_measurement";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = changeable(tx, &self.reach, self.whose, self.id).await?;
        if held.retracted_at.is_none() {
            return Ok(());
        }
        tx.subject("person", held.person_id);
        if let Some(replacement) = query::replacement(tx, tx.district(), &held).await? {
            record::retract(tx, &[replacement], "").await?;
        }
        if held_days(tx, &[held.person_id]).await?.contains(&(held.person_id, held.measured_on)) {
            return Err(Refusal::new(ALREADY).into());
        }
        record::restore(tx, &[held.id]).await?;
        standing::refresh(tx, &[held.person_id]).await?;
        Ok(())
    }
}

/// A measurement of the form that the caller may change. Another's looks as if it were not there.
async fn changeable(tx: &Tx<'_>, reach: &Reach, whose: Whose, id: Id) -> Result<Entered, Fault> {
    let scope = reach.scope();
    let read = || query::entered(tx, tx.district(), &scope, id);
    let child = read().await?.ok_or_else(Refusal::not_found)?.person_id;
    // Read again behind the hold: of two who change it at once the later finds it changed.
    standing::hold(tx, &[child]).await?;
    let found = read().await?.filter(|one| one.source == SOURCE);
    let found = found.filter(|one| whose == Whose::Everybodys || one.recorded_by == tx.actor());
    Ok(found.ok_or_else(Refusal::not_found)?)
}

fn reason(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::new("web.error.required").field("alasan").into());
    }
    Ok(text.to_owned())
}
