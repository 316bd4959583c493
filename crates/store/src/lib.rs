//! The only user of the database library.
//!
//! asuh keeps its data in an embedded SQLite file or on a PostgreSQL server, with one SQL text for both.
//! This crate connects ([`Store::open`]), reads ([`Query`]), and lets changes in through one door
//! ([`Store::submit`]): every change is a [`Command`] with an [`Envelope`], runs in one transaction, is
//! answered only after it is durable, and is answered with the first receipt when it is sent twice.
//!
//! What differs between the engines is settled here and nowhere else: three column types (integer, text,
//! bytes; see [`schema`]), instants as milliseconds, days as `yyyymmdd`, booleans as 0 and 1.

mod args;
mod backup;
mod connect;
mod door;
mod driver;
mod error;
mod id;
mod lock;
mod query;
mod rotate;
mod row;
pub mod schema;
mod secrets;
mod stamp;
mod statistics;
#[cfg(feature = "testing")]
pub mod testing;
mod tx;

pub use args::{Arg, Args, Value};
pub use backup::{BackupReport, RestoreReport, TableCount};
pub use connect::{Engine, Options, Store};
pub use door::{Command, Envelope, Receipt, Recording, Rejection};
pub use error::{Fault, Refusal, StoreError};
pub use id::{Clock, DistrictId, FixedClock, Id, IdSource, Instant, SeededIds, SystemClock, SystemIds};
pub use lock::{FolderLock, LockError};
pub use query::{Query, Reader};
pub use rotate::RotationReport;
pub use row::{Column, FromRow, Row};
pub use secrets::{KeyRing, LookupHash, Secrets, SecretsError};
pub use stamp::Stamp;
pub use tx::Tx;
