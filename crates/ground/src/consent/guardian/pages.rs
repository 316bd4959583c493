//! `/persetujuan`: the register, a family's consents, recording, withdrawing, the printed form.

use askama::Template;
use asuh_store::{Id, Instant};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;

use super::super::noted::noted;
use super::super::rights::{ReadConsents, RecordConsents};
use super::super::rules::{Method, Purpose, Relation, TEXT_VERSION};
use super::command::{RecordConsent, WithdrawConsent};
use super::query::{self, ConsentLine, FamilyLine, Filter, Member, PAGE};
use crate::access::{Cap, Capability};
use crate::settings::{self, Letterhead};
use crate::web::{Error, Form, FormView, Page, Path, Routes, Shell, cut, page, page_with, redirect};
use crate::{App, attachments};

/// Bytes of a scan.
const SCAN: u64 = 5 << 20;

pub(in crate::consent) fn routes() -> Routes {
    Routes::new()
        .get::<ReadConsents, _>("/persetujuan", register)
        .get::<ReadConsents, _>("/persetujuan/keluarga/{family}", of_family)
        .get::<RecordConsents, _>("/persetujuan/keluarga/{family}/baru", new)
        .post::<RecordConsents, _>("/persetujuan/keluarga/{family}/baru", record)
        .get::<RecordConsents, _>("/persetujuan/keluarga/{family}/formulir", printed)
        .get::<RecordConsents, _>("/persetujuan/{id}/tarik", withdraw)
        .post::<RecordConsents, _>("/persetujuan/{id}/tarik", withdrawn)
        .get::<ReadConsents, _>("/persetujuan/{id}/berkas", scan)
}

#[derive(Template)]
#[template(path = "consent/guardian/register.html")]
struct Register {
    shell: Shell,
    f: FormView,
    lines: Vec<ConsentLine>,
    purposes: Vec<(String, String)>,
    states: Vec<(String, String)>,
    all: String,
    next: Option<String>,
}

/// What the register is narrowed to: nothing personal.
#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    tujuan: String,
    #[serde(default)]
    keadaan: String,
    #[serde(default)]
    sesudah: String,
}

async fn register(
    cap: Cap<ReadConsents>,
    State(app): State<App>,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Page {
    let after = asked
        .sesudah
        .split_once('.')
        .and_then(|(at, id)| Some((Instant(at.parse().ok()?), id.parse().ok()?)));
    let filter =
        Filter { purpose: Purpose::parse(&asked.tujuan), withdrawn: asked.keadaan == "ditarik", after };
    let mut lines = query::register(app.store.reader(), cap.district(), cap.scope(), &filter).await?;
    let next = cut(&mut lines, PAGE, |line| {
        let purpose = filter.purpose.map_or("", Purpose::code);
        let state = if filter.withdrawn { "ditarik" } else { "" };
        format!("/persetujuan?tujuan={purpose}&keadaan={state}&sesudah={}.{}", line.recorded_at.0, line.id)
    });
    page(&Register {
        f: Form::with(&shell, [("tujuan", asked.tujuan), ("keadaan", asked.keadaan)]).view(),
        purposes: purposes(&shell),
        states: vec![("ditarik".to_owned(), shell.t("consent.state.withdrawn").into_owned())],
        all: shell.t("consent.all").into_owned(),
        lines,
        next,
        shell,
    })
}

fn purposes(shell: &Shell) -> Vec<(String, String)> {
    let word = |purpose: &Purpose| shell.t(&format!("consent.purpose.{}", purpose.code())).into_owned();
    Purpose::ALL.iter().map(|purpose| (purpose.code().to_owned(), word(purpose))).collect()
}

#[derive(Template)]
#[template(path = "consent/guardian/family.html")]
struct FamilyPage {
    shell: Shell,
    family: FamilyLine,
    lines: Vec<ConsentLine>,
    may_record: bool,
    done: bool,
}

/// Whether the page is shown after something was recorded.
#[derive(Deserialize, Default)]
struct After {
    #[serde(default)]
    tercatat: Option<u8>,
}

async fn of_family(
    cap: Cap<ReadConsents>,
    State(app): State<App>,
    Path(family): Path<Id>,
    Query(after): Query<After>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let family = query::family(db, cap.district(), family, cap.scope()).await?.ok_or(Error::NotFound)?;
    let lines = query::of_family(db, cap.district(), family.id).await?;
    noted(&app, cap.actor(), "open", Some(("family", family.id)), "consent").await?;
    page(&FamilyPage {
        may_record: RecordConsents::of(cap.actor()).is_some(),
        done: after.tercatat.is_some(),
        family,
        lines,
        shell,
    })
}

#[derive(Template)]
#[template(path = "consent/guardian/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    family: FamilyLine,
    purposes: Vec<(String, String)>,
    people: Vec<(String, String)>,
    relations: Vec<(String, String)>,
    methods: Vec<(String, String)>,
    everybody: String,
    choose: String,
}

