//! `/pengukuran/anak/{id}/baru` and `/pengukuran/catatan/{id}/ubah`: the measurements of one child.

use askama::Template;
use asuh_store::Id;
use axum::extract::State;
use time::Date;

use super::command::{CorrectMeasurement, Entry, RecordMeasurements, Whose};
use super::forms::{self, Asks};
use super::query::{self, ChildLine, Entered};
use super::rules;
use super::shown;
use crate::RecordGrowth;
use crate::rules::Position;
use crate::words;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};
use asuh_step_registry::Reach;

#[derive(Template)]
#[template(path = "entry/one.html")]
struct OnePage {
    shell: Shell,
    child: ChildLine,
    age: String,
    sex: String,
    last: String,
    /// What this form corrects.
    corrects: Option<Id>,
    positions: Vec<(String, String)>,
    position_hint: String,
    letters: Vec<(String, String)>,
    grades: Vec<(String, String)>,
    form: FormView,
    /// What is unusual and to be measured again.
    asks: Vec<String>,
    /// What counts as confirmed when it is sent again.
    confirms: String,
}

/// The form for a child, filled in as far as it can be.
pub(super) async fn new(
    cap: Cap<RecordGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(person): Path<String>,
) -> Page {
    let child = child(&cap, &app, &person, shell.today).await?;
    let usual = child.birth_date.map_or("", |birth| rules::usual_position(birth, shell.today).code());
    let mut values = day_boxes(shell.today);
    values.extend([
        ("cara", usual.to_owned()),
        ("posyandu", child.posyandu.clone()),
        ("edema", "0".to_owned()),
    ]);
    let form = Form::with(&shell, values);
    show(shell, child, &form, None, Asks::default())
}

/// Records what was typed of a child.
pub(super) async fn record(
    cap: Cap<RecordGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(person): Path<String>,
    mut form: Form,
) -> Page {
    let child = child(&cap, &app, &person, shell.today).await?;
    let typed = typed(&app, &cap, &shell, &child, &mut form, None).await?;
    if let Typed::Good(entry) = typed {
        let command =
            RecordMeasurements { reach: Reach::of(cap.scope()), today: shell.today, entries: vec![*entry] };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => {
                let id = receipt.value.first().copied().ok_or(Error::NotFound)?;
                return redirect(&format!("/pengukuran/catatan/{id}?tersimpan=1"));
            }
            Err(rejection) => form.reject(rejection)?,
        }
        return show(shell, child, &form, None, Asks::default());
    }
    show(shell, child, &form, None, typed.asks())
}

/// The form with a measurement that is to be corrected.
pub(super) async fn edit(
    cap: Cap<RecordGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
) -> Page {
    let (wrong, child) = wrong(&cap, &app, &id).await?;
    let mut values = day_boxes(wrong.measured_on);
    values.extend(forms::filled(&shown::measures(&wrong)));
    values.push(("posyandu", wrong.posyandu.clone()));
    let form = Form::with(&shell, values);
    show(shell, child, &form, Some(wrong.id), Asks::default())
}

/// Puts what was typed in the place of a wrong measurement.
pub(super) async fn correct(
    cap: Cap<RecordGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    mut form: Form,
) -> Page {
    let (wrong, child) = wrong(&cap, &app, &id).await?;
    let reason = form.required("alasan", 200);
    let typed = typed(&app, &cap, &shell, &child, &mut form, Some(wrong.id)).await?;
    if let Typed::Good(entry) = typed {
        let command = CorrectMeasurement {
            id: wrong.id,
            reach: Reach::of(cap.scope()),
            whose: whose(&cap),
            today: shell.today,
            reason,
            entry: *entry,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => {
                return redirect(&format!("/pengukuran/catatan/{}?tersimpan=1", receipt.value));
            }
            Err(rejection) => form.reject(rejection)?,
        }
        return show(shell, child, &form, Some(wrong.id), Asks::default());
    }
    show(shell, child, &form, Some(wrong.id), typed.asks())
}

/// Whose entries the caller may change: a cadre her own, who oversees her all within reach.
pub(super) fn whose(cap: &RecordGrowth) -> Whose {
    if cap.actor().has_any(super::super::OVERSEEING) { Whose::Everybodys } else { Whose::Own }
}

async fn child(cap: &RecordGrowth, app: &App, person: &str, on: Date) -> Result<ChildLine, Error> {
    let person: Id = person.parse().map_err(|_| Error::NotFound)?;
    let found = query::child(app.store.reader(), cap.district(), cap.scope(), person, on).await?;
    found.ok_or(Error::NotFound)
}

