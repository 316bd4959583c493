//! What may stand in news, and what becomes of them.

use asuh_nusantara::name::search_key;

/// The kinds of news; words `pairing.news.kind.<code>`.
pub(super) const KINDS: [&str; 2] = ["news", "thanks"];

/// What becomes of news; words `pairing.news.state.<code>`.
pub(super) const STATES: [&str; 4] = ["waiting", "passed", "held_back", "withdrawn"];

/// Most characters.
pub(super) const MOST_WORDS: usize = 500;

/// From so many digits on a number is taken for one of a card, a phone or an account.
const LONG_NUMBER: usize = 6;

/// What in news would give away who the child is: a word of one of these names, one of these places in whole, a long
/// number, an address of a page or of mail. Names of one or two letters, and titles, are no names here.
pub(super) fn gives_away(words: &str, names: &[String], places: &[String]) -> Option<String> {
    let key = search_key(words);
    let written: Vec<&str> = key.split(' ').collect();
    for name in names {
        let known = search_key(name);
        let found = known
            .split(' ')
            .find(|part| part.chars().count() > 2 && !TITLES.contains(part) && written.contains(part));
        if let Some(part) = found {
            return Some(part.to_owned());
        }
    }
    let around = format!(" {key} ");
    for place in places {
        let known = search_key(place);
        if !known.is_empty() && around.contains(&format!(" {known} ")) {
            return Some(place.clone());
        }
    }
    let mut digits = String::new();
    for letter in words.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            ' ' | '-' | '.' | '(' | ')' | '+' => continue,
            _ => digits.clear(),
        }
        if digits.len() >= LONG_NUMBER {
            return Some(digits);
        }
    }
    let pages = ["http", "www.", "@", ".com", ".id/", "wa.me"];
    let lower = words.to_lowercase();
    pages.iter().find(|part| lower.contains(**part)).map(|part| (*part).to_owned())
}

/// Words that stand in names and in any other text.
const TITLES: [&str; 16] = [
    "anak", "bayi", "bapak", "ibu", "pak", "haji", "hajjah", "siti", "muhammad", "nur", "putri", "putra",
    "bin", "binti", "sang", "dari",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gives_a_child_away_is_named() {
        let names = ["Siti Bunga Rekaan".to_owned(), "Zulkifli".to_owned()];
        let places = ["Air Mumu".to_owned(), "Kota Baru".to_owned()];
        for (words, found) in [
            ("Berat anak asuh Anda naik 3 ons bulan ini. Ibunya berterima kasih.", None),
            ("Bunga sudah bisa duduk", Some("bunga")),
            ("bapak ZULKIFLI titip salam", Some("zulkifli")),
            ("Siti sehat", None),
            ("rumahnya di air mumu dekat masjid", Some("Air Mumu")),
            ("Sekarang punya air bersih dan baju baru", None),
            ("Hubungi 0812-3456-7890", Some("081234")),
            ("tinggi 81,5 cm, berat 10,6 kg, umur 28 bulan", None),
            ("Lihat www.contoh.com", Some("www.")),
        ] {
            assert_eq!(gives_away(words, &names, &places).as_deref(), found, "{words}");
        }
    }
}
