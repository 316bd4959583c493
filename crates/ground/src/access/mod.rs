//! Who may do what: users, their grants, the capabilities that handlers receive, sessions and sign-in.
//!
//! A grant is a [`Role`] over a set of territories and institution units. A route names the [`Capability`]
//! it needs; only a caller with one of the capability's roles can hold it, and it carries the [`Scope`] that
//! every query filters by.

mod account;
mod activation;
mod actor;
mod attempts;
mod capability;
pub mod cli;
mod codes;
pub mod expiry;
mod password;
mod role;
mod scope;
pub mod session;
mod signin;
mod totp;
mod user;
mod users;

pub use actor::{Actor, Grant};
pub use attempts::{Origin, public_form};
pub use capability::{Cap, Capability, SignedIn, capability};
pub use role::{Role, RolePair};
pub use scope::{Area, Scope};
pub use users::{
    AddGrant, AddUsers, LinkSponsor, ManageUsers, NewGrant, NewUser, RevokeGrant, SetDisabled, SetRoleRules,
};

use super::audit::Reference;
use super::part::Part;
use super::web::{MenuItem, Routes};

/// The part, for the gates.
pub const PART: Part = Part {
    routes,
    menu: &[MenuItem { path: "/pengguna", label: "access.users.title", roles: &[Role::DistrictAdmin] }],
    references: &[Reference::user("user_grant", "granted_by")],
    ..Part::named("access")
};

fn routes() -> Routes {
    signin::routes().and(activation::routes()).and(account::routes()).and(users::routes())
}
