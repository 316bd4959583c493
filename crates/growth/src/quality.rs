//! How well a batch of children was measured, by the checks that WHO and UNICEF recommend for anthropometric data
//! (2019): what is missing, what is flagged, whether weights and lengths end in favourite digits, whether ages
//! heap, how widely z-scores scatter, how children were laid or stood.
//!
//! None of these proves a fault; each says where to look. The guidance sets no limit that fits everywhere.
//!
//! ```
//! use asuh_growth::quality::QualityReport;
//! use asuh_growth::{Age, Child, Kilograms, Length, Sex};
//!
//! let children = (0..500_u32).map(|n| Child {
//!     sex: Some(Sex::Female),
//!     age: Some(Age::from_whole_days(300 + n)),
//!     weight: Some(Kilograms(f64::from(80 + n / 10) / 10.0)),
//!     length: Some(Length::lying(70.0 + f64::from(n / 25))),
//!     ..Child::default()
//! });
//! let report = QualityReport::of(children);
//! // All lengths are whole centimetres: somebody rounds.
//! assert_eq!(report.length_digits.favourite(), Some(0));
//! assert_eq!(report.length_digits.dissimilarity(), Some(90.0));
//! ```

use crate::{Child, Indicator, NoScore, Posture, Sex};

/// The report of a batch of children. Build it child by child with [`QualityReport::add`], or at once with
/// [`QualityReport::of`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct QualityReport {
    /// All children.
    pub children: u64,
    /// Boys.
    pub boys: u64,
    /// Girls.
    pub girls: u64,
    /// What is not known.
    pub missing: Missing,
    /// By the last digit of the weight, at 0.1 kg.
    pub weight_digits: Digits,
    /// By the last digit of the length, at 0.1 cm.
    pub length_digits: Digits,
    /// By age.
    pub ages: Ages,
    /// How children were measured: below 9 months, 9 to 23, 24 to 59.
    pub postures: [PostureCount; 3],
    scores: [Scatter; 8],
}

/// Children of whom something is not known, or cannot be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Missing {
    /// Sex.
    pub sex: u64,
    /// Age.
    pub age: u64,
    /// Weight, or one of zero or less.
    pub weight: u64,
    /// Length, or one of zero or less.
    pub length: u64,
    /// Posture, of those with a length.
    pub posture: u64,
}

/// How often each last digit occurs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Digits {
    /// Measurements that end in 0 to 9.
    pub counts: [u64; 10],
}

impl Digits {
    fn add(&mut self, value: f64) {
        // A hair more, so that 64.6 still ends in 6 after single precision made it 64.5999985.
        let tenths = (value * 10.0 + 1e-3).floor();
        self.counts[((tenths % 10.0) as usize).min(9)] += 1;
    }

    /// The index of dissimilarity: which percentage would have to end in another digit for all to be equally
    /// frequent. 0 is even, 90 is one digit alone. `None` without measurements.
    #[must_use]
    pub fn dissimilarity(&self) -> Option<f64> {
        dissimilarity(&self.counts)
    }

    /// The most frequent digit; the lower one of equals.
    #[must_use]
    pub fn favourite(&self) -> Option<u8> {
        let most = *self.counts.iter().max()?;
        (most > 0).then(|| self.counts.iter().position(|count| *count == most).unwrap_or_default() as u8)
    }
}

/// How often each age occurs, 0 to 59 completed months of 30.4375 days.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ages {
    /// Children by completed month.
    pub months: Vec<u64>,
    /// Children of 60 months and more.
    pub older: u64,
}

impl Ages {
    /// The index of dissimilarity of the twelve months of the year of life, over all ages, in percent.
    #[must_use]
    pub fn dissimilarity(&self) -> Option<f64> {
        let mut of_year = [0; 12];
        for (month, count) in self.months.iter().enumerate() {
            of_year[month % 12] += count;
        }
        dissimilarity(&of_year)
    }

    /// How many times too many children are 12, 24, 36 or 48 months old, of those from 12 to 59 months: about 1
    /// without heaping.
    #[must_use]
    pub fn heaping_at_whole_years(&self) -> Option<f64> {
        let from_one_year = self.months.get(12..)?;
        let all: u64 = from_one_year.iter().sum();
        let whole: u64 = from_one_year.iter().step_by(12).sum();
        (all > 0).then(|| whole as f64 * 12.0 / all as f64)
    }
}

/// How the lengths of an age group were taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PostureCount {
    /// Lying.
    pub lying: u64,
    /// Standing; below 9 months it is taken for a slip.
    pub standing: u64,
    /// Nobody wrote it down.
    pub unknown: u64,
}

