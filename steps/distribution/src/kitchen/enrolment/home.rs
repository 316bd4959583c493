//! The first page: feeding whose days are over waits for somebody to say what came of it.

use std::sync::Arc;

use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::{Task, TaskState, Text};
use asuh_store::StoreError;

use super::super::{EnrolMeals, Reach};
use super::pages::OVER;
use super::query;

/// For whoever records outcomes: by programme how many wait for one, until it is recorded.
pub(in super::super) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    if EnrolMeals::of(actor).is_none() {
        return Ok(Vec::new());
    }
    let text = Text::new(actor.language, actor.zone);
    let reach = Reach::by::<EnrolMeals>(actor);
    let found = query::over(app.store.reader(), actor.district, &reach, app.today(actor)).await?;
    let task = |over: query::Over| Task {
        title: text.t2("kitchen.task.over", "n", text.number(over.n), "name", &over.name),
        path: format!("/pmt/{}?tampil={OVER}", over.programme_id),
        state: TaskState::NeedsAction,
    };
    Ok(found.into_iter().map(task).collect())
}
