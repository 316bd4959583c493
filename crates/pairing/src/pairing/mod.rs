//! Who helps whom: sponsors and children of a district, paired so that nobody who can be helped is left out.
//!
//! # What is best
//!
//! In this order (METHOD 1.3), each beyond anything that the later ones can add up to:
//!
//! 1. **Running pairs are kept** ([`Stability::Lock`], the rule unless a district decides otherwise).
//! 2. **Coverage in the order of rank**: the most urgent child gets as much of its need as is possible at all, then
//!    the second, and so on. What sponsors can jointly fund is a polymatroid: serving the urgent first never lowers
//!    how much is served in all, and nobody is passed over who could be served without taking from somebody more
//!    urgent.
//! 3. **As many running units as possible are kept** ([`Stability::Soft`]).
//! 4. **Near before far**, by [`Instance::tier_cost`].
//! 5. Few sponsors for a child. This one is a rule of thumb: to be exact about it is NP-hard.
//!
//! The values of 1 to 4 are unique; the pairs are not, but the same instance always gives the same ones.
//!
//! # How
//!
//! One cheapest flow through a small network of villages and subdistricts, which stands for all possible
//! pairs exactly; found by a primal network simplex, **proven by an independent check of prices before it is used**,
//! and taken apart into pairs.
//!
//! ```
//! use asuh_pairing::pairing::{Child, Instance, Sponsor, Stability, Tier, Village, pair};
//!
//! let village = |id: &str| Village { id: id.into(), subdistrict: "Kibin".into() };
//! let child = |id: &str, rank| Child { id: id.into(), village: "A".into(), need: 9, other_support: 0, rank };
//! let instance = Instance {
//!     stability: Stability::Lock,
//!     tier_cost: [0, 2, 5, 9],
//!     villages: vec![village("A"), village("B")],
//!     neighbours: vec![],
//!     children: vec![child("less urgent", 1), child("most urgent", 0)],
//!     sponsors: vec![Sponsor { id: "S".into(), village: "B".into(), capacity: 12, reach: Tier::Subdistrict }],
//!     exclusions: vec![],
//!     running: vec![],
//! };
//! let pairing = pair(&instance)?;
//! assert_eq!(pairing.served, [3, 9]);
//! assert_eq!(pairing.objectives.geo_cost, 24);
//! # Ok::<(), asuh_pairing::pairing::PairingError>(())
//! ```

mod certificate;
mod explain;
mod instance;
mod measure;
mod network;
mod pairs;
mod problem;
mod proof;
mod simplex;
mod standing;

pub use certificate::{Certificate, verify};
pub use explain::{Cut, Explanation, NotNearer, explain};
pub use instance::*;
pub use standing::Standing;

use network::Hub;
use problem::Problem;
use simplex::Solution;

/// A sponsor who helps a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Place in [`Instance::sponsors`].
    pub sponsor: usize,
    /// Place in [`Instance::children`].
    pub child: usize,
    /// Units; at least 1.
    pub units: u32,
    /// How far apart they live.
    pub tier: Tier,
}

/// How good a pairing is; each of these values is the same for all best pairings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Objectives {
    /// Units given.
    pub served_units: u64,
    /// Units given, each times the number of children less the child's rank.
    pub rank_objective: i128,
    /// Units that go where they went before.
    pub kept_units: u64,
    /// Units given, each times the cost of its tier.
    pub geo_cost: u64,
}

/// A proven best pairing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// The most urgent child first, then the sponsors by id.
    pub pairs: Vec<Pair>,
    /// Units that each child gets, in the order of [`Instance::children`].
    pub served: Vec<u32>,
    /// How good it is.
    pub objectives: Objectives,
}

/// Finds the best pairing and proves it.
///
/// # Errors
/// What is wrong with the instance. [`PairingError::Unproven`] would be a fault of this program.
pub fn pair(instance: &Instance) -> Result<Pairing, PairingError> {
    let (problem, hub, Solution { flow, price }) = optimum(instance)?;
    checked(instance, &problem, &hub, &flow, &price)
}

/// A best pairing with its reasons and its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The pairing.
    pub pairing: Pairing,
    /// Why it is as it is.
    pub explanation: Explanation,
    /// What [`verify`] needs to see that none is better.
    pub certificate: Certificate,
}

/// Finds the best pairing as [`pair`] does, explains it, and gives its proof to be kept.
///
/// # Errors
/// As [`pair`].
pub fn prove(instance: &Instance) -> Result<Proven, PairingError> {
    let (problem, hub, solution) = optimum(instance)?;
    let pairing = checked(instance, &problem, &hub, &solution.flow, &solution.price)?;
    let explanation = explain::explained(instance, &problem, &hub, &solution.flow, &pairing);
    Ok(Proven { pairing, explanation, certificate: Certificate::of(solution) })
}

/// The cheapest flow of an instance, unproven.
fn optimum(instance: &Instance) -> Result<(Problem, Hub, Solution), PairingError> {
    let problem = Problem::new(instance)?;
    let hub = Hub::of(&problem);
    let solution = simplex::solve(&hub.network);
    Ok((problem, hub, solution))
}

/// The pairs of a flow, once it is proven that none is cheaper and that the pairs are what it says.
fn checked(
    instance: &Instance,
    problem: &Problem,
    hub: &Hub,
    flow: &[i64],
    price: &[i128],
) -> Result<Pairing, PairingError> {
    proof::check(&hub.network, flow, price).map_err(|flaw| PairingError::Unproven(flaw.to_string()))?;
    let units = pairs::pairs(problem, hub, flow);
    measure::check(instance, problem, hub, flow, &units).map_err(PairingError::Unproven)?;
    Ok(measure::measured(instance, problem, &units))
}
