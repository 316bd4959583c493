//! How Indonesian names are spelled, and how they sound. [`fold`] brings spellings of one name together that
//! mean the same to every reader; [`sound`] also those that only the ear confuses.
//!
//! | spelling | folded | examples |
//! |---|---|---|
//! | oe, oo, ou | u | Soekarno Sukarno, Noor Nur |
//! | dj, tj, sj; nj at the front | j, c, s, ni | Djoko Joko, Tjahjo Cahyo, Sjamsul Syamsul, Njoman Nyoman |
//! | y, ie, ee, ij at the end | i | Yanti Ianti, Arief Arif, Dessy Desi |
//! | kh; ch before o, u, ai, after a vowel; ch before r, l; other ch | h; h; k; c | Khairul Chairul, Achmad Ahmad, Christina Kristina, Chandra Candra |
//! | sy, sh, ts | s | Syaiful Saiful, Utsman Usman |
//! | dh, th, bh, gh, zh, dz, ph | d, t, b, g, z, z, f | Ramadhan Ramadan, Dzaki Zaki |
//! | q, x, v, ck | k, ks, f, k | Taufiq Taufik, Novi Nofi |
//! | ae, ao, aw before a consonant | ai, au, au | Khaerul Khairul, Fawzi Fauzi |
//! | w between u and a vowel, i beside i | gone | Suwarno Suarno, Supriyadi Supriadi |
//! | a letter twice | once | Hasannudin Hasanudin |
//! | h at the end after a vowel | gone | Aisyah Aisya |
//!
//! | folded | sound | examples |
//! |---|---|---|
//! | o, e | u, i | Norhayati Nurhayati, Dewi Diwi |
//! | f, z; i at the front before a vowel | p, j; j | Febri Pebri, Zainal Jainal, Yusuf Jusuf |
//! | d, b, g at the end | t, p, k | Ahmad Ahmat |
//! | h, but at the front | gone | Suhardi Suardi |

/// Letters kept of one word; what is longer is cut.
pub(crate) const LETTERS: usize = 14;

/// The letters of one word, `a` to `z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Letters {
    bytes: [u8; LETTERS],
    length: u8,
}

impl Letters {
    pub(crate) fn new(from: &[u8]) -> Letters {
        let mut letters = Letters::default();
        for (place, letter) in letters.bytes.iter_mut().zip(from) {
            *place = *letter;
            letters.length += 1;
        }
        letters
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.length)
    }
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// One spelling for all that mean the same; the word is lower case, `a` to `z` only.
pub(crate) fn fold(word: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(word.len());
    let mut at = 0;
    while let Some(&letter) = word.get(at) {
        let next = word.get(at + 1).copied().unwrap_or(0);
        let third = word.get(at + 2).copied().unwrap_or(0);
        let after_vowel = out.last().copied().is_some_and(is_vowel);
        let (written, taken): (&[u8], usize) = match (letter, next) {
            (b'o', b'e' | b'o' | b'u') => (b"u", 2),
            (b'd', b'j') => (b"j", 2),
            (b't', b'j') => (b"c", 2),
            (b's', b'y') if third == b'h' => (b"s", 3),
            (b's', b'j' | b'y') if is_vowel(third) => (b"s", 2),
            (b's', b'h') => (b"s", 2),
            (b't', b's') => (b"s", 2),
            (b'n', b'j') if at == 0 && is_vowel(third) => (b"ni", 2),
            (b'i', b'j') if third == 0 => (b"i", 2),
            (b'i', b'e') | (b'e', b'e') => (b"i", 2),
            (b'k', b'h') => (b"h", 2),
            (b'c', b'h') if matches!(third, b'r' | b'l') => (b"k", 2),
            (b'c', b'h') if after_vowel || matches!(third, b'o' | b'u') => (b"h", 2),
            (b'c', b'h') if third == b'a' && matches!(word.get(at + 3), Some(b'i' | b'e')) => (b"h", 2),
            (b'c', b'h') => (b"c", 2),
            (b'c', b'k') => (b"k", 2),
            (b'd', b'z') => (b"z", 2),
            (b'd', b'h') => (b"d", 2),
            (b't', b'h') => (b"t", 2),
            (b'b', b'h') => (b"b", 2),
            (b'g', b'h') => (b"g", 2),
            (b'z', b'h') => (b"z", 2),
            (b'p', b'h') => (b"f", 2),
            (b'a', b'e') if third != 0 && !is_vowel(third) => (b"ai", 2),
            (b'a', b'o') => (b"au", 2),
            (b'a', b'w') if third != 0 && !is_vowel(third) => (b"au", 2),
            (b'w', _) if out.last() == Some(&b'u') && is_vowel(next) => (b"", 1),
            (b'q', _) => (b"k", 1),
            (b'x', _) => (b"ks", 1),
            (b'v', _) => (b"f", 1),
            (b'y', _) => (b"i", 1),
            _ => (std::slice::from_ref(&word[at]), 1),
        };
        for &letter in written {
            if out.last() != Some(&letter) {
                out.push(letter);
            }
        }
        at += taken;
    }
    if out.len() > 3 && out.ends_with(b"h") && is_vowel(out[out.len() - 2]) {
        out.pop();
    }
    out
}

