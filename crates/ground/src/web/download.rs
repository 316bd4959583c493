//! Files that a page gives away: spreadsheets above all.

use std::path::{Path, PathBuf};

use asuh_documents::sheet::{Column, SheetWriter, Value};
use asuh_store::StoreError;
use axum::body::Body;
use axum::http::header;
use axum::response::IntoResponse;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{Error, Page};
use crate::App;

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

impl Cell {
    fn value(&self) -> Value<'_> {
        match self {
            Cell::Empty => Value::Empty,
            Cell::Text(text) => Value::Text(text),
            Cell::Number(number) => Value::Integer(*number),
            Cell::Decimal(number) => Value::Number(*number),
            Cell::Day(day) => Value::Date(*day),
        }
    }
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

/// The media type of an XLSX.
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A folder that disappears with its value.
pub(crate) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// A new folder below the data folder.
    pub(crate) fn new(app: &App) -> Result<Scratch, StoreError> {
        let folder = app.store.folder().join("uploads").join(app.store.new_id().to_string());
        std::fs::create_dir_all(&folder)
            .map_err(|source| StoreError::File { path: folder.display().to_string(), source })?;
        Ok(Scratch { folder })
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Sends a file as an attachment piece by piece; its folder disappears when the last byte was sent or the caller
/// has gone. `name` is ours or cleaned: letters, digits, hyphens, points.
///
/// # Errors
/// The file cannot be opened.
pub(crate) async fn send_file(scratch: Scratch, path: &Path, media: &'static str, name: &str) -> Page {
    let file = tokio::fs::File::open(path).await.map_err(|error| Error::Unavailable(error.to_string()))?;
    let stream = futures_util::stream::try_unfold((file, scratch), |(mut file, scratch)| async move {
        let mut buffer = vec![0; 64 * 1024];
        let read = file.read(&mut buffer).await?;
        buffer.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then_some((buffer, (file, scratch))))
    });
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
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

    fn media(self) -> &'static str {
        match self {
            FileKind::Xlsx => XLSX,
            FileKind::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Rows that are read and handed to a [`Book`] at once: a page of a long export.
pub const AT_ONCE: usize = 500;

/// A spreadsheet in the making, written while its rows are read: a long one costs no more memory than a short one, and
/// none ends before its rows do. It is made in the data folder, outside the request's threads, and disappears.
pub struct Book {
    kind: FileKind,
    parts: mpsc::Sender<Part>,
    /// Gives the file, with its folder.
    made: JoinHandle<Result<(Scratch, PathBuf), String>>,
}

enum Part {
    Rows(Vec<Vec<Cell>>),
    /// All rows were there. Without it the caller has gone and the file is of no use.
    End,
}

impl Book {
    /// Begins an XLSX with a sheet of this name and these columns.
    ///
    /// # Errors
    /// The disk is full.
    pub fn begin(app: &App, sheet: String, columns: Vec<Column>) -> Result<Book, Error> {
        Book::begin_as(FileKind::Xlsx, app, sheet, columns)
    }

    /// Begins one of this kind; a text file has no name of a sheet.
    ///
    /// # Errors
    /// The disk is full.
    pub fn begin_as(kind: FileKind, app: &App, sheet: String, columns: Vec<Column>) -> Result<Book, Error> {
        let scratch = Scratch::new(app)?;
        let (parts, receiver) = mpsc::channel(2);
        let made = tokio::task::spawn_blocking(move || {
            let path = scratch.file("sheet");
            write(kind, &path, &sheet, &columns, receiver).map(|()| (scratch, path))
        });
        Ok(Book { kind, parts, made })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// The disk is full, or a value does not fit into a cell.
    pub async fn rows(&mut self, rows: Vec<Vec<Cell>>) -> Result<(), Error> {
        if self.parts.send(Part::Rows(rows)).await.is_ok() {
            return Ok(());
        }
        // The writer has ended early, and says why.
        Err(match (&mut self.made).await {
            Ok(Err(reason)) => Error::Internal(reason),
            other => Error::Internal(format!("the sheet ended early: {}", other.is_ok())),
        })
    }

    /// Ends it and sends it as an attachment. `name` is ours (letters, digits, hyphens), without its ending.
    ///
    /// # Errors
    /// As [`Book::rows`].
    pub async fn send(self, name: &str) -> Page {
        // Where the writer has ended early, its own reason follows.
        let _ = self.parts.send(Part::End).await;
        let made = self.made.await.map_err(|error| Error::Internal(error.to_string()))?;
        let (scratch, path) = made.map_err(Error::Internal)?;
        send_file(scratch, &path, self.kind.media(), &format!("{name}.{}", self.kind.ending())).await
    }
}

/// A [`Book`] whose rows are all there.
///
/// # Errors
/// As [`Book::rows`].
pub async fn workbook(
    app: &App,
    name: &str,
    sheet: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
) -> Page {
    let mut book = Book::begin(app, sheet, columns)?;
    book.rows(rows).await?;
    book.send(name).await
}

/// A row as it is written.
pub(super) fn values(row: &[Cell]) -> Vec<Value<'_>> {
    row.iter().map(Cell::value).collect()
}

fn write(
    kind: FileKind,
    path: &Path,
    sheet: &str,
    columns: &[Column],
    mut parts: mpsc::Receiver<Part>,
) -> Result<(), String> {
    let writer = match kind {
        FileKind::Xlsx => SheetWriter::xlsx(path, sheet, columns),
        FileKind::Csv => SheetWriter::csv(path, b';', columns),
    };
    let mut writer = writer.map_err(|error| error.to_string())?;
    loop {
        match parts.blocking_recv() {
            Some(Part::Rows(rows)) => {
                for row in rows {
                    writer.row(&values(&row)).map_err(|error| error.to_string())?;
                }
            }
            Some(Part::End) => return writer.finish().map_err(|error| error.to_string()),
            None => return Err("nobody waits for the sheet any more".to_owned()),
        }
    }
}
