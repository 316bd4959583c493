//! The change of helped children against that of comparable ones: pure.
//!
//! Children are *comparable* when they fall into one cell of age band, band of the z-score at the beginning, and kecamatan.
//! Within each cell the means are compared; the cells are weighed by their helped children, so the difference speaks of
//! those who were helped. The standard error pools the spread within the groups of all cells; the interval is Student's.
//! Source: Imbens and Rubin, *Causal Inference for Statistics, Social, and Biomedical Sciences* (2015), chapter 9. Beginning
//! from equal z-scores takes out most of what children gain or lose by regression to the mean.

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Below so many helped, or so many comparable, children nothing is shown.
pub const LEAST: usize = 10;

/// The cell within which children are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// 0: 0 to 5 months at the beginning, 1: 6 to 11, 2: 12 to 23, 3: 24 to 35, 4: 36 to 59.
    pub age: u8,
    /// 0: below -3, 1: -3 to -2, 2: -2 to -1, 3: -1 and above, of the z-score at the beginning.
    pub status: u8,
    /// The kecamatan.
    pub place: i64,
}

impl Cell {
    /// The cell of a child by its completed months and its z-score times 100 at the beginning.
    pub fn of(months: u32, z: i64, place: i64) -> Cell {
        let age = match months {
            0..6 => 0,
            6..12 => 1,
            12..24 => 2,
            24..36 => 3,
            _ => 4,
        };
        let status = match z {
            ..-300 => 0,
            -300..-200 => 1,
            -200..-100 => 2,
            _ => 3,
        };
        Cell { age, status, place }
    }
}

/// A child that was measured at the beginning and at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Child {
    /// Its cell.
    pub cell: Cell,
    /// Whether it was helped in between.
    pub helped: bool,
    /// The change of its z-score, times 100.
    pub change: i64,
}

/// A difference with its interval, all in z-scores times 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Helped children who have somebody to be compared with.
    pub helped: usize,
    /// Whom they are compared with.
    pub compared: usize,
    /// Helped children of whom nobody is comparable: they are left out.
    pub alone: usize,
    /// The mean change of the helped ones.
    pub change: f64,
    /// The mean change that comparable children would give them.
    pub expected: f64,
    /// The difference, and the ends of its 95 % interval.
    pub difference: f64,
    /// Its lower end.
    pub from: f64,
    /// Its upper end.
    pub to: f64,
}

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The whole interval lies above zero.
    Better,
    /// The whole interval lies below zero.
    Worse,
    /// Zero lies within: no difference can be told from chance.
    Undecided,
}

impl Difference {
    /// What can be said of it.
    pub fn finding(&self) -> Finding {
        match self {
            one if one.from > 0.0 => Finding::Better,
            one if one.to < 0.0 => Finding::Worse,
            _ => Finding::Undecided,
        }
    }
}

#[derive(Default)]
struct Group {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Group {
    fn add(&mut self, change: f64) {
        self.n += 1.0;
        self.sum += change;
        self.squares += change * change;
    }

    fn mean(&self) -> f64 {
        self.sum / self.n
    }

