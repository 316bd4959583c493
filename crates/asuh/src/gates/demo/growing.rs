//! How an invented child grows, and what a posyandu reads off its scales and board.
//!
//! Lengths and weights are drawn from WHO's own distribution with a mean that is shifted as in an Indonesian
//! district: a little short at birth, falling back between 6 and 18 months, some catching up afterwards. A child
//! is the same child in every file: all chance comes from the seed, its name and its birthday.

use asuh_growth::indonesia::GainTable;
use asuh_growth::{Age, Centimetres, Child, Kilograms, Length, Posture, Sex, TableName};
use asuh_nusantara::{age, name};
use time::{Date, Duration};

use super::dice::Dice;
use asuh_step_growth::entry::Measures;
use asuh_step_growth::rules::Position;

/// From this day on a child stands.
const STANDING_FROM_DAY: i64 = 731;
/// The posyandu of a village.
pub(super) const POSYANDU: [&str; 4] = ["Melati", "Mawar", "Kenanga", "Anggrek"];
/// Months before the present one for which posyandu have kept their books.
const MONTHS: i32 = 11;

/// A child as it grows.
pub(super) struct Growing {
    seed: u64,
    sex: Sex,
    birth: Date,
    /// Its own place among children of its age, in z.
    level: f64,
    /// How far it falls back between 6 and 18 months, in z.
    falling: f64,
    /// How much of it it makes up between 24 and 48 months, in z.
    catching_up: f64,
    /// Its weight among children of its length, in z.
    weight: f64,
    /// It has not been seen for two months.
    away: bool,
}

/// What the posyandu wrote on a day.
pub(super) struct Weighed {
    pub(super) on: Date,
    pub(super) taken: Measures,
}

