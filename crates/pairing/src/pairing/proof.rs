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

#[cfg(test)]
mod tests {
    use super::super::network::Arc;
    use super::super::simplex::{Solution, solve};
    use super::*;

    fn arc(from: u32, to: u32, capacity: i64, cost: i128) -> Arc {
        Arc { from, to, capacity, cost }
    }

    /// Four units from the first node to the last, over a cheap way with room for three.
    fn two_ways() -> Network {
        Network {
            arcs: vec![arc(0, 1, 3, 1), arc(1, 3, 3, 1), arc(0, 2, 9, 4), arc(2, 3, 9, 4)],
            supply: vec![4, 0, 0, -4],
        }
    }

    #[test]
    fn the_cheapest_flow_is_proven() {
        let network = two_ways();
        let Solution { flow, price } = solve(&network);
        assert_eq!(flow, [3, 3, 1, 1]);
        assert_eq!(check(&network, &flow, &price), Ok(()));
    }

    #[test]
    fn every_kind_of_flaw_is_found() {
        let network = two_ways();
        let Solution { flow, price } = solve(&network);
        let changed = |flow: [i64; 4]| check(&network, &flow, &price);
        assert_eq!(check(&network, &flow[..3], &price), Err(Flaw::Shape));
        assert_eq!(changed([4, 4, 0, 0]), Err(Flaw::Capacity(0)));
        assert_eq!(changed([3, 3, 1, -1]), Err(Flaw::Capacity(3)));
        assert_eq!(changed([3, 3, 2, 1]), Err(Flaw::Balance(0)));
        // Possible and dearer: with these prices, and with any others that fit the dearer way.
        let dearer = changed([2, 2, 2, 2]);
        assert!(matches!(dearer, Err(Flaw::Room(0 | 1))), "{dearer:?}");
        let mut wrong = price.clone();
        wrong[2] += 1;
        assert_eq!(check(&network, &flow, &wrong), Err(Flaw::Room(2)));
        wrong[2] -= 2;
        assert_eq!(check(&network, &flow, &wrong), Err(Flaw::Load(2)));
    }

    #[test]
    fn what_cannot_be_sent_is_no_flow() {
        let network = Network { supply: vec![13, 0, 0, -13], ..two_ways() };
        let Solution { flow, price } = solve(&network);
        assert!(matches!(check(&network, &flow, &price), Err(Flaw::Balance(_))));
    }
}
