//! Why the z-score printed in a file differs from ours: every likely cause is tried by computing the printed
//! figures again with that slip, and the one that gives them is named.

use asuh_growth::indonesia::{LengthStatus, NutritionStatus, WeightStatus};
use asuh_growth::{Age, Child, Indicator, Kilograms, Length, Oedema, Posture, Sex};
use asuh_nusantara::{age, name};
use time::{Date, Duration};

use crate::steps::growth::reading::{Facts, FilePrint, Taken};
use crate::steps::growth::rules::Position;

/// Printed and computed z-scores this far apart (hundredths) differ by rounding alone.
pub const ROUNDING: i64 = 1;
/// A cause explains a printed z-score when it gives it within this many hundredths.
const REPRODUCED: i64 = 2;
/// Months by which a birthday is tried to be off, beside whole years.
const MONTHS_OFF: i32 = 11;

/// The three indicators that files print, in their order: weight for age, height for age, weight for height.
const PRINTED: [Indicator; 3] =
    [Indicator::WeightForAge, Indicator::LengthForAge, Indicator::WeightForLength];

/// A measurement with the child it belongs to, as we know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Sex of the child.
    pub sex: Sex,
    /// Its birthday.
    pub birth: Date,
    /// The day of the measurement.
    pub on: Date,
    /// Weight in grams.
    pub weight_g: Option<i64>,
    /// Length or height in millimetres.
    pub height_mm: Option<i64>,
    /// How it was taken.
    pub posture: Option<Posture>,
    /// Oedema of both feet.
    pub oedema: bool,
}

/// The likely cause of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The file took the age in completed months, WHO takes days.
    CompletedMonths,
    /// The 0.7 cm between lying and standing were left out, or the posture was noted wrongly.
    Posture,
    /// A decimal comma slipped: the weight is ten times too large or too small.
    TenfoldWeight,
    /// A decimal comma slipped: the height is ten times too large or too small.
    TenfoldHeight,
    /// The file took the child for one of the other sex.
    OtherSex,
    /// The file took another birthday: off by whole months or years, or day and month changed places.
    OtherBirthday,
    /// A printed status word does not agree with the z-score printed beside it.
    StatusWord,
    /// None of these.
    Unknown,
}

impl Cause {
    /// All causes, in the order in which they are tried and shown.
    pub const ALL: [Cause; 8] = [
        Cause::CompletedMonths,
        Cause::Posture,
        Cause::TenfoldWeight,
        Cause::TenfoldHeight,
        Cause::OtherSex,
        Cause::OtherBirthday,
        Cause::StatusWord,
        Cause::Unknown,
    ];

    /// Its stable code, as stored; translation keys `growth.cause.<code>` and `growth.cause.<code>.do`.
    pub fn code(self) -> &'static str {
        match self {
            Cause::CompletedMonths => "completed_months",
            Cause::Posture => "posture",
            Cause::TenfoldWeight => "tenfold_weight",
            Cause::TenfoldHeight => "tenfold_height",
            Cause::OtherSex => "other_sex",
            Cause::OtherBirthday => "other_birthday",
            Cause::StatusWord => "status_word",
            Cause::Unknown => "unknown",
        }
    }

    /// The cause with this code.
    pub fn parse(code: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.code() == code)
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

/// The differences of a child's measurements with what was printed beside each; nothing can be said of a child whose
/// sex or birthday is not known.
pub fn of_child(facts: &Facts, taken: &[Taken], printed: &[FilePrint]) -> Vec<Option<Difference>> {
    let compare = |(one, printed): (&Taken, &FilePrint)| {
        if *printed == FilePrint::default() {
            return None;
        }
        difference(&measured(facts, one)?, printed)
    };
    taken.iter().zip(printed).map(compare).collect()
}

fn measured(facts: &Facts, one: &Taken) -> Option<Measured> {
    Some(Measured {
        sex: match facts.sex? {
            asuh_nusantara::Sex::Male => Sex::Male,
            asuh_nusantara::Sex::Female => Sex::Female,
        },
        birth: facts.birth_date?,
        on: one.measured_on,
        weight_g: one.weight_g,
        height_mm: one.height_mm,
        posture: one.position.map(|position| match position {
            Position::Lying => Posture::Lying,
            Position::Standing => Posture::Standing,
        }),
        oedema: one.oedema,
    })
}

