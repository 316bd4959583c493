//! What waits for somebody, for his first page.

use std::sync::Arc;

use asuh_ground::App;
use asuh_ground::access::{Actor, Capability, Scope};
use asuh_ground::web::{Task, TaskState, Text};
use asuh_store::StoreError;

use super::query;
use super::rules::{Stage, State};
use crate::rights::{AcceptReports, EnterValues, SeeReports};

/// The reports that wait for the caller, and those that were given back to him.
pub(crate) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    if SeeReports::of(actor).is_none() {
        return Ok(Vec::new());
    }
    let (text, db, district) = (Text::new(actor.language, actor.zone), app.store.reader(), actor.district);
    let mut tasks = Vec::new();
    let mut tell = |key: &str, n: i64, state: TaskState| {
        if n > 0 {
            tasks.push(Task {
                title: text.t1(key, "n", text.number(n)),
                path: "/laporan-indikator".into(),
                state,
            });
        }
    };
    for one in super::pages::rights(actor) {
        let scope: Scope = one.reach.scope();
        match one.stage {
            Stage::Village if EnterValues::of(actor).is_some() => {
                let n = query::waiting(db, district, Some(&scope), None, State::Returned, None).await?;
                tell("convergence.task.returned", n, TaskState::NeedsAction);
            }
            Stage::Village => {}
            Stage::Subdistrict => {
                let n = query::waiting(db, district, Some(&scope), None, State::Sent, None).await?;
                tell("convergence.task.verify", n, TaskState::NeedsAction);
            }
            Stage::Office => {
                let units = Scope {
                    units: one.offices.clone().unwrap_or_default(),
                    all_units: one.offices.is_none(),
                    ..Scope::default()
                };
                let n = query::waiting(db, district, None, Some(&units), State::Verified, Some(true)).await?;
                tell("convergence.task.check", n, TaskState::NeedsAction);
            }
            Stage::District if AcceptReports::of(actor).is_some() => {
                let checked = query::waiting(db, district, Some(&scope), None, State::Checked, None).await?;
                let direct =
                    query::waiting(db, district, Some(&scope), None, State::Verified, Some(false)).await?;
                tell("convergence.task.accept", checked + direct, TaskState::NeedsAction);
            }
            Stage::District => {}
        }
    }
    Ok(tasks)
}
