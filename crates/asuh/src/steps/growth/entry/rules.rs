//! What may be recorded of a child on a day, and what is unusual enough to measure again.

use asuh_growth::{Age, Child, Indicator, Kilograms, Length, Oedema, Posture};
use asuh_nusantara::{Sex, age};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::steps::growth::rules::{PLAUSIBLE_HEIGHT, PLAUSIBLE_WEIGHT, Position};

/// From this age in completed months on there is no standard, and no measurement of the posyandu is recorded.
pub(in crate::steps::growth) const TOO_OLD: u32 = 60;
/// From this day of life on a child is measured standing (24 months; Permenkes 2/2020, WHO).
pub(in crate::steps::growth) const STANDING_FROM_DAY: i64 = 731;
/// A child that is shorter than before by more than this many millimetres was measured wrongly once.
const SHRUNK: i64 = 10;
/// A child is this many millimetres shorter standing than lying.
const STANDING_LOSS: i64 = 7;

/// What no child below five years can have: a slip that is refused outright, in grams and millimetres.
const WEIGHT: std::ops::RangeInclusive<i64> = 200..=100_000;
const HEIGHT: std::ops::RangeInclusive<i64> = 200..=2_000;
const ARM: std::ops::RangeInclusive<i64> = 30..=600;
const HEAD: std::ops::RangeInclusive<i64> = 150..=800;

/// What was read off scales, board and tape.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Weight in grams.
    pub weight_g: Option<i64>,
    /// Length or height in millimetres.
    pub height_mm: Option<i64>,
    /// How it was taken.
    pub position: Option<Position>,
    /// Upper arm (LiLA) in millimetres.
    pub arm_mm: Option<i64>,
    /// Head in millimetres.
    pub head_mm: Option<i64>,
    /// Oedema of both feet: 0 none, 1 to 3 its grade; `None` = not looked at.
    pub oedema: Option<i64>,
    /// The cadre's letter: N, T, O, B.
    pub gain: Option<String>,
}

/// A measure of [`Taken`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::steps::growth) enum Measure {
    Weight,
    Height,
    Arm,
    Head,
}

impl Measure {
    /// All, in the order of the form.
    pub(in crate::steps::growth) const ALL: [Measure; 4] =
        [Measure::Weight, Measure::Height, Measure::Arm, Measure::Head];

    /// Its field of the form.
    pub(in crate::steps::growth) fn field(self) -> &'static str {
        match self {
            Measure::Weight => "berat",
            Measure::Height => "tinggi",
            Measure::Arm => "lila",
            Measure::Head => "kepala",
        }
    }

    /// Its value out of what was typed, in grams or millimetres: kilograms with two decimals, centimetres with
    /// one, after point or comma.
    ///
    /// # Errors
    /// A translation key: no number, or nothing that a child can have.
    pub(in crate::steps::growth) fn read(self, text: &str) -> Result<i64, &'static str> {
        let (decimals, factor, possible, wrong) = match self {
            Measure::Weight => (2, 10, WEIGHT, "growth.entry.error.kilograms"),
            Measure::Height => (1, 1, HEIGHT, "growth.entry.error.centimetres"),
            Measure::Arm => (1, 1, ARM, "growth.entry.error.centimetres"),
            Measure::Head => (1, 1, HEAD, "growth.entry.error.centimetres"),
        };
        let value = asuh_nusantara::number::parse_decimal(text, decimals).map_err(|_| wrong)? * factor;
        if !possible.contains(&value) {
            return Err("growth.entry.error.impossible");
        }
        Ok(value)
    }
}

impl Taken {
    /// Whether nothing was measured.
    pub(in crate::steps::growth) fn is_nothing(&self) -> bool {
        self.weight_g.is_none() && self.height_mm.is_none() && self.arm_mm.is_none() && self.head_mm.is_none()
    }

    /// The same values always give the same text: what a person confirmed is compared with it.
    pub(in crate::steps::growth) fn fingerprint(&self) -> String {
        let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let position = self.position.map_or("", Position::code);
        let all = [self.weight_g, self.height_mm, self.arm_mm, self.head_mm, self.oedema].map(number);
        format!("{}/{position}", all.join("/"))
    }
}

