//! How often one may try: failed tries per account and per address, in the database.
//!
//! Five wrong tries within fifteen minutes close an account's door, and an address's, for fifteen minutes;
//! whoever goes on afterwards waits twice as long, an hour at most. Nothing is ever closed for good, and a
//! browser in which the user has signed in before counts for itself ([`Device`]): a stranger who keeps trying
//! cannot keep him out.

use asuh_store::{
    Command, DistrictId, Fault, Id, Instant, LookupHash, Query, Recording, Secrets, SecretsError, StoreError,
    Tx, args,
};
use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

use crate::web::Error;
use crate::{App, settings};

/// Wrong tries that close a door.
const TRIES: i64 = 5;
/// Length of the window, and of the first closing, in seconds.
const WINDOW: i64 = 15 * 60;
/// The longest closing, in seconds.
const LONGEST: i64 = 60 * 60;
/// The setting that allows more tries from one address, for offices whose hundreds of staff share one.
const ADDRESS_SETTING: &str = "access.tries_per_address";

/// Something whose failed tries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counted {
    hash: LookupHash,
    tries: i64,
}

impl Counted {
    /// An account by what was typed, whether it exists or not.
    pub(super) fn account(
        secrets: &Secrets,
        district: DistrictId,
        login: &str,
    ) -> Result<Self, SecretsError> {
        Ok(Counted { hash: secrets.lookup(district, "tries/account", login)?, tries: TRIES })
    }

    /// A user at another gate than his password (second factor, the present password).
    pub(super) fn user(
        secrets: &Secrets,
        district: DistrictId,
        gate: &str,
        user: Id,
    ) -> Result<Self, SecretsError> {
        Ok(Counted { hash: secrets.lookup(district, gate, &user.to_string())?, tries: TRIES })
    }

    /// A browser in which this account was signed in before.
    pub(super) fn device(
        secrets: &Secrets,
        district: DistrictId,
        device: &Device,
    ) -> Result<Self, SecretsError> {
        Ok(Counted { hash: secrets.lookup(district, "tries/device", &device.0)?, tries: TRIES })
    }

    /// The address a request comes from.
    pub(super) async fn address(app: &App, district: DistrictId, address: &str) -> Result<Self, Error> {
        let tries = settings::get(app.store.reader(), district, ADDRESS_SETTING, "").await?;
        let tries = tries.parse().unwrap_or(TRIES).clamp(TRIES, 1_000);
        Ok(Counted { hash: app.store.secrets().lookup(district, "tries/address", address)?, tries })
    }

    /// Counts one failure. The row is locked first, so that simultaneous tries count one by one.
    async fn fail(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let now = tx.now();
        let state = self.locked(tx).await?;
        let old = now.0 > state.window_from.plus_seconds(WINDOW).0
            && now.0 > state.blocked_until.plus_seconds(WINDOW).0;
        let failures = if old { 1 } else { state.failures + 1 };
        let from = if failures == 1 { now } else { state.window_from };
        let closed = match failures - self.tries {
            over if over < 0 => Instant(0),
            over => now.plus_seconds((WINDOW << over.min(8)).min(LONGEST)),
        };
        tx.execute(
            "UPDATE sign_in_counter SET window_from = $3, failures = $4, blocked_until = $5 \
             WHERE district_id = $1 AND subject_hash = $2",
            args![tx.district(), self.hash, from, failures, closed],
        )
        .await?;
        Ok(())
    }

    async fn locked(&self, tx: &Tx<'_>) -> Result<State, StoreError> {
        let state: Option<State> = {
            tx.execute(
                "INSERT INTO sign_in_counter (district_id, subject_hash, window_from, failures, blocked_until) \
                 VALUES ($1, $2, $3, 0, 0) ON CONFLICT (district_id, subject_hash) \
                 DO UPDATE SET failures = sign_in_counter.failures",
                args![tx.district(), self.hash, tx.now()],
            )
            .await?;
            tx.first(
                "SELECT window_from, failures, blocked_until FROM sign_in_counter \
                 WHERE district_id = $1 AND subject_hash = $2",
                args![tx.district(), self.hash],
            )
            .await?
        };
        state.ok_or_else(|| StoreError::Shape("a counter that was just written is gone".into()))
    }

    /// Forgets the failures: the right answer was given.
    pub(super) async fn clear(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        tx.execute(
            "DELETE FROM sign_in_counter WHERE district_id = $1 AND subject_hash = $2",
            args![tx.district(), self.hash],
        )
        .await?;
        Ok(())
    }
}

asuh_store::row_struct! {
    struct State { window_from: Instant, failures: i64, blocked_until: Instant }
}

/// Begins a try: seconds to wait when a door is closed, otherwise 0, and the failure is counted in advance for
/// `counted` (a right answer clears it), so that a hundred tries at once are still five. An address is counted
/// only when the try has failed ([`Failed`]): colleagues who sign in at the same moment share it.
#[derive(Serialize, Deserialize)]
pub(super) struct Begin {
    pub(super) counted: Option<Counted>,
    pub(super) address: Counted,
}

