//! Rows of a text file: CSV and its relatives.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::write::is_formula_like;
use super::{Cell, Format, Limits, Row, SheetError, TextEncoding};

/// Delimiters tried, in order of preference when nothing decides.
const DELIMITERS: [u8; 3] = *b",;\t";
/// Delimiters that one line may have; the reader keeps a place for each.
const LINE_DELIMITERS: u32 = 500_000;
/// How much of the file decides on the delimiter.
const SAMPLE: u64 = 64 * 1024;

/// The reading side.
#[derive(Debug)]
pub(super) struct TextRows {
    records: csv::Reader<Decoded<BufReader<File>>>,
    record: csv::StringRecord,
    limits: Limits,
    /// Number of the row read last.
    number: u32,
    rows: u32,
    cells: u64,
    ended: bool,
}

impl TextRows {
    /// Guesses encoding and delimiter of the file, which begins with `start`.
    pub(super) fn open(
        mut file: BufReader<File>,
        start: &[u8],
        limits: &Limits,
    ) -> Result<(Self, Format), SheetError> {
        let encoding = guess_encoding(&mut file, start)?;
        file.seek(SeekFrom::Start(0))?;
        let mut sample = Vec::new();
        Decoded::new(&mut file, encoding).take(SAMPLE).read_to_end(&mut sample).map_err(refusal)?;
        file.seek(SeekFrom::Start(0))?;
        let announced = announced_delimiter(&sample);
        let delimiter = announced.unwrap_or_else(|| guess_delimiter(&sample));
        let records = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Decoded::new(file, encoding));
        let mut rows = Self {
            records,
            record: csv::StringRecord::new(),
            limits: limits.clone(),
            number: 0,
            rows: 0,
            cells: 0,
            ended: false,
        };
        if announced.is_some() {
            // Excel does not show this line and numbers the next one 1.
            rows.records.read_record(&mut rows.record)?;
        } else if sample.trim_ascii().is_empty() && (sample.len() as u64) < SAMPLE {
            return Err(SheetError::Empty);
        }
        Ok((rows, Format::Csv { delimiter, encoding }))
    }

    /// The next row with content.
    pub(super) fn next_row(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        while !self.ended {
            // What fails half-way has no next row.
            self.ended = true;
            let before = self.records.position().line();
            if !self.records.read_record(&mut self.record)? {
                break;
            }
            // The library skips blank lines: lines passed, less the record's own, are rows without content.
            let passed = self.records.position().line() - before;
            let inside: usize = self.record.iter().map(|field| field.matches('\n').count()).sum();
            let rows = passed.saturating_sub(inside as u64).max(1);
            self.number = self.number.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
            row.number = self.number;
            self.fill(&mut row.cells)?;
            self.ended = false;
            if row.trim() {
                self.rows += 1;
                if self.rows > self.limits.rows {
                    self.ended = true;
                    return Err(SheetError::TooManyRows { limit: self.limits.rows });
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn fill(&mut self, cells: &mut Vec<Cell>) -> Result<(), SheetError> {
        cells.clear();
        self.cells += self.record.len() as u64;
        if self.cells > self.limits.cells {
            return Err(SheetError::TooManyCells { limit: self.limits.cells });
        }
        for (column, field) in self.record.iter().enumerate() {
            let beyond = column >= self.limits.columns as usize;
            if field.trim().is_empty() {
                if !beyond {
                    cells.push(Cell::Empty);
                }
                continue;
            }
            if beyond {
                return Err(SheetError::TooManyColumns { row: self.number, limit: self.limits.columns });
            }
            if field.len() > self.limits.cell_chars && field.chars().count() > self.limits.cell_chars {
                return Err(SheetError::CellTooLong {
                    row: self.number,
                    column: column as u32 + 1,
                    limit: self.limits.cell_chars,
                });
            }
            cells.push(Cell::Text(plain(field).to_owned()));
        }
        Ok(())
    }
}

/// Takes off what only keeps a spreadsheet program from changing the text: our own apostrophe before
/// what looks like a formula, and `="0812"`.
fn plain(field: &str) -> &str {
    if let Some(text) = field.strip_prefix('\'')
        && is_formula_like(text)
    {
        return text;
    }
    match field.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')) {
        Some(text) if !text.contains('"') => text,
        _ => field,
    }
}

fn guess_encoding(file: &mut BufReader<File>, start: &[u8]) -> Result<TextEncoding, SheetError> {
    if start.starts_with(&[0xFF, 0xFE]) {
        return Ok(TextEncoding::Utf16Le);
    }
    if start.starts_with(&[0xFE, 0xFF]) {
        return Ok(TextEncoding::Utf16Be);
    }
    // Latin text in UTF-16 has a zero in nearly every pair of bytes.
    let pairs = start.len() / 2;
    let zeros = |offset| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    if pairs > 0 && zeros(1) * 10 >= pairs * 8 && zeros(0) * 20 <= pairs {
        return Ok(TextEncoding::Utf16Le);
    }
    if pairs > 0 && zeros(0) * 10 >= pairs * 8 && zeros(1) * 20 <= pairs {
        return Ok(TextEncoding::Utf16Be);
    }
    if is_utf8(file)? { Ok(TextEncoding::Utf8) } else { Ok(TextEncoding::Windows1252) }
}

fn is_utf8(file: &mut BufReader<File>) -> io::Result<bool> {
    let mut buffer = vec![0; 64 * 1024];
    let mut kept = 0;
    loop {
        let read = file.read(&mut buffer[kept..])?;
        if read == 0 {
            return Ok(kept == 0);
        }
        let filled = kept + read;
        let good = match std::str::from_utf8(&buffer[..filled]) {
            Ok(_) => filled,
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        kept = filled - good;
        buffer.copy_within(good..filled, 0);
    }
}

/// Excel's first line `sep=;`.
fn announced_delimiter(sample: &[u8]) -> Option<u8> {
    let line = sample.split(|byte| *byte == b'\n').next()?;
    let line = line.strip_prefix(b"sep=").or_else(|| line.strip_prefix(b"SEP="))?;
    match line {
        [delimiter, ..] if DELIMITERS.contains(delimiter) => Some(*delimiter),
        _ => None,
    }
}

/// The delimiter that stands equally often in neighbouring lines, outside quotes, and most often.
fn guess_delimiter(sample: &[u8]) -> u8 {
    let mut lines: Vec<[u32; 3]> = Vec::new();
    let mut counts = [0; 3];
    let mut quoted = false;
    for &byte in sample {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                if counts != [0; 3] {
                    lines.push(counts);
                }
                counts = [0; 3];
            }
            _ if !quoted => {
                if let Some(which) = DELIMITERS.iter().position(|delimiter| *delimiter == byte) {
                    counts[which] += 1;
                }
            }
            _ => (),
        }
    }
    lines.push(counts);
    let steady = |which: usize| -> u32 {
        lines.windows(2).filter(|pair| pair[0][which] == pair[1][which]).map(|pair| pair[0][which]).sum()
    };
    let total = |which: usize| -> u32 { lines.iter().map(|line| line[which]).sum() };
    let best = (0..3).rev().max_by_key(|which| (steady(*which), total(*which))).unwrap_or(0);
    DELIMITERS[best]
}

fn refusal(error: io::Error) -> SheetError {
    error.downcast::<SheetError>().unwrap_or_else(SheetError::Io)
}

/// The file as UTF-8 with `\n` at the end of every line, the last one too. Refuses what no text has.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// How much of `text` was handed out.
    taken: usize,
    after_return: bool,
    last: u8,
    ended: bool,
    line_delimiters: u32,
}

