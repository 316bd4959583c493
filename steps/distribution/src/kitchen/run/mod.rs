//! A meal of a kitchen: planned for those who are fed in its villages, cooked out of its store, delivered, eaten or not,
//! and what was left of it.
//!
//! The portions are goods of the kitchen until somebody has eaten: then each goes to the household, by the books' door. What
//! is left leaves the store as everything does that nobody received: one asks, another agrees (custody's write-off). What was
//! closed with a mistake the admin opens again, as long as nothing that followed stands on it.

mod command;
mod cook;
mod left;
mod mark;
mod pages;
mod paper;
mod plan;
mod query;
mod reopen;

pub use command::CancelRun;
pub use cook::{CookRun, DeliverRun};
pub use left::CloseRun as CloseKitchenRun;
pub use mark::{MarkMeals, ServingMark};
pub use plan::PlanKitchenRun;
pub(super) use plan::kept_from;
pub(super) use query::fed_days;
pub(crate) use query::{check, tasks};
pub use reopen::ReopenRun as ReopenKitchenRun;

use super::{MarkServings, ReadMeals, ReopenKitchenRuns, RunKitchens};
use asuh_ground::web::Routes;

#[cfg(test)]
pub(super) async fn plans(
    db: &asuh_store::testing::Plans,
    district: asuh_store::DistrictId,
    reach: &super::Reach,
    (any, day): (asuh_store::Id, time::Date),
) {
    query::plans(db, district, reach, (any, day)).await;
    plan::plans(db, district, (any, day)).await;
    reopen::plans(db, district, any).await;
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadMeals, _>("/masak-dapur", pages::list)
        .get::<RunKitchens, _>("/masak-dapur/baru", pages::new)
        .post::<RunKitchens, _>("/masak-dapur/baru", pages::plan)
        .get::<ReadMeals, _>("/masak-dapur/{id}", pages::show)
        .post::<RunKitchens, _>("/masak-dapur/{id}/masak", pages::cook)
        .post::<RunKitchens, _>("/masak-dapur/{id}/antar", pages::deliver)
        .post::<RunKitchens, _>("/masak-dapur/{id}/sisa", pages::left)
        .post::<RunKitchens, _>("/masak-dapur/{id}/batal", pages::cancel)
        .post::<ReopenKitchenRuns, _>("/masak-dapur/{id}/buka", pages::reopen)
        .get::<MarkServings, _>("/masak-dapur/{id}/desa/{code}", paper::village)
        .post::<MarkServings, _>("/masak-dapur/{id}/desa/{code}", paper::mark)
        .get::<ReadMeals, _>("/lembar-pmt/{code}/{week}", paper::sheet)
}
