//! `/pengukuran/catatan/{id}`: one measurement, what it says, and taking it back or letting it hold again.

use askama::Template;
use asuh_store::{Id, Instant};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{RestoreMeasurement, SOURCE, TakeBackMeasurement, Whose};
use super::one;
use super::query::{self, Entered};
use super::rules::Measures;
use crate::reading::{Doubt, Facts, Scores};
use crate::rules::Position;
use crate::words;
use crate::{ReadGrowth, RecordGrowth};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, page_with, redirect};
use asuh_step_registry::Reach;

/// A title with its value, and a word of doubt.
pub(super) struct Told {
    pub(super) title: String,
    pub(super) value: String,
    doubt: bool,
}

#[derive(Template)]
#[template(path = "entry/shown.html")]
struct ShownPage {
    shell: Shell,
    one: Entered,
    sex: String,
    age: String,
    measured: Vec<Told>,
    scores: Vec<Told>,
    doubts: Vec<String>,
    /// What replaced it, where it no longer holds.
    replacement: Option<Id>,
    changes: bool,
    records: bool,
    stored: bool,
    form: FormView,
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    tersimpan: String,
}

/// One measurement.
pub(super) async fn show(
    cap: Cap<ReadGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    Params(done): Params<Done>,
) -> Page {
    let form = Form::empty(&shell);
    shown_page(&cap, &app, shell, &id, !done.tersimpan.is_empty(), &form).await
}

