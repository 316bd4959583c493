//! Children measured within a form of another step, a visit: fields, questions and rules are those of the child's own page.
//!
//! The other step shows [`Measuring::fields`], reads them with [`Measuring::read`], and its command applies the
//! [`RecordMeasurements`] that came of it in its own transaction. What was measured on a day it shows by [`of_day`];
//! correcting and taking back are this step's commands.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::{Error, Form, FormView, Text};
use asuh_step_registry::Reach;
use asuh_store::{DistrictId, Id, Rejection, StoreError};
use time::Date;

use super::command::{ALREADY, Entry, RecordMeasurements, TakeBackMeasurement};
use super::forms::{self, Asks};
use super::query::{self, ChildLine};
use super::rules::{self, Measures};
use super::{one, sheet, shown};
use crate::rules::{Position, born_after};
use crate::{ReadGrowth, RecordGrowth};

/// The children of a family whom somebody may measure.
pub struct Measuring {
    children: Vec<ChildLine>,
    cap: RecordGrowth,
    today: Date,
}

/// What came of reading the fields.
pub enum Read {
    /// Nothing was filled in.
    Nothing,
    /// Something is wrong; the form says what.
    Wrong,
    /// May be recorded.
    Good(RecordMeasurements),
    /// Something is unusual and was not confirmed.
    Unusual(Questions),
}

/// What is to be measured again or confirmed, by child.
#[derive(Default)]
pub struct Questions(HashMap<Id, Asks>);

impl Questions {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Names whose fields end in a child's id.
const FIELDS: [&str; 5] = ["berat.", "tinggi.", "lila.", "kepala.", "edema."];

impl Measuring {
    /// The children of a family; `None` when the caller measures nobody. `on` is the day of measuring, as far as it is
    /// known.
    ///
    /// # Errors
    /// The store fails.
    pub async fn of_family(
        app: &App,
        actor: &Arc<Actor>,
        family: Id,
        on: Date,
    ) -> Result<Option<Measuring>, StoreError> {
        let Some(cap) = RecordGrowth::of(actor) else { return Ok(None) };
        let (db, today) = (app.store.reader(), app.today(actor));
        let on = on.min(today);
        let children = query::of_family(db, actor.district, cap.scope(), family, on, born_after(on)).await?;
        Ok(Some(Measuring { children, cap, today }))
    }

    /// The children, the youngest first.
    pub fn children(&self) -> impl Iterator<Item = Id> {
        self.children.iter().map(|child| child.person_id)
    }

    /// What an empty form is filled in with: how a child of its age is measured.
    pub fn usual(&self) -> Vec<(String, String)> {
        let of = |child: &ChildLine| {
            let usual = child.birth_date.map(|birth| rules::usual_position(birth, self.today).code());
            [("cara", usual.unwrap_or_default()), ("edema", "0")]
                .map(|(name, value)| (format!("{name}.{}", child.person_id), value.to_owned()))
        };
        self.children.iter().flat_map(of).collect()
    }

    /// Reads what was measured on a day. A field of a child who is none of the family any more is told: nothing is lost in
    /// silence.
    ///
    /// # Errors
    /// The store fails.
    pub async fn read(
        &self,
        app: &App,
        text: Text,
        form: &mut Form,
        on: Option<Date>,
    ) -> Result<Read, Error> {
        let known: Vec<String> = self.children().map(|child| child.to_string()).collect();
        let strange = |prefix: &&str| {
            form.starting_with(prefix)
                .any(|(child, value)| !matches!(value, "" | "0") && !known.iter().any(|one| one == child))
        };
        if FIELDS.iter().any(strange) {
            form.error("", "growth.entry.error.gone");
        }
        let filled = forms::rows(form, text, &self.children, on, self.today);
        let Some(on) = on.filter(|_| form.is_valid()) else { return Ok(Read::Wrong) };
        if filled.is_empty() {
            return Ok(Read::Nothing);
        }
        let asks = forms::unconfirmed(app, self.cap.district(), text, form, &filled, on).await?;
        if !asks.is_empty() {
            return Ok(Read::Unusual(Questions(asks)));
        }
        let entries = filled.into_iter().map(|(child, measures)| Entry {
            child: child.person_id,
            on,
            posyandu: child.posyandu.clone(),
            measures,
        });
        let reach = Reach::of(self.cap.scope());
        Ok(Read::Good(RecordMeasurements { reach, today: self.today, entries: entries.collect() }))
    }

