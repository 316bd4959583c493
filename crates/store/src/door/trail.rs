//! The trail of commands: what was done is entered once, and what was done before is answered from it.

use super::{Body, Order, Outcome, Rejection, lock};
use crate::{Instant, Query, StoreError, Tx, args};

crate::row_struct! {
    struct Logged {
        kind: String,
        body_hash: Vec<u8>,
        receipt: String,
        recorded_at: Instant,
    }
}

/// The answer to a command that is in the trail already; none where it is not.
pub(super) async fn repeated(tx: &Tx<'_>, order: &Order, body: &Body) -> Result<Option<Outcome>, StoreError> {
    let earlier: Option<Logged> = tx
        .first(
            "SELECT kind, body_hash, receipt, recorded_at FROM command_log \
             WHERE district_id = $1 AND actor_id = $2 AND id = $3",
            args![tx.district(), tx.actor(), order.envelope.id],
        )
        .await?;
    let Some(earlier) = earlier else { return Ok(None) };
    // An empty hash: the keys were rotated after the body's retention time, so nothing is left to compare.
    let same = earlier.kind == order.command.kind()
        && (earlier.body_hash.is_empty() || earlier.body_hash == body.hash);
    if !same {
        return Ok(Some(Outcome::Not(Rejection::IdReused)));
    }
    Ok(Some(Outcome::Done(earlier.receipt, earlier.recorded_at, true)))
}

/// Enters the command in the trail; false when its id is there already.
pub(super) async fn record(
    tx: &Tx<'_>,
    order: &Order,
    body: &Body,
    receipt: &str,
) -> Result<bool, StoreError> {
    let subject = lock(&tx.subject).clone();
    let (subject_kind, subject_id) = subject.unzip();
    let entered = tx
        .execute(
        "INSERT INTO command_log (district_id, actor_id, id, kind, version, device_id, captured_at, recorded_at, \
         subject_kind, subject_id, body_hash, body_sealed, receipt) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (district_id, actor_id, id) DO NOTHING",
        args![
            tx.district(),
            tx.actor(),
            order.envelope.id,
            order.command.kind(),
            order.command.version(),
            order.envelope.device,
            order.envelope.captured_at,
            tx.recorded_at,
            subject_kind,
            subject_id,
            body.hash,
            body.sealed.as_slice(),
            receipt,
        ],
    )
    .await?;
    Ok(entered == 1)
}
