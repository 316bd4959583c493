//! The job `staging.check`: streams the file, reads every row, compares it with what is known, keeps it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use asuh_documents::sheet::{Format, Limits, Row, SheetError, SheetReader};
use asuh_store::{Id, Query, args};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::batch::{self, Batch};
use super::command::{BeginCheck, ClearPiece, Counts, EndCheck, Stage, bookkeeping};
use super::file::unseal;
use super::header::{self, Header};
use super::{ImportKind, ReadContext, RowCells, Severity, StagedRow, Verdict};
use crate::ground::App;
use crate::ground::jobs::{Job, JobError};
use crate::ground::web::Scratch;

/// Rows of staged data removed by one command.
pub(super) const CLEAR: i64 = 2000;

/// The headings of the file by field, for messages.
#[derive(Debug, Clone, Default)]
pub(super) struct Titles(HashMap<&'static str, String>, &'static [super::Column]);

impl Titles {
    /// The heading under which people know the field.
    pub(super) fn of(&self, field: &str) -> String {
        match self.0.get(field) {
            Some(title) => title.clone(),
            None => self
                .1
                .iter()
                .find(|column| column.field == field)
                .map_or_else(|| field.to_owned(), |column| column.title().to_owned()),
        }
    }
}

/// What the reading thread sends.
enum Read {
    Header(Header, Format),
    Rows(Vec<StagedRow>),
}

/// Why a file cannot be taken in: a translation key with its values.
type Refused = (String, Vec<(String, String)>);

/// Checks a batch from its first row to its last.
pub(super) async fn check(app: &App, job: &Job, batch: &Batch) -> Result<(), JobError> {
    let kind = batch
        .import(app)
        .ok_or_else(|| JobError::Failed(format!("no part of the program takes '{}' in", batch.kind)))?;
    let district = batch.district_id;
    let begun = app.store.submit(bookkeeping(app, district), BeginCheck { batch: batch.id }).await?;
    if !begun.value {
        return Ok(());
    }
    // What an earlier try left behind.
    clear_rows(app, batch, false).await?;
    let context = Arc::new(batch.context(app.store.reader()).await?);
    let scratch = Scratch::new(app)?;
    let path = unseal(app, district, batch.id, &scratch).await?;

    let (sender, mut receiver) = mpsc::channel(4);
    let read = context.read.clone();
    let thread = tokio::task::spawn_blocking(move || read_file(kind, &read, &path, &sender));
    let mut titles = Arc::new(Titles(HashMap::new(), kind.columns()));
    let (mut header_row, mut unknown, mut format) = (None, Vec::new(), String::new());
    let mut counts = Counts::default();
    let mut since = 0;
    while let Some(part) = receiver.recv().await {
        match part {
            Read::Header(header, found) => {
                header_row = Some(header.row);
                unknown = header.unknown;
                titles = Arc::new(Titles(header.titles, kind.columns()));
                format = if found == Format::Xlsx { "xlsx".into() } else { "csv".into() };
            }
            Read::Rows(rows) => {
                let rows = classify(app, kind, &context, rows).await?;
                for row in &rows {
                    counts.add(row.verdict);
                    counts.warnings +=
                        row.messages.iter().filter(|message| message.severity == Severity::Warning).count()
                            as i64;
                }
                since += rows.len();
                let stage = Stage {
                    batch: batch.id,
                    rows,
                    titles: titles.clone(),
                    personal: kind.personal(),
                    counts,
                };
                if !app.store.submit(bookkeeping(app, district), stage).await?.value {
                    return Err(JobError::Later("the batch was taken over".into()));
                }
                if since >= 500 {
                    since = 0;
                    job.progress(app, counts.rows, 0, "").await?;
                }
            }
        }
    }
    let ended = thread.await.map_err(|error| JobError::Failed(error.to_string()))?;
    let mut refused = match ended {
        Ok(()) => None,
        Err(Stopped::Refused(refused)) => Some(refused),
        Err(Stopped::Io(error)) => return Err(JobError::Later(error)),
    };
    if refused.is_none() && counts.rows == 0 {
        refused = Some(("staging.refused.no_rows".into(), Vec::new()));
    }
    let notes = match refused {
        Some(_) => Vec::new(),
        None => kind.survey(app, &context).await?.into_iter().map(|note| (note.code, note.args)).collect(),
    };
    let end = EndCheck { batch: batch.id, format, header_row, unknown, refused, notes };
    app.store.submit(bookkeeping(app, district), end).await?;
    Ok(())
}

/// Lets the kind compare the rows that are not errors already.
async fn classify(
    app: &App,
    kind: &'static dyn ImportKind,
    context: &super::BatchContext,
    rows: Vec<StagedRow>,
) -> Result<Vec<StagedRow>, JobError> {
    let (mut good, bad): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.verdict != Verdict::Error);
    if !good.is_empty() {
        kind.classify(app, context, &mut good).await?;
    }
    for row in &mut good {
        if row.messages.iter().any(|message| message.severity == Severity::Error) {
            row.verdict = Verdict::Error;
        }
    }
    good.extend(bad);
    good.sort_by_key(|row| row.number);
    Ok(good)
}

