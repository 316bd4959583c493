//! The one place that tells the access log that a family's file was opened.

use std::sync::Arc;

use asuh_store::{Command, Fault, Id, Recording, Tx};
use serde::{Deserialize, Serialize};

use crate::ground::App;
use crate::ground::access::Actor;
use crate::ground::audit;
use crate::ground::web::Error;

/// Notes that the caller opened names of families: `action` is `open`, `reveal` or `export`, the subject a
/// family or what the export was about. Fails closed: what cannot be noted is not shown.
///
/// # Errors
/// The log cannot be written.
pub(in crate::steps::registry) async fn opened(
    app: &App,
    actor: &Arc<Actor>,
    action: &'static str,
    subject: Option<Id>,
    detail: String,
) -> Result<(), Error> {
    app.submit(actor, app.store.new_id(), Opened { action: action.to_owned(), subject, detail }).await?;
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Opened {
    action: String,
    subject: Option<Id>,
    detail: String,
}

impl Command for Opened {
    const KIND: &'static str = "registry.opened";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let subject = self.subject.map(|id| ("family", id));
        audit::entry(tx, tx.actor(), &self.action, subject, &self.detail).await?;
        Ok(())
    }
}
