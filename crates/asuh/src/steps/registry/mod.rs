//! Lists that come in, families and persons that are verified: who may be helped.
//!
//! Territories and institutions are the district's frame. A family is on a list, is visited, and stands from
//! then on as what the visit found; whoever of it is pregnant, breastfeeding or under five is a target
//! ([`rules::Target`]). Nothing is overwritten: every change is a new version with its day and its source.

mod changed;
pub mod district;
mod family;
pub mod import;
mod institution;
pub mod record;
mod rights;
pub mod rules;
mod territory;
mod verification;
mod words;

/// Families and their members, for other steps.
pub mod families {
    pub use super::family::{Change, Member, PutFamily, PutMaternity, PutPerson, Source, members};
}

/// The institutions, for other steps.
pub mod institutions {
    pub use super::institution::{
        CloseInstitution, Institution, InstitutionKind, PutInstitution, by_id, names, of_kind, units_of,
    };
}

/// The territories, for other steps: those of the district, and adopting them from the national list.
pub mod territories {
    pub use super::import::adopt;
    pub use super::territory::{Territory, names, subdistricts, villages, villages_within};
}

pub use rights::{
    KeepFamilies, KeepInstitutions, OpenPersonal, Reach, ReadFamilies, SeeInstitutions, SeeProgress,
    SeeTerritories, VerifyFamilies,
};
pub use verification::{RecordVerification, VisitResult};

use asuh_store::{DistrictId, Query, StoreError};

use crate::ground::access::Capability;
use crate::ground::audit::Reference;
use crate::ground::jobs::JobKind;
use crate::ground::part::Part;
use crate::ground::settings;
use crate::ground::web::{MenuItem, Routes};

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.targets",
    menu: MENU,
    tasks: Some(verification::tasks),
    imports: import::KINDS,
    jobs: &[JobKind { kind: changed::JOB, run: changed::run }],
    subject_export: Some(|app, district, subject, text| Box::pin(family::copy(app, district, subject, text))),
    references: &[
        Reference::code("grant_territory", "territory_code", "territory"),
        Reference::id("grant_unit", "institution_id", "institution"),
        Reference::id("consent", "family_id", "family").work("registry.depends.consent", ""),
        Reference::id("consent", "person_id", "person").work("registry.depends.consent", ""),
        Reference::id("data_request", "family_id", "family").work("registry.depends.request", ""),
        Reference::id("institution", "parent_id", "institution"),
        Reference::code("institution", "territory_code", "territory"),
        Reference::id("institution_history", "institution_id", "institution"),
        Reference::id("account", "place_id", "institution")
            .when("r.kind IN ('giver', 'office_post', 'depot', 'warehouse', 'fund_holder')"),
        Reference::id("account", "place_id", "family").when("r.kind = 'household'"),
        Reference::id("family", "canonical_id", "family"),
        Reference::id("family_version", "family_id", "family"),
        Reference::code("family_version", "village_code", "territory"),
        Reference::id("family_version", "batch_id", "import_batch"),
        Reference::id("person", "canonical_id", "person"),
        Reference::id("person_version", "person_id", "person"),
        Reference::id("person_version", "family_id", "family"),
        Reference::id("person_version", "batch_id", "import_batch"),
        Reference::id("maternity", "person_id", "person"),
        Reference::id("maternity", "batch_id", "import_batch"),
        Reference::id("verification", "family_id", "family").work("registry.depends.visit", ""),
        Reference::user("verification", "verified_by"),
    ],
    ..Part::named("registry")
};

const MENU: &[MenuItem] = &[
    MenuItem { path: "/sasaran", label: "registry.families.title", roles: ReadFamilies::ROLES },
    MenuItem { path: "/verifikasi", label: "registry.verification.title", roles: SeeProgress::ROLES },
    MenuItem { path: "/wilayah", label: "registry.territories.title", roles: SeeTerritories::ROLES },
    MenuItem { path: "/lembaga", label: "registry.institutions.title", roles: SeeInstitutions::ROLES },
];

/// The statuses whose families may be helped in a district: its setting `registry.eligible_statuses`.
///
/// # Errors
/// The store fails.
pub async fn eligible_statuses(
    db: &impl Query,
    district: DistrictId,
) -> Result<Vec<rules::FamilyStatus>, StoreError> {
    let setting = settings::get(db, district, "registry.eligible_statuses", "verified").await?;
    Ok(rules::eligible_statuses(&setting))
}

fn routes() -> Routes {
    Routes::new()
        .get::<ReadFamilies, _>("/sasaran", family::pages::list)
        .post::<ReadFamilies, _>("/sasaran/cari", family::pages::search)
        .get::<KeepFamilies, _>("/sasaran/baru", family::pages::forms::new)
        .post::<KeepFamilies, _>("/sasaran/baru", family::pages::forms::create)
        .get::<ReadFamilies, _>("/sasaran/{id}", family::pages::one)
        .post::<OpenPersonal, _>("/sasaran/{id}/tampilkan", family::pages::reveal)
        .get::<KeepFamilies, _>("/sasaran/{id}/ubah", family::pages::forms::edit)
        .post::<KeepFamilies, _>("/sasaran/{id}/ubah", family::pages::forms::update)
        .get::<KeepFamilies, _>("/sasaran/{id}/anggota/baru", family::pages::forms::new_person)
        .post::<KeepFamilies, _>("/sasaran/{id}/anggota/baru", family::pages::forms::create_person)
        .get::<KeepFamilies, _>("/sasaran/{id}/anggota/{person}", family::pages::forms::edit_person)
        .post::<KeepFamilies, _>("/sasaran/{id}/anggota/{person}", family::pages::forms::update_person)
        .get::<KeepFamilies, _>("/sasaran/{id}/anggota/{person}/kehamilan", family::pages::forms::maternity)
        .post::<KeepFamilies, _>(
            "/sasaran/{id}/anggota/{person}/kehamilan",
            family::pages::forms::put_maternity,
        )
        .get::<SeeProgress, _>("/verifikasi", verification::pages::progress)
        .get::<VerifyFamilies, _>("/verifikasi/{village}", verification::pages::village)
        .get::<VerifyFamilies, _>("/verifikasi/{village}/lembar", verification::pages::sheet)
        .get::<VerifyFamilies, _>("/verifikasi/keluarga/{id}", verification::pages::visit)
        .post::<VerifyFamilies, _>("/verifikasi/keluarga/{id}", verification::pages::record)
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
