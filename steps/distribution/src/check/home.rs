//! What other pages show of after-checks: tasks, and the family's copy.

use std::sync::Arc;

use asuh_store::{DistrictId, Id, StoreError};

use super::AnswerChecks;
use super::query;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::consent::Section;
use asuh_ground::web::{Task, TaskState, Text};

/// The families that the caller is to ask.
pub(crate) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let Some(cap) = AnswerChecks::of(actor) else { return Ok(Vec::new()) };
    let waiting = query::waiting(app.store.reader(), actor.district, actor.user, cap.scope()).await?;
    if waiting == 0 {
        return Ok(Vec::new());
    }
    let text = Text::new(actor.language, actor.zone);
    Ok(vec![Task {
        title: text.t1("after_check.task", "n", text.number(waiting)),
        path: "/cek-penerimaan/tugas".into(),
        state: TaskState::NeedsAction,
    }])
}

/// What a family was asked and said, for the family itself.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Option<Section>, StoreError> {
    let mut rows = Vec::new();
    for line in query::of_family(app.store.reader(), district, family).await? {
        let note = match &line.note_sealed {
            Some(sealed) => app.store.secrets().open_text(district, sealed).map_err(StoreError::from)?,
            None => String::new(),
        };
        rows.push(vec![
            line.number,
            line.answered_on.map(|day| text.day(day)).unwrap_or_default(),
            text.t(&format!("after_check.outcome.{}", line.outcome)).into_owned(),
            note,
        ]);
    }
    let columns = ["cash.number", "after_check.day", "after_check.outcome", "after_check.note"];
    Ok(Section::titled(&text, "after_check.title", &columns).filled(rows))
}
