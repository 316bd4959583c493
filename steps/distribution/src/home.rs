//! What other pages show of this step: home-page tasks, the panel on the family page, `asuh check`.

use std::sync::Arc;

use askama::Template;
use asuh_store::{DistrictId, Id, StoreError};

use super::{
    DeliverPackages, PackPackages, PlanDistribution, ReadDistribution, card, cash, check as after_check,
    delivery, kitchen, plan, session, spending, works, zakat,
};
use asuh_ground::access::{Actor, Capability};
use asuh_ground::consent::Section;
use asuh_ground::web::{Task, TaskState, Text};
use asuh_ground::{App, HelpDay, HelpMoved};

pub(super) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let db = app.store.reader();
    let mut tasks = Vec::new();
    if PlanDistribution::of(actor).is_some() {
        for (draft,) in plan::drafts(db, actor.district).await?.into_iter().take(1) {
            tasks.push(Task {
                title: text.t("distribution.task.draft").into_owned(),
                path: format!("/penyaluran/{draft}"),
                state: TaskState::NeedsAction,
            });
        }
    }
    if let Some(pack) = PackPackages::of(actor) {
        for run in delivery::to_pack(db, actor.district, pack.scope()).await? {
            tasks.push(Task {
                title: text.t2(
                    "distribution.task.pack",
                    "packages",
                    text.number(run.packages),
                    "villages",
                    text.number(run.villages),
                ),
                path: format!("/penyaluran/{}", run.run_id),
                state: TaskState::NeedsAction,
            });
        }
    }
    if let Some(deliver) = DeliverPackages::of(actor) {
        for village in delivery::to_deliver(db, actor.district, deliver.scope()).await? {
            tasks.push(Task {
                title: text.t2(
                    "distribution.task.deliver",
                    "packages",
                    text.number(village.packages),
                    "village",
                    &village.name,
                ),
                path: format!("/penyaluran/{}/desa/{}/antar", village.run_id, village.village_code),
                state: TaskState::NeedsAction,
            });
        }
    }
    tasks.extend(cash::tasks(app, actor).await?);
    tasks.extend(kitchen::tasks(app, actor).await?);
    tasks.extend(works::tasks(app, actor).await?);
    tasks.extend(session::tasks(app, actor).await?);
    tasks.extend(spending::tasks(app, actor).await?);
    tasks.extend(after_check::home_tasks(app, actor).await?);
    Ok(tasks)
}

#[derive(Template)]
#[template(path = "panel.html")]
struct FamilyPanel {
    text: Text,
    packages: Vec<delivery::FamilyPackage>,
    linked: bool,
}

pub(super) async fn family_panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let packages = delivery::of_family(app.store.reader(), actor.district, family, text).await?;
    let linked = ReadDistribution::of(actor).is_some();
    let panel = FamilyPanel { text, packages, linked };
    let mut html = panel.render().map_err(|error| StoreError::Shape(error.to_string()))?;
    html.extend(card::family_panel(app, actor, family).await?);
    html.extend(cash::family_panel(app, actor, family).await?);
    html.extend(kitchen::family_panel(app, actor, family).await?);
    html.extend(works::family_panel(app, actor, family).await?);
    html.extend(session::family_panel(app, actor, family).await?);
    html.extend(zakat::family_panel(app, actor, family).await?);
    Ok(Some(html))
}

/// What of a campaign moved towards families, as goods, as money, as meals, as what was built and as sessions.
pub(super) async fn help_moved(
    app: &App,
    district: DistrictId,
    campaign: Id,
    days: (time::Date, time::Date),
) -> Result<Vec<HelpMoved>, StoreError> {
    let mut moved = delivery::help_moved(app, district, campaign, days).await?;
    let mut beside = cash::help_moved(app, district, campaign, days).await?;
    beside.extend(kitchen::help_moved(app, district, campaign, days).await?);
    beside.extend(works::help_moved(app, district, campaign, days).await?);
    beside.extend(session::help_moved(app, district, campaign, days).await?);
    for one in beside {
        match moved.iter_mut().find(|known| known.family == one.family) {
            None => moved.push(one),
            Some(known) => {
                known.released += one.released;
                known.received += one.received;
                known.unpriced |= one.unpriced;
            }
        }
    }
    Ok(moved)
}

