//! What can go wrong, as values.

use serde::{Deserialize, Serialize};

/// The database, or the data folder, did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// PostgreSQL's own message, or that of the way to it.
    #[error("database: {0}")]
    Postgres(#[from] sqlx::Error),
    /// SQLite's own message.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// There is no connection to ask on.
    #[error("no connection to the database: {0}")]
    NoConnection(String),
    /// The command has worked longer than a command may.
    #[error("the command took longer than {0:?}")]
    TooSlow(std::time::Duration),
    /// A row does not have the shape the program expects.
    #[error("stored row: {0}")]
    Shape(String),
    /// A file of the data folder cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The database was made by a newer program.
    #[error("the data was written by a newer version of asuh (schema {found}, this program knows {known})")]
    NewerSchema {
        /// The schema version found.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// SQLite before 3.51.3 can corrupt a database that several connections use.
    #[error("SQLite {0} is refused: versions before 3.51.3 can corrupt the database")]
    OldSqlite(String),
    /// Another process uses the data folder.
    #[error(transparent)]
    Locked(#[from] crate::LockError),
    /// Keys or encrypted values cannot be used.
    #[error(transparent)]
    Secrets(#[from] crate::SecretsError),
    /// A backup file is damaged or not a backup.
    #[error("backup: {0}")]
    Backup(String),
    /// The keys cannot be rotated now.
    #[error("key rotation: {0}")]
    Rotation(String),
    /// A statement of a command's transaction failed earlier; the rest of the command cannot count.
    #[error("an earlier statement of this command failed: {0}")]
    Spoiled(String),
}

/// What the failure of a statement means for its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The statement was refused (a constraint, a wrong text); the engine is well.
    Statement,
    /// PostgreSQL asks to run the transaction again (40001 and 40P01).
    Again,
    /// The connection is gone; another one may serve.
    Connection,
    /// The command took too long; the engine is well.
    TooSlow,
    /// The engine cannot go on (disk full, I/O error, a wait that is too long): the transaction is gone.
    Engine,
}

impl StoreError {
    /// Whether a unique or primary key already holds this value.
    pub fn is_unique_violation(&self) -> bool {
        match self {
            StoreError::Postgres(error) => {
                error.as_database_error().is_some_and(|error| error.is_unique_violation())
            }
            StoreError::Sqlite(error) => {
                use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
                error.sqlite_error().is_some_and(|error| {
                    [SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY].contains(&error.extended_code)
                })
            }
            _ => false,
        }
    }

    /// What this failure means for the transaction in which it happened.
    pub(crate) fn failure(&self) -> Failure {
        match self {
            StoreError::NoConnection(_) => Failure::Connection,
            StoreError::TooSlow(_) => Failure::TooSlow,
            StoreError::Sqlite(error) => error
                .sqlite_error()
                .map_or(Failure::Statement, |error| failure_of_result(error.extended_code)),
            StoreError::Postgres(error) => match error.as_database_error().map(|error| error.code()) {
                Some(Some(code)) => failure_of_state(&code),
                None if matches!(
                    error,
                    sqlx::Error::Io(_)
                        | sqlx::Error::Tls(_)
                        | sqlx::Error::Protocol(_)
                        | sqlx::Error::PoolTimedOut
                        | sqlx::Error::PoolClosed
                        | sqlx::Error::WorkerCrashed
                ) =>
                {
                    Failure::Connection
                }
                _ => Failure::Statement,
            },
            _ => Failure::Statement,
        }
    }
}

/// SQLite gives its extended result code, whose low byte is the primary one.
fn failure_of_result(code: i32) -> Failure {
    // NOMEM 7, READONLY 8, INTERRUPT 9, IOERR 10, CORRUPT 11, FULL 13, CANTOPEN 14, PROTOCOL 15,
    // NOLFS 22, NOTADB 26 may have ended the transaction; BUSY 5 and LOCKED 6 come from outsiders.
    match code & 0xff {
        5..=11 | 13..=15 | 22 | 26 => Failure::Engine,
        _ => Failure::Statement,
    }
}

/// PostgreSQL gives a SQLSTATE of five characters.
fn failure_of_state(code: &str) -> Failure {
    match (code, code.get(..2).unwrap_or_default()) {
        ("40001" | "40P01", _) => Failure::Again,
        // Connection lost or refused for being one too many, server shut down, starting up or crashed.
        ("53300" | "57P01" | "57P02" | "57P03", _) | (_, "08") => Failure::Connection,
        // Lock or statement time-out, no disk or memory, a standby, an idle transaction cut off.
        ("55P03" | "57014" | "25006" | "25P03", _) | (_, "53" | "57" | "58" | "XX") => Failure::Engine,
        _ => Failure::Statement,
    }
}

/// A command was understood and must not be done: the rule that stands in the way, for a person to read.
///
/// `code` is a translation key; `args` fill its `%{name}` places. No personal data belongs into `args`
/// that the actor did not type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Translation key of the sentence, such as `collection.refused.closed`.
    pub code: String,
    /// The form field it belongs to, if any.
    pub field: Option<String>,
    /// Values for the sentence.
    pub args: Vec<(String, String)>,
    /// The object is not there, or not in the caller's reach: answered with 404, never with a hint.
    pub not_found: bool,
}

impl Refusal {
    /// A refusal with this translation key.
    pub fn new(code: impl Into<String>) -> Self {
        Refusal { code: code.into(), field: None, args: Vec::new(), not_found: false }
    }

    /// The thing named does not exist within the caller's reach.
    pub fn not_found() -> Self {
        Refusal { not_found: true, ..Refusal::new("web.not_found.text") }
    }

    /// Names the form field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds a value for the sentence.
    #[must_use]
    pub fn arg(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.args.push((name.into(), value.to_string()));
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.code)?;
        for (name, value) in &self.args {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

/// Why a command did not run to its end: a rule said no, or the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A rule of the programme stands in the way.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Fault::Refused(refusal)
    }
}

impl From<crate::SecretsError> for Fault {
    fn from(error: crate::SecretsError) -> Self {
        Fault::Store(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_not_words_decide_what_a_failure_means() {
        for (code, failure) in [
            ("40001", Failure::Again),
            ("40P01", Failure::Again),
            ("57P01", Failure::Connection),
            ("08006", Failure::Connection),
            ("53300", Failure::Connection), // too many
            ("53100", Failure::Engine),     // disk full
            ("55P03", Failure::Engine),     // lock time-out
            ("25006", Failure::Engine),     // read-only standby
            ("23505", Failure::Statement),  // unique
            ("25P02", Failure::Statement),  // transaction aborted
        ] {
            assert_eq!(failure_of_state(code), failure, "{code}");
        }
        for (code, failure) in [
            (13, Failure::Engine),      // SQLITE_FULL
            (778, Failure::Engine),     // SQLITE_IOERR_WRITE
            (11, Failure::Engine),      // SQLITE_CORRUPT
            (1032, Failure::Engine),    // SQLITE_READONLY_DBMOVED
            (26, Failure::Engine),      // SQLITE_NOTADB
            (7, Failure::Engine),       // SQLITE_NOMEM
            (2067, Failure::Statement), // SQLITE_CONSTRAINT_UNIQUE
            (1, Failure::Statement),    // SQLITE_ERROR
        ] {
            assert_eq!(failure_of_result(code), failure, "{code}");
        }
    }
}
