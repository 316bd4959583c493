//! A child's growth among the lines of a standard.

use super::curve::{Pen, thinned};
use super::{Drawing, Width};

/// Points of a line or a border, from left to right, in the units of the axes.
pub type Curve = Vec<(f64, f64)>;

/// Whose chart it is: the colour of the frame. The word stands beside it ([`GrowthChart::sex`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrameTone {
    /// Class `boy`: blue.
    #[default]
    Boy,
    /// Class `girl`: pink.
    Girl,
}

/// What a band says; its words stand beside it ([`Band::label`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandTone {
    /// Class `normal`: green.
    Normal,
    /// Class `watch`: yellow.
    Watch,
    /// Class `low`: red.
    Low,
    /// Class `plain`: no colour.
    Plain,
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What it measures, with the unit.
    pub title: String,
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its ticks with their labels, in rising order and evenly. A tick without a label is short and has no line
    /// in the drawing. Where labels have no room, only some are written.
    pub ticks: Vec<(f64, String)>,
}

/// A region between two borders.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Its colour.
    pub tone: BandTone,
    /// Its words, at the right end.
    pub label: String,
    /// Its upper border. It reaches down to the upper border of the next band.
    pub top: Curve,
}

/// A line of the standard.
#[derive(Clone, Debug, PartialEq)]
pub struct StandardLine {
    /// How many deviations it lies from the median, -3 to 3: what stands at its right end.
    pub z: i8,
    /// Where it runs.
    pub curve: Curve,
}

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrowthPoint {
    /// Where, on the horizontal axis.
    pub x: f64,
    /// Where, on the vertical axis. Beyond its ends the point stands at the edge.
    pub y: f64,
    /// Implausible: drawn hollow with a mark, and not joined to the others.
    pub doubtful: bool,
}

/// Facts under the horizontal axis, one per column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisRow {
    /// What they are.
    pub label: String,
    /// Where a column begins and ends on the horizontal axis, and what stands in it; shortened to a mark where
    /// it does not fit.
    pub cells: Vec<(f64, f64, String)>,
}

/// Measurements of one child among the lines and bands of a standard, with facts per month under the axis.
///
/// Its numbers stand in the page's own table, which holds more than the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GrowthChart {
    /// What the chart shows.
    pub title: String,
    /// What it says, for those who do not see it.
    pub description: String,
    /// Boy or girl, in the reader's words.
    pub sex: String,
    /// Boy or girl, as the frame's colour.
    pub frame: FrameTone,
    /// From left to right: age or length.
    pub x: Axis,
    /// From bottom to top: what was measured.
    pub y: Axis,
    /// From the top to the bottom.
    pub bands: Vec<Band>,
    /// The standard's lines, in any order.
    pub lines: Vec<StandardLine>,
    /// The measurements, the earliest first.
    pub points: Vec<GrowthPoint>,
    /// What a hollow point means, in at most 12 letters; told only where there is one.
    pub doubtful: String,
    /// Under the axis.
    pub rows: Vec<AxisRow>,
}

/// Where things stand. Letters have 12 units on every one of them, small ones 10.
struct Layout {
    width: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// Words of a band longer than this are broken in two.
    characters: usize,
    /// Labels of rows stand left of them, else right.
    rows_left: bool,
}

/// Under the axis: the labels of its ticks and its title.
const AXIS: f64 = 34.0;
const ROW: f64 = 17.0;
/// Least distance between two labels of the horizontal axis.
const LABEL: f64 = 20.0;
/// Least distance between the words of two bands.
const LINE: f64 = 13.0;
/// What a thinned curve may be off, in units of the drawing: less than an eye sees.
const TOLERANCE: f64 = 0.25;

impl Layout {
    fn of(width: Width) -> Layout {
        let units = width.units();
        match width {
            Width::Wide => Layout {
                width: units,
                left: 36.0,
                right: 500.0,
                top: 24.0,
                bottom: 364.0,
                characters: 20,
                rows_left: false,
            },
            Width::Narrow => Layout {
                width: units,
                left: 28.0,
                right: 230.0,
                top: 24.0,
                bottom: 374.0,
                characters: 12,
                rows_left: false,
            },
        }
    }

