//! Sessions: a random token in a cookie, its hash in the database.

use asuh_nusantara::{Language, TerritoryCode, Zone};
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Recording, StoreError, Tx, args};
use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Actor, Area, Grant, Role, Scope};
use crate::App;

/// The session cookie. The prefix makes browsers insist on HTTPS (or localhost), path `/`, no domain.
pub const COOKIE: &str = "__Host-sesi";
/// Minutes without a request after which a session ends.
pub const IDLE_MINUTES: i64 = 30;
/// Hours after which a session ends in any case.
pub const ABSOLUTE_HOURS: i64 = 12;
/// Minutes within which the second factor must be given.
const HALF_MINUTES: i64 = 15;
/// The last use is written down at most this often: reading pages is not writing.
const SEEN_EVERY_SECONDS: i64 = 60;

asuh_store::row_struct! {
    struct Found {
        user_id: Id,
        seen_at: Instant,
        expires_at: Instant,
        complete: bool,
        name: String,
        sponsor_id: Option<Id>,
        language: String,
        grants_version: i64,
        disabled_at: Option<Instant>,
        district_code: i64,
        district_name: String,
        zone: String,
    }
}

/// The signed-in caller of a request, if its cookie names a session that holds.
///
/// # Errors
/// The database does not answer.
pub async fn caller(app: &App, headers: &HeaderMap) -> Result<Option<Actor>, StoreError> {
    let Some((district, token_hash)) = token(headers) else { return Ok(None) };
    let found = find(app, district, &token_hash).await?;
    let Some((found, now)) = found.filter(|(found, _)| found.complete) else { return Ok(None) };
    if now.0 - found.seen_at.0 > SEEN_EVERY_SECONDS * 1000 {
        seen(app, district, &token_hash, now).await;
    }
    let grants = grants(app, district, found.user_id, now).await?;
    Ok(Some(Actor {
        district,
        district_code: TerritoryCode::from_i64(found.district_code)
            .map_err(|error| StoreError::Shape(error.to_string()))?,
        district_name: found.district_name,
        zone: Zone::parse(&found.zone).unwrap_or(Zone::Wib),
        user: found.user_id,
        name: found.name,
        sponsor: found.sponsor_id,
        language: Language::parse(&found.language).unwrap_or_default(),
        grants,
        grants_version: found.grants_version,
        session: token_hash.to_vec(),
    }))
}

/// The user whose session waits for the second factor, if the cookie names one: (district, user, token hash).
///
/// # Errors
/// The database does not answer.
pub async fn half_signed_in(
    app: &App,
    headers: &HeaderMap,
) -> Result<Option<(DistrictId, Id, [u8; 32])>, StoreError> {
    let Some((district, token_hash)) = token(headers) else { return Ok(None) };
    let found = find(app, district, &token_hash).await?;
    Ok(found.filter(|(found, _)| !found.complete).map(|(found, _)| (district, found.user_id, token_hash)))
}

async fn find(
    app: &App,
    district: DistrictId,
    token_hash: &[u8; 32],
) -> Result<Option<(Found, Instant)>, StoreError> {
    let now = app.store.clock().now();
    let found: Option<Found> = app
        .store
        .reader()
        .first(
            "SELECT s.user_id, s.seen_at, s.expires_at, s.complete, u.name, u.sponsor_id, u.language, \
             u.grants_version, u.disabled_at, d.code AS district_code, d.name AS district_name, d.zone \
             FROM session s \
             JOIN app_user u ON u.district_id = s.district_id AND u.id = s.user_id \
             JOIN district d ON d.id = s.district_id \
             WHERE s.district_id = $1 AND s.token_hash = $2",
            args![district, *token_hash],
        )
        .await?;
    Ok(found
        .filter(|found| {
            found.disabled_at.is_none()
                && now < found.expires_at
                && now.0 - found.seen_at.0 <= IDLE_MINUTES * 60_000
        })
        .map(|found| (found, now)))
}

/// The grants of a user that hold now, each with its areas and its units (and the units below them).
///
/// # Errors
/// The database does not answer.
pub async fn grants(
    app: &App,
    district: DistrictId,
    user: Id,
    now: Instant,
) -> Result<Vec<Grant>, StoreError> {
    asuh_store::row_struct! {
        struct Line { grant_id: Id, role: String, territory_code: Option<i64>, rw: Option<String>, unit_id: Option<Id> }
    }
    // One statement: a row per area and a row per unit of each grant; units with everything below them.
    let lines: Vec<Line> = app
        .store
        .reader()
        .all(
            "WITH RECURSIVE held AS ( \
                 SELECT id, role FROM user_grant WHERE district_id = $1 AND user_id = $2 \
                 AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > $3) \
             ), units AS ( \
                 SELECT gu.grant_id, gu.institution_id AS unit_id FROM grant_unit gu \
                 JOIN held h ON h.id = gu.grant_id WHERE gu.district_id = $1 \
                 UNION \
                 SELECT up.grant_id, i.id FROM units up \
                 JOIN institution i ON i.district_id = $1 AND i.parent_id = up.unit_id \
             ) \
             SELECT h.id AS grant_id, h.role, gt.territory_code, gt.rw, NULL AS unit_id FROM held h \
             LEFT JOIN grant_territory gt ON gt.district_id = $1 AND gt.grant_id = h.id \
             UNION ALL \
             SELECT h.id AS grant_id, h.role, NULL AS territory_code, NULL AS rw, u.unit_id FROM held h \
             JOIN units u ON u.grant_id = h.id",
            args![district, user, now],
        )
        .await?;
    let mut found: Vec<(Id, Grant)> = Vec::new();
    for line in lines {
        let Some(role) = Role::parse(&line.role) else { continue };
        let place = match found.iter().position(|(id, _)| *id == line.grant_id) {
            Some(place) => place,
            None => {
                found.push((line.grant_id, Grant { role, scope: Scope::default() }));
                found.len() - 1
            }
        };
        let scope = &mut found[place].1.scope;
        if let Some(code) = line.territory_code.and_then(|code| TerritoryCode::from_i64(code).ok()) {
            scope.areas.push(Area { code, rw: line.rw.unwrap_or_default() });
        }
        if let Some(unit) = line.unit_id {
            scope.units.push(unit);
        }
    }
    // Roles that are not bound to a unit reach every unit of the district when no unit is named.
    for (_, grant) in &mut found {
        grant.scope.all_units = grant.scope.units.is_empty()
            && !matches!(
                grant.role,
                Role::UnitCoordinator | Role::WarehouseKeeper | Role::Treasurer | Role::Kitchen
            );
    }
    Ok(found.into_iter().map(|(_, grant)| grant).collect())
}

