//! `/pendampingan/keluarga/{id}/kunjungan` and `/pendampingan/kunjungan/{id}`: recording a visit, and what it found.

use std::collections::HashMap;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::attachments::{self, Content, MediaType};
use asuh_ground::audit;
use asuh_ground::consent::{self, Purpose};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_nusantara::TerritoryCode;
use asuh_step_growth::RecordGrowth;
use asuh_step_growth::entry::{Measuring, OfDay, Questions, Read, TakeBackMeasurement, of_day};
use asuh_step_registry::rules::Target;
use asuh_step_registry::{Reach, families};
use asuh_store::{DistrictId, Id, StoreError};
use axum::extract::{Query as Params, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use time::Date;

use super::command::{Answer, CorrectVisit, Facts, RecordVisit, TakeBackVisit, Whose};
use super::form::{self, Part};
use super::query::{self, AnswerRow, Visit};
use crate::reached::{self, Family};
use crate::rights::OVERSEEING;
use crate::today::query::families as waiting_families;
use crate::{ReadVisits, RecordVisits, SendReferrals, checklist};

/// Bytes of a photo: what a phone takes after the browser made it smaller, or a small camera's picture.
const PHOTO: u64 = 5 << 20;

#[derive(Template)]
#[template(path = "visit/form.html")]
struct FormPage {
    shell: Shell,
    family: Family,
    parts: Vec<Part>,
    choices: [Answer; 4],
    form: FormView,
    /// What this form corrects.
    corrects: Option<Id>,
    /// Whether the guardian has agreed to photos, and somebody may say so here.
    photos: bool,
    /// The photo that came with this form before; no browser sends it twice.
    kept_photo: String,
    /// What of the measurements is unusual, as HTML.
    questions: String,
}

/// What a form is about.
struct Subject {
    family: Family,
    parts: Vec<Part>,
    corrects: Option<Visit>,
    /// The children who may be measured at a new visit.
    measuring: Option<Measuring>,
}

/// An empty form whose day is today.
pub(super) async fn new(
    cap: Cap<RecordVisits>,
    State(app): State<App>,
    shell: Shell,
    Path(family): Path<Id>,
) -> Page {
    let subject = of_new(&cap, &app, &shell, family, shell.today).await?;
    let mut values = form::day_boxes("hari", shell.today);
    values.extend(subject.measuring.as_ref().map(Measuring::usual).unwrap_or_default());
    let form = Form::with(&shell, values);
    show_form(&app, cap.district(), shell, subject, &form, &Questions::default()).await
}

/// Records what was typed.
pub(super) async fn record(
    cap: Cap<RecordVisits>,
    State(app): State<App>,
    shell: Shell,
    Path(family): Path<Id>,
    mut form: Form,
) -> Page {
    let visited_on = form.day("hari");
    let subject = of_new(&cap, &app, &shell, family, visited_on.unwrap_or(shell.today)).await?;
    let command_id = form.command_id()?;
    let facts = facts(&app, &cap, &mut form, &subject, visited_on).await?;
    let read = match &subject.measuring {
        Some(measuring) => measuring.read(&app, shell.text(), &mut form, visited_on).await?,
        None => {
            asuh_step_growth::entry::refuse(&mut form);
            if form.is_valid() { Read::Nothing } else { Read::Wrong }
        }
    };
    let measured = match read {
        Read::Nothing => None,
        Read::Good(measured) => Some(measured),
        Read::Wrong => {
            return show_form(&app, cap.district(), shell, subject, &form, &Questions::default()).await;
        }
        Read::Unusual(questions) => {
            return show_form(&app, cap.district(), shell, subject, &form, &questions).await;
        }
    };
    if let Some(facts) = facts {
        let reach = Reach::of(cap.scope());
        let command = RecordVisit { reach, today: shell.today, family, sponsor: None, facts, measured };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => {
                return redirect(&format!("/pendampingan/kunjungan/{}?tersimpan=1", receipt.value));
            }
            Err(rejection) => {
                let measuring = subject.measuring.as_ref();
                if !measuring.is_some_and(|one| one.refused(&mut form, shell.text(), &rejection)) {
                    form.reject(rejection)?;
                }
            }
        }
    }
    show_form(&app, cap.district(), shell, subject, &form, &Questions::default()).await
}

/// The form with a visit that is to be corrected.
pub(super) async fn edit(
    cap: Cap<RecordVisits>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let (subject, rows) = of_wrong(&cap, &app, &shell, id).await?;
    let visit = subject.corrects.as_ref().ok_or(Error::NotFound)?;
    let mut values = form::day_boxes("hari", visit.visited_on);
    values.extend(visit.next_on.map(|next| form::day_boxes("berikut", next)).unwrap_or_default());
    values.push(("nasihat".into(), opened(&app, cap.district(), visit.advice_sealed.as_deref())?));
    let mut noted = Vec::new();
    for row in rows {
        let note = opened(&app, cap.district(), row.note_sealed.as_deref())?;
        noted.push((row, note));
    }
    values.extend(form::filled(&noted));
    let form = Form::with(&shell, values);
    show_form(&app, cap.district(), shell, subject, &form, &Questions::default()).await
}

