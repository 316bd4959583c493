//! What went wrong with people's data, whom it touches, and the notice that the law asks for.

mod command;
mod pages;
mod query;

pub use command::{CloseIncident, RecordIncident, UpdateIncident};
pub(super) use pages::routes;
