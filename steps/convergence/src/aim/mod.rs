//! Aims: which prevalence of stunting the nation, the province and the district aim at in which year, what was found by which
//! source, where the district's own trend leads, and what it would take.
//!
//! Two sources are never mixed: SSGI/SKI is a survey without names, e-PPGBM weighs everybody who comes.

mod command;
mod pages;
pub(crate) mod query;
pub mod rules;

pub use command::{DropAim, PutAim, TakeNational};

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Sees what is aimed at and found.
    pub struct SeeAims = "convergence.see_aims": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::Leader, Role::Auditor,
    ];
    /// Records what is aimed at and found.
    pub struct KeepAims = "convergence.keep_aims": [Role::DistrictPlanner];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeAims, _>("/target", pages::show)
        .post::<KeepAims, _>("/target", pages::put)
        .post::<KeepAims, _>("/target/nasional", pages::national)
        .post::<KeepAims, _>("/target/hapus", pages::drop_one)
}
