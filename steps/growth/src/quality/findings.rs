//! From the report to sentences: pure. The limits are where looking closer is worth the while, after the advice
//! of WHO and UNICEF (2019) on data of anthropometry; none of them proves a fault.

use asuh_growth::Indicator;
use asuh_growth::quality::{Missing, QualityReport};

/// Children without a value in percent of all.
const MISSING: f64 = 5.0;
/// Implausible scores in percent of all.
const FLAGGED: f64 = 1.0;
/// Index of dissimilarity of last digits, percent.
const DIGITS: f64 = 20.0;
/// How many times too many children of whole years.
const HEAPING: f64 = 1.3;
/// Standard deviations of z-scores that are to be expected.
const DEVIATION: std::ops::RangeInclusive<f64> = 0.8..=1.3;
/// Below so many children the figures say little.
pub(super) const FEW: u64 = 50;

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Sex, birthday, weight or length not written down.
    Missing,
    /// z-scores beyond WHO's limits.
    Flagged,
    /// Weights that end in favourite digits.
    WeightDigits,
    /// Lengths that end in favourite digits.
    LengthDigits,
    /// Ages that heap at whole years.
    Ages,
    /// Scatter of length for age.
    Scatter,
    /// Children below two years who stood, from two years on who lay, and of whom nobody wrote it down.
    Posture,
}

impl Topic {
    /// Its stable code: its name is the translation `growth.quality.<code>`, what to do `...<code>.do`, when all is
    /// well `...<code>.fine`.
    pub(super) fn code(self) -> &'static str {
        match self {
            Topic::Missing => "missing",
            Topic::Flagged => "flagged",
            Topic::WeightDigits => "weight_digits",
            Topic::LengthDigits => "length_digits",
            Topic::Ages => "ages",
            Topic::Scatter => "scatter",
            Topic::Posture => "posture",
        }
    }
}

/// A topic with its figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    pub(super) topic: Topic,
    /// The figure times 10 (percent, or as it is); `None` where nothing could be computed.
    pub(super) tenfold: Option<i64>,
    /// Whether looking closer is worth the while.
    pub(super) is_odd: bool,
    /// Too few children to tell: chance alone makes such a figure.
    pub(super) is_thin: bool,
    /// The favourite digit, where digits are the topic.
    pub(super) digit: Option<u8>,
}

/// The findings of a report, in the order of the page.
pub(super) fn findings(report: &QualityReport) -> Vec<Finding> {
    let finding = |topic, figure: Option<f64>, odd: bool| {
        let by_chance =
            matches!(topic, Topic::WeightDigits | Topic::LengthDigits | Topic::Ages | Topic::Scatter);
        let is_thin = by_chance && report.children < FEW;
        Finding {
            topic,
            tenfold: figure.map(|figure| (figure * 10.0).round() as i64),
            is_odd: odd && !is_thin,
            is_thin,
            digit: None,
        }
    };
    let above = |figure: Option<f64>, limit: f64| figure.is_some_and(|figure| figure > limit);
    let missing = share(most_missing(&report.missing), report.children);
    let flagged = Indicator::WEIGHT_AND_LENGTH
        .into_iter()
        .filter_map(|indicator| report.scatter(indicator).flagged_percent())
        .reduce(f64::max);
    let digits = |topic, digits: &asuh_growth::quality::Digits| Finding {
        digit: digits.favourite(),
        ..finding(topic, digits.dissimilarity(), above(digits.dissimilarity(), DIGITS))
    };
    let heaping = report.ages.heaping_at_whole_years();
    let deviation = report.scatter(Indicator::LengthForAge).deviation();
    let [infants, middle, old] = report.postures;
    let wrong =
        infants.standing + middle.standing + old.lying + infants.unknown + middle.unknown + old.unknown;
    let all: u64 = report.postures.iter().map(|count| count.lying + count.standing + count.unknown).sum();
    let posture = share(wrong, all);
    vec![
        finding(Topic::Missing, missing, above(missing, MISSING)),
        finding(Topic::Flagged, flagged, above(flagged, FLAGGED)),
        digits(Topic::WeightDigits, &report.weight_digits),
        digits(Topic::LengthDigits, &report.length_digits),
        finding(Topic::Ages, heaping, above(heaping, HEAPING)),
        finding(Topic::Scatter, deviation, deviation.is_some_and(|figure| !DEVIATION.contains(&figure))),
        finding(Topic::Posture, posture, above(posture, MISSING)),
    ]
}

fn most_missing(missing: &Missing) -> u64 {
    [missing.sex, missing.age, missing.weight, missing.length].into_iter().max().unwrap_or_default()
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_growth::{Age, Child, Kilograms, Length, Sex};

    fn children(length: impl Fn(u32) -> Length) -> QualityReport {
        QualityReport::of((0..600_u32).map(|nth| Child {
            sex: Some(Sex::Female),
            age: Some(Age::from_whole_days(300 + nth * 2)),
            weight: Some(Kilograms(f64::from(80 + nth / 10) / 10.0)),
            length: Some(length(nth)),
            ..Child::default()
        }))
    }

    fn of(report: &QualityReport, topic: Topic) -> Finding {
        findings(report).into_iter().find(|finding| finding.topic == topic).expect("every topic")
    }

    #[test]
    fn rounded_lengths_are_odd_and_their_digit_is_named() {
        let rounded = children(|nth| Length::lying(70.0 + f64::from(nth / 25)));
        let found = of(&rounded, Topic::LengthDigits);
        assert_eq!((found.tenfold, found.is_odd, found.digit), (Some(900), true, Some(0)));
        let careful = children(|nth| Length::lying(70.0 + f64::from(nth) / 25.0));
        assert!(!of(&careful, Topic::LengthDigits).is_odd);
    }

    #[test]
    fn postures_against_the_age_are_odd() {
        let by_age = children(|nth| {
            let cm = 70.0 + f64::from(nth) / 25.0;
            if 300 + nth * 2 < 731 { Length::lying(cm) } else { Length::standing(cm) }
        });
        assert!(!of(&by_age, Topic::Posture).is_odd);
        let unsaid = children(|nth| Length::unknown_posture(70.0 + f64::from(nth) / 25.0));
        assert_eq!(of(&unsaid, Topic::Posture).tenfold, Some(1000));
    }

    #[test]
    fn few_children_say_nothing_of_digits() {
        let few = QualityReport::of((0..20_u32).map(|nth| Child {
            sex: Some(Sex::Female),
            age: Some(Age::from_whole_days(400 + nth)),
            weight: Some(Kilograms(10.0)),
            ..Child::default()
        }));
        let found = of(&few, Topic::WeightDigits);
        assert!(found.is_thin && !found.is_odd && found.tenfold == Some(900));
        assert!(of(&few, Topic::Missing).is_odd, "nobody was measured, however few");
    }

    #[test]
    fn what_is_missing_is_said_by_its_worst() {
        let report = QualityReport::of((0..100).map(|nth| Child {
            sex: (nth > 5).then_some(Sex::Male),
            age: Some(Age::from_whole_days(500)),
            weight: (nth > 9).then_some(Kilograms(10.0)),
            ..Child::default()
        }));
        let found = of(&report, Topic::Missing);
        assert_eq!((found.tenfold, found.is_odd), (Some(1000), true), "nobody has a length");
        assert!(findings(&QualityReport::default()).iter().all(|finding| !finding.is_odd));
    }
}
