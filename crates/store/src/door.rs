//! The write door: the only way in for a change.
//!
//! On SQLite one task takes the waiting commands together, runs each in its own savepoint of one
//! `BEGIN IMMEDIATE` transaction, commits once with a full sync, and then answers: many clients share one
//! disk sync. On PostgreSQL every command is its own READ COMMITTED transaction (the server groups commits),
//! retried when the server asks for it. A caller that goes away cancels nothing half-way.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::{
    Clock, DistrictId, Engine, Fault, Id, IdSource, Instant, Query, Refusal, Secrets, Store, StoreError, Tx,
    args,
};

/// Commands that wait at most at one time; later callers wait for a place.
const WAITING: usize = 1024;
/// Commands in one SQLite transaction.
const BATCH: usize = 128;
/// A batch that has worked this long takes no further command: those that are done want their answer.
const BATCH_MILLISECONDS: i64 = 25;
/// How often a transaction runs again when PostgreSQL asks for it.
const TRIES: u32 = 6;

/// What surrounds a command, the same for a form, the API, the command line, an import and a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Made where the command was born; the same id with the same command is done once.
    pub id: Id,
    /// The district whose data it changes.
    pub district: DistrictId,
    /// The user who gives it; [`Id::SYSTEM`] for the program itself.
    pub actor: Id,
    /// The phone or browser it comes from, if known.
    pub device: Option<Id>,
    /// When it was given, by the clock of the place where it was born.
    pub captured_at: Instant,
}

/// Whether a command leaves an entry in the district's audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// A change of the district's data: kept with its receipt, answered once.
    Logged,
    /// Bookkeeping of the program itself (a session's last use, a job's progress, sealing).
    Unlogged,
}

/// A change: owned, serialisable, run in one transaction.
pub trait Command: Serialize + Send + Sync + 'static {
    /// Its stable name, `step.verb_noun`.
    const KIND: &'static str;
    /// The version of its shape.
    const VERSION: u32 = 1;
    /// Whether it is kept in the audit trail.
    const RECORDING: Recording = Recording::Logged;
    /// What the sender gets back: ids and numbers, no personal data.
    type Receipt: Serialize + DeserializeOwned + Send + 'static;

    /// Does it. May run again from the start when the engine asks for a retry; everything it does goes
    /// through `tx`.
    fn apply(&self, tx: &Tx<'_>) -> impl Future<Output = Result<Self::Receipt, Fault>> + Send;
}

/// The answer to a command that is done and durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt<T> {
    /// What the command gave back.
    pub value: T,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The same command was done before; this is its first receipt.
    pub repeated: bool,
}

/// Why a command was not done. Nothing of it is in the database.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// A rule of the programme stands in the way.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The id was used for another command before (422).
    #[error("this id was used for another command")]
    IdReused,
    /// The store failed or is closing; the same command may be sent again.
    #[error("not stored: {0}")]
    Unavailable(String),
    /// The command itself broke; a fault of the program.
    #[error("the command failed: {0}")]
    Broken(String),
}

type Answer = Result<(String, Instant, bool), Rejection>;

/// A command with its types erased, so that the queue can hold all kinds.
trait Waiting: Send + Sync {
    fn kind(&self) -> &'static str;
    fn version(&self) -> u32;
    fn recording(&self) -> Recording;
    fn body(&self) -> Result<String, StoreError>;
    fn apply<'a>(
        &'a self,
        tx: &'a Tx<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<String, Fault>> + Send + 'a>>;
}

impl<C: Command> Waiting for C {
    fn kind(&self) -> &'static str {
        C::KIND
    }

    fn version(&self) -> u32 {
        C::VERSION
    }

    fn recording(&self) -> Recording {
        C::RECORDING
    }

    fn body(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|error| StoreError::Shape(error.to_string()))
    }

    fn apply<'a>(
        &'a self,
        tx: &'a Tx<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<String, Fault>> + Send + 'a>> {
        Box::pin(async move {
            let receipt = Command::apply(self, tx).await?;
            Ok(serde_json::to_string(&receipt).map_err(|error| StoreError::Shape(error.to_string()))?)
        })
    }
}

