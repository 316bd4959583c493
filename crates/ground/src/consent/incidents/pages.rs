//! `/insiden`: the register, an incident with those it touches, the letter, the list as a workbook.

use askama::Template;
use asuh_documents::sheet::{Column, Kind, SheetWriter, Value};
use asuh_nusantara::Zone;
use asuh_store::{DistrictId, Id, Instant};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;
use time::Date;

use super::super::noted::noted;
use super::super::requests::clock;
use super::super::rights::{KeepIncidents, ReadIncidents};
use super::command::{CloseIncident, RecordIncident, UpdateIncident};
use super::query::{self, ExportLine, IncidentLine, PAGE, Touched};
use crate::App;
use crate::access::{Cap, Capability};
use crate::settings::{self, Letterhead, Signatory};
use crate::web::{Error, Form, FormView, Page, Path, Routes, Shell, cut, page, page_with, redirect};

/// Families in a workbook.
const MOST_ROWS: i64 = 150_000;

pub(in crate::consent) fn routes() -> Routes {
    Routes::new()
        .get::<ReadIncidents, _>("/insiden", list)
        .get::<KeepIncidents, _>("/insiden/baru", new)
        .post::<KeepIncidents, _>("/insiden/baru", record)
        .get::<ReadIncidents, _>("/insiden/{id}", show)
        .post::<KeepIncidents, _>("/insiden/{id}", update)
        .post::<KeepIncidents, _>("/insiden/{id}/tutup", close)
        .get::<ReadIncidents, _>("/insiden/{id}/surat", letter)
        .post::<ReadIncidents, _>("/insiden/{id}/daftar", workbook)
}

struct Row {
    line: IncidentLine,
    clock: (String, &'static str),
}

#[derive(Template)]
#[template(path = "consent/incidents/list.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    may_keep: bool,
}

async fn list(cap: Cap<ReadIncidents>, State(app): State<App>, shell: Shell) -> Page {
    let now = app.store.clock().now();
    let lines = query::all(app.store.reader(), cap.district()).await?;
    let row = |line: IncidentLine| Row { clock: clock(&shell, now, line.notice_due_at), line };
    page(&List {
        rows: lines.into_iter().map(row).collect(),
        may_keep: KeepIncidents::of(cap.actor()).is_some(),
        shell,
    })
}

#[derive(Template)]
#[template(path = "consent/incidents/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
}

async fn new(_cap: Cap<KeepIncidents>, shell: Shell) -> Page {
    let f = Form::empty(&shell).view();
    page(&NewPage { f, shell })
}

/// The instant of a day and a time of day (`07.42` or `07:42`; empty: its beginning) in the district's zone.
fn instant(form: &mut Form, field: &str, zone: Zone) -> Option<Instant> {
    let day: Option<Date> = form.day(field);
    let clock = form.get(&format!("{field}_jam")).to_owned();
    let minutes = if clock.is_empty() {
        Some(0)
    } else {
        clock.split_once(['.', ':']).and_then(|(hour, minute)| {
            let (hour, minute) = (hour.parse::<i64>().ok()?, minute.parse::<i64>().ok()?);
            ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
        })
    };
    if minutes.is_none() {
        form.error(&format!("{field}_jam"), "consent.error.clock");
    }
    Some(Instant::from(zone.start_of_day(day?)).plus_seconds(minutes? * 60))
}

