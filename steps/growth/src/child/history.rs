//! What the child's page shows beyond how the child stands ([`standing`](super::super::standing), by which the
//! lists go as well): each day as the standard draws it, and the file's z beside ours. Pure.

use asuh_growth::indonesia::{MonthlyReading, Reading};
use asuh_growth::{Child, Indicator, NoScore, Sex, ZScore, ZScores};
use asuh_nusantara::age;
use asuh_store::Id;
use time::Date;

use super::super::norms::Norms;
use super::super::reading::{Doubt, Facts, FilePrint, Taken};
use super::super::standing::rules::{Computed, Placed, Standing, read};
use super::query::Measured;

/// Measurements that are shown: more than five years of months from two sources.
const MOST: usize = 200;

/// A child's measurements, the earliest first.
#[derive(Debug)]
pub(super) struct History {
    /// Of whom.
    pub sex: Option<Sex>,
    /// Born when.
    pub birth: Option<Date>,
    /// The newest measurements.
    pub days: Vec<Day>,
    /// How the child stands; missing only where it was never measured.
    pub standing: Option<Standing>,
    /// By which it was judged.
    pub norms: Norms,
}

/// One measurement, judged.
#[derive(Debug)]
pub(super) struct Day {
    /// As it was taken.
    pub taken: Taken,
    /// What the file printed.
    pub file: FilePrint,
    /// What it says of itself.
    pub computed: Computed,
    /// Of several of one day, from whatever sources, the one recorded last counts.
    pub counts: bool,
    /// Our N, T, O or B, at the last weighing of a calendar month.
    pub month: Option<MonthlyReading>,
    /// Age in completed months.
    pub months: Option<u32>,
    /// As the standard sees it.
    pub child: Child,
    /// The scores of it, also those that only the chart draws.
    pub scores: ZScores,
    /// The categories of that day, or why there is none.
    pub status: Reading,
}

/// How a child stands by an indicator.
pub(super) struct Held<'a> {
    /// The measurement that it is of.
    pub day: &'a Day,
    /// z times 100; none where oedema alone decides.
    pub z: Option<i64>,
    /// Code of the category.
    pub status: &'a str,
}

impl History {
    /// Judges what was taken, in the order of its days and of its recording.
    pub(super) fn of(facts: &Facts, measured: Vec<Measured>, norms: Norms) -> History {
        let (taken, files): (Vec<Taken>, Vec<FilePrint>) =
            measured.into_iter().map(|one| (one.taken, one.file)).unzip();
        let (said, standing) = read(facts, &taken, &norms);
        let skip = taken.len().saturating_sub(MOST);
        let days = taken.into_iter().zip(files).zip(said).skip(skip);
        let days = days.map(|((taken, file), said)| Day::of(facts, taken, file, said)).collect();
        History { sex: facts.standard_sex(), birth: facts.birth_date, days, standing, norms }
    }

    /// The measurements that count.
    pub(super) fn counting(&self) -> impl DoubleEndedIterator<Item = &Day> {
        self.days.iter().filter(|day| day.counts)
    }

    fn day(&self, id: Id) -> Option<&Day> {
        self.days.iter().find(|day| day.taken.id == id)
    }

    /// How the child stands by one of the four indicators of the regulation.
    pub(super) fn held(&self, indicator: Indicator) -> Option<Held<'_>> {
        let standing = self.standing.as_ref()?;
        let (z, from, status) = match indicator {
            Indicator::LengthForAge => (standing.haz, standing.haz_from, &standing.height_status),
            Indicator::WeightForAge => (standing.waz, standing.waz_from, &standing.weight_status),
            Indicator::WeightForLength => (standing.whz, standing.whz_from, &standing.wasting_status),
            Indicator::BmiForAge => (standing.baz, standing.baz_from, &standing.bmi_status),
            _ => return None,
        };
        let latest = self.day(standing.measurement_id)?;
        // Oedema makes the latest day's category whatever was weighed before.
        let swollen =
            latest.taken.oedema && matches!(indicator, Indicator::WeightForLength | Indicator::BmiForAge);
        let (day, z) = if swollen { (latest, None) } else { (self.day(from?)?, z) };
        Some(Held { day, z, status: status.as_deref()? })
    }

    /// The newest day with what about it cannot be; none where all of it can.
    pub(super) fn to_measure_again(&self) -> Option<(Date, Vec<Doubt>)> {
        let standing = self.standing.as_ref()?;
        let doubts = Doubt::parse(&standing.implausible);
        (!doubts.is_empty()).then_some((standing.measured_on, doubts))
    }
}

