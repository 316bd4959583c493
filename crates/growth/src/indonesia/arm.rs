//! Mid-upper arm circumference (LILA), the tape of the village.

use crate::Child;

/// The arm of a child of 6 to 59 months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ArmStatus {
    /// Below 11.5 cm.
    SeverelyWasted,
    /// 11.5 to below 12.5 cm.
    Wasted,
    /// 12.5 cm and more.
    Normal,
}

impl ArmStatus {
    /// By the circumference in cm, for a child of 6 to 59 months. `None` for what cannot be an arm.
    #[must_use]
    pub fn from_cm(cm: f64) -> Option<ArmStatus> {
        match cm {
            cm if cm.is_nan() || cm <= 0.0 => None,
            cm if cm < 11.5 => Some(ArmStatus::SeverelyWasted),
            cm if cm < 12.5 => Some(ArmStatus::Wasted),
            _ => Some(ArmStatus::Normal),
        }
    }

    /// The arm of a child; `None` where it was not measured, or the child is not 6 to 59 months old.
    #[must_use]
    pub fn of(child: &Child) -> Option<ArmStatus> {
        let months = child.age?.months();
        (6.0..60.0).contains(&months).then_some(())?;
        ArmStatus::from_cm(child.arm?.0)
    }

    /// The word on the screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ArmStatus::SeverelyWasted => "Gizi buruk",
            ArmStatus::Wasted => "Gizi kurang",
            ArmStatus::Normal => "Normal",
        }
    }
}

/// Whether a pregnant woman's arm, in cm, tells of chronic energy deficiency (KEK): below 23.5 cm.
#[must_use]
pub fn has_chronic_energy_deficiency(cm: f64) -> bool {
    cm < 23.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Age, Centimetres};

    #[test]
    fn arms_by_their_edges_and_ages() {
        let of = |days, cm| {
            let child = Child {
                age: Some(Age::from_whole_days(days)),
                arm: Some(Centimetres(cm)),
                ..Child::default()
            };
            ArmStatus::of(&child).map(ArmStatus::name)
        };
        assert_eq!(of(400, 11.49), Some("Gizi buruk"));
        assert_eq!(of(400, 11.5), Some("Gizi kurang"));
        assert_eq!(of(400, 12.5), Some("Normal"));
        assert_eq!(of(182, 11.0), None, "below six months");
        assert_eq!(of(183, 11.0), Some("Gizi buruk"));
        assert_eq!(of(1826, 11.0), Some("Gizi buruk"));
        assert_eq!(of(1827, 11.0), None);
        assert_eq!(of(400, f64::NAN), None);
        assert_eq!(of(400, 0.0), None);
    }

    #[test]
    fn mothers_below_23_5() {
        assert!(has_chronic_energy_deficiency(23.4) && !has_chronic_energy_deficiency(23.5));
    }
}
