//! A child's measurements among the lines of WHO's standard: which part of the standard, which bands, which
//! points. Pure; `documents::svg` draws it.

use asuh_documents::svg::{
    Axis, AxisRow, Band, BandTone, Curve, FrameTone, GrowthChart, GrowthPoint, StandardLine,
};
use asuh_growth::{DAYS_PER_MONTH, Indicator, Lms, Sex, TableName};
use asuh_nusantara::age;
use time::Date;

use super::history::{Day, History};
use super::words;
use asuh_ground::HelpDay;
use asuh_ground::web::Text;

/// The part of life that a chart shows, in months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Window {
    /// 0 to 24: measured lying.
    Young,
    /// 24 to 60: measured standing.
    Old,
    /// 0 to 60.
    Whole,
}

impl Window {
    /// The one that holds these ages in months.
    pub(super) fn fitting(ages: impl Iterator<Item = f64>) -> Window {
        let (mut young, mut old) = (false, false);
        for age in ages {
            if age < 24.0 {
                young = true;
            } else {
                old = true;
            }
        }
        match (young, old) {
            (true, true) => Window::Whole,
            (false, true) => Window::Old,
            _ => Window::Young,
        }
    }

    /// From and to, in months.
    pub(super) fn months(self) -> (u32, u32) {
        match self {
            Window::Young => (0, 24),
            Window::Old => (24, 60),
            Window::Whole => (0, 60),
        }
    }
}

/// WHO's lines.
const LINES: [i8; 7] = [3, 2, 1, 0, -1, -2, -3];
/// What a child gains by lying down, cm: WHO's table for heights is the one for lengths, moved by it.
const LYING: f64 = 0.7;
/// The first day that is measured standing.
const STANDING_FROM: f64 = 731.0;

/// The months of life in which the family received help, with how often.
pub(super) fn months_of_help(birth: Date, help: &[HelpDay]) -> Vec<(u32, usize)> {
    let mut months: Vec<(u32, usize)> = Vec::new();
    for month in help.iter().filter_map(|day| age::completed_months(birth, day.on)) {
        match months.iter_mut().find(|(held, _)| *held == month) {
            Some((_, times)) => *times += 1,
            None => months.push((month, 1)),
        }
    }
    months.sort_unstable();
    months
}

/// The chart of one indicator; nothing while sex or birthday are not known.
pub(super) fn chart(
    history: &History,
    indicator: Indicator,
    help: &[HelpDay],
    text: &Text,
) -> Option<GrowthChart> {
    let (sex, birth) = (history.sex?, history.birth?);
    let measured: Vec<(&Day, f64, f64)> = history
        .counting()
        .filter_map(|day| {
            let months = day.child.age?.days() / DAYS_PER_MONTH;
            day.score(indicator).ok()?;
            Some((day, months, value(day, indicator)?))
        })
        .collect();
    let window = Window::fitting(measured.iter().map(|(_, months, _)| *months));
    Some(drawn(&Drawn { indicator, sex, birth, window, measured, help, text }))
}

/// The chart of weight for age over a window, for the card.
pub(super) fn weights(history: &History, window: Window, text: &Text) -> Option<GrowthChart> {
    let (sex, birth) = (history.sex?, history.birth?);
    let (from, to) = window.months();
    let inside = f64::from(from)..f64::from(to);
    let measured = history
        .counting()
        .filter_map(|day| {
            let months = day.child.age?.days() / DAYS_PER_MONTH;
            day.score(Indicator::WeightForAge).ok()?;
            Some((day, months, value(day, Indicator::WeightForAge)?))
        })
        .filter(|(_, months, _)| inside.contains(months))
        .collect();
    let indicator = Indicator::WeightForAge;
    Some(drawn(&Drawn { indicator, sex, birth, window, measured, help: &[], text }))
}

/// What a chart is made of.
struct Drawn<'a> {
    indicator: Indicator,
    sex: Sex,
    birth: Date,
    window: Window,
    /// The days that have a score, with the age in months and the value that was judged.
    measured: Vec<(&'a Day, f64, f64)>,
    help: &'a [HelpDay],
    text: &'a Text,
}

