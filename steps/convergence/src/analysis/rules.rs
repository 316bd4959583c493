//! How priority villages (lokus) are proposed, and what a village gets of a row's money: pure.

use std::collections::BTreeMap;

use asuh_nusantara::TerritoryCode;
use serde::{Deserialize, Serialize};

asuh_ground::codes! {
    /// By what villages are compared.
    ///
    /// Translation key `setting.convergence.lokus.column.criterion.<code>`.
    pub enum Criterion {
        /// How many children are stunted.
        Cases = "cases",
        /// Which share of those measured is.
        Prevalence = "prevalence",
        /// How many families are at risk.
        AtRisk = "at_risk",
        /// How many of them are of desil 1 and 2.
        Poor = "poor",
        /// How many of them nobody visited for three months.
        Unvisited = "unvisited",
        /// How many children were not measured.
        Unmeasured = "unmeasured",
    }
}

/// A criterion with its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighed {
    /// By what.
    pub criterion: Criterion,
    /// From 0 to 100.
    pub weight: i64,
}

/// The criteria of the settings, without those of no weight.
pub fn criteria(rows: &[BTreeMap<String, String>]) -> Vec<Weighed> {
    let read = |row: &BTreeMap<String, String>| {
        let criterion = Criterion::parse(row.get("criterion")?)?;
        let weight = row.get("weight")?.parse().ok().filter(|weight| *weight > 0)?;
        Some(Weighed { criterion, weight })
    };
    rows.iter().filter_map(read).collect()
}

/// What is known of a village.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Children under five who are known.
    pub children: i64,
    /// Of these with a plausible length of the month.
    pub measured: i64,
    /// Of these stunted.
    pub stunted: i64,
    /// Of these severely.
    pub severely: i64,
    /// Families on the list.
    pub families: i64,
    /// Of these at risk.
    pub at_risk: i64,
    /// At risk with bad water.
    pub poor_water: i64,
    /// At risk with a bad latrine.
    pub poor_latrine: i64,
    /// At risk by age, spacing or number of children.
    pub four_too: i64,
    /// At risk of desil 1 and 2.
    pub poor: i64,
    /// At risk, not visited for three months.
    pub unvisited: i64,
    /// Rupiah planned for it.
    pub budget: i64,
}

asuh_ground::codes! {
    /// What else is true of a family at risk, as an analysis counts it.
    ///
    /// Translation key `analysis.mark.<code>`.
    pub enum Mark {
        /// Bad water.
        PoorWater = "poor_water",
        /// A bad latrine.
        PoorLatrine = "poor_latrine",
        /// Too young, too old, too close or too many: age, spacing or number of children.
        FourToo = "four_too",
        /// Of desil 1 and 2.
        Poor = "poor",
        /// Not visited for three months.
        Unvisited = "unvisited",
    }
}

impl Mark {
    /// Its bit among the marks of a family.
    pub fn bit(self) -> i64 {
        1 << Mark::ALL.iter().position(|one| *one == self).unwrap_or_default()
    }
}

/// Below so many measured children a share says little, and gives no points.
pub const FEW: i64 = 20;

impl Figures {
    /// All of them, in the order in which tables have them.
    pub fn numbers(&self) -> [i64; 12] {
        [
            self.children,
            self.measured,
            self.stunted,
            self.severely,
            self.families,
            self.at_risk,
            self.poor_water,
            self.poor_latrine,
            self.four_too,
            self.poor,
            self.unvisited,
            self.budget,
        ]
    }

    /// Counts a family at risk with its marks.
    pub fn count(&mut self, marks: i64) {
        self.at_risk += 1;
        for (mark, sum) in [
            (Mark::PoorWater, &mut self.poor_water),
            (Mark::PoorLatrine, &mut self.poor_latrine),
            (Mark::FourToo, &mut self.four_too),
            (Mark::Poor, &mut self.poor),
            (Mark::Unvisited, &mut self.unvisited),
        ] {
            *sum += i64::from(marks & mark.bit() != 0);
        }
    }

    /// These and those together.
    pub fn add(&mut self, other: &Figures) {
        for (sum, part) in [
            (&mut self.children, other.children),
            (&mut self.measured, other.measured),
            (&mut self.stunted, other.stunted),
            (&mut self.severely, other.severely),
            (&mut self.families, other.families),
            (&mut self.at_risk, other.at_risk),
            (&mut self.poor_water, other.poor_water),
            (&mut self.poor_latrine, other.poor_latrine),
            (&mut self.four_too, other.four_too),
            (&mut self.poor, other.poor),
            (&mut self.unvisited, other.unvisited),
            (&mut self.budget, other.budget),
        ] {
            *sum += part;
        }
    }

    /// The figure of a criterion; a share in hundredths of a percent.
    pub fn of(&self, criterion: Criterion) -> i64 {
        match criterion {
            Criterion::Cases => self.stunted,
            Criterion::Prevalence if self.measured < FEW => 0,
            Criterion::Prevalence => self.stunted * 10_000 / self.measured,
            Criterion::AtRisk => self.at_risk,
            Criterion::Poor => self.poor,
            Criterion::Unvisited => self.unvisited,
            Criterion::Unmeasured => (self.children - self.measured).max(0),
        }
    }
}

