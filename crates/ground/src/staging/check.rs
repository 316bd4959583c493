//! The job `staging.check`: streams the file, reads every row, compares it with what is known, keeps it.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

use asuh_documents::sheet::{Format, Limits, Row, SheetError, SheetReader};
use asuh_store::{Id, Query, Refusal, args};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::batch::{self, Batch, Counted};
use super::command::ClearPiece;
use super::file::unseal;
use super::header::{self, Header};
use super::mapping::{self, Mappings};
use super::staged::{BeginCheck, Checked, Counts, EndCheck, Prepared, Stage};
use super::{BatchContext, ImportKind, ReadContext, RowCells, Severity, StagedRow, Verdict};
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

/// Rows that are read, compared and kept together. Comparing only reads, and keeping them is short work for the
/// door: so it is more than a kind saves at a time.
const PIECE: usize = 500;

/// Pieces that are compared at one time, beside the one that is kept.
const AHEAD: usize = 3;

/// What the reading thread sends.
enum Read {
    /// What the file turned out to be, and its first rows.
    Opened(Format, Layout),
    /// Where things stand, and the mapping that says so.
    Header(Header, Option<Id>),
    Rows(Vec<StagedRow>),
}

/// The first rows of a file, shortened: what a mapping is chosen from. Row numbers and the texts of the cells.
pub(super) type Layout = Vec<(u32, Vec<String>)>;

/// Characters kept of a cell in a column that the kind does not know.
const EXTRA: usize = 500;

/// Rows of a layout, and characters of a cell in it.
const LAYOUT: (usize, usize) = (20, 60);

/// Why a file cannot be taken in: a translation key with its values.
type Refused = (String, Vec<(String, String)>);

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

/// Why reading stopped early.
enum Stopped {
    Refused(Refused),
    /// Nobody knows these headings yet.
    Unmapped(Refused),
    Io(String),
}

impl From<SheetError> for Stopped {
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::Io(source) => Stopped::Io(source.to_string()),
            error => {
                let refusal = sheet_refusal(&error);
                Stopped::Refused((refusal.code, refusal.args))
            }
        }
    }
}

/// Why a spreadsheet is not read, for the person who sent it.
pub fn sheet_refusal(error: &SheetError) -> Refusal {
    let refusal = Refusal::new(format!("staging.sheet.{}", error.code()));
    match error {
        SheetError::TooLarge { limit, .. } => refusal.arg("limit", limit / 1_000_000),
        SheetError::InflatesTooMuch { limit } => refusal.arg("limit", limit / 1_000_000),
        SheetError::TooManyRows { limit } => refusal.arg("limit", limit),
        SheetError::TooManyColumns { row, limit } => refusal.arg("row", row).arg("limit", limit),
        SheetError::CellTooLong { row, column, .. } => refusal.arg("row", row).arg("column", column),
        _ => refusal,
    }
}

/// Reads the file in its own thread. An `Ok` also means that nobody listens any more.
fn read_file(
    kind: &'static dyn ImportKind,
    context: &ReadContext,
    path: &Path,
    mappings: &Mappings,
    sender: &mpsc::Sender<Read>,
) -> Result<(), Stopped> {
    let mut reader = SheetReader::open(path, &Limits::default())?;
    let format = reader.format();
    // The first rows are kept until the header is found among them.
    let mut first: Vec<Row> = Vec::new();
    let mut row = Row::default();
    let mut more = true;
    while first.last().is_none_or(|row| row.number < header::WITHIN) || first.len() < LAYOUT.0 {
        more = reader.next_row(&mut row)?;
        if !more {
            break;
        }
        first.push(std::mem::take(&mut row));
    }
    if sender.blocking_send(Read::Opened(format, layout(&first))).is_err() {
        return Ok(());
    }
    let candidates = &first[..first.partition_point(|row| row.number <= header::WITHIN)];
    let (header, mapping) = match header::mapped(kind, candidates, &mappings.known) {
        Some((nth, header)) => (header, mappings.ids.get(nth).copied()),
        None => (header::find(kind, candidates).map_err(unmapped)?, None),
    };
    let places = header.places.clone();
    let unknown: Vec<usize> = header.unknown.iter().map(|(place, _)| *place).collect();
    let header_row = header.row;
    if sender.blocking_send(Read::Header(header, mapping)).is_err() {
        return Ok(());
    }
    let mut seen: HashMap<[u8; 16], u32> = HashMap::new();
    let mut rows = Vec::with_capacity(PIECE);
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
        let Some(staged) = read_row(kind, context, &row, &places, &unknown, &mut seen) else { continue };
        rows.push(staged);
        if rows.len() >= PIECE && sender.blocking_send(Read::Rows(std::mem::take(&mut rows))).is_err() {
            return Ok(());
        }
    }
    if !rows.is_empty() {
        let _ = sender.blocking_send(Read::Rows(rows));
    }
    Ok(())
}

/// The first rows of the file, shortened.
fn layout(first: &[Row]) -> Layout {
    let short = |cell: &asuh_documents::sheet::Cell| {
        asuh_nusantara::name::tidy(&cell.text()).chars().take(LAYOUT.1).collect()
    };
    first.iter().take(LAYOUT.0).map(|row| (row.number, row.cells.iter().map(short).collect())).collect()
}

/// What stops a file whose headings nobody knows.
fn unmapped(none: header::NoHeader) -> Stopped {
    let code = match none.found.is_empty() {
        true => "staging.refused.no_header",
        false => "staging.refused.missing_columns",
    };
    Stopped::Unmapped((
        code.into(),
        vec![("missing".into(), none.missing.join(", ")), ("found".into(), none.found.join(", "))],
    ))
}

fn read_row(
    kind: &dyn ImportKind,
    context: &ReadContext,
    row: &Row,
    places: &HashMap<&'static str, usize>,
    unknown: &[usize],
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
        place: 0,
        extra: unknown.iter().enumerate().filter_map(|(nth, place)| extra(row, nth, *place)).collect(),
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

/// What stands in a column that the kind does not know; none where nothing does.
fn extra(row: &Row, nth: usize, place: usize) -> Option<(u32, String)> {
    let text: String = asuh_nusantara::name::tidy(&row.cell(place).text()).chars().take(EXTRA).collect();
    (!text.is_empty()).then_some((nth as u32, text))
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
