//! Made-up districts for the benches of pairing: villages of very different need, sponsors who mostly live elsewhere.

use asuh_pairing::pairing::{Child, Instance, RunningPair, Sponsor, Stability, Tier, Village};

/// What a district is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Villages.
    pub(crate) villages: usize,
    /// Subdistricts; the villages are dealt out to them.
    pub(crate) subdistricts: usize,
    /// Children.
    pub(crate) children: usize,
    /// Units that a child needs.
    pub(crate) need: u32,
    /// Sponsors.
    pub(crate) sponsors: usize,
    /// Most units that a sponsor gives.
    pub(crate) capacity: u32,
    /// Of a hundred sponsors, those who help already.
    pub(crate) running: u64,
    /// Of a hundred sponsors, those with a relative among the children.
    pub(crate) relatives: u64,
    /// What becomes of those who help already.
    pub(crate) stability: Stability,
}

/// Pseudo-random numbers, always the same for a seed.
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice of this seed.
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// A number below `bound`, the smaller ones far more often: the villages where the need is.
    fn skewed(&mut self, bound: usize) -> usize {
        let share = self.below(1_000) * self.below(1_000);
        (share as usize * bound) / 1_000_000
    }
}

/// The district of this shape and seed.
pub(crate) fn district(shape: &Shape, seed: u64) -> Instance {
    let mut dice = Dice::new(seed);
    let village = |nth: usize| format!("D{nth:04}");
    let subdistrict = |nth: usize| format!("K{nth:03}");
    let villages = (0..shape.villages)
        .map(|nth| Village { id: village(nth), subdistrict: subdistrict(nth % shape.subdistricts) })
        .collect();
    // A row, and every third subdistrict borders on one more.
    let row = (0..shape.subdistricts.saturating_sub(1)).map(|nth| (nth, nth + 1));
    let across = (0..shape.subdistricts.saturating_sub(4)).step_by(3).map(|nth| (nth, nth + 4));
    let neighbours = row.chain(across).map(|(one, other)| (subdistrict(one), subdistrict(other))).collect();
    let mut ranks: Vec<u32> = (0..shape.children as u32).collect();
    for last in (1..ranks.len()).rev() {
        ranks.swap(last, dice.below(last as u64 + 1) as usize);
    }
    let mut children = Vec::with_capacity(shape.children);
    let mut home = Vec::with_capacity(shape.children);
    for (nth, rank) in ranks.into_iter().enumerate() {
        home.push(dice.skewed(shape.villages));
        let helped = shape.need > 1 && dice.below(10) == 0;
        let other_support = if helped { dice.below(u64::from(shape.need)) as u32 } else { 0 };
        children.push(Child {
            id: format!("C{nth:06}"),
            village: village(home[nth]),
            need: shape.need,
            other_support,
            rank,
        });
    }
    let mut sponsors = Vec::with_capacity(shape.sponsors);
    let (mut running, mut exclusions) = (Vec::new(), Vec::new());
    for nth in 0..shape.sponsors {
        let id = format!("S{nth:06}");
        let reach = match dice.below(10) {
            0 => Tier::Village,
            1 => Tier::Subdistrict,
            2 => Tier::Neighbours,
            _ => Tier::District,
        };
        let lives = dice.below(shape.villages as u64) as usize;
        let capacity = 1 + dice.below(u64::from(shape.capacity)) as u32;
        let child = dice.below(shape.children as u64) as usize;
        if dice.below(100) < shape.running && (reach == Tier::District || home[child] == lives) {
            let units = capacity.min(shape.need);
            running.push(RunningPair { sponsor: id.clone(), child: children[child].id.clone(), units });
        } else if dice.below(100) < shape.relatives {
            exclusions.push((id.clone(), children[child].id.clone()));
        }
        sponsors.push(Sponsor { id, village: village(lives), capacity, reach });
    }
    Instance {
        stability: shape.stability,
        tier_cost: [0, 2, 5, 9],
        villages,
        neighbours,
        children,
        sponsors,
        exclusions,
        running,
    }
}
