//! The second factor: giving it at sign-in, and setting it up.

use askama::Template;
use asuh_store::{DistrictId, Id};
use axum::extract::State;
use axum::http::HeaderMap;

use super::super::attempts::{Counted, Device, Origin};
use super::super::user::User;
use super::super::{codes, session, totp, user};
use super::command::{ConfirmFactor, Finish, Proof};
use super::{add_cookie, begin, envelope, failed, opening, too_many};
use crate::App;
use crate::web::{Error, Form, FormView, Page, Shell, page, page_with, redirect, see_other};

/// Spare codes of a user.
const SPARE: usize = 8;

#[derive(Template)]
#[template(path = "access/signin/factor.html")]
struct FactorPage {
    shell: Shell,
    f: FormView,
    title: String,
}

/// The form in which a second factor is set up; also under the user's account.
#[derive(Template)]
#[template(path = "access/signin/setup.html")]
pub(in super::super) struct Setup {
    shell: Shell,
    f: FormView,
    title: String,
    action: &'static str,
    qr: String,
    spelled: String,
    ticket: String,
    ask_password: bool,
}

#[derive(Template)]
#[template(path = "access/signin/codes.html")]
struct CodesPage {
    shell: Shell,
    codes: Vec<String>,
    login: String,
}

/// The user whose session waits for the second factor.
async fn waiting(app: &App, headers: &HeaderMap) -> Result<Option<(DistrictId, User, [u8; 32])>, Error> {
    let Some((district, id, half)) = session::half_signed_in(app, headers).await? else { return Ok(None) };
    let found = user::by_id(app.store.reader(), district, id).await?;
    Ok(found.map(|user| (district, user, half)))
}

pub(super) async fn get(State(app): State<App>, shell: Shell, headers: HeaderMap) -> Page {
    match waiting(&app, &headers).await? {
        None => redirect("/masuk"),
        Some((_, user, _)) if user.totp_confirmed_at.is_none() => redirect("/masuk/kode/pasang"),
        Some(_) => {
            let form = Form::empty(&shell);
            show(shell, &form)
        }
    }
}

fn show(shell: Shell, form: &Form) -> Page {
    let title = titled(&shell, form, "access.factor.title");
    page_with(form.status(), &FactorPage { f: form.view(), title, shell })
}

fn titled(shell: &Shell, form: &Form, key: &str) -> String {
    let prefix = if form.is_valid() { "".into() } else { shell.t("web.form.error_title") };
    format!("{prefix}{}", shell.t(key))
}

/// What was typed as a proof: a spare code, or a code of the app that is right now.
pub(in super::super) fn proof(
    app: &App,
    district: DistrictId,
    user: &User,
    typed: &str,
) -> Result<Option<Proof>, Error> {
    let code = codes::normal(typed);
    if code.len() > 6 {
        let hash = app.store.secrets().lookup(district, "recovery", &format!("{} {code}", user.id))?;
        return Ok(Some(Proof::Spare(hash)));
    }
    let Some(sealed) = &user.totp_sealed else { return Ok(None) };
    let secret = app.store.secrets().open(district, sealed)?;
    let now = app.store.clock().now().0 / 1000;
    Ok(totp::step(&secret, typed, now)?.map(Proof::Step))
}

pub(super) async fn post(
    State(app): State<App>,
    shell: Shell,
    origin: Origin,
    headers: HeaderMap,
    mut form: Form,
) -> Page {
    let Some((district, user, half)) = waiting(&app, &headers).await? else { return redirect("/masuk") };
    let typed = form.required("kode", 40);
    if !form.is_valid() {
        return show(shell, &form);
    }
    let counted = Counted::user(app.store.secrets(), district, "tries/factor", user.id)?;
    let address = Counted::address(&app, district, &origin.address).await?;
    let wait = begin(&app, district, Some(counted), address).await?;
    if wait > 0 {
        return too_many(shell, wait);
    }
    let token = session::new_token();
    if let Some(proof) = proof(&app, district, &user, &typed)? {
        let finish = Finish {
            half,
            session: opening(user.id, &token, true, &origin),
            proof,
            counted,
            address: origin.address.clone(),
        };
        match app.store.submit(envelope(&app, district, user.id), finish).await {
            Ok(_) => {
                let mut response = see_other("/");
                add_cookie(&mut response, &session::set_cookie(district, &token));
                add_cookie(&mut response, &Device::set_cookie(&app, district, &user.login)?);
                return Ok(response);
            }
            Err(rejection) => form.reject(rejection)?,
        }
    } else {
        form.error("kode", "access.refused.code");
    }
    failed(&app, district, address, Some(user.id), "second_factor_failed", &origin).await?;
    show(shell, &form)
}

