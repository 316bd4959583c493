//! Who is sent on from the posyandu, and how fast.

use crate::{Child, Indicator, Oedema};

use super::status::plausible;
use super::{ArmStatus, MonthlyReading, MonthlyStatus};

/// The lines of the card KMS, as z-scores of weight for age. A district edits them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReferralLines {
    /// Below it a child is BGM (bawah garis merah).
    pub red: f64,
    /// Above it a child is referred as well; `None` where this is not done.
    pub orange: Option<f64>,
}

impl Default for ReferralLines {
    /// The red line at -3, the orange one at +1.
    fn default() -> ReferralLines {
        ReferralLines { red: -3.0, orange: Some(1.0) }
    }
}

/// Why a child is sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Reason {
    /// Oedema of both feet.
    Oedema,
    /// Weight for length below -3 (gizi buruk).
    SeverelyWasted,
    /// Arm below 11.5 cm at 6 to 59 months.
    ThinArm,
    /// Below the red line (BGM).
    BelowRedLine,
    /// Not gained twice in a row (2T).
    TwiceNotGained,
    /// Not gained (T).
    NotGained,
    /// Above the orange line.
    AboveOrangeLine,
}

/// How fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Urgency {
    /// To be seen by a health worker.
    Soon,
    /// Severe acute malnutrition: today.
    Today,
}

impl Reason {
    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Reason::Oedema => "oedema",
            Reason::SeverelyWasted => "severely_wasted",
            Reason::ThinArm => "thin_arm",
            Reason::BelowRedLine => "below_red_line",
            Reason::TwiceNotGained => "twice_not_gained",
            Reason::NotGained => "not_gained",
            Reason::AboveOrangeLine => "above_orange_line",
        }
    }

    /// How fast such a child has to be seen.
    #[must_use]
    pub fn urgency(self) -> Urgency {
        match self {
            Reason::Oedema | Reason::SeverelyWasted | Reason::ThinArm => Urgency::Today,
            _ => Urgency::Soon,
        }
    }
}

/// A child to be sent on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Referral {
    /// All reasons, the gravest first; never empty.
    pub reasons: Vec<Reason>,
    /// That of the gravest.
    pub urgency: Urgency,
}

/// What referrals look at. The signs may be of several days, where not everything was measured on the last one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Signs {
    /// Oedema of both feet.
    pub oedema: Oedema,
    /// The plausible z-score of weight for length.
    pub weight_for_length: Option<f64>,
    /// The plausible z-score of weight for age.
    pub weight_for_age: Option<f64>,
    /// The arm.
    pub arm: Option<ArmStatus>,
    /// The month's reading of the weight.
    pub month: Option<MonthlyReading>,
}

impl Signs {
    /// The signs of one day and, where there is one, the month's reading. An implausible score is no sign: such a
    /// child is measured again.
    #[must_use]
    pub fn of(child: &Child, month: Option<&MonthlyReading>) -> Signs {
        let z = |indicator| plausible(child.z_score(indicator)).ok();
        Signs {
            oedema: child.oedema,
            weight_for_length: z(Indicator::WeightForLength),
            weight_for_age: z(Indicator::WeightForAge),
            arm: ArmStatus::of(child),
            month: month.copied(),
        }
    }

    /// Whether a child with these signs is referred.
    #[must_use]
    pub fn refer(&self, lines: &ReferralLines) -> Option<Referral> {
        let not_gained =
            self.month.is_some_and(|month| matches!(month.status, Some(MonthlyStatus::NotGained(_))));
        let twice = self.month.is_some_and(|month| month.twice_not_gained);
        let weight = self.weight_for_age;
        let mut reasons: Vec<Reason> = [
            (Reason::Oedema, self.oedema == Oedema::Present),
            (Reason::SeverelyWasted, self.weight_for_length.is_some_and(|z| z < -3.0)),
            (Reason::ThinArm, self.arm == Some(ArmStatus::SeverelyWasted)),
            (Reason::BelowRedLine, weight.is_some_and(|z| z < lines.red)),
            (Reason::TwiceNotGained, twice),
            (Reason::NotGained, not_gained && !twice),
            (Reason::AboveOrangeLine, weight.zip(lines.orange).is_some_and(|(z, line)| z > line)),
        ]
        .into_iter()
        .filter_map(|(reason, holds)| holds.then_some(reason))
        .collect();
        reasons.sort();
        let urgency = reasons.iter().map(|reason| reason.urgency()).max()?;
        Some(Referral { reasons, urgency })
    }
}

