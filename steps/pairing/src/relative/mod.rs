//! Relatives: a sponsor and a family that belong together, as somebody said. No run pairs them, nothing is kept for such a
//! sponsor, nobody pairs them by hand; and what ran between them ends when it is said.

mod command;
mod pages;
mod panel;
mod query;

pub use command::{DeclareRelative, EndRelative};
pub(super) use panel::panel;
pub(super) use query::{RelativeLine, of_family};

use super::ManagePairing;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ManagePairing, _>("/keluarga-sendiri/orang-tua-asuh/{sponsor}", pages::of_sponsor)
        .post::<ManagePairing, _>("/keluarga-sendiri/orang-tua-asuh/{sponsor}", pages::add_to_sponsor)
        .post::<ManagePairing, _>("/keluarga-sendiri/orang-tua-asuh/{sponsor}/cari", pages::search_families)
        .get::<ManagePairing, _>("/keluarga-sendiri/keluarga/{family}", pages::of_family)
        .post::<ManagePairing, _>("/keluarga-sendiri/keluarga/{family}", pages::add_to_family)
        .post::<ManagePairing, _>("/keluarga-sendiri/keluarga/{family}/cari", pages::search_sponsors)
        .post::<ManagePairing, _>("/keluarga-sendiri/{relative}/batal", pages::end)
}
