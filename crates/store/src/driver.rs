//! The database library: all that knows sqlx, and that there are two engines below.
//!
//! sqlx speaks to each engine in types of its own, and its `Any` does not know SQLite's dates and booleans. Here
//! three kinds of value are all there is, so one enum over both is enough.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::postgres::{PgArguments, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqlitePool, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Encode, Postgres, Sqlite, Type};
use tokio::sync::Mutex;

use crate::args::Value;
use crate::{Args, Engine, Row, StoreError};

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
    Sqlite(Mutex<sqlx::Transaction<'static, Sqlite>>),
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
                    Ok(match self {
                        $type::Sqlite($held) => {
                            let rows = sqlite(sql, args)?.fetch_all($executor).await?;
                            rows.into_iter().map(sqlite_row).collect()
                        }
                        $type::Postgres($held) => {
                            let rows = postgres(sql, args)?.fetch_all($executor).await?;
                            rows.into_iter().map(postgres_row).collect()
                        }
                    })
                })
            }

            fn first<'a>(&'a self, sql: &'a str, args: Args) -> Coming<'a, Option<Row>> {
                Box::pin(async move {
                    Ok(match self {
                        $type::Sqlite($held) => {
                            sqlite(sql, args)?.fetch_optional($executor).await?.map(sqlite_row)
                        }
                        $type::Postgres($held) => {
                            postgres(sql, args)?.fetch_optional($executor).await?.map(postgres_row)
                        }
                    })
                })
            }

            fn execute<'a>(&'a self, sql: &'a str, args: Args) -> Coming<'a, u64> {
                Box::pin(async move {
                    Ok(match self {
                        $type::Sqlite($held) => sqlite(sql, args)?.execute($executor).await?.rows_affected(),
                        $type::Postgres($held) => {
                            postgres(sql, args)?.execute($executor).await?.rows_affected()
                        }
                    })
                })
            }

            fn run<'a>(&'a self, sql: &'a str) -> Coming<'a, ()> {
                Box::pin(async move {
                    match self {
                        $type::Sqlite($held) => {
                            sqlx::raw_sql(AssertSqlSafe(sql)).execute($executor).await?;
                        }
                        $type::Postgres($held) => {
                            sqlx::raw_sql(AssertSqlSafe(sql)).execute($executor).await?;
                        }
                    }
                    Ok(())
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
            Pool::Sqlite(pool) => Transaction::Sqlite(Mutex::new(pool.begin_with(statement).await?)),
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
            Pool::Sqlite(pool) => sqlite(sql, args)?.fetch(pool).map_ok(sqlite_row).err_into().boxed(),
            Pool::Postgres(pool) => postgres(sql, args)?.fetch(pool).map_ok(postgres_row).err_into().boxed(),
        })
    }

    /// Closes a connection of the pool that cannot be trusted any more; the next one is a new one.
    pub(crate) async fn discard_one(&self) -> Result<(), StoreError> {
        match self {
            Pool::Sqlite(pool) => pool.acquire().await?.close().await?,
            Pool::Postgres(pool) => pool.acquire().await?.close().await?,
        }
        Ok(())
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
        async fn all<R>(
            mut rows: BoxStream<'_, Result<R, sqlx::Error>>,
            row: fn(R) -> Row,
            see: &mut (dyn FnMut(Row) -> Result<ControlFlow<()>, StoreError> + Send),
        ) -> Result<(), StoreError> {
            while let Some(found) = rows.try_next().await? {
                if see(row(found))?.is_break() {
                    break;
                }
            }
            Ok(())
        }
        match self {
            Transaction::Sqlite(held) => {
                let mut held = held.lock().await;
                all(sqlite(sql, args)?.fetch(&mut **held), sqlite_row, see).await
            }
            Transaction::Postgres(held) => {
                let mut held = held.lock().await;
                all(postgres(sql, args)?.fetch(&mut **held), postgres_row, see).await
            }
        }
    }

    /// Makes the changes hold.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Transaction::Sqlite(held) => held.into_inner().commit().await?,
            Transaction::Postgres(held) => held.into_inner().commit().await?,
        }
        Ok(())
    }

    /// Takes the changes back.
    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Transaction::Sqlite(held) => held.into_inner().rollback().await?,
            Transaction::Postgres(held) => held.into_inner().rollback().await?,
        }
        Ok(())
    }
}

