//! Measurements entered by form on a posyandu's day: of one child, or a sheet for all children of a village.
//!
//! What is unusual is asked about once and then kept with its doubt, never refused. A wrong entry is corrected or
//! taken back with a reason; it stays visible beside what replaced it, and comes back when that was the mistake.

mod beside;
mod command;
mod forms;
mod one;
#[cfg(test)]
mod plans;
mod query;
pub mod rules;
mod sheet;
mod shown;

pub use beside::{Measuring, OfDay, Questions, Read, of_day, refuse, unconfirmed};
pub use command::{
    CorrectMeasurement, Entry, RecordMeasurements, RestoreMeasurement, SOURCE, TakeBackMeasurement, Whose,
};
pub use rules::Measures;

use super::RecordGrowth;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<RecordGrowth, _>("/pengukuran/anak/{id}/baru", one::new)
        .post::<RecordGrowth, _>("/pengukuran/anak/{id}/baru", one::record)
        .get::<RecordGrowth, _>("/pengukuran/{code}/lembar", sheet::show)
        .post::<RecordGrowth, _>("/pengukuran/{code}/lembar", sheet::record)
        .get::<super::ReadGrowth, _>("/pengukuran/catatan/{id}", shown::show)
        .get::<RecordGrowth, _>("/pengukuran/catatan/{id}/ubah", one::edit)
        .post::<RecordGrowth, _>("/pengukuran/catatan/{id}/ubah", one::correct)
        .post::<RecordGrowth, _>("/pengukuran/catatan/{id}/tarik", shown::take_back)
        .post::<RecordGrowth, _>("/pengukuran/catatan/{id}/urungkan", shown::restore)
}
