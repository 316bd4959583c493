//! Actions: what the scheme of the ministry asks a district (and since 2025 each kecamatan) to do in a year.
//!
//! Both schemes, the 8 actions of 2018 to 2024 and the 4 + 2 of 2025 (SE 400.5.7/1685/Bangda), are rows of one list in the
//! settings (`convergence.actions`) with inputs, outputs, offices and months; opening a year copies the rows of a scheme.
//! Whether something is late is worked out. The class that the province gives (Tumbuh, Berkembang, Berdaya) is recorded by
//! people: how it is scored is not published.

mod command;
mod pages;
pub(crate) mod query;
pub mod rules;

pub use command::{ClassYear, MoveAction, OpenYear, RecordAction};

use std::sync::Arc;

use asuh_ground::App;
use asuh_ground::access::{Actor, Capability, Role, capability};
use asuh_ground::web::{Routes, Task, TaskState, Text};
use asuh_store::StoreError;

capability! {
    /// Sees the actions of a year in one's territories with their papers.
    pub struct SeeActions = "convergence.see_actions": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::Leader, Role::Auditor,
        Role::SubdistrictVerifier,
    ];
    /// Records how the actions of one's territories stand, with papers: the district's by Bappeda, a kecamatan's by itself.
    pub struct KeepActions = "convergence.keep_actions": [Role::DistrictPlanner, Role::SubdistrictVerifier];
    /// Opens a year, changes months, records the class.
    pub struct OpenActions = "convergence.open_actions": [Role::DistrictPlanner];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeActions, _>("/aksi", pages::board)
        .post::<OpenActions, _>("/aksi/tahun", pages::open)
        .post::<OpenActions, _>("/aksi/kelas", pages::class)
        .get::<SeeActions, _>("/aksi/{id}", pages::show)
        .post::<KeepActions, _>("/aksi/{id}/keadaan", pages::record)
        .post::<OpenActions, _>("/aksi/{id}/bulan", pages::shift)
        .get::<SeeActions, _>("/aksi/{id}/berkas/{nth}", pages::document)
}

/// Actions within reach that are late, for who keeps them.
pub(super) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let Some(keep) = KeepActions::of(actor) else { return Ok(Vec::new()) };
    let (text, today) = (Text::new(actor.language, actor.zone), app.today(actor));
    let late = query::late(app.store.reader(), actor.district, keep.scope(), today).await?;
    let task = |year: i64| Task {
        title: text.t1("aksi.task.late", "n", text.number(late.1)),
        path: format!("/aksi?tahun={year}"),
        state: TaskState::NeedsAction,
    };
    Ok(late.0.map(task).into_iter().collect())
}
