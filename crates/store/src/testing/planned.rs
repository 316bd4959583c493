//! A reader that writes down how the engine would answer each statement it is asked: what an index is for is proven on the
//! statements themselves, not on copies of them.

use std::sync::Mutex;

use crate::{Args, Engine, FromRow, Query, Reader, StoreError};

/// Answers as the reader does, and keeps the plan of every statement.
pub struct Planned<'a> {
    reader: &'a Reader,
    engine: Engine,
    plans: Mutex<Vec<(String, String)>>,
}

impl<'a> Planned<'a> {
    /// A reader that writes down plans.
    pub fn new(reader: &'a Reader) -> Planned<'a> {
        Planned { reader, engine: reader.engine(), plans: Mutex::new(Vec::new()) }
    }

    /// Asserts that on SQLite the statements asked since the last call use these indexes and read no table from end to end,
    /// except those named with `scan:`. PostgreSQL counts its rows by itself and may read small tables so; there it is
    /// enough that it understood them.
    ///
    /// # Panics
    /// When they do otherwise, or nothing was asked.
    #[track_caller]
    pub fn used(&self, wanted: &[&str]) {
        let plans = std::mem::take(&mut *self.plans.lock().expect("no test panicked within"));
        assert!(!plans.is_empty(), "nothing was asked");
        if self.engine != Engine::Sqlite {
            return;
        }
        let all: String = plans.iter().map(|(sql, plan)| format!("{sql}\n{plan}\n\n")).collect();
        for wanted in wanted {
            match wanted.strip_prefix("scan:") {
                Some(table) => assert!(all.contains(&format!("SCAN {table}")), "{table} is looked up: {all}"),
                None => assert!(all.contains(wanted), "{wanted} is not used: {all}"),
            }
        }
        let scans = all.lines().filter_map(|line| line.trim().strip_prefix("SCAN "));
        for line in scans.filter(|line| !line.starts_with("CONSTANT") && !line.starts_with('(')) {
            let table = line.split_whitespace().next().unwrap_or_default();
            assert!(
                wanted.iter().any(|name| name.strip_prefix("scan:") == Some(table)),
                "{table} is read from end to end: {all}"
            );
        }
    }

    async fn keep(&self, sql: &str, args: Args) -> Result<(), StoreError> {
        let plan = self.reader.plan(sql, args).await?;
        self.plans.lock().expect("no test panicked within").push((sql.to_owned(), plan));
        Ok(())
    }
}

impl Query for Planned<'_> {
    async fn all<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Vec<T>, StoreError> {
        self.keep(sql, args.clone()).await?;
        self.reader.all(sql, args).await
    }

    async fn first<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Option<T>, StoreError> {
        self.keep(sql, args.clone()).await?;
        self.reader.first(sql, args).await
    }
}
