//! Blocking keys: two records are compared only when they share one. Few a person, so that a database keeps them
//! in an indexed column; several, so that no single slip hides a person.
//!
//! | key | of | tolerates |
//! |---|---|---|
//! | number | the NIK, whole, doubtful or another's | everything else |
//! | card | the family card | everything but the card |
//! | code | the family code (KKI) | everything but the code |
//! | birth | year, day and month in either order, first sound of the leading name | a wrong number, card, village, parents |
//! | birth and relative | the day in either order, frame of the leading name of partner, mother or father | a wrong or missing name, number, card, village |
//! | relative | frames of the leading names of the person and of partner, mother or father | a wrong number, card, village, birth date |
//! | home | village and frame of the leading name; where no card is known | |
//! | relative at home | village and frame of the relative's leading name; where no code is known | a wrong or missing name |
//! | name at home | village and frames of two words of the name; where there is no birth date or no relative | |
//!
//! The leading name is the first word that is not borne by everybody (Muhammad, Siti, Nur ...); a frame is its
//! first sound with the next three consonants, so that vowels do not count.

use crate::name::Frames;
use crate::record::{Birth, Precision, Record, mixed};

/// The version of the keys: it grows whenever a record would get other keys than before, and stored keys have to
/// be made anew. Nothing else moves them: not the machine, not the other records, not the order.
pub const KEYS_VERSION: u32 = 2;

/// Most keys of one person.
pub const MOST_KEYS: usize = 6;

/// Most records of one block that are all compared with one another. Of a block beyond it (a dummy card number,
/// children of 1 January under a common name) the batch compares each record with its nearest by name, see
/// [`crate::batch`]; a look-up of one person takes this many of its own village first.
pub const CROWDED: usize = 200;

/// The keys of one person, in ascending order, none twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Keys {
    keys: [u64; MOST_KEYS],
    count: u8,
}

impl Keys {
    /// The keys, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[u64] {
        &self.keys[..usize::from(self.count)]
    }

    fn push(&mut self, key: u64) {
        let count = usize::from(self.count);
        if self.as_slice().contains(&key) {
            return;
        }
        if let Some(place) = self.keys.get_mut(count) {
            *place = key;
            self.count += 1;
            self.keys[..=count].sort_unstable();
        }
    }

    /// The smallest key that both have and that the predicate lets through.
    pub(crate) fn first_common(&self, other: &Keys, lets: impl Fn(u64) -> bool) -> Option<u64> {
        self.as_slice().iter().copied().find(|key| other.as_slice().contains(key) && lets(*key))
    }
}

/// The blocking keys of a record; see the head of this module for what they are made of. Empty only for a record
/// that says nothing.
///
/// ```
/// use asuh_matching::{Birth, Record, blocking_keys};
/// use time::macros::date;
///
/// let listed = Record { name: "Moh. Arsyad", birth: Some(Birth::on(date!(2023 - 05 - 12))), ..Record::default() };
/// let again = Record { name: "ARSJAD", birth: Some(Birth::on(date!(2023 - 12 - 05))), ..Record::default() };
/// let shared = |key: &&u64| blocking_keys(&again).as_slice().contains(key);
/// assert_eq!(blocking_keys(&listed).as_slice().iter().filter(shared).count(), 1);
/// ```
#[must_use]
pub fn blocking_keys(record: &Record<'_>) -> Keys {
    let name = Frames::of(record.name);
    let relatives = [record.partner, record.mother, record.father];
    let relative = relatives.into_iter().find_map(Frames::of);
    let own = name.filter(|name| !name.newborn);
    let mut keys = Keys::default();
    let mut add = |key: Option<u64>| {
        if let Some(key) = key {
            keys.push(key);
        }
    };
    add(record.nik.key().map(|key| hashed(1, &[key.0])));
    let home = |name: Option<Frames>, kind| {
        name.zip(record.village).map(|(name, village)| hashed(kind, &[village as u64, word(name.lead)]))
    };
    let name_at_home = || {
        own.zip(record.village)
            .map(|(name, village)| hashed(8, &[village as u64, word(name.lead), word(name.other)]))
    };
    add(match record.kk {
        Some(card) => Some(hashed(2, &[card.0])),
        None => home(own, 6),
    });
    add(match record.kki {
        Some(code) => Some(hashed(3, &[code.0])),
        None => home(relative, 7),
    });
    let exact = record.birth.filter(|birth| birth.precision == Precision::Day);
    add(match (exact, own) {
        (Some(birth), Some(name)) => Some(hashed(4, &[day(birth), u64::from(name.lead[0])])),
        (Some(_), None) => None,
        (None, _) => name_at_home(),
    });
    add(exact.zip(relative).map(|(birth, name)| hashed(9, &[day(birth), word(name.lead)])));
    add(match (own, relative) {
        (Some(name), Some(relative)) => Some(hashed(5, &[word(name.lead), word(relative.lead)])),
        _ => name_at_home(),
    });
    keys
}

