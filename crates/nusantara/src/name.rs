//! Names of people: tidied for keeping, folded for searching, shortened for papers many eyes see.

/// The name as it is kept: trimmed, every run of white space and control characters one space. Letters, case,
/// titles and punctuation stay as they were written.
pub fn tidy(name: &str) -> String {
    join(name.split(|c: char| c.is_whitespace() || c.is_control()))
}

/// The name as it is searched for: lower case, common Latin diacritics folded away (`é` is `e`, `ß` is `ss`),
/// punctuation turned to spaces, spaces folded. Two spellings of a name with the same key are likely the same
/// name; the key is never shown. Folding a key again changes nothing.
pub fn search_key(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            // Invisible: combining marks, soft hyphen, zero-width signs, byte order mark.
            '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            c if c.is_alphanumeric() => match fold(c) {
                "" => folded.push(c),
                plain => folded.push_str(plain),
            },
            _ => folded.push(' '),
        }
    }
    join(folded.split(' '))
}

/// The initials, `S. R.` for Siti Rahmawati: what public papers show in place of a name. One initial for each
/// word, in upper case; words without a letter or digit are passed over.
pub fn initials(name: &str) -> String {
    let first = |word: &str| word.chars().find(|c| c.is_alphanumeric());
    let letters = name.split_whitespace().filter_map(first);
    letters.map(|letter| letter.to_uppercase().chain(['.']).collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The plain letters of a lower-case Latin letter with a diacritic, or nothing for any other character.
fn fold(letter: char) -> &'static str {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ' | 'ả' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' | 'ḍ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ' | 'ẽ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' | 'ḥ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' | 'ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ǒ' | 'ọ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ṣ' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' | 'ṭ' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' | 'ụ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' | 'ẓ' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_fold_case_marks_and_signs() {
        assert_eq!(search_key("  SITI  Rahmawati, S.Pd. "), "siti rahmawati s pd");
        assert_eq!(search_key("Nur'aini"), "nur aini");
        assert_eq!(search_key("Al-Fârisî"), "al farisi");
        assert_eq!(search_key("Rene\u{301}e Müßig"), "renee mussig");
        assert_eq!(search_key("İlyas\u{200b}a"), "ilyasa");
        assert_eq!(search_key("A\tB\nC"), "a b c");
        assert_eq!(search_key("..."), "");
    }

    #[test]
    fn initials_of_every_word() {
        assert_eq!(initials("Siti Rahmawati"), "S. R.");
        assert_eq!(initials("  muhammad 'abdul  - hadi"), "M. A. H.");
        assert_eq!(initials("Sukarno"), "S.");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn tidying_changes_only_the_gaps() {
        assert_eq!(tidy("  Siti \t\r\n Rahmawati,\u{a0}S.Pd. \0"), "Siti Rahmawati, S.Pd.");
        assert_eq!(tidy("sITI"), "sITI");
        assert_eq!(tidy(" \n "), "");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in any::<String>()) {
            let key = search_key(&name);
            prop_assert_eq!(search_key(&key), key.clone());
            prop_assert_eq!(tidy(&key), key);
            let tidied = tidy(&name);
            prop_assert_eq!(tidy(&tidied), tidied.clone());
            prop_assert_eq!(search_key(&tidied), search_key(&name));
            let _ = initials(&name);
        }
    }
}
