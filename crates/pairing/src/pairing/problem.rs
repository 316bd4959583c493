//! An instance with numbers in the place of names: checked, in a canonical order, and without what is settled.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::instance::{Instance, MAX_TIER_COST, MAX_UNITS, PairingError, Stability, Tier};

/// Room between the weights of two children in which others find their place.
pub(super) const WEIGHT_STEP: i128 = 1 << 24;

/// A child. Its number is its place in the order of rank, unless it came later.
pub(super) struct Child {
    /// Place in [`Instance::children`].
    pub(super) place: usize,
    pub(super) village: usize,
    /// Units still open after what is kept.
    pub(super) need: i64,
    /// How urgent it is: more than any child behind it in the order.
    pub(super) weight: i128,
}

/// A sponsor. Its number is its place in the order of ids.
pub(super) struct Sponsor {
    /// Place in [`Instance::sponsors`].
    pub(super) place: usize,
    pub(super) village: usize,
    /// Units left after what is kept.
    pub(super) capacity: i64,
    pub(super) reach: Tier,
}

/// The instance as the solver sees it.
pub(super) struct Problem {
    pub(super) tier_cost: [i64; 4],
    /// How many ranks more urgent a child must be for a running pair to give way; 0 where that is no question.
    pub(super) ranks_to_move: u32,
    /// The subdistrict of each village.
    pub(super) subdistrict_of: Vec<usize>,
    /// The villages of each subdistrict.
    pub(super) villages_in: Vec<Vec<usize>>,
    /// The neighbours of each subdistrict, in ascending order.
    pub(super) neighbours: Vec<Vec<usize>>,
    pub(super) children: Vec<Child>,
    pub(super) sponsors: Vec<Sponsor>,
    /// The children whom a sponsor may not help, by sponsor.
    pub(super) excluded: BTreeMap<usize, Vec<usize>>,
    /// Running pairs that may still be: units by child and sponsor.
    pub(super) running: BTreeMap<(usize, usize), i64>,
    /// Pairs that were kept beforehand: sponsor, child, units.
    pub(super) kept: Vec<(usize, usize, i64)>,
    /// Pairs of which as much as possible is to be kept: sponsor, child, units.
    pub(super) wished: Vec<(usize, usize, i64)>,
}

impl Problem {
    /// Checks the instance and keeps the running pairs that it says to keep.
    pub(super) fn new(instance: &Instance) -> Result<Problem, PairingError> {
        let cost = instance.tier_cost;
        if !cost.is_sorted() || cost[3] > MAX_TIER_COST {
            return Err(PairingError::TierCost(cost));
        }
        let (village_of, subdistrict_of, subdistricts) = villages(instance)?;
        let mut villages_in = vec![Vec::new(); subdistricts.len()];
        for (village, &subdistrict) in subdistrict_of.iter().enumerate() {
            villages_in[subdistrict].push(village);
        }
        let mut problem = Problem {
            tier_cost: cost.map(i64::from),
            ranks_to_move: match instance.stability {
                Stability::Price(ranks) => ranks,
                Stability::Lock | Stability::Soft => 0,
            },
            subdistrict_of,
            villages_in,
            neighbours: neighbours(instance, &subdistricts)?,
            children: children(instance, &village_of)?,
            sponsors: sponsors(instance, &village_of)?,
            excluded: BTreeMap::new(),
            running: BTreeMap::new(),
            kept: Vec::new(),
            wished: Vec::new(),
        };
        problem.settle(instance);
        Ok(problem)
    }

    /// How far apart a sponsor and a child live.
    pub(super) fn tier(&self, sponsor: usize, child: usize) -> Tier {
        self.tier_between(self.sponsors[sponsor].village, self.children[child].village)
    }

    /// How far apart two villages lie.
    pub(super) fn tier_between(&self, one: usize, other: usize) -> Tier {
        let (from, to) = (self.subdistrict_of[one], self.subdistrict_of[other]);
        match () {
            () if one == other => Tier::Village,
            () if from == to => Tier::Subdistrict,
            () if self.neighbours[from].binary_search(&to).is_ok() => Tier::Neighbours,
            () => Tier::District,
        }
    }

    /// Whether a sponsor may help a child at all.
    pub(super) fn may_help(&self, sponsor: usize, child: usize) -> bool {
        let excluded = self.excluded.get(&sponsor).map_or(&[][..], Vec::as_slice);
        self.tier(sponsor, child) <= self.sponsors[sponsor].reach && excluded.binary_search(&child).is_err()
    }

    /// Sorts out exclusions and running pairs. Who left is passed over, and so are pairs that may not be any more.
    fn settle(&mut self, instance: &Instance) {
        let child_of: HashMap<&str, usize> = (self.children.iter().enumerate())
            .map(|(number, child)| (instance.children[child.place].id.as_str(), number))
            .collect();
        let sponsor_of: HashMap<&str, usize> = (self.sponsors.iter().enumerate())
            .map(|(number, sponsor)| (instance.sponsors[sponsor.place].id.as_str(), number))
            .collect();
        let both = |sponsor: &str, child: &str| Some((*sponsor_of.get(sponsor)?, *child_of.get(child)?));
        for (sponsor, child) in &instance.exclusions {
            if let Some((sponsor, child)) = both(sponsor, child) {
                self.excluded.entry(sponsor).or_default().push(child);
            }
        }
        for children in self.excluded.values_mut() {
            children.sort_unstable();
            children.dedup();
        }
        // By child, which is by rank, and then by sponsor, which is by id.
        for pair in &instance.running {
            if let Some((sponsor, child)) = both(&pair.sponsor, &pair.child)
                && self.may_help(sponsor, child)
            {
                *self.running.entry((child, sponsor)).or_default() += i64::from(pair.units);
            }
        }
        for (&(child, sponsor), &units) in &self.running {
            match instance.stability {
                Stability::Soft | Stability::Price(_) => self.wished.push((sponsor, child, units)),
                Stability::Lock => {
                    let kept = units.min(self.sponsors[sponsor].capacity).min(self.children[child].need);
                    if kept > 0 {
                        self.sponsors[sponsor].capacity -= kept;
                        self.children[child].need -= kept;
                        self.kept.push((sponsor, child, kept));
                    }
                }
            }
        }
    }
}

