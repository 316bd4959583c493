//! What decides about a pairing, read in few statements: targets with their needs and order, promises, relatives,
//! holds, and the pairs that run.

mod barred;
mod neighbour_pages;
mod neighbours;
mod situation;
mod targets;

pub(crate) use barred::barred_for;
pub use neighbours::SetNeighbours;
pub(crate) use situation::{Situation, Subject, Terms, subdistrict, village_of};
pub(crate) use targets::{Moment, targets};

use super::ManagePairing;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ManagePairing, _>("/tetangga-kecamatan", neighbour_pages::list)
        .post::<ManagePairing, _>("/tetangga-kecamatan/{code}", neighbour_pages::put)
}
