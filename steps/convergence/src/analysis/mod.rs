//! The situation analysis (Aksi 1): where stunting is worst, by village, with how many children were measured; families at risk
//! by factor; what is not served; money; what stands in the way; and the priority villages (lokus).
//!
//! A draft is reckoned from the rows of the steps and keeps its figures, and the families at risk that it counted (`families`). Priority villages are proposed by a table of criteria
//! and weights that are the district's ([`rules`]); people decide, and say why where they differ. What is decided does not
//! change; another draft may be reckoned beside it.

mod choose;
mod command;
mod families;
mod issue;
pub(crate) mod pages;
mod paper;
pub(crate) mod query;
pub mod rules;
mod words;

pub use command::{Choice, DecideAnalysis, DropObstacle, NoteObstacle, ReckonAnalysis, Situation};

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Sees the situation analysis of one's territories: numbers, no names.
    pub struct SeeAnalysis = "convergence.see_analysis": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::Leader, Role::Auditor,
        Role::SubdistrictVerifier,
    ];
    /// Notes what stands in the way of the places of one's territories.
    pub struct NoteObstacles = "convergence.note_obstacles": [
        Role::DistrictPlanner, Role::OfficePlanner, Role::SubdistrictVerifier,
    ];
    /// Reckons an analysis and fixes the priority villages.
    pub struct DecideLokus = "convergence.decide_lokus": [Role::DistrictPlanner];
    /// Issues the analysis of one's territories as a paper with a number.
    pub struct IssueAnalysis = "convergence.issue_analysis": [Role::DistrictPlanner, Role::SubdistrictVerifier];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeAnalysis, _>("/analisis", pages::latest)
        .post::<DecideLokus, _>("/analisis", pages::reckon)
        .get::<SeeAnalysis, _>("/analisis/{id}", pages::show)
        .get::<SeeAnalysis, _>("/analisis/{id}/berkas", pages::document)
        .get::<SeeAnalysis, _>("/analisis/{id}/keluarga", families::show)
        .post::<SeeAnalysis, _>("/analisis/{id}/unduh", pages::export)
        .get::<SeeAnalysis, _>("/analisis/{id}/konsep", issue::preview)
        .post::<IssueAnalysis, _>("/analisis/{id}/terbit", issue::issue)
        .get::<DecideLokus, _>("/analisis/{id}/lokus", choose::choose)
        .post::<DecideLokus, _>("/analisis/{id}/lokus", choose::decide)
        .post::<NoteObstacles, _>("/analisis/{id}/kendala", pages::note)
        .post::<NoteObstacles, _>("/analisis/{id}/kendala/{obstacle}", pages::drop_one)
}