/// Why a day cannot be a day of measuring, as a translation key.
///
/// # Errors
/// It lies in the future, before the birth, or the child was five years old.
pub(in crate::steps::growth) fn check_day(birth: Date, on: Date, today: Date) -> Result<(), &'static str> {
    if on > today {
        return Err("growth.entry.error.future");
    }
    match age::completed_months(birth, on) {
        None => Err("growth.entry.error.before_birth"),
        Some(months) if months >= TOO_OLD => Err("growth.entry.error.too_old"),
        Some(_) => Ok(()),
    }
}

/// How a child of this age is measured: lying below 24 months, standing from then on.
pub(in crate::steps::growth) fn usual_position(birth: Date, on: Date) -> Position {
    match age::days(birth, on) {
        Some(days) if days >= STANDING_FROM_DAY => Position::Standing,
        _ => Position::Lying,
    }
}

/// An earlier height of the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::steps::growth) struct Earlier {
    pub(in crate::steps::growth) height_mm: i64,
    pub(in crate::steps::growth) position: Option<Position>,
    pub(in crate::steps::growth) on: Date,
}

/// What is unusual about a measurement: reason to measure again, none to refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::steps::growth) enum Unusual {
    /// Beyond what a child of that age weighs, in grams.
    Weight(i64),
    /// Beyond the heights of children, in millimetres.
    Height(i64),
    /// A z-score outside WHO's plausible range, in hundredths.
    Score(Indicator, i64),
    /// Shorter than before, by so many millimetres when both are counted as lying.
    Shrunk(i64, Earlier),
}

impl Unusual {
    /// Its stable code, as kept with the measurement; translation key `growth.unusual.<code>`.
    pub(in crate::steps::growth) fn code(self) -> &'static str {
        match self {
            Unusual::Weight(_) => "weight",
            Unusual::Height(_) => "height",
            Unusual::Score(Indicator::WeightForAge, _) => "weight_for_age",
            Unusual::Score(Indicator::LengthForAge, _) => "length_for_age",
            Unusual::Score(Indicator::WeightForLength, _) => "weight_for_length",
            Unusual::Score(Indicator::BmiForAge, _) => "bmi_for_age",
            Unusual::Score(Indicator::HeadForAge, _) => "head_for_age",
            Unusual::Score(..) => "arm_for_age",
            Unusual::Shrunk(..) => "shrunk",
        }
    }
}

/// What is unusual about what was taken of a child on a day, with its latest height before.
pub(in crate::steps::growth) fn unusual(
    sex: Option<Sex>,
    birth: Date,
    on: Date,
    taken: &Taken,
    earlier: Option<Earlier>,
) -> Vec<Unusual> {
    let mut found = Vec::new();
    found.extend(taken.weight_g.filter(|weight| !PLAUSIBLE_WEIGHT.contains(weight)).map(Unusual::Weight));
    found.extend(taken.height_mm.filter(|height| !PLAUSIBLE_HEIGHT.contains(height)).map(Unusual::Height));
    let scores = child(sex, birth, on, taken).z_scores();
    found.extend(scores.iter().filter_map(|(indicator, score)| {
        let score = score.ok().filter(|score| score.flagged)?;
        Some(Unusual::Score(indicator, (score.z * 100.0).round() as i64))
    }));
    let lying = |height: i64, position| match position {
        Some(Position::Standing) => height + STANDING_LOSS,
        _ => height,
    };
    if let (Some(height), Some(before)) = (taken.height_mm, earlier) {
        let less = lying(before.height_mm, before.position) - lying(height, taken.position);
        if less > SHRUNK && before.on <= on {
            found.push(Unusual::Shrunk(less, before));
        }
    }
    found
}

