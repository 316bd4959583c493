//! Counting what is there: stock of a place, cash of a fund holder; what differs needs a second person, and then the days
//! before the count are closed.

mod command;
pub(crate) mod pages;
pub(crate) mod print;
pub(super) mod query;
mod rules;

pub(crate) use command::settle;
pub use command::{CountCash, Counted, Purse, RequestStockTake};
