//! The tables of a paper as one workbook.

use asuh_documents::paper::Paper;
use asuh_documents::sheet::paper_book as write;

use super::download::{Scratch, XLSX, send_file};
use super::{Error, Page};
use crate::App;

/// Sends the tables of a paper, a sheet each. `name` is ours (letters, digits, hyphens), without its ending.
///
/// # Errors
/// The disk is full.
pub async fn paper_book(app: &App, paper: Paper, name: &str) -> Page {
    let scratch = Scratch::new(app)?;
    let path = scratch.file("paper");
    let made = tokio::task::spawn_blocking({
        let path = path.clone();
        move || write(&paper, &path).map_err(|error| error.to_string())
    });
    made.await.map_err(|error| Error::Internal(error.to_string()))?.map_err(Error::Internal)?;
    send_file(scratch, &path, XLSX, &format!("{name}.xlsx")).await
}
