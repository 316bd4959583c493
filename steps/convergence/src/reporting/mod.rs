//! What is entered, and its way from the village over kecamatan and office to the district.
//!
//! A **form** is what one office is told of a set; its **report** for a place and period goes from draft to accepted, or back
//! with a reason. Nothing is overwritten: a corrected number stands beside the one before.

pub(crate) mod command;
mod fill;
mod home;
mod import;
mod pages;
pub(crate) mod query;
pub mod rules;

pub use command::{Act, EnterNumbers, Entry, LockPeriod, MoveReport, Rights};

use asuh_ground::staging::ImportKind;
use asuh_ground::web::Routes;

use crate::rights::{AcceptReports, EnterValues, SeeReports};

pub(super) use home::tasks;

/// The sheet of numbers.
pub(super) const SHEET: &dyn ImportKind = &import::NumberSheet;

/// The pages.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeReports, _>("/laporan-indikator", pages::list)
        .get::<SeeReports, _>("/laporan-indikator/isi", fill::fill)
        .post::<EnterValues, _>("/laporan-indikator/isi", fill::enter)
        .post::<SeeReports, _>("/laporan-indikator/lembar", pages::sheet)
        .post::<AcceptReports, _>("/laporan-indikator/kunci", pages::lock)
        .post::<SeeReports, _>("/laporan-indikator/{laporan}/langkah", fill::step)
        .get::<SeeReports, _>("/laporan-indikator/bukti/{angka}", fill::evidence)
}
