//! The program's own settings with their origin, and the district's settings as rows.
//!
//! A district's settings stand in one table in code ([`TABLE`]): name, kind, default, group. Steps read theirs
//! with [`get_typed`]; people change them under `/pengaturan`, a group at a time, by one command.

mod district;
pub mod documents;
mod kind;
mod letterhead;
mod lists;
pub mod pattern;
mod server;
mod table;

pub use district::{District, SettingValue, all, get, get_typed, one, put, values};
pub use kind::{Cell, Column, Kind, ListRow};
pub use letterhead::Letterhead;
pub use lists::{Price, Signatory, price_on, prices, signatories, signatory};
pub use server::{Origin, ServerSettings, Setting};
pub use table::{DISTRICT_NAME, DISTRICT_ZONE, Group, SIGNED, Spec, TABLE, find};

use super::part::Part;

/// The part, for the gates.
pub const PART: Part = Part::named("settings");
