//! Accounts of the people of the roster: which of them a user is, and accounts for all of a unit at once.

mod pages;
mod query;

pub(super) use pages::{get, make, of_unit, panel, post};
