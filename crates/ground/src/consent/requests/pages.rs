//! `/permintaan-data`: the register with its clock, recording, answering, the copy for the family.

use askama::Template;
use asuh_store::{DistrictId, Id, Instant};
use axum::extract::{Query, State};
use serde::Deserialize;

use super::super::noted::noted;
use super::super::rights::{KeepRequests, ReadRequests};
use super::super::rules::{Left, RequestKind, left};
use super::command::{AnswerRequest, RecordRequest};
use super::query::{self, PAGE, RequestLine};
use crate::App;
use crate::access::{Cap, Capability};
use crate::web::{Error, Form, FormView, Page, Path, Routes, Shell, Text, cut, page, page_with, redirect};

pub(in crate::consent) fn routes() -> Routes {
    Routes::new()
        .get::<ReadRequests, _>("/permintaan-data", list)
        .get::<KeepRequests, _>("/permintaan-data/baru", new)
        .post::<KeepRequests, _>("/permintaan-data/baru", record)
        .get::<ReadRequests, _>("/permintaan-data/{id}", show)
        .post::<KeepRequests, _>("/permintaan-data/{id}", answer)
        .post::<KeepRequests, _>("/permintaan-data/{id}/salinan", copy)
}

/// The clock of an open request in words, and the class of its tag.
pub(in crate::consent) fn clock(text: &Text, now: Instant, due: Instant) -> (String, &'static str) {
    match left(now, due) {
        Left::Hours(hours) if hours <= 24 => (text.t1("consent.hours_left", "n", hours), "warn"),
        Left::Hours(hours) => (text.t1("consent.hours_left", "n", hours), "in_progress"),
        Left::Over(hours) => (text.t1("consent.hours_over", "n", hours), "bad"),
    }
}

struct Row {
    line: RequestLine,
    clock: (String, &'static str),
}

#[derive(Template)]
#[template(path = "consent/requests/list.html")]
struct List {
    shell: Shell,
    open: Vec<Row>,
    closed: Vec<RequestLine>,
    next: Option<String>,
    may_keep: bool,
}

#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    sesudah: String,
    #[serde(default)]
    keluarga: String,
    #[serde(default)]
    tercatat: String,
}

async fn list(
    cap: Cap<ReadRequests>,
    State(app): State<App>,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let now = app.store.clock().now();
    let after = asked
        .sesudah
        .split_once('.')
        .and_then(|(at, id)| Some((Instant(at.parse().ok()?), id.parse().ok()?)));
    let open = query::open(db, cap.district()).await?;
    let mut closed = query::closed(db, cap.district(), after).await?;
    let next = cut(&mut closed, PAGE as usize, |line| {
        format!("/permintaan-data?sesudah={}.{}", line.due_at.0, line.id)
    });
    let row = |line: RequestLine| Row { clock: clock(&shell, now, line.due_at), line };
    page(&List {
        open: open.into_iter().map(row).collect(),
        may_keep: KeepRequests::of(cap.actor()).is_some(),
        closed,
        next,
        shell,
    })
}

#[derive(Template)]
#[template(path = "consent/requests/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    kinds: Vec<(String, String)>,
    family: String,
}

fn new_page(shell: Shell, form: Form) -> Page {
    let template = NewPage {
        f: form.view(),
        kinds: RequestKind::ALL
            .iter()
            .map(|kind| {
                (
                    kind.code().to_owned(),
                    shell.t(&format!("consent.request_kind.{}", kind.code())).into_owned(),
                )
            })
            .collect(),
        family: form.get("keluarga").to_owned(),
        shell,
    };
    page_with(form.status(), &template)
}

async fn new(_cap: Cap<KeepRequests>, Query(asked): Query<Asked>, shell: Shell) -> Page {
    let form = Form::with(&shell, [("keluarga", asked.keluarga)]);
    new_page(shell, form)
}

async fn record(cap: Cap<KeepRequests>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let command_id = form.command_id()?;
    let family = form.read_optional("keluarga", |text| text.parse::<Id>().map_err(|_| "web.not_found.text"));
    let kind = form.read("jenis", |code| RequestKind::parse(code).ok_or("web.error.choose"));
    let requester_name = form.required("nama", 120);
    let requester_relation = form.optional("hubungan", 120);
    let contact = form.optional("kontak", 160);
    let detail = form.required("isi", 4000);
    if let (true, Some(kind)) = (form.is_valid(), kind) {
        let command = RecordRequest { family, kind, requester_name, requester_relation, contact, detail };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => return redirect(&format!("/permintaan-data/{}?tercatat=1", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(shell, form)
}

#[derive(Template)]
#[template(path = "consent/requests/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    line: RequestLine,
    clock: (String, &'static str),
    contact: String,
    detail: String,
    answer: String,
    outcomes: Vec<(String, String)>,
    may_keep: bool,
    done: bool,
}

fn opened(app: &App, district: DistrictId, sealed: Option<&Vec<u8>>) -> Result<String, Error> {
    match sealed {
        Some(sealed) => Ok(app.store.secrets().open_text(district, sealed)?),
        None => Ok(String::new()),
    }
}

async fn show_page(app: &App, cap: &ReadRequests, shell: Shell, id: Id, form: Form, done: bool) -> Page {
    let line = query::one(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
    let subject = line.family_id.map_or(("data_request", line.id), |family| ("family", family));
    noted(app, cap.actor(), "open", Some(subject), "data request").await?;
    let template = ShowPage {
        f: form.view(),
        clock: clock(&shell, app.store.clock().now(), line.due_at),
        contact: opened(app, cap.district(), line.contact_sealed.as_ref())?,
        detail: opened(app, cap.district(), Some(&line.detail_sealed))?,
        answer: opened(app, cap.district(), line.answer_sealed.as_ref())?,
        outcomes: ["done", "refused"]
            .map(|code| (code.to_owned(), shell.t(&format!("consent.request_state.{code}")).into_owned()))
            .to_vec(),
        may_keep: KeepRequests::of(cap.actor()).is_some(),
        done,
        line,
        shell,
    };
    page_with(form.status(), &template)
}

async fn show(
    cap: Cap<ReadRequests>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&app, &cap, shell, id, form, !asked.tercatat.is_empty()).await
}

async fn answer(
    cap: Cap<KeepRequests>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let outcome = form.read("hasil", |code| match code {
        "done" => Ok(false),
        "refused" => Ok(true),
        _ => Err("web.error.choose"),
    });
    let answer = form.required("jawaban", 4000);
    if let (true, Some(refused)) = (form.is_valid(), outcome) {
        match app.submit(cap.actor(), command_id, AnswerRequest { id, refused, answer }).await {
            Ok(_) => return redirect(&format!("/permintaan-data/{id}?tercatat=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let read = ReadRequests::of(cap.actor()).ok_or(Error::Forbidden)?;
    show_page(&app, &read, shell, id, form, false).await
}

/// The copy for the family, as a file. A form and not a link: every copy is noted in the access log.
async fn copy(
    cap: Cap<KeepRequests>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    form.command_id()?;
    let line = query::one(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
    let family = line.family_id.ok_or(Error::NotFound)?;
    super::copy_for(&app, cap.actor(), shell, ("family", family), &line.number).await
}
