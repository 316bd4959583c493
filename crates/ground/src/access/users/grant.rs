//! Giving a user a role, and taking it away.

use askama::Template;
use asuh_nusantara::TerritoryCode;
use asuh_store::{Id, Instant};
use axum::extract::{Query as UrlQuery, State};
use serde::Deserialize;

use super::super::{Cap, Role};
use super::command::{AddGrant, NewGrant, RevokeGrant};
use super::pages::{after, of_path};
use super::query::{self, UserLine};
use super::{ManageUsers, rules};
use crate::App;
use crate::web::{Form, FormView, Page, Path, Shell, page_with, redirect};

/// Whose villages and units are offered.
#[derive(Deserialize)]
pub(super) struct Offered {
    kecamatan: Option<String>,
    lembaga: Option<String>,
}

#[derive(Template)]
#[template(path = "access/users/grant.html")]
struct GrantPage {
    shell: Shell,
    f: FormView,
    title: String,
    user: UserLine,
    roles: Vec<(String, String)>,
    whole: String,
    subdistricts: Vec<(String, String)>,
    villages: Vec<(String, String)>,
    institutions: Vec<(String, String)>,
    units: Vec<(String, String)>,
    auditor_days: i64,
}

pub(super) async fn get(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    UrlQuery(offered): UrlQuery<Offered>,
) -> Page {
    let user = of_path(&app, &cap, id).await?;
    let values = [("kecamatan", offered.kecamatan), ("lembaga", offered.lembaga)];
    let values = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let form = Form::with(&shell, values);
    show(&cap, &app, shell, &form, user).await
}

async fn show(cap: &ManageUsers, app: &App, shell: Shell, form: &Form, user: UserLine) -> Page {
    let db = app.store.reader();
    let district = cap.district();
    let kecamatan = form.get("kecamatan").parse().ok().and_then(|code| TerritoryCode::from_i64(code).ok());
    let villages = match kecamatan {
        Some(code) => query::places(db, district, Some(code)).await?,
        None => Vec::new(),
    };
    let institutions = query::institutions(db, district, None).await?;
    let units = match form.get("lembaga").parse::<Id>() {
        Ok(parent) => query::institutions(db, district, Some(parent)).await?,
        Err(_) => institutions.clone(),
    };
    let (_, auditor_days) = rules::read(db, district).await?;
    let prefix = if form.is_valid() { "".into() } else { shell.t("web.form.error_title") };
    let roles = Role::ALL.iter();
    let roles =
        roles.map(|role| (role.code().to_owned(), shell.t(&format!("role.{}", role.code())).into_owned()));
    let template = GrantPage {
        f: form.view(),
        title: format!("{prefix}{}", shell.t("access.grant.title")),
        user,
        roles: roles.collect(),
        whole: cap.actor().district_code.as_i64().to_string(),
        subdistricts: query::places(db, district, None).await?,
        villages,
        institutions,
        units,
        auditor_days,
        shell,
    };
    page_with(form.status(), &template)
}

pub(super) async fn post(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let user = of_path(&app, &cap, id).await?;
    let role = form.read("peran", |code| Role::parse(code).ok_or("web.error.choose"));
    let rw = form.optional("rw", 20);
    let until = form.day_optional("sampai").map(|day| end_of(&cap, day));
    let mut areas: Vec<(i64, String)> = Vec::new();
    for code in form.all("wilayah").iter().filter_map(|code| code.parse::<i64>().ok()) {
        // An RW belongs to a village; kecamatan and district are given whole.
        let is_village = TerritoryCode::from_i64(code).is_ok_and(|code| code.range().0 == code.range().1);
        let rws: Vec<&str> = rw.split([',', ' ']).filter(|part| !part.is_empty()).collect();
        if is_village && !rws.is_empty() {
            areas.extend(rws.iter().map(|rw| (code, format!("{rw:0>3}"))));
        } else {
            areas.push((code, String::new()));
        }
    }
    let units = form.all("unit").iter().filter_map(|id| id.parse().ok()).collect();
    if let (Some(role), true) = (role, form.is_valid()) {
        let command = AddGrant { user: user.id, grant: NewGrant { role, areas, units, until } };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pengguna/{}", user.id)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show(&cap, &app, shell, &form, user).await
}

/// The end of a day in the district's zone.
fn end_of(cap: &ManageUsers, day: time::Date) -> Instant {
    let next = day.next_day().unwrap_or(day);
    Instant::from(next.midnight().assume_offset(cap.actor().zone.offset()))
}

pub(super) async fn revoke(
    cap: Cap<ManageUsers>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let user = of_path(&app, &cap, id).await?;
    let Some(grant) = form.id("peran") else {
        return super::pages::show_one(&cap, &app, shell, &form, user).await;
    };
    let command = RevokeGrant { user: user.id, grant };
    let sent = app.submit(cap.actor(), form.command_id()?, command).await.map(|_| ());
    after(&cap, &app, shell, form, user, sent).await
}
