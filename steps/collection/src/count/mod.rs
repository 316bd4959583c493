//! Counting what is on the table, and closing the roll: from here on goods and money are in the books.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod query;
pub(crate) mod rules;

pub use command::{CloseRoll, Closed};
pub use rules::Count;
