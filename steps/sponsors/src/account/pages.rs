//! Linking a user with a person of the roster, and making the accounts of a unit.

use std::sync::Arc;

use askama::Template;
use asuh_nusantara::Nip;
use asuh_store::{Id, StoreError};
use axum::extract::State;

use super::query::{self, Account, Waiting};
use crate::roster::pages::{Person, masked};
use crate::roster::query::{self as roster, UnitLine};
use asuh_ground::App;
use asuh_ground::access::{
    Actor, AddUsers, Cap, Capability, LinkSponsor, ManageUsers, NewGrant, NewUser, Role,
};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, page_with, redirect};

#[derive(Template)]
#[template(path = "account/panel.html")]
struct UserPanel {
    text: Text,
    user: Id,
    sponsor: Option<(String, String)>,
}

/// On the page of a user: the person of the roster that he is.
pub(in super::super) async fn panel(
    app: &App,
    actor: &Arc<Actor>,
    user: Id,
) -> Result<Option<String>, StoreError> {
    if ManageUsers::of(actor).is_none() {
        return Ok(None);
    }
    let db = app.store.reader();
    let Some(account) = query::account(db, actor.district, user).await? else { return Ok(None) };
    let sponsor = match account.sponsor_id {
        Some(id) => roster::sponsor(db, actor.district, id).await?.map(|line| (line.name, line.unit)),
        None => None,
    };
    let panel = UserPanel { text: Text::new(actor.language, actor.zone), user, sponsor };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

#[derive(Template)]
#[template(path = "account/link.html")]
struct LinkPage {
    shell: Shell,
    f: FormView,
    user: Account,
    linked: Option<String>,
    searched: bool,
    people: Vec<Person>,
}

async fn show(app: &App, cap: &ManageUsers, shell: Shell, form: &Form, user: Account) -> Page {
    let db = app.store.reader();
    let district = cap.district();
    let typed = form.get("cari");
    let lines = match Nip::parse(typed) {
        _ if typed.is_empty() => Vec::new(),
        Ok(nip) => {
            let hash = app.store.secrets().lookup(district, "nip", nip.as_str())?;
            roster::by_nips(db, district, &[hash]).await?
        }
        Err(_) => roster::by_name(db, district, cap.scope(), typed, false).await?,
    };
    let people = lines
        .into_iter()
        .filter(|line| line.status == "active")
        .map(|line| masked(app, district, line))
        .collect::<Result<_, _>>()?;
    let linked = match user.sponsor_id {
        Some(id) => roster::sponsor(db, district, id).await?.map(|line| line.name),
        None => None,
    };
    let searched = !typed.is_empty();
    page_with(form.status(), &LinkPage { f: form.view(), user, linked, searched, people, shell })
}

async fn account_of(app: &App, cap: &ManageUsers, id: Id) -> Result<Account, Error> {
    query::account(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)
}

/// The search, beginning with the user's own name.
pub(in super::super) async fn get(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let user = account_of(&app, &cap, id).await?;
    let form = Form::with(&shell, [("cari", user.name.clone())]);
    show(&app, &cap, shell, &form, user).await
}

/// Searches, links, or unlinks. Names and NIPs travel in the body, never in the address.
pub(in super::super) async fn post(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let user = account_of(&app, &cap, id).await?;
    let sponsor = match form.get("aksi") {
        "pilih" => match form.id("pegawai") {
            Some(id) => {
                // The command cannot look into the roster: that is asked here.
                if roster::sponsor(app.store.reader(), cap.district(), id).await?.is_none() {
                    return Err(Error::NotFound);
                }
                Some(id)
            }
            None => return show(&app, &cap, shell, &form, user).await,
        },
        "lepas" => None,
        _ => return show(&app, &cap, shell, &form, user).await,
    };
    let command = LinkSponsor { user: user.id, sponsor };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/pengguna/{}", user.id)),
        Err(rejection) => {
            form.reject(rejection)?;
            show(&app, &cap, shell, &form, user).await
        }
    }
}

/// The people of a unit who can be given an account: each with his NIP as login; and how many cannot.
struct Candidates {
    users: Vec<NewUser>,
    without_nip: i64,
    login_taken: i64,
}

async fn candidates(app: &App, cap: &ManageUsers, unit: Id) -> Result<Candidates, Error> {
    let db = app.store.reader();
    let mut found = Candidates { users: Vec::new(), without_nip: 0, login_taken: 0 };
    for Waiting { id, name, nip_sealed } in query::waiting(db, cap.district(), unit).await? {
        let Some(sealed) = nip_sealed else {
            found.without_nip += 1;
            continue;
        };
        let login = app.store.secrets().open_text(cap.district(), &sealed)?;
        let grant = NewGrant { role: Role::Sponsor, areas: Vec::new(), units: vec![unit], until: None };
        found.users.push(NewUser { login, name, sponsor: Some(id), grants: vec![grant] });
    }
    let logins: Vec<String> = found.users.iter().map(|user| user.login.clone()).collect();
    let taken = query::taken(db, cap.district(), &logins).await?;
    found.users.retain(|user| !taken.contains(&user.login));
    found.login_taken = taken.len() as i64;
    Ok(found)
}

#[derive(Template)]
#[template(path = "account/unit.html")]
struct UnitPage {
    shell: Shell,
    f: FormView,
    unit: UnitLine,
    ready: i64,
    without_nip: i64,
    login_taken: i64,
    made: Option<i64>,
}

async fn unit_page(
    app: &App,
    cap: &ManageUsers,
    shell: Shell,
    form: &Form,
    unit: UnitLine,
    made: Option<i64>,
) -> Page {
    let found = candidates(app, cap, unit.id).await?;
    let template = UnitPage {
        f: form.view(),
        ready: found.users.len() as i64,
        without_nip: found.without_nip,
        login_taken: found.login_taken,
        made,
        unit,
        shell,
    };
    page_with(form.status(), &template)
}

async fn unit_of(app: &App, cap: &ManageUsers, id: Id) -> Result<UnitLine, Error> {
    roster::unit(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)
}

/// Who of a unit has no account yet.
pub(in super::super) async fn of_unit(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let unit = unit_of(&app, &cap, id).await?;
    let form = Form::empty(&shell);
    unit_page(&app, &cap, shell, &form, unit, None).await
}

/// Makes their accounts: a sponsor each, linked with his entry of the roster.
pub(in super::super) async fn make(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let unit = unit_of(&app, &cap, id).await?;
    let users = candidates(&app, &cap, unit.id).await?.users;
    if users.is_empty() {
        return unit_page(&app, &cap, shell, &form, unit, Some(0)).await;
    }
    match app.submit(cap.actor(), form.command_id()?, AddUsers { users }).await {
        Ok(receipt) => {
            let made = receipt.value.len() as i64;
            unit_page(&app, &cap, shell, &form, unit, Some(made)).await
        }
        Err(rejection) => {
            form.reject(rejection)?;
            unit_page(&app, &cap, shell, &form, unit, None).await
        }
    }
}
