//! The write door: the only way in for a change.
//!
//! On SQLite one task takes the waiting commands together, runs each so that it alone can be undone within one
//! `BEGIN IMMEDIATE` transaction, commits once with a full sync, and then answers: many clients share one
//! disk sync. The task has a thread of its own, on which SQLite's statements run as plain calls. On PostgreSQL
//! every command is its own READ COMMITTED transaction (the server groups commits),
//! retried when the server asks for it. A caller that goes away cancels nothing half-way.
//!
//! What costs processor time and needs no transaction (serialising, hashing and sealing the command) is done
//! by the caller, beside the others; the writer only runs statements.

mod trail;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc, oneshot};

use self::trail::{record, repeated};
use crate::driver::{Connection, LogKeeper, Pool, Transaction};
use crate::error::Failure;
use crate::stamp::Ended;
use crate::statistics::Statistics;
use crate::{
    Clock, DistrictId, Engine, Fault, FolderLock, Id, IdSource, Instant, LookupHash, Refusal, Secrets, Store,
    StoreError, Tx,
};

/// Commands that wait at most at one time; later callers wait for a place.
const WAITING: usize = 1024;
/// Commands in one SQLite transaction.
const BATCH: usize = 128;
/// A batch that has worked this long takes no further command: those that are done want their answer.
const BATCH_TIME: Duration = Duration::from_millis(25);
/// Commands that run on PostgreSQL at the same time, each on its own connection.
pub(crate) const WRITERS: u32 = 16;
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

    /// Does it. May run again from the start when the engine asks for a retry, and runs to be rolled back when
    /// it was done before; everything it does goes through `tx`.
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
    /// The store failed or is closing; the same command may be sent again. (When the connection to a server
    /// broke during COMMIT, an unlogged command may have been done all the same.)
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

/// A command as the audit trail keeps it.
struct Body {
    hash: LookupHash,
    sealed: Vec<u8>,
}

impl Body {
    fn of<C: Command>(
        command: &C,
        envelope: &Envelope,
        secrets: &Secrets,
    ) -> Result<Option<Body>, StoreError> {
        if C::RECORDING == Recording::Unlogged {
            return Ok(None);
        }
        let body = serde_json::to_string(command).map_err(|error| StoreError::Shape(error.to_string()))?;
        Ok(Some(Body {
            hash: secrets.lookup(envelope.district, C::KIND, &body)?,
            sealed: secrets.seal(envelope.district, body.as_bytes())?,
        }))
    }
}

struct Order {
    envelope: Envelope,
    command: Box<dyn Waiting>,
    /// `None` for a command that leaves no entry.
    body: Option<Body>,
    answer: oneshot::Sender<Answer>,
}

/// What every transaction of the door needs.
#[derive(Clone)]
pub(crate) struct Works {
    pub(crate) pool: Pool,
    pub(crate) secrets: Secrets,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    /// How long one command may take.
    pub(crate) limit: Duration,
    /// Transactions that have ended.
    pub(crate) ended: Ended,
    /// What was written, for a server that has to know how much its tables hold.
    pub(crate) statistics: Statistics,
    /// The data folder stays locked until the last command has ended, also when nobody called `close`.
    pub(crate) _folder: Option<Arc<FolderLock>>,
}

pub(crate) struct Door {
    queue: Mutex<Option<mpsc::Sender<Order>>>,
    /// Answers when the worker has ended.
    ended: tokio::sync::Mutex<Option<oneshot::Receiver<()>>>,
    transactions: Ended,
}

