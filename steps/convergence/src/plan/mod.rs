//! Plans: which office or village does what about an indicator, where, when and with whose money; what came of it; and what
//! is wrong or late.
//!
//! The plan of a year goes from draft over agreed to locked ([`rules::State`]); a row keeps its id, what it says stands in
//! versions with the reason of each change. What was done is told quarter by quarter, again where it was wrong. Faults
//! ([`rules::Fault`]) are worked out whenever a page is opened. Offices (OPD) write their rows, villages theirs (APBDes).

mod choice;
mod command;
pub(crate) mod gifts;
mod hand;
mod import;
mod indicators;
mod item_pages;
mod pages;
mod private;
pub(crate) mod query;
mod review;
pub mod rules;

pub use command::{ItemFacts, OpenPlan, PutItem, RemoveItem, ReportItem, SetPlanState};
pub(crate) use hand::Sight;
pub use hand::{Hand, Owner};
pub(crate) use import::PlanImport;
pub(crate) use indicators::{Gap, Indicators, known as known_indicator};

use std::sync::Arc;

use asuh_ground::App;
use asuh_ground::access::{Actor, Capability, Role, capability};
use asuh_ground::web::{Routes, Task, TaskState, Text};
use asuh_store::StoreError;

capability! {
    /// Sees the plan of the district; a kecamatan or village what names its places. No names of families.
    pub struct SeePlans = "convergence.see_plans": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::Leader, Role::Auditor,
        Role::SubdistrictVerifier, Role::VillageVerifier,
    ];
    /// Writes the rows of one's office or village, and tells what was done.
    pub struct WritePlans = "convergence.write_plans": [
        Role::DistrictPlanner, Role::OfficePlanner, Role::VillageVerifier,
    ];
    /// Opens the plan of a year, records that it is agreed, locks it.
    pub struct LockPlans = "convergence.lock_plans": [Role::DistrictPlanner];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeePlans, _>("/rencana", pages::list)
        .post::<LockPlans, _>("/rencana/tahun", pages::open)
        .post::<LockPlans, _>("/rencana/keadaan", pages::step)
        .post::<SeePlans, _>("/rencana/unduh", pages::export)
        .get::<SeePlans, _>("/rencana/matriks", pages::matrix)
        .get::<SeePlans, _>("/rencana/reviu", review::show)
        .post::<SeePlans, _>("/rencana/reviu/unduh", review::export)
        .get::<SeePlans, _>("/rencana/swadaya", private::show)
        .get::<SeePlans, _>("/rencana/swadaya/rincian", private::rows)
        .post::<SeePlans, _>("/rencana/swadaya/unduh", private::export)
        .get::<WritePlans, _>("/rencana/baru", item_pages::new)
        .post::<WritePlans, _>("/rencana/baru", item_pages::add)
        .get::<SeePlans, _>("/rencana/{id}", item_pages::show)
        .get::<WritePlans, _>("/rencana/{id}/ubah", item_pages::edit)
        .post::<WritePlans, _>("/rencana/{id}/ubah", item_pages::change)
        .post::<WritePlans, _>("/rencana/{id}/keluarkan", item_pages::remove)
        .post::<WritePlans, _>("/rencana/{id}/realisasi", item_pages::report)
        .get::<SeePlans, _>("/rencana/{id}/bukti/{quarter}/{nth}", item_pages::evidence)
}

/// Rows of one's own that are late or of which nobody told, for who writes plans.
pub(super) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    if WritePlans::of(actor).is_none() {
        return Ok(Vec::new());
    }
    let (db, district, today) = (app.store.reader(), actor.district, app.today(actor));
    let text = Text::new(actor.language, actor.zone);
    let Some(plan) = query::plan(db, district, i64::from(today.year())).await? else { return Ok(Vec::new()) };
    if plan.state() == rules::State::Draft {
        return Ok(Vec::new());
    }
    let hand = Hand::of(actor);
    let items = query::items(db, district, &Sight::of(actor), plan.year).await?;
    let told = query::told(db, district, plan.year).await?;
    let rows: Vec<rules::Row> =
        items.iter().filter(|item| hand.holds(item.by())).map(|item| item.row(told.get(&item.id))).collect();
    let faults = rules::faults(&rows, plan.year, today, true);
    let count = |fault| faults.values().filter(|all| all.contains(&fault)).count() as i64;
    let task = |key: &str, fault: rules::Fault| {
        let n = count(fault);
        (n > 0).then(|| Task {
            title: text.t1(key, "n", text.number(n)),
            path: format!("/rencana?masalah={}", fault.code()),
            state: TaskState::NeedsAction,
        })
    };
    let late = task("plan.task.late", rules::Fault::Late);
    Ok(late.into_iter().chain(task("plan.task.untold", rules::Fault::Untold)).collect())
}
