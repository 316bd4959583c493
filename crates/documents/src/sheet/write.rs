//! Spreadsheets out, in constant memory.
//!
//! Whatever people typed leaves as text and never as a formula. In XLSX every text is written as a
//! string. In text files, where a spreadsheet program decides by itself, a text that begins with
//! `=`, `+`, `-`, `@`, tab or carriage return gets a leading apostrophe; [`SheetReader`] takes it off
//! again, so that a list that goes out and comes back is unchanged.
//!
//! [`SheetReader`]: super::SheetReader

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Format, FormatBorder, Workbook, Worksheet};
use time::macros::date;

use super::{Cell, SheetError, row::iso};

/// Characters that an XLSX cell can hold.
const CELL_CHARS: usize = 32_767;
/// The last row of a sheet, counted from 0.
const LAST_ROW: u32 = 1_048_575;
/// Integers above this are not exact in a spreadsheet.
const EXACT: u64 = 1 << 53;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, also identifiers: NIK, KK, NIP and telephone numbers stay whole only as text.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers shown with this many decimals.
    Decimal(u8),
    /// Days.
    Date,
}

/// One column of a sheet that is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Heading in the first row.
    pub title: String,
    /// What it holds.
    pub kind: Kind,
    /// Width in characters; without effect in a text file.
    pub width: f64,
    /// What may be chosen from a list in every cell below the heading; empty: anything. Other texts can still be
    /// typed, they are only warned of. Without effect in a text file.
    pub choices: Vec<String>,
}

impl Column {
    /// A column with a width that suits its kind and title.
    pub fn new(title: impl Into<String>, kind: Kind) -> Self {
        let title = title.into();
        let usual = match kind {
            Kind::Text => 20.0,
            Kind::Integer | Kind::Decimal(_) | Kind::Date => 12.0,
        };
        let width = (title.chars().count().min(60) as f64 + 2.0).max(usual);
        Self { title, kind, width, choices: Vec::new() }
    }

    /// Offers a list in every cell; together with their commas the choices may have 255 characters, and none may
    /// hold a comma (Excel's rules).
    #[must_use]
    pub fn choices(self, choices: Vec<String>) -> Self {
        Self { choices, ..self }
    }
}

/// A value to write. The column's kind decides how it is shown; in a text column numbers become text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Empty,
    /// Text of any content.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// Any other number; what is not finite is left empty.
    Number(f64),
    /// A day.
    Date(time::Date),
}

/// Rows that a sheet of an XLSX holds, the heading included.
const SHEET_ROWS: u32 = 1_048_576;

/// A sheet in the making; nothing is valid before [`finish`](Self::finish).
#[derive(Debug)]
pub struct SheetWriter {
    sink: Sink,
    columns: Vec<Column>,
    row: u32,
    /// Of one sheet, the heading included.
    most_rows: u32,
}

#[derive(Debug)]
enum Sink {
    Xlsx(Box<XlsxSink>),
    Csv(Box<CsvSink>),
}

impl SheetWriter {
    /// Starts an XLSX with a sheet, its heading row and formats. What one sheet cannot hold goes on in a second
    /// one of the same columns. Excel's rules for sheet names are met by changing the name where needed.
    ///
    /// # Errors
    /// No temporary file could be made, or there are more columns than a sheet has.
    pub fn xlsx(path: &Path, sheet_name: &str, columns: &[Column]) -> Result<Self, SheetError> {
        let mut sink = XlsxSink::new(path, sheet_name)?;
        sink.columns(columns)?;
        let sink = Sink::Xlsx(Box::new(sink));
        Ok(Self { sink, columns: columns.to_vec(), row: 1, most_rows: SHEET_ROWS })
    }

