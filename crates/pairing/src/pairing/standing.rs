//! A pairing that people join one by one: each is one shortest way through what the pairing leaves open.
//!
//! The flow and its prices are kept. A child that joins begins without help; while a way from somebody with something
//! left, or from a child less urgent, is cheaper than leaving it so, help is sent along it. A sponsor who joins sends
//! help the other way around. Prices follow the ways (Edmonds and Karp 1972), so that the proof holds afterwards as
//! before, and the result is as good as if all had been there from the beginning.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::instance::{Child, Instance, MAX_UNITS, PairingError, Sponsor};
use super::network::{Hub, SPARE_UNITS};
use super::problem::{self, Problem};
use super::{Explanation, Pairing, checked, explain, optimum};

/// A proven best pairing that others may join.
pub struct Standing {
    instance: Instance,
    problem: Problem,
    hub: Hub,
    flow: Vec<i64>,
    price: Vec<i128>,
    /// The arcs at each node.
    around: Vec<Vec<u32>>,
    search: Search,
    /// Units needed by those who joined since it was last made anew.
    joined_units: i128,
}

impl Standing {
    /// Finds the best pairing of an instance.
    ///
    /// # Errors
    /// As [`pair`](super::pair).
    pub fn new(instance: Instance) -> Result<Standing, PairingError> {
        let (problem, hub, solution) = optimum(&instance)?;
        let mut around = vec![Vec::new(); hub.behind.len()];
        for (number, arc) in hub.network.arcs.iter().enumerate() {
            around[arc.from as usize].push(number as u32);
            around[arc.to as usize].push(number as u32);
        }
        let (flow, price) = (solution.flow, solution.price);
        Ok(Standing {
            instance,
            problem,
            hub,
            flow,
            price,
            around,
            search: Search::default(),
            joined_units: 0,
        })
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
        checked(&self.instance, &self.problem, &self.hub, &self.flow, &self.price)
    }

