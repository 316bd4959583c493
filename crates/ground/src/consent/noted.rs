//! Tells the access log that names left a register: who, when, what.

use std::sync::Arc;

use asuh_store::{Command, Fault, Id, Recording, Tx, args};
use serde::Serialize;

use crate::App;
use crate::access::Actor;
use crate::web::Error;

/// Writes an entry of the access log before names are handed out. Fails closed: what cannot be noted is not
/// shown.
///
/// # Errors
/// The log cannot be written.
pub(super) async fn noted(
    app: &App,
    actor: &Arc<Actor>,
    action: &'static str,
    subject: Option<(&'static str, Id)>,
    detail: &'static str,
) -> Result<(), Error> {
    app.submit(actor, app.store.new_id(), Noted { action, subject, detail }).await?;
    Ok(())
}

#[derive(Serialize)]
struct Noted {
    action: &'static str,
    subject: Option<(&'static str, Id)>,
    detail: &'static str,
}

impl Command for Noted {
    const KIND: &'static str = "consent.noted";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let (kind, subject) = self.subject.unzip();
        tx.execute(
            "INSERT INTO access_log (district_id, id, at, user_id, action, subject_kind, subject_id, detail) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![tx.district(), tx.new_id(), tx.now(), tx.actor(), self.action, kind, subject, self.detail],
        )
        .await?;
        Ok(())
    }
}
