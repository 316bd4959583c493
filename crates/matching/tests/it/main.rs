//! What a user of the crate relies on.

#![allow(clippy::unwrap_used)]

mod lists;
