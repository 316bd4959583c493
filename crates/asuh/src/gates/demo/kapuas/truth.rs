//! Which stored family is which made-up one, and what therefore has to come out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use asuh_made_up::{FamilyId, Fate, PersonId, World as MadeUp, krs};
use asuh_step_registry::VisitResult;
use asuh_store::Id;

use super::code_of;

/// What a round has to come to. The first figures are the made-up district's own, of which the program knows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// Rows of the province's list.
    pub rows: i64,
    /// Families at risk, or that were, that it lists.
    pub listed: i64,
    /// Rows that name a family again.
    pub copies: i64,
    /// Families at risk that it leaves out.
    pub missing: i64,
    /// Listed families that live elsewhere in the district.
    pub moved: i64,
    /// Listed families of whom nobody is left.
    pub gone: i64,
    /// Listed families that are not at risk any more.
    pub not_at_risk: i64,
    /// Rows that could not be read and were mended and sent again.
    pub mended: i64,
    /// Rows that their file held twice.
    pub twice: i64,
    /// Mended rows that stayed out again.
    pub stayed_out: i64,
    /// Families entered a second time: copies that no number joined.
    pub doubles: i64,
    /// Listed families for whom nothing stands: a number joined every row of theirs to another family, mostly that
    /// from which they split off.
    pub misjoined: i64,
    /// Pairs that were decided, by what was said of them.
    pub pairs: BTreeMap<String, i64>,
    /// Families merged into others.
    pub merged: i64,
    /// Families whose rows named two villages, and that were put back into their own.
    pub put_back: i64,
    /// Families that a visit found though no row had brought them.
    pub found: i64,
    /// Families of the campaign by the code of their result.
    pub results: BTreeMap<String, i64>,
    /// Rows of the frozen list.
    pub frozen: i64,
    /// The same by the village in which the families live.
    pub by_village: BTreeMap<i64, i64>,
    /// Who came since the list before, by reason; empty for the first.
    pub came: BTreeMap<String, i64>,
    /// Who went, by reason.
    pub went: BTreeMap<String, i64>,
}

impl Round {
    /// What a list is in truth.
    pub(super) fn of(made: &MadeUp, list: &krs::List) -> Round {
        let listed = |is: fn(&MadeUp, FamilyId) -> bool| {
            let families =
                (0..made.families.len()).filter(|family| made.families[*family].fate != Fate::Missing);
            families.filter(|family| is(made, *family)).count() as i64
        };
        Round {
            rows: list.rows.len() as i64,
            listed: listed(|_, _| true),
            copies: list.rows.iter().filter(|row| row.truth.copy_of.is_some()).count() as i64,
            missing: list.missing.len() as i64,
            moved: listed(|made, family| {
                !is_gone(made, family) && matches!(made.families[family].fate, Fate::Moved { .. })
            }),
            gone: listed(is_gone),
            not_at_risk: listed(|made, family| {
                !is_gone(made, family) && made.families[family].fate == Fate::NotAtRisk
            }),
            ..Round::default()
        }
    }
}

/// What the two rounds have to come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// "Data Tetap 1".
    pub first: Round,
    /// "Data Tetap 2", a quarter of a year later.
    pub second: Round,
}

/// Which stored family is which made-up one.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The stored family that a made-up one was first met as.
    stored: HashMap<FamilyId, Id>,
    owner: HashMap<Id, FamilyId>,
    /// Stored families that are another's copy, and whose.
    doubles: HashMap<Id, FamilyId>,
    /// Everybody whom a row or a visit named as head or wife of a family.
    members: HashMap<FamilyId, BTreeSet<PersonId>>,
    /// Those of whom a row was joined to another family, so that their number may be known as its.
    misjoined: HashSet<FamilyId>,
    /// Those known before the present round.
    before: HashSet<FamilyId>,
    /// Those whom this round found in the field.
    found: HashSet<FamilyId>,
    /// Those on the list before.
    last: BTreeSet<FamilyId>,
}

impl Known {
    /// A row about a made-up family was stored as that family.
    pub(super) fn meet(&mut self, row: &krs::Truth, id: Id, round: &mut Round) {
        let family = row.family;
        self.members.entry(family).or_default().extend([Some(row.head), row.wife].into_iter().flatten());
        if let Some(owner) = self.owner.get(&id) {
            if *owner != family {
                self.misjoined.insert(family);
            }
            return;
        }
        if self.doubles.contains_key(&id) {
            return;
        }
        match self.stored.get(&family) {
            Some(_) => {
                self.doubles.insert(id, family);
                round.doubles += 1;
            }
            None => {
                self.stored.insert(family, id);
                self.owner.insert(id, family);
            }
        }
    }

