//! Who may do what: users, their grants, the capabilities that handlers receive, sessions and sign-in.
//!
//! A grant is a [`Role`] over a set of territories and institution units. A route names the [`Capability`]
//! it needs; only a caller with one of the capability's roles can hold it, and it carries the [`Scope`] that
//! every query filters by.

mod actor;
mod capability;
mod role;
mod scope;
pub mod session;

pub use actor::{Actor, Grant};
pub use capability::{Cap, Capability, SignedIn, capability};
pub use role::{Role, RolePair};
pub use scope::{Area, Scope};

use super::part::Part;

/// The part, for the gates.
pub const PART: Part = Part::named("access");