impl PostureCount {
    /// Children lying for each one standing; `None` where nobody stood.
    #[must_use]
    pub fn lying_per_standing(&self) -> Option<f64> {
        (self.standing > 0).then(|| self.lying as f64 / self.standing as f64)
    }
}

/// How the z-scores of an indicator scatter. Mean and deviation are those of the plausible ones.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Scatter {
    /// Children with a plausible score.
    pub plausible: u64,
    /// Children with an implausible one.
    pub flagged: u64,
    /// Children without a score although they were measured: beyond the ages or lengths of the standard, or not
    /// above zero. Oedema is not counted.
    pub outside: u64,
    mean: f64,
    squares: f64,
}

impl Scatter {
    /// The mean.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.plausible > 0).then_some(self.mean)
    }

    /// The standard deviation: about 1 in a healthy population measured well; much more tells of careless
    /// measuring, or of villages that differ much.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        (self.plausible > 1).then(|| (self.squares / (self.plausible - 1) as f64).sqrt())
    }

    /// Flagged scores in percent of all scores.
    #[must_use]
    pub fn flagged_percent(&self) -> Option<f64> {
        let all = self.plausible + self.flagged;
        (all > 0).then(|| self.flagged as f64 * 100.0 / all as f64)
    }

    fn add(&mut self, z: f64) {
        self.plausible += 1;
        let from_mean = z - self.mean;
        self.mean += from_mean / self.plausible as f64;
        self.squares += from_mean * (z - self.mean);
    }
}

impl Default for QualityReport {
    fn default() -> QualityReport {
        QualityReport {
            children: 0,
            boys: 0,
            girls: 0,
            missing: Missing::default(),
            weight_digits: Digits::default(),
            length_digits: Digits::default(),
            ages: Ages { months: vec![0; 60], older: 0 },
            postures: [PostureCount::default(); 3],
            scores: [Scatter::default(); 8],
        }
    }
}

impl QualityReport {
    /// The report of all these children.
    #[must_use]
    pub fn of(children: impl IntoIterator<Item = Child>) -> QualityReport {
        let mut report = QualityReport::default();
        children.into_iter().for_each(|child| report.add(&child));
        report
    }

    /// How the z-scores of an indicator scatter.
    #[must_use]
    pub fn scatter(&self, indicator: Indicator) -> &Scatter {
        &self.scores[indicator as usize]
    }

    /// Counts a child.
    pub fn add(&mut self, child: &Child) {
        self.children += 1;
        match child.sex {
            Some(Sex::Male) => self.boys += 1,
            Some(Sex::Female) => self.girls += 1,
            None => self.missing.sex += 1,
        }
        let usable = |value: f64| value.is_finite() && value > 0.0;
        match child.weight.filter(|weight| usable(weight.0)) {
            Some(weight) => self.weight_digits.add(weight.0),
            None => self.missing.weight += 1,
        }
        let length = child.length.filter(|length| usable(length.taken.0));
        match length {
            Some(length) => {
                self.length_digits.add(length.taken.0);
                self.missing.posture += u64::from(length.posture.is_none());
            }
            None => self.missing.length += 1,
        }
        match child.age.map(|age| age.months()) {
            None => self.missing.age += 1,
            Some(months) => {
                match self.ages.months.get_mut(months as usize) {
                    Some(count) => *count += 1,
                    None => self.ages.older += 1,
                }
                if let Some(length) = length.filter(|_| months < 60.0) {
                    let group = usize::from(months >= 9.0) + usize::from(months >= 24.0);
                    let count = &mut self.postures[group];
                    *match length.posture {
                        Some(Posture::Lying) => &mut count.lying,
                        Some(Posture::Standing) => &mut count.standing,
                        None => &mut count.unknown,
                    } += 1;
                }
            }
        }
        for (indicator, score) in child.z_scores().iter() {
            let scatter = &mut self.scores[indicator as usize];
            match score {
                Ok(score) if score.flagged => scatter.flagged += 1,
                Ok(score) => scatter.add(score.z),
                Err(
                    NoScore::AgeOutside | NoScore::LengthOutside | NoScore::NotPositive | NoScore::Undefined,
                ) => scatter.outside += 1,
                Err(_) => {}
            }
        }
    }
}

