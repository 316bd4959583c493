//! The cheapest flow through a network: the primal network simplex.
//!
//! A spanning tree of arcs carries what it must, every other arc is empty or full. Prices on the nodes make the arcs
//! of the tree cost nothing; an arc outside it that still pays is taken in, flow is sent around the circle that it
//! closes until an arc of the circle is empty or full, and that one leaves. The tree is kept *strongly feasible*
//! (every node can send a little more to the root; Cunningham 1976), which the choice of the leaving arc sees to:
//! then the method ends. Arcs are tried block by block, the best of a block first (Grigoriadis 1986).
//!
//! Costs are 128 bits wide: a district's costs reach about 2^70, times the nodes on a way.

use super::network::{Arc, Network, OPEN};

/// The cheapest flow, and its proof.
pub(super) struct Solution {
    /// By arc.
    pub(super) flow: Vec<i64>,
    /// By node: what a unit costs there. No arc with room leads to a node that is dearer by more than its cost.
    pub(super) price: Vec<i128>,
}

/// Finds the cheapest flow. What cannot be sent at all is left; the flow then does not fit the supplies, which the
/// [proof](super::proof) shows.
pub(super) fn solve(network: &Network) -> Solution {
    let mut tree = Tree::new(network);
    tree.improve();
    tree.solution()
}

const NONE: u32 = u32::MAX;

/// Where an arc stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Tree,
    Empty,
    Full,
}

/// What is looked at when an arc is tried; small, because all are tried again and again.
struct TreeArc {
    cost: i128,
    from: u32,
    to: u32,
    state: State,
}

/// What an arc carries.
struct Load {
    capacity: i64,
    flow: i64,
}

impl TreeArc {
    /// An arc of the network that is not in the tree.
    fn of(arc: &Arc, state: State) -> (TreeArc, Load) {
        let flow = if state == State::Full { arc.capacity } else { 0 };
        let load = Load { capacity: arc.capacity, flow };
        (TreeArc { cost: arc.cost, from: arc.from + 1, to: arc.to + 1, state }, load)
    }
}

/// The root: no node of the network, whose numbers are one higher here.
const ROOT: u32 = 0;

/// The tree over all nodes, from which a flow can be made better still when arcs and nodes are added.
pub(super) struct Tree {
    /// One artificial arc to the root for each of the first nodes, then those of the network in a mixed order.
    arcs: Vec<TreeArc>,
    /// By arc.
    loads: Vec<Load>,
    /// How many of them are artificial.
    artificial: usize,
    /// The network's number of each arc behind the artificial ones.
    order: Vec<u32>,
    candidates: Candidates,
    price: Vec<i128>,
    parent: Vec<u32>,
    /// The arc to the parent.
    up: Vec<u32>,
    depth: Vec<u32>,
    first_child: Vec<u32>,
    next: Vec<u32>,
    before: Vec<u32>,
}

impl Tree {
    /// Begins with an artificial arc between each node and the root, dearer than any way.
    pub(super) fn new(network: &Network) -> Tree {
        let (nodes, count) = (network.supply.len(), network.arcs.len());
        let dearest = network.arcs.iter().map(|arc| arc.cost.abs()).max().unwrap_or(0);
        let artificial = (dearest + 1) * (nodes as i128 + 1);
        let order = mixed(count);
        let mut arcs: Vec<TreeArc> = Vec::with_capacity(count + nodes);
        let mut loads: Vec<Load> = Vec::with_capacity(count + nodes);
        let mut price = vec![0; nodes + 1];
        for (node, &supply) in (1..).zip(&network.supply) {
            // Nothing flows to the root where nothing enters: so every node can send to it.
            let to_root = supply >= 0;
            let (from, to) = if to_root { (node, ROOT) } else { (ROOT, node) };
            price[node as usize] = if to_root { -artificial } else { artificial };
            arcs.push(TreeArc { cost: artificial, from, to, state: State::Tree });
            loads.push(Load { capacity: OPEN, flow: supply.abs() });
        }
        for &number in &order {
            let (arc, load) = TreeArc::of(&network.arcs[number as usize], State::Empty);
            arcs.push(arc);
            loads.push(load);
        }
        let mut tree = Tree {
            arcs,
            loads,
            artificial: nodes,
            order,
            candidates: Candidates { at: nodes },
            price,
            parent: vec![ROOT; nodes + 1],
            up: (0..=nodes as u32).map(|node| node.saturating_sub(1)).collect(),
            depth: vec![1; nodes + 1],
            first_child: vec![NONE; nodes + 1],
            next: vec![NONE; nodes + 1],
            before: vec![NONE; nodes + 1],
        };
        tree.parent[ROOT as usize] = NONE;
        tree.depth[ROOT as usize] = 0;
        (1..=nodes as u32).for_each(|node| tree.attach(node, ROOT));
        tree
    }

