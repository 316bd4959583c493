//! Planning a meal: who is to receive it, of which menu, and who is kept from it.

use std::collections::{BTreeMap, BTreeSet};

use asuh_ground::books::Fund;
use asuh_ground::settings;
use asuh_step_collection::local_today;
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use super::super::menu::{self, Menu};
use super::super::rules::{Age, meets, needed};
use super::super::{Reach, place};

/// Meals of a day.
pub(super) const MEALS: [&str; 3] = ["morning", "noon", "afternoon"];
/// Days ahead that can be planned, and days back that can be entered late.
const AHEAD: i64 = 31;
const LATE: i64 = 120;

asuh_store::row_struct! {
    struct Fed {
        enrolment_id: Id, person_id: Id, family_id: Id, village_code: i64, name: String, code: String,
        birth_date: Option<Date>, target: String, allergens: String
    }
}

/// A portion, or why there is none.
pub(super) struct Planned {
    pub(super) enrolment_id: Id,
    pub(super) person_id: Id,
    pub(super) family_id: Id,
    pub(super) village_code: i64,
    pub(super) name: String,
    pub(super) code: String,
    pub(super) age: Option<Age>,
    pub(super) allergens: String,
    /// What is served.
    pub(super) menu: Option<Id>,
    /// Why not the run's menu: `allergy`, `age`, or empty.
    pub(super) kept_from: &'static str,
}

/// What a meal would be.
pub(super) struct Proposal {
    pub(super) lines: Vec<Planned>,
    /// What the store must hold, by commodity.
    pub(super) needs: BTreeMap<String, i64>,
}

impl Proposal {
    pub(super) fn portions(&self) -> i64 {
        self.lines.iter().filter(|line| line.menu.is_some()).count() as i64
    }

    /// Portions by village.
    pub(super) fn villages(&self) -> BTreeMap<i64, i64> {
        let mut found = BTreeMap::new();
        for line in self.lines.iter().filter(|line| line.menu.is_some()) {
            *found.entry(line.village_code).or_insert(0) += 1;
        }
        found
    }
}

/// Why somebody is not served this menu; empty: she is.
pub(in super::super) fn kept_from(
    menu: &Menu,
    held: &BTreeSet<String>,
    age: Option<Age>,
    allergens: &str,
) -> &'static str {
    match age {
        Some(age) if menu.ages.contains(&age) && meets(allergens, held).is_empty() => "",
        Some(_) if !meets(allergens, held).is_empty() => "allergy",
        _ => "age",
    }
}

/// Who is fed on a day in the villages of a kitchen. Indexes: kitchen_village_by_kitchen, meal_enrolment_by_village,
/// person_version_current.
async fn fed(db: &impl Query, district: DistrictId, kitchen: Id, day: Date) -> Result<Vec<Fed>, StoreError> {
    db.all(
        "SELECT e.id AS enrolment_id, e.person_id, e.family_id, e.village_code, p.name, \
             COALESCE(c.code, '') AS code, p.birth_date, r.target, COALESCE(n.allergens, '') AS allergens \
             FROM kitchen_village v JOIN meal_enrolment e ON e.district_id = v.district_id \
             AND e.village_code = v.village_code AND e.state = 'active' \
             JOIN meal_programme r ON r.district_id = e.district_id AND r.id = e.programme_id \
             JOIN person_version p ON p.district_id = e.district_id AND p.person_id = e.person_id \
             AND p.superseded_at = $4 AND p.ended_reason IS NULL \
             LEFT JOIN target_code c ON c.district_id = e.district_id AND c.person_id = e.person_id \
             LEFT JOIN meal_note n ON n.district_id = e.district_id AND n.person_id = e.person_id \
             WHERE v.district_id = $1 AND v.kitchen_id = $2 AND e.starts_on <= $3 AND e.ends_on >= $3 \
             ORDER BY e.village_code, p.name_search, e.id",
        args![district, kitchen, day, Instant::NEVER],
    )
    .await
}

#[cfg(test)]
pub(super) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, (any, day): (Id, Date)) {
    fed(db, district, any, day).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_enrolment_by_village"]);
}

/// Works out who is to receive a meal.
pub(super) async fn propose(
    db: &impl Query,
    district: DistrictId,
    kitchen: Id,
    day: Date,
    (main, other): (&Menu, Option<&Menu>),
) -> Result<Proposal, StoreError> {
    let fed = fed(db, district, kitchen, day).await?;
    let held = (main.nutrition().allergens, other.map(|menu| menu.nutrition().allergens));
    let (mut lines, mut of_main, mut of_other) = (Vec::new(), 0, 0);
    for one in fed {
        let age = Age::on(one.birth_date, day);
        let why = kept_from(main, &held.0, age, &one.allergens);
        let served = match (why, other, &held.1) {
            ("", ..) => {
                of_main += 1;
                Some(main.id)
            }
            (_, Some(menu), Some(held)) if kept_from(menu, held, age, &one.allergens).is_empty() => {
                of_other += 1;
                Some(menu.id)
            }
            _ => None,
        };
        lines.push(Planned {
            enrolment_id: one.enrolment_id,
            person_id: one.person_id,
            family_id: one.family_id,
            village_code: one.village_code,
            name: one.name,
            code: one.code,
            age,
            allergens: one.allergens,
            menu: served,
            kept_from: why,
        });
    }
    let mut needs = needed(&main.parts, of_main);
    if let Some(menu) = other {
        for (commodity, amount) in needed(&menu.parts, of_other) {
            *needs.entry(commodity).or_insert(0) += amount;
        }
    }
    Ok(Proposal { lines, needs })
}