    /// The pairing as it stands, proven anew, with its reasons.
    ///
    /// # Errors
    /// As [`Standing::pairing`].
    pub fn explained(&self) -> Result<(Pairing, Explanation), PairingError> {
        let pairing = self.pairing()?;
        let reasons = explain::explained(&self.instance, &self.problem, &self.hub, &self.flow, &pairing);
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
        self.note_arcs(arc);
        // All its need flows past it, until a cheaper way is found.
        self.flow[arc] = need;
        let node = self.hub.child_node[number];
        while self.flow[arc] > 0 && self.reduced(arc) > 0 {
            let most = self.reduced(arc);
            if !self.send(node, arc, self.flow[arc], most, Into::Node) {
                break;
            }
        }
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
        // As dear as the ways onward make it.
        let ways = self.hub.network.arcs[arc + 1..].iter();
        let price = ways.map(|way| self.price[way.to as usize] - way.cost).max().unwrap_or_default();
        self.price.push(price);
        self.around.push(Vec::new());
        self.note_arcs(arc);
        let node = self.hub.behind.len() - 1;
        while self.flow[arc] < capacity && self.reduced(arc) < 0 {
            let most = -self.reduced(arc);
            if !self.send(node, arc, capacity - self.flow[arc], most, Into::Source) {
                break;
            }
        }
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
        let mut ids: Vec<&str> = self.instance.villages.iter().map(|known| known.id.as_str()).collect();
        ids.sort_unstable();
        let unknown = |_| PairingError::UnknownVillage { what, id: id.into(), village: village.into() };
        ids.binary_search(&village).map_err(unknown)
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

    fn note_arcs(&mut self, first: usize) {
        for (number, arc) in self.hub.network.arcs.iter().enumerate().skip(first) {
            self.around[arc.from as usize].push(number as u32);
            self.around[arc.to as usize].push(number as u32);
            self.flow.push(0);
        }
    }

    /// What an arc costs beyond the difference of its ends' prices.
    fn reduced(&self, arc: usize) -> i128 {
        let arc = &self.hub.network.arcs[arc];
        arc.cost + self.price[arc.from as usize] - self.price[arc.to as usize]
    }

    /// Sends up to `units` between the source and `node` over the shortest way that has room (into the node, or out of
    /// it), and changes the flow of `closing`, the arc that closes the circle, by as much; false when no way is
    /// shorter than `most`. In either case the prices fit afterwards.
    ///
    /// The search begins at the node, not at the source, around which all children and sponsors lie.
    fn send(&mut self, node: usize, closing: usize, units: i64, most: i128, into: Into) -> bool {
        self.search.begin(self.price.len(), node);
        let mut reached = None;
        while let Some((Reverse(far), node)) = self.search.open.pop() {
            // Nothing nearer than the source is left, or nothing near enough.
            let best = self.search.distance[SOURCE];
            if far >= best.min(most) {
                reached = Some(best).filter(|best| *best < most);
                break;
            }
            if far > self.search.distance[node] {
                continue;
            }
            for &number in &self.around[node] {
                let number = number as usize;
                let arc = &self.hub.network.arcs[number];
                // Whether the way would use the arc as it points.
                let along = (arc.to as usize == node) == (into == Into::Node);
                let room = if along { arc.capacity - self.flow[number] } else { self.flow[number] };
                if room == 0 || number == closing {
                    continue;
                }
                let next = if arc.from as usize == node { arc.to } else { arc.from } as usize;
                let reduced = arc.cost + self.price[arc.from as usize] - self.price[arc.to as usize];
                let far = far + if along { reduced } else { -reduced };
                if far < self.search.distance[SOURCE].min(most) {
                    self.search.offer(next, far, number);
                }
            }
        }
        let limit = reached.unwrap_or(most);
        for &seen in &self.search.seen {
            let nearer = (limit - self.search.distance[seen]).max(0);
            self.price[seen] += if into == Into::Node { nearer } else { -nearer };
        }
        if reached.is_none() {
            return false;
        }
        let mut way = Vec::new();
        let mut at = SOURCE;
        let mut units = units;
        while at != node {
            let number = self.search.came[at] as usize;
            let arc = &self.hub.network.arcs[number];
            let along = (arc.from as usize == at) == (into == Into::Node);
            units = units.min(if along { arc.capacity - self.flow[number] } else { self.flow[number] });
            way.push((number, along));
            at = if arc.from as usize == at { arc.to } else { arc.from } as usize;
        }
        for (number, along) in way {
            self.flow[number] += if along { units } else { -units };
        }
        self.flow[closing] += if into == Into::Node { -units } else { units };
        true
    }
}

/// The node from which all help flows.
const SOURCE: usize = 0;

/// Which way help is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Into {
    /// From the source into a node.
    Node,
    /// From a node back into the source.
    Source,
}

/// The state of one search after another, kept so that each touches only the nodes that it sees.
#[derive(Default)]
struct Search {
    /// How far each node is; [`i128::MAX`]: not seen.
    distance: Vec<i128>,
    /// The arc by which it was reached.
    came: Vec<u32>,
    seen: Vec<usize>,
    open: BinaryHeap<(Reverse<i128>, usize)>,
}

impl Search {
    fn begin(&mut self, nodes: usize, node: usize) {
        for seen in self.seen.drain(..) {
            self.distance[seen] = i128::MAX;
        }
        self.distance.resize(nodes, i128::MAX);
        self.came.resize(nodes, u32::MAX);
        self.open.clear();
        self.offer(node, 0, usize::MAX);
    }

    fn offer(&mut self, node: usize, far: i128, came: usize) {
        let known = &mut self.distance[node];
        if far < *known {
            if *known == i128::MAX {
                self.seen.push(node);
            }
            *known = far;
            self.came[node] = came as u32;
            self.open.push((Reverse(far), node));
        }
    }
}
