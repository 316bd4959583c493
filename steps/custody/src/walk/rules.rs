//! What may be said of where a lot went.

use std::collections::BTreeMap;

use asuh_nusantara::{Level, TerritoryCode};

/// A village is named only where at least so many families received of a lot; of fewer the kecamatan is named.
pub(crate) const FEWEST: i64 = 5;

/// Families that hold of a lot, in one territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// The territory's code: a village's, or its kecamatan's.
    pub(crate) territory: i64,
    /// How many families.
    pub(crate) families: i64,
    /// How much of the lot, in its smallest unit.
    pub(crate) amount: i64,
}

impl Share {
    /// Whether it is a village's, and not that of several villages of a kecamatan.
    pub(crate) fn is_village(&self) -> bool {
        self.territory != subdistrict(self.territory)
    }
}

/// The kecamatan of a village; what is no territory's code stays what it is.
fn subdistrict(village: i64) -> i64 {
    let code = TerritoryCode::from_i64(village).ok().and_then(|code| code.ancestor(Level::Subdistrict));
    code.map_or(village, TerritoryCode::as_i64)
}

/// Villages with enough families by name, the others added up by kecamatan. What is left of a kecamatan beside named
/// villages is never one village alone with its count of families taken from the sum: of fewer than [`FEWEST`] families
/// no count is given (`families` is 0).
pub(crate) fn told(villages: &[Share]) -> Vec<Share> {
    let mut told = Vec::new();
    let mut rest: BTreeMap<i64, Share> = BTreeMap::new();
    for share in villages {
        if share.families >= FEWEST {
            told.push(*share);
            continue;
        }
        let territory = subdistrict(share.territory);
        let sum = rest.entry(territory).or_insert(Share { territory, families: 0, amount: 0 });
        sum.families += share.families;
        sum.amount += share.amount;
    }
    told.sort_by(|a, b| b.amount.cmp(&a.amount).then(a.territory.cmp(&b.territory)));
    told.extend(
        rest.into_values()
            .map(|sum| Share { families: if sum.families >= FEWEST { sum.families } else { 0 }, ..sum }),
    );
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(territory: i64, families: i64, amount: i64) -> Share {
        Share { territory, families, amount }
    }

    #[test]
    fn few_families_are_told_by_kecamatan_alone() {
        let villages = [
            share(1_501_012_001, 21, 30),
            share(1_501_012_002, 3, 4),
            share(1_501_012_003, 2, 2),
            share(1_501_022_001, 1, 1),
        ];
        assert_eq!(
            told(&villages),
            [share(1_501_012_001, 21, 30), share(1_501_010_000, 5, 6), share(1_501_020_000, 0, 1)]
        );
        assert!(told(&villages)[0].is_village() && !told(&villages)[1].is_village());
        assert_eq!(told(&[]), []);
    }
}