    /// Starts a text file in UTF-8 with byte order mark and a heading row. With `;` (what Excel expects
    /// in Indonesia) and tab decimals are written with a comma, with `,` with a point.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn csv(path: &Path, delimiter: u8, columns: &[Column]) -> Result<Self, SheetError> {
        let mut sink = CsvSink::new(path, delimiter)?;
        sink.record(columns.iter().map(|column| guarded(&column.title)))?;
        let sink = Sink::Csv(Box::new(sink));
        Ok(Self { sink, columns: columns.to_vec(), row: 1, most_rows: u32::MAX })
    }

    /// Appends a row.
    ///
    /// # Errors
    /// More values than columns, a text longer than a cell can hold, or the disk is full.
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<(), SheetError> {
        let columns = &self.columns;
        if values.len() > columns.len() {
            return Err(SheetError::Unwritable {
                reason: format!("{} values for {} columns", values.len(), columns.len()),
            });
        }
        match &mut self.sink {
            Sink::Xlsx(sink) => {
                if self.row >= self.most_rows {
                    sink.next_sheet(columns)?;
                    self.row = 1;
                }
                for (at, (value, column)) in values.iter().zip(columns).enumerate() {
                    sink.value(self.row, column_index(at)?, *value, column.kind)?;
                }
            }
            Sink::Csv(sink) => {
                let comma = sink.delimiter != b',';
                let missing = columns.len() - values.len();
                let fields =
                    values.iter().zip(columns).map(|(value, column)| field(*value, column.kind, comma));
                sink.record(fields.chain(std::iter::repeat_n(String::new(), missing)))?;
            }
        }
        self.row += 1;
        Ok(())
    }

    /// Completes the file.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn finish(self) -> Result<(), SheetError> {
        match self.sink {
            Sink::Xlsx(sink) => sink.finish(),
            Sink::Csv(sink) => sink.finish(),
        }
    }
}

fn column_index(at: usize) -> Result<u16, SheetError> {
    u16::try_from(at).map_err(|_| SheetError::Unwritable { reason: "too many columns".into() })
}

/// An XLSX that is written from top to bottom, sheet after sheet.
pub(super) struct XlsxSink {
    workbook: Workbook,
    /// The sheet that is being written.
    sheet: usize,
    title: String,
    path: PathBuf,
    text: Format,
    date: Format,
    head: Format,
    kinds: Vec<(Kind, Format)>,
}

impl std::fmt::Debug for XlsxSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XlsxSink").field("path", &self.path).finish_non_exhaustive()
    }
}

