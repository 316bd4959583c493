//! SQLite: a few connections to one file, and where their statements run.
//!
//! A writer's statements run where they are asked for, which is the door's own thread: between two statements of
//! a command nothing is handed over and nothing is waited for. A reader's run on the threads kept for work that
//! blocks: one way there and back for an answer, however many rows it has.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{self, JoinHandle};

use super::answer::Answer;
use super::{LogKeeper, WAIT};
use crate::args::Value;
use crate::{Args, Row, StoreError};

/// Statements that a connection keeps prepared.
const PREPARED: usize = 300;
/// Rows that are handed over together when an answer is streamed: so many that waking the one who waits for them
/// costs little beside reading them.
const CHUNK: usize = 512;

/// Where the statements of a pool run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the task that asks.
    Here,
    /// On a thread that may block.
    Aside,
}

/// How a pool opens its connections.
pub(crate) struct Opening {
    pub(crate) path: PathBuf,
    /// Whether the file may be made.
    pub(crate) create: bool,
    /// `PRAGMA` statements for every new connection.
    pub(crate) pragmas: String,
    /// How long a connection waits for another one's lock.
    pub(crate) busy: Duration,
}

/// Connections to one file. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SqlitePool {
    shared: Arc<Shared>,
}

struct Shared {
    opening: Opening,
    place: Place,
    most: u32,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
    /// Every connection stays in the transaction in which it sees one moment of the file.
    still: bool,
}

impl Shared {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection taken out of its pool. Dropped, it goes back without the transaction that it was left in; one that
/// cannot leave it is not used again.
struct Held {
    connection: Option<Connection>,
    pool: Arc<Shared>,
    _place: OwnedSemaphorePermit,
}

impl Held {
    fn ask<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &self.connection {
            Some(connection) => work(connection),
            None => Err(gone()),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let fit = match self.pool.still {
            true => !connection.is_autocommit(),
            // After a full disk SQLite has ended the transaction itself: then there is nothing to roll back.
            false => connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok(),
        };
        match fit {
            true => self.pool.idle().push(connection),
            false => tracing::error!("a connection cannot be used any more; another one will be opened"),
        }
    }
}

/// A kind of question: what it does with a statement on a connection.
type Work<T> = fn(&Connection, &str, Args) -> Result<T, StoreError>;

impl SqlitePool {
    /// Opens the file with one connection; up to `most` are opened when they are needed.
    pub(crate) fn open(opening: Opening, place: Place, most: u32) -> Result<SqlitePool, StoreError> {
        let first = connect(&opening)?;
        let free = Arc::new(Semaphore::new(most as usize));
        let idle = Mutex::new(vec![first]);
        Ok(SqlitePool { shared: Arc::new(Shared { opening, place, most, free, idle, still: false }) })
    }

    /// Opens the file with `most` connections that all see what it holds now, however long they are used. Nobody may
    /// write to it until this has returned.
    pub(crate) fn open_still(opening: Opening, place: Place, most: u32) -> Result<SqlitePool, StoreError> {
        let connections = (0..most)
            .map(|_| {
                let connection = connect(&opening)?;
                // The moment is that of the first reading.
                connection.execute_batch("BEGIN; SELECT 1 FROM sqlite_schema")?;
                Ok(connection)
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let (free, idle) = (Arc::new(Semaphore::new(most as usize)), Mutex::new(connections));
        Ok(SqlitePool { shared: Arc::new(Shared { opening, place, most, free, idle, still: true }) })
    }

    /// What keeps the log of the file short beside this pool.
    pub(super) fn log_keeper(&self) -> Result<LogKeeper, StoreError> {
        LogKeeper::start(&self.shared.opening)
    }

    async fn take(&self) -> Result<Held, StoreError> {
        let waiting = self.shared.free.clone().acquire_owned();
        let place = match tokio::time::timeout(WAIT, waiting).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) => return Err(StoreError::NoConnection("the store is closed".into())),
            Err(_) => return Err(StoreError::NoConnection(format!("none was free within {WAIT:?}"))),
        };
        let idle = self.shared.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            // Another one would see another moment.
            None if self.shared.still => return Err(gone()),
            None => connect(&self.shared.opening)?,
        };
        Ok(Held { connection: Some(connection), pool: self.shared.clone(), _place: place })
    }

