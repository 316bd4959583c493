//! Cooking out of the store, and handing over to the villages.

use asuh_ground::books;
use asuh_step_collection::local_today;
use asuh_step_custody::{CookPortions, Ingredient, KeepCommodity};
use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::{Reach, menu};
use super::query::{self, Run};

/// The commodity of portions, and what it is called where a district has none yet.
pub(super) const MEAL: &str = "porsi_makan";
const MEAL_NAME: &str = "Porsi makan";

/// A run of the caller's kitchen, in one of these states; its row is taken hold of.
pub(super) async fn own(tx: &Tx<'_>, id: Id, reach: &Reach, states: &[&str]) -> Result<Run, Fault> {
    tx.subject("kitchen_run", id);
    // Who changes a run takes hold of its row first: two at once come one after the other.
    let held = tx
        .execute(
            "UPDATE kitchen_run SET note = note WHERE district_id = $1 AND id = $2",
            args![tx.district(), id],
        )
        .await?;
    let run = query::run(tx, tx.district(), reach, id).await?;
    let run = run.filter(|run| held > 0 && reach.kitchens().reaches_unit(run.kitchen_id));
    let run = run.ok_or_else(Refusal::not_found)?;
    if !states.contains(&run.state.as_str()) {
        return Err(Refusal::new(format!("kitchen.refused.is_{}", run.state)).into());
    }
    Ok(run)
}

/// The code of the commodity of portions; it is made where the district has none.
async fn meal(tx: &Tx<'_>) -> Result<String, Fault> {
    let known = books::commodities(tx, tx.district()).await?;
    if known.iter().any(|line| line.code == MEAL) {
        return Ok(MEAL.to_owned());
    }
    let keep =
        KeepCommodity { code: None, name: MEAL_NAME.into(), unit: "porsi".into(), keeps_days: Some(0) };
    keep.apply(tx).await
}

/// Cooks a planned meal: the ingredients leave the kitchen's store, the portions enter it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CookRun {
    /// The run.
    pub run: Id,
    /// What went into the pot.
    pub ingredients: Vec<Ingredient>,
    /// Portions that came out.
    pub cooked: i64,
    /// Whether the kitchen was clean, hands were washed and water was boiled.
    pub hygienic: bool,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for CookRun {
    const KIND: &'static str = "kitchen.cook_run";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let run = own(tx, self.run, &self.reach, &["planned"]).await?;
        if run.for_day > local_today(tx).await? {
            return Err(Refusal::new("kitchen.refused.not_yet").into());
        }
        if !self.hygienic {
            return Err(Refusal::new("kitchen.refused.hygiene").field("bersih").into());
        }
        let menu = menu::by_id(tx, tx.district(), run.menu_id).await?.ok_or_else(Refusal::not_found)?;
        let cook = CookPortions {
            kitchen: run.kitchen_id,
            fund: run.fund.clone(),
            ingredients: self.ingredients.clone(),
            meal: meal(tx).await?,
            portions: self.cooked,
            day: run.for_day,
            menu: menu.name,
            reach: asuh_step_collection::Reach::unit(run.kitchen_id),
        };
        let cooking = cook.apply(tx).await?;
        tx.subject("kitchen_run", self.run);
        tx.execute(
            "UPDATE kitchen_run SET state = 'cooked', cooked = $3, hygienic = 1, cooking_id = $4, cooked_at = $5, \
             cooked_by = $6 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.run, self.cooked, cooking, tx.now(), tx.actor()],
        )
        .await?;
        Ok(cooking)
    }
}

/// Hands the portions over to the villages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliverRun {
    /// The run.
    pub run: Id,
    /// Portions for each village of the run.
    pub villages: Vec<(i64, i64)>,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for DeliverRun {
    const KIND: &'static str = "kitchen.deliver_run";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let run = own(tx, self.run, &self.reach, &["cooked"]).await?;
        let known = query::run_villages(tx, tx.district(), self.run).await?;
        let all = known.iter().all(|one| self.villages.iter().any(|(code, _)| *code == one.village_code));
        if !all || known.len() != self.villages.len() || self.villages.iter().any(|(_, count)| *count < 0) {
            return Err(Refusal::new("kitchen.refused.each_village").into());
        }
        let sum: i64 = self.villages.iter().map(|(_, count)| count).sum();
        if sum > run.cooked {
            return Err(Refusal::new("kitchen.refused.more_than_cooked").arg("cooked", run.cooked).into());
        }
        for (village, count) in &self.villages {
            tx.execute(
                "UPDATE kitchen_run_village SET delivered = $4 WHERE district_id = $1 AND run_id = $2 \
                 AND village_code = $3",
                args![tx.district(), self.run, *village, *count],
            )
            .await?;
        }
        tx.execute(
            "UPDATE kitchen_run SET state = 'delivered' WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.run],
        )
        .await?;
        Ok(())
    }
}
