//! `/aduan`: anybody complains, and follows what became of it with number and code.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Origin, public_form};
use asuh_ground::settings::{self, District};
use asuh_ground::web::{Error, Form, FormView, Page, Shell, page, page_with};
use asuh_store::Envelope;
use axum::extract::State as Shared;

use super::command::{RecordComplaint, TEXT, code_of_form};
use super::query::{self, Followed};
use super::rules;
use crate::visit::opened;

/// Complaints that one address may send in a quarter of an hour, and how often it may look one up.
const SENDING: i64 = 10;
const LOOKING: i64 = 20;

#[derive(Template)]
#[template(path = "complaint/public.html")]
struct PublicPage {
    shell: Shell,
    districts: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    contact: Vec<String>,
    choose: String,
    form: FormView,
}

/// The district that a form names; the only one where there is one.
fn chosen(form: &mut Form, districts: &[District]) -> Option<District> {
    let of_code = |one: &&District| one.code.as_i64().to_string() == form.get("kabupaten");
    let found = match districts {
        [only] => Some(only.clone()),
        all => all.iter().find(of_code).cloned(),
    };
    if found.is_none() {
        form.error("kabupaten", "web.error.choose");
    }
    found
}

/// An empty form.
pub(super) async fn new(Shared(app): Shared<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    show(&app, shell, &form).await
}

async fn show(app: &App, shell: Shell, form: &Form) -> Page {
    let db = app.store.reader();
    let districts = settings::all(db).await?;
    let mut kinds: Vec<(String, String)> = Vec::new();
    let mut contact = Vec::new();
    for district in &districts {
        for kind in query::kinds(db, district.id).await? {
            if !kinds.iter().any(|(name, _)| *name == kind.name) {
                kinds.push((kind.name.clone(), kind.name));
            }
        }
        if let [only] = districts.as_slice() {
            for setting in ["contact.complaints_name", "contact.complaints_phone", "contact.complaints_email"]
            {
                let value = settings::get(db, only.id, setting, "").await?;
                contact.extend(Some(value).filter(|value| !value.is_empty()));
            }
        }
    }
    let named = |one: &District| (one.code.as_i64().to_string(), one.name.clone());
    let choose = shell.t("web.form.choose").into_owned();
    let districts = districts.iter().map(named).collect();
    let template = PublicPage { shell, districts, kinds, contact, choose, form: form.view() };
    page_with(form.status(), &template)
}

#[derive(Template)]
#[template(path = "complaint/sent.html")]
struct SentPage {
    shell: Shell,
    number: String,
    code: String,
}

/// Takes a complaint in and shows number and code, once.
pub(super) async fn send(Shared(app): Shared<App>, shell: Shell, origin: Origin, mut form: Form) -> Page {
    let districts = settings::all(app.store.reader()).await?;
    let command_id = form.command_id()?;
    let district = chosen(&mut form, &districts);
    let kind = form.required("jenis", 80);
    let text = form.required("isi", TEXT);
    let name = form.optional("nama", 120);
    let contact = form.optional("kontak", 120);
    if let (Some(district), true) = (district, form.is_valid()) {
        public_form(&app, district.id, "complaint/send", &origin, SENDING).await?;
        let today = district.zone.local_date(app.store.clock().now().utc());
        let channel = "page".to_owned();
        let command = RecordComplaint { today, channel, kind, village: None, text, name, contact };
        let envelope = Envelope { id: command_id, ..app.bookkeeping(district.id) };
        match app.store.submit(envelope, command).await {
            Ok(receipt) => {
                let code = code_of_form(app.store.secrets(), district.id, command_id)?;
                return page(&SentPage { shell, number: receipt.value, code });
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show(&app, shell, &form).await
}

/// A step that who complained may read.
struct Told {
    state: String,
    at: String,
    words: String,
}

#[derive(Template)]
#[template(path = "complaint/look.html")]
struct LookPage {
    shell: Shell,
    districts: Vec<(String, String)>,
    choose: String,
    form: FormView,
    found: Option<(Followed, Vec<Told>)>,
}

async fn look_page(app: &App, shell: Shell, form: &Form, found: Option<(Followed, Vec<Told>)>) -> Page {
    let districts = settings::all(app.store.reader()).await?;
    let named = |one: &District| (one.code.as_i64().to_string(), one.name.clone());
    let districts = districts.iter().map(named).collect();
    let choose = shell.t("web.form.choose").into_owned();
    page_with(form.status(), &LookPage { shell, districts, choose, form: form.view(), found })
}

/// Asks for number and code.
pub(super) async fn ask(Shared(app): Shared<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    look_page(&app, shell, &form, None).await
}

/// Shows how a complaint stands to who knows its number and code. By POST: the code stands in no address.
pub(super) async fn look(Shared(app): Shared<App>, shell: Shell, origin: Origin, mut form: Form) -> Page {
    let db = app.store.reader();
    let districts = settings::all(db).await?;
    let district = chosen(&mut form, &districts);
    let number = rules::number(&form.required("nomor", 80));
    let code = form.required("kode", 40);
    let mut found = None;
    if let (Some(district), true) = (district, form.is_valid()) {
        public_form(&app, district.id, "complaint/look", &origin, LOOKING).await?;
        match query::followed(db, district.id, &number, rules::code_hash(&number, &code)).await? {
            None => form.error("kode", "mentoring.complaint.refused.code"),
            Some(one) => {
                let told = told(&app, &shell, &district, &one).await?;
                found = Some((one, told));
            }
        }
    }
    look_page(&app, shell, &form, found).await
}

async fn told(app: &App, shell: &Shell, district: &District, one: &Followed) -> Result<Vec<Told>, Error> {
    let mut told = Vec::new();
    for step in query::steps(app.store.reader(), district.id, one.id).await? {
        let words = match step.shown {
            true => opened(app, district.id, step.words_sealed.as_deref())?,
            false => String::new(),
        };
        told.push(Told { state: step.state, at: shell.instant(step.recorded_at), words });
    }
    Ok(told)
}