/// Puts what was typed in the place of a wrong visit.
pub(super) async fn correct(
    cap: Cap<RecordVisits>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let (subject, _) = of_wrong(&cap, &app, &shell, id).await?;
    let command_id = form.command_id()?;
    let reason = form.required("alasan", 200);
    let visited_on = form.day("hari");
    if let Some(facts) = facts(&app, &cap, &mut form, &subject, visited_on).await? {
        let (reach, whose, today) = (Reach::of(cap.scope()), whose(&cap), shell.today);
        let command = CorrectVisit { visit: id, reach, whose, today, reason, facts };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => {
                return redirect(&format!("/pendampingan/kunjungan/{}?tersimpan=1", receipt.value));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_form(&app, cap.district(), shell, subject, &form, &Questions::default()).await
}

/// Takes back a visit that never was.
pub(super) async fn take_back(
    cap: Cap<RecordVisits>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let visit = wrong(&cap, &app, id).await?;
    let command_id = form.command_id()?;
    let reason = form.required("alasan", 200);
    if form.is_valid() {
        let (reach, whose) = (Reach::of(cap.scope()), whose(&cap));
        let with_it = if form.ticked("ukuran") { taken_back(&app, &cap, &visit).await? } else { Vec::new() };
        let measurements =
            with_it.into_iter().map(|one| TakeBackMeasurement { reason: reason.clone(), ..one }).collect();
        let command = TakeBackVisit { visit: id, reach, whose, reason, measurements };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/pendampingan/kunjungan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reader = ReadVisits::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(&app, &reader, shell, visit, &form, false).await
}

fn whose(cap: &RecordVisits) -> Whose {
    if cap.actor().has_any(OVERSEEING) { Whose::Everybodys } else { Whose::Own }
}

fn may_change(cap: &RecordVisits, visit: &Visit) -> bool {
    let own = whose(cap) == Whose::Everybodys || visit.recorded_by == cap.actor().user;
    own && visit.retracted_at.is_none()
}

pub(crate) fn opened(app: &App, district: DistrictId, sealed: Option<&[u8]>) -> Result<String, Error> {
    match sealed {
        Some(sealed) => Ok(app.store.secrets().open_text(district, sealed)?),
        None => Ok(String::new()),
    }
}

/// What is asked at a new visit, with what the last one found.
async fn of_new(
    cap: &RecordVisits,
    app: &App,
    shell: &Shell,
    family: Id,
    visited_on: Date,
) -> Result<Subject, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let family = reached::family(db, district, cap.scope(), family).await?.ok_or(Error::NotFound)?;
    let measuring = Measuring::of_family(app, cap.actor(), family.family_id, visited_on).await?;
    let measured: Vec<Id> = measuring.iter().flat_map(Measuring::children).collect();
    let members = families::members(db, district, family.family_id, shell.today).await?;
    let questions = checklist::load(db, district).await?;
    let mut before = query::of_family(db, district, family.family_id, None, PAGE_OF_ONE).await?;
    before.truncate(PAGE_OF_ONE);
    let ids: Vec<Id> = before.iter().map(|visit| visit.id).collect();
    let rows = query::answers(db, district, &ids).await?;
    let last = before.first().map(|visit| (visit.visited_on, rows.as_slice()));
    let parts = form::parts(shell.text(), &questions, &members, shell.today, &[], last, &measured);
    Ok(Subject { family, parts, corrects: None, measuring })
}

/// The last visit alone.
const PAGE_OF_ONE: usize = 1;

async fn wrong(cap: &RecordVisits, app: &App, id: Id) -> Result<Visit, Error> {
    let found = query::one(app.store.reader(), cap.district(), cap.scope(), id).await?;
    found.filter(|visit| may_change(cap, visit)).ok_or(Error::NotFound)
}

/// What was asked at a visit that is corrected, and would be asked then today.
async fn of_wrong(
    cap: &RecordVisits,
    app: &App,
    shell: &Shell,
    id: Id,
) -> Result<(Subject, Vec<AnswerRow>), Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let visit = wrong(cap, app, id).await?;
    let family = reached::family(db, district, cap.scope(), visit.family_id).await?.ok_or(Error::NotFound)?;
    let members = families::members(db, district, visit.family_id, visit.visited_on).await?;
    let questions = checklist::load(db, district).await?;
    let rows = query::answers(db, district, &[visit.id]).await?;
    let parts = form::parts(shell.text(), &questions, &members, visit.visited_on, &rows, None, &[]);
    Ok((Subject { family, parts, corrects: Some(visit), measuring: None }, rows))
}

async fn facts(
    app: &App,
    cap: &RecordVisits,
    form: &mut Form,
    subject: &Subject,
    visited_on: Option<Date>,
) -> Result<Option<Facts>, Error> {
    let next_on = form.day_optional("berikut");
    let advice = form.optional("nasihat", 1_000);
    let answers = form::answers(form, &subject.parts);
    let read = form.file("foto").map(|upload| attachments::read(upload, MediaType::PICTURES, PHOTO));
    let content: Option<Content> = match read {
        Some(Ok(content)) => Some(content),
        Some(Err(refusal)) => {
            form.refuse(&refusal.field("foto"));
            None
        }
        None => None,
    };
    let (Some(visited_on), true) = (visited_on, form.is_valid()) else { return Ok(None) };
    if let Some(content) = content {
        // Before anything is stored: without consent the photo stays nowhere.
        let family = subject.family.family_id;
        let db = app.store.reader();
        if !consent::holds(db, cap.district(), family, None, Purpose::Photo, visited_on).await? {
            form.error("foto", "mentoring.refused.photo");
            return Ok(None);
        }
        let photo = attachments::store(app, cap.actor(), form.command_id()?, content).await?;
        form.set("simpan_foto", photo.to_string());
    }
    let kept = subject.corrects.as_ref().and_then(|visit| visit.photo_id);
    let photo = form.get("simpan_foto").parse().ok().or(kept).filter(|_| !form.ticked("tanpa_foto"));
    Ok(Some(Facts { visited_on, answers, advice, next_on, photo }))
}

async fn show_form(
    app: &App,
    district: DistrictId,
    shell: Shell,
    subject: Subject,
    form: &Form,
    asked: &Questions,
) -> Page {
    let family = subject.family.family_id;
    let photos =
        consent::holds(app.store.reader(), district, family, None, Purpose::Photo, shell.today).await?;
    let (view, text, mut parts) = (form.view(), shell.text(), subject.parts);
    let mut questions = String::new();
    if let Some(measuring) = &subject.measuring {
        for part in &mut parts {
            if let Some(child) = part.person {
                part.measuring = measuring.fields(text, &view, child, asked)?;
            }
        }
        questions = measuring.questions(text, asked)?;
    }
    let status = if asked.is_empty() { form.status() } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = FormPage {
        family: subject.family,
        parts,
        choices: Answer::ALL,
        corrects: subject.corrects.map(|visit| visit.id),
        kept_photo: view.value("simpan_foto").to_owned(),
        form: view,
        photos,
        questions,
        shell,
    };
    page_with(status, &template)
}

/// The answers about somebody, in words.
struct Told {
    heading: String,
    lines: Vec<ToldLine>,
}

struct ToldLine {
    question: String,
    answer: String,
    note: String,
}

/// A child of the family, and what was measured of it on that day.
struct ChildLine {
    id: Id,
    name: String,
    measured: Vec<OfDay>,
    /// It is to be taken to the puskesmas today, and was not sent there yet ...
    send_on: bool,
    /// ... or was, and the puskesmas should hear of today.
    sent: bool,
}

#[derive(Template)]
#[template(path = "visit/show.html")]
struct ShowPage {
    shell: Shell,
    visit: Visit,
    place: String,
    advice: String,
    told: Vec<Told>,
    children: Vec<ChildLine>,
    /// Whether the caller may measure.
    measures: bool,
    /// Whether the caller may send a child to the puskesmas.
    sends: bool,
    /// Measurements of the day that the caller may take back with the visit, in words.
    with_it: Vec<String>,
    may_change: bool,
    stored: bool,
    form: FormView,
}

/// Whether the page is shown after something was recorded.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    tersimpan: String,
    #[serde(default)]
    setelah: String,
}

