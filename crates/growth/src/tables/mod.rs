//! The figures of WHO, as they are compiled in: L, M and S by day, millimetre or month.
//!
//! Source and holder of the figures: World Health Organization. How they came here and the form of
//! `who.bin`: `data-src/README.md`.

use std::sync::LazyLock;

use crate::Sex;

/// L, M and S of one age or length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lms {
    /// The power that makes the distribution normal (Box-Cox); never 0 in WHO's tables.
    pub l: f64,
    /// The median, in the unit of the measurement.
    pub m: f64,
    /// The coefficient of variation.
    pub s: f64,
}

impl Lms {
    /// The point `share` of the way from here to `other`.
    pub(crate) fn towards(self, other: Lms, share: f64) -> Lms {
        Lms {
            l: self.l + share * (other.l - self.l),
            m: self.m + share * (other.m - self.m),
            s: self.s + share * (other.s - self.s),
        }
    }
}

/// One of WHO's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableName {
    /// Length or height for age, by day, cm.
    LengthForAge,
    /// Weight for age, by day, kg.
    WeightForAge,
    /// Body mass index for age, by day, kg/m².
    BmiForAge,
    /// Head circumference for age, by day, cm.
    HeadForAge,
    /// Arm circumference for age, by day from 91, cm.
    ArmForAge,
    /// Triceps skinfold for age, by day from 91, mm.
    TricepsForAge,
    /// Subscapular skinfold for age, by day from 91, mm.
    SubscapularForAge,
    /// Weight for length, by millimetre from 450 to 1100, kg.
    WeightForLength,
    /// Weight for height, by millimetre from 650 to 1200, kg.
    WeightForHeight,
    /// WHO 2007, height for age, by month from 60 to 228, cm.
    HeightForAge2007,
    /// WHO 2007, weight for age, by month from 60 to 120, kg.
    WeightForAge2007,
    /// WHO 2007, body mass index for age, by month from 60 to 228, kg/m².
    BmiForAge2007,
}

impl TableName {
    /// All tables, in the order in which they are stored.
    pub const ALL: [TableName; 12] = [
        TableName::LengthForAge,
        TableName::WeightForAge,
        TableName::BmiForAge,
        TableName::HeadForAge,
        TableName::ArmForAge,
        TableName::TricepsForAge,
        TableName::SubscapularForAge,
        TableName::WeightForLength,
        TableName::WeightForHeight,
        TableName::HeightForAge2007,
        TableName::WeightForAge2007,
        TableName::BmiForAge2007,
    ];

    /// The table's name in `data-src/checksums.txt`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            TableName::LengthForAge => "lhfa",
            TableName::WeightForAge => "wfa",
            TableName::BmiForAge => "bfa",
            TableName::HeadForAge => "hcfa",
            TableName::ArmForAge => "acfa",
            TableName::TricepsForAge => "tsfa",
            TableName::SubscapularForAge => "ssfa",
            TableName::WeightForLength => "wfl",
            TableName::WeightForHeight => "wfh",
            TableName::HeightForAge2007 => "hfa2007",
            TableName::WeightForAge2007 => "wfa2007",
            TableName::BmiForAge2007 => "bfa2007",
        }
    }

    /// The rows for one sex.
    pub(crate) fn of(self, sex: Sex) -> &'static Table {
        &TABLES[self as usize][sex as usize]
    }

    /// The row of a day, millimetre or month, for one sex.
    ///
    /// ```
    /// use asuh_growth::{Sex, TableName};
    ///
    /// // The line of the chart below which a girl of one year is stunted.
    /// let row = TableName::LengthForAge.row(Sex::Female, 365).expect("within the standard");
    /// assert_eq!(format!("{:.1} cm", row.measure(-2.0)), "68.9 cm");
    /// ```
    #[must_use]
    pub fn row(self, sex: Sex, key: u32) -> Option<Lms> {
        self.of(sex).at(key)
    }

    /// Every row for one sex, with its key: the day, millimetre or month.
    pub fn rows(self, sex: Sex) -> impl ExactSizeIterator<Item = (u32, Lms)> {
        let table = self.of(sex);
        table.rows.iter().enumerate().map(|(place, row)| (table.first + place as u32, *row))
    }
}

/// The rows of one table for one sex, one for every key from `first` on.
#[derive(Debug)]
pub(crate) struct Table {
    first: u32,
    rows: Vec<Lms>,
}

impl Table {
    /// The row of a day, millimetre or month.
    pub(crate) fn at(&self, key: u32) -> Option<Lms> {
        self.rows.get(key.checked_sub(self.first)? as usize).copied()
    }

    /// The first key that has a row.
    pub(crate) fn first(&self) -> u32 {
        self.first
    }

    /// The last key that has a row.
    pub(crate) fn last(&self) -> u32 {
        self.first + (self.rows.len() as u32).saturating_sub(1)
    }
}

static PACKED: &[u8] = include_bytes!("who.bin");

/// Decoded once, in a millisecond. By place in [`TableName::ALL`], then by sex.
static TABLES: LazyLock<[[Table; 2]; 12]> = LazyLock::new(|| {
    let mut bytes = PACKED.iter().copied();
    std::array::from_fn(|_| std::array::from_fn(|_| table(&mut bytes)))
});

fn table(bytes: &mut impl Iterator<Item = u8>) -> Table {
    let first = number(bytes) as u32;
    let count = number(bytes) as usize;
    // Dividing whole numbers below 2^53 by a power of ten gives the double nearest to the decimal.
    let l = column(bytes, count, 1e4);
    let m = column(bytes, count, 1e4);
    let s = column(bytes, count, 1e5);
    let rows = l.iter().zip(&m).zip(&s).map(|((&l, &m), &s)| Lms { l, m, s }).collect();
    Table { first, rows }
}

/// A column of second differences.
fn column(bytes: &mut impl Iterator<Item = u8>, count: usize, unit: f64) -> Vec<f64> {
    let (mut value, mut slope) = (0, 0);
    (0..count)
        .map(|_| {
            slope += number(bytes);
            value += slope;
            value as f64 / unit
        })
        .collect()
}

/// A zigzag varint.
fn number(bytes: &mut impl Iterator<Item = u8>) -> i64 {
    let (mut zigzag, mut shift) = (0_u64, 0);
    for byte in bytes {
        zigzag |= u64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte < 0x80 {
            break;
        }
    }
    (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)
}
