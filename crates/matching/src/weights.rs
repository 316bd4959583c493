//! What each agreement and disagreement weighs.

use crate::bits::Bits;

/// The table of weights and the two lines between the bands; the default is for duplicates within one list. Data, so that a country, province or list can have
/// its own; the default was set by reckoning shares (one person in 11,000 shares a given birth date within thirty
/// years of births: 13 bits) and tried on made-up lists of other seeds than those of the tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// Both wrote the same 16 digits.
    pub number_same: Bits,
    /// The same 16 digits, but one is known to be another's: says only that they are of one household.
    pub number_borrowed: Bits,
    /// Two whole numbers that differ. Strong, but no proof: one wrong digit is a wholly other hash.
    pub number_differs: Bits,
    /// Numbers that differ, one of which does not fit its birth date or sex.
    pub number_doubtful: Bits,
    /// The same day of birth.
    pub birth_same: Bits,
    /// The same 1 January, 1 July or 31 December, which is written where only a year is known.
    pub birth_heaped: Bits,
    /// Day and month the wrong way round.
    pub birth_swapped: Bits,
    /// One part of the date differs as a finger slips.
    pub birth_slip: Bits,
    /// The same month, where no more is known.
    pub birth_month: Bits,
    /// The same year or the next, where one is reckoned from an age.
    pub birth_age: Bits,
    /// Other dates, so near to one another that their one mother cannot have borne both: one of them is wrong.
    pub birth_impossible: Bits,
    /// Other dates.
    pub birth_differs: Bits,
    /// The same sex.
    pub sex_same: Bits,
    /// The other sex.
    pub sex_differs: Bits,
    /// A name says at most this much, however long and rare.
    pub name_most: Bits,
    /// A partner's name says at most this much.
    pub partner_most: Bits,
    /// Another partner.
    pub partner_differs: Bits,
    /// A mother's name says at most this much.
    pub mother_most: Bits,
    /// Another mother.
    pub mother_differs: Bits,
    /// A father's name says at most this much.
    pub father_most: Bits,
    /// Another father.
    pub father_differs: Bits,
    /// The same family card or family code.
    pub family_same: Bits,
    /// Both known and neither the same: families part, cards are renewed.
    pub family_differs: Bits,
    /// The same village.
    pub village_same: Bits,
    /// Another village of the same kecamatan.
    pub village_near: Bits,
    /// Another kecamatan.
    pub village_far: Bits,
    /// The same RW and RT of the same village.
    pub neighbours: Bits,
    /// Parents, card, village and neighbourhood together say at most this much: a whole household shares them.
    pub household_most: Bits,
    /// Whether each list names a child once, so that a newborn without a name, or a name mistyped twice, may be
    /// taken for the child of the same mother and day; within one list it is as likely a twin, and asked.
    pub once_each: bool,
    /// From here on two records are one person.
    pub same: Bits,
    /// From here on somebody has to look.
    pub ask: Bits,
}

impl Weights {
    /// For one list against another, or a person who comes in: nearly everybody is expected to be there, where
    /// within one list nearly nobody stands twice. So three bits less are enough.
    #[must_use]
    pub fn across() -> Weights {
        let within = Weights::default();
        Weights { once_each: true, same: within.same + Bits(-30), ask: within.ask + Bits(-20), ..within }
    }
}

/// Persons of a district's lists, for which the lines of [`Weights::default`] are drawn.
const DISTRICT: u64 = 25_000;

impl Weights {
    /// The same among so many persons: among forty times as many there are forty times as many namesakes for
    /// everybody, so that both lines rise by the logarithm, some five bits for a million. Below the size of a district
    /// they stay.
    #[must_use]
    pub fn for_persons(self, persons: usize) -> Weights {
        let more = Bits::of_share(DISTRICT, persons as u64);
        Weights { same: self.same + more, ask: self.ask + more, ..self }
    }
}

impl Default for Weights {
    fn default() -> Weights {
        Weights {
            number_same: Bits(240),
            number_borrowed: Bits(30),
            number_differs: Bits(-80),
            number_doubtful: Bits(-15),
            birth_same: Bits(120),
            birth_heaped: Bits(60),
            birth_swapped: Bits(75),
            birth_slip: Bits(25),
            birth_month: Bits(65),
            birth_age: Bits(10),
            birth_impossible: Bits(-40),
            birth_differs: Bits(-70),
            sex_same: Bits(8),
            sex_differs: Bits(-55),
            name_most: Bits(220),
            partner_most: Bits(115),
            partner_differs: Bits(-50),
            mother_most: Bits(130),
            mother_differs: Bits(-50),
            father_most: Bits(90),
            father_differs: Bits(-35),
            family_same: Bits(100),
            family_differs: Bits(-5),
            village_same: Bits(60),
            village_near: Bits(25),
            village_far: Bits(-15),
            neighbours: Bits(15),
            household_most: Bits(240),
            once_each: false,
            same: Bits(275),
            ask: Bits(215),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_rise_with_the_number_of_persons() {
        let weights = Weights::default();
        assert_eq!(weights.clone().for_persons(10_000), weights);
        assert_eq!(weights.clone().for_persons(100_000).same, weights.same + Bits(20));
        assert_eq!(weights.clone().for_persons(1_000_000).ask, weights.ask + Bits(54));
    }
}
