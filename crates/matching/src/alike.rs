//! How alike two names are: words are laid beside their best counterparts, in any order.

use crate::bits::Bits;
use crate::letters::{Letters, slips};
use crate::name::{Kind, Name, Word};

/// How two names stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// One of them is empty, or is a newborn's without a name.
    Unknown,
    /// Every word has its like; only what may lack (Muhammad, nobility, `bin` and what follows) stands alone.
    Same,
    /// Another spelling, a slip of the finger, an initial, or a word that one of them leaves out.
    Similar,
    /// As [`Likeness::Similar`], but the word that leads one of them stands nowhere in the other: people are called by
    /// it, so it is rather a brother's name than a shorter one.
    Headless,
    /// Two slips, or one in a word of three letters, and one of the words is nobody's name: perhaps mistyped twice.
    Doubtful,
    /// One slip turns one usual name into another (Rina, Rini): rather a twin than a slip.
    Confusable,
    /// Some words agree, others contradict: brothers and sisters.
    Partial,
    /// Nothing agrees.
    Different,
}

impl Likeness {
    /// May be one person's name.
    #[must_use]
    pub fn agrees(self) -> bool {
        matches!(
            self,
            Likeness::Same
                | Likeness::Similar
                | Likeness::Headless
                | Likeness::Doubtful
                | Likeness::Confusable
        )
    }

    /// Cannot well be one person's name.
    #[must_use]
    pub fn contradicts(self) -> bool {
        matches!(self, Likeness::Partial | Likeness::Different)
    }
}

/// So much rarer than the other, in tenths of a bit, a word is a slip of the other that many fingers make: 25 times.
const FAR_RARER: u16 = 46;

/// What a word that one name lacks says against it, in tenths of a bit.
const LACKING: i32 = 12;
/// What a further word says less because the first is known already, in tenths of a bit.
const KINSHIP: i32 = 20;
/// What two words that contradict one another say, in tenths of a bit.
const CONTRADICTION: i32 = 60;

/// How alike two names are, and how much that says for one person; never below -12 bits. Symmetric.
///
/// ```
/// use asuh_matching::{Frequencies, Likeness, Name, alike};
///
/// let frequencies = Frequencies::default();
/// let likeness = |one, two| alike(&Name::read(one, &frequencies), &Name::read(two, &frequencies)).0;
/// assert_eq!(likeness("Moh. Arsyad", "ARSJAD MUHAMMAD"), Likeness::Same);
/// assert_eq!(likeness("Rabiatul Adawiyah", "Rabiatul A."), Likeness::Similar);
/// assert_eq!(likeness("Rafa Pratama", "Arka Pratama"), Likeness::Partial);
/// assert_eq!(likeness("Slamet", "Sugeng"), Likeness::Different);
/// ```
#[must_use]
pub fn alike(one: &Name, two: &Name) -> (Likeness, Bits) {
    if one.is_empty() || two.is_empty() {
        return (Likeness::Unknown, Bits::NONE);
    }
    if one.is_of_newborn() || two.is_of_newborn() {
        // Their words are the mother's, who is compared as such.
        let twins = one.nth != two.nth && one.nth != 0 && two.nth != 0;
        return if twins {
            (Likeness::Different, Bits(-2 * CONTRADICTION))
        } else {
            (Likeness::Unknown, Bits::NONE)
        };
    }
    // Smaller first, so that greed takes the same way from both sides.
    let (one, two) = if one <= two { (one, two) } else { (two, one) };
    if one.words == two.words {
        let kin = one.words.iter().filter(|word| word.kind == Kind::Given).count().saturating_sub(1).min(3);
        let bits: Bits = one.words.iter().map(weight).sum();
        return (Likeness::Same, bits + Bits(-KINSHIP * kin as i32));
    }
    Table::new(&one.words, &two.words).judge()
}

fn weight(word: &Word) -> Bits {
    match word.kind {
        Kind::Given => Bits(i32::from(word.rarity)),
        Kind::MayLack | Kind::Order => Bits(i32::from(word.rarity) / 2),
        Kind::Initial => Bits(20),
    }
}