async fn new_page(app: &App, cap: &RecordConsents, shell: Shell, family: Id, form: Form) -> Page {
    let db = app.store.reader();
    let family = query::family(db, cap.district(), family, cap.scope()).await?.ok_or(Error::NotFound)?;
    let people = query::members(db, cap.district(), family.id).await?;
    let person = |member: Member| (member.id.to_string(), member.name);
    let template = NewPage {
        f: form.view(),
        people: people.into_iter().map(person).collect(),
        purposes: purposes(&shell),
        relations: Relation::ALL
            .iter()
            .map(|one| {
                (one.code().to_owned(), shell.t(&format!("consent.relation.{}", one.code())).into_owned())
            })
            .collect(),
        methods: Method::ALL
            .iter()
            .map(|one| {
                (one.code().to_owned(), shell.t(&format!("consent.method.{}", one.code())).into_owned())
            })
            .collect(),
        everybody: shell.t("consent.everybody").into_owned(),
        choose: shell.t("web.form.choose").into_owned(),
        family,
        shell,
    };
    page_with(form.status(), &template)
}

/// An empty form whose day is today.
fn dated_today(shell: &Shell) -> Form {
    let day = shell.today;
    let boxes = [
        ("tanggal_tanggal", day.day().to_string()),
        ("tanggal_bulan", u8::from(day.month()).to_string()),
        ("tanggal_tahun", day.year().to_string()),
    ];
    Form::with(shell, boxes)
}

async fn new(cap: Cap<RecordConsents>, State(app): State<App>, Path(family): Path<Id>, shell: Shell) -> Page {
    let form = dated_today(&shell);
    new_page(&app, &cap, shell, family, form).await
}