    /// Asks on any free connection.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        sql: &str,
        args: Args,
        work: Work<T>,
    ) -> Result<T, StoreError> {
        let held = self.take().await?;
        if self.shared.place == Place::Here {
            return held.ask(|connection| work(connection, sql, args));
        }
        let sql = sql.to_owned();
        aside(move || held.ask(|connection| work(connection, &sql, args))).await?
    }

    /// Begins a transaction with this statement.
    pub(super) async fn begin(&self, statement: &str) -> Result<SqliteTransaction, StoreError> {
        let held = self.take().await?;
        held.ask(|connection| Ok(connection.execute_batch(statement)?))?;
        Ok(SqliteTransaction { held: tokio::sync::Mutex::new(Some(held)), place: self.shared.place })
    }

    /// The rows of the answer one after another.
    pub(super) fn stream(&self, sql: &str, args: Args) -> BoxStream<'static, Result<Row, StoreError>> {
        let (pool, sql) = (self.clone(), sql.to_owned());
        let chunks = async move {
            let (chunks, _) = stream_rows(pool.take().await?, sql, args);
            Ok::<_, StoreError>(stream::unfold(chunks, |mut chunks| async {
                chunks.recv().await.map(|chunk| (chunk, chunks))
            }))
        };
        stream::once(chunks)
            .try_flatten()
            .map_ok(|rows| stream::iter(rows.into_rows().map(Ok)))
            .try_flatten()
            .boxed()
    }

    /// Closes all connections once they are free.
    pub(super) async fn close(&self) {
        let all = self.shared.free.acquire_many(self.shared.most).await;
        self.shared.free.close();
        drop(all);
        let idle = std::mem::take(&mut *self.shared.idle());
        // The last connection of a file puts its log into it.
        let _ = aside(move || drop(idle)).await;
    }
}

/// A transaction; rolled back when it is dropped before its end.
pub(crate) struct SqliteTransaction {
    /// Empty while a statement runs aside; it stays so when nobody waited for that statement's end.
    held: tokio::sync::Mutex<Option<Held>>,
    place: Place,
}

impl SqliteTransaction {
    /// Asks within the transaction.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        sql: &str,
        args: Args,
        work: Work<T>,
    ) -> Result<T, StoreError> {
        let mut place = self.held.lock().await;
        if self.place == Place::Here {
            return place.as_ref().ok_or_else(gone)?.ask(|connection| work(connection, sql, args));
        }
        let (held, sql) = (place.take().ok_or_else(gone)?, sql.to_owned());
        let (held, answer) = aside(move || {
            let answer = held.ask(|connection| work(connection, &sql, args));
            (held, answer)
        })
        .await?;
        *place = Some(held);
        answer
    }

    /// Shows the rows of the answer one after another to `see`, until it has seen enough.
    pub(super) async fn each(
        &self,
        sql: &str,
        args: Args,
        see: &mut (dyn FnMut(Row) -> Result<ControlFlow<()>, StoreError> + Send),
    ) -> Result<(), StoreError> {
        let mut place = self.held.lock().await;
        let held = place.take().ok_or_else(gone)?;
        let (mut chunks, reading) = stream_rows(held, sql.to_owned(), args);
        'rows: while let Some(chunk) = chunks.recv().await {
            for row in chunk?.into_rows() {
                if see(row)?.is_break() {
                    break 'rows;
                }
            }
        }
        drop(chunks);
        *place = Some(reading.await.map_err(|_| gone())?);
        Ok(())
    }
}

