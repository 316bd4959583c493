//! What the lists put on home pages.

use std::sync::Arc;

use super::query::{self, Selection};
use crate::ground::App;
use crate::ground::access::{Actor, Capability, Role};
use crate::ground::app::Given;
use crate::ground::web::{Task, TaskState, Text};
use crate::steps::growth::ReadGrowth;

/// Those who see to the children: an administrator or auditor has the page, not the task.
const WORKERS: &[Role] = &[Role::NutritionOfficer, Role::Cadre];

/// The caller's tasks: whom to send on today, whom to see, whom to measure again.
pub(in crate::steps::growth) fn tasks<'a>(app: &'a App, actor: &'a Arc<Actor>) -> Given<'a, Vec<Task>> {
    Box::pin(async move {
        let mut tasks = Vec::new();
        if !actor.has_any(WORKERS) || ReadGrowth::of(actor).is_none() {
            return Ok(tasks);
        }
        let text = Text::new(actor.language, actor.zone);
        let scope = actor.scope(WORKERS);
        let selection = Selection::default();
        let today = app.today(actor);
        let db = app.store.reader();
        let [refer, newly, _, _, again] =
            query::flagged(db, actor.district, &scope, &selection, today).await?;
        for (n, key, list) in [
            (refer, "growth.task.refer", "rujuk"),
            (newly, "growth.task.newly_stunted", "baru_pendek"),
            (again, "growth.task.again", "ukur_ulang"),
        ] {
            if n > 0 {
                tasks.push(Task {
                    title: text.t1(key, "n", text.number(n)),
                    path: format!("/pengukuran/daftar?daftar={list}"),
                    state: TaskState::NeedsAction,
                });
            }
        }
        Ok(tasks)
    })
}
