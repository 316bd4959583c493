//! `/rujukan`: the list, sending, answering.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, cut, page, page_with, redirect};
use asuh_step_registry::Reach;
use asuh_step_registry::institutions::{InstitutionKind, of_kind};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::command::{AnswerReferral, SendReferral};
use super::query::{self, Referral, Shown, Step};
use super::rules::{Reason, State as At};
use crate::reached::{self, Whom};
use crate::visit::{day_boxes, opened};
use crate::{AnswerReferrals, ReadReferrals, SendReferrals};

#[derive(Template)]
#[template(path = "referral/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Referral>,
    settled: bool,
    waiting: i64,
    late: i64,
    next: Option<Id>,
}

/// Which list, and where it goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    setelah: String,
}

/// The referrals within reach.
pub(super) async fn list(
    cap: Cap<ReadReferrals>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let settled = choice.tampil == "selesai";
    let shown = if settled { Shown::Settled } else { Shown::Open };
    let mut lines = query::list(db, district, cap.scope(), shown, choice.setelah.parse().ok()).await?;
    let next = cut(&mut lines, query::PAGE, |line| line.id);
    let (waiting, late) = query::waiting(db, district, cap.scope(), shell.today).await?;
    page(&ListPage { shell, lines, settled, waiting, late, next })
}

#[derive(Template)]
#[template(path = "referral/new.html")]
struct NewPage {
    shell: Shell,
    person: Id,
    whom: Whom,
    age: String,
    reasons: Vec<(String, String)>,
    institutions: Vec<(String, String)>,
    of_village: String,
    /// The day of the measurement by which reasons are ticked already.
    measured_on: Option<Date>,
    form: FormView,
}

/// A form that has ticked what was measured.
pub(super) async fn new(
    cap: Cap<SendReferrals>,
    State(app): State<App>,
    shell: Shell,
    Path(person): Path<Id>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let found = reached::person(db, district, cap.scope(), person).await?;
    found.ok_or(Error::NotFound)?;
    let measured = query::measured(db, district, person).await?;
    let reasons = measured.iter().flat_map(|one| Reason::measured(&one.reasons, one.stunted));
    let form = Form::with(&shell, reasons.map(|reason| ("alasan", reason.code())));
    let measured_on = measured.map(|one| one.measured_on).filter(|_| !form.get("alasan").is_empty());
    show_new(&app, &cap, shell, person, (&form, measured_on)).await
}

