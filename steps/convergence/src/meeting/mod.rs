//! Meetings: prepared, held, closed and remembered.

use asuh_ground::web::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
}
