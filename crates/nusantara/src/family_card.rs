//! The number of a family card (kartu keluarga, KK).

use std::fmt;

use crate::digits;
use crate::nik::{NikError, sixteen_digits};
use crate::territory::TerritoryCode;

/// A family card number: 16 digits, area and date of issue and a serial.
///
/// It changes when the family splits or moves, so it is no lasting key of a family. It has no check
/// digit; only the length is checked. `Debug` shows only the last four digits, and there is
/// no `Display`: writing the number out takes [`FamilyCardNumber::as_str`].
///
/// Source: UU 23/2006 article 61 (the card and its number).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FamilyCardNumber(String);

impl FamilyCardNumber {
    /// Reads 16 digits; spaces, dots, apostrophes, hyphens and invisible marks are dropped.
    ///
    /// # Errors
    /// [`NikError`], by what is wrong first.
    pub fn parse(text: &str) -> Result<FamilyCardNumber, NikError> {
        sixteen_digits(text).map(FamilyCardNumber)
    }

    /// Judges a number out of a spreadsheet cell, which is never accepted: a spreadsheet keeps 15
    /// digits of 16.
    ///
    /// # Errors
    /// Always, as in [`crate::nik::Nik::from_number`].
    pub fn from_number(value: f64) -> Result<FamilyCardNumber, NikError> {
        Err(digits::from_number(value).into())
    }

    /// The 16 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The subdistrict that issued the card; none when the digits are no code.
    #[must_use]
    pub fn issued_in(&self) -> Option<TerritoryCode> {
        TerritoryCode::parse(self.0.get(..6)?).ok()
    }

    /// Whether the number ends in `0000`, as after a trip through a spreadsheet number.
    #[must_use]
    pub fn looks_rounded(&self) -> bool {
        self.0.ends_with("0000")
    }

    /// The number with all but the last four digits hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        digits::masked(&self.0)
    }
}

impl fmt::Debug for FamilyCardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FamilyCardNumber({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_masks_and_refuses_like_a_nik() {
        let card = FamilyCardNumber::parse("150101 120319 0007").unwrap();
        assert_eq!(card.as_str(), "1501011203190007");
        assert_eq!(card.issued_in(), TerritoryCode::parse("15.01.01").ok());
        assert_eq!(format!("{card:?}"), "FamilyCardNumber(••••••••••••0007)");
        assert!(!card.looks_rounded());
        assert!(FamilyCardNumber::parse("1501011203190000").unwrap().looks_rounded());
        assert_eq!(FamilyCardNumber::parse("1,50101E+15"), Err(NikError::RoundedByExcel));
        assert_eq!(FamilyCardNumber::parse("150101********07"), Err(NikError::Censored));
        assert_eq!(FamilyCardNumber::parse("1501"), Err(NikError::WrongLength { found: 4 }));
        assert_eq!(FamilyCardNumber::from_number(1_501_011_203_190_007.0), Err(NikError::RoundedByExcel));
    }

    proptest! {
        #[test]
        fn round_trip(text in "[0-9]{16}") {
            let card = FamilyCardNumber::parse(&text).unwrap();
            prop_assert_eq!(FamilyCardNumber::parse(card.as_str()).unwrap(), card);
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = FamilyCardNumber::parse(&text);
        }
    }
}
