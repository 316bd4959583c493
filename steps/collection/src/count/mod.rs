//! Counting what is on the table, and closing the roll: from here on goods and money are in the books.

pub(super) mod command;
pub(super) mod found;
pub(super) mod pages;
pub(super) mod query;
pub(crate) mod rules;
pub(super) mod second;
pub(super) mod second_pages;

pub use command::{CloseRoll, Closed};
pub use found::FindGoods;
pub use rules::Count;
pub use second::{CountCash, Second};

/// Who counted the cash with whom closed the roll, and how he said so: on his own device, or on a paper that is kept
/// somewhere.
pub(super) fn witnessed(
    text: &asuh_ground::web::Text,
    name: &str,
    at: Option<asuh_store::Instant>,
    kept: &str,
) -> String {
    match at {
        Some(at) => text.t2("collection.second.device", "name", name, "at", text.instant(at)),
        None => text.t2("collection.second.paper", "name", name, "kept", kept),
    }
}
