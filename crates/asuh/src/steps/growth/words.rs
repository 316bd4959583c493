//! What was measured, in the words of the reader's language.

use crate::ground::web::Text;

/// "10,60 kg".
pub(super) fn kilograms(text: Text, grams: i64) -> String {
    format!("{} kg", text.fixed((grams + 5) / 10, 2))
}

/// "81,5 cm".
pub(super) fn centimetres(text: Text, millimetres: i64) -> String {
    format!("{} cm", text.fixed(millimetres, 1))
}
