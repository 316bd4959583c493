//! Long work with progress that survives a restart: a row in the database, taken by a worker under a lease.
//!
//! A job is started by a command ([`start`], inside its transaction) and run by [`Worker`]. A handler works in
//! chunks, each its own command through the door, and must be able to begin again at any chunk: after a crash
//! the lease runs out and the job is run again from the start, its chunks answering as repeats.

use std::future::Future;
use std::pin::Pin;

use asuh_store::{
    Command, DistrictId, Envelope, Fault, Id, Instant, Query, Recording, Rejection, StoreError, Tx, args,
};
use serde::{Deserialize, Serialize};

use super::App;

/// A worker that shows no progress for this long is taken for dead.
const LEASE_SECONDS: i64 = 60;
/// A job that failed this often stays failed until somebody starts it again.
const ATTEMPTS: i64 = 5;

/// Why a job did not end well.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Trying again makes no sense; the text is for the person who started it.
    #[error("{0}")]
    Failed(String),
    /// May work later.
    #[error("{0}")]
    Later(String),
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        JobError::Later(error.to_string())
    }
}

impl From<Rejection> for JobError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Unavailable(reason) => JobError::Later(reason),
            other => JobError::Failed(other.to_string()),
        }
    }
}

/// What a handler returns.
pub type JobRun<'a> = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send + 'a>>;

/// What does a job.
pub type JobRunner = for<'a> fn(&'a App, &'a Job) -> JobRun<'a>;

/// A kind of long work, registered by the part that owns it.
#[derive(Clone, Copy)]
pub struct JobKind {
    /// Its stable name.
    pub kind: &'static str,
    /// Does it.
    pub run: JobRunner,
}

asuh_store::row_struct! {
    /// A job as its page shows it.
    pub struct Job {
        /// District.
        pub district_id: DistrictId,
        /// Key.
        pub id: Id,
        /// Kind.
        pub kind: String,
        /// The object it works on.
        pub subject_id: Option<Id>,
        /// 'waiting', 'running', 'done', 'failed'.
        pub state: String,
        /// Units done.
        pub done: i64,
        /// Units in all; 0 while unknown.
        pub total: i64,
        /// What it says of itself.
        pub message: String,
        /// How often it was begun.
        pub attempts: i64,
        /// Who started it.
        pub created_by: Id,
        /// When.
        pub created_at: Instant,
    }
}

const COLUMNS: &str =
    "district_id, id, kind, subject_id, state, done, total, message, attempts, created_by, created_at";

/// Puts a job into the queue, within the command that wants it. Wake the worker with [`ring`] afterwards.
///
/// # Errors
/// The store refuses.
pub async fn start(tx: &Tx<'_>, kind: &str, subject: Option<Id>) -> Result<Id, StoreError> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO job (district_id, id, kind, subject_id, state, payload_sealed, done, total, message, attempts, \
         run_at, lease_until, created_by, created_at, finished_at) \
         VALUES ($1, $2, $3, $4, 'waiting', NULL, 0, 0, '', 0, $5, 0, $6, $5, NULL)",
        args![tx.district(), id, kind, subject, tx.now(), tx.actor()],
    )
    .await?;
    Ok(id)
}

/// Tells the worker that there is work.
pub fn ring(app: &App) {
    app.job_bell.notify_one();
}

/// The newest job about an object.
///
/// # Errors
/// The store fails.
pub async fn of_subject(app: &App, district: DistrictId, subject: Id) -> Result<Option<Job>, StoreError> {
    app.store
        .reader()
        .first(
            &format!("SELECT {COLUMNS} FROM job WHERE district_id = $1 AND subject_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1"),
            args![district, subject],
        )
        .await
}

impl Job {
    /// The envelope for the job's `nth` chunk: always the same id for the same chunk, so that a chunk that
    /// was done before a crash is not done twice.
    pub fn envelope(&self, app: &App, nth: u64) -> Envelope {
        let mut bytes = *self.id.as_bytes();
        for (byte, part) in bytes[8..].iter_mut().zip(nth.to_be_bytes()) {
            *byte ^= part;
        }
        Envelope {
            id: Id::from_bytes(bytes),
            district: self.district_id,
            actor: self.created_by,
            device: None,
            captured_at: app.store.clock().now(),
        }
    }

    /// Shows progress and renews the lease.
    ///
    /// # Errors
    /// The store fails, or another worker has taken the job over.
    pub async fn progress(&self, app: &App, done: i64, total: i64, message: &str) -> Result<(), JobError> {
        let update =
            Progress { job: self.id, attempt: self.attempts, done, total, message: message.to_owned() };
        if !app.store.submit(app.bookkeeping(self.district_id), update).await?.value {
            return Err(JobError::Later("the job was taken over by another worker".into()));
        }
        Ok(())
    }
}

