//! Activation codes, one by one or for a unit: printed as slips or as a spreadsheet. They are shown once, on the
//! answer to the form that made them.

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_store::{Id, Instant};
use axum::extract::State;
use axum::http::{HeaderMap, header};

use super::super::activation::{self, NewCodes};
use super::super::{Cap, codes};
use super::ManageUsers;
use super::pages::of_path;
use super::query::{self, UserLine};
use crate::web::{Cell, Error, Form, FormView, Page, Path, Shell, page, page_with, workbook};
use crate::{App, audit};

/// Users in one command: short enough that nobody's save waits for it.
const CHUNK: usize = 500;

#[derive(Template)]
#[template(path = "access/users/codes.html")]
struct CodesPage {
    shell: Shell,
    f: FormView,
    title: String,
    institutions: Vec<(String, String)>,
    waiting: i64,
}

#[derive(Template)]
#[template(path = "access/users/slips.html")]
struct SlipsPage {
    shell: Shell,
    slips: Vec<(UserLine, String)>,
    address: String,
    until: Instant,
}

pub(super) async fn choose(cap: Cap<ManageUsers>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    show(&cap, &app, shell, &form).await
}

async fn show(cap: &ManageUsers, app: &App, shell: Shell, form: &Form) -> Page {
    let db = app.store.reader();
    let prefix = if form.is_valid() { "".into() } else { shell.t("web.form.error_title") };
    let template = CodesPage {
        f: form.view(),
        title: format!("{prefix}{}", shell.t("access.codes.title")),
        institutions: query::institutions(db, cap.district(), None).await?,
        waiting: query::waiting(db, cap.district(), None).await?.len() as i64,
        shell,
    };
    page_with(form.status(), &template)
}

/// Makes codes for these users; the codes, in order. The same form sent twice gives the same codes.
async fn codes_for(
    app: &App,
    cap: &ManageUsers,
    form: Id,
    users: &[UserLine],
    without_factor: bool,
) -> Result<Vec<String>, Error> {
    let district = cap.district();
    let mut made = Vec::with_capacity(users.len());
    for (nth, some) in users.chunks(CHUNK).enumerate() {
        let mut stored = Vec::with_capacity(some.len());
        for user in some {
            let code = activation::code_of_form(app, district, form, user.id)?;
            stored.push((user.id, activation::code_hash(app, district, &code)?));
            made.push(codes::shown(&code));
        }
        let command = NewCodes { codes: stored, without_factor };
        app.submit(cap.actor(), part(form, nth), command).await?;
    }
    Ok(made)
}

/// The id of a form's nth command: always the same.
fn part(form: Id, nth: usize) -> Id {
    let mut bytes = *form.as_bytes();
    for (byte, part) in bytes[8..].iter_mut().zip((nth as u64).to_be_bytes()) {
        *byte ^= part;
    }
    Id::from_bytes(bytes)
}

pub(super) async fn make(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    shell: Shell,
    headers: HeaderMap,
    mut form: Form,
) -> Page {
    let unit = match form.get("unit") {
        "semua" => None,
        _ => form.id("unit"),
    };
    if !form.is_valid() {
        return show(&cap, &app, shell, &form).await;
    }
    let users = query::waiting(app.store.reader(), cap.district(), unit).await?;
    if users.is_empty() {
        form.error("unit", "access.codes.nobody");
        return show(&cap, &app, shell, &form).await;
    }
    let made = codes_for(&app, &cap, form.command_id()?, &users, false).await?;
    if form.get("bentuk") == "xlsx" {
        audit::opened(&app, cap.actor(), "export", None, "activation_codes");
        let columns = ["access.field.name", "access.field.login", "access.field.activation"];
        let columns = columns.map(|key| Column::new(shell.t(key), Kind::Text));
        let rows = users.into_iter().zip(made);
        let rows = rows.map(|(user, code)| vec![user.name.into(), user.login.into(), Cell::Text(code)]);
        let sheet = shell.t("access.codes.sheet").into_owned();
        return workbook(&app, "kode-aktivasi", sheet, columns.to_vec(), rows.collect()).await;
    }
    slips(&app, shell, &headers, users.into_iter().zip(made).collect())
}

pub(super) async fn one(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    headers: HeaderMap,
    form: Form,
) -> Page {
    let user = of_path(&app, &cap, id).await?;
    let users = [user.clone()];
    let made = codes_for(&app, &cap, form.command_id()?, &users, form.ticked("tanpa_kode_ponsel")).await?;
    slips(&app, shell, &headers, std::iter::once(user).zip(made).collect())
}

fn slips(app: &App, shell: Shell, headers: &HeaderMap, slips: Vec<(UserLine, String)>) -> Page {
    // Who reads the slip on paper needs the whole address: the one that is set, or the one this page was asked at.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let address = match app.settings.public_url.trim_end_matches('/') {
        "" => format!("{host}/aktivasi"),
        url => format!("{url}/aktivasi"),
    };
    let until = app.store.clock().now().plus_seconds(activation::VALID_HOURS * 3600);
    page(&SlipsPage { shell, slips, address, until })
}
