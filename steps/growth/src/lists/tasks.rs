//! What the lists put on home pages.

use std::sync::Arc;

use super::List;
use super::query::{self, Selection};
use crate::ReadGrowth;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability, Role};
use asuh_ground::app::Given;
use asuh_ground::web::{Task, TaskState, Text};

/// Those who see to the children: an administrator or auditor has the page, not the task.
const WORKERS: &[Role] = &[Role::NutritionOfficer, Role::Cadre];

/// The caller's tasks: whom to send on today, whom to see, whom to measure again.
pub(crate) fn tasks<'a>(app: &'a App, actor: &'a Arc<Actor>) -> Given<'a, Vec<Task>> {
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
        let lists = [List::ReferToday, List::NewlyStunted, List::Implausible];
        let keys = ["growth.task.refer", "growth.task.newly_stunted", "growth.task.again"];
        let counts = query::counts(db, actor.district, &scope, lists, &selection, today).await?;
        for ((list, key), n) in lists.into_iter().zip(keys).zip(counts) {
            if n > 0 {
                tasks.push(Task {
                    title: text.t1(key, "n", text.number(n)),
                    path: format!("/pengukuran/daftar?daftar={}", list.code()),
                    state: TaskState::NeedsAction,
                });
            }
        }
        Ok(tasks)
    })
}
