//! Indicators: what is measured of the district, against which target.

use asuh_ground::web::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
}
