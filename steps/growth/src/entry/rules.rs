//! What may be recorded of a child on a day, and what is unusual enough to measure again.

use asuh_growth::Indicator;
use asuh_nusantara::{age, number};
use asuh_store::{Id, Instant};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::norms::Norms;
use crate::reading::{Doubt, Taken};
use crate::rules::{PLAUSIBLE_HEIGHT, PLAUSIBLE_WEIGHT, Position};
use crate::standing::MeasuredChild;
use crate::standing::rules::{Computed, read};

/// From this age in completed months on there is no standard, and nothing is recorded.
pub(crate) const TOO_OLD: u32 = 60;
/// From this day of life on a child is measured standing (24 months; Permenkes 2/2020, WHO).
const STANDING_FROM_DAY: i64 = 731;

/// What no child below five years can have: a slip that is refused outright, in grams and millimetres.
const WEIGHT: std::ops::RangeInclusive<i64> = 200..=100_000;
const HEIGHT: std::ops::RangeInclusive<i64> = 200..=2_000;
const ARM: std::ops::RangeInclusive<i64> = 30..=600;
const HEAD: std::ops::RangeInclusive<i64> = 150..=800;

/// What was read off scales, board and tape.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
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
    /// Pitting oedema of both feet: 0 none, 1 to 3 its grade.
    pub oedema: i64,
    /// The cadre's letter: N, T, O, B.
    pub gain: Option<String>,
}

/// A number of [`Measures`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Weight,
    Height,
    Arm,
    Head,
}

impl Measure {
    /// All, in the order of the form.
    pub(crate) const ALL: [Measure; 4] = [Measure::Weight, Measure::Height, Measure::Arm, Measure::Head];

    /// Its field of the form.
    pub(crate) fn field(self) -> &'static str {
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
    pub(crate) fn read(self, text: &str) -> Result<i64, &'static str> {
        let (decimals, factor, possible, wrong) = match self {
            Measure::Weight => (2, 10, WEIGHT, "growth.entry.error.kilograms"),
            Measure::Height => (1, 1, HEIGHT, "growth.entry.error.centimetres"),
            Measure::Arm => (1, 1, ARM, "growth.entry.error.centimetres"),
            Measure::Head => (1, 1, HEAD, "growth.entry.error.centimetres"),
        };
        let value = number::parse_decimal(text, decimals).map_err(|_| wrong)? * factor;
        if !possible.contains(&value) {
            return Err("growth.entry.error.impossible");
        }
        Ok(value)
    }

    /// Where its value stands.
    pub(crate) fn of(self, measures: &mut Measures) -> &mut Option<i64> {
        match self {
            Measure::Weight => &mut measures.weight_g,
            Measure::Height => &mut measures.height_mm,
            Measure::Arm => &mut measures.arm_mm,
            Measure::Head => &mut measures.head_mm,
        }
    }
}

impl Measures {
    /// Whether nothing was measured.
    pub(crate) fn is_nothing(&self) -> bool {
        self.weight_g.is_none() && self.height_mm.is_none() && self.arm_mm.is_none() && self.head_mm.is_none()
    }

    /// The same values of the same day always give the same text: what a person confirmed is compared with it.
    pub(crate) fn fingerprint(&self, on: Date) -> String {
        let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let position = self.position.map_or("", Position::code);
        let all = [self.weight_g, self.height_mm, self.arm_mm, self.head_mm, Some(self.oedema)].map(number);
        format!("{on}/{}/{position}", all.join("/"))
    }

    /// As the step reads it.
    pub(crate) fn taken(&self, id: Id, on: Date, at: Instant, source: &str) -> Taken {
        Taken {
            id,
            measured_on: on,
            recorded_at: at,
            source: source.to_owned(),
            posyandu: String::new(),
            weight_g: self.weight_g,
            height_mm: self.height_mm,
            position: self.position,
            arm_mm: self.arm_mm,
            head_mm: self.head_mm,
            oedema: self.oedema > 0,
            gain: self.gain.clone(),
        }
    }
}

/// Why a day cannot be a day of measuring, as a translation key.
///
/// # Errors
/// It lies in the future, before the birth, or the child was five years old.
pub(crate) fn check_day(birth: Date, on: Date, today: Date) -> Result<(), &'static str> {
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
pub(crate) fn usual_position(birth: Date, on: Date) -> Position {
    match age::days(birth, on) {
        Some(days) if days >= STANDING_FROM_DAY => Position::Standing,
        _ => Position::Lying,
    }
}

