//! The eight indicators of the WHO Child Growth Standards.

use crate::score::Limits;
use crate::tables::TableName;

/// What is compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Indicator {
    /// Length or height for age (PB/U, TB/U): stunting.
    LengthForAge,
    /// Weight for age (BB/U): underweight.
    WeightForAge,
    /// Weight for length or height (BB/PB, BB/TB): wasting and overweight.
    WeightForLength,
    /// Body mass index for age (IMT/U).
    BmiForAge,
    /// Head circumference for age (LK/U).
    HeadForAge,
    /// Mid-upper arm circumference for age (LILA/U).
    ArmForAge,
    /// Triceps skinfold for age.
    TricepsForAge,
    /// Subscapular skinfold for age.
    SubscapularForAge,
}

impl Indicator {
    /// All eight, in the order of WHO's software.
    pub const ALL: [Indicator; 8] = [
        Indicator::LengthForAge,
        Indicator::WeightForAge,
        Indicator::WeightForLength,
        Indicator::BmiForAge,
        Indicator::HeadForAge,
        Indicator::ArmForAge,
        Indicator::TricepsForAge,
        Indicator::SubscapularForAge,
    ];

    /// The four that need weight and length only.
    pub const WEIGHT_AND_LENGTH: [Indicator; 4] =
        [Indicator::LengthForAge, Indicator::WeightForAge, Indicator::WeightForLength, Indicator::BmiForAge];

    /// WHO's short name, as in the columns `zlen`, `flen`: `len`, `wei`, `wfl`, `bmi`, `hc`, `ac`, `ts`, `ss`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Indicator::LengthForAge => "len",
            Indicator::WeightForAge => "wei",
            Indicator::WeightForLength => "wfl",
            Indicator::BmiForAge => "bmi",
            Indicator::HeadForAge => "hc",
            Indicator::ArmForAge => "ac",
            Indicator::TricepsForAge => "ts",
            Indicator::SubscapularForAge => "ss",
        }
    }

    /// The z-scores, after rounding, beyond which a measurement is flagged as implausible.
    #[must_use]
    pub fn limits(self) -> Limits {
        match self {
            Indicator::LengthForAge => Limits { low: -6.0, high: 6.0 },
            Indicator::WeightForAge => Limits { low: -6.0, high: 5.0 },
            _ => Limits { low: -5.0, high: 5.0 },
        }
    }

    /// Whether the tails beyond 3 are straightened. Length and head are distributed normally and need none.
    #[must_use]
    pub fn restricted(self) -> bool {
        !matches!(self, Indicator::LengthForAge | Indicator::HeadForAge)
    }

    /// Whether oedema makes it meaningless.
    #[must_use]
    pub fn hidden_by_oedema(self) -> bool {
        matches!(self, Indicator::WeightForAge | Indicator::WeightForLength | Indicator::BmiForAge)
    }

    /// The table by day, where there is one.
    pub(crate) fn by_day(self) -> Option<TableName> {
        match self {
            Indicator::LengthForAge => Some(TableName::LengthForAge),
            Indicator::WeightForAge => Some(TableName::WeightForAge),
            Indicator::WeightForLength => None,
            Indicator::BmiForAge => Some(TableName::BmiForAge),
            Indicator::HeadForAge => Some(TableName::HeadForAge),
            Indicator::ArmForAge => Some(TableName::ArmForAge),
            Indicator::TricepsForAge => Some(TableName::TricepsForAge),
            Indicator::SubscapularForAge => Some(TableName::SubscapularForAge),
        }
    }
}