async fn record(
    cap: Cap<RecordConsents>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    // An id out of reach is not told apart from one that does not exist, whatever else the form holds.
    query::family(app.store.reader(), cap.district(), family, cap.scope()).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let purposes: Vec<Purpose> = form.all("tujuan").into_iter().filter_map(Purpose::parse).collect();
    if purposes.is_empty() {
        form.error("tujuan", "consent.refused.no_purpose");
    }
    let guardian_name = form.required("wali", 120);
    let relation = form.read("hubungan", |code| Relation::parse(code).ok_or("web.error.choose"));
    let method = form.read("cara", |code| Method::parse(code).ok_or("web.error.choose"));
    let person = form.read_optional("orang", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
    let witness = form.optional("saksi", 120);
    let given_on = form.day("tanggal");
    let read = form.file("berkas").map(|file| attachments::read(file, attachments::MediaType::SCANS, SCAN));
    let content = match read {
        Some(Ok(content)) => Some(content),
        Some(Err(refusal)) => {
            form.refuse(&refusal.field("berkas"));
            None
        }
        None => None,
    };
    if let (true, Some(relation), Some(method), Some(given_on)) =
        (form.is_valid(), relation, method, given_on)
    {
        let scan = match content {
            Some(content) => Some(attachments::store(&app, cap.actor(), command_id, content).await?),
            None => None,
        };
        let scope = cap.scope().clone();
        let command = RecordConsent {
            family,
            person,
            purposes,
            guardian_name,
            relation,
            method,
            witness,
            given_on,
            scan,
            scope,
        };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/persetujuan/keluarga/{family}?tercatat=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(&app, &cap, shell, family, form).await
}

#[derive(Template)]
#[template(path = "consent/guardian/printed.html")]
struct Printed {
    shell: Shell,
    family: FamilyLine,
    letterhead: Letterhead,
    text_version: &'static str,
    years: i64,
    complaints: String,
    officer: String,
    place_and_day: String,
    above_guardian: String,
    above_witness: String,
    guardian: String,
    witness: String,
}

async fn printed(
    cap: Cap<RecordConsents>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let family = query::family(db, cap.district(), family, cap.scope()).await?.ok_or(Error::NotFound)?;
    let mut values = settings::values(db, cap.district()).await?;
    let mut joined = |names: [&'static str; 3]| -> String {
        let parts: Vec<String> =
            names.iter().filter_map(|name| values.remove(name)).filter(|value| !value.is_empty()).collect();
        parts.join(", ")
    };
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    // The form is a paper for the guardian: always in Indonesian, whatever the officer reads.
    let text = crate::web::Text::new(asuh_nusantara::Language::Indonesian, cap.actor().zone);
    page(&Printed {
        complaints: joined([
            "contact.complaints_name",
            "contact.complaints_phone",
            "contact.complaints_email",
        ]),
        officer: joined(["contact.dpo_name", "contact.dpo_phone", "contact.dpo_email"]),
        years: settings::get_typed(db, cap.district(), "retention.family_years").await?,
        text_version: TEXT_VERSION,
        place_and_day: letterhead.place_and_day("................................"),
        above_guardian: text.t("consent.form.guardian").into_owned(),
        above_witness: text.t("consent.form.witness").into_owned(),
        guardian: String::new(),
        witness: String::new(),
        letterhead,
        family,
        shell,
    })
}

#[derive(Template)]
#[template(path = "consent/guardian/withdraw.html")]
struct WithdrawPage {
    shell: Shell,
    f: FormView,
    line: ConsentLine,
}

async fn withdraw_page(app: &App, cap: &RecordConsents, shell: Shell, id: Id, form: Form) -> Page {
    let line =
        query::one(app.store.reader(), cap.district(), id, cap.scope()).await?.ok_or(Error::NotFound)?;
    page_with(form.status(), &WithdrawPage { f: form.view(), line, shell })
}

async fn withdraw(
    cap: Cap<RecordConsents>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = dated_today(&shell);
    withdraw_page(&app, &cap, shell, id, form).await
}

async fn withdrawn(
    cap: Cap<RecordConsents>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let on = form.day("tanggal");
    let reason = form.optional("alasan", 500);
    if let (true, Some(on)) = (form.is_valid(), on) {
        let command = WithdrawConsent { id, on, reason, scope: cap.scope().clone() };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => return redirect(&format!("/persetujuan/keluarga/{}?tercatat=1", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    withdraw_page(&app, &cap, shell, id, form).await
}

async fn scan(cap: Cap<ReadConsents>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let line =
        query::one(app.store.reader(), cap.district(), id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let attachment = line.attachment_id.ok_or(Error::NotFound)?;
    let content = attachments::open(&app.store, cap.district(), attachment).await?.ok_or(Error::NotFound)?;
    noted(&app, cap.actor(), "open", Some(("family", line.family_id)), "consent scan").await?;
    let extension = match content.media_type {
        attachments::MediaType::Png => "png",
        attachments::MediaType::Jpeg => "jpg",
        attachments::MediaType::Pdf => "pdf",
    };
    let headers = [
        (header::CONTENT_TYPE, content.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"persetujuan.{extension}\"")),
    ];
    Ok((headers, content.bytes).into_response())
}
