//! Meetings: prepared, held, closed and remembered.
//!
//! A meeting begins from the district's template of its kind (agenda and who is invited are rows of settings). While it is
//! **prepared** facts, agenda, guests and signatories change, and the invitation is issued as a letter and as texts for
//! WhatsApp. While it is **running** people in the hall and online note that they are there by its code, things are noted,
//! and what is decided becomes a [`commitment`](crate::commitment) at once; a page for the projector shows it. **Closed**,
//! its record, minutes, joint commitment and list of who was there are issued as papers. The next meeting that follows it
//! opens with what is still open.

mod attend;
mod command;
mod edit;
mod hold;
mod home;
mod issue;
mod pages;
mod paper;
pub(crate) mod query;
pub mod rules;

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

pub(crate) use command::held;
pub use command::{
    Attend, CloseMeeting, Facts, LeavePaper, MoveMeeting, NoteSummary, PrepareMeeting, RemoveAttendance,
    TakePaper,
};
pub(crate) use home::tasks;

capability! {
    /// Reads meetings and commitments of one's territories.
    pub struct ReadMeetings = "convergence.read_meetings": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::SubdistrictVerifier,
        Role::VillageVerifier, Role::Leader, Role::Auditor,
    ];
    /// Prepares, holds and closes the meetings of one's territories, and issues their papers.
    pub struct KeepMeetings = "convergence.keep_meetings": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::SubdistrictVerifier, Role::VillageVerifier,
    ];
}

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get::<ReadMeetings, _>("/rapat", pages::list)
        .get::<KeepMeetings, _>("/rapat/baru", edit::new)
        .post::<KeepMeetings, _>("/rapat/baru", edit::create)
        .get::<ReadMeetings, _>("/rapat/{id}", pages::show)
        .get::<KeepMeetings, _>("/rapat/{id}/ubah", edit::edit)
        .post::<KeepMeetings, _>("/rapat/{id}/ubah", edit::update)
        .get::<KeepMeetings, _>("/rapat/{id}/undangan", issue::invitation)
        .post::<KeepMeetings, _>("/rapat/{id}/lampiran", issue::attach)
        .post::<KeepMeetings, _>("/rapat/{id}/mulai", hold::start)
        .post::<KeepMeetings, _>("/rapat/{id}/batal", hold::cancel)
        .get::<ReadMeetings, _>("/rapat/{id}/layar", hold::screen)
        .post::<KeepMeetings, _>("/rapat/{id}/hadir", hold::attend)
        .post::<KeepMeetings, _>("/rapat/{id}/hadir/{person}/hapus", hold::remove)
        .post::<KeepMeetings, _>("/rapat/{id}/notulen", hold::summary)
        .post::<KeepMeetings, _>("/rapat/{id}/kesepakatan", hold::decide)
        .post::<KeepMeetings, _>("/rapat/{id}/kesepakatan/{commitment}/hapus", hold::undecide)
        .get::<KeepMeetings, _>("/rapat/{id}/tutup", hold::check)
        .post::<KeepMeetings, _>("/rapat/{id}/tutup", hold::close)
        .get::<KeepMeetings, _>("/rapat/{id}/konsep/{kind}", issue::preview)
        .post::<KeepMeetings, _>("/rapat/{id}/terbit/{kind}", issue::issue)
        .public_get("/hadir", attend::ask)
        .public_post("/hadir", attend::look)
        .public_get("/hadir/{district}/{code}", attend::form)
        .public_post("/hadir/{district}/{code}", attend::send)
}
