//! Taking a meal back.

use asuh_ground::books;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::Reach;
use super::cook::own;

/// A meal that was not cooked, or was entered wrongly: what it moved goes back by reversals, and another can be planned for
/// the same day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelRun {
    /// The run, not closed yet.
    pub run: Id,
    /// Why.
    pub reason: String,
    /// What the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Posted { transfer_id: Option<Id> }
}

impl Command for CancelRun {
    const KIND: &'static str = "kitchen.cancel_run";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        let run = own(tx, self.run, &self.reach, &["planned", "cooked", "delivered"]).await?;
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let servings: Vec<Posted> = tx
            .all(
                "SELECT transfer_id FROM meal_serving WHERE district_id = $1 AND run_id = $2 \
                 AND transfer_id IS NOT NULL ORDER BY enrolment_id",
                args![district, self.run],
            )
            .await?;
        let cooking: Option<Posted> = match run.cooking_id {
            Some(cooking) => {
                let sql = "SELECT transfer_id FROM cooking WHERE district_id = $1 AND id = $2";
                tx.first(sql, args![district, cooking]).await?
            }
            None => None,
        };
        for transfer in servings.into_iter().chain(cooking).filter_map(|row| row.transfer_id) {
            books::reverse(tx, transfer, run.for_day, reason).await?;
        }
        tx.execute(
            "UPDATE meal_serving SET mark = '', taken_by = '', transfer_id = NULL, marked_at = $3, marked_by = $4 \
             WHERE district_id = $1 AND run_id = $2 AND mark <> ''",
            args![district, self.run, tx.now(), tx.actor()],
        )
        .await?;
        tx.execute(
            "UPDATE kitchen_run SET state = 'cancelled', left_words = $3, closed_at = $4, closed_by = $5 \
             WHERE district_id = $1 AND id = $2",
            args![district, self.run, reason, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}
