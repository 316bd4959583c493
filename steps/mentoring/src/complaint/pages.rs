//! `/pengaduan`: what came in, recording what was told, and answering; `/pengaduan/khusus` for those who are named.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_step_registry::territories;
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{AnswerComplaint, RecordComplaint, TEXT, code_of_form};
use super::query::{self, Complaint, Shown, Step};
use super::rules::{self, State as At};
use crate::visit::opened;
use crate::{AnswerComplaints, ReadComplaints, RecordComplaints, SensitiveComplaints};

#[derive(Template)]
#[template(path = "complaint/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Complaint>,
    sensitive: bool,
    settled: bool,
    waiting: i64,
    late: i64,
    next: Option<Id>,
    records: bool,
    /// The caller is named for sensitive ones.
    named: bool,
    /// Nobody is named: a sensitive complaint would be read by nobody.
    unnamed: bool,
}

impl ListPage {
    fn here(&self) -> &'static str {
        base(self.sensitive)
    }
}

/// Where a list stands.
fn base(sensitive: bool) -> &'static str {
    if sensitive { "/pengaduan/khusus" } else { "/pengaduan" }
}

/// Which list, and where it goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    setelah: String,
}

/// The complaints that are not sensitive.
pub(super) async fn list(
    cap: Cap<ReadComplaints>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    list_page(&app, cap.actor(), shell, &choice, false).await
}

/// The sensitive ones, for those who are named; for everybody else there is no such page.
pub(super) async fn sensitive_list(
    cap: Cap<SensitiveComplaints>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    named(&app, cap.actor()).await?;
    list_page(&app, cap.actor(), shell, &choice, true).await
}

async fn named(app: &App, actor: &Actor) -> Result<(), Error> {
    match query::is_named(app.store.reader(), actor.district, actor.user).await? {
        true => Ok(()),
        false => Err(Error::NotFound),
    }
}

async fn list_page(
    app: &App,
    actor: &std::sync::Arc<Actor>,
    shell: Shell,
    choice: &Choice,
    sensitive: bool,
) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let settled = choice.tampil == "selesai";
    let shown = if settled { Shown::Settled } else { Shown::Open };
    let mut lines = query::list(db, district, sensitive, shown, choice.setelah.parse().ok()).await?;
    let next = cut(&mut lines, query::PAGE, |line| line.id);
    let (waiting, late) = query::waiting(db, district, sensitive, shell.today).await?;
    page(&ListPage {
        lines,
        sensitive,
        settled,
        waiting,
        late,
        next,
        records: RecordComplaints::of(actor).is_some(),
        named: query::is_named(db, district, actor.user).await?,
        unnamed: query::named(db, district).await?.is_empty(),
        shell,
    })
}

#[derive(Template)]
#[template(path = "complaint/new.html")]
struct NewPage {
    shell: Shell,
    channels: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    villages: Vec<(String, String)>,
    nowhere: String,
    form: FormView,
}

/// A form for what was told by telephone, on paper or in person.
pub(super) async fn new(cap: Cap<RecordComplaints>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    new_page(&app, &cap, shell, &form).await
}

async fn new_page(app: &App, cap: &RecordComplaints, shell: Shell, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let kinds = query::kinds(db, district).await?;
    let villages = territories::villages_within(db, district, cap.scope()).await?;
    let channel = |code: &&str| {
        ((*code).to_owned(), shell.t(&format!("mentoring.complaint.channel.{code}")).into_owned())
    };
    let template = NewPage {
        channels: rules::CHANNELS.iter().map(channel).collect(),
        kinds: kinds.into_iter().map(|kind| (kind.name.clone(), kind.name)).collect(),
        villages: villages.into_iter().map(|one| (one.code.to_string(), one.name)).collect(),
        nowhere: shell.t("mentoring.complaint.nowhere").into_owned(),
        form: form.view(),
        shell,
    };
    page_with(form.status(), &template)
}

#[derive(Template)]
#[template(path = "complaint/sent.html")]
struct SentPage {
    shell: Shell,
    number: String,
    code: String,
}

