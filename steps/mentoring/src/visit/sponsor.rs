//! `/pendampingan/anak-asuh/{id}`: a sponsor who was approved as a visitor tells of his visit.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, page_with, redirect};
use asuh_step_pairing::{VisitedChild, visited_children};
use asuh_step_registry::Reach;
use asuh_store::{Id, StoreError};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use std::sync::Arc;

use super::command::{Facts, RecordVisit};
use super::form::day_boxes;
use crate::VisitAsSponsor;

#[derive(Template)]
#[template(path = "visit/sponsor.html")]
struct SponsorPage {
    shell: Shell,
    child: VisitedChild,
    form: FormView,
    stored: bool,
}

/// Whether the page is shown after something was told.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    tersimpan: String,
}

async fn child(cap: &VisitAsSponsor, app: &App, shell: &Shell, person: Id) -> Result<VisitedChild, Error> {
    let sponsor = cap.actor().sponsor.ok_or(Error::NotFound)?;
    let children = visited_children(app.store.reader(), cap.district(), sponsor, shell.today).await?;
    children.into_iter().find(|child| child.person == person).ok_or(Error::NotFound)
}

/// An empty form whose day is today.
pub(super) async fn new(
    cap: Cap<VisitAsSponsor>,
    State(app): State<App>,
    shell: Shell,
    Path(person): Path<Id>,
    Params(after): Params<After>,
) -> Page {
    let child = child(&cap, &app, &shell, person).await?;
    let form = Form::with(&shell, day_boxes("hari", shell.today));
    let stored = !after.tersimpan.is_empty();
    page_with(form.status(), &SponsorPage { form: form.view(), child, stored, shell })
}

/// Tells the mentors of a visit.
pub(super) async fn record(
    cap: Cap<VisitAsSponsor>,
    State(app): State<App>,
    shell: Shell,
    Path(person): Path<Id>,
    mut form: Form,
) -> Page {
    let child = child(&cap, &app, &shell, person).await?;
    let visited_on = form.day("hari");
    let advice = form.required("nasihat", 1_000);
    if let (Some(visited_on), true) = (visited_on, form.is_valid()) {
        let facts = Facts { visited_on, answers: Vec::new(), advice, next_on: None, photo: None };
        let command = RecordVisit {
            reach: Reach::of(cap.scope()),
            today: shell.today,
            family: child.family,
            sponsor: cap.actor().sponsor,
            facts,
            measured: None,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pendampingan/anak-asuh/{person}?tersimpan=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    page_with(form.status(), &SponsorPage { form: form.view(), child, stored: false, shell })
}

#[derive(Template)]
#[template(path = "visit/sponsor_panel.html")]
struct Panel {
    text: Text,
    children: Vec<VisitedChild>,
}

/// The way to tell of a visit, on a sponsor's own page; nothing for anybody else.
pub(crate) async fn panel(app: &App, actor: &Arc<Actor>, sponsor: Id) -> Result<Option<String>, StoreError> {
    if actor.sponsor != Some(sponsor) {
        return Ok(None);
    }
    let today = app.today(actor);
    let children = visited_children(app.store.reader(), actor.district, sponsor, today).await?;
    if children.is_empty() {
        return Ok(None);
    }
    let panel = Panel { text: Text::new(actor.language, actor.zone), children };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}
