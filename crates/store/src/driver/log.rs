//! SQLite's log (`asuh.db-wal`) is put into its file beside the writer, not by it.
//!
//! SQLite would do so within every commit that finds the log long: that command, and all that wait behind it, would
//! wait until thousands of pages are copied and forced to the disk. A connection of its own on a thread of its own
//! copies them while the writer goes on. What it has not reached when the log is four times as long, the writer copies
//! itself (`wal_autocheckpoint`), because only a log of which everything is copied begins again at its start.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::sqlite::{Opening, connect};
use crate::StoreError;

/// Pages of 4 KiB that the log may hold before they are copied.
const LONG: i64 = 2_000;

/// Keeps the log of one file short. Dropped, it ends its thread and waits for it.
pub(crate) struct LogKeeper {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LogKeeper {
    /// Opens a connection and starts the thread.
    pub(super) fn start(opening: &Opening) -> Result<LogKeeper, StoreError> {
        let connection = connect(opening)?;
        let (wake, woken) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("asuh-log".into())
            .spawn(move || keep(&connection, &woken))
            .map_err(|error| StoreError::NoConnection(format!("no thread to keep the log on: {error}")))?;
        Ok(LogKeeper { wake: Some(wake), thread: Some(thread) })
    }

    /// Something was committed.
    pub(crate) fn written(&self) {
        if let Some(wake) = &self.wake {
            // When it is awake already it will look once more.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for LogKeeper {
    fn drop(&mut self) {
        self.wake.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn keep(connection: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        let done = waiting(connection).and_then(|pages| match pages >= LONG {
            // PASSIVE: takes what no reader needs any more, and waits for nobody.
            true => connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())),
            false => Ok(()),
        });
        if let Err(error) = done {
            // The writer's own copying remains, and says what is wrong if it fails too.
            tracing::warn!(%error, "the log could not be put into the data file");
        }
    }
}

/// Pages of the log that are not in the file yet.
fn waiting(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_long_log_is_copied_and_a_short_one_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let opening = Opening {
            path: folder.path().join("asuh.db"),
            create: true,
            pragmas: "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0".into(),
            busy: Duration::from_secs(1),
        };
        let writer = connect(&opening).expect("a connection");
        writer.execute_batch("CREATE TABLE t (a BLOB)").expect("a table");
        let waiting_after = |pages: i64| {
            let fill = format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {pages}) \
                 INSERT INTO t SELECT zeroblob(4000) FROM n"
            );
            writer.execute_batch(&fill).expect("rows");
            let keeper = LogKeeper::start(&opening).expect("a thread");
            keeper.written();
            // Its end waits until it has looked.
            drop(keeper);
            waiting(&writer).expect("a number")
        };
        let short = waiting_after(10);
        assert!((10..LONG).contains(&short), "{short}");
        assert_eq!(waiting_after(LONG), 0);
    }
}
