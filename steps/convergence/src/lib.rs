//! What the district knows, intends and promised: it reads all steps before it and writes only what is its own.
//!
//! **Indicators** ([`indicator`]) are data: numerator, denominator, sets, targets; computed from the district's rows where
//! they are there, entered by an office with evidence where not. A **plan** ([`plan`]) says which office does what about
//! them, where and with whose money. A **meeting** ([`meeting`]) decides, and what was promised there is remembered as
//! commitments that the next one opens with.

pub mod indicator;
mod meeting;
mod plan;
#[cfg(test)]
mod plans;
mod rights;

pub use rights::{
    AcceptReports, CheckReports, EnterValues, KeepIndicators, SeeIndicators, SeeReports, VerifyReports,
};

use asuh_ground::access::Capability;
use asuh_ground::audit::Reference;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};

fn routes() -> Routes {
    indicator::routes().and(plan::routes()).and(meeting::routes())
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.convergence",
    menu: &[MenuItem {
        path: "/indikator",
        label: "convergence.indicator.title",
        roles: SeeIndicators::ROLES,
    }],
    imports: &[indicator::SHEET],
    references: &[
        Reference::user("indicator_set", "recorded_by"),
        Reference::id("indicator", "office_id", "institution"),
        Reference::id("indicator", "batch_id", "import_batch"),
        Reference::user("indicator", "recorded_by"),
        Reference::id("indicator_history", "indicator_id", "indicator"),
        Reference::id("indicator_history", "batch_id", "import_batch"),
        Reference::user("indicator_history", "recorded_by"),
        Reference::code("indicator_target", "territory_code", "territory"),
        Reference::user("indicator_target", "recorded_by"),
        Reference::id("indicator_cell", "indicator_id", "indicator"),
        Reference::code("indicator_cell", "village_code", "territory"),
        Reference::id("indicator_computed", "indicator_id", "indicator"),
        Reference::id("indicator_report", "office_id", "institution"),
        Reference::code("indicator_report", "territory_code", "territory"),
        Reference::user("indicator_report_event", "recorded_by"),
        Reference::id("indicator_value", "indicator_id", "indicator"),
        Reference::code("indicator_value", "territory_code", "territory"),
        Reference::id("indicator_value", "evidence_id", "attachment"),
        Reference::id("indicator_value", "batch_id", "import_batch"),
        Reference::user("indicator_value", "recorded_by"),
        Reference::user("indicator_lock", "locked_by"),
        Reference::user("indicator_lock", "unlocked_by"),
    ],
    ..Part::named("convergence")
};
