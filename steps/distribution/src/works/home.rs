//! What other pages show of works: tasks, the panels of a family and a sponsor, what moved and arrived, `asuh check`.

use std::sync::Arc;

use askama::Template;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::app::GiftDay;
use asuh_ground::consent::Section;
use asuh_ground::web::{Task, TaskState, Text};
use asuh_ground::{App, HelpMoved, settings};
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::{Date, Duration};

use super::pages::open;
use super::query::{self, Filter, GivenLine, Work};
use super::rules::look_again;
use super::{DoWorks, OrderWorks, PayWorks, ReadWorks};

/// What waits for the caller: orders to be written, works to begin, to hand over, to pay, to look after.
pub(crate) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let (db, district) = (app.store.reader(), actor.district);
    let today = app.today(actor);
    let mut tasks = Vec::new();
    let mut task = |key: &str, n: usize, path: &str| {
        if n > 0 {
            let title = text.t1(key, "n", text.number(n as i64));
            tasks.push(Task { title, path: path.to_owned(), state: TaskState::NeedsAction });
        }
    };
    if let Some(orders) = OrderWorks::of(actor) {
        let waiting = query::needs(db, district, orders.scope(), None).await?;
        task("works.task.order", waiting.len().min(query::PAGE), "/pekerjaan/kebutuhan");
    }
    if let Some(acts) = DoWorks::of(actor) {
        for (state, key) in [("planned", "works.task.start"), ("in_work", "works.task.hand_over")] {
            let filter = Filter { state, kind: "", before: None };
            let works = query::list(db, district, acts.scope(), filter).await?;
            let due = |work: &&Work| match state {
                "planned" => work.planned_from <= today,
                _ => work.planned_to <= today,
            };
            task(key, works.iter().filter(due).count(), &format!("/pekerjaan?status={state}"));
        }
        let days: i64 = settings::get_typed(db, district, "works.check_days").await?;
        let until = today - Duration::days(days);
        let standing = query::unchecked(db, district, acts.scope(), (actor.user, until)).await?;
        let due = standing.iter().filter(|one| {
            let last = one.checked_on.zip(one.outcome.as_deref());
            look_again(one.handed_on, last, days).is_some_and(|day| day <= today)
        });
        let due: Vec<Id> = due.map(|one| one.id).collect();
        if let Some(first) = due.first() {
            task("works.task.check", due.len(), &format!("/pekerjaan/{first}"));
        }
    }
    if let Some(pays) = PayWorks::of(actor) {
        let mut waiting = 0;
        for state in ["planned", "in_work"] {
            let lines = query::funded(db, district, pays.scope(), (state, None)).await?;
            waiting +=
                lines.iter().filter(|one| one.paid < one.estimated && one.ordered_by != actor.user).count();
        }
        task("works.task.pay", waiting, "/pekerjaan-dana");
    }
    Ok(tasks)
}

#[derive(Template)]
#[template(path = "works/panel.html")]
struct FamilyPanel {
    text: Text,
    family: Id,
    works: Vec<Work>,
    linked: bool,
    orders: bool,
}

/// The works of a family.
pub(crate) async fn family_panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    let works = query::of_family(app.store.reader(), actor.district, family).await?;
    let (linked, orders) = (ReadWorks::of(actor).is_some(), OrderWorks::of(actor).is_some());
    if works.is_empty() && !orders {
        return Ok(None);
    }
    let text = Text::new(actor.language, actor.zone);
    let panel = FamilyPanel { text, family, works, linked, orders };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

