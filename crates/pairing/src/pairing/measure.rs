//! What a list of pairs amounts to, and whether it is as good as the flow it was taken from: computed from the pairs
//! alone.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::instance::Instance;
use super::network::Hub;
use super::problem::Problem;
use super::{Objectives, Pair, Pairing};

/// Units by child and sponsor.
pub(super) type Units = BTreeMap<(usize, usize), i64>;

/// The pairing with its values.
pub(super) fn measured(instance: &Instance, problem: &Problem, units: &Units) -> Pairing {
    let mut pairing = Pairing {
        pairs: Vec::with_capacity(units.len()),
        served: vec![0; instance.children.len()],
        objectives: Objectives::default(),
    };
    let values = &mut pairing.objectives;
    let mut sorted: Vec<_> = units.iter().collect();
    sorted.sort_by_key(|((child, _), _)| Reverse(problem.children[*child].weight));
    for (&(child, sponsor), &units) in sorted {
        let tier = problem.tier(sponsor, child);
        let place = problem.children[child].place;
        let amount = u32::try_from(units).unwrap_or(u32::MAX);
        pairing.pairs.push(Pair {
            sponsor: problem.sponsors[sponsor].place,
            child: place,
            units: amount,
            tier,
        });
        pairing.served[place] += amount;
        let weight = instance.children.len() as i128 - i128::from(instance.children[place].rank);
        values.served_units += u64::from(amount);
        values.rank_objective += weight * i128::from(amount);
        values.geo_cost += u64::from(amount) * u64::from(instance.tier_cost[tier as usize]);
        if let Some(running) = problem.running.get(&(child, sponsor)) {
            values.kept_units += units.min(*running).unsigned_abs();
        }
    }
    pairing
}

/// Whether the pairs may be, and cost what the proven flow costs; in words what is wrong.
pub(super) fn check(
    instance: &Instance,
    problem: &Problem,
    hub: &Hub,
    flow: &[i64],
    units: &Units,
) -> Result<(), String> {
    let prices = &hub.prices;
    let mut given = vec![0_i64; problem.sponsors.len()];
    let mut got = vec![0_i64; problem.children.len()];
    let mut cost = 0_i128;
    let kept: BTreeMap<(usize, usize), i64> =
        problem.kept.iter().map(|(sponsor, child, units)| ((*child, *sponsor), *units)).collect();
    let wished: BTreeMap<(usize, usize), i64> =
        problem.wished.iter().map(|(sponsor, child, units)| ((*child, *sponsor), *units)).collect();
    for (&(child, sponsor), &units) in units {
        if units <= 0 || !problem.may_help(sponsor, child) {
            let (sponsor, child) = (problem.sponsors[sponsor].place, problem.children[child].place);
            let (sponsor, child) = (&instance.sponsors[sponsor].id, &instance.children[child].id);
            return Err(format!("sponsor {sponsor} may not help child {child}"));
        }
        given[sponsor] += units;
        got[child] += units;
        let through = units - kept.get(&(child, sponsor)).unwrap_or(&0);
        let anew = through - through.min(*wished.get(&(child, sponsor)).unwrap_or(&0));
        let tier = problem.tier(sponsor, child) as usize;
        cost += i128::from(through) * i128::from(problem.tier_cost[tier])
            + i128::from(anew) * prices.not_kept
            - i128::from(through - anew) * prices.kept;
    }
    for (sponsor, given) in problem.sponsors.iter().zip(&given) {
        let said = &instance.sponsors[sponsor.place];
        if *given > i64::from(said.capacity) {
            return Err(format!("sponsor {} gives {given} of {}", said.id, said.capacity));
        }
    }
    for (number, (child, got)) in problem.children.iter().zip(&got).enumerate() {
        let said = &instance.children[child.place];
        let unserved = flow[hub.unserved[number]];
        if got + unserved != i64::from(said.open_need()) {
            return Err(format!("child {} gets {got} and lacks {unserved}", said.id));
        }
        cost += i128::from(unserved) * prices.unserved(child);
    }
    let flow_cost: i128 =
        hub.network.arcs.iter().zip(flow).map(|(arc, units)| arc.cost * i128::from(*units)).sum();
    match cost == flow_cost {
        true => Ok(()),
        false => Err(format!("the pairs cost {cost} and the flow {flow_cost}")),
    }
}
