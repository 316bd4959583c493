//! Who ate: a village's list on a day.

use asuh_ground::books::{self, AccountKind, Fund, Move, Spot, Transfer, TransferKind};
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::Reach;
use super::cook::MEAL;
use super::query;

/// What can be said of a portion: eaten all, half, none of it; not there; refused.
pub(super) const MARKS: [&str; 5] = ["all", "half", "none", "absent", "refused"];

/// Whether the household received the portion.
pub(super) fn received(mark: &str) -> bool {
    matches!(mark, "all" | "half" | "none")
}

/// What became of one portion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServingMark {
    /// Whose.
    pub enrolment: Id,
    /// `all`, `half`, `none`, `absent` or `refused`.
    pub mark: String,
    /// Who took it home; empty where it was eaten on the spot.
    pub taken_by: String,
}

/// Notes who ate in a village. What was noted before is corrected: a portion that reached a household goes back into the
/// kitchen's store by a reversal, and the other way round.
///
/// Refused for somebody who is kept from the menu (an allergy, her age): she has no portion.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MarkMeals {
    /// The run.
    pub run: Id,
    /// The village.
    pub village: i64,
    /// Of whom something is said.
    pub marks: Vec<ServingMark>,
    /// What the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Serving { enrolment_id: Id, family_id: Id, menu_id: Option<Id>, mark: String, taken_by: String, transfer_id: Option<Id> }
}

asuh_store::row_struct! {
    struct LotRow { id: Id }
}

impl Command for MarkMeals {
    const KIND: &'static str = "kitchen.mark";
    /// How many portions of the village are noted now.
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let district = tx.district();
        tx.subject("kitchen_run", self.run);
        tx.execute(
            "UPDATE kitchen_run SET note = note WHERE district_id = $1 AND id = $2",
            args![district, self.run],
        )
        .await?;
        let run = query::run(tx, district, &self.reach, self.run).await?.ok_or_else(Refusal::not_found)?;
        if run.state != "delivered" {
            return Err(Refusal::new(format!("kitchen.refused.is_{}", run.state)).into());
        }
        let mut wanted = args![district, self.run, self.village];
        let reached = self.reach.village("e.village_code", "e.rw", &mut wanted);
        let known: Vec<Serving> = tx
            .all(
                &format!(
                    "SELECT s.enrolment_id, s.family_id, s.menu_id, s.mark, s.taken_by, s.transfer_id \
                     FROM meal_serving s JOIN meal_enrolment e ON e.district_id = s.district_id \
                     AND e.id = s.enrolment_id WHERE s.district_id = $1 AND s.run_id = $2 AND s.village_code = $3 \
                     AND {reached} ORDER BY s.enrolment_id"
                ),
                wanted,
            )
            .await?;
        let fund: Fund = run.fund.parse().map_err(|_| StoreError::Shape(run.fund.clone()))?;
        let commodity = MEAL.parse().map_err(|_| StoreError::Shape(MEAL.to_owned()))?;
        let lot: Option<LotRow> = match run.cooking_id {
            Some(cooking) => {
                tx.first(
                    "SELECT id FROM lot WHERE district_id = $1 AND cause_id = $2 ORDER BY id",
                    args![district, cooking],
                )
                .await?
            }
            None => None,
        };
        let (mut goes, mut changes) = (Vec::new(), Vec::new());
        for said in &self.marks {
            let one = known.iter().find(|one| one.enrolment_id == said.enrolment);
            let one = one.ok_or_else(Refusal::not_found)?;
            let field = format!("tanda.{}", said.enrolment);
            if !MARKS.contains(&said.mark.as_str()) {
                return Err(Refusal::new("web.error.choose").field(field).into());
            }
            if one.menu_id.is_none() {
                return Err(Refusal::new("kitchen.refused.kept").field(field).into());
            }
            if one.mark == said.mark && one.taken_by == said.taken_by.trim() {
                continue;
            }
            let mut transfer = one.transfer_id;
            match (one.transfer_id, received(&said.mark)) {
                (Some(posted), false) => {
                    books::reverse(tx, posted, run.for_day, &run.number).await?;
                    transfer = None;
                }
                (None, true) => {
                    let mut step = Move::new(
                        commodity,
                        Spot::new(AccountKind::Kitchen, run.kitchen_id),
                        Spot::new(AccountKind::Household, one.family_id),
                        1,
                    );
                    step.lot = lot.as_ref().map(|lot| lot.id);
                    goes.push(Transfer {
                        kind: TransferKind::Delivered,
                        fund,
                        day: run.for_day,
                        cause: self.run,
                        reason: run.number.clone(),
                        moves: vec![step],
                    });
                }
                _ => {}
            }
            changes.push((said, transfer, one.transfer_id.is_none() && received(&said.mark)));
        }
        let mut posted = books::post_many(tx, goes).await?.into_iter();
        for (said, transfer, new) in changes {
            let transfer = if new { posted.next().flatten() } else { transfer };
            tx.execute(
                "UPDATE meal_serving SET mark = $4, taken_by = $5, transfer_id = $6, marked_at = $7, marked_by = $8 \
                 WHERE district_id = $1 AND run_id = $2 AND enrolment_id = $3",
                args![
                    district,
                    self.run,
                    said.enrolment,
                    &said.mark,
                    said.taken_by.trim(),
                    transfer,
                    tx.now(),
                    tx.actor()
                ],
            )
            .await?;
        }
        let there = query::run_villages(tx, district, self.run).await?;
        let there = there.into_iter().find(|one| one.village_code == self.village);
        let there = there.ok_or_else(Refusal::not_found)?;
        if there.received > there.delivered.unwrap_or(0) {
            let refusal = Refusal::new("kitchen.refused.more_than_delivered");
            return Err(refusal.arg("delivered", there.delivered.unwrap_or(0)).into());
        }
        Ok(there.marked)
    }
}
