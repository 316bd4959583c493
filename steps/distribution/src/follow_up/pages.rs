//! Conversations: the list, one of them with what was said, and the form.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asuh_store::{Id, StoreError};
use axum::extract::{Query as UrlQuery, State};
use time::Date;

use super::command::{Act, NoteFollowUp};
use super::query::{self, Line};
use super::{KeepFollowUps, Reach, ReadFollowUps};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

#[derive(Template)]
#[template(path = "follow_up/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Line>,
    closed: bool,
    next: Option<(Date, Id)>,
}

/// The conversations within reach: those that go on, or (`status=selesai`) those that ended.
pub(super) async fn list(
    cap: Cap<ReadFollowUps>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let closed = url.get("status").is_some_and(|status| status == "selesai");
    let after = url.get("setelah").and_then(|place| {
        let (day, id) = place.split_once('.')?;
        Some((asuh_nusantara::date::parse(day).ok()?, id.parse().ok()?))
    });
    let state = if closed { "closed" } else { "open" };
    let reach = Reach::reads(cap.actor());
    let mut lines = query::list(app.store.reader(), cap.district(), &reach, (state, after)).await?;
    let next = cut(&mut lines, query::PAGE, |last| (last.opened_on, last.id));
    page(&ListPage { shell, lines, closed, next })
}

/// What was said, opened.
struct Said {
    act: String,
    day: Date,
    words: String,
    recorder: String,
}

#[derive(Template)]
#[template(path = "follow_up/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    line: Line,
    notes: Vec<Said>,
    keeps: bool,
}

async fn show_page(app: &App, actor: &Arc<Actor>, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let line = query::one(db, district, id, &Reach::reads(actor)).await?.ok_or(Error::NotFound)?;
    audit::opened(app, actor, "open", Some(("family", line.family_id)), "follow_up");
    let mut notes = Vec::new();
    for note in query::notes(db, district, id).await? {
        let words = app.store.secrets().open_text(district, &note.words_sealed).map_err(StoreError::from)?;
        notes.push(Said {
            act: note.act,
            day: note.day,
            words,
            recorder: note.recorder.unwrap_or_else(|| "asuh".into()),
        });
    }
    let keeps = KeepFollowUps::of(actor).is_some()
        && query::one(db, district, id, &Reach::keeps(actor)).await?.is_some();
    page_with(form.status(), &ShowPage { f: form.view(), line, notes, keeps, shell })
}

/// A conversation.
pub(super) async fn show(
    cap: Cap<ReadFollowUps>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Notes what was said; ends the conversation (`aksi`: `selesai`) or takes it up again (`lagi`).
pub(super) async fn note(
    cap: Cap<KeepFollowUps>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let act = match form.get("aksi") {
        "selesai" => Act::Close,
        "lagi" => Act::Reopen,
        _ => Act::Note,
    };
    let words = form.required("kata", 600);
    let day = form.day_optional("hari").unwrap_or(shell.today);
    let next_on = if act == Act::Close { None } else { form.day_optional("berikut") };
    if form.is_valid() {
        let reach = Reach::keeps(cap.actor());
        let command = NoteFollowUp { follow_up: id, act, words, day, next_on, today: shell.today, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/tindak-lanjut/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}
