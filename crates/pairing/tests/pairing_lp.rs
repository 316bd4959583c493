//! Pairings of a hundred people against a general solver of linear programmes, which knows nothing of networks.

use asuh_pairing::pairing::{Child, Instance, RunningPair, Sponsor, Stability, Tier, Village, pair};
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome};

/// Numbers that look like chance and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

const VILLAGES: u64 = 12;

/// Twelve villages in four subdistricts on a line.
fn instance(seed: u64, stability: Stability) -> Instance {
    let mut dice = Dice(seed);
    let village = |nth: u64| format!("V{nth:02}");
    let mut instance = Instance {
        stability,
        tier_cost: [0, 2, 5, 9],
        villages: (0..VILLAGES)
            .map(|nth| Village { id: village(nth), subdistrict: format!("K{}", nth / 3) })
            .collect(),
        neighbours: (0..3).map(|nth| (format!("K{nth}"), format!("K{}", nth + 1))).collect(),
        children: Vec::new(),
        sponsors: Vec::new(),
        exclusions: Vec::new(),
        running: Vec::new(),
    };
    for rank in 0..40 {
        instance.children.push(Child {
            id: format!("C{rank}"),
            village: village(dice.below(VILLAGES)),
            need: dice.below(4) as u32,
            other_support: dice.below(2) as u32,
            rank,
        });
    }
    for nth in 0..30 {
        instance.sponsors.push(Sponsor {
            id: format!("S{nth}"),
            village: village(dice.below(VILLAGES / 2)),
            capacity: dice.below(4) as u32,
            reach: Tier::ALL[dice.below(4) as usize],
        });
    }
    for _ in 0..12 {
        let (sponsor, child) = (format!("S{}", dice.below(30)), format!("C{}", dice.below(40)));
        match dice.below(2) {
            0 => instance.exclusions.push((sponsor, child)),
            _ if instance.running.iter().any(|pair| pair.sponsor == sponsor && pair.child == child) => {}
            _ => instance.running.push(RunningPair { sponsor, child, units: 1 + dice.below(2) as u32 }),
        }
    }
    instance
}

fn tier(sponsor: &Sponsor, child: &Child) -> Tier {
    let number = |village: &str| village[1..].parse::<i64>().expect("a number");
    let (one, other) = (number(&sponsor.village), number(&child.village));
    match (one / 3 - other / 3).abs() {
        0 if one == other => Tier::Village,
        0 => Tier::Subdistrict,
        1 => Tier::Neighbours,
        _ => Tier::District,
    }
}

/// The least that a programme can cost: rank first, then pairs kept, then distance. No pair is kept beforehand.
fn least(instance: &Instance) -> f64 {
    let units: u32 = instance.children.iter().map(Child::open_need).sum();
    let kept = f64::from(9 * units + 1);
    let rank = kept * f64::from(units + 1);
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let mut given = vec![Vec::new(); instance.sponsors.len()];
    for (place, child) in instance.children.iter().enumerate() {
        let need = f64::from(child.open_need());
        let weight = f64::from(40 - place as u32) * rank;
        let mut got = vec![(problem.add_var(weight, (0.0, need)), 1.0)];
        for (number, sponsor) in instance.sponsors.iter().enumerate() {
            let barred = instance.exclusions.contains(&(sponsor.id.clone(), child.id.clone()));
            if tier(sponsor, child) > sponsor.reach || barred {
                continue;
            }
            let cost = f64::from(instance.tier_cost[tier(sponsor, child) as usize]);
            let runs = |pair: &&RunningPair| pair.sponsor == sponsor.id && pair.child == child.id;
            let running = instance.running.iter().find(runs).map_or(0, |pair| pair.units);
            for (cost, most) in [(cost, f64::from(running)), (cost + kept, need)] {
                let units = problem.add_var(cost, (0.0, most));
                got.push((units, 1.0));
                given[number].push((units, 1.0));
            }
        }
        problem.add_constraint(&got, ComparisonOp::Eq, need);
    }
    for (sponsor, given) in instance.sponsors.iter().zip(&given) {
        problem.add_constraint(given, ComparisonOp::Le, f64::from(sponsor.capacity));
    }
    match problem.solve().expect("an answer") {
        SolveOutcome::Solution(solution) => solution.objective(),
        SolveOutcome::Interrupted(_) => panic!("no limit was set"),
    }
}

#[test]
fn a_general_solver_finds_nothing_better() {
    for seed in 0..20 {
        let soft = instance(seed, Stability::Soft);
        let values = pair(&soft).expect("an answer").objectives;
        let units: u32 = soft.children.iter().map(Child::open_need).sum();
        let whole: i128 =
            soft.children.iter().map(|child| i128::from(child.open_need() * (40 - child.rank))).sum();
        let kept = i128::from(9 * units + 1);
        let ours = (whole - values.rank_objective) * kept * i128::from(units + 1)
            + i128::from(values.served_units - values.kept_units) * kept
            + i128::from(values.geo_cost);
        assert_eq!(ours, least(&soft).round() as i128, "seed {seed}");
    }
}