/// The child as the growth library takes it.
fn child(sex: Option<Sex>, birth: Date, on: Date, taken: &Taken) -> Child {
    let centimetres = |mm: i64| asuh_growth::Centimetres(mm as f64 / 10.0);
    let days = age::days(birth, on).and_then(|days| u32::try_from(days).ok());
    Child {
        sex: sex.map(|sex| match sex {
            Sex::Male => asuh_growth::Sex::Male,
            Sex::Female => asuh_growth::Sex::Female,
        }),
        age: days.map(Age::from_whole_days),
        weight: taken.weight_g.map(|grams| Kilograms(grams as f64 / 1000.0)),
        length: taken.height_mm.map(|mm| Length {
            taken: centimetres(mm),
            posture: taken.position.map(|position| match position {
                Position::Lying => Posture::Lying,
                Position::Standing => Posture::Standing,
            }),
        }),
        oedema: if taken.oedema.is_some_and(|grade| grade > 0) { Oedema::Present } else { Oedema::Absent },
        head: taken.head_mm.map(centimetres),
        arm: taken.arm_mm.map(centimetres),
        ..Child::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    const BIRTH: Date = date!(2024 - 01 - 01);

    #[test]
    fn numbers_are_read_as_cadres_type_them() {
        for (measure, text, value) in [
            (Measure::Weight, "10,6", Ok(10_600)),
            (Measure::Weight, "10.65", Ok(10_650)),
            (Measure::Weight, " 9 ", Ok(9_000)),
            (Measure::Weight, "2.000", Err("growth.entry.error.kilograms")),
            (Measure::Weight, "10,655", Err("growth.entry.error.kilograms")),
            (Measure::Weight, "sepuluh", Err("growth.entry.error.kilograms")),
            (Measure::Weight, "-3", Err("growth.entry.error.impossible")),
            (Measure::Weight, "0", Err("growth.entry.error.impossible")),
            (Measure::Weight, "1060", Err("growth.entry.error.impossible")),
            (Measure::Height, "81,5", Ok(815)),
            (Measure::Height, "81,55", Err("growth.entry.error.centimetres")),
            (Measure::Height, "815", Err("growth.entry.error.impossible")),
            (Measure::Arm, "14.5", Ok(145)),
            (Measure::Head, "47", Ok(470)),
        ] {
            assert_eq!(measure.read(text), value, "{measure:?} {text}");
        }
    }

    #[test]
    fn a_day_lies_within_the_first_five_years() {
        let today = date!(2026 - 11 - 02);
        for (birth, on, wanted) in [
            (BIRTH, date!(2026 - 11 - 02), Ok(())),
            (BIRTH, date!(2026 - 11 - 03), Err("growth.entry.error.future")),
            (BIRTH, date!(2023 - 12 - 31), Err("growth.entry.error.before_birth")),
            (date!(2021 - 11 - 02), date!(2026 - 11 - 01), Ok(())),
            (date!(2021 - 11 - 02), date!(2026 - 11 - 02), Err("growth.entry.error.too_old")),
        ] {
            assert_eq!(check_day(birth, on, today), wanted, "{birth} {on}");
        }
        assert_eq!(usual_position(BIRTH, date!(2025 - 12 - 31)), Position::Lying);
        assert_eq!(usual_position(BIRTH, date!(2026 - 01 - 01)), Position::Standing);
    }

    #[test]
    fn what_is_unusual_is_said_and_what_is_usual_is_not() {
        let on = date!(2026 - 01 - 05);
        let codes = |taken: Taken, earlier| {
            let found = unusual(Some(Sex::Male), BIRTH, on, &taken, earlier);
            found.into_iter().map(Unusual::code).collect::<Vec<_>>()
        };
        let taken = |kilograms: f64, height_mm| Taken {
            weight_g: Some((kilograms * 1000.0) as i64),
            height_mm: Some(height_mm),
            position: Some(Position::Standing),
            ..Taken::default()
        };
        assert_eq!(codes(taken(11.0, 840), None), [""; 0]);
        assert_eq!(codes(taken(45.0, 840), None)[0], "weight");
        assert!(codes(taken(3.0, 840), None).contains(&"weight_for_age"));
        let before = |height_mm, position| {
            Some(Earlier { height_mm, position: Some(position), on: date!(2025 - 12 - 05) })
        };
        // 1 cm less is scatter; lying before and standing now is 0.7 cm of posture.
        assert_eq!(codes(taken(11.0, 840), before(850, Position::Standing)), [""; 0]);
        assert_eq!(codes(taken(11.0, 840), before(851, Position::Standing)), ["shrunk"]);
        assert_eq!(codes(taken(11.0, 840), before(857, Position::Lying)), [""; 0]);
        assert_eq!(codes(taken(11.0, 840), before(858, Position::Lying)), ["shrunk"]);
    }

    #[test]
    fn a_fingerprint_changes_with_every_value() {
        let one = Taken { weight_g: Some(10_600), height_mm: Some(815), ..Taken::default() };
        let other = Taken { position: Some(Position::Standing), ..one.clone() };
        assert_eq!(one.fingerprint(), one.clone().fingerprint());
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert!(Taken { gain: Some("N".into()), ..Taken::default() }.is_nothing());
    }
}
