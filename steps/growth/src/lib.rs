//! Measurements of children: what was taken, what a file printed.
//!
//! A measurement belongs to a child, a day and a source. Beside the z-scores and status words that a file printed
//! stands our own reading ([`reading`], [`standing`]), from WHO's standards; each is labelled wherever it is
//! shown, and two sources are never mixed in one figure. A child's own page ([`child`]) shows all of it.

mod child;
pub mod cli;
mod copy;
mod coverage;
pub mod differences;
pub mod entry;
mod import;
mod lists;
pub mod norms;
mod pages;
mod quality;
mod query;
pub mod reading;
mod record;
pub mod rules;
mod said;
mod sigizi;
pub mod standing;
mod stunted;
mod words;

pub use query::{Measurement, of_family};
pub use stunted::StuntedChildren;

use asuh_ground::access::{Capability, Role, capability};
use asuh_ground::audit::Reference;
use asuh_ground::jobs::JobKind;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};
use asuh_step_registry::frozen;

capability! {
    /// Reads the measurements of children in one's territories.
    pub struct ReadGrowth = "growth.read": [
        Role::DistrictAdmin, Role::NutritionOfficer, Role::Cadre, Role::FieldOfficer, Role::Auditor,
    ];
    /// Records measurements of children in one's territories (a cadre: of her RW), corrects and takes back.
    pub struct RecordGrowth = "growth.record": [Role::DistrictAdmin, Role::NutritionOfficer, Role::Cadre];
    /// Takes measurements out with NIK, in the form in which Sigizi takes them in; every time is logged.
    pub struct HandToSigizi = "growth.hand_to_sigizi": [Role::DistrictAdmin, Role::NutritionOfficer];
    /// Changes the norms of the district: the least gain (KBM) and the lines of the card.
    pub struct KeepNorms = "growth.keep_norms": [Role::DistrictAdmin, Role::NutritionOfficer];
}

/// Who may correct what others recorded, within reach.
const OVERSEEING: &[Role] = &[Role::DistrictAdmin, Role::NutritionOfficer];

fn routes() -> Routes {
    Routes::new()
        .get::<ReadGrowth, _>("/pengukuran", coverage::pages::coverage)
        .post::<ReadGrowth, _>("/pengukuran/unduh", coverage::pages::export)
        .get::<ReadGrowth, _>("/pengukuran/daftar", lists::pages::list)
        .post::<ReadGrowth, _>("/pengukuran/daftar/cari", lists::pages::search)
        .post::<ReadGrowth, _>("/pengukuran/daftar/unduh", lists::export)
        .get::<ReadGrowth, _>("/pengukuran/mutu", quality::pages::quality)
        .get::<ReadGrowth, _>("/pengukuran/patokan", norms::pages::norms)
        .post::<KeepNorms, _>("/pengukuran/patokan", norms::pages::put)
        .get::<ReadGrowth, _>("/pengukuran/{code}", pages::children)
        .and(child::routes())
        .and(entry::routes())
        .and(differences::routes())
        .and(sigizi::routes())
        .and(stunted::routes())
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.targets",
    menu: &[
        MenuItem { path: "/pengukuran", label: "growth.menu", roles: ReadGrowth::ROLES },
        MenuItem { path: "/pengukuran/daftar", label: "growth.list.title", roles: ReadGrowth::ROLES },
    ],
    tasks: Some(lists::tasks),
    family_panel: Some(|app, actor, family| Box::pin(pages::panel(app, actor, family))),
    family_gaps: Some(|app, actor, family| Box::pin(lists::gaps(app, actor, family))),
    imports: &[&import::EppgbmImport, &import::SigiziImport],
    subject_export: Some(|app, district, subject, text| Box::pin(copy::copy(app, district, subject, text))),
    references: &[
        Reference::id("measurement", "recorded_for", "person"),
        Reference::id("measurement", "person_id", "person").work(
            "growth.depends.measurement",
            "r.retracted_at IS NULL AND (r.batch_id IS NULL OR r.batch_id <> $2)",
        ),
        Reference::id("measurement", "batch_id", "import_batch"),
        Reference::id("child_growth", "person_id", "person"),
        Reference::user("measurement", "recorded_by"),
        Reference::id("frozen_row", "subject_id", "person").when("r.evidence_id IS NOT NULL"),
        Reference::id("frozen_row", "evidence_id", "measurement"),
    ],
    jobs: &[JobKind { kind: standing::RECOMPUTE, run: standing::recompute }],
    persons_changed: Some(standing::persons_changed),
    check: Some(|app, district| {
        Box::pin(async move {
            let mut findings = standing::check(app, district).await?;
            findings.extend(frozen::check::<StuntedChildren>(app, district).await?);
            Ok(findings)
        })
    }),
    ..Part::named("growth")
};
