//! Programmes of pairing: their list, needs, and the rule of who comes first.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod query;
pub(super) mod rule_pages;
