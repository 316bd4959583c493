//! What a giver sees of himself, and what superiors see of units: totals, from five people up.

pub(super) mod pages;
pub(super) mod query;
pub(crate) mod rules;