    /// A sheet of paper lying on its side.
    fn sheet() -> Layout {
        Layout {
            width: 1080.0,
            left: 84.0,
            right: 952.0,
            top: 24.0,
            bottom: 340.0,
            characters: 20,
            rows_left: true,
        }
    }
}

impl GrowthChart {
    /// The drawing for a screen.
    pub fn render(&self, width: Width) -> String {
        self.drawn(&Layout::of(width))
    }

    /// The drawing for a sheet of paper lying on its side, 1080 units wide: the labels of the rows stand at the
    /// left, and all rows are ruled.
    pub fn sheet(&self) -> String {
        self.drawn(&Layout::sheet())
    }

    fn drawn(&self, layout: &Layout) -> String {
        let bottom = layout.bottom + AXIS + ROW * self.rows.len() as f64 + 2.0;
        let mut drawing = Drawing::new(
            "growth",
            layout.width.ceil() as u32,
            bottom.ceil() as u32,
            &self.title,
            &self.description,
        );
        let place = Place { layout, x: (self.x.from, self.x.to), y: (self.y.from, self.y.to) };
        self.draw_bands(&mut drawing, &place);
        self.draw_axes(&mut drawing, &place);
        self.draw_lines(&mut drawing, &place);
        let tone = match self.frame {
            FrameTone::Boy => "boy",
            FrameTone::Girl => "girl",
        };
        drawing.add(format_args!(
            "<path class=\"frame {tone}\" d=\"M{} {}H{}V{}H{}z\"/>",
            layout.left, layout.top, layout.right, layout.bottom, layout.left
        ));
        self.draw_points(&mut drawing, &place);
        self.draw_rows(&mut drawing, &place);
        drawing.finish()
    }

    fn draw_bands(&self, drawing: &mut Drawing, place: &Place<'_>) {
        // Each covers everything below its upper border; the next one covers the rest. So the text of a border
        // is the text of its line, and compresses to nothing.
        for band in &self.bands {
            let curve = place.curve(&band.top);
            let Some((first, _)) = curve.first() else { continue };
            let class = match band.tone {
                BandTone::Normal => "normal",
                BandTone::Watch => "watch",
                BandTone::Low => "low",
                BandTone::Plain => "plain",
            };
            let mut pen = Pen::default();
            pen.line(&curve);
            drawing.add(format_args!(
                "<path class=\"{class}\" d=\"{}V{}H{}z\"/>",
                pen.path(),
                place.layout.bottom,
                super::short(*first)
            ));
        }
    }

    fn draw_axes(&self, drawing: &mut Drawing, place: &Place<'_>) {
        let layout = place.layout;
        let (mut grid, mut ticks) = (Pen::default(), Pen::default());
        let labels = self.x.ticks.iter().filter(|(_, label)| !label.is_empty()).count();
        let room = (layout.right - layout.left) / labels.saturating_sub(1).max(1) as f64;
        let every = (LABEL / room).ceil().max(1.0) as usize;
        let mut labelled = 0;
        for (value, label) in &self.x.ticks {
            let x = place.x(*value);
            if label.is_empty() {
                ticks.line(&[(x, layout.bottom), (x, layout.bottom + 4.0)]);
                continue;
            }
            grid.line(&[(x, layout.top), (x, layout.bottom + 4.0)]);
            if labelled % every == 0 {
                drawing.anchored("middle", x, layout.bottom + 16.0, label);
            }
            labelled += 1;
        }
        for (value, label) in &self.y.ticks {
            let y = place.y(*value);
            grid.line(&[(layout.left - 4.0, y), (layout.right, y)]);
            drawing.anchored("end", layout.left - 6.0, y + 4.0, label);
        }
        drawing.add(format_args!("<path class=\"grid\" d=\"{}\"/>", grid.path()));
        drawing.add(format_args!("<path class=\"axis\" d=\"{}\"/>", ticks.path()));
        drawing.anchored(
            "middle",
            (layout.left + layout.right) / 2.0,
            layout.bottom + AXIS - 4.0,
            &self.x.title,
        );
        drawing.text((layout.left - 36.0).max(0.0), 12.0, &self.y.title);
        drawing.anchored("middle", (layout.left + layout.right) / 2.0, 14.0, &self.sex);
    }

