//! What was measured, judged by the standard: pure.

use asuh_growth::indonesia::{
    GainTable, Month, MonthlyReading, MonthlyStatus, Reading, Referral, Weighing, monthly, refer,
};
use asuh_growth::{
    Age, Centimetres, Child, Indicator, Kilograms, Length, NoScore, Posture, Sex, ZScore, ZScores,
};
use asuh_nusantara::age;
use time::Date;

use super::query::Taken;
use crate::steps::growth::norms::Norms;

/// Beyond this our z and the file's are told apart, in hundredths: rounding alone does not reach it.
const SAME: i64 = 5;

/// A child's measurements, the earliest first.
#[derive(Debug)]
pub(super) struct History {
    /// Of whom.
    pub sex: Option<Sex>,
    /// Born when.
    pub birth: Option<Date>,
    /// The measurements.
    pub days: Vec<Day>,
    /// By which they were judged.
    pub norms: Norms,
}

/// One measurement, judged.
#[derive(Debug)]
pub(super) struct Day {
    /// As it was taken.
    pub taken: Taken,
    /// Of several of one day, from whatever sources, the one recorded last counts.
    pub counts: bool,
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
    /// Judges what was taken, in the order of its days and of its recording.
    pub(super) fn of(sex: Option<Sex>, birth: Option<Date>, taken: Vec<Taken>, norms: Norms) -> History {
        let mut days: Vec<Day> = Vec::with_capacity(taken.len());
        for taken in taken {
            if let Some(before) = days.last_mut().filter(|day| day.taken.measured_on == taken.measured_on) {
                before.counts = false;
            }
            days.push(Day::of(sex, birth, taken));
        }
        if let Some(sex) = sex {
            read_months(&mut days, sex, &norms.gain);
        }
        History { sex, birth, days, norms }
    }

    /// The measurements that count.
    pub(super) fn counting(&self) -> impl DoubleEndedIterator<Item = &Day> {
        self.days.iter().filter(|day| day.counts)
    }

    /// The newest day that has a plausible score of an indicator: an implausible one judges nobody.
    pub(super) fn latest(&self, indicator: Indicator) -> Option<&Day> {
        self.counting().rev().find(|day| day.score(indicator).is_ok_and(|score| !score.flagged))
    }

    /// The newest day, if a score of it is implausible.
    pub(super) fn to_measure_again(&self) -> Option<&Day> {
        let flagged = |day: &&Day| {
            Indicator::WEIGHT_AND_LENGTH.iter().any(|one| day.score(*one).is_ok_and(|score| score.flagged))
        };
        self.counting().next_back().filter(flagged)
    }

    /// Whether the child is to be sent on, by its newest measurement.
    pub(super) fn referral(&self) -> Option<Referral> {
        let day = self.counting().next_back()?;
        refer(&day.child, day.month.as_ref(), &self.norms.lines)
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
            counts: true,
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
/// would make a child gain and lose kilograms. The first weighing that we know of is the child's first unless the
/// posyandu says otherwise.
fn read_months(days: &mut [Day], sex: Sex, gain: &GainTable) {
    let mut places: Vec<usize> = Vec::new();
    let mut weighings: Vec<Weighing> = Vec::new();
    for (place, day) in days.iter().enumerate().filter(|(_, day)| day.counts) {
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
    let readings = monthly(&weighings, sex, gain).unwrap_or_default();
    for (place, reading) in places.into_iter().zip(readings) {
        let Some(day) = days.get_mut(place) else { continue };
        let otherwise = day.taken.gain.as_deref().is_some_and(|letter| letter != "B");
        if reading.status != Some(MonthlyStatus::First) || !otherwise {
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
        let history = History::of(Some(Sex::Male), Some(date!(2024 - 01 - 01)), vec![row], Norms::default());
        let day = &history.days[0];
        assert_eq!(hundredths(day.score(Indicator::WeightForAge).unwrap().z), -173);
        assert_eq!(hundredths(day.score(Indicator::LengthForAge).unwrap().z), -295);
        assert!(!day.differs(Indicator::WeightForAge));
        assert!(!day.differs(Indicator::LengthForAge), "0.05 is the same");
        assert!(!day.differs(Indicator::WeightForLength), "-0.15 and -0.20");
        assert!(!day.differs(Indicator::BmiForAge), "no file prints it");
        let other = Taken { file_haz: Some(-301), ..day.taken.clone() };
        let history =
            History::of(Some(Sex::Male), Some(date!(2024 - 01 - 01)), vec![other], Norms::default());
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
            Norms::default(),
        );
        // The second weighing of February counts; the 90.5 kg of April does not, so May follows no weighing.
        assert_eq!(letters(&history), "B-NT-O");
        assert_eq!(history.days[4].score(Indicator::WeightForAge).map(|score| score.flagged), Ok(true));
    }

    #[test]
    fn without_sex_or_birthday_nothing_is_judged() {
        let rows = || vec![taken(date!(2026 - 05 - 08), 10_600, 815, "lying")];
        for (sex, birth) in [(None, Some(date!(2024 - 01 - 01))), (Some(Sex::Male), None)] {
            let history = History::of(sex, birth, rows(), Norms::default());
            assert!(history.latest(Indicator::LengthForAge).is_none());
            assert_eq!(letters(&history), "-");
            assert!(history.referral().is_none());
        }
    }

    #[test]
    fn of_two_measurements_of_a_day_the_one_recorded_last_counts() {
        let birth = Some(date!(2025 - 01 - 15));
        let day = date!(2026 - 02 - 20);
        let two = vec![taken(day, 8_000, 750, "lying"), taken(day, 9_000, 750, "lying")];
        let history = History::of(Some(Sex::Female), birth, two, Norms::default());
        assert_eq!(letters(&history), "-B");
        assert_eq!(history.counting().count(), 1);
        let latest = history.latest(Indicator::WeightForAge).map(|day| day.taken.weight_g);
        assert_eq!(latest, Some(Some(9_000)));
    }

    #[test]
    fn the_first_weighing_known_is_the_first_unless_the_posyandu_says_otherwise() {
        let of = |gain: Option<&str>| {
            let row =
                Taken { gain: gain.map(str::to_owned), ..taken(date!(2026 - 02 - 20), 9_000, 750, "lying") };
            letters(&History::of(Some(Sex::Female), Some(date!(2025 - 01 - 15)), vec![row], Norms::default()))
        };
        assert_eq!([of(None), of(Some("B")), of(Some("N"))], ["B", "B", "-"]);
    }

    #[test]
    fn an_implausible_score_judges_nobody() {
        let rows = vec![
            taken(date!(2026 - 01 - 20), 8_800, 745, "lying"),
            taken(date!(2026 - 02 - 20), 9_000, 400, "lying"),
        ];
        let birth = Some(date!(2025 - 01 - 15));
        let history = History::of(Some(Sex::Female), birth, rows, Norms::default());
        let latest = |indicator| history.latest(indicator).map(|day| day.taken.measured_on);
        assert_eq!(latest(Indicator::LengthForAge), Some(date!(2026 - 01 - 20)));
        assert_eq!(latest(Indicator::WeightForAge), Some(date!(2026 - 02 - 20)));
        assert!(history.to_measure_again().is_some());
    }
}
