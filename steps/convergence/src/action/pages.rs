//! `/aksi`: the board of a year, and the page of an action.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, page_with, redirect};
use asuh_nusantara::{TerritoryCode, date};
use asuh_step_registry::Reach;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{ClassYear, MoveAction, OpenYear, RecordAction};
use super::query::{self, Action, Event, Year};
use super::rules::{self, CLASSES, LAST_MONTH, Lateness, Scheme, State as At};
use super::{KeepActions, OpenActions, SeeActions};
use crate::{boxes, paper};

/// Which year, by which scheme, of which place.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    tahun: String,
    #[serde(default)]
    skema: String,
    #[serde(default)]
    wilayah: String,
}

/// An action in words.
pub(super) struct Line {
    action: Action,
    months: String,
    late: String,
    is_late: bool,
    tone: &'static str,
    /// For each month of the calendar whether it is one of the action's.
    marks: Vec<bool>,
}

/// A kecamatan with its actions counted.
pub(super) struct PlaceLine {
    code: i64,
    name: String,
    done: i64,
    all: i64,
    late: i64,
}

#[derive(Template)]
#[template(path = "action/board.html")]
struct Board {
    shell: Shell,
    letterhead: Letterhead,
    years: Vec<Year>,
    chosen: Option<Year>,
    place: i64,
    place_name: String,
    /// Short names of the months of the calendar.
    months: Vec<String>,
    lines: Vec<Line>,
    places: Vec<PlaceLine>,
    done: i64,
    late: i64,
    opens: bool,
    schemes: Vec<(String, String)>,
    classes: Vec<(String, String)>,
    form: FormView,
}

/// "Januari 2026 sampai Februari 2026"
fn months(text: &Text, year: i64, from: i64, to: i64) -> String {
    let name = |month| {
        rules::first_day(year, month).map(|day| date::month_year(text.language, day)).unwrap_or_default()
    };
    match from == to {
        true => name(from),
        false => text.t2("aksi.months", "from", name(from), "to", name(to)),
    }
}

fn late_words(text: &Text, lateness: Lateness) -> String {
    match lateness {
        Lateness::None => String::new(),
        Lateness::Late(days) => text.t1("aksi.late_days", "n", text.number(days)),
        Lateness::DoneLate(days) => text.t1("aksi.done_late", "n", text.number(days)),
    }
}

fn line_of(text: &Text, action: Action, today: time::Date, calendar: i64) -> Line {
    let lateness = action.lateness(today);
    Line {
        months: months(text, action.year, action.from_month, action.to_month),
        late: late_words(text, lateness),
        is_late: matches!(lateness, Lateness::Late(_)),
        tone: action.state().tone(),
        marks: (1..=calendar).map(|month| (action.from_month..=action.to_month).contains(&month)).collect(),
        action,
    }
}

/// The board of a year.
pub(super) async fn board(
    cap: Cap<SeeActions>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, [("tahun", shell.today.year().to_string()), ("skema", "six".to_owned())]);
    shown(&app, &cap, shell, choice, &form).await
}

