//! The NIK, the number of a person in the Indonesian population register.

use std::fmt;

use time::{Date, Month};

use crate::digits::{self, DigitsFault};
use crate::sex::Sex;
use crate::territory::TerritoryCode;

/// Why a text or a spreadsheet cell is not a number of 16 digits (NIK or family card). Carries no
/// part of the number, so it may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NikError {
    /// Nothing was written.
    #[error("the number is empty")]
    Empty,
    /// A spreadsheet took the text for a number and kept only 15 of its digits (`3.20101E+15`).
    /// The lost digit cannot be guessed: the column must be set to text at the source.
    #[error("a spreadsheet has rounded the number; set the column to text")]
    RoundedByExcel,
    /// Digits hidden by `*`, `x` or `•`, normal in exports of e-PPGBM.
    #[error("the number is partly hidden")]
    Censored,
    /// Only digits, but not 16 of them.
    #[error("the number must have 16 digits, found {found}")]
    WrongLength {
        /// How many digits were found.
        found: usize,
    },
    /// Something else than digits and separators.
    #[error("the number must be made of digits only")]
    NotDigits,
}

impl From<DigitsFault> for NikError {
    fn from(fault: DigitsFault) -> NikError {
        match fault {
            DigitsFault::Empty => NikError::Empty,
            DigitsFault::RoundedByExcel => NikError::RoundedByExcel,
            DigitsFault::Censored => NikError::Censored,
            DigitsFault::WrongLength(found) => NikError::WrongLength { found },
            DigitsFault::NotDigits => NikError::NotDigits,
        }
    }
}

/// Reads the 16 digits that a NIK and a family card number share.
pub(crate) fn sixteen_digits(text: &str) -> Result<String, NikError> {
    Ok(digits::exactly(text, 16)?)
}

/// What is odd about a NIK. Never a reason to refuse it: old numbers may disagree with the papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NikWarning {
    /// The birth date in the number is not the one given.
    BirthDateDiffers,
    /// The sex in the number is not the one given.
    SexDiffers,
    /// The number holds no date of the calendar up to today.
    ImpossibleBirthDate,
    /// The serial is `0000`, which is never issued: a spreadsheet may have rounded the number, see
    /// [`Nik::looks_rounded`].
    SerialZero,
}

/// A NIK (nomor induk kependudukan): 16 digits `PPKKCC DDMMYY SSSS`.
///
/// The first six are the subdistrict of first registration, not of today's address; then the birth
/// date, the day raised by 40 for women, without century; then a serial from 0001. There is no check
/// digit. Compared and ordered as text. `Debug` shows only the last four digits, and there is
/// no `Display`: writing a NIK out takes [`Nik::as_str`].
///
/// Source: UU 23/2006 article 13; PP 37/2007 article 37 (composition). A number once issued stays, even
/// when the birth date is corrected later.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nik(String);

impl Nik {
    /// Reads 16 digits; spaces, dots, apostrophes, hyphens and invisible marks are dropped.
    /// Only the length is checked, for the rest see [`Nik::warnings`].
    ///
    /// # Errors
    /// [`NikError`], by what is wrong first.
    pub fn parse(text: &str) -> Result<Nik, NikError> {
        sixteen_digits(text).map(Nik)
    }

    /// Judges a number out of a spreadsheet cell. It is never accepted: a spreadsheet keeps 15
    /// digits, so the last one of a NIK is lost even when it looks whole.
    ///
    /// # Errors
    /// Always: [`NikError::RoundedByExcel`] from 16 digits on, [`NikError::WrongLength`] below,
    /// [`NikError::NotDigits`] for fractions, negative and non-finite numbers.
    pub fn from_number(value: f64) -> Result<Nik, NikError> {
        Err(digits::from_number(value).into())
    }

    /// The 16 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The birth date in the number: the latest date with its day, month and two-digit year that is
    /// not after today. People over a hundred therefore come out a century too young. None if no
    /// such date exists.
    #[must_use]
    pub fn birth_date(&self, today: Date) -> Option<Date> {
        let (day, _) = self.day_and_sex()?;
        let month = self.month()?;
        let century = today.year() - today.year().rem_euclid(100);
        [century, century - 100]
            .into_iter()
            .filter_map(|start| Date::from_calendar_date(start + self.short_year(), month, day).ok())
            .find(|date| *date <= today)
    }