/// The value that the standard judged: lengths as lying or standing as the age asks.
fn value(day: &Day, indicator: Indicator) -> Option<f64> {
    match indicator {
        Indicator::LengthForAge => day.scores.cleaned.length,
        Indicator::WeightForAge | Indicator::WeightForLength => day.child.weight.map(|weight| weight.0),
        Indicator::BmiForAge => day.scores.cleaned.bmi,
        Indicator::HeadForAge => day.child.head.map(|head| head.0),
        Indicator::ArmForAge => day.child.arm.map(|arm| arm.0),
        _ => None,
    }
}

fn drawn(of: &Drawn<'_>) -> GrowthChart {
    let by_length = of.indicator == Indicator::WeightForLength;
    let places: Vec<f64> = of
        .measured
        .iter()
        .map(|(day, months, _)| if by_length { length(of, day).unwrap_or_default() } else { *months })
        .collect();
    let x = if by_length { length_axis(of, &places) } else { age_axis(of) };
    let rows = standard(of, &x);
    let curves: Vec<(i8, Curve)> = LINES
        .iter()
        .map(|z| (*z, rows.iter().map(|(at, row)| (*at, row.measure(f64::from(*z)))).collect()))
        .collect();
    let plausible = of.measured.iter().filter(|(day, ..)| !doubtful(day, of.indicator)).map(|(.., y)| *y);
    let y = value_axis(of, &curves, plausible);
    let bands = bands(of, &curves, &x, &y);
    let points = of
        .measured
        .iter()
        .zip(&places)
        .map(|((day, _, y), x)| GrowthPoint { x: *x, y: *y, doubtful: doubtful(day, of.indicator) })
        .collect();
    let mut rows_under = Vec::new();
    if !by_length {
        rows_under.extend(help_row(of));
    }
    GrowthChart {
        title: title(of),
        description: description(of),
        sex: sex_word(of.text, of.sex),
        frame: match of.sex {
            Sex::Male => FrameTone::Boy,
            Sex::Female => FrameTone::Girl,
        },
        lines: curves.into_iter().map(|(z, curve)| StandardLine { z, curve }).collect(),
        doubtful: of.text.t("growth.child.again").into_owned(),
        x,
        y,
        bands,
        points,
        rows: rows_under,
    }
}

/// "Laki-laki", "Perempuan"
pub(super) fn sex_word(text: &Text, sex: Sex) -> String {
    text.t(match sex {
        Sex::Male => "registry.sex.L",
        Sex::Female => "registry.sex.P",
    })
    .into_owned()
}

fn doubtful(day: &Day, indicator: Indicator) -> bool {
    day.score(indicator).is_ok_and(|score| score.flagged)
}

/// Where a day stands on the axis of lengths: a chart with a standing child is one of heights.
fn length(of: &Drawn<'_>, day: &Day) -> Option<f64> {
    let cm = day.scores.cleaned.length?;
    let lay = day.child.age.is_some_and(|age| age.days() < STANDING_FROM);
    Some(if lay && of.window != Window::Young { cm - LYING } else { cm })
}

fn age_axis(of: &Drawn<'_>) -> Axis {
    let (from, to) = of.window.months();
    let (labelled, short) = match of.window {
        Window::Young => (2, 1),
        Window::Old => (3, 1),
        Window::Whole => (6, 3),
    };
    let ticks = (from..=to).step_by(short).map(|month| {
        let label = if month % labelled == 0 { month.to_string() } else { String::new() };
        (f64::from(month), label)
    });
    Axis {
        title: of.text.t("growth.child.axis.age").into_owned(),
        from: f64::from(from),
        to: f64::from(to),
        ticks: ticks.collect(),
    }
}