/// Year, and day and month so that it does not matter which is which.
fn day(birth: Birth) -> u64 {
    let (month, day) = (u64::from(u8::from(birth.date.month())), u64::from(birth.date.day()));
    (birth.date.year().unsigned_abs() as u64) << 16 | month.min(day) << 8 | month.max(day)
}

fn word(frame: [u8; 4]) -> u64 {
    u64::from(u32::from_be_bytes(frame))
}

fn hashed(kind: u64, parts: &[u64]) -> u64 {
    parts
        .iter()
        .fold(mixed(kind), |hash, part| mixed(hash.rotate_left(7) ^ part.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::record::{Key, Nik};

    fn full() -> Record<'static> {
        Record {
            nik: Nik::Whole(Key(7)),
            kk: Some(Key(8)),
            kki: Some(Key(9)),
            birth: Some(Birth::on(date!(2023 - 05 - 12))),
            name: "Muhammad Arsyad",
            mother: "Siti Aminah",
            village: Some(6_203_011_006),
            ..Record::default()
        }
    }

    /// Stored keys depend on this: whoever changes it raises [`KEYS_VERSION`].
    #[test]
    fn keys_of_this_version_stay() {
        let bare = Record { nik: Nik::Missing, kk: None, kki: None, ..full() };
        assert_eq!(KEYS_VERSION, 2);
        let text = format!("{:x?} {:x?}", blocking_keys(&full()).as_slice(), blocking_keys(&bare).as_slice());
        assert_eq!(
            text,
            "[15da5bd7fecc3355, 359688efba6a30ef, 3a730a9d6b056cb3, 84911a0ba31a5aa8, 93c08c815e908bd2, \
             f42b071b259cf7e0] \
             [a7df22f01bf19c7, 359688efba6a30ef, 747e1792d3545070, 84911a0ba31a5aa8, 93c08c815e908bd2]"
        );
    }

    #[test]
    fn any_one_fact_brings_two_records_together() {
        let known = blocking_keys(&full());
        let none = Record::default();
        for other in [
            Record { nik: Nik::Dummy(Key(7)), ..none },
            Record { kk: Some(Key(8)), ..none },
            Record { kki: Some(Key(9)), ..none },
            Record { name: "Arsyad", birth: Some(Birth::on(date!(2023 - 12 - 05))), ..none },
            Record { name: "M. Arsjad Rahman", mother: "St. Aminnah", ..none },
        ] {
            let keys = blocking_keys(&other);
            assert!(known.first_common(&keys, |_| true).is_some(), "{other:?}");
        }
        assert!(blocking_keys(&none).as_slice().is_empty());
    }

    #[test]
    fn keys_are_few_and_no_two_alike() {
        let keys = blocking_keys(&full());
        assert_eq!(keys.as_slice().len(), MOST_KEYS);
        assert!(keys.as_slice().is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_newborn_meets_itself_with_a_name_by_mother_and_village() {
        let newborn = Record { name: "By Ny Siti Aminah", nik: Nik::Missing, kk: None, kki: None, ..full() };
        let named = Record { name: "Rafa Pratama", ..newborn };
        assert!(blocking_keys(&newborn).first_common(&blocking_keys(&named), |_| true).is_some());
    }
}