    /// Stored families were merged, each into the second of its pair.
    pub(super) fn merge(&mut self, aliases: impl Iterator<Item = (Id, Id)>, round: &mut Round) {
        for (alias, canonical) in aliases {
            if let Some(family) = self.owner.remove(&alias) {
                // What stays was met as the copy.
                self.doubles.remove(&canonical);
                self.stored.insert(family, canonical);
                self.owner.insert(canonical, family);
            } else if self.doubles.remove(&alias).is_none() {
                continue;
            }
            round.merged += 1;
        }
    }

    /// Whether something stored stands for a made-up family.
    pub(super) fn has(&self, family: FamilyId) -> bool {
        self.stored.contains_key(&family)
    }

    /// The made-up family that a stored one is, or is a copy of.
    pub(super) fn family_of(&self, id: Id) -> Option<FamilyId> {
        self.owner.get(&id).or_else(|| self.doubles.get(&id)).copied()
    }

    /// The stored families with the village on whose list they are.
    pub(super) fn listed(&self, made: &MadeUp) -> impl Iterator<Item = (Id, usize)> {
        self.stored.iter().map(|(family, id)| match made.families[*family].fate {
            Fate::Moved { from } => (*id, from),
            _ => (*id, made.families[*family].village),
        })
    }

    /// Everybody whom a row or a visit named in a family.
    pub(super) fn members(&self, family: Option<FamilyId>) -> impl Iterator<Item = PersonId> {
        family.and_then(|family| self.members.get(&family)).into_iter().flatten().copied()
    }

    /// A visit found this made-up family, which no row had brought.
    pub(super) fn find(&mut self, made: &MadeUp, family: FamilyId, id: Id, round: &mut Round) {
        let one = &made.families[family];
        self.members.entry(family).or_default().extend([Some(one.head), one.wife].into_iter().flatten());
        self.stored.insert(family, id);
        self.owner.insert(id, family);
        self.found.insert(family);
        round.found += 1;
    }

    /// Whether the number on its card is no other stored family's.
    pub(super) fn has_own_card(&self, family: FamilyId) -> bool {
        !self.misjoined.contains(&family)
    }

    /// The made-up families at risk that nothing stored stands for.
    pub(super) fn unknown(&self, made: &MadeUp) -> Vec<FamilyId> {
        (0..made.families.len()).filter(|one| !self.stored.contains_key(one) && stands(made, *one)).collect()
    }

    /// What a visit to a stored family finds, and why.
    pub(super) fn visit(&self, made: &MadeUp, id: Id) -> (VisitResult, String) {
        let Some(&family) = self.owner.get(&id) else {
            return (VisitResult::Duplicate, "Sudah ada dalam daftar dengan nomor lain".into());
        };
        if is_gone(made, family) {
            return (VisitResult::Deceased, String::new());
        }
        match made.families[family].fate {
            _ if self.found.contains(&family) => (VisitResult::NewlyFound, String::new()),
            Fate::Moved { .. } => {
                let village = &made.district.villages[made.families[family].village];
                (VisitResult::Moved, format!("ke {}, {}", village.name, village.subdistrict))
            }
            Fate::NotAtRisk => (VisitResult::NotAtRisk, "Sudah punya jamban sehat dan air bersih".into()),
            Fate::Died => (VisitResult::Changed, String::new()),
            Fate::Found | Fate::Missing => (VisitResult::AsListed, String::new()),
        }
    }

    /// What the frozen list has to hold, and how it differs from the one before.
    pub(super) fn end_of_round(&mut self, made: &MadeUp, round: &mut Round) {
        let now: BTreeSet<FamilyId> =
            self.stored.keys().copied().filter(|family| stands(made, *family)).collect();
        round.frozen = now.len() as i64;
        for family in &now {
            *round.by_village.entry(code_of(made, made.families[*family].village)).or_default() += 1;
        }
        if !self.before.is_empty() {
            for family in now.difference(&self.last) {
                let reason = match family {
                    _ if self.found.contains(family) => "found",
                    _ if self.before.contains(family) => "at_risk_again",
                    _ => "new_on_list",
                };
                *round.came.entry(reason.to_owned()).or_default() += 1;
            }
            for family in self.last.difference(&now) {
                let id = self.stored.get(family).copied().unwrap_or(Id::SYSTEM);
                let (result, _) = self.visit(made, id);
                *round.went.entry(result.status().code().to_owned()).or_default() += 1;
            }
        }
        self.before = self.stored.keys().copied().collect();
        self.last = now;
        self.found.clear();
    }
}

/// Whether nobody is left of a family: its head died, and there is no wife.
fn is_gone(made: &MadeUp, family: FamilyId) -> bool {
    let one = &made.families[family];
    made.persons[one.head].died.is_some() && one.wife.is_none()
}

/// Whether a made-up family belongs on a list of those at risk where it was listed.
fn stands(made: &MadeUp, family: FamilyId) -> bool {
    !is_gone(made, family) && matches!(made.families[family].fate, Fate::Found | Fate::Missing | Fate::Died)
}
