//! The heading of a file: its delimiter, its columns, and how its rows are handed on.

use csv::ByteRecord;

use super::FileError;
use super::blocks::lines;
use super::reading::rows;

/// What the heading says.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) delimiter: u8,
    /// Lines of the heading: the next one is the first of the rows.
    pub(super) lines: u64,
    names: Vec<String>,
    heading: ByteRecord,
    /// The columns that are handed on, where some are not.
    kept: Option<Vec<usize>>,
}

/// What separates columns, the usual one first.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Every reference asks for it; it tells which delimiter is the right one.
const ALWAYS: &str = "sex";

impl Table {
    /// Reads the heading at the start of a file; also gives where it ends.
    ///
    /// # Errors
    /// What is no CSV file.
    pub(super) fn read(start: &[u8]) -> Result<(Table, usize), FileError> {
        if start.starts_with(b"PK\x03\x04")
            || start.starts_with(b"\xFF\xFE")
            || start.starts_with(b"\xFE\xFF")
        {
            return Err(FileError::NotCsv);
        }
        let mark = if start.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let text = &start[mark..];
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if first.trim_ascii_end().contains(&b'\r') {
            return Err(FileError::OldLines);
        }
        let found: Vec<(Table, usize)> =
            DELIMITERS.iter().filter_map(|delimiter| Table::with(text, *delimiter)).collect();
        let right = found.iter().position(|(table, _)| table.find(ALWAYS).is_some());
        // Where none is right, the one that gives most columns makes the clearest complaint.
        let widest = (0..found.len()).max_by_key(|place| (found[*place].0.width(), found.len() - place));
        let place = right.or(widest).ok_or(FileError::Empty)?;
        let (table, end) = found.into_iter().nth(place).ok_or(FileError::Empty)?;
        for (nth, name) in table.names.iter().enumerate() {
            if !name.is_empty() && table.names[..nth].contains(name) {
                return Err(FileError::Twice(name.clone()));
            }
        }
        Ok((table, mark + end))
    }

    fn with(text: &[u8], delimiter: u8) -> Option<(Table, usize)> {
        let mut reader = rows(text, delimiter);
        let mut heading = ByteRecord::new();
        if !reader.read_byte_record(&mut heading).unwrap_or(false) {
            return None;
        }
        let end = usize::try_from(reader.position().byte()).ok()?;
        let names =
            heading.iter().map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned()).collect();
        Some((Table { delimiter, lines: lines(&text[..end]), names, heading, kept: None }, end))
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// The place of a column.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The place of a column that has to be there.
    ///
    /// # Errors
    /// It is not there.
    pub(super) fn need(&self, name: &str) -> Result<usize, FileError> {
        self.find(name).ok_or_else(|| FileError::Missing {
            name: name.to_owned(),
            found: self.names.join(", ").chars().take(500).collect(),
        })
    }

    /// The name of a column.
    pub(super) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// Drops the columns that an earlier run appended, raw or not, so that no name stands twice; gives their names.
    pub(super) fn replace(&mut self, appended: &[String]) -> Vec<String> {
        let earlier = |name: &str| {
            let short = name.strip_suffix("_raw").unwrap_or(name);
            appended.iter().any(|known| known == name || known == short)
        };
        let (dropped, kept): (Vec<usize>, Vec<usize>) =
            (0..self.width()).partition(|column| earlier(&self.names[*column]));
        if !dropped.is_empty() {
            self.kept = Some(kept);
        }
        dropped.into_iter().map(|column| self.names[column].clone()).collect()
    }

    /// Writes the heading with the columns that are appended.
    pub(super) fn put_heading(&self, appended: &[String], into: &mut Vec<u8>) {
        self.put_cells(&self.heading, into);
        for name in appended {
            into.push(self.delimiter);
            into.extend_from_slice(name.as_bytes());
        }
        into.push(b'\n');
    }

    /// Writes a row's own columns, as they were where its text can be written as it is.
    #[inline]
    pub(super) fn put_row(&self, text: Option<&[u8]>, record: &ByteRecord, into: &mut Vec<u8>) {
        match text {
            Some(text) if self.kept.is_none() && record.len() == self.width() => into.extend_from_slice(text),
            _ => self.put_cells(record, into),
        }
    }

    /// Cell by cell, as many as the heading has.
    fn put_cells(&self, record: &ByteRecord, into: &mut Vec<u8>) {
        let mut put = |nth: usize, column: usize| {
            if nth > 0 {
                into.push(self.delimiter);
            }
            put_cell(record.get(column).unwrap_or_default(), self.delimiter, into);
        };
        match &self.kept {
            Some(kept) => kept.iter().enumerate().for_each(|(nth, column)| put(nth, *column)),
            None => (0..self.width()).for_each(|column| put(column, column)),
        }
    }
}

/// Writes a cell, quoted where it has to be.
fn put_cell(cell: &[u8], delimiter: u8, into: &mut Vec<u8>) {
    if !cell.iter().any(|byte| *byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r')) {
        into.extend_from_slice(cell);
        return;
    }
    into.push(b'"');
    for byte in cell {
        if *byte == b'"' {
            into.push(b'"');
        }
        into.push(*byte);
    }
    into.push(b'"');
}
