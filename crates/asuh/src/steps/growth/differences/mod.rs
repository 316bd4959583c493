//! Where our z-scores and those of a file differ: why, and what to do about it.
//!
//! The cause is found when a measurement is computed ([`rules`]) and stands beside it, so that the list is one
//! query.

mod pages;
mod query;
pub mod rules;

use super::ReadGrowth;
use crate::ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadGrowth, _>("/pengukuran/selisih", pages::list)
        .post::<ReadGrowth, _>("/pengukuran/selisih", pages::export)
}
