//! All of a list with one another, or one list with another.
//!
//! Records are brought together by their blocking keys, in memory, by sorting; every pair that shares a key is
//! compared once. In a block of more than [`CROWDED`] records each is compared with the forty that follow it in
//! the order of names only, and the block is reported. Pairs of one person are then joined to groups, by a rule
//! that depends on no order:
//!
//! 1. Pairs of band *same* connect.
//! 2. A group in which two members cannot be one person (two whole numbers that differ; a pair that compares as
//!    *different*) is taken apart, its weakest pairs first and equally weak ones together, until no group is left
//!    that contradicts itself; the pairs taken out are asked.
//! 3. Pairs to ask whose two records ended up in one group need no answer.
//!
//! Memory: about 450 bytes a profile that the caller holds, and 100 bytes a record while it runs. With the feature
//! `parallel` all cores are used, with the same answers.

use std::collections::{HashMap, HashSet};

use crate::bits::Bits;
use crate::compare::{Band, Verdict, compare, may_be_one};
use crate::keys::CROWDED;
use crate::record::Profile;
use crate::weights::Weights;

/// How many neighbours by name a record of a crowded block is compared with.
const NEIGHBOURS: usize = 40;
/// Groups of more members are not believed without one number.
const LARGE: usize = 24;

/// Two records and what they are to one another; places in the profiles given, the lower first. Never different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The first place.
    pub one: usize,
    /// The second place.
    pub two: usize,
    /// What they are, and why.
    pub verdict: Verdict,
}

/// What a batch found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Records of one person, two and more; places ascending, groups in the order of their first.
    pub groups: Vec<Vec<usize>>,
    /// Pairs that joined a group, ascending.
    pub same: Vec<Pair>,
    /// Pairs that somebody has to look at, ascending; also pairs of band *same* in groups that contradict
    /// themselves.
    pub ask: Vec<Pair>,
    /// How many comparisons it took.
    pub compared: u64,
    /// Sizes of the blocks beyond [`CROWDED`], the largest first.
    pub crowded: Vec<usize>,
}

/// Finds who stands twice in one list.
#[must_use]
pub fn within(weights: &Weights, profiles: &[Profile]) -> Found {
    search(weights, profiles, |_, _| true)
}

/// Finds who of the first `left` profiles stands among the rest: only pairs across are compared, two rows of one
/// list meet in a group when they are the same person of the other.
#[must_use]
pub fn across(weights: &Weights, profiles: &[Profile], left: usize) -> Found {
    search(weights, profiles, |one, two| (one < left) != (two < left))
}

fn search(weights: &Weights, profiles: &[Profile], wanted: impl Fn(usize, usize) -> bool + Sync) -> Found {
    let mut entries: Vec<(u64, u32)> = Vec::with_capacity(profiles.len() * 4);
    for (place, profile) in profiles.iter().enumerate() {
        entries.extend(profile.keys.as_slice().iter().map(|key| (*key, place as u32)));
    }
    sort(&mut entries);
    let blocks: Vec<&[(u64, u32)]> =
        entries.chunk_by(|one, two| one.0 == two.0).filter(|block| block.len() > 1).collect();
    let mut crowded: Vec<usize> =
        blocks.iter().map(|block| block.len()).filter(|size| *size > CROWDED).collect();
    crowded.sort_unstable_by(|one, two| two.cmp(one));
    let crowded_keys: HashSet<u64> = blocks
        .iter()
        .filter(|block| block.len() > CROWDED)
        .filter_map(|block| Some(block.first()?.0))
        .collect();
    let task = Task { weights, profiles, crowded: &crowded_keys, wanted: &wanted };
    let (mut pairs, compared) = task.all(&blocks);
    sort_pairs(&mut pairs);
    pairs.dedup_by_key(|pair| (pair.one, pair.two));
    let mut found = join(weights, profiles, pairs);
    found.compared = compared;
    found.crowded = crowded;
    found
}

struct Task<'a, W> {
    weights: &'a Weights,
    profiles: &'a [Profile],
    crowded: &'a HashSet<u64>,
    wanted: &'a W,
}

impl<W: Fn(usize, usize) -> bool + Sync> Task<'_, W> {
    #[cfg(feature = "parallel")]
    fn all(&self, blocks: &[&[(u64, u32)]]) -> (Vec<Pair>, u64) {
        use rayon::prelude::*;
        let parts = blocks.par_chunks(256).map(|blocks| self.some(blocks));
        parts.reduce(Default::default, |(mut pairs, compared), (more, others)| {
            pairs.extend(more);
            (pairs, compared + others)
        })
    }

    #[cfg(not(feature = "parallel"))]
    fn all(&self, blocks: &[&[(u64, u32)]]) -> (Vec<Pair>, u64) {
        self.some(blocks)
    }

    fn some(&self, blocks: &[&[(u64, u32)]]) -> (Vec<Pair>, u64) {
        let (mut pairs, mut compared) = (Vec::new(), 0);
        for block in blocks {
            let mut places: Vec<usize> = block.iter().map(|(_, place)| *place as usize).collect();
            let reach = if places.len() > CROWDED {
                places.sort_by(|one, two| self.profiles[*one].cmp(&self.profiles[*two]));
                NEIGHBOURS
            } else {
                places.len()
            };
            let Some((key, _)) = block.first() else { continue };
            for (nth, &one) in places.iter().enumerate() {
                for &two in places[nth + 1..].iter().take(reach) {
                    compared += u64::from(self.pair(*key, one.min(two), one.max(two), &mut pairs));
                }
            }
        }
        (pairs, compared)
    }

    /// Compares two records, unless they are compared under an earlier key.
    fn pair(&self, key: u64, one: usize, two: usize, pairs: &mut Vec<Pair>) -> bool {
        let (left, right) = (&self.profiles[one], &self.profiles[two]);
        if !(self.wanted)(one, two) {
            return false;
        }
        let first = left.keys.first_common(&right.keys, |key| !self.crowded.contains(&key));
        if first.is_some_and(|first| first != key) {
            return false;
        }
        if !may_be_one(self.weights, left, right) {
            return true;
        }
        let verdict = compare(self.weights, left, right);
        if verdict.band != Band::Different {
            pairs.push(Pair { one, two, verdict });
        }
        true
    }
}