/// Runs jobs one after another until the program stops.
pub async fn work(app: App) {
    loop {
        match run_next(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the job queue cannot be read"),
        }
        let pause = tokio::time::sleep(std::time::Duration::from_secs(5));
        tokio::select! { () = pause => {}, () = app.job_bell.notified() => {} }
    }
}

/// Runs every job that is due, to the end: for the command line, the demo and tests.
///
/// # Errors
/// The store fails.
pub async fn run_all(app: &App) -> Result<(), StoreError> {
    while run_next(app).await? {}
    Ok(())
}

/// Takes the next due job and runs it; whether there was one.
async fn run_next(app: &App) -> Result<bool, StoreError> {
    let now = app.store.clock().now();
    let due: Option<Job> = app
        .store
        .reader()
        .first(
            &format!(
                "SELECT {COLUMNS} FROM job WHERE (state = 'waiting' AND run_at <= $1) \
                 OR (state = 'running' AND lease_until < $1) ORDER BY run_at, id LIMIT 1"
            ),
            args![now],
        )
        .await?;
    let Some(mut job) = due else { return Ok(false) };
    let claim = Claim { job: job.id, attempt: job.attempts };
    match app.store.submit(app.bookkeeping(job.district_id), claim).await {
        Ok(receipt) if receipt.value => {}
        Ok(_) => return Ok(true),
        Err(error) => return Err(StoreError::Shape(error.to_string())),
    }
    job.attempts += 1;
    let result = match app.registry.jobs.iter().find(|kind| kind.kind == job.kind) {
        Some(kind) => (kind.run)(app, &job).await,
        None => Err(JobError::Failed(format!("no part of the program does '{}'", job.kind))),
    };
    let (state, message, later) = match &result {
        Ok(()) => ("done", String::new(), 0),
        Err(JobError::Later(reason)) if job.attempts < ATTEMPTS => {
            ("waiting", reason.clone(), 2_i64.pow(job.attempts as u32))
        }
        Err(error) => ("failed", error.to_string(), 0),
    };
    if let Err(error) = &result {
        tracing::error!(kind = job.kind, job = %job.id, %error, "a job did not end well");
    }
    let end = End { job: job.id, attempt: job.attempts, state: state.into(), message, later };
    app.store
        .submit(app.bookkeeping(job.district_id), end)
        .await
        .map_err(|error| StoreError::Shape(error.to_string()))?;
    Ok(true)
}

#[derive(Serialize, Deserialize)]
struct Claim {
    job: Id,
    attempt: i64,
}

impl Command for Claim {
    const KIND: &'static str = "jobs.claim";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        let claimed = tx
            .execute(
                "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $4 \
                 WHERE district_id = $1 AND id = $2 AND attempts = $3 AND (state = 'waiting' OR lease_until < $5)",
                args![tx.district(), self.job, self.attempt, tx.now().plus_seconds(LEASE_SECONDS), tx.now()],
            )
            .await?;
        Ok(claimed == 1)
    }
}

#[derive(Serialize, Deserialize)]
struct Progress {
    job: Id,
    attempt: i64,
    done: i64,
    total: i64,
    message: String,
}

impl Command for Progress {
    const KIND: &'static str = "jobs.progress";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        let held = tx
            .execute(
                "UPDATE job SET done = $4, total = $5, message = $6, lease_until = $7 \
                 WHERE district_id = $1 AND id = $2 AND attempts = $3 AND state = 'running'",
                args![
                    tx.district(),
                    self.job,
                    self.attempt,
                    self.done,
                    self.total,
                    &self.message,
                    tx.now().plus_seconds(LEASE_SECONDS),
                ],
            )
            .await?;
        Ok(held == 1)
    }
}

#[derive(Serialize, Deserialize)]
struct End {
    job: Id,
    attempt: i64,
    state: String,
    message: String,
    later: i64,
}

impl Command for End {
    const KIND: &'static str = "jobs.end";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "UPDATE job SET state = $4, message = $5, run_at = $6, \
             finished_at = CASE WHEN $4 = 'waiting' THEN NULL ELSE $7 END, \
             done = CASE WHEN $4 = 'done' AND total > 0 THEN total ELSE done END \
             WHERE district_id = $1 AND id = $2 AND attempts = $3",
            args![
                tx.district(),
                self.job,
                self.attempt,
                &self.state,
                &self.message,
                tx.now().plus_seconds(self.later),
                tx.now(),
            ],
        )
        .await?;
        Ok(())
    }
}
