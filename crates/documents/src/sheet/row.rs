//! What a sheet holds.

use std::borrow::Cow;

/// One row with content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The row as the sheet numbers it, from 1. Blank rows are skipped but keep their number.
    pub number: u32,
    /// The cells from column A on. Empty cells at the right end are left out, so rows of one sheet
    /// differ in length.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell in a column (0-based); [`Cell::Empty`] where the row ends earlier.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    /// Leaves out the empty right end; false if nothing remains.
    pub(crate) fn trim(&mut self) -> bool {
        let filled = self.cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1);
        self.cells.truncate(filled);
        filled > 0
    }
}

/// The value of one cell. A formula gives the value that the spreadsheet program stored with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text. Every filled cell of a text file (CSV) is text: nothing is guessed.
    Text(String),
    /// A number. Excel keeps 15 digits: a 16-digit identifier that arrives as a number is already
    /// rounded and must be refused, not repaired. Times of day and durations are fractions of a day.
    Number(f64),
    /// A day; the time of day of a date cell is left out.
    Date(time::Date),
    /// A truth value.
    Bool(bool),
    /// A formula error such as `#N/A`.
    Error(String),
}

impl Cell {
    /// The value as text: integers without `.0`, days as `2026-11-02`, truth as `TRUE`/`FALSE`.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) | Self::Error(text) => Cow::Borrowed(text),
            Self::Number(number) if *number == 0.0 => Cow::Borrowed("0"),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Date(date) => Cow::Owned(iso(*date)),
            Self::Bool(true) => Cow::Borrowed("TRUE"),
            Self::Bool(false) => Cow::Borrowed("FALSE"),
        }
    }

    /// No value, or text of white space only.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}

/// `2026-11-02`.
pub(crate) fn iso(date: time::Date) -> String {
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn text_of_every_kind() {
        for (cell, text) in [
            (Cell::Empty, ""),
            (Cell::Text("0812".into()), "0812"),
            (Cell::Number(3.0), "3"),
            (Cell::Number(-0.0), "0"),
            (Cell::Number(82.4), "82.4"),
            (Cell::Number(3_201_234_567_890_120.0), "3201234567890120"),
            (Cell::Date(date!(2026 - 11 - 02)), "2026-11-02"),
            (Cell::Bool(true), "TRUE"),
            (Cell::Error("#N/A".into()), "#N/A"),
        ] {
            assert_eq!(cell.text(), text);
        }
    }

    #[test]
    fn trims_the_empty_right_end_only() {
        let mut row = Row {
            number: 1,
            cells: vec![Cell::Empty, Cell::Number(1.0), Cell::Text("  ".into()), Cell::Empty],
        };
        assert!(row.trim());
        assert_eq!(row.cells, [Cell::Empty, Cell::Number(1.0)]);
        assert_eq!(row.cell(7), &Cell::Empty);
        assert!(!Row { number: 2, cells: vec![Cell::Text(" ".into())] }.trim());
    }
}