    /// The squares around its mean.
    fn spread(&self) -> f64 {
        (self.squares - self.sum * self.sum / self.n).max(0.0)
    }
}

/// The difference between helped and comparable children; nothing when fewer than [`LEAST`] of either are left.
pub fn difference(children: &[Child]) -> Option<Difference> {
    let mut cells: BTreeMap<Cell, (Group, Group)> = BTreeMap::new();
    for child in children {
        let (helped, others) = cells.entry(child.cell).or_default();
        let group = if child.helped { helped } else { others };
        group.add(child.change as f64);
    }
    let alone: f64 = cells.values().filter(|(_, others)| others.n < 1.0).map(|(helped, _)| helped.n).sum();
    cells.retain(|_, (helped, others)| helped.n >= 1.0 && others.n >= 1.0);
    let helped: f64 = cells.values().map(|(helped, _)| helped.n).sum();
    let compared: f64 = cells.values().map(|(_, others)| others.n).sum();
    let least = LEAST as f64;
    let degrees = helped + compared - 2.0 * cells.len() as f64;
    if helped < least || compared < least || degrees < 1.0 {
        return None;
    }
    let weighed = |value: &dyn Fn(&Group, &Group) -> f64| {
        cells.values().map(|(one, other)| one.n / helped * value(one, other)).sum::<f64>()
    };
    let change = weighed(&|one, _| one.mean());
    let expected = weighed(&|_, other| other.mean());
    let spread: f64 = cells.values().map(|(one, other)| one.spread() + other.spread()).sum();
    let share: f64 =
        cells.values().map(|(one, other)| (one.n / helped).powi(2) * (1.0 / one.n + 1.0 / other.n)).sum();
    let error = (spread / degrees * share).sqrt();
    let reach = StudentsT::new(0.0, 1.0, degrees).map_or(f64::NAN, |t| t.inverse_cdf(0.975)) * error;
    let difference = change - expected;
    Some(Difference {
        helped: helped as usize,
        compared: compared as usize,
        alone: alone as usize,
        change,
        expected,
        difference,
        from: difference - reach,
        to: difference + reach,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(place: i64, helped: bool, change: i64) -> Child {
        Child { cell: Cell::of(18, -250, place), helped, change }
    }

    #[test]
    fn children_are_compared_within_their_cell() {
        assert_eq!(Cell::of(5, -301, 1), Cell { age: 0, status: 0, place: 1 });
        assert_eq!(Cell::of(6, -300, 1), Cell { age: 1, status: 1, place: 1 });
        assert_eq!(Cell::of(23, -200, 1), Cell { age: 2, status: 2, place: 1 });
        assert_eq!(Cell::of(36, -100, 1), Cell { age: 4, status: 3, place: 1 });
    }

    #[test]
    fn two_groups_of_one_cell_are_the_two_sample_t_interval() {
        // Changes 10, 20, .. 100 against 0, 10, .. 90: means 55 and 45; both have a variance of 916.67, so the standard
        // error is sqrt(916.67 * (1/10 + 1/10)) = 13.54 and t(18) = 2.1009: 10 +- 28.45.
        let helped = (1..=10).map(|n| child(1, true, n * 10));
        let others = (0..10).map(|n| child(1, false, n * 10));
        let found = difference(&helped.chain(others).collect::<Vec<_>>()).unwrap();
        assert_eq!((found.helped, found.compared, found.alone), (10, 10, 0));
        assert!((found.change - 55.0).abs() < 1e-9 && (found.expected - 45.0).abs() < 1e-9);
        assert!((found.from - (10.0 - 28.447)).abs() < 0.01, "{found:?}");
        assert!((found.to - (10.0 + 28.447)).abs() < 0.01, "{found:?}");
        assert_eq!(found.finding(), Finding::Undecided);
    }

    #[test]
    fn cells_are_weighed_by_their_helped_children_and_who_is_alone_is_left_out() {
        let mut children = Vec::new();
        for n in 0..9 {
            children.push(child(1, true, 40 + n % 2));
            children.push(child(1, false, 20 + n % 2));
        }
        for n in 0..3 {
            children.push(child(2, true, 10 + n % 2));
            children.push(child(2, false, n % 2));
            children.push(child(3, true, 1_000));
        }
        let found = difference(&children).unwrap();
        assert_eq!((found.helped, found.compared, found.alone), (12, 12, 3));
        // 9 of 12 gain 20 more, 3 of 12 gain 10 more.
        assert!((found.difference - 17.5).abs() < 0.01, "{found:?}");
        assert_eq!(found.finding(), Finding::Better);
        assert!(found.from > 16.0 && found.to < 19.0, "{found:?}");
    }

    #[test]
    fn nothing_is_said_of_few_children() {
        let children: Vec<Child> =
            (0..9).flat_map(|n| [child(1, true, n), child(1, false, n), child(1, false, n)]).collect();
        assert_eq!(difference(&children), None);
        assert_eq!(difference(&[]), None);
    }
}
