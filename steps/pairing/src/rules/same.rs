//! What a list of pairs amounts to, reckoned apart from the solver: before pairs act they are looked at once more.

use std::collections::{BTreeMap, HashMap, HashSet};

use asuh_pairing::pairing::{Instance, Objectives, Sponsor, Tier};

/// Why a list of pairs may not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The sponsor is not among those who give.
    Sponsor,
    /// The target is not among those who need help.
    Child,
    /// The sponsor has not so much left.
    Capacity,
    /// The target does not need so much.
    Need,
    /// The sponsor may not help this target.
    Excluded,
    /// The target lives farther away than the sponsor wishes to help.
    Reach,
}

impl Wrong {
    /// Its stable code; its words are `pairing.refused.<code>`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Wrong::Sponsor => "no_sponsor",
            Wrong::Child => "no_child",
            Wrong::Capacity => "capacity",
            Wrong::Need => "need",
            Wrong::Excluded => "excluded",
            Wrong::Reach => "reach",
        }
    }
}

/// How far apart two villages of an instance lie.
struct Places<'a> {
    subdistrict: HashMap<&'a str, &'a str>,
    neighbours: HashSet<(&'a str, &'a str)>,
}

impl<'a> Places<'a> {
    fn of(instance: &'a Instance) -> Places<'a> {
        let subdistrict =
            instance.villages.iter().map(|one| (one.id.as_str(), one.subdistrict.as_str())).collect();
        let both = |(one, other): &'a (String, String)| {
            [(one.as_str(), other.as_str()), (other.as_str(), one.as_str())]
        };
        Places { subdistrict, neighbours: instance.neighbours.iter().flat_map(both).collect() }
    }

    fn tier(&self, one: &str, other: &str) -> Tier {
        let (from, to) = (self.subdistrict.get(one), self.subdistrict.get(other));
        match (from, to) {
            _ if one == other => Tier::Village,
            (Some(from), Some(to)) if from == to => Tier::Subdistrict,
            (Some(from), Some(to)) if self.neighbours.contains(&(*from, *to)) => Tier::Neighbours,
            _ => Tier::District,
        }
    }
}

/// The sponsors who may help a target at all, however much they have left: within reach and not excluded.
pub(crate) fn may_help<'a>(instance: &'a Instance, child: &str) -> HashSet<&'a str> {
    let places = Places::of(instance);
    let barred: HashSet<&str> = instance
        .exclusions
        .iter()
        .filter(|(_, excluded)| excluded == child)
        .map(|(sponsor, _)| sponsor.as_str())
        .collect();
    let Some(taker) = instance.children.iter().find(|one| one.id == child) else { return HashSet::new() };
    let within = |one: &&Sponsor| places.tier(&one.village, &taker.village) <= one.reach;
    let sponsors = instance.sponsors.iter().filter(within).map(|one| one.id.as_str());
    sponsors.filter(|sponsor| !barred.contains(sponsor)).collect()
}

