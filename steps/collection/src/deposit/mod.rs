//! Bringing a closed roll's cash to the fund holder: by slip, before a day, confirmed by the treasurer.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod query;

pub use command::{AnnounceDeposit, ConfirmDeposit, SendDepositBack};