    /// The sex in the number: female when the day is above 40. Meaningless where the day is neither
    /// 1 to 31 nor 41 to 71; [`Nik::warnings`] then says [`NikWarning::ImpossibleBirthDate`].
    #[must_use]
    pub fn sex(&self) -> Sex {
        if digits::part(&self.0, 6, 2) > 40 { Sex::Female } else { Sex::Male }
    }

    /// The subdistrict where the person was first registered; none when the digits are no code.
    #[must_use]
    pub fn registered_in(&self) -> Option<TerritoryCode> {
        TerritoryCode::parse(self.0.get(..6)?).ok()
    }

    /// What is odd about the number, compared with the birth date and sex known from elsewhere.
    /// A birth date is compared by day, month and two-digit year, so that a person over a hundred
    /// raises no warning. Empty when all is well; at most one warning of each kind.
    #[must_use]
    pub fn warnings(&self, birth: Option<Date>, sex: Option<Sex>, today: Date) -> Vec<NikWarning> {
        let mut warnings = Vec::new();
        if self.birth_date(today).is_none() {
            warnings.push(NikWarning::ImpossibleBirthDate);
        } else if birth.is_some_and(|date| date > today || !self.encodes(date)) {
            warnings.push(NikWarning::BirthDateDiffers);
        }
        let own_sex = self.day_and_sex().map(|(_, sex)| sex);
        if own_sex.zip(sex).is_some_and(|(own, given)| own != given) {
            warnings.push(NikWarning::SexDiffers);
        }
        if self.looks_rounded() {
            warnings.push(NikWarning::SerialZero);
        }
        warnings
    }

    /// Whether the number ends in `0000`, as after a trip through a spreadsheet number. A careful
    /// importer may refuse such a number; [`Nik::parse`] does not.
    #[must_use]
    pub fn looks_rounded(&self) -> bool {
        self.0.ends_with("0000")
    }

    /// The number with all but the last four digits hidden: `••••••••••••0003`.
    #[must_use]
    pub fn masked(&self) -> String {
        digits::masked(&self.0)
    }

    /// Day of birth and sex, if the day digits hold both.
    fn day_and_sex(&self) -> Option<(u8, Sex)> {
        let day = digits::part(&self.0, 6, 2);
        let (day, sex) = if day > 40 { (day - 40, Sex::Female) } else { (day, Sex::Male) };
        let day = u8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
        Some((day, sex))
    }

    fn month(&self) -> Option<Month> {
        Month::try_from(u8::try_from(digits::part(&self.0, 8, 2)).ok()?).ok()
    }

    fn short_year(&self) -> i32 {
        digits::part(&self.0, 10, 2)
    }

    fn encodes(&self, date: Date) -> bool {
        self.day_and_sex().is_some_and(|(day, _)| day == date.day())
            && self.month() == Some(date.month())
            && self.short_year() == date.year().rem_euclid(100)
    }
}

impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nik({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 02);

    fn nik(text: &str) -> Nik {
        Nik::parse(text).unwrap()
    }

    #[test]
    fn reads_what_the_number_says() {
        let woman = nik("1501015508950003");
        assert_eq!(woman.birth_date(TODAY), Some(date!(1995 - 08 - 15)));
        assert_eq!(woman.sex(), Sex::Female);
        assert_eq!(woman.registered_in(), TerritoryCode::parse("15.01.01").ok());
        assert_eq!(woman.masked(), "••••••••••••0003");
        assert_eq!(format!("{woman:?}"), "Nik(••••••••••••0003)");
        assert!(woman.warnings(Some(date!(1995 - 08 - 15)), Some(Sex::Female), TODAY).is_empty());
        assert!(woman.warnings(None, None, TODAY).is_empty());
    }

    #[test]
    fn drops_separators() {
        for text in [
            "150101 550895 0003",
            "'1501015508950003",
            "15.01.01.550895.0003",
            "150101-550895-0003",
            "\u{202A}1501015508950003\u{202C}",
            "1501015508950003\u{A0}",
        ] {
            assert_eq!(nik(text).as_str(), "1501015508950003", "{text}");
        }
    }

    #[test]
    fn refuses_with_the_reason() {
        use NikError::{Censored, Empty, NotDigits, RoundedByExcel, WrongLength};
        for (text, error) in [
            ("", Empty),
            (" - ", Empty),
            ("3.20101E+15", RoundedByExcel),
            ("1,50101E+15", RoundedByExcel),
            ("150101**********", Censored),
            ("1501xxxxxxxxxxxx", Censored),
            ("••••••••••••0003", Censored),
            ("150101550895000", WrongLength { found: 15 }),
            ("15010155089500031", WrongLength { found: 17 }),
            ("belum ada", NotDigits),
            ("150101550895000A", NotDigits),
            ("1501015508950003/1501015508950004", NotDigits),
            ("١٥٠١٠١٥٥٠٨٩٥٠٠٠٣", NotDigits),
        ] {
            assert_eq!(Nik::parse(text), Err(error), "{text}");
        }
        assert_eq!(Nik::from_number(1_501_015_508_950_003.0), Err(RoundedByExcel));
        assert_eq!(Nik::from_number(1_501_015_508_950_000.0), Err(RoundedByExcel));
        assert_eq!(Nik::from_number(12.0), Err(WrongLength { found: 2 }));
        assert_eq!(Nik::from_number(f64::NAN), Err(NotDigits));
    }

    #[test]
    fn century_is_the_latest_possible() {
        assert_eq!(nik("1501010211260001").birth_date(TODAY), Some(date!(2026 - 11 - 02)));
        assert_eq!(nik("1501010311260001").birth_date(TODAY), Some(date!(1926 - 11 - 03)));
        assert_eq!(nik("1501012902000001").birth_date(TODAY), Some(date!(2000 - 02 - 29)));
        assert_eq!(nik("1501012902010001").birth_date(TODAY), None);
    }

    #[test]
    fn warns_and_never_refuses() {
        use NikWarning::{BirthDateDiffers, ImpossibleBirthDate, SerialZero, SexDiffers};
        let odd = nik("1501015508950000");
        assert!(odd.looks_rounded());
        assert_eq!(
            odd.warnings(Some(date!(1995 - 08 - 16)), Some(Sex::Male), TODAY),
            [BirthDateDiffers, SexDiffers, SerialZero]
        );
        for text in ["1501013508950003", "1501017208950003", "1501010008950003", "1501011513950003"] {
            let found = nik(text).warnings(Some(date!(1995 - 08 - 15)), None, TODAY);
            assert_eq!(found, [ImpossibleBirthDate], "{text}");
        }
        assert_eq!(nik("1501013508950003").warnings(None, Some(Sex::Female), TODAY), [ImpossibleBirthDate]);
        let old = nik("1501011508200003");
        assert!(old.warnings(Some(date!(1920 - 08 - 15)), Some(Sex::Male), TODAY).is_empty());
        let zeros = nik("0000000000000000");
        assert_eq!(zeros.registered_in(), None);
        assert_eq!(zeros.warnings(None, None, TODAY), [ImpossibleBirthDate, SerialZero]);
    }

    proptest! {
        #[test]
        fn built_from_date_and_sex_reads_back(
            days in 0_i32..36_500, female in any::<bool>(), place in 110_101_u32..=999_999, serial in 1_u16..10_000,
        ) {
            let birth = TODAY - time::Duration::days(days.into());
            let sex = if female { Sex::Female } else { Sex::Male };
            let day = birth.day() + if female { 40 } else { 0 };
            let text = format!(
                "{place:06}{day:02}{:02}{:02}{serial:04}", u8::from(birth.month()), birth.year() % 100
            );
            let nik = Nik::parse(&text).unwrap();
            prop_assert_eq!(nik.as_str(), &text);
            prop_assert_eq!(nik.birth_date(TODAY), Some(birth));
            prop_assert_eq!(nik.sex(), sex);
            prop_assert!(nik.warnings(Some(birth), Some(sex), TODAY).is_empty());
        }

        #[test]
        fn any_sixteen_digits_are_kept(text in "[0-9]{16}", days in 0_i32..3_000_000) {
            let today = Date::MIN + time::Duration::days(days.into());
            let nik = Nik::parse(&text).unwrap();
            prop_assert_eq!(nik.as_str(), text.as_str());
            prop_assert!(nik.birth_date(today).is_none_or(|date| date <= today));
            let _ = (nik.sex(), nik.registered_in(), nik.warnings(Some(TODAY), Some(Sex::Male), today));
            let shown = format!("{nik:?}");
            prop_assert!(!shown.contains(&text[..12]));
            prop_assert_eq!(Nik::parse(&nik.masked()), Err(NikError::Censored));
        }

        #[test]
        fn never_panics(text in any::<String>(), value in any::<f64>()) {
            let _ = Nik::parse(&text);
            prop_assert!(Nik::from_number(value).is_err());
        }
    }
}
