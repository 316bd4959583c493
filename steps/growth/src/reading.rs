//! What one measurement says: age, z-scores, and what about it cannot be.

use asuh_growth::{Age, Centimetres, Child, Indicator, Kilograms, Length, Oedema, Posture};
use asuh_nusantara::{Sex, age};
use asuh_store::{Id, Instant};
use serde::{Deserialize, Serialize};
use time::Date;

use super::rules::Position;

/// What the registry knows of a child that growth standards need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Sex.
    pub sex: Option<Sex>,
    /// Birthday.
    pub birth_date: Option<Date>,
}

impl Facts {
    /// The sex as the growth standards name it.
    pub fn standard_sex(&self) -> Option<asuh_growth::Sex> {
        self.sex.map(|sex| match sex {
            Sex::Male => asuh_growth::Sex::Male,
            Sex::Female => asuh_growth::Sex::Female,
        })
    }
}

/// A measurement as it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its key.
    pub id: Id,
    /// The day.
    pub measured_on: Date,
    /// When it was recorded: of two of one day the newer one counts.
    pub recorded_at: Instant,
    /// Where it comes from.
    pub source: String,
    /// The posyandu of the day; may be empty.
    pub posyandu: String,
    /// Weight in grams.
    pub weight_g: Option<i64>,
    /// Length or height in millimetres.
    pub height_mm: Option<i64>,
    /// How it was taken.
    pub position: Option<Position>,
    /// Upper arm (LILA) in millimetres.
    pub arm_mm: Option<i64>,
    /// Head circumference in millimetres.
    pub head_mm: Option<i64>,
    /// Oedema of both feet.
    pub oedema: bool,
    /// The letter of the cadre or the file.
    pub gain: Option<String>,
}

/// What a file printed beside a measurement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePrint {
    /// z-scores times 100: BB/U, TB/U, BB/TB.
    pub z: [Option<i64>; 3],
    /// Status words in the same order.
    pub words: [Option<String>; 3],
}

/// What about a measurement cannot be, or hardly: measure again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Length for age beyond WHO's limits.
    Haz,
    /// Weight for age beyond WHO's limits.
    Waz,
    /// Weight for length beyond WHO's limits.
    Whz,
    /// Body mass index for age beyond WHO's limits.
    Baz,
    /// Standing below nine months.
    Posture,
    /// More than one centimetre shorter than before.
    Shrunk,
}

impl Doubt {
    /// All of them.
    pub const ALL: [Doubt; 6] =
        [Doubt::Haz, Doubt::Waz, Doubt::Whz, Doubt::Baz, Doubt::Posture, Doubt::Shrunk];

    /// Its stable code, as stored; its words are the translation `growth.doubt.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Doubt::Haz => "haz",
            Doubt::Waz => "waz",
            Doubt::Whz => "whz",
            Doubt::Baz => "baz",
            Doubt::Posture => "posture",
            Doubt::Shrunk => "shrunk",
        }
    }

    /// Whether a score is missing from how the child stands because of it.
    pub fn is_of_score(self) -> bool {
        matches!(self, Doubt::Haz | Doubt::Waz | Doubt::Whz | Doubt::Baz)
    }

    /// Several as they are stored, with spaces between.
    pub fn stored(doubts: &[Doubt]) -> String {
        doubts.iter().map(|doubt| doubt.code()).collect::<Vec<_>>().join(" ")
    }

    /// Those of a stored text.
    pub fn parse(stored: &str) -> Vec<Doubt> {
        let known = |code: &str| Doubt::ALL.into_iter().find(|doubt| doubt.code() == code);
        stored.split(' ').filter_map(known).collect()
    }
}

/// What a measurement says of itself. z-scores are times 100; a score beyond WHO's limits stands here as well,
/// with its doubt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scores {
    /// Days of age.
    pub age_days: Option<i64>,
    /// Length or height for age.
    pub haz: Option<i64>,
    /// Weight for age.
    pub waz: Option<i64>,
    /// Weight for length or height.
    pub whz: Option<i64>,
    /// Body mass index for age.
    pub baz: Option<i64>,
    /// What cannot be.
    pub doubts: Vec<Doubt>,
}

/// z-scores are kept within this, times 100: what lies beyond is a slip of the keyboard however far.
const FARTHEST: f64 = 99_999.0;

impl Taken {
    /// The child of that day, for the growth standards. Without a sex or a birthday it has no z-scores.
    pub fn child(&self, facts: &Facts) -> Child {
        let days = facts.birth_date.and_then(|birth| age::days(birth, self.measured_on));
        let thousandth = |value: i64, parts: f64| value as f64 / parts;
        Child {
            sex: facts.standard_sex(),
            age: days.and_then(|days| u32::try_from(days).ok()).map(Age::from_whole_days),
            weight: self.weight_g.map(|grams| Kilograms(thousandth(grams, 1000.0))),
            length: self.height_mm.map(|mm| Length {
                taken: Centimetres(thousandth(mm, 10.0)),
                posture: self.position.map(|position| match position {
                    Position::Lying => Posture::Lying,
                    Position::Standing => Posture::Standing,
                }),
            }),
            oedema: if self.oedema { Oedema::Present } else { Oedema::Absent },
            head: self.head_mm.map(|mm| Centimetres(thousandth(mm, 10.0))),
            arm: self.arm_mm.map(|mm| Centimetres(thousandth(mm, 10.0))),
            ..Child::default()
        }
    }
}

