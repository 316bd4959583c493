//! The cells of a row by field, read as people here write them. What cannot be read is noted beside its cell.

use std::collections::HashMap;

use asuh_documents::sheet::{Cell, Row};
use asuh_nusantara::{
    FamilyCardNumber, Nik, NikError, Nip, NipError, Phone, PhoneError, Sex, date, name, number,
};

use super::{Message, Severity};

/// A long number (NIK, KK, NIP) that a list may hide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier<T> {
    /// Blank or `-`: normal.
    Blank,
    /// Hidden by stars, as e-PPGBM exports it: normal, and useless for matching.
    Censored,
    /// The number.
    Known(T),
    /// Not readable; an error was noted.
    Bad,
}

impl<T> Identifier<T> {
    /// The number, where it is known.
    pub fn known(self) -> Option<T> {
        match self {
            Identifier::Known(value) => Some(value),
            _ => None,
        }
    }
}

/// The cells of a row by field. Reading notes what is wrong; [`RowCells::error`] and [`RowCells::warn`] note
/// what the kind finds.
pub struct RowCells<'a> {
    row: &'a Row,
    places: &'a HashMap<&'static str, usize>,
    messages: Vec<Message>,
}

impl<'a> RowCells<'a> {
    /// The cells of a row; `places` says in which column (0-based) a field stands.
    pub fn new(row: &'a Row, places: &'a HashMap<&'static str, usize>) -> RowCells<'a> {
        RowCells { row, places, messages: Vec::new() }
    }

    /// The row's number in the sheet.
    pub fn number(&self) -> u32 {
        self.row.number
    }

    /// Whether the file has this column.
    pub fn has(&self, field: &str) -> bool {
        self.places.contains_key(field)
    }

    /// The cell as it is.
    pub fn cell(&self, field: &str) -> &'a Cell {
        self.places.get(field).map_or(&Cell::Empty, |place| self.row.cell(*place))
    }

    /// What was noted.
    pub fn into_messages(self) -> Vec<Message> {
        self.messages
    }

    /// Whether an error was noted so far.
    pub fn is_bad(&self) -> bool {
        self.messages.iter().any(|message| message.severity == Severity::Error)
    }

    /// Notes an error by translation key: the row stays out.
    pub fn error(&mut self, field: &str, code: &str) {
        self.note(field, Severity::Error, code);
    }

    /// Notes something odd: the row goes in.
    pub fn warn(&mut self, field: &str, code: &str) {
        self.note(field, Severity::Warning, code);
    }

    fn note(&mut self, field: &str, severity: Severity, code: &str) {
        let value: String = self.cell(field).text().chars().take(200).collect();
        self.messages.push(Message {
            field: field.into(),
            severity,
            code: code.into(),
            args: Vec::new(),
            value,
        });
    }

    /// Whether nothing is written: blank, `-`, or a word for it.
    pub fn is_blank(&self, field: &str) -> bool {
        self.raw(field).is_none()
    }

    fn raw(&self, field: &str) -> Option<String> {
        let text = name::tidy(&self.cell(field).text());
        let nothing = text.chars().all(|c| matches!(c, '-' | '–' | '—' | '.' | '_' | '\'' | ' '))
            || matches!(text.as_str(), "#N/A" | "#REF!" | "NULL" | "null" | "n/a" | "N/A");
        (!nothing).then_some(text)
    }

    /// The text, tidied; none where nothing is written.
    pub fn text(&self, field: &str) -> Option<String> {
        self.raw(field)
    }

    /// The text, which must be there.
    pub fn required(&mut self, field: &str) -> Option<String> {
        let text = self.raw(field);
        if text.is_none() {
            self.error(field, "staging.row.required");
        }
        text
    }

    /// RT or RW: digits with three places (`003`), other writings as they are.
    pub fn rt_rw(&self, field: &str) -> Option<String> {
        let text = self.raw(field)?;
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        match digits.parse::<u32>() {
            Ok(0) => None,
            Ok(value) if value < 1000 => Some(format!("{value:03}")),
            _ => Some(text),
        }
    }

    /// A mark: `V`, `Ya`, `1`, `x`, `✓` are true; `Tidak`, `0` are false; blank and `-` say nothing.
    pub fn flag(&mut self, field: &str) -> Option<bool> {
        if let Cell::Bool(value) = self.cell(field) {
            return Some(*value);
        }
        let text = self.raw(field)?;
        match name::search_key(&text).as_str() {
            "v" | "ya" | "y" | "1" | "x" | "yes" | "true" | "ada" | "benar" | "iya" => Some(true),
            "tidak" | "t" | "0" | "no" | "n" | "false" | "tidak ada" | "bukan" | "salah" => Some(false),
            _ if matches!(text.as_str(), "✓" | "✔" | "√" | "☑" | "●") => Some(true),
            _ => {
                self.warn(field, "staging.row.not_a_mark");
                None
            }
        }
    }

