//! Sponsors of every kind: persons, communities, firms, universities, zakat funds, offices. Civil servants come in by
//! the roster.

pub(super) mod command;
pub(super) mod rules;
