//! Reading, the same from a pool of readers and inside a command's transaction.

use std::future::Future;

use futures_util::{Stream, StreamExt};

use crate::driver::{Connection, Pool};
use crate::{Args, Engine, FromRow, Row, StoreError};

/// Something that answers questions: a [`Reader`], or a [`Tx`](crate::Tx) that sees its own writes.
///
/// Statements use `$1`, `$2`, ... and only what both engines understand alike.
pub trait Query: Sync {
    /// All rows of the answer. For lists that are bounded by a page or by nature.
    fn all<T: FromRow + Send>(
        &self,
        sql: &str,
        args: Args,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send;

    /// The first row of the answer, if there is one.
    fn first<T: FromRow + Send>(
        &self,
        sql: &str,
        args: Args,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> + Send;

    /// A single number, such as a count; 0 when the answer is empty.
    fn number(&self, sql: &str, args: Args) -> impl Future<Output = Result<i64, StoreError>> + Send {
        async move { Ok(self.first::<(Option<i64>,)>(sql, args).await?.and_then(|row| row.0).unwrap_or(0)) }
    }
}

/// The places of many rows for an `INSERT ... VALUES`, such as `($1, $2), ($3, $4)`.
///
/// SQLite gets places without numbers: with thousands of them the text is half as long to read.
pub(crate) fn places(engine: Engine, rows: usize, width: usize) -> String {
    let mut sql = String::with_capacity(rows * width * 4);
    for place in 0..rows * width {
        sql.push_str(match (place, place % width) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        });
        match engine {
            Engine::Sqlite => sql.push('?'),
            Engine::Postgres => sql.push_str(&format!("${}", place + 1)),
        }
    }
    sql.push(')');
    sql
}

pub(crate) fn read_all<T: FromRow>(rows: Vec<Row>) -> Result<Vec<T>, StoreError> {
    rows.iter().map(T::from_row).collect()
}

pub(crate) fn read_first<T: FromRow>(row: Option<Row>) -> Result<Option<T>, StoreError> {
    row.as_ref().map(T::from_row).transpose()
}

/// A handle to the pool of readers. It can change nothing.
#[derive(Clone)]
pub struct Reader {
    pub(crate) pool: Pool,
}

impl Query for Reader {
    async fn all<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Vec<T>, StoreError> {
        read_all(self.pool.all(sql, args).await?)
    }

    async fn first<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Option<T>, StoreError> {
        read_first(self.pool.first(sql, args).await?)
    }
}

impl Reader {
    /// The rows of the answer one after another, in constant memory: for exports and checks.
    ///
    /// # Errors
    /// A value cannot be bound. Later failures come as items of the stream.
    pub async fn stream<'a, T: FromRow + Send + 'a>(
        &'a self,
        sql: &str,
        args: Args,
    ) -> Result<impl Stream<Item = Result<T, StoreError>> + Send + 'a, StoreError> {
        Ok(self.pool.stream(sql, args)?.map(|row| row.and_then(|row| T::from_row(&row))))
    }

    /// How the engine would answer: for tests that prove an index is used.
    ///
    /// # Errors
    /// The statement cannot be planned.
    pub async fn plan(&self, sql: &str, args: Args) -> Result<String, StoreError> {
        let (prefix, column) = match self.pool.engine() {
            Engine::Sqlite => ("EXPLAIN QUERY PLAN ", "detail"),
            Engine::Postgres => ("EXPLAIN ", "QUERY PLAN"),
        };
        let rows = self.pool.all(&format!("{prefix}{sql}"), args).await?;
        let lines = rows.iter().map(|row| row.get::<String>(column)).collect::<Result<Vec<_>, _>>()?;
        Ok(lines.join("\n"))
    }
}
