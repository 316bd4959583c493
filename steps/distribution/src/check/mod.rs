//! After-check: a sample of families is asked, by somebody who delivered nothing to them, whether what is on record arrived.
//!
//! A **check** ([`DrawCheck`]) is drawn from what a run of packages or a closed plan of payments has on record as received: by
//! a seed that is kept, of a size that follows from confidence and margin, shared among the villages in proportion. An admin
//! assigns villages ([`AssignCheck`]) to people who neither delivered nor paid anything of it; they ask by phone or visit
//! ([`AnswerCheck`]). The page sets the share that was received beside the official figure, with its interval
//! ([`asuh_ground::sampling`]), for the district and for villages where five or more answered. Who has not received, or
//! another amount, becomes a conversation ([`crate::follow_up`]) that only the admin and auditors see.

mod answer;
mod assign;
mod command;
mod home;
mod pages;
mod query;
pub mod rules;
mod tasks;

pub use command::{AnswerCheck, AssignCheck, CloseCheck, DrawCheck};
pub(super) use home::{copy, tasks as home_tasks};
#[cfg(test)]
pub(crate) use query::plans;

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Sees what checks found, in numbers.
    pub struct ReadChecks = "after_check.read": [Role::DistrictAdmin, Role::Leader, Role::Auditor];
    /// Sees the families that were asked.
    pub struct ReadCheckNames = "after_check.read_names": [Role::DistrictAdmin, Role::Auditor];
    /// Draws samples, assigns them, closes checks.
    pub struct DrawChecks = "after_check.draw": [Role::DistrictAdmin];
    /// Asks the families that are assigned to oneself.
    pub struct AnswerChecks = "after_check.answer": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::NutritionOfficer,
    ];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadChecks, _>("/cek-penerimaan", pages::list)
        .get::<DrawChecks, _>("/cek-penerimaan/baru", pages::new)
        .post::<DrawChecks, _>("/cek-penerimaan/baru", pages::draw)
        .get::<AnswerChecks, _>("/cek-penerimaan/tugas", tasks::list)
        .get::<AnswerChecks, _>("/cek-penerimaan/tugas/{id}", answer::show)
        .post::<AnswerChecks, _>("/cek-penerimaan/tugas/{id}", answer::put)
        .get::<ReadChecks, _>("/cek-penerimaan/{id}", pages::show)
        .post::<DrawChecks, _>("/cek-penerimaan/{id}/tutup", pages::close)
        .get::<ReadCheckNames, _>("/cek-penerimaan/{id}/desa/{code}", assign::village)
        .post::<DrawChecks, _>("/cek-penerimaan/{id}/desa/{code}", assign::assign)
        .get::<ReadCheckNames, _>("/cek-penerimaan/{id}/desa/{code}/cetak", assign::print)
}
