//! The NIP, the number of a civil servant.

use std::fmt;

use time::{Date, Month};

use crate::digits::{self, DigitsFault};
use crate::sex::Sex;

/// Why a text or a spreadsheet cell is not a NIP. Carries no part of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NipError {
    /// Nothing was written. Many helpers in offices (honorer, THL) have no NIP.
    #[error("the NIP is empty")]
    Empty,
    /// A spreadsheet took the text for a number and kept only 15 of its digits.
    #[error("a spreadsheet has rounded the NIP; set the column to text")]
    RoundedByExcel,
    /// Digits hidden by `*`, `x` or `•`.
    #[error("the NIP is partly hidden")]
    Censored,
    /// Only digits, but not 18 of them. Nine digits are a NIP from before 2009.
    #[error("the NIP must have 18 digits, found {found}")]
    WrongLength {
        /// How many digits were found.
        found: usize,
    },
    /// Something else than digits and separators.
    #[error("the NIP must be made of digits only")]
    NotDigits,
}

impl From<DigitsFault> for NipError {
    fn from(fault: DigitsFault) -> NipError {
        match fault {
            DigitsFault::Empty => NipError::Empty,
            DigitsFault::RoundedByExcel => NipError::RoundedByExcel,
            DigitsFault::Censored => NipError::Censored,
            DigitsFault::WrongLength(found) => NipError::WrongLength { found },
            DigitsFault::NotDigits => NipError::NotDigits,
        }
    }
}

/// The two kinds of civil servants (UU 20/2023 on ASN).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NipKind {
    /// Pegawai negeri sipil, tenured.
    Pns,
    /// Pegawai pemerintah dengan perjanjian kerja, on contract: `21` in place of the month.
    Pppk,
}

/// What is odd about a NIP; never a reason to refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NipWarning {
    /// The first eight digits are no date of the calendar.
    ImpossibleBirthDate,
    /// The year of appointment is before 1945, or the month is neither 01 to 12 nor 21.
    ImpossibleAppointment,
    /// Appointed before the year of the 18th birthday, the lowest age for a civil servant
    /// (PP 11/2017 article 23).
    AppointedTooYoung,
    /// The sex digit is neither 1 nor 2.
    UnknownSex,
    /// The serial is `000`, which is never issued: a spreadsheet may have rounded the number.
    SerialZero,
}

/// The code PPPK carry where others carry the month of appointment.
const PPPK_CODE: i32 = 21;

/// A NIP (nomor induk pegawai): 18 digits `YYYYMMDD YYYYMM J NNN`.
///
/// Birth date, year and month of the first appointment, sex (1 male, 2 female) and a serial. The
/// number of a PPPK has `21` in place of the month. Only the length is checked, see
/// [`Nip::warnings`] for the rest. `Debug` shows only the last four digits; `Display` prints the
/// number in its groups.
///
/// Source: Peraturan Kepala BKN 22/2007 (PNS). The `21` of PPPK is how BKN issues the numbers; another
/// code in its place only raises [`NipWarning::ImpossibleAppointment`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nip(String);

impl Nip {
    /// Reads 18 digits; spaces, dots, apostrophes, hyphens and invisible marks are dropped.
    ///
    /// # Errors
    /// [`NipError`], by what is wrong first.
    pub fn parse(text: &str) -> Result<Nip, NipError> {
        Ok(Nip(digits::exactly(text, 18)?))
    }

    /// Judges a number out of a spreadsheet cell, which is never accepted: a spreadsheet keeps 15
    /// digits of 18.
    ///
    /// # Errors
    /// Always: [`NipError::RoundedByExcel`] from 16 digits on, [`NipError::WrongLength`] below,
    /// [`NipError::NotDigits`] for fractions, negative and non-finite numbers.
    pub fn from_number(value: f64) -> Result<Nip, NipError> {
        Err(digits::from_number(value).into())
    }

