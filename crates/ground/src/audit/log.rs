//! The access log: who opened what. Entries are queued in memory and written in batches within a second, so that
//! opening a page never waits for the disk.

use std::sync::Mutex;

use asuh_store::{Command, DistrictId, Fault, Id, Instant, Recording, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::App;
use crate::access::Actor;

/// Entries after which the writer does not wait for its second to pass.
const MANY: usize = 200;
/// Entries in one command.
const BATCH: usize = 500;
/// Longest detail, in characters.
const DETAIL: usize = 200;

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    district: DistrictId,
    id: Id,
    at: Instant,
    user: Id,
    action: String,
    subject: Option<(String, Id)>,
    detail: String,
}

/// Entries on their way to the database.
#[derive(Default)]
pub struct AccessLog {
    waiting: Mutex<Vec<Entry>>,
    bell: Notify,
    /// One writer at a time, so that a flush returns only when everything before it is written.
    writing: tokio::sync::Mutex<()>,
}

impl AccessLog {
    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Notes that the caller opened something, exported names, or was refused. `action` is a stable word (translation
/// key `audit.action.<action>`): `open`, `export`, `refused`. `detail` is words of ours, never personal data.
pub fn opened(app: &App, actor: &Actor, action: &str, subject: Option<(&str, Id)>, detail: &str) {
    let at = app.store.clock().now();
    let entry = Entry {
        district: actor.district,
        id: app.store.new_id(),
        at,
        user: actor.user,
        action: action.to_owned(),
        subject: subject.map(|(kind, id)| (kind.to_owned(), id)),
        detail: detail.chars().take(DETAIL).collect(),
    };
    let many = {
        let mut waiting = app.access_log.waiting();
        waiting.push(entry);
        waiting.len() >= MANY
    };
    if many {
        app.access_log.bell.notify_one();
    }
}

/// Writes down everything that waits: once a second, before the program stops, and in tests.
///
/// # Errors
/// The store fails; the entries go on waiting.
pub async fn flush(app: &App) -> Result<(), StoreError> {
    let _writing = app.access_log.writing.lock().await;
    loop {
        let batch: Vec<Entry> = {
            let waiting = app.access_log.waiting();
            let Some(first) = waiting.first() else { return Ok(()) };
            let same = waiting.iter().filter(|entry| entry.district == first.district);
            same.take(BATCH).cloned().collect()
        };
        let Some(district) = batch.first().map(|entry| entry.district) else { return Ok(()) };
        let ids: std::collections::HashSet<Id> = batch.iter().map(|entry| entry.id).collect();
        let envelope = app.bookkeeping(district);
        app.store
            .submit(envelope, WriteEntries { entries: batch })
            .await
            .map_err(|error| StoreError::Shape(error.to_string()))?;
        // Only now: what was not written is still there for the next time.
        app.access_log.waiting().retain(|entry| !ids.contains(&entry.id));
    }
}

/// Writes the log until the program stops; call [`flush`] after the last request.
pub async fn run(app: App) {
    loop {
        let pause = tokio::time::sleep(std::time::Duration::from_secs(1));
        tokio::select! { () = pause => {}, () = app.access_log.bell.notified() => {} }
        if let Err(error) = flush(&app).await {
            tracing::error!(%error, "the access log cannot be written; its entries wait");
        }
    }
}

#[derive(Serialize, Deserialize)]
struct WriteEntries {
    entries: Vec<Entry>,
}

impl Command for WriteEntries {
    const KIND: &'static str = "audit.write_entries";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let rows = self
            .entries
            .iter()
            .map(|entry| {
                let (kind, subject) = entry.subject.clone().unzip();
                args![
                    tx.district(),
                    entry.id,
                    entry.at,
                    entry.user,
                    &entry.action,
                    kind,
                    subject,
                    &entry.detail
                ]
            })
            .collect();
        // An answer that was lost after the write is no reason to write twice.
        tx.insert_many(
            "INSERT INTO access_log (district_id, id, at, user_id, action, subject_kind, subject_id, detail) VALUES",
            "ON CONFLICT (district_id, id) DO NOTHING",
            rows,
        )
        .await?;
        Ok(())
    }
}