impl XlsxSink {
    pub(super) fn new(path: &Path, sheet_name: &str) -> Result<Self, SheetError> {
        let mut workbook = Workbook::new();
        let title = sheet_title(sheet_name);
        workbook.add_worksheet_with_constant_memory()?.set_name(&title)?;
        Ok(Self {
            workbook,
            sheet: 0,
            title,
            path: path.to_owned(),
            text: Format::new().set_num_format("@"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            head: Format::new().set_bold().set_num_format("@").set_border_bottom(FormatBorder::Thin),
            kinds: Vec::new(),
        })
    }

    fn sheet(&mut self) -> Result<&mut Worksheet, SheetError> {
        Ok(self.workbook.worksheet_from_index(self.sheet)?)
    }

    /// Goes on in another sheet: "Jejak (2)".
    fn next_sheet(&mut self, columns: &[Column]) -> Result<(), SheetError> {
        self.sheet += 1;
        let start: String = self.title.chars().take(24).collect();
        let title = format!("{} ({})", start.trim(), self.sheet + 1);
        self.workbook.add_worksheet_with_constant_memory()?.set_name(title)?;
        self.columns(columns)
    }

    /// Widths, formats and headings.
    fn columns(&mut self, columns: &[Column]) -> Result<(), SheetError> {
        self.kinds.clear();
        for (at, column) in columns.iter().enumerate() {
            let format = match column.kind {
                Kind::Text => self.text.clone(),
                Kind::Integer => Format::new().set_num_format("0"),
                Kind::Decimal(0) => Format::new().set_num_format("0"),
                Kind::Decimal(places) => {
                    Format::new().set_num_format(format!("0.{}", "0".repeat(usize::from(places.min(15)))))
                }
                Kind::Date => self.date.clone(),
            };
            let at = column_index(at)?;
            let sheet = self.sheet()?;
            sheet.set_column_width(at, column.width.clamp(1.0, 255.0))?;
            sheet.set_column_format(at, &format)?;
            if !column.choices.is_empty() {
                let list = DataValidation::new()
                    .allow_list_strings(&column.choices)?
                    .set_error_style(DataValidationErrorStyle::Warning);
                self.sheet()?.add_data_validation(1, at, LAST_ROW, at, &list)?;
            }
            self.kinds.push((column.kind, format));
            self.heading(0, at, &column.title)?;
        }
        self.sheet()?.set_freeze_panes(1, 0)?;
        Ok(())
    }

    pub(super) fn heading(&mut self, row: u32, column: u16, title: &str) -> Result<(), SheetError> {
        let format = self.head.clone();
        self.string(row, column, title, &format)
    }

    fn value(&mut self, row: u32, column: u16, value: Value<'_>, kind: Kind) -> Result<(), SheetError> {
        let format = match self.kinds.get(usize::from(column)) {
            Some((_, format)) => format.clone(),
            None => self.text.clone(),
        };
        match value {
            Value::Empty => Ok(()),
            Value::Text(text) => self.text(row, column, text),
            Value::Date(date) => self.date(row, column, date),
            Value::Integer(number) if kind == Kind::Text || number.unsigned_abs() > EXACT => {
                self.text(row, column, &number.to_string())
            }
            Value::Integer(number) => self.number(row, column, number as f64, &format),
            Value::Number(number) if kind == Kind::Text => {
                self.text(row, column, &Cell::Number(number).text())
            }
            Value::Number(number) => self.number(row, column, number, &format),
        }
    }

    /// Copies a cell as it was read.
    pub(super) fn cell(&mut self, row: u32, column: u16, cell: &Cell) -> Result<(), SheetError> {
        match cell {
            Cell::Empty => Ok(()),
            Cell::Text(text) | Cell::Error(text) => self.text(row, column, text),
            Cell::Number(number) => self.number(row, column, *number, &Format::default()),
            Cell::Date(date) => self.date(row, column, *date),
            Cell::Bool(truth) => {
                self.sheet()?.write_boolean(row, column, *truth)?;
                Ok(())
            }
        }
    }

    pub(super) fn text(&mut self, row: u32, column: u16, text: &str) -> Result<(), SheetError> {
        let format = self.text.clone();
        self.string(row, column, text, &format)
    }

    fn string(&mut self, row: u32, column: u16, text: &str, format: &Format) -> Result<(), SheetError> {
        if text.len() > CELL_CHARS && text.chars().count() > CELL_CHARS {
            return Err(SheetError::CellTooLong {
                row: row + 1,
                column: u32::from(column) + 1,
                limit: CELL_CHARS,
            });
        }
        self.sheet()?.write_string_with_format(row, column, text, format)?;
        Ok(())
    }

    fn number(&mut self, row: u32, column: u16, number: f64, format: &Format) -> Result<(), SheetError> {
        if number.is_finite() {
            self.sheet()?.write_number_with_format(row, column, number, format)?;
        }
        Ok(())
    }

    /// Excel counts days from 1900 and wrongly before March of that year; earlier days are text.
    fn date(&mut self, row: u32, column: u16, date: time::Date) -> Result<(), SheetError> {
        if date < date!(1900 - 03 - 01) {
            return self.text(row, column, &iso(date));
        }
        let serial = (date - date!(1899 - 12 - 30)).whole_days();
        let format = self.date.clone();
        self.number(row, column, serial as f64, &format)
    }

    pub(super) fn finish(mut self) -> Result<(), SheetError> {
        self.workbook.save(&self.path)?;
        Ok(())
    }
}

/// A sheet name that Excel accepts: at most 31 characters, none of `[]:*?/\`, no apostrophe at the ends.
pub(super) fn sheet_title(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if "[]:*?/\\".contains(c) || c.is_control() { '-' } else { c })
        .take(31)
        .collect();
    let name = name.trim().trim_matches('\'').trim();
    if name.is_empty() || name.eq_ignore_ascii_case("history") { "Data".into() } else { name.into() }
}

