//! What was signed on paper: photos and scans of a roll's count sheet and of a hand-over's protocol. A sheet that was added
//! stays; a better photo stands beside it.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod query;

pub use command::{AddSignedSheet, Paper};
