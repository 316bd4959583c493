//! Ids, codes and hashes as text: what is read is what was written.

use asuh_ledger::{AccountId, Commodity, Fund, Hash, Quantity, TransferId};
use serde::de::IntoDeserializer;
use serde::de::value::{Error, I64Deserializer, StrDeserializer};
use serde::{Deserialize, Serialize};
use std::fmt::{Debug, Display, Formatter, Result as FmtResult};

/// A value as serde writes it.
struct Serialized<T>(T);

impl<T: Serialize> Display for Serialized<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        self.0.serialize(f)
    }
}

fn there_and_back<T: Display + Debug + PartialEq + Serialize + for<'de> Deserialize<'de>>(
    value: T,
    text: &str,
) {
    assert_eq!(value.to_string(), text);
    assert_eq!(Serialized(&value).to_string(), text);
    let read: StrDeserializer<'_, Error> = text.into_deserializer();
    assert_eq!(T::deserialize(read), Ok(value));
    let other: StrDeserializer<'_, Error> = "not so".into_deserializer();
    assert!(T::deserialize(other).is_err());
}

#[test]
fn names_are_strings() {
    there_and_back(AccountId::new([0xab; 16]), "abababab-abab-abab-abab-abababababab");
    there_and_back(TransferId::new([1; 16]), "01010101-0101-0101-0101-010101010101");
    there_and_back(Hash::new([0x0f; 32]), &"0f".repeat(32));
    there_and_back(Commodity::RICE_CAN, "rice_can");
    there_and_back(Fund::INFAK, "infak");
}

#[test]
fn amounts_are_numbers_and_never_below_zero() {
    let read = |units: i64| -> Result<Quantity, Error> {
        let number: I64Deserializer<Error> = units.into_deserializer();
        Quantity::deserialize(number)
    };
    assert_eq!(Serialized(Quantity::of(450_000)).to_string(), "450000");
    assert_eq!(read(450_000), Ok(Quantity::of(450_000)));
    assert!(read(-1).is_err());
}