    /// A whole number, zero or more.
    pub fn count(&mut self, field: &str) -> Option<i64> {
        let text = match self.cell(field) {
            Cell::Number(value) if value.fract() == 0.0 && (0.0..1e15).contains(value) => {
                return Some(*value as i64);
            }
            Cell::Number(_) => None,
            _ => Some(self.raw(field)?),
        };
        match text.map(|text| number::parse_count(&text)) {
            Some(Ok(value)) => Some(value),
            _ => {
                self.error(field, "staging.row.not_a_number");
                None
            }
        }
    }

    /// A number with decimals after point or comma, in its smallest unit: `82,4` with one decimal is 824.
    /// Digits beyond are rounded when the cell is a number, refused when it is a text.
    pub fn decimal(&mut self, field: &str, decimals: u32) -> Option<i64> {
        if let Cell::Number(value) = self.cell(field) {
            let scaled = (value * 10f64.powi(decimals as i32)).round();
            if scaled.abs() < 1e15 {
                return Some(scaled as i64);
            }
            self.error(field, "staging.row.not_a_number");
            return None;
        }
        let text = self.raw(field)?;
        match number::parse_decimal(&text, decimals) {
            Ok(value) => Some(value),
            Err(_) => {
                self.error(field, "staging.row.not_a_number");
                None
            }
        }
    }

    /// A day: a date cell, a text as people write it, or the number of a day as Excel counts, which stands as five
    /// figures where a sheet was saved as CSV.
    pub fn day(&mut self, field: &str) -> Option<time::Date> {
        let read = match self.cell(field) {
            Cell::Date(day) => Ok(*day),
            Cell::Number(serial) => date::from_excel_serial(*serial),
            _ => {
                let text = self.raw(field)?;
                match text.parse() {
                    Ok(serial) if text.len() == 5 => date::from_excel_serial(serial),
                    _ => date::parse(&text),
                }
            }
        };
        match read {
            Ok(day) => Some(day),
            Err(_) => {
                self.error(field, "staging.row.not_a_day");
                None
            }
        }
    }

    /// The sex as lists write it: `L`, `P`, `Laki-laki`, `Perempuan`.
    pub fn sex(&mut self, field: &str) -> Option<Sex> {
        match Sex::parse(&self.raw(field)?) {
            Ok(sex) => Some(sex),
            Err(_) => {
                self.error(field, "staging.row.not_a_sex");
                None
            }
        }
    }

    /// A NIK. One that Excel rounded is an error and never guessed.
    pub fn nik(&mut self, field: &str) -> Identifier<Nik> {
        self.sixteen(field, Nik::parse, Nik::from_number, Nik::looks_rounded, "staging.row.nik_rounded")
    }

    /// The number of a family card, judged as a NIK.
    pub fn family_card(&mut self, field: &str) -> Identifier<FamilyCardNumber> {
        self.sixteen(
            field,
            FamilyCardNumber::parse,
            FamilyCardNumber::from_number,
            FamilyCardNumber::looks_rounded,
            "staging.row.kk_rounded",
        )
    }

    fn sixteen<T>(
        &mut self,
        field: &str,
        parse: impl Fn(&str) -> Result<T, NikError>,
        from_number: impl Fn(f64) -> Result<T, NikError>,
        looks_rounded: impl Fn(&T) -> bool,
        rounded: &str,
    ) -> Identifier<T> {
        let read = match self.cell(field) {
            Cell::Number(value) if *value == 0.0 => return Identifier::Blank,
            Cell::Number(value) => from_number(*value),
            _ => match self.raw(field) {
                None => return Identifier::Blank,
                Some(text) => parse(&text),
            },
        };
        match read {
            Ok(value) => {
                if looks_rounded(&value) {
                    self.warn(field, "staging.row.looks_rounded");
                }
                Identifier::Known(value)
            }
            Err(NikError::Empty) => Identifier::Blank,
            Err(NikError::Censored) => Identifier::Censored,
            Err(error) => {
                let code = match error {
                    NikError::RoundedByExcel => rounded,
                    _ => "staging.row.not_sixteen",
                };
                self.error(field, code);
                Identifier::Bad
            }
        }
    }

    /// A NIP of 18 digits, judged as a NIK.
    pub fn nip(&mut self, field: &str) -> Identifier<Nip> {
        let read = match self.cell(field) {
            Cell::Number(value) if *value == 0.0 => return Identifier::Blank,
            Cell::Number(value) => Nip::from_number(*value),
            _ => match self.raw(field) {
                None => return Identifier::Blank,
                Some(text) => Nip::parse(&text),
            },
        };
        match read {
            Ok(value) => Identifier::Known(value),
            Err(NipError::Empty) => Identifier::Blank,
            Err(NipError::Censored) => Identifier::Censored,
            Err(error) => {
                let rounded = matches!(error, NipError::RoundedByExcel);
                self.error(field, if rounded { "staging.row.nip_rounded" } else { "staging.row.not_a_nip" });
                Identifier::Bad
            }
        }
    }

    /// A mobile number. What is not one is noted as a warning and left out.
    pub fn phone(&mut self, field: &str) -> Option<Phone> {
        let text = self.raw(field)?;
        match Phone::parse(&text) {
            Ok(phone) => Some(phone),
            Err(PhoneError::Empty) => None,
            Err(_) => {
                self.warn(field, "staging.row.not_a_phone");
                None
            }
        }
    }
}
