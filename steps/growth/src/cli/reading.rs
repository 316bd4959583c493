//! The cells of a row, read one by one; what cannot be read is noted and the next one read.

use std::fmt;

use csv::ByteRecord;

use super::blocks::{Done, lines};
use super::number;
use super::table::Table;

/// A reader of the rows of a block.
pub(super) fn rows(block: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(64 * 1024)
        .from_reader(block)
}

/// Why a cell cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Number,
    Sex,
    Measure,
    Oedema,
    InMonths,
    Negative,
    Quintile,
    /// The row has more or fewer cells than the heading.
    Width {
        found: usize,
        wanted: usize,
    },
}

impl fmt::Display for Why {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Number => text.write_str("bukan bilangan; tulis misalnya 12.5"),
            Why::Sex => text.write_str("tulis 1 atau m untuk laki-laki, 2 atau f untuk perempuan"),
            Why::Measure => text.write_str("tulis l bila diukur terlentang, h bila berdiri"),
            Why::Oedema => text.write_str("tulis y bila ada edema, n bila tidak"),
            Why::InMonths => text.write_str("tulis 1 bila umur dalam bulan, 0 bila dalam hari"),
            Why::Negative => text.write_str("tidak boleh kurang dari nol"),
            Why::Quintile => text.write_str("tulis 1 sampai 5 atau Q1 sampai Q5"),
            Why::Width { found, wanted } if found > wanted => write!(
                text,
                "baris ini berisi {found} sel, judulnya {wanted} kolom; koma desimal di luar tanda petik?"
            ),
            Why::Width { found, wanted } => {
                write!(text, "baris ini berisi {found} sel, judulnya {wanted} kolom")
            }
        }
    }
}

/// A cell, or a whole row, that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The line on which the row starts.
    pub(super) line: u64,
    /// The place of the column; `None` for the whole row.
    pub(super) column: Option<usize>,
    /// What stands there, at most [`LONGEST_VALUE`] bytes of it.
    pub(super) value: Vec<u8>,
    pub(super) why: Why,
}

/// Bytes of a value that are quoted.
const LONGEST_VALUE: usize = 200;

/// A row being read.
pub(super) struct Row<'a> {
    record: &'a ByteRecord,
    faults: &'a mut Vec<(usize, Why)>,
    commas: &'a mut u64,
}

impl Row<'_> {
    /// The text of a column, without blanks around it; nothing where it is missing or `NA`, as R writes it.
    #[inline]
    pub(super) fn text(&self, column: Option<usize>) -> Option<&[u8]> {
        let text = self.record.get(column?)?.trim_ascii();
        (!matches!(text, b"" | b"NA" | b"NaN")).then_some(text)
    }

    /// The number of a column; NaN where it is missing or is none.
    #[inline]
    pub(super) fn number(&mut self, column: Option<usize>) -> f64 {
        let Some(text) = self.text(column) else { return f64::NAN };
        if let Some(number) = number::plain(text) {
            return number;
        }
        let number = number::with_comma(text);
        match number {
            Some(_) => *self.commas += 1,
            None => self.note(column, Why::Number),
        }
        number.unwrap_or(f64::NAN)
    }

    /// The same; a number below zero is noted.
    #[inline]
    pub(super) fn number_from_zero(&mut self, column: Option<usize>) -> f64 {
        let number = self.number(column);
        if number < 0.0 {
            self.note(column, Why::Negative);
        }
        number
    }

    /// The code of a column; `None` where it is missing or no code.
    #[inline]
    pub(super) fn code<T>(
        &mut self,
        column: Option<usize>,
        read: impl Fn(&str) -> Option<T>,
        why: Why,
    ) -> Option<T> {
        let code = std::str::from_utf8(self.text(column)?).ok().and_then(read);
        if code.is_none() {
            self.note(column, why);
        }
        code
    }

    fn note(&mut self, column: Option<usize>, why: Why) {
        if let Some(column) = column {
            self.faults.push((column, why));
        }
    }
}

/// Reads the rows of a block with `take` and hands them to `keep`: the text of the row as it was (unless it cannot be
/// written as it is), the row, and what was taken, or nothing where a cell cannot be read. Counts and faults go into `done`.
pub(super) fn read<T>(
    block: &[u8],
    table: &Table,
    done: &mut Done,
    take: impl Fn(&mut Row<'_>) -> T,
    mut keep: impl FnMut(Option<&[u8]>, &ByteRecord, Option<T>, &mut Done),
) {
    let mut reader = rows(block, table.delimiter);
    let mut record = ByteRecord::with_capacity(256, table.width());
    let mut faults = Vec::new();
    let mut here = Here { block, counted: 0, line: 0 };
    let mut start = 0;
    // Reading from memory does not fail, and rows of any width are taken.
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let end = usize::try_from(reader.position().byte()).unwrap_or(block.len()).min(block.len());
        let skipped = block[start..end].iter().take_while(|byte| is_break(**byte)).count();
        let first = start + skipped;
        let ending = block[first..end].iter().rev().take_while(|byte| is_break(**byte)).count();
        let text = &block[first..end - ending];
        start = end;
        done.rows += 1;
        let whole = (end < block.len() || !is_open(text, table.delimiter)).then_some(text);
        if record.len() != table.width() {
            let why = Why::Width { found: record.len(), wanted: table.width() };
            done.faults.push(Fault { line: here.line_of(first), column: None, value: cut(text), why });
            done.bad_rows += 1;
            keep(whole, &record, None, done);
            continue;
        }
        let taken = take(&mut Row { record: &record, faults: &mut faults, commas: &mut done.commas });
        if faults.is_empty() {
            keep(whole, &record, Some(taken), done);
            continue;
        }
        let line = here.line_of(first);
        done.faults.extend(faults.drain(..).map(|(column, why)| Fault {
            line,
            column: Some(column),
            value: cut(record.get(column).unwrap_or_default()),
            why,
        }));
        done.bad_rows += 1;
        keep(whole, &record, None, done);
    }
}

/// Whether a quote is never closed, as can be in the last row of a file: what was written behind it would be taken
/// for a part of the quoted cell.
fn is_open(text: &[u8], delimiter: u8) -> bool {
    text.contains(&b'"') && rows(&[text, b"\nx"].concat(), delimiter).into_byte_records().count() == 1
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn cut(value: &[u8]) -> Vec<u8> {
    value[..value.len().min(LONGEST_VALUE)].to_vec()
}

/// Counts lines only as far as somebody asks.
struct Here<'a> {
    block: &'a [u8],
    counted: usize,
    line: u64,
}

impl Here<'_> {
    fn line_of(&mut self, place: usize) -> u64 {
        self.line += lines(&self.block[self.counted..place]);
        self.counted = place;
        self.line
    }
}
