//! The database libraries: all that knows sqlx and rusqlite, and that there are two engines below.
//!
//! PostgreSQL is spoken to by sqlx over the network, SQLite by rusqlite as calls into a library: what is alike
//! between them is what this module shows. Three kinds of value are all there is, so one enum over both is enough.

mod answer;
mod log;
mod sqlite;

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::postgres::{PgArguments, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::{Arguments, AssertSqlSafe, Postgres};
use tokio::sync::Mutex;

use crate::args::Value;
use crate::query::places;
use crate::{Args, Engine, Row, StoreError};

pub(crate) use answer::Cell;
use answer::SqliteRow;
pub(crate) use log::LogKeeper;
use sqlite::SqliteTransaction;
pub(crate) use sqlite::{Opening, Place, SqlitePool};

/// How long a statement waits for a free connection.
pub(crate) const WAIT: Duration = Duration::from_secs(30);

/// Rows in one `INSERT` on PostgreSQL, which takes 65,535 values: no table is so wide that they could not be bound.
const MOST_ROWS: usize = 128;

/// An answer of the database that is on its way. Boxed, so that the code behind it is generated once and not for
/// every type of row.
pub(crate) type Coming<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A row as an engine gave it.
pub(crate) enum RawRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// Something that runs statements: a pool, or a transaction on one of its connections.
pub(crate) trait Connection: Sync {
    /// The engine that answers.
    fn engine(&self) -> Engine;

    /// All rows of the answer.
    fn all<'a>(&'a self, sql: &'a str, args: Args) -> Coming<'a, Vec<Row>>;

    /// The first row of the answer, if there is one.
    fn first<'a>(&'a self, sql: &'a str, args: Args) -> Coming<'a, Option<Row>>;

    /// Runs a statement; the number of rows it touched.
    fn execute<'a>(&'a self, sql: &'a str, args: Args) -> Coming<'a, u64>;

    /// Runs an `INSERT` for many rows, given by its text before and behind `VALUES (...)`, the number of columns and
    /// the values of all rows; the number of rows it touched.
    fn insert<'a>(&'a self, head: &'a str, tail: &'a str, width: usize, values: Args) -> Coming<'a, u64>;

    /// Runs a text of statements without values, which the engine does not keep prepared.
    fn run<'a>(&'a self, sql: &'a str) -> Coming<'a, ()>;
}

/// Connections to one database. Cheap to clone.
#[derive(Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A transaction; rolled back when it is dropped before its end.
pub(crate) enum Transaction {
    Sqlite(SqliteTransaction),
    Postgres(Mutex<sqlx::Transaction<'static, Postgres>>),
}

macro_rules! connection {
    ($type:ident, $held:ident => $executor:expr) => {
        impl Connection for $type {
            fn engine(&self) -> Engine {
                match self {
                    $type::Sqlite(_) => Engine::Sqlite,
                    $type::Postgres(_) => Engine::Postgres,
                }
            }

            fn all<'a>(&'a self, sql: &'a str, args: Args) -> Coming<'a, Vec<Row>> {
                Box::pin(async move {
                    match self {
                        $type::Sqlite(held) => held.ask(sql, args, sqlite::all).await,
                        $type::Postgres($held) => {
                            let rows = postgres(sql, args)?.fetch_all($executor).await?;
                            Ok(rows.into_iter().map(postgres_row).collect())
                        }
                    }
                })
            }

            fn first<'a>(&'a self, sql: &'a str, args: Args) -> Coming<'a, Option<Row>> {
                Box::pin(async move {
                    match self {
                        $type::Sqlite(held) => held.ask(sql, args, sqlite::first).await,
                        $type::Postgres($held) => {
                            Ok(postgres(sql, args)?.fetch_optional($executor).await?.map(postgres_row))
                        }
                    }
                })
            }

            fn execute<'a>(&'a self, sql: &'a str, args: Args) -> Coming<'a, u64> {
                Box::pin(async move {
                    match self {
                        $type::Sqlite(held) => held.ask(sql, args, sqlite::execute).await,
                        $type::Postgres($held) => {
                            Ok(postgres(sql, args)?.execute($executor).await?.rows_affected())
                        }
                    }
                })
            }

            fn insert<'a>(
                &'a self,
                head: &'a str,
                tail: &'a str,
                width: usize,
                values: Args,
            ) -> Coming<'a, u64> {
                Box::pin(async move {
                    match self {
                        $type::Sqlite(held) => {
                            let sql = format!("{head} {} {tail}", places(Engine::Sqlite, 1, width));
                            held.ask(&sql, values, sqlite::execute_each).await
                        }
                        $type::Postgres(_) => {
                            let mut touched = 0;
                            let mut values = values.0.into_iter();
                            while values.len() > 0 {
                                // Few shapes, so that the engine finds each of them prepared.
                                let count = match values.len() / width {
                                    few @ ..16 => few,
                                    many => 1 << many.min(MOST_ROWS).ilog2(),
                                };
                                let sql = format!("{head} {} {tail}", places(Engine::Postgres, count, width));
                                let some = Args(values.by_ref().take(count * width).collect());
                                touched += self.execute(&sql, some).await?;
                            }
                            Ok(touched)
                        }
                    }
                })
            }

            fn run<'a>(&'a self, sql: &'a str) -> Coming<'a, ()> {
                Box::pin(async move {
                    match self {
                        $type::Sqlite(held) => held.ask(sql, Args::new(), sqlite::run).await,
                        $type::Postgres($held) => {
                            sqlx::raw_sql(AssertSqlSafe(sql)).execute($executor).await?;
                            Ok(())
                        }
                    }
                })
            }
        }
    };
}
connection!(Pool, pool => pool);
connection!(Transaction, held => &mut **held.lock().await);

