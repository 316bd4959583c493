//! What people ask about their own data, with the clock of 3 x 24 hours.

mod command;
mod export;
mod pages;
mod query;

pub use command::{AnswerRequest, RecordRequest};
pub(super) use export::own_part;
pub use export::{Section, copy_for, subject_export};
pub(super) use pages::{clock, routes};
pub(super) use query::tasks;
