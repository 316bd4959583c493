//! Checks that a flow is possible and that none is cheaper. It shares no code with the solver.
//!
//! A flow is the cheapest if there are prices on the nodes such that an arc with room never leads to a node that is
//! dearer by more than the arc's cost, and an arc that carries something leads to one that is dearer by exactly that
//! or more (Ahuja, Magnanti, Orlin, *Network Flows*, 1993, theorem 9.4). That is seen by looking at each arc once.

use super::network::Network;

/// What is wrong with a flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    /// There are not as many flows as arcs, or prices as nodes.
    #[error("the flow is that of another network")]
    Shape,
    /// An arc carries less than nothing or more than it can.
    #[error("arc {0} carries what it cannot")]
    Capacity(usize),
    /// More or less leaves a node than enters it.
    #[error("node {0} does not pass on what it gets")]
    Balance(usize),
    /// A unit more on the arc would lower the cost.
    #[error("arc {0} has room and would make the flow cheaper")]
    Room(usize),
    /// A unit less on the arc would lower the cost.
    #[error("arc {0} carries something and makes the flow dearer")]
    Load(usize),
}

/// Whether the flow is the cheapest; takes one look at each arc and node.
pub(super) fn check(network: &Network, flow: &[i64], price: &[i128]) -> Result<(), Flaw> {
    if flow.len() != network.arcs.len() || price.len() != network.supply.len() {
        return Err(Flaw::Shape);
    }
    let mut balance: Vec<i128> = network.supply.iter().map(|supply| i128::from(*supply)).collect();
    for (number, (arc, &units)) in network.arcs.iter().zip(flow).enumerate() {
        if units < 0 || units > arc.capacity {
            return Err(Flaw::Capacity(number));
        }
        let (from, to) = (arc.from as usize, arc.to as usize);
        balance[from] -= i128::from(units);
        balance[to] += i128::from(units);
        let reduced = arc.cost + price[from] - price[to];
        if reduced < 0 && units < arc.capacity {
            return Err(Flaw::Room(number));
        }
        if reduced > 0 && units > 0 {
            return Err(Flaw::Load(number));
        }
    }
    match balance.iter().position(|rest| *rest != 0) {
        Some(node) => Err(Flaw::Balance(node)),
        None => Ok(()),
    }
}
