//! The audit trail, the access log, and the sealing of both and of the ledger.

use asuh_store::{Id, StoreError, Tx, args};

mod log;

pub use log::{AccessLog, flush, opened, run};

use super::part::Part;

/// The part, for the gates.
pub const PART: Part = Part::named("audit");

/// Writes an entry of the access log within a command: signing in, failing to, signing out. `detail` is words of
/// ours, never what somebody typed.
///
/// # Errors
/// The store fails.
pub async fn entry(
    tx: &Tx<'_>,
    user: Id,
    action: &str,
    subject: Option<(&str, Id)>,
    detail: &str,
) -> Result<(), StoreError> {
    let (kind, subject) = subject.unzip();
    tx.execute(
        "INSERT INTO access_log (district_id, id, at, user_id, action, subject_kind, subject_id, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![tx.district(), tx.new_id(), tx.now(), user, action, kind, subject, detail],
    )
    .await?;
    Ok(())
}
