//! Measurements of children: what was taken, what a file printed.
//!
//! A measurement belongs to a child, a day and a source. z-scores and status words that the file printed are
//! labelled so wherever they are shown; two sources are never mixed in one figure. A child's own page ([`child`])
//! has ours beside them.

mod child;
pub mod cli;
mod copy;
mod import;
mod pages;
mod query;
pub mod rules;

pub use query::{Measurement, of_family};

use crate::ground::access::{Capability, Role, capability};
use crate::ground::audit::Reference;
use crate::ground::part::Part;
use crate::ground::web::{MenuItem, Routes};

capability! {
    /// Reads the measurements of children in one's territories.
    pub struct ReadGrowth = "growth.read": [
        Role::DistrictAdmin, Role::NutritionOfficer, Role::Cadre, Role::FieldOfficer, Role::Auditor,
    ];
}

fn routes() -> Routes {
    Routes::new()
        .get::<ReadGrowth, _>("/pengukuran", pages::villages)
        .get::<ReadGrowth, _>("/pengukuran/{code}", pages::children)
        .and(child::routes())
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.targets",
    menu: &[MenuItem { path: "/pengukuran", label: "growth.menu", roles: ReadGrowth::ROLES }],
    family_panel: Some(|app, actor, family| Box::pin(pages::panel(app, actor, family))),
    imports: &[&import::EppgbmImport],
    subject_export: Some(|app, district, subject, text| Box::pin(copy::copy(app, district, subject, text))),
    references: &[
        Reference::id("measurement", "person_id", "person"),
        Reference::id("measurement", "batch_id", "import_batch"),
    ],
    ..Part::named("growth")
};
