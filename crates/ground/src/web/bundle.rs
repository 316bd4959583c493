//! Many spreadsheets as one download, written one after another.

use std::path::PathBuf;

use asuh_documents::bundle::Bundle;
use asuh_documents::sheet::{Column, SheetWriter};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::download::{Cell, Scratch, send_file, values};
use super::{Error, Page};
use crate::App;

/// A workbook of a [`Books`].
#[derive(Debug)]
pub struct BookOf {
    /// Its name within the ZIP, with its folder and without its ending: letters, digits, hyphens, '/'.
    pub name: String,
    /// The name of its sheet.
    pub sheet: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A ZIP of workbooks in the making: as many as there are cost no more memory than the largest two. It is made in the data
/// folder, outside the request's threads, and disappears.
pub struct Books {
    parts: mpsc::Sender<Option<BookOf>>,
    made: JoinHandle<Result<(Scratch, PathBuf), String>>,
}

impl Books {
    /// Begins one.
    ///
    /// # Errors
    /// The disk is full.
    pub fn begin(app: &App) -> Result<Books, Error> {
        let scratch = Scratch::new(app)?;
        let (parts, mut receiver) = mpsc::channel::<Option<BookOf>>(1);
        let made = tokio::task::spawn_blocking(move || {
            let (path, sheet) = (scratch.file("books"), scratch.file("book"));
            let mut bundle = Bundle::create(&path).map_err(|error| error.to_string())?;
            loop {
                match receiver.blocking_recv() {
                    Some(Some(book)) => {
                        let writer = SheetWriter::xlsx(&sheet, &book.sheet, &book.columns);
                        let mut writer = writer.map_err(|error| error.to_string())?;
                        for row in &book.rows {
                            writer.row(&values(row)).map_err(|error| error.to_string())?;
                        }
                        writer.finish().map_err(|error| error.to_string())?;
                        let name = format!("{}.xlsx", book.name);
                        bundle.add(&name, &sheet).map_err(|error| error.to_string())?;
                    }
                    Some(None) => {
                        bundle.finish().map_err(|error| error.to_string())?;
                        return Ok((scratch, path));
                    }
                    None => return Err("nobody waits for the files any more".to_owned()),
                }
            }
        });
        Ok(Books { parts, made })
    }

    /// Adds a workbook.
    ///
    /// # Errors
    /// The disk is full, a name comes twice, or a value does not fit into a cell.
    pub async fn book(&mut self, book: BookOf) -> Result<(), Error> {
        if self.parts.send(Some(book)).await.is_ok() {
            return Ok(());
        }
        // The writer has ended early, and says why.
        Err(match (&mut self.made).await {
            Ok(Err(reason)) => Error::Internal(reason),
            other => Error::Internal(format!("the files ended early: {}", other.is_ok())),
        })
    }

    /// Ends it and sends it as an attachment. `name` is ours (letters, digits, hyphens), without its ending.
    ///
    /// # Errors
    /// As [`Books::book`].
    pub async fn send(self, name: &str) -> Page {
        // Where the writer has ended early, its own reason follows.
        let _ = self.parts.send(None).await;
        let made = self.made.await.map_err(|error| Error::Internal(error.to_string()))?;
        let (scratch, path) = made.map_err(Error::Internal)?;
        send_file(scratch, &path, "application/zip", &format!("{name}.zip")).await
    }
}
