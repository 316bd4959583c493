//! How every measured child stands: computed from its measurements ([`rules`], pure) whenever one of them, its sex
//! or its birthday, or the district's norms change, and kept in `child_growth`, from which lists and figures are
//! read. Nothing here is ever written by hand; `asuh check` computes it all anew and compares.

mod check;
mod job;
pub mod rules;
mod store;
#[cfg(test)]
mod tests;

pub(super) use check::check;
pub(super) use job::{RECOMPUTE, persons_changed, recompute};
pub use store::{Beside, MeasuredChild, Said, children, refresh};
pub(super) use store::{New, PRINTED, TAKEN, hold, refresh_with};
