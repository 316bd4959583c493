//! The engine of every spreadsheet import: upload, check, preview, commit or refuse, undo.
//!
//! A step brings an [`ImportKind`]: its columns, how a row is read, what is new about it, how it is saved and
//! taken back. A file goes through these states:
//!
//! `receiving` -> `queued` -> `checking` -> `ready` -> `committing` -> `committed` -> `undoing` -> `undone`,
//! or ends as `refused` (by a person, or because the file cannot be read) or `failed`. Where the headings say
//! nothing to the kind it is `unmapped`, until a person has said which column is what: then it is checked again.
//!
//! Everything long is a job in chunks. The batch's own row says how far it came, in the same transaction as the
//! chunk: after a crash a job goes on where it was, and nothing is done twice.

mod batch;
mod cells;
mod check;
mod chunk;
mod command;
mod file;
mod header;
mod kind;
mod mapping;
mod mend;
mod pages;
mod query;
mod read;
mod run;
mod save;
mod staged;

pub use cells::{Identifier, RowCells};
pub use command::{Decide, Decision};
pub use kind::{
    BatchContext, Changing, Column, FileNote, Home, ImportKind, Message, ReadContext, Reading, Severity,
    StagedRow, Stake, UndoStep, Verdict,
};
pub use read::sheet_refusal;
pub use run::{Origin, Progress, RunError, Summary, SummaryMessage, decide, run, run_from};
pub use save::purge;

use std::sync::Arc;

use super::access::{Actor, Capability, Role, capability};
use super::app::{App, Given};
use super::audit::Reference;
use super::jobs::JobKind;
use super::part::Part;
use super::web::{MenuItem, Routes, Task, TaskState, Text};

capability! {
    /// Takes spreadsheets in. Which kinds, the kind itself says.
    pub struct UseImports = "staging.use": [
        Role::ListKeeper, Role::DistrictAdmin, Role::NutritionOfficer, Role::VillageVerifier,
        Role::SubdistrictVerifier, Role::FieldOfficer, Role::OfficePlanner, Role::DistrictPlanner,
    ];
}

/// Days after which an uploaded file and its rows are removed, where the district says nothing else
/// (`staging.keep_days`). The counts stay.
pub const KEEP_DAYS: i64 = 30;

const CHECK: JobKind = JobKind { kind: "staging.check", run: save::run_check };
const COMMIT: JobKind = JobKind { kind: "staging.commit", run: save::run_save };
const UNDO: JobKind = JobKind { kind: "staging.undo", run: save::run_undo };
const CLEAR: JobKind = JobKind { kind: "staging.clear", run: save::run_clear };

/// The part, for the gates.
pub const PART: Part = Part {
    routes,
    heading: "web.menu.targets",
    menu: &[MenuItem { path: "/impor", label: "staging.title", roles: UseImports::ROLES }],
    tasks: Some(tasks),
    jobs: &[CHECK, COMMIT, UNDO, CLEAR],
    references: &[
        Reference::user("import_batch", "uploaded_by"),
        Reference::user("import_batch", "decided_by"),
        Reference::user("import_mapping", "changed_by"),
    ],
    ..Part::named("staging")
};

fn routes() -> Routes {
    Routes::new()
        .get::<UseImports, _>("/impor", pages::list)
        .post::<UseImports, _>("/impor", pages::upload)
        .get::<UseImports, _>("/impor/{id}", pages::batch)
        .get::<UseImports, _>("/impor/{id}/berkas", mend::own_file)
        .get::<UseImports, _>("/impor/{id}/perbaikan.xlsx", mend::rest_xlsx)
        .get::<UseImports, _>("/impor/{id}/perbaikan.csv", mend::rest_csv)
        .get::<UseImports, _>("/impor/{id}/kolom", mapping::choose)
        .post::<UseImports, _>("/impor/{id}/kolom", mapping::keep)
        .get::<UseImports, _>("/impor/padanan", mapping::list)
        .get::<UseImports, _>("/impor/padanan/{id}", mapping::edit)
        .post::<UseImports, _>("/impor/padanan/{id}", mapping::put)
        .post::<UseImports, _>("/impor/padanan/{id}/hapus", mapping::forget)
        .post::<UseImports, _>("/impor/{id}/simpan", pages::save)
        .post::<UseImports, _>("/impor/{id}/tolak", pages::refuse)
        .get::<UseImports, _>("/impor/{id}/batalkan", pages::ask_undo)
        .post::<UseImports, _>("/impor/{id}/batalkan", pages::undo)
        .post::<UseImports, _>("/impor/{id}/periksa-lagi", pages::check)
}

/// Imports that wait for a decision.
fn tasks<'a>(app: &'a App, actor: &'a Arc<Actor>) -> Given<'a, Vec<Task>> {
    Box::pin(async move {
        if UseImports::of(actor).is_none() {
            return Ok(Vec::new());
        }
        let waiting = query::waiting(app, actor).await?;
        let text = Text::new(actor.language, actor.zone);
        Ok((waiting > 0)
            .then(|| Task {
                title: text.t1("staging.task.ready", "count", text.number(waiting)),
                path: "/impor".into(),
                state: TaskState::NeedsAction,
            })
            .into_iter()
            .collect())
    })
}