    /// Takes in arcs that pay until none does: then no flow is cheaper.
    pub(super) fn improve(&mut self) {
        while let Some(entering) = Candidates::next(self) {
            self.pivot(entering);
        }
    }

    /// The flow and the prices as they are.
    pub(super) fn solution(&self) -> Solution {
        let mut flow = vec![0; self.order.len()];
        for (load, &number) in self.loads[self.artificial..].iter().zip(&self.order) {
            flow[number as usize] = load.flow;
        }
        Solution { flow, price: self.price[1..].to_vec() }
    }

    /// Takes note of the arcs that were added to the network from number `first` on, and tries these next. Nothing
    /// flows over them but over `full`: that carries all it can, by which the supplies of its ends have changed.
    pub(super) fn add_arcs(&mut self, network: &Network, first: usize, full: Option<usize>) {
        self.candidates.at = self.arcs.len();
        for (number, arc) in network.arcs.iter().enumerate().skip(first) {
            let state = if full == Some(number) { State::Full } else { State::Empty };
            let (arc, load) = TreeArc::of(arc, state);
            self.arcs.push(arc);
            self.loads.push(load);
            self.order.push(number as u32);
        }
    }

    /// Takes note of the node that was added to the network, and of its arcs as [`Tree::add_arcs`] does; `onward` is
    /// one of them that begins at the node.
    pub(super) fn add_node(&mut self, network: &Network, first: usize, onward: usize) {
        let place = self.arcs.len() + onward - first;
        self.add_arcs(network, first, None);
        // Nothing flows over the arc, so that the node can send to the root.
        let arc = &self.arcs[place];
        let (node, parent, price) = (arc.from, arc.to, self.price[arc.to as usize] - arc.cost);
        self.hang_new(node, parent, price, place);
    }

    /// Takes note of the node that was added to the network and needs what the arc `first` carries, which is all that
    /// it can and more than nothing; and of its arcs as [`Tree::add_arcs`] does.
    pub(super) fn add_needy_node(&mut self, network: &Network, first: usize) {
        let place = self.arcs.len();
        self.add_arcs(network, first, Some(first));
        // What flows over the arc can be taken back, so that the node can send to the root.
        let arc = &self.arcs[place];
        let (node, parent, price) = (arc.to, arc.from, self.price[arc.from as usize] + arc.cost);
        self.hang_new(node, parent, price, place);
    }

    /// Hangs the newest node to its parent by this arc.
    fn hang_new(&mut self, node: u32, parent: u32, price: i128, arc: usize) {
        self.arcs[arc].state = State::Tree;
        self.price.push(price);
        self.up.push(arc as u32);
        self.depth.push(self.depth[parent as usize] + 1);
        [&mut self.parent, &mut self.first_child, &mut self.next, &mut self.before]
            .into_iter()
            .for_each(|list| list.push(NONE));
        self.attach(node, parent);
    }

    /// Makes an arc of the network dearer by this much, so that what flows over it soon goes another way.
    pub(super) fn make_dearer(&mut self, arc: usize, by: i128) {
        let Some(place) = self.order.iter().position(|number| *number as usize == arc) else { return };
        let place = place + self.artificial;
        let changed = &mut self.arcs[place];
        changed.cost += by;
        if changed.state == State::Tree {
            let (from, to) = (changed.from, changed.to);
            let below = if self.up[from as usize] as usize == place { from } else { to };
            self.reprice(below, place);
        }
    }

    /// How much an arc would pay for a unit more on it, or less when it is full; above zero: it does.
    fn gain(&self, arc: &TreeArc) -> i128 {
        let reduced = arc.cost + self.price[arc.from as usize] - self.price[arc.to as usize];
        match arc.state {
            State::Empty => -reduced,
            State::Full => reduced,
            State::Tree => 0,
        }
    }

    /// Takes an arc into the tree and lets another one go.
    fn pivot(&mut self, entering: usize) {
        let arc = &self.arcs[entering];
        let forward = arc.state == State::Empty;
        let (tail, head) = if forward { (arc.from, arc.to) } else { (arc.to, arc.from) };
        let join = self.join(tail, head);
        // The last arc of the circle without room, seen from the join in the direction of the flow.
        let mut most = self.loads[entering].capacity;
        let mut leaving = None;
        let mut node = tail;
        while node != join {
            let room = self.room(node, false);
            if room < most {
                (most, leaving) = (room, Some((node, tail)));
            }
            node = self.parent[node as usize];
        }
        node = head;
        while node != join {
            let room = self.room(node, true);
            if room <= most {
                (most, leaving) = (room, Some((node, head)));
            }
            node = self.parent[node as usize];
        }
        if most > 0 {
            self.send(entering, forward, most);
            self.send_along(tail, join, false, most);
            self.send_along(head, join, true, most);
        }
        let Some((below, inside)) = leaving else {
            self.arcs[entering].state = if forward { State::Full } else { State::Empty };
            return;
        };
        let left = self.up[below as usize] as usize;
        self.arcs[left].state = if self.loads[left].flow == 0 { State::Empty } else { State::Full };
        self.arcs[entering].state = State::Tree;
        let outside = if inside == tail { head } else { tail };
        self.hang(inside, outside, entering as u32, below);
        self.reprice(inside, entering);
    }

