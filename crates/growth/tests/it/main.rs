//! What a user of the crate relies on.

#![allow(clippy::unwrap_used)]

mod batch;
mod prevalence;
mod reference;
mod reference_2007;
mod rules;
mod shared;
mod tables;
