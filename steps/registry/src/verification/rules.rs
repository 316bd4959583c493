//! What a visit can find, when a village may close, which families are visited twice: pure.

use asuh_ground::sampling::{self, Confidence};
use asuh_store::Id;

use crate::rules::FamilyStatus;

asuh_ground::codes! {
    /// What a visit found (verval KRS: sesuai, berubah, bukan KRS lagi, pindah, meninggal, tidak ditemukan,
    /// ganda, menolak, baru ditemukan).
    ///
    /// Translation key `registry.result.<code>`.
    pub enum VisitResult {
        /// Sesuai: as the list says.
        AsListed = "as_listed",
        /// Berubah: there, and the data were corrected.
        Changed = "changed",
        /// Bukan KRS lagi: no longer at risk, with the reason.
        NotAtRisk = "not_at_risk",
        /// Pindah: moved, and where to.
        Moved = "moved",
        /// Meninggal: nobody is left.
        Deceased = "deceased",
        /// Tidak ditemukan.
        NotFound = "not_found",
        /// Ganda: the same as another family, and which.
        Duplicate = "duplicate",
        /// Menolak: does not want to take part.
        Refused = "refused",
        /// Baru ditemukan: on no list, found on a visit.
        NewlyFound = "newly_found",
    }
}

impl VisitResult {
    /// How the family stands after it.
    pub fn status(self) -> FamilyStatus {
        match self {
            VisitResult::AsListed | VisitResult::Changed | VisitResult::NewlyFound => FamilyStatus::Verified,
            VisitResult::NotAtRisk => FamilyStatus::NotAtRisk,
            VisitResult::Moved => FamilyStatus::Moved,
            VisitResult::Deceased => FamilyStatus::Deceased,
            VisitResult::NotFound => FamilyStatus::NotFound,
            VisitResult::Duplicate => FamilyStatus::Duplicate,
            VisitResult::Refused => FamilyStatus::Refused,
        }
    }

    /// Whether the reason must be told: why no longer at risk, where to, which other family.
    pub fn needs_reason(self) -> bool {
        matches!(self, VisitResult::NotAtRisk | VisitResult::Moved | VisitResult::Duplicate)
    }
}

/// What a village still lacks before it may close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing {
    /// Families of the campaign in this village.
    pub(super) families: i64,
    /// Those without a result that counts.
    pub(super) unvisited: i64,
    /// Those whose last visit was a cadre's and has to be settled.
    pub(super) waiting: i64,
}

/// Why a village may not close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocked {
    /// A cadre's visits have to be settled first.
    Waiting,
    /// Fewer families have a result than the district asks for.
    TooFew,
    /// As many as asked for, but why the others have none must be told.
    ReasonNeeded,
}

/// Whether a village may close: no visit waits for a verifier, at least `least` percent of its families have a
/// result (rounded down: 99.9 % are not 100), and where some have none the reason is told.
pub(super) fn blocked(missing: Missing, least: i64, reason: &str) -> Option<Blocked> {
    let done = missing.families - missing.unvisited;
    if missing.waiting > 0 {
        Some(Blocked::Waiting)
    } else if done * 100 < missing.families * least {
        Some(Blocked::TooFew)
    } else if missing.unvisited > 0 && reason.trim().is_empty() {
        Some(Blocked::ReasonNeeded)
    } else {
        None
    }
}

/// A family that a kecamatan may visit a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Drawable {
    /// Its village.
    pub(super) village: i64,
    /// The family.
    pub(super) family: Id,
}

/// Draws the sample of a kecamatan: `size` families (all, when there are fewer), shared among the villages in
/// proportion to their families by largest remainders, within a village by a hash of campaign, round and
/// family. Nobody can choose it, and whoever has the ids can draw it again.
pub(super) fn draw(campaign: Id, round: i64, size: usize, families: &[Drawable]) -> Vec<Drawable> {
    let seed = [b"asuh recheck\0".as_slice(), campaign.as_bytes(), &round.to_be_bytes()].concat();
    let items: Vec<sampling::Drawable> =
        families.iter().map(|one| sampling::Drawable { stratum: one.village, id: one.family }).collect();
    let drawn = sampling::draw(&seed, size, &items);
    drawn.into_iter().map(|one| Drawable { village: one.stratum, family: one.id }).collect()
}

/// How far two visits to the same families agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreement {
    /// Families visited twice.
    pub(super) compared: i64,
    /// Those that stand the same after both visits.
    pub(super) agreed: i64,
    /// The rate in percent, rounded.
    pub(super) percent: i64,
    /// Lower end of its 95 % interval, in percent (Wilson's score interval).
    pub(super) low: i64,
    /// Upper end.
    pub(super) high: i64,
}

/// The agreement of `agreed` out of `compared`; none where nothing was compared.
pub(super) fn agreement(agreed: i64, compared: i64) -> Option<Agreement> {
    let (percent, low, high) = sampling::estimate(agreed, compared, None, Confidence::P95)?.percents();
    Some(Agreement { compared, agreed, percent, low, high })
}

