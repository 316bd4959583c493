//! How a complaint goes on, and the code by which it is followed: pure.

use sha2::{Digest, Sha256};

asuh_ground::codes! {
    /// How a complaint stands.
    ///
    /// Translation key `mentoring.complaint.state.<code>`.
    pub enum State {
        /// Nobody has taken it up.
        New = "new",
        /// Somebody is on it.
        InHand = "in_hand",
        /// Who complained has an answer.
        Answered = "answered",
        /// Done.
        Closed = "closed",
    }
}

impl State {
    /// Whether the next may follow: an answer may be given again, and what was closed is opened again when it was wrong.
    pub fn may_become(self, next: State) -> bool {
        match next {
            State::New => false,
            State::InHand => self != State::InHand,
            State::Answered => self != State::Closed,
            State::Closed => self == State::Answered || self == State::InHand,
        }
    }

    /// The CSS class of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            State::New => "warn",
            State::InHand => "",
            State::Answered | State::Closed => "good",
        }
    }
}

/// How a complaint came.
pub const CHANNELS: [&str; 3] = ["phone", "paper", "spoken"];

/// Letters of a code: none that is taken for another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A code of twelve letters (60 bits) out of a keyed hash: "ABCD-EFGH-JKLM".
pub fn code(bytes: &[u8; 32]) -> String {
    let letters: String =
        bytes.iter().take(12).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    format!("{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..])
}

/// What is kept of a code: it cannot be turned back.
pub fn code_hash(number: &str, code: &str) -> [u8; 32] {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    Sha256::digest(format!("asuh complaint\0{number}\0{plain}")).into()
}

/// A number as it is typed: "adu/0007/xi/2026 " is "ADU/0007/XI/2026".
pub fn number(typed: &str) -> String {
    typed.trim().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_goes_on_and_may_be_opened_again() {
        use State::{Answered, Closed, InHand, New};
        let may = [
            (New, InHand),
            (Answered, InHand),
            (Closed, InHand),
            (New, Answered),
            (InHand, Answered),
            (Answered, Answered),
            (Answered, Closed),
            (InHand, Closed),
        ];
        for from in State::ALL {
            for to in State::ALL {
                assert_eq!(from.may_become(to), may.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn a_code_is_typed_in_any_way_and_kept_as_a_hash() {
        let code = code(&[7; 32]);
        assert_eq!(code, "HHHH-HHHH-HHHH");
        let hash = code_hash("ADU/0001/XI/2026", &code);
        assert_eq!(hash, code_hash("ADU/0001/XI/2026", " hhhh hhhh hhhh"));
        assert_ne!(hash, code_hash("ADU/0002/XI/2026", &code));
        assert_ne!(hash, code_hash("ADU/0001/XI/2026", "HHHH-HHHH-HHHJ"));
        assert_eq!(number(" adu/0001/xi/2026"), "ADU/0001/XI/2026");
    }
}