/// What a folded word sounds like.
pub(crate) fn sound(folded: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(folded.len());
    for (at, &letter) in folded.iter().enumerate() {
        let last = at + 1 == folded.len();
        let next = folded.get(at + 1).copied().unwrap_or(0);
        let heard = match letter {
            b'i' if at == 0 && is_vowel(next) => b'j',
            b'o' => b'u',
            b'e' => b'i',
            b'f' => b'p',
            b'z' => b'j',
            b'd' if last => b't',
            b'b' if last => b'p',
            b'g' if last => b'k',
            b'h' if at > 0 => continue,
            other => other,
        };
        if out.last() != Some(&heard) {
            out.push(heard);
        }
    }
    out
}

/// The frame of a sound: its first letter and the consonants after it, four letters at most. Two spellings of a
/// name nearly always share it, also when a vowel was mistyped.
pub(crate) fn frame(sound: &[u8]) -> [u8; 4] {
    let mut frame = [0; 4];
    let letters =
        sound.iter().enumerate().filter(|(at, letter)| *at == 0 || !is_vowel(**letter)).map(|(_, l)| *l);
    let mut last = 0;
    let mut places = frame.iter_mut();
    for letter in letters {
        if letter != last
            && let Some(place) = places.next()
        {
            *place = letter;
        }
        last = letter;
    }
    frame
}

