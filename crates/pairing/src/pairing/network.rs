//! The hub network: villages, subdistricts and one place called "anywhere" in the place of every possible pair.
//!
//! How far apart two people live depends on their villages alone. So help flows from a sponsor to where it lives, on
//! to where a child lives, and there to the child; the arcs on the way cost what the tier costs. Nothing is
//! approximated: at an optimum no help takes a way that is dearer than the tier of the two whom it joins, because
//! the nearer way is open to it too.
//!
//! * Sponsors of a village with the same reach are one **group**, unless an exclusion or a running pair tells them
//!   apart; those have a node of their own.
//! * Children of a village are one node (`Fold`), with one parallel arc from the source for each: help that the
//!   child does not get, at a cost that grows with its urgency. Again only those in an exclusion or a running pair
//!   stand alone.

use std::cmp::Reverse;

use super::instance::Tier;
use super::problem::{self, Child, Problem, Sponsor};

/// A way for help, in one direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) capacity: i64,
    pub(super) cost: i128,
}

/// Nodes and arcs; what enters at the first node leaves where it is needed. Arcs that do not begin at a sponsor lead
/// to higher nodes.
#[derive(Debug, Clone, Default)]
pub(super) struct Network {
    pub(super) arcs: Vec<Arc>,
    /// What enters at each node (above zero) or leaves it (below); the sum is 0.
    pub(super) supply: Vec<i64>,
}

/// Who stands behind a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Behind {
    /// The source of all help, given or not.
    Source,
    /// Sponsors who are alike, the largest capacity first.
    Sponsors(Vec<usize>),
    /// A place on the way.
    Place,
    /// Children, most urgent first.
    Children(Vec<usize>),
}

/// Where the help of a sponsor enters the network.
#[derive(Debug, Clone, Copy)]
struct Giver {
    node: usize,
    /// The arc from the source to the node.
    entry: usize,
}

/// The network of a problem, and what its parts stand for.
pub(super) struct Hub {
    pub(super) network: Network,
    pub(super) behind: Vec<Behind>,
    /// The arc of what each child does not get, by child.
    pub(super) unserved: Vec<usize>,
    /// The node of each child.
    pub(super) child_node: Vec<usize>,
    /// Where the help of each sponsor enters; nowhere when it has nothing to give.
    givers: Vec<Option<Giver>>,
    pub(super) prices: Prices,
    pub(super) layout: Layout,
}

/// More than any help needs.
pub(super) const OPEN: i64 = i64::MAX / 4;

/// Units that may be needed later without the prices losing their order.
pub(super) const SPARE_UNITS: i128 = 1_000_000;

/// What a unit costs by what happens to it. See METHOD: coverage in the order of rank, then pairs kept, then
/// distance, each beyond anything that the later ones can add up to.
#[derive(Clone, Copy)]
pub(super) struct Prices {
    /// A unit that does not go where one went before; 0 when nothing is wished for.
    pub(super) not_kept: i128,
    /// What is gained with a unit that goes where one went before, where moving it has its price in ranks.
    pub(super) kept: i128,
    /// What a child one place more urgent weighs.
    pub(super) rank: i128,
}

impl Prices {
    pub(super) fn of(problem: &Problem) -> Prices {
        let units: i128 = problem.children.iter().map(|child| i128::from(child.need)).sum();
        let units = units + SPARE_UNITS;
        let farthest = i128::from(problem.tier_cost[3]);
        if problem.wished.is_empty() {
            // Two pairs that exchange a unit can lengthen every other way in the district.
            return Prices { not_kept: 0, kept: 0, rank: farthest * units + 1 };
        }
        let one = farthest * units + 1;
        let rank = one * (units + 1);
        match problem.ranks_to_move {
            0 => Prices { not_kept: one, kept: 0, rank },
            // As a gain and not as a cost of all others, so that whatever is left over still goes to everybody.
            ranks => {
                Prices { not_kept: 0, kept: one + i128::from(ranks - 1) * problem::WEIGHT_STEP * rank, rank }
            }
        }
    }

    /// What it costs not to help a child with one unit.
    pub(super) fn unserved(&self, child: &Child) -> i128 {
        child.weight * self.rank
    }
}

/// Where the nodes of the places begin.
#[derive(Clone, Copy, Default)]
pub(super) struct Layout {
    villages: usize,
    subdistricts: usize,
    /// The first node after the sponsors.
    places: usize,
}

