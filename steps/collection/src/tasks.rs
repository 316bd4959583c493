//! What the collection asks of the caller on his home page.

use std::sync::Arc;

use asuh_store::StoreError;

use super::roll::pages::days_of;
use super::{
    DecideLosses, Reach, campaign, deposit, drive, gift, hand_over, loss, roll, settled_days, statement,
};
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability, Role};
use asuh_ground::app::Given;
use asuh_ground::web::{Task, TaskState, Text};

/// A coordinator with more units than this sees one row for all of them.
const MOST_UNITS: usize = 4;

/// The caller's tasks.
pub(super) fn tasks<'a>(app: &'a App, actor: &'a Arc<Actor>) -> Given<'a, Vec<Task>> {
    Box::pin(async move {
        let text = Text::new(actor.language, actor.zone);
        let mut tasks = Vec::new();
        if actor.has_any(&[Role::UnitCoordinator]) {
            tasks.extend(of_coordinator(app, actor, &text).await?);
        }
        if actor.has_any(&[Role::WarehouseKeeper]) {
            let reach = Reach::of(&actor.scope(&[Role::WarehouseKeeper]));
            let waiting = hand_over::query::waiting(app.store.reader(), actor.district, &reach).await?;
            if waiting > 0 {
                tasks.push(Task {
                    title: text.t1("collection.task.hand_overs", "n", waiting),
                    path: "/serah-terima".into(),
                    state: TaskState::NeedsAction,
                });
            }
        }
        tasks.extend(on_the_road(app, actor, &text).await?);
        if let Some(cap) = DecideLosses::of(actor) {
            let reach = Reach::of(cap.scope());
            let waiting =
                loss::query::waiting(app.store.reader(), actor.district, &reach, actor.user).await?;
            if waiting > 0 {
                tasks.push(Task {
                    title: text.t1("collection.task.losses", "n", waiting),
                    path: "/setoran/rusak".into(),
                    state: TaskState::NeedsAction,
                });
            }
        }
        if actor.has_any(&[Role::Treasurer, Role::Auditor]) {
            let sides = deposit::pages::sides(actor);
            let today = app.today(actor);
            let found = deposit::query::waiting(app.store.reader(), actor.district, &sides, today).await?;
            if found.open > 0 {
                let acts = found.announced > 0 && actor.has_any(&[Role::Treasurer]);
                tasks.push(Task {
                    title: text.t2("collection.task.deposits", "n", found.open, "late", found.late),
                    path: "/setor-uang".into(),
                    state: if acts || found.late > 0 {
                        TaskState::NeedsAction
                    } else {
                        TaskState::InProgress
                    },
                });
            }
        }
        if actor.has_any(&[Role::Treasurer, Role::Auditor]) {
            tasks.extend(of_treasurer(app, actor, &text).await?);
        }
        tasks.extend(gift::pages::tasks(app, actor, &text).await?);
        Ok(tasks)
    })
}

/// What left an office should be at its warehouse a day later.
const ROAD_SECONDS: i64 = 24 * 60 * 60;

/// Goods that should have arrived: both sides are asked about them, and admin and auditor see them. What a keeper has only
/// to receive is a task of his already.
async fn on_the_road(app: &App, actor: &Actor, text: &Text) -> Result<Option<Task>, StoreError> {
    const ASKED: &[Role] =
        &[Role::UnitCoordinator, Role::WarehouseKeeper, Role::DistrictAdmin, Role::Auditor];
    if !actor.has_any(ASKED) {
        return Ok(None);
    }
    let before = app.store.clock().now().plus_seconds(-ROAD_SECONDS);
    let sides = hand_over::pages::sides(actor);
    let late = hand_over::query::late(app.store.reader(), actor.district, &sides, before).await?;
    Ok((late.waiting + late.short > 0).then(|| Task {
        title: text.t3(
            "collection.task.on_the_road",
            ("n", late.waiting + late.short),
            ("waiting", late.waiting),
            ("short", late.short),
        ),
        path: "/serah-terima?belum=ya".into(),
        state: TaskState::NeedsAction,
    }))
}

