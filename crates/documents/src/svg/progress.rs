//! One bar of a whole and its parts.

use super::{Drawing, Table, share};

const WIDTH: u32 = 640;

/// How far something is: one bar with a part per state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What the bar shows.
    pub title: String,
    /// What it says, for those who do not see it; may be empty.
    pub description: String,
    /// The parts from left to right.
    pub parts: Vec<Part>,
    /// The whole. Where the parts together are more, they fill the bar.
    pub whole: i64,
}

/// One part of a bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Name, shown with its number under the bar.
    pub label: String,
    /// How much; negative counts as nothing.
    pub value: i64,
}

impl Progress {
    /// The drawing, 640 by 44 units.
    pub fn render(&self, number: impl Fn(i64) -> String) -> String {
        let sum: i128 = self.parts.iter().map(|part| i128::from(part.value.max(0))).sum();
        let whole = sum.max(i128::from(self.whole));
        let mut drawing = Drawing::new("progress", WIDTH, 44, &self.title, &self.description);
        drawing.add(format_args!("<rect class=\"grid\" width=\"{WIDTH}\" height=\"18\"/>"));
        let mut x = 0.0;
        for (index, part) in self.parts.iter().enumerate() {
            let width = f64::from(WIDTH) * share(part.value, whole);
            drawing.rect(index, x, 0.0, width, 18.0);
            x += width;
        }
        let names: Vec<String> =
            self.parts.iter().map(|part| format!("{} {}", part.label, number(part.value))).collect();
        drawing.legend(38.0, names.iter().map(String::as_str));
        drawing.finish()
    }

    /// The same numbers, a row per part.
    pub fn table(&self, number: impl Fn(i64) -> String) -> Table {
        Table {
            head: vec![String::new(), self.title.clone()],
            rows: self.parts.iter().map(|part| vec![part.label.clone(), number(part.value)]).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_whole() {
        let part = |label: &str, value| Part { label: label.into(), value };
        let bar = Progress {
            title: "92 dari 237 anak".into(),
            parts: vec![part("Sudah", 92), part("Diproses", 50), part("Salah", -3)],
            whole: 237,
            ..Progress::default()
        };
        let svg = bar.render(|n| n.to_string());
        assert!(svg.contains("width=\"248.4\"") && svg.contains(">Sudah 92<"), "{svg}");
        assert_eq!(bar.table(|n| n.to_string()).rows[1], ["Diproses", "50"]);
        assert!(!Progress::default().render(|n| n.to_string()).contains("NaN"));
    }
}
