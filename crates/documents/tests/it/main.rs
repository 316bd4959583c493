//! Spreadsheets as they come and as they are sent to harm.

// Clippy knows test functions, not the helpers beside them.
#![allow(clippy::unwrap_used)]

mod annotate;
mod hostile;
mod text;
mod workbook;

use std::path::{Path, PathBuf};

use asuh_documents::sheet::{Cell, Limits, Row, SheetError, SheetReader};
use tempfile::TempDir;

/// A folder for one test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn read_within(path: &Path, limits: &Limits) -> Result<Vec<Row>, SheetError> {
    let mut reader = SheetReader::open(path, limits)?;
    let mut rows = Vec::new();
    let mut row = Row::default();
    while reader.next_row(&mut row)? {
        rows.push(row.clone());
    }
    Ok(rows)
}

fn read(path: &Path) -> Result<Vec<Row>, SheetError> {
    read_within(path, &Limits::default())
}

/// The rows as numbers and texts.
fn texts(rows: &[Row]) -> Vec<(u32, Vec<String>)> {
    rows.iter()
        .map(|row| (row.number, row.cells.iter().map(|cell| cell.text().into_owned()).collect()))
        .collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}