#[cfg(feature = "parallel")]
fn sort(entries: &mut [(u64, u32)]) {
    use rayon::prelude::*;
    entries.par_sort_unstable();
}

#[cfg(not(feature = "parallel"))]
fn sort(entries: &mut [(u64, u32)]) {
    entries.sort_unstable();
}

fn sort_pairs(pairs: &mut [Pair]) {
    pairs.sort_unstable_by_key(|pair| (pair.one, pair.two));
}

/// Joins pairs to groups by the rule at the head of this module.
fn join(weights: &Weights, profiles: &[Profile], pairs: Vec<Pair>) -> Found {
    let (same, mut ask): (Vec<Pair>, Vec<Pair>) =
        pairs.into_iter().partition(|pair| pair.verdict.band == Band::Same);
    let (kept, demoted) = consistent(weights, profiles, same);
    let forest = Forest::of(&kept);
    ask.extend(demoted);
    ask.retain(|pair| forest.root(pair.one) != forest.root(pair.two));
    sort_pairs(&mut ask);
    let mut groups: Vec<Vec<usize>> = forest.groups().map(|(_, members)| members).collect();
    groups.sort_unstable();
    Found { groups, same: kept, ask, ..Found::default() }
}

/// Takes groups that contradict themselves apart, the weakest pairs first and equally weak ones together, until
/// none does; gives the pairs that hold and those that do not.
fn consistent(weights: &Weights, profiles: &[Profile], same: Vec<Pair>) -> (Vec<Pair>, Vec<Pair>) {
    let (mut held, mut loose, mut open) = (Vec::new(), Vec::new(), same);
    while !open.is_empty() {
        let forest = Forest::of(&open);
        let torn: HashSet<usize> = forest
            .groups()
            .filter(|(_, members)| contradicts_itself(weights, profiles, members))
            .map(|(root, _)| root)
            .collect();
        let (inside, whole): (Vec<Pair>, Vec<Pair>) =
            open.into_iter().partition(|pair| torn.contains(&forest.root(pair.one)));
        held.extend(whole);
        let mut weakest: HashMap<usize, Bits> = HashMap::new();
        for pair in &inside {
            let least = weakest.entry(forest.root(pair.one)).or_insert(pair.verdict.bits);
            *least = pair.verdict.bits.min(*least);
        }
        let weak = |pair: &Pair| weakest.get(&forest.root(pair.one)) == Some(&pair.verdict.bits);
        let (dropped, rest): (Vec<Pair>, Vec<Pair>) = inside.into_iter().partition(weak);
        loose.extend(dropped);
        open = rest;
    }
    sort_pairs(&mut held);
    (held, loose)
}

fn contradicts_itself(weights: &Weights, profiles: &[Profile], members: &[usize]) -> bool {
    if members.len() <= 2 {
        return false;
    }
    let cannot_be_one = |one: &Profile, two: &Profile| {
        one.nik.conflicts(two.nik) || compare(weights, one, two).band == Band::Different
    };
    members.len() > LARGE
        || members.iter().enumerate().any(|(nth, one)| {
            members[nth + 1..].iter().any(|two| cannot_be_one(&profiles[*one], &profiles[*two]))
        })
}

/// Trees of records that are connected; a record without a pair is its own root and takes no room.
struct Forest(HashMap<usize, usize>);

impl Forest {
    fn of(pairs: &[Pair]) -> Forest {
        let mut forest = Forest(HashMap::new());
        for pair in pairs {
            let (one, two) = (forest.root(pair.one), forest.root(pair.two));
            // The lowest place is the root, whatever the order.
            let (low, high) = (one.min(two), one.max(two));
            forest.0.insert(low, low);
            forest.0.insert(high, low);
            forest.0.insert(pair.one, low);
            forest.0.insert(pair.two, low);
        }
        forest
    }

    fn root(&self, mut place: usize) -> usize {
        while let Some(&above) = self.0.get(&place) {
            if above == place {
                break;
            }
            place = above;
        }
        place
    }

    /// Every tree with its members, ascending.
    fn groups(&self) -> impl Iterator<Item = (usize, Vec<usize>)> {
        let mut groups: HashMap<usize, Vec<usize>> = HashMap::new();
        for &place in self.0.keys() {
            groups.entry(self.root(place)).or_default().push(place);
        }
        groups.into_iter().map(|(root, mut members)| {
            members.sort_unstable();
            (root, members)
        })
    }
}
