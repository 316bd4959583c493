//! The families of a check's village: who asks them, what they said, and the list on paper.

use askama::Template;
use asuh_nusantara::TerritoryCode;
use asuh_store::{Id, StoreError};
use axum::extract::State;

use super::command::AssignCheck;
use super::query::{self, CheckLine, Line};
use super::rules::CHANNELS;
use super::{DrawChecks, ReadCheckNames};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::audit;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// A line with its note opened.
struct Shown {
    line: Line,
    note: String,
}

#[derive(Template)]
#[template(path = "check/village.html")]
struct VillagePage {
    shell: Shell,
    f: FormView,
    check: CheckLine,
    code: i64,
    village: String,
    lines: Vec<Shown>,
    /// Who may ask here, without those who delivered or paid.
    askers: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    draws: bool,
}

async fn village_page(
    app: &App,
    actor: &std::sync::Arc<Actor>,
    shell: Shell,
    form: &Form,
    (id, code): (Id, i64),
) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let check = query::one(db, district, id).await?.ok_or(Error::NotFound)?;
    let scope = actor.scope(ReadCheckNames::ROLES);
    let found = query::of_village(db, district, (id, code), &scope).await?;
    let village = found.first().map(|line| line.village.clone()).ok_or(Error::NotFound)?;
    audit::opened(app, actor, "open", Some(("after_check", id)), "village");
    let mut lines = Vec::new();
    for line in found {
        let note = match &line.note_sealed {
            Some(sealed) => app.store.secrets().open_text(district, sealed).map_err(StoreError::from)?,
            None => String::new(),
        };
        lines.push(Shown { line, note });
    }
    let draws = check.is_open() && DrawChecks::of(actor).is_some();
    let mut askers = Vec::new();
    if draws {
        let now = app.store.clock().now();
        for one in query::able(db, district, (code, now), None).await? {
            if !query::took_part(db, district, (&check.kind, check.subject_id), one.id).await? {
                askers.push((one.id.to_string(), one.name));
            }
        }
    }
    let template = VillagePage {
        f: form.view(),
        channels: CHANNELS
            .iter()
            .map(|code| ((*code).to_owned(), shell.t(&format!("after_check.channel.{code}")).into_owned()))
            .collect(),
        check,
        code,
        village,
        lines,
        askers,
        draws,
        shell,
    };
    page_with(form.status(), &template)
}

/// The families of a village.
pub(super) async fn village(
    cap: Cap<ReadCheckNames>,
    State(app): State<App>,
    Path((id, code)): Path<(Id, i64)>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, [("cara", "visit")]);
    village_page(&app, cap.actor(), shell, &form, (id, code)).await
}

/// Assigns them.
pub(super) async fn assign(
    cap: Cap<DrawChecks>,
    State(app): State<App>,
    Path((id, code)): Path<(Id, i64)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let to = form.id("petugas");
    let channel = form.required("cara", 10);
    if let (Some(to), true) = (to, form.is_valid()) {
        let command = AssignCheck { check: id, village: code, to, channel, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/cek-penerimaan/{id}/desa/{code}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    village_page(&app, cap.actor(), shell, &form, (id, code)).await
}

#[derive(Template)]
#[template(path = "check/print.html")]
struct PrintPage {
    shell: Shell,
    letterhead: Letterhead,
    check: CheckLine,
    village: String,
    lines: Vec<Line>,
}

/// The list on paper: names and places, no numbers of persons, nothing that was answered. That it was printed is noted.
pub(super) async fn print(
    cap: Cap<ReadCheckNames>,
    State(app): State<App>,
    Path((id, code)): Path<(Id, i64)>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    TerritoryCode::from_i64(code).map_err(|_| Error::NotFound)?;
    let check = query::one(db, district, id).await?.ok_or(Error::NotFound)?;
    let lines = query::of_village(db, district, (id, code), cap.scope()).await?;
    let village = lines.first().map(|line| line.village.clone()).ok_or(Error::NotFound)?;
    audit::opened(&app, cap.actor(), "print", Some(("after_check", id)), "village");
    let letterhead = Letterhead::load(&app.store, district).await?;
    page(&PrintPage { shell, letterhead, check, village, lines })
}
