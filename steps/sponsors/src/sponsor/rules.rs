//! The rules of sponsors of every kind.

asuh_ground::codes! {
    /// What a sponsor counts as. The GENTING tally names persons, communities, private firms, BUMN, BUMD and
    /// universities; the guidance also government, NGOs and media, and zakat funds appear as partners (domain facts 1.3).
    pub enum Category {
        /// A person; a civil servant too.
        Individual = "individual",
        /// A community, an association, a place of worship.
        Community = "community",
        /// A private firm.
        Private = "private",
        /// A firm of the state (BUMN).
        Soe = "soe",
        /// A firm of a province or district (BUMD).
        Roe = "roe",
        /// A university or school.
        University = "university",
        /// Baznas, LAZ, UPZ.
        ZakatFund = "zakat_fund",
        /// An office of government.
        Government = "government",
        /// A foundation or NGO.
        Ngo = "ngo",
        /// Press, radio, television.
        Media = "media",
    }
}

impl Category {
    /// The kind of sponsor that it is, as stored: 'person' or 'institution'.
    pub(crate) fn kind(self) -> &'static str {
        if self == Category::Individual { "person" } else { "institution" }
    }
}

asuh_ground::codes! {
    /// Why a sponsor leaves.
    pub enum Leaving {
        /// Into retirement.
        Retired = "retired",
        /// Works or lives elsewhere.
        Moved = "moved",
        /// Has died.
        Died = "died",
        /// The institution is no more.
        Closed = "closed",
        /// Something else, which is not asked.
        Other = "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_individual_is_a_person() {
        assert_eq!((Category::Individual.kind(), Category::Roe.kind()), ("person", "institution"));
    }
}
