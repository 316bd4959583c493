//! A name taken apart: titles off, words folded, roles told from one another, and what each word weighs.

use crate::letters::{Letters, fold, frame, sound};
use crate::rarity::Frequencies;
use crate::words::{self, Role};

/// Words kept of one name; more are left out.
const WORDS: usize = 8;

/// What a word is to its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Kind {
    /// Part of the name.
    Given,
    /// Often left out: Muhammad, a title of nobility, an article, the father after `bin`, an alias.
    MayLack,
    /// Birth order: often left out too, but two of them contradict.
    Order,
    /// One letter.
    Initial,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Word {
    pub(crate) letters: Letters,
    /// As it was written, for slips that folding makes larger.
    pub(crate) written: Letters,
    pub(crate) sound: u32,
    /// Tenths of a bit.
    pub(crate) rarity: u16,
    pub(crate) kind: Kind,
    /// Nearly nobody is called so: perhaps a slip of the finger.
    pub(crate) rare: bool,
}

/// A name, read once and compared often.
///
/// Letter case, marks, punctuation, academic and religious titles and forms of address are gone; old and sloppy
/// spellings are folded together (the table stands at the head of `letters.rs`); Muhammad, Abdul, Ahmad, Siti and
/// Nur are known in all their short forms, also written as one with the next word. The order of words is kept but
/// does not count when names are compared.
///
/// ```
/// use asuh_matching::{Frequencies, Likeness, Name, alike};
///
/// let frequencies = Frequencies::default();
/// let read = |text| Name::read(text, &frequencies);
/// assert_eq!(alike(&read("H. Moch. Soeharto, S.Pd"), &read("MUHAMAD SUHARTO")).0, Likeness::Same);
/// assert_eq!(alike(&read("Noerhayati"), &read("Noor Hayati")).0, Likeness::Same);
/// assert!(read("By Ny Siti Aminah").is_of_newborn());
/// assert!(read("-").is_empty());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Name {
    pub(crate) words: Box<[Word]>,
    newborn: bool,
    called: bool,
    /// The number of a newborn among twins (`By Ny Siti 2`); 0 = not said.
    pub(crate) nth: u8,
}

impl Name {
    /// Reads a name as people write it. The frequencies say how much each word weighs. A text without Latin
    /// letters is an empty name.
    #[must_use]
    pub fn read(text: &str, frequencies: &Frequencies) -> Name {
        let parts = Parts::of(text);
        let words = parts.words.iter().map(|part| Word {
            letters: Letters::new(&part.folded),
            written: Letters::new(&part.written),
            sound: hash(&sound(&part.folded)),
            rarity: frequencies.rarity(&part.folded).0.clamp(0, i32::from(u16::MAX)) as u16,
            kind: part.kind,
            rare: frequencies.is_rare(&part.folded),
        });
        let words: Box<[Word]> = words.collect();
        let called = matches!(parts.words.as_slice(), [only] if words::is_call_name(&only.folded));
        Name { words, newborn: parts.newborn, called: called && !parts.newborn, nth: parts.nth }
    }

    /// Nothing was written that could be compared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// A newborn without a name of its own: the words are the mother's (`Bayi Ny. Siti`).
    #[must_use]
    pub fn is_of_newborn(&self) -> bool {
        self.newborn
    }

    /// Nothing but what children are called before anybody asks for their names (Ujang, Galuh, Tole).
    #[must_use]
    pub fn is_call_name(&self) -> bool {
        self.called
    }
}

/// The folded words of a text, in its order.
pub(crate) fn folded_words(text: &str) -> Vec<Vec<u8>> {
    Parts::of(text).words.into_iter().map(|part| part.folded).collect()
}

/// What blocking keys need of a name, without anything that depends on data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Frames {
    /// The frame of the word that leads: the first that is not everywhere.
    pub(crate) lead: [u8; 4],
    /// The frame of the next word, or of one before the lead.
    pub(crate) other: [u8; 4],
    pub(crate) newborn: bool,
}

impl Frames {
    pub(crate) fn of(text: &str) -> Option<Frames> {
        let parts = Parts::of(text);
        let leads = |part: &Part| {
            part.kind == Kind::Given && part.folded.len() > 2 && !words::is_everywhere(&part.folded)
        };
        let nth = parts
            .words
            .iter()
            .position(leads)
            .or_else(|| parts.words.iter().rposition(|part| part.kind != Kind::Initial))?;
        let frame_of = |nth: usize| parts.words.get(nth).map(|part| frame(&sound(&part.folded)));
        let other = frame_of(nth + 1).or_else(|| nth.checked_sub(1).and_then(frame_of));
        Some(Frames {
            lead: frame_of(nth).unwrap_or_default(),
            other: other.unwrap_or_default(),
            newborn: parts.newborn,
        })
    }
}

/// A word of a name, read.
pub(crate) struct Part {
    pub(crate) folded: Vec<u8>,
    pub(crate) written: Vec<u8>,
    pub(crate) kind: Kind,
}

