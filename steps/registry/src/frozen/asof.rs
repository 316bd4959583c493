//! "Menurut Data Tetap 3": how later screens say which list they go by.

use super::query::FrozenList;
use asuh_ground::web::Text;

/// The list in words: "menurut Data Tetap 3 (12 Okt 2026)", after the name of its kind.
pub fn as_of_words(text: &Text, list: &FrozenList) -> String {
    text.t2("frozen.as_of", "n", list.number, "day", text.day(list.taken_on))
}
