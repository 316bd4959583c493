//! A drive: one day on which a campaign collects. Opened by an admin, or with the first roll of that day;
//! moved for a holiday or cancelled by an admin, with the reason.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod query;
pub(crate) mod rules;

pub use command::{CancelDrive, OpenDrive};
