//! What a user of the crate relies on.

#![allow(clippy::unwrap_used)]

mod any_input;
mod evaluation;
mod lists;
mod traps;
