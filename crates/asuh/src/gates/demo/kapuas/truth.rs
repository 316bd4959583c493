//! Which stored family is which made-up one, and what therefore has to come out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use asuh_made_up::{FamilyId, Fate, World as MadeUp};
use asuh_step_registry::VisitResult;
use asuh_store::Id;

/// What a round has to come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// Rows of the province's list.
    pub rows: i64,
    /// Rows that could not be read and stayed out.
    pub stayed_out: i64,
    /// Families entered a second time: copies that no number joined.
    pub doubles: i64,
    /// Rows that a number or name joined to another family: the work of who looks at likely pairs.
    pub misjoined: i64,
    /// Families that a visit found though no row had brought them.
    pub found: i64,
    /// Families of the campaign by the code of their result.
    pub results: BTreeMap<String, i64>,
    /// Rows of the frozen list.
    pub frozen: i64,
    /// Who came since the list before, by reason; empty for the first.
    pub came: BTreeMap<String, i64>,
    /// Who went, by reason.
    pub went: BTreeMap<String, i64>,
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
    doubles: HashSet<Id>,
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
    /// A row of this made-up family was stored as that family.
    pub(super) fn meet(&mut self, family: FamilyId, id: Id, round: &mut Round) {
        if let Some(owner) = self.owner.get(&id) {
            if *owner != family {
                self.misjoined.insert(family);
                round.misjoined += 1;
            }
            return;
        }
        if self.doubles.contains(&id) {
            return;
        }
        match self.stored.get(&family) {
            Some(_) => {
                self.doubles.insert(id);
                round.doubles += 1;
            }
            None => {
                self.stored.insert(family, id);
                self.owner.insert(id, family);
            }
        }
    }

    /// A visit found this made-up family, which no row had brought.
    pub(super) fn find(&mut self, family: FamilyId, id: Id, round: &mut Round) {
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
