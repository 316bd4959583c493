//! What was measured, judged by the standard: pure.

use asuh_growth::indonesia::{
    GainTable, Month, MonthlyReading, Reading, Referral, ReferralLines, Weighing, monthly, refer,
};
use asuh_growth::{
    Age, Centimetres, Child, Indicator, Kilograms, Length, NoScore, Posture, Sex, ZScore, ZScores,
};
use asuh_nusantara::age;
use time::Date;

use super::query::Taken;

/// Beyond this our z and the file's are told apart, in hundredths: rounding alone does not reach it.
const SAME: i64 = 5;

/// A child's measurements, the earliest first.
#[derive(Debug)]
pub(super) struct History {
    /// Of whom.
    pub sex: Option<Sex>,
    /// Born when.
    pub birth: Option<Date>,
    /// The days.
    pub days: Vec<Day>,
}

/// One measurement, judged.
#[derive(Debug)]
pub(super) struct Day {
    /// As it was taken.
    pub taken: Taken,
    /// Age in completed months.
    pub months: Option<u32>,
    /// As the standard sees it.
    pub child: Child,
    /// Our z-scores.
    pub scores: ZScores,
    /// Our categories.
    pub status: Reading,
    /// Our N, T, O or B, at the last plausible weighing of a calendar month.
    pub month: Option<MonthlyReading>,
}

impl History {
    /// Judges what was taken, in the order of its days.
    pub(super) fn of(sex: Option<Sex>, birth: Option<Date>, taken: Vec<Taken>) -> History {
        let mut days: Vec<Day> = taken.into_iter().map(|taken| Day::of(sex, birth, taken)).collect();
        if let Some(sex) = sex {
            read_months(&mut days, sex);
        }
        History { sex, birth, days }
    }

    /// The newest day that has a score of an indicator, plausible or not.
    pub(super) fn latest(&self, indicator: Indicator) -> Option<&Day> {
        self.days.iter().rev().find(|day| day.scores.of(indicator).is_ok())
    }

    /// Whether the child is to be sent on, by its newest measurement.
    pub(super) fn referral(&self) -> Option<Referral> {
        let day = self.days.last()?;
        refer(&day.child, day.month.as_ref(), &ReferralLines::default())
    }
}

impl Day {
    fn of(sex: Option<Sex>, birth: Option<Date>, taken: Taken) -> Day {
        let cm = |mm: i64| mm as f64 / 10.0;
        let posture = match taken.position.as_deref() {
            Some("lying") => Some(Posture::Lying),
            Some("standing") => Some(Posture::Standing),
            _ => None,
        };
        let days = birth.and_then(|birth| age::days(birth, taken.measured_on));
        let child = Child {
            sex,
            age: days.and_then(|days| u32::try_from(days).ok()).map(Age::from_whole_days),
            weight: taken.weight_g.map(|grams| Kilograms(grams as f64 / 1000.0)),
            length: taken.height_mm.map(|mm| Length { taken: Centimetres(cm(mm)), posture }),
            head: taken.head_mm.map(|mm| Centimetres(cm(mm))),
            arm: taken.arm_mm.map(|mm| Centimetres(cm(mm))),
            ..Child::default()
        };
        Day {
            months: birth.and_then(|birth| age::completed_months(birth, taken.measured_on)),
            scores: child.z_scores(),
            status: Reading::of(&child),
            month: None,
            child,
            taken,
        }
    }

    /// Our score of an indicator.
    pub(super) fn score(&self, indicator: Indicator) -> Result<ZScore, NoScore> {
        self.scores.of(indicator)
    }

    /// The z and the word that the file printed for an indicator.
    pub(super) fn printed(&self, indicator: Indicator) -> (Option<i64>, Option<&str>) {
        let (z, word) = match indicator {
            Indicator::WeightForAge => (self.taken.file_waz, &self.taken.file_weight_status),
            Indicator::LengthForAge => (self.taken.file_haz, &self.taken.file_height_status),
            Indicator::WeightForLength => (self.taken.file_whz, &self.taken.file_wasting_status),
            _ => (None, &None),
        };
        (z, word.as_deref())
    }

    /// Whether our z is another than the file's.
    pub(super) fn differs(&self, indicator: Indicator) -> bool {
        match (self.score(indicator), self.printed(indicator).0) {
            (Ok(score), Some(printed)) => (hundredths(score.z) - printed).abs() > SAME,
            _ => false,
        }
    }
}

/// A z-score as it is stored and printed.
pub(super) fn hundredths(z: f64) -> i64 {
    (z * 100.0).round() as i64
}