/// Rows in chunks, read on a thread that may block, and the connection once it is free again. The reading ends
/// when nobody listens any more.
fn stream_rows(
    held: Held,
    sql: String,
    args: Args,
) -> (mpsc::Receiver<Result<Answer, StoreError>>, JoinHandle<Held>) {
    let (sender, receiver) = mpsc::channel(2);
    let reading = task::spawn_blocking(move || {
        let read = held.ask(|connection| {
            visit(connection, &sql, args, &mut |chunk| {
                let full = chunk.len() == CHUNK;
                match full && sender.blocking_send(Ok(chunk.take())).is_err() {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            })
        });
        let _ = sender.blocking_send(read);
        held
    });
    (receiver, reading)
}

pub(super) fn connect(opening: &Opening) -> Result<Connection, StoreError> {
    let create = if opening.create { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    let connection = Connection::open_with_flags(&opening.path, flags)?;
    connection.busy_timeout(opening.busy)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    // A plan holds for all values, as on PostgreSQL. Otherwise SQLite reads a statement anew whenever a value
    // changes that it compared with the condition of a partial index.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(&opening.pragmas)?;
    Ok(connection)
}

/// Runs `work` on a thread that may block.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    task::spawn_blocking(work).await.map_err(|_| gone())
}

fn gone() -> StoreError {
    StoreError::NoConnection("its last statement was broken off".into())
}

/// All rows of the answer.
pub(super) fn all(connection: &Connection, sql: &str, args: Args) -> Result<Vec<Row>, StoreError> {
    let answer = visit(connection, sql, args, &mut |_| ControlFlow::Continue(()))?;
    Ok(answer.into_rows().collect())
}

/// The first row of the answer.
pub(super) fn first(connection: &Connection, sql: &str, args: Args) -> Result<Option<Row>, StoreError> {
    let answer = visit(connection, sql, args, &mut |_| ControlFlow::Break(()))?;
    Ok(answer.into_rows().next())
}

/// Runs a statement; the number of rows it touched.
pub(super) fn execute(connection: &Connection, sql: &str, args: Args) -> Result<u64, StoreError> {
    Ok(prepared(connection, sql, args)?.raw_execute()? as u64)
}

/// Runs a statement once for each row of values; the number of rows it touched. One row at a time is what SQLite does
/// best: for a statement of many rows that may fail it would keep a copy of every page that it touches.
pub(super) fn execute_each(connection: &Connection, sql: &str, rows: Args) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    let width = statement.parameter_count();
    if width == 0 || !rows.0.len().is_multiple_of(width) {
        return Err(StoreError::Shape(format!("{} values are no rows of {width}", rows.0.len())));
    }
    let mut touched = 0;
    for row in rows.0.chunks_exact(width) {
        bind(&mut statement, row)?;
        touched += statement.raw_execute()? as u64;
    }
    Ok(touched)
}

/// Runs a text of statements.
pub(super) fn run(connection: &Connection, sql: &str, _: Args) -> Result<(), StoreError> {
    Ok(connection.execute_batch(sql)?)
}

/// Keeps row after row and shows `see` what was kept, until it has seen enough; what it left.
fn visit(
    connection: &Connection,
    sql: &str,
    args: Args,
    see: &mut dyn FnMut(&mut Answer) -> ControlFlow<()>,
) -> Result<Answer, StoreError> {
    let mut statement = prepared(connection, sql, args)?;
    let mut answer = Answer::new(statement.column_names().map(Box::from).collect());
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        answer.keep(row)?;
        if see(&mut answer).is_break() {
            break;
        }
    }
    Ok(answer)
}

/// The statement with its values.
fn prepared<'c>(
    connection: &'c Connection,
    sql: &str,
    args: Args,
) -> Result<CachedStatement<'c>, StoreError> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    let (places, values) = (statement.parameter_count(), args.0.len());
    if places != values {
        return Err(StoreError::Shape(format!("the statement has {places} places for {values} values")));
    }
    bind(&mut statement, &args.0)?;
    Ok(statement)
}

fn bind(statement: &mut CachedStatement<'_>, values: &[Value]) -> Result<(), StoreError> {
    for (place, value) in (1..).zip(values) {
        match value {
            Value::Int(value) => statement.raw_bind_parameter(place, value)?,
            Value::Text(value) => statement.raw_bind_parameter(place, value)?,
            Value::Bytes(value) => statement.raw_bind_parameter(place, value)?,
            Value::Id(id) => statement.raw_bind_parameter(place, id.as_bytes())?,
        }
    }
    Ok(())
}

/// The statement with `?7` in the place of `$7`. SQLite takes `$7` for a name of any value, and looks a name up by
/// walking over all of them: a list of a thousand values would cost a million steps.
fn numbered(sql: &str) -> Cow<'_, str> {
    // Within quotes, which are every second part, a `$` is text.
    let parts = sql.split('\'').enumerate();
    if !parts.clone().any(|(at, part)| at % 2 == 0 && part.contains('$')) {
        return Cow::Borrowed(sql);
    }
    let parts = parts.map(|(at, part)| match at % 2 {
        0 => Cow::Owned(part.replace('$', "?")),
        _ => Cow::Borrowed(part),
    });
    Cow::Owned(parts.collect::<Vec<_>>().join("'"))
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn places_have_numbers_and_texts_stay() {
        assert_eq!(numbered("a = $2 AND b IN ($1, $3)"), "a = ?2 AND b IN (?1, ?3)");
        assert_eq!(
            numbered("a = '$1' AND b = $1 AND c = 'it''s $2'"),
            "a = '$1' AND b = ?1 AND c = 'it''s $2'"
        );
        assert_eq!(numbered("VALUES (?, ?)"), "VALUES (?, ?)");
    }
}
