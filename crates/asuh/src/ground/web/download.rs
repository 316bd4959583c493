//! Spreadsheets that a page gives away.

use asuh_documents::sheet::{Column, SheetWriter, Value};
use axum::http::header;
use axum::response::IntoResponse;

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

/// An XLSX as an attachment. `name` is ours (letters, digits, hyphens), without its ending. The file is made in
/// the data folder, outside the request's threads, and disappears.
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
    let folder = app.store.folder().join("uploads").join(app.store.new_id().to_string());
    let made = tokio::task::spawn_blocking(move || {
        let written = write(&folder, &sheet, &columns, &rows);
        let _ = std::fs::remove_dir_all(&folder);
        written
    })
    .await
    .map_err(|error| Error::Internal(error.to_string()))?;
    let bytes = made.map_err(Error::Internal)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
        ),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.xlsx\"")),
    ];
    Ok((headers, bytes).into_response())
}

fn write(
    folder: &std::path::Path,
    sheet: &str,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<Vec<u8>, String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let path = folder.join("sheet.xlsx");
    let mut writer = SheetWriter::xlsx(&path, sheet, columns).map_err(|error| error.to_string())?;
    for row in rows {
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
