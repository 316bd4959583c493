//! The program's own settings with their origin, and the district's settings as rows.
//!
//! A district's settings stand in one table in code ([`TABLE`]): name, kind, default, group. Steps read theirs
//! with [`get_typed`]; people change them under `/pengaturan`, a group at a time, by one command
//! ([`PutSettings`]), whose entries in the audit trail say who changed what.

mod command;
mod convergence;
mod district;
pub mod documents;
pub mod first_run;
mod kind;
mod letterhead;
mod lists;
mod meetings;
mod pages;
pub mod pattern;
mod query;
mod server;
mod setup;
mod table;

pub use command::PutSettings;
pub use district::{District, SettingValue, all, create, get, get_typed, one, put, values};
pub use kind::{Cell, Column, Kind, ListRow};
pub use letterhead::Letterhead;
pub use lists::{Holidays, Price, Signatory, holidays, list, price_on, prices, signatories, signatory};
pub use query::{Progress, progress};
pub use server::{Origin, ServerSettings, Setting};
pub use setup::setup_tasks;
pub use table::{DISTRICT_NAME, DISTRICT_ZONE, Group, SIGNED, Spec, TABLE, find};

use super::access::Role;
use super::audit::Reference;
use super::part::Part;
use super::web::MenuItem;

/// The part, for the gates.
pub const PART: Part = Part {
    routes: pages::routes,
    menu: &[MenuItem { path: "/pengaturan", label: "settings.title", roles: &[Role::DistrictAdmin] }],
    tasks: Some(|app, actor| Box::pin(setup_tasks(app, actor))),
    references: &[Reference::user("setting", "changed_by")],
    ..Part::named("settings")
};
