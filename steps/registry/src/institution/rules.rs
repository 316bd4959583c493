//! Kinds of institutions, and which may stand below which.

asuh_ground::codes! {
    /// What an institution is.
    ///
    /// Translation key `registry.kind.<code>`.
    pub enum InstitutionKind {
        /// An office of the district (organisasi perangkat daerah).
        Opd = "opd",
        /// A unit of an office.
        Unit = "unit",
        /// A school.
        School = "school",
        /// A health centre.
        Puskesmas = "puskesmas",
        /// A monthly village health post.
        Posyandu = "posyandu",
        /// A kitchen (dapur sehat).
        Kitchen = "kitchen",
        /// A warehouse of the district.
        Warehouse = "warehouse",
        /// A place in a kecamatan where goods are handed in.
        Depot = "depot",
        /// Who holds the money (Baznas, Korpri, PKK).
        FundHolder = "fund_holder",
        /// A company.
        Company = "company",
        /// A community or foundation.
        Community = "community",
        /// Anything else.
        Other = "other",
    }
}

impl InstitutionKind {
    /// Whether it may, or must, stand below another: an OPD stands at the top, a unit never does.
    pub fn fits_below(self, parent: Option<InstitutionKind>) -> bool {
        match (self, parent) {
            (InstitutionKind::Opd, parent) => parent.is_none(),
            (InstitutionKind::Unit, None) => false,
            _ => true,
        }
    }
}

/// Tags as they are kept: lower case, unique, sorted, separated by single spaces.
pub(super) fn tidy_tags(text: &str) -> String {
    let mut tags: Vec<String> = text
        .split([' ', ',', ';'])
        .map(|tag| tag.trim().to_lowercase())
        .filter(|tag| !tag.is_empty())
        .collect();
    tags.sort();
    tags.dedup();
    tags.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_stands_at_the_top_and_a_unit_below_something() {
        use InstitutionKind::{Opd, School, Unit, Warehouse};
        for (kind, parent, expected) in [
            (Opd, None, true),
            (Opd, Some(Opd), false),
            (Unit, None, false),
            (Unit, Some(Opd), true),
            (Unit, Some(School), true),
            (School, Some(Opd), true),
            (Warehouse, None, true),
        ] {
            assert_eq!(kind.fits_below(parent), expected, "{kind:?} below {parent:?}");
        }
    }

    #[test]
    fn tags_are_tidied() {
        assert_eq!(tidy_tags(" OPD_KB, dinkes  opd_kb;"), "dinkes opd_kb");
        for kind in InstitutionKind::ALL {
            assert_eq!(InstitutionKind::parse(kind.code()), Some(kind));
        }
    }
}
