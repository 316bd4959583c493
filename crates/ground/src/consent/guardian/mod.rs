//! What guardians allow, each purpose apart, and what they withdrew.

mod command;
mod pages;
mod panel;
mod query;

pub use command::{RecordConsent, WithdrawConsent};
pub(super) use pages::routes;
pub(super) use panel::panel;
pub(super) use query::exported;
pub use query::holds;
