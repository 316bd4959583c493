//! What verification puts on home pages.

use std::sync::Arc;

use super::campaign::{Progress, open_campaign, villages};
use super::check::checks;
use super::visit::unsettled;
use crate::rights::{CheckVillages, CloseVillages, ConfirmVisits, VerifyFamilies};
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability, Role};
use asuh_ground::app::Given;
use asuh_ground::web::{Task, TaskState, Text};

/// A verifier with more villages than this gets one row for all of them.
const MOST_VILLAGES: usize = 3;
/// The roles that keep the list of the whole.
const KEEPERS: &[Role] = &[Role::DistrictAdmin, Role::ListKeeper];

/// The caller's tasks.
pub(crate) fn tasks<'a>(app: &'a App, actor: &'a Arc<Actor>) -> Given<'a, Vec<Task>> {
    Box::pin(async move {
        let text = Text::new(actor.language, actor.zone);
        let db = app.store.reader();
        let campaign = open_campaign(db, actor.district).await?;
        let mut tasks = Vec::new();
        if actor.has_any(KEEPERS) {
            let all = villages(db, actor.district, &actor.scope(KEEPERS), campaign.as_ref()).await?;
            let open: i64 = all.iter().map(Progress::open).sum();
            let path = if campaign.is_some() { "/verifikasi" } else { "/sasaran?status=listed" };
            if open > 0 {
                tasks.push(Task {
                    title: text.t1("registry.task.unverified", "n", text.number(open)),
                    path: path.into(),
                    state: TaskState::InProgress,
                });
            }
        }
        if let (Some(cap), Some(campaign)) = (CheckVillages::of(actor), &campaign) {
            let all = villages(db, actor.district, cap.scope(), Some(campaign)).await?;
            let held = checks(db, actor.district, campaign.id).await?;
            for group in all.chunk_by(|one, other| one.village / 10_000 == other.village / 10_000) {
                let code = group.first().map_or(0, |one| one.village / 10_000 * 10_000);
                let check = held.iter().find(|check| check.subdistrict_code == code);
                let done = check.is_some_and(|check| check.closed_at.is_some());
                if campaign.sample > 0 && group.iter().all(|one| one.closed) && !done {
                    let names = territory::names(db, actor.district, [code]).await?;
                    tasks.push(Task {
                        title: text.t1(
                            "verification.task.check",
                            "name",
                            names.get(&code).map_or("", String::as_str),
                        ),
                        path: format!("/verifikasi/kecamatan/{code}/periksa"),
                        state: if check.is_some() { TaskState::InProgress } else { TaskState::NeedsAction },
                    });
                }
            }
        }
        if let Some(cap) = VerifyFamilies::of(actor) {
            let mut counts = villages(db, actor.district, cap.scope(), campaign.as_ref()).await?;
            let mut evidence = Vec::new();
            if let Some(settles) = ConfirmVisits::of(actor) {
                let waiting = unsettled(db, actor.district, settles.scope()).await?;
                if let Some((village, _)) = waiting.first() {
                    let n: i64 = waiting.iter().map(|(_, n)| n).sum();
                    tasks.push(Task {
                        title: text.t1("registry.task.settle", "n", text.number(n)),
                        path: format!("/verifikasi/{village}"),
                        state: TaskState::NeedsAction,
                    });
                }
            } else {
                evidence = unsettled(db, actor.district, cap.scope()).await?;
            }
            // What a cadre has visited is done for him, though it does not count yet.
            let done = |one: &Progress| {
                let seen =
                    evidence.iter().find(|(village, _)| *village == one.village).map_or(0, |(_, n)| *n);
                (one.done() + seen).min(one.families)
            };
            counts.retain(|one| one.families > 0);
            if counts.len() > MOST_VILLAGES {
                let total: i64 = counts.iter().map(|one| one.families).sum();
                let visited: i64 = counts.iter().map(done).sum();
                tasks.push(Task {
                    title: text.t3(
                        "registry.task.villages",
                        ("villages", text.number(counts.len() as i64)),
                        ("done", text.number(visited)),
                        ("total", text.number(total)),
                    ),
                    path: "/verifikasi".into(),
                    state: state(total, total - visited),
                });
            } else {
                let names =
                    territory::names(db, actor.district, counts.iter().map(|one| one.village)).await?;
                let closes = CloseVillages::of(actor).is_some() && campaign.is_some();
                for one in counts {
                    let name = names.get(&one.village).map_or("", String::as_str);
                    let open = one.families - done(&one);
                    if closes && open == 0 && !one.closed {
                        tasks.push(Task {
                            title: text.t1("verification.task.close", "village", name),
                            path: format!("/verifikasi/{}/tutup", one.village),
                            state: TaskState::NeedsAction,
                        });
                        continue;
                    }
                    tasks.push(Task {
                        title: text.t3(
                            "registry.task.village",
                            ("village", name),
                            ("done", text.number(done(&one))),
                            ("total", text.number(one.families)),
                        ),
                        path: format!("/verifikasi/{}", one.village),
                        state: state(one.families, open),
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
