//! A CSV file of an instance, whose faults are said with file, line, column and value.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use csv::StringRecord;
use serde_json::Value;

use crate::gates::cli::CliError;

/// A file with named columns.
pub(super) struct Table {
    path: PathBuf,
    names: StringRecord,
    rows: Vec<StringRecord>,
}

/// A row of it.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    table: &'a Table,
    row: &'a StringRecord,
}

impl Table {
    /// Reads a file that must have these columns; others are passed over.
    pub(super) fn read(folder: &Path, file: &str, columns: &[&str]) -> Result<Table, CliError> {
        let path = folder.join(file);
        let broken = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => CliError::Io(path.display().to_string(), error),
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => CliError::Text(format!(
                "{}, baris {}: {len} kolom, seharusnya {expected_len}",
                path.display(),
                pos.map_or(0, |pos| pos.line())
            )),
            csv::ErrorKind::Utf8 { pos, .. } => CliError::Text(format!(
                "{}, baris {}: bukan UTF-8; simpan lagi sebagai CSV UTF-8",
                path.display(),
                pos.map_or(0, |pos| pos.line())
            )),
            other => CliError::Text(format!("{}: {other:?}", path.display())),
        };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(&path).map_err(broken)?;
        let names = reader.headers().map_err(broken)?.clone();
        if let Some(absent) = columns.iter().find(|column| !names.iter().any(|name| name == **column)) {
            let found: Vec<&str> = names.iter().collect();
            let found = found.join(", ");
            return Err(CliError::Text(format!(
                "{}, baris 1: kolom {absent} tidak ada; yang ada: {found}",
                path.display()
            )));
        }
        let rows = reader.records().collect::<Result<_, _>>().map_err(broken)?;
        Ok(Table { path, names, rows })
    }

    /// What `make` makes of each row.
    pub(super) fn each<T>(&self, make: impl Fn(Line<'_>) -> Result<T, CliError>) -> Result<Vec<T>, CliError> {
        self.rows.iter().map(|row| make(Line { table: self, row })).collect()
    }
}

impl Table {
    /// Whether a row has this text in a column.
    pub(super) fn holds(&self, column: &str, text: &str) -> bool {
        self.rows.iter().any(|row| Line { table: self, row }.cell(column) == text)
    }

    /// A complaint about the last row whose columns hold these texts, with its line.
    pub(super) fn complaint(&self, signs: &[(&str, &str)], what: &str) -> CliError {
        let means = |row: &&StringRecord| {
            let line = Line { table: self, row };
            signs.iter().all(|(column, text)| line.cell(column) == *text)
        };
        match self.rows.iter().rev().find(means) {
            Some(row) => Line { table: self, row }.wrong(signs.first().map_or("", |sign| sign.0), what),
            None => CliError::Text(format!("{}: {what}", self.path.display())),
        }
    }
}

impl Line<'_> {
    /// The text of a column; may not be empty.
    pub(super) fn text(&self, column: &str) -> Result<String, CliError> {
        match self.cell(column) {
            "" => Err(self.wrong(column, "kosong")),
            text => Ok(text.to_owned()),
        }
    }

    /// The number in a column.
    pub(super) fn number<T: FromStr>(&self, column: &str) -> Result<T, CliError> {
        let text = self.cell(column);
        text.parse().map_err(|_| self.wrong(column, "bukan bilangan bulat yang boleh di sini"))
    }

    /// What is wrong with a column of this row.
    pub(super) fn wrong(&self, column: &str, what: &str) -> CliError {
        let line = self.row.position().map_or(0, csv::Position::line);
        let what = match self.cell(column) {
            "" => what.to_owned(),
            value => format!("\"{value}\" {what}"),
        };
        CliError::Text(format!("{}, baris {line}, kolom {column}: {what}", self.table.path.display()))
    }

    fn cell(&self, column: &str) -> &str {
        let place = self.table.names.iter().position(|name| name == column);
        place.and_then(|place| self.row.get(place)).unwrap_or_default()
    }
}

/// `meta.json`.
pub(super) struct Meta {
    path: PathBuf,
    value: Value,
}

impl Meta {
    /// Reads it.
    pub(super) fn read(folder: &Path) -> Result<Meta, CliError> {
        let path = folder.join("meta.json");
        let text = std::fs::read_to_string(&path)
            .map_err(|error| CliError::Io(path.display().to_string(), error))?;
        let value = serde_json::from_str(&text).map_err(|error| {
            CliError::Text(format!("{}, baris {}: {error}", path.display(), error.line()))
        })?;
        Ok(Meta { path, value })
    }

    /// The value at a path such as `/value_points/egg`.
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// A number of at least 0.
    pub(super) fn number(&self, pointer: &str) -> Result<u64, CliError> {
        self.at(pointer).and_then(Value::as_u64).ok_or_else(|| self.wrong(pointer, "bilangan bulat mulai 0"))
    }

    /// What should stand there.
    pub(super) fn wrong(&self, pointer: &str, wanted: &str) -> CliError {
        let found = self.at(pointer).map_or_else(|| "tidak ada".to_owned(), Value::to_string);
        let name = pointer.trim_start_matches('/').replace('/', ".");
        CliError::Text(format!("{}: {name} harus {wanted}; tertulis: {found}", self.path.display()))
    }
}

/// A text as a field of a CSV file.
pub(super) fn field(text: &str) -> std::borrow::Cow<'_, str> {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")).into(),
        false => text.into(),
    }
}
