//! The columns of a child below five years, named as in WHO's software.

use asuh_growth::{Age, Centimetres, Child, Kilograms, Length, Millimetres, Oedema, Posture, Sex};

use super::FileError;
use super::reading::{Row, Why};
use super::table::Table;

/// Measurements, in the order of WHO's files.
const MEASURED: [&str; 6] = ["weight", "lenhei", "headc", "armc", "triskin", "subskin"];

/// Where the columns stand.
pub(super) struct ChildColumns {
    sex: usize,
    age: usize,
    in_months: Option<usize>,
    posture: Option<usize>,
    oedema: Option<usize>,
    measured: [Option<usize>; 6],
}

/// What a row says of a child. NaN means not known.
pub(super) struct Taken {
    pub(super) sex: Option<Sex>,
    pub(super) age: f64,
    /// Whether the age is one of months.
    pub(super) in_months: bool,
    pub(super) posture: Option<Posture>,
    pub(super) oedema: Oedema,
    /// Weight, length, head, arm, triceps, subscapular.
    pub(super) measured: [f64; 6],
}

impl ChildColumns {
    /// Sex, age and something measured have to be there.
    ///
    /// # Errors
    /// They are not.
    pub(super) fn find(table: &Table) -> Result<ChildColumns, FileError> {
        let (sex, age) = (table.need("sex")?, table.need("age")?);
        let measured = MEASURED.map(|name| table.find(name));
        if measured.iter().all(Option::is_none) {
            return Err(FileError::NothingMeasured(MEASURED.join(", ")));
        }
        Ok(ChildColumns {
            sex,
            age,
            in_months: table.find("is_age_in_month"),
            posture: table.find("measure"),
            oedema: table.find("oedema"),
            measured,
        })
    }

    /// Columns that a file may have and this one has not.
    pub(super) fn absent(&self, wanted: &[&str]) -> Vec<String> {
        let beside = [("measure", self.posture), ("oedema", self.oedema)];
        let all = MEASURED.into_iter().zip(self.measured).chain(beside);
        all.filter(|(name, place)| place.is_none() && wanted.contains(name))
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    /// Reads a row.
    #[inline]
    pub(super) fn take(&self, row: &mut Row<'_>) -> Taken {
        Taken {
            sex: row.code(Some(self.sex), Sex::from_code, Why::Sex),
            age: row.number_from_zero(Some(self.age)),
            in_months: row.code(self.in_months, in_months, Why::InMonths).unwrap_or(false),
            posture: row.code(self.posture, Posture::from_code, Why::Measure),
            oedema: row.code(self.oedema, Oedema::from_code, Why::Oedema).unwrap_or_default(),
            measured: self.measured.map(|column| row.number(column)),
        }
    }
}

/// As R writes truth.
fn in_months(code: &str) -> Option<bool> {
    match code {
        "1" | "TRUE" | "T" => Some(true),
        "0" | "FALSE" | "F" => Some(false),
        _ => None,
    }
}

impl Taken {
    /// The child; values that are not known stay out.
    #[inline]
    pub(super) fn child(&self) -> Child {
        let [weight, length, head, arm, triceps, subscapular] = self.measured;
        let age = if self.in_months { Age::from_months(self.age) } else { Age::from_days(self.age) };
        Child {
            sex: self.sex,
            // An age below zero was noted when it was read.
            age: age.ok(),
            weight: Some(Kilograms(weight)),
            length: Some(Length { taken: Centimetres(length), posture: self.posture }),
            oedema: self.oedema,
            head: Some(Centimetres(head)),
            arm: Some(Centimetres(arm)),
            triceps: Some(Millimetres(triceps)),
            subscapular: Some(Millimetres(subscapular)),
        }
    }
}