    fn draw_lines(&self, drawing: &mut Drawing, place: &Place<'_>) {
        let right = place.layout.right;
        for line in &self.lines {
            let curve = place.curve(&line.curve);
            let Some((_, end)) = curve.last() else { continue };
            let mut pen = Pen::default();
            pen.line(&curve);
            drawing.add(format_args!("<path class=\"z{}\" d=\"{}\"/>", line.z.unsigned_abs(), pen.path()));
            let sign = if line.z > 0 { "+" } else { "" };
            drawing.small("start", right + 4.0, end + 4.0, &format!("{sign}{}", line.z));
        }
        let mut words = self.band_words(place);
        apart(&mut words, (place.layout.top, place.layout.bottom));
        for (y, words) in words {
            let parts = broken(&words, place.layout.characters);
            let first = y + 4.0 - LINE / 2.0 * (parts.len() as f64 - 1.0);
            for (nth, part) in parts.iter().enumerate() {
                drawing.text(right + 24.0, first + LINE * nth as f64, part);
            }
        }
    }

    /// The words of the bands with the middle of each at the right edge.
    fn band_words(&self, place: &Place<'_>) -> Vec<(f64, String)> {
        let borders: Vec<f64> = self
            .bands
            .iter()
            .map(|band| band.top.last().map_or(place.layout.top, |(_, y)| place.y(*y)))
            .chain([place.layout.bottom])
            .collect();
        self.bands
            .iter()
            .zip(borders.windows(2))
            .filter(|(band, _)| !band.label.is_empty())
            .map(|(band, borders)| (borders.iter().sum::<f64>() / 2.0, band.label.clone()))
            .collect()
    }

    fn draw_points(&self, drawing: &mut Drawing, place: &Place<'_>) {
        let all: Vec<((f64, f64), bool)> =
            self.points.iter().map(|point| (place.point(point.x, point.y), point.doubtful)).collect();
        let sure: Vec<(f64, f64)> =
            all.iter().filter(|(_, doubtful)| !doubtful).map(|(place, _)| *place).collect();
        if !sure.is_empty() {
            let (mut line, mut dots) = (Pen::default(), Pen::default());
            line.line(&sure);
            dots.dots(&sure);
            drawing.add(format_args!("<path class=\"child\" d=\"{}\"/>", line.path()));
            drawing.add(format_args!("<path class=\"dots\" d=\"{}\"/>", dots.path()));
        }
        let doubtful: Vec<(f64, f64)> =
            all.iter().filter(|(_, doubtful)| *doubtful).map(|(place, _)| *place).collect();
        for (x, y) in &doubtful {
            drawing.add(format_args!(
                "<circle class=\"doubtful\" cx=\"{}\" cy=\"{}\" r=\"4\"/>",
                super::short(*x),
                super::short(*y)
            ));
            drawing.text(x + 6.0, y + 4.0, "!");
        }
        if !doubtful.is_empty() {
            let x = place.layout.right + 8.0;
            drawing.add(format_args!("<circle class=\"doubtful\" cx=\"{x}\" cy=\"10\" r=\"4\"/>"));
            drawing.text(x + 7.0, 14.0, &format!("! {}", self.doubtful));
        }
    }

    fn draw_rows(&self, drawing: &mut Drawing, place: &Place<'_>) {
        let layout = place.layout;
        let mut rules = Pen::default();
        let mut y = layout.bottom + AXIS;
        for row in &self.rows {
            if layout.rows_left {
                rules.line(&[(0.0, y), (layout.right, y)]);
                drawing.small("start", 2.0, y + ROW - 5.0, &row.label);
            } else {
                drawing.small("start", layout.right + 4.0, y + ROW - 5.0, &row.label);
            }
            for (from, to, words) in &row.cells {
                let (from, to) = (place.x(*from), place.x(*to));
                if !layout.rows_left {
                    let (x, width) = (from + 0.5, (to - from - 1.0).max(1.0));
                    drawing.add(format_args!(
                        "<rect class=\"mark\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                        super::short(x),
                        super::short(y + 1.0),
                        super::short(width),
                        ROW - 4.0
                    ));
                }
                if small_width(words) <= to - from {
                    drawing.small("middle", (from + to) / 2.0, y + ROW - 5.0, words);
                }
            }
            y += ROW;
        }
        if layout.rows_left && !self.rows.is_empty() {
            let first = layout.bottom + AXIS;
            rules.line(&[(0.0, y), (layout.right, y)]);
            rules.line(&[(0.0, first), (0.0, y)]);
            let mut columns: Vec<f64> = self
                .rows
                .iter()
                .flat_map(|row| row.cells.iter().flat_map(|(from, to, _)| [*from, *to]))
                .collect();
            columns.sort_by(f64::total_cmp);
            columns.dedup();
            for column in columns {
                rules.line(&[(place.x(column), first), (place.x(column), y)]);
            }
            drawing.add(format_args!("<path class=\"rule\" d=\"{}\"/>", rules.path()));
        }
    }
}