impl Day {
    fn of(facts: &Facts, taken: Taken, file: FilePrint, said: Placed) -> Day {
        let child = taken.child(facts);
        Day {
            months: facts.birth_date.and_then(|birth| age::completed_months(birth, taken.measured_on)),
            scores: child.z_scores(),
            status: Reading::of(&child),
            computed: said.computed,
            counts: said.counts,
            month: said.month,
            child,
            taken,
            file,
        }
    }

    /// The standard's score of an indicator, or why there is none.
    pub(super) fn score(&self, indicator: Indicator) -> Result<ZScore, NoScore> {
        self.scores.of(indicator)
    }

    /// Our z of an indicator times 100, also one that cannot be; that of the four is the stored one.
    pub(super) fn z(&self, indicator: Indicator) -> Option<i64> {
        let computed = &self.computed.scores;
        match indicator {
            Indicator::LengthForAge => computed.haz,
            Indicator::WeightForAge => computed.waz,
            Indicator::WeightForLength => computed.whz,
            Indicator::BmiForAge => computed.baz,
            _ => self.score(indicator).ok().map(|score| (score.z * 100.0).round() as i64),
        }
    }

    /// The z and the word that the file printed for an indicator.
    pub(super) fn printed(&self, indicator: Indicator) -> (Option<i64>, Option<&str>) {
        let nth = match indicator {
            Indicator::WeightForAge => 0,
            Indicator::LengthForAge => 1,
            Indicator::WeightForLength => 2,
            _ => return (None, None),
        };
        (self.file.z[nth], self.file.words[nth].as_deref())
    }

    /// Whether our z is another than the file's, by more than this many hundredths.
    pub(super) fn differs(&self, indicator: Indicator, limit: i64) -> bool {
        let both = self.z(indicator).zip(self.printed(indicator).0);
        both.is_some_and(|(ours, printed)| (ours - printed).abs() > limit)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::rules::Position;
    use asuh_store::Instant;
    use time::macros::date;

    /// A measurement of which only this is known.
    pub(in crate::child) fn taken(day: Date, weight_g: i64, height_mm: i64, position: Position) -> Measured {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&day.to_julian_day().to_be_bytes());
        id[8..].copy_from_slice(&weight_g.to_be_bytes());
        let taken = Taken {
            id: Id::from_bytes(id),
            measured_on: day,
            recorded_at: Instant(0),
            source: "eppgbm".into(),
            posyandu: String::new(),
            weight_g: Some(weight_g),
            height_mm: Some(height_mm),
            position: Some(position),
            arm_mm: None,
            head_mm: None,
            oedema: false,
            gain: None,
        };
        Measured { taken, file: FilePrint::default() }
    }

    fn lying(day: Date, weight_g: i64, height_mm: i64) -> Measured {
        taken(day, weight_g, height_mm, Position::Lying)
    }

    fn girl(measured: Vec<Measured>) -> History {
        let facts = Facts { sex: Some(asuh_nusantara::Sex::Female), birth_date: Some(date!(2025 - 01 - 15)) };
        History::of(&facts, measured, Norms::default())
    }

    fn letters(history: &History) -> String {
        let letter =
            |day: &Day| day.month.and_then(|month| month.status).map_or('-', |status| status.letter());
        history.days.iter().map(letter).collect()
    }

    #[test]
    fn the_row_of_a_real_export_has_our_z_beside_the_files() {
        // Boy of 858 days, 10.6 kg, 81.5 cm lying: the file printed -1.73, -2.95 and -0.15.
        let boy = Facts { sex: Some(asuh_nusantara::Sex::Male), birth_date: Some(date!(2024 - 01 - 01)) };
        let of = |file_haz| {
            let file = FilePrint { z: [Some(-173), Some(file_haz), Some(-20)], ..FilePrint::default() };
            let row = Measured { file, ..lying(date!(2026 - 05 - 08), 10_600, 815) };
            History::of(&boy, vec![row], Norms::default())
        };
        let history = of(-300);
        let day = &history.days[0];
        assert_eq!(day.z(Indicator::WeightForAge), Some(-173));
        assert_eq!(day.z(Indicator::LengthForAge), Some(-295));
        assert!(!day.differs(Indicator::WeightForAge, 5));
        assert!(!day.differs(Indicator::LengthForAge, 5), "0.05 is the same");
        assert!(!day.differs(Indicator::WeightForLength, 5), "-0.15 and -0.20");
        assert!(!day.differs(Indicator::BmiForAge, 5), "no file prints it");
        assert!(of(-301).days[0].differs(Indicator::LengthForAge, 5));
    }