/// Reads N, T, O and B from the last weighing of each calendar month. A weight that cannot be is no weighing: it
/// would make a child gain and lose kilograms.
fn read_months(days: &mut [Day], sex: Sex) {
    let mut places: Vec<usize> = Vec::new();
    let mut weighings: Vec<Weighing> = Vec::new();
    for (place, day) in days.iter().enumerate() {
        let plausible = day.score(Indicator::WeightForAge).is_ok_and(|score| !score.flagged);
        let on = day.taken.measured_on;
        let month = u16::try_from(on.year()).ok().and_then(|year| Month::new(year, u8::from(on.month())));
        let grams = day.taken.weight_g.and_then(|grams| u32::try_from(grams).ok());
        let (true, Some(month), Some(grams), Some(completed_months)) = (plausible, month, grams, day.months)
        else {
            continue;
        };
        if weighings.last().is_some_and(|last| last.month == month) {
            weighings.pop();
            places.pop();
        }
        weighings.push(Weighing { month, completed_months, grams });
        places.push(place);
    }
    // Days come in order, one per month stays: the months rise.
    let readings = monthly(&weighings, sex, &GainTable::default()).unwrap_or_default();
    for (place, reading) in places.into_iter().zip(readings) {
        if let Some(day) = days.get_mut(place) {
            day.month = Some(reading);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use time::macros::date;

    /// A measurement of which only this is known.
    pub(in crate::steps::growth::child) fn taken(
        day: Date,
        weight_g: i64,
        height_mm: i64,
        position: &str,
    ) -> Taken {
        Taken {
            measured_on: day,
            weight_g: Some(weight_g),
            height_mm: Some(height_mm),
            position: Some(position.to_owned()),
            arm_mm: None,
            head_mm: None,
            file_waz: None,
            file_haz: None,
            file_whz: None,
            file_weight_status: None,
            file_height_status: None,
            file_wasting_status: None,
            gain: None,
            posyandu: String::new(),
            source: "eppgbm".into(),
        }
    }

    fn letters(history: &History) -> String {
        let letter =
            |day: &Day| day.month.and_then(|month| month.status).map_or('-', |status| status.letter());
        history.days.iter().map(letter).collect()
    }

    #[test]
    fn the_row_of_a_real_export_has_our_z_beside_the_files() {
        // Boy of 858 days, 10.6 kg, 81.5 cm lying: the file printed -1.73, -2.95 and -0.15.
        let row = Taken {
            file_waz: Some(-173),
            file_haz: Some(-300),
            file_whz: Some(-20),
            ..taken(date!(2026 - 05 - 08), 10_600, 815, "lying")
        };
        let history = History::of(Some(Sex::Male), Some(date!(2024 - 01 - 01)), vec![row]);
        let day = &history.days[0];
        assert_eq!(hundredths(day.score(Indicator::WeightForAge).unwrap().z), -173);
        assert_eq!(hundredths(day.score(Indicator::LengthForAge).unwrap().z), -295);
        assert!(!day.differs(Indicator::WeightForAge));
        assert!(!day.differs(Indicator::LengthForAge), "0.05 is the same");
        assert!(!day.differs(Indicator::WeightForLength), "-0.15 and -0.20");
        assert!(!day.differs(Indicator::BmiForAge), "no file prints it");
        let other = Taken { file_haz: Some(-301), ..day.taken.clone() };
        let history = History::of(Some(Sex::Male), Some(date!(2024 - 01 - 01)), vec![other]);
        assert!(history.days[0].differs(Indicator::LengthForAge));
    }

    #[test]
    fn months_are_read_from_their_last_plausible_weighing() {
        let weighed = |day, grams| taken(day, grams, 750, "lying");
        let history = History::of(
            Some(Sex::Female),
            Some(date!(2025 - 01 - 15)),
            vec![
                weighed(date!(2026 - 01 - 10), 8_800),
                weighed(date!(2026 - 02 - 03), 8_000),
                weighed(date!(2026 - 02 - 20), 9_000),
                weighed(date!(2026 - 03 - 10), 9_050),
                weighed(date!(2026 - 04 - 10), 90_500),
                weighed(date!(2026 - 05 - 10), 9_400),
            ],
        );
        // The second weighing of February counts; the 90.5 kg of April does not, so May follows no weighing.
        assert_eq!(letters(&history), "B-NT-O");
        assert_eq!(history.days[4].score(Indicator::WeightForAge).map(|score| score.flagged), Ok(true));
    }

    #[test]
    fn without_sex_or_birthday_nothing_is_judged() {
        let rows = || vec![taken(date!(2026 - 05 - 08), 10_600, 815, "lying")];
        for history in [
            History::of(None, Some(date!(2024 - 01 - 01)), rows()),
            History::of(Some(Sex::Male), None, rows()),
        ] {
            assert!(history.latest(Indicator::LengthForAge).is_none());
            assert_eq!(letters(&history), "-");
            assert!(history.referral().is_none());
        }
    }
}
