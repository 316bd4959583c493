//! The roster of civil servants (ASN) and helpers by unit: where they work, where they live, when they left.
//!
//! Facts are kept as versions; who leaves keeps his history, and his promises end on that day.

pub(super) mod command;
pub(super) mod copy;
pub(super) mod import;
pub(super) mod pages;
pub(super) mod query;
