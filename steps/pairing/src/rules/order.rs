//! Who comes first: points by the district's own rule, then who is helped in part already (METHOD 1.7), then height for
//! age, then age, then a public lottery (METHOD 1.2).

use std::cmp::Reverse;

use asuh_step_registry::rules::Target;
use asuh_store::Id;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

asuh_ground::codes! {
    /// What a row of the rule is about.
    ///
    /// Its words are `pairing.factor.<code>`.
    pub enum Factor {
        /// Height for age lies below this z-score times 100.
        HazBelow = "haz_below",
        /// Fewer completed months than this.
        AgeBelow = "age_below",
        /// Of this desil or a poorer one.
        DesilUpTo = "desil_up_to",
        /// Pregnant; the bound says nothing.
        Pregnant = "pregnant",
        /// Breastfeeding; the bound says nothing.
        Breastfeeding = "breastfeeding",
    }
}

impl Factor {
    /// The bounds that make sense for it.
    pub fn bounds(self) -> std::ops::RangeInclusive<i64> {
        match self {
            Factor::HazBelow => -600..=300,
            Factor::AgeBelow => 1..=60,
            Factor::DesilUpTo => 1..=10,
            Factor::Pregnant | Factor::Breastfeeding => 0..=0,
        }
    }
}

/// A row of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// What it is about.
    pub factor: Factor,
    /// Its bound.
    pub bound: i64,
    /// Points, 1 to 100.
    pub points: i64,
}

/// METHOD's rule, which a district begins with: severely stunted 4, the first thousand days 3, the poorest fifth 2,
/// the next one 1; a pregnancy is within the thousand days.
pub fn default_points() -> Vec<Point> {
    let point = |factor, bound, points| Point { factor, bound, points };
    vec![
        point(Factor::HazBelow, -300, 4),
        point(Factor::AgeBelow, 24, 3),
        point(Factor::Pregnant, 0, 3),
        point(Factor::Breastfeeding, 0, 2),
        point(Factor::DesilUpTo, 2, 2),
        point(Factor::DesilUpTo, 4, 1),
    ]
}

/// What the order knows of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// The person.
    pub person: Id,
    /// What it is.
    pub target: Target,
    /// Height for age, z-score times 100, as last measured.
    pub haz: Option<i64>,
    /// Completed months, of a child.
    pub age_months: Option<i64>,
    /// The family's desil.
    pub desil: Option<i64>,
    /// Whether a part of what it needs is promised already, and not all.
    pub half_funded: bool,
}

impl Ranked {
    fn holds(&self, point: &Point) -> bool {
        match point.factor {
            Factor::HazBelow => self.haz.is_some_and(|haz| haz < point.bound),
            Factor::AgeBelow => self.age_months.is_some_and(|age| age < point.bound),
            Factor::DesilUpTo => self.desil.is_some_and(|desil| desil <= point.bound),
            Factor::Pregnant => self.target == Target::Pregnant,
            Factor::Breastfeeding => self.target == Target::Breastfeeding,
        }
    }
}

/// The points of a target: of each factor the row with most points that holds, added up.
pub fn points(rule: &[Point], target: &Ranked) -> i64 {
    let most = |factor| {
        let rows = rule.iter().filter(|point| point.factor == factor && target.holds(point));
        rows.map(|point| point.points).max().unwrap_or(0)
    };
    Factor::ALL.into_iter().map(most).sum()
}

/// A person's lot: SHA-256 of the seed, a bar, and the person's id as it is written; the smaller comes first.
pub fn lottery(seed: &str, person: Id) -> [u8; 32] {
    Sha256::digest(format!("{seed}|{person}").as_bytes()).into()
}

/// The targets in the public order, as places in what was given: most points first, then those helped in part already
/// (what was begun is finished before something else is begun), then the smaller height for age (unknown last), then
/// the younger, then the lot.
pub fn rank(rule: &[Point], seed: &str, targets: &[Ranked]) -> Vec<usize> {
    let mut order: Vec<_> = targets
        .iter()
        .enumerate()
        .map(|(place, target)| {
            let key = (
                Reverse(points(rule, target)),
                !target.half_funded,
                target.haz.unwrap_or(i64::MAX),
                target.age_months.unwrap_or(i64::MAX),
                lottery(seed, target.person),
                target.person,
            );
            (key, place)
        })
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(nth: u8, haz: Option<i64>, age_months: i64, desil: Option<i64>) -> Ranked {
        let target = if age_months < 24 { Target::ChildUnderTwo } else { Target::ChildTwoToFive };
        let person = Id::from_bytes([nth; 16]);
        Ranked { person, target, haz, age_months: Some(age_months), desil, half_funded: false }
    }

    #[test]
    fn points_are_those_of_the_method() {
        let rule = default_points();
        for (target, wanted) in [
            (child(1, Some(-301), 23, Some(1)), 9),
            (child(1, Some(-300), 24, Some(3)), 1),
            (child(1, None, 23, None), 3),
            (child(1, Some(-250), 40, Some(5)), 0),
            (Ranked { target: Target::Pregnant, age_months: None, ..child(1, None, 30, Some(2)) }, 5),
        ] {
            assert_eq!(points(&rule, &target), wanted, "{target:?}");
        }
    }

    #[test]
    fn what_was_begun_is_finished_first_among_those_of_equal_points() {
        let begun = |child: Ranked| Ranked { half_funded: true, ..child };
        // Three of one point each, of whom the last and least urgent is half funded; one of no point is too.
        let children = [
            child(1, Some(-290), 30, Some(3)),
            child(2, Some(-250), 30, Some(3)),
            begun(child(3, Some(-210), 40, Some(3))),
            begun(child(4, Some(-299), 30, None)),
        ];
        assert_eq!(rank(&default_points(), "x", &children), [2, 0, 1, 3]);
    }

    #[test]
    fn equals_are_drawn_and_the_seed_decides() {
        let equal: Vec<Ranked> = (0..20).map(|nth| child(nth, Some(-250), 30, None)).collect();
        let one = rank(&default_points(), "17-08-45", &equal);
        assert_eq!(one, rank(&default_points(), "17-08-45", &equal));
        assert_ne!(one, rank(&default_points(), "lain", &equal));
        let urgent =
            [child(1, Some(-210), 30, None), child(2, Some(-290), 40, None), child(3, None, 5, None)];
        assert_eq!(rank(&default_points(), "x", &urgent), [2, 1, 0]);
    }
}
