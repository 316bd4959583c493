//! Giving whole units away, one at a time, to whoever is owed most.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::model::{Milli, Stop};

/// How many units a household may get, and what says so.
pub(super) struct Limit {
    pub(super) units: u64,
    pub(super) stop: Stop,
}

impl Limit {
    /// Of a household that cannot take the good at all.
    pub(super) const NONE: Limit = Limit { units: 0, stop: Stop::NotEligible };

    /// From the balance after the credit, and what a unit takes off it.
    pub(super) fn of(on_route: bool, cap: u64, balance: i64, price: i64, max_advance: Option<Milli>) -> Self {
        if !on_route {
            return Self { units: 0, stop: Stop::OffRoute };
        }
        let owed = max_advance.map(|Milli(advance)| ((balance + advance) / price).max(0) as u64);
        match owed {
            Some(owed) if owed < cap => Self { units: owed, stop: Stop::Advance },
            _ => Self { units: cap, stop: Stop::Cap },
        }
    }
}

/// A household's place in the queue for one good.
pub(super) struct Claim {
    /// Balance with this week's entitlement.
    pub(super) balance: i64,
    pub(super) lot: u64,
    /// Index of the depot of its subdistrict.
    pub(super) depot: usize,
    pub(super) limit: Limit,
}

/// Who got how much.
pub(super) struct Gift {
    pub(super) given: Vec<u64>,
    pub(super) stop: Vec<Stop>,
    pub(super) by_depot: Vec<u64>,
    pub(super) cutoff: Option<i64>,
}

impl Gift {
    pub(super) fn placed(&self) -> u64 {
        self.by_depot.iter().sum()
    }
}

/// Step 2 of the rule. `price` is what a unit takes off a balance, `stock` the units in each depot.
///
/// A household leaves the queue for good when it may not take a unit now: caps stay, and what a depot has
/// given and what was transferred only grow.
pub(super) fn give(claims: &[Claim], price: i64, stock: &[u64], transfer_limit: u64) -> Gift {
    let mut gift = Gift {
        given: vec![0; claims.len()],
        stop: claims.iter().map(|claim| claim.limit.stop).collect(),
        by_depot: vec![0; stock.len()],
        cutoff: None,
    };
    let mut left: u64 = stock.iter().sum();
    let mut transfers_left = transfer_limit;
    let mut queue: BinaryHeap<(i64, Reverse<u64>, usize)> = claims
        .iter()
        .enumerate()
        .filter(|(_, claim)| claim.limit.units > 0)
        .map(|(i, claim)| (claim.balance, Reverse(claim.lot), i))
        .collect();
    while left > 0 {
        let Some((balance, lot, i)) = queue.pop() else { break };
        let Claim { depot, limit, .. } = &claims[i];
        if gift.by_depot[*depot] >= stock[*depot] {
            if transfers_left == 0 {
                gift.stop[i] = Stop::Depot;
                continue;
            }
            transfers_left -= 1;
        }
        left -= 1;
        gift.by_depot[*depot] += 1;
        gift.given[i] += 1;
        gift.cutoff = Some(balance);
        if gift.given[i] < limit.units {
            queue.push((balance - price, lot, i));
        }
    }
    for (_, _, i) in queue {
        gift.stop[i] = Stop::Stock;
    }
    gift
}