/// Lines of statements that nobody decided, and accounts of which no statement came for long.
async fn of_treasurer(app: &App, actor: &Actor, text: &Text) -> Result<Vec<Task>, StoreError> {
    let reach = Reach::of(&actor.scope(&[Role::Treasurer, Role::Auditor]));
    let days = settled_days(app, actor.district).await?;
    let accounts = statement::pages::waiting(app, actor, &reach, days).await?;
    let open: i64 = accounts.iter().map(|one| one.standing.open).sum();
    let long: i64 = accounts.iter().map(|one| one.standing.long).sum();
    let silent = accounts.iter().filter(|one| one.silent.is_some()).count();
    let acts = actor.has_any(&[Role::Treasurer]);
    let mut tasks = Vec::new();
    if open > 0 {
        tasks.push(Task {
            title: match long {
                0 => text.t1("money.task.lines_new", "n", open),
                _ => text.t3("money.task.lines", ("n", open), ("long", long), ("days", days)),
            },
            path: "/mutasi-bank".into(),
            state: if acts || long > 0 { TaskState::NeedsAction } else { TaskState::InProgress },
        });
    }
    if silent > 0 {
        tasks.push(Task {
            title: text.t2("money.task.silent", "n", silent, "days", days),
            path: "/mutasi-bank".into(),
            state: TaskState::NeedsAction,
        });
    }
    Ok(tasks)
}

/// "Setoran Senin, 2 November 2026: 31 dari 40 orang", per unit and campaign.
async fn of_coordinator(app: &App, actor: &Actor, text: &Text) -> Result<Vec<Task>, StoreError> {
    let db = app.store.reader();
    let reach = Reach::of(&actor.scope(&[Role::UnitCoordinator]));
    let today = app.today(actor);
    let units = campaign::units(db, actor.district, &reach).await?;
    let rolls = roll::query::newest(db, actor.district, &reach, None, 200).await?;
    let since = today - time::Duration::days(drive::rules::WEEKS_BACK * 7 + 7);
    let drives = drive::query::since(db, actor.district, since).await?;
    let holidays = asuh_ground::settings::holidays(db, actor.district).await?;
    let mut tasks = Vec::new();
    for campaign in campaign::all(db, actor.district).await? {
        let Some(day) = days_of(&campaign, &drives, &holidays, today).first().copied() else { continue };
        let asked = campaign::asked_units(db, actor.district, &campaign, day).await?;
        let units: Vec<&campaign::Named> =
            units.iter().filter(|unit| asked.as_ref().is_none_or(|asked| asked.contains(&unit.id))).collect();
        let title = |key: &str, unit: &str, numbers: &[(&str, String)]| {
            let mut values = vec![("day", text.long_day(day)), ("unit", unit.to_owned())];
            values.extend(numbers.iter().cloned());
            text.with(key, &values)
        };
        if units.len() > MOST_UNITS {
            let of_day = rolls.iter().filter(|r| r.campaign_id == campaign.id && r.held_on == day);
            let closed = of_day.filter(|roll| roll.state == "closed").count();
            let numbers = [("closed", closed.to_string()), ("all", units.len().to_string())];
            tasks.push(Task {
                title: title("collection.task.rolls", "", &numbers),
                path: "/setoran".into(),
                state: if closed == units.len() { TaskState::Done } else { TaskState::NeedsAction },
            });
            continue;
        }
        for unit in units {
            let roll = rolls
                .iter()
                .find(|r| r.campaign_id == campaign.id && r.held_on == day && r.unit_id == unit.id);
            tasks.push(match roll {
                None => Task {
                    title: title("collection.task.not_opened", &unit.name, &[]),
                    path: "/setoran".into(),
                    state: TaskState::NotStarted,
                },
                Some(roll) if roll.state == "open" => Task {
                    title: title(
                        "collection.task.roll",
                        &unit.name,
                        &[("n", roll.answered.to_string()), ("all", roll.people.to_string())],
                    ),
                    path: format!("/setoran/{}", roll.id),
                    state: if roll.answered == 0 { TaskState::NeedsAction } else { TaskState::InProgress },
                },
                Some(roll) => {
                    let handed = hand_over::query::of_roll(db, actor.district, roll.id).await?;
                    Task {
                        title: title(
                            if handed.is_none() {
                                "collection.task.to_hand_over"
                            } else {
                                "collection.task.closed"
                            },
                            &unit.name,
                            &[("n", roll.givers.to_string())],
                        ),
                        path: format!("/setoran/{}/lembar", roll.id),
                        state: if handed.is_none() { TaskState::NeedsAction } else { TaskState::Done },
                    }
                }
            });
        }
    }
    Ok(tasks)
}