/// Plans a meal for all who are fed in the villages of a kitchen on a day. Whoever may not eat the menu (an allergy, her
/// age) gets the other one, or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanKitchenRun {
    /// The kitchen, which must be the caller's.
    pub kitchen: Id,
    /// The day.
    pub day: Date,
    /// `morning`, `noon` or `afternoon`.
    pub meal: String,
    /// The menu.
    pub menu: Id,
    /// The menu for those whom that one is not for.
    pub other: Option<Id>,
    /// The fund whose goods are cooked.
    pub fund: String,
    /// Anything else.
    pub note: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for PlanKitchenRun {
    const KIND: &'static str = "kitchen.plan_run";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        if !self.reach.kitchens().reaches_unit(self.kitchen) {
            return Err(Refusal::not_found().into());
        }
        place::kitchen(tx, district, self.kitchen, &self.reach).await?.ok_or_else(Refusal::not_found)?;
        let today = local_today(tx).await?;
        if self.day > today + Duration::days(AHEAD) || self.day < today - Duration::days(LATE) {
            return Err(Refusal::new("kitchen.refused.run_day").field("hari").into());
        }
        if !MEALS.contains(&self.meal.as_str()) {
            return Err(Refusal::new("web.error.choose").field("waktu").into());
        }
        let fund: Fund = self.fund.parse().map_err(|_| Refusal::new("web.error.choose").field("dana"))?;
        let offered = |menu: Option<Menu>| menu.filter(|menu| !menu.retired);
        let main = offered(menu::by_id(tx, district, self.menu).await?);
        let main = main.ok_or_else(|| Refusal::new("web.error.choose").field("menu"))?;
        let other = match self.other {
            None => None,
            Some(id) => {
                let other = offered(menu::by_id(tx, district, id).await?).filter(|_| id != self.menu);
                Some(other.ok_or_else(|| Refusal::new("web.error.choose").field("pengganti"))?)
            }
        };
        let proposal = propose(tx, district, self.kitchen, self.day, (&main, other.as_ref())).await?;
        if proposal.portions() == 0 {
            return Err(Refusal::new("kitchen.refused.nobody").into());
        }
        let id = tx.new_id();
        tx.subject("kitchen_run", id);
        let number = settings::documents::next_number(tx, "kitchen.run", self.day).await?;
        let row = args![
            district,
            id,
            number,
            self.kitchen,
            self.day,
            &self.meal,
            self.menu,
            self.other,
            fund.as_str(),
            "planned",
            proposal.portions(),
            0_i64,
            0_i64,
            0_i64,
            "",
            0_i64,
            None::<Id>,
            self.note.trim(),
            tx.now(),
            tx.actor(),
            None::<i64>,
            None::<Id>,
            None::<i64>,
            None::<Id>,
        ];
        let made = tx
            .insert_many(
                "INSERT INTO kitchen_run (district_id, id, number, kitchen_id, for_day, meal, menu_id, other_menu_id, fund, \
                 state, planned, cooked, given, wasted, left_words, hygienic, cooking_id, note, planned_at, planned_by, \
                 cooked_at, cooked_by, closed_at, closed_by) VALUES",
                "ON CONFLICT DO NOTHING",
                vec![row],
            )
            .await?;
        if made == 0 {
            return Err(Refusal::new("kitchen.refused.run_once").field("waktu").into());
        }
        let villages = proposal.villages().into_iter();
        let villages = villages.map(|(village, planned)| args![district, id, village, planned, None::<i64>]);
        tx.insert_many(
            "INSERT INTO kitchen_run_village (district_id, run_id, village_code, planned, delivered) VALUES",
            "",
            villages.collect(),
        )
        .await?;
        let servings = proposal.lines.iter().map(|line| {
            args![
                district,
                id,
                line.enrolment_id,
                line.person_id,
                line.family_id,
                line.village_code,
                self.day,
                line.menu,
                line.kept_from,
                "",
                "",
                None::<Id>,
                None::<i64>,
                None::<Id>,
            ]
        });
        tx.insert_many(
            "INSERT INTO meal_serving (district_id, run_id, enrolment_id, person_id, family_id, village_code, for_day, \
             menu_id, kept_from, mark, taken_by, transfer_id, marked_at, marked_by) VALUES",
            "",
            servings.collect(),
        )
        .await?;
        Ok(id)
    }
}
