//! The engine of every spreadsheet import: upload, check, preview, commit or refuse, undo.
//!
//! A step brings an [`ImportKind`]: its columns, how a row is read, what is new about it, how it is saved and
//! taken back. A file goes through these states:
//!
//! `receiving` -> `queued` -> `checking` -> `ready` -> `committing` -> `committed` -> `undoing` -> `undone`,
//! or ends as `refused` (by a person, or because the file cannot be read) or `failed`.

mod cells;
mod kind;

pub use cells::{Identifier, RowCells};
pub use kind::{
    BatchContext, Changing, Column, FileNote, ImportKind, Message, ReadContext, Reading, Severity, StagedRow,
    UndoStep, Verdict,
};

use super::part::Part;

/// The part, for the gates.
pub const PART: Part = Part::named("staging");