/// What is unusual about a measurement: reason to measure again, none to refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unusual {
    /// Beyond what a child below five years weighs, in grams.
    Weight(i64),
    /// Beyond the heights of children below five years, in millimetres.
    Height(i64),
    /// A z-score outside WHO's plausible range, in hundredths.
    Score(Indicator, i64),
    /// Standing below nine months.
    Standing,
    /// Shorter than before: the latest height before in millimetres, and its day.
    Shrunk(i64, Date),
}

/// What a measurement would say if it were recorded, and what is unusual about it. `child` is what is held of the
/// child; `replaced` is the measurement that it corrects.
pub(crate) fn unusual(
    child: &MeasuredChild,
    measures: &Measures,
    on: Date,
    replaced: Option<Id>,
    norms: &Norms,
) -> (Vec<Unusual>, Computed) {
    let mut series: Vec<Taken> =
        child.taken.iter().filter(|one| Some(one.id) != replaced && one.measured_on <= on).cloned().collect();
    let before = series.iter().rev().find(|one| one.measured_on < on && one.height_mm.is_some());
    let before = before.and_then(|one| Some((one.height_mm?, one.measured_on)));
    series.push(measures.taken(Id::SYSTEM, on, Instant::NEVER, super::SOURCE));
    let (mut said, _) = read(&child.facts, &series, norms);
    let said = said.pop().unwrap_or_default().computed;
    let mut found = Vec::new();
    found.extend(measures.weight_g.filter(|weight| !PLAUSIBLE_WEIGHT.contains(weight)).map(Unusual::Weight));
    found.extend(measures.height_mm.filter(|height| !PLAUSIBLE_HEIGHT.contains(height)).map(Unusual::Height));
    let scores = &said.scores;
    found.extend(scores.doubts.iter().filter_map(|doubt| {
        Some(match doubt {
            Doubt::Haz => Unusual::Score(Indicator::LengthForAge, scores.haz?),
            Doubt::Waz => Unusual::Score(Indicator::WeightForAge, scores.waz?),
            Doubt::Whz => Unusual::Score(Indicator::WeightForLength, scores.whz?),
            // Weight for length says the same of weight and length, and is known at the posyandu.
            Doubt::Baz if scores.doubts.contains(&Doubt::Whz) => return None,
            Doubt::Baz => Unusual::Score(Indicator::BmiForAge, scores.baz?),
            Doubt::Posture => Unusual::Standing,
            Doubt::Shrunk => {
                let (height, on) = before?;
                Unusual::Shrunk(height, on)
            }
        })
    }));
    (found, said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Facts;
    use asuh_nusantara::Sex;
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

    fn measures(grams: i64, height_mm: i64) -> Measures {
        Measures {
            weight_g: Some(grams),
            height_mm: Some(height_mm),
            position: Some(Position::Standing),
            ..Measures::default()
        }
    }

    #[test]
    fn what_is_unusual_is_said_and_what_is_usual_is_not() {
        let on = date!(2026 - 02 - 05);
        let held = Id::from_bytes([1; 16]);
        let child = MeasuredChild {
            facts: Facts { sex: Some(Sex::Male), birth_date: Some(BIRTH) },
            taken: vec![measures(10_900, 850).taken(held, date!(2026 - 01 - 05), Instant(0), "form")],
            ..MeasuredChild::default()
        };
        let found =
            |measures: Measures, replaced| unusual(&child, &measures, on, replaced, &Norms::default()).0;
        assert_eq!(found(measures(11_000, 850), None), []);
        assert_eq!(found(measures(45_000, 850), None)[0], Unusual::Weight(45_000));
        let light = found(measures(3_000, 850), None);
        assert!(matches!(light[..], [Unusual::Score(..), ..]), "{light:?}");
        // One centimetre less is scatter.
        assert_eq!(found(measures(11_000, 840), None), []);
        let shrunk = Unusual::Shrunk(850, date!(2026 - 01 - 05));
        assert_eq!(found(measures(11_000, 839), None), [shrunk]);
        assert_eq!(found(measures(11_000, 839), Some(held)), [], "what is corrected does not count");
    }

    #[test]
    fn a_fingerprint_changes_with_every_value() {
        let (one, day) = (measures(10_600, 815), date!(2026 - 02 - 05));
        let other = Measures { position: Some(Position::Lying), ..one.clone() };
        assert_eq!(one.fingerprint(day), one.clone().fingerprint(day));
        assert_ne!(one.fingerprint(day), other.fingerprint(day));
        assert_ne!(one.fingerprint(day), one.fingerprint(date!(2026 - 02 - 06)));
        assert!(Measures { gain: Some("N".into()), ..Measures::default() }.is_nothing());
    }
}