/// What the table gives a village.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scored {
    /// From 0 to 10,000: points times 100.
    pub points: i64,
    /// From 1; equal points share the better place.
    pub place: i64,
    /// Whether the table proposes it.
    pub proposed: bool,
}

/// Points of a criterion times 100: the share of the other villages with a smaller figure; none for a figure of 0.
pub fn points(all: &[Figures], one: &Figures, criterion: Criterion) -> i64 {
    let value = one.of(criterion);
    if value <= 0 || all.len() < 2 {
        return if value > 0 { 10_000 } else { 0 };
    }
    let smaller = all.iter().filter(|other| other.of(criterion) < value).count() as i64;
    smaller * 10_000 / (all.len() as i64 - 1)
}

/// What each village comes to, in the order given; `share` percent of them, with most points, are proposed, and none without
/// points.
pub fn score(all: &[Figures], criteria: &[Weighed], share: i64) -> Vec<Scored> {
    let weights: i64 = criteria.iter().map(|one| one.weight).sum();
    let total = |figures: &Figures| {
        let sum: i64 = criteria.iter().map(|one| one.weight * points(all, figures, one.criterion)).sum();
        if weights > 0 { (sum + weights / 2) / weights } else { 0 }
    };
    let totals: Vec<i64> = all.iter().map(total).collect();
    let most = (all.len() as i64 * share + 99) / 100;
    totals
        .iter()
        .map(|points| {
            let place = totals.iter().filter(|other| *other > points).count() as i64 + 1;
            Scored { points: *points, place, proposed: *points > 0 && place <= most }
        })
        .collect()
}

/// The villages that lie in some of the places, in their order.
pub fn within(places: &[i64], villages: &[i64]) -> Vec<i64> {
    let ranges: Vec<(i64, i64)> = places
        .iter()
        .filter_map(|place| TerritoryCode::from_i64(*place).ok())
        .map(TerritoryCode::range)
        .collect();
    let inside = |village: &&i64| ranges.iter().any(|(from, to)| (*from..=*to).contains(*village));
    villages.iter().filter(inside).copied().collect()
}

/// A row's money shared equally over its villages.
pub fn shared(budget: i64, villages: &[i64]) -> impl Iterator<Item = (i64, i64)> {
    let count = villages.len() as i64;
    villages.iter().enumerate().map(move |(nth, code)| {
        // What does not divide goes to the first ones, a rupiah each.
        let rest = i64::from((nth as i64) < budget % count);
        (*code, budget / count + rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn village(stunted: i64, measured: i64, at_risk: i64) -> Figures {
        Figures { children: 60, measured, stunted, at_risk, ..Figures::default() }
    }

    #[test]
    fn a_village_with_more_cases_gets_more_points() {
        let all = [village(10, 50, 40), village(5, 50, 40), village(0, 50, 0), village(5, 10, 80)];
        let cases: Vec<i64> = all.iter().map(|one| points(&all, one, Criterion::Cases)).collect();
        assert_eq!(cases, [10_000, 3_333, 0, 3_333], "equal figures get equal points, none gets none");
        let share: Vec<i64> = all.iter().map(|one| points(&all, one, Criterion::Prevalence)).collect();
        assert_eq!(share, [10_000, 6_666, 0, 0], "ten measured children say little");
    }

    #[test]
    fn the_weights_decide_and_a_share_of_the_villages_is_proposed() {
        let all = [village(10, 50, 40), village(5, 50, 60), village(0, 50, 0), village(2, 50, 80)];
        let weighed = |cases, at_risk| {
            vec![
                Weighed { criterion: Criterion::Cases, weight: cases },
                Weighed { criterion: Criterion::AtRisk, weight: at_risk },
            ]
        };
        let by_cases = score(&all, &weighed(100, 1), 25);
        assert!(by_cases[0].proposed && by_cases[0].place == 1);
        assert_eq!(by_cases.iter().filter(|one| one.proposed).count(), 1);
        let by_risk = score(&all, &weighed(1, 100), 25);
        assert!(by_risk[3].proposed && by_risk[3].place == 1);
        let everybody = score(&all, &weighed(50, 50), 100);
        assert!(!everybody[2].proposed, "a village without points is never proposed");
        assert!(score(&[], &weighed(1, 1), 20).is_empty());
        assert!(score(&all, &[], 20).iter().all(|one| one.points == 0 && !one.proposed));
    }

    #[test]
    fn money_is_shared_to_the_last_rupiah() {
        let parts: Vec<(i64, i64)> = shared(10, &[1, 2, 3]).collect();
        assert_eq!(parts, [(1, 4), (2, 3), (3, 3)]);
        assert_eq!(shared(10, &[]).count(), 0);
        let villages = [1_501_012_001, 1_501_012_002, 1_501_022_001];
        assert_eq!(within(&[1_501_010_000, 1_501_012_001], &villages), villages[..2]);
        assert_eq!(within(&[1_501_000_000], &villages), villages);
        assert!(within(&[], &villages).is_empty());
    }

    #[test]
    fn criteria_without_weight_are_left_out() {
        let row = |criterion: &str, weight: &str| {
            [("criterion", criterion), ("weight", weight)]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        };
        let rows = [row("cases", "30"), row("poor", "0"), row("x", "10")];
        assert_eq!(criteria(&rows), [Weighed { criterion: Criterion::Cases, weight: 30 }]);
    }
}
