//! What the indicators come to: by place (the heat map), over time, right to the people behind a number; and the scorecard
//! of convergence, which adds up what services families received of those that they should have.

mod matrix;
mod number;
pub(crate) mod rows;
mod rules;
mod village;

use asuh_ground::web::Routes;

use crate::rights::SeeIndicators;

/// The pages.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeIndicators, _>("/capaian", matrix::show)
        .post::<SeeIndicators, _>("/capaian/lembar", matrix::export)
        .get::<SeeIndicators, _>("/capaian/{indikator}", number::show)
        .get::<SeeIndicators, _>("/skor-konvergensi", village::show)
}
