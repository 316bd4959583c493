//! Who may be fed, and what came of it. Pure.

use serde::{Deserialize, Serialize};

/// How a person stands: grams, millimetres of the arm, z-scores times 100; what is not known is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// Weight.
    pub weight_g: Option<i64>,
    /// Upper arm (LiLA).
    pub arm_mm: Option<i64>,
    /// Weight for age.
    pub waz: Option<i64>,
    /// Weight for length.
    pub whz: Option<i64>,
}

/// What came of feeding that went on to its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Above the line again (-2 SD; an arm of 23.5 cm).
    Recovered,
    /// Not yet, but gaining as it should at that age.
    Gaining,
    /// Neither: a health worker looks for the cause.
    NotGaining,
}

impl Outcome {
    /// Its stable code, also the state of the enrolment.
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Recovered => "recovered",
            Outcome::Gaining => "gaining",
            Outcome::NotGaining => "not_gaining",
        }
    }
}

/// An arm below this shows chronic energy deficiency (KEK) of a pregnant woman: 23.5 cm, in millimetres.
pub(super) const THIN_ARM: i64 = 235;
/// Least gain of a pregnant woman in thirty days, grams: about what the guides give for those who were thin.
pub(super) const PREGNANT_GAIN: i64 = 1_000;

/// Why somebody is not among those whom a programme is for; `None`: it is for them. `gain`: the last letter (N, T, O, B).
pub(super) fn beside_target(target: &str, stand: &Stand, gain: Option<&str>) -> Option<&'static str> {
    let below = |z: Option<i64>| z.is_some_and(|z| z < -200);
    let fits = match target {
        "wasted" => below(stand.whz),
        "underweight" => below(stand.waz),
        "not_gaining" => gain == Some("T"),
        "pregnant_thin" => stand.arm_mm.is_some_and(|arm| arm < THIN_ARM),
        _ => true,
    };
    (!fits).then_some(match target {
        "pregnant_thin" => "kitchen.refused.arm",
        _ => "kitchen.refused.not_target",
    })
}

/// What came of it by rule. `least_gain`: grams that a person of that age should have gained in the days that it was fed.
/// `None`: too little is known, weigh first.
pub fn outcome(target: &str, start: &Stand, end: &Stand, least_gain: i64) -> Option<Outcome> {
    let over = |z: Option<i64>| z.map(|z| z >= -200);
    let recovered = match target {
        "wasted" => over(end.whz),
        "underweight" => over(end.waz),
        "pregnant_thin" => end.arm_mm.map(|arm| arm >= THIN_ARM),
        _ => Some(false),
    };
    if recovered == Some(true) {
        return Some(Outcome::Recovered);
    }
    let gained = end.weight_g? - start.weight_g?;
    Some(if gained >= least_gain { Outcome::Gaining } else { Outcome::NotGaining })
}

/// The least gain of a month, for so many days, rounded to the nearest gram.
pub(super) fn least_gain(month: i64, days: i64) -> i64 {
    (month * days + 15) / 30
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stand(weight: i64, waz: i64, whz: i64) -> Stand {
        Stand { weight_g: Some(weight), arm_mm: None, waz: Some(waz), whz: Some(whz) }
    }

    #[test]
    fn the_end_is_judged_by_rule() {
        let start = stand(7_600, -217, -230);
        for (target, end, least, expected) in [
            ("wasted", stand(8_400, -180, -200), 400, Some(Outcome::Recovered)),
            ("wasted", stand(8_000, -210, -201), 400, Some(Outcome::Gaining)),
            ("wasted", stand(7_999, -210, -201), 400, Some(Outcome::NotGaining)),
            ("underweight", stand(7_700, -200, -230), 400, Some(Outcome::Recovered)),
            ("not_gaining", stand(8_400, -100, -100), 400, Some(Outcome::Gaining)),
            ("not_gaining", stand(7_500, -100, -100), 100, Some(Outcome::NotGaining)),
            ("wasted", Stand::default(), 400, None),
        ] {
            assert_eq!(outcome(target, &start, &end, least), expected, "{target} {end:?}");
        }
        let thin = Stand { weight_g: Some(45_000), arm_mm: Some(220), ..Stand::default() };
        let well = Stand { arm_mm: Some(235), ..Stand::default() };
        assert_eq!(outcome("pregnant_thin", &thin, &well, 4_000), Some(Outcome::Recovered));
        assert_eq!(least_gain(200, 14), 93);
        assert_eq!(least_gain(200, 56), 373);
    }

    #[test]
    fn a_programme_is_for_its_own() {
        let wasted = stand(7_600, -150, -230);
        assert_eq!(beside_target("wasted", &wasted, None), None);
        assert_eq!(beside_target("underweight", &wasted, None), Some("kitchen.refused.not_target"));
        assert_eq!(beside_target("not_gaining", &wasted, Some("T")), None);
        assert_eq!(beside_target("not_gaining", &wasted, Some("N")), Some("kitchen.refused.not_target"));
        assert_eq!(beside_target("pregnant_thin", &wasted, None), Some("kitchen.refused.arm"));
        assert_eq!(beside_target("other", &Stand::default(), None), None);
    }
}