    /// Where the ways of two nodes to the root meet.
    fn join(&self, one: u32, other: u32) -> u32 {
        let (mut one, mut other) = (one, other);
        while one != other {
            match self.depth[one as usize] >= self.depth[other as usize] {
                true => one = self.parent[one as usize],
                false => other = self.parent[other as usize],
            }
        }
        one
    }

    /// What the arc between a node and its parent can take more, up the tree or down.
    fn room(&self, node: u32, upwards: bool) -> i64 {
        let arc = self.up[node as usize] as usize;
        let load = &self.loads[arc];
        if (self.arcs[arc].from == node) == upwards { load.capacity - load.flow } else { load.flow }
    }

    fn send(&mut self, arc: usize, forward: bool, units: i64) {
        self.loads[arc].flow += if forward { units } else { -units };
    }

    fn send_along(&mut self, from: u32, join: u32, upwards: bool, units: i64) {
        let mut node = from;
        while node != join {
            let arc = self.up[node as usize] as usize;
            self.send(arc, (self.arcs[arc].from == node) == upwards, units);
            node = self.parent[node as usize];
        }
    }

    /// Turns the way from a node up to `below` around and hangs it to another parent.
    fn hang(&mut self, node: u32, parent: u32, arc: u32, below: u32) {
        let (mut node, mut parent, mut arc) = (node, parent, arc);
        loop {
            let (old_parent, old_arc) = (self.parent[node as usize], self.up[node as usize]);
            self.detach(node);
            self.attach(node, parent);
            self.up[node as usize] = arc;
            if node == below {
                return;
            }
            (parent, arc, node) = (node, old_arc, old_parent);
        }
    }

    fn attach(&mut self, node: u32, parent: u32) {
        let first = std::mem::replace(&mut self.first_child[parent as usize], node);
        if first != NONE {
            self.before[first as usize] = node;
        }
        self.next[node as usize] = first;
        self.before[node as usize] = NONE;
        self.parent[node as usize] = parent;
    }

    fn detach(&mut self, node: u32) {
        let (before, next) = (self.before[node as usize], self.next[node as usize]);
        match before {
            NONE => self.first_child[self.parent[node as usize] as usize] = next,
            _ => self.next[before as usize] = next,
        }
        if next != NONE {
            self.before[next as usize] = before;
        }
    }

    /// New prices and depths for a node that was hung elsewhere by this arc, and for all below it.
    fn reprice(&mut self, top: u32, entering: usize) {
        let arc = &self.arcs[entering];
        let fits = match arc.to == top {
            true => self.price[arc.from as usize] + arc.cost,
            false => self.price[arc.to as usize] - arc.cost,
        };
        let change = fits - self.price[top as usize];
        let mut node = top;
        loop {
            self.price[node as usize] += change;
            self.depth[node as usize] = self.depth[self.parent[node as usize] as usize] + 1;
            // Down, else to the next one, else up until there is one.
            if self.first_child[node as usize] != NONE {
                node = self.first_child[node as usize];
                continue;
            }
            while node != top && self.next[node as usize] == NONE {
                node = self.parent[node as usize];
            }
            if node == top {
                return;
            }
            node = self.next[node as usize];
        }
    }
}

/// The arcs that are tried, block by block, around and around.
struct Candidates {
    at: usize,
}

impl Candidates {
    /// The arc that pays most in the next block in which one pays.
    fn next(tree: &mut Tree) -> Option<usize> {
        let count = tree.order.len();
        let block = count.isqrt().max(32);
        let (mut seen, mut at) = (0, tree.candidates.at);
        while seen < count {
            let (mut best, mut most) = (None, 0);
            for _ in 0..block.min(count - seen) {
                let gain = tree.gain(&tree.arcs[at]);
                if gain > most {
                    (best, most) = (Some(at), gain);
                }
                at = if at + 1 == tree.arcs.len() { tree.artificial } else { at + 1 };
            }
            if best.is_some() {
                tree.candidates.at = at;
                return best;
            }
            seen += block;
        }
        None
    }
}

/// The numbers below `count` in an order in which those of the same kind do not stand together.
fn mixed(count: usize) -> Vec<u32> {
    // A stride near the golden section that has no divisor in common with the count.
    let mut stride = (count as u64 * 618 / 1000).max(1);
    while gcd(stride, count as u64) > 1 {
        stride += 1;
    }
    (0..count as u64).map(|nth| (nth * stride % count as u64) as u32).collect()
}

fn gcd(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { gcd(other, one % other) }
}