/// From the units of the axes to those of the drawing.
struct Place<'a> {
    layout: &'a Layout,
    x: (f64, f64),
    y: (f64, f64),
}

impl Place<'_> {
    fn x(&self, value: f64) -> f64 {
        let part = share(value, self.x);
        self.layout.left + (self.layout.right - self.layout.left) * part
    }

    fn y(&self, value: f64) -> f64 {
        let part = share(value, self.y);
        self.layout.bottom - (self.layout.bottom - self.layout.top) * part
    }

    fn point(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x(x), self.y(y))
    }

    fn curve(&self, curve: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let placed: Vec<(f64, f64)> = curve.iter().map(|(x, y)| self.point(*x, *y)).collect();
        thinned(&placed, TOLERANCE)
    }
}

/// About how wide small letters are: digits and most letters alike, points and commas half of it.
fn small_width(words: &str) -> f64 {
    words.chars().map(|letter| if matches!(letter, ',' | '.' | '\'' | ' ') { 2.9 } else { 5.7 }).sum()
}

/// How far along an axis a value stands, within its ends.
fn share(value: f64, (from, to): (f64, f64)) -> f64 {
    let part = (value - from) / (to - from);
    if part.is_nan() { 0.5 } else { part.clamp(0.0, 1.0) }
}

/// Words broken at the space nearest to their middle where they are too long for one line.
fn broken(words: &str, characters: usize) -> Vec<String> {
    let length = words.chars().count();
    if length <= characters {
        return vec![words.to_owned()];
    }
    let middle = words.len() / 2;
    let spaces = words.char_indices().filter(|(_, c)| *c == ' ').map(|(place, _)| place);
    match spaces.min_by_key(|place| place.abs_diff(middle)) {
        Some(place) => {
            let (first, second) = words.split_at(place);
            vec![first.to_owned(), second.trim_start().to_owned()]
        }
        None => vec![words.to_owned()],
    }
}

