//! The district admin's pages on users: who they are, what they may do, their codes.
//!
//! An admin makes users and gives them roles; he never sees or chooses a password. Roles that one person may not
//! hold together are data; an auditor is let in for a time.

mod codes;
mod command;
mod grant;
mod pages;
mod query;
mod rules;

pub use command::{
    AddGrant, AddUsers, LinkSponsor, NewGrant, NewUser, RevokeGrant, SetDisabled, SetRoleRules,
};
pub(super) use query::{GrantLine, grants_of};

use super::{Role, capability};
use crate::web::Routes;

capability! {
    /// Makes users, gives and takes roles, makes activation codes.
    pub struct ManageUsers = "access.manage_users": [Role::DistrictAdmin];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ManageUsers, _>("/pengguna", pages::list)
        .post::<ManageUsers, _>("/pengguna/cari", pages::search)
        .get::<ManageUsers, _>("/pengguna/baru", pages::new)
        .post::<ManageUsers, _>("/pengguna/baru", pages::add)
        .get::<ManageUsers, _>("/pengguna/aturan", pages::rules)
        .post::<ManageUsers, _>("/pengguna/aturan", pages::set_rules)
        .get::<ManageUsers, _>("/pengguna/kode", codes::choose)
        .post::<ManageUsers, _>("/pengguna/kode", codes::make)
        .get::<ManageUsers, _>("/pengguna/{id}", pages::one)
        .post::<ManageUsers, _>("/pengguna/{id}/nonaktif", pages::disable)
        .post::<ManageUsers, _>("/pengguna/{id}/aktif", pages::enable)
        .post::<ManageUsers, _>("/pengguna/{id}/kode", codes::one)
        .get::<ManageUsers, _>("/pengguna/{id}/peran", grant::get)
        .post::<ManageUsers, _>("/pengguna/{id}/peran", grant::post)
        .post::<ManageUsers, _>("/pengguna/{id}/cabut", grant::revoke)
}