/// Compares what a file printed with our own z-scores. `None` where nothing can be compared, or only rounding
/// lies between them.
pub fn difference(measured: &Measured, printed: &FilePrint) -> Option<Difference> {
    let ours = z_hundredths(&child(measured));
    let by = ours
        .iter()
        .zip(printed.z)
        .filter_map(|(ours, theirs)| Some((ours.as_ref()? - theirs?).abs()))
        .max()
        .unwrap_or(0);
    if by <= ROUNDING {
        return words_disagree(printed).then_some(Difference { by, cause: Cause::StatusWord });
    }
    let cause = candidates(measured)
        .find(|candidate| candidate.reproduces(printed))
        .map(|candidate| candidate.cause)
        .unwrap_or(if words_disagree(printed) { Cause::StatusWord } else { Cause::Unknown });
    Some(Difference { by, cause })
}

/// The child as the growth library takes it.
fn child(measured: &Measured) -> Child {
    let days = age::days(measured.birth, measured.on).and_then(|days| u32::try_from(days).ok());
    Child {
        sex: Some(measured.sex),
        age: days.map(Age::from_whole_days),
        weight: measured.weight_g.map(|grams| Kilograms(grams as f64 / 1000.0)),
        length: measured.height_mm.map(|mm| {
            let unknown = Length::unknown_posture(mm as f64 / 10.0);
            Length { posture: measured.posture, ..unknown }
        }),
        oedema: if measured.oedema { Oedema::Present } else { Oedema::Absent },
        ..Child::default()
    }
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

/// Every cause that can be tried, one after the other.
fn candidates(measured: &Measured) -> impl Iterator<Item = Candidate> {
    let one = *measured;
    let true_child = child(&one);
    let months = age::completed_months(one.birth, one.on)
        .and_then(|months| Age::from_months(f64::from(months)).ok())
        .map(|age| Candidate::of(Cause::CompletedMonths, &Child { age: Some(age), ..true_child }));
    let postures = [None, Some(Posture::Lying), Some(Posture::Standing)]
        .map(|posture| Candidate::of(Cause::Posture, &child(&Measured { posture, ..one })));
    let tenfold =
        |cause, weight_g, height_mm| Candidate::of(cause, &child(&Measured { weight_g, height_mm, ..one }));
    let (weight, height) = (one.weight_g, one.height_mm);
    let slips = [
        tenfold(Cause::TenfoldWeight, weight.map(|g| g * 10), height),
        tenfold(Cause::TenfoldWeight, weight.map(|g| g / 10), height),
        tenfold(Cause::TenfoldHeight, weight, height.map(|mm| mm * 10)),
        tenfold(Cause::TenfoldHeight, weight, height.map(|mm| mm / 10)),
    ];
    let other = if one.sex == Sex::Male { Sex::Female } else { Sex::Male };
    let sex = Candidate::of(Cause::OtherSex, &child(&Measured { sex: other, ..one }));
    let birthdays = birthdays(one.birth)
        .filter(move |birth| *birth <= one.on)
        .map(move |birth| Candidate::of(Cause::OtherBirthday, &child(&Measured { birth, ..one })));
    months
        .into_iter()
        .chain(posture_by_table(&true_child))
        .chain(postures)
        .chain(slips)
        .chain([sex])
        .chain(birthdays)
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
    use time::macros::date;

    /// The row of a public e-PPGBM file: a boy of 858 days, 10.6 kg, 81.5 cm lying.
    const BOY: Measured = Measured {
        sex: Sex::Male,
        birth: date!(2023 - 06 - 15),
        on: date!(2025 - 10 - 20),
        weight_g: Some(10_600),
        height_mm: Some(815),
        posture: Some(Posture::Lying),
        oedema: false,
    };

    fn printed(z: [i64; 3]) -> FilePrint {
        FilePrint { z: z.map(Some), ..FilePrint::default() }
    }

    fn cause(measured: &Measured, z: [i64; 3]) -> Option<Cause> {
        difference(measured, &printed(z)).map(|found| found.cause)
    }

    #[test]
    fn the_public_row_agrees_and_rounding_is_no_difference() {
        assert_eq!((BOY.on - BOY.birth).whole_days(), 858);
        assert_eq!(cause(&BOY, [-173, -295, -15]), None);
        assert_eq!(cause(&BOY, [-172, -294, -16]), None);
        assert_eq!(difference(&BOY, &FilePrint::default()), None);
    }

    #[test]
    fn completed_months_and_the_missing_rule_are_the_figures_of_the_field() {
        // domain.md 5.2: with completed months -1.71/-2.92, without the 0.7 cm TB/U -2.74.
        assert_eq!(cause(&BOY, [-171, -292, -15]), Some(Cause::CompletedMonths));
        let found = difference(&BOY, &printed([-173, -274, -30]));
        assert_eq!(found.map(|found| found.by), Some(21));
        let as_taken = z_hundredths(&child(&Measured { posture: None, ..BOY }));
        assert_eq!(as_taken[1], Some(-274));
        let [waz, haz, whz] = as_taken.map(Option::unwrap_or_default);
        for (off, wanted) in [(0, Cause::Posture), (2, Cause::Posture), (3, Cause::Unknown)] {
            assert_eq!(cause(&BOY, [waz, haz + off, whz]), Some(wanted), "{off}");
        }
    }

    #[test]
    fn every_slip_is_named_by_what_it_makes_of_the_figures() {
        let slip = |measured: Measured| z_hundredths(&child(&measured)).map(Option::unwrap_or_default);
        for (printed_from, wanted) in [
            (Measured { sex: Sex::Female, ..BOY }, Cause::OtherSex),
            (Measured { birth: date!(2022 - 06 - 15), ..BOY }, Cause::OtherBirthday),
            (Measured { birth: date!(2023 - 10 - 15), ..BOY }, Cause::OtherBirthday),
        ] {
            assert_eq!(cause(&BOY, slip(printed_from)), Some(wanted), "{printed_from:?}");
        }
        // We hold the slip, the file the right figures.
        let comma = Measured { weight_g: Some(106_000), ..BOY };
        assert_eq!(cause(&comma, [-173, -295, -15]), Some(Cause::TenfoldWeight));
        let comma = Measured { height_mm: Some(8_150), ..BOY };
        assert_eq!(cause(&comma, [-173, -295, -15]), Some(Cause::TenfoldHeight));
        // Day and month changed places.
        let early = Measured { birth: date!(2023 - 03 - 05), ..BOY };
        let swapped = Measured { birth: date!(2023 - 05 - 03), ..BOY };
        assert_eq!(cause(&early, slip(swapped)), Some(Cause::OtherBirthday));
        assert_eq!(cause(&BOY, [-100, -100, 250]), Some(Cause::Unknown));
    }

    #[test]
    fn one_figure_alone_names_no_other_child() {
        let only = |haz| FilePrint { z: [None, Some(haz), None], ..FilePrint::default() };
        let other = z_hundredths(&child(&Measured { sex: Sex::Female, ..BOY }))[1].unwrap_or_default();
        let found = difference(&BOY, &only(other)).map(|found| found.cause);
        assert_eq!(found, Some(Cause::Unknown));
    }

    #[test]
    fn a_word_that_contradicts_its_own_figure_is_a_difference() {
        let with = |words: [Option<&'static str>; 3]| {
            difference(
                &BOY,
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
    fn codes_read_back() {
        for cause in Cause::ALL {
            assert_eq!(Cause::parse(cause.code()), Some(cause));
        }
        assert_eq!(moved(date!(2024 - 01 - 31), 1), Some(date!(2024 - 02 - 29)));
        assert_eq!(moved(date!(2024 - 01 - 31), -2), Some(date!(2023 - 11 - 30)));
    }
}
