//! What is known of a person in one row of a list.

use time::{Date, Month};

use crate::keys::{Keys, blocking_keys};
use crate::name::Name;
use crate::rarity::Frequencies;

/// A number that is only ever compared: the keyed hash of a NIK, a family card or a family code (KKI).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64);

impl Key {
    /// The key of a hash or any other bytes that are equal for equal numbers, as FNV-1a with a last mixing. Two
    /// of a million numbers share a key by chance once in 37 million lists.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Key {
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Key(mixed(hash))
    }
}

/// The last step of SplitMix64: every bit of the input moves every bit of the output.
pub(crate) fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// How a NIK was given. Only a number of 16 digits has a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Nik {
    /// None.
    #[default]
    Missing,
    /// Some digits hidden, as e-PPGBM exports them.
    Censored,
    /// A spreadsheet took it for a number and lost the last digits.
    Rounded,
    /// Known to be another person's, mostly the mother's.
    Dummy(Key),
    /// 16 digits that do not fit the birth date or sex beside them: the number or they may be mistyped.
    Doubtful(Key),
    /// 16 digits about which nothing is odd.
    Whole(Key),
}

impl Nik {
    /// The key, where there are 16 digits.
    #[must_use]
    pub fn key(self) -> Option<Key> {
        match self {
            Nik::Whole(key) | Nik::Doubtful(key) | Nik::Dummy(key) => Some(key),
            Nik::Missing | Nik::Censored | Nik::Rounded => None,
        }
    }

    /// Whether both are whole numbers, and other ones.
    pub(crate) fn conflicts(self, other: Nik) -> bool {
        matches!((self, other), (Nik::Whole(one), Nik::Whole(two)) if one != two)
    }
}

/// Sex as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// Laki-laki.
    Male,
    /// Perempuan.
    Female,
}

/// How exact a birth date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// The day.
    Day,
    /// The month and year; the day means nothing.
    Month,
    /// Reckoned from an age: the year may be one off, day and month mean nothing.
    FromAge,
}

/// A birth date with its precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Birth {
    /// The date, or one within the known month or year.
    pub date: Date,
    /// How much of it is known.
    pub precision: Precision,
}

impl Birth {
    /// An exact birth date.
    #[must_use]
    pub fn on(date: Date) -> Birth {
        Birth { date, precision: Precision::Day }
    }

    /// Whether so many are said to be born on this day that it says little: 1 January, 1 July, 31 December, all
    /// three written where only a year was known.
    #[must_use]
    pub fn is_heaped(self) -> bool {
        matches!(
            (self.date.month(), self.date.day()),
            (Month::January | Month::July, 1) | (Month::December, 31)
        )
    }
}

/// A person in a row of a list; what the row does not say is left at its default.
///
/// Names are as they were written. A child has a mother and a father; a married grown-up a partner. A row that
/// names one parent without saying which gives it as the mother. Families are linked in the same way: the mother
/// of a child's row, with the father as her partner, is a record like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Record<'a> {
    /// The person's number.
    pub nik: Nik,
    /// The number of the family card (KK).
    pub kk: Option<Key>,
    /// BKKBN's number of the family (KKI).
    pub kki: Option<Key>,
    /// The birth date.
    pub birth: Option<Birth>,
    /// The sex.
    pub sex: Option<Sex>,
    /// The name.
    pub name: &'a str,
    /// The mother's name.
    pub mother: &'a str,
    /// The father's name.
    pub father: &'a str,
    /// The name of wife or husband.
    pub partner: &'a str,
    /// The village's Kemendagri code as a number of ten digits (6203011006), as it is on the day of the list.
    pub village: Option<i64>,
    /// Neighbourhood within the village (RW).
    pub rw: Option<u16>,
    /// Neighbourhood within the RW (RT).
    pub rt: Option<u16>,
}

/// A record made ready for comparing: names read, numbers kept. About 450 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Profile {
    pub(crate) name: Name,
    pub(crate) mother: Name,
    pub(crate) father: Name,
    pub(crate) partner: Name,
    pub(crate) birth: Option<Birth>,
    pub(crate) nik: Nik,
    pub(crate) kk: Option<Key>,
    pub(crate) kki: Option<Key>,
    pub(crate) village: i64,
    pub(crate) rw: u16,
    pub(crate) rt: u16,
    pub(crate) sex: Option<Sex>,
    pub(crate) keys: Keys,
}

impl Profile {
    /// Reads a record. The frequencies decide what each word of a name weighs; profiles that are compared with one
    /// another are read with the same.
    #[must_use]
    pub fn read(record: &Record<'_>, frequencies: &Frequencies) -> Profile {
        let name = |text| Name::read(text, frequencies);
        Profile {
            name: name(record.name),
            mother: name(record.mother),
            father: name(record.father),
            partner: name(record.partner),
            birth: record.birth,
            nik: record.nik,
            kk: record.kk,
            kki: record.kki,
            village: record.village.unwrap_or(0),
            rw: record.rw.unwrap_or(0),
            rt: record.rt.unwrap_or(0),
            sex: record.sex,
            keys: blocking_keys(record),
        }
    }

    /// Its blocking keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }
}