/// The cookie's value for a new session: the district in front, so that one look-up finds it.
pub fn cookie_value(district: DistrictId, token: &[u8; 32]) -> String {
    format!("{}.{}", district, data_encoding::BASE64URL_NOPAD.encode(token))
}

/// The `Set-Cookie` header of a new session.
pub fn set_cookie(district: DistrictId, token: &[u8; 32]) -> String {
    format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax", cookie_value(district, token))
}

/// The `Set-Cookie` header that forgets the session.
pub fn forget_cookie() -> String {
    format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// The hash of a token as it is stored.
pub fn hash(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// 256 random bits.
pub fn new_token() -> [u8; 32] {
    let mut token = [0; 32];
    getrandom::fill(&mut token).expect("the operating system gives random bytes");
    token
}

/// The value of a cookie.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// The district and the token's hash that the cookie names, whether such a session exists or not.
pub(super) fn token(headers: &HeaderMap) -> Option<(DistrictId, [u8; 32])> {
    let value = cookie(headers, COOKIE)?;
    let (district, token) = value.split_once('.')?;
    let token = data_encoding::BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    Some((DistrictId(district.parse().ok()?), hash(&token)))
}

/// Opens a session. Unlogged: signing in has its own entry in the access log.
#[derive(Serialize, Deserialize)]
pub struct OpenSession {
    /// Whose.
    pub user: Id,
    /// [`hash`] of its token.
    pub token_hash: [u8; 32],
    /// Whether the second factor was given or is not asked.
    pub complete: bool,
    /// What kind of browser, for the list of sessions.
    pub browser: String,
}

impl Command for OpenSession {
    const KIND: &'static str = "access.open_session";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        Ok(self.open(tx).await?)
    }
}

impl OpenSession {
    /// Opens it within another command; sessions of the user that have run out are forgotten.
    pub(super) async fn open(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        tx.execute(
            "DELETE FROM session WHERE district_id = $1 AND user_id = $2 AND expires_at < $3",
            args![tx.district(), self.user, tx.now()],
        )
        .await?;
        let seconds = if self.complete { ABSOLUTE_HOURS * 3600 } else { HALF_MINUTES * 60 };
        tx.execute(
            "INSERT INTO session (district_id, token_hash, user_id, created_at, seen_at, expires_at, complete, browser) \
             VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
            args![
                tx.district(),
                self.token_hash,
                self.user,
                tx.now(),
                tx.now().plus_seconds(seconds),
                self.complete,
                &self.browser,
            ],
        )
        .await?;
        Ok(())
    }
}

/// Ends one session, within a command.
pub(super) async fn end(tx: &Tx<'_>, token_hash: &[u8]) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM session WHERE district_id = $1 AND token_hash = $2",
        args![tx.district(), token_hash],
    )
    .await?;
    Ok(())
}

/// Ends all sessions of a user, within a command: his next request anywhere is refused.
pub(super) async fn end_all(tx: &Tx<'_>, user: Id) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM session WHERE district_id = $1 AND user_id = $2", args![tx.district(), user])
        .await
}

#[derive(Serialize, Deserialize)]
struct Seen {
    token_hash: [u8; 32],
    at: Instant,
}

impl Command for Seen {
    const KIND: &'static str = "access.seen";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "UPDATE session SET seen_at = $3 WHERE district_id = $1 AND token_hash = $2 AND seen_at < $3",
            args![tx.district(), self.token_hash, self.at],
        )
        .await?;
        Ok(())
    }
}

async fn seen(app: &App, district: DistrictId, token_hash: &[u8; 32], at: Instant) {
    let envelope = asuh_store::Envelope {
        id: app.store.new_id(),
        district,
        actor: Id::SYSTEM,
        device: None,
        captured_at: at,
    };
    let written = app.store.submit(envelope, Seen { token_hash: *token_hash, at }).await;
    if let Err(error) = written {
        tracing::warn!(%error, "a session's last use was not written");
    }
}
