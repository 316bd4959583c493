//! What is changed of users and their grants. Every change that touches what somebody may do raises the version
//! of his grants and ends his sessions: what he was doing is refused, and he signs in anew with a new token.

use std::collections::BTreeMap;

use asuh_nusantara::TerritoryCode;
use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::activation;
use super::super::session;
use super::super::user::is_login;
use super::super::{Role, RolePair};
use super::rules::{self, Reach};
use crate::settings;

/// A grant to be given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewGrant {
    /// The role.
    pub role: Role,
    /// Territory codes, each with an RW or an empty text for all of it.
    pub areas: Vec<(i64, String)>,
    /// Institution units; the units below them are reached too.
    pub units: Vec<Id>,
    /// Until when; `None` for as long as nobody revokes it.
    pub until: Option<Instant>,
}

/// A user to be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewUser {
    /// The name he signs in with: an NIP or a short name, see [`super::super::user::is_login`].
    pub login: String,
    /// His full name.
    pub name: String,
    /// The sponsor he is, if any.
    pub sponsor: Option<Id>,
    /// What he may do.
    pub grants: Vec<NewGrant>,
}

/// Makes users, without passwords: each gets in by an activation code. Gives back their ids, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddUsers {
    /// The users.
    pub users: Vec<NewUser>,
}

impl Command for AddUsers {
    const KIND: &'static str = "access.add_users";
    type Receipt = Vec<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Vec<Id>, Fault> {
        let mut ids = Vec::with_capacity(self.users.len());
        let mut rules = Rules::read(tx).await?;
        for user in &self.users {
            let login = user.login.as_str();
            if !is_login(login) {
                return Err(Refusal::new("access.refused.login").field("nama").into());
            }
            let id = tx.new_id();
            let made = tx
                .execute(
                    "INSERT INTO app_user (district_id, id, login, name, name_search, password_hash, totp_sealed, \
                     totp_confirmed_at, totp_last_step, grants_version, language, created_at, activated_at, \
                     disabled_at, sponsor_id) \
                     VALUES ($1, $2, $3, $4, $5, NULL, NULL, NULL, 0, 1, 'id', $6, NULL, NULL, $7) \
                     ON CONFLICT (district_id, login) DO NOTHING",
                    args![
                        tx.district(),
                        id,
                        login,
                        &user.name,
                        user.name.to_lowercase(),
                        tx.now(),
                        user.sponsor
                    ],
                )
                .await?;
            if made == 0 {
                return Err(Refusal::new("access.refused.login_known")
                    .field("nama")
                    .arg("login", login)
                    .into());
            }
            let mut held = Vec::new();
            for grant in &user.grants {
                rules.check(tx, grant, &held).await?;
                insert(tx, id, grant).await?;
                held.push(grant.role);
            }
            ids.push(id);
        }
        if let [only] = ids.as_slice() {
            tx.subject("user", *only);
        }
        Ok(ids)
    }
}

/// Gives a user a role over territories and units.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddGrant {
    /// Whom.
    pub user: Id,
    /// What.
    pub grant: NewGrant,
}

impl Command for AddGrant {
    const KIND: &'static str = "access.add_grant";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        changed(tx, self.user).await?;
        let held = held_roles(tx, self.user).await?;
        Rules::read(tx).await?.check(tx, &self.grant, &held).await?;
        let id = insert(tx, self.user, &self.grant).await?;
        tx.subject("user", self.user);
        Ok(id)
    }
}

/// Takes a grant away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevokeGrant {
    /// Whose.
    pub user: Id,
    /// Which.
    pub grant: Id,
}

impl Command for RevokeGrant {
    const KIND: &'static str = "access.revoke_grant";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        changed(tx, self.user).await?;
        let revoked = tx
            .execute(
                "UPDATE user_grant SET revoked_at = $4 \
                 WHERE district_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL",
                args![tx.district(), self.user, self.grant, tx.now()],
            )
            .await?;
        if revoked != 1 {
            return Err(Refusal::not_found().into());
        }
        // Who may give roles must go on being one; another admin can take it from him.
        if self.user == tx.actor() && !held_roles(tx, self.user).await?.contains(&Role::DistrictAdmin) {
            return Err(Refusal::new("access.refused.own_admin").into());
        }
        tx.subject("user", self.user);
        Ok(())
    }
}

