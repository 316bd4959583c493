//! When PostgreSQL counts its tables anew.
//!
//! Its own keeper of statistics comes a minute after much was written. Whoever locks a payment plan of ten thousand
//! seconds after it was drafted meets plans made for empty tables: every payment compared with every other. So the door
//! counts the rows it writes and has the server look each time they have tripled, and whenever one statement wrote
//! thousands; an old installation, whose keeper knows its tables, is not looked at more often than that. SQLite plans with estimates that never change
//! (`schema/planner.rs`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::driver::{Connection, Pool};
use crate::{Args, StoreError};

/// Rows written before the first look.
const FIRST: u64 = 1_000;
/// Rows of one statement after which the server looks whatever was written before: a table may have come from nothing.
const LARGE: u64 = 2_000;

/// What a door has written, and when the server looks next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statistics(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    /// Rows written since the program started, also those that were rolled back.
    written: AtomicU64,
    /// As many as were written at the last look; 0 before the first.
    looked: AtomicU64,
    large: AtomicBool,
    looking: AtomicBool,
}

impl Statistics {
    /// A statement wrote so many rows.
    pub(crate) fn wrote(&self, rows: u64) {
        self.0.written.fetch_add(rows, Ordering::Relaxed);
        if rows >= LARGE {
            self.0.large.store(true, Ordering::Relaxed);
        }
    }

    /// Whether it is time; then nobody else is told so until [`Statistics::looked`].
    fn is_due(&self) -> bool {
        let written = self.0.written.load(Ordering::Relaxed);
        let next = FIRST.max(self.0.looked.load(Ordering::Relaxed).saturating_mul(3));
        let due = written >= next || self.0.large.load(Ordering::Relaxed);
        if !due || self.0.looking.swap(true, Ordering::AcqRel) {
            return false;
        }
        self.0.large.store(false, Ordering::Relaxed);
        self.0.looked.store(written, Ordering::Relaxed);
        true
    }

    fn looked(&self) {
        self.0.looking.store(false, Ordering::Release);
    }

    /// Has the server look when it is time, beside whatever else is done. Inside a tokio runtime.
    pub(crate) fn look_when_due(&self, server: &Pool) {
        if !self.is_due() {
            return;
        }
        let (this, server) = (self.clone(), server.clone());
        tokio::spawn(async move {
            if let Err(error) = count_tables(&server).await {
                tracing::warn!(%error, "the server did not count its tables");
            }
            this.looked();
        });
    }
}

/// Has the server count the tables that hold something. It takes a table that it never looked at for one of ten pages
/// at least and reads it by its keys; one that it has seen empty it takes for empty, and ten thousand lines of the first
/// payment plan then compared each other with all before them.
pub(crate) async fn count_tables(server: &Pool) -> Result<(), StoreError> {
    let filled = "SELECT relname AS tbl FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) >= 81920 \
                  AND relnamespace = current_schema()::regnamespace ORDER BY relname";
    let rows = server.all(filled, Args::new()).await?;
    let tables = rows.iter().map(|row| row.get("tbl")).collect::<Result<Vec<String>, _>>()?;
    if tables.is_empty() {
        return Ok(());
    }
    server.run(&format!("ANALYZE {}", tables.join(", "))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_looks_at_a_thousand_rows_and_whenever_they_have_tripled() {
        let statistics = Statistics::default();
        let mut looks = Vec::new();
        for rows in 1..=10_000 {
            statistics.wrote(1);
            if statistics.is_due() {
                looks.push(rows);
                statistics.looked();
            }
        }
        assert_eq!(looks, [1_000, 3_000, 9_000]);
    }

    #[test]
    fn the_server_looks_after_a_statement_that_wrote_thousands() {
        let statistics = Statistics::default();
        (0..100).for_each(|_| statistics.wrote(1_999));
        assert!(statistics.is_due());
        statistics.looked();
        statistics.wrote(1_999);
        assert!(!statistics.is_due());
        statistics.wrote(2_000);
        assert!(statistics.is_due());
        statistics.looked();
        assert!(!statistics.is_due());
    }

    #[test]
    fn two_never_look_at_once() {
        let statistics = Statistics::default();
        statistics.wrote(5_000);
        assert!(statistics.is_due());
        statistics.wrote(50_000);
        assert!(!statistics.is_due(), "the first is still looking");
        statistics.looked();
        assert!(statistics.is_due());
    }
}
