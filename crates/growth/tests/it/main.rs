//! What a user of the crate relies on.

#![allow(clippy::unwrap_used)]

mod any_input;
mod batch;
mod prevalence;
mod reference;
mod reference_2007;
mod rules;
mod rules_2007;
#[cfg(feature = "serde")]
mod serial;
mod shared;
mod tables;
