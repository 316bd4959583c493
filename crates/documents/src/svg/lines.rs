//! Lines over time.

use super::{Drawing, Table, Width, class, short, shortened};

const TOP: f64 = 30.0;
const BOTTOM: f64 = 230.0;
const HEIGHT: u32 = 260;
/// Dashes, so that lines differ without colour.
const DASHES: [&str; 4] = ["", "8 4", "2 3", "10 3 2 3"];

/// Several lines over the same steps, months mostly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineChart {
    /// What the chart shows.
    pub title: String,
    /// What it says, for those who do not see it; may be empty.
    pub description: String,
    /// Names of the steps; the drawing shows about eight of them.
    pub x_labels: Vec<String>,
    /// The lines.
    pub series: Vec<Series>,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// One number per step; the line is broken where there is none.
    pub values: Vec<Option<i64>>,
}

impl LineChart {
    /// The drawing, 260 units high. The scale begins at zero or at the lowest negative number.
    pub fn render(&self, width: Width, number: impl Fn(i64) -> String) -> String {
        let frame = Frame::of(width);
        let (left, right) = (frame.left, frame.right);
        let mut drawing = Drawing::new("lines", width.units() as u32, HEIGHT, &self.title, &self.description);
        drawing.legend(12.0, self.series.iter().map(|series| series.name.as_str()));
        let scale =
            Scale::over(self.series.iter().flat_map(|series| series.values.iter().flatten().copied()));
        for tick in scale.ticks() {
            let y = short(scale.y(tick));
            drawing.add(format_args!("<path class=\"grid\" fill=\"none\" d=\"M{left} {y}H{right}\"/>"));
            drawing.anchored("end", left - 6.0, scale.y(tick) + 4.0, &number(tick));
        }
        let steps = self.x_labels.len();
        for (step, label) in self.x_labels.iter().enumerate() {
            if step % steps.div_ceil(frame.labels).max(1) == 0 {
                drawing.anchored("middle", frame.x(step, steps), BOTTOM + 18.0, &shortened(label, 10));
            }
        }
        for (index, series) in self.series.iter().enumerate() {
            let mut path = String::new();
            let mut drawn = false;
            for (step, value) in series.values.iter().take(steps).enumerate() {
                if let Some(value) = value {
                    let pen = if drawn { 'L' } else { 'M' };
                    path.push_str(&format!(
                        "{pen}{} {}",
                        short(frame.x(step, steps)),
                        short(scale.y(*value))
                    ));
                    // A point alone has no line to be seen by: a small cross.
                    let goes_on =
                        step + 1 < steps && series.values.get(step + 1).is_some_and(Option::is_some);
                    if !drawn && !goes_on {
                        path.push_str("m-3 0h6m-3 -3v6");
                    }
                }
                drawn = value.is_some();
            }
            let dashes = match DASHES[index % DASHES.len()] {
                "" => String::new(),
                dashes => format!(" stroke-dasharray=\"{dashes}\""),
            };
            drawing.add(format_args!(
                "<path class=\"{}\" fill=\"none\" stroke-width=\"2\" stroke-linecap=\"round\"{dashes} d=\"{path}\"/>",
                class(index)
            ));
        }
        drawing.finish()
    }

    /// The same numbers, a row per step.
    pub fn table(&self, number: impl Fn(i64) -> String) -> Table {
        let names = self.series.iter().map(|series| series.name.clone());
        let row = |(step, label): (usize, &String)| {
            let values = self.series.iter().map(|series| series.values.get(step).copied().flatten());
            let values = values.map(|value| value.map(&number).unwrap_or_default());
            std::iter::once(label.clone()).chain(values).collect()
        };
        Table {
            head: std::iter::once(String::new()).chain(names).collect(),
            rows: self.x_labels.iter().enumerate().map(row).collect(),
        }
    }
}

/// Where the lines stand from left to right.
struct Frame {
    left: f64,
    right: f64,
    /// Labels that fit under the drawing.
    labels: usize,
}

impl Frame {
    fn of(width: Width) -> Self {
        match width {
            Width::Wide => Self { left: 70.0, right: 620.0, labels: 8 },
            Width::Narrow => Self { left: 46.0, right: 322.0, labels: 4 },
        }
    }

