//! Where a fund holder keeps the money of a fund: bank, number, payment code. The program holds no money: every row of
//! money names such a holder.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod query;
pub(super) mod rules;

pub use command::{ChangeCode, EndAccount, PutAccount};