/// Two names side by side; bits of `open` are words that have no counterpart yet.
struct Table<'a> {
    one: &'a [Word],
    two: &'a [Word],
    open: [u16; 2],
    bits: Bits,
    /// Words of weight that found a counterpart other than by an initial.
    found: u32,
    all_same: bool,
    confusable: bool,
    doubtful: bool,
}

impl<'a> Table<'a> {
    fn new(one: &'a [Word], two: &'a [Word]) -> Table<'a> {
        let open = [one, two].map(|words| ((1_u32 << words.len().min(15)) - 1) as u16);
        Table {
            one,
            two,
            open,
            bits: Bits::NONE,
            found: 0,
            all_same: true,
            confusable: false,
            doubtful: false,
        }
    }

    fn judge(mut self) -> (Likeness, Bits) {
        self.pairs(|a, b| (a.letters == b.letters && a.kind != Kind::Initial).then_some((1_000, true)));
        self.pairs(|a, b| {
            let words = a.kind != Kind::Initial && b.kind != Kind::Initial;
            (words && a.sound == b.sound).then_some((900, false))
        });
        self.joined();
        self.slipped();
        self.shortened();
        self.slipped_twice();
        let count = |words: &[Word], open: u16, kind: Kind| {
            words.iter().enumerate().filter(|(nth, word)| open >> nth & 1 == 1 && word.kind == kind).count()
                as i32
        };
        let [left, right] =
            [count(self.one, self.open[0], Kind::Given), count(self.two, self.open[1], Kind::Given)];
        // An initial that nothing begins with contradicts too, but less.
        let [small, little] =
            [count(self.one, self.open[0], Kind::Initial), count(self.two, self.open[1], Kind::Initial)];
        let order =
            count(self.one, self.open[0], Kind::Order).min(count(self.two, self.open[1], Kind::Order));
        let contradictions = left.min(right) + order;
        let lacking = left.max(right) - left.min(right) + small.max(little);
        // Words of one name go together: who is called Wayan is rather called Artawan than others are.
        let kin = self.found.saturating_sub(1).min(3) as i32 * KINSHIP;
        let bits = self.bits + Bits(-contradictions * CONTRADICTION - lacking.min(3) * LACKING - kin);
        let bits = Bits(bits.0.max(-2 * CONTRADICTION));
        let likeness = match (self.found, contradictions) {
            (0, _) => return (Likeness::Different, Bits(bits.0.min(-CONTRADICTION * 3 / 2))),
            (_, 1..) => Likeness::Partial,
            (_, _) if self.confusable => Likeness::Confusable,
            (_, _) if self.doubtful => Likeness::Doubtful,
            (_, _) if self.is_headless() => Likeness::Headless,
            (_, _) if self.all_same && lacking == 0 => Likeness::Same,
            _ => Likeness::Similar,
        };
        (likeness, bits)
    }

    /// Whether the word that leads one of the names found no counterpart.
    fn is_headless(&self) -> bool {
        [(self.one, self.open[0]), (self.two, self.open[1])].into_iter().any(|(words, open)| {
            let lead = words.iter().position(|word| {
                let letters = word.letters.as_bytes();
                word.kind == Kind::Given && letters.len() > 2 && !crate::words::is_everywhere(letters)
            });
            lead.is_some_and(|lead| open >> lead & 1 == 1)
        })
    }

    /// Takes away, in order, every pair of open words that the rule gives a share (per mille of the rarer word's
    /// weight) and whether it is the same.
    fn pairs(&mut self, rule: impl Fn(&Word, &Word) -> Option<(i32, bool)>) {
        for (a, one) in self.one.iter().enumerate() {
            if self.open[0] >> a & 1 == 0 {
                continue;
            }
            for (b, two) in self.two.iter().enumerate() {
                if self.open[1] >> b & 1 == 1
                    && let Some((share, same)) = rule(one, two)
                {
                    let weight = weight(one).min(weight(two)).per_mille(share);
                    self.take(1 << a, 1 << b, weight, same);
                    let tells = one.kind == Kind::Given || two.kind == Kind::Given;
                    self.found += u32::from(share > 300 && tells);
                    break;
                }
            }
        }
    }

    fn take(&mut self, a: u16, b: u16, weight: Bits, same: bool) {
        self.open[0] &= !a;
        self.open[1] &= !b;
        self.bits += weight;
        self.all_same &= same;
    }

    /// Slips of the finger: one in words of four letters and more, two from nine letters on.
    fn slipped(&mut self) {
        let limit = |length: usize| match length {
            0..4 => 0,
            4..9 => 1,
            _ => 2,
        };
        self.within(limit, |table, usual, rarer| {
            // A slip makes a word that nobody is called; between two usual names it is rather no slip.
            table.confusable |= usual;
            Some(if usual { Bits::NONE } else { rarer.per_mille(700) })
        });
    }

    /// Two slips, or one in a short word, of which one at least made a word that nobody is called.
    fn slipped_twice(&mut self) {
        let limit = |length: usize| match length {
            0..3 => 0,
            3 | 4 => 1,
            _ => 2,
        };
        self.within(limit, |table, usual, _| {
            table.doubtful |= !usual;
            (!usual).then_some(Bits::NONE)
        });
    }

    fn within(
        &mut self,
        limit: impl Fn(usize) -> usize,
        judge: impl Fn(&mut Self, bool, Bits) -> Option<Bits>,
    ) {
        for (a, one) in self.one.iter().enumerate() {
            for (b, two) in self.two.iter().enumerate() {
                if self.open[0] >> a & 1 == 0 || self.open[1] >> b & 1 == 0 {
                    continue;
                }
                let limit = limit(one.written.len().min(two.written.len()));
                let near =
                    |one: &Letters, two: &Letters| slips(one.as_bytes(), two.as_bytes(), limit) <= limit;
                if limit == 0 || !(near(&one.letters, &two.letters) || near(&one.written, &two.written)) {
                    continue;
                }
                let usual = !one.rare && !two.rare && one.rarity.abs_diff(two.rarity) < FAR_RARER;
                let Some(bits) = judge(self, usual, weight(one).min(weight(two))) else { continue };
                self.take(1 << a, 1 << b, bits, false);
                self.found += 1;
            }
        }
    }

    /// Two words on one side that are one on the other: Sri Wahyuni, Sriwahyuni.
    fn joined(&mut self) {
        for turned in [false, true] {
            let (words, pairs) = if turned { (self.two, self.one) } else { (self.one, self.two) };
            for (w, word) in words.iter().enumerate() {
                for p in 1..pairs.len() {
                    let (open_word, open_pairs) =
                        if turned { (self.open[1], self.open[0]) } else { (self.open[0], self.open[1]) };
                    let both = 0b11 << (p - 1);
                    if open_word >> w & 1 == 0 || open_pairs & both != both {
                        continue;
                    }
                    let [first, second] = [&pairs[p - 1], &pairs[p]];
                    let mut long = first.letters.as_bytes().to_vec();
                    let skip = usize::from(long.last() == second.letters.as_bytes().first());
                    long.extend(&second.letters.as_bytes()[skip..]);
                    if word.letters.len() < 5 || slips(&long, word.letters.as_bytes(), 1) > 1 {
                        continue;
                    }
                    let (one, two) = if turned { (both, 1 << w) } else { (1 << w, both) };
                    self.take(one, two, weight(word).per_mille(900), false);
                    self.found += 1;
                }
            }
        }
    }

    /// `A.` for Ahmad, `Rab` for Rabiatul.
    fn shortened(&mut self) {
        self.pairs(|a, b| {
            let (short, long) = if a.letters.len() <= b.letters.len() { (a, b) } else { (b, a) };
            if !long.letters.as_bytes().starts_with(short.letters.as_bytes()) {
                return None;
            }
            match short.letters.len() {
                1 => Some((250, false)),
                2 => Some((300, false)),
                _ => Some((600, false)),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Frequencies;

    fn likeness(one: &str, two: &str) -> Likeness {
        let frequencies = Frequencies::default();
        let (there, back) = (Name::read(one, &frequencies), Name::read(two, &frequencies));
        assert_eq!(alike(&there, &back), alike(&back, &there), "{one} {two}");
        alike(&there, &back).0
    }

    #[test]
    fn one_person_is_written_in_many_ways() {
        for (one, two, expected) in [
            ("Muhammad Arsyad", "Moh. Arsyad", Likeness::Same),
            ("Muhammad Arsyad", "Arsyad", Likeness::Same),
            ("Muhammad Arsyad", "M. Arsyad", Likeness::Similar),
            ("H. Abdul Rahman", "ABDURRAHMAN", Likeness::Same),
            ("Arsyad Rusdi", "Rusdi Arsyad", Likeness::Same),
            ("Siti Khotimah", "St. Chotimah", Likeness::Same),
            ("Norhayati", "Nurhayati", Likeness::Same),
            ("Zainal Abidin", "Jainal Abidin", Likeness::Similar),
            ("Febri Handoko", "Pebri Handoko", Likeness::Similar),
            ("Fransiska", "Fransisca", Likeness::Similar),
            ("Ernawati", "Erna Wati", Likeness::Similar),
            ("Khairunnisa", "Khairun Nisa", Likeness::Similar),
            ("Rabiatul Adawiyah", "Rabiatul", Likeness::Similar),
            ("Rabiatul Adawiyah", "Rabiatul A", Likeness::Similar),
            ("Salampak", "Salampk", Likeness::Similar),
            ("I Wayan Artawan", "Wayan Artawan", Likeness::Same),
            ("Andi Tenri", "Tenri", Likeness::Similar),
            ("Ali bin Umar", "Ali", Likeness::Same),
        ] {
            let found = likeness(one, two);
            assert!(
                found == expected || (expected == Likeness::Similar && found == Likeness::Same),
                "{one} {two}: {found:?}"
            );
        }
    }

    #[test]
    fn other_people_are_not_alike() {
        for (one, two, expected) in [
            ("Rafa Pratama", "Arka Pratama", Likeness::Partial),
            ("Muhammad Hasan", "Muhammad Husen", Likeness::Different),
            ("Siti Aminah", "Siti Rohani", Likeness::Partial),
            ("Slamet", "Sutrisno", Likeness::Different),
            ("Rina", "Rini", Likeness::Confusable),
            ("Hasan", "Husen", Likeness::Different),
            ("Ahmad", "Muhammad", Likeness::Different),
            ("By Ny Siti", "Rafa", Likeness::Unknown),
            ("I Made Artawan", "I Ketut Artawan", Likeness::Partial),
            ("By Ny Siti 1", "By Ny Siti 2", Likeness::Different),
            ("", "Rafa", Likeness::Unknown),
        ] {
            assert_eq!(likeness(one, two), expected, "{one} {two}");
        }
    }

    #[test]
    fn rare_names_say_more() {
        let frequencies = Frequencies::default();
        let bits = |name| {
            let name = Name::read(name, &frequencies);
            alike(&name, &name).1
        };
        assert!(bits("Salundik Garu") > bits("Siti Fatimah"));
        assert!(bits("Siti") < bits("Siti Fatimah"));
    }

    proptest! {
        #[test]
        fn likeness_is_symmetric_and_a_name_is_itself(one in "[A-Za-z.' ]{0,40}", two in "[A-Za-z.' ]{0,40}") {
            let frequencies = Frequencies::default();
            let (one, two) = (Name::read(&one, &frequencies), Name::read(&two, &frequencies));
            prop_assert_eq!(alike(&one, &two), alike(&two, &one));
            prop_assert!(alike(&one, &two).1 >= Bits(-120));
            if !one.is_empty() && !one.is_of_newborn() {
                prop_assert_eq!(alike(&one, &one).0, Likeness::Same);
            }
        }
    }
}
