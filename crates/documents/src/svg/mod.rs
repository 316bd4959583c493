//! Charts as SVG, for inline use in a page with a strict content security policy.
//!
//! No inline styles, no scripts, no fixed colours: shapes carry the classes `c1` to `c4` (one per series),
//! lines of the drawing `axis` and `grid`, and the page's style sheet colours them (`fill` for shapes,
//! `stroke` for `.lines path`). Series differ by more than colour: lines by dashes, all by a legend.
//! Every chart has a title and a description for screen readers, and gives its numbers as a [`Table`]
//! to stand beside it. Numbers are whole; the caller's function turns them into text, so that the page decides
//! on thousands separators and units.
//!
//! [`GrowthChart`] is of another kind: curves of a standard, bands with their words, and one child's points. It
//! knows no standard; the caller gives the curves, and the page's own table has the numbers.

use std::fmt::Write;

mod bars;
mod curve;
mod growth;
mod lines;
mod progress;

pub use bars::{Bar, BarChart};
pub use growth::{Axis, AxisRow, Band, BandTone, Curve, FrameTone, GrowthChart, GrowthPoint, StandardLine};
pub use lines::{LineChart, Series};
pub use progress::{Part, Progress};

/// For which screen a chart is drawn: letters keep their size, so a narrow one holds fewer of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 640 units: a desk, and paper.
    Wide,
    /// 340 units: a phone held upright.
    Narrow,
}

impl Width {
    fn units(self) -> f64 {
        match self {
            Width::Wide => 640.0,
            Width::Narrow => 340.0,
        }
    }
}

/// How many series have a class of their own; further ones begin again.
const CLASSES: usize = 4;

/// The numbers of a chart, for a table beside or instead of it. Texts are plain, not escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Headings; the first is empty, above the labels.
    pub head: Vec<String>,
    /// A label and its numbers per row, as many as there are headings.
    pub rows: Vec<Vec<String>>,
}

/// Makes a text safe inside SVG and HTML, in content and in attribute values. Control characters, which
/// XML does not allow, become spaces.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{FFFE}' | '\u{FFFF}' => safe.push(' '),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// A drawing in the making.
struct Drawing {
    svg: String,
}

impl Drawing {
    /// Begins with what assistive technology reads.
    fn new(class: &str, width: u32, height: u32, title: &str, description: &str) -> Self {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart {class}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-label=\"{0}\"><title>{0}</title>",
            escape(title)
        );
        if !description.is_empty() {
            svg.push_str(&format!("<desc>{}</desc>", escape(description)));
        }
        Self { svg }
    }

    fn rect(&mut self, series: usize, x: f64, y: f64, width: f64, height: f64) {
        self.add(format_args!(
            "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            class(series),
            short(x),
            short(y),
            short(width),
            short(height)
        ));
    }

    fn text(&mut self, x: f64, y: f64, text: &str) {
        self.add(format_args!("<text x=\"{}\" y=\"{}\">{}</text>", short(x), short(y), escape(text)));
    }

    /// A text that ends (`end`) or centres (`middle`) at `x`.
    fn anchored(&mut self, anchor: &str, x: f64, y: f64, text: &str) {
        self.add(format_args!(
            "<text text-anchor=\"{anchor}\" x=\"{}\" y=\"{}\">{}</text>",
            short(x),
            short(y),
            escape(text)
        ));
    }

    /// A text in the smaller letters of class `s`, anchored as in [`Drawing::anchored`] or at its `start`.
    fn small(&mut self, anchor: &str, x: f64, y: f64, text: &str) {
        let anchor = if anchor == "start" { String::new() } else { format!(" text-anchor=\"{anchor}\"") };
        self.add(format_args!(
            "<text class=\"s\"{anchor} x=\"{}\" y=\"{}\">{}</text>",
            short(x),
            short(y),
            escape(text)
        ));
    }

    /// A text in the smallest letters, of classes `s` and `tight`, with its middle at `x`.
    fn tight(&mut self, x: f64, y: f64, text: &str) {
        self.add(format_args!(
            "<text class=\"s tight\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>",
            short(x),
            short(y),
            escape(text)
        ));
    }

    /// Names of the series, from left to right, each behind a square of its colour.
    fn legend<'a>(&mut self, y: f64, names: impl Iterator<Item = &'a str>) {
        let mut x = 0.0;
        for (series, name) in names.enumerate() {
            let name = shortened(name, 24);
            self.rect(series, x, y - 9.0, 10.0, 10.0);
            self.text(x + 14.0, y, &name);
            x += 24.0 + 6.5 * name.chars().count() as f64;
        }
    }

    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.svg.write_fmt(text);
    }

    fn finish(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

fn class(series: usize) -> &'static str {
    ["c1", "c2", "c3", "c4"][series % CLASSES]
}

/// At most one decimal, without `.0`.
fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// A label that fits its place.
fn shortened(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    text.chars().take(characters.saturating_sub(1)).chain(['…']).collect()
}

/// The part of `whole` that `value` is, between 0 and 1.
fn share(value: i64, whole: i128) -> f64 {
    if whole <= 0 { 0.0 } else { (value.max(0) as f64 / whole as f64).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_markup() {
        assert_eq!(escape("<a href='x'>&\"\u{1}"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot; ");
    }

    #[test]
    fn numbers_and_labels_are_short() {
        assert_eq!([short(3.0), short(3.25), short(0.04)], ["3", "3.2", "0"]);
        assert_eq!(shortened("Kecamatan", 5), "Keca…");
        assert_eq!((share(5, 10), share(-5, 10), share(5, 0)), (0.5, 0.0, 0.0));
    }
}
