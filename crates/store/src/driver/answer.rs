//! What SQLite answered: all rows of an answer, or of a part of it, in two lists. A list of its own for each row and
//! each value is what reading costs otherwise, three times as much as the engine itself takes.

use std::sync::Arc;

use rusqlite::types::ValueRef;

use crate::{Row, StoreError};

use super::RawRow;

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// A floating point number, which no column holds and no query should give.
    Real,
}

/// Where a value is: texts and bytes at a place in the list of them all.
enum Kept {
    Null,
    Int(i64),
    Text { from: usize, to: usize },
    Bytes { from: usize, to: usize },
    Real,
}

/// Rows with the names of their columns.
pub(super) struct Answer {
    columns: Arc<[Box<str>]>,
    cells: Vec<Kept>,
    texts: String,
    bytes: Vec<u8>,
    rows: usize,
}

impl Answer {
    /// No row yet.
    pub(super) fn new(columns: Arc<[Box<str>]>) -> Answer {
        Answer { columns, cells: Vec::new(), texts: String::new(), bytes: Vec::new(), rows: 0 }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// Keeps a row that the engine shows.
    pub(super) fn keep(&mut self, row: &rusqlite::Row<'_>) -> Result<(), StoreError> {
        for at in 0..self.columns.len() {
            let cell = match row.get_ref(at)? {
                ValueRef::Null => Kept::Null,
                ValueRef::Integer(value) => Kept::Int(value),
                ValueRef::Real(_) => Kept::Real,
                ValueRef::Text(text) => {
                    let from = self.texts.len();
                    self.texts.push_str(&String::from_utf8_lossy(text));
                    Kept::Text { from, to: self.texts.len() }
                }
                ValueRef::Blob(bytes) => {
                    let from = self.bytes.len();
                    self.bytes.extend_from_slice(bytes);
                    Kept::Bytes { from, to: self.bytes.len() }
                }
            };
            self.cells.push(cell);
        }
        self.rows += 1;
        Ok(())
    }

    /// What was kept, which begins anew.
    pub(super) fn take(&mut self) -> Answer {
        let (cells, bytes) = (self.cells.len(), self.bytes.len());
        let next = Answer {
            cells: Vec::with_capacity(cells),
            bytes: Vec::with_capacity(bytes),
            ..Answer::new(self.columns.clone())
        };
        std::mem::replace(self, next)
    }

    /// The rows that were kept, in their order.
    pub(super) fn into_rows(self) -> impl ExactSizeIterator<Item = Row> + Send {
        let answer = Arc::new(self);
        (0..answer.rows).map(move |at| Row(RawRow::Sqlite(SqliteRow { answer: answer.clone(), at })))
    }

    fn cell(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        Some(match self.cells.get(row * self.columns.len() + column)? {
            Kept::Null => Cell::Null,
            Kept::Int(value) => Cell::Int(*value),
            Kept::Real => Cell::Real,
            Kept::Text { from, to } => Cell::Text(self.texts.get(*from..*to)?),
            Kept::Bytes { from, to } => Cell::Bytes(self.bytes.get(*from..*to)?),
        })
    }
}

/// One row of an answer.
pub(crate) struct SqliteRow {
    answer: Arc<Answer>,
    at: usize,
}

impl SqliteRow {
    /// The names of the columns.
    pub(crate) fn columns(&self) -> &[Box<str>] {
        &self.answer.columns
    }

    /// The value of the column with this name.
    pub(crate) fn cell(&self, column: &str) -> Option<Cell<'_>> {
        let at = self.columns().iter().position(|name| **name == *column)?;
        self.answer.cell(self.at, at)
    }
}
