//! Sex as Indonesian registers record it.

use std::fmt;

use crate::serial::serde_as_text;

/// Sex in the civil register: `L` (laki-laki) or `P` (perempuan). Growth standards and the day
/// part of the NIK depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// Laki-laki, code `L`.
    Male,
    /// Perempuan, code `P`.
    Female,
}

/// The text names no sex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SexError {
    /// Nothing was written.
    #[error("the sex is empty")]
    Empty,
    /// Something else than the accepted words was written.
    #[error("the sex must be L or P")]
    Unknown,
}

impl Sex {
    /// Both values, in the order forms show them.
    pub const ALL: [Sex; 2] = [Sex::Male, Sex::Female];

    /// Reads `L`, `P`, `Laki-laki`, `Laki laki`, `Perempuan`, `Male` or `Female`, whatever the case
    /// and the spaces around. A lone `M` or `F` is refused: next to `L`/`P` it is more often a slip.
    ///
    /// # Errors
    /// [`SexError::Empty`] for blank text, [`SexError::Unknown`] for any other word.
    pub fn parse(text: &str) -> Result<Sex, SexError> {
        let word: String =
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect();
        match word.as_str() {
            "" => Err(SexError::Empty),
            "l" | "lakilaki" | "male" => Ok(Sex::Male),
            "p" | "perempuan" | "female" => Ok(Sex::Female),
            _ => Err(SexError::Unknown),
        }
    }

    /// The code Indonesian forms use: `L` or `P`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Sex::Male => "L",
            Sex::Female => "P",
        }
    }
}

impl fmt::Display for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

serde_as_text!(Sex);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_words_of_registers() {
        for text in ["L", "l", " L ", "Laki-laki", "LAKI LAKI", "laki - laki", "Male", "male"] {
            assert_eq!(Sex::parse(text), Ok(Sex::Male), "{text}");
        }
        for text in ["P", "p", "Perempuan", "PEREMPUAN ", "Female"] {
            assert_eq!(Sex::parse(text), Ok(Sex::Female), "{text}");
        }
        for text in ["", "  ", "-"] {
            assert_eq!(Sex::parse(text), Err(SexError::Empty), "{text}");
        }
        for text in ["M", "F", "1", "laki", "pria", "LP"] {
            assert_eq!(Sex::parse(text), Err(SexError::Unknown), "{text}");
        }
    }

    #[test]
    fn code_round_trip() {
        for sex in Sex::ALL {
            assert_eq!(Sex::parse(sex.code()), Ok(sex));
            assert_eq!(sex.to_string(), sex.code());
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serde_uses_the_code() {
        use crate::serial::check::{read, written};
        assert_eq!(written(&Sex::Female), "P");
        assert_eq!(read::<Sex>("L").unwrap(), Sex::Male);
        assert!(read::<Sex>("?").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = Sex::parse(&text);
        }
    }
}
