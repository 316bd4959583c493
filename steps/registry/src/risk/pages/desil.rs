//! `/sasaran/{id}/desil`: the welfare ranks of a family, and the form that adds one.

use askama::Template;
use asuh_store::Id;
use axum::extract::State;

use crate::family::{FamilyVersion, Opening, family_within, opened};
use crate::rights::{KeepFamilies, Reach};
use crate::risk::{Desil, PutDesil, desils};
use crate::words::source_words;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

#[derive(Template)]
#[template(path = "risk/desil.html")]
struct DesilPage {
    shell: Shell,
    id: Id,
    head_name: String,
    f: FormView,
    known: Vec<Desil>,
}

async fn found(cap: &KeepFamilies, app: &App, id: Id) -> Result<FamilyVersion, Error> {
    let family = family_within(app.store.reader(), cap.district(), cap.scope(), id).await?;
    family.ok_or(Error::NotFound)
}

async fn render(cap: &KeepFamilies, app: &App, shell: Shell, id: Id, form: &Form) -> Page {
    let head_name = found(cap, app, id).await?.head_name;
    let known = desils(app.store.reader(), cap.district(), id).await?;
    page_with(form.status(), &DesilPage { shell, id, head_name, f: form.view(), known })
}

/// The form.
pub(crate) async fn form(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    found(&cap, &app, id).await?;
    opened(&app, cap.actor(), Opening::File(id));
    let form = Form::with(&shell, [("sumber", "DTSEN")]);
    render(&cap, &app, shell, id, &form).await
}

/// Adds one.
pub(crate) async fn put(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    found(&cap, &app, id).await?;
    let desil = form.count("desil", 1..=10);
    let source = form.required("sumber", 40);
    let as_of = form.day("per");
    if let (true, Some(desil), Some(as_of)) = (form.is_valid(), desil, as_of) {
        let command =
            PutDesil { family: id, reach: Reach::of(cap.scope()), desil, source, as_of, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/sasaran/{id}?tersimpan=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    render(&cap, &app, shell, id, &form).await
}