async fn shown_page(cap: &ReadGrowth, app: &App, shell: Shell, id: &str, stored: bool, form: &Form) -> Page {
    let id: Id = id.parse().map_err(|_| Error::NotFound)?;
    let db = app.store.reader();
    let one = query::entered(db, cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let replacement = match one.retracted_at {
        Some(_) => query::replacement(db, cap.district(), &one).await?,
        None => None,
    };
    let text = shell.text();
    let records = RecordGrowth::of(cap.actor()).filter(|records| {
        asuh_nusantara::TerritoryCode::from_i64(one.village_code)
            .is_ok_and(|code| records.scope().reaches(code, &one.rw))
    });
    let template = ShownPage {
        sex: sex(text, one.sex.as_deref()),
        age: one.birth_date.map(|birth| text.age(birth, one.measured_on)).unwrap_or_default(),
        measured: measured(text, &one),
        scores: scores(text, &one),
        doubts: Doubt::parse(&one.implausible)
            .iter()
            .map(|doubt| text.t(&format!("growth.doubt.{}", doubt.code())).into_owned())
            .collect(),
        replacement,
        changes: records.as_ref().is_some_and(|records| may_change(records, &one)),
        records: records.is_some(),
        stored,
        form: form.view(),
        one,
        shell,
    };
    page_with(form.status(), &template)
}

/// Whether the caller may correct a measurement or take it back: one that was entered here, by himself or within
/// what he oversees.
pub(super) fn may_change(cap: &RecordGrowth, one: &Entered) -> bool {
    one.source == SOURCE && (one::whose(cap) == Whose::Everybodys || one.recorded_by == cap.actor().user)
}

/// Takes a measurement back.
pub(super) async fn take_back(
    cap: Cap<RecordGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    mut form: Form,
) -> Page {
    let measurement: Id = id.parse().map_err(|_| Error::NotFound)?;
    let reason = form.required("alasan", 200);
    if form.is_valid() {
        let command = TakeBackMeasurement {
            id: measurement,
            reach: Reach::of(cap.scope()),
            whose: one::whose(&cap),
            reason,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pengukuran/catatan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reads = ReadGrowth::hold(cap.actor().clone(), cap.scope().clone());
    shown_page(&reads, &app, shell, &id, false, &form).await
}

/// Lets a measurement hold again.
pub(super) async fn restore(
    cap: Cap<RecordGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    mut form: Form,
) -> Page {
    let measurement: Id = id.parse().map_err(|_| Error::NotFound)?;
    let command =
        RestoreMeasurement { id: measurement, reach: Reach::of(cap.scope()), whose: one::whose(&cap) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => return redirect(&format!("/pengukuran/catatan/{id}")),
        Err(rejection) => form.reject(rejection)?,
    }
    let reads = ReadGrowth::hold(cap.actor().clone(), cap.scope().clone());
    shown_page(&reads, &app, shell, &id, false, &form).await
}

/// "Laki-laki" or "Perempuan".
pub(super) fn sex(text: Text, code: Option<&str>) -> String {
    match code {
        Some("L") => text.t("growth.entry.boy").into_owned(),
        Some("P") => text.t("growth.entry.girl").into_owned(),
        _ => String::new(),
    }
}

/// What was measured, as the form takes it.
pub(super) fn measures(one: &Entered) -> Measures {
    Measures {
        weight_g: one.weight_g,
        height_mm: one.height_mm,
        position: one.position.as_deref().and_then(Position::of_code),
        arm_mm: one.arm_mm,
        head_mm: one.head_mm,
        oedema: one.oedema,
        gain: one.gain.clone(),
    }
}

fn told(text: Text, key: &str, value: Option<String>) -> Option<Told> {
    value.map(|value| Told { title: text.t(key).into_owned(), value, doubt: false })
}

/// What was read off scales, board and tape, and seen.
pub(super) fn figures(text: Text, one: &Entered) -> Vec<Told> {
    let tell = |key: &str, value: Option<String>| told(text, key, value);
    let position = match one.position.as_deref() {
        Some("lying") => format!(" ({})", text.t("growth.lying")),
        Some("standing") => format!(" ({})", text.t("growth.standing")),
        _ => String::new(),
    };
    let cm = |mm: Option<i64>| mm.map(|mm| words::centimetres(text, mm));
    let oedema =
        (one.oedema > 0).then(|| text.t(&format!("growth.entry.oedema.{}", one.oedema)).into_owned());
    [
        tell("growth.weight", one.weight_g.map(|grams| words::kilograms(text, grams))),
        tell("growth.height", cm(one.height_mm).map(|height| format!("{height}{position}"))),
        tell("growth.arm", cm(one.arm_mm)),
        tell("growth.entry.head", cm(one.head_mm)),
        tell("growth.entry.oedema", oedema),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn measured(text: Text, one: &Entered) -> Vec<Told> {
    let letter = one.gain.as_ref().map(|letter| text.t(&format!("growth.gain.{letter}")).into_owned());
    let posyandu = Some(one.posyandu.clone()).filter(|name| !name.is_empty());
    let beside = [told(text, "growth.entry.letter", letter), told(text, "growth.copy.posyandu", posyandu)];
    figures(text, one).into_iter().chain(beside.into_iter().flatten()).collect()
}

/// Our own z-scores with the words of Permenkes 2/2020.
pub(super) fn scores(text: Text, one: &Entered) -> Vec<Told> {
    use asuh_growth::indonesia::Reading;
    let sex = one.sex.as_deref().and_then(|sex| asuh_nusantara::Sex::parse(sex).ok());
    let facts = Facts { sex, birth_date: one.birth_date };
    let taken = measures(one).taken(one.id, one.measured_on, Instant(0), &one.source);
    let child = taken.child(&facts);
    let (found, said) = (Scores::of(&child), Reading::of(&child));
    let tell = |title: &str, z: Option<i64>, word: Option<&str>, doubt: Doubt| {
        let z = z?;
        let word = word.map(|word| format!(" {word}")).unwrap_or_default();
        let doubt = found.doubts.contains(&doubt);
        Some(Told { title: title.to_owned(), value: format!("{}{word}", text.fixed(z, 2)), doubt })
    };
    let mut told: Vec<Told> = [
        tell("BB/U", found.waz, said.weight_for_age.ok().map(|status| status.name()), Doubt::Waz),
        tell("TB/U", found.haz, said.length_for_age.ok().map(|status| status.name()), Doubt::Haz),
        tell("BB/TB", found.whz, said.weight_for_length.ok().map(|status| status.name()), Doubt::Whz),
        tell("IMT/U", found.baz, said.bmi_for_age.ok().map(|status| status.name()), Doubt::Baz),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(letter) = &one.own_gain {
        told.push(Told {
            title: text.t("growth.entry.own_letter").into_owned(),
            value: text.t(&format!("growth.gain.{letter}")).into_owned(),
            doubt: false,
        });
    }
    told
}
