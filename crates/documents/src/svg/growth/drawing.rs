//! How a growth chart is drawn: the layout of a surface, and each layer on it.

use super::super::curve::{Pen, thinned};
use super::super::{Drawing, Width, short};
use super::{BandTone, FrameTone, GrowthChart};

/// Where things stand. Letters have 12 units on every one of them, small ones 10.
pub(super) struct Layout {
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
/// Between a figure of a row and the lines beside it, both sides together.
const CLEARANCE: f64 = 5.0;
/// Height of a line of words.
const LINE: f64 = 13.0;
/// What a thinned curve may be off, in units of the drawing: less than an eye sees.
const TOLERANCE: f64 = 0.25;

impl Layout {
    pub(super) fn of(width: Width) -> Layout {
        let units = width.units();
        match width {
            Width::Wide => Layout {
                width: units,
                left: 36.0,
                right: 500.0,
                top: 24.0,
                bottom: 364.0,
                characters: 16,
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
    pub(super) fn sheet() -> Layout {
        Layout {
            width: 1080.0,
            left: 84.0,
            right: 952.0,
            top: 24.0,
            bottom: 340.0,
            characters: 14,
            rows_left: true,
        }
    }
}

impl GrowthChart {
    pub(super) fn drawn(&self, layout: &Layout) -> String {
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
                short(*first)
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
        for (y, lines) in words {
            let first = y + 4.0 - LINE / 2.0 * (lines.len() as f64 - 1.0);
            for (nth, line) in lines.iter().enumerate() {
                drawing.text(right + 24.0, first + LINE * nth as f64, line);
            }
        }
    }

    /// The words of the bands in their lines, with the middle of each band at the right edge.
    fn band_words(&self, place: &Place<'_>) -> Vec<(f64, Vec<String>)> {
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
            .map(|(band, borders)| {
                (borders.iter().sum::<f64>() / 2.0, broken(&band.label, place.layout.characters))
            })
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
                short(*x),
                short(*y)
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
            // Of three years of months, weights would touch the lines between them.
            let crowded = |(from, to, words): &(f64, f64, String)| {
                small_width(words) + CLEARANCE > place.x(*to) - place.x(*from)
            };
            let tight = layout.rows_left && row.cells.iter().any(crowded);
            for (from, to, words) in &row.cells {
                let (from, to) = (place.x(*from), place.x(*to));
                if !layout.rows_left {
                    let (x, width) = (from + 0.5, (to - from - 1.0).max(1.0));
                    drawing.add(format_args!(
                        "<rect class=\"mark\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                        short(x),
                        short(y + 1.0),
                        short(width),
                        ROW - 4.0
                    ));
                }
                let (middle, y) = ((from + to) / 2.0, y + ROW - 5.0);
                match small_width(words) <= to - from {
                    true if tight => drawing.tight(middle, y, words),
                    true => drawing.small("middle", middle, y, words),
                    false => {}
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
pub(super) fn broken(words: &str, characters: usize) -> Vec<String> {
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
pub(super) fn apart(words: &mut [(f64, Vec<String>)], (top, bottom): (f64, f64)) {
    words.sort_by(|one, two| two.0.total_cmp(&one.0));
    let mut floor = bottom;
    for (y, lines) in words.iter_mut() {
        let half = LINE / 2.0 * lines.len() as f64;
        *y = y.min(floor - half).max(top);
        floor = *y - half;
    }
}
