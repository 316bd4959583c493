//! The rules of sponsors of every kind.

use serde::{Deserialize, Serialize};

/// What a sponsor counts as. The GENTING tally names persons, communities, private firms, BUMN, BUMD and
/// universities; the guidance also government, NGOs and media, and zakat funds appear as partners (domain facts 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A person; a civil servant too.
    Individual,
    /// A community, an association, a place of worship.
    Community,
    /// A private firm.
    Private,
    /// A firm of the state (BUMN).
    Soe,
    /// A firm of a province or district (BUMD).
    Roe,
    /// A university or school.
    University,
    /// Baznas, LAZ, UPZ.
    ZakatFund,
    /// An office of government.
    Government,
    /// A foundation or NGO.
    Ngo,
    /// Press, radio, television.
    Media,
}

impl Category {
    /// All, in the order of lists.
    pub const ALL: [Category; 10] = [
        Category::Individual,
        Category::Community,
        Category::Private,
        Category::Soe,
        Category::Roe,
        Category::University,
        Category::ZakatFund,
        Category::Government,
        Category::Ngo,
        Category::Media,
    ];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Category::Individual => "individual",
            Category::Community => "community",
            Category::Private => "private",
            Category::Soe => "soe",
            Category::Roe => "roe",
            Category::University => "university",
            Category::ZakatFund => "zakat_fund",
            Category::Government => "government",
            Category::Ngo => "ngo",
            Category::Media => "media",
        }
    }

    /// The one with this code.
    pub fn parse(code: &str) -> Option<Category> {
        Category::ALL.into_iter().find(|category| category.code() == code)
    }

    /// The kind of sponsor that it is, as stored: 'person' or 'institution'.
    pub(crate) fn kind(self) -> &'static str {
        if self == Category::Individual { "person" } else { "institution" }
    }
}

/// Why a sponsor leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaving {
    /// Into retirement.
    Retired,
    /// Works or lives elsewhere.
    Moved,
    /// Has died.
    Died,
    /// The institution is no more.
    Closed,
    /// Something else, which is not asked.
    Other,
}

impl Leaving {
    /// All, in the order of forms.
    pub const ALL: [Leaving; 5] =
        [Leaving::Retired, Leaving::Moved, Leaving::Died, Leaving::Closed, Leaving::Other];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Leaving::Retired => "retired",
            Leaving::Moved => "moved",
            Leaving::Died => "died",
            Leaving::Closed => "closed",
            Leaving::Other => "other",
        }
    }

    /// The one with this code.
    pub fn parse(code: &str) -> Option<Leaving> {
        Leaving::ALL.into_iter().find(|leaving| leaving.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        assert!(Category::ALL.iter().all(|one| Category::parse(one.code()) == Some(*one)));
        assert!(Leaving::ALL.iter().all(|one| Leaving::parse(one.code()) == Some(*one)));
        assert_eq!(Category::parse("asn"), None);
        assert_eq!((Category::Individual.kind(), Category::Roe.kind()), ("person", "institution"));
    }
}
