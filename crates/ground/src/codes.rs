//! Choices with a stable code: what is stored, stands in forms and addresses, and ends translation keys.

/// An enum whose variants each have a code, written once:
///
/// ```
/// asuh_ground::codes! {
///     /// How a gift is paid.
///     pub enum Way {
///         /// By transfer.
///         Transfer = "transfer",
///         /// By the holder's payment code.
///         Qris = "qris",
///     }
/// }
/// assert_eq!(Way::parse("qris"), Some(Way::Qris));
/// assert_eq!(Way::ALL.map(Way::code), ["transfer", "qris"]);
/// assert_eq!(serde_json::to_string(&Way::Qris).unwrap(), "\"qris\"");
/// ```
///
/// `ALL` keeps the order of the variants, which is the order of forms and lists; commands carry the code. The crate that
/// uses it depends on `serde` with its derives.
#[macro_export]
macro_rules! codes {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $code:literal),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        $vis enum $name { $($(#[$variant_meta])* #[serde(rename = $code)] $variant),+ }

        impl $name {
            /// All of them, in their order.
            $vis const ALL: [$name; [$($code),+].len()] = [$($name::$variant),+];

            /// The stable code.
            $vis fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }

            /// The one with this code.
            $vis fn parse(code: &str) -> Option<$name> {
                $name::ALL.into_iter().find(|one| one.code() == code)
            }
        }
    };
}
