//! Teams: TPPS or TP3S from the district down to an RT, and the companions of families (TPK) of a village. A team has
//! positions, each with so many seats, papers that appoint it, and members with terms; what is vacant is worked out.
//!
//! What the team is called and which positions a new one has are the district's settings (`programme.team`,
//! `convergence.team_structure`). A correction of a member is a row in the place of another.

mod command;
mod import;
mod member_pages;
mod pages;
pub(crate) mod query;
pub mod rules;

pub use command::{AddDecree, CloseTeam, LeaveTeam, MemberFacts, PutMember, PutPosition, PutTeam};
pub(crate) use import::TeamImport;

use std::sync::Arc;

use asuh_ground::App;
use asuh_ground::access::{Actor, Capability, Role, capability};
use asuh_ground::web::{Routes, Task, TaskState, Text};
use asuh_store::StoreError;
use time::Duration;

capability! {
    /// Sees the teams of one's territories with their members; telephone numbers are masked.
    pub struct SeeTeams = "convergence.see_teams": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::Leader, Role::Auditor,
        Role::SubdistrictVerifier, Role::VillageVerifier, Role::FieldOfficer,
    ];
    /// Keeps the teams of one's territories: positions, papers, members.
    pub struct KeepTeams = "convergence.keep_teams": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::SubdistrictVerifier, Role::VillageVerifier,
    ];
}

/// A term that ends within so many days is told of on first pages.
const SOON: Duration = Duration::days(30);

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeTeams, _>("/tim", pages::place)
        .post::<KeepTeams, _>("/tim", pages::put)
        .post::<SeeTeams, _>("/tim/unduh", pages::export)
        .get::<SeeTeams, _>("/tim/{id}", pages::show)
        .post::<KeepTeams, _>("/tim/{id}/tutup", pages::close)
        .post::<KeepTeams, _>("/tim/{id}/kedudukan", pages::position)
        .post::<KeepTeams, _>("/tim/{id}/sk", pages::decree)
        .get::<SeeTeams, _>("/tim/{id}/sk/{decree}", pages::scan)
        .get::<KeepTeams, _>("/tim/{id}/anggota", member_pages::new)
        .post::<KeepTeams, _>("/tim/{id}/anggota", member_pages::add)
        .get::<KeepTeams, _>("/tim/{id}/anggota/{member}", member_pages::edit)
        .post::<KeepTeams, _>("/tim/{id}/anggota/{member}", member_pages::correct)
        .post::<KeepTeams, _>("/tim/{id}/anggota/{member}/selesai", member_pages::leave)
        .post::<KeepTeams, _>("/tim/{id}/anggota/{member}/nomor", member_pages::contact)
}

/// Terms and papers that end soon, for who keeps the teams.
pub(super) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let Some(keep) = KeepTeams::of(actor) else { return Ok(Vec::new()) };
    let (text, today) = (Text::new(actor.language, actor.zone), app.today(actor));
    let ending = query::ending(app.store.reader(), actor.district, keep.scope(), today, today + SOON).await?;
    let n = ending.len() as i64;
    let task = |first: &query::Ending| Task {
        title: text.t1("team.task.ending", "n", text.number(n)),
        path: if n == 1 { format!("/tim/{}", first.team_id) } else { "/tim?tampil=berakhir".to_owned() },
        state: TaskState::NeedsAction,
    };
    Ok(ending.first().map(task).into_iter().collect())
}
