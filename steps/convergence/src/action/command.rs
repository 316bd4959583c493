//! What changes in the actions of a year.

use asuh_ground::settings;
use asuh_step_registry::{Reach, territories};
use asuh_store::{Args, Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::{self, Action};
use super::rules::{self, CLASSES, LAST_MONTH, Scheme, State};
use crate::paper;

/// Opens a year: copies the rows of a scheme from the settings for the district and, where they say so, for every kecamatan
/// of today. The number of rows.
///
/// Refused for a year out of reason, one that is open by this scheme, and a scheme without rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenYear {
    /// The district's own code.
    pub territory: i64,
    /// From 2018 to 2100.
    pub year: i64,
    /// Which scheme.
    pub scheme: Scheme,
}

impl Command for OpenYear {
    const KIND: &'static str = "action.open_year";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        if !(2018..=2100).contains(&self.year) {
            let refusal = Refusal::new("web.error.out_of_range").field("tahun");
            return Err(refusal.arg("from", 2018).arg("to", 2100).into());
        }
        let written = tx
            .execute(
                "INSERT INTO action_year (district_id, year, scheme, class, class_basis, opened_by, opened_at) \
                 VALUES ($1, $2, $3, '', '', $4, $5) ON CONFLICT DO NOTHING",
                args![tx.district(), self.year, self.scheme.code(), tx.actor(), tx.now()],
            )
            .await?;
        if written == 0 {
            return Err(Refusal::new("aksi.refused.open").field("tahun").into());
        }
        let templates = settings::list(tx, tx.district(), "convergence.actions").await?;
        let subdistricts = territories::subdistricts(tx, tx.district()).await?;
        let mut rows: Vec<Args> = Vec::new();
        let of_scheme =
            templates.iter().filter(|row| row.get("scheme").map(String::as_str) == Some(self.scheme.code()));
        for (row, nth) in of_scheme.zip(1_i64..) {
            let text = |name: &str| row.get(name).cloned().unwrap_or_default();
            let month =
                |name: &str| text(name).parse::<i64>().ok().filter(|month| (1..=LAST_MONTH).contains(month));
            let (from, to) = (month("from").unwrap_or(1), month("to").unwrap_or(12));
            let (from, to) = (from.min(to), from.max(to));
            let due = rules::last_day(self.year, to).ok_or_else(|| Refusal::new("aksi.refused.months"))?;
            let level = text("level");
            let mut places = Vec::new();
            if level != "subdistrict" {
                places.push(self.territory);
            }
            if level != "district" {
                places.extend(subdistricts.iter().filter(|one| one.valid_to.is_none()).map(|one| one.code));
            }
            for place in places {
                rows.push(args![
                    tx.district(),
                    tx.new_id(),
                    self.year,
                    self.scheme.code(),
                    place,
                    text("code"),
                    nth,
                    text("name"),
                    text("lead"),
                    text("inputs"),
                    text("outputs"),
                    from,
                    to,
                    due,
                    State::Open.code(),
                    tx.actor(),
                    tx.now(),
                ]);
            }
        }
        let count = rows.len() as i64;
        if count == 0 {
            return Err(Refusal::new("aksi.refused.empty").field("skema").into());
        }
        tx.insert_many(
            "INSERT INTO action (district_id, id, year, scheme, territory_code, code, nth, name, lead, inputs, outputs, \
             from_month, to_month, due_on, state, changed_by, changed_at) VALUES",
            "",
            rows,
        )
        .await?;
        Ok(count)
    }
}

/// An action within reach, held until the command ends.
async fn reached(tx: &Tx<'_>, reach: &Reach, action: Id) -> Result<Action, Fault> {
    let found = query::one(tx, tx.district(), &reach.scope(), action).await?;
    let found = found.ok_or_else(Refusal::not_found)?;
    tx.execute(
        "UPDATE action SET changed_at = changed_at WHERE district_id = $1 AND id = $2",
        args![tx.district(), action],
    )
    .await?;
    tx.subject("action", action);
    Ok(found)
}

