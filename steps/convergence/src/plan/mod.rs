//! Plans: which office does what about an indicator, where and with whose money.

use asuh_ground::web::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
}
