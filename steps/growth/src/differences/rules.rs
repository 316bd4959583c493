//! Why the z-score printed in a file differs from ours: every likely cause is tried by computing the printed
//! figures again with that slip, and the one that gives them is named.

use asuh_growth::indonesia::{LengthStatus, NutritionStatus, WeightStatus};
use asuh_growth::{Age, Centimetres, Child, Indicator, Kilograms, Length, Posture, Sex};
use asuh_nusantara::{age, name};
use time::{Date, Duration};

use crate::reading::{Facts, FilePrint, Taken};

/// Printed and computed z-scores this far apart (hundredths) differ by rounding alone.
pub const ROUNDING: i64 = 1;
/// A cause explains a printed z-score when it gives it within this many hundredths.
const REPRODUCED: i64 = 2;
/// Months by which a birthday is tried to be off, beside whole years.
const MONTHS_OFF: i32 = 11;

/// The three indicators that files print, in their order: weight for age, height for age, weight for height.
const PRINTED: [Indicator; 3] =
    [Indicator::WeightForAge, Indicator::LengthForAge, Indicator::WeightForLength];

asuh_ground::codes! {
    /// The likely cause of a difference.
    ///
    /// Translation keys `growth.cause.<code>` and `growth.cause.<code>.do`.
    pub enum Cause {
        /// The file took the age in completed months, WHO takes days.
        CompletedMonths = "completed_months",
        /// The 0.7 cm between lying and standing were left out, or the posture was noted wrongly.
        Posture = "posture",
        /// A decimal comma slipped: the weight is ten times too large or too small.
        TenfoldWeight = "tenfold_weight",
        /// A decimal comma slipped: the height is ten times too large or too small.
        TenfoldHeight = "tenfold_height",
        /// The file took the child for one of the other sex.
        OtherSex = "other_sex",
        /// The file took another birthday: off by whole months or years, or day and month changed places.
        OtherBirthday = "other_birthday",
        /// A printed status word does not agree with the z-score printed beside it.
        StatusWord = "status_word",
        /// None of these.
        Unknown = "unknown",
    }
}

/// A difference between our z-scores and those of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// The largest of the three, in hundredths; 0 or 1 where only a word disagrees.
    pub by: i64,
    /// Its likely cause.
    pub cause: Cause,
}

/// Compares what a file printed with our own z-scores. `None` where nothing can be compared (the child's sex or
/// birthday is not known), or only rounding lies between them.
pub fn difference(facts: &Facts, taken: &Taken, printed: &FilePrint) -> Option<Difference> {
    if *printed == FilePrint::default() {
        return None;
    }
    let (child, birth) = (taken.child(facts), facts.birth_date?);
    let ours = z_hundredths(&child);
    let by = ours
        .iter()
        .zip(printed.z)
        .filter_map(|(ours, theirs)| Some((ours.as_ref()? - theirs?).abs()))
        .max()
        .unwrap_or(0);
    if by <= ROUNDING {
        return words_disagree(printed).then_some(Difference { by, cause: Cause::StatusWord });
    }
    let cause = candidates(child, birth, taken.measured_on)?
        .find(|candidate| candidate.reproduces(printed))
        .map(|candidate| candidate.cause)
        .unwrap_or(if words_disagree(printed) { Cause::StatusWord } else { Cause::Unknown });
    Some(Difference { by, cause })
}

fn z_hundredths(child: &Child) -> [Option<i64>; 3] {
    PRINTED.map(|indicator| hundredths(child, indicator))
}

fn hundredths(child: &Child, indicator: Indicator) -> Option<i64> {
    let z = child.z_score(indicator).ok()?.z;
    z.is_finite().then(|| (z * 100.0).round() as i64)
}

/// What the file's program may have computed.
struct Candidate {
    cause: Cause,
    z: [Option<i64>; 3],
    /// Printed z-scores that have to be there: one alone may agree by chance.
    needs: usize,
}

impl Candidate {
    fn of(cause: Cause, child: &Child) -> Candidate {
        let needs = match cause {
            Cause::OtherSex | Cause::OtherBirthday => 2,
            _ => 1,
        };
        Candidate { cause, z: z_hundredths(child), needs }
    }

