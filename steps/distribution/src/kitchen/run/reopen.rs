//! A closed meal that was noted wrongly, opened once more.

use asuh_ground::books;
use asuh_nusantara::{Language, date};
use asuh_step_custody::DecideChange;
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::Reach;
use super::cook::own;

/// Opens a closed meal again, so that who ate and what was left can be put right and the meal closed once more. What it
/// said before is kept beside the reason. A request to write its leftovers off that nobody has decided falls.
///
/// Refused when what followed stands on it: the leftovers were written off by agreement of a second person (and that was
/// not reversed), or the kitchen's books are closed through its day, so that no portion could move any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReopenRun {
    /// The run.
    pub run: Id,
    /// Why.
    pub reason: String,
    /// What the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Leftover { id: Id, number: String, state: String, standing: bool }
}

/// The requests by which the leftovers of a meal leave the store. Index: stock_change's and transfer's primary keys,
/// transfer_reversals.
async fn leftovers(db: &impl Query, district: DistrictId, run: Id) -> Result<Vec<Leftover>, StoreError> {
    db.all(
        "SELECT c.id, c.number, c.state, CASE WHEN c.state = 'approved' AND NOT EXISTS (SELECT 1 FROM transfer r \
         WHERE r.district_id = c.district_id AND r.reverses = c.transfer_id) THEN CAST(1 AS BIGINT) \
         ELSE CAST(0 AS BIGINT) END AS standing FROM kitchen_run k JOIN stock_change c \
         ON c.district_id = k.district_id AND c.id IN (k.given_change_id, k.wasted_change_id) \
         WHERE k.district_id = $1 AND k.id = $2 ORDER BY c.number",
        args![district, run],
    )
    .await
}

impl Command for ReopenRun {
    const KIND: &'static str = "kitchen.reopen_run";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        let run = own(tx, self.run, &self.reach, &["closed"]).await?;
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        if let Some(day) = books::closed_through(tx, district, run.kitchen_id).await?
            && day >= run.for_day
        {
            let day = date::short(Language::Indonesian, day);
            return Err(Refusal::new("kitchen.refused.books_closed").arg("day", day).into());
        }
        let leftovers = leftovers(tx, district, self.run).await?;
        if let Some(gone) = leftovers.iter().find(|change| change.standing) {
            return Err(Refusal::new("kitchen.refused.left_gone").arg("number", &gone.number).into());
        }
        for change in leftovers.iter().filter(|change| change.state == "requested") {
            let refuse = DecideChange {
                change: change.id,
                approve: false,
                note: format!("{}: {reason}", run.number),
                reach: asuh_step_collection::Reach::unit(run.kitchen_id),
            };
            refuse.apply(tx).await?;
        }
        tx.subject("kitchen_run", self.run);
        tx.insert_many(
            "INSERT INTO kitchen_run_reopened (district_id, id, run_id, reason, given, wasted, left_words, reopened_at, \
             reopened_by) VALUES",
            "",
            vec![args![
                district,
                tx.new_id(),
                self.run,
                reason,
                run.given,
                run.wasted,
                &run.left_words,
                tx.now(),
                tx.actor(),
            ]],
        )
        .await?;
        tx.execute(
            "UPDATE kitchen_run SET state = 'delivered', given = 0, wasted = 0, left_words = '', given_change_id = NULL, \
             wasted_change_id = NULL, closed_at = NULL, closed_by = NULL WHERE district_id = $1 AND id = $2",
            args![district, self.run],
        )
        .await?;
        Ok(())
    }
}

asuh_store::row_struct! {
    /// A time that a meal was opened again, with what it said before.
    pub(super) struct Reopened {
        pub(super) reason: String,
        pub(super) given: i64,
        pub(super) wasted: i64,
        pub(super) left_words: String,
        pub(super) reopened_at: Instant,
        pub(super) by_name: Option<String>,
    }
}

/// When a meal that was found within reach was opened again, the first time first. Index: kitchen_run_reopened_by_run.
pub(super) async fn history(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<Reopened>, StoreError> {
    db.all(
        "SELECT o.reason, o.given, o.wasted, o.left_words, o.reopened_at, u.name AS by_name \
         FROM kitchen_run_reopened o LEFT JOIN app_user u ON u.district_id = o.district_id AND u.id = o.reopened_by \
         WHERE o.district_id = $1 AND o.run_id = $2 ORDER BY o.reopened_at, o.id",
        args![district, run],
    )
    .await
}

#[cfg(test)]
pub(super) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, run: Id) {
    leftovers(db, district, run).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["transfer_reversals"]);
    history(db, district, run).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["kitchen_run_reopened_by_run"]);
}
