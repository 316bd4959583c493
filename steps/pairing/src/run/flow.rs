//! From where givers live to where targets live: a drawing of ribbons between two columns of places. Pure.

use std::collections::BTreeMap;
use std::fmt::Write;

use asuh_documents::svg::escape;

use super::query::FlowLine;

/// Units of the drawing.
const WIDTH: f64 = 640.0;
const ROW: f64 = 22.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 450.0;

/// The places of one side with their units, most first, and the height at which each stands.
fn column(units: BTreeMap<i64, i64>) -> (Vec<(i64, i64)>, BTreeMap<i64, f64>) {
    let mut places: Vec<(i64, i64)> = units.into_iter().collect();
    places.sort_by_key(|(code, units)| (-units, *code));
    let heights = places.iter().enumerate().map(|(nth, (code, _))| (*code, 24.0 + ROW * nth as f64));
    let heights = heights.collect();
    (places, heights)
}

/// The drawing; `name` is a place's name, `number` writes units. Ribbons are as wide as their units, at most 14.
pub(super) fn drawing(
    flows: &[FlowLine],
    titles: (&str, &str, &str),
    name: impl Fn(i64) -> String,
    number: impl Fn(i64) -> String,
) -> String {
    let (mut from, mut to) = (BTreeMap::new(), BTreeMap::new());
    for flow in flows {
        *from.entry(flow.from_code).or_default() += flow.units;
        *to.entry(flow.to_code).or_default() += flow.units;
    }
    let most = flows.iter().map(|flow| flow.units).max().unwrap_or(1).max(1) as f64;
    let ((from, left), (to, right)) = (column(from), column(to));
    let height = 36.0 + ROW * from.len().max(to.len()) as f64;
    let (title, givers, targets) = titles;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart flows\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"{0}\"><title>{0}</title>",
        escape(title)
    );
    for flow in flows {
        let (Some(y1), Some(y2)) = (left.get(&flow.from_code), right.get(&flow.to_code)) else { continue };
        let wide = (flow.units as f64 / most * 14.0).max(1.0);
        let class = if flow.from_code == flow.to_code { "flow same" } else { "flow" };
        let middle = (LEFT + RIGHT) / 2.0;
        let _ = write!(
            svg,
            "<path class=\"{class}\" d=\"M{LEFT} {y1:.1}C{middle} {y1:.1} {middle} {y2:.1} {RIGHT} {y2:.1}\" \
             stroke-width=\"{wide:.1}\"><title>{}</title></path>",
            escape(&format!("{} → {}: {}", name(flow.from_code), name(flow.to_code), number(flow.units)))
        );
    }
    let mut text = |anchor: &str, x: f64, y: f64, words: &str| {
        let _ = write!(svg, "<text text-anchor=\"{anchor}\" x=\"{x}\" y=\"{y:.1}\">{}</text>", escape(words));
    };
    text("end", LEFT - 8.0, 12.0, givers);
    text("start", RIGHT + 8.0, 12.0, targets);
    for (code, units) in from {
        text("end", LEFT - 8.0, left[&code] + 4.0, &format!("{} ({})", name(code), number(units)));
    }
    for (code, units) in to {
        text("start", RIGHT + 8.0, right[&code] + 4.0, &format!("{} ({})", name(code), number(units)));
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_every_flow_is_drawn() {
        let flow = |from_code, to_code, units| FlowLine { from_code, to_code, units };
        let flows = [flow(1, 1, 5), flow(1, 2, 50), flow(3, 2, 1)];
        let svg =
            drawing(&flows, ("a < b", "dari", "ke"), |code| format!("K<{code}"), |units| units.to_string());
        assert_eq!(svg.matches("<path").count(), 3);
        assert!(svg.contains("K&lt;2 (51)") && !svg.contains("K<2"), "{svg}");
        assert!(svg.contains("class=\"flow same\"") && !svg.contains("style="));
    }
}
