//! The WHO Reference 2007 for school-age children and adolescents, 5 to 19 years.
//!
//! The rules are those of WHO's R package `anthroplus` 1.0.0: age in months with decimals, L, M and S
//! interpolated between months, height as it was taken.

use crate::child::{Centimetres, Kilograms, Oedema, Sex, bmi, measured};
use crate::score::{Limits, NoScore, ZScore};
use crate::tables::TableName;

/// One child or adolescent on the day of a measurement.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Pupil {
    /// Sex.
    pub sex: Option<Sex>,
    /// Age in months of 30.4375 days, with its fraction.
    pub age_months: Option<f64>,
    /// Standing height.
    pub height: Option<Centimetres>,
    /// Body weight.
    pub weight: Option<Kilograms>,
    /// Oedema of both feet.
    pub oedema: Oedema,
}

/// A number that cannot be; WHO's software refuses the whole file for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PupilError {
    /// An age below zero.
    #[error("the age is below zero")]
    NegativeAge,
    /// A height below zero.
    #[error("the height is below zero")]
    NegativeHeight,
    /// A weight below zero.
    #[error("the weight is below zero")]
    NegativeWeight,
}

/// The three z-scores of a pupil, or for each the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PupilScores {
    /// Body mass index, kg/m². Infinite for a height of 0, NaN for 0 kg over it.
    pub bmi: Option<f64>,
    /// Height for age, 60 to 228 months.
    pub height_for_age: Result<ZScore, NoScore>,
    /// Weight for age, 60 to 120 months; later weight says little without height.
    pub weight_for_age: Result<ZScore, NoScore>,
    /// Body mass index for age, 60 to 228 months.
    pub bmi_for_age: Result<ZScore, NoScore>,
}

const HEIGHT: Limits = Limits { low: -6.0, high: 6.0 };
const WEIGHT: Limits = Limits { low: -6.0, high: 5.0 };
const BMI: Limits = Limits { low: -5.0, high: 5.0 };

impl Pupil {
    /// The z-scores.
    ///
    /// ```
    /// use asuh_growth::who2007::Pupil;
    /// use asuh_growth::{Centimetres, Kilograms, Sex};
    ///
    /// let pupil = Pupil {
    ///     sex: Some(Sex::Female),
    ///     age_months: Some(100.5),
    ///     height: Some(Centimetres(120.0)),
    ///     weight: Some(Kilograms(22.0)),
    ///     ..Pupil::default()
    /// };
    /// let scores = pupil.z_scores()?;
    /// assert!(scores.height_for_age.is_ok_and(|score| score.z < -1.0));
    /// # Ok::<(), asuh_growth::who2007::PupilError>(())
    /// ```
    ///
    /// # Errors
    /// [`PupilError`] for an age, height or weight below zero. Zero is not refused: WHO's software computes
    /// with it, and the flags catch it.
    pub fn z_scores(&self) -> Result<PupilScores, PupilError> {
        let age = self.age_months.and_then(measured);
        let height = self.height.and_then(|height| measured(height.0));
        let weight = self.weight.and_then(|weight| measured(weight.0));
        if age.is_some_and(|age| age < 0.0) {
            return Err(PupilError::NegativeAge);
        }
        if height.is_some_and(|height| height < 0.0) {
            return Err(PupilError::NegativeHeight);
        }
        if weight.is_some_and(|weight| weight < 0.0) {
            return Err(PupilError::NegativeWeight);
        }
        let bmi = weight.zip(height).map(|(kg, cm)| bmi(kg, cm));
        let score = |table, value: Option<f64>, limits, weighs: bool| {
            let sex = self.sex.ok_or(NoScore::SexUnknown)?;
            let age = age.ok_or(NoScore::AgeUnknown)?;
            let value = value.and_then(measured).ok_or(NoScore::NotMeasured)?;
            if weighs && self.oedema == Oedema::Present {
                return Err(NoScore::Oedema);
            }
            let row = row(table, sex, age).ok_or(NoScore::AgeOutside)?;
            ZScore::new(if weighs { row.restricted_z(value) } else { row.z(value) }, limits)
        };
        Ok(PupilScores {
            bmi,
            height_for_age: score(TableName::HeightForAge2007, height, HEIGHT, false),
            weight_for_age: score(TableName::WeightForAge2007, weight, WEIGHT, true),
            bmi_for_age: score(TableName::BmiForAge2007, bmi, BMI, true),
        })
    }
}

fn row(table: TableName, sex: Sex, months: f64) -> Option<crate::Lms> {
    let rows = table.of(sex);
    if !(f64::from(rows.first())..=f64::from(rows.last())).contains(&months) {
        return None;
    }
    let month = months.trunc();
    let low = rows.at(month as u32)?;
    let share = months - month;
    if share > 0.0 { rows.at(month as u32 + 1).map(|high| low.towards(high, share)) } else { Some(low) }
}
