//! Visits: whom to visit, what was found, and the sheets on which it is written.

mod command;
mod pages;
mod query;
mod sheet;
mod write;

pub use command::{RecordVerification, RecordVisits};
pub(super) use pages::{reached_village, tone};
pub(super) use query::{EVIDENCE, unsettled, waiting_in, waiting_of};
pub(super) use sheet::read_result;
pub use write::Visit;
pub(crate) use write::joined;
pub(super) use write::{How, judge, write};
pub(crate) use write::{hold_villages, recount};

use crate::rights::VerifyFamilies;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<VerifyFamilies, _>("/verifikasi/{village}", pages::village)
        .get::<VerifyFamilies, _>("/verifikasi/{village}/lembar", sheet::print)
        .get::<VerifyFamilies, _>("/verifikasi/{village}/unduh", sheet::download)
        .get::<VerifyFamilies, _>("/verifikasi/keluarga/{id}", pages::visit)
        .post::<VerifyFamilies, _>("/verifikasi/keluarga/{id}", pages::record)
}
