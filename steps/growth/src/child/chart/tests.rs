//! The drawn chart against the standard.

use std::io::Write;

use asuh_documents::svg::Width;
use time::Duration;
use time::macros::date;

use super::super::super::reading::Facts;
use super::super::super::rules::Position;
use super::super::history::tests::taken;
use super::super::query::Measured;
use super::*;
use crate::norms::Norms;

const BIRTH: Date = date!(2021 - 11 - 15);
/// The wide drawing: from left to right and from top to bottom.
const PLOT: ((f64, f64), (f64, f64)) = ((36.0, 500.0), (24.0, 364.0));
const INDICATORS: [Indicator; 6] = [
    Indicator::LengthForAge,
    Indicator::WeightForAge,
    Indicator::WeightForLength,
    Indicator::BmiForAge,
    Indicator::HeadForAge,
    Indicator::ArmForAge,
];

fn text() -> Text {
    crate::words::indonesian()
}

/// A measurement on a day of life, near a z-score.
fn on_day(sex: Sex, day: u32, z: f64) -> Measured {
    let of = |table: TableName| table.row(sex, day.max(91)).expect("a day of the standard").measure(z);
    let grams = (TableName::WeightForAge.row(sex, day).expect("a day").measure(z) * 1000.0).round() as i64;
    let mm = (TableName::LengthForAge.row(sex, day).expect("a day").measure(z) * 10.0).round() as i64;
    let position = if day < 731 { Position::Lying } else { Position::Standing };
    let mut measured = taken(BIRTH + Duration::days(i64::from(day)), grams, mm, position);
    measured.taken.arm_mm = Some((of(TableName::ArmForAge) * 10.0).round() as i64);
    measured.taken.head_mm = Some((of(TableName::HeadForAge) * 10.0).round() as i64);
    measured
}

fn history(sex: Sex, measured: Vec<Measured>) -> History {
    let sex = match sex {
        Sex::Male => asuh_nusantara::Sex::Male,
        Sex::Female => asuh_nusantara::Sex::Female,
    };
    History::of(&Facts { sex: Some(sex), birth_date: Some(BIRTH) }, measured, Norms::default())
}

/// Every month from birth to five years, with the ups and downs of a real child.
fn sixty_months(sex: Sex) -> History {
    let z = |month: u32| -1.8 + 0.9 * (f64::from(month) * 0.7).sin() + 0.3 * (f64::from(month) * 2.9).cos();
    let day = |month: u32| f64::from(month) * DAYS_PER_MONTH + f64::from(month * 7 % 5);
    history(sex, (0..60).map(|month| on_day(sex, day(month) as u32, z(month))).collect())
}

fn weekly_help() -> Vec<HelpDay> {
    (0..260).map(|week| HelpDay { on: BIRTH + Duration::weeks(week), what: "Telur 5 butir".into() }).collect()
}

fn compressed(svg: &str) -> usize {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(svg.as_bytes()).expect("in memory");
    gzip.finish().expect("in memory").len()
}

#[test]
fn five_years_of_months_with_weekly_help_are_at_most_four_kilobytes() {
    for sex in Sex::ALL {
        let history = sixty_months(sex);
        for indicator in INDICATORS {
            let chart = chart(&history, indicator, &weekly_help(), &text()).expect("a chart");
            assert!(chart.points.len() >= 57, "{indicator:?}: {} points", chart.points.len());
            for width in [Width::Wide, Width::Narrow] {
                let svg = chart.render(width);
                assert!(compressed(&svg) <= 4096, "{indicator:?} {width:?}: {} bytes", compressed(&svg));
            }
        }
    }
}

/// The corners of a path of steps.
fn corners(path: &str) -> Vec<(f64, f64)> {
    let spaced = path.replace('M', "").replace('l', " ").replace('-', " -");
    let mut numbers = spaced.split_whitespace().map(|number| number.parse::<f64>().expect("a number"));
    let mut corners: Vec<(f64, f64)> = Vec::new();
    while let (Some(x), Some(y)) = (numbers.next(), numbers.next()) {
        let (from_x, from_y) = corners.last().copied().unwrap_or_default();
        corners.push((from_x + x, from_y + y));
    }
    corners
}

