//! A delivery that was recorded by mistake, taken back.

use asuh_ground::access::Scope;
use asuh_ground::books;
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::{approved_run, change_state, one_reached};

/// Takes back that a package was received: a slip of the thumb. The package is with the courier again and waits, its goods
/// leave the family's books by a reversal, and what was recorded stays beside the reason.
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

asuh_store::row_struct! {
    struct Recorded {
        id: Id,
        happened_at: Instant,
        signature_id: Option<Id>,
        photo_id: Option<Id>,
        recorded_at: Instant,
        recorded_by: Id,
    }
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
        let recorded: Vec<Recorded> = tx
            .all(
                "DELETE FROM delivery WHERE district_id = $1 AND package_id = $2 \
                 RETURNING id, happened_at, signature_id, photo_id, recorded_at, recorded_by",
                args![district, package.id],
            )
            .await?;
        let rows = recorded.into_iter().map(|one| {
            args![
                district,
                one.id,
                package.id,
                one.happened_at,
                one.signature_id,
                one.photo_id,
                one.recorded_at,
                one.recorded_by,
                reason,
                tx.now(),
                tx.actor(),
            ]
        });
        tx.insert_many(
            "INSERT INTO delivery_undone (district_id, id, package_id, happened_at, signature_id, photo_id, recorded_at, \
             recorded_by, reason, undone_at, undone_by) VALUES",
            "",
            rows.collect(),
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
    /// A time that a package was recorded as received by mistake.
    pub(super) struct Undone {
        pub(super) recorded_at: Instant,
        pub(super) reason: String,
        pub(super) undone_at: Instant,
        pub(super) by_name: Option<String>,
    }
}

/// What of a package that was found within reach was taken back, the first time first. Index:
/// delivery_undone_by_package.
pub(super) async fn history(
    db: &impl Query,
    district: DistrictId,
    package: Id,
) -> Result<Vec<Undone>, StoreError> {
    db.all(
        "SELECT o.recorded_at, o.reason, o.undone_at, u.name AS by_name FROM delivery_undone o \
         LEFT JOIN app_user u ON u.district_id = o.district_id AND u.id = o.undone_by \
         WHERE o.district_id = $1 AND o.package_id = $2 ORDER BY o.undone_at, o.id",
        args![district, package],
    )
    .await
}

#[cfg(test)]
pub(super) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, package: Id) {
    standing(db, district, package).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["transfer_by_cause", "transfer_reversals"]);
    history(db, district, package).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["delivery_undone_by_package"]);
}
