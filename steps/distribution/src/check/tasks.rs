//! The families that somebody is to ask, on his phone.

use std::collections::BTreeMap;

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::AnswerChecks;
use super::query::{self, Line};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Page, Shell, cut, page};

#[derive(Template)]
#[template(path = "check/tasks.html")]
struct TasksPage {
    shell: Shell,
    lines: Vec<Line>,
    next: Option<(Id, i64)>,
}

/// What is assigned to the caller and not closed.
pub(super) async fn list(
    cap: Cap<AnswerChecks>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let after = url.get("setelah").and_then(|place| {
        let (check, nth) = place.split_once('.')?;
        Some((check.parse().ok()?, nth.parse().ok()?))
    });
    let user = cap.actor().user;
    let mut lines = query::assigned(app.store.reader(), cap.district(), (user, after), cap.scope()).await?;
    let next = cut(&mut lines, query::LINES, |last| (last.check_id, last.nth));
    page(&TasksPage { shell, lines, next })
}
