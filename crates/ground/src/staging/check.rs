//! The job `staging.check`: has the file read, compares every row with what is known, keeps it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use asuh_documents::sheet::Format;
use asuh_store::{Id, Query, args};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::batch::{self, Batch, Counted};
use super::command::ClearPiece;
use super::file::unseal;
use super::mapping;
use super::read::{Layout, Read, Stopped, read_file};
use super::staged::{BeginCheck, Checked, Counts, EndCheck, Prepared, Stage};
use super::{BatchContext, ImportKind, Severity, StagedRow, Verdict};
use crate::App;
use crate::jobs::{Job, JobError};
use crate::web::Scratch;

/// Rows of staged data removed by one command.
pub(super) const CLEAR: i64 = 2000;

/// The headings of the file by field, for messages.
#[derive(Debug, Clone, Default)]
pub(super) struct Titles(HashMap<&'static str, String>, &'static [super::Column]);

impl Titles {
    /// Those of a kind, where the file's own are not known.
    pub(super) fn of_kind(kind: &dyn ImportKind) -> Titles {
        Titles(HashMap::new(), kind.columns())
    }

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

/// Pieces that are compared at one time, beside the one that is kept.
const AHEAD: usize = 3;

/// What is known of the file when its check ends.
struct Known {
    titles: Arc<Titles>,
    header_row: Option<u32>,
    unknown: Vec<String>,
    mapping: Option<Id>,
    format: String,
    layout: Layout,
    counted: HashMap<(Severity, String), i64>,
}

/// Checks a batch from its first row to its last.
pub(super) async fn check(app: &App, job: &Job, batch: &Batch) -> Result<(), JobError> {
    let kind = batch
        .import(app)
        .ok_or_else(|| JobError::Failed(format!("no part of the program takes '{}' in", batch.kind)))?;
    let district = batch.district_id;
    let begun = app.store.submit(app.bookkeeping(district), BeginCheck { batch: batch.id }).await?;
    if !begun.value {
        return Ok(());
    }
    // What an earlier try left behind.
    clear_rows(app, batch, false).await?;
    let context = Arc::new(batch.context(app).await?);
    let mappings = mapping::of_kind(app, batch).await?;
    let scratch = Scratch::new(app)?;
    let path = unseal(app, district, batch.id, &scratch).await?;

    let (sender, mut receiver) = mpsc::channel(4);
    let read = context.read.clone();
    let thread = tokio::task::spawn_blocking(move || read_file(kind, &read, &path, &mappings, &sender));
    let mut known = Known {
        titles: Arc::new(Titles::of_kind(kind)),
        header_row: None,
        unknown: Vec::new(),
        mapping: None,
        format: String::new(),
        layout: Layout::new(),
        counted: HashMap::new(),
    };
    let mut counts = Counts::default();
    let mut since = 0;
    let mut ahead: VecDeque<Compared> = VecDeque::new();
    let mut reading = true;
    loop {
        while reading && ahead.len() < AHEAD {
            match next_rows(&mut receiver, &mut known, kind).await {
                Some(rows) => ahead.push_back(Compared::of(app, kind, &context, &known.titles, rows)),
                None => reading = false,
            }
        }
        let Some(piece) = ahead.pop_front() else { break };
        let piece = piece.done().await?;
        counts += piece.counts;
        since += piece.counts.rows;
        for (message, count) in piece.counted {
            *known.counted.entry(message).or_default() += count;
        }
        let stage = Stage { batch: batch.id, prepared: piece.prepared, counts };
        if !app.store.submit(app.bookkeeping(district), stage).await?.value {
            return Err(JobError::Later("the batch was taken over".into()));
        }
        if since >= 2_000 {
            since = 0;
            job.progress(app, counts.rows, 0, "").await?;
        }
    }
    let ended = match thread.await.map_err(|error| JobError::Failed(error.to_string()))? {
        Ok(()) if counts.rows == 0 => Checked::Refused("staging.refused.no_rows".into(), Vec::new()),
        Ok(()) => Checked::Ready,
        Err(Stopped::Refused((code, values))) => Checked::Refused(code, values),
        Err(Stopped::Unmapped((code, values))) => Checked::Unmapped(code, values),
        Err(Stopped::Io(error)) => return Err(JobError::Later(error)),
    };
    let notes = match ended {
        Checked::Ready => {
            kind.survey(app, &context).await?.into_iter().map(|note| (note.code, note.args)).collect()
        }
        _ => Vec::new(),
    };
    let mut counted: Vec<Counted> = known
        .counted
        .into_iter()
        .map(|((severity, code), count)| Counted { severity: severity.code().into(), code, count })
        .collect();
    counted.sort_by(|a, b| (&a.severity, -a.count, &a.code).cmp(&(&b.severity, -b.count, &b.code)));
    let layout = match ended {
        Checked::Refused(..) => None,
        _ => {
            let text =
                serde_json::to_vec(&known.layout).map_err(|error| JobError::Failed(error.to_string()))?;
            let sealed = app.store.secrets().seal(district, &text);
            Some(sealed.map_err(asuh_store::StoreError::from)?)
        }
    };
    let end = EndCheck {
        batch: batch.id,
        format: known.format,
        header_row: known.header_row,
        unknown: known.unknown,
        mapping: known.mapping,
        layout,
        counted,
        ended,
        notes,
    };
    app.store.submit(app.bookkeeping(district), end).await?;
    Ok(())
}

/// The next piece of rows as they were read; none when the reading thread is done.
async fn next_rows(
    receiver: &mut mpsc::Receiver<Read>,
    known: &mut Known,
    kind: &'static dyn ImportKind,
) -> Option<Vec<StagedRow>> {
    while let Some(part) = receiver.recv().await {
        match part {
            Read::Opened(format, layout) => {
                known.format = if format == Format::Xlsx { "xlsx".into() } else { "csv".into() };
                known.layout = layout;
            }
            Read::Header(header, mapping) => {
                known.header_row = Some(header.row);
                known.unknown = header.unknown.into_iter().map(|(_, heading)| heading).collect();
                known.mapping = mapping;
                known.titles = Arc::new(Titles(header.titles, kind.columns()));
            }
            Read::Rows(rows) => return Some(rows),
        }
    }
    None
}

/// A piece of rows that was compared and sealed, to be kept.
struct Piece {
    prepared: Prepared,
    counts: Counts,
    counted: HashMap<(Severity, String), i64>,
}

/// A piece that is being compared beside the others; no longer when it is dropped.
struct Compared(JoinHandle<Result<Piece, JobError>>);

impl Compared {
    fn of(
        app: &App,
        kind: &'static dyn ImportKind,
        context: &Arc<BatchContext>,
        titles: &Arc<Titles>,
        rows: Vec<StagedRow>,
    ) -> Compared {
        let (app, context, titles) = (app.clone(), context.clone(), titles.clone());
        Compared(tokio::spawn(async move {
            let rows = classify(&app, kind, &context, rows).await?;
            let mut counts = Counts::default();
            let mut counted: HashMap<(Severity, String), i64> = HashMap::new();
            for row in &rows {
                counts.add(row.verdict);
                for message in &row.messages {
                    counts.warnings += i64::from(message.severity == Severity::Warning);
                    *counted.entry((message.severity, message.code.clone())).or_default() += 1;
                }
            }
            let batch = (context.district(), context.batch);
            let prepared = Prepared::of(app.store.secrets(), batch, kind.personal(), &titles, &rows)?;
            Ok(Piece { prepared, counts, counted })
        }))
    }

    async fn done(mut self) -> Result<Piece, JobError> {
        (&mut self.0).await.map_err(|error| JobError::Failed(error.to_string()))?
    }
}

impl Drop for Compared {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Lets the kind compare the rows that are not errors already.
async fn classify(
    app: &App,
    kind: &'static dyn ImportKind,
    context: &BatchContext,
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
        app.store.submit(app.bookkeeping(batch.district_id), piece).await?;
        if is_last {
            return Ok(());
        }
        from = to + 1;
    }
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