/// A text file that is written from top to bottom.
#[derive(Debug)]
pub(super) struct CsvSink {
    records: csv::Writer<BufWriter<File>>,
    delimiter: u8,
}

impl CsvSink {
    pub(super) fn new(path: &Path, delimiter: u8) -> Result<Self, SheetError> {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all("\u{FEFF}".as_bytes())?;
        let records = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        Ok(Self { records, delimiter })
    }

    pub(super) fn record(&mut self, fields: impl Iterator<Item = String>) -> Result<(), SheetError> {
        Ok(self.records.write_record(fields.map(String::into_bytes))?)
    }

    pub(super) fn finish(self) -> Result<(), SheetError> {
        let mut file = self.records.into_inner().map_err(|error| error.into_error())?;
        file.flush()?;
        Ok(())
    }
}

fn field(value: Value<'_>, kind: Kind, comma: bool) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => guarded(text),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) if !number.is_finite() => String::new(),
        Value::Number(number) => {
            let text = match kind {
                Kind::Decimal(places) => format!("{number:.*}", usize::from(places.min(15))),
                _ => Cell::Number(number).text().into_owned(),
            };
            if comma { text.replace('.', ",") } else { text }
        }
        Value::Date(date) => iso(date),
    }
}

/// A text that no spreadsheet program takes for a formula, without the control characters that text
/// files do not have.
pub(super) fn guarded(text: &str) -> String {
    let mut text = text.replace(|c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r'), "");
    if is_formula_like(&text) {
        text.insert(0, '\'');
    }
    text
}

/// Begins like a formula, or like our guard before one: taking off one apostrophe must always undo
/// adding one.
pub(super) fn is_formula_like(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use calamine::{Reader, Xlsx, open_workbook};

    use super::*;

    #[test]
    fn guards_formulas() {
        for text in ["=1+1", "+62812", "-", "@SUM(A1)", "\tx", "\rx", "'=1", "=cmd|' /C calc'!A0"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        for text in ["Siti", "'Aisyah", "1-2", " =1", ""] {
            assert_eq!(guarded(text), text);
        }
    }

    #[test]
    fn sheet_names() {
        assert_eq!(sheet_title("Balita 1/2 [desa]"), "Balita 1-2 -desa-");
        assert_eq!(sheet_title("'' "), "Data");
        assert_eq!(sheet_title(&"n".repeat(40)).len(), 31);
    }

    #[test]
    fn csv_numbers() {
        assert_eq!(field(Value::Number(82.4), Kind::Decimal(2), true), "82,40");
        assert_eq!(field(Value::Number(82.4), Kind::Text, false), "82.4");
        assert_eq!(field(Value::Integer(-5), Kind::Integer, true), "-5");
        assert_eq!(field(Value::Number(f64::NAN), Kind::Decimal(1), true), "");
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "sheets of three rows, made here")]
    fn what_a_sheet_cannot_hold_goes_on_in_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("panjang.xlsx");
        let columns = [Column::new("Nama", Kind::Text), Column::new("Berat", Kind::Decimal(2))];
        let mut writer = SheetWriter::xlsx(&path, "Daftar anak yang namanya panjang", &columns).unwrap();
        writer.most_rows = 3;
        for nth in 0..5 {
            writer.row(&[Value::Text(&format!("Anak {nth}")), Value::Number(f64::from(nth))]).unwrap();
        }
        writer.finish().unwrap();
        let mut book: Xlsx<_> = open_workbook(&path).unwrap();
        let names = book.sheet_names();
        assert_eq!(names[1..], ["Daftar anak yang namanya (2)", "Daftar anak yang namanya (3)"]);
        let rows: Vec<Vec<String>> = names
            .iter()
            .map(|name| book.worksheet_range(name).unwrap())
            .map(|range| range.rows().map(|row| row[0].to_string()).collect())
            .collect();
        assert_eq!(rows[0], ["Nama", "Anak 0", "Anak 1"]);
        assert_eq!(rows[1], ["Nama", "Anak 2", "Anak 3"]);
        assert_eq!(rows[2], ["Nama", "Anak 4"]);
    }
}