/// A measurement that the caller may correct, with its child.
async fn wrong(cap: &RecordGrowth, app: &App, id: &str) -> Result<(Entered, ChildLine), Error> {
    let id: Id = id.parse().map_err(|_| Error::NotFound)?;
    let found = query::entered(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let found = found.filter(|one| shown::may_change(cap, one) && one.retracted_at.is_none());
    let found = found.ok_or(Error::NotFound)?;
    let child = child(cap, app, &found.person_id.to_string(), found.measured_on).await?;
    Ok((found, child))
}

/// What came of reading a form.
enum Typed {
    /// May be recorded.
    Good(Box<Entry>),
    /// Something is wrong; the form says what.
    Wrong,
    /// Something is unusual and was not confirmed.
    Unusual(Asks),
}

impl Typed {
    fn asks(self) -> Asks {
        match self {
            Typed::Unusual(asks) => asks,
            Typed::Good(_) | Typed::Wrong => Asks::default(),
        }
    }
}

async fn typed(
    app: &App,
    cap: &RecordGrowth,
    shell: &Shell,
    child: &ChildLine,
    form: &mut Form,
    replaced: Option<Id>,
) -> Result<Typed, Error> {
    let on = form.day("hari");
    let posyandu = form.optional("posyandu", 60);
    let measures = forms::measures(form, shell.text(), "", "");
    match (child.birth_date, on) {
        (None, _) => form.error("hari", "growth.entry.error.no_birthday"),
        (Some(birth), Some(on)) => {
            if let Err(key) = rules::check_day(birth, on, shell.today) {
                form.error("hari", key);
            }
        }
        (Some(_), None) => {}
    }
    if form.is_valid() && measures.is_nothing() {
        form.error("berat", "growth.entry.error.nothing");
    }
    let Some(on) = on.filter(|_| form.is_valid()) else { return Ok(Typed::Wrong) };
    let who = (child.person_id, child.birth_date);
    let asks = forms::asks(app, cap.district(), shell.text(), who, &measures, on, replaced).await?;
    if !asks.sentences.is_empty() && form.get("yakin") != asks.confirms {
        return Ok(Typed::Unusual(asks));
    }
    Ok(Typed::Good(Box::new(Entry { child: child.person_id, on, posyandu, measures })))
}

fn day_boxes(day: Date) -> Vec<(&'static str, String)> {
    vec![
        ("hari_tanggal", day.day().to_string()),
        ("hari_bulan", u8::from(day.month()).to_string()),
        ("hari_tahun", day.year().to_string()),
    ]
}

fn show(shell: Shell, child: ChildLine, form: &Form, corrects: Option<Id>, asks: Asks) -> Page {
    let text = shell.text();
    let option = |code: &str, key: &str| (code.to_owned(), text.t(key).into_owned());
    let positions = [Position::Lying, Position::Standing]
        .map(|position| option(position.code(), &format!("growth.entry.position.{}", position.code())));
    let letters = ["N", "T", "O", "B"].map(|letter| option(letter, &format!("growth.gain.{letter}")));
    let grades = ["0", "1", "2", "3"].map(|grade| option(grade, &format!("growth.entry.oedema.{grade}")));
    let position_hint = match child.birth_date {
        Some(birth) => {
            let usual = rules::usual_position(birth, shell.today).code();
            text.t(&format!("growth.entry.usual.{usual}")).into_owned()
        }
        None => String::new(),
    };
    let status =
        if asks.sentences.is_empty() { form.status() } else { axum::http::StatusCode::UNPROCESSABLE_ENTITY };
    let template = OnePage {
        age: child.birth_date.map(|birth| text.age(birth, shell.today)).unwrap_or_default(),
        sex: shown::sex(text, child.sex.as_deref()),
        last: last(text, &child),
        corrects,
        positions: positions.to_vec(),
        position_hint,
        letters: letters.to_vec(),
        grades: grades.to_vec(),
        form: form.view(),
        asks: asks.sentences,
        confirms: asks.confirms,
        child,
        shell,
    };
    page_with(status, &template)
}

/// "5 Okt 2026: 10,20 kg, 80,1 cm"; empty where nothing was measured yet.
pub(super) fn last(text: asuh_ground::web::Text, child: &ChildLine) -> String {
    let Some(on) = child.last_on else { return String::new() };
    let weight = child.last_weight.map(|grams| words::kilograms(text, grams));
    let height = child.last_height.map(|mm| words::centimetres(text, mm));
    let values: Vec<String> = weight.into_iter().chain(height).collect();
    format!("{}: {}", text.day(on), values.join(", "))
}
