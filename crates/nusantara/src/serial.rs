//! Serde for types that travel as one short text.

/// Implements `Serialize` through `Display` and `Deserialize` through the type's own `parse`.
macro_rules! serde_as_text {
    ($type:ty) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use serde_as_text;

/// Round trips through serde without a data format, for the tests of this crate.
#[cfg(all(test, feature = "serde"))]
pub(crate) mod check {
    use std::fmt;

    use serde::de::value::{Error, StrDeserializer};
    use serde::{Deserialize, Serialize};

    struct Shown<'a, T>(&'a T);

    impl<T: Serialize> fmt::Display for Shown<'_, T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.serialize(f)
        }
    }

    /// The text serde writes for a value.
    pub(crate) fn written<T: Serialize>(value: &T) -> String {
        Shown(value).to_string()
    }

    /// The value serde reads from a text.
    pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
        T::deserialize(StrDeserializer::new(text))
    }
}
