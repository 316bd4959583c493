//! Statements of a fund holder's account, as the bank's own file has them: read, looked at, taken in. The same file
//! twice brings nothing new, files that overlap only what is new.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod query;
pub(super) mod rules;

mod mapping;

pub use command::{DropStatement, MapStatement, PutStatement, TakeStatement};
pub(super) use mapping::{choose, map};
