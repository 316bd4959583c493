//! The thread that reads a file, from its first row to its last: headings found, every row read by its kind.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use asuh_documents::sheet::{Cell, Format, Limits, Row, SheetError, SheetReader};
use asuh_nusantara::name;
use asuh_store::{Id, Refusal};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::header::{self, Header};
use super::mapping::Mappings;
use super::{Home, ImportKind, ReadContext, RowCells, Severity, StagedRow, Verdict};

/// Rows that are read, compared and kept together. Comparing only reads, and keeping them is short work for the
/// door: so it is more than a kind saves at a time.
const PIECE: usize = 500;

/// What the reading thread sends.
pub(super) enum Read {
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
pub(super) type Refused = (String, Vec<(String, String)>);

/// Why reading stopped early.
pub(super) enum Stopped {
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
pub(super) fn read_file(
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
    let mut seen = Seen::default();
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
    let short = |cell: &Cell| name::tidy(&cell.text()).chars().take(LAYOUT.1).collect();
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
    seen: &mut Seen,
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
    if staged.verdict != Verdict::Error {
        seen.compare(&mut staged, reading.key.as_deref(), reading.home.as_ref());
    }
    Some(staged)
}

/// What the rows before said, as digests: a file may have a hundred thousand.
#[derive(Default)]
struct Seen {
    /// In which row a key stood first.
    keys: HashMap<[u8; 16], u32>,
    /// Where a family lives by its last row, and in which row that stood.
    homes: HashMap<[u8; 16], ([u8; 16], u32)>,
}

impl Seen {
    /// Notes on a row that it repeats an earlier one, or has a family live elsewhere.
    fn compare(&mut self, row: &mut StagedRow, key: Option<&str>, home: Option<&Home>) {
        if let Some(key) = key {
            match self.keys.entry(digest(key)) {
                Entry::Occupied(first) => {
                    let args = vec![("first".to_owned(), first.get().to_string())];
                    row.note("", Severity::Error, "staging.row.twice", String::new(), args);
                    return;
                }
                Entry::Vacant(place) => {
                    place.insert(row.number);
                }
            }
        }
        if let Some(home) = home {
            let place = digest(&home.place);
            let before = self.homes.insert(digest(&home.family), (place, row.number));
            if let Some((_, first)) = before.filter(|(before, _)| *before != place) {
                let args = vec![("first".to_owned(), first.to_string())];
                row.note(home.field, Severity::Warning, "staging.row.elsewhere", home.said.clone(), args);
            }
        }
    }
}

/// The first half of the SHA-256 of a text.
fn digest(text: &str) -> [u8; 16] {
    let whole: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let mut short = [0; 16];
    short.copy_from_slice(&whole[..16]);
    short
}

/// What stands in a column that the kind does not know; none where nothing does.
fn extra(row: &Row, nth: usize, place: usize) -> Option<(u32, String)> {
    let text: String = name::tidy(&row.cell(place).text()).chars().take(EXTRA).collect();
    (!text.is_empty()).then_some((nth as u32, text))
}