impl Growing {
    /// The child of this name and birthday.
    pub(super) fn new(seed: u64, child: &str, woman: bool, birth: Date) -> Growing {
        let key = format!("{} {birth}", name::search_key(child));
        // FNV-1a: the same everywhere and for ever.
        let seed = key.bytes().fold(seed ^ 0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let mut dice = Dice::new(seed);
        Growing {
            seed,
            sex: if woman { Sex::Female } else { Sex::Male },
            birth,
            level: -0.7 + normal(&mut dice),
            falling: 0.75 * (0.4 + 0.012 * dice.between(0, 100) as f64),
            catching_up: if dice.chance(35) { 0.005 * dice.between(40, 120) as f64 } else { 0.0 },
            weight: -0.35 + 0.9 * normal(&mut dice),
            away: dice.chance(8),
        }
    }

    /// Its birthday.
    pub(super) fn birth(&self) -> Date {
        self.birth
    }

    /// What was taken on a day, as the growth library takes it.
    pub(super) fn child(&self, taken: &Measures, on: Date) -> Child {
        let days = age::days(self.birth, on).and_then(|days| u32::try_from(days).ok());
        Child {
            sex: Some(self.sex),
            age: days.map(Age::from_whole_days),
            weight: taken.weight_g.map(|grams| Kilograms(grams as f64 / 1_000.0)),
            length: taken.height_mm.map(|mm| Length {
                taken: Centimetres(mm as f64 / 10.0),
                posture: taken.position.map(|position| match position {
                    Position::Lying => Posture::Lying,
                    Position::Standing => Posture::Standing,
                }),
            }),
            ..Child::default()
        }
    }

    /// Height for age on a day of life, without the errors of measuring.
    fn height_for_age(&self, days: i64) -> f64 {
        let part = |from: i64, to: i64| ((days - from) as f64 / (to - from) as f64).clamp(0.0, 1.0);
        self.level - self.falling * part(183, 548) + self.catching_up * part(731, 1_461)
    }

    /// What is read off on a day, from birth to five years. `None` outside.
    pub(super) fn taken(&self, on: Date) -> Option<Measures> {
        let days = age::days(self.birth, on)?;
        let day = u32::try_from(days).ok()?;
        let mut dice = Dice::new(self.seed ^ u64::from(on.to_julian_day().unsigned_abs()));
        let row = TableName::LengthForAge.row(self.sex, day)?;
        let true_cm = row.measure(self.height_for_age(days) + 0.05 * normal(&mut dice));
        let standing = days >= STANDING_FROM_DAY;
        let table = if standing { TableName::WeightForHeight } else { TableName::WeightForLength };
        let z = self.weight + 0.25 * normal(&mut dice);
        let by_length = table.row(self.sex, (true_cm * 10.0).round() as u32);
        let row = by_length.or_else(|| TableName::WeightForAge.row(self.sex, day))?;
        let kilograms = row.restricted_measure(z.clamp(-4.5, 4.5)) + 0.06 * normal(&mut dice);
        let centimetres = true_cm + 0.25 * normal(&mut dice);
        // Old scales show tenths, some cadres like halves.
        let to = |value: f64, step: f64| ((value / step).round() * step).round() as i64;
        let weight_g = to(kilograms * 1_000.0, if dice.chance(30) { 10.0 } else { 100.0 });
        let height_mm = to(centimetres * 10.0, if dice.chance(15) { 5.0 } else { 1.0 });
        let (arm_mm, head_mm) = self.tapes(&mut dice, day, z);
        Some(Measures {
            weight_g: Some(weight_g.max(1_000)),
            height_mm: Some(height_mm),
            position: Some(if standing { Position::Standing } else { Position::Lying }),
            arm_mm,
            head_mm,
            oedema: 0,
            gain: None,
        })
    }

    /// Arm and head, where somebody took the tape.
    fn tapes(&self, dice: &mut Dice, day: u32, z: f64) -> (Option<i64>, Option<i64>) {
        let (arm, head) = (dice.chance(60), dice.chance(40));
        let read = |table: TableName, z: f64| {
            table
                .row(self.sex, day)
                .map(|row| (row.restricted_measure(z.clamp(-4.0, 4.0)) * 10.0).round() as i64)
        };
        let arm_mm = (arm && day >= 183).then(|| read(TableName::ArmForAge, 0.7 * z - 0.1)).flatten();
        let head_mm = (head && day < 731).then(|| read(TableName::HeadForAge, 0.4 * self.level)).flatten();
        (arm_mm, head_mm)
    }

    /// The months in which the child was seen on its posyandu's day of the month, up to `until`, and what was
    /// written. A child comes in most months; some stay away at the end.
    pub(super) fn book(&self, day_of_month: u8, until: Date) -> Vec<Weighed> {
        let gains = GainTable::default();
        let mut book: Vec<Weighed> = Vec::new();
        let mut dice = Dice::new(self.seed ^ 0x5EED);
        for back in (0..=MONTHS).rev() {
            let came = dice.chance(88);
            let (reads_table, slip) = (dice.chance(95), dice.below(1_500));
            let Some(on) = posyandu_day(until, back, day_of_month).filter(|on| *on <= until) else {
                continue;
            };
            let old = age::completed_months(self.birth, on);
            if !came || (self.away && back < 3) || on < self.birth + Duration::days(14) {
                continue;
            }
            let Some(months) = old.filter(|months| *months < 60) else { continue };
            let Some(mut taken) = self.taken(on) else { continue };
            let gained = book.last().and_then(|before| {
                let grams = taken.weight_g? - before.taken.weight_g?;
                let next = posyandu_day(on, 1, day_of_month) == Some(before.on);
                next.then(|| grams >= i64::from(gains.at(self.sex, months).unwrap_or(200)))
            });
            let letter = match (book.is_empty(), gained) {
                (true, _) => "B",
                (_, None) => "O",
                // A cadre may read the curve otherwise than the table.
                (_, Some(gained)) if gained == reads_table => "N",
                _ => "T",
            };
            taken.gain = Some(letter.to_owned());
            match slip {
                0 => taken.weight_g = taken.weight_g.map(|grams| grams * 10),
                1 => taken.height_mm = taken.height_mm.map(|mm| mm - 100),
                2..10 => taken.position = other(taken.position),
                _ => {}
            }
            book.push(Weighed { on, taken });
        }
        book
    }
}

/// Lying for standing.
pub(super) fn other(position: Option<Position>) -> Option<Position> {
    position.map(|position| match position {
        Position::Lying => Position::Standing,
        Position::Standing => Position::Lying,
    })
}

/// The day of the month of a village's posyandu: within the first twenty, so that every month has it.
pub(super) fn day_of_month(village: i64) -> u8 {
    u8::try_from(3 + village.rem_euclid(18)).unwrap_or(3)
}

/// The posyandu's day so many months before the month of `day`.
pub(super) fn posyandu_day(day: Date, months_back: i32, day_of_month: u8) -> Option<Date> {
    let month = day.year() * 12 + i32::from(u8::from(day.month())) - 1 - months_back;
    let number = u8::try_from(month.rem_euclid(12) + 1).ok()?;
    Date::from_calendar_date(month.div_euclid(12), time::Month::try_from(number).ok()?, day_of_month).ok()
}

/// A number of the standard normal distribution: twelve even ones less six.
fn normal(dice: &mut Dice) -> f64 {
    (0..12).map(|_| dice.below(10_000) as f64 / 10_000.0).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_growth::Indicator;
    use time::macros::date;

    #[test]
    fn a_district_of_children_is_as_short_as_indonesia() {
        let today = date!(2026 - 11 - 02);
        let (mut stunted, mut seen) = (0, 0);
        for nth in 0..4_000 {
            let birth = today - Duration::days(10 + nth * 1_800 / 4_000);
            let growing = Growing::new(2026, &format!("Anak {nth}"), nth % 2 == 0, birth);
            let Some(taken) = growing.taken(today) else { continue };
            let z = growing.child(&taken, today).z_score(Indicator::LengthForAge).unwrap();
            assert!(!z.flagged, "{z:?}");
            seen += 1;
            stunted += i32::from(z.z < -2.0);
        }
        assert!(seen > 3_900, "{seen}");
        assert!((780..=1_040).contains(&stunted), "{stunted} of {seen}");
    }

    #[test]
    fn a_book_is_the_same_every_time_and_goes_by_months() {
        let today = date!(2026 - 11 - 02);
        let book = || Growing::new(7, "Ani Contoh", true, date!(2025 - 01 - 20)).book(12, today);
        let (one, two) = (book(), book());
        assert!(one.len() > 6, "{}", one.len());
        assert_eq!(one.len(), two.len());
        for (one, two) in one.iter().zip(&two) {
            assert_eq!((one.on, &one.taken), (two.on, &two.taken));
            assert!(one.on <= today && one.on.day() == 12);
        }
        assert_eq!(one[0].taken.gain.as_deref(), Some("B"));
        assert_eq!(posyandu_day(date!(2026 - 01 - 31), 2, 12), Some(date!(2025 - 11 - 12)));
    }
}
