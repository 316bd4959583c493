//! Horizontal bars.

use super::{Drawing, Table, Width, share, shortened};

/// Right edge of the labels, the characters that fit there, and the longest bar; the rest is for its number.
fn frame(width: Width) -> (f64, usize, f64) {
    match width {
        Width::Wide => (170.0, 24, 370.0),
        Width::Narrow => (120.0, 17, 150.0),
    }
}

/// Horizontal bars, one group per label: what was promised, brought and delivered per office, for example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BarChart {
    /// What the chart shows.
    pub title: String,
    /// What it says, for those who do not see it; may be empty.
    pub description: String,
    /// Names of the series; a legend is drawn if there are several.
    pub series: Vec<String>,
    /// The bars from top to bottom.
    pub bars: Vec<Bar>,
}

/// One label with its bars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// Text at the left, shortened in the drawing.
    pub label: String,
    /// One number per series. Negative ones have a bar of no length.
    pub values: Vec<i64>,
}

impl BarChart {
    /// The drawing.
    pub fn render(&self, width: Width, number: impl Fn(i64) -> String) -> String {
        let (labels, characters, longest) = frame(width);
        let several = self.series.len() > 1;
        let top = if several { 24.0 } else { 0.0 };
        let thick = if several { 10.0 } else { 14.0 };
        let gap = 8.0;
        let height: f64 =
            top + self.bars.iter().map(|bar| bar.values.len().max(1) as f64 * thick + gap).sum::<f64>();
        let most = self.bars.iter().flat_map(|bar| &bar.values).copied().max().unwrap_or(0);

        let mut drawing =
            Drawing::new("bars", width.units() as u32, height.ceil() as u32, &self.title, &self.description);
        if several {
            drawing.legend(12.0, self.series.iter().map(String::as_str));
        }
        let mut y = top;
        for bar in &self.bars {
            let group = bar.values.len().max(1) as f64 * thick;
            drawing.anchored("end", labels, y + group / 2.0 + 4.0, &shortened(&bar.label, characters));
            for (series, value) in bar.values.iter().enumerate() {
                let at = y + series as f64 * thick;
                let length = longest * share(*value, i128::from(most));
                drawing.rect(series, labels + 8.0, at, length, thick - 1.0);
                drawing.text(labels + 12.0 + length, at + thick - 2.0, &number(*value));
            }
            y += group + gap;
        }
        drawing.finish()
    }

    /// The same numbers, a row per label.
    pub fn table(&self, number: impl Fn(i64) -> String) -> Table {
        let head = std::iter::once(String::new()).chain(self.series.iter().cloned()).collect::<Vec<_>>();
        let row = |bar: &Bar| {
            let values = (0..head.len() - 1).map(|series| bar.values.get(series).map(|v| number(*v)));
            std::iter::once(bar.label.clone()).chain(values.map(Option::unwrap_or_default)).collect()
        };
        Table { rows: self.bars.iter().map(row).collect(), head }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(bars: usize, series: &[&str]) -> BarChart {
        BarChart {
            title: "Cakupan per kecamatan".into(),
            description: "Kecamatan <A> paling tinggi".into(),
            series: series.iter().map(|name| (*name).to_owned()).collect(),
            bars: (0..bars)
                .map(|n| Bar {
                    label: format!("Kecamatan Danau {n}"),
                    values: (0..series.len()).map(|s| (n * 100 + s) as i64).collect(),
                })
                .collect(),
        }
    }

    #[test]
    fn twenty_bars_are_small() {
        let svg = chart(20, &["Anak"]).render(Width::Wide, |n| n.to_string());
        assert!(svg.len() < 4_000, "{}", svg.len());
        assert_eq!(svg.matches("<rect").count(), 20);
        assert!(svg.contains("&lt;A&gt;") && !svg.contains("style="));
    }

    #[test]
    fn several_series_have_a_legend_and_a_table() {
        let chart = chart(2, &["Janji", "Dibawa", "Diserahkan"]);
        let svg = chart.render(Width::Wide, |n| format!("{n} butir"));
        assert_eq!(svg.matches("class=\"c3\"").count(), 3);
        assert!(svg.contains(">Diserahkan<") && svg.contains(">101 butir<"));
        let table = chart.table(|n| n.to_string());
        assert_eq!(table.head, ["", "Janji", "Dibawa", "Diserahkan"]);
        assert_eq!(table.rows[1], ["Kecamatan Danau 1", "100", "101", "102"]);
    }

    #[test]
    fn extremes_draw() {
        let mut chart = chart(3, &["Anak"]);
        chart.bars[0].values = vec![i64::MAX];
        chart.bars[1].values = vec![i64::MIN];
        chart.bars[2].values = Vec::new();
        assert!(!chart.render(Width::Wide, |n| n.to_string()).contains("NaN"));
        assert!(BarChart::default().render(Width::Wide, |n| n.to_string()).ends_with("</svg>"));
    }
}