async fn shown(app: &App, cap: &SeeActions, shell: Shell, choice: Choice, form: &Form) -> Page {
    let (db, district, today, text) = (app.store.reader(), cap.district(), shell.today, shell.text());
    let years = query::years(db, district).await?;
    let wanted = |one: &&Year| {
        (choice.tahun.is_empty() || one.year.to_string() == choice.tahun)
            && (choice.skema.is_empty() || one.scheme == choice.skema)
    };
    let present = years.iter().find(|one| choice.tahun.is_empty() && one.year == i64::from(today.year()));
    let chosen = present.or_else(|| years.iter().find(wanted)).cloned();
    let all = match &chosen {
        Some(one) => query::of_year(db, district, cap.scope(), one.year, &one.scheme).await?,
        None => Vec::new(),
    };
    let whole = cap.actor().district_code.as_i64();
    let first = all.first().map_or(whole, |one| one.territory_code);
    let place = choice.wilayah.parse::<i64>().unwrap_or(first);
    let mut places: Vec<PlaceLine> = Vec::new();
    for one in &all {
        if places.last().is_none_or(|last| last.code != one.territory_code) {
            places.push(PlaceLine {
                code: one.territory_code,
                name: one.place.clone(),
                done: 0,
                all: 0,
                late: 0,
            });
        }
        if let Some(last) = places.last_mut() {
            last.all += 1;
            last.done += i64::from(one.state() == At::Done);
            last.late += i64::from(matches!(one.lateness(today), Lateness::Late(_)));
        }
    }
    let calendar = all.iter().map(|one| one.to_month).max().unwrap_or(12).max(12);
    let year = chosen.as_ref().map_or(i64::from(today.year()), |one| one.year);
    let month = |month| {
        let first = rules::first_day(year, month)?;
        Some(date::month_name(text.language, first.month()).chars().take(3).collect::<String>())
    };
    let lines = all.into_iter().filter(|one| one.territory_code == place);
    let lines: Vec<Line> = lines.map(|one| line_of(&text, one, today, calendar)).collect();
    let word = |code: &str, key: String| (code.to_owned(), text.t(&key).into_owned());
    let template = Board {
        letterhead: Letterhead::load(&app.store, district).await?,
        place_name: lines.first().map(|line| line.action.place.clone()).unwrap_or_default(),
        done: lines.iter().filter(|line| line.action.state() == At::Done).count() as i64,
        late: lines.iter().filter(|line| line.is_late).count() as i64,
        months: (1..=calendar).filter_map(month).collect(),
        opens: OpenActions::of(cap.actor()).is_some(),
        schemes: Scheme::ALL
            .iter()
            .map(|one| word(one.code(), format!("aksi.scheme.{}", one.code())))
            .collect(),
        classes: CLASSES.iter().map(|code| word(code, format!("aksi.class.{code}"))).collect(),
        places: if places.len() > 1 { places } else { Vec::new() },
        years,
        chosen,
        place,
        lines,
        form: form.view(),
        shell,
    };
    page_with(form.status(), &template)
}

async fn board_again(app: &App, cap: &OpenActions, shell: Shell, form: &Form) -> Page {
    let see = SeeActions::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(app, &see, shell, Choice::default(), form).await
}