async fn record(cap: Cap<KeepIncidents>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let command_id = form.command_id()?;
    let zone = cap.actor().zone;
    let title = form.required("judul", 120);
    let from = instant(&mut form, "dari", zone);
    let to = instant(&mut form, "sampai", zone);
    let known = instant(&mut form, "diketahui", zone);
    let description = form.required("uraian", 4000);
    let data = form.required("data", 1000);
    let login = form.optional("akun", 60);
    if let (true, Some(happened_from), Some(happened_to), Some(known_at)) = (form.is_valid(), from, to, known)
    {
        let command =
            RecordIncident { title, happened_from, happened_to, known_at, description, data, login };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => return redirect(&format!("/insiden/{}?tercatat=1", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    page_with(form.status(), &NewPage { f: form.view(), shell })
}

#[derive(Template)]
#[template(path = "consent/incidents/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    line: IncidentLine,
    clock: (String, &'static str),
    description: String,
    data: String,
    measures: String,
    touched: Vec<Touched>,
    count: i64,
    exports: Vec<ExportLine>,
    next: Option<String>,
    may_keep: bool,
    done: bool,
}

#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    sesudah: String,
    #[serde(default)]
    tercatat: String,
}

fn opened(app: &App, district: DistrictId, sealed: Option<&Vec<u8>>) -> Result<String, Error> {
    match sealed {
        Some(sealed) => Ok(app.store.secrets().open_text(district, sealed)?),
        None => Ok(String::new()),
    }
}

async fn show_page(
    app: &App,
    cap: &ReadIncidents,
    shell: Shell,
    id: Id,
    form: Option<Form>,
    asked: Asked,
) -> Page {
    let db = app.store.reader();
    let line = query::one(db, cap.district(), id).await?.ok_or(Error::NotFound)?;
    let measures = opened(app, cap.district(), line.measures_sealed.as_ref())?;
    let form = form.unwrap_or_else(|| Form::with(&shell, [("tindakan", measures.clone())]));
    let mut touched = query::touched(db, cap.district(), &line, asked.sesudah.parse().ok(), PAGE + 1).await?;
    let next =
        cut(&mut touched, PAGE as usize, |family| format!("/insiden/{id}?sesudah={}", family.family_id));
    let template = ShowPage {
        next,
        count: query::count(db, cap.district(), &line).await?,
        exports: query::exports(db, cap.district(), &line).await?,
        clock: clock(&shell, app.store.clock().now(), line.notice_due_at),
        description: opened(app, cap.district(), Some(&line.description_sealed))?,
        data: opened(app, cap.district(), Some(&line.data_sealed))?,
        may_keep: KeepIncidents::of(cap.actor()).is_some(),
        done: !asked.tercatat.is_empty(),
        f: form.view(),
        touched,
        measures,
        line,
        shell,
    };
    page_with(form.status(), &template)
}

async fn show(
    cap: Cap<ReadIncidents>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Page {
    show_page(&app, &cap, shell, id, None, asked).await
}

async fn update(
    cap: Cap<KeepIncidents>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let measures = form.required("tindakan", 4000);
    if form.is_valid() {
        let command = UpdateIncident { id, measures, noticed: form.ticked("diberitahukan") };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/insiden/{id}?tercatat=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let read = ReadIncidents::of(cap.actor()).ok_or(Error::Forbidden)?;
    show_page(&app, &read, shell, id, Some(form), Asked::default()).await
}

async fn close(
    cap: Cap<KeepIncidents>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    match app.submit(cap.actor(), command_id, CloseIncident { id }).await {
        Ok(_) => return redirect(&format!("/insiden/{id}?tercatat=1")),
        Err(rejection) => form.reject(rejection)?,
    }
    let read = ReadIncidents::of(cap.actor()).ok_or(Error::Forbidden)?;
    show_page(&app, &read, shell, id, Some(form), Asked::default()).await
}

#[derive(Template)]
#[template(path = "consent/incidents/letter.html")]
struct Letter {
    shell: Shell,
    letterhead: Letterhead,
    line: IncidentLine,
    description: String,
    data: String,
    measures: String,
    contact: String,
    place_and_day: String,
    signatory: Option<Signatory>,
}

async fn letter(cap: Cap<ReadIncidents>, State(app): State<App>, Path(id): Path<Id>, shell: Shell) -> Page {
    let db = app.store.reader();
    let line = query::one(db, cap.district(), id).await?.ok_or(Error::NotFound)?;
    let values = settings::values(db, cap.district()).await?;
    let contact: Vec<&str> =
        ["contact.dpo_name", "contact.dpo_phone", "contact.dpo_email", "contact.complaints_phone"]
            .iter()
            .filter_map(|name| values.get(name).map(String::as_str))
            .filter(|value| !value.is_empty())
            .collect();
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    let indonesian = crate::web::Text::new(asuh_nusantara::Language::Indonesian, cap.actor().zone);
    page(&Letter {
        description: opened(&app, cap.district(), Some(&line.description_sealed))?,
        data: opened(&app, cap.district(), Some(&line.data_sealed))?,
        measures: opened(&app, cap.district(), line.measures_sealed.as_ref())?,
        contact: contact.join(", "),
        place_and_day: letterhead
            .place_and_day(&asuh_nusantara::date::medium(indonesian.language, shell.today)),
        signatory: settings::signatory(db, cap.district(), "letter").await?,
        letterhead,
        line,
        shell,
    })
}

/// The families touched as a workbook. A form and not a link: names leave the program, and that is noted.
async fn workbook(
    cap: Cap<ReadIncidents>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    form.command_id()?;
    let line = query::one(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
    noted(&app, cap.actor(), "export", Some(("incident", line.id)), "families touched").await?;
    let touched = query::touched(app.store.reader(), cap.district(), &line, None, MOST_ROWS).await?;
    let folder = app.store.folder().join("uploads").join(app.store.new_id().to_string());
    let failed = |error: &dyn std::fmt::Display| Error::Unavailable(error.to_string());
    std::fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
    let written = write(&folder.join("daftar.xlsx"), &shell, &touched);
    let bytes =
        written.and_then(|()| std::fs::read(folder.join("daftar.xlsx")).map_err(|error| failed(&error)));
    let _ = std::fs::remove_dir_all(&folder);
    let name = line.number.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
        ),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.xlsx\"")),
    ];
    Ok((headers, bytes?).into_response())
}

fn write(path: &std::path::Path, shell: &Shell, touched: &[Touched]) -> Result<(), Error> {
    let failed = |error: asuh_documents::sheet::SheetError| Error::Unavailable(error.to_string());
    let columns: Vec<Column> = [
        ("consent.incidents.head", Kind::Text),
        ("consent.incidents.village", Kind::Text),
        ("consent.incidents.rt", Kind::Text),
        ("consent.incidents.rw", Kind::Text),
        ("consent.incidents.first", Kind::Text),
        ("consent.incidents.last", Kind::Text),
        ("consent.incidents.times", Kind::Integer),
    ]
    .map(|(key, kind)| Column::new(shell.t(key).into_owned(), kind))
    .to_vec();
    let mut sheet = SheetWriter::xlsx(path, "Keluarga", &columns).map_err(failed)?;
    for family in touched {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let (head, village, rt, rw) =
            (text(&family.head_name), text(&family.village), text(&family.rt), text(&family.rw));
        let (first, last) = (shell.instant(family.first_at), shell.instant(family.last_at));
        sheet
            .row(&[
                Value::Text(&head),
                Value::Text(&village),
                Value::Text(&rt),
                Value::Text(&rw),
                Value::Text(&first),
                Value::Text(&last),
                Value::Integer(family.times),
            ])
            .map_err(failed)?;
    }
    sheet.finish().map_err(failed)
}
