//! The categories of Permenkes 2/2020 for 0 to 60 months. They go by the rounded z-score.

use crate::{Child, Indicator, NoScore, Oedema, ZScore};

use super::ArmStatus;

/// Why a child has no category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Unjudged {
    /// There is no z-score.
    #[error(transparent)]
    NoScore(NoScore),
    /// The z-score is implausible: measure again before anything is said about the child.
    #[error("the measurement is implausible")]
    Implausible,
}

/// Weight for age (BB/U).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum WeightStatus {
    /// z < -3.
    SeverelyUnderweight,
    /// -3 to < -2.
    Underweight,
    /// -2 to 1.
    Normal,
    /// > 1; weight for length or body mass index has to tell.
    RiskOfOverweight,
}

/// Length or height for age (PB/U, TB/U). Stunting is the lower two together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum LengthStatus {
    /// z < -3.
    SeverelyStunted,
    /// -3 to < -2.
    Stunted,
    /// -2 to 3.
    Normal,
    /// > 3.
    Tall,
}

/// Weight for length or height (BB/PB, BB/TB) and body mass index for age (IMT/U).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum NutritionStatus {
    /// z < -3, or oedema whatever the weight.
    SeverelyWasted,
    /// -3 to < -2.
    Wasted,
    /// -2 to 1.
    Normal,
    /// > 1 to 2.
    RiskOfOverweight,
    /// > 2 to 3.
    Overweight,
    /// > 3.
    Obese,
}

impl WeightStatus {
    /// By the rounded z-score.
    #[must_use]
    pub fn from_z(z: f64) -> WeightStatus {
        match z {
            z if z < -3.0 => WeightStatus::SeverelyUnderweight,
            z if z < -2.0 => WeightStatus::Underweight,
            z if z > 1.0 => WeightStatus::RiskOfOverweight,
            _ => WeightStatus::Normal,
        }
    }

    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            WeightStatus::SeverelyUnderweight => "severely_underweight",
            WeightStatus::Underweight => "underweight",
            WeightStatus::Normal => "normal",
            WeightStatus::RiskOfOverweight => "risk_of_overweight",
        }
    }

    /// The regulation's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            WeightStatus::SeverelyUnderweight => "Berat badan sangat kurang",
            WeightStatus::Underweight => "Berat badan kurang",
            WeightStatus::Normal => "Berat badan normal",
            WeightStatus::RiskOfOverweight => "Risiko berat badan lebih",
        }
    }
}

impl LengthStatus {
    /// By the rounded z-score.
    #[must_use]
    pub fn from_z(z: f64) -> LengthStatus {
        match z {
            z if z < -3.0 => LengthStatus::SeverelyStunted,
            z if z < -2.0 => LengthStatus::Stunted,
            z if z > 3.0 => LengthStatus::Tall,
            _ => LengthStatus::Normal,
        }
    }

    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            LengthStatus::SeverelyStunted => "severely_stunted",
            LengthStatus::Stunted => "stunted",
            LengthStatus::Normal => "normal",
            LengthStatus::Tall => "tall",
        }
    }

    /// The regulation's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LengthStatus::SeverelyStunted => "Sangat pendek",
            LengthStatus::Stunted => "Pendek",
            LengthStatus::Normal => "Normal",
            LengthStatus::Tall => "Tinggi",
        }
    }

    /// Whether it counts as stunting. The disease is for a physician to diagnose.
    #[must_use]
    pub fn is_stunted(self) -> bool {
        matches!(self, LengthStatus::SeverelyStunted | LengthStatus::Stunted)
    }
}

impl NutritionStatus {
    /// By the rounded z-score.
    #[must_use]
    pub fn from_z(z: f64) -> NutritionStatus {
        match z {
            z if z < -3.0 => NutritionStatus::SeverelyWasted,
            z if z < -2.0 => NutritionStatus::Wasted,
            z if z > 3.0 => NutritionStatus::Obese,
            z if z > 2.0 => NutritionStatus::Overweight,
            z if z > 1.0 => NutritionStatus::RiskOfOverweight,
            _ => NutritionStatus::Normal,
        }
    }

    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            NutritionStatus::SeverelyWasted => "severely_wasted",
            NutritionStatus::Wasted => "wasted",
            NutritionStatus::Normal => "normal",
            NutritionStatus::RiskOfOverweight => "risk_of_overweight",
            NutritionStatus::Overweight => "overweight",
            NutritionStatus::Obese => "obese",
        }
    }

    /// The regulation's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            NutritionStatus::SeverelyWasted => "Gizi buruk",
            NutritionStatus::Wasted => "Gizi kurang",
            NutritionStatus::Normal => "Gizi baik",
            NutritionStatus::RiskOfOverweight => "Berisiko gizi lebih",
            NutritionStatus::Overweight => "Gizi lebih",
            NutritionStatus::Obese => "Obesitas",
        }
    }
}