/// A name taken apart.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) words: Vec<Part>,
    newborn: bool,
    nth: u8,
}

impl Parts {
    pub(crate) fn of(text: &str) -> Parts {
        let mut parts = Parts::default();
        let raw = raw_words(text);
        let mut raw = raw.as_slice();
        if let Some((first, rest)) = raw.split_first()
            && matches!(first.as_str(), "by" | "bayi" | "byi" | "bbl" | "byny")
            && (first != "by" || !rest.is_empty())
        {
            parts.newborn = true;
            raw = rest;
        }
        let mut aside = false;
        let mut article: Option<&str> = None;
        for (nth, word) in raw.iter().enumerate() {
            let more = nth + 1 < raw.len();
            let number = match word.as_str() {
                "i" | "a" if parts.newborn && !more => Some(1),
                "ii" | "b" if parts.newborn && !more => Some(2),
                figures => figures.parse::<u8>().ok(),
            };
            if let Some(number) = number {
                parts.nth = number;
                continue;
            }
            let role = words::role(word);
            match role {
                Role::Title => continue,
                Role::ShortTitle
                    if parts.words.len() > 1 && raw[nth + 1..].iter().all(|rest| is_title(rest)) =>
                {
                    continue;
                }
                Role::Address if parts.words.is_empty() && more => continue,
                Role::ChildOf | Role::Alias if more && !parts.words.is_empty() => {
                    aside = true;
                    continue;
                }
                Role::Article if more && article.is_none() => {
                    article = Some(word);
                    continue;
                }
                _ => {}
            }
            // `S Pd`, `A Md Keb` at the end.
            if word.len() == 1
                && parts.words.len() > 1
                && raw[nth + 1..].iter().all(|rest| words::is_half_title(rest))
                && more
            {
                break;
            }
            let joined = article.take().map(|article| format!("{article}{word}"));
            parts.push(joined.as_deref().unwrap_or(word), role, aside);
        }
        parts.words.truncate(WORDS);
        // A name that is nothing but what may lack lacks nothing.
        if parts.words.iter().all(|part| matches!(part.kind, Kind::MayLack | Kind::Order)) {
            for part in &mut parts.words {
                part.kind = Kind::Given;
            }
        }
        parts
    }

    fn push(&mut self, word: &str, role: Role, aside: bool) {
        let folded = fold(word.as_bytes());
        let may_lack = aside || role == Role::MayLack || words::may_lack(&folded);
        let kind = |folded: &[u8]| match folded {
            b"muhamad" => Kind::MayLack,
            _ if may_lack => Kind::MayLack,
            [_] => Kind::Initial,
            folded if words::is_order(folded) => Kind::Order,
            _ => Kind::Given,
        };
        if folded.is_empty() {
            return;
        }
        let mut add = |folded: &[u8], written: &[u8]| {
            self.words.push(Part { folded: folded.to_vec(), written: written.to_vec(), kind: kind(folded) });
        };
        if let Some(usual) = words::usual(&folded) {
            add(usual.as_bytes(), usual.as_bytes());
        } else if let Some((front, rest)) = words::split_front(&folded) {
            add(front.as_bytes(), front.as_bytes());
            add(rest, rest);
        } else {
            add(&folded, word.as_bytes());
        }
    }
}

fn is_title(word: &str) -> bool {
    matches!(words::role(word), Role::Title | Role::ShortTitle)
}

/// Lower-case words of the letters a to z, and numbers. A word with dots in it is one word when it is a title
/// (`S.Pd`) and several otherwise (`M.Arsyad`); apostrophes and hyphens stand within words.
fn raw_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let ends =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '(' | ')' | '@' | '&' | '+' | '_');
    for chunk in text.split(ends) {
        let whole = plain(chunk);
        let title = match words::role(&whole) {
            Role::Title => true,
            Role::ShortTitle => !words.is_empty(),
            _ => false,
        };
        if chunk.contains('.') && !title {
            words.extend(chunk.split('.').map(plain).filter(|part| !part.is_empty()));
        } else if !whole.is_empty() {
            words.push(whole);
        }
    }
    words
}

/// The letters a to z of a text, lower case, the common diacritics taken off, and its figures.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => plain.push(letter),
            'à'..='å' | 'ā' | 'ă' | 'ą' => plain.push('a'),
            'ç' | 'ć' | 'č' => plain.push('c'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' => plain.push('e'),
            'ì'..='ï' | 'ī' | 'ı' => plain.push('i'),
            'ñ' | 'ń' => plain.push('n'),
            'ò'..='ö' | 'ō' => plain.push('o'),
            'ù'..='ü' | 'ū' => plain.push('u'),
            'ý' | 'ÿ' => plain.push('y'),
            'ḥ' | 'ħ' => plain.push('h'),
            'š' | 'ş' | 'ś' | 'ṣ' => plain.push('s'),
            'ž' | 'ż' | 'ź' | 'ẓ' => plain.push('z'),
            'ḍ' | 'đ' => plain.push('d'),
            'ṭ' => plain.push('t'),
            _ => {}
        }
    }
    plain
}