impl Layout {
    /// Where help of this reach leaves a subdistrict: three nodes for each, the widest first.
    fn hub(&self, reach: Tier, subdistrict: usize) -> usize {
        let ring = match reach {
            Tier::District => 0,
            Tier::Neighbours => 1,
            Tier::Subdistrict | Tier::Village => 2,
        };
        self.places + ring * self.subdistricts + subdistrict
    }

    fn anywhere(&self) -> usize {
        self.places + 3 * self.subdistricts
    }

    /// Where help enters a subdistrict.
    fn subdistrict(&self, subdistrict: usize) -> usize {
        self.anywhere() + 1 + subdistrict
    }

    /// Where help enters a village.
    fn village(&self, village: usize) -> usize {
        self.subdistrict(self.subdistricts) + village
    }

    /// The children of a village whom nothing tells apart.
    fn fold(&self, village: usize) -> usize {
        self.village(self.villages) + village
    }

    /// The first node of the children who stand alone.
    fn alone(&self) -> usize {
        self.fold(self.villages)
    }
}

impl Hub {
    pub(super) fn of(problem: &Problem) -> Hub {
        let mut singled_out = vec![false; problem.children.len()];
        let mut own_node = vec![false; problem.sponsors.len()];
        for (&sponsor, children) in &problem.excluded {
            own_node[sponsor] = true;
            children.iter().for_each(|child| singled_out[*child] = true);
        }
        for &(sponsor, child, _) in &problem.wished {
            own_node[sponsor] = true;
            singled_out[child] = true;
        }
        let mut hub = Hub {
            network: Network::default(),
            behind: vec![Behind::Source],
            unserved: Vec::with_capacity(problem.children.len()),
            child_node: vec![0; problem.children.len()],
            givers: vec![None; problem.sponsors.len()],
            prices: Prices::of(problem),
            layout: Layout::default(),
        };
        hub.add_sponsors(problem, &own_node);
        hub.layout = Layout {
            villages: problem.subdistrict_of.len(),
            subdistricts: problem.villages_in.len(),
            places: hub.behind.len(),
        };
        hub.behind.resize(hub.layout.fold(0), Behind::Place);
        hub.add_children(problem, &singled_out);
        hub.connect_places(problem);
        hub.connect_sponsors(problem);
        hub.set_supply(problem);
        hub
    }

    fn arc(&mut self, from: usize, to: usize, capacity: i64, cost: i128) {
        self.network.arcs.push(Arc { from: from as u32, to: to as u32, capacity, cost });
    }

    /// A node for each group of sponsors and for each sponsor who stands alone, and what it has to give.
    fn add_sponsors(&mut self, problem: &Problem, own_node: &[bool]) {
        let alike = |number: usize| {
            let sponsor = &problem.sponsors[number];
            (sponsor.village, sponsor.reach, own_node[number].then_some(number))
        };
        let giving = |number: &usize| problem.sponsors[*number].capacity > 0;
        let mut sorted: Vec<usize> = (0..problem.sponsors.len()).filter(giving).collect();
        sorted.sort_by_key(|number| (alike(*number), Reverse(problem.sponsors[*number].capacity)));
        for group in sorted.chunk_by(|one, other| alike(*one) == alike(*other)) {
            self.add_givers(problem, group.to_vec());
        }
    }

    /// A node for sponsors who are alike, and the arc to it.
    fn add_givers(&mut self, problem: &Problem, sponsors: Vec<usize>) -> Giver {
        let giver = Giver { node: self.behind.len(), entry: self.network.arcs.len() };
        let capacity = sponsors.iter().map(|number| problem.sponsors[*number].capacity).sum();
        sponsors.iter().for_each(|sponsor| self.givers[*sponsor] = Some(giver));
        self.behind.push(Behind::Sponsors(sponsors));
        self.arc(0, giver.node, capacity, 0);
        giver
    }

    /// The nodes of the children, and the arcs of what they do not get.
    fn add_children(&mut self, problem: &Problem, singled_out: &[bool]) {
        let (layout, prices) = (self.layout, self.prices);
        self.behind.resize(layout.alone(), Behind::Children(Vec::new()));
        for (number, child) in problem.children.iter().enumerate() {
            let node = match singled_out[number] {
                true => {
                    self.behind.push(Behind::Children(Vec::new()));
                    self.behind.len() - 1
                }
                false => layout.fold(child.village),
            };
            if let Behind::Children(children) = &mut self.behind[node] {
                children.push(number);
            }
            self.child_node[number] = node;
            self.unserved.push(self.network.arcs.len());
            self.arc(0, node, child.need, prices.unserved(child));
        }
        for (number, child) in problem.children.iter().enumerate().filter(|(number, _)| singled_out[*number])
        {
            self.arc(layout.village(child.village), self.child_node[number], OPEN, 0);
        }
    }

