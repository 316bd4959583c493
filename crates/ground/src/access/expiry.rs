//! What of access is removed when its time is over: ended sessions, old codes, counters of failed sign-ins.

use asuh_store::{Command, Fault, Recording, Rejection, Tx, args};
use serde::Serialize;

use crate::{App, settings};

/// Days for which an ended session and a used or ended code are still there, for whoever asks what happened.
const DAYS: i64 = 30;

/// Removes what is over in every district; how many rows. Called once a day, safe at any time.
///
/// # Errors
/// The store fails.
pub async fn purge(app: &App) -> Result<u64, Rejection> {
    let districts =
        settings::all(app.store.reader()).await.map_err(|error| Rejection::Unavailable(error.to_string()))?;
    let mut removed = 0;
    for district in districts {
        let envelope = app.bookkeeping(district.id);
        removed += app.store.submit(envelope, Expire {}).await?.value;
    }
    Ok(removed)
}

#[derive(Serialize)]
struct Expire {}

impl Command for Expire {
    const KIND: &'static str = "access.expire";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = u64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<u64, Fault> {
        let before = tx.now().plus_seconds(-DAYS * 86_400);
        let mut removed = 0;
        for sql in [
            "DELETE FROM session WHERE district_id = $1 AND expires_at < $2",
            "DELETE FROM activation_code WHERE district_id = $1 AND expires_at < $2",
            "DELETE FROM sign_in_counter WHERE district_id = $1 AND window_from < $2",
        ] {
            removed += tx.execute(sql, args![tx.district(), before]).await?;
        }
        Ok(removed)
    }
}
