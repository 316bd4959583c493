//! What can go wrong, as values.

use serde::{Deserialize, Serialize};

/// The database, or the data folder, did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database library's own message.
    #[error("database: {0}")]
    Database(#[from] sea_orm::DbErr),
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
}

impl StoreError {
    /// Whether a unique or primary key already holds this value.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, StoreError::Database(error)
            if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))))
    }

    /// Whether the same transaction may succeed when it runs again (PostgreSQL 40001 and 40P01).
    pub(crate) fn is_retryable(&self) -> bool {
        let StoreError::Database(error) = self else { return false };
        let text = error.to_string();
        text.contains("could not serialize access") || text.contains("deadlock detected")
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
