//! What verification puts on home pages.

use std::sync::Arc;

use super::query;
use crate::ground::App;
use crate::ground::access::{Actor, Capability, Role};
use crate::ground::app::Given;
use crate::ground::web::{Task, TaskState, Text};
use crate::steps::registry::rights::{ConfirmVisits, VerifyFamilies};
use crate::steps::registry::territory;

/// A verifier with more villages than this gets one row for all of them.
const MOST_VILLAGES: usize = 3;
/// The roles that keep the list of the whole.
const KEEPERS: &[Role] = &[Role::DistrictAdmin, Role::ListKeeper];

/// The caller's tasks.
pub(in crate::steps::registry) fn tasks<'a>(app: &'a App, actor: &'a Arc<Actor>) -> Given<'a, Vec<Task>> {
    Box::pin(async move {
        let text = Text::new(actor.language, actor.zone);
        let db = app.store.reader();
        let mut tasks = Vec::new();
        if actor.has_any(KEEPERS) {
            let counts = territory::counts(db, actor.district, &actor.scope(KEEPERS)).await?;
            let open: i64 = counts.values().map(|count| count.open).sum();
            if open > 0 {
                tasks.push(Task {
                    title: text.t1("registry.task.unverified", "n", text.number(open)),
                    path: "/sasaran?status=listed".into(),
                    state: TaskState::InProgress,
                });
            }
        }
        if let Some(cap) = VerifyFamilies::of(actor) {
            let mut counts = territory::counts(db, actor.district, cap.scope()).await?;
            if let Some(settles) = ConfirmVisits::of(actor) {
                let waiting = query::unsettled(db, actor.district, settles.scope()).await?;
                if let Some((village, _)) = waiting.first() {
                    let n: i64 = waiting.iter().map(|(_, n)| n).sum();
                    tasks.push(Task {
                        title: text.t1("registry.task.settle", "n", text.number(n)),
                        path: format!("/verifikasi/{village}"),
                        state: TaskState::NeedsAction,
                    });
                }
            } else {
                // What a cadre has visited is done for him, though it does not count yet.
                for (village, n) in query::unsettled(db, actor.district, cap.scope()).await? {
                    if let Some(count) = counts.get_mut(&village) {
                        count.open = (count.open - n).max(0);
                    }
                }
            }
            let mut villages: Vec<_> = counts.values().collect();
            villages.sort_by_key(|count| count.village_code);
            if villages.len() > MOST_VILLAGES {
                let total: i64 = villages.iter().map(|count| count.families).sum();
                let open: i64 = villages.iter().map(|count| count.open).sum();
                tasks.push(Task {
                    title: text.t3(
                        "registry.task.villages",
                        ("villages", text.number(villages.len() as i64)),
                        ("done", text.number(total - open)),
                        ("total", text.number(total)),
                    ),
                    path: "/verifikasi".into(),
                    state: state(total, open),
                });
            } else {
                let codes = villages.iter().map(|count| count.village_code);
                let names = territory::names(db, actor.district, codes).await?;
                for count in villages {
                    let name = names.get(&count.village_code).map_or("", String::as_str);
                    tasks.push(Task {
                        title: text.t3(
                            "registry.task.village",
                            ("village", name),
                            ("done", text.number(count.families - count.open)),
                            ("total", text.number(count.families)),
                        ),
                        path: format!("/verifikasi/{}", count.village_code),
                        state: state(count.families, count.open),
                    });
                }
            }
        }
        Ok(tasks)
    })
}

fn state(total: i64, open: i64) -> TaskState {
    match open {
        0 => TaskState::Done,
        open if open == total => TaskState::NeedsAction,
        _ => TaskState::InProgress,
    }
}