impl Scores {
    /// The scores of a child on a day.
    pub fn of(child: &Child) -> Scores {
        let Some(age) = child.age.filter(|_| child.sex.is_some()) else { return Scores::default() };
        let scores = child.z_scores();
        let mut doubts = Vec::new();
        let mut hundredfold = |indicator, doubt| {
            let score = scores.of(indicator).ok()?;
            if score.flagged {
                doubts.push(doubt);
            }
            Some((score.z * 100.0).round().clamp(-FARTHEST, FARTHEST) as i64)
        };
        let (haz, waz, whz, bmi) = (
            hundredfold(Indicator::LengthForAge, Doubt::Haz),
            hundredfold(Indicator::WeightForAge, Doubt::Waz),
            hundredfold(Indicator::WeightForLength, Doubt::Whz),
            hundredfold(Indicator::BmiForAge, Doubt::Baz),
        );
        if scores.cleaned.standing_below_nine_months {
            doubts.push(Doubt::Posture);
        }
        Scores { age_days: Some(age.days() as i64), haz, waz, whz, baz: bmi, doubts }
    }

    /// Length or height for age, if it can be.
    pub fn haz(&self) -> Option<i64> {
        self.plausible(self.haz, Doubt::Haz)
    }

    /// Weight for age, if it can be.
    pub fn waz(&self) -> Option<i64> {
        self.plausible(self.waz, Doubt::Waz)
    }

    /// Weight for length or height, if it can be.
    pub fn whz(&self) -> Option<i64> {
        self.plausible(self.whz, Doubt::Whz)
    }

    /// Body mass index for age, if it can be.
    pub fn baz(&self) -> Option<i64> {
        self.plausible(self.baz, Doubt::Baz)
    }

    fn plausible(&self, score: Option<i64>, doubt: Doubt) -> Option<i64> {
        score.filter(|_| !self.doubts.contains(&doubt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn taken(grams: i64, mm: i64, position: Position) -> Taken {
        Taken {
            id: Id::SYSTEM,
            measured_on: date!(2026 - 10 - 05),
            recorded_at: Instant(0),
            source: "eppgbm".into(),
            posyandu: String::new(),
            weight_g: Some(grams),
            height_mm: Some(mm),
            position: Some(position),
            arm_mm: None,
            head_mm: None,
            oedema: false,
            gain: None,
        }
    }

    fn boy(days: i64) -> Facts {
        let birth = date!(2026 - 10 - 05) - time::Duration::days(days);
        Facts { sex: Some(Sex::Male), birth_date: Some(birth) }
    }

    fn scores(facts: Facts, taken: &Taken) -> Scores {
        Scores::of(&taken.child(&facts))
    }

    #[test]
    fn a_row_of_eppgbm_is_reproduced() {
        let said = scores(boy(858), &taken(10_600, 815, Position::Lying));
        assert_eq!(
            (said.age_days, said.haz, said.waz, said.whz),
            (Some(858), Some(-295), Some(-173), Some(-15))
        );
        assert_eq!(said.doubts, []);
    }

    #[test]
    fn what_cannot_be_is_kept_and_doubted() {
        let said = scores(boy(987), &taken(12_000, 720, Position::Lying));
        assert!(said.haz.is_some_and(|z| z < -600), "{said:?}");
        assert!(said.doubts.contains(&Doubt::Haz));
        assert_eq!(said.haz(), None);
        let slip = scores(boy(858), &taken(106_000, 815, Position::Lying));
        assert!(slip.doubts.contains(&Doubt::Waz) && slip.waz.is_some(), "{slip:?}");
        assert_eq!(scores(boy(100), &taken(6_000, 600, Position::Standing)).doubts, [Doubt::Posture]);
        let nothing = scores(boy(858), &taken(10_600, 0, Position::Lying));
        assert!(nothing.baz.is_some_and(|z| z as f64 == FARTHEST), "{nothing:?}");
    }

    #[test]
    fn without_sex_or_birthday_nothing_is_said() {
        let measured = taken(10_600, 815, Position::Lying);
        for facts in [
            Facts { sex: None, ..boy(858) },
            Facts { birth_date: None, ..boy(858) },
            Facts { birth_date: Some(date!(2026 - 10 - 06)), ..boy(858) },
        ] {
            assert_eq!(scores(facts, &measured), Scores::default());
        }
        let older = scores(boy(1827), &measured);
        assert_eq!((older.age_days, older.haz, older.waz), (Some(1827), None, None));
    }

    #[test]
    fn doubts_are_stored_and_read() {
        let stored = Doubt::stored(&[Doubt::Haz, Doubt::Shrunk]);
        assert_eq!(stored, "haz shrunk");
        assert_eq!(Doubt::parse(&stored), [Doubt::Haz, Doubt::Shrunk]);
        assert_eq!(Doubt::parse(""), []);
    }
}