/// Records it, and shows number and code to be told to who complained.
pub(super) async fn record(
    cap: Cap<RecordComplaints>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let channel = form
        .read("lewat", |code| rules::CHANNELS.into_iter().find(|one| *one == code).ok_or("web.error.choose"));
    let kind = form.required("jenis", 80);
    let text = form.required("isi", TEXT);
    let village = form.read_optional("desa", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let name = form.optional("nama", 120);
    let contact = form.optional("kontak", 120);
    if let (Some(channel), true) = (channel, form.is_valid()) {
        let channel = channel.to_owned();
        let command = RecordComplaint { today: shell.today, channel, kind, village, text, name, contact };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => {
                let code = code_of_form(app.store.secrets(), cap.district(), command_id)?;
                return page(&SentPage { shell, number: receipt.value, code });
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(&app, &cap, shell, &form).await
}

/// A step in words.
struct StepLine {
    step: Step,
    words: String,
}

#[derive(Template)]
#[template(path = "complaint/show.html")]
struct ShowPage {
    shell: Shell,
    one: Complaint,
    sensitive: bool,
    text: String,
    name: String,
    contact: String,
    steps: Vec<StepLine>,
    /// What may become of it, where the caller may act.
    states: Vec<(String, String)>,
    form: FormView,
}

impl ShowPage {
    fn here(&self) -> &'static str {
        base(self.sensitive)
    }
}

async fn shown(
    app: &App,
    actor: &Actor,
    shell: Shell,
    id: Id,
    sensitive: bool,
    may: bool,
    form: &Form,
) -> Page {
    let (db, district): (_, DistrictId) = (app.store.reader(), actor.district);
    let one = query::one(db, district, id, sensitive).await?.ok_or(Error::NotFound)?;
    let detail = if sensitive { "sensitive_complaint" } else { "complaint" };
    audit::opened(app, actor, "open", Some(("complaint", id)), detail);
    let mut steps = Vec::new();
    for step in query::steps(db, district, id).await? {
        steps.push(StepLine { words: opened(app, district, step.words_sealed.as_deref())?, step });
    }
    let state = At::parse(&one.state).unwrap_or(At::Closed);
    let next = At::ALL.into_iter().filter(|next| may && state.may_become(*next));
    let next = next.map(|next| {
        (next.code().to_owned(), shell.t(&format!("mentoring.complaint.do.{}", next.code())).into_owned())
    });
    let states: Vec<(String, String)> = next.collect();
    let template = ShowPage {
        text: opened(app, district, Some(&one.text_sealed))?,
        name: opened(app, district, one.name_sealed.as_deref())?,
        contact: opened(app, district, one.contact_sealed.as_deref())?,
        steps,
        states,
        form: form.view(),
        sensitive,
        one,
        shell,
    };
    page_with(form.status(), &template)
}

/// A complaint that is not sensitive.
pub(super) async fn show(
    cap: Cap<ReadComplaints>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    let may = AnswerComplaints::of(cap.actor()).is_some();
    shown(&app, cap.actor(), shell, id, false, may, &form).await
}

/// A sensitive one, for those who are named.
pub(super) async fn sensitive(
    cap: Cap<SensitiveComplaints>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    named(&app, cap.actor()).await?;
    let form = Form::empty(&shell);
    shown(&app, cap.actor(), shell, id, true, true, &form).await
}

/// Takes it up, answers or closes it.
pub(super) async fn answer(
    cap: Cap<AnswerComplaints>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    answered(&app, cap.actor(), shell, id, false, form).await
}

/// As [`answer`], by those who are named.
pub(super) async fn sensitive_answer(
    cap: Cap<SensitiveComplaints>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    named(&app, cap.actor()).await?;
    answered(&app, cap.actor(), shell, id, true, form).await
}

async fn answered(app: &App, actor: &Actor, shell: Shell, id: Id, sensitive: bool, mut form: Form) -> Page {
    query::one(app.store.reader(), actor.district, id, sensitive).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let state = form.read("keadaan", |code| At::parse(code).ok_or("web.error.choose"));
    let words = form.required("kata", 2_000);
    if let (Some(state), true) = (state, form.is_valid()) {
        let command = AnswerComplaint { complaint: id, sensitive, state, words };
        match app.submit(actor, command_id, command).await {
            Ok(_) => return redirect(&format!("{}/{id}", base(sensitive))),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    shown(app, actor, shell, id, sensitive, true, &form).await
}

/// The CSS class of a stored state.
pub(super) fn tone(state: &str) -> &'static str {
    At::parse(state).map_or("", At::tone)
}