    fn connect_places(&mut self, problem: &Problem) {
        let layout = self.layout;
        let [_, own, near, far] = problem.tier_cost.map(i128::from);
        for (subdistrict, villages) in problem.villages_in.iter().enumerate() {
            let entry = layout.subdistrict(subdistrict);
            let hub = |reach| layout.hub(reach, subdistrict);
            self.arc(hub(Tier::District), hub(Tier::Neighbours), OPEN, 0);
            self.arc(hub(Tier::Neighbours), hub(Tier::Subdistrict), OPEN, 0);
            self.arc(hub(Tier::Subdistrict), entry, OPEN, own);
            for &neighbour in &problem.neighbours[subdistrict] {
                self.arc(hub(Tier::Neighbours), layout.subdistrict(neighbour), OPEN, near);
            }
            self.arc(hub(Tier::District), layout.anywhere(), OPEN, far);
            self.arc(layout.anywhere(), entry, OPEN, 0);
            for &village in villages {
                self.arc(entry, layout.village(village), OPEN, 0);
                self.arc(layout.village(village), layout.fold(village), OPEN, 0);
            }
        }
    }

    fn connect_sponsors(&mut self, problem: &Problem) {
        let alone_in = self.alone_in(problem);
        for node in 1..self.layout.places {
            let Behind::Sponsors(sponsors) = &self.behind[node] else { continue };
            let first = sponsors[0];
            match problem.excluded.contains_key(&first) {
                true => self.connect_around(problem, &alone_in, first, node),
                false => self.connect_freely(problem, &problem.sponsors[first], node),
            }
        }
        self.connect_wished(problem, |_| true);
    }

    /// The children who stand alone, by village.
    fn alone_in(&self, problem: &Problem) -> Vec<Vec<usize>> {
        let mut alone_in = vec![Vec::new(); self.layout.villages];
        for behind in &self.behind[self.layout.alone()..] {
            if let Behind::Children(children) = behind {
                children.iter().for_each(|child| alone_in[problem.children[*child].village].push(*child));
            }
        }
        alone_in
    }

    /// The ways of help that goes where it went before, of these sponsors.
    fn connect_wished(&mut self, problem: &Problem, of: impl Fn(usize) -> bool) {
        for &(sponsor, child, units) in problem.wished.iter().filter(|(sponsor, _, _)| of(*sponsor)) {
            if let Some(giver) = self.givers[sponsor] {
                let cost = problem.tier_cost[problem.tier(sponsor, child) as usize];
                let cost = i128::from(cost) - self.prices.kept;
                self.arc(giver.node, self.child_node[child], units, cost);
            }
        }
    }

    /// The ways of a sponsor who may help every child within reach.
    fn connect_freely(&mut self, problem: &Problem, sponsor: &Sponsor, node: usize) {
        let layout = self.layout;
        self.arc(node, layout.village(sponsor.village), OPEN, self.prices.not_kept);
        if sponsor.reach > Tier::Village {
            let hub = layout.hub(sponsor.reach, problem.subdistrict_of[sponsor.village]);
            self.arc(node, hub, OPEN, self.prices.not_kept);
        }
    }

    /// The ways of a sponsor who may not help some children: to every place from which no way leads to one of them.
    fn connect_around(&mut self, problem: &Problem, alone_in: &[Vec<usize>], number: usize, node: usize) {
        let (layout, prices) = (self.layout, self.prices);
        let sponsor = &problem.sponsors[number];
        let excluded = &problem.excluded[&number];
        let home = problem.subdistrict_of[sponsor.village];
        let avoided =
            |village: usize| excluded.iter().any(|child| problem.children[*child].village == village);
        let price = |tier: Tier| prices.not_kept + i128::from(problem.tier_cost[tier as usize]);
        for (subdistrict, villages) in problem.villages_in.iter().enumerate() {
            // All other villages of the sponsor's subdistrict are as far, and all villages of another one.
            let is_home = subdistrict == home;
            let beyond = |village: &&usize| !(is_home && **village == sponsor.village);
            if let Some(other) = villages.iter().find(beyond)
                && let tier = problem.tier_between(sponsor.village, *other)
                && tier <= sponsor.reach
                && !villages.iter().any(|village| avoided(*village))
            {
                self.arc(node, layout.subdistrict(subdistrict), OPEN, price(tier));
                if !is_home {
                    continue;
                }
                self.arc(node, layout.village(sponsor.village), OPEN, price(Tier::Village));
                continue;
            }
            for &village in villages {
                let tier = problem.tier_between(sponsor.village, village);
                if tier > sponsor.reach {
                    continue;
                }
                if !avoided(village) {
                    self.arc(node, layout.village(village), OPEN, price(tier));
                    continue;
                }
                self.arc(node, layout.fold(village), OPEN, price(tier));
                for child in alone_in[village].iter().filter(|child| !excluded.contains(child)) {
                    self.arc(node, self.child_node[*child], OPEN, price(tier));
                }
            }
        }
    }