/// That a family has received nothing yet, for its page.
pub(super) async fn family_gaps(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Vec<String>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let db = app.store.reader();
    let nothing = delivery::received_by(db, actor.district, family).await?.is_empty()
        && cash::received_by(db, actor.district, family).await?.is_empty()
        && kitchen::received_by(db, actor.district, family).await?.is_empty()
        && works::received_by(db, actor.district, family).await?.is_empty()
        && session::received_by(db, actor.district, family).await?.is_empty();
    let gap = nothing.then(|| text.t("distribution.gap.nothing_received").into_owned());
    Ok(gap.into_iter().collect())
}

/// The days on which a family received packages, money, meals, what was built for it, or came to a session, the newest first.
pub(super) async fn help_received(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Vec<HelpDay>, StoreError> {
    let items = delivery::received_by(app.store.reader(), district, family).await?;
    let days = items.chunk_by(|one, two| one.delivered_on == two.delivered_on);
    let told = days.filter_map(|items| {
        let words =
            items.iter().map(|item| format!("{} {}", item.name, text.quantity(&item.unit, item.quantity)));
        Some(HelpDay { on: items.first()?.delivered_on, what: words.collect::<Vec<_>>().join(", ") })
    });
    let mut days: Vec<HelpDay> = told.collect();
    let money = cash::received_by(app.store.reader(), district, family).await?;
    days.extend(money.into_iter().map(|one| HelpDay { on: one.on, what: text.rupiah(one.paid) }));
    let meals = kitchen::received_by(app.store.reader(), district, family).await?;
    days.extend(meals.into_iter().map(|(on, portions)| HelpDay {
        on,
        what: text.t1("kitchen.portions_n", "portions", text.number(portions)),
    }));
    let built = works::received_by(app.store.reader(), district, family).await?;
    days.extend(
        built
            .into_iter()
            .map(|(on, kind)| HelpDay { on, what: text.t(&format!("works.kind.{kind}")).into_owned() }),
    );
    let sessions = session::received_by(app.store.reader(), district, family).await?;
    days.extend(
        sessions
            .into_iter()
            .map(|(on, topic)| HelpDay { on, what: text.t1("education.attended", "topic", topic) }),
    );
    days.sort_by_key(|day| std::cmp::Reverse(day.on));
    Ok(days)
}

/// What this step keeps about a family, for the family itself: its packages and who received them.
pub(super) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let db = app.store.reader();
    let receivers = delivery::receivers(db, district, family).await?;
    let told = |package: delivery::FamilyPackage| {
        let receiver = receivers.iter().find(|one| one.package_id == package.id);
        let state = text.t(&format!("distribution.package.{}", package.state));
        let on = package.delivered_on.map(|day| text.day(day)).unwrap_or_default();
        vec![
            text.day(package.week_of),
            package.campaign,
            package.contents,
            format!("{state} {on}").trim().to_owned(),
            receiver
                .map(|one| format!("{} {}", one.name, one.relation).trim().to_owned())
                .unwrap_or_default(),
            receiver.map(|one| one.proof(&text)).unwrap_or_default(),
        ]
    };
    let rows = delivery::of_family(db, district, family, text).await?.into_iter().map(told).collect();
    let section = Section::titled(
        &text,
        "distribution.panel.title",
        &[
            "distribution.week",
            "distribution.campaign",
            "distribution.contents",
            "distribution.state",
            "distribution.receiver",
            "distribution.copy.proof",
        ],
    );
    let mut sections: Vec<Section> = section.filled(rows).into_iter().collect();
    sections.extend(cash::copy(app, district, family, text).await?);
    sections.extend(kitchen::copy(app, district, family, text).await?);
    sections.extend(works::copy(app, district, family, text).await?);
    sections.extend(session::copy(app, district, family, text).await?);
    sections.extend(spending::copy(app, district, family, text).await?);
    sections.extend(after_check::copy(app, district, family, text).await?);
    sections.extend(zakat::copy(app, district, family, text).await?);
    Ok(sections)
}

pub(super) async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let db = app.store.reader();
    let mut findings = plan::check_accounts(db, district).await?;
    findings.extend(delivery::check_couriers(db, district).await?);
    findings.extend(cash::check(db, district).await?);
    findings.extend(kitchen::check(db, district).await?);
    findings.extend(works::audit(db, district).await?);
    Ok(findings)
}
