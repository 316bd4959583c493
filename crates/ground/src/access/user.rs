//! A user as the gates see him.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

use super::{Role, session};
use crate::App;

asuh_store::row_struct! {
    /// What signing in needs to know of a user.
    pub(super) struct User {
        pub(super) id: Id,
        pub(super) login: String,
        pub(super) name: String,
        pub(super) password_hash: Option<String>,
        pub(super) totp_sealed: Option<Vec<u8>>,
        pub(super) totp_confirmed_at: Option<Instant>,
        pub(super) disabled_at: Option<Instant>,
    }
}

const COLUMNS: &str = "id, login, name, password_hash, totp_sealed, totp_confirmed_at, disabled_at";

/// Longest login.
pub(super) const LOGIN_MOST: usize = 60;

/// A login as it is stored and compared: trimmed, lower case.
pub(super) fn normal_login(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// Whether a login may be given: 3 to 60 small letters, digits, `.`, `-`, `_`, `@`, beginning with a letter or
/// digit. An NIP is one.
pub(super) fn is_login(login: &str) -> bool {
    (3..=LOGIN_MOST).contains(&login.len())
        && login.starts_with(|c: char| c.is_ascii_alphanumeric())
        && login.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_@".contains(c))
}

/// The user with this login. Index: unique key (district_id, login).
pub(super) async fn by_login(
    db: &impl Query,
    district: DistrictId,
    login: &str,
) -> Result<Option<User>, StoreError> {
    db.first(
        &format!("SELECT {COLUMNS} FROM app_user WHERE district_id = $1 AND login = $2"),
        args![district, login],
    )
    .await
}

/// The user with this id.
pub(super) async fn by_id(db: &impl Query, district: DistrictId, id: Id) -> Result<Option<User>, StoreError> {
    db.first(
        &format!("SELECT {COLUMNS} FROM app_user WHERE district_id = $1 AND id = $2"),
        args![district, id],
    )
    .await
}

impl User {
    /// Whether this user must give a second factor: he holds a role that asks for it (in the demo none does).
    pub(super) async fn needs_second_factor(
        &self,
        app: &App,
        district: DistrictId,
    ) -> Result<bool, StoreError> {
        if app.settings.demo {
            return Ok(false);
        }
        let grants = session::grants(app, district, self.id, app.store.clock().now()).await?;
        Ok(self.totp_confirmed_at.is_some()
            || grants.iter().any(|grant| Role::needs_second_factor(grant.role)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_plain() {
        for good in ["rina", "198703122010011004", "rina.r@kerinci", "a-b_c"] {
            assert!(is_login(good), "{good}");
        }
        for bad in ["", "ab", ".rina", "rina r", "Rina", "rina\r\nx", "é-rina", &"a".repeat(61)] {
            assert!(!is_login(bad), "{bad:?}");
        }
    }
}
