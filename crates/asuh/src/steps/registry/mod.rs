//! Lists that come in, families and persons that are verified: who may be helped.
//!
//! Territories and institutions are the district's frame. A family is on a list, is visited, and stands from
//! then on as what the visit found; whoever of it is pregnant, breastfeeding or under five is a target
//! ([`rules::Target`]). Nothing is overwritten: every change is a new version with its day and its source.

pub mod import;
mod institution;
pub mod record;
mod rights;
pub mod rules;
mod territory;

/// The institutions, for other steps.
pub mod institutions {
    pub use super::institution::{
        CloseInstitution, Institution, InstitutionKind, PutInstitution, by_id, names, of_kind, units_of,
    };
}

/// The territories, for other steps: those of the district, and adopting them from the national list.
pub mod territories {
    pub use super::import::adopt;
    pub use super::territory::{Territory, names, subdistricts, villages};
}

pub use rights::{
    KeepFamilies, KeepInstitutions, OpenPersonal, Reach, ReadFamilies, SeeInstitutions, SeeProgress,
    SeeTerritories, VerifyFamilies,
};

use crate::ground::access::Capability;
use crate::ground::part::Part;
use crate::ground::web::{MenuItem, Routes};

/// The step, for the gates.
pub const STEP: Part = Part { routes, menu: MENU, imports: import::KINDS, ..Part::named("registry") };

const MENU: &[MenuItem] = &[
    MenuItem { path: "/wilayah", label: "registry.territories.title", roles: SeeTerritories::ROLES },
    MenuItem { path: "/lembaga", label: "registry.institutions.title", roles: SeeInstitutions::ROLES },
];

fn routes() -> Routes {
    Routes::new()
        .get::<SeeTerritories, _>("/wilayah", territory::pages::tree)
        .get::<SeeTerritories, _>("/wilayah/{code}", territory::pages::villages)
        .get::<SeeInstitutions, _>("/lembaga", institution::pages::list)
        .get::<KeepInstitutions, _>("/lembaga/baru", institution::pages::new)
        .post::<KeepInstitutions, _>("/lembaga/baru", institution::pages::create)
        .get::<SeeInstitutions, _>("/lembaga/{id}", institution::pages::one)
        .get::<KeepInstitutions, _>("/lembaga/{id}/ubah", institution::pages::edit)
        .post::<KeepInstitutions, _>("/lembaga/{id}/ubah", institution::pages::update)
        .post::<KeepInstitutions, _>("/lembaga/{id}/tutup", institution::pages::close)
}