/// Stops a user from signing in, or lets him again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetDisabled {
    /// Whom.
    pub user: Id,
    /// Whether he is stopped.
    pub disabled: bool,
}

impl Command for SetDisabled {
    const KIND: &'static str = "access.set_disabled";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if self.user == tx.actor() {
            return Err(Refusal::new("access.refused.own_account").into());
        }
        changed(tx, self.user).await?;
        activation::ended(tx, &[self.user]).await?;
        tx.execute(
            "UPDATE app_user SET disabled_at = $3 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.user, self.disabled.then(|| tx.now())],
        )
        .await?;
        tx.subject("user", self.user);
        Ok(())
    }
}

/// Says which sponsor of the roster a user is: his own promises and gifts are then his to see. Ends his sessions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkSponsor {
    /// Whom.
    pub user: Id,
    /// The sponsor; `None` for nobody.
    pub sponsor: Option<Id>,
}

impl Command for LinkSponsor {
    const KIND: &'static str = "access.link_sponsor";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        changed(tx, self.user).await?;
        // One person, one account: a second one would read his promises under another name.
        let taken = tx
            .number(
                "SELECT COUNT(*) AS n FROM app_user WHERE district_id = $1 AND sponsor_id = $2 AND id <> $3",
                args![tx.district(), self.sponsor, self.user],
            )
            .await?;
        if taken > 0 {
            return Err(Refusal::new("access.refused.sponsor_taken").field("pegawai").into());
        }
        tx.execute(
            "UPDATE app_user SET sponsor_id = $3 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.user, self.sponsor],
        )
        .await?;
        tx.subject("user", self.user);
        Ok(())
    }
}

/// Changes the rules about roles.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetRoleRules {
    /// Pairs of roles that one person may not hold together, as [`RolePair::parse_list`] reads them.
    pub incompatible: String,
    /// The longest time, in days, for which an auditor is let in.
    pub auditor_days: i64,
}

impl Command for SetRoleRules {
    const KIND: &'static str = "access.set_role_rules";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if RolePair::parse_list(&self.incompatible).is_err() {
            return Err(Refusal::new("access.refused.pairs").field("pasangan").into());
        }
        settings::put(tx, rules::INCOMPATIBLE, &self.incompatible).await?;
        settings::put(tx, rules::AUDITOR_DAYS, &self.auditor_days.to_string()).await?;
        Ok(())
    }
}

/// What the user may do is about to change: his version of it rises and his sessions end.
async fn changed(tx: &Tx<'_>, user: Id) -> Result<(), Fault> {
    let there = tx
        .execute(
            "UPDATE app_user SET grants_version = grants_version + 1 WHERE district_id = $1 AND id = $2",
            args![tx.district(), user],
        )
        .await?;
    if there != 1 {
        return Err(Refusal::not_found().into());
    }
    session::end_all(tx, user).await?;
    Ok(())
}

async fn held_roles(tx: &Tx<'_>, user: Id) -> Result<Vec<Role>, StoreError> {
    let rows: Vec<(String,)> = tx
        .all(
            "SELECT role FROM user_grant WHERE district_id = $1 AND user_id = $2 AND revoked_at IS NULL \
             AND (valid_until IS NULL OR valid_until > $3)",
            args![tx.district(), user, tx.now()],
        )
        .await?;
    Ok(rows.iter().filter_map(|row| Role::parse(&row.0)).collect())
}

