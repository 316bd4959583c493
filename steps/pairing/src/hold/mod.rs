//! Holds: targets kept for somebody who is still deciding. They end by themselves after their last day.

mod command;
mod pages;

pub use command::{PlaceHold, ReleaseHold};

use super::ManagePairing;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ManagePairing, _>("/pasangan/{id}/tahan", pages::list)
        .post::<ManagePairing, _>("/pasangan/{id}/tahan", pages::place)
        .post::<ManagePairing, _>("/penahanan/{hold}/lepas", pages::release)
}