/// Whether two results say the same of how a family stands.
pub(super) fn agrees(first: &str, second: &str) -> bool {
    match (VisitResult::parse(first), VisitResult::parse(second)) {
        (Some(first), Some(second)) => first.status() == second.status(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_family_stands_as_the_visit_found_it() {
        for (result, status, reason) in [
            (VisitResult::AsListed, "verified", false),
            (VisitResult::Changed, "verified", false),
            (VisitResult::NewlyFound, "verified", false),
            (VisitResult::NotAtRisk, "not_at_risk", true),
            (VisitResult::Moved, "moved", true),
            (VisitResult::Deceased, "deceased", false),
            (VisitResult::NotFound, "not_found", false),
            (VisitResult::Duplicate, "duplicate", true),
            (VisitResult::Refused, "refused", false),
        ] {
            assert_eq!((result.status().code(), result.needs_reason()), (status, reason), "{result:?}");
            assert_eq!(VisitResult::parse(result.code()), Some(result));
        }
    }

    #[test]
    fn a_village_closes_when_its_families_have_results() {
        let missing = |families, unvisited, waiting| Missing { families, unvisited, waiting };
        for (words, missing, least, reason, expected) in [
            ("all visited", missing(40, 0, 0), 100, "", None),
            ("no family at all", missing(0, 0, 0), 100, "", None),
            ("one is missing", missing(40, 1, 0), 100, "banjir", Some(Blocked::TooFew)),
            ("one of a thousand is missing", missing(1000, 1, 0), 100, "banjir", Some(Blocked::TooFew)),
            ("one may be missing", missing(40, 1, 0), 95, "", Some(Blocked::ReasonNeeded)),
            ("and why is told", missing(40, 1, 0), 95, "dusun terendam banjir", None),
            ("two may be missing", missing(40, 2, 0), 95, "banjir", None),
            ("three may not", missing(40, 3, 0), 95, "banjir", Some(Blocked::TooFew)),
            ("a cadre's visit waits", missing(40, 0, 1), 95, "", Some(Blocked::Waiting)),
        ] {
            assert_eq!(blocked(missing, least, reason), expected, "{words}");
        }
    }

    fn families(sizes: &[(i64, usize)]) -> Vec<Drawable> {
        let mut nth = 0_u128;
        let mut all = Vec::new();
        for (village, size) in sizes {
            for _ in 0..*size {
                nth += 1;
                all.push(Drawable { village: *village, family: Id::from_bytes(nth.to_be_bytes()) });
            }
        }
        all
    }

    fn per_village(drawn: &[Drawable]) -> BTreeMap<i64, usize> {
        let mut counts = BTreeMap::new();
        for one in drawn {
            *counts.entry(one.village).or_default() += 1;
        }
        counts
    }

    #[test]
    fn a_sample_is_shared_in_proportion_and_drawn_the_same_again() {
        let campaign = Id::from_bytes([7; 16]);
        let all = families(&[(1, 50), (2, 30), (3, 20)]);
        let drawn = draw(campaign, 1, 10, &all);
        assert_eq!(per_village(&drawn), BTreeMap::from([(1, 5), (2, 3), (3, 2)]));
        let mut turned = all.clone();
        turned.reverse();
        assert_eq!(draw(campaign, 1, 10, &turned), drawn, "the order of the list plays no part");
        assert_ne!(draw(campaign, 2, 10, &all), drawn, "another round, another sample");
        assert_ne!(draw(Id::from_bytes([8; 16]), 1, 10, &all), drawn);
        // Largest remainders: 7 of 100 are 3.5, 2.1 and 1.4.
        assert_eq!(per_village(&draw(campaign, 1, 7, &all)), BTreeMap::from([(1, 4), (2, 2), (3, 1)]));
        assert_eq!(draw(campaign, 1, 500, &all).len(), 100);
        assert!(draw(campaign, 1, 5, &[]).is_empty());
        let tiny = draw(campaign, 1, 3, &families(&[(1, 1), (2, 1), (3, 1), (4, 1)]));
        assert_eq!(tiny.len(), 3);
    }

    #[test]
    fn agreement_has_an_interval() {
        assert_eq!(agreement(0, 0), None);
        let of = |agreed, compared| agreement(agreed, compared).map(|one| (one.percent, one.low, one.high));
        assert_eq!(of(10, 10), Some((100, 72, 100)));
        assert_eq!(of(9, 10), Some((90, 60, 98)));
        assert_eq!(of(95, 100), Some((95, 89, 98)));
        assert_eq!(of(0, 10), Some((0, 0, 28)));
        assert!(agrees("as_listed", "changed") && agrees("moved", "moved"));
        assert!(!agrees("as_listed", "moved") && !agrees("as_listed", "?"));
    }
}
