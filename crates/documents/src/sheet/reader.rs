//! Opening a file of unknown kind.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::text::TextRows;
use super::xlsx::XlsxRows;
use super::{Limits, Row, SheetError, prescan};

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An Excel workbook since 2007.
    Xlsx,
    /// Text with delimiters.
    Csv {
        /// `,`, `;` or tab.
        delimiter: u8,
        /// How its characters are written.
        encoding: TextEncoding,
    },
}

/// Encoding of a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little end first; Excel's "Unicode text".
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Windows' Western European code page, if it is nothing else.
    Windows1252,
}

/// Rows of a spreadsheet, one at a time.
#[derive(Debug)]
pub struct SheetReader {
    rows: Rows,
    format: Format,
    sheet_name: String,
}

#[derive(Debug)]
enum Rows {
    Xlsx(XlsxRows),
    Text(Box<TextRows>),
}

impl SheetReader {
    /// Opens an XLSX or a text file (CSV, TSV), told apart by content. An XLSX gives its first visible
    /// sheet that has content.
    ///
    /// # Errors
    /// Everything in [`SheetError`]; what lies further down in the file may be refused only by
    /// [`next_row`](Self::next_row).
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, SheetError> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        if bytes > limits.file_bytes {
            return Err(SheetError::TooLarge { bytes, limit: limits.file_bytes });
        }
        let mut file = BufReader::new(file);
        let mut start = Vec::new();
        file.by_ref().take(4096).read_to_end(&mut start)?;
        file.seek(SeekFrom::Start(0))?;
        if start.is_empty() {
            return Err(SheetError::Empty);
        }
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            prescan::check(&mut file, limits)?;
            let (rows, sheet_name) = XlsxRows::open(file, limits)?;
            return Ok(Self { rows: Rows::Xlsx(rows), format: Format::Xlsx, sheet_name });
        }
        if start.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
            return Err(old_office(file)?);
        }
        if is_markup(&start) {
            return Err(SheetError::WebPage);
        }
        let (rows, format) = TextRows::open(file, &start, limits)?;
        Ok(Self { rows: Rows::Text(Box::new(rows)), format, sheet_name: String::new() })
    }

    /// Puts the next row with content into `row`; false at the end.
    ///
    /// # Errors
    /// The file is damaged here or passes a limit. Nothing can be read after an error.
    pub fn next_row(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        match &mut self.rows {
            Rows::Xlsx(rows) => rows.next_row(row),
            Rows::Text(rows) => rows.next_row(row),
        }
    }

    /// Name of the sheet that is read; empty for a text file.
    pub fn sheet_name(&self) -> &str {
        &self.sheet_name
    }

    /// What the file turned out to be.
    pub fn format(&self) -> Format {
        self.format
    }
}

/// Old Office files and encrypted new ones share a container; only the latter has this part.
fn old_office(mut file: BufReader<File>) -> Result<SheetError, SheetError> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let encrypted = bytes.windows(name.len()).any(|window| window == name);
    Ok(if encrypted { SheetError::Encrypted } else { SheetError::OldExcel })
}

/// Report systems often send a web page or an XML file under the name of a spreadsheet.
fn is_markup(start: &[u8]) -> bool {
    let start = start.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(start).trim_ascii_start();
    let word = start.get(..5).unwrap_or(start).to_ascii_lowercase();
    [&b"<html"[..], b"<!doc", b"<?xml", b"<tabl", b"<meta", b"<head", b"<styl", b"<div", b"<!--"]
        .iter()
        .any(|tag| word.starts_with(tag))
}
