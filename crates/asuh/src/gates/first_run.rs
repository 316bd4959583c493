//! `/mulai`: setting a new installation up, step by step, opened by the code on the console.
//!
//! The page keeps nothing between its steps: every form carries the code and the answers so far, and every step
//! checks the code again. It is there while there is no district, or while nobody of the only one has signed in.

use askama::Template;
use asuh_nusantara::{Level, TerritoryCode, Zone};
use asuh_store::{Envelope, Id};
use axum::extract::State;

use asuh_ground::App;
use asuh_ground::access::{Role, cli};
use asuh_ground::settings::{self, District, first_run};
use asuh_ground::web::{Error, Form, FormView, Page, Shell, page, page_with, redirect};
use asuh_step_registry::district::{
    CreateDistrict, Listed, LoadNationalList, NATIONAL, next_key, provinces, read_list, regencies,
};

/// The pages in their order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Code,
    List,
    Province,
    Regency,
    Identity,
    Renew,
    Done,
}

impl Step {
    fn code(self) -> &'static str {
        match self {
            Step::Code => "code",
            Step::List => "list",
            Step::Province => "province",
            Step::Regency => "regency",
            Step::Identity => "identity",
            Step::Renew => "renew",
            Step::Done => "done",
        }
    }
}

#[derive(Template)]
#[template(path = "gates/first_run.html")]
struct FirstRun {
    shell: Shell,
    f: FormView,
    step: Step,
    title: String,
    lead: String,
    choose: String,
    options: Vec<(String, String)>,
    zones: Vec<(String, String)>,
    /// The activation code, shown once.
    activation: String,
    login: String,
}

fn view(shell: Shell, form: &Form, step: Step, options: Vec<(String, String)>) -> Page {
    page_with(form.status(), &template(shell, form, step, options))
}

fn template(shell: Shell, form: &Form, step: Step, options: Vec<(String, String)>) -> FirstRun {
    let zone = |zone: Zone| {
        (zone.code().to_owned(), shell.t(&format!("setting.district.zone.{}", zone.code())).into_owned())
    };
    FirstRun {
        f: form.view(),
        step,
        title: shell.t(&format!("setup.{}.title", step.code())).into_owned(),
        lead: shell.t(&format!("setup.{}.lead", step.code())).into_owned(),
        choose: shell.t("web.form.choose").into_owned(),
        zones: [Zone::Wib, Zone::Wita, Zone::Wit].map(zone).to_vec(),
        options,
        activation: String::new(),
        login: String::new(),
        shell,
    }
}

fn listed(rows: Vec<Listed>) -> Vec<(String, String)> {
    let words = |row: Listed| {
        let code =
            TerritoryCode::from_i64(row.code).map_or_else(|_| row.code.to_string(), |code| code.to_string());
        (code.clone(), format!("{code} {}", row.name))
    };
    rows.into_iter().map(words).collect()
}

/// The first page: asks for the code.
pub(super) async fn get(State(app): State<App>, shell: Shell) -> Page {
    if !first_run::is_open(&app).await? {
        return redirect("/masuk");
    }
    let form = Form::empty(&shell);
    view(shell, &form, Step::Code, Vec::new())
}

/// Every further step.
pub(super) async fn post(State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    if !first_run::is_open(&app).await? {
        return redirect("/masuk");
    }
    if !first_run::opens(&app, form.get("kode_mulai")).await? {
        form.error("kode_mulai", "setup.error.code");
        return view(shell, &form, Step::Code, Vec::new());
    }
    let there = settings::all(app.store.reader()).await?;
    if let Some(district) = there.first() {
        return renew(&app, shell, form, district).await;
    }
    match form.get("langkah") {
        "list" => list(&app, shell, form).await,
        "province" => province(&app, shell, form).await,
        "regency" => regency(&app, shell, form).await,
        "identity" => identity(&app, shell, form).await,
        _ => begin(&app, shell, &form).await,
    }
}

async fn begin(app: &App, shell: Shell, form: &Form) -> Page {
    let provinces = provinces(app.store.reader()).await?;
    let step = if provinces.is_empty() { Step::List } else { Step::Province };
    view(shell, form, step, listed(provinces))
}

