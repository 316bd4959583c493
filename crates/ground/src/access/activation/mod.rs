//! The first way in: a one-time code from the admin, then a password of one's own.
//!
//! Nobody is given a password by somebody else, and there is no default account. A code is stored hashed, holds
//! for 72 hours and works once; making a new one ends the old. In the demo a code signs in at once, as often as
//! one likes.

mod command;

use askama::Template;
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use axum::extract::State;
use axum::http::HeaderMap;

use super::attempts::{Counted, Device, Origin};
use super::signin::{add_cookie, begin, chosen, districts, envelope, failed, opening, too_many};
use super::{codes, password, session};
use crate::App;
use crate::web::{Error, Form, FormView, Page, Routes, Shell, page_with, see_other};
use command::Activate;
pub(super) use command::{NewCodes, ended};

/// Hours for which a code holds.
pub(super) const VALID_HOURS: i64 = 72;

pub(super) fn routes() -> Routes {
    Routes::new()
        .public_get("/aktivasi", get)
        .public_post("/aktivasi", post)
        .public_post("/aktivasi/sandi", choose)
}

asuh_store::row_struct! {
    /// Whom a code activates.
    struct Awaited { id: Id, login: String, name: String, password_hash: Option<String> }
}

#[derive(Template)]
#[template(path = "access/activation/code.html")]
struct CodePage {
    shell: Shell,
    f: FormView,
    title: String,
    districts: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "access/activation/choose.html")]
struct ChoosePage {
    shell: Shell,
    f: FormView,
    title: String,
    district: DistrictId,
    name: String,
    login: String,
}

/// How a code is stored.
pub(super) fn code_hash(app: &App, district: DistrictId, code: &str) -> Result<[u8; 32], Error> {
    Ok(app.store.secrets().lookup(district, "activation", &codes::normal(code))?)
}

/// A code for a user, made from the form that asks for it: the same form sent twice gives the same code.
pub(super) fn code_of_form(app: &App, district: DistrictId, form: Id, user: Id) -> Result<String, Error> {
    let bytes = app.store.secrets().lookup(district, "activation/make", &format!("{form} {user}"))?;
    Ok(codes::from_bytes(&bytes))
}

async fn awaited(app: &App, district: DistrictId, hash: [u8; 32]) -> Result<Option<Awaited>, StoreError> {
    // In the demo a code that was used once goes on working.
    let unused = if app.settings.demo { "" } else { "AND c.used_at IS NULL" };
    app.store
        .reader()
        .first(
            &format!(
                "SELECT u.id, u.login, u.name, u.password_hash FROM activation_code c \
                 JOIN app_user u ON u.district_id = c.district_id AND u.id = c.user_id \
                 WHERE c.district_id = $1 AND c.code_hash = $2 {unused} AND c.expires_at > $3 \
                 AND u.disabled_at IS NULL"
            ),
            args![district, hash, app.store.clock().now()],
        )
        .await
}

fn titled(shell: &Shell, form: &Form, key: &str) -> String {
    let prefix = if form.is_valid() { "".into() } else { shell.t("web.form.error_title") };
    format!("{prefix}{}", shell.t(key))
}

async fn get(State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    show(&app, shell, &form).await
}

async fn show(app: &App, shell: Shell, form: &Form) -> Page {
    let title = titled(&shell, form, "access.activation.title");
    page_with(form.status(), &CodePage { f: form.view(), title, districts: districts(app).await?, shell })
}

fn show_choice(shell: Shell, form: &Form, district: DistrictId, user: Awaited) -> Page {
    let title = titled(&shell, form, "access.activation.choose");
    let template = ChoosePage { f: form.view(), title, district, name: user.name, login: user.login, shell };
    page_with(form.status(), &template)
}

/// Whom the form's code activates. A wrong code counts against the address it comes from.
async fn of_form(
    app: &App,
    form: &mut Form,
    origin: &Origin,
) -> Result<Result<(DistrictId, Awaited), i64>, Error> {
    const NOBODY: Result<(DistrictId, Awaited), i64> = Err(0);
    let district = chosen(form, &districts(app).await?);
    let code = form.required("kode", 40);
    let (Some(district), true) = (district, form.is_valid()) else { return Ok(NOBODY) };
    let address = Counted::address(app, district, &origin.address).await?;
    let wait = begin(app, district, None, address).await?;
    if wait > 0 {
        return Ok(Err(wait));
    }
    match awaited(app, district, code_hash(app, district, &code)?).await? {
        Some(user) => Ok(Ok((district, user))),
        None => {
            failed(app, district, address, None, "activation_failed", origin).await?;
            form.error("kode", "access.refused.activation");
            Ok(NOBODY)
        }
    }
}

async fn post(
    State(app): State<App>,
    shell: Shell,
    origin: Origin,
    headers: HeaderMap,
    mut form: Form,
) -> Page {
    match of_form(&app, &mut form, &origin).await? {
        Err(0) => show(&app, shell, &form).await,
        Err(wait) => too_many(shell, wait),
        Ok((district, user)) if app.settings.demo => {
            activate(&app, &headers, &origin, &form, district, user, None).await
        }
        Ok((district, user)) => {
            let fresh = Form::with(&shell, [("kode", form.get("kode"))]);
            show_choice(shell, &fresh, district, user)
        }
    }
}

async fn choose(
    State(app): State<App>,
    shell: Shell,
    origin: Origin,
    headers: HeaderMap,
    mut form: Form,
) -> Page {
    let (district, user) = match of_form(&app, &mut form, &origin).await? {
        Err(0) => return show(&app, shell, &form).await,
        Err(wait) => return too_many(shell, wait),
        Ok(found) => found,
    };
    let Some(chosen) = new_password(&mut form, &user.login, &user.name) else {
        return show_choice(shell, &form, district, user);
    };
    let hash = password::hash(chosen).await?;
    activate(&app, &headers, &origin, &form, district, user, Some(hash)).await
}

/// A new password typed twice, if it may be chosen.
pub(super) fn new_password(form: &mut Form, login: &str, name: &str) -> Option<String> {
    let chosen = form.raw("sandi_baru").to_owned();
    if let Err(key) = password::judge(&chosen, login, name) {
        form.error("sandi_baru", key);
    } else if form.raw("sandi_ulang") != chosen {
        form.error("sandi_ulang", "access.refused.password_differs");
    }
    form.is_valid().then_some(chosen)
}

async fn activate(
    app: &App,
    headers: &HeaderMap,
    origin: &Origin,
    form: &Form,
    district: DistrictId,
    user: Awaited,
    hash: Option<String>,
) -> Page {
    let known = super::user::by_id(app.store.reader(), district, user.id).await?.ok_or(Error::NotFound)?;
    let half = known.needs_second_factor(app, district).await?;
    let token = session::new_token();
    let command = Activate {
        code_hash: code_hash(app, district, form.get("kode"))?,
        again: app.settings.demo,
        password_hash: hash,
        session: opening(user.id, &token, !half, origin),
        replaces: session::token(headers).map(|(_, hash)| hash),
        address: origin.address.clone(),
    };
    app.store.submit(envelope(app, district, user.id), command).await?;
    let mut response = see_other(if half { "/masuk/kode" } else { "/" });
    add_cookie(&mut response, &session::set_cookie(district, &token));
    if !half {
        add_cookie(&mut response, &Device::set_cookie(app, district, &user.login)?);
    }
    Ok(response)
}
