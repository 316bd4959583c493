//! Their own file back, with what is wrong beside each row.

use std::path::Path;

use super::write::{CsvSink, XlsxSink, guarded};
use super::{Cell, Format, Limits, Row, SheetError, SheetReader};

/// Copies a spreadsheet (the values of the sheet that [`SheetReader`] reads, at their places) and adds one
/// column right of everything: `column_title` in `header_row` (1-based) and the message of each row that
/// has one. XLSX stays XLSX; a text file keeps its delimiter and becomes UTF-8 with byte order mark.
/// Formats, formulas and other sheets are not copied.
///
/// # Errors
/// What reading or writing refuses.
pub fn annotate(
    source: &Path,
    out: &Path,
    limits: &Limits,
    messages: impl Fn(u32) -> Option<String>,
    header_row: u32,
    column_title: &str,
) -> Result<(), SheetError> {
    let column = width(source, limits)?;
    let mut reader = SheetReader::open(source, limits)?;
    let mut copy = Copy::new(&reader, reader.format(), out)?;
    let mut row = Row::default();
    let mut titled = false;
    while reader.next_row(&mut row)? {
        if !titled && row.number > header_row {
            let blank = Row { number: header_row.max(1), cells: Vec::new() };
            copy.row(&blank, column, &[column_title], true)?;
        }
        titled |= row.number >= header_row;
        if row.number == header_row {
            copy.row(&row, column, &[column_title], true)?;
        } else {
            let message = messages(row.number);
            copy.row(&row, column, message.as_deref().as_slice(), false)?;
        }
    }
    copy.finish()
}

/// Copies the rows of a spreadsheet that somebody has to mend: everything down to `header_row` (1-based) as it
/// stands, so that the copy is read as the original is, and below it only the rows with notes, one after another.
/// Right of everything stand the notes, under `titles`. `notes` is asked for each row in order. The copy is a
/// workbook, or with `csv` a text file with that delimiter, whatever the original is.
///
/// # Errors
/// What reading or writing refuses.
pub fn excerpt<const N: usize>(
    source: &Path,
    out: &Path,
    limits: &Limits,
    csv: Option<u8>,
    header_row: u32,
    titles: [&str; N],
    mut notes: impl FnMut(u32) -> Option<[String; N]>,
) -> Result<(), SheetError> {
    let column = width(source, limits)?;
    let mut reader = SheetReader::open(source, limits)?;
    let format = match csv {
        Some(delimiter) => Format::Csv { delimiter, encoding: super::TextEncoding::Utf8 },
        None => Format::Xlsx,
    };
    let mut copy = Copy::new(&reader, format, out)?;
    let mut row = Row::default();
    let mut next = header_row + 1;
    while reader.next_row(&mut row)? {
        if row.number < header_row {
            copy.row(&row, column, &[], false)?;
        } else if row.number == header_row {
            copy.row(&row, column, &titles, true)?;
        } else if let Some(notes) = notes(row.number) {
            row.number = next;
            next += 1;
            copy.row(&row, column, &notes.each_ref().map(String::as_str), false)?;
        }
    }
    copy.finish()
}

/// Columns that the sheet uses.
fn width(source: &Path, limits: &Limits) -> Result<usize, SheetError> {
    let mut reader = SheetReader::open(source, limits)?;
    let mut row = Row::default();
    let mut width = 0;
    while reader.next_row(&mut row)? {
        width = width.max(row.cells.len());
    }
    Ok(width)
}

enum Copy {
    Xlsx(Box<XlsxSink>),
    /// With the number of the row written last.
    Csv(Box<CsvSink>, u32),
}

impl Copy {
    fn new(reader: &SheetReader, format: Format, out: &Path) -> Result<Self, SheetError> {
        Ok(match format {
            Format::Xlsx => Self::Xlsx(Box::new(XlsxSink::new(out, reader.sheet_name())?)),
            Format::Csv { delimiter, .. } => Self::Csv(Box::new(CsvSink::new(out, delimiter)?), 0),
        })
    }

    /// A row with notes from `column` on.
    fn row(&mut self, row: &Row, column: usize, notes: &[&str], heading: bool) -> Result<(), SheetError> {
        match self {
            Self::Xlsx(sink) => {
                let at = row.number - 1;
                // Limits may allow more columns than a sheet has, the reader does not.
                for (index, cell) in row.cells.iter().enumerate() {
                    sink.cell(at, index as u16, cell)?;
                }
                for (nth, note) in notes.iter().enumerate() {
                    let place = (column + nth) as u16;
                    if heading { sink.heading(at, place, note)? } else { sink.text(at, place, note)? }
                }
                Ok(())
            }
            Self::Csv(sink, last) => {
                for _ in last.saturating_add(1)..row.number {
                    sink.record(std::iter::once(String::new()))?;
                }
                *last = row.number;
                let cells = (0..column).map(|index| field(row.cell(index)));
                sink.record(cells.chain(notes.iter().map(|note| guarded(note))))
            }
        }
    }

    fn finish(self) -> Result<(), SheetError> {
        match self {
            Self::Xlsx(sink) => sink.finish(),
            Self::Csv(sink, _) => sink.finish(),
        }
    }
}

/// A field of a text file. A signed number stays as it is: nothing can run in it, and it would be no
/// number any more with a guard.
fn field(cell: &Cell) -> String {
    let text = cell.text();
    let digits = text.trim_start_matches(['+', '-']);
    let number = text.len() - digits.len() <= 1
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    if number { text.into_owned() } else { guarded(&text) }
}