/// What a visit found.
pub(super) async fn show(
    cap: Cap<ReadVisits>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(after): Params<After>,
) -> Page {
    let found = query::one(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let visit = found.ok_or(Error::NotFound)?;
    let form = Form::empty(&shell);
    shown(&app, &cap, shell, visit, &form, !after.tersimpan.is_empty()).await
}

async fn shown(app: &App, cap: &ReadVisits, shell: Shell, visit: Visit, form: &Form, stored: bool) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    audit::opened(app, cap.actor(), "open", Some(("family", visit.family_id)), "visit");
    let family = reached::family(db, district, cap.scope(), visit.family_id).await?.ok_or(Error::NotFound)?;
    let mut told: Vec<(Option<Id>, Told)> = Vec::new();
    for row in query::answers(db, district, &[visit.id]).await? {
        let line = ToldLine {
            question: row.question,
            answer: row.answer,
            note: opened(app, district, row.note_sealed.as_deref())?,
        };
        match told.iter_mut().find(|(person, _)| *person == row.person_id) {
            Some((_, part)) => part.lines.push(line),
            None => {
                let household = || text.t("mentoring.visit.household").into_owned();
                let heading = row.name.filter(|_| row.person_id.is_some()).unwrap_or_else(household);
                told.push((row.person_id, Told { heading, lines: vec![line] }));
            }
        }
    }
    let ids = children_of(app, cap.district(), &visit).await?;
    let mut measured =
        of_day(app, cap.actor(), &ids.iter().map(|one| one.0).collect::<Vec<_>>(), visit.visited_on).await?;
    let village = TerritoryCode::from_i64(family.village_code).map_or((0, 0), TerritoryCode::range);
    let found =
        waiting_families(db, district, cap.scope(), village, Some(visit.family_id), shell.today).await?;
    let members = found.into_iter().flat_map(|one| one.facts.members);
    let urgent: HashMap<Id, bool> =
        members.filter(|one| one.standing.refer_today).map(|one| (one.id, one.referred.is_some())).collect();
    let mut children: Vec<ChildLine> = Vec::new();
    for (id, name) in ids {
        let (own, others) = measured.into_iter().partition(|one| one.child == id);
        measured = others;
        let sent = urgent.get(&id).copied();
        let (send_on, sent) = (sent == Some(false), sent == Some(true));
        children.push(ChildLine { id, name, measured: own, send_on, sent });
    }
    let with_it = children.iter().flat_map(|child| {
        let own = child.measured.iter().filter(|one| one.take_back.is_some());
        own.map(move |one| format!("{}: {}", child.name, one.figures))
    });
    let with_it = with_it.collect();
    let recorder = RecordVisits::of(cap.actor());
    let may_change = recorder.is_some_and(|recorder| may_change(&recorder, &visit));
    let template = ShowPage {
        place: family.place(),
        advice: opened(app, district, visit.advice_sealed.as_deref())?,
        told: told.into_iter().map(|(_, part)| part).collect(),
        children,
        measures: RecordGrowth::of(cap.actor()).is_some() && visit.retracted_at.is_none(),
        sends: SendReferrals::of(cap.actor()).is_some(),
        with_it,
        may_change,
        stored,
        form: form.view(),
        visit,
        shell,
    };
    page_with(form.status(), &template)
}