/// FNV-1a, folded to 32 bits.
fn hash(bytes: &[u8]) -> u32 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words_of(text: &str) -> Vec<String> {
        folded_words(text).into_iter().map(|word| String::from_utf8(word).unwrap()).collect()
    }

    #[test]
    fn titles_and_addresses_are_no_names() {
        for text in [
            "Ahmad Rusdi",
            "H. Ahmad Rusdi",
            "H.AHMAD RUSDI",
            "Drs. H. Achmad Roesdi, M.Pd",
            "Prof. Dr. Ahmad Rusdi S.E., M.Si.",
            "Bpk Ahmad Rusdi",
            "Alm. Ahmad Rusdi",
            "AHMAD RUSDI SE",
            "Ahmad Rusdi S Pd",
            "Ahmad Rusdi A.Md.Kep",
        ] {
            let words = words_of(text);
            assert_eq!(words.first().map(String::as_str), Some("ahmad"), "{text}");
            assert!(words == ["ahmad", "rusdi"] || text.contains("Roesdi"), "{text}: {words:?}");
        }
        assert_eq!(words_of("Hj. Siti Aminah, S.Pd.I"), ["siti", "amina"]);
        assert_eq!(words_of("Se"), ["se"]);
        assert_eq!(words_of("Ibu"), ["ibu"]);
    }

    #[test]
    fn short_forms_are_written_out() {
        for text in
            ["Muhammad Ali", "Moh. Ali", "Muh Ali", "Mochammad Ali", "MHD. ALI", "Mohamed Ali", "Md Ali"]
        {
            assert_eq!(words_of(text), ["muhamad", "ali"], "{text}");
        }
        for text in ["Abdul Rahman", "Abd. Rahman", "Abdurrahman", "Abdulrahman", "Abdoel Rachman"] {
            assert_eq!(words_of(text), ["abdul", "rahman"], "{text}");
        }
        for text in ["Nur Hayati", "Nurhayati", "Noor Hajati".replace("jati", "yati").as_str(), "NORHAYATI"] {
            assert_eq!(words_of(text), ["nur", "haiati"], "{text}");
        }
        assert_eq!(words_of("Abdullah"), ["abdula"]);
        assert_eq!(words_of("Nurdin"), ["nurdin"]);
        assert_eq!(words_of("Al Farisi"), words_of("Alfarisi"));
        assert_eq!(words_of("Az-Zahra"), words_of("Azzahra"));
    }

    #[test]
    fn a_newborn_stands_under_its_mother() {
        for text in ["By Ny Siti Aminah", "Bayi Ny. Siti Aminah", "BY. NY. SITI AMINAH"] {
            let parts = Parts::of(text);
            assert!(parts.newborn, "{text}");
            assert_eq!(words_of(text), ["siti", "amina"], "{text}");
        }
        assert_eq!(Parts::of("By Ny Siti 2").nth, 2);
        assert_eq!(Parts::of("By Ny Siti II").nth, 2);
        assert!(!Parts::of("Bayu Aji").newborn);
    }

    #[test]
    fn what_may_lack_is_known() {
        let kinds = |text: &str| Parts::of(text).words.iter().map(|part| part.kind).collect::<Vec<_>>();
        assert_eq!(kinds("Muhammad Ali"), [Kind::MayLack, Kind::Given]);
        assert_eq!(kinds("Muhammad"), [Kind::Given]);
        assert_eq!(kinds("I Wayan Artawan"), [Kind::MayLack, Kind::Order, Kind::Given]);
        assert_eq!(kinds("Ali bin Umar"), [Kind::Given, Kind::MayLack]);
        assert_eq!(kinds("Rusina Binti"), [Kind::Given, Kind::Given]);
        assert_eq!(kinds("M. Ali"), [Kind::Initial, Kind::Given]);
    }

    #[test]
    fn the_lead_is_the_first_word_that_tells() {
        let lead = |text: &str| Frames::of(text).map(|frames| frames.lead);
        assert_eq!(lead("Muhammad Arsyad"), lead("M. Arsjad".replace('j', "y").as_str()));
        assert_eq!(lead("Siti Aminah"), lead("Aminah"));
        assert_eq!(lead("Nurhayati"), lead("Hayati"));
        assert_eq!(lead("Muhammad"), Some(*b"mt\0\0"));
        assert_eq!(lead("..."), None);
    }

    proptest! {
        #[test]
        fn anything_can_be_read(text in any::<String>(), likely in "[A-Za-zéñü.' ,/0-9]{0,60}") {
            let frequencies = Frequencies::default();
            prop_assert_eq!(Name::read(&likely.to_uppercase(), &frequencies), Name::read(&likely, &frequencies));
            for text in [text, likely] {
                prop_assert!(Name::read(&text, &frequencies).words.len() <= WORDS);
                let _ = Frames::of(&text);
            }
        }
    }
}
