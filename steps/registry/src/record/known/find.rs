//! Which family and which person an entry of a list means, among those that are known: by the surest sign first.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use asuh_matching::{Frequencies, Name, alike, search_keys};
use asuh_nusantara::name;
use asuh_store::{Id, LookupHash, StoreError};

use super::Known;
use crate::record::now::{FamilyNow, PersonNow};
use crate::record::{Entry, PersonFacts, Relation};

/// The hashes of an entry's numbers.
pub(super) struct Hashes {
    pub(super) kk: Option<LookupHash>,
    pub(super) niks: Vec<Option<LookupHash>>,
}

impl Known<'_> {
    pub(super) fn hashes(&self, entry: &Entry) -> Result<Hashes, StoreError> {
        let hash = |purpose: &str, value: &Option<String>| {
            value.as_deref().map(|value| self.secrets.lookup(self.district, purpose, value)).transpose()
        };
        Ok(Hashes {
            kk: hash("kk", &entry.family.kk)?,
            niks: entry.persons.iter().map(|person| hash("nik", &person.nik)).collect::<Result<_, _>>()?,
        })
    }

    /// The family with the entry's KKI, its card's number, or a named person's NIK.
    pub(super) fn by_number(&self, entry: &Entry, hashes: &Hashes) -> Option<Id> {
        let by_kki =
            entry.family.kki.as_ref().and_then(|kki| self.by_kki.get(kki).or(self.aliases.kki.get(kki)));
        let by_kk = || hashes.kk.and_then(|kk| self.by_kk.get(&kk).or(self.aliases.kk.get(&kk)));
        let by_nik = || {
            let mut named = entry.persons.iter().zip(&hashes.niks);
            let person = named.find_map(|(said, hash)| self.with_nik(hash.as_ref()?, said))?;
            Some(&person.family)
        };
        by_kki.or_else(by_kk).or_else(by_nik).copied()
    }

    /// The person with a NIK, or who stands for somebody who had it; not one to whom nothing else fits.
    fn with_nik(&self, hash: &LookupHash, said: &PersonFacts) -> Option<&PersonNow> {
        let known = self.by_nik.get(hash).into_iter().flatten().chain(self.aliases.nik.get(hash));
        known.filter_map(|id| self.persons.get(id)).find(|person| !is_another(person, said))
    }

    /// The family that an entry means, by the surest sign first.
    pub(super) fn find_family(&self, entry: &Entry, hashes: &Hashes) -> Option<Id> {
        if let Some(id) = self.by_number(entry, hashes) {
            return Some(id);
        }
        let facts = &entry.family;
        let mut candidates: BTreeSet<Id> = BTreeSet::new();
        let village = facts.village.as_i64();
        // A child by its own name and birthday.
        for child in entry.persons.iter().filter(|person| person.birth_date.is_some()) {
            let key = name::search_key(&child.name);
            for family in self.by_name.get(&(village, key.clone())).into_iter().flatten() {
                let same = |id: &Id| {
                    self.persons.get(id).is_some_and(|person| {
                        person.name_search == key && person.birth_date == child.birth_date
                    })
                };
                if self.members.get(family).is_some_and(|members| members.iter().any(same)) {
                    candidates.insert(*family);
                }
            }
        }
        if candidates.len() == 1 {
            return candidates.pop_first();
        }
        // The names of head, wife or parents, where nothing contradicts and only one family fits.
        candidates.clear();
        for key in parents_of(entry) {
            candidates.extend(self.by_name.get(&(village, key)).into_iter().flatten());
        }
        candidates
            .retain(|id| self.families.get(id).is_some_and(|family| self.may_be(family, entry, hashes)));
        if candidates.len() == 1 { candidates.pop_first() } else { None }
    }

    /// Whether nothing that both sides know speaks against the family being the one meant.
    fn may_be(&self, family: &FamilyNow, entry: &Entry, hashes: &Hashes) -> bool {
        let facts = &entry.family;
        let differ = |held: &str, said: &Option<String>| {
            !held.is_empty() && said.as_ref().is_some_and(|said| said != held)
        };
        if differ(&family.rw, &facts.rw) || differ(&family.rt, &facts.rt) {
            return false;
        }
        if family.kki.is_some() && facts.kki.is_some() || family.kk_hash.is_some() && hashes.kk.is_some() {
            return false;
        }
        // A head or wife with another name or another NIK is somebody else.
        let members = self.members.get(&family.id).map_or(&[][..], Vec::as_slice);
        entry.persons.iter().zip(&hashes.niks).all(|(said, hash)| {
            matches!(said.relation, Relation::Child | Relation::Other)
                || members
                    .iter()
                    .filter_map(|id| self.persons.get(id))
                    .filter(|person| person.relation == said.relation.code())
                    .all(|person| {
                        person.name_search == name::search_key(&said.name)
                            && !(person.nik_hash.is_some() && hash.is_some() && person.nik_hash != *hash)
                    })
        })
    }

    /// The person meant: by NIK, else within the family by birthday and name, else the head or the wife.
    pub(super) fn find_person(
        &self,
        family: Id,
        facts: &PersonFacts,
        hash: Option<LookupHash>,
        taken: &[Id],
    ) -> Option<Id> {
        let by_nik = hash.and_then(|hash| self.with_nik(&hash, facts));
        if let Some(person) = by_nik.filter(|person| !taken.contains(&person.id)) {
            return Some(person.id);
        }
        let key = name::search_key(&facts.name);
        let ids = self.members.get(&family).map_or(&[][..], Vec::as_slice);
        // Husband's and wife's the wrong way round, here or before: then numbers say nothing within the family.
        let holders = hash.and_then(|hash| self.by_nik.get(&hash));
        let mixed_up = holders.is_some_and(|holders| holders.iter().any(|holder| ids.contains(holder)));
        let members: Vec<&PersonNow> = ids
            .iter()
            .filter(|id| !taken.contains(id))
            .filter_map(|id| self.persons.get(id))
            .filter(|person| person.family == family)
            // Two NIKs that differ are two persons.
            .filter(|person| {
                mixed_up || !(person.nik_hash.is_some() && hash.is_some() && person.nik_hash != hash)
            })
            .collect();
        let by_name = members.iter().find(|person| {
            person.name_search == key
                && (facts.birth_date.is_none()
                    || person.birth_date.is_none()
                    || person.birth_date == facts.birth_date)
        });
        let by_place = || {
            matches!(facts.relation, Relation::Head | Relation::Wife)
                .then(|| members.iter().find(|person| person.relation == facts.relation.code()))
                .flatten()
        };
        by_name.or_else(by_place).map(|person| person.id)
    }
}