    /// Says beside the children that they were measured on that day already, where this is why the door refused.
    pub fn refused(&self, form: &mut Form, text: Text, rejection: &Rejection) -> bool {
        let already = matches!(rejection, Rejection::Refused(refusal) if refusal.code == ALREADY);
        let measured = self.children.iter().filter(|child| already && child.today_id.is_some());
        let mut said = false;
        for child in measured {
            if forms::touched(&form.view(), &format!(".{}", child.person_id)) {
                forms::wrong(form, text, &format!("berat.{}", child.person_id), ALREADY, &child.name);
                said = true;
            }
        }
        said
    }

    /// The fields of a child, as HTML.
    ///
    /// # Errors
    /// The template fails.
    pub fn fields(
        &self,
        text: Text,
        form: &FormView,
        child: Id,
        asked: &Questions,
    ) -> Result<String, StoreError> {
        let Some(child) = self.children.iter().find(|one| one.person_id == child) else {
            return Ok(String::new());
        };
        let suffix = format!(".{}", child.person_id);
        let typed = forms::touched(form, &suffix);
        let usual = child.birth_date.map(|birth| rules::usual_position(birth, self.today).code());
        let option = |code: &str, key: String| (code.to_owned(), text.t(&key).into_owned());
        let template = Fields {
            done: child.today_id.filter(|_| !typed),
            already: sheet::already(text, child),
            last: one::last(text, child),
            position_hint: usual
                .map(|usual| text.t(&format!("growth.entry.usual.{usual}")).into_owned())
                .unwrap_or_default(),
            positions: [Position::Lying, Position::Standing]
                .map(|one| option(one.code(), format!("growth.entry.position.{}", one.code())))
                .to_vec(),
            grades: ["0", "1", "2", "3"]
                .map(|grade| option(grade, format!("growth.entry.oedema.{grade}")))
                .to_vec(),
            names: ["berat", "tinggi", "cara", "lila", "edema", "yakin"]
                .map(|name| format!("{name}{suffix}")),
            confirms: match asked.0.get(&child.person_id) {
                Some(asks) => asks.confirms.clone(),
                None => form.value(&format!("yakin{suffix}")).to_owned(),
            },
            asks: asked.0.get(&child.person_id).map(|asks| asks.sentences.clone()).unwrap_or_default(),
            typed,
            child,
            form,
            text,
        };
        template.render().map_err(|error| StoreError::Shape(error.to_string()))
    }

    /// The questions for the top of the page, as HTML; empty when nothing is asked.
    ///
    /// # Errors
    /// The template fails.
    pub fn questions(&self, text: Text, asked: &Questions) -> Result<String, StoreError> {
        if asked.is_empty() {
            return Ok(String::new());
        }
        let of = |child: &ChildLine| {
            let asks = asked.0.get(&child.person_id)?;
            Some((child.person_id, child.name.clone(), asks.sentences.join(" ")))
        };
        let template = Again { lines: self.children.iter().filter_map(of).collect(), text };
        template.render().map_err(|error| StoreError::Shape(error.to_string()))
    }
}

#[derive(Template)]
#[template(path = "entry/beside.html")]
struct Fields<'a> {
    text: Text,
    child: &'a ChildLine,
    /// The fields: weight, height, how it was taken, arm, oedema, what was confirmed.
    names: [String; 6],
    /// The measurement of the day that stands instead of fields.
    done: Option<Id>,
    already: String,
    last: String,
    positions: Vec<(String, String)>,
    position_hint: String,
    grades: Vec<(String, String)>,
    asks: Vec<String>,
    confirms: String,
    typed: bool,
    form: &'a FormView,
}

