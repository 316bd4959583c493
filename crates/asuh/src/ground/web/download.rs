//! Spreadsheets that a page gives away.

use asuh_documents::sheet::{Column, SheetWriter, Value};
use axum::http::header;
use axum::response::IntoResponse;
use futures_util::{Stream, StreamExt};

use super::{Error, Page};
use crate::ground::App;

/// A value of a downloaded spreadsheet. Texts can hold anything: they never become formulas.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A number with decimals; its column says how many are shown.
    Decimal(f64),
    /// A day.
    Day(time::Date),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

/// What a spreadsheet is given away as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A workbook of one sheet.
    Xlsx,
    /// Text in UTF-8 with semicolons, as Excel opens it in Indonesia.
    Csv,
}

impl FileKind {
    /// The one with this ending; without one a workbook.
    pub fn parse(ending: &str) -> FileKind {
        if ending == "csv" { FileKind::Csv } else { FileKind::Xlsx }
    }

    fn ending(self) -> &'static str {
        match self {
            FileKind::Xlsx => "xlsx",
            FileKind::Csv => "csv",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FileKind::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Rows that are on their way to the file at one time.
const ON_THE_WAY: usize = 256;

/// An XLSX as an attachment. `name` is ours (letters, digits, hyphens), without its ending.
///
/// # Errors
/// The disk is full, or a value does not fit into a cell.
pub async fn workbook(
    app: &App,
    name: &str,
    sheet: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
) -> Page {
    let rows = futures_util::stream::iter(rows.into_iter().map(Ok));
    spreadsheet(app, FileKind::Xlsx, name, sheet, columns, rows).await
}

/// A spreadsheet as an attachment, written row by row as they come, so that no list is held in memory. `name` is
/// ours (letters, digits, hyphens), without its ending. The file is made in the data folder, outside the request's
/// threads, and disappears.
///
/// # Errors
/// The disk is full, a value does not fit into a cell, or the rows end with an error.
pub async fn spreadsheet(
    app: &App,
    kind: FileKind,
    name: &str,
    sheet: String,
    columns: Vec<Column>,
    rows: impl Stream<Item = Result<Vec<Cell>, Error>> + Send,
) -> Page {
    let folder = app.store.folder().join("uploads").join(app.store.new_id().to_string());
    let (sender, receiver) = tokio::sync::mpsc::channel(ON_THE_WAY);
    let writing = tokio::task::spawn_blocking(move || {
        let written = write(&folder, kind, &sheet, &columns, receiver);
        let _ = std::fs::remove_dir_all(&folder);
        written
    });
    let mut failed = None;
    let mut rows = std::pin::pin!(rows);
    while let Some(row) = rows.next().await {
        match row {
            Ok(row) => {
                // The writer stopped: it says why below.
                if sender.send(row).await.is_err() {
                    break;
                }
            }
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    drop(sender);
    let made = writing.await.map_err(|error| Error::Internal(error.to_string()))?;
    if let Some(error) = failed {
        return Err(error);
    }
    let bytes = made.map_err(Error::Internal)?;
    let headers = [
        (header::CONTENT_TYPE, kind.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{}\"", kind.ending())),
    ];
    Ok((headers, bytes).into_response())
}

fn write(
    folder: &std::path::Path,
    kind: FileKind,
    sheet: &str,
    columns: &[Column],
    mut rows: tokio::sync::mpsc::Receiver<Vec<Cell>>,
) -> Result<Vec<u8>, String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let path = folder.join("sheet");
    let writer = match kind {
        FileKind::Xlsx => SheetWriter::xlsx(&path, sheet, columns),
        FileKind::Csv => SheetWriter::csv(&path, b';', columns),
    };
    let mut writer = writer.map_err(|error| error.to_string())?;
    while let Some(row) = rows.blocking_recv() {
        let values: Vec<Value<'_>> = row
            .iter()
            .map(|cell| match cell {
                Cell::Empty => Value::Empty,
                Cell::Text(text) => Value::Text(text),
                Cell::Number(number) => Value::Integer(*number),
                Cell::Decimal(number) => Value::Number(*number),
                Cell::Day(day) => Value::Date(*day),
            })
            .collect();
        writer.row(&values).map_err(|error| error.to_string())?;
    }
    writer.finish().map_err(|error| error.to_string())?;
    std::fs::read(&path).map_err(|error| error.to_string())
}
