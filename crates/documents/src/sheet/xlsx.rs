//! Rows of an XLSX that passed the check, from a thread of their own.
//!
//! The library's cell reader borrows the open workbook, so both live in one thread that hands rows
//! over in batches and waits when they are not taken. It also is a wall: a panic in the library ends
//! that thread and reaches the caller as a damaged file.

use std::fs::File;
use std::io::BufReader;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{Cell, Limits, Row, SheetError};

/// Cells and characters in one batch.
const BATCH: usize = 100_000;

enum Message {
    Sheet(String),
    Rows(Vec<Row>),
    End,
}

type Answer = Result<Message, SheetError>;

/// The reading side.
#[derive(Debug)]
pub(super) struct XlsxRows {
    answers: Receiver<Answer>,
    batch: std::vec::IntoIter<Row>,
    ended: bool,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Message")
    }
}

impl XlsxRows {
    /// Opens the first visible sheet with content and gives its name.
    pub(super) fn open(file: BufReader<File>, limits: &Limits) -> Result<(Self, String), SheetError> {
        let (sender, answers) = sync_channel(1);
        let limits = limits.clone();
        thread::Builder::new().name("sheet-reader".into()).spawn(move || {
            let last = match (Sending { sender: &sender, limits: &limits }).workbook(file) {
                Ok(true) => Ok(Message::End),
                Ok(false) => return,
                Err(error) => Err(error),
            };
            // Nobody waits for it if the reader was dropped.
            let _ = sender.send(last);
        })?;
        let mut rows = Self { answers, batch: Vec::new().into_iter(), ended: false };
        match rows.receive()? {
            Message::Sheet(name) => Ok((rows, name)),
            Message::Rows(_) | Message::End => Err(SheetError::Empty),
        }
    }

    /// The next row with content.
    pub(super) fn next_row(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        loop {
            if let Some(next) = self.batch.next() {
                *row = next;
                return Ok(true);
            }
            if self.ended {
                return Ok(false);
            }
            match self.receive()? {
                Message::Rows(rows) => self.batch = rows.into_iter(),
                Message::Sheet(_) | Message::End => self.ended = true,
            }
        }
    }

    fn receive(&mut self) -> Result<Message, SheetError> {
        let answer = self.answers.recv().unwrap_or_else(|_| Err(SheetError::damaged("the reader gave up")));
        self.ended |= answer.is_err();
        answer
    }
}

/// The thread's side. Its functions give false when nobody listens any more.
struct Sending<'a> {
    sender: &'a SyncSender<Answer>,
    limits: &'a Limits,
}

impl Sending<'_> {
    fn workbook(&self, file: BufReader<File>) -> Result<bool, SheetError> {
        let mut workbook: Xlsx<_> = Xlsx::new(file).map_err(refusal)?;
        let sheets: Vec<String> = workbook
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
            .map(|sheet| sheet.name.clone())
            .collect();
        for name in sheets {
            match self.sheet(&mut workbook, &name)? {
                Outcome::Blank => (),
                Outcome::Done => return Ok(true),
                Outcome::Unwanted => return Ok(false),
            }
        }
        Err(SheetError::Empty)
    }

    fn sheet(&self, workbook: &mut Xlsx<BufReader<File>>, name: &str) -> Result<Outcome, SheetError> {
        let mut cells = workbook.worksheet_cells_reader(name).map_err(refusal)?;
        let mut batch = Batch::default();
        let mut row = Row::default();
        let mut rows = 0;
        loop {
            let cell = cells.next_cell().map_err(refusal)?;
            let number = cell.as_ref().map(|cell| cell.get_position().0.saturating_add(1));
            if number != Some(row.number) {
                if number.is_some_and(|number| number < row.number) {
                    return Err(SheetError::damaged("rows out of order"));
                }
                let mut full = std::mem::take(&mut row);
                if full.trim() {
                    rows += 1;
                    if rows > self.limits.rows {
                        return Err(SheetError::TooManyRows { limit: self.limits.rows });
                    }
                    if rows == 1 && self.sender.send(Ok(Message::Sheet(name.to_owned()))).is_err() {
                        return Ok(Outcome::Unwanted);
                    }
                    row.cells.reserve(full.cells.len());
                    batch.push(full);
                }
                if (batch.weight >= BATCH || number.is_none()) && !batch.send(self.sender) {
                    return Ok(Outcome::Unwanted);
                }
                match number {
                    Some(number) => row.number = number,
                    None if rows == 0 => return Ok(Outcome::Blank),
                    None => return Ok(Outcome::Done),
                }
            }
            if let Some(cell) = cell {
                let column = cell.get_position().1;
                put(&mut row, column, value(cell.get_value()), self.limits)?;
            }
        }
    }
}

enum Outcome {
    Blank,
    Done,
    Unwanted,
}

#[derive(Default)]
struct Batch {
    rows: Vec<Row>,
    weight: usize,
}

impl Batch {
    fn push(&mut self, row: Row) {
        self.weight += row.cells.iter().map(|cell| 24 + cell_bytes(cell)).sum::<usize>() / 24;
        self.rows.push(row);
    }

    fn send(&mut self, sender: &SyncSender<Answer>) -> bool {
        self.weight = 0;
        self.rows.is_empty() || sender.send(Ok(Message::Rows(std::mem::take(&mut self.rows)))).is_ok()
    }
}

fn cell_bytes(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) | Cell::Error(text) => text.len(),
        _ => 0,
    }
}

fn put(row: &mut Row, column: u32, cell: Cell, limits: &Limits) -> Result<(), SheetError> {
    if cell.is_blank() {
        return Ok(());
    }
    if column >= limits.columns {
        return Err(SheetError::TooManyColumns { row: row.number, limit: limits.columns });
    }
    if let Cell::Text(text) = &cell
        && text.len() > limits.cell_chars
        && text.chars().count() > limits.cell_chars
    {
        return Err(SheetError::CellTooLong {
            row: row.number,
            column: column + 1,
            limit: limits.cell_chars,
        });
    }
    let column = column as usize;
    if row.cells.len() <= column {
        row.cells.resize(column + 1, Cell::Empty);
    }
    row.cells[column] = cell;
    Ok(())
}

fn value(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => finite(*number),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(truth) => Cell::Bool(*truth),
        DataRef::DateTime(moment) => date(moment),
        DataRef::DateTimeIso(text) => iso_date(text).map_or_else(|| Cell::Text(text.clone()), Cell::Date),
        DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

fn finite(number: f64) -> Cell {
    if number.is_finite() { Cell::Number(number) } else { Cell::Error("#NUM!".into()) }
}

/// A serial number with a date format. Times of day (below 1), durations and numbers that are no date
/// stay numbers.
fn date(moment: &ExcelDateTime) -> Cell {
    let serial = moment.as_f64();
    if !moment.is_datetime() || !(1.0..2_958_466.0).contains(&serial) {
        return finite(serial);
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    calendar(i32::from(year), month, day).map_or_else(|| finite(serial), Cell::Date)
}

fn iso_date(text: &str) -> Option<time::Date> {
    let day = text.get(..10)?;
    let mut parts = day.split('-');
    let (year, month, date) = (parts.next()?, parts.next()?, parts.next()?);
    calendar(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?)
}

fn calendar(year: i32, month: u8, day: u8) -> Option<time::Date> {
    time::Date::from_calendar_date(year, time::Month::try_from(month).ok()?, day).ok()
}

fn refusal(error: XlsxError) -> SheetError {
    match error {
        XlsxError::Password => SheetError::Encrypted,
        other => SheetError::damaged(other),
    }
}
