//! What the district knows, intends and promised: it reads all steps before it and writes only what is its own.
//!
//! **Indicators** ([`indicator`]) are data: numerator, denominator, sets, targets; computed from the district's rows where
//! they are there, entered by an office with evidence where not. A **plan** ([`plan`]) says which office does what about
//! them, where and with whose money. A **meeting** ([`meeting`]) decides, and what was promised there is remembered as
//! commitments that the next one opens with.

mod commitment;
mod genting;
pub mod indicator;
pub mod meeting;
mod plan;
#[cfg(test)]
mod plans;
mod rights;

pub use commitment::{Become, Decide, FollowCommitments, ReportProgress, Undecide};
pub use meeting::{
    Attend, CloseMeeting, Facts, KeepMeetings, LeavePaper, MoveMeeting, NoteSummary, PrepareMeeting,
    ReadMeetings, RemoveAttendance, TakePaper,
};
pub use rights::{
    AcceptReports, CheckReports, EnterValues, KeepIndicators, SeeIndicators, SeeReports, VerifyReports,
};

use asuh_ground::access::Capability;
use asuh_ground::audit::Reference;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};

fn routes() -> Routes {
    indicator::routes()
        .and(plan::routes())
        .and(meeting::routes())
        .and(commitment::routes())
        .and(genting::routes())
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.convergence",
    menu: &[
        MenuItem { path: "/indikator", label: "convergence.indicator.title", roles: SeeIndicators::ROLES },
        MenuItem { path: "/rapat", label: "meeting.title", roles: ReadMeetings::ROLES },
        MenuItem { path: "/komitmen", label: "commitment.title", roles: ReadMeetings::ROLES },
        MenuItem { path: "/genting", label: "genting.menu", roles: genting::SeeGenting::ROLES },
    ],
    tasks: Some(|app, actor| Box::pin(meeting::tasks(app, actor))),
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
        Reference::code("meeting", "territory_code", "territory"),
        Reference::id("meeting", "previous_id", "meeting"),
        Reference::user("meeting", "recorded_by"),
        Reference::user("meeting", "closed_by"),
        Reference::user("attendance", "recorded_by"),
        Reference::id("meeting_paper", "paper_id", "issued_paper"),
        Reference::code("commitment", "territory_code", "territory"),
        Reference::code("commitment", "place_code", "territory"),
        Reference::user("commitment", "recorded_by"),
        Reference::id("commitment_progress", "evidence_id", "attachment"),
        Reference::user("commitment_progress", "recorded_by"),
    ],
    ..Part::named("convergence")
};
