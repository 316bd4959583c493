//! Who leaves the ages that are helped, and why: children who pass 24 or 60 months, move, die, are not found. A month
//! adds up: in at its start, plus who came, less who left, is in at its end. Nobody disappears without a reason.

pub(super) mod pages;
mod query;
mod rules;
