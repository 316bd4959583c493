//! Families and their members: the list, the file of one family, and the forms that correct it.
//!
//! What is known of a family or a person is a version; a correction makes the next one and closes the last.

mod command;
mod copy;
mod count;
mod file;
mod list;
mod names;
mod opening;
pub(super) mod pages;
mod saved;
mod search;
#[cfg(test)]
mod tests;
mod version;

pub use command::{Change, PutFamily, PutMaternity, PutPerson, Source};
pub(super) use copy::copy;
pub(super) use file::family as family_within;
pub use file::{Member, members};
pub(super) use list::{TargetLine, targets};
pub(super) use names::{check_names, refresh_names};
pub(super) use opening::{Opening, opened};
pub use search::{Named, by_name};
pub(super) use version::{
    FamilyVersion, PersonVersion, current_family, current_person, next_family, next_person, next_status,
};