/// Whether somebody with this NIK is somebody else all the same: he has another name, and another birthday or sex. One
/// wrong digit makes the NIK of a stranger, and lists take husband's for wife's.
fn is_another(person: &PersonNow, said: &PersonFacts) -> bool {
    static USUAL: LazyLock<Frequencies> = LazyLock::new(Frequencies::default);
    let differ = person.birth_date.is_some()
        && said.birth_date.is_some_and(|day| person.birth_date != Some(day))
        || person.sex.is_some() && said.sex.is_some_and(|sex| person.sex != Some(sex));
    differ
        && person.name_search != name::search_key(&said.name)
        && alike(&Name::read(&person.name, &USUAL), &Name::read(&said.name, &USUAL)).0.contradicts()
}

/// A name by which an entry may be found.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Called {
    /// As it is compared.
    pub(super) key: String,
    /// The longest of its words as the index of names keeps them, which the fewest others share; empty when it has
    /// none, and then nobody is found by it.
    pub(super) word: String,
}

/// All names by which an entry may be found.
pub(super) fn names_of(entry: &Entry) -> Vec<Called> {
    let names = said_parents(entry).chain(entry.persons.iter().map(|person| person.name.as_str()));
    let called = names.map(|name| Called {
        key: name::search_key(name),
        word: search_keys(name).into_iter().max_by_key(String::len).unwrap_or_default(),
    });
    called.filter(|called| !called.key.is_empty()).collect()
}

/// The keys of the names of head, wife and parents.
fn parents_of(entry: &Entry) -> Vec<String> {
    let mut keys: Vec<String> = said_parents(entry).map(name::search_key).collect();
    keys.retain(|key| !key.is_empty());
    keys.sort();
    keys.dedup();
    keys
}

/// The names of head, wife and parents. Lists write both parents in one cell: `Budi / Siti`.
fn said_parents(entry: &Entry) -> impl Iterator<Item = &str> {
    let adults = entry
        .persons
        .iter()
        .filter(|person| matches!(person.relation, Relation::Head | Relation::Wife))
        .map(|person| person.name.as_str());
    let parents = entry.persons.iter().filter_map(|person| person.parents_name.as_deref());
    let head = entry.family.head_name.as_deref().into_iter();
    head.chain(adults).chain(parents.flat_map(|names| names.split(['/', '&', ';'])))
}