async fn note(
    tx: &Tx<'_>,
    action: Id,
    what: &str,
    on: Date,
    words: &str,
    document: Option<Id>,
) -> Result<(), Fault> {
    let sql = "SELECT COALESCE(MAX(nth), 0) AS n FROM action_event WHERE district_id = $1 AND action_id = $2";
    let nth = tx.number(sql, args![tx.district(), action]).await? + 1;
    tx.execute(
        "INSERT INTO action_event (district_id, action_id, nth, what, on_day, words, document_id, recorded_by, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![tx.district(), action, nth, what, on, words.trim(), document, tx.actor(), tx.now()],
    )
    .await?;
    Ok(())
}

/// Records how an action stands, with a paper if there is one.
///
/// Refused of a day to come, when nothing would be said (the same state, no words, no paper), where something is done
/// without words and paper, and where it is dropped without a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordAction {
    /// Which.
    pub action: Id,
    /// The territories of whoever records.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// How it stands from now on.
    pub state: State,
    /// The day of it.
    pub on: Date,
    /// In words, at most 1,000 characters.
    pub words: String,
    /// The attachment.
    pub document: Option<Id>,
}

impl Command for RecordAction {
    const KIND: &'static str = "action.record";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = reached(tx, &self.reach, self.action).await?;
        if self.on > self.today {
            return Err(Refusal::new("aksi.refused.future").field("hari").into());
        }
        let silent = self.words.trim().is_empty() && self.document.is_none();
        if silent && (self.state == found.state() || self.state == State::Done) {
            return Err(Refusal::new("aksi.refused.evidence").field("kata").into());
        }
        if self.state == State::Dropped && self.words.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("kata").into());
        }
        paper::own(tx, self.document, "berkas").await?;
        let what = if self.state == found.state() { "document" } else { self.state.code() };
        note(tx, self.action, what, self.on, &self.words, self.document).await?;
        // What is done stays done on its first day when a paper is added to it.
        let done = match self.state {
            State::Done if found.state() == State::Done => found.done_on,
            State::Done => Some(self.on),
            _ => None,
        };
        tx.execute(
            "UPDATE action SET state = $3, done_on = $4, changed_by = $5, changed_at = $6 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.action, self.state.code(), done, tx.actor(), tx.now()],
        )
        .await?;
        Ok(())
    }
}

/// Gives an action other months.
///
/// Refused without a reason and for months that are none, or end before they begin.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoveAction {
    /// Which.
    pub action: Id,
    /// The territories of whoever moves it.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// The first month, 1 is January of its year.
    pub from: i64,
    /// The last month, up to 18 (June of the next year).
    pub to: i64,
    /// Why, at most 200 characters.
    pub reason: String,
}

impl Command for MoveAction {
    const KIND: &'static str = "action.move";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = reached(tx, &self.reach, self.action).await?;
        if !(1..=LAST_MONTH).contains(&self.from) || !(self.from..=LAST_MONTH).contains(&self.to) {
            return Err(Refusal::new("aksi.refused.months").field("ke").into());
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let due = rules::last_day(found.year, self.to).ok_or_else(|| Refusal::new("aksi.refused.months"))?;
        note(tx, self.action, "moved", self.today, &self.reason, None).await?;
        tx.execute(
            "UPDATE action SET from_month = $3, to_month = $4, due_on = $5, changed_by = $6, changed_at = $7 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.action, self.from, self.to, due, tx.actor(), tx.now()],
        )
        .await?;
        Ok(())
    }
}

/// Records the class that the province gave the district for a year; an empty one takes it away.
///
/// Refused for a year that is not open, a class that there is none of, and a class without the paper that says so.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClassYear {
    /// The year.
    pub year: i64,
    /// Its scheme.
    pub scheme: Scheme,
    /// Code of [`CLASSES`], or empty.
    pub class: String,
    /// Which paper says so, at most 200 characters.
    pub basis: String,
    /// The present day.
    pub today: Date,
}

impl Command for ClassYear {
    const KIND: &'static str = "action.class";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if !self.class.is_empty() && !CLASSES.contains(&self.class.as_str()) {
            return Err(Refusal::new("web.error.choose").field("kelas").into());
        }
        if !self.class.is_empty() && self.basis.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("dasar").into());
        }
        let on = (!self.class.is_empty()).then_some(self.today);
        let changed = tx
            .execute(
                "UPDATE action_year SET class = $4, class_basis = $5, class_on = $6 \
                 WHERE district_id = $1 AND year = $2 AND scheme = $3",
                args![tx.district(), self.year, self.scheme.code(), &self.class, self.basis.trim(), on],
            )
            .await?;
        if changed == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}
