//! By which indexes the engine would answer: for tests of queries.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::TestDatabase;
use crate::driver::{Connection, Pool};
use crate::{Args, Engine, FromRow, Query, Store, StoreError};

/// A reader that answers every query with nothing and notes how the engine would answer it.
///
/// SQLite plans with the estimates that it has in every installation, so that all of its plan is proven. PostgreSQL plans by
/// what its tables hold, and here they are empty: it is asked not to read a table from end to end, and what is proven is
/// that an index serves everywhere; which one it takes is its own decision.
pub struct Plans {
    engine: Engine,
    pool: Pool,
    _store: Store,
    seen: Mutex<Vec<String>>,
}

/// What the engine would read for the queries since the last time.
#[derive(Debug)]
pub struct Plan {
    /// As the engine says it.
    pub text: String,
    /// What is read from end to end: "alias.scan". On SQLite also what is read by nothing but the district: "alias.index",
    /// "alias.key" by the primary key, "alias.unique" by another unique one.
    pub walks: Vec<String>,
    /// Whether SQLite has to sort what it reads.
    pub sorts: bool,
    engine: Engine,
}

impl Plan {
    /// That the queries read just this from end to end, and nothing else but by the keys that they look for; "alias.*" may
    /// be read as the engine likes, because there are few of it in a district.
    ///
    /// # Panics
    /// When they read otherwise.
    #[track_caller]
    pub fn walks_only(&self, expected: &[&str]) -> &Plan {
        let (few, expected): (Vec<&str>, Vec<&str>) = expected.iter().partition(|walk| walk.ends_with(".*"));
        let is_few = |walk: &&String| few.iter().any(|few| walk.starts_with(few.trim_end_matches('*')));
        let walks: Vec<&String> = self.walks.iter().filter(|walk| !is_few(walk)).collect();
        match self.engine {
            Engine::Sqlite => assert_eq!(walks, expected, "\n{}", self.text),
            Engine::Postgres => assert!(walks.is_empty(), "{walks:?}\n{}", self.text),
        }
        self
    }

    /// That nothing is sorted: a page of a long list costs what a page holds.
    ///
    /// # Panics
    /// When something is.
    #[track_caller]
    pub fn in_order(&self) {
        assert!(!self.sorts, "{}", self.text);
    }
}

impl Plans {
    /// The plans of the engine of this database.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn of(db: &TestDatabase) -> Plans {
        let store = db.open().await;
        let pool = match db.url() {
            None => store.reader().pool.clone(),
            Some(url) => {
                let pool = super::connect(url).await;
                super::run(&pool, "SET enable_seqscan = off").await;
                pool
            }
        };
        Plans { engine: db.engine(), pool, _store: store, seen: Mutex::new(Vec::new()) }
    }

    /// The plans of the queries since the last time.
    pub fn take(&self) -> Plan {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        let read = |plan: &String| match self.engine {
            Engine::Sqlite => sqlite(plan),
            Engine::Postgres => postgresql(plan),
        };
        let walks: BTreeSet<String> = seen.iter().flat_map(read).collect();
        let text = seen.join("\n\n");
        Plan {
            walks: walks.into_iter().collect(),
            sorts: text.lines().any(|line| line == "USE TEMP B-TREE FOR ORDER BY"),
            engine: self.engine,
            text,
        }
    }

    async fn note(&self, sql: &str, args: Args) -> Result<(), StoreError> {
        let plan = match self.engine {
            Engine::Sqlite => {
                let rows = self.pool.all(&format!("EXPLAIN QUERY PLAN {sql}"), args).await?;
                // What belongs to a part of the statement stands behind a margin.
                rows.iter()
                    .map(|row| {
                        let margin = if row.get::<i64>("parent")? == 0 { "" } else { "  " };
                        Ok(format!("{margin}{}", row.get::<String>("detail")?))
                    })
                    .collect::<Result<Vec<String>, StoreError>>()?
            }
            Engine::Postgres => {
                let rows = self.pool.all(&format!("EXPLAIN (COSTS OFF) {sql}"), args).await?;
                rows.iter().map(|row| row.get("QUERY PLAN")).collect::<Result<Vec<String>, StoreError>>()?
            }
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(plan.join("\n"));
        Ok(())
    }
}

impl Query for Plans {
    async fn all<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Vec<T>, StoreError> {
        self.note(sql, args).await?;
        Ok(Vec::new())
    }

    async fn first<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Option<T>, StoreError> {
        self.note(sql, args).await?;
        Ok(None)
    }
}

/// "alias.index".
fn named(alias: &str, index: &str) -> String {
    let index = match index {
        _ if index.starts_with("sqlite_autoindex_") && index.ends_with("_1") => "key",
        _ if index.starts_with("sqlite_autoindex_") => "unique",
        named => named,
    };
    format!("{alias}.{index}")
}

/// Whether a condition of a plan says more than the district.
fn narrows<'a>(mut conditions: impl Iterator<Item = &'a str>) -> bool {
    conditions.any(|condition| !condition.contains("district_id"))
}

fn sqlite(plan: &str) -> Vec<String> {
    let made: Vec<&str> = plan
        .lines()
        .map(str::trim_start)
        .filter_map(|line| line.strip_prefix("CO-ROUTINE ").or_else(|| line.strip_prefix("MATERIALIZE ")))
        .collect();
    let mut walks = Vec::new();
    for line in plan.lines().map(str::trim_start) {
        let (looks, rest) = match (line.strip_prefix("SEARCH "), line.strip_prefix("SCAN ")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => continue,
        };
        let alias = rest.split(' ').next().unwrap_or_default();
        // A part of the statement that was answered before is no table.
        if made.contains(&alias) || alias.starts_with('(') || rest.contains("CONSTANT ROW") {
            continue;
        }
        let index = rest.split("INDEX ").nth(1).and_then(|text| text.split(' ').next()).unwrap_or("scan");
        let conditions = rest.split_once('(').map_or("", |(_, text)| text.trim_end_matches(')'));
        let whole = !looks || (index != "scan" && !narrows(conditions.split(" AND ")));
        if rest.contains("AUTOMATIC") {
            walks.push(format!("{alias}.scan"));
        } else if whole {
            walks.push(named(alias, index));
        }
    }
    walks
}

fn postgresql(plan: &str) -> Vec<String> {
    let scans = plan.lines().filter_map(|line| line.split_once("Seq Scan on "));
    scans.map(|(_, table)| format!("{}.scan", table.rsplit(' ').next().unwrap_or(table))).collect()
}