/// Moves words apart that would overlap, from the lowest upwards, and keeps them within the drawing.
fn apart(words: &mut [(f64, String)], (top, bottom): (f64, f64)) {
    words.sort_by(|one, two| two.0.total_cmp(&one.0));
    let mut floor = bottom - LINE / 2.0;
    for (y, _) in words.iter_mut() {
        *y = y.min(floor).max(top);
        floor = *y - LINE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> GrowthChart {
        GrowthChart {
            title: "BB/U <A>".into(),
            description: "5 & 6".into(),
            sex: "Laki-laki".into(),
            x: Axis {
                title: "Umur (bulan)".into(),
                from: 0.0,
                to: 24.0,
                ticks: vec![(0.0, "0".into()), (1.0, String::new()), (24.0, "24".into())],
            },
            y: Axis { title: "kg".into(), from: 0.0, to: 10.0, ticks: vec![(5.0, "5".into())] },
            bands: [(BandTone::Normal, "Gizi baik", 10.0), (BandTone::Low, "Berisiko gizi lebih", 5.0)]
                .map(|(tone, label, y)| Band { tone, label: label.into(), top: vec![(0.0, y), (24.0, y)] })
                .to_vec(),
            lines: vec![StandardLine { z: -2, curve: vec![(0.0, 2.0), (12.0, 3.0), (24.0, 4.0)] }],
            points: vec![
                GrowthPoint { x: 0.0, y: 5.0, doubtful: false },
                GrowthPoint { x: 6.0, y: 99.0, doubtful: true },
                GrowthPoint { x: 12.0, y: 10.0, doubtful: false },
            ],
            doubtful: "ukur ulang".into(),
            rows: vec![AxisRow {
                label: "bantuan (kali)".into(),
                cells: vec![(3.0, 4.0, "2".into()), (4.0, 5.0, "Oktober".into())],
            }],
            ..GrowthChart::default()
        }
    }

    #[test]
    fn points_stand_where_they_were_measured_and_an_implausible_one_is_not_joined() {
        let svg = chart().render(Width::Wide);
        // 0 to 24 months lie between 36 and 500, 0 to 10 kg between 364 and 24.
        assert!(svg.contains("<path class=\"child\" d=\"M36 194l232-170\"/>"), "{svg}");
        assert!(svg.contains("<path class=\"dots\" d=\"M36 194h0m232-170h0\"/>"), "{svg}");
        assert!(svg.contains("<circle class=\"doubtful\" cx=\"152\" cy=\"24\" r=\"4\"/>"), "{svg}");
        assert!(svg.contains(">! ukur ulang<"));
        let sure = GrowthChart { points: vec![], ..chart() }.render(Width::Wide);
        assert!(!sure.contains("ukur ulang") && !sure.contains("class=\"child\""));
    }

    #[test]
    fn everything_is_told_in_words_and_not_by_colour_alone() {
        for svg in [chart().render(Width::Wide), chart().render(Width::Narrow), chart().sheet()] {
            for words in [
                ">Laki-laki<",
                ">Gizi baik<",
                "gizi lebih<",
                ">-2<",
                ">kg<",
                ">Umur (bulan)<",
                ">bantuan (kali)<",
            ] {
                assert!(svg.contains(words), "{words}: {svg}");
            }
            assert!(svg.contains("role=\"img\"") && svg.contains("<title>BB/U &lt;A&gt;</title>"));
            assert!(svg.contains("<desc>5 &amp; 6</desc>") && !svg.contains("style="));
            assert!(svg.contains("class=\"frame boy\""));
        }
        let girl = GrowthChart { frame: FrameTone::Girl, ..chart() };
        assert!(girl.render(Width::Wide).contains("class=\"frame girl\""));
    }

    #[test]
    fn what_does_not_fit_a_column_is_a_mark() {
        let svg = chart().render(Width::Narrow);
        assert_eq!(svg.matches("class=\"mark\"").count(), 2);
        assert!(svg.contains(">2</text>") && !svg.contains("Oktober"), "{svg}");
        assert!(chart().sheet().contains("class=\"rule\""), "a sheet is ruled");
    }

    #[test]
    fn labels_of_the_axis_have_room() {
        let months = (0..=24).step_by(2).map(|month| (f64::from(month), format!("<{month}>"))).collect();
        let x = Axis { ticks: months, ..chart().x };
        let chart = GrowthChart { x, ..chart() };
        let labels = |width| chart.render(width).matches(">&lt;").count();
        assert_eq!((labels(Width::Wide), labels(Width::Narrow)), (13, 7));
    }

    #[test]
    fn words_do_not_overlap_and_stay_inside() {
        let mut words: Vec<(f64, String)> = [100.0, 104.0, 99.0, 380.0].map(|y| (y, String::new())).to_vec();
        apart(&mut words, (24.0, 364.0));
        let places: Vec<f64> = words.iter().map(|(y, _)| *y).collect();
        assert_eq!(places, [357.5, 104.0, 91.0, 78.0]);
        assert_eq!(broken("Berisiko gizi lebih", 13), ["Berisiko", "gizi lebih"]);
        assert_eq!(broken("Normal", 13), ["Normal"]);
        assert_eq!(broken("Tanpaspasitetapipanjang", 13), ["Tanpaspasitetapipanjang"]);
    }

    #[test]
    fn extremes_draw() {
        let wild = [f64::MAX, f64::MIN, f64::NAN, f64::INFINITY];
        let points = wild.map(|n| GrowthPoint { x: n, y: n, doubtful: false }).to_vec();
        let mut chart = GrowthChart { points, ..chart() };
        chart.lines[0].curve = wild.map(|n| (n, n)).to_vec();
        for svg in [chart.render(Width::Wide), GrowthChart::default().sheet()] {
            assert!(!svg.contains("NaN") && !svg.contains("inf") && svg.ends_with("</svg>"));
        }
    }
}
