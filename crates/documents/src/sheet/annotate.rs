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
    let mut copy = match reader.format() {
        Format::Xlsx => Copy::Xlsx(Box::new(XlsxSink::new(out, reader.sheet_name())?)),
        Format::Csv { delimiter, .. } => Copy::Csv(Box::new(CsvSink::new(out, delimiter)?), 0),
    };
    let mut row = Row::default();
    let mut titled = false;
    while reader.next_row(&mut row)? {
        if !titled && row.number > header_row {
            copy.row(
                &Row { number: header_row.max(1), cells: Vec::new() },
                column,
                Some(column_title),
                true,
            )?;
        }
        titled |= row.number >= header_row;
        if row.number == header_row {
            copy.row(&row, column, Some(column_title), true)?;
        } else {
            copy.row(&row, column, messages(row.number).as_deref(), false)?;
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
    fn row(&mut self, row: &Row, column: usize, note: Option<&str>, heading: bool) -> Result<(), SheetError> {
        match self {
            Self::Xlsx(sink) => {
                let at = row.number - 1;
                // Limits may allow more columns than a sheet has, the reader does not.
                for (index, cell) in row.cells.iter().enumerate() {
                    sink.cell(at, index as u16, cell)?;
                }
                match note {
                    Some(title) if heading => sink.heading(at, column as u16, title),
                    Some(note) => sink.text(at, column as u16, note),
                    None => Ok(()),
                }
            }
            Self::Csv(sink, last) => {
                for _ in last.saturating_add(1)..row.number {
                    sink.record(std::iter::once(String::new()))?;
                }
                *last = row.number;
                let cells = (0..column).map(|index| field(row.cell(index)));
                sink.record(cells.chain(note.map(guarded)))
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
