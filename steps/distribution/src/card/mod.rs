//! Cards of families: a number and a code to be scanned, which tell a stranger nothing.
//!
//! A card ([`IssueCards`]) bears no name. Its QR code is an address with the number and a signature, made with a key that is
//! derived from the master key; whoever scans it, or types the number, signs in as himself and comes to the delivery of that
//! family's package where it waits, else to the family's page, within his rights. A lost card is replaced
//! ([`ReplaceCard`]): the old one opens nothing any more.

mod command;
mod pages;
mod query;

pub use command::{IssueCards, ReplaceCard};
pub(crate) use pages::family_panel;
#[cfg(test)]
pub(crate) use query::plans;

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Opens a family by its card, within reach.
    pub struct OpenCards = "cards.open": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier,
    ];
    /// Makes, prints and replaces cards.
    pub struct KeepCards = "cards.keep": [Role::DistrictAdmin, Role::FieldOfficer, Role::VillageVerifier];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<OpenCards, _>("/kartu", pages::home)
        .post::<OpenCards, _>("/kartu", pages::typed)
        .get::<KeepCards, _>("/kartu-desa/{code}", pages::village)
        .post::<KeepCards, _>("/kartu-desa/{code}", pages::issue)
        .get::<KeepCards, _>("/kartu-desa/{code}/cetak", pages::print)
        .post::<KeepCards, _>("/kartu/{id}/ganti", pages::replace)
        .get::<OpenCards, _>("/kartu/{id}", pages::scanned)
}
