//! `/komitmen`: what was promised, what is late, and what became of each.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;

use super::FollowCommitments;
use super::command::{Become, ReportProgress};
use super::query::{self, Commitment, Progress, Which};
use super::tie::{self, Offered, Tie, TieCommitment};
use crate::meeting::ReadMeetings;

/// The largest photo or scan: 5 MB.
const MOST_BYTES: u64 = 5 << 20;

/// The word that narrows the rows of plans to choose from.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    cari: String,
}

/// Which list, and where it goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    setelah: String,
}

#[derive(Template)]
#[template(path = "commitment/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Commitment>,
    shown: &'static str,
    late: i64,
    next: Option<Id>,
}

impl ListPage {
    /// Whether this list is the one that is shown.
    fn is_shown(&self, word: &str) -> bool {
        self.shown == word
    }
}

/// The commitments within reach.
pub(super) async fn list(
    cap: Cap<ReadMeetings>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let (shown, which) = match choice.tampil.as_str() {
        "lewat" => ("lewat", Which::Late(shell.today)),
        "selesai" => ("selesai", Which::Done),
        "batal" => ("batal", Which::Dropped),
        _ => ("", Which::Open),
    };
    let mut lines = query::list(db, district, cap.scope(), which, choice.setelah.parse().ok()).await?;
    let next = cut(&mut lines, query::PAGE, |line| line.id);
    let late = query::late(db, district, cap.scope(), shell.today).await?;
    page(&ListPage { shell, lines, shown, late, next })
}

#[derive(Template)]
#[template(path = "commitment/show.html")]
struct ShowPage {
    shell: Shell,
    one: Commitment,
    steps: Vec<Progress>,
    states: Vec<(String, String)>,
    follows: bool,
    /// What it may be tied to, for who follows it.
    offered: Offered,
    none: String,
    form: FormView,
}

async fn shown(app: &App, cap: &ReadMeetings, shell: Shell, id: Id, word: &str, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let steps = query::progress(db, district, id).await?;
    let states = Become::ALL.map(|state| {
        (state.code().to_owned(), shell.t(&format!("commitment.become.{}", state.code())).into_owned())
    });
    let follows = cap.actor().has_any(FollowCommitments::ROLES);
    // Plans of the year in which it was agreed up to the one in which it is to be done.
    let meeting = crate::meeting::query::one(db, district, cap.scope(), one.meeting_id).await?;
    let from = meeting.map_or(one.due_on, |meeting| meeting.held_on.min(one.due_on)).year();
    let years = (i64::from(from), i64::from(one.due_on.year()));
    let offered = match follows {
        true => {
            tie::offered(app, district, &shell.text(), one.territory_code, years, (word, Some(&one))).await?
        }
        false => Offered::default(),
    };
    let none = shell.t("commitment.no_tie").into_owned();
    let states = states.to_vec();
    let form_view = form.view();
    let template = ShowPage { shell, one, steps, states, follows, offered, none, form: form_view };
    page_with(form.status(), &template)
}

/// What the form of its tie begins with.
fn tied(one: &Commitment) -> [(&'static str, String); 2] {
    let row = one.plan_item_id.map(|id| id.to_string()).unwrap_or_default();
    [("baris", row), ("indikator", one.indicator.clone())]
}

/// One commitment.
pub(super) async fn show(
    cap: Cap<ReadMeetings>,
    State(app): State<App>,
    Params(narrow): Params<Narrow>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let one =
        query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let form = Form::with(&shell, tied(&one));
    shown(&app, &cap, shell, id, &narrow.cari, &form).await
}

/// Ties it to a row of a plan and an indicator.
pub(super) async fn tie(
    cap: Cap<FollowCommitments>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let tie = Tie::read(&mut form);
    if form.is_valid() {
        let command = TieCommitment { commitment: id, scope: cap.scope().clone(), tie };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/komitmen/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reader = ReadMeetings::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(&app, &reader, shell, id, "", &form).await
}

/// Tells what became of it.
pub(super) async fn report(
    cap: Cap<FollowCommitments>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let one =
        query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let on = form.day("hari");
    let state = form.read("keadaan", |code| Become::parse(code).ok_or("web.error.choose"));
    let words = form.required("kata", 500);
    let content = match form.file("bukti").map(|file| attachments::read(file, MediaType::SCANS, MOST_BYTES)) {
        Some(Ok(content)) => Some(content),
        Some(Err(refusal)) => {
            form.refuse(&refusal.field("bukti"));
            None
        }
        None => None,
    };
    if let (Some(on), Some(state), true) = (on, state, form.is_valid()) {
        let evidence = match content {
            Some(content) => Some(attachments::store(&app, cap.actor(), command_id, content).await?),
            None => None,
        };
        let (scope, today) = (cap.scope().clone(), shell.today);
        let command = ReportProgress { commitment: id, scope, today, on, state, words, evidence };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/komitmen/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    // The page shows the form of its tie as well, which was not sent and goes on saying what holds.
    tied(&one).into_iter().for_each(|(field, value)| form.set(field, value));
    let reader = ReadMeetings::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(&app, &reader, shell, id, "", &form).await
}

/// What shows it, as a download: never shown as part of our own pages.
pub(super) async fn evidence(
    cap: Cap<ReadMeetings>,
    State(app): State<App>,
    Path((id, nth)): Path<(Id, i64)>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let steps = query::progress(db, district, id).await?;
    let evidence = steps.into_iter().find(|step| step.nth == nth).and_then(|step| step.evidence_id);
    let content = attachments::open(&app.store, district, evidence.ok_or(Error::NotFound)?).await?;
    let content = content.ok_or(Error::NotFound)?;
    let ending = content.media_type.name().rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, content.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"bukti-{nth}.{ending}\"")),
    ];
    Ok((headers, content.bytes).into_response())
}
