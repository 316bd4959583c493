//! Signing in and out: login and password, then the second factor where a role asks for it.
//!
//! Whoever tries is answered alike, with the same work, whether the login exists or not. The session begins with
//! a new token, and gets another one when the second factor is given.

mod command;
mod factor;

use askama::Template;
use asuh_store::{DistrictId, Envelope, Id};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::attempts::{Begin, Counted, Device, Failed, Origin};
use super::{Cap, SignedIn, password, session, user};
use crate::web::{Error, Form, FormView, Page, Routes, Shell, page_with, redirect, see_other};
use crate::{App, settings};
use command::SignOut;

pub(super) use command::SignIn;
pub(super) use factor::{Setup, codes_page, confirmed};

pub(super) fn routes() -> Routes {
    Routes::new()
        .public_get("/masuk", get)
        .public_post("/masuk", post)
        .public_get("/masuk/kode", factor::get)
        .public_post("/masuk/kode", factor::post)
        .public_get("/masuk/kode/pasang", factor::setup)
        .public_post("/masuk/kode/pasang", factor::confirm)
        .post::<SignedIn, _>("/keluar", sign_out)
}

#[derive(Template)]
#[template(path = "access/signin/signin.html")]
struct SignInPage {
    shell: Shell,
    f: FormView,
    title: String,
    districts: Vec<(String, String)>,
    demo: bool,
}

/// The districts to choose from, empty when there is only one; and the one that is meant.
pub(super) async fn districts(app: &App) -> Result<Vec<(String, String)>, Error> {
    let all = settings::all(app.store.reader()).await?;
    Ok(all.into_iter().map(|district| (district.id.to_string(), district.name)).collect())
}

/// The district that a form names; the only one when there is one.
pub(super) fn chosen(form: &mut Form, districts: &[(String, String)]) -> Option<DistrictId> {
    let value = match districts {
        [only] => only.0.clone(),
        _ => form.get("kabupaten").to_owned(),
    };
    if !districts.iter().any(|(id, _)| *id == value) {
        form.error("kabupaten", "web.error.choose");
        return None;
    }
    value.parse().ok().map(DistrictId)
}

async fn get(State(app): State<App>, shell: Shell) -> Page {
    if shell.actor.is_some() {
        return redirect("/");
    }
    let form = Form::empty(&shell);
    show(&app, shell, &form).await
}

async fn show(app: &App, shell: Shell, form: &Form) -> Page {
    let districts = districts(app).await?;
    let title = shell.t("access.signin.title").into_owned();
    let title = if form.is_valid() { title } else { format!("{}{title}", shell.t("web.form.error_title")) };
    let template = SignInPage { f: form.view(), title, districts, demo: app.settings.demo, shell };
    page_with(form.status(), &template)
}

async fn post(
    State(app): State<App>,
    shell: Shell,
    origin: Origin,
    headers: HeaderMap,
    mut form: Form,
) -> Page {
    let district = chosen(&mut form, &districts(&app).await?);
    let login = user::normal_login(&form.required("nama", user::LOGIN_MOST));
    let typed = form.raw("sandi").to_owned();
    if typed.is_empty() {
        form.error("sandi", "web.error.required");
    }
    let (Some(district), true) = (district, form.is_valid()) else { return show(&app, shell, &form).await };

    let secrets = app.store.secrets();
    let counted = match Device::of(secrets, &headers, district, &login)? {
        Some(device) => Counted::device(secrets, district, &device)?,
        None => Counted::account(secrets, district, &login)?,
    };
    let address = Counted::address(&app, district, &origin.address).await?;
    let wait = begin(&app, district, Some(counted), address).await?;
    if wait > 0 {
        return too_many(shell, wait);
    }
    let found = user::by_login(app.store.reader(), district, &login).await?;
    let found = found.filter(|user| user.disabled_at.is_none());
    let stored = found.as_ref().and_then(|user| user.password_hash.clone());
    // Longer passwords than can be chosen are not hashed: the work would be the attacker's choice.
    let verdict = password::verify(typed.chars().take(password::LONGEST + 1).collect(), stored).await?;
    let (Some(user), true) = (&found, verdict.right) else {
        failed(&app, district, address, found.map(|user| user.id), "sign_in_failed", &origin).await?;
        form.error("sandi", "access.refused.wrong");
        return show(&app, shell, &form).await;
    };
    let half = user.needs_second_factor(&app, district).await?;
    let token = session::new_token();
    let command = SignIn {
        session: opening(user.id, &token, !half, &origin),
        replaces: session::token(&headers).map(|(_, hash)| hash),
        counted,
        address: origin.address.clone(),
        old_hash: user.password_hash.clone().unwrap_or_default(),
        new_hash: verdict.renewed,
    };
    app.store.submit(envelope(&app, district, user.id), command).await?;
    let mut response = see_other(if half { "/masuk/kode" } else { "/" });
    add_cookie(&mut response, &session::set_cookie(district, &token));
    if !half {
        add_cookie(&mut response, &Device::set_cookie(&app, district, &login)?);
    }
    Ok(response)
}

async fn sign_out(cap: Cap<SignedIn>, State(app): State<App>, _form: Form) -> Page {
    let actor = cap.actor();
    let command = SignOut { token_hash: actor.session.clone() };
    app.store.submit(envelope(&app, actor.district, actor.user), command).await?;
    Ok(signed_out("/masuk"))
}

/// Sends a browser that is no longer signed in on, and makes it forget what it kept of our pages.
pub(super) fn signed_out(to: &str) -> Response {
    let mut response = see_other(to);
    add_cookie(&mut response, &session::forget_cookie());
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    response
}

/// Begins a counted try; seconds to wait, 0 to go on.
pub(super) async fn begin(
    app: &App,
    district: DistrictId,
    counted: Option<Counted>,
    address: Counted,
) -> Result<i64, Error> {
    Ok(app.store.submit(envelope(app, district, Id::SYSTEM), Begin { counted, address }).await?.value)
}

/// Ends a try that failed.
pub(super) async fn failed(
    app: &App,
    district: DistrictId,
    address: Counted,
    user: Option<Id>,
    action: &str,
    origin: &Origin,
) -> Result<(), Error> {
    let command = Failed { address, user, action: action.to_owned(), detail: origin.address.clone() };
    app.store.submit(envelope(app, district, Id::SYSTEM), command).await?;
    Ok(())
}

/// A session to be opened for a user.
pub(super) fn opening(user: Id, token: &[u8; 32], complete: bool, origin: &Origin) -> session::OpenSession {
    session::OpenSession { user, token_hash: session::hash(token), complete, browser: origin.browser.clone() }
}

/// The envelope of what somebody does who is not signed in yet.
pub(super) fn envelope(app: &App, district: DistrictId, actor: Id) -> Envelope {
    Envelope { id: app.store.new_id(), district, actor, device: None, captured_at: app.store.clock().now() }
}

/// Adds a `Set-Cookie` header.
pub(super) fn add_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[derive(Template)]
#[template(path = "access/signin/too_many.html")]
struct TooManyPage {
    shell: Shell,
    minutes: i64,
}

/// The page that says how long to wait (429).
pub(super) fn too_many(shell: Shell, seconds: i64) -> Page {
    let minutes = (seconds + 59) / 60;
    let mut response = page_with(StatusCode::TOO_MANY_REQUESTS, &TooManyPage { shell, minutes })?;
    if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    Ok(response)
}