impl Setup {
    /// The page with a new secret, or with the one that a form came back with. The secret travels sealed in the
    /// form and is stored only when a code has shown that the app holds it.
    pub(in super::super) fn new(
        app: &App,
        shell: Shell,
        form: &Form,
        district: DistrictId,
        user: &User,
        (action, ask_password): (&'static str, bool),
    ) -> Result<Setup, Error> {
        let (secret, ticket) = match opened(app, district, user.id, form.get("tiket")) {
            Some(secret) => (secret, form.get("tiket").to_owned()),
            None => {
                let secret = totp::new_secret();
                let mut plain = user.id.as_bytes().to_vec();
                plain.extend_from_slice(&secret);
                let sealed = app.store.secrets().seal(district, &plain)?;
                (secret, data_encoding::BASE64URL_NOPAD.encode(&sealed))
            }
        };
        let place = shell.district_name().to_owned();
        let qr = asuh_documents::qr::svg(&totp::url(&secret, &user.login, &place))
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Setup {
            title: titled(&shell, form, "access.setup.title"),
            f: form.view(),
            action,
            qr,
            spelled: totp::spelled(&secret),
            ticket,
            ask_password,
            shell,
        })
    }
}

/// The secret in a form's ticket, if the ticket was made for this user.
fn opened(app: &App, district: DistrictId, user: Id, ticket: &str) -> Option<Vec<u8>> {
    let sealed = data_encoding::BASE64URL_NOPAD.decode(ticket.as_bytes()).ok()?;
    let plain = app.store.secrets().open(district, &sealed).ok()?;
    plain.strip_prefix(user.as_bytes()).filter(|secret| secret.len() == 20).map(<[u8]>::to_vec)
}

/// The command that a filled-in set-up form means, with the spare codes to show; or nothing, with the error
/// noted in the form.
pub(in super::super) fn confirmed(
    app: &App,
    form: &mut Form,
    district: DistrictId,
    user: &User,
    origin: &Origin,
) -> Result<Option<(ConfirmFactor, Vec<String>)>, Error> {
    let Some(secret) = opened(app, district, user.id, form.get("tiket")) else {
        return Err(Error::BadRequest("the form has no ticket"));
    };
    let typed = form.required("kode", 40);
    let now = app.store.clock().now().0 / 1000;
    let Some(step) = totp::step(&secret, &typed, now)? else {
        if form.is_valid() {
            form.error("kode", "access.refused.setup_code");
        }
        return Ok(None);
    };
    let mut shown = Vec::with_capacity(SPARE);
    let mut spare = Vec::with_capacity(SPARE);
    for nth in 0..SPARE {
        // Made from the ticket, so that the same form sent twice shows the same codes.
        let bytes =
            app.store.secrets().lookup(district, "recovery/make", &format!("{nth} {}", form.get("tiket")))?;
        let code = codes::from_bytes(&bytes);
        spare.push(app.store.secrets().lookup(district, "recovery", &format!("{} {code}", user.id))?);
        shown.push(codes::shown(&code));
    }
    let command =
        ConfirmFactor { user: user.id, secret, step, spare, session: None, address: origin.address.clone() };
    Ok(Some((command, shown)))
}

/// The page that shows the spare codes, once.
pub(in super::super) fn codes_page(shell: Shell, login: &str, codes: Vec<String>) -> Page {
    page(&CodesPage { shell, codes, login: login.to_owned() })
}

const AT_SIGN_IN: (&str, bool) = ("/masuk/kode/pasang", false);

pub(super) async fn setup(State(app): State<App>, shell: Shell, headers: HeaderMap) -> Page {
    match waiting(&app, &headers).await? {
        None => redirect("/masuk"),
        Some((_, user, _)) if user.totp_confirmed_at.is_some() => redirect("/masuk/kode"),
        Some((district, user, _)) => {
            let form = Form::empty(&shell);
            page(&Setup::new(&app, shell, &form, district, &user, AT_SIGN_IN)?)
        }
    }
}

pub(super) async fn confirm(
    State(app): State<App>,
    shell: Shell,
    origin: Origin,
    headers: HeaderMap,
    mut form: Form,
) -> Page {
    let Some((district, user, half)) = waiting(&app, &headers).await? else { return redirect("/masuk") };
    if user.totp_confirmed_at.is_some() {
        return redirect("/masuk/kode");
    }
    let Some((mut command, shown)) = confirmed(&app, &mut form, district, &user, &origin)? else {
        return page_with(form.status(), &Setup::new(&app, shell, &form, district, &user, AT_SIGN_IN)?);
    };
    let token = session::new_token();
    command.session = Some((half, opening(user.id, &token, true, &origin)));
    let mut own = envelope(&app, district, user.id);
    own.id = form.command_id()?;
    app.store.submit(own, command).await?;
    let mut response = codes_page(shell, &user.login, shown)?;
    add_cookie(&mut response, &session::set_cookie(district, &token));
    add_cookie(&mut response, &Device::set_cookie(&app, district, &user.login)?);
    Ok(response)
}