/// The works that a family has, with the day and the kind.
pub(crate) async fn received_by(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<(Date, String)>, StoreError> {
    let works = query::of_family(db, district, family).await?;
    Ok(works.into_iter().filter_map(|work| Some((work.handed_on?, work.kind))).collect())
}

/// What of a campaign was begun for families from a day to a day, and what of it they have.
pub(crate) async fn help_moved(
    app: &App,
    district: DistrictId,
    campaign: Id,
    days: (Date, Date),
) -> Result<Vec<HelpMoved>, StoreError> {
    let rows = query::moved(app.store.reader(), district, campaign, days).await?;
    let told = |row: query::MovedRow| HelpMoved {
        family: row.family_id,
        released: row.released,
        received: row.received,
        unpriced: false,
    };
    Ok(rows.into_iter().map(told).collect())
}

#[derive(Template)]
#[template(path = "works/sponsor.html")]
struct SponsorPanel {
    text: Text,
    lines: Vec<GivenLine>,
}

/// What is built from a sponsor's promises: kind, kecamatan, state; never for whom.
pub(crate) async fn sponsor_panel(
    app: &App,
    actor: &Arc<Actor>,
    sponsor: Id,
) -> Result<Option<String>, StoreError> {
    let lines = query::of_sponsor(app.store.reader(), actor.district, sponsor).await?;
    if lines.is_empty() {
        return Ok(None);
    }
    let panel = SponsorPanel { text: Text::new(actor.language, actor.zone), lines };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

/// The works that a sponsor paid for himself and that were handed over from a day to a day. What he gave to a fund of ours
/// counts where the fund received it.
pub(crate) async fn gifts(
    app: &App,
    district: DistrictId,
    sponsor: Id,
    (from, to): (Date, Date),
    text: Text,
) -> Result<Vec<GiftDay>, StoreError> {
    let lines = query::of_sponsor(app.store.reader(), district, sponsor).await?;
    let told = |line: GivenLine| {
        let on = line.handed_on.filter(|on| (from..=to).contains(on) && line.source == "giver")?;
        let kind = text.t(&format!("works.kind.{}", line.kind));
        let what = format!("{}: {kind} ({})", line.campaign, line.subdistrict);
        Some(GiftDay { on, what, rupiah: line.actual.unwrap_or(0) })
    };
    Ok(lines.into_iter().filter_map(told).collect())
}

/// What is kept of a family's works, for the family itself.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Option<Section>, StoreError> {
    let mut rows = Vec::new();
    for work in query::of_family(app.store.reader(), district, family).await? {
        let receiver = match &work.receiver_sealed {
            Some(sealed) => open(app, district, sealed)?,
            None => String::new(),
        };
        let photos = query::photos(app.store.reader(), district, work.id).await?.len() as i64;
        rows.push(vec![
            work.number,
            text.t(&format!("works.kind.{}", work.kind)).into_owned(),
            open(app, district, &work.words_sealed)?,
            text.t(&format!("works.state.{}", work.state)).into_owned(),
            work.handed_on.map(|day| text.day(day)).unwrap_or_default(),
            receiver,
            text.number(photos),
        ]);
    }
    let columns = [
        "works.number",
        "works.kind",
        "works.words",
        "works.state",
        "works.handed_on",
        "works.receiver",
        "works.photos",
    ];
    Ok(Section::titled(&text, "works.title", &columns).filled(rows))
}

/// What is wrong with works: payments that the books do not hold so, and works that the pool paid for and that cost
/// another sum.
pub(crate) async fn check(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let unequal: Vec<(String,)> = db
        .all(
            "SELECT p.number FROM work_payment p WHERE p.district_id = $1 AND p.amount <> \
             (SELECT COALESCE(SUM(l.amount), 0) FROM transfer_line l WHERE l.district_id = p.district_id \
             AND l.transfer_id = p.transfer_id) ORDER BY p.number",
            args![district],
        )
        .await?;
    let cost: Vec<(String,)> = db
        .all(
            "SELECT w.number FROM help_work w WHERE w.district_id = $1 AND w.source = 'pool' \
             AND w.state = 'handed_over' AND w.actual <> (SELECT COALESCE(SUM(p.amount), 0) FROM work_payment p \
             WHERE p.district_id = w.district_id AND p.work_id = w.id AND p.reversed_at IS NULL) ORDER BY w.number",
            args![district],
        )
        .await?;
    let unequal = unequal.into_iter().map(|(number,)| format!("{number}: the books hold another sum"));
    let cost = cost.into_iter().map(|(number,)| format!("{number}: it cost another sum than was paid"));
    Ok(unequal.chain(cost).collect())
}