impl Pool {
    /// Begins a transaction. Two writers at one SQLite file wait for one another and fail: only the door may,
    /// and what works before the door opens or on a snapshot.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        self.begin_with("BEGIN").await
    }

    /// Begins a transaction with this statement.
    pub(crate) async fn begin_with(&self, statement: &'static str) -> Result<Transaction, StoreError> {
        Ok(match self {
            Pool::Sqlite(pool) => Transaction::Sqlite(pool.begin(statement).await?),
            Pool::Postgres(pool) => Transaction::Postgres(Mutex::new(pool.begin_with(statement).await?)),
        })
    }

    /// The rows of the answer one after another.
    pub(crate) fn stream<'a>(
        &'a self,
        sql: &str,
        args: Args,
    ) -> Result<BoxStream<'a, Result<Row, StoreError>>, StoreError> {
        Ok(match self {
            Pool::Sqlite(pool) => pool.stream(sql, args),
            Pool::Postgres(pool) => postgres(sql, args)?.fetch(pool).map_ok(postgres_row).err_into().boxed(),
        })
    }

    /// What keeps the log of this pool's file short; nothing where the engine does so itself.
    pub(crate) fn log_keeper(&self) -> Result<Option<LogKeeper>, StoreError> {
        match self {
            Pool::Sqlite(pool) => pool.log_keeper().map(Some),
            Pool::Postgres(_) => Ok(None),
        }
    }

    /// Closes all connections once they are free.
    pub(crate) async fn close(&self) {
        match self {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// Shows the rows of the answer one after another to `see`, until it has seen enough.
    pub(crate) async fn each(
        &self,
        sql: &str,
        args: Args,
        see: &mut (dyn FnMut(Row) -> Result<ControlFlow<()>, StoreError> + Send),
    ) -> Result<(), StoreError> {
        match self {
            Transaction::Sqlite(held) => held.each(sql, args, see).await,
            Transaction::Postgres(held) => {
                let mut held = held.lock().await;
                let mut rows = postgres(sql, args)?.fetch(&mut **held);
                while let Some(found) = rows.try_next().await? {
                    if see(postgres_row(found))?.is_break() {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    /// Makes the changes hold.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Transaction::Sqlite(held) => held.ask("COMMIT", Args::new(), sqlite::run).await?,
            Transaction::Postgres(held) => held.into_inner().commit().await?,
        }
        Ok(())
    }

    /// Takes the changes back.
    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Transaction::Sqlite(held) => held.ask("ROLLBACK", Args::new(), sqlite::run).await?,
            Transaction::Postgres(held) => held.into_inner().rollback().await?,
        }
        Ok(())
    }
}

fn postgres<'q>(sql: &str, args: Args) -> Result<Query<'q, Postgres, PgArguments>, StoreError> {
    let mut bound = PgArguments::default();
    bound.reserve(args.0.len(), args.0.len() * 16);
    for value in args.0 {
        match value {
            Value::Int(value) => bound.add(value),
            Value::Text(value) => bound.add(value),
            Value::Bytes(value) => bound.add(value),
            Value::Id(id) => bound.add(id.as_bytes().as_slice()),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(sqlx::query_with(AssertSqlSafe(sql), bound))
}

fn postgres_row(row: PgRow) -> Row {
    Row(RawRow::Postgres(row))
}