struct Order {
    envelope: Envelope,
    command: Arc<dyn Waiting>,
    answer: oneshot::Sender<Answer>,
}

/// What every transaction of the door needs.
#[derive(Clone)]
struct Works {
    conn: DatabaseConnection,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

pub(crate) struct Door {
    queue: Mutex<Option<mpsc::Sender<Order>>>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl Door {
    pub(crate) fn start(
        engine: Engine,
        conn: DatabaseConnection,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Door {
        let (queue, orders) = mpsc::channel(WAITING);
        let works = Works { conn, secrets, clock, ids };
        let worker = match engine {
            Engine::Sqlite => tokio::spawn(one_writer(works, orders)),
            Engine::Postgres => tokio::spawn(many_writers(works, orders)),
        };
        Door { queue: Mutex::new(Some(queue)), worker: Mutex::new(Some(worker)) }
    }

    async fn submit(&self, envelope: Envelope, command: Arc<dyn Waiting>) -> Answer {
        let closing = || Rejection::Unavailable("the program is stopping".into());
        let queue = lock(&self.queue).clone().ok_or_else(closing)?;
        let (answer, receipt) = oneshot::channel();
        queue.send(Order { envelope, command, answer }).await.map_err(|_| closing())?;
        drop(queue);
        receipt.await.unwrap_or_else(|_| Err(closing()))
    }

    pub(crate) async fn close(&self) {
        lock(&self.queue).take();
        let worker = lock(&self.worker).take();
        if let Some(worker) = worker {
            let _ = worker.await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Store {
    /// Sends a command through the door and waits until it is durable.
    ///
    /// # Errors
    /// A rule refuses it, its id was used for another command, or the store failed; then nothing of it is
    /// in the database.
    pub async fn submit<C: Command>(
        &self,
        envelope: Envelope,
        command: C,
    ) -> Result<Receipt<C::Receipt>, Rejection> {
        let (json, recorded_at, repeated) = self.door().submit(envelope, Arc::new(command)).await?;
        let value = serde_json::from_str(&json).map_err(|error| Rejection::Broken(error.to_string()))?;
        Ok(Receipt { value, recorded_at, repeated })
    }
}

/// What became of one command inside a transaction.
enum Outcome {
    /// Done (or done before: `true`); to be committed.
    Done(String, Instant, bool),
    /// Not done; its savepoint was rolled back.
    Not(Rejection),
    /// The transaction itself is gone.
    Lost(StoreError),
}

async fn one_writer(works: Works, mut orders: mpsc::Receiver<Order>) {
    while let Some(first) = orders.recv().await {
        let begun = works
            .conn
            .begin_with_options(TransactionOptions {
                isolation_level: None,
                access_mode: None,
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            })
            .await;
        let transaction = match begun {
            Ok(transaction) => transaction,
            Err(error) => {
                answer(first, Err(Rejection::Unavailable(error.to_string())));
                continue;
            }
        };
        let started = works.clock.now();
        let mut done: Vec<(Order, Answer)> = Vec::new();
        let mut next = Some(first);
        let mut lost = None;
        while let Some(order) = next.take() {
            match in_savepoint(&works, &transaction, &order).await {
                Outcome::Done(json, at, repeated) => done.push((order, Ok((json, at, repeated)))),
                Outcome::Not(rejection) => answer(order, Err(rejection)),
                Outcome::Lost(error) => {
                    answer(order, Err(Rejection::Unavailable(error.to_string())));
                    lost = Some(error.to_string());
                    break;
                }
            }
            if done.len() < BATCH && works.clock.now().0 - started.0 < BATCH_MILLISECONDS {
                next = orders.try_recv().ok();
            }
        }
        let ended = match lost {
            // The engine ended the transaction (disk full, I/O error): the whole batch fails cleanly.
            Some(reason) => {
                let _ = transaction.rollback().await;
                Err(reason)
            }
            None => transaction.commit().await.map_err(|error| error.to_string()),
        };
        for (order, result) in done {
            answer(order, ended.clone().map_err(Rejection::Unavailable).and(result));
        }
    }
}

async fn in_savepoint(works: &Works, transaction: &DatabaseTransaction, order: &Order) -> Outcome {
    if let Err(error) = transaction.execute_unprepared("SAVEPOINT command").await {
        return Outcome::Lost(error.into());
    }
    let outcome = run(works, transaction, order).await;
    let ending = match &outcome {
        Outcome::Done(..) => "RELEASE command",
        Outcome::Not(_) => "ROLLBACK TO command",
        Outcome::Lost(_) => return outcome,
    };
    match transaction.execute_unprepared(ending).await {
        Ok(_) => outcome,
        Err(error) => Outcome::Lost(error.into()),
    }
}

async fn many_writers(works: Works, mut orders: mpsc::Receiver<Order>) {
    let places = Arc::new(Semaphore::new(16));
    let mut running = tokio::task::JoinSet::new();
    while let Some(order) = orders.recv().await {
        while running.try_join_next().is_some() {}
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let works = works.clone();
        running.spawn(async move {
            let result = on_its_own(&works, &order).await;
            answer(order, result);
            drop(place);
        });
    }
    while running.join_next().await.is_some() {}
}

/// One command, one transaction, again when the server asks for it.
async fn on_its_own(works: &Works, order: &Order) -> Answer {
    let mut tries = 0;
    loop {
        tries += 1;
        let transaction = match works.conn.begin().await {
            Ok(transaction) => transaction,
            Err(error) => return Err(Rejection::Unavailable(error.to_string())),
        };
        let failure = match run(works, &transaction, order).await {
            Outcome::Done(json, at, repeated) => match transaction.commit().await {
                Ok(()) => return Ok((json, at, repeated)),
                Err(error) => StoreError::from(error),
            },
            Outcome::Not(rejection) => {
                let _ = transaction.rollback().await;
                // Its twin may have been faster: then the first receipt is the answer, not the refusal.
                return match first_receipt(works, order).await {
                    Some(answer) => answer,
                    None => Err(rejection),
                };
            }
            Outcome::Lost(error) => {
                let _ = transaction.rollback().await;
                error
            }
        };
        if !failure.is_retryable() || tries >= TRIES {
            return match first_receipt(works, order).await {
                Some(answer) => answer,
                None => Err(Rejection::Unavailable(failure.to_string())),
            };
        }
        tokio::time::sleep(std::time::Duration::from_millis(5 << tries)).await;
    }
}

/// The answer of an earlier sending of the same command, read outside the failed transaction.
async fn first_receipt(works: &Works, order: &Order) -> Option<Answer> {
    if order.command.recording() == Recording::Unlogged {
        return None;
    }
    let transaction = works.conn.begin().await.ok()?;
    let tx = tx(works, &transaction, &order.envelope);
    let found = repeated(&tx, order).await;
    drop(tx);
    let _ = transaction.rollback().await;
    match found {
        Ok(Some(Outcome::Done(json, at, again))) => Some(Ok((json, at, again))),
        Ok(Some(Outcome::Not(rejection))) => Some(Err(rejection)),
        _ => None,
    }
}

fn answer(order: Order, result: Answer) {
    if let Err(Rejection::Broken(reason)) = &result {
        tracing::error!(kind = order.command.kind(), id = %order.envelope.id, reason, "a command broke");
    }
    // The caller may have gone; the command stays done.
    let _ = order.answer.send(result);
}

fn tx<'a>(works: &'a Works, transaction: &'a DatabaseTransaction, envelope: &'a Envelope) -> Tx<'a> {
    Tx {
        conn: transaction,
        envelope,
        recorded_at: works.clock.now(),
        ids: &*works.ids,
        secrets: &works.secrets,
        subject: Mutex::new(None),
    }
}

async fn run(works: &Works, transaction: &DatabaseTransaction, order: &Order) -> Outcome {
    let tx = tx(works, transaction, &order.envelope);
    let logged = order.command.recording() == Recording::Logged;
    if logged {
        match repeated(&tx, order).await {
            Ok(Some(outcome)) => return outcome,
            Ok(None) => {}
            Err(error) => return Outcome::Lost(error),
        }
    }
    let applied = AssertUnwindSafe(order.command.apply(&tx)).catch_unwind().await;
    let json = match applied {
        Ok(Ok(json)) => json,
        Ok(Err(Fault::Refused(refusal))) => return Outcome::Not(Rejection::Refused(refusal)),
        Ok(Err(Fault::Store(error))) => return failed(error),
        Err(panic) => return Outcome::Not(Rejection::Broken(panic_text(&*panic))),
    };
    if logged && let Err(error) = record(&tx, order, &json).await {
        return failed(error);
    }
    Outcome::Done(json, tx.recorded_at, false)
}

/// A constraint that refused is the command's fault and leaves the transaction usable (on SQLite); anything
/// else may mean that the transaction is gone.
fn failed(error: StoreError) -> Outcome {
    if error.is_retryable() {
        return Outcome::Lost(error);
    }
    match &error {
        StoreError::Database(_) if !error.is_unique_violation() => {
            let text = error.to_string();
            let engine_gone =
                ["disk", "full", "I/O", "closed", "broken pipe", "no such savepoint", "readonly"];
            if engine_gone.iter().any(|word| text.contains(word)) {
                return Outcome::Lost(error);
            }
            Outcome::Not(Rejection::Broken(text))
        }
        _ => Outcome::Not(Rejection::Broken(error.to_string())),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic".to_owned())
}

crate::row_struct! {
    struct Logged {
        body_hash: [u8; 32],
        receipt: String,
        recorded_at: Instant,
    }
}

fn body_hash(tx: &Tx<'_>, order: &Order) -> Result<[u8; 32], StoreError> {
    let body = order.command.body()?;
    Ok(tx.secrets.lookup(tx.district(), order.command.kind(), &body)?)
}

async fn repeated(tx: &Tx<'_>, order: &Order) -> Result<Option<Outcome>, StoreError> {
    let earlier: Option<Logged> = tx
        .first(
            "SELECT body_hash, receipt, recorded_at FROM command_log \
             WHERE district_id = $1 AND actor_id = $2 AND id = $3",
            args![tx.district(), tx.actor(), order.envelope.id],
        )
        .await?;
    let Some(earlier) = earlier else { return Ok(None) };
    if earlier.body_hash != body_hash(tx, order)? {
        return Ok(Some(Outcome::Not(Rejection::IdReused)));
    }
    Ok(Some(Outcome::Done(earlier.receipt, earlier.recorded_at, true)))
}

async fn record(tx: &Tx<'_>, order: &Order, receipt: &str) -> Result<(), StoreError> {
    let subject = lock(&tx.subject).clone();
    let (subject_kind, subject_id) = subject.unzip();
    let body = order.command.body()?;
    tx.execute(
        "INSERT INTO command_log (district_id, actor_id, id, kind, version, device_id, captured_at, recorded_at, \
         subject_kind, subject_id, body_hash, body_sealed, receipt) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            tx.district(),
            tx.actor(),
            order.envelope.id,
            order.command.kind(),
            order.command.version(),
            order.envelope.device,
            order.envelope.captured_at,
            tx.recorded_at,
            subject_kind,
            subject_id,
            body_hash(tx, order)?,
            tx.seal(&body)?,
            receipt,
        ],
    )
    .await?;
    Ok(())
}
