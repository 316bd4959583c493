//! What a line of a statement is: the deposit of an office, a gift by transfer, or something that is none of ours. A
//! person says so; only then money enters the books, in the same transaction.

pub(super) mod command;
pub(super) mod giver;
pub(super) mod pages;
pub(super) mod query;
pub(super) mod rules;

mod settle;
mod undo;

pub use command::{LineMatch, MatchLines, RecordGift, SetAside};
pub use giver::NameGiver;
pub use query::ticked;
pub use undo::ReopenLine;