/// Half the sum of differences from an even share, in percent.
fn dissimilarity(counts: &[u64]) -> Option<f64> {
    let all: u64 = counts.iter().sum();
    let even = 100.0 / counts.len() as f64;
    let share = |count: &u64| (*count as f64 * 100.0 / all as f64 - even).abs();
    (all > 0).then(|| counts.iter().map(share).sum::<f64>() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Age, Kilograms, Length, Oedema, TableName};

    fn child(days: u32, kg: f64, length: Length) -> Child {
        Child {
            sex: Some(Sex::Male),
            age: Some(Age::from_whole_days(days)),
            weight: Some(Kilograms(kg)),
            length: Some(length),
            ..Child::default()
        }
    }

    #[test]
    fn favourite_digits_are_found() {
        let mut digits = Digits::default();
        assert_eq!((digits.favourite(), digits.dissimilarity()), (None, None));
        for tenth in 0..1000 {
            digits.add(f64::from(tenth) / 10.0);
        }
        assert_eq!(digits.counts, [100; 10], "no tenth slips to its neighbour");
        let mut single = Digits::default();
        (0..1200_u16).for_each(|tenth| single.add(f64::from(f32::from(tenth) / 10.0)));
        assert_eq!(single.counts, [120; 10]);
        assert_eq!(digits.dissimilarity(), Some(0.0));
        let halves = Digits { counts: [50, 0, 0, 0, 0, 50, 0, 0, 0, 0] };
        assert_eq!((halves.favourite(), halves.dissimilarity()), (Some(0), Some(80.0)));
    }

    #[test]
    fn heaping_of_ages_is_found() {
        let even = QualityReport::of((366..1826).map(|day| child(day, 12.0, Length::standing(90.0))));
        assert!((even.ages.heaping_at_whole_years().unwrap() - 1.0).abs() < 0.05);
        assert!(even.ages.dissimilarity().unwrap() < 2.0);
        let years = [366, 731, 1096, 1462, 800].repeat(10);
        let heaped = QualityReport::of(years.into_iter().map(|day| child(day, 12.0, Length::standing(90.0))));
        assert_eq!(heaped.ages.heaping_at_whole_years(), Some(9.6));
        assert_eq!(heaped.ages.months[12], 10);
    }

    #[test]
    fn postures_are_counted_by_age() {
        let report = QualityReport::of([
            child(100, 6.0, Length::standing(60.0)),
            child(300, 8.0, Length::lying(70.0)),
            child(300, 8.0, Length::lying(70.0)),
            child(600, 8.0, Length::standing(70.0)),
            child(900, 12.0, Length::standing(88.0)),
            child(900, 12.0, Length::unknown_posture(88.0)),
            child(1900, 12.0, Length::lying(100.0)),
        ]);
        let [infants, middle, old] = report.postures;
        assert_eq!(infants, PostureCount { standing: 1, ..PostureCount::default() });
        assert_eq!(middle.lying_per_standing(), Some(2.0));
        assert_eq!(old, PostureCount { lying: 0, standing: 1, unknown: 1 });
        assert_eq!((report.missing.posture, report.ages.older), (1, 1));
    }

    #[test]
    fn missing_and_flagged_are_counted_apart() {
        let good = child(900, 12.0, Length::standing(88.0));
        let swollen = Child { oedema: Oedema::Present, ..good };
        let report = QualityReport::of([
            good,
            swollen,
            Child { sex: None, ..good },
            Child { age: None, ..good },
            Child { weight: None, ..good },
            Child { weight: Some(Kilograms(0.0)), ..good },
            Child { length: Some(Length::standing(f64::NAN)), ..good },
            child(900, 12.0, Length::standing(40.0)),
            child(2000, 12.0, Length::standing(88.0)),
        ]);
        let wanted = Missing { sex: 1, age: 1, weight: 2, length: 1, posture: 0 };
        assert_eq!((report.children, report.missing), (9, wanted));
        let length = report.scatter(Indicator::LengthForAge);
        assert_eq!((length.plausible, length.flagged, length.outside), (4, 1, 1));
        assert_eq!(length.flagged_percent(), Some(20.0));
        let weight = report.scatter(Indicator::WeightForLength);
        assert_eq!((weight.outside, weight.flagged), (2, 1), "a length of 40 cm, 2000 days; 0 kg");
    }

    #[test]
    fn the_scatter_is_that_of_the_scores() {
        let (_, row) = TableName::LengthForAge.rows(Sex::Male).nth(900).unwrap();
        let report =
            QualityReport::of([-3.0, -1.0, 1.0].map(|z| child(900, 12.0, Length::standing(row.measure(z)))));
        let scatter = report.scatter(Indicator::LengthForAge);
        assert_eq!(scatter.mean(), Some(-1.0));
        assert!((scatter.deviation().unwrap() - 2.0).abs() < 1e-12);
        assert_eq!(QualityReport::default().scatter(Indicator::LengthForAge).deviation(), None);
    }
}
