//! Commitments: what an office promised at a meeting, and what became of it.
//!
//! A commitment says who, what, how much, until when and where, and which row of a plan and which indicator it serves
//! ([`Tie`]; the row shows its commitments). Whoever follows it reports progress with evidence; what is
//! late is worked out of its day, never stored. Everybody sees commitments and their state on a page for the public: offices,
//! no persons.

mod command;
mod pages;
mod public;
pub(crate) mod query;
pub(crate) mod tie;

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

use crate::meeting::ReadMeetings;

pub use command::{Become, Decide, ReportProgress, Undecide};
pub use tie::{Tie, TieCommitment};

capability! {
    /// Reports what became of the commitments of one's territories.
    pub struct FollowCommitments = "convergence.follow_commitments": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::SubdistrictVerifier,
        Role::VillageVerifier,
    ];
}

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get::<ReadMeetings, _>("/komitmen", pages::list)
        .get::<ReadMeetings, _>("/komitmen/{id}", pages::show)
        .post::<FollowCommitments, _>("/komitmen/{id}/perkembangan", pages::report)
        .post::<FollowCommitments, _>("/komitmen/{id}/kaitan", pages::tie)
        .get::<ReadMeetings, _>("/komitmen/{id}/bukti/{nth}", pages::evidence)
        .public_get("/publik/komitmen", public::page)
}
