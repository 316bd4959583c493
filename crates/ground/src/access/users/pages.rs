//! The list of users, one user, a new user, the rules about roles.

use askama::Template;
use asuh_store::{Id, Rejection};
use axum::extract::{Query as UrlQuery, State};
use serde::Deserialize;

use super::super::user::normal_login;
use super::super::{Cap, Role, RolePair};
use super::command::{AddUsers, NewUser, SetDisabled, SetRoleRules};
use super::query::{self, GrantLine, PAGE, UserLine};
use super::{ManageUsers, rules as role_rules};
use crate::App;
use crate::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// Where a list goes on; an id tells nobody anything.
#[derive(Deserialize)]
pub(super) struct Onward {
    setelah: Option<String>,
}

#[derive(Template)]
#[template(path = "access/users/list.html")]
struct ListPage {
    shell: Shell,
    search: String,
    users: Vec<(UserLine, Vec<GrantLine>)>,
    next: Option<String>,
}

pub(super) async fn list(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    shell: Shell,
    UrlQuery(onward): UrlQuery<Onward>,
) -> Page {
    let after = onward.setelah.and_then(|id| id.parse().ok());
    show_list(&cap, &app, shell, String::new(), after).await
}

/// A search carries names: they travel in the body, never in the address.
pub(super) async fn search(cap: Cap<ManageUsers>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let after = form.get("setelah").parse().ok();
    let search = form.get("cari").chars().take(60).collect();
    show_list(&cap, &app, shell, search, after).await
}

async fn show_list(cap: &ManageUsers, app: &App, shell: Shell, search: String, after: Option<Id>) -> Page {
    let db = app.store.reader();
    let mut users = query::list(db, cap.district(), &search, after).await?;
    let next = cut(&mut users, PAGE, |user| user.id.to_string());
    let ids: Vec<Id> = users.iter().map(|user| user.id).collect();
    let mut grants = query::grants_of_all(db, cap.district(), &ids, app.store.clock().now()).await?;
    let users = users
        .into_iter()
        .map(|user| {
            let held = grants.remove(&user.id).unwrap_or_default();
            (user, held)
        })
        .collect();
    page(&ListPage { shell, search, users, next })
}

#[derive(Template)]
#[template(path = "access/users/one.html")]
struct OnePage {
    shell: Shell,
    f: FormView,
    title: String,
    user: UserLine,
    grants: Vec<GrantLine>,
    panels: Vec<String>,
    own: bool,
}

/// The user of a path, who must be of the caller's district.
pub(super) async fn of_path(app: &App, cap: &ManageUsers, id: Id) -> Result<UserLine, Error> {
    query::one(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)
}

pub(super) async fn one(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let user = of_path(&app, &cap, id).await?;
    let form = Form::empty(&shell);
    show_one(&cap, &app, shell, &form, user).await
}

pub(super) async fn show_one(
    cap: &ManageUsers,
    app: &App,
    shell: Shell,
    form: &Form,
    user: UserLine,
) -> Page {
    let now = app.store.clock().now();
    let grants = query::grants_of(app.store.reader(), cap.district(), user.id, now).await?;
    let mut panels = Vec::new();
    if let Some(actor) = &shell.actor {
        for panel in &app.registry.user_panels {
            panels.extend(panel(app, actor, user.id).await?);
        }
    }
    let prefix = if form.is_valid() { "".into() } else { shell.t("web.form.error_title") };
    let title = format!("{prefix}{}", user.name);
    let own = user.id == cap.actor().user;
    page_with(form.status(), &OnePage { f: form.view(), title, user, grants, panels, own, shell })
}

#[derive(Template)]
#[template(path = "access/users/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    title: String,
}

fn show_new(shell: Shell, form: &Form) -> Page {
    let prefix = if form.is_valid() { "".into() } else { shell.t("web.form.error_title") };
    let title = format!("{prefix}{}", shell.t("access.users.new"));
    page_with(form.status(), &NewPage { f: form.view(), title, shell })
}

pub(super) async fn new(_cap: Cap<ManageUsers>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    show_new(shell, &form)
}