/// What pairs (sponsor, target, units) amount to within an instance, or why they may not be.
pub(crate) fn measure(instance: &Instance, pairs: &[(String, String, u32)]) -> Result<Objectives, Wrong> {
    let places = Places::of(instance);
    let sponsors: HashMap<&str, _> = instance.sponsors.iter().map(|one| (one.id.as_str(), one)).collect();
    let children: HashMap<&str, _> = instance.children.iter().map(|one| (one.id.as_str(), one)).collect();
    let excluded: HashSet<(&str, &str)> =
        instance.exclusions.iter().map(|(one, other)| (one.as_str(), other.as_str())).collect();
    let mut running: HashMap<(&str, &str), u64> = HashMap::new();
    for pair in &instance.running {
        *running.entry((&pair.sponsor, &pair.child)).or_default() += u64::from(pair.units);
    }
    let mut units: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (sponsor, child, amount) in pairs {
        *units.entry((sponsor, child)).or_default() += u64::from(*amount);
    }
    let (mut given, mut got): (HashMap<&str, u64>, HashMap<&str, u64>) = Default::default();
    let mut sum = Objectives::default();
    for (&(sponsor, child), &amount) in &units {
        let giver = sponsors.get(sponsor).ok_or(Wrong::Sponsor)?;
        let taker = children.get(child).ok_or(Wrong::Child)?;
        if excluded.contains(&(sponsor, child)) {
            return Err(Wrong::Excluded);
        }
        let tier = places.tier(&giver.village, &taker.village);
        if tier > giver.reach {
            return Err(Wrong::Reach);
        }
        let given = given.entry(sponsor).or_default();
        *given += amount;
        if *given > u64::from(giver.capacity) {
            return Err(Wrong::Capacity);
        }
        let got = got.entry(child).or_default();
        *got += amount;
        if *got > u64::from(taker.open_need()) {
            return Err(Wrong::Need);
        }
        let weight = instance.children.len() as i128 - i128::from(taker.rank);
        sum.served_units += amount;
        sum.rank_objective += weight * i128::from(amount);
        sum.kept_units += amount.min(*running.get(&(sponsor, child)).unwrap_or(&0));
        sum.geo_cost += amount * u64::from(instance.tier_cost[tier as usize]);
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_pairing::pairing::{Child, RunningPair, Stability, Village, pair};

    fn instance() -> Instance {
        let village =
            |id: &str, subdistrict: &str| Village { id: id.into(), subdistrict: subdistrict.into() };
        let child = |id: &str, village: &str, rank| Child {
            id: id.into(),
            village: village.into(),
            need: 3,
            other_support: 0,
            rank,
        };
        let sponsor = |id: &str, village: &str, capacity, reach| Sponsor {
            id: id.into(),
            village: village.into(),
            capacity,
            reach,
        };
        Instance {
            stability: Stability::Lock,
            tier_cost: [0, 2, 5, 9],
            villages: vec![village("a", "K"), village("b", "K"), village("c", "L"), village("d", "M")],
            neighbours: vec![("K".into(), "L".into())],
            children: vec![child("1", "a", 0), child("2", "c", 1), child("3", "d", 2)],
            sponsors: vec![
                sponsor("s", "a", 4, Tier::Neighbours),
                sponsor("t", "b", 2, Tier::District),
                sponsor("u", "d", 9, Tier::Village),
            ],
            exclusions: vec![("t".into(), "1".into())],
            running: vec![RunningPair { sponsor: "s".into(), child: "2".into(), units: 1 }],
        }
    }

    #[test]
    fn it_reckons_as_the_solver_does() {
        let instance = instance();
        let best = pair(&instance).unwrap();
        let named = |pair: &asuh_pairing::pairing::Pair| {
            (instance.sponsors[pair.sponsor].id.clone(), instance.children[pair.child].id.clone(), pair.units)
        };
        let pairs: Vec<_> = best.pairs.iter().map(named).collect();
        assert_eq!(measure(&instance, &pairs), Ok(best.objectives));
    }

    #[test]
    fn every_wrong_is_found() {
        let of = |sponsor: &str, child: &str, units| {
            measure(&instance(), &[(sponsor.to_owned(), child.to_owned(), units)]).map(|_| ())
        };
        let may = |child| {
            let instance = instance();
            let mut may: Vec<String> =
                super::may_help(&instance, child).into_iter().map(String::from).collect();
            may.sort();
            may.join("")
        };
        assert_eq!(
            (may("1"), may("2"), may("3"), may("9")),
            ("s".into(), "st".into(), "tu".into(), "".into())
        );
        assert_eq!(of("s", "1", 3), Ok(()));
        assert_eq!(of("x", "1", 1), Err(Wrong::Sponsor));
        assert_eq!(of("s", "9", 1), Err(Wrong::Child));
        assert_eq!(of("t", "2", 3), Err(Wrong::Capacity));
        assert_eq!(of("u", "3", 4), Err(Wrong::Need));
        assert_eq!(of("t", "1", 1), Err(Wrong::Excluded));
        assert_eq!(of("s", "3", 1), Err(Wrong::Reach));
    }
}