    #[test]
    fn months_are_read_from_their_last_plausible_weighing() {
        let weighed = |day, grams| lying(day, grams, 750);
        let history = girl(vec![
            weighed(date!(2026 - 01 - 10), 8_800),
            weighed(date!(2026 - 02 - 03), 8_000),
            weighed(date!(2026 - 02 - 20), 9_000),
            weighed(date!(2026 - 03 - 10), 9_050),
            weighed(date!(2026 - 04 - 10), 90_500),
            weighed(date!(2026 - 05 - 10), 9_400),
        ]);
        // The second weighing of February counts; the 90.5 kg of April does not, so May follows no weighing.
        assert_eq!(letters(&history), "B-NT-O");
        assert_eq!(history.days[4].score(Indicator::WeightForAge).map(|score| score.flagged), Ok(true));
        // Each is the stored letter of its weighing.
        for day in &history.days {
            let letter = day.month.and_then(|month| month.status).map(|status| status.letter());
            assert!(letter.is_none() || letter == day.computed.gain, "{day:?}");
        }
    }

    #[test]
    fn without_sex_or_birthday_nothing_is_judged() {
        let girl = Facts { sex: Some(asuh_nusantara::Sex::Female), birth_date: Some(date!(2024 - 01 - 01)) };
        for facts in [Facts { sex: None, ..girl }, Facts { birth_date: None, ..girl }] {
            let rows = vec![lying(date!(2026 - 05 - 08), 10_600, 815)];
            let history = History::of(&facts, rows, Norms::default());
            assert!(history.held(Indicator::LengthForAge).is_none());
            assert_eq!(letters(&history), "-");
            assert_eq!(history.standing.map(|standing| standing.reasons), Some(String::new()));
        }
    }

    #[test]
    fn of_two_measurements_of_a_day_the_one_recorded_last_counts() {
        let day = date!(2026 - 02 - 20);
        let history = girl(vec![lying(day, 8_000, 750), lying(day, 9_000, 750)]);
        assert_eq!(letters(&history), "-B");
        assert_eq!(history.counting().count(), 1);
        let held = history.held(Indicator::WeightForAge).map(|held| held.day.taken.weight_g);
        assert_eq!(held, Some(Some(9_000)));
    }

    #[test]
    fn the_first_weighing_known_is_the_first_unless_the_posyandu_says_otherwise() {
        let of = |gain: Option<&str>| {
            let mut row = lying(date!(2026 - 02 - 20), 9_000, 750);
            row.taken.gain = gain.map(str::to_owned);
            letters(&girl(vec![row]))
        };
        assert_eq!([of(None), of(Some("B")), of(Some("N"))], ["B", "B", "-"]);
    }

    #[test]
    fn an_implausible_score_judges_nobody() {
        let history =
            girl(vec![lying(date!(2026 - 01 - 20), 8_800, 745), lying(date!(2026 - 02 - 20), 9_000, 400)]);
        let held = |indicator| history.held(indicator).map(|held| held.day.taken.measured_on);
        assert_eq!(held(Indicator::LengthForAge), Some(date!(2026 - 01 - 20)));
        assert_eq!(held(Indicator::WeightForAge), Some(date!(2026 - 02 - 20)));
        let (day, doubts) = history.to_measure_again().expect("it cannot be");
        assert!(day == date!(2026 - 02 - 20) && doubts.contains(&Doubt::Haz), "{doubts:?}");
    }

    #[test]
    fn oedema_judges_the_day_on_which_it_was_seen() {
        let mut swollen = lying(date!(2026 - 02 - 20), 9_000, 750);
        swollen.taken.oedema = true;
        let history = girl(vec![lying(date!(2026 - 01 - 20), 8_800, 745), swollen]);
        let held = history.held(Indicator::WeightForLength).expect("a category");
        assert_eq!((held.z, held.status), (None, "severely_wasted"));
        assert_eq!(held.day.taken.measured_on, date!(2026 - 02 - 20));
        let weight = history.held(Indicator::WeightForAge).expect("the one before");
        assert_eq!(weight.day.taken.measured_on, date!(2026 - 01 - 20));
    }

    #[test]
    fn only_the_newest_are_shown_and_all_are_read() {
        let day = |nth: i64| date!(2025 - 02 - 01) + time::Duration::days(nth);
        let all = (0..MOST as i64 + 1).map(|nth| lying(day(nth), 5_000 + nth, 600)).collect();
        let history = girl(all);
        assert_eq!(history.days.len(), MOST);
        let first = history.days.iter().find_map(|day| day.month).and_then(|month| month.status);
        assert_eq!(first.map(|status| status.letter()), Some('B'), "February");
    }
}