#[derive(Template)]
#[template(path = "entry/again.html")]
struct Again {
    text: Text,
    lines: Vec<(Id, String, String)>,
}

/// What is unusual of one child's measures and was not confirmed in `yakin`, for a form of another step that has its own
/// fields: the question for the top of its page, and what its hidden field `yakin` then holds.
///
/// # Errors
/// The store or the template fails.
pub async fn unconfirmed(
    app: &App,
    (district, text): (DistrictId, Text),
    (child, birth): (Id, Option<Date>),
    (measures, on): (&Measures, Date),
    form: &Form,
) -> Result<Option<(String, String)>, StoreError> {
    let asks = forms::asks(app, district, text, (child, birth), measures, on, None).await?;
    if asks.sentences.is_empty() || form.get("yakin") == asks.confirms {
        return Ok(None);
    }
    let template = AgainAlone { text, sentences: asks.sentences };
    let question = template.render().map_err(|error| StoreError::Shape(error.to_string()))?;
    Ok(Some((question, asks.confirms)))
}

/// Refuses what somebody measured who may not record it (any more): nothing is lost in silence.
pub fn refuse(form: &mut Form) {
    let typed = |prefix: &&str| form.starting_with(prefix).any(|(_, value)| !matches!(value, "" | "0"));
    if FIELDS.iter().any(typed) {
        form.error("", "growth.entry.error.no_right");
    }
}

#[derive(Template)]
#[template(path = "entry/again_alone.html")]
struct AgainAlone {
    text: Text,
    sentences: Vec<String>,
}

/// What was measured of a child on a day, in words.
pub struct OfDay {
    /// The child.
    pub child: Id,
    /// The measurement; its page is `/pengukuran/catatan/{id}`.
    pub measurement: Id,
    /// "Berat 9,80 kg, Panjang/tinggi 78,0 cm (berdiri)"
    pub figures: String,
    /// "TB/U -2,95 Pendek" and the like, by our own reading.
    pub says: Vec<String>,
    /// Whether it is doubtful, and judges nobody.
    pub doubtful: bool,
    /// How the caller takes it back; `None` when he may not. The reason is still to be filled in.
    pub take_back: Option<TakeBackMeasurement>,
}

fn words(told: &[shown::Told]) -> Vec<String> {
    told.iter().map(|told| format!("{} {}", told.title, told.value)).collect()
}

/// What was measured of children on a day and holds; nothing for who may not read measurements.
///
/// # Errors
/// The store fails.
pub async fn of_day(
    app: &App,
    actor: &Arc<Actor>,
    children: &[Id],
    on: Date,
) -> Result<Vec<OfDay>, StoreError> {
    let Some(reads) = ReadGrowth::of(actor).filter(|_| !children.is_empty()) else { return Ok(Vec::new()) };
    let text = Text::new(actor.language, actor.zone);
    let records = RecordGrowth::of(actor);
    let found = query::of_day(app.store.reader(), actor.district, reads.scope(), children, on).await?;
    let told = found.into_iter().map(|one| OfDay {
        child: one.person_id,
        measurement: one.id,
        figures: words(&shown::figures(text, &one)).join(", "),
        says: words(&shown::scores(text, &one)),
        doubtful: !one.implausible.is_empty(),
        take_back: records.as_ref().filter(|cap| shown::may_change(cap, &one)).map(|cap| {
            TakeBackMeasurement {
                id: one.id,
                reach: Reach::of(cap.scope()),
                whose: one::whose(cap),
                reason: String::new(),
            }
        }),
    });
    Ok(told.collect())
}
