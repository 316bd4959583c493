//! The engine of every spreadsheet import: upload, check, preview, commit or refuse, undo.
//!
//! A step brings an [`ImportKind`]: its columns, how a row is read, what is new about it, how it is saved and
//! taken back. A file goes through these states:
//!
//! `receiving` -> `queued` -> `checking` -> `ready` -> `committing` -> `committed` -> `undoing` -> `undone`,
//! or ends as `refused` (by a person, or because the file cannot be read) or `failed`.
//!
//! Everything long is a job in chunks. The batch's own row says how far it came, in the same transaction as the
//! chunk: after a crash a job goes on where it was, and nothing is done twice.

mod batch;
mod cells;
mod check;
mod command;
mod file;
mod header;
mod kind;
mod run;
mod save;

pub use cells::{Identifier, RowCells};
pub use command::{Decide, Decision};
pub use kind::{
    BatchContext, Changing, Column, FileNote, ImportKind, Message, ReadContext, Reading, Severity, StagedRow,
    UndoStep, Verdict,
};
pub use run::{Progress, RunError, Summary, SummaryMessage, decide, run};
pub use save::purge;

use super::jobs::JobKind;
use super::part::Part;

/// Days after which an uploaded file and its rows are removed, where the district says nothing else
/// (`staging.keep_days`). The counts stay.
pub const KEEP_DAYS: i64 = 30;

const CHECK: &str = "staging.check";
const COMMIT: &str = "staging.commit";
const UNDO: &str = "staging.undo";
const CLEAR: &str = "staging.clear";

/// The part, for the gates.
pub const PART: Part = Part {
    jobs: &[
        JobKind { kind: CHECK, run: save::run_check },
        JobKind { kind: COMMIT, run: save::run_save },
        JobKind { kind: UNDO, run: save::run_undo },
        JobKind { kind: CLEAR, run: save::run_clear },
    ],
    ..Part::named("staging")
};
