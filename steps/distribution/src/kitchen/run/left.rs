//! What was left of a meal.

use asuh_step_custody::{ChangeKind, RequestChange, StockPlace};
use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::Reach;
use super::cook::{MEAL, own};
use super::query;

/// Ends a meal: says what became of the portions that nobody of the list received. They leave the store when somebody else
/// has agreed, as everything does that is written off.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseRun {
    /// The run.
    pub run: Id,
    /// Portions given to others.
    pub given: i64,
    /// Portions thrown away.
    pub wasted: i64,
    /// To whom, or why.
    pub words: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for CloseRun {
    const KIND: &'static str = "kitchen.close_run";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let run = own(tx, self.run, &self.reach, &["delivered"]).await?;
        let villages = query::run_villages(tx, tx.district(), self.run).await?;
        let open: i64 = villages.iter().map(|one| one.served - one.marked).sum();
        if open > 0 {
            return Err(Refusal::new("kitchen.refused.open").arg("open", open).into());
        }
        let left = run.cooked - villages.iter().map(|one| one.received).sum::<i64>();
        if self.given < 0 || self.wasted < 0 || self.given + self.wasted != left {
            return Err(Refusal::new("kitchen.refused.left").field("dibagi").arg("left", left).into());
        }
        if left > 0 && self.words.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("keterangan").into());
        }
        let words = self.words.trim();
        let mut requests = Vec::new();
        for (amount, word) in [(self.given, "dibagikan"), (self.wasted, "terbuang")] {
            if amount == 0 {
                requests.push(None);
                continue;
            }
            let change = RequestChange {
                kind: ChangeKind::WriteOff,
                place: StockPlace {
                    kind: "kitchen".into(),
                    place: run.kitchen_id,
                    fund: run.fund.clone(),
                    commodity: MEAL.into(),
                },
                party: String::new(),
                amount,
                reason: format!("{}, sisa {word}: {words}", run.number),
                reach: asuh_step_collection::Reach::unit(run.kitchen_id),
            };
            requests.push(Some(change.apply(tx).await?));
        }
        tx.subject("kitchen_run", self.run);
        tx.execute(
            "UPDATE kitchen_run SET state = 'closed', given = $3, wasted = $4, left_words = $5, closed_at = $6, \
             closed_by = $7, given_change_id = $8, wasted_change_id = $9 WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.run,
                self.given,
                self.wasted,
                words,
                tx.now(),
                tx.actor(),
                requests.first().copied().flatten(),
                requests.last().copied().flatten(),
            ],
        )
        .await?;
        Ok(())
    }
}
