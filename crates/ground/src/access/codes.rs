//! Codes that people read from paper and type: activation codes and spare codes of the second factor.

/// Without 0 O, 1 I L, U and V: nobody asks what stands there. 29 signs.
const SIGNS: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";
/// Signs of a code: 29^10 is more than 2^48.
const LENGTH: usize = 10;

/// A new random code as it is stored (hashed) and compared: ten signs.
pub(super) fn new_code() -> String {
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        // Bytes from 232 on would make the first signs likelier.
        let fit = super::session::new_token().into_iter().filter(|byte| *byte < 232);
        code.extend(
            fit.take(LENGTH - code.len()).map(|byte| char::from(SIGNS[usize::from(byte) % SIGNS.len()])),
        );
    }
    code
}

/// A code made from bytes that nobody can guess: always the same for the same bytes.
pub(super) fn from_bytes(bytes: &[u8; 32]) -> String {
    // Three bytes for each sign: the first signs are likelier by less than one in half a million.
    bytes
        .chunks_exact(3)
        .take(LENGTH)
        .map(|part| {
            let number = part.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
            char::from(SIGNS[number % SIGNS.len()])
        })
        .collect()
}

/// The code as it is shown: `ABCD-EFGH-JK`.
pub(super) fn shown(code: &str) -> String {
    let signs: Vec<char> = code.chars().collect();
    signs.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What somebody typed, as it is stored: no hyphens, no spaces, upper case.
pub(super) fn normal(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).take(40).collect::<String>().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back_as_people_type_them() {
        let code = new_code();
        assert_eq!(code.len(), LENGTH);
        assert_ne!(code, new_code());
        assert_eq!(normal(&format!("  {} ", shown(&code).to_lowercase())), code);
        assert_eq!(shown("ABCDEFGHJK"), "ABCD-EFGH-JK");
        assert!((SIGNS.len() as f64).log2() * LENGTH as f64 > 45.0);
    }
}