    /// Whether it gives every printed z-score.
    fn reproduces(&self, printed: &FilePrint) -> bool {
        let there = printed.z.iter().flatten().count();
        there >= self.needs
            && self.z.iter().zip(printed.z).all(|(z, theirs)| match (z, theirs) {
                (_, None) => true,
                (Some(z), Some(theirs)) => (z - theirs).abs() <= REPRODUCED,
                (None, Some(_)) => false,
            })
    }
}

/// Every cause that can be tried, one after the other, for a child born on a day and measured on another.
fn candidates(child: Child, birth: Date, on: Date) -> Option<impl Iterator<Item = Candidate>> {
    let months = age::completed_months(birth, on)
        .and_then(|months| Age::from_months(f64::from(months)).ok())
        .map(|age| Candidate::of(Cause::CompletedMonths, &Child { age: Some(age), ..child }));
    let postures = [None, Some(Posture::Lying), Some(Posture::Standing)].map(|posture| {
        let length = child.length.map(|length| Length { posture, ..length });
        Candidate::of(Cause::Posture, &Child { length, ..child })
    });
    let weights = [10.0, 0.1].map(|times| {
        let weight = child.weight.map(|weight| Kilograms(weight.0 * times));
        Candidate::of(Cause::TenfoldWeight, &Child { weight, ..child })
    });
    let heights = [10.0, 0.1].map(|times| {
        let taken = |length: Length| Centimetres(length.taken.0 * times);
        let length = child.length.map(|length| Length { taken: taken(length), ..length });
        Candidate::of(Cause::TenfoldHeight, &Child { length, ..child })
    });
    let other = match child.sex? {
        Sex::Male => Sex::Female,
        Sex::Female => Sex::Male,
    };
    let sex = Candidate::of(Cause::OtherSex, &Child { sex: Some(other), ..child });
    let birthdays = birthdays(birth).filter_map(move |birth| {
        let days = u32::try_from(age::days(birth, on)?).ok()?;
        let age = Some(Age::from_whole_days(days));
        Some(Candidate::of(Cause::OtherBirthday, &Child { age, ..child }))
    });
    Some(
        months
            .into_iter()
            .chain(posture_by_table(&child))
            .chain(postures)
            .chain(weights)
            .chain(heights)
            .chain([sex])
            .chain(birthdays),
    )
}

/// A program without the 0.7 cm that also takes the table of weights by the posture and not by the age.
fn posture_by_table(child: &Child) -> Option<Candidate> {
    let length = child.length?;
    let as_taken = Child { length: Some(Length { posture: None, ..length }), ..*child };
    let by_posture = Child { age: None, ..*child };
    let mut candidate = Candidate::of(Cause::Posture, &as_taken);
    candidate.z[2] = hundredths(&by_posture, Indicator::WeightForLength);
    Some(candidate)
}

/// Birthdays that a file may have taken for this one: day and month changed places, whole years, some months.
fn birthdays(birth: Date) -> impl Iterator<Item = Date> {
    let swapped = time::Month::try_from(birth.day())
        .ok()
        .and_then(|month| Date::from_calendar_date(birth.year(), month, u8::from(birth.month())).ok())
        .filter(|other| *other != birth);
    let off = (1..=5).map(|years| years * 12).chain(1..=MONTHS_OFF);
    swapped
        .into_iter()
        .chain(off.flat_map(|months| [months, -months]).filter_map(move |months| moved(birth, months)))
}

/// The same day of the month so many months later; the last of the month where that day does not exist.
fn moved(day: Date, months: i32) -> Option<Date> {
    let month = day.year() * 12 + i32::from(u8::from(day.month())) - 1 + months;
    let first = |month: i32| {
        let number = u8::try_from(month.rem_euclid(12) + 1).ok()?;
        Date::from_calendar_date(month.div_euclid(12), time::Month::try_from(number).ok()?, 1).ok()
    };
    let last = first(month + 1)? - Duration::days(1);
    Some(last.replace_day(day.day()).unwrap_or(last))
}

/// Whether some printed word contradicts the z-score printed beside it.
fn words_disagree(printed: &FilePrint) -> bool {
    (0..3).any(|place| match (&printed.words[place], printed.z[place]) {
        (Some(word), Some(z)) => agrees(place, word, z) == Some(false),
        _ => false,
    })
}