    fn x(&self, step: usize, steps: usize) -> f64 {
        if steps < 2 {
            return (self.left + self.right) / 2.0;
        }
        self.left + (self.right - self.left) * step as f64 / (steps - 1) as f64
    }
}

/// The vertical scale: round steps of 1, 2 or 5 times a power of ten.
struct Scale {
    low: i128,
    high: i128,
    step: i128,
}

impl Scale {
    fn over(values: impl Iterator<Item = i64>) -> Self {
        let (mut low, mut high) = (0, 0);
        for value in values {
            low = low.min(i128::from(value));
            high = high.max(i128::from(value));
        }
        let wanted = (high - low).div_euclid(4).max(1);
        let mut power = 1;
        while power * 10 <= wanted {
            power *= 10;
        }
        let step = [1, 2, 5, 10].into_iter().map(|m| m * power).find(|step| *step >= wanted).unwrap_or(power);
        let low = low.div_euclid(step) * step;
        let high = ((high + step - 1).div_euclid(step) * step).max(low + step);
        Self { low, high, step }
    }

    fn ticks(&self) -> impl Iterator<Item = i64> + use<> {
        let (low, step) = (self.low, self.step);
        let count = (self.high - self.low) / self.step;
        (0..=count).filter_map(move |n| i64::try_from(low + n * step).ok())
    }

    fn y(&self, value: i64) -> f64 {
        let part = (i128::from(value) - self.low) as f64 / (self.high - self.low) as f64;
        BOTTOM - (BOTTOM - TOP) * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(series: &[&[Option<i64>]]) -> LineChart {
        LineChart {
            title: "Anak ditimbang".into(),
            description: String::new(),
            x_labels: (1..=series[0].len()).map(|month| format!("Bln {month}")).collect(),
            series: series
                .iter()
                .map(|values| Series { name: "Sasaran".into(), values: values.to_vec() })
                .collect(),
        }
    }

    #[test]
    fn round_scale() {
        for (values, ticks) in [
            (&[0, 237][..], &[0, 100, 200, 300][..]),
            (&[7], &[0, 1, 2, 3, 4, 5, 6, 7]),
            (&[-3, 5], &[-4, -2, 0, 2, 4, 6]),
            (&[], &[0, 1]),
        ] {
            assert_eq!(Scale::over(values.iter().copied()).ticks().collect::<Vec<_>>(), ticks, "{values:?}");
        }
    }

    #[test]
    fn breaks_the_line_where_a_number_is_missing() {
        let chart = chart(&[&[Some(1), Some(2), None, Some(4)], &[None, None, None, None]]);
        let svg = chart.render(Width::Wide, |n| n.to_string());
        assert_eq!(svg.matches('M').count() - svg.matches("class=\"grid\"").count(), 2, "{svg}");
        assert!(svg.contains("stroke-dasharray") && svg.contains("<title>Anak ditimbang</title>"));
        assert_eq!(chart.table(|n| n.to_string()).rows[2], ["Bln 3", "", ""]);
    }

    #[test]
    fn a_narrow_drawing_keeps_within_its_width_and_has_fewer_labels() {
        let eight: Vec<_> = (0..8).map(|n| Some(n * 100)).collect();
        let (wide, narrow) = ([Width::Wide, Width::Narrow])
            .map(|width| chart(&[&eight]).render(width, |n| n.to_string()))
            .into();
        assert!(wide.contains("viewBox=\"0 0 640 260\"") && narrow.contains("viewBox=\"0 0 340 260\""));
        assert_eq!((wide.matches("Bln ").count(), narrow.matches("Bln ").count()), (8, 4));
        let points = narrow.split(" x=\"").skip(1).filter_map(|rest| rest.split('"').next());
        assert!(points.filter_map(|x| x.parse::<f64>().ok()).all(|x| x < 340.0), "{narrow}");
    }

    #[test]
    fn extremes_draw() {
        let svg = chart(&[&[Some(i64::MAX), Some(i64::MIN)]]).render(Width::Wide, |n| n.to_string());
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert!(LineChart::default().render(Width::Wide, |n| n.to_string()).ends_with("</svg>"));
        let year: Vec<_> = (0..61).map(|n| Some(n * n)).collect();
        assert!(chart(&[&year, &year]).render(Width::Wide, |n| n.to_string()).len() < 4_000);
    }
}
