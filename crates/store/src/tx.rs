//! A command's transaction.

use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use crate::args::Value;
use crate::driver::{Connection, Transaction};
use crate::error::Failure;
use crate::query::{read_all, read_first};
use crate::statistics::Statistics;
use crate::{Arg, Args, DistrictId, Envelope, FromRow, Id, IdSource, Instant, Query, Secrets, StoreError};

/// What a [`Command`](crate::Command) works with: reads and writes of one transaction, the envelope it came
/// in, and the district's secrets. Only the door makes one.
///
/// A statement that the engine refuses ends the command: it may still turn the error into a
/// [`Refusal`](crate::Refusal), but further statements fail and `Ok` is not believed. PostgreSQL works so by
/// itself (and turns the later COMMIT silently into a rollback); SQLite would go on, after a full disk even
/// outside of the transaction. Where a conflict is expected, say `ON CONFLICT`.
pub struct Tx<'a> {
    pub(crate) conn: &'a Transaction,
    pub(crate) envelope: &'a Envelope,
    pub(crate) recorded_at: Instant,
    pub(crate) ids: &'a dyn IdSource,
    pub(crate) secrets: &'a Secrets,
    pub(crate) statistics: &'a Statistics,
    pub(crate) subject: Mutex<Option<(String, Id)>>,
    /// The first statement that failed.
    pub(crate) spoiled: OnceLock<(Failure, String)>,
    /// How long the command may take, and since when it does.
    pub(crate) limit: Duration,
    pub(crate) begun: tokio::time::Instant,
    /// Transactions that had ended before this one, where it knows that nothing was written since.
    pub(crate) ended: Option<u64>,
}

/// The values, if both engines can keep them.
fn portable(args: Args) -> Result<Args, StoreError> {
    // SQLite would keep it, PostgreSQL cannot: the way between the engines would be closed.
    match args.0.iter().any(|value| matches!(value, Value::Text(Some(text)) if text.contains('\0'))) {
        true => Err(StoreError::Shape("a text holds a NUL character".into())),
        false => Ok(args),
    }
}

impl Query for Tx<'_> {
    async fn all<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Vec<T>, StoreError> {
        read_all(self.watch(self.conn.all(sql, args)).await?)
    }

    async fn first<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Option<T>, StoreError> {
        read_first(self.watch(self.conn.first(sql, args)).await?)
    }
}

impl Tx<'_> {
    /// Runs a changing statement; the number of rows it touched.
    ///
    /// # Errors
    /// A constraint or the engine refuses.
    pub async fn execute(&self, sql: &str, args: Args) -> Result<u64, StoreError> {
        let rows = self.watch(async { self.conn.execute(sql, portable(args)?).await }).await?;
        self.statistics.wrote(rows);
        Ok(rows)
    }

    /// Runs a statement unless an earlier one failed, and notes when it fails.
    async fn watch<T>(&self, running: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        if let Some((_, reason)) = self.spoiled.get() {
            return Err(StoreError::Spoiled(reason.clone()));
        }
        let result = match self.begun.elapsed() > self.limit {
            true => Err(StoreError::TooSlow(self.limit)),
            false => running.await,
        };
        if let Err(error) = &result {
            let _ = self.spoiled.set((error.failure(), error.to_string()));
        }
        result
    }

    /// Inserts many rows: with few statements on PostgreSQL, with one that is run for each row on SQLite. `head` is the statement up to and including `VALUES`, `tail`
    /// what follows the rows (such as `ON CONFLICT DO NOTHING`); every row has the same number of values.
    /// Many rows are changed alike: `WITH said (id, ...) AS (VALUES` before, `) UPDATE ... FROM said ...` after.
    ///
    /// # Errors
    /// A constraint or the engine refuses.
    pub async fn insert_many(&self, head: &str, tail: &str, rows: Vec<Args>) -> Result<u64, StoreError> {
        let Some(width) = rows.first().map(|row| row.0.len()).filter(|width| *width > 0) else {
            return Ok(0);
        };
        let mut values = Vec::with_capacity(rows.len() * width);
        rows.into_iter().for_each(|row| values.extend(row.0));
        let rows =
            self.watch(async { self.conn.insert(head, tail, width, portable(Args(values))?).await }).await?;
        self.statistics.wrote(rows);
        Ok(rows)
    }

    /// The district the command belongs to.
    pub fn district(&self) -> DistrictId {
        self.envelope.district
    }

    /// Who sent it.
    pub fn actor(&self) -> Id {
        self.envelope.actor
    }

    /// The envelope it came in.
    pub fn envelope(&self) -> &Envelope {
        self.envelope
    }

    /// The command's id: facts that it records name it as their origin.
    pub fn command_id(&self) -> Id {
        self.envelope.id
    }

    /// The instant at which this command is recorded.
    pub fn now(&self) -> Instant {
        self.recorded_at
    }

    /// A new id.
    pub fn new_id(&self) -> Id {
        self.ids.new_id(self.recorded_at)
    }

    /// The keys of the installation.
    pub fn secrets(&self) -> &Secrets {
        self.secrets
    }

    /// Names the object that the command is about, for the audit trail ("everything done to this family").
    pub fn subject(&self, kind: &str, id: Id) {
        *self.subject.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((kind.to_owned(), id));
    }

    /// Encrypts a text of this district; see [`Secrets::seal`].
    ///
    /// # Errors
    /// The keys cannot be used.
    pub fn seal(&self, plain: &str) -> Result<Vec<u8>, StoreError> {
        Ok(self.secrets.seal(self.envelope.district, plain.as_bytes())?)
    }
}

/// A place in a statement with as many `$n` as there are values, for `IN (...)`: at most a page or a batch.
impl Args {
    /// Adds all values and returns `$a, $b, ...`; `NULL` when there are none, so that `IN (...)` is empty.
    ///
    /// A long list is filled up with its last value: so there are few shapes of the statement, and the engine
    /// finds each of them prepared.
    pub fn push_list<T: Arg>(&mut self, values: impl IntoIterator<Item = T>) -> String {
        let from = self.0.len();
        self.0.extend(values.into_iter().map(Arg::value));
        self.fill_up(from, 1);
        let places: Vec<String> = (from + 1..=self.0.len()).map(|place| format!("${place}")).collect();
        if places.is_empty() { "NULL".to_owned() } else { places.join(", ") }
    }

    /// Adds rows of values and returns `($a, $b), ($c, $d), ...`, for `VALUES`; like [`Args::push_list`], it says the
    /// last row of a long list several times. There has to be one.
    pub fn push_rows<const N: usize>(&mut self, rows: impl IntoIterator<Item = [Value; N]>) -> String {
        let from = self.0.len();
        self.0.extend(rows.into_iter().flatten());
        self.fill_up(from, N);
        let row = |first: usize| {
            let places: Vec<String> = (first..first + N).map(|place| format!("${place}")).collect();
            format!("({})", places.join(", "))
        };
        let places: Vec<String> = (from + 1..=self.0.len()).step_by(N).map(row).collect();
        places.join(", ")
    }

    /// Says the last `width` values again until the list behind `from` is as long as the next power of two.
    fn fill_up(&mut self, from: usize, width: usize) {
        let count = (self.0.len() - from) / width;
        if count > 16 {
            let last = self.0[self.0.len() - width..].to_vec();
            for _ in count..count.next_power_of_two() {
                self.0.extend_from_slice(&last);
            }
        }
    }
}
