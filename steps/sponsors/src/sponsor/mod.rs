//! Sponsors of every kind: persons, communities, firms, universities, zakat funds, offices. Civil servants come in by
//! the roster.
//!
//! The list names who is known as a sponsor, never who of them promised and who did not: it has no such column and no
//! such filter, and civil servants, of whom everybody is on the roster, are not on it.

pub(super) mod command;
pub(super) mod endings;
pub(super) mod export;
pub(super) mod form;
pub(super) mod pages;
pub(super) mod pledging;
pub(super) mod query;
pub(super) mod rules;
pub(super) mod tally;
