//! What changes put on home pages: requests that wait, births that nobody has reported.

use std::sync::Arc;

use time::{Date, Duration};

use super::query;
use crate::rights::{DecideChanges, KeepFamilies};
use crate::rules::PREGNANCY_DAYS;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::app::Given;
use asuh_ground::web::{Task, TaskState, Text};

/// Days after the due day from which it is asked whether the child is born: births come up to two weeks late.
const ASK_AFTER_DAYS: i64 = 14;

/// Before which due day, and without one before which day of recording, a pregnancy is overdue.
pub(super) fn overdue_before(today: Date) -> (Date, Date) {
    (
        today.saturating_sub(Duration::days(ASK_AFTER_DAYS)),
        today.saturating_sub(Duration::days(PREGNANCY_DAYS)),
    )
}

/// The caller's tasks.
pub(crate) fn tasks<'a>(app: &'a App, actor: &'a Arc<Actor>) -> Given<'a, Vec<Task>> {
    Box::pin(async move {
        let text = Text::new(actor.language, actor.zone);
        let db = app.store.reader();
        let mut tasks = Vec::new();
        let mut task = |n: i64, key: &str, path: &str| {
            if n > 0 {
                tasks.push(Task {
                    title: text.t1(key, "n", text.number(n)),
                    path: path.to_owned(),
                    state: TaskState::NeedsAction,
                });
            }
        };
        if let Some(cap) = DecideChanges::of(actor) {
            let n = query::waiting(db, actor.district, cap.scope(), actor.user).await?;
            task(n, "registry.change.task", "/perubahan");
        }
        if let Some(cap) = KeepFamilies::of(actor) {
            let n = query::overdue(db, actor.district, cap.scope(), overdue_before(app.today(actor))).await?;
            task(n, "registry.birth.task", "/sasaran/kehamilan");
        }
        Ok(tasks)
    })
}