/// Whether a status word fits a printed z-score; `None` for a word that we do not know. A program that gives
/// the word before it rounds is right, too: half a hundredth to either side counts.
fn agrees(place: usize, word: &str, hundredths: i64) -> Option<bool> {
    let z = hundredths as f64 / 100.0;
    let near = [z, z - 0.005, z + 0.005];
    let key = name::search_key(word);
    let key = key.strip_prefix("berat badan ").unwrap_or(&key);
    match place {
        0 => {
            let status = match key {
                "sangat kurang" | "bb sangat kurang" => WeightStatus::SeverelyUnderweight,
                "kurang" | "bb kurang" => WeightStatus::Underweight,
                "normal" => WeightStatus::Normal,
                "risiko lebih" | "resiko lebih" | "risiko berat badan lebih" => {
                    WeightStatus::RiskOfOverweight
                }
                _ => return None,
            };
            Some(near.iter().any(|z| WeightStatus::from_z(*z) == status))
        }
        1 => {
            let status = match key {
                "sangat pendek" => LengthStatus::SeverelyStunted,
                "pendek" => LengthStatus::Stunted,
                "normal" => LengthStatus::Normal,
                "tinggi" => LengthStatus::Tall,
                _ => return None,
            };
            Some(near.iter().any(|z| LengthStatus::from_z(*z) == status))
        }
        _ => {
            let status = match key {
                "gizi buruk" => NutritionStatus::SeverelyWasted,
                "gizi kurang" => NutritionStatus::Wasted,
                "gizi baik" | "normal" => NutritionStatus::Normal,
                "risiko gizi lebih" | "berisiko gizi lebih" | "resiko gizi lebih" => {
                    NutritionStatus::RiskOfOverweight
                }
                "gizi lebih" => NutritionStatus::Overweight,
                "obesitas" => NutritionStatus::Obese,
                _ => return None,
            };
            Some(near.iter().any(|z| NutritionStatus::from_z(*z) == status))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Measures;
    use crate::rules::Position;
    use asuh_store::{Id, Instant};
    use time::macros::date;

    /// The child of a public e-PPGBM file: a boy of 858 days.
    const BOY: Facts =
        Facts { sex: Some(asuh_nusantara::Sex::Male), birth_date: Some(date!(2023 - 06 - 15)) };

    /// Measured lying on 20 October 2025.
    fn taken(weight_g: i64, height_mm: i64) -> Taken {
        let measures = Measures {
            weight_g: Some(weight_g),
            height_mm: Some(height_mm),
            position: Some(Position::Lying),
            ..Measures::default()
        };
        measures.taken(Id::SYSTEM, date!(2025 - 10 - 20), Instant(0), "eppgbm")
    }

    fn printed(z: [i64; 3]) -> FilePrint {
        FilePrint { z: z.map(Some), ..FilePrint::default() }
    }

    fn cause(facts: &Facts, taken: &Taken, z: [i64; 3]) -> Option<Cause> {
        difference(facts, taken, &printed(z)).map(|found| found.cause)
    }

    /// What a program prints that takes the boy of the file for this child.
    fn slip(facts: Facts) -> [i64; 3] {
        z_hundredths(&taken(10_600, 815).child(&facts)).map(Option::unwrap_or_default)
    }

    #[test]
    fn the_public_row_agrees_and_rounding_is_no_difference() {
        let file = taken(10_600, 815);
        assert_eq!(BOY.birth_date.map(|birth| (file.measured_on - birth).whole_days()), Some(858));
        assert_eq!(cause(&BOY, &file, [-173, -295, -15]), None);
        assert_eq!(cause(&BOY, &file, [-172, -294, -16]), None);
        assert_eq!(difference(&BOY, &file, &FilePrint::default()), None);
        let unknown = Facts { sex: None, ..BOY };
        assert_eq!(cause(&unknown, &file, [-100, -100, -100]), None, "nothing of ours to compare with");
    }

    #[test]
    fn completed_months_and_the_missing_rule_are_the_figures_of_the_field() {
        let file = taken(10_600, 815);
        // domain.md 5.2: with completed months -1.71/-2.92, without the 0.7 cm TB/U -2.74.
        assert_eq!(cause(&BOY, &file, [-171, -292, -15]), Some(Cause::CompletedMonths));
        let found = difference(&BOY, &file, &printed([-173, -274, -30]));
        assert_eq!(found.map(|found| found.by), Some(21));
        let as_taken = z_hundredths(&Taken { position: None, ..file.clone() }.child(&BOY));
        assert_eq!(as_taken[1], Some(-274));
        let [waz, haz, whz] = as_taken.map(Option::unwrap_or_default);
        for (off, wanted) in [(0, Cause::Posture), (2, Cause::Posture), (3, Cause::Unknown)] {
            assert_eq!(cause(&BOY, &file, [waz, haz + off, whz]), Some(wanted), "{off}");
        }
    }

    #[test]
    fn every_slip_is_named_by_what_it_makes_of_the_figures() {
        let file = taken(10_600, 815);
        let born = |birth| Facts { birth_date: Some(birth), ..BOY };
        for (printed_from, wanted) in [
            (Facts { sex: Some(asuh_nusantara::Sex::Female), ..BOY }, Cause::OtherSex),
            (born(date!(2022 - 06 - 15)), Cause::OtherBirthday),
            (born(date!(2023 - 10 - 15)), Cause::OtherBirthday),
        ] {
            assert_eq!(cause(&BOY, &file, slip(printed_from)), Some(wanted), "{printed_from:?}");
        }
        // We hold the slip, the file the right figures.
        for (held, wanted) in [
            (taken(106_000, 815), Cause::TenfoldWeight),
            (taken(1_060, 815), Cause::TenfoldWeight),
            (taken(10_600, 8_150), Cause::TenfoldHeight),
        ] {
            assert_eq!(cause(&BOY, &held, [-173, -295, -15]), Some(wanted));
        }
        // Day and month changed places.
        let swapped = slip(born(date!(2023 - 05 - 03)));
        assert_eq!(cause(&born(date!(2023 - 03 - 05)), &file, swapped), Some(Cause::OtherBirthday));
        assert_eq!(cause(&BOY, &file, [-100, -100, 250]), Some(Cause::Unknown));
    }

    #[test]
    fn one_figure_alone_names_no_other_child() {
        let [_, other, _] = slip(Facts { sex: Some(asuh_nusantara::Sex::Female), ..BOY });
        let only = FilePrint { z: [None, Some(other), None], ..FilePrint::default() };
        let found = difference(&BOY, &taken(10_600, 815), &only).map(|found| found.cause);
        assert_eq!(found, Some(Cause::Unknown));
    }

    #[test]
    fn a_word_that_contradicts_its_own_figure_is_a_difference() {
        let with = |words: [Option<&'static str>; 3]| {
            difference(
                &BOY,
                &taken(10_600, 815),
                &FilePrint {
                    z: [-173, -295, -15].map(Some),
                    words: words.map(|word| word.map(str::to_owned)),
                },
            )
            .map(|found| found.cause)
        };
        assert_eq!(with([Some("Normal"), Some("Pendek"), Some("Gizi Baik")]), None);
        assert_eq!(with([Some("Berat Badan Normal"), Some("PENDEK"), Some("Normal")]), None);
        assert_eq!(with([Some("Kurang"), Some("Pendek"), None]), Some(Cause::StatusWord));
        assert_eq!(with([None, Some("Sangat Pendek"), None]), Some(Cause::StatusWord));
        assert_eq!(with([Some("Outlier"), None, Some("apa saja")]), None, "unknown words say nothing");
        // -2.00 may have been -2.004 before it was rounded.
        for word in ["Pendek", "Normal"] {
            assert_eq!(agrees(1, word, -200), Some(true), "{word}");
        }
        assert_eq!(agrees(1, "Pendek", -199), Some(false));
    }

    #[test]
    fn a_month_is_moved_within_its_end() {
        assert_eq!(moved(date!(2024 - 01 - 31), 1), Some(date!(2024 - 02 - 29)));
        assert_eq!(moved(date!(2024 - 01 - 31), -2), Some(date!(2023 - 11 - 30)));
    }
}