/// Opens a year.
pub(super) async fn open(
    cap: Cap<OpenActions>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let year = form.read("tahun", |text| text.parse::<i64>().map_err(|_| "web.error.not_a_number"));
    let scheme = form.read("skema", |code| Scheme::parse(code).ok_or("web.error.choose"));
    if let (Some(year), Some(scheme)) = (year, scheme) {
        let territory = cap.actor().district_code.as_i64();
        // The rows are the whole district's: who plans for a part of it opens nothing.
        if !cap.scope().reaches(cap.actor().district_code, "") {
            return Err(Error::NotFound);
        }
        match app.submit(cap.actor(), command_id, OpenYear { territory, year, scheme }).await {
            Ok(_) => return redirect(&format!("/aksi?tahun={year}&skema={}", scheme.code())),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    board_again(&app, &cap, shell, &form).await
}

/// Records the class of a year.
pub(super) async fn class(
    cap: Cap<OpenActions>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let year = form.get("tahun").parse::<i64>().map_err(|_| Error::NotFound)?;
    let scheme = Scheme::parse(form.get("skema")).ok_or(Error::NotFound)?;
    let class = form.optional("kelas", 20);
    let basis = form.optional("dasar", 200);
    if form.is_valid() {
        let command = ClassYear { year, scheme, class, basis, today: shell.today };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/aksi?tahun={year}&skema={}", scheme.code())),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    board_again(&app, &cap, shell, &form).await
}

#[derive(Template)]
#[template(path = "action/action.html")]
struct ActionPage {
    shell: Shell,
    line: Line,
    events: Vec<Event>,
    keeps: bool,
    opens: bool,
    states: Vec<(String, String)>,
    month_names: Vec<(String, String)>,
    form: FormView,
}

/// The page of an action.
pub(super) async fn show(
    cap: Cap<SeeActions>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let found =
        query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let mut values = boxes("hari", Some(shell.today));
    values.extend([
        ("keadaan".to_owned(), found.state.clone()),
        ("dari".to_owned(), found.from_month.to_string()),
        ("ke".to_owned(), found.to_month.to_string()),
    ]);
    let form = Form::with(&shell, values);
    action_shown(&app, &cap, shell, found, &form).await
}

async fn action_shown(app: &App, cap: &SeeActions, shell: Shell, action: Action, form: &Form) -> Page {
    let text = shell.text();
    let place = TerritoryCode::from_i64(action.territory_code).map_err(|_| Error::NotFound)?;
    let events = query::events(app.store.reader(), cap.district(), action.id).await?;
    let state =
        |one: &At| (one.code().to_owned(), text.t(&format!("aksi.state.{}", one.code())).into_owned());
    let month = |month: i64| {
        let day = rules::first_day(action.year, month)?;
        Some((month.to_string(), date::month_year(text.language, day)))
    };
    let template = ActionPage {
        keeps: KeepActions::of(cap.actor()).is_some_and(|keep| keep.scope().reaches(place, "")),
        opens: OpenActions::of(cap.actor()).is_some_and(|open| open.scope().reaches(place, "")),
        states: At::ALL.iter().map(state).collect(),
        month_names: (1..=LAST_MONTH).filter_map(month).collect(),
        line: line_of(&text, action.clone(), shell.today, 12),
        events,
        form: form.view(),
        shell,
    };
    page_with(form.status(), &template)
}

async fn action_again(app: &App, cap: SeeActions, shell: Shell, id: Id, form: &Form) -> Page {
    let found =
        query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    action_shown(app, &cap, shell, found, form).await
}

/// Records how an action stands.
pub(super) async fn record(
    cap: Cap<KeepActions>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let state = form.read("keadaan", |code| At::parse(code).ok_or("web.error.choose"));
    let on = form.day("hari");
    let words = form.optional("kata", 1_000);
    if let (Some(state), Some(on), true) = (state, on, form.is_valid()) {
        let document = paper::keep(&app, cap.actor(), &mut form, "berkas").await?;
        if form.is_valid() {
            let (reach, today) = (Reach::of(cap.scope()), shell.today);
            let command = RecordAction { action: id, reach, today, state, on, words, document };
            match app.submit(cap.actor(), command_id, command).await {
                Ok(_) => return redirect(&format!("/aksi/{id}")),
                Err(rejection) => form.reject(rejection)?,
            }
        }
    }
    let see = SeeActions::of(cap.actor()).ok_or(Error::Forbidden)?;
    action_again(&app, see, shell, id, &form).await
}

/// Gives an action other months.
pub(super) async fn shift(
    cap: Cap<OpenActions>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let (from, to) = (form.count("dari", 1..=LAST_MONTH), form.count("ke", 1..=LAST_MONTH));
    let reason = form.required("alasan", 200);
    if let (Some(from), Some(to), true) = (from, to, form.is_valid()) {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        let command = MoveAction { action: id, reach, today, from, to, reason };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/aksi/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let see = SeeActions::of(cap.actor()).ok_or(Error::Forbidden)?;
    action_again(&app, see, shell, id, &form).await
}

/// A paper of an action.
pub(super) async fn document(
    cap: Cap<SeeActions>,
    State(app): State<App>,
    Path((id, nth)): Path<(Id, i64)>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let event = query::events(db, district, id).await?.into_iter().find(|one| one.nth == nth);
    let document = event.and_then(|one| one.document_id).ok_or(Error::NotFound)?;
    paper::send(&app, district, document, "aksi").await
}