/// Around the child's lengths, at least 30 cm of the standard.
fn length_axis(of: &Drawn<'_>, places: &[f64]) -> Axis {
    let (low, high, key) = match of.window {
        Window::Young => (45.0, 110.0, "growth.child.axis.length"),
        _ => (45.0, 120.0, "growth.child.axis.height"),
    };
    let inside = |place: &&f64| (low..=high).contains(*place);
    let first = places.iter().filter(inside).copied().fold(f64::INFINITY, f64::min);
    let last = places.iter().filter(inside).copied().fold(f64::NEG_INFINITY, f64::max);
    let (mut from, mut to) = if first.is_finite() {
        (((first - 3.0) / 5.0).floor() * 5.0, ((last + 3.0) / 5.0).ceil() * 5.0)
    } else {
        (low, low + 40.0)
    };
    if to - from < 30.0 {
        to = from + 30.0;
    }
    from = from.max(low);
    to = to.min(high);
    from = from.min(to - 30.0);
    let steps = ((to - from) / 5.0).round() as i32;
    let ticks = (0..=steps).map(|step| from + f64::from(step) * 5.0).map(|cm| (cm, format!("{cm:.0}")));
    Axis { title: of.text.t(key).into_owned(), from, to, ticks: ticks.collect() }
}

/// The rows of the standard along the horizontal axis.
fn standard(of: &Drawn<'_>, x: &Axis) -> Vec<(f64, Lms)> {
    let inside = |(at, _): &(f64, Lms)| (x.from - 1e-9..=x.to + 1e-9).contains(at);
    let table = match of.indicator {
        Indicator::WeightForAge => TableName::WeightForAge,
        Indicator::BmiForAge => TableName::BmiForAge,
        Indicator::HeadForAge => TableName::HeadForAge,
        Indicator::ArmForAge => TableName::ArmForAge,
        Indicator::WeightForLength => return standard_by_length(of, inside),
        _ => TableName::LengthForAge,
    };
    table.rows(of.sex).map(|(day, row)| (f64::from(day) / DAYS_PER_MONTH, row)).filter(inside).collect()
}

fn standard_by_length(of: &Drawn<'_>, inside: impl Fn(&(f64, Lms)) -> bool) -> Vec<(f64, Lms)> {
    let lengths = TableName::WeightForLength.rows(of.sex).map(|(mm, row)| (f64::from(mm) / 10.0, row));
    if of.window == Window::Young {
        return lengths.filter(inside).collect();
    }
    let heights = TableName::WeightForHeight.rows(of.sex).map(|(mm, row)| (f64::from(mm) / 10.0, row));
    // Below 65 cm the heights go on as lengths.
    let below = lengths.map(|(cm, row)| (cm - LYING, row)).take_while(|(cm, _)| *cm < 64.95);
    below.chain(heights).filter(inside).collect()
}

/// From a little below the lowest line to a little above the highest, and as far as plausible points lie.
fn value_axis(of: &Drawn<'_>, curves: &[(i8, Curve)], points: impl Iterator<Item = f64>) -> Axis {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let drawn = curves.iter().flat_map(|(_, curve)| curve.iter().map(|(_, y)| *y));
    for y in drawn.chain(points) {
        low = low.min(y);
        high = high.max(y);
    }
    if !low.is_finite() || !high.is_finite() {
        (low, high) = (0.0, 1.0);
    }
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| (high - low) / step <= 12.0).unwrap_or(20.0);
    // Room below the lowest line for its band, above the highest one for its words.
    let from = (((low - 0.4 * step) / step).floor() * step).max(0.0);
    let to = ((high + 0.2 * step) / step).ceil() * step;
    let steps = ((to - from) / step).round() as i32;
    let key = match of.indicator {
        Indicator::WeightForAge | Indicator::WeightForLength => "kg",
        Indicator::BmiForAge => "kg/m²",
        _ => "cm",
    };
    let ticks =
        (0..=steps).map(|nth| from + f64::from(nth) * step).map(|value| (value, format!("{value:.0}")));
    Axis { title: key.to_owned(), from, to, ticks: ticks.collect() }
}

