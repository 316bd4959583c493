//! The one-time code that opens the set-up page of a new installation: printed on the console, kept hashed.

use asuh_store::{Command, DistrictId, Fault, Instant, Query, Recording, Rejection, StoreError, Tx, args};
use serde::Serialize;

use crate::App;
use crate::access::session;

/// Hours for which a code opens the page.
const HOURS: i64 = 24;
const HASH: &str = "first_run.code_hash";
const EXPIRES: &str = "first_run.expires_at";

/// Whether the installation still has to be set up: there is no district, or nobody of the only one has
/// signed in yet. A demo is set up, whoever has signed in: its codes are printed beside its address. Index: unique
/// key of `app_user`.
///
/// # Errors
/// The store fails.
pub async fn is_open(app: &App) -> Result<bool, StoreError> {
    if app.settings.demo {
        return Ok(false);
    }
    let db = app.store.reader();
    let districts = super::all(db).await?;
    match districts.as_slice() {
        [] => Ok(true),
        [only] => {
            let sql =
                "SELECT COUNT(*) AS n FROM app_user WHERE district_id = $1 AND activated_at IS NOT NULL";
            Ok(db.number(sql, args![only.id]).await? == 0)
        }
        _ => Ok(false),
    }
}

/// A new code for the console while the installation is not set up; the one before ends. Nothing when it is.
///
/// # Errors
/// The store fails.
pub async fn code(app: &App) -> Result<Option<String>, Rejection> {
    let unavailable = |error: StoreError| Rejection::Unavailable(error.to_string());
    if !is_open(app).await.map_err(unavailable)? {
        return Ok(None);
    }
    // 80 random bits in groups that a person can read aloud.
    let letters = data_encoding::BASE32.encode(&session::new_token()[..10]);
    let groups: Vec<&str> = (0..4).filter_map(|nth| letters.get(nth * 4..nth * 4 + 4)).collect();
    let code = groups.join("-");
    let now = app.store.clock().now();
    let envelope = app.bookkeeping(DistrictId(0));
    let put = PutCode { hash: hash(&code), expires_at: now.plus_seconds(HOURS * 3600) };
    app.store.submit(envelope, put).await?;
    Ok(Some(code))
}

/// Whether a typed code opens the set-up page now.
///
/// # Errors
/// The store fails.
pub async fn opens(app: &App, typed: &str) -> Result<bool, StoreError> {
    asuh_store::row_struct! {
        struct Row { name: String, value: String }
    }
    let rows: Vec<Row> = app
        .store
        .reader()
        .all("SELECT name, value FROM installation WHERE name IN ($1, $2)", args![HASH, EXPIRES])
        .await?;
    let value = |name: &str| rows.iter().find(|row| row.name == name).map_or("", |row| row.value.as_str());
    let expires = Instant(value(EXPIRES).parse().unwrap_or(0));
    // Both sides are hashes: comparing them tells nothing about the code.
    Ok(app.store.clock().now() < expires && value(HASH) == hash(typed))
}

/// The hash of a code, however it was typed.
fn hash(code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    data_encoding::HEXLOWER.encode(&session::hash(letters.to_ascii_uppercase().as_bytes()))
}

#[derive(Serialize)]
struct PutCode {
    hash: String,
    expires_at: Instant,
}

impl Command for PutCode {
    const KIND: &'static str = "settings.put_setup_code";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        for (name, value) in [(HASH, self.hash.clone()), (EXPIRES, self.expires_at.0.to_string())] {
            tx.execute(
                "INSERT INTO installation (name, value) VALUES ($1, $2) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                args![name, value],
            )
            .await?;
        }
        Ok(())
    }
}