/// Removes staged rows and messages; with `everything`, the file too.
pub(super) async fn clear_rows(app: &App, batch: &Batch, everything: bool) -> Result<(), JobError> {
    let most = |table: &'static str| {
        app.store.reader().number(
            if table == "import_row" {
                "SELECT MAX(row_number) AS n FROM import_row WHERE district_id = $1 AND batch_id = $2"
            } else {
                "SELECT MAX(row_number) AS n FROM import_message WHERE district_id = $1 AND batch_id = $2"
            },
            args![batch.district_id, batch.id],
        )
    };
    let last = most("import_row").await?.max(most("import_message").await?);
    let mut from = 0;
    loop {
        let to = from + CLEAR - 1;
        let is_last = to >= last;
        let piece = ClearPiece { batch: batch.id, last: everything && is_last, from, to };
        app.store.submit(bookkeeping(app, batch.district_id), piece).await?;
        if is_last {
            return Ok(());
        }
        from = to + 1;
    }
}

/// Why reading stopped early.
enum Stopped {
    Refused(Refused),
    Io(String),
}

impl From<SheetError> for Stopped {
    fn from(error: SheetError) -> Self {
        let text = |value: &dyn ToString| value.to_string();
        let args = match &error {
            SheetError::Io(source) => return Stopped::Io(source.to_string()),
            SheetError::TooLarge { limit, .. } => vec![("limit".into(), text(&(limit / 1_000_000)))],
            SheetError::InflatesTooMuch { limit } => vec![("limit".into(), text(&(limit / 1_000_000)))],
            SheetError::TooManyRows { limit } => vec![("limit".into(), text(limit))],
            SheetError::TooManyColumns { row, limit } => {
                vec![("row".into(), text(row)), ("limit".into(), text(limit))]
            }
            SheetError::CellTooLong { row, column, .. } => {
                vec![("row".into(), text(row)), ("column".into(), text(column))]
            }
            _ => Vec::new(),
        };
        Stopped::Refused((format!("staging.sheet.{}", error.code()), args))
    }
}

/// Reads the file in its own thread. An `Ok` also means that nobody listens any more.
fn read_file(
    kind: &'static dyn ImportKind,
    context: &ReadContext,
    path: &Path,
    sender: &mpsc::Sender<Read>,
) -> Result<(), Stopped> {
    let mut reader = SheetReader::open(path, &Limits::default())?;
    let format = reader.format();
    // The first rows are kept until the header is found among them.
    let mut first: Vec<Row> = Vec::new();
    let mut row = Row::default();
    let mut more = true;
    while first.last().is_none_or(|row| row.number < header::WITHIN) {
        more = reader.next_row(&mut row)?;
        if !more {
            break;
        }
        first.push(std::mem::take(&mut row));
    }
    let candidates = first.partition_point(|row| row.number <= header::WITHIN);
    let header = header::find(kind, &first[..candidates]).map_err(|none| {
        let code = match none.found.is_empty() {
            true => "staging.refused.no_header",
            false => "staging.refused.missing_columns",
        };
        Stopped::Refused((
            code.into(),
            vec![("missing".into(), none.missing.join(", ")), ("found".into(), none.found.join(", "))],
        ))
    })?;
    let places = header.places.clone();
    let (header_row, chunk) = (header.row, kind.chunk().max(1));
    if sender.blocking_send(Read::Header(header, format)).is_err() {
        return Ok(());
    }
    let mut seen: HashMap<[u8; 16], u32> = HashMap::new();
    let mut rows = Vec::with_capacity(chunk);
    let mut kept = first.into_iter().filter(|row| row.number > header_row);
    let mut is_first = true;
    loop {
        match kept.next() {
            Some(next) => row = next,
            None if more => {
                more = reader.next_row(&mut row)?;
                if !more {
                    break;
                }
            }
            None => break,
        }
        let numbering = std::mem::take(&mut is_first) && header::is_numbering(&row);
        if numbering {
            continue;
        }
        let Some(staged) = read_row(kind, context, &row, &places, &mut seen) else { continue };
        rows.push(staged);
        if rows.len() >= chunk && sender.blocking_send(Read::Rows(std::mem::take(&mut rows))).is_err() {
            return Ok(());
        }
    }
    if !rows.is_empty() {
        let _ = sender.blocking_send(Read::Rows(rows));
    }
    Ok(())
}

fn read_row(
    kind: &dyn ImportKind,
    context: &ReadContext,
    row: &Row,
    places: &HashMap<&'static str, usize>,
    seen: &mut HashMap<[u8; 16], u32>,
) -> Option<StagedRow> {
    // A row with nothing in the columns that matter is no row.
    if places.values().all(|place| row.cell(*place).is_blank()) {
        return None;
    }
    let mut cells = RowCells::new(row, places);
    let reading = kind.read(context, &mut cells);
    if reading.skipped {
        return None;
    }
    let mut staged = StagedRow {
        number: row.number,
        record: reading.record.unwrap_or_default(),
        verdict: Verdict::New,
        subject: None,
        messages: cells.into_messages(),
    };
    if staged.messages.iter().any(|message| message.severity == Severity::Error) {
        staged.verdict = Verdict::Error;
    } else if staged.record.is_empty() {
        staged.error("", "staging.row.unreadable", "");
    }
    if let Some(key) = reading.key.filter(|_| staged.verdict != Verdict::Error) {
        let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        match seen.get(&short) {
            Some(first) => {
                let args = vec![("first".to_owned(), first.to_string())];
                staged.note("", Severity::Error, "staging.row.twice", String::new(), args);
            }
            None => {
                seen.insert(short, row.number);
            }
        }
    }
    Some(staged)
}

/// Removes everything that is kept of a batch except its counts.
pub(super) async fn clear(app: &App, district: asuh_store::DistrictId, id: Id) -> Result<(), JobError> {
    if let Some(batch) = batch::load(app.store.reader(), district, id).await?
        && batch.cleared_at.is_none()
    {
        clear_rows(app, &batch, true).await?;
    }
    Ok(())
}
