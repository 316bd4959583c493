//! Gifts by transfer or payment code: announced by the giver with an exact amount and a code, counted when a statement
//! shows them.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod query;
pub(super) mod rules;

pub use command::{AnnounceGift, CancelGift, Way};