/// Bands between the lines by the categories of Permenkes 2/2020; those of arms by its circumferences; heads by
/// what WHO calls small and large.
fn bands(of: &Drawn<'_>, curves: &[(i8, Curve)], x: &Axis, y: &Axis) -> Vec<Band> {
    let flat = |value: f64, from: f64| vec![(from, value), (x.to, value)];
    if of.indicator == Indicator::ArmForAge {
        // The regulation judges arms from 6 months on.
        let from = x.from.max(6.0);
        return [
            (BandTone::Normal, "growth.child.band.normal", y.to),
            (BandTone::Watch, "growth.child.band.wasted", 12.5),
            (BandTone::Low, "growth.child.band.severely_wasted", 11.5),
        ]
        .map(|(tone, key, top)| Band { tone, label: of.text.t(key).into_owned(), top: flat(top, from) })
        .to_vec();
    }
    // From the top: what stands above a line, then below it.
    let parts: &[(Option<i8>, BandTone, &str)] = match of.indicator {
        Indicator::LengthForAge => &[
            (None, BandTone::Plain, "growth.child.band.tall"),
            (Some(3), BandTone::Normal, "growth.child.band.normal"),
            (Some(-2), BandTone::Watch, "growth.child.band.stunted"),
            (Some(-3), BandTone::Low, "growth.child.band.severely_stunted"),
        ],
        Indicator::WeightForAge => &[
            (None, BandTone::Watch, "growth.child.band.risk_of_overweight"),
            (Some(1), BandTone::Normal, "growth.child.band.normal"),
            (Some(-2), BandTone::Watch, "growth.child.band.underweight"),
            (Some(-3), BandTone::Low, "growth.child.band.severely_underweight"),
        ],
        Indicator::HeadForAge => &[
            (None, BandTone::Watch, "growth.child.band.large_head"),
            (Some(2), BandTone::Normal, "growth.child.band.normal"),
            (Some(-2), BandTone::Watch, "growth.child.band.small_head"),
        ],
        _ => &[
            (None, BandTone::Low, "growth.child.band.obese"),
            (Some(3), BandTone::Watch, "growth.child.band.overweight"),
            (Some(2), BandTone::Watch, "growth.child.band.may_overweight"),
            (Some(1), BandTone::Normal, "growth.child.band.well"),
            (Some(-2), BandTone::Watch, "growth.child.band.wasted"),
            (Some(-3), BandTone::Low, "growth.child.band.severely_wasted"),
        ],
    };
    parts
        .iter()
        .map(|(line, tone, key)| {
            let curve = line.and_then(|line| curves.iter().find(|(z, _)| *z == line));
            Band {
                tone: *tone,
                label: of.text.t(key).into_owned(),
                top: curve.map_or_else(|| flat(y.to, x.from), |(_, curve)| curve.clone()),
            }
        })
        .collect()
}

/// How often help came in each month of life, under the axis.
fn help_row(of: &Drawn<'_>) -> Option<AxisRow> {
    let (from, to) = of.window.months();
    let cells: Vec<(f64, f64, String)> = months_of_help(of.birth, of.help)
        .into_iter()
        .filter(|(month, _)| (from..to).contains(month))
        .map(|(month, times)| (f64::from(month), f64::from(month + 1), times.to_string()))
        .collect();
    (!cells.is_empty()).then(|| AxisRow { label: of.text.t("growth.child.help_row").into_owned(), cells })
}

fn title(of: &Drawn<'_>) -> String {
    let (from, to) = of.window.months();
    of.text.with(
        "growth.child.chart_title",
        &[
            ("indicator", indicator_words(of.text, of.indicator)),
            ("sex", sex_word(of.text, of.sex).to_lowercase()),
            ("from", from.to_string()),
            ("to", to.to_string()),
        ],
    )
}

/// "Tinggi badan menurut umur (TB/U)"
pub(super) fn indicator_words(text: &Text, indicator: Indicator) -> String {
    let code = words::INDICATORS.iter().find(|(one, _)| *one == indicator).map_or("tbu", |(_, code)| code);
    text.t(&format!("growth.child.indicator.{code}")).into_owned()
}

/// What the chart says, for those who do not see it.
fn description(of: &Drawn<'_>) -> String {
    let text = of.text;
    match of.measured.last() {
        None => text.t("growth.child.chart_empty").into_owned(),
        Some((day, ..)) => {
            let z = words::z(text, day, of.indicator).unwrap_or_default();
            let key = words::category(day, of.indicator).0;
            let word = if key.is_empty() { String::new() } else { format!(", {}", text.t(key)) };
            text.with(
                "growth.child.chart_says",
                &[
                    ("count", text.number(of.measured.len() as i64)),
                    ("day", text.day(day.taken.measured_on)),
                    ("z", z),
                    ("word", word),
                ],
            )
        }
    }
}

#[cfg(test)]
mod tests;
