//! Changing the table of foods.

use asuh_ground::books;
use asuh_nusantara::name::search_key;
use asuh_store::{Command, Fault, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::rules::{ALLERGENS, Food, GROUPS};
use super::start;

/// Foods that are put at once at most.
pub(super) const MOST: usize = 2_000;
/// The longest code.
const MOST_CODE: usize = 40;

/// The code of a new food, made from its name: `Telur ayam ras` becomes `telur_ayam_ras`; empty when nothing is left.
pub(super) fn code_of(name: &str) -> String {
    let key = search_key(name).replace(' ', "_");
    key.chars().filter(char::is_ascii).take(MOST_CODE).collect::<String>().trim_matches('_').to_owned()
}

/// What is wrong with a food by itself: the field of the form, and the key of the sentence.
pub(super) fn wrong(food: &Food) -> Option<(&'static str, &'static str)> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if food.name.trim().is_empty() {
        return Some(("nama", "web.error.required"));
    }
    if food.code.is_empty() || food.code.len() > MOST_CODE || !food.code.chars().all(plain) {
        return Some(("nama", "kitchen.refused.food_name"));
    }
    if !GROUPS.contains(&food.group.as_str()) {
        return Some(("kelompok", "web.error.choose"));
    }
    if food.energy_kcal.is_some_and(|kcal| !(0..=1_000).contains(&kcal)) {
        return Some(("energi", "kitchen.refused.energy"));
    }
    if food.protein_dg.is_some_and(|protein| !(0..=1_000).contains(&protein)) {
        return Some(("protein", "kitchen.refused.protein"));
    }
    if !(1..=100).contains(&food.edible_percent) {
        return Some(("bdd", "kitchen.refused.edible"));
    }
    if food.allergens.iter().any(|one| !ALLERGENS.contains(&one.as_str())) {
        return Some(("alergen", "web.error.choose"));
    }
    if food.grams_per_unit.is_some_and(|grams| !(1..=100_000).contains(&grams)) {
        return Some(("gram", "kitchen.refused.grams"));
    }
    None
}

/// What is wrong with a food beside the district's commodities: a commodity counted in grams needs no grams a unit, every
/// other does.
pub(super) fn misfit(
    food: &Food,
    commodities: &[books::CommodityLine],
) -> Option<(&'static str, &'static str)> {
    if food.commodity.is_empty() {
        return None;
    }
    match commodities.iter().find(|line| line.code == food.commodity && line.kind == "goods") {
        None => Some(("barang", "kitchen.refused.commodity")),
        Some(line) if line.unit == "gram" && food.grams_per_unit.is_some() => {
            Some(("gram", "kitchen.refused.no_grams"))
        }
        Some(line) if line.unit != "gram" && food.grams_per_unit.is_none() => {
            Some(("gram", "kitchen.refused.needs_grams"))
        }
        Some(_) => None,
    }
}

/// Puts foods into the district's table: those it does not know are added, the others become what is said. All or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutFoods {
    /// The foods, each once.
    pub foods: Vec<Food>,
}

impl Command for PutFoods {
    const KIND: &'static str = "kitchen.put_foods";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let commodities = books::commodities(tx, tx.district()).await?;
        for food in &self.foods {
            if let Some((field, code)) = wrong(food).or_else(|| misfit(food, &commodities)) {
                return Err(Refusal::new(code).field(field).into());
            }
        }
        put(tx, &self.foods, true).await
    }
}

async fn put(tx: &Tx<'_>, foods: &[Food], replace: bool) -> Result<(), Fault> {
    if foods.len() > MOST {
        return Err(Refusal::new("kitchen.refused.many_foods").into());
    }
    let rows = foods.iter().map(|food| {
        args![
            tx.district(),
            &food.code,
            food.name.trim(),
            search_key(&food.name),
            &food.group,
            food.energy_kcal,
            food.protein_dg,
            food.edible_percent,
            food.allergens.join(" "),
            &food.commodity,
            food.grams_per_unit,
            food.source.trim(),
            food.confirmed,
            tx.now(),
            tx.actor(),
        ]
    });
    let known = if replace {
        "ON CONFLICT (district_id, code) DO UPDATE SET name = excluded.name, name_search = excluded.name_search, \
         food_group = excluded.food_group, energy_kcal = excluded.energy_kcal, protein_dg = excluded.protein_dg, \
         edible_percent = excluded.edible_percent, allergens = excluded.allergens, commodity = excluded.commodity, \
         grams_per_unit = excluded.grams_per_unit, source = excluded.source, confirmed = excluded.confirmed, \
         changed_at = excluded.changed_at, changed_by = excluded.changed_by"
    } else {
        "ON CONFLICT (district_id, code) DO NOTHING"
    };
    tx.insert_many(
        "INSERT INTO food (district_id, code, name, name_search, food_group, energy_kcal, protein_dg, edible_percent, \
         allergens, commodity, grams_per_unit, source, confirmed, changed_at, changed_by) VALUES",
        known,
        rows.collect(),
    )
    .await?;
    Ok(())
}

/// Puts the shipped foods into the table, each where the district does not know it yet. None of them is confirmed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddStartFoods;

impl Command for AddStartFoods {
    const KIND: &'static str = "kitchen.add_start_foods";
    /// How many were new.
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let commodities = books::commodities(tx, tx.district()).await?;
        let count = "SELECT COUNT(*) AS n FROM food WHERE district_id = $1";
        let before = tx.number(count, args![tx.district()]).await?;
        let mut foods = start::foods();
        for food in &mut foods {
            // A district that counts no eggs has no account of them.
            if misfit(food, &commodities).is_some() {
                food.commodity.clear();
                food.grams_per_unit = None;
            }
        }
        put(tx, &foods, false).await?;
        Ok(tx.number(count, args![tx.district()]).await? - before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_food_is_checked_by_itself() {
        let good = start::foods().swap_remove(0);
        assert_eq!(wrong(&good), None);
        let mut spoiled = good.clone();
        spoiled.edible_percent = 0;
        assert_eq!(wrong(&spoiled), Some(("bdd", "kitchen.refused.edible")));
        let mut spoiled = good.clone();
        spoiled.energy_kcal = Some(3_570);
        assert_eq!(wrong(&spoiled), Some(("energi", "kitchen.refused.energy")));
        let mut spoiled = good;
        spoiled.code = code_of("***");
        assert_eq!(wrong(&spoiled), Some(("nama", "kitchen.refused.food_name")));
        assert_eq!(code_of("Telur ayam  ras"), "telur_ayam_ras");
    }
}
