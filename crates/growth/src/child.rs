//! What was measured of one child, in types that keep units, postures and sexes apart.

use crate::age::{Age, FIRST_STANDING_DAY, STANDING_FROM_MONTHS};

/// Sex, on which every standard depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Sex {
    /// A boy; 1 in WHO's files.
    Male,
    /// A girl; 2 in WHO's files.
    Female,
}

impl Sex {
    /// Both, in WHO's order.
    pub const ALL: [Sex; 2] = [Sex::Male, Sex::Female];

    /// Reads the codes of WHO's software: `1`, `m`, `M`, `2`, `f`, `F`. `None` for anything else.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Sex> {
        match code {
            "1" | "m" | "M" => Some(Sex::Male),
            "2" | "f" | "F" => Some(Sex::Female),
            _ => None,
        }
    }

    /// WHO's code: 1 for boys, 2 for girls.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Sex::Male => "1",
            Sex::Female => "2",
        }
    }
}

/// How the length was taken. A child is some 0.7 cm longer lying than standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Posture {
    /// Recumbent length (telentang), for children below 24 months.
    Lying,
    /// Standing height (berdiri), from 24 months on.
    Standing,
}

impl Posture {
    /// Reads the codes of WHO's software: `l`, `L` (length), `h`, `H` (height). `None` for anything else.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Posture> {
        match code {
            "l" | "L" => Some(Posture::Lying),
            "h" | "H" => Some(Posture::Standing),
            _ => None,
        }
    }

    /// WHO's code: `l` or `h`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Posture::Lying => "l",
            Posture::Standing => "h",
        }
    }
}

/// Pitting oedema of both feet. Its water makes a starving child heavy, so no weight is judged with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Oedema {
    /// None, or none recorded.
    #[default]
    Absent,
    /// Seen on both feet.
    Present,
}

impl Oedema {
    /// Reads the codes of WHO's software: `y`, `Y`, `1`, `n`, `N`, `2`. `None` for anything else.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Oedema> {
        match code {
            "y" | "Y" | "1" => Some(Oedema::Present),
            "n" | "N" | "2" => Some(Oedema::Absent),
            _ => None,
        }
    }
}

/// A weight in kilograms.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Kilograms(pub f64);

/// A length, height or circumference in centimetres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Centimetres(pub f64);

/// A skinfold in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Millimetres(pub f64);

/// A length with the posture it was taken in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Length {
    /// As it was read from the board.
    pub taken: Centimetres,
    /// Lying or standing; `None` where nobody wrote it down.
    pub posture: Option<Posture>,
}

impl Length {
    /// Taken lying (telentang).
    #[must_use]
    pub fn lying(cm: f64) -> Length {
        Length { taken: Centimetres(cm), posture: Some(Posture::Lying) }
    }

    /// Taken standing (berdiri).
    #[must_use]
    pub fn standing(cm: f64) -> Length {
        Length { taken: Centimetres(cm), posture: Some(Posture::Standing) }
    }

    /// Nobody wrote down how: it is used as it is.
    #[must_use]
    pub fn unknown_posture(cm: f64) -> Length {
        Length { taken: Centimetres(cm), posture: None }
    }
}

/// One child on the day of a measurement. What is not known stays out; a value that is not a number (NaN)
/// counts as not measured.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Child {
    /// Sex.
    pub sex: Option<Sex>,
    /// Age on that day.
    pub age: Option<Age>,
    /// Body weight.
    pub weight: Option<Kilograms>,
    /// Length or height.
    pub length: Option<Length>,
    /// Oedema of both feet.
    pub oedema: Oedema,
    /// Head circumference.
    pub head: Option<Centimetres>,
    /// Mid-upper arm circumference (LILA).
    pub arm: Option<Centimetres>,
    /// Triceps skinfold.
    pub triceps: Option<Millimetres>,
    /// Subscapular skinfold.
    pub subscapular: Option<Millimetres>,
}

/// The measurements after WHO's cleaning, as its software reports them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cleaned {
    /// Length with the 0.7 cm rule applied, cm, not rounded.
    pub length: Option<f64>,
    /// The posture that was believed.
    pub posture: Option<Posture>,
    /// Recorded standing below nine months: the posture is not believed, and nothing is added.
    pub standing_below_nine_months: bool,
    /// Body mass index from the length above, kg/m². Infinite for a length of 0, NaN for 0 kg over it.
    pub bmi: Option<f64>,
}

impl Child {
    /// Cleans posture and length as WHO does: below nine months a child does not stand; below 731 days a
    /// standing height gains 0.7 cm; from 731 days on a lying length loses 0.7 cm.
    #[must_use]
    pub fn cleaned(&self) -> Cleaned {
        let mut posture = self.length.and_then(|length| length.posture);
        let standing_below_nine_months = posture == Some(Posture::Standing)
            && self.age.is_some_and(|age| age.months() < STANDING_FROM_MONTHS);
        if standing_below_nine_months {
            posture = None;
        }
        let length = self.length.map(|length| length.taken.0).and_then(measured).map(|taken| {
            match (self.age.map(|age| age.days() < FIRST_STANDING_DAY), posture) {
                (Some(true), Some(Posture::Standing)) => taken + STANDING_LOSS,
                (Some(false), Some(Posture::Lying)) => taken - STANDING_LOSS,
                _ => taken,
            }
        });
        let bmi = self.weight.and_then(|weight| measured(weight.0)).zip(length).map(|(kg, cm)| bmi(kg, cm));
        Cleaned { length, posture, standing_below_nine_months, bmi }
    }
}

/// How much shorter a child is standing than lying, cm.
pub(crate) const STANDING_LOSS: f64 = 0.7;

/// Body mass index, kg/m².
#[inline(always)]
pub(crate) fn bmi(kg: f64, cm: f64) -> f64 {
    let metres = cm / 100.0;
    kg / (metres * metres)
}

/// NaN stands for a missing value.
pub(crate) fn measured(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}