    /// The 18 digits without spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The birth date; none when the digits are no date of the calendar.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        let month = Month::try_from(self.two(4)).ok()?;
        Date::from_calendar_date(digits::part(&self.0, 0, 4), month, self.two(6)).ok()
    }

    /// Year and month (1 to 12) of the first appointment; a PPPK number has no month. None when the
    /// year is before 1945 or the month is neither 01 to 12 nor 21.
    #[must_use]
    pub fn appointed(&self) -> Option<(i32, Option<u8>)> {
        let year = digits::part(&self.0, 8, 4);
        let month = match (self.kind(), self.two(12)) {
            (NipKind::Pppk, _) => None,
            (NipKind::Pns, month @ 1..=12) => Some(month),
            (NipKind::Pns, _) => return None,
        };
        (year >= 1945).then_some((year, month))
    }

    /// PPPK when positions 13 and 14 are `21`, PNS otherwise.
    #[must_use]
    pub fn kind(&self) -> NipKind {
        if digits::part(&self.0, 12, 2) == PPPK_CODE { NipKind::Pppk } else { NipKind::Pns }
    }

    /// The sex; none when the digit is neither 1 nor 2.
    #[must_use]
    pub fn sex(&self) -> Option<Sex> {
        match digits::part(&self.0, 14, 1) {
            1 => Some(Sex::Male),
            2 => Some(Sex::Female),
            _ => None,
        }
    }

    /// What is odd about the number; empty when all is well, at most one warning of each kind.
    #[must_use]
    pub fn warnings(&self) -> Vec<NipWarning> {
        let mut warnings = Vec::new();
        let birth = self.birth_date();
        let appointed = self.appointed();
        if birth.is_none() {
            warnings.push(NipWarning::ImpossibleBirthDate);
        }
        if appointed.is_none() {
            warnings.push(NipWarning::ImpossibleAppointment);
        }
        if birth.zip(appointed).is_some_and(|(birth, (year, _))| year < birth.year() + 18) {
            warnings.push(NipWarning::AppointedTooYoung);
        }
        if self.sex().is_none() {
            warnings.push(NipWarning::UnknownSex);
        }
        if self.looks_rounded() {
            warnings.push(NipWarning::SerialZero);
        }
        warnings
    }

    /// Whether the number ends in `000`, as after a trip through a spreadsheet number.
    #[must_use]
    pub fn looks_rounded(&self) -> bool {
        self.0.ends_with("000")
    }

    /// The number with all but the last four digits hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        digits::masked(&self.0)
    }

    fn two(&self, start: usize) -> u8 {
        u8::try_from(digits::part(&self.0, start, 2)).unwrap_or(0)
    }
}

impl fmt::Display for Nip {
    /// In the usual groups: `19880307 202321 1 011`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, digit) in self.0.chars().enumerate() {
            if matches!(index, 8 | 14 | 15) {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Nip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nip({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::date;

    use super::*;

    fn nip(text: &str) -> Nip {
        Nip::parse(text).unwrap()
    }

    #[test]
    fn reads_both_kinds() {
        let contract = nip("19880307 2023 21 1 011");
        assert_eq!(contract.as_str(), "198803072023211011");
        assert_eq!(contract.to_string(), "19880307 202321 1 011");
        assert_eq!(contract.birth_date(), Some(date!(1988 - 03 - 07)));
        assert_eq!(contract.appointed(), Some((2023, None)));
        assert_eq!((contract.kind(), contract.sex()), (NipKind::Pppk, Some(Sex::Male)));
        assert!(contract.warnings().is_empty());
        assert_eq!(format!("{contract:?}"), "Nip(••••••••••••••1011)");

        let tenured = nip("197512102005012003");
        assert_eq!(tenured.appointed(), Some((2005, Some(1))));
        assert_eq!((tenured.kind(), tenured.sex()), (NipKind::Pns, Some(Sex::Female)));
        assert!(tenured.warnings().is_empty());
    }

    #[test]
    fn refuses_with_the_reason() {
        use NipError::{Censored, Empty, NotDigits, RoundedByExcel, WrongLength};
        for (text, error) in [
            ("", Empty),
            ("-", Empty),
            ("1,97512E+17", RoundedByExcel),
            ("1.98803E+17", RoundedByExcel),
            ("19880307**********", Censored),
            ("131234567", WrongLength { found: 9 }),
            ("NIP. 197512102005012003", NotDigits),
        ] {
            assert_eq!(Nip::parse(text), Err(error), "{text}");
        }
        assert_eq!(Nip::from_number(197_512_102_005_012_000.0), Err(RoundedByExcel));
        assert_eq!(Nip::from_number(131_234_567.0), Err(WrongLength { found: 9 }));
    }

    #[test]
    fn warns_and_never_refuses() {
        use NipWarning::*;
        for (text, warnings) in [
            ("197513102005012003", vec![ImpossibleBirthDate]),
            ("197512102005132003", vec![ImpossibleAppointment]),
            ("197512101905012003", vec![ImpossibleAppointment]),
            ("197512101990012003", vec![AppointedTooYoung]),
            ("197512102005013003", vec![UnknownSex]),
            ("197512102005012000", vec![SerialZero]),
            ("000000000000000000", vec![ImpossibleBirthDate, ImpossibleAppointment, UnknownSex, SerialZero]),
        ] {
            assert_eq!(nip(text).warnings(), warnings, "{text}");
        }
    }

    proptest! {
        #[test]
        fn print_and_parse(text in "[0-9]{18}") {
            let nip = Nip::parse(&text).unwrap();
            prop_assert_eq!(nip.as_str(), text.as_str());
            prop_assert_eq!(Nip::parse(&nip.to_string()), Ok(nip.clone()));
            prop_assert_eq!(nip.warnings().contains(&NipWarning::UnknownSex), nip.sex().is_none());
        }

        #[test]
        fn never_panics(text in any::<String>(), value in any::<f64>()) {
            let _ = Nip::parse(&text);
            prop_assert!(Nip::from_number(value).is_err());
        }
    }
}
