//! The decision: people fix the priority villages, and say why where they differ from the table.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};
use asuh_store::Id;
use axum::extract::State;

use super::DecideLokus;
use super::command::{Choice, DecideAnalysis};
use super::query::{self, Analysis, Village};
use super::words::{Words, words};
use crate::paper;

/// A village of the decision.
pub(super) struct ChoiceLine {
    village: Village,
    words: Words,
    total: String,
    chosen: bool,
    reason: String,
    error: String,
}

impl ChoiceLine {
    /// Whether it stands among those that the table proposes, or that somebody decided on otherwise.
    fn is_first(&self) -> bool {
        self.village.proposed || self.chosen || !self.error.is_empty()
    }
}

#[derive(Template)]
#[template(path = "analysis/choose.html")]
struct ChoosePage {
    shell: Shell,
    analysis: Analysis,
    lines: Vec<ChoiceLine>,
    form: FormView,
}

impl ChoosePage {
    /// How many villages stand below the proposal.
    fn others(&self) -> i64 {
        self.lines.iter().filter(|line| !line.is_first()).count() as i64
    }
}

async fn choosing(app: &App, cap: &DecideLokus, shell: Shell, id: Id, form: &Form, sent: bool) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let analysis = query::one(db, district, id).await?.ok_or(Error::NotFound)?;
    if !cap.scope().reaches(cap.actor().district_code, "") {
        return Err(Error::NotFound);
    }
    let view = form.view();
    let villages = query::villages(db, district, cap.scope(), id).await?;
    let line = |village: Village| {
        let field = format!("alasan_{}", village.village_code);
        let ticked = !view.value(&format!("pilih_{}", village.village_code)).is_empty();
        ChoiceLine {
            words: words(&text, village.village_code, village.name.clone(), &village.figures()),
            total: text.fixed(village.points, 2),
            chosen: if sent { ticked } else { village.chosen },
            reason: if sent { view.value(&field).to_owned() } else { village.reason.clone() },
            error: view.error(&field),
            village,
        }
    };
    let lines = villages.into_iter().map(line).collect();
    page_with(form.status(), &ChoosePage { analysis, lines, form: form.view(), shell })
}

/// The form of the decision.
pub(super) async fn choose(
    cap: Cap<DecideLokus>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    choosing(&app, &cap, shell, id, &form, false).await
}

/// Fixes the priority villages.
pub(super) async fn decide(
    cap: Cap<DecideLokus>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    query::one(db, district, id).await?.ok_or(Error::NotFound)?;
    if !cap.scope().reaches(cap.actor().district_code, "") {
        return Err(Error::NotFound);
    }
    let command_id = form.command_id()?;
    let decree = form.required("sk", 120);
    let mut choices = Vec::new();
    for village in query::villages(db, district, cap.scope(), id).await? {
        let code = village.village_code;
        let reason = form.optional(&format!("alasan_{code}"), 200);
        choices.push(Choice { village: code, chosen: form.ticked(&format!("pilih_{code}")), reason });
    }
    if form.is_valid() {
        let document = paper::keep(&app, cap.actor(), &mut form, "berkas").await?;
        if form.is_valid() {
            let command = DecideAnalysis { analysis: id, choices, decree, document, today: shell.today };
            match app.submit(cap.actor(), command_id, command).await {
                Ok(_) => return redirect(&format!("/analisis/{id}")),
                Err(rejection) => form.reject(rejection)?,
            }
        }
    }
    choosing(&app, &cap, shell, id, &form, true).await
}
