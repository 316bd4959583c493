//! What reached the targets of a coverage, beside what was promised to them. Pure.

use std::collections::HashMap;

use asuh_store::Id;

use super::Covered;

/// Targets by how far what moved to their families covers them, and what it adds up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Targets whose family has all that its targets need.
    pub fully: i64,
    /// Targets whose family has a part of it.
    pub partly: i64,
    /// Targets whose family has nothing.
    pub none: i64,
    /// Worth in rupiah, of each family at most what its targets need: more for one is no help to another.
    pub rupiah: i64,
}

impl Reached {
    /// What reached these targets. Help is carried to a family: its targets share it, and stand alike. `unit` is the
    /// worth of a unit in rupiah, `worth` what moved to each family.
    pub fn of<'a>(
        targets: impl IntoIterator<Item = &'a Covered>,
        unit: i64,
        worth: &HashMap<Id, i64>,
    ) -> Reached {
        let mut families: HashMap<Id, (i64, i64)> = HashMap::new();
        for target in targets {
            let family = families.entry(target.family).or_default();
            family.0 += 1;
            family.1 += target.need * unit;
        }
        let mut reached = Reached::default();
        for (family, (targets, need)) in families {
            let got = worth.get(&family).copied().unwrap_or(0).clamp(0, need);
            reached.rupiah += got;
            match got {
                0 => reached.none += targets,
                got if got < need => reached.partly += targets,
                _ => reached.fully += targets,
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units of Rp50.000, nine for each. One family with two targets got Rp500.000 of Rp900.000, one with one target
    /// Rp600.000 of Rp450.000, one nothing, and one that is not on the list Rp1.000.000.
    #[test]
    fn what_one_family_has_too_much_is_no_help_to_another() {
        let family = |nth: u8| Id::from_bytes([nth; 16]);
        let target = |nth: u8| Covered {
            person: Id::SYSTEM,
            family: family(nth),
            village: 0,
            rw: String::new(),
            need: 9,
            promised: 9,
        };
        let targets = [target(1), target(1), target(2), target(3)];
        let worth = HashMap::from([(family(1), 500_000), (family(2), 600_000), (family(9), 1_000_000)]);
        let reached = Reached::of(&targets, 50_000, &worth);
        assert_eq!(reached, Reached { fully: 1, partly: 2, none: 1, rupiah: 950_000 });
        assert_eq!(Reached::of(&targets[..2], 50_000, &worth).rupiah, 500_000);
    }
}