/// Where a line runs at `x`.
fn height(corners: &[(f64, f64)], x: f64) -> f64 {
    let after = corners.iter().position(|(at, _)| *at >= x).unwrap_or(corners.len() - 1).max(1);
    let ((x1, y1), (x2, y2)) = (corners[after - 1], corners[after]);
    y1 + (y2 - y1) * (x - x1) / (x2 - x1)
}

#[test]
fn the_drawn_lines_are_those_of_the_standard() {
    for sex in Sex::ALL {
        for (indicator, table, keys) in [
            (Indicator::LengthForAge, TableName::LengthForAge, [30, 365, 700, 760, 1_300, 1_800]),
            (Indicator::WeightForAge, TableName::WeightForAge, [1, 60, 365, 731, 1_300, 1_800]),
            (Indicator::BmiForAge, TableName::BmiForAge, [5, 120, 365, 725, 1_300, 1_800]),
            (Indicator::HeadForAge, TableName::HeadForAge, [1, 60, 365, 731, 1_300, 1_800]),
            (Indicator::ArmForAge, TableName::ArmForAge, [100, 180, 365, 731, 1_300, 1_800]),
            (Indicator::WeightForLength, TableName::WeightForHeight, [660, 700, 800, 900, 1_000, 1_090]),
        ] {
            let chart = chart(&sixty_months(sex), indicator, &[], &text()).expect("a chart");
            let svg = chart.render(Width::Wide);
            for z in LINES {
                // Both lines of a distance have its class; the upper one comes first.
                let class = format!("<path class=\"z{}\" d=\"", z.abs());
                let path = svg.split(&class).nth(1 + usize::from(z < 0)).expect("the line");
                let corners = corners(path.split('"').next().expect("its path"));
                for key in keys {
                    let x = match indicator {
                        Indicator::WeightForLength => f64::from(key) / 10.0,
                        _ => f64::from(key) / DAYS_PER_MONTH,
                    };
                    let value = table.row(sex, key).expect("a row").measure(f64::from(z));
                    let ((left, right), (top, bottom)) = PLOT;
                    let x = left + (right - left) * (x - chart.x.from) / (chart.x.to - chart.x.from);
                    let y = bottom - (bottom - top) * (value - chart.y.from) / (chart.y.to - chart.y.from);
                    let drawn = height(&corners, x);
                    assert!((drawn - y).abs() < 0.5, "{indicator:?} {sex:?} {z} at {key}: {drawn}, not {y}");
                }
            }
        }
    }
}

#[test]
fn points_stand_at_the_age_and_the_value_that_was_judged() {
    // 81.5 cm lying at 858 days are 80.8 cm standing.
    let lying = taken(BIRTH + Duration::days(858), 10_600, 815, Position::Lying);
    let chart_of = |indicator| chart(&history(Sex::Male, vec![lying.clone()]), indicator, &[], &text());
    let point = |indicator| chart_of(indicator).expect("a chart").points[0];
    let heights = point(Indicator::LengthForAge);
    assert!((heights.x - 858.0 / DAYS_PER_MONTH).abs() < 1e-9 && (heights.y - 80.8).abs() < 1e-9);
    let by_height = point(Indicator::WeightForLength);
    assert!((by_height.x - 80.8).abs() < 1e-9 && (by_height.y - 10.6).abs() < 1e-9);
    assert!((point(Indicator::BmiForAge).y - 10.6 / 0.808_f64.powi(2)).abs() < 1e-9);
    let chart = chart_of(Indicator::LengthForAge).expect("a chart");
    assert!(chart.description.contains("z -2,95, Pendek"), "{}", chart.description);
    assert_eq!(chart_of(Indicator::HeadForAge).expect("a chart").points, [], "no head was measured");
}

#[test]
fn an_infant_beside_a_grown_child_stands_among_the_heights() {
    // At the median by length, the infant stays at the median of the chart of heights.
    let both = history(Sex::Female, vec![on_day(Sex::Female, 200, 0.0), on_day(Sex::Female, 1_000, 0.0)]);
    let chart = chart(&both, Indicator::WeightForLength, &[], &text()).expect("a chart");
    assert!(chart.x.title.starts_with("Tinggi badan"));
    let median = &chart.lines.iter().find(|line| line.z == 0).expect("the median").curve;
    for (point, day) in chart.points.iter().zip(&both.days) {
        let (_, at) = median.iter().find(|(x, _)| (x - point.x).abs() < 0.051).expect("on the line");
        let z = day.score(Indicator::WeightForLength).expect("a score").z;
        assert!((point.y - at).abs() < 0.15 + z.abs(), "{point:?}: {at}, z {z}");
    }
    assert!((chart.points[0].x - (both.days[0].scores.cleaned.length.expect("a length") - 0.7)).abs() < 1e-9);
}

