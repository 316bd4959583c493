//! What a visit can find, and how the family stands after it.

use serde::{Deserialize, Serialize};

use crate::steps::registry::rules::FamilyStatus;

/// What a visit found (verval KRS: sesuai, berubah, bukan KRS lagi, pindah, meninggal, tidak ditemukan,
/// ganda, menolak, baru ditemukan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitResult {
    /// Sesuai: as the list says.
    AsListed,
    /// Berubah: there, and the data were corrected.
    Changed,
    /// Bukan KRS lagi: no longer at risk, with the reason.
    NotAtRisk,
    /// Pindah: moved, and where to.
    Moved,
    /// Meninggal: nobody is left.
    Deceased,
    /// Tidak ditemukan.
    NotFound,
    /// Ganda: the same as another family, and which.
    Duplicate,
    /// Menolak: does not want to take part.
    Refused,
    /// Baru ditemukan: on no list, found on a visit.
    NewlyFound,
}

impl VisitResult {
    /// All results, in the order forms show them.
    pub const ALL: [VisitResult; 9] = [
        VisitResult::AsListed,
        VisitResult::Changed,
        VisitResult::NotAtRisk,
        VisitResult::Moved,
        VisitResult::Deceased,
        VisitResult::NotFound,
        VisitResult::Duplicate,
        VisitResult::Refused,
        VisitResult::NewlyFound,
    ];

    /// Its stable code, as stored; translation key `registry.result.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            VisitResult::AsListed => "as_listed",
            VisitResult::Changed => "changed",
            VisitResult::NotAtRisk => "not_at_risk",
            VisitResult::Moved => "moved",
            VisitResult::Deceased => "deceased",
            VisitResult::NotFound => "not_found",
            VisitResult::Duplicate => "duplicate",
            VisitResult::Refused => "refused",
            VisitResult::NewlyFound => "newly_found",
        }
    }

    /// The result with this code.
    pub fn parse(code: &str) -> Option<VisitResult> {
        VisitResult::ALL.into_iter().find(|result| result.code() == code)
    }

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

#[cfg(test)]
mod tests {
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
}
