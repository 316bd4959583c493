//! Runs: planning the share-out of a week, looking at the draft, approving, closing.

mod choice;
mod command;
mod pages;
mod proposal;
mod query;

pub use choice::{Way, ways};
pub use command::{ApproveRun, Approved, CloseRun, Closed, DiscardRun, GoodChoice, PlanRun};
pub use proposal::{
    Campaign, EligibleFamily, Proposal, ProposedVillage, campaigns, eligible_families, propose,
};
pub use query::RunLine;
pub(super) use query::{WayLine, check_accounts, drafts, run, ways_of};

#[cfg(test)]
pub(super) use query::plans;

use super::{PlanDistribution, ReadDistribution};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadDistribution, _>("/penyaluran", pages::list)
        .get::<PlanDistribution, _>("/penyaluran/baru", pages::new)
        .post::<PlanDistribution, _>("/penyaluran/baru", pages::plan)
        .get::<ReadDistribution, _>("/penyaluran/{run}", pages::show)
        .get::<PlanDistribution, _>("/penyaluran/{run}/setujui", pages::approve_check)
        .post::<PlanDistribution, _>("/penyaluran/{run}/setujui", pages::approve)
        .post::<PlanDistribution, _>("/penyaluran/{run}/buang", pages::discard)
        .get::<PlanDistribution, _>("/penyaluran/{run}/tutup", pages::close_check)
        .post::<PlanDistribution, _>("/penyaluran/{run}/tutup", pages::close)
}