/// Whether a child is referred: by the measurements of the day and, where there is one, the month's reading of
/// its weight.
///
/// ```
/// use asuh_growth::indonesia::{Reason, ReferralLines, Urgency, refer};
/// use asuh_growth::{Age, Centimetres, Child};
///
/// let child = Child {
///     age: Some(Age::from_whole_days(400)),
///     arm: Some(Centimetres(11.2)),
///     ..Child::default()
/// };
/// let referral = refer(&child, None, &ReferralLines::default()).expect("a thin arm");
/// assert_eq!((referral.urgency, referral.reasons), (Urgency::Today, vec![Reason::ThinArm]));
/// ```
#[must_use]
pub fn refer(child: &Child, month: Option<&MonthlyReading>, lines: &ReferralLines) -> Option<Referral> {
    Signs::of(child, month).refer(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indonesia::{Month, Shortfall};
    use crate::{Age, Kilograms, Length, Sex, TableName};

    fn girl(z: f64) -> Child {
        let (_, row) = TableName::WeightForAge.rows(Sex::Female).nth(600).expect("day 600");
        Child {
            sex: Some(Sex::Female),
            age: Some(Age::from_whole_days(600)),
            weight: Some(Kilograms(row.measure(z))),
            ..Child::default()
        }
    }

    fn month(status: MonthlyStatus, twice_not_gained: bool) -> MonthlyReading {
        let month = Month::new(2026, 5).expect("May");
        MonthlyReading { month, status: Some(status), gain: None, twice_not_gained }
    }

    fn reasons(child: &Child, month: Option<&MonthlyReading>) -> Vec<Reason> {
        refer(child, month, &ReferralLines::default()).map(|referral| referral.reasons).unwrap_or_default()
    }

    #[test]
    fn below_red_and_above_orange() {
        assert_eq!(reasons(&girl(-3.02), None), [Reason::BelowRedLine]);
        assert_eq!(reasons(&girl(-3.0), None), []);
        assert_eq!(reasons(&girl(1.0), None), []);
        assert_eq!(reasons(&girl(1.02), None), [Reason::AboveOrangeLine]);
        let lines = ReferralLines { red: -2.0, orange: None };
        assert_eq!(refer(&girl(2.0), None, &lines), None);
        assert!(refer(&girl(-2.5), None, &lines).is_some());
    }

    #[test]
    fn a_month_without_gain() {
        let short = MonthlyStatus::NotGained(Shortfall::Flat);
        assert_eq!(reasons(&girl(0.0), Some(&month(short, false))), [Reason::NotGained]);
        assert_eq!(reasons(&girl(0.0), Some(&month(short, true))), [Reason::TwiceNotGained]);
        for good in [MonthlyStatus::Gained, MonthlyStatus::First, MonthlyStatus::NotWeighedBefore] {
            assert_eq!(reasons(&girl(0.0), Some(&month(good, false))), []);
        }
    }

    #[test]
    fn severe_wasting_goes_today() {
        let thin = Child { length: Some(Length::lying(80.0)), weight: Some(Kilograms(7.3)), ..girl(0.0) };
        let referral = refer(&thin, None, &ReferralLines::default()).expect("thin");
        assert_eq!(referral.urgency, Urgency::Today);
        assert_eq!(referral.reasons[0], Reason::SeverelyWasted);
        let swollen = Child { oedema: Oedema::Present, ..girl(0.0) };
        assert_eq!(reasons(&swollen, None), [Reason::Oedema]);
        // A weight that cannot be is measured again, not referred.
        let implausible = Child { weight: Some(Kilograms(2.0)), ..girl(0.0) };
        assert_eq!(reasons(&implausible, None), []);
    }
}
