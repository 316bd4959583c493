//! Who helps whom: the flow taken apart into pairs, with few sponsors for a child.

use std::collections::{BTreeMap, BinaryHeap, HashMap};

use super::network::{Behind, Hub};
use super::problem::Problem;

/// Units of one sponsor on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    units: i64,
    sponsor: usize,
}

/// The units of every pair, by child and sponsor: those kept beforehand and those of the flow.
pub(super) fn pairs(problem: &Problem, hub: &Hub, flow: &[i64]) -> BTreeMap<(usize, usize), i64> {
    let mut pairs = BTreeMap::new();
    for &(sponsor, child, units) in &problem.kept {
        *pairs.entry((child, sponsor)).or_default() += units;
    }
    let mut leaving = vec![Vec::new(); hub.behind.len()];
    for (number, arc) in hub.network.arcs.iter().enumerate().filter(|(number, _)| flow[*number] > 0) {
        leaving[arc.from as usize].push((flow[number], arc.to as usize));
    }
    let mut at: Vec<Vec<Part>> = vec![Vec::new(); hub.behind.len()];
    // Sponsors first; the other arcs lead to higher nodes: when a node is reached, all that comes to it is there.
    let gives = |node: &usize| matches!(hub.behind[*node], Behind::Sponsors(_));
    let (givers, others): (Vec<usize>, Vec<usize>) = (1..hub.behind.len()).partition(gives);
    for node in givers.into_iter().chain(others) {
        let parts = match &hub.behind[node] {
            Behind::Sponsors(sponsors) => {
                given(problem, sponsors, leaving[node].iter().map(|(units, _)| units).sum())
            }
            _ => std::mem::take(&mut at[node]),
        };
        if let Behind::Children(children) = &hub.behind[node] {
            let wanted = children
                .iter()
                .map(|child| (problem.children[*child].need - flow[hub.unserved[*child]], *child))
                .filter(|(units, _)| *units > 0)
                .collect();
            deal(parts, wanted, |part, child| *pairs.entry((child, part.sponsor)).or_default() += part.units);
        } else {
            deal(parts, std::mem::take(&mut leaving[node]), |part, to| at[to].push(part));
        }
    }
    pairs
}

/// What the sponsors of a node give when this many units leave it: the largest give first, so that few do.
fn given(problem: &Problem, sponsors: &[usize], units: i64) -> Vec<Part> {
    let mut left = units;
    let mut parts = Vec::new();
    for &sponsor in sponsors {
        let units = left.min(problem.sponsors[sponsor].capacity);
        if units == 0 {
            break;
        }
        left -= units;
        parts.push(Part { units, sponsor });
    }
    parts
}

/// Deals parts out to those who want them, with few cuts: first where a part is just what is wanted, then the largest
/// part to the largest wish. Both sides add up to the same.
fn deal(parts: Vec<Part>, wanted: Vec<(i64, usize)>, mut hand: impl FnMut(Part, usize)) {
    let mut by_size: HashMap<i64, Vec<Part>> = HashMap::new();
    for part in merged(parts) {
        by_size.entry(part.units).or_default().push(part);
    }
    let mut open = BinaryHeap::new();
    for (units, to) in wanted {
        match by_size.get_mut(&units).and_then(Vec::pop) {
            Some(part) => hand(part, to),
            None => open.push((units, to)),
        }
    }
    let mut parts: BinaryHeap<Part> = by_size.into_values().flatten().collect();
    while let (Some((wish, to)), Some(part)) = (open.pop(), parts.pop()) {
        let units = wish.min(part.units);
        hand(Part { units, ..part }, to);
        if wish > units {
            open.push((wish - units, to));
        }
        if part.units > units {
            parts.push(Part { units: part.units - units, ..part });
        }
    }
}

/// One part of each sponsor, in the order of the sponsors.
fn merged(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_unstable_by_key(|part| part.sponsor);
    parts.dedup_by(|later, first| {
        let same = later.sponsor == first.sponsor;
        if same {
            first.units += later.units;
        }
        same
    });
    parts
}