    /// A child more, whom every sponsor within reach may help; the arc of what it does not get.
    pub(super) fn join_child(&mut self, child: &Child, number: usize) -> usize {
        let node = self.layout.fold(child.village);
        if let Behind::Children(children) = &mut self.behind[node] {
            children.push(number);
        }
        self.child_node.push(node);
        self.unserved.push(self.network.arcs.len());
        self.arc(0, node, child.need, self.prices.unserved(child));
        self.network.supply[node] -= child.need;
        self.network.supply[0] += child.need;
        self.network.arcs.len() - 1
    }

    /// A child more, whom some sponsors may not help: it stands alone. The problem knows them already; each of them is
    /// to be [taken out](Hub::take_out) and added anew. The arc of what the child does not get, which is the first of
    /// its arcs.
    pub(super) fn join_child_alone(&mut self, problem: &Problem, number: usize) -> usize {
        let (child, node, first) = (&problem.children[number], self.behind.len(), self.network.arcs.len());
        self.behind.push(Behind::Children(vec![number]));
        self.child_node.push(node);
        self.unserved.push(first);
        self.network.supply.push(-child.need);
        self.network.supply[0] += child.need;
        self.arc(0, node, child.need, self.prices.unserved(child));
        self.arc(self.layout.village(child.village), node, OPEN, 0);
        // Whoever goes around somebody of this village comes to those who stand alone there one by one.
        for (&sponsor, excluded) in &problem.excluded {
            let around = || {
                excluded
                    .iter()
                    .any(|other| *other != number && problem.children[*other].village == child.village)
            };
            if let Some(giver) = self.givers[sponsor]
                && problem.may_help(sponsor, number)
                && around()
            {
                let tier = problem.tier_cost[problem.tier(sponsor, number) as usize];
                self.arc(giver.node, node, OPEN, self.prices.not_kept + i128::from(tier));
            }
        }
        first
    }

    /// A sponsor more, who may help every child within reach; the first of its arcs.
    pub(super) fn join_sponsor(&mut self, problem: &Problem, number: usize) -> usize {
        self.givers.push(None);
        self.add_group(problem, vec![number])
    }

    /// Sponsors who are alike, on a new node with all its ways; the first of its arcs.
    pub(super) fn add_group(&mut self, problem: &Problem, sponsors: Vec<usize>) -> usize {
        let first = sponsors[0];
        self.network.supply.push(0);
        let giver = self.add_givers(problem, sponsors);
        match problem.excluded.contains_key(&first) {
            true => self.connect_around(problem, &self.alone_in(problem), first, giver.node),
            false => self.connect_freely(problem, &problem.sponsors[first], giver.node),
        }
        self.connect_wished(problem, |sponsor| sponsor == first);
        giver.entry
    }

    /// Closes the node of a sponsor, from which ways lead to somebody whom it may not help. The arc over which nothing
    /// may come to the node any more, and the other sponsors who stood there; `None` when it has nothing to give.
    pub(super) fn take_out(&mut self, sponsor: usize) -> Option<(usize, Vec<usize>)> {
        let giver = self.givers[sponsor].take()?;
        self.network.arcs[giver.entry].capacity = 0;
        let Behind::Sponsors(mut others) =
            std::mem::replace(&mut self.behind[giver.node], Behind::Sponsors(Vec::new()))
        else {
            return None;
        };
        others.retain(|other| *other != sponsor);
        Some((giver.entry, others))
    }

    fn set_supply(&mut self, problem: &Problem) {
        self.network.supply = vec![0; self.behind.len()];
        for (child, node) in problem.children.iter().zip(&self.child_node) {
            self.network.supply[*node] -= child.need;
            self.network.supply[0] += child.need;
        }
    }
}
