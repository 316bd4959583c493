//! Making and changing menus.

use std::collections::BTreeSet;

use asuh_nusantara::name::search_key;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::rules::Age;

/// Parts of a menu at most.
pub(super) const MOST_PARTS: usize = 16;
/// The most of one food in a portion: two kilograms, in tenths of a gram.
pub(super) const MOST_DECIGRAMS: i64 = 20_000;
/// A whole meal, or something in between.
pub(super) const KINDS: [&str; 2] = ["meal", "snack"];

/// So much of a food.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuPart {
    /// Its code.
    pub food: String,
    /// As bought, in tenths of a gram.
    pub decigrams: i64,
}

/// Makes a menu, or changes it. What was cooked by it before keeps what was noted then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutMenu {
    /// The menu that is changed; without it a new one is made.
    pub menu: Option<Id>,
    /// Its name.
    pub name: String,
    /// `meal` or `snack`.
    pub kind: String,
    /// For whom; at least one.
    pub ages: BTreeSet<Age>,
    /// What goes into a portion; each food once.
    pub parts: Vec<MenuPart>,
    /// How it is cooked.
    pub recipe: String,
}

impl Command for PutMenu {
    const KIND: &'static str = "kitchen.put_menu";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        if self.name.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if !KINDS.contains(&self.kind.as_str()) {
            return Err(Refusal::new("web.error.choose").field("jenis").into());
        }
        if self.ages.is_empty() {
            return Err(Refusal::new("web.error.choose").field("usia").into());
        }
        let foods: BTreeSet<&str> = self.parts.iter().map(|part| part.food.as_str()).collect();
        if foods.is_empty() || self.parts.len() > MOST_PARTS {
            return Err(Refusal::new("kitchen.refused.parts").field("bahan.1").into());
        }
        if foods.len() != self.parts.len() {
            return Err(Refusal::new("kitchen.refused.part_twice").field("bahan.1").into());
        }
        if self.parts.iter().any(|part| !(1..=MOST_DECIGRAMS).contains(&part.decigrams)) {
            return Err(Refusal::new("kitchen.refused.part_amount").field("jumlah.1").into());
        }
        let mut wanted = args![district];
        let codes = wanted.push_list(foods.iter().copied());
        let known = tx
            .number(
                &format!("SELECT COUNT(*) AS n FROM food WHERE district_id = $1 AND code IN ({codes})"),
                wanted,
            )
            .await?;
        if known != foods.len() as i64 {
            return Err(Refusal::new("web.error.choose").field("bahan.1").into());
        }
        let ages: Vec<&str> = self.ages.iter().map(|age| age.code()).collect();
        let id = self.menu.unwrap_or_else(|| tx.new_id());
        tx.subject("menu", id);
        let values = args![
            district,
            id,
            self.name.trim(),
            search_key(&self.name),
            &self.kind,
            ages.join(" "),
            self.recipe.trim(),
            tx.now(),
            tx.actor(),
        ];
        if self.menu.is_some() {
            let changed = tx
                .execute(
                    "UPDATE menu SET name = $3, name_search = $4, kind = $5, ages = $6, recipe = $7, changed_at = $8, \
                     changed_by = $9 WHERE district_id = $1 AND id = $2 AND retired_at IS NULL",
                    values,
                )
                .await?;
            if changed == 0 {
                return Err(Refusal::not_found().into());
            }
            tx.execute("DELETE FROM menu_item WHERE district_id = $1 AND menu_id = $2", args![district, id])
                .await?;
        } else {
            tx.execute(
                "INSERT INTO menu (district_id, id, name, name_search, kind, ages, recipe, retired_at, changed_at, \
                 changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9)",
                values,
            )
            .await?;
        }
        let items = self.parts.iter().enumerate();
        let items =
            items.map(|(nth, part)| args![district, id, nth as i64, &part.food, part.decigrams]).collect();
        tx.insert_many(
            "INSERT INTO menu_item (district_id, menu_id, nth, food_code, decigrams) VALUES",
            "",
            items,
        )
        .await?;
        Ok(id)
    }
}

/// A menu is offered no more; what was cooked by it keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RetireMenu {
    /// The menu.
    pub menu: Id,
}

impl Command for RetireMenu {
    const KIND: &'static str = "kitchen.retire_menu";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("menu", self.menu);
        let retired = tx
            .execute(
                "UPDATE menu SET retired_at = $3, changed_at = $3, changed_by = $4 WHERE district_id = $1 AND id = $2 \
                 AND retired_at IS NULL",
                args![tx.district(), self.menu, tx.now(), tx.actor()],
            )
            .await?;
        if retired == 0 {
            return Err(Refusal::not_found().into());
        }
        Ok(())
    }
}