type Places<'a> = HashMap<&'a str, usize>;

/// The number of each village, its subdistrict, and the numbers of the subdistricts, all in the order of ids.
fn villages(instance: &Instance) -> Result<(Places<'_>, Vec<usize>, Places<'_>), PairingError> {
    let mut sorted: Vec<_> = instance.villages.iter().collect();
    sorted.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    unique("village", sorted.iter().map(|village| village.id.as_str()))?;
    let mut names: Vec<&str> = sorted.iter().map(|village| village.subdistrict.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let subdistricts: Places<'_> =
        names.into_iter().enumerate().map(|(number, name)| (name, number)).collect();
    let subdistrict_of = sorted.iter().map(|village| subdistricts[village.subdistrict.as_str()]).collect();
    let village_of =
        sorted.iter().enumerate().map(|(number, village)| (village.id.as_str(), number)).collect();
    Ok((village_of, subdistrict_of, subdistricts))
}

fn neighbours(instance: &Instance, subdistricts: &Places<'_>) -> Result<Vec<Vec<usize>>, PairingError> {
    let number = |name: &String| {
        subdistricts.get(name.as_str()).copied().ok_or_else(|| PairingError::UnknownSubdistrict(name.clone()))
    };
    let mut neighbours = vec![Vec::new(); subdistricts.len()];
    for (one, other) in &instance.neighbours {
        let (one, other) = (number(one)?, number(other)?);
        neighbours[one].push(other);
        neighbours[other].push(one);
    }
    for (own, list) in neighbours.iter_mut().enumerate() {
        list.retain(|other| *other != own);
        list.sort_unstable();
        list.dedup();
    }
    Ok(neighbours)
}

fn children(instance: &Instance, village_of: &Places<'_>) -> Result<Vec<Child>, PairingError> {
    unique("child", instance.children.iter().map(|child| child.id.as_str()))?;
    let mut sorted: Vec<_> = instance.children.iter().enumerate().collect();
    sorted.sort_unstable_by_key(|(_, child)| child.rank);
    for two in sorted.windows(2) {
        if two[0].1.rank == two[1].1.rank {
            let (one, other) = (two[0].1.id.clone(), two[1].1.id.clone());
            return Err(PairingError::DuplicateRank { rank: two[0].1.rank, one, other });
        }
    }
    let child = |(place, child): (usize, &super::instance::Child)| {
        at_most("child", &child.id, child.need)?;
        let village = lives("child", &child.id, &child.village, village_of)?;
        Ok(Child { place, village, need: i64::from(child.open_need()), weight: 0 })
    };
    let mut children: Vec<Child> = sorted.into_iter().map(child).collect::<Result<_, _>>()?;
    let last = children.len() as i128;
    children.iter_mut().zip(0..).for_each(|(child, nth)| child.weight = (last - nth) * WEIGHT_STEP);
    Ok(children)
}

fn sponsors(instance: &Instance, village_of: &Places<'_>) -> Result<Vec<Sponsor>, PairingError> {
    unique("sponsor", instance.sponsors.iter().map(|sponsor| sponsor.id.as_str()))?;
    let mut sorted: Vec<_> = instance.sponsors.iter().enumerate().collect();
    sorted.sort_unstable_by(|(_, one), (_, other)| one.id.cmp(&other.id));
    let sponsor = |(place, sponsor): (usize, &super::instance::Sponsor)| {
        at_most("sponsor", &sponsor.id, sponsor.capacity)?;
        let village = lives("sponsor", &sponsor.id, &sponsor.village, village_of)?;
        Ok(Sponsor { place, village, capacity: i64::from(sponsor.capacity), reach: sponsor.reach })
    };
    sorted.into_iter().map(sponsor).collect()
}

fn lives(
    what: &'static str,
    id: &str,
    village: &str,
    village_of: &Places<'_>,
) -> Result<usize, PairingError> {
    let unknown = || PairingError::UnknownVillage { what, id: id.into(), village: village.into() };
    village_of.get(village).copied().ok_or_else(unknown)
}

fn unique<'a>(what: &'static str, ids: impl Iterator<Item = &'a str>) -> Result<(), PairingError> {
    let mut seen = HashSet::with_capacity(ids.size_hint().0);
    for id in ids {
        if !seen.insert(id) {
            return Err(PairingError::Duplicate { what, id: id.into() });
        }
    }
    Ok(())
}

fn at_most(what: &'static str, id: &str, value: u32) -> Result<(), PairingError> {
    match value > MAX_UNITS {
        true => Err(PairingError::TooLarge { what, id: id.into(), value, most: MAX_UNITS }),
        false => Ok(()),
    }
}
