//! Code names: how sponsors know those whom they help.

use asuh_store::Id;
use sha2::{Digest, Sha256};

/// Words that every officer can read aloud; none of them is a usual name of a child.
const WORDS: [&str; 24] = [
    "Anggrek", "Bakung", "Cemara", "Cendana", "Delima", "Durian", "Gambir", "Jambu", "Jeruk", "Kamboja",
    "Kelapa", "Kenari", "Lada", "Mangga", "Manggis", "Nangka", "Pala", "Pandan", "Pinang", "Rambutan",
    "Salak", "Sawo", "Sirsak", "Teratai",
];

/// The code name of eight random bytes: a word and five digits, 2.4 million in all.
pub fn code_name(random: [u8; 8]) -> String {
    let number = u64::from_be_bytes(random);
    let word = WORDS[(number % 24) as usize];
    format!("{word}-{:05}", number / 24 % 100_000)
}

/// How a sponsor is called where his name is nobody's business: the same for as long as he is one.
pub fn sponsor_code(sponsor: Id) -> String {
    let digest = Sha256::digest(sponsor.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    format!("OTA-{:06}", u64::from_be_bytes(bytes) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_word_and_five_digits() {
        assert_eq!(code_name([0; 8]), "Anggrek-00000");
        assert_eq!(code_name([0, 0, 0, 0, 0, 0, 0, 49]), "Bakung-00002");
    }
}
