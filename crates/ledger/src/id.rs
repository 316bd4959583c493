//! Ids of accounts, lots and transfers: 16 bytes made by the caller, shown as UUIDs.

use crate::hex;
use std::fmt;
use std::str::FromStr;

/// The text is not a hyphenated UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a hyphenated UUID")]
pub struct IdError;

fn write_uuid(f: &mut fmt::Formatter<'_>, bytes: &[u8; 16]) -> fmt::Result {
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            f.write_str("-")?;
        }
        write!(f, "{byte:02x}")?;
    }
    Ok(())
}

fn read_uuid(text: &str) -> Result<[u8; 16], IdError> {
    let text = text.as_bytes();
    let hyphen = |place: usize| matches!(place, 8 | 13 | 18 | 23);
    if text.len() != 36 || text.iter().enumerate().any(|(place, c)| hyphen(place) != (*c == b'-')) {
        return Err(IdError);
    }
    let digits: Vec<u8> = text.iter().copied().filter(|c| *c != b'-').collect();
    hex::read(&digits).ok_or(IdError)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id with these bytes.
            pub const fn new(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes, in the order in which ids sort.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl From<[u8; 16]> for $name {
            fn from(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_uuid(f, &self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Reads a hyphenated UUID of either case.
            fn from_str(text: &str) -> Result<Self, IdError> {
                read_uuid(text).map(Self)
            }
        }

        hex::as_text!($name);
    };
}

id! {
    /// Names a lot.
    LotId
}

id! {
    /// Names an account.
    AccountId
}

id! {
    /// Names a transfer.
    TransferId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_a_uuid_and_read_back() {
        let id = AccountId::new(std::array::from_fn(|n| n as u8 * 17));
        assert_eq!(id.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("00112233-4455-6677-8899-AABBCCDDEEFF".parse(), Ok(id));
    }

    #[test]
    fn only_hyphenated_uuids_are_ids() {
        for text in [
            "",
            "00112233445566778899aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeef",
            "00112233-4455-6677-8899-aabbccddeefff",
            "0011223-34455-6677-8899-aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeegg",
            "{0112233-4455-6677-8899-aabbccddeef}",
            "+0112233-4455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(text.parse::<TransferId>(), Err(IdError), "{text}");
        }
    }
}
