//! The code and the exact amount by which a payment is known again.

/// Letters and digits that nobody takes for one another, also when read aloud: without 0/O, 1/I/L, 2/Z, 5/S, 8/B.
const SIGNS: &[u8; 24] = b"ACDEFGHJKMNPQRTUVWXY3469";
/// Signs of a code: 190 million different ones, of which a district has some thousands.
pub(crate) const LENGTH: usize = 6;
/// How much more than his gift a giver pays by payment code at most, so that the amount alone tells it: rupiah.
pub(crate) const MOST_MORE: i64 = 499;

/// A code out of unguessable bytes; another `nth` gives another code.
pub(crate) fn code(bytes: &[u8; 32], nth: usize) -> String {
    (0..LENGTH)
        .map(|place| {
            char::from(SIGNS[usize::from(bytes[(nth * LENGTH + place) % bytes.len()]) % SIGNS.len()])
        })
        .collect()
}

/// What in a bank's words may be a code: pieces of six signs, as written and run together.
pub(crate) fn codes_in(text: &str) -> Vec<String> {
    let upper = text.to_uppercase();
    let mut found: Vec<String> = Vec::new();
    for piece in upper.split(|c: char| !c.is_ascii_alphanumeric()) {
        // Some banks write the message right behind other letters; a longer piece may end or begin with the code.
        let bytes = piece.as_bytes();
        for window in bytes.windows(LENGTH) {
            if window.iter().all(|byte| SIGNS.contains(byte))
                && let Ok(code) = std::str::from_utf8(window)
                && !found.iter().any(|known| known == code)
            {
                found.push(code.to_owned());
            }
        }
    }
    found
}

/// The amount that no other waiting gift has: the gift and as little more as needed.
pub(crate) fn exact(amount: i64, taken: &[i64]) -> i64 {
    (1..=MOST_MORE).map(|more| amount + more).find(|sum| !taken.contains(sum)).unwrap_or(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_the_words_of_a_bank() {
        let code = code(&[7; 32], 0);
        assert_eq!(code.len(), LENGTH);
        assert_ne!(
            super::code(&std::array::from_fn(|n| n as u8), 0),
            super::code(&std::array::from_fn(|n| n as u8), 1)
        );
        for text in [
            format!("TRSF E-BANKING CR 0211/FTSCY/WS95031 {code} SARI REKAAN"),
            format!("BI-FAST CR TRANSFER DR 014 {}", code.to_lowercase()),
            format!("TRANSFER BERITA:{code}REKAAN"),
        ] {
            assert!(codes_in(&text).contains(&code), "{text}");
        }
        assert!(codes_in("BUNGA 01/11").is_empty());
    }

    #[test]
    fn amounts_by_payment_code_are_all_different() {
        let mut taken = Vec::new();
        for _ in 0..MOST_MORE {
            let next = exact(450_000, &taken);
            assert!(!taken.contains(&next) && next > 450_000 && next <= 450_000 + MOST_MORE);
            taken.push(next);
        }
        assert_eq!(exact(450_000, &taken), 450_000);
    }
}
