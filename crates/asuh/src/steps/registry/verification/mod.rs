//! Verification: every family of a list is visited, and stands from then on as what the visit found.

mod command;
pub(super) mod pages;
mod query;
mod rules;
mod tasks;

pub use command::RecordVerification;
pub use rules::VisitResult;
pub(super) use tasks::tasks;
