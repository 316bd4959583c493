//! Users from the console: the first admin of a new installation, and the way back in when nobody else can.

use asuh_store::{DistrictId, Id, Instant, Query, Rejection, StoreError, args};

use super::activation::NewCodes;
use super::users::{AddUsers, NewGrant, NewUser, SetDisabled};
use super::{Role, codes, user};
use crate::App;

/// Why the console could not do it; says what to do, in English like the rest of the command line.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// No user has this login.
    #[error("there is no user '{0}'; `asuh user list` shows the logins")]
    UnknownLogin(String),
    /// There is no such district.
    #[error("there is no district {0} in this installation")]
    UnknownDistrict(DistrictId),
    /// A rule refuses it.
    #[error("{0}")]
    Refused(#[from] Rejection),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

asuh_store::row_struct! {
    /// A user as `asuh user list` prints him.
    pub struct ListedUser {
        /// The name he signs in with.
        pub login: String,
        /// His name.
        pub name: String,
        /// When he chose a password.
        pub activated_at: Option<Instant>,
        /// When he was stopped.
        pub disabled_at: Option<Instant>,
        /// Codes of the roles he holds, with commas; empty for none.
        pub roles: String,
    }
}

/// Makes a user with a role over the whole district (and these units, for roles that are bound to units) and
/// gives back his activation code, as it is printed.
///
/// # Errors
/// The login is taken or not one, the role asks for units, or the store fails.
pub async fn add(
    app: &App,
    district: DistrictId,
    login: &str,
    name: &str,
    role: Role,
    units: &[Id],
) -> Result<String, CliError> {
    let code =
        app.store.reader().number("SELECT code AS n FROM district WHERE id = $1", args![district]).await?;
    if code == 0 {
        return Err(CliError::UnknownDistrict(district));
    }
    let now = app.store.clock().now();
    // An auditor is let in for thirty days from the console; longer is given in the browser, within its rule.
    let until = (role == Role::Auditor).then(|| now.plus_seconds(30 * 86_400));
    let grant = NewGrant { role, areas: vec![(code, String::new())], units: units.to_vec(), until };
    let login = user::normal_login(login);
    let user =
        NewUser { login: login.clone(), name: name.trim().to_owned(), sponsor: None, grants: vec![grant] };
    app.store.submit(app.bookkeeping(district), AddUsers { users: vec![user] }).await?;
    new_code(app, district, &login).await
}

/// A new activation code for a user; the old one ends.
///
/// # Errors
/// Nobody has this login, or the store fails.
pub async fn new_code(app: &App, district: DistrictId, login: &str) -> Result<String, CliError> {
    let user = find(app, district, login).await?;
    Ok(codes_for(app, district, &[user.id]).await?.remove(0))
}

/// New activation codes for these users, in order, as they are printed: for the console and the demo.
///
/// # Errors
/// One is unknown or stopped, or the store fails.
pub async fn codes_for(app: &App, district: DistrictId, users: &[Id]) -> Result<Vec<String>, CliError> {
    let mut made = Vec::with_capacity(users.len());
    let mut stored = Vec::with_capacity(users.len());
    for user in users {
        let code = codes::new_code();
        let hash = app.store.secrets().lookup(district, "activation", &code).map_err(StoreError::from)?;
        stored.push((*user, hash));
        made.push(codes::shown(&code));
    }
    app.store.submit(app.bookkeeping(district), NewCodes { codes: stored, without_factor: false }).await?;
    Ok(made)
}

/// All users, by login.
///
/// # Errors
/// The store fails.
pub async fn list(app: &App, district: DistrictId) -> Result<Vec<ListedUser>, CliError> {
    asuh_store::row_struct! {
        struct Line { login: String, name: String, activated_at: Option<Instant>, disabled_at: Option<Instant>, role: Option<String> }
    }
    let lines: Vec<Line> = app
        .store
        .reader()
        .all(
            "SELECT u.login, u.name, u.activated_at, u.disabled_at, g.role FROM app_user u \
             LEFT JOIN user_grant g ON g.district_id = u.district_id AND g.user_id = u.id \
             AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > $2) \
             WHERE u.district_id = $1 ORDER BY u.login, g.role",
            args![district, app.store.clock().now()],
        )
        .await?;
    let mut users: Vec<ListedUser> = Vec::new();
    for line in lines {
        let role = line.role.unwrap_or_default();
        match users.last_mut().filter(|last| last.login == line.login) {
            Some(last) => {
                last.roles.push_str(", ");
                last.roles.push_str(&role);
            }
            None => users.push(ListedUser {
                login: line.login,
                name: line.name,
                activated_at: line.activated_at,
                disabled_at: line.disabled_at,
                roles: role,
            }),
        }
    }
    Ok(users)
}

/// Stops a user: his next request is refused.
///
/// # Errors
/// Nobody has this login, or the store fails.
pub async fn disable(app: &App, district: DistrictId, login: &str) -> Result<(), CliError> {
    let user = find(app, district, login).await?;
    app.store.submit(app.bookkeeping(district), SetDisabled { user: user.id, disabled: true }).await?;
    Ok(())
}

async fn find(app: &App, district: DistrictId, login: &str) -> Result<user::User, CliError> {
    let login = user::normal_login(login);
    let found = user::by_login(app.store.reader(), district, &login).await?;
    found.ok_or(CliError::UnknownLogin(login))
}