fn sqlite<'q>(sql: &str, args: Args) -> Result<Query<'q, Sqlite, SqliteArguments>, StoreError> {
    let (sql, args) = in_order(sql, args);
    Ok(sqlx::query_with(AssertSqlSafe(sql), bound(args)?))
}

/// The statement with `?` in the place of each `$n`, and the values in the order of those places.
///
/// SQLite takes `$7` for a name, and looks a name up by walking over all of them, when it prepares a statement
/// and again for every value that is bound: a list of a thousand values would cost a million steps.
fn in_order(sql: &str, args: Args) -> (String, Args) {
    let mut out = String::with_capacity(sql.len());
    let mut order: Vec<usize> = Vec::with_capacity(args.0.len());
    let (mut rest, mut quoted) = (sql, false);
    while let Some(at) = rest.find(['$', '\'']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let digits = from[1..].bytes().take_while(u8::is_ascii_digit).count();
        let number = from[1..=digits].parse::<usize>().ok().filter(|number| *number > 0);
        match number.filter(|_| from.starts_with('$') && !quoted) {
            Some(number) => {
                out.push('?');
                order.push(number - 1);
                rest = &from[1 + digits..];
            }
            None => {
                quoted ^= from.starts_with('\'');
                out.push_str(&from[..1]);
                rest = &from[1..];
            }
        }
    }
    if order.is_empty() {
        return (sql.to_owned(), args);
    }
    out.push_str(rest);
    if order.iter().copied().eq(0..args.0.len()) {
        return (out, args);
    }
    // A place that has no value is the engine's to refuse: it then has fewer values than places.
    let values = order.iter().filter_map(|place| args.0.get(*place).cloned()).collect();
    (out, Args(values))
}

fn postgres<'q>(sql: &str, args: Args) -> Result<Query<'q, Postgres, PgArguments>, StoreError> {
    Ok(sqlx::query_with(AssertSqlSafe(sql), bound(args)?))
}

fn bound<A: Arguments + Default>(args: Args) -> Result<A, StoreError>
where
    Option<i64>: for<'q> Encode<'q, A::Database> + Type<A::Database>,
    Option<String>: for<'q> Encode<'q, A::Database> + Type<A::Database>,
    Option<Vec<u8>>: for<'q> Encode<'q, A::Database> + Type<A::Database>,
{
    let mut bound = A::default();
    bound.reserve(args.0.len(), args.0.len() * 16);
    for value in args.0 {
        match value {
            Value::Int(value) => bound.add(value),
            Value::Text(value) => bound.add(value),
            Value::Bytes(value) => bound.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(bound)
}

fn sqlite_row(row: SqliteRow) -> Row {
    Row(RawRow::Sqlite(row))
}

fn postgres_row(row: PgRow) -> Row {
    Row(RawRow::Postgres(row))
}

#[cfg(test)]
mod tests {
    use super::in_order;
    use crate::args;

    #[test]
    fn places_lose_their_names_and_values_stand_in_their_order() {
        let of = |sql: &str, values: i64| {
            let args = crate::Args((0..values).flat_map(|nth| args![nth + 1].0).collect());
            let (sql, args) = in_order(sql, args);
            let held = args.0.into_iter().map(|value| match value {
                crate::args::Value::Int(Some(number)) => number,
                other => panic!("{other:?}"),
            });
            (sql, held.collect::<Vec<i64>>())
        };
        assert_eq!(of("SELECT 1", 0), ("SELECT 1".into(), vec![]));
        assert_eq!(of("VALUES (?, ?)", 2), ("VALUES (?, ?)".into(), vec![1, 2]));
        assert_eq!(
            of("a = $1 AND b IN ($2, $3) AND c = $1", 3),
            ("a = ? AND b IN (?, ?) AND c = ?".into(), vec![1, 2, 3, 1])
        );
        assert_eq!(of("VALUES ($1, $3, 'x', $10)", 10), ("VALUES (?, ?, 'x', ?)".into(), vec![1, 3, 10]));
        assert_eq!(
            of("a = '$1' AND b = $2 AND c = 'it''s $2' AND d = $1", 2),
            ("a = '$1' AND b = ? AND c = 'it''s $2' AND d = ?".into(), vec![2, 1])
        );
    }
}
