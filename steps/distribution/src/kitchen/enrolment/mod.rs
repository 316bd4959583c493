//! Who is fed: enrolled with a reason and a baseline, weighed, and at the end judged by rule; or referred instead.

mod command;
mod end;
mod home;
mod note;
mod pages;
mod query;
mod rules;

pub use command::{EnrolPerson, Enrolled};
pub use end::{EndEnrolment, Ending, TakeBackEnding, WeighEnrolled};
pub(super) use home::tasks;
pub use note::NoteMeals;
pub(super) use query::MEASURED;
pub(super) use query::{EnrolmentLine, family_enrolments, shown_name};
pub use rules::{Outcome, Stand, outcome};

#[cfg(test)]
pub(super) use query::plans;

use super::{EnrolMeals, NoteEnrolled, ReadMeals};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadMeals, _>("/pmt/{id}", pages::programme)
        .get::<EnrolMeals, _>("/pmt/{id}/calon", pages::candidates)
        .get::<EnrolMeals, _>("/pmt/{id}/calon/{person}", pages::candidate)
        .post::<EnrolMeals, _>("/pmt/{id}/calon/{person}", pages::enrol)
        .get::<ReadMeals, _>("/peserta-pmt/{id}", pages::show)
        .post::<NoteEnrolled, _>("/peserta-pmt/{id}/catatan", pages::note)
        .post::<NoteEnrolled, _>("/peserta-pmt/{id}/timbang", pages::weigh)
        .post::<EnrolMeals, _>("/peserta-pmt/{id}/selesai", pages::end)
        .post::<EnrolMeals, _>("/peserta-pmt/{id}/lanjut", pages::take_back)
}
