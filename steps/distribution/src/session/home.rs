//! What other pages show of sessions: tasks, the family's panel and copy, what moved.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::consent::Section;
use asuh_ground::web::{Task, TaskState, Text};
use asuh_ground::{App, HelpMoved};
use asuh_store::{DistrictId, Id, Query, StoreError};
use time::Date;

use super::query::{self, Attended};
use super::{HoldSessions, ReadSessions};

/// Sessions of which it is to be noted who came.
pub(crate) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let Some(holds) = HoldSessions::of(actor) else { return Ok(Vec::new()) };
    let text = Text::new(actor.language, actor.zone);
    let waiting = query::to_note(app.store.reader(), actor.district, holds.scope(), app.today(actor)).await?;
    let first = waiting.first().map(|first| Task {
        title: text.t1("education.task", "n", text.number(waiting.len() as i64)),
        path: format!("/edukasi/{first}/hadir"),
        state: TaskState::NeedsAction,
    });
    Ok(first.into_iter().collect())
}

#[derive(Template)]
#[template(path = "session/panel.html")]
struct Panel {
    text: Text,
    sessions: Vec<Attended>,
    linked: bool,
}

/// The sessions that a family came to.
pub(crate) async fn family_panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    let sessions = query::attended(app.store.reader(), actor.district, family).await?;
    if sessions.is_empty() {
        return Ok(None);
    }
    let linked = ReadSessions::of(actor).is_some();
    let panel = Panel { text: Text::new(actor.language, actor.zone), sessions, linked };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

/// The sessions that a family came to, with the day and the topic.
pub(crate) async fn received_by(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<(Date, String)>, StoreError> {
    let sessions = query::attended(db, district, family).await?;
    Ok(sessions.into_iter().map(|session| (session.held_on, session.topic)).collect())
}

/// What of a campaign was given as sessions held from a day to a day: what a session cost, in equal parts
/// to those who came. A session that cost nothing is worth nothing here, and said to be without a price.
pub(crate) async fn help_moved(
    app: &App,
    district: DistrictId,
    campaign: Id,
    days: (Date, Date),
) -> Result<Vec<HelpMoved>, StoreError> {
    let rows = query::moved(app.store.reader(), district, campaign, days).await?;
    let mut moved: BTreeMap<Id, HelpMoved> = BTreeMap::new();
    for row in rows {
        let nothing = HelpMoved { family: row.family_id, released: 0, received: 0, unpriced: false };
        let one = moved.entry(row.family_id).or_insert(nothing);
        let part = row.cost / row.came.max(1);
        one.released += part;
        one.received += part;
        one.unpriced |= part == 0;
    }
    Ok(moved.into_values().collect())
}

/// What is kept of a family's sessions, for the family itself.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Option<Section>, StoreError> {
    let sessions = query::attended(app.store.reader(), district, family).await?;
    let told = |session: Attended| vec![text.day(session.held_on), session.topic, session.number];
    let columns = ["education.day", "education.topic", "works.number"];
    let section = Section::titled(&text, "education.title", &columns);
    Ok(section.filled(sessions.into_iter().map(told).collect()))
}
