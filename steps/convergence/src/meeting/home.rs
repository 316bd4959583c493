//! What first pages say of meetings and commitments.

use std::sync::Arc;

use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::{Task, TaskState, Text};
use asuh_store::StoreError;
use time::Duration;

use super::query;
use super::{KeepMeetings, ReadMeetings};
use crate::commitment::{FollowCommitments, query as commitments};

/// Days ahead in which a meeting stands on first pages, and days behind in which one that nobody closed still does.
const AHEAD: i64 = 14;
const BEHIND: i64 = 30;

/// Meetings that come or wait to be closed, for those who keep them; late commitments for those who follow them.
pub(crate) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let (text, db, today) = (Text::new(actor.language, actor.zone), app.store.reader(), app.today(actor));
    let mut tasks = Vec::new();
    if actor.has_any(KeepMeetings::ROLES) {
        let scope = actor.scope(KeepMeetings::ROLES);
        let days = (today - Duration::days(BEHIND), today + Duration::days(AHEAD));
        for one in query::coming(db, actor.district, &scope, days).await? {
            let state = if one.state == "running" { TaskState::InProgress } else { TaskState::NotStarted };
            let title = text.t2("meeting.task", "title", &one.title, "day", text.day(one.held_on));
            tasks.push(Task { title, path: format!("/rapat/{}", one.id), state });
        }
    }
    if actor.has_any(FollowCommitments::ROLES) {
        let scope = actor.scope(ReadMeetings::ROLES);
        let late = commitments::late(db, actor.district, &scope, today).await?;
        if late > 0 {
            let title = text.t1("commitment.task", "n", text.number(late));
            tasks.push(Task { title, path: "/komitmen?tampil=lewat".into(), state: TaskState::NeedsAction });
        }
    }
    Ok(tasks)
}