/// The children of the visited family on that day.
async fn children_of(
    app: &App,
    district: DistrictId,
    visit: &Visit,
) -> Result<Vec<(Id, String)>, StoreError> {
    let members = families::members(app.store.reader(), district, visit.family_id, visit.visited_on).await?;
    let children = members
        .into_iter()
        .filter(|member| matches!(member.target, Some(Target::ChildUnderTwo | Target::ChildTwoToFive)));
    Ok(children.map(|child| (child.id, child.name)).collect())
}

/// How the caller takes back what was measured on the day of a visit, as far as he may.
async fn taken_back(
    app: &App,
    cap: &RecordVisits,
    visit: &Visit,
) -> Result<Vec<TakeBackMeasurement>, StoreError> {
    let children = children_of(app, cap.district(), visit).await?.into_iter().map(|one| one.0);
    let found = of_day(app, cap.actor(), &children.collect::<Vec<_>>(), visit.visited_on).await?;
    Ok(found.into_iter().filter_map(|one| one.take_back).collect())
}

/// The photo of a visit.
pub(super) async fn photo(cap: Cap<ReadVisits>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let found = query::one(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let visit = found.ok_or(Error::NotFound)?;
    let photo = visit.photo_id.ok_or(Error::NotFound)?;
    audit::opened(&app, cap.actor(), "open", Some(("family", visit.family_id)), "photo");
    let content = attachments::open(&app.store, cap.district(), photo).await?.ok_or(Error::NotFound)?;
    let mut response = content.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content.media_type.name()));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"kunjungan\""));
    Ok(response)
}

#[derive(Template)]
#[template(path = "visit/list.html")]
struct ListPage {
    shell: Shell,
    family: Family,
    lines: Vec<Visit>,
    next: Option<Id>,
    records: bool,
}

/// All visits to a family.
pub(super) async fn of_family(
    cap: Cap<ReadVisits>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(after): Params<After>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let family = reached::family(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let mut lines = query::of_family(db, district, id, after.setelah.parse().ok(), query::PAGE).await?;
    let next = cut(&mut lines, query::PAGE, |visit| visit.id);
    page(&ListPage { records: RecordVisits::of(cap.actor()).is_some(), shell, family, lines, next })
}
