//! A delivery that was recorded by mistake, taken back.

use asuh_ground::access::Scope;
use asuh_ground::books;
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::{approved_run, change_state, one_reached};

/// Takes back that a package was received: a slip of the thumb. The package is with the courier again and waits, its goods
/// leave the family's books by a reversal. Who had recorded it and what stays in the trail, the reason in the books.
///
/// Refused when the package is out of reach (not found), was not recorded as received, its run is closed, or no reason
/// is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoDelivery {
    /// The package.
    pub package: Id,
    /// Why.
    pub reason: String,
    /// The day on which the books take it back.
    pub day: Date,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for UndoDelivery {
    const KIND: &'static str = "distribution.undo_delivery";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        let package = one_reached(tx, self.package, &self.scope).await?;
        approved_run(tx, package.run_id).await?;
        tx.subject("family", package.family_id);
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Refusal::new("web.error.required").field("sebab").into());
        }
        if change_state(tx, &[package.id], "delivered", "packed", None).await?.is_empty() {
            return Err(Refusal::new("distribution.refused.not_delivered").arg("nth", package.nth).into());
        }
        tx.execute(
            "DELETE FROM delivery WHERE district_id = $1 AND package_id = $2",
            args![district, package.id],
        )
        .await?;
        for transfer in standing(tx, district, package.id).await? {
            books::reverse(tx, transfer, self.day, reason).await?;
        }
        Ok(())
    }
}

/// The transfers by which a package went to its family and that nobody took back. Indexes: transfer_by_cause,
/// transfer_reversals.
async fn standing(db: &impl Query, district: DistrictId, package: Id) -> Result<Vec<Id>, StoreError> {
    let rows: Vec<(Id,)> = db
        .all(
            "SELECT t.id FROM transfer t WHERE t.district_id = $1 AND t.cause_id = $2 AND t.kind = 'delivered' \
             AND NOT EXISTS (SELECT 1 FROM transfer r WHERE r.district_id = t.district_id AND r.reverses = t.id) \
             ORDER BY t.id",
            args![district, package],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

asuh_store::row_struct! {
    /// A time that a package was recorded as received by mistake, as the books know it.
    pub(super) struct Undone {
        pub(super) reason: String,
        pub(super) recorded_at: Instant,
        pub(super) by_name: Option<String>,
    }
}

/// When it was taken back that a package, found within reach, was received; the first time first. Index:
/// transfer_by_cause.
pub(super) async fn history(
    db: &impl Query,
    district: DistrictId,
    package: Id,
) -> Result<Vec<Undone>, StoreError> {
    db.all(
        "SELECT t.reason, t.recorded_at, u.name AS by_name FROM transfer t \
         LEFT JOIN app_user u ON u.district_id = t.district_id AND u.id = t.actor_id \
         WHERE t.district_id = $1 AND t.cause_id = $2 AND t.kind = 'reversal' ORDER BY t.recorded_at, t.id",
        args![district, package],
    )
    .await
}

#[cfg(test)]
pub(super) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, package: Id) {
    standing(db, district, package).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["transfer_by_cause", "transfer_reversals"]);
    history(db, district, package).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["transfer_by_cause"]);
}
