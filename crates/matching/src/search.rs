//! Searching a name as it is remembered: what an index of names keeps of each ([`search_keys`]), where in it to
//! look ([`Sought::keys`]), and how well a name found there answers ([`Sought::rank`]).
//!
//! A key is the sound of one word, so that all spellings of a name stand at one place of the index. What is typed
//! may be the beginning of a word. A slip of the finger is forgiven in words of four letters and more, but not in
//! the first letter of the sound: the keys that begin with it are all that has to be read.

use crate::letters::{LETTERS, slips, sound};
use crate::name::{Kind, Parts};

/// How well a name answers a search, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// The same words, whatever their order and old or sloppy spelling.
    Exact,
    /// Every word sought is a word of the name, or its beginning.
    Beginning,
    /// Some word only sounds like it.
    Sounds,
    /// Some word is one slip away: a letter lost, added, changed or exchanged with its neighbour.
    Slip,
}

/// The words of a name as an index keeps them: each by its sound, `a` to `z`, two to fourteen letters, in ascending
/// order, none twice. Titles and single letters are left out; short forms are written out.
///
/// ```
/// use asuh_matching::search_keys;
///
/// assert_eq!(search_keys("H. Moch. Soeharto"), search_keys("muhammad suharto"));
/// ```
#[must_use]
pub fn search_keys(name: &str) -> Vec<String> {
    let parts = Parts::of(name);
    let mut keys: Vec<String> =
        parts.words.iter().map(|part| key(&sound(&part.folded))).filter(|key| key.len() > 1).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn key(sound: &[u8]) -> String {
    sound.iter().take(LETTERS).map(|letter| char::from(*letter)).collect()
}

/// A word that is sought, as the index keeps words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoughtKey {
    /// Its sound: the key of every word that sounds like it.
    pub sound: String,
    /// How the keys of longer words begin of which it is the beginning; never empty.
    pub start: String,
}

impl SoughtKey {
    /// Whether a key of the index is one slip away.
    #[must_use]
    pub fn is_near(&self, key: &str) -> bool {
        self.sound.len() > 3 && slips(self.sound.as_bytes(), key.as_bytes(), 1) == 1
    }
}

/// What is sought: a name, or some words of it, or their beginnings.
#[derive(Debug, Clone)]
pub struct Sought {
    words: Vec<Word>,
}

#[derive(Debug, Clone)]
struct Word {
    folded: Vec<u8>,
    written: Vec<u8>,
    sound: Vec<u8>,
    start: Vec<u8>,
    /// Without it a name is no answer; Muhammad and initials may lack.
    needed: bool,
}

impl Sought {
    /// Reads what was typed; nothing when no word of two letters is in it.
    #[must_use]
    pub fn read(text: &str) -> Option<Sought> {
        let parts = Parts::of(text);
        let words: Vec<Word> = parts
            .words
            .iter()
            .map(|part| {
                let heard = sound(&part.folded);
                // As it sounds within a longer word: `d` at the end is heard as `t` only there.
                let mut start = sound(&[part.folded.as_slice(), b"x"].concat());
                start.pop();
                let needed = heard.len() > 1 && matches!(part.kind, Kind::Given | Kind::Order);
                Word {
                    folded: part.folded.clone(),
                    written: part.written.clone(),
                    sound: heard,
                    start,
                    needed,
                }
            })
            .collect();
        words.iter().any(|word| word.needed).then_some(Sought { words })
    }

    /// The keys that an answer has, of each word that may not lack; never empty.
    #[must_use]
    pub fn keys(&self) -> Vec<SoughtKey> {
        let needed = self.words.iter().filter(|word| word.needed);
        needed.map(|word| SoughtKey { sound: key(&word.sound), start: key(&word.start) }).collect()
    }

