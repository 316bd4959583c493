//! A pairing that people join one by one: each is one shortest way through what the pairing leaves open.
//!
//! The tree of the network simplex is kept. A child that joins begins without help, a sponsor without giving any: the
//! flow is possible as it was, and the arcs that are new are the first that are tried. So only that changes which is
//! better with them, and the result is as good as if all had been there from the beginning.

use super::instance::{Child, Instance, MAX_UNITS, PairingError, Sponsor};
use super::network::{Hub, SPARE_UNITS};
use super::problem::{self, Problem};
use super::simplex::{Solution, Tree};
use super::{Explanation, Pairing, checked, explain};

/// A proven best pairing that others may join.
pub struct Standing {
    instance: Instance,
    /// The ids of the villages in the order of their numbers.
    villages: Vec<String>,
    problem: Problem,
    hub: Hub,
    tree: Tree,
    /// Units needed by those who joined since it was last made anew.
    joined_units: i128,
}

impl Standing {
    /// Finds the best pairing of an instance.
    ///
    /// # Errors
    /// As [`pair`](super::pair).
    pub fn new(instance: Instance) -> Result<Standing, PairingError> {
        let problem = Problem::new(&instance)?;
        let hub = Hub::of(&problem);
        let mut tree = Tree::new(&hub.network);
        tree.improve();
        let mut villages: Vec<String> = instance.villages.iter().map(|village| village.id.clone()).collect();
        villages.sort_unstable();
        Ok(Standing { instance, villages, problem, hub, tree, joined_units: 0 })
    }

    /// The instance with all who joined.
    #[must_use]
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The pairing as it stands, proven anew.
    ///
    /// # Errors
    /// [`PairingError::Unproven`] would be a fault of this program.
    pub fn pairing(&self) -> Result<Pairing, PairingError> {
        let Solution { flow, price } = self.tree.solution();
        checked(&self.instance, &self.problem, &self.hub, &flow, &price)
    }

    /// The pairing as it stands, proven anew, with its reasons.
    ///
    /// # Errors
    /// As [`Standing::pairing`].
    pub fn explained(&self) -> Result<(Pairing, Explanation), PairingError> {
        let Solution { flow, price } = self.tree.solution();
        let pairing = checked(&self.instance, &self.problem, &self.hub, &flow, &price)?;
        let reasons = explain::explained(&self.instance, &self.problem, &self.hub, &flow, &pairing);
        Ok((pairing, reasons))
    }

    /// A child joins; its rank says where in the order. `barred` are the sponsors who may not help it: with such, all
    /// is computed anew.
    ///
    /// # Errors
    /// What is wrong with the child; then it has not joined.
    pub fn join_child(&mut self, child: Child, barred: &[String]) -> Result<(), PairingError> {
        let same = |known: &&Child| known.id == child.id || known.rank == child.rank;
        if let Some(known) = self.instance.children.iter().find(same) {
            return Err(match known.id == child.id {
                true => PairingError::Duplicate { what: "child", id: child.id },
                false => {
                    PairingError::DuplicateRank { rank: child.rank, one: known.id.clone(), other: child.id }
                }
            });
        }
        let village = self.village("child", &child.id, &child.village, child.need)?;
        let need = i64::from(child.open_need());
        let weight = self.weight_of(child.rank);
        let place = self.instance.children.len();
        let exclusions = barred.iter().map(|sponsor| (sponsor.clone(), child.id.clone()));
        self.instance.exclusions.extend(exclusions);
        self.instance.children.push(child);
        self.joined_units += i128::from(need);
        let Some(weight) = weight.filter(|_| barred.is_empty() && self.joined_units <= SPARE_UNITS) else {
            *self = Standing::new(self.instance.clone())?;
            return Ok(());
        };
        self.problem.children.push(problem::Child { place, village, need, weight });
        let number = self.problem.children.len() - 1;
        let arc = self.hub.join_child(&self.problem.children[number], number);
        // All its need flows past it, until a cheaper way is found.
        self.tree.add_arcs(&self.hub.network, arc, Some(arc));
        self.tree.improve();
        Ok(())
    }

    /// A sponsor joins; it may help every child within its reach.
    ///
    /// # Errors
    /// What is wrong with the sponsor; then it has not joined.
    pub fn join_sponsor(&mut self, sponsor: Sponsor) -> Result<(), PairingError> {
        if self.instance.sponsors.iter().any(|known| known.id == sponsor.id) {
            return Err(PairingError::Duplicate { what: "sponsor", id: sponsor.id });
        }
        let village = self.village("sponsor", &sponsor.id, &sponsor.village, sponsor.capacity)?;
        let (capacity, reach) = (i64::from(sponsor.capacity), sponsor.reach);
        let place = self.instance.sponsors.len();
        self.instance.sponsors.push(sponsor);
        self.problem.sponsors.push(problem::Sponsor { place, village, capacity, reach });
        let arc = self.hub.join_sponsor(&self.problem, self.problem.sponsors.len() - 1);
        self.tree.add_node(&self.hub.network, arc, arc + 1);
        self.tree.improve();
        Ok(())
    }

    fn village(
        &self,
        what: &'static str,
        id: &str,
        village: &str,
        units: u32,
    ) -> Result<usize, PairingError> {
        if units > MAX_UNITS {
            return Err(PairingError::TooLarge { what, id: id.into(), value: units, most: MAX_UNITS });
        }
        let unknown = |_| PairingError::UnknownVillage { what, id: id.into(), village: village.into() };
        self.villages.binary_search_by(|known| known.as_str().cmp(village)).map_err(unknown)
    }

    /// A weight between the neighbours in the order, if there is room. At the end of the order, where most join, only
    /// a thousandth of it is used up each time.
    fn weight_of(&self, rank: u32) -> Option<i128> {
        let rank_of = |child: &problem::Child| self.instance.children[child.place].rank;
        let weights = |behind: bool| {
            let known = self.problem.children.iter().filter(move |child| (rank_of(child) > rank) == behind);
            known.map(|child| child.weight)
        };
        let (below, above) = (weights(true).max(), weights(false).min());
        let between = match (below, above) {
            (None, Some(above)) => above - (above / 1_024).max(1),
            (below, None) => below.unwrap_or(0) + problem::WEIGHT_STEP,
            (Some(below), Some(above)) => below + (above - below) / 2,
        };
        (between > below.unwrap_or(0) && above.is_none_or(|above| between < above)).then_some(between)
    }
}
