//! Lines as short path texts: thinned to what an eye can tell apart, written as steps in tenths of a unit.

/// Writes the `d` of a path.
#[derive(Debug, Default)]
pub(super) struct Pen {
    path: String,
    /// Where the pen stands, in tenths.
    at: Option<(i64, i64)>,
}

impl Pen {
    /// A line from point to point.
    pub(super) fn line(&mut self, points: &[(f64, f64)]) {
        let mut points = points.iter().map(|point| tenths(*point));
        let Some(first) = points.next() else { return };
        self.go(first);
        for (nth, to) in points.enumerate() {
            if nth == 0 {
                self.path.push('l');
            }
            self.step(to, nth == 0);
        }
    }

    /// A dot on each point: a line of no length, which is drawn by its round end.
    pub(super) fn dots(&mut self, points: &[(f64, f64)]) {
        for point in points {
            self.go(tenths(*point));
            self.path.push_str("h0");
        }
    }

    /// What was written.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Lifts the pen and sets it down.
    fn go(&mut self, to: (i64, i64)) {
        match self.at {
            None => {
                self.path.push('M');
                self.number(to.0, true);
                self.number(to.1, false);
                self.at = Some(to);
            }
            Some(_) => {
                self.path.push('m');
                self.step(to, true);
            }
        }
    }

    fn step(&mut self, to: (i64, i64), first: bool) {
        let (x, y) = self.at.unwrap_or_default();
        self.number(to.0 - x, first);
        self.number(to.1 - y, false);
        self.at = Some(to);
    }

    /// Tenths as a decimal, with a space before it unless it is the first after a letter or has a sign.
    fn number(&mut self, tenths: i64, first: bool) {
        if !first && tenths >= 0 {
            self.path.push(' ');
        }
        if tenths < 0 {
            self.path.push('-');
        }
        let (whole, rest) = (tenths.abs() / 10, tenths.abs() % 10);
        if whole > 0 || rest == 0 {
            self.path.push_str(&whole.to_string());
        }
        if rest > 0 {
            self.path.push('.');
            self.path.push_str(&rest.to_string());
        }
    }
}

fn tenths((x, y): (f64, f64)) -> (i64, i64) {
    ((x * 10.0).round() as i64, (y * 10.0).round() as i64)
}

/// The points of a curve without those that lie within `tolerance` of the line between the ones that stay
/// (Ramer, Douglas and Peucker).
pub(super) fn thinned(points: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    let mut stays = vec![false; points.len()];
    let mut stretches = vec![(0, last)];
    while let Some((from, to)) = stretches.pop() {
        for end in [from, to] {
            if let Some(stays) = stays.get_mut(end) {
                *stays = true;
            }
        }
        let (Some(start), Some(end)) = (points.get(from), points.get(to)) else { continue };
        let between = points.iter().enumerate().take(to).skip(from + 1);
        let farthest = between
            .map(|(place, point)| (place, distance(*point, *start, *end)))
            .max_by(|one, two| one.1.total_cmp(&two.1));
        if let Some((place, distance)) = farthest
            && distance > tolerance
        {
            stretches.push((from, place));
            stretches.push((place, to));
        }
    }
    points.iter().zip(stays).filter(|(_, stays)| *stays).map(|(point, _)| *point).collect()
}

/// How far a point lies from a line, measured straight up and down (curves run from left to right).
fn distance((x, y): (f64, f64), (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> f64 {
    let run = x2 - x1;
    if run == 0.0 {
        return (y - y1).abs();
    }
    (y - (y1 + (y2 - y1) * (x - x1) / run)).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_short_and_end_where_they_should() {
        let mut pen = Pen::default();
        pen.line(&[(10.0, 20.0), (10.5, 19.96), (11.04, 15.5)]);
        pen.dots(&[(3.0, 3.0)]);
        // 11.04 is written as 11.0: half a tenth is lost at most, and is not carried on.
        assert_eq!(pen.path(), "M10 20l.5 0 .5-4.5m-8-12.5h0");
    }

    #[test]
    fn a_thinned_curve_is_never_farther_off_than_allowed() {
        let curve: Vec<(f64, f64)> = (0..1_000).map(|x| (f64::from(x), f64::from(x).sqrt() * 9.0)).collect();
        let thin = thinned(&curve, 0.25);
        assert!(thin.len() < 40, "{}", thin.len());
        assert_eq!((thin.first(), thin.last()), (curve.first(), curve.last()));
        for point in &curve {
            let after = thin.iter().position(|(x, _)| *x >= point.0).unwrap();
            let (from, to) = (thin[after.saturating_sub(1)], thin[after]);
            assert!(distance(*point, from, to) <= 0.25, "{point:?}");
        }
        assert!(thinned(&[], 1.0).is_empty());
        assert_eq!(thinned(&[(1.0, 2.0)], 1.0), [(1.0, 2.0)]);
    }

    #[test]
    fn a_step_in_a_curve_stays() {
        let step = [(0.0, 0.0), (1.0, 0.0), (1.1, 5.0), (2.0, 5.0)];
        assert_eq!(thinned(&step, 0.25), step);
    }
}
