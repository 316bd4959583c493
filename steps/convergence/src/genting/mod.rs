//! The monthly GENTING report: who gave, who was reached, with what and for how much, and how far that is of the quota.
//!
//! People count these figures differently from month to month and place to place, so every figure here says how it was
//! counted, on the screen and in print ([`report::definitions`]). All of them come from rows, none from a counter.

mod pages;
mod query;
mod report;

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Sees the GENTING figures of the district: numbers, no names.
    pub struct SeeGenting = "convergence.see_genting": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::Leader, Role::Auditor,
    ];
    /// Issues the monthly report under a number.
    pub struct IssueGenting = "convergence.issue_genting": [Role::DistrictAdmin, Role::DistrictPlanner];
}

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get::<SeeGenting, _>("/genting", pages::show)
        .get::<SeeGenting, _>("/genting/konsep", pages::preview)
        .get::<SeeGenting, _>("/genting/xlsx", pages::workbook)
        .post::<IssueGenting, _>("/genting/terbit", pages::issue)
}
