//! Visits: the form with the checklist, what was recorded, corrections, and the list of a family's visits.

mod command;
mod form;
mod pages;
pub(crate) mod query;
pub(crate) mod sponsor;

pub(crate) use form::day_boxes;
pub(crate) use pages::opened;

pub use command::{Answer, Answered, CorrectVisit, Facts, RecordVisit, TakeBackVisit, Whose};

use crate::{ReadVisits, RecordVisits, VisitAsSponsor};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadVisits, _>("/pendampingan/keluarga/{id}", pages::of_family)
        .get::<RecordVisits, _>("/pendampingan/keluarga/{id}/kunjungan", pages::new)
        .post::<RecordVisits, _>("/pendampingan/keluarga/{id}/kunjungan", pages::record)
        .get::<ReadVisits, _>("/pendampingan/kunjungan/{id}", pages::show)
        .get::<ReadVisits, _>("/pendampingan/kunjungan/{id}/foto", pages::photo)
        .get::<RecordVisits, _>("/pendampingan/kunjungan/{id}/ubah", pages::edit)
        .post::<RecordVisits, _>("/pendampingan/kunjungan/{id}/ubah", pages::correct)
        .post::<RecordVisits, _>("/pendampingan/kunjungan/{id}/tarik", pages::take_back)
        .get::<VisitAsSponsor, _>("/pendampingan/anak-asuh/{id}", sponsor::new)
        .post::<VisitAsSponsor, _>("/pendampingan/anak-asuh/{id}", sponsor::record)
}