#[test]
fn an_implausible_measurement_is_hollow_and_does_not_stretch_the_chart() {
    let mut wrong = on_day(Sex::Male, 400, 0.0);
    wrong.taken.height_mm = Some(500);
    let days = vec![on_day(Sex::Male, 370, -1.0), wrong, on_day(Sex::Male, 430, -1.0)];
    let chart = chart(&history(Sex::Male, days), Indicator::LengthForAge, &[], &text()).expect("a chart");
    assert_eq!(chart.points.iter().map(|point| point.doubtful).collect::<Vec<_>>(), [false, true, false]);
    assert!(chart.y.from >= 40.0, "{}", chart.y.from);
    let svg = chart.render(Width::Wide);
    // The ring on the point and the one in the legend; the line joins the other two alone.
    assert_eq!(svg.matches("<circle class=\"doubtful\"").count(), 2);
    let joined = svg.split("class=\"child\" d=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert_eq!(corners(joined.expect("a line")).len(), 2);
}

#[test]
fn the_part_of_life_follows_the_history() {
    let window = |days: &[u32]| {
        let taken = days.iter().map(|day| on_day(Sex::Male, *day, 0.0)).collect();
        let chart =
            chart(&history(Sex::Male, taken), Indicator::WeightForAge, &[], &text()).expect("a chart");
        (chart.x.from as u32, chart.x.to as u32)
    };
    assert_eq!(window(&[30, 700]), (0, 24));
    assert_eq!(window(&[731, 1_800]), (24, 60));
    assert_eq!(window(&[30, 1_800]), (0, 60));
    assert_eq!(window(&[]), (0, 24));
}

#[test]
fn every_band_and_line_and_whose_chart_it_is_are_told_in_words() {
    for (sex, word, class) in
        [(Sex::Male, "Laki-laki", "frame boy"), (Sex::Female, "Perempuan", "frame girl")]
    {
        for (indicator, bands) in [
            (Indicator::LengthForAge, &["Tinggi", "Normal", "Pendek", "Sangat pendek"][..]),
            (Indicator::WeightForAge, &["Risiko lebih", "Normal", "Kurang", "Sangat kurang"]),
            (
                Indicator::WeightForLength,
                &["Obesitas", "Gizi lebih", "Berisiko lebih", "Gizi baik", "Gizi kurang", "Gizi buruk"],
            ),
            (Indicator::BmiForAge, &["Obesitas", "Gizi baik", "Gizi buruk"]),
            (Indicator::HeadForAge, &["Besar: rujuk", "Normal", "Kecil: rujuk"]),
            (Indicator::ArmForAge, &["Normal", "Gizi kurang", "Gizi buruk"]),
        ] {
            let chart = chart(&sixty_months(sex), indicator, &weekly_help(), &text()).expect("a chart");
            let svg = chart.render(Width::Wide);
            let lines = ["-3", "-2", "-1", "0", "+1", "+2", "+3"];
            for words in bands.iter().chain(&lines).chain(&[word]) {
                assert!(svg.contains(&format!(">{words}</text>")), "{indicator:?} lacks {words}");
            }
            assert!(svg.contains(class) && svg.contains("role=\"img\"") && svg.contains("<desc>"));
            let under = indicator != Indicator::WeightForLength;
            assert_eq!(svg.contains(">bantuan (kali)</text>"), under, "{indicator:?}: months of age");
        }
    }
}

#[test]
fn help_is_counted_by_month_of_life() {
    let help = [date!(2021 - 11 - 14), date!(2021 - 12 - 14), date!(2021 - 12 - 15), date!(2022 - 01 - 14)]
        .map(|on| HelpDay { on, what: "Telur 5 butir".into() });
    // Before the birth there is no month; the second month begins on the fifteenth.
    assert_eq!(months_of_help(BIRTH, &help), [(0, 1), (1, 2)]);
}
