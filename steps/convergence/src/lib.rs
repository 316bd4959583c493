//! What the district knows, intends and promised: it reads all steps before it and writes only what is its own.
//!
//! **Indicators** ([`indicator`]) are data: numerator, denominator, sets, targets; computed from the district's rows where
//! they are there, entered by an office with evidence where not. A **plan** ([`plan`]) says which office does what about
//! them, where and with whose money. A **meeting** ([`meeting`]) decides, and what was promised there is remembered as
//! commitments that the next one opens with.
//!
//! **Teams** ([`team`]) are who works on it, **actions** ([`action`]) what the scheme of the ministry asks for in a year; a
//! situation **analysis** ([`analysis`]) says where it is worst and which villages come first, **aims** ([`aim`]) where the
//! prevalence is to go and where it goes.

pub mod action;
pub mod aim;
pub mod analysis;
mod check;
mod commitment;
mod genting;
#[cfg(test)]
mod indexes;
pub mod indicator;
pub mod meeting;
mod paper;
mod places;
pub mod plan;
#[cfg(test)]
mod plans;
pub mod reporting;
mod rights;
mod scorecard;
pub mod team;

pub use commitment::{Become, Decide, FollowCommitments, ReportProgress, Tie, TieCommitment, Undecide};
pub use meeting::{
    Attend, CloseMeeting, Facts, KeepMeetings, LeavePaper, MoveMeeting, NoteSummary, PrepareMeeting,
    ReadMeetings, RemoveAttendance, TakePaper,
};
pub(crate) use plan::{Gap, Indicators, known_indicator};
pub use rights::{
    AcceptReports, CheckReports, EnterValues, KeepIndicators, SeeIndicators, SeeReports, VerifyReports,
};

use std::sync::Arc;

use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::audit::Reference;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes, Task};
use asuh_store::StoreError;
use time::Date;

fn routes() -> Routes {
    indicator::routes()
        .and(reporting::routes())
        .and(scorecard::routes())
        .and(plan::routes())
        .and(team::routes())
        .and(action::routes())
        .and(analysis::routes())
        .and(aim::routes())
        .and(meeting::routes())
        .and(commitment::routes())
        .and(genting::routes())
}

async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let mut tasks = plan::tasks(app, actor).await?;
    tasks.extend(action::tasks(app, actor).await?);
    tasks.extend(reporting::tasks(app, actor).await?);
    tasks.extend(team::tasks(app, actor).await?);
    tasks.extend(meeting::tasks(app, actor).await?);
    Ok(tasks)
}

/// A day in the three boxes of a form; no day leaves them empty.
pub(crate) fn boxes(field: &str, day: Option<Date>) -> Vec<(String, String)> {
    let Some(day) = day else { return Vec::new() };
    vec![
        (format!("{field}_tanggal"), day.day().to_string()),
        (format!("{field}_bulan"), u8::from(day.month()).to_string()),
        (format!("{field}_tahun"), day.year().to_string()),
    ]
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.convergence",
    menu: &[
        MenuItem { path: "/capaian", label: "convergence.value.title", roles: SeeIndicators::ROLES },
        MenuItem { path: "/skor-konvergensi", label: "convergence.score.title", roles: SeeIndicators::ROLES },
        MenuItem { path: "/laporan-indikator", label: "convergence.report.title", roles: SeeReports::ROLES },
        MenuItem { path: "/indikator", label: "convergence.indicator.title", roles: SeeIndicators::ROLES },
        MenuItem { path: "/analisis", label: "analysis.title", roles: analysis::SeeAnalysis::ROLES },
        MenuItem { path: "/rencana", label: "plan.title", roles: plan::SeePlans::ROLES },
        MenuItem { path: "/target", label: "aim.title", roles: aim::SeeAims::ROLES },
        MenuItem { path: "/aksi", label: "aksi.title", roles: action::SeeActions::ROLES },
        MenuItem { path: "/tim", label: "team.title", roles: team::SeeTeams::ROLES },
        MenuItem { path: "/rapat", label: "meeting.title", roles: ReadMeetings::ROLES },
        MenuItem { path: "/komitmen", label: "commitment.title", roles: ReadMeetings::ROLES },
        MenuItem { path: "/genting", label: "genting.menu", roles: genting::SeeGenting::ROLES },
    ],
    tasks: Some(|app, actor| Box::pin(tasks(app, actor))),
    imports: &[indicator::SHEET, reporting::SHEET, &plan::PlanImport, &team::TeamImport],
    check: Some(|app, district| Box::pin(check::check(app, district))),
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
        Reference::code("team", "territory_code", "territory"),
        Reference::id("team", "batch_id", "import_batch"),
        Reference::user("team", "recorded_by"),
        Reference::id("team_decree", "scan_id", "attachment"),
        Reference::user("team_decree", "recorded_by"),
        Reference::id("team_member", "batch_id", "import_batch"),
        Reference::user("team_member", "recorded_by"),
        Reference::user("action_year", "opened_by"),
        Reference::code("action", "territory_code", "territory"),
        Reference::user("action", "changed_by"),
        Reference::id("action_event", "document_id", "attachment"),
        Reference::user("action_event", "recorded_by"),
        Reference::user("plan", "changed_by"),
        Reference::id("plan_item", "office_id", "institution"),
        Reference::code("plan_item", "village_code", "territory"),
        Reference::id("plan_version", "batch_id", "import_batch"),
        Reference::user("plan_version", "recorded_by"),
        Reference::code("plan_place", "territory_code", "territory"),
        Reference::id("plan_report", "evidence_id", "attachment"),
        Reference::user("plan_report", "recorded_by"),
        Reference::id("analysis", "document_id", "attachment"),
        Reference::user("analysis", "decided_by"),
        Reference::user("analysis", "recorded_by"),
        Reference::code("analysis_village", "village_code", "territory"),
        Reference::code("analysis_family", "village_code", "territory"),
        Reference::id("analysis_family", "family_id", "family"),
        Reference::code("analysis_obstacle", "territory_code", "territory"),
        Reference::user("analysis_obstacle", "recorded_by"),
        Reference::user("aim", "recorded_by"),
        Reference::code("meeting", "territory_code", "territory"),
        Reference::id("meeting", "previous_id", "meeting"),
        Reference::user("meeting", "recorded_by"),
        Reference::user("meeting", "closed_by"),
        Reference::user("attendance", "recorded_by"),
        Reference::id("meeting_paper", "paper_id", "issued_paper"),
        Reference::code("commitment", "territory_code", "territory"),
        Reference::code("commitment", "place_code", "territory"),
        Reference::id("commitment", "plan_item_id", "plan_item"),
        Reference::user("commitment", "recorded_by"),
        Reference::id("commitment_progress", "evidence_id", "attachment"),
        Reference::user("commitment_progress", "recorded_by"),
    ],
    ..Part::named("convergence")
};