/// What the measurements of one day say.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reading {
    /// BB/U.
    pub weight_for_age: Result<WeightStatus, Unjudged>,
    /// PB/U or TB/U.
    pub length_for_age: Result<LengthStatus, Unjudged>,
    /// BB/PB or BB/TB.
    pub weight_for_length: Result<NutritionStatus, Unjudged>,
    /// IMT/U.
    pub bmi_for_age: Result<NutritionStatus, Unjudged>,
    /// LILA, 6 to 59 months.
    pub arm: Option<ArmStatus>,
}

impl Reading {
    /// Reads the measurements of a child.
    #[must_use]
    pub fn of(child: &Child) -> Reading {
        let scores = child.z_scores();
        let z = |indicator| plausible(scores.of(indicator));
        let nutrition = |indicator| match child.oedema {
            Oedema::Present => Ok(NutritionStatus::SeverelyWasted),
            Oedema::Absent => z(indicator).map(NutritionStatus::from_z),
        };
        Reading {
            weight_for_age: z(Indicator::WeightForAge).map(WeightStatus::from_z),
            length_for_age: z(Indicator::LengthForAge).map(LengthStatus::from_z),
            weight_for_length: nutrition(Indicator::WeightForLength),
            bmi_for_age: nutrition(Indicator::BmiForAge),
            arm: ArmStatus::of(child),
        }
    }
}

pub(super) fn plausible(score: Result<ZScore, NoScore>) -> Result<f64, Unjudged> {
    match score {
        Ok(score) if score.flagged => Err(Unjudged::Implausible),
        Ok(score) => Ok(score.z),
        Err(reason) => Err(Unjudged::NoScore(reason)),
    }
}

/// Born with less than 2500 g (BBLR).
#[must_use]
pub fn is_low_birth_weight(grams: f64) -> bool {
    grams < 2500.0
}

/// Born shorter than 48 cm, which Indonesian programmes count as short at birth.
#[must_use]
pub fn is_short_at_birth(cm: f64) -> bool {
    cm < 48.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Age, Kilograms, Length, Sex};

    #[test]
    fn categories_go_by_the_rounded_score_and_their_edges() {
        for (z, weight, length, nutrition) in [
            (-3.01, "Berat badan sangat kurang", "Sangat pendek", "Gizi buruk"),
            (-3.0, "Berat badan kurang", "Pendek", "Gizi kurang"),
            (-2.01, "Berat badan kurang", "Pendek", "Gizi kurang"),
            (-2.0, "Berat badan normal", "Normal", "Gizi baik"),
            (1.0, "Berat badan normal", "Normal", "Gizi baik"),
            (1.01, "Risiko berat badan lebih", "Normal", "Berisiko gizi lebih"),
            (2.0, "Risiko berat badan lebih", "Normal", "Berisiko gizi lebih"),
            (2.01, "Risiko berat badan lebih", "Normal", "Gizi lebih"),
            (3.0, "Risiko berat badan lebih", "Normal", "Gizi lebih"),
            (3.01, "Risiko berat badan lebih", "Tinggi", "Obesitas"),
        ] {
            assert_eq!(WeightStatus::from_z(z).name(), weight, "{z}");
            assert_eq!(LengthStatus::from_z(z).name(), length, "{z}");
            assert_eq!(LengthStatus::from_z(z).is_stunted(), z < -2.0, "{z}");
            assert_eq!(NutritionStatus::from_z(z).name(), nutrition, "{z}");
        }
    }

    fn child(days: u32, kg: f64, cm: f64) -> Child {
        Child {
            sex: Some(Sex::Male),
            age: Some(Age::from_whole_days(days)),
            weight: Some(Kilograms(kg)),
            length: Some(Length::unknown_posture(cm)),
            ..Child::default()
        }
    }

    #[test]
    fn oedema_is_severe_wasting_whatever_the_weight() {
        let swollen = Child { oedema: Oedema::Present, ..child(500, 10.0, 78.0) };
        let reading = Reading::of(&swollen);
        assert_eq!(reading.weight_for_length, Ok(NutritionStatus::SeverelyWasted));
        assert_eq!(reading.bmi_for_age, Ok(NutritionStatus::SeverelyWasted));
        assert_eq!(reading.weight_for_age, Err(Unjudged::NoScore(NoScore::Oedema)));
        assert!(reading.length_for_age.is_ok());
    }

    #[test]
    fn what_is_implausible_is_not_judged() {
        let reading = Reading::of(&child(987, 12.0, 72.0));
        assert_eq!(reading.length_for_age, Err(Unjudged::Implausible));
        assert_eq!(reading.weight_for_age, Ok(WeightStatus::Normal));
    }

    #[test]
    fn newborns_below_the_limits() {
        assert!(is_low_birth_weight(2499.0) && !is_low_birth_weight(2500.0));
        assert!(is_short_at_birth(47.9) && !is_short_at_birth(48.0));
    }
}
