//! One child: what was measured with our z-scores beside those of the file, among the lines of WHO's standard, and
//! as a card on paper. Opening it is noted like opening the family's file.

mod card;
mod chart;
mod history;
mod pages;
mod query;
mod words;

use super::ReadGrowth;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadGrowth, _>("/pengukuran/anak/{id}", pages::one)
        .get::<ReadGrowth, _>("/pengukuran/anak/{id}/kms", card::card)
}
