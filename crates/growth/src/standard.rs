//! The WHO Child Growth Standards, birth to 60 months, one child at a time.
//!
//! The rules are those of WHO's R package `anthro` 1.1.0, to the last cell.

use crate::age::FIRST_STANDING_DAY;
use crate::child::{Child, Cleaned, Posture, Sex, measured};
use crate::indicator::Indicator;
use crate::score::{NoScore, ZScore};
use crate::tables::{Lms, TableName};

/// How the table of weight for length and height is read between its rows of 0.1 cm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Interpolation {
    /// As WHO's software does, slip included: a child from 731 days on measured lying at 103.1 cm is
    /// 102.39999999999999 cm tall for the computer, which then takes 102.5 for the row above, and z is off by
    /// 0.01 to 0.03. No other length has this trap.
    #[default]
    AsWho,
    /// The row above is always the next one.
    Corrected,
}

/// The eight z-scores of a child, or for each the reason why it has none.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ZScores {
    /// The measurements as they were used.
    pub cleaned: Cleaned,
    scores: [Result<ZScore, NoScore>; 8],
}

impl ZScores {
    /// The z-score of one indicator.
    ///
    /// # Errors
    /// The reason why there is none.
    pub fn of(&self, indicator: Indicator) -> Result<ZScore, NoScore> {
        self.scores[indicator as usize]
    }

    /// All eight, in the order of [`Indicator::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Indicator, Result<ZScore, NoScore>)> {
        Indicator::ALL.into_iter().zip(self.scores)
    }
}

impl Child {
    /// All z-scores, as WHO's software computes them.
    ///
    /// ```
    /// use asuh_growth::{Age, Child, Indicator, Kilograms, Length, Sex};
    ///
    /// let child = Child {
    ///     sex: Some(Sex::Male),
    ///     age: Some(Age::from_whole_days(858)),
    ///     weight: Some(Kilograms(10.6)),
    ///     length: Some(Length::lying(81.5)),
    ///     ..Child::default()
    /// };
    /// let scores = child.z_scores();
    /// // From 24 months on a lying length loses 0.7 cm.
    /// assert_eq!(scores.cleaned.length, Some(81.5 - 0.7));
    /// assert_eq!(scores.of(Indicator::LengthForAge)?.z, -2.95);
    /// assert_eq!(scores.of(Indicator::WeightForAge)?.z, -1.73);
    /// assert_eq!(scores.of(Indicator::WeightForLength)?.z, -0.15);
    /// assert!(scores.of(Indicator::ArmForAge).is_err());
    /// # Ok::<(), asuh_growth::NoScore>(())
    /// ```
    #[must_use]
    pub fn z_scores(&self) -> ZScores {
        self.z_scores_with(Interpolation::AsWho)
    }

    /// All z-scores, with a choice how to interpolate.
    #[must_use]
    pub fn z_scores_with(&self, interpolation: Interpolation) -> ZScores {
        let cleaned = self.cleaned();
        let scores = Indicator::ALL.map(|indicator| self.score(&cleaned, indicator, interpolation));
        ZScores { cleaned, scores }
    }

    /// One z-score.
    ///
    /// # Errors
    /// The reason why there is none.
    pub fn z_score(&self, indicator: Indicator) -> Result<ZScore, NoScore> {
        self.score(&self.cleaned(), indicator, Interpolation::AsWho)
    }

    pub(crate) fn score(
        &self,
        cleaned: &Cleaned,
        indicator: Indicator,
        interpolation: Interpolation,
    ) -> Result<ZScore, NoScore> {
        match indicator.by_day() {
            Some(table) => self.for_age(cleaned, indicator, table),
            None => self.weight_for_length(cleaned, interpolation),
        }
    }

    fn for_age(&self, cleaned: &Cleaned, indicator: Indicator, table: TableName) -> Result<ZScore, NoScore> {
        let value = match indicator {
            Indicator::LengthForAge => cleaned.length,
            Indicator::WeightForAge => self.weight.map(|weight| weight.0),
            Indicator::BmiForAge => cleaned.bmi,
            Indicator::HeadForAge => self.head.map(|head| head.0),
            Indicator::ArmForAge => self.arm.map(|arm| arm.0),
            Indicator::TricepsForAge => self.triceps.map(|fold| fold.0),
            Indicator::SubscapularForAge => self.subscapular.map(|fold| fold.0),
            Indicator::WeightForLength => None,
        };
        let sex = self.sex.ok_or(NoScore::SexUnknown)?;
        let age = self.age.ok_or(NoScore::AgeUnknown)?;
        let value = value.and_then(measured).ok_or(NoScore::NotMeasured)?;
        if value <= 0.0 {
            return Err(NoScore::NotPositive);
        }
        if indicator.hidden_by_oedema() && self.oedema == crate::Oedema::Present {
            return Err(NoScore::Oedema);
        }
        let row = age.key().and_then(|day| table.of(sex).at(day)).ok_or(NoScore::AgeOutside)?;
        let raw = if indicator.restricted() { row.restricted_z(value) } else { row.z(value) };
        ZScore::new(raw, indicator.limits())
    }

    /// Here a weight of zero is not excluded: WHO's software gives it a finite, flagged z-score.
    fn weight_for_length(&self, cleaned: &Cleaned, interpolation: Interpolation) -> Result<ZScore, NoScore> {
        let sex = self.sex.ok_or(NoScore::SexUnknown)?;
        let cm = cleaned.length.ok_or(NoScore::NotMeasured)?;
        let kg = self.weight.and_then(|weight| measured(weight.0)).ok_or(NoScore::NotMeasured)?;
        if self.oedema == crate::Oedema::Present {
            return Err(NoScore::Oedema);
        }
        let lying = match self.age {
            Some(age) if age.key().is_none() => return Err(NoScore::AgeOutside),
            Some(age) => age.days() < FIRST_STANDING_DAY,
            None => match cleaned.posture {
                Some(posture) => posture == Posture::Lying,
                None => cm < LYING_BELOW_CM,
            },
        };
        let row = weight_row(sex, lying, cm, interpolation).ok_or(NoScore::LengthOutside)?;
        ZScore::new(row.restricted_z(kg), Indicator::WeightForLength.limits())
    }
}

/// Where neither age nor posture is known, shorter children are taken for lying.
pub(crate) const LYING_BELOW_CM: f64 = 87.0;

/// L, M and S of the weights of children of this length (`lying`) or height.
pub(crate) fn weight_row(sex: Sex, lying: bool, cm: f64, interpolation: Interpolation) -> Option<Lms> {
    let table = if lying { TableName::WeightForLength } else { TableName::WeightForHeight }.of(sex);
    let tenfold = (cm * 10.0).trunc();
    // Not `tenfold + 1`: the sum before truncating is WHO's, and with it its slip at 103.1 cm.
    let next = match interpolation {
        Interpolation::AsWho => (cm * 10.0 + 1.0).trunc(),
        Interpolation::Corrected => tenfold + 1.0,
    };
    if !(f64::from(table.first()) / 10.0..=f64::from(table.last()) / 10.0).contains(&cm) {
        return None;
    }
    let low = table.at(tenfold as u32)?;
    let share = (cm - tenfold / 10.0) / 0.1;
    if share > 0.0 { table.at(next as u32).map(|high| low.towards(high, share)) } else { Some(low) }
}
