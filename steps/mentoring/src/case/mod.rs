//! Audits of stunting cases (AKS): a child is chosen with a reason, its sheet is made from the rows, experts review it, what
//! is to be done has a name and a day, and somebody looks again.

mod command;
mod pages;
pub(crate) mod query;
pub mod rules;

pub use command::{CloseCase, FinishPlan, PlanCase, ReviewCase, SelectCase};

use crate::{FollowCases, KeepCases, ReadCases};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadCases, _>("/audit-kasus", pages::list)
        .get::<KeepCases, _>("/audit-kasus/baru/{person}", pages::new)
        .post::<KeepCases, _>("/audit-kasus/baru/{person}", pages::select)
        .get::<ReadCases, _>("/audit-kasus/{id}", pages::show)
        .post::<KeepCases, _>("/audit-kasus/{id}/kajian", pages::review)
        .post::<KeepCases, _>("/audit-kasus/{id}/rencana", pages::plan)
        .post::<FollowCases, _>("/audit-kasus/{id}/rencana/{nth}/selesai", pages::finish)
        .post::<KeepCases, _>("/audit-kasus/{id}/pantau", pages::close)
}
