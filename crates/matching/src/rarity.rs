//! How rare a name is: two Slamets are less alike than two Salundiks.

use std::collections::HashMap;

use crate::bits::Bits;
use crate::name::folded_words;

/// How often each word stands in names, counted in the lists at hand over a small built-in table, so that also a
/// list of ten rows has sensible weights.
///
/// ```
/// use asuh_matching::Frequencies;
///
/// let counted = Frequencies::of(["Salundik Garu", "Siti Aminah", "Siti Rohani"]);
/// assert!(counted.bits("Salundik") > counted.bits("Siti"));
/// ```
#[derive(Debug, Clone)]
pub struct Frequencies {
    words: HashMap<Box<[u8]>, Count>,
    total: u64,
}

/// How often a word stands in 10,000 words by the built-in table, where it is there, and in the lists at hand.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    built_in: Option<u16>,
    counted: u32,
}

impl Default for Frequencies {
    /// The built-in table alone.
    fn default() -> Frequencies {
        let count = |share: u64| Count { built_in: u16::try_from(share).ok(), counted: 0 };
        let words = BUILT_IN.iter().map(|(word, share)| (word.as_bytes().into(), count(*share)));
        Frequencies { words: words.collect(), total: 0 }
    }
}

/// The built-in table counts as this many words.
const PRIOR: u64 = 20_000;

/// Words of names in 10,000 of them, folded: rough estimates of our own for the country as a whole. A word that
/// is missing stands at [`UNKNOWN`].
const BUILT_IN: &[(&str, u64)] = &[
    ("muhamad", 500),
    ("siti", 280),
    ("nur", 260),
    ("sri", 170),
    ("ahmad", 160),
    ("abdul", 130),
    ("dewi", 90),
    ("sari", 80),
    ("agus", 70),
    ("tri", 60),
    ("dwi", 60),
    ("eko", 45),
    ("putra", 70),
    ("putri", 70),
    ("pratama", 50),
    ("rahman", 45),
    ("hidaiat", 35),
    ("saputra", 45),
    ("setiawan", 40),
    ("wahiu", 40),
    ("wahiuni", 35),
    ("lestari", 40),
    ("rahaiu", 30),
    ("ramadan", 30),
    ("maulana", 30),
    ("iulia", 25),
    ("iuliana", 25),
    ("ani", 25),
    ("wati", 30),
    ("budi", 35),
    ("joko", 25),
    ("slamet", 25),
    ("adi", 30),
    ("andi", 30),
    ("rina", 20),
    ("rini", 20),
    ("fitri", 35),
    ("fatima", 30),
    ("amina", 20),
    ("haiati", 30),
    ("jana", 20),
    ("hasana", 20),
    ("wulandari", 25),
    ("kurniawan", 35),
    ("ali", 30),
    ("hasan", 20),
    ("iusuf", 20),
    ("rizki", 35),
    ("aisa", 25),
    ("azahra", 20),
    ("husen", 12),
    ("husin", 10),
    ("usman", 15),
    ("fahri", 12),
    ("fahmi", 12),
    ("rafa", 20),
    ("rafi", 20),
    ("dina", 12),
    ("dini", 10),
    ("dian", 25),
    ("rani", 12),
    ("nita", 12),
    ("anita", 15),
    ("ita", 8),
    ("ida", 20),
    ("ira", 8),
    ("wahida", 6),
    ("maria", 25),
    ("waian", 60),
    ("made", 60),
    ("nioman", 45),
    ("ketut", 45),
    ("kadek", 35),
    ("komang", 35),
    ("putu", 35),
    ("gede", 30),
];

/// Words in 10,000 of a word that nobody counted, times 100: one word in 10,000.
const UNKNOWN: u64 = 100;

impl Frequencies {
    /// Counts the words of names over the built-in table.
    #[must_use]
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Frequencies {
        let mut frequencies = Frequencies::default();
        names.into_iter().for_each(|name| frequencies.count(name));
        frequencies
    }

    /// Counts the words of one more name.
    pub fn count(&mut self, name: &str) {
        for word in folded_words(name).into_iter().filter(|word| word.len() > 1) {
            self.words.entry(word.into_boxed_slice()).or_default().counted += 1;
            self.total += 1;
        }
    }

    /// How many bits it says that two names share this word (its first, if there are more). Nothing for a text
    /// without letters.
    #[must_use]
    pub fn bits(&self, word: &str) -> Bits {
        folded_words(word).first().map_or(Bits::NONE, |folded| self.rarity(folded))
    }

    /// Whether so few are called so that it may be a slip of the finger. A slip that happens once in five hundred
    /// times is seen often in a large list, so the line moves with the list.
    pub(crate) fn is_rare(&self, folded: &[u8]) -> bool {
        let count = self.of_word(folded);
        u64::from(count.counted) <= 3 + self.total / 200_000 && count.built_in.is_none()
    }

    pub(crate) fn rarity(&self, folded: &[u8]) -> Bits {
        let count = self.of_word(folded);
        // Times 100, so that rare words keep their fractions.
        let share = count.built_in.map_or(UNKNOWN, |share| u64::from(share) * 100);
        let counted = u64::from(count.counted) * 100;
        let bits = Bits::of_share(share * PRIOR / 10_000 + counted, (PRIOR + self.total) * 100);
        Bits(bits.0.clamp(20, 140))
    }

    fn of_word(&self, folded: &[u8]) -> Count {
        self.words.get(folded).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_moves_the_built_in_weights() {
        let plain = Frequencies::default();
        assert!(plain.bits("Muhammad") < plain.bits("Slamet"));
        assert!(plain.bits("Slamet") < plain.bits("Salundik"));
        let counted = Frequencies::of(std::iter::repeat_n("Salundik", 5_000));
        assert!(counted.bits("Salundik") < plain.bits("Slamet"));
        assert!(counted.bits("Muhammad") > plain.bits("Muhammad"));
        assert_eq!(plain.bits("."), Bits::NONE);
    }

    #[test]
    fn spellings_are_counted_together() {
        assert_eq!(Frequencies::default().bits("Mochammad"), Frequencies::default().bits("Muh."));
    }
}
