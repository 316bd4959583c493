//! One family: what it says, noted on a phone.

use askama::Template;
use asuh_store::{Id, StoreError};
use axum::extract::State;

use super::AnswerChecks;
use super::command::AnswerCheck;
use super::query::{self, Line};
use super::rules::OUTCOMES;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

#[derive(Template)]
#[template(path = "check/answer.html")]
struct AnswerPage {
    shell: Shell,
    f: FormView,
    line: Line,
    outcomes: Vec<(String, String)>,
    /// The family's telephone, where it is asked so.
    phone: Option<String>,
}

async fn answer_page(app: &App, cap: &AnswerChecks, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let line = query::own(db, district, (id, cap.actor().user), cap.scope()).await?.ok_or(Error::NotFound)?;
    let called = line.channel == "phone" && line.state == "open";
    let phone = match if called { query::phone(db, district, line.family_id).await? } else { None } {
        Some(sealed) => Some(app.store.secrets().open_text(district, &sealed).map_err(StoreError::from)?),
        None => None,
    };
    let detail = if phone.is_some() { "after_check phone" } else { "after_check" };
    audit::opened(app, cap.actor(), "open", Some(("family", line.family_id)), detail);
    let outcomes = OUTCOMES
        .iter()
        .map(|code| ((*code).to_owned(), shell.t(&format!("after_check.outcome.{code}")).into_owned()));
    page_with(form.status(), &AnswerPage { f: form.view(), outcomes: outcomes.collect(), phone, line, shell })
}

/// The form.
pub(super) async fn show(
    cap: Cap<AnswerChecks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let line = query::own(db, district, (id, cap.actor().user), cap.scope()).await?.ok_or(Error::NotFound)?;
    let note = match &line.note_sealed {
        Some(sealed) => app.store.secrets().open_text(district, sealed).map_err(StoreError::from)?,
        None => String::new(),
    };
    let said = line.said.map(|said| said.to_string()).unwrap_or_default();
    let form = Form::with(&shell, [("hasil", line.outcome.clone()), ("jumlah", said), ("catatan", note)]);
    answer_page(&app, &cap, shell, &form, id).await
}

/// Notes what the family said.
pub(super) async fn put(
    cap: Cap<AnswerChecks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let outcome = form.required("hasil", 20);
    let said = match form.get("jumlah") {
        "" => None,
        _ => form.count("jumlah", 0..=1_000_000_000),
    };
    let note = form.optional("catatan", 400);
    let day = form.day_optional("hari").unwrap_or(shell.today);
    if form.is_valid() {
        let (today, scope) = (shell.today, cap.scope().clone());
        let command = AnswerCheck { line: id, outcome, said, note, day, today, scope };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/cek-penerimaan/tugas"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    answer_page(&app, &cap, shell, &form, id).await
}