impl Door {
    /// Must be called inside a tokio runtime.
    pub(crate) fn start(engine: Engine, works: Works) -> Result<Door, StoreError> {
        let (queue, orders) = mpsc::channel(WAITING);
        let (running, ended) = oneshot::channel::<()>();
        let transactions = works.ended.clone();
        match engine {
            Engine::Sqlite => {
                let runtime = tokio::runtime::Handle::current();
                let log = works.pool.log_keeper()?;
                let work = move || {
                    runtime.block_on(one_writer(works, orders, log));
                    drop(running);
                };
                let thread = std::thread::Builder::new().name("asuh-writer".into()).spawn(work);
                thread
                    .map_err(|error| StoreError::NoConnection(format!("no thread to write on: {error}")))?;
            }
            Engine::Postgres => {
                tokio::spawn(async move {
                    many_writers(works, orders).await;
                    drop(running);
                });
            }
        }
        Ok(Door { queue: Mutex::new(Some(queue)), ended: tokio::sync::Mutex::new(Some(ended)), transactions })
    }

    /// A door that nobody can use.
    pub(crate) fn shut() -> Door {
        Door { queue: Mutex::new(None), ended: tokio::sync::Mutex::new(None), transactions: Ended::default() }
    }

    /// Transactions that have ended.
    pub(crate) fn ended(&self) -> &Ended {
        &self.transactions
    }

    async fn submit(&self, envelope: Envelope, command: Box<dyn Waiting>, body: Option<Body>) -> Answer {
        let closing = || Rejection::Unavailable("the program is stopping".into());
        let queue = lock(&self.queue).clone().ok_or_else(closing)?;
        let (answer, receipt) = oneshot::channel();
        queue.send(Order { envelope, command, body, answer }).await.map_err(|_| closing())?;
        drop(queue);
        receipt.await.unwrap_or_else(|_| Err(Rejection::Unavailable("the store broke off its work".into())))
    }

