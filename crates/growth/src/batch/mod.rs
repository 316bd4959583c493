//! Many children at once: columns in, columns out.
//!
//! The same z-scores and flags as [`Child::z_scores`](crate::Child::z_scores), cell by cell, at a multiple of
//! its speed: logarithm and power are polynomials that the processor computes for several children at once
//! (AVX2 where there is, chosen when the program runs; NEON). Whatever lies outside their range, in a tail
//! or within 1e-6 of a rounding edge is computed the plain way, so that nothing but raw scores (by less than
//! 1e-9) can differ. Nothing is allocated; split the slices to use several threads.
//!
//! ```
//! use asuh_growth::batch::{Ages, Columns, Scores, z_scores};
//! use asuh_growth::{Indicator, Interpolation, Oedema, Posture, Sex};
//!
//! let columns = Columns {
//!     sex: &[Some(Sex::Male), Some(Sex::Female)],
//!     age: Ages::Days(&[858.0, 365.0]),
//!     weight: &[10.6, 7.0],
//!     length: &[81.5, f64::NAN],
//!     posture: &[Some(Posture::Lying), None],
//!     ..Columns::default()
//! };
//! let (mut length, mut weight) = ([0.0; 2], [0.0; 2]);
//! let mut flagged = [[false; 2]; 2];
//! let [length_flags, weight_flags] = &mut flagged;
//! z_scores(
//!     &columns,
//!     Interpolation::AsWho,
//!     &mut [
//!         Scores::new(Indicator::LengthForAge, &mut length, length_flags),
//!         Scores::new(Indicator::WeightForAge, &mut weight, weight_flags),
//!     ],
//! )?;
//! assert_eq!(length[0], -2.95);
//! assert!(length[1].is_nan());
//! assert_eq!(weight, [-1.73, -2.05]);
//! # Ok::<(), asuh_growth::batch::ColumnError>(())
//! ```

mod chunk;
mod polynomial;
mod rows;

use crate::{Indicator, Interpolation, Oedema, Posture, Sex};

/// Ages of all children.
#[derive(Debug, Clone, Copy)]
pub enum Ages<'a> {
    /// In days.
    Days(&'a [f64]),
    /// In months of 30.4375 days.
    Months(&'a [f64]),
}

impl Ages<'_> {
    fn len(&self) -> usize {
        match self {
            Ages::Days(ages) | Ages::Months(ages) => ages.len(),
        }
    }
}

/// The measurements, one child a place. NaN means not known. Sex and age are needed; any other column may be
/// empty, and then nobody has that measurement.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Sex.
    pub sex: &'a [Option<Sex>],
    /// Age. A child whose age is negative or infinite gets no score at all.
    pub age: Ages<'a>,
    /// Weight, kg.
    pub weight: &'a [f64],
    /// Length or height, cm.
    pub length: &'a [f64],
    /// How the length was taken.
    pub posture: &'a [Option<Posture>],
    /// Oedema.
    pub oedema: &'a [Oedema],
    /// Head circumference, cm.
    pub head: &'a [f64],
    /// Arm circumference, cm.
    pub arm: &'a [f64],
    /// Triceps skinfold, mm.
    pub triceps: &'a [f64],
    /// Subscapular skinfold, mm.
    pub subscapular: &'a [f64],
}

impl Default for Columns<'_> {
    fn default() -> Self {
        Columns {
            sex: &[],
            age: Ages::Days(&[]),
            weight: &[],
            length: &[],
            posture: &[],
            oedema: &[],
            head: &[],
            arm: &[],
            triceps: &[],
            subscapular: &[],
        }
    }
}

/// Where the scores of one indicator go.
#[derive(Debug)]
pub struct Scores<'a> {
    indicator: Indicator,
    z: &'a mut [f64],
    flagged: &'a mut [bool],
    raw: Option<&'a mut [f64]>,
}

impl<'a> Scores<'a> {
    /// Rounded scores, NaN where there is none, and whether they are implausible.
    pub fn new(indicator: Indicator, z: &'a mut [f64], flagged: &'a mut [bool]) -> Scores<'a> {
        Scores { indicator, z, flagged, raw: None }
    }

    /// Also the scores before rounding.
    #[must_use]
    pub fn with_raw(self, raw: &'a mut [f64]) -> Scores<'a> {
        Scores { raw: Some(raw), ..self }
    }
}

/// Columns of different lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the column {column} has {found} rows, not {wanted}")]
pub struct ColumnError {
    /// Which one.
    pub column: &'static str,
    /// Its length.
    pub found: usize,
    /// The length of the column of sexes.
    pub wanted: usize,
}

/// Writes the z-scores of all children. Memory is that of the slices.
///
/// # Errors
/// [`ColumnError`] where the columns differ in length; nothing is written then.
pub fn z_scores(
    columns: &Columns<'_>,
    interpolation: Interpolation,
    outputs: &mut [Scores<'_>],
) -> Result<(), ColumnError> {
    check(columns, outputs)?;
    chunk::fastest(columns, interpolation, outputs);
    Ok(())
}

/// The same without the instructions that are chosen when the program runs: for tests, which compare both.
#[doc(hidden)]
pub fn z_scores_portable(
    columns: &Columns<'_>,
    interpolation: Interpolation,
    outputs: &mut [Scores<'_>],
) -> Result<(), ColumnError> {
    check(columns, outputs)?;
    chunk::portable(columns, interpolation, outputs);
    Ok(())
}

fn check(columns: &Columns<'_>, outputs: &[Scores<'_>]) -> Result<(), ColumnError> {
    let wanted = columns.sex.len();
    let same = |column, found| {
        if found == wanted { Ok(()) } else { Err(ColumnError { column, found, wanted }) }
    };
    same("age", columns.age.len())?;
    for (name, found) in [
        ("weight", columns.weight.len()),
        ("length", columns.length.len()),
        ("posture", columns.posture.len()),
        ("oedema", columns.oedema.len()),
        ("head", columns.head.len()),
        ("arm", columns.arm.len()),
        ("triceps", columns.triceps.len()),
        ("subscapular", columns.subscapular.len()),
    ] {
        if found != 0 {
            same(name, found)?;
        }
    }
    for scores in outputs {
        same("z", scores.z.len())?;
        same("flagged", scores.flagged.len())?;
        if let Some(raw) = &scores.raw {
            same("raw", raw.len())?;
        }
    }
    Ok(())
}
