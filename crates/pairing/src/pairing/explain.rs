//! Why: for each pair why nobody nearer helps, for each child that lacks something what stands in the way.

use std::collections::HashMap;

use super::instance::{Instance, PairingError, Tier};
use super::network::{Behind, Hub};
use super::problem::Problem;
use super::{Pair, Pairing, Proven, prove};

/// Why nobody of a nearer tier helps in the place of a sponsor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNearer {
    /// Nobody who lives there has anything to give and reaches the child.
    Nobody,
    /// Everybody there who may help gives all it has, to this child or to others.
    AllGiven {
        /// How many they are.
        sponsors: u32,
        /// What they give.
        units: u64,
        /// Sponsors there who may not help this child and are not counted.
        excluded: u32,
    },
    /// The pair runs already and is kept.
    Kept,
}

/// What stands in the way of a child: everybody who could help it, in its own place or by taking over for others who
/// could, gives all that it has to children who are not less urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Units that the child lacks.
    pub lacking: u32,
    /// Sponsors who could help it, those included whose help would set others free.
    pub sponsors: u32,
    /// What they give, all of it.
    pub units: u64,
    /// Children whom they help.
    pub children: u32,
    /// The least urgent of these, as a place in [`Instance::children`]; `None` when there is none.
    pub least_urgent: Option<usize>,
    /// Units of sponsors who reach the child that are bound in pairs kept beforehand.
    pub kept_units: u64,
}

/// The reasons of a pairing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// For each of [`Pairing::pairs`] and each tier nearer than the pair's, the nearest first.
    pub pairs: Vec<Vec<(Tier, NotNearer)>>,
    /// For each of [`Instance::children`]; `None` when it lacks nothing.
    pub children: Vec<Option<Cut>>,
}

/// Finds the best pairing, as [`pair`](super::pair) does, and says why it is as it is.
///
/// # Errors
/// As [`pair`](super::pair).
pub fn explain(instance: &Instance) -> Result<(Pairing, Explanation), PairingError> {
    let Proven { pairing, explanation, .. } = prove(instance)?;
    Ok((pairing, explanation))
}

/// The reasons of a proven pairing.
pub(super) fn explained(
    instance: &Instance,
    problem: &Problem,
    hub: &Hub,
    flow: &[i64],
    pairing: &Pairing,
) -> Explanation {
    let sponsor_of = numbers(problem.sponsors.iter().map(|sponsor| sponsor.place));
    let child_of = numbers(problem.children.iter().map(|child| child.place));
    let given = given(problem, &sponsor_of, pairing);
    let near = Near::of(problem, &given, instance);
    let pairs = pairing
        .pairs
        .iter()
        .map(|pair| not_nearer(problem, &near, pair, sponsor_of[pair.sponsor], child_of[pair.child]))
        .collect();
    let children = cuts(instance, problem, hub, flow);
    Explanation { pairs, children }
}

/// The number that stands at each place.
fn numbers(places: impl Iterator<Item = usize> + Clone) -> Vec<usize> {
    let mut numbers = vec![0; places.clone().count()];
    places.enumerate().for_each(|(number, place)| numbers[place] = number);
    numbers
}

/// Units that each sponsor gives in all.
fn given(problem: &Problem, sponsor_of: &[usize], pairing: &Pairing) -> Vec<u64> {
    let mut given = vec![0; problem.sponsors.len()];
    for pair in &pairing.pairs {
        given[sponsor_of[pair.sponsor]] += u64::from(pair.units);
    }
    given
}

/// Sponsors with something to give.
#[derive(Clone, Copy, Default)]
struct Ring {
    sponsors: u32,
    units: u64,
    left: u64,
}

impl Ring {
    fn add(&mut self, other: Ring) {
        self.sponsors += other.sponsors;
        self.units += other.units;
        self.left += other.left;
    }

    fn less(&mut self, other: Ring) {
        self.sponsors -= other.sponsors;
        self.units -= other.units;
        self.left -= other.left;
    }
}

/// Who lives where and reaches how far: by village and by subdistrict, for each reach or a wider one.
struct Near {
    in_village: Vec<[Ring; 4]>,
    in_subdistrict: Vec<[Ring; 4]>,
    own: Vec<Ring>,
    /// The sponsors who may not help a child.
    excluded_of: HashMap<usize, Vec<usize>>,
}

impl Near {
    fn of(problem: &Problem, given: &[u64], instance: &Instance) -> Near {
        let mut near = Near {
            in_village: vec![[Ring::default(); 4]; problem.subdistrict_of.len()],
            in_subdistrict: vec![[Ring::default(); 4]; problem.villages_in.len()],
            own: Vec::with_capacity(problem.sponsors.len()),
            excluded_of: HashMap::new(),
        };
        for (number, sponsor) in problem.sponsors.iter().enumerate() {
            let units = u64::from(instance.sponsors[sponsor.place].capacity);
            let ring = match units {
                0 => Ring::default(),
                _ => Ring { sponsors: 1, units: given[number], left: units - given[number] },
            };
            for reach in 0..=sponsor.reach as usize {
                near.in_village[sponsor.village][reach].add(ring);
                near.in_subdistrict[problem.subdistrict_of[sponsor.village]][reach].add(ring);
            }
            near.own.push(ring);
        }
        for (&sponsor, children) in &problem.excluded {
            for &child in children {
                near.excluded_of.entry(child).or_default().push(sponsor);
            }
        }
        near
    }