    /// Ends when everything accepted has been answered, for every caller.
    pub(crate) async fn close(&self) {
        lock(&self.queue).take();
        let mut ended = self.ended.lock().await;
        if let Some(working) = ended.as_mut() {
            let _ = working.await;
            ended.take();
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
        let body = Body::of(&command, &envelope, self.secrets())
            .map_err(|error| Rejection::Broken(error.to_string()))?;
        let (json, recorded_at, repeated) = self.door().submit(envelope, Box::new(command), body).await?;
        let value = serde_json::from_str(&json).map_err(|error| Rejection::Broken(error.to_string()))?;
        Ok(Receipt { value, recorded_at, repeated })
    }
}

/// What became of one command inside a transaction.
enum Outcome {
    /// Done (or done before: `true`); to be committed.
    Done(String, Instant, bool),
    /// Not done; to be rolled back.
    Not(Rejection),
    /// Its id is in the trail already; to be rolled back and answered from there.
    Known,
    /// The transaction itself is gone, and why.
    Lost(Failure, String),
}

impl Outcome {
    fn lost(error: &StoreError) -> Outcome {
        Outcome::Lost(error.failure(), error.to_string())
    }
}

async fn one_writer(works: Works, mut orders: mpsc::Receiver<Order>, log: Option<LogKeeper>) {
    while let Some(first) = orders.recv().await {
        // A panic inside a command is caught closer to it; this one keeps the door alive through our own.
        if let Err(panic) = AssertUnwindSafe(batch(&works, &mut orders, first)).catch_unwind().await {
            tracing::error!(reason = panic_text(&*panic), "the store broke off a batch");
        }
        if let Some(log) = &log {
            log.written();
        }
    }
}

/// One transaction with `first` and the commands that wait behind it.
async fn batch(works: &Works, orders: &mut mpsc::Receiver<Order>, first: Order) {
    let transaction = match works.pool.begin_with("BEGIN IMMEDIATE").await {
        Ok(transaction) => transaction,
        Err(error) => return answer(first, Err(Rejection::Unavailable(error.to_string()))),
    };
    // The machine's monotonic clock: the store's own may stand still or jump.
    let started = tokio::time::Instant::now();
    let mut done: Vec<(Order, Answer)> = Vec::new();
    let mut next = Some(first);
    let mut lost = None;
    while let Some(order) = next.take() {
        let is_first = !done.iter().any(|(_, answer)| answer.is_ok());
        match in_batch(works, &transaction, &order, is_first).await {
            Outcome::Done(json, at, repeated) => done.push((order, Ok((json, at, repeated)))),
            Outcome::Not(rejection) => done.push((order, Err(rejection))),
            Outcome::Known => done.push((order, Err(gone()))),
            Outcome::Lost(_, reason) => {
                done.push((order, Err(Rejection::Unavailable(reason.clone()))));
                lost = Some(reason);
                break;
            }
        }
        if done.len() < BATCH && started.elapsed() < BATCH_TIME {
            next = orders.try_recv().ok();
        }
    }
    let ended = match lost {
        // The engine ended the transaction (disk full, I/O error): the whole batch fails cleanly.
        Some(reason) => Err(reason),
        None => transaction.run("COMMIT").await.map_err(|error| error.to_string()),
    };
    works.ended.one_more();
    for (order, result) in done {
        answer(order, after(&ended, result));
    }
}

/// The answer to a command once it is known how its batch ended. A refusal may rest on what an earlier command
/// of the batch did, so it holds only when the batch does.
fn after(ended: &Result<(), String>, result: Answer) -> Answer {
    match (ended, result) {
        (Err(reason), Ok(_) | Err(Rejection::Refused(_) | Rejection::IdReused)) => {
            Err(Rejection::Unavailable(reason.clone()))
        }
        (_, result) => result,
    }
}

/// Runs a command of a batch so that it alone can be undone. Before the first that is done there is nothing to
/// keep: it needs no savepoint, for which SQLite would copy every page that it touches.
async fn in_batch(works: &Works, transaction: &Transaction, order: &Order, is_first: bool) -> Outcome {
    if !is_first && let Err(error) = transaction.run("SAVEPOINT command").await {
        return Outcome::lost(&error);
    }
    let mut outcome = run(works, transaction, order, is_first.then(|| works.ended.count())).await;
    let ending = match (&outcome, is_first) {
        (Outcome::Done(..), true) => "",
        (Outcome::Done(..), false) => "RELEASE command",
        (Outcome::Not(_) | Outcome::Known, true) => "ROLLBACK; BEGIN IMMEDIATE",
        (Outcome::Not(_) | Outcome::Known, false) => "ROLLBACK TO command; RELEASE command",
        (Outcome::Lost(..), _) => return outcome,
    };
    if !ending.is_empty()
        && let Err(error) = transaction.run(ending).await
    {
        return Outcome::lost(&error);
    }
    if let (Outcome::Not(_) | Outcome::Known, Some(body)) = (&outcome, &order.body) {
        let tx = tx(works, transaction, &order.envelope);
        match repeated(&tx, order, body).await {
            Ok(Some(earlier)) => outcome = earlier,
            Ok(None) => {}
            Err(error) => outcome = Outcome::lost(&error),
        }
    }
    outcome
}

async fn many_writers(works: Works, mut orders: mpsc::Receiver<Order>) {
    let places = Arc::new(Semaphore::new(WRITERS as usize));
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

/// One command, one transaction, again when the server asks for it or the connection breaks.
async fn on_its_own(works: &Works, order: &Order) -> Answer {
    let mut tries = 0;
    loop {
        tries += 1;
        let (failure, reason, committing) = match works.pool.begin().await {
            Err(error) => (error.failure(), error.to_string(), false),
            Ok(transaction) => match run(works, &transaction, order, None).await {
                Outcome::Done(json, at, repeated) => match transaction.commit().await {
                    Ok(()) => {
                        works.statistics.look_when_due(&works.pool);
                        return Ok((json, at, repeated));
                    }
                    Err(error) => (error.failure(), error.to_string(), true),
                },
                Outcome::Not(rejection) => {
                    let _ = transaction.rollback().await;
                    // Its twin may have been faster: then the first receipt is the answer, not the refusal.
                    return first_receipt(works, order).await.unwrap_or(Err(rejection));
                }
                Outcome::Known => {
                    let _ = transaction.rollback().await;
                    return first_receipt(works, order).await.unwrap_or_else(|| Err(gone()));
                }
                Outcome::Lost(failure, reason) => {
                    let _ = transaction.rollback().await;
                    (failure, reason, false)
                }
            },
        };
        let again = match failure {
            Failure::Again => true,
            // A COMMIT without an answer may have been done: only a command with an id finds that out.
            Failure::Connection => !committing || order.body.is_some(),
            Failure::Statement | Failure::TooSlow | Failure::Engine => false,
        };
        if !again || tries >= TRIES {
            return first_receipt(works, order).await.unwrap_or(Err(Rejection::Unavailable(reason)));
        }
        tokio::time::sleep(Duration::from_millis(5 << tries)).await;
    }
}

/// The trail had the id a moment ago and cannot be read now.
fn gone() -> Rejection {
    Rejection::Unavailable("the first receipt cannot be read".into())
}

/// The answer of an earlier sending of the same command, read outside the failed transaction.
async fn first_receipt(works: &Works, order: &Order) -> Option<Answer> {
    let body = order.body.as_ref()?;
    let transaction = works.pool.begin().await.ok()?;
    let found = {
        let tx = tx(works, &transaction, &order.envelope);
        repeated(&tx, order, body).await
    };
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

fn tx<'a>(works: &'a Works, transaction: &'a Transaction, envelope: &'a Envelope) -> Tx<'a> {
    Tx {
        conn: transaction,
        envelope,
        recorded_at: works.clock.now(),
        ids: &*works.ids,
        secrets: &works.secrets,
        statistics: &works.statistics,
        subject: Mutex::new(None),
        spoiled: OnceLock::new(),
        limit: works.limit,
        begun: tokio::time::Instant::now(),
        ended: None,
    }
}

/// Does the command without asking first whether it was done before, which is rare: then its entry in the trail
/// is refused at the end, or it has failed for being the second, and the first receipt is looked up.
///
/// `ended`: how many transactions ended before this one, where no other is under way and nothing was done in it yet.
async fn run(works: &Works, transaction: &Transaction, order: &Order, ended: Option<u64>) -> Outcome {
    let tx = Tx { ended, ..tx(works, transaction, &order.envelope) };
    let applying = AssertUnwindSafe(order.command.apply(&tx)).catch_unwind();
    let stopped = || {
        let reason = format!("{} took longer than {:?}", order.command.kind(), works.limit);
        tracing::error!(id = %order.envelope.id, reason, "a command was stopped");
        Outcome::Not(Rejection::Unavailable(reason))
    };
    // What waits is stopped by the timer, what only works by its next statement.
    let Ok(applied) = tokio::time::timeout(works.limit, applying).await else { return stopped() };
    match tx.spoiled.get() {
        Some((Failure::TooSlow, _)) => return stopped(),
        // The engine's word counts, whatever the command made of it.
        Some((failure, reason)) if *failure != Failure::Statement => {
            return Outcome::Lost(*failure, reason.clone());
        }
        Some((_, reason)) if matches!(applied, Ok(Ok(_))) => {
            let reason = format!("it went on after a statement had failed: {reason}");
            return Outcome::Not(Rejection::Broken(reason));
        }
        _ => {}
    }
    let json = match applied {
        Ok(Ok(json)) => json,
        Ok(Err(Fault::Refused(refusal))) => return Outcome::Not(Rejection::Refused(refusal)),
        Ok(Err(Fault::Store(error))) => return failed(&error),
        Err(panic) => return Outcome::Not(Rejection::Broken(panic_text(&*panic))),
    };
    if let Some(body) = &order.body {
        match record(&tx, order, body, &json).await {
            Ok(true) => {}
            Ok(false) => return Outcome::Known,
            Err(error) => return failed(&error),
        }
    }
    Outcome::Done(json, tx.recorded_at, false)
}

/// A statement that was refused is the command's fault and leaves the transaction to be rolled back by us;
/// anything else has ended it.
fn failed(error: &StoreError) -> Outcome {
    match error.failure() {
        Failure::Statement => Outcome::Not(Rejection::Broken(error.to_string())),
        failure => Outcome::Lost(failure, error.to_string()),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic".to_owned())
}