/// Sends.
pub(super) async fn send(
    cap: Cap<SendReferrals>,
    State(app): State<App>,
    shell: Shell,
    Path(person): Path<Id>,
    mut form: Form,
) -> Page {
    let found = reached::person(app.store.reader(), cap.district(), cap.scope(), person).await?;
    let whom = found.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let reasons: Vec<Reason> = form.all("alasan").into_iter().filter_map(Reason::parse).collect();
    let institution =
        form.read_optional("puskesmas", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
    let note = form.optional("catatan", 500);
    if form.is_valid() {
        let command = SendReferral {
            reach: Reach::of(cap.scope()),
            today: shell.today,
            family: whom.family_id,
            person,
            institution,
            reasons,
            note,
        };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => return redirect(&format!("/rujukan/{}?terkirim=1", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_new(&app, &cap, shell, person, (&form, None)).await
}

async fn show_new(
    app: &App,
    cap: &SendReferrals,
    shell: Shell,
    person: Id,
    (form, measured_on): (&Form, Option<Date>),
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let whom = reached::person(db, district, cap.scope(), person).await?.ok_or(Error::NotFound)?;
    let institutions = of_kind(db, district, InstitutionKind::Puskesmas).await?;
    let reason = |one: &Reason| {
        (one.code().to_owned(), shell.t(&format!("mentoring.referral.reason.{}", one.code())).into_owned())
    };
    let template = NewPage {
        age: whom.birth_date.map(|birth| shell.age(birth, shell.today)).unwrap_or_default(),
        reasons: Reason::ALL.iter().map(reason).collect(),
        institutions: institutions.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        of_village: shell.t("mentoring.referral.of_village").into_owned(),
        form: form.view(),
        measured_on,
        person,
        whom,
        shell,
    };
    page_with(form.status(), &template)
}

/// A step in words.
struct StepLine {
    step: Step,
    words: String,
}

#[derive(Template)]
#[template(path = "referral/show.html")]
struct ShowPage {
    shell: Shell,
    one: Referral,
    age: String,
    reasons: Vec<String>,
    note: String,
    steps: Vec<StepLine>,
    /// What the caller may answer.
    answers: Vec<(String, String)>,
    withdraws: bool,
    sent: bool,
    form: FormView,
}

/// Whether the page is shown after it was sent.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    terkirim: String,
}

/// A referral.
pub(super) async fn show(
    cap: Cap<ReadReferrals>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(after): Params<After>,
) -> Page {
    let form = Form::with(&shell, day_boxes("hari", shell.today));
    shown(&app, &cap, shell, id, &form, !after.terkirim.is_empty()).await
}

pub(super) fn reason_words(text: &Text, stored: &str) -> Vec<String> {
    let word = |one: Reason| text.t(&format!("mentoring.referral.reason.{}", one.code())).into_owned();
    Reason::of_stored(stored).into_iter().map(word).collect()
}

async fn shown(app: &App, cap: &ReadReferrals, shell: Shell, id: Id, form: &Form, sent: bool) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    audit::opened(app, cap.actor(), "open", Some(("family", one.family_id)), "referral");
    let mut steps = Vec::new();
    for step in query::steps(db, district, id).await? {
        steps.push(StepLine { words: opened(app, district, step.words_sealed.as_deref())?, step });
    }
    let state = At::parse(&one.state).unwrap_or(At::Withdrawn);
    let may_answer = AnswerReferrals::of(cap.actor()).is_some();
    let answers = [At::Accepted, At::Seen, At::Returned].into_iter();
    let answers = answers.filter(|next| may_answer && state.may_become(*next)).map(|next| {
        (next.code().to_owned(), shell.t(&format!("mentoring.referral.answer.{}", next.code())).into_owned())
    });
    let answers: Vec<(String, String)> = answers.collect();
    let template = ShowPage {
        age: one.birth_date.map(|birth| shell.age(birth, shell.today)).unwrap_or_default(),
        reasons: reason_words(&shell, &one.reasons),
        note: opened(app, district, one.note_sealed.as_deref())?,
        steps,
        answers,
        withdraws: SendReferrals::of(cap.actor()).is_some()
            && one.sent_by == cap.actor().user
            && state.may_become(At::Withdrawn),
        sent,
        form: form.view(),
        one,
        shell,
    };
    page_with(form.status(), &template)
}

/// The puskesmas answers.
pub(super) async fn answer(
    cap: Cap<AnswerReferrals>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let found = query::one(app.store.reader(), cap.district(), cap.scope(), id).await?;
    found.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let state = form.read("jawaban", |code| {
        At::parse(code).filter(|state| !matches!(state, At::Sent | At::Withdrawn)).ok_or("web.error.choose")
    });
    let words = form.optional("kata", 1_000);
    let on = form.day("hari");
    let again_on = form.day_optional("kembali");
    if let (Some(state), Some(on), true) = (state, on, form.is_valid()) {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        let command = AnswerReferral { referral: id, reach, today, state, on, words, again_on };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/rujukan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reader = ReadReferrals::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(&app, &reader, shell, id, &form, false).await
}

/// Whoever sent it takes it back.
pub(super) async fn withdraw(
    cap: Cap<SendReferrals>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let found = query::one(app.store.reader(), cap.district(), cap.scope(), id).await?;
    found.filter(|one| one.sent_by == cap.actor().user).ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let words = form.required("kata", 500);
    if form.is_valid() {
        let command = AnswerReferral {
            referral: id,
            reach: Reach::of(cap.scope()),
            today: shell.today,
            state: At::Withdrawn,
            on: shell.today,
            words,
            again_on: None,
        };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/rujukan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reader = ReadReferrals::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(&app, &reader, shell, id, &form, false).await
}

/// The CSS class of a stored state.
fn tone(state: &str) -> &'static str {
    At::parse(state).map_or("", At::tone)
}
