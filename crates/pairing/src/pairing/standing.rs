//! A pairing that people join one by one: each is one shortest way through what the pairing leaves open.
//!
//! The tree of the network simplex is kept. A child that joins begins without help, a sponsor without giving any: the
//! flow is possible as it was, and the arcs that are new are the first that are tried. So only that changes which is
//! better with them, and the result is as good as if all had been there from the beginning.
//!
//! A sponsor who may not help the child that joins leaves its node, and so do those with whom it shared it: the way to
//! that node becomes dearer than to help nobody, and what flowed over it moves to new nodes, from one of which no way
//! leads to the child.

use std::collections::HashSet;

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
    /// What the dearest arc cost when it was last made anew.
    dearest: i128,
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
        let dearest = hub.network.arcs.iter().map(|arc| arc.cost.abs()).max().unwrap_or(0);
        let mut villages: Vec<String> = instance.villages.iter().map(|village| village.id.clone()).collect();
        villages.sort_unstable();
        Ok(Standing { instance, villages, problem, hub, tree, joined_units: 0, dearest })
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

    /// A child joins; its rank says where in the order. `barred` are the sponsors who may not help it, those included
    /// who join later.
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
        let bars = self.numbers_of(barred);
        let exclusions = barred.iter().map(|sponsor| (sponsor.clone(), child.id.clone()));
        self.instance.exclusions.extend(exclusions);
        self.instance.children.push(child);
        self.joined_units += i128::from(need);
        // Whoever needs nothing has no arc that could hold a node of its own.
        let has_room = self.joined_units <= SPARE_UNITS && (need > 0 || bars.is_empty());
        let joining = weight.map(|weight| problem::Child { place, village, need, weight });
        let joining = joining.filter(|child| has_room && self.hub.prices.unserved(child) <= 2 * self.dearest);
        let Some(joining) = joining else {
            *self = Standing::new(self.instance.clone())?;
            return Ok(());
        };
        self.problem.children.push(joining);
        let number = self.problem.children.len() - 1;
        // All its need flows past it, until a cheaper way is found.
        if bars.is_empty() {
            let arc = self.hub.join_child(&self.problem.children[number], number);
            self.tree.add_arcs(&self.hub.network, arc, Some(arc));
        } else {
            self.join_child_alone(number, bars);
        }
        self.tree.improve();
        Ok(())
    }

    /// A child joins whom these sponsors may not help.
    fn join_child_alone(&mut self, number: usize, bars: Vec<usize>) {
        for sponsor in &bars {
            self.problem.excluded.entry(*sponsor).or_default().push(number);
        }
        let arc = self.hub.join_child_alone(&self.problem, number);
        self.tree.add_needy_node(&self.hub.network, arc);
        for sponsor in bars {
            let Some((closed, others)) = self.hub.take_out(sponsor) else { continue };
            // No arc costs more than twice the dearest, see above: to help nobody is better than to come this way.
            self.tree.make_dearer(closed, 4 * (self.dearest + 1));
            for group in [vec![sponsor], others].into_iter().filter(|group| !group.is_empty()) {
                let arc = self.hub.add_group(&self.problem, group);
                self.tree.add_node(&self.hub.network, arc, arc + 1);
            }
        }
    }

    /// The numbers of the sponsors with these ids who are there.
    fn numbers_of(&self, ids: &[String]) -> Vec<usize> {
        let ids: HashSet<&str> = ids.iter().map(String::as_str).collect();
        let id = |sponsor: &problem::Sponsor| self.instance.sponsors[sponsor.place].id.as_str();
        let sponsors = self.problem.sponsors.iter().enumerate();
        sponsors.filter(|(_, sponsor)| ids.contains(id(sponsor))).map(|(number, _)| number).collect()
    }

    /// A sponsor joins; it may help every child within its reach from which it was not barred when that joined. Where
    /// it was, all is computed anew.
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
        let is_barred = self.instance.exclusions.iter().any(|(barred, _)| *barred == sponsor.id);
        self.instance.sponsors.push(sponsor);
        if is_barred {
            *self = Standing::new(self.instance.clone())?;
            return Ok(());
        }
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

#[cfg(test)]
mod tests {
    use super::super::instance::{Stability, Tier, Village};
    use super::*;

    fn sponsor(id: &str) -> Sponsor {
        Sponsor { id: id.into(), village: "V".into(), capacity: 2, reach: Tier::District }
    }

    fn child(id: &str, rank: u32) -> Child {
        Child { id: id.into(), village: "V".into(), need: 2, other_support: 0, rank }
    }

    /// Nothing is worked out anew: the node that three shared is closed, and two new ones stand in its place.
    #[test]
    fn a_relative_leaves_the_others_of_his_village() {
        let instance = Instance {
            stability: Stability::Lock,
            tier_cost: [0, 2, 5, 9],
            villages: vec![Village { id: "V".into(), subdistrict: "K".into() }],
            neighbours: vec![],
            children: vec![child("first", 0)],
            sponsors: vec![sponsor("aunt"), sponsor("other"), sponsor("uncle")],
            exclusions: vec![],
            running: vec![],
        };
        let mut standing = Standing::new(instance).unwrap();
        let nodes = standing.hub.behind.len();
        for (nth, id) in (1..).zip(["second", "third", "fourth"]) {
            standing.join_child(child(id, nth), &["aunt".into(), "uncle".into()]).unwrap();
        }
        let pairing = standing.pairing().unwrap();
        assert_eq!(pairing.served, [2, 2, 0, 0]);
        let helper = |place: usize| pairing.pairs.iter().find(|pair| pair.child == place).unwrap().sponsor;
        assert_eq!(helper(1), 1, "only the other one may help the second child");
        // Of each child its own node; of the first one also those of aunt, uncle and the other, of whom each time two
        // or one move on.
        assert!(standing.hub.behind.len() > nodes + 3);
        let closed = standing.hub.network.arcs.iter().filter(|arc| arc.from == 0 && arc.capacity == 0);
        assert!(closed.count() >= 3);
        // Who joins later and was named is barred all the same.
        standing.join_child(child("fifth", 9), &["cousin".into()]).unwrap();
        standing.join_sponsor(sponsor("cousin")).unwrap();
        let pairing = standing.pairing().unwrap();
        assert_eq!(pairing.served, [2, 2, 2, 0, 2]);
    }
}
