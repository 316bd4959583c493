//! Handing the goods of a closed roll to the warehouse or a kecamatan depot, signed by two sides (BAST).
//!
//! The giver announces, the goods are in transit; the receiver says what arrived. What is damaged becomes
//! waste, what does not arrive stays visible as in transit.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod print;
pub(super) mod query;
pub(crate) mod rules;

pub use command::{AnnounceHandOver, Announced, CancelHandOver, ReceiveHandOver};
pub use rules::{Arrival, Signer};
