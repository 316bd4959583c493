//! Sessions of education: what is told and shown in a village, who was invited, who came.
//!
//! A **session** is planned ([`PlanSession`]) with its topic, plan and material, families are invited ([`InviteFamilies`]), and
//! after it was held it is noted who came ([`HoldSession`]); whoever came has received help of this kind, and what the family
//! needed of it once is met. The list of who came can be corrected. A session that did not take place is cancelled with a
//! reason. No photos: a picture of a session shows everybody, and nobody asked them all.

mod command;
mod home;
mod material;
mod pages;
mod query;

pub use command::{CancelSession, HoldSession, InviteFamilies, PlanSession, Planned, UninviteFamily};
pub(crate) use home::{copy, family_panel, help_moved, received_by, tasks};
pub use material::{AddMaterial, RemoveMaterial};
#[cfg(test)]
pub(crate) use query::plans;

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Sees sessions within reach, and how many came.
    pub struct ReadSessions = "education.read": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::VillageVerifier,
        Role::SubdistrictVerifier, Role::Auditor,
    ];
    /// Reads who was invited and who came, by name.
    pub struct ReadAttendance = "education.read_names": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::VillageVerifier, Role::Auditor,
    ];
    /// Plans sessions, invites, notes who came, cancels.
    pub struct HoldSessions = "education.hold": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::VillageVerifier,
    ];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadSessions, _>("/edukasi", pages::list)
        .get::<HoldSessions, _>("/edukasi/baru", pages::new)
        .post::<HoldSessions, _>("/edukasi/baru", pages::plan)
        .get::<ReadSessions, _>("/edukasi/{id}", pages::show)
        .get::<HoldSessions, _>("/edukasi/{id}/ubah", pages::edit)
        .post::<HoldSessions, _>("/edukasi/{id}/ubah", pages::change)
        .get::<HoldSessions, _>("/edukasi/{id}/undang", pages::invite_form)
        .post::<HoldSessions, _>("/edukasi/{id}/undang", pages::invite)
        .post::<HoldSessions, _>("/edukasi/{id}/batal-undang", pages::uninvite)
        .get::<HoldSessions, _>("/edukasi/{id}/hadir", pages::attendance)
        .post::<HoldSessions, _>("/edukasi/{id}/hadir", pages::hold)
        .get::<ReadAttendance, _>("/edukasi/{id}/daftar-hadir", pages::sheet)
        .post::<HoldSessions, _>("/edukasi/{id}/batal", pages::cancel)
        .post::<HoldSessions, _>("/edukasi/{id}/materi", material::add)
        .get::<ReadSessions, _>("/edukasi/{id}/materi/{nth}", material::show)
        .post::<HoldSessions, _>("/edukasi/{id}/materi/{nth}/hapus", material::remove)
}