    /// Who of a tier reaches the child, those who may not help it included.
    fn ring(&self, problem: &Problem, child: usize, tier: Tier) -> Ring {
        let village = problem.children[child].village;
        let subdistrict = problem.subdistrict_of[village];
        let reach = tier as usize;
        let mut ring = Ring::default();
        match tier {
            Tier::Village => ring = self.in_village[village][reach],
            Tier::Subdistrict => {
                ring = self.in_subdistrict[subdistrict][reach];
                ring.less(self.in_village[village][reach]);
            }
            Tier::Neighbours => {
                let neighbours = problem.neighbours[subdistrict].iter();
                neighbours.for_each(|neighbour| ring.add(self.in_subdistrict[*neighbour][reach]));
            }
            Tier::District => {}
        }
        ring
    }
}

fn not_nearer(
    problem: &Problem,
    near: &Near,
    pair: &Pair,
    sponsor: usize,
    child: usize,
) -> Vec<(Tier, NotNearer)> {
    let is_kept = problem.running.contains_key(&(child, sponsor));
    let excluded = near.excluded_of.get(&child).map_or(&[][..], Vec::as_slice);
    let why = |tier: Tier| {
        let mut ring = near.ring(problem, child, tier);
        let mut barred = 0;
        for &other in excluded {
            if problem.tier(other, child) == tier && problem.sponsors[other].reach >= tier {
                ring.less(near.own[other]);
                barred += near.own[other].sponsors;
            }
        }
        match ring {
            Ring { left: 1.., .. } if is_kept => NotNearer::Kept,
            Ring { sponsors: 0, .. } if barred == 0 => NotNearer::Nobody,
            Ring { sponsors, units, .. } => NotNearer::AllGiven { sponsors, units, excluded: barred },
        }
    };
    let nearer = Tier::ALL.into_iter().filter(|tier| *tier < pair.tier);
    nearer.map(|tier| (tier, why(tier))).collect()
}

/// For each child that lacks something, from where help could still come to it if anybody had some left: against the
/// flow, over every way that has room.
fn cuts(instance: &Instance, problem: &Problem, hub: &Hub, flow: &[i64]) -> Vec<Option<Cut>> {
    let mut into: Vec<Vec<usize>> = vec![Vec::new(); hub.behind.len()];
    for (number, arc) in hub.network.arcs.iter().enumerate().filter(|(_, arc)| arc.from != 0) {
        if flow[number] < arc.capacity {
            into[arc.to as usize].push(arc.from as usize);
        }
        if flow[number] > 0 {
            into[arc.from as usize].push(arc.to as usize);
        }
    }
    let mut by_node: HashMap<usize, Cut> = HashMap::new();
    let mut cuts = vec![None; instance.children.len()];
    for (number, child) in problem.children.iter().enumerate() {
        let lacking = flow[hub.unserved[number]];
        if lacking == 0 {
            continue;
        }
        let node = hub.child_node[number];
        let cut = *by_node.entry(node).or_insert_with(|| cut(problem, hub, flow, &into, node));
        let kept = problem.kept.iter().filter(|(sponsor, _, _)| problem.may_help(*sponsor, number));
        cuts[child.place] = Some(Cut {
            lacking: u32::try_from(lacking).unwrap_or(u32::MAX),
            kept_units: kept.map(|(_, _, units)| units.unsigned_abs()).sum(),
            ..cut
        });
    }
    cuts
}

fn cut(problem: &Problem, hub: &Hub, flow: &[i64], into: &[Vec<usize>], node: usize) -> Cut {
    let mut seen = vec![false; into.len()];
    let mut open = vec![node];
    seen[node] = true;
    let (mut sponsors, mut units, mut children, mut least_urgent) = (0, 0, 0, None::<usize>);
    // Not by number: who joined later has a higher one than those behind it in the order.
    let weight = |child: usize| problem.children[child].weight;
    while let Some(node) = open.pop() {
        match &hub.behind[node] {
            Behind::Sponsors(alike) => {
                sponsors += alike.len() as u32;
                let capacity = alike.iter().map(|sponsor| problem.sponsors[*sponsor].capacity);
                units += capacity.sum::<i64>().unsigned_abs();
            }
            Behind::Children(these) => {
                for &child in these {
                    if problem.children[child].need > flow[hub.unserved[child]] {
                        children += 1;
                        least_urgent = Some(match least_urgent {
                            Some(other) if weight(other) < weight(child) => other,
                            _ => child,
                        });
                    }
                }
            }
            Behind::Source | Behind::Place => {}
        }
        for &from in &into[node] {
            if !std::mem::replace(&mut seen[from], true) {
                open.push(from);
            }
        }
    }
    let least_urgent = least_urgent.map(|child| problem.children[child].place);
    Cut { lacking: 0, sponsors, units, children, least_urgent, kept_units: 0 }
}
