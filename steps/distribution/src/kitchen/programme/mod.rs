//! Programmes of supplementary feeding (PMT): for whom, for how many days, at what price at most; and what came of them.

mod command;
mod pages;
mod query;

pub use command::{AddUsualProgrammes, CloseMealProgramme, PutMealProgramme};
pub(super) use query::{ProgrammeLine, programme};

#[cfg(test)]
pub(super) use query::plans;

use super::{KeepMealProgrammes, ReadMeals};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadMeals, _>("/pmt", pages::list)
        .post::<KeepMealProgrammes, _>("/pmt/baku", pages::usual)
        .get::<KeepMealProgrammes, _>("/pmt/baru", pages::new)
        .post::<KeepMealProgrammes, _>("/pmt/baru", pages::create)
        .get::<KeepMealProgrammes, _>("/pmt/{id}/ubah", pages::edit)
        .post::<KeepMealProgrammes, _>("/pmt/{id}/ubah", pages::put)
        .post::<KeepMealProgrammes, _>("/pmt/{id}/tutup", pages::close)
}
