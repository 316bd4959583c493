//! Files that people mend: their own with a column that says what is wrong, and the rows that stayed out alone.

use std::path::PathBuf;

use asuh_documents::sheet::{Limits, SheetError, annotate, excerpt};
use asuh_store::{Id, args};
use axum::extract::State;
use futures_util::TryStreamExt;
use tokio::sync::mpsc;

use super::batch::Batch;
use super::file::unseal;
use super::header::OWN;
use super::run::{StoredMessage, SummaryMessage};
use super::{ImportKind, UseImports, query};
use crate::access::Cap;
use crate::web::{Error, Page, Path, Scratch, Shell, Text, XLSX, send_file};
use crate::{App, audit};

/// The messages of one row, for a file: the columns, what is wrong in each, and how to mend it.
#[derive(Debug, Clone, Default)]
struct Note {
    row: u32,
    columns: Vec<String>,
    wrong: Vec<String>,
    remedies: Vec<String>,
}

impl Note {
    fn add(&mut self, message: SummaryMessage) {
        if !message.column.is_empty() && !self.columns.contains(&message.column) {
            self.columns.push(message.column);
        }
        self.wrong.push(message.what);
        if !message.remedy.is_empty() && !self.remedies.contains(&message.remedy) {
            self.remedies.push(message.remedy);
        }
    }
}

/// Notes on their way from the database to the thread that writes the file: a few at a time, in the order of the
/// rows.
struct Notes {
    coming: mpsc::Receiver<Note>,
    next: Option<Note>,
}

impl Notes {
    /// What is noted on a row; rows are asked for in their order.
    fn of(&mut self, row: u32) -> Option<Note> {
        while self.next.as_ref().is_none_or(|note| note.row < row) {
            self.next = Some(self.coming.blocking_recv()?);
        }
        self.next.take_if(|note| note.row == row)
    }
}

/// A batch whose file is still there and can be given back, with the row of its headings.
async fn kept(app: &App, cap: &UseImports, id: Id) -> Result<(Batch, u32), Error> {
    let batch = query::one(app, cap.actor(), id).await?.ok_or(Error::NotFound)?;
    let here = batch.cleared_at.is_none() && !batch.is_busy();
    let header_row = batch.header_row.filter(|_| here).ok_or(Error::NotFound)?;
    if batch.import(app).is_some_and(ImportKind::personal) {
        audit::opened(app, cap.actor(), "export", Some(("import", id)), "import_rows");
    }
    Ok((batch, header_row))
}

/// Makes a file out of the batch's own and its messages, and streams it.
async fn give(
    app: &App,
    batch: &Batch,
    text: Text,
    errors: bool,
    ending: &'static str,
    name: &str,
    write: impl FnOnce(PathBuf, PathBuf, Notes) -> Result<(), SheetError> + Send + 'static,
) -> Page {
    let scratch = Scratch::new(app)?;
    let source = unseal(app, batch.district_id, batch.id, &scratch).await?;
    let target = scratch.file("out");
    let (sender, coming) = mpsc::channel(256);
    let out = target.clone();
    let writing = tokio::task::spawn_blocking(move || write(source, out, Notes { coming, next: None }));
    let sql = query::all_messages(errors);
    let messages =
        app.store.reader().stream::<StoredMessage>(&sql, args![batch.district_id, batch.id]).await?;
    let mut messages = std::pin::pin!(messages);
    let mut note = Note::default();
    while let Some(message) = messages.try_next().await? {
        let message = message.show(app, batch.district_id, &text)?;
        if message.row != note.row && note.row > 0 && sender.send(std::mem::take(&mut note)).await.is_err() {
            break;
        }
        note.row = message.row;
        note.add(message);
    }
    // Nobody listens any more when the file has fewer rows than messages, or could not be written.
    let _ = sender.send(note).await;
    drop(sender);
    writing
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
        .map_err(|error| Error::Internal(error.to_string()))?;
    let media = if ending == "xlsx" { XLSX } else { "text/csv; charset=utf-8" };
    let stem = batch.file_name.rsplit_once('.').map_or(batch.file_name.as_str(), |(stem, _)| stem);
    let stem: String = stem
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' })
        .collect();
    send_file(scratch, &target, media, &format!("{stem}-{name}.{ending}")).await
}

/// Their own file back, with a column that says what is wrong with each row.
pub(super) async fn own_file(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (batch, header_row) = kept(&app, &cap, id).await?;
    let ending = if batch.format == "xlsx" { "xlsx" } else { "csv" };
    let all = move |source: PathBuf, out: PathBuf, mut notes: Notes| {
        let notes = std::cell::RefCell::new(&mut notes);
        let said = |row| {
            let note = notes.borrow_mut().of(row)?;
            let places = if note.columns.is_empty() { String::new() } else { note.columns.join(", ") + ": " };
            Some(format!("{places}{} {}", note.wrong.join(" "), note.remedies.join(" ")).trim().to_owned())
        };
        annotate(&source, &out, &Limits::default(), said, header_row, OWN[4])
    };
    give(&app, &batch, shell.text(), false, ending, "kesalahan", all).await
}

async fn rest(cap: Cap<UseImports>, app: App, id: Id, shell: Shell, ending: &'static str) -> Page {
    let (batch, header_row) = kept(&app, &cap, id).await?;
    let write = move |source: PathBuf, out: PathBuf, mut notes: Notes| {
        let said = |row| {
            let note = notes.of(row)?;
            Some([
                note.row.to_string(),
                note.columns.join(", "),
                note.wrong.join(" "),
                note.remedies.join(" "),
            ])
        };
        let csv = (ending == "csv").then_some(b';');
        let [row, column, wrong, remedy, _] = OWN;
        excerpt(&source, &out, &Limits::default(), csv, header_row, [row, column, wrong, remedy], said)
    };
    give(&app, &batch, shell.text(), true, ending, "perbaikan", write).await
}

/// The rows that stayed out, as a workbook, to be mended and sent again.
pub(super) async fn rest_xlsx(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    rest(cap, app, id, shell, "xlsx").await
}

/// The same as a text file.
pub(super) async fn rest_csv(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    rest(cap, app, id, shell, "csv").await
}
