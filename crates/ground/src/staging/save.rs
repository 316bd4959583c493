//! The jobs that save, take back and clear a batch, and what happens when a job breaks off.

use std::sync::Arc;

use asuh_store::{Id, Query, Rejection, StoreError, args};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::batch::{self, Batch};
use super::check;
use super::chunk::{Cursor, EndSave, SaveChunk, UndoChunk, next_rows};
use super::command::Fail;
use super::{BatchContext, ImportKind};
use crate::App;
use crate::jobs::{Job, JobError, JobRun};

/// Imports at work at one time; the others wait in the queue.
const RUNNING: usize = 2;
/// A job that waits for its turn says so this often, so that it is not taken for dead.
const STILL_HERE: std::time::Duration = std::time::Duration::from_secs(15);
/// After this many tries a job stays failed.
const TRIES: i64 = 5;

static SEATS: Semaphore = Semaphore::const_new(RUNNING);

async fn seat(app: &App, job: &Job) -> Result<SemaphorePermit<'static>, JobError> {
    loop {
        match tokio::time::timeout(STILL_HERE, SEATS.acquire()).await {
            Ok(Ok(permit)) => return Ok(permit),
            Ok(Err(_)) => return Err(JobError::Later("the program is stopping".into())),
            Err(_) => job.progress(app, 0, 0, "").await?,
        }
    }
}

/// The four kinds of work on a batch.
#[derive(Clone, Copy)]
enum Work {
    Check,
    Save,
    Undo,
    Clear,
}

pub(super) fn run_check<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(supervise(app, job, Work::Check))
}

pub(super) fn run_save<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(supervise(app, job, Work::Save))
}

pub(super) fn run_undo<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(supervise(app, job, Work::Undo))
}

pub(super) fn run_clear<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(supervise(app, job, Work::Clear))
}

/// Does the work; where it ends badly for good, the batch says so.
async fn supervise(app: &App, job: &Job, work: Work) -> Result<(), JobError> {
    let Some(id) = job.subject_id else { return Ok(()) };
    let _seat = seat(app, job).await?;
    let Some(found) = batch::load(app.store.reader(), job.district_id, id).await? else { return Ok(()) };
    let done = match work {
        Work::Check if matches!(found.state.as_str(), "queued" | "checking") => {
            check::check(app, job, &found).await
        }
        Work::Save if found.state == "committing" => save(app, job, &found).await,
        Work::Undo if found.state == "undoing" => undo(app, job, &found).await,
        Work::Clear => check::clear(app, job.district_id, id).await,
        // Done before a crash: nothing is left to do.
        Work::Check | Work::Save | Work::Undo => Ok(()),
    };
    let over = match &done {
        Ok(()) => false,
        Err(JobError::Failed(_)) => true,
        Err(JobError::Later(_)) => job.attempts >= TRIES,
    };
    if over && let Err(error) = &done {
        tracing::error!(batch = %id, %error, "an import broke off");
        let fail = Fail { batch: id, code: "staging.failed.broken".into(), detail: "[]".into() };
        app.store.submit(app.bookkeeping(job.district_id), fail).await?;
    }
    done
}

async fn parts(app: &App, found: &Batch) -> Result<(&'static dyn ImportKind, Arc<BatchContext>), JobError> {
    let kind = found
        .import(app)
        .ok_or_else(|| JobError::Failed(format!("no part of the program takes '{}' in", found.kind)))?;
    Ok((kind, Arc::new(found.context(app).await?)))
}

async fn save(app: &App, job: &Job, found: &Batch) -> Result<(), JobError> {
    let (kind, context) = parts(app, found).await?;
    let total = found.rows_new + found.rows_changed;
    let mut done = found.handled();
    job.progress(app, done, total, "").await?;
    let mut after = Cursor { place: found.saved_place, row: found.saved_to };
    let mut since = 0;
    let mut rows = next_rows(app, found, after, kind.chunk()).await?;
    while let Some(last) = rows.last() {
        let then = Cursor { place: last.place, row: i64::from(last.number) };
        let chunk = SaveChunk { batch: found.id, after, rows, kind, context: context.clone() };
        // The same chunk of the same job has the same id: sent again after a crash it answers, nothing more.
        let sent = app.store.submit(job.envelope(app, after.row as u64 + 1), chunk);
        // The next rows are read while these are saved.
        let (saved, next) = tokio::join!(sent, next_rows(app, found, then, kind.chunk()));
        let saved = saved?.value;
        (after, rows) = (then, next?);
        done += saved;
        since += saved;
        if since >= 500 {
            since = 0;
            job.progress(app, done, total, "").await?;
        }
    }
    let end = EndSave { batch: found.id, kind, context };
    app.store.submit(job.envelope(app, u64::MAX), end).await?;
    Ok(())
}

async fn undo(app: &App, job: &Job, found: &Batch) -> Result<(), JobError> {
    let (kind, context) = parts(app, found).await?;
    let mut step = found.undo_steps;
    loop {
        let chunk = UndoChunk { batch: found.id, step, kind, context: context.clone() };
        let sent = app.store.submit(job.envelope(app, step as u64 + 1), chunk).await;
        if !sent.map_err(|rejection: Rejection| JobError::from(rejection))?.value {
            return Ok(());
        }
        step += 1;
        job.progress(app, step, 0, "").await?;
    }
}

/// Days for which the files and rows of a district are kept.
pub(super) async fn keep_days(app: &App, district: asuh_store::DistrictId) -> Result<i64, StoreError> {
    let sql = "SELECT value FROM setting WHERE district_id = $1 AND name = 'staging.keep_days'";
    let set: Option<(String,)> = app.store.reader().first(sql, args![district]).await?;
    Ok(days(set.map(|row| row.0)))
}

fn days(setting: Option<String>) -> i64 {
    setting.and_then(|days| days.trim().parse().ok()).unwrap_or(super::KEEP_DAYS).clamp(1, 3650)
}

/// Removes what is kept of old batches: files and rows after `staging.keep_days` days (30), files that never
/// came whole after one. Called once a day; safe to call at any time. Returns how many were cleared.
///
/// # Errors
/// The store fails.
pub async fn purge(app: &App) -> Result<u64, JobError> {
    asuh_store::row_struct! {
        struct Old { district_id: asuh_store::DistrictId, id: Id, state: String, uploaded_at: asuh_store::Instant, keep: Option<String> }
    }
    let now = app.store.clock().now();
    // import_batch_by_time, once for all districts.
    let old: Vec<Old> = app
        .store
        .reader()
        .all(
            "SELECT b.district_id, b.id, b.state, b.uploaded_at, s.value AS keep FROM import_batch b \
             LEFT JOIN setting s ON s.district_id = b.district_id AND s.name = 'staging.keep_days' \
             WHERE b.cleared_at IS NULL AND b.uploaded_at < $1 \
             AND b.state NOT IN ('queued', 'checking', 'committing', 'undoing') \
             ORDER BY b.district_id, b.uploaded_at",
            args![now.plus_seconds(-86_400)],
        )
        .await?;
    let mut cleared = 0;
    for batch in old {
        let keep = if batch.state == "receiving" { 1 } else { days(batch.keep) };
        if batch.uploaded_at > now.plus_seconds(-keep * 86_400) {
            continue;
        }
        let expire = super::command::Expire { batch: batch.id };
        app.store.submit(app.bookkeeping(batch.district_id), expire).await?;
        check::clear(app, batch.district_id, batch.id).await?;
        cleared += 1;
    }
    Ok(cleared)
}
