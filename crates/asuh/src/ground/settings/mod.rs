//! The program's own settings with their origin, and the district's settings as rows.

mod district;
mod server;

pub use district::{District, all, get, put};
pub use server::{Origin, ServerSettings, Setting};

use super::part::Part;

/// The part, for the gates.
pub const PART: Part = Part::named("settings");
