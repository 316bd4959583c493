//! What pairs put on home pages.

use std::sync::Arc;

use super::query;
use crate::rights::DecidePairs;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::app::Given;
use asuh_ground::web::{Task, TaskState, Text};

/// The caller's tasks.
pub(crate) fn tasks<'a>(app: &'a App, actor: &'a Arc<Actor>) -> Given<'a, Vec<Task>> {
    Box::pin(async move {
        let Some(cap) = DecidePairs::of(actor) else { return Ok(Vec::new()) };
        let counts = query::counts(app.store.reader(), actor.district, cap.scope(), None).await?;
        let n: i64 = counts.iter().map(|count| count.asked + count.proposed).sum();
        if n == 0 {
            return Ok(Vec::new());
        }
        let text = Text::new(actor.language, actor.zone);
        Ok(vec![Task {
            title: text.t1("registry.identity.task", "n", text.number(n)),
            path: "/data-ganda".to_owned(),
            state: TaskState::NeedsAction,
        }])
    })
}
