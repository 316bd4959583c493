//! Reading, the same from a pool of readers and inside a command's transaction.

use std::future::Future;

use futures_util::{Stream, StreamExt, TryStreamExt};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement, StreamTrait};

use crate::{Args, FromRow, Row, StoreError};

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

pub(crate) fn statement(backend: DbBackend, sql: &str, args: Args) -> Statement {
    Statement::from_sql_and_values(backend, sql, args.0)
}

/// The places of many rows for an `INSERT ... VALUES`, such as `($1, $2), ($3, $4)`.
///
/// SQLite gets places without names: it looks a name such as `$7` up by walking over all names, and with
/// thousands of them that would cost more than the rows.
pub(crate) fn places(backend: DbBackend, rows: usize, width: usize) -> String {
    let mut sql = String::with_capacity(rows * width * 4);
    for place in 0..rows * width {
        sql.push_str(match (place, place % width) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        });
        match backend {
            DbBackend::Sqlite => sql.push('?'),
            _ => sql.push_str(&format!("${}", place + 1)),
        }
    }
    sql.push(')');
    sql
}

pub(crate) async fn rows(
    conn: &impl ConnectionTrait,
    sql: &str,
    args: Args,
) -> Result<Vec<QueryResult>, StoreError> {
    Ok(conn.query_all_raw(statement(conn.get_database_backend(), sql, args)).await?)
}

pub(crate) async fn row(
    conn: &impl ConnectionTrait,
    sql: &str,
    args: Args,
) -> Result<Option<QueryResult>, StoreError> {
    Ok(conn.query_one_raw(statement(conn.get_database_backend(), sql, args)).await?)
}

pub(crate) fn read_all<T: FromRow>(rows: Vec<QueryResult>) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(|row| T::from_row(&Row(row))).collect()
}

pub(crate) fn read_first<T: FromRow>(row: Option<QueryResult>) -> Result<Option<T>, StoreError> {
    row.map(|row| T::from_row(&Row(row))).transpose()
}

/// A handle to the pool of readers. It can change nothing.
#[derive(Clone)]
pub struct Reader {
    pub(crate) pool: DatabaseConnection,
}

impl Query for Reader {
    async fn all<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Vec<T>, StoreError> {
        read_all(rows(&self.pool, sql, args).await?)
    }

    async fn first<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Option<T>, StoreError> {
        read_first(row(&self.pool, sql, args).await?)
    }
}

impl Reader {
    /// The rows of the answer one after another, in constant memory: for exports and checks.
    ///
    /// # Errors
    /// The statement cannot be run. Later failures come as items of the stream.
    pub async fn stream<'a, T: FromRow + Send + 'a>(
        &'a self,
        sql: &str,
        args: Args,
    ) -> Result<impl Stream<Item = Result<T, StoreError>> + Send + 'a, StoreError> {
        let backend = StreamTrait::get_database_backend(&self.pool);
        let rows = self.pool.stream_raw(statement(backend, sql, args)).await?;
        Ok(rows.map_err(StoreError::from).map(|row| row.and_then(|row| T::from_row(&Row(row)))))
    }

    /// How the engine would answer: for tests that prove an index is used.
    ///
    /// # Errors
    /// The statement cannot be planned.
    pub async fn plan(&self, sql: &str, args: Args) -> Result<String, StoreError> {
        let backend = StreamTrait::get_database_backend(&self.pool);
        let (prefix, column) = match backend {
            DbBackend::Sqlite => ("EXPLAIN QUERY PLAN ", "detail"),
            _ => ("EXPLAIN ", "QUERY PLAN"),
        };
        let rows = self.pool.query_all_raw(statement(backend, &format!("{prefix}{sql}"), args)).await?;
        let lines =
            rows.iter().map(|row| row.try_get::<String>("", column)).collect::<Result<Vec<_>, _>>()?;
        Ok(lines.join("\n"))
    }
}