    /// How well a name answers; nothing when it does not.
    #[must_use]
    pub fn rank(&self, name: &str) -> Option<Rank> {
        let parts = Parts::of(name);
        let named: Vec<(&[u8], &[u8], Vec<u8>)> = parts
            .words
            .iter()
            .map(|part| (part.folded.as_slice(), part.written.as_slice(), sound(&part.folded)))
            .collect();
        let mut used = vec![false; named.len()];
        let mut worst = Rank::Exact;
        for word in &self.words {
            let best = named
                .iter()
                .enumerate()
                .filter(|(nth, _)| !used[*nth])
                .filter_map(|(nth, (folded, written, heard))| {
                    word.likeness(folded, written, heard).map(|rank| (rank, nth))
                })
                .min();
            match best {
                Some((rank, nth)) => {
                    used[nth] = true;
                    worst = worst.max(rank);
                }
                None if word.needed => return None,
                None => worst = worst.max(Rank::Sounds),
            }
        }
        let whole = used.iter().all(|used| *used);
        Some(if whole { worst } else { worst.max(Rank::Beginning) })
    }
}

impl Word {
    fn likeness(&self, folded: &[u8], written: &[u8], heard: &[u8]) -> Option<Rank> {
        if folded == self.folded {
            Some(Rank::Exact)
        } else if folded.starts_with(&self.folded) || written.starts_with(&self.written) {
            Some(Rank::Beginning)
        } else if heard == self.sound || (self.start.len() > 1 && heard.starts_with(&self.start)) {
            Some(Rank::Sounds)
        } else if self.sound.len() > 3
            && (slips(heard, &self.sound, 1) <= 1 || slips(folded, &self.folded, 1) <= 1)
        {
            Some(Rank::Slip)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rank(sought: &str, name: &str) -> Option<Rank> {
        Sought::read(sought)?.rank(name)
    }

    #[test]
    fn a_name_is_found_as_it_is_remembered() {
        for (sought, name, expected) in [
            ("soekarno", "Sukarno", Some(Rank::Exact)),
            ("aminah siti", "SITI AMINAH, S.Pd", Some(Rank::Exact)),
            ("djoko tjahjadi", "Joko Cahjadi", Some(Rank::Exact)),
            ("Moh. Arsyad", "Muhammad Arsyad", Some(Rank::Exact)),
            ("yanti", "Desi Ianti", Some(Rank::Beginning)),
            ("amin", "Siti Aminah", Some(Rank::Beginning)),
            ("ahmad", "Ahmadi", Some(Rank::Beginning)),
            ("muhammad arsyad", "Arsyad", Some(Rank::Sounds)),
            ("febri", "Pebri", Some(Rank::Sounds)),
            ("jusuf", "Yusuf", Some(Rank::Sounds)),
            ("rahmn", "Rahman", Some(Rank::Slip)),
            ("rahmah", "Slamet", None),
            ("siti aminah", "Siti Rohani", None),
        ] {
            assert_eq!(rank(sought, name), expected, "{sought} {name}");
        }
        assert!(Sought::read("m").is_none() && Sought::read(" 12 ").is_none());
    }

    #[test]
    fn the_keys_of_an_answer_are_those_sought_begun_or_near() {
        let keys = Sought::read("ahmad").unwrap().keys();
        let keeps = |name: &str| search_keys(name);
        assert_eq!(keeps("Achmad"), [keys[0].sound.clone()]);
        assert!(keeps("Ahmadi")[0].starts_with(&keys[0].start));
        let near = Sought::read("hidyat").unwrap().keys();
        assert!(near[0].is_near(&keeps("Hidayat")[0]));
    }

    proptest! {
        #[test]
        fn whatever_answers_but_for_a_slip_has_the_keys(sought in "[a-z]{2,9}", rest in "[a-z ]{0,9}") {
            let name = format!("{sought}{rest}");
            for text in [sought.as_str(), name.as_str()] {
                let Some(read) = Sought::read(text) else { continue };
                let kept = search_keys(&name);
                if matches!(read.rank(&name), Some(Rank::Exact)) {
                    for key in read.keys() {
                        prop_assert!(kept.iter().any(|kept| *kept == key.sound || kept.starts_with(&key.start)));
                    }
                }
            }
        }
    }
}
