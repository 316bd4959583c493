//! What a giver sees of himself, and what superiors see of units: totals, from five people up.

mod copy;
mod gifts;
pub(super) mod pages;
pub(super) mod query;
pub(crate) mod rules;

pub(super) use copy::copy;
pub(super) use gifts::{gifts, panel};