impl<R> std::fmt::Debug for Decoded<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoded").finish_non_exhaustive()
    }
}

impl<R: Read> Decoded<R> {
    fn new(inner: R, encoding: TextEncoding) -> Self {
        let encoding = match encoding {
            TextEncoding::Utf8 => UTF_8,
            TextEncoding::Utf16Le => UTF_16LE,
            TextEncoding::Utf16Be => UTF_16BE,
            TextEncoding::Windows1252 => WINDOWS_1252,
        };
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; 16 * 1024],
            text: Vec::new(),
            taken: 0,
            after_return: false,
            last: b'\n',
            ended: false,
            line_delimiters: 0,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let read = self.inner.read(&mut self.raw)?;
        self.ended = read == 0;
        let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * read + 16);
        self.text.resize(room, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(&self.raw[..read], &mut self.text, self.ended);
        self.text.truncate(written);
        self.taken = 0;
        self.check_and_end_lines()
    }

    /// Turns `\r\n` and `\r` into `\n`, in place.
    fn check_and_end_lines(&mut self) -> io::Result<()> {
        let mut kept = 0;
        for index in 0..self.text.len() {
            let mut byte = self.text[index];
            let follows = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if follows => continue,
                b'\r' | b'\n' => {
                    byte = b'\n';
                    self.line_delimiters = 0;
                }
                b',' | b';' | b'\t' => {
                    self.line_delimiters += 1;
                    if self.line_delimiters > LINE_DELIMITERS {
                        return Err(io::Error::other(SheetError::damaged(
                            "a line of nothing but delimiters",
                        )));
                    }
                }
                0x0B | 0x0C | 0x1A => (),
                0..0x20 => return Err(io::Error::other(SheetError::NotASpreadsheet)),
                _ => (),
            }
            self.text[kept] = byte;
            kept += 1;
        }
        self.text.truncate(kept);
        self.last = self.text.last().copied().unwrap_or(self.last);
        if self.ended && self.last != b'\n' {
            self.text.push(b'\n');
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() && !self.ended {
            self.refill()?;
        }
        let length = (self.text.len() - self.taken).min(out.len());
        out[..length].copy_from_slice(&self.text[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters() {
        for (sample, delimiter) in [
            ("nama,umur\nSiti,2\n", b','),
            ("nama;bb;tb\nSiti;8,4;72,1\nBudi;9,1;70,0\n", b';'),
            ("nama\tumur\nSiti, S.Pd\t2\n", b'\t'),
            ("\"a;b;c;d\",x\n\"e;f\",y\n", b','),
            ("Daftar balita, desa, kecamatan\nno;nama\n1;Siti\n2;Budi\n", b';'),
            ("satu kolom\n", b','),
        ] {
            assert_eq!(guess_delimiter(sample.as_bytes()), delimiter, "{sample}");
        }
        assert_eq!(announced_delimiter(b"sep=;\na,b"), Some(b';'));
    }

    #[test]
    fn takes_off_what_guards_a_text() {
        assert_eq!(plain("'=1+1"), "=1+1");
        assert_eq!(plain("'Aisyah"), "'Aisyah");
        assert_eq!(plain("=\"0812\""), "0812");
        assert_eq!(plain("=\"a\"&\"b\""), "=\"a\"&\"b\"");
    }

    #[test]
    fn ends_every_line_alike() {
        let mut text = String::new();
        Decoded::new(&b"a\r\nb\rc\n\nd"[..], TextEncoding::Utf8).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\nb\nc\n\nd\n");
    }
}