pub(super) async fn add(cap: Cap<ManageUsers>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let login = normal_login(&form.required("nama", super::super::user::LOGIN_MOST));
    let name = form.required("nama_lengkap", 120);
    if form.is_valid() {
        let user = NewUser { login, name, sponsor: None, grants: Vec::new() };
        let command = AddUsers { users: vec![user] };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => match receipt.value.first() {
                Some(id) => return redirect(&format!("/pengguna/{id}/peran")),
                None => return redirect("/pengguna"),
            },
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_new(shell, &form)
}

pub(super) async fn disable(
    cap: Cap<ManageUsers>,
    state: State<App>,
    shell: Shell,
    path: Path<Id>,
    form: Form,
) -> Page {
    set_disabled(cap, state, shell, path, form, true).await
}

pub(super) async fn enable(
    cap: Cap<ManageUsers>,
    state: State<App>,
    shell: Shell,
    path: Path<Id>,
    form: Form,
) -> Page {
    set_disabled(cap, state, shell, path, form, false).await
}

async fn set_disabled(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
    disabled: bool,
) -> Page {
    let user = of_path(&app, &cap, id).await?;
    let command = SetDisabled { user: user.id, disabled };
    let sent = app.submit(cap.actor(), form.command_id()?, command).await.map(|_| ());
    after(&cap, &app, shell, form, user, sent).await
}

/// The user's page again: with what stands in the way, or after the change.
pub(super) async fn after(
    cap: &ManageUsers,
    app: &App,
    shell: Shell,
    mut form: Form,
    user: UserLine,
    sent: Result<(), Rejection>,
) -> Page {
    match sent {
        Ok(()) => redirect(&format!("/pengguna/{}", user.id)),
        Err(rejection) => {
            form.reject(rejection)?;
            show_one(cap, app, shell, &form, user).await
        }
    }
}

#[derive(Template)]
#[template(path = "access/users/rules.html")]
struct RulesPage {
    shell: Shell,
    f: FormView,
    title: String,
    pairs: Vec<(String, String)>,
    roles: Vec<(String, String)>,
}

fn role_options(shell: &Shell) -> Vec<(String, String)> {
    let roles = Role::ALL.iter();
    roles
        .map(|role| (role.code().to_owned(), shell.t(&format!("role.{}", role.code())).into_owned()))
        .collect()
}

fn show_rules(shell: Shell, form: &Form, pairs: &[RolePair]) -> Page {
    let prefix = if form.is_valid() { "".into() } else { shell.t("web.form.error_title") };
    let title = format!("{prefix}{}", shell.t("access.rules.title"));
    let name = |role: Role| shell.t(&format!("role.{}", role.code())).into_owned();
    let pairs = pairs
        .iter()
        .map(|pair| (role_rules::written(&[*pair]), format!("{} + {}", name(pair.0), name(pair.1))))
        .collect();
    let roles = role_options(&shell);
    page_with(form.status(), &RulesPage { f: form.view(), title, pairs, roles, shell })
}

pub(super) async fn rules(cap: Cap<ManageUsers>, State(app): State<App>, shell: Shell) -> Page {
    let (pairs, days) = role_rules::read(app.store.reader(), cap.district()).await?;
    let values = pairs.iter().map(|pair| ("pasangan", role_rules::written(&[*pair])));
    let form = Form::with(&shell, values.chain([("hari", days.to_string())]));
    show_rules(shell, &form, &pairs)
}

pub(super) async fn set_rules(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let (held, _) = role_rules::read(app.store.reader(), cap.district()).await?;
    let days = form.count("hari", 1..=3_660);
    let mut kept: Vec<String> = form.all("pasangan").into_iter().map(str::to_owned).collect();
    match (form.get("peran_satu"), form.get("peran_dua")) {
        ("", "") => {}
        (one, two) => kept.push(format!("{one}+{two}")),
    }
    let incompatible = kept.join(", ");
    if RolePair::parse_list(&incompatible).is_err() {
        form.error("peran_satu", "access.refused.pairs");
    }
    if let (Some(auditor_days), true) = (days, form.is_valid()) {
        let command = SetRoleRules { incompatible, auditor_days };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/pengguna/aturan"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_rules(shell, &form, &held)
}