/// How many letters are lost, added, changed or exchanged with their neighbour between two words (optimal string
/// alignment after Damerau); `limit + 1` when there are more than `limit`, which is at most 2.
pub(crate) fn slips(one: &[u8], two: &[u8], limit: usize) -> usize {
    let (one, two) = (&one[..one.len().min(LETTERS)], &two[..two.len().min(LETTERS)]);
    if one.len().abs_diff(two.len()) > limit {
        return limit + 1;
    }
    // Every slip takes away or adds one kind of letter, or one of each.
    let kinds = |word: &[u8]| word.iter().fold(0_u32, |kinds, letter| kinds | 1 << (letter & 31));
    if (kinds(one) ^ kinds(two)).count_ones() as usize > 2 * limit {
        return limit + 1;
    }
    const WIDTH: usize = LETTERS + 1;
    let mut rows = [[0_u8; WIDTH]; 3];
    for (at, place) in rows[0].iter_mut().enumerate() {
        *place = at as u8;
    }
    for (i, &a) in one.iter().enumerate() {
        let (now, before, earlier) = ((i + 1) % 3, i % 3, (i + 2) % 3);
        rows[now][0] = (i + 1) as u8;
        let mut least = rows[now][0];
        for (j, &b) in two.iter().enumerate() {
            let mut steps =
                (rows[before][j] + u8::from(a != b)).min(rows[before][j + 1] + 1).min(rows[now][j] + 1);
            if i > 0 && j > 0 && a == two[j - 1] && one[i - 1] == b {
                steps = steps.min(rows[earlier][j - 1] + 1);
            }
            rows[now][j + 1] = steps;
            least = least.min(steps);
        }
        if usize::from(least) > limit {
            return limit + 1;
        }
    }
    usize::from(rows[one.len() % 3][two.len()]).min(limit + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(word: &str) -> String {
        String::from_utf8(fold(word.to_lowercase().as_bytes())).unwrap()
    }

    fn heard(word: &str) -> String {
        String::from_utf8(sound(&fold(word.to_lowercase().as_bytes()))).unwrap()
    }

    #[test]
    fn spellings_of_one_name_fold_together() {
        for (one, two) in [
            ("Soekarno", "Sukarno"),
            ("Noor", "Nur"),
            ("Djoko", "Joko"),
            ("Tjahjadi", "Cahjadi"),
            ("Sjamsoel", "Syamsul"),
            ("Njoman", "Nyoman"),
            ("Arief", "Arif"),
            ("Dessy", "Desi"),
            ("Khairul", "Chairul"),
            ("Khaerul", "Hairul"),
            ("Achmad", "Akhmad"),
            ("Rachmat", "Rahmat"),
            ("Christina", "Kristina"),
            ("Chandra", "Candra"),
            ("Chusnul", "Khusnul"),
            ("Syaiful", "Saiful"),
            ("Utsman", "Usman"),
            ("Ramadhan", "Ramadan"),
            ("Dzaki", "Zaki"),
            ("Taufiq", "Taufik"),
            ("Alexander", "Aleksander"),
            ("Novi", "Nofi"),
            ("Fawzi", "Fauzi"),
            ("Suwarno", "Soearno"),
            ("Supriyadi", "Supriadi"),
            ("Hasannuddin", "Hasanudin"),
            ("Aisyah", "Aisya"),
            ("Muhammad", "Muhamad"),
        ] {
            assert_eq!(folded(one), folded(two), "{one} {two}");
        }
    }

    #[test]
    fn what_only_the_ear_confuses_sounds_alike_and_folds_apart() {
        for (one, two) in [
            ("Norhayati", "Nurhayati"),
            ("Febri", "Pebri"),
            ("Zainal", "Jainal"),
            ("Yusuf", "Jusuf"),
            ("Yohanes", "Johanes"),
            ("Ahmad", "Ahmat"),
            ("Suhardi", "Suardi"),
            ("Rifai", "Ripai"),
        ] {
            assert_eq!(heard(one), heard(two), "{one} {two}");
            assert_ne!(folded(one), folded(two), "{one} {two}");
        }
    }

    #[test]
    fn other_names_stay_apart() {
        for (one, two) in [
            ("Hasan", "Husen"),
            ("Rina", "Rani"),
            ("Siti", "Sutinah"),
            ("Banjar", "Banar"),
            ("Panji", "Pani"),
        ] {
            assert_ne!(heard(one), heard(two), "{one} {two}");
        }
    }

    #[test]
    fn frames_forgive_vowels() {
        assert_eq!(frame(&sound(&fold(b"fatimah"))), *b"ptm\0");
        assert_eq!(frame(&sound(&fold(b"fatmah"))), *b"ptm\0");
        assert_eq!(frame(b"akbar"), *b"akbr");
        assert_eq!(frame(b""), [0; 4]);
    }

    #[test]
    fn slips_are_counted_up_to_their_limit() {
        for (one, two, count) in [
            ("rahman", "rahman", 0),
            ("rahman", "rahmn", 1),
            ("rahman", "rhaman", 1),
            ("rahman", "rajman", 1),
            ("rahman", "rahmann", 1),
            ("hidayat", "hidyta", 2),
            ("rahman", "slamet", 3),
        ] {
            assert_eq!(slips(one.as_bytes(), two.as_bytes(), 2), count, "{one} {two}");
        }
        assert_eq!(slips(b"", b"", 2), 0);
    }

    proptest! {
        #[test]
        fn any_word_folds_and_distance_is_symmetric(one in "[a-z]{0,24}", two in "[a-z]{0,24}") {
            let (f, g) = (fold(one.as_bytes()), fold(two.as_bytes()));
            prop_assert!(sound(&f).len() <= f.len());
            let _ = frame(&sound(&f));
            prop_assert_eq!(slips(&f, &g, 2), slips(&g, &f, 2));
            prop_assert_eq!(slips(&f, &f, 2), 0);
        }
    }
}