impl Command for Begin {
    const KIND: &'static str = "access.begin_try";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let now = tx.now();
        let mut wait = 0;
        for counted in self.counted.iter().chain([&self.address]) {
            let until = counted.locked(tx).await?.blocked_until;
            wait = wait.max((until.0 - now.0 + 999) / 1000);
        }
        if wait > 0 {
            return Ok(wait);
        }
        if let Some(counted) = &self.counted {
            counted.fail(tx).await?;
        }
        Ok(0)
    }
}

/// Ends a try that failed: counts it for the address, and writes it into the access log.
#[derive(Serialize, Deserialize)]
pub(super) struct Failed {
    pub(super) address: Counted,
    pub(super) user: Option<Id>,
    pub(super) action: String,
    pub(super) detail: String,
}

impl Command for Failed {
    const KIND: &'static str = "access.failed_try";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        self.address.fail(tx).await?;
        crate::audit::entry(tx, self.user.unwrap_or(Id::SYSTEM), &self.action, None, &self.detail).await?;
        Ok(())
    }
}

/// Counts one use of a form that anybody may send without signing in, whether it succeeds or not; seconds to wait when
/// there were too many from one address.
#[derive(Serialize, Deserialize)]
struct CountPublic {
    counted: Counted,
}

impl Command for CountPublic {
    const KIND: &'static str = "access.count_public";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let until = self.counted.locked(tx).await?.blocked_until;
        let wait = (until.0 - tx.now().0 + 999) / 1000;
        if wait > 0 {
            return Ok(wait);
        }
        self.counted.fail(tx).await?;
        Ok(0)
    }
}

/// Lets a form through that anybody may send without signing in: at most `most` times in a quarter of an hour from one
/// address. `gate` names the form; each is counted for itself.
///
/// # Errors
/// [`Error::TooMany`] with the seconds to wait, or the store fails.
pub async fn public_form(
    app: &App,
    district: DistrictId,
    gate: &str,
    origin: &Origin,
    most: i64,
) -> Result<(), Error> {
    let hash = app.store.secrets().lookup(district, gate, &origin.address)?;
    let command = CountPublic { counted: Counted { hash, tries: most } };
    match app.store.submit(app.bookkeeping(district), command).await?.value {
        0 => Ok(()),
        wait => Err(Error::TooMany(u64::try_from(wait).unwrap_or(1))),
    }
}

/// Where a request comes from, for counting and for the access log.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The address of the connection.
    pub(super) address: String,
    /// The kind of browser, such as `Chrome, Android`.
    pub(super) browser: String,
}

impl Origin {
    fn of(parts: &Parts) -> Origin {
        let address = parts
            .extensions
            .get::<ConnectInfo<std::net::SocketAddr>>()
            .map_or_else(|| "unknown".to_owned(), |info| info.0.ip().to_canonical().to_string());
        Origin { address, browser: browser(&parts.headers) }
    }
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Origin::of(parts))
    }
}

/// The browser and the system in two words of our own: nothing the browser sends is stored as it came.
fn browser(headers: &HeaderMap) -> String {
    let agent = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map_or("?", |(_, name)| *name)
    };
    let program = first(&[
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    format!("{program}, {system}")
}

/// A browser in which an account was signed in before, by a cookie that only we can make. It opens nothing; its
/// tries are counted apart from those of strangers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Device(String);

/// Name of the cookie.
const DEVICE_COOKIE: &str = "__Host-perangkat";

impl Device {
    fn mark(
        secrets: &Secrets,
        district: DistrictId,
        login: &str,
        nonce: &str,
    ) -> Result<String, SecretsError> {
        let hash = secrets.lookup(district, "device", &format!("{nonce} {login}"))?;
        Ok(data_encoding::BASE64URL_NOPAD.encode(&hash[..16]))
    }

    /// The device of a request, if its cookie was made for this account.
    pub(super) fn of(
        secrets: &Secrets,
        headers: &HeaderMap,
        district: DistrictId,
        login: &str,
    ) -> Result<Option<Device>, SecretsError> {
        let Some(value) = super::session::cookie(headers, DEVICE_COOKIE) else { return Ok(None) };
        let Some((nonce, mark)) = value.split_once('.') else { return Ok(None) };
        let right = Device::mark(secrets, district, login, nonce)? == mark;
        Ok(right.then_some(Device(value)))
    }

    /// The `Set-Cookie` header that makes the browser known for this account, for half a year.
    pub(super) fn set_cookie(app: &App, district: DistrictId, login: &str) -> Result<String, SecretsError> {
        let nonce = data_encoding::BASE64URL_NOPAD.encode(&super::session::new_token()[..12]);
        let mark = Device::mark(app.store.secrets(), district, login, &nonce)?;
        Ok(format!(
            "{DEVICE_COOKIE}={nonce}.{mark}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=15552000"
        ))
    }
}
