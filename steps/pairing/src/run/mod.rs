//! Runs of the optimiser: asked for, worked out by a job, looked at, approved by somebody else.

mod command;
mod compute;
mod flow;
mod pages;
pub(super) mod query;
mod reasons;
pub(super) mod rows;
pub(super) mod store;
mod words;

pub use command::{Ahead, ApproveRun, Approved, RefuseRun};
pub use compute::RunKind;
pub use query::RunLine;
pub use store::OrderRun;
pub(super) use store::{JOB, work};

use super::{ApproveRuns, ManagePairing, ReadRuns};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadRuns, _>("/pasangan/{id}/perhitungan", pages::list)
        .post::<ManagePairing, _>("/pasangan/{id}/perhitungan", pages::order)
        .get::<ReadRuns, _>("/perhitungan/{run}", pages::show)
        .get::<ReadRuns, _>("/perhitungan/{run}/alasan", reasons::reasons)
        .post::<ApproveRuns, _>("/perhitungan/{run}/setujui", pages::approve)
        .post::<ApproveRuns, _>("/perhitungan/{run}/tolak", pages::refuse)
}