/// The official list as a file, or the district's code and name by hand.
async fn list(app: &App, shell: Shell, mut form: Form) -> Page {
    let read = match form.file("berkas") {
        Some(upload) => {
            let path = upload.path.clone();
            let read = tokio::task::spawn_blocking(move || read_list(&path)).await;
            Some(read.map_err(|error| Error::Internal(error.to_string()))?)
        }
        None => None,
    };
    match read {
        Some(Ok(rows)) => {
            let envelope = app.bookkeeping(NATIONAL);
            app.store.submit(envelope, LoadNationalList { rows, on: shell.today }).await?;
            return begin(app, shell, &form).await;
        }
        Some(Err(refusal)) => form.refuse(&refusal),
        None => {
            if regency_code(&mut form).is_some() {
                return view(shell, &form, Step::Identity, Vec::new());
            }
        }
    }
    view(shell, &form, Step::List, Vec::new())
}

fn regency_code(form: &mut Form) -> Option<TerritoryCode> {
    form.read("kode", |text| {
        TerritoryCode::parse(text)
            .ok()
            .filter(|code| code.level() == Level::Regency)
            .ok_or("setup.refused.not_a_regency")
    })
}

async fn province(app: &App, shell: Shell, mut form: Form) -> Page {
    let chosen = form.read("provinsi", |text| TerritoryCode::parse(text).map_err(|_| "web.error.choose"));
    let Some(chosen) = chosen else { return begin(app, shell, &form).await };
    let options = listed(regencies(app.store.reader(), chosen).await?);
    view(shell, &form, Step::Regency, options)
}

async fn regency(app: &App, shell: Shell, mut form: Form) -> Page {
    let Some(code) = regency_code(&mut form) else { return province(app, shell, form).await };
    let known = match code.parent() {
        Some(province) => regencies(app.store.reader(), province).await?,
        None => Vec::new(),
    };
    let name =
        known.into_iter().find(|row| row.code == code.as_i64()).map_or_else(String::new, |row| row.name);
    let carried =
        ["kode_mulai", "provinsi", "kode"].map(|field| (field.to_owned(), form.get(field).to_owned()));
    let form = Form::with(&shell, carried.into_iter().chain([("nama".to_owned(), name)]));
    view(shell, &form, Step::Identity, Vec::new())
}

/// The last step: makes the district and its first admin, and shows his activation code once.
async fn identity(app: &App, shell: Shell, mut form: Form) -> Page {
    let command_id = form.command_id()?;
    let code = regency_code(&mut form);
    let name = form.required("nama", 60);
    let zone = form.read("zona", |text| Zone::parse(text).ok_or("web.error.choose"));
    let login = form.required("masuk", 60);
    let admin = form.required("nama_admin", 120);
    if !login.is_empty() && !is_login(&login) {
        form.error("masuk", "setup.error.login");
    }
    if let (true, Some(code), Some(zone)) = (form.is_valid(), code, zone) {
        let district = next_key(app.store.reader()).await?;
        let envelope = Envelope {
            id: command_id,
            district,
            actor: Id::SYSTEM,
            device: None,
            captured_at: app.store.clock().now(),
        };
        match app.store.submit(envelope, CreateDistrict { code, name, zone }).await {
            Ok(_) => {
                let made = cli::add(app, district, &login, &admin, Role::DistrictAdmin, &[]).await;
                return done(shell, &form, login, made);
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    view(shell, &form, Step::Identity, Vec::new())
}

/// The same letters that sign-in accepts, asked before the district is made.
fn is_login(login: &str) -> bool {
    (3..=60).contains(&login.len())
        && login.starts_with(|c: char| c.is_ascii_alphanumeric())
        && login.chars().all(|c| c.is_ascii_alphanumeric() || ".-_@".contains(c))
}

fn done(shell: Shell, form: &Form, login: String, made: Result<String, cli::CliError>) -> Page {
    let activation = made.map_err(|error| Error::Unavailable(error.to_string()))?;
    page(&FirstRun { activation, login, ..template(shell, form, Step::Done, Vec::new()) })
}

/// The district is there but nobody has signed in: a new activation code, or the admin who is still missing.
async fn renew(app: &App, shell: Shell, mut form: Form, district: &District) -> Page {
    if form.get("langkah") != "renew" {
        let form = Form::with(&shell, [("kode_mulai", form.get("kode_mulai"))]);
        return view(shell, &form, Step::Renew, Vec::new());
    }
    form.command_id()?;
    let login = form.required("masuk", 60).to_lowercase();
    if !login.is_empty() && !is_login(&login) {
        form.error("masuk", "setup.error.login");
    }
    let admin = form.required("nama_admin", 120);
    if !form.is_valid() {
        return view(shell, &form, Step::Renew, Vec::new());
    }
    let made = match cli::new_code(app, district.id, &login).await {
        Err(cli::CliError::UnknownLogin(_)) => {
            cli::add(app, district.id, &login, &admin, Role::DistrictAdmin, &[]).await
        }
        other => other,
    };
    done(shell, &form, login, made)
}
