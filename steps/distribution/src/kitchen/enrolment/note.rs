//! What the kitchens must know of somebody: allergies, and who else feeds her.

use asuh_step_collection::local_today;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::super::rules::{ALLERGENS, Age};
use super::super::run::kept_from;
use super::super::{Reach, menu};
use super::query;

/// Notes allergies and who else feeds a person (MBG). Portions that wait to be eaten and hold what she is allergic to are
/// taken from her at once; where an allergy is noted no more she gets them back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoteMeals {
    /// The enrolment by which the caller knows the person.
    pub enrolment: Id,
    /// Codes of allergens.
    pub allergens: Vec<String>,
    /// Since when somebody else feeds her; `None`: nobody does.
    pub also_fed_since: Option<Date>,
    /// Who says so: the family, the school, a list.
    pub also_fed_by: String,
    /// What the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Open { run_id: Id, menu_id: Id }
}

asuh_store::row_struct! {
    struct Kept { run_id: Id, for_day: Date, menu_id: Id, other_menu_id: Option<Id> }
}

impl Command for NoteMeals {
    const KIND: &'static str = "kitchen.note";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        let enrolment = query::one(tx, district, &self.reach, self.enrolment).await?;
        let enrolment = enrolment.ok_or_else(Refusal::not_found)?;
        tx.subject("person", enrolment.person_id);
        if self.allergens.iter().any(|one| !ALLERGENS.contains(&one.as_str())) {
            return Err(Refusal::new("web.error.choose").field("alergi").into());
        }
        match self.also_fed_since {
            Some(day) if day > local_today(tx).await? => {
                return Err(Refusal::new("kitchen.refused.future").field("mbg").into());
            }
            Some(_) if self.also_fed_by.trim().is_empty() => {
                return Err(Refusal::new("web.error.required").field("mbg_sumber").into());
            }
            _ => {}
        }
        tx.execute(
            "INSERT INTO meal_note (district_id, person_id, allergens, also_fed_since, also_fed_by, changed_at, \
             changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (district_id, person_id) DO UPDATE SET \
             allergens = excluded.allergens, also_fed_since = excluded.also_fed_since, \
             also_fed_by = excluded.also_fed_by, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
            args![
                district,
                enrolment.person_id,
                self.allergens.join(" "),
                self.also_fed_since,
                self.also_fed_by.trim(),
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        let open: Vec<Open> = tx
            .all(
                "SELECT s.run_id, s.menu_id FROM meal_serving s JOIN kitchen_run k ON k.district_id = s.district_id \
                 AND k.id = s.run_id AND k.state IN ('planned', 'cooked', 'delivered') WHERE s.district_id = $1 \
                 AND s.enrolment_id = $2 AND s.mark = '' AND s.menu_id IS NOT NULL",
                args![district, self.enrolment],
            )
            .await?;
        for serving in open {
            let held =
                menu::by_id(tx, district, serving.menu_id).await?.map(|menu| menu.nutrition().allergens);
            if held.is_some_and(|held| self.allergens.iter().any(|one| held.contains(one))) {
                tx.execute(
                    "UPDATE meal_serving SET menu_id = NULL, kept_from = 'allergy' WHERE district_id = $1 \
                     AND run_id = $2 AND enrolment_id = $3",
                    args![district, serving.run_id, self.enrolment],
                )
                .await?;
            }
        }
        self.give_back(tx, enrolment.birth_date).await
    }
}

impl NoteMeals {
    /// Gives the portions back that an allergy kept from her and that she may eat now: of meals that are planned, and of those
    /// that were cooked as long as a portion is over.
    async fn give_back(&self, tx: &Tx<'_>, birth: Option<Date>) -> Result<(), Fault> {
        let district = tx.district();
        let kept: Vec<Kept> = tx
            .all(
                "SELECT s.run_id, s.for_day, k.menu_id, k.other_menu_id FROM meal_serving s \
                 JOIN kitchen_run k ON k.district_id = s.district_id AND k.id = s.run_id WHERE s.district_id = $1 \
                 AND s.enrolment_id = $2 AND s.mark = '' AND s.menu_id IS NULL AND s.kept_from = 'allergy' \
                 AND (k.state = 'planned' OR (k.state IN ('cooked', 'delivered') AND k.cooked > (SELECT COUNT(*) \
                 FROM meal_serving o WHERE o.district_id = s.district_id AND o.run_id = s.run_id \
                 AND o.menu_id IS NOT NULL)))",
                args![district, self.enrolment],
            )
            .await?;
        for serving in kept {
            let age = Age::on(birth, serving.for_day);
            for id in [Some(serving.menu_id), serving.other_menu_id].into_iter().flatten() {
                let Some(menu) = menu::by_id(tx, district, id).await? else { continue };
                let held = menu.nutrition().allergens;
                if kept_from(&menu, &held, age, &self.allergens.join(" ")).is_empty() {
                    tx.execute(
                        "UPDATE meal_serving SET menu_id = $4, kept_from = '' WHERE district_id = $1 AND run_id = $2 \
                         AND enrolment_id = $3",
                        args![district, serving.run_id, self.enrolment, id],
                    )
                    .await?;
                    break;
                }
            }
        }
        Ok(())
    }
}
