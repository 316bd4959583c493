//! Where our z-scores and those of a file differ: why, and what to do about it.
//!
//! The cause is found when a measurement is computed ([`rules`]) and stands beside it, so that the list is one
//! query.

mod pages;
mod query;
pub mod rules;

use asuh_store::{DistrictId, Query, StoreError};

use super::ReadGrowth;
use asuh_ground::settings;
use asuh_ground::web::Routes;

/// Beyond this, in hundredths, a file's z-score is told apart from ours: the district's to set. Index: primary key of
/// `setting`.
///
/// # Errors
/// The store fails.
pub(super) async fn limit(db: &impl Query, district: DistrictId) -> Result<i64, StoreError> {
    settings::get_typed(db, district, "growth.difference_limit").await
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadGrowth, _>("/pengukuran/selisih", pages::list)
        .post::<ReadGrowth, _>("/pengukuran/selisih", pages::export)
}