async fn insert(tx: &Tx<'_>, user: Id, grant: &NewGrant) -> Result<Id, StoreError> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO user_grant (district_id, id, user_id, role, granted_at, granted_by, valid_until, revoked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)",
        args![tx.district(), id, user, grant.role.code(), tx.now(), tx.actor(), grant.until],
    )
    .await?;
    let areas = grant.areas.iter().map(|(code, rw)| args![tx.district(), id, *code, rw]).collect();
    tx.insert_many(
        "INSERT INTO grant_territory (district_id, grant_id, territory_code, rw) VALUES",
        "ON CONFLICT (district_id, grant_id, territory_code, rw) DO NOTHING",
        areas,
    )
    .await?;
    let units = grant.units.iter().map(|unit| args![tx.district(), id, *unit]).collect();
    tx.insert_many(
        "INSERT INTO grant_unit (district_id, grant_id, institution_id) VALUES",
        "ON CONFLICT (district_id, grant_id, institution_id) DO NOTHING",
        units,
    )
    .await?;
    Ok(id)
}

/// The rules about grants, with what was already found to exist.
struct Rules {
    pairs: Vec<RolePair>,
    auditor_days: i64,
    district: i64,
    places: BTreeMap<i64, bool>,
    units: BTreeMap<Id, bool>,
}

impl Rules {
    async fn read(tx: &Tx<'_>) -> Result<Rules, StoreError> {
        let (pairs, auditor_days) = rules::read(tx, tx.district()).await?;
        let district =
            tx.number("SELECT code AS n FROM district WHERE id = $1", args![tx.district()]).await?;
        Ok(Rules { pairs, auditor_days, district, places: BTreeMap::new(), units: BTreeMap::new() })
    }

    async fn check(&mut self, tx: &Tx<'_>, grant: &NewGrant, held: &[Role]) -> Result<(), Fault> {
        let role = grant.role;
        if let Some(other) = held.iter().find(|held| self.pairs.iter().any(|pair| pair.forbids(**held, role)))
        {
            // The names of the roles are translation keys of their own.
            return Err(Refusal::new(format!("access.refused.incompatible.{}", other.code()))
                .field("peran")
                .into());
        }
        if let Some(until) = grant.until
            && until <= tx.now()
        {
            return Err(Refusal::new("access.refused.until_past").field("sampai").into());
        }
        if role == Role::Auditor
            && grant.until.is_none_or(|until| until > tx.now().plus_seconds((self.auditor_days + 1) * 86_400))
        {
            let refusal = Refusal::new("access.refused.auditor_until").field("sampai");
            return Err(refusal.arg("days", self.auditor_days).into());
        }
        match rules::reach(role) {
            Reach::Areas if grant.areas.is_empty() => {
                return Err(Refusal::new("access.refused.no_area").field("wilayah").into());
            }
            Reach::Units if grant.units.is_empty() => {
                return Err(Refusal::new("access.refused.no_unit").field("unit").into());
            }
            _ => {}
        }
        for (code, rw) in &grant.areas {
            if !rw.is_empty() && (rw.len() > 3 || !rw.chars().all(|c| c.is_ascii_digit())) {
                return Err(Refusal::new("access.refused.rw").field("rw").into());
            }
            if !self.place(tx, *code).await? {
                return Err(Refusal::new("access.refused.place").field("wilayah").into());
            }
        }
        for unit in &grant.units {
            if !self.unit(tx, *unit).await? {
                return Err(Refusal::new("access.refused.unit").field("unit").into());
            }
        }
        Ok(())
    }

    /// Whether a territory lies in the district.
    async fn place(&mut self, tx: &Tx<'_>, code: i64) -> Result<bool, Fault> {
        if let Some(known) = self.places.get(&code) {
            return Ok(*known);
        }
        let inside = match (TerritoryCode::from_i64(self.district), TerritoryCode::from_i64(code)) {
            (Ok(district), Ok(place)) => district.contains(place),
            _ => false,
        };
        let there = inside
            && (code == self.district
                || tx
                    .number(
                        "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2",
                        args![tx.district(), code],
                    )
                    .await?
                    > 0);
        self.places.insert(code, there);
        Ok(there)
    }

    /// Whether an institution unit is one of the district's.
    async fn unit(&mut self, tx: &Tx<'_>, unit: Id) -> Result<bool, Fault> {
        if let Some(known) = self.units.get(&unit) {
            return Ok(*known);
        }
        let there = tx
            .number(
                "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2",
                args![tx.district(), unit],
            )
            .await?
            > 0;
        self.units.insert(unit, there);
        Ok(there)
    }
}
