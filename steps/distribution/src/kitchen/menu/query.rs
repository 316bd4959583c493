//! What is read of menus.

use std::collections::BTreeMap;

use asuh_store::{DistrictId, Id, Query, StoreError, args};

use super::super::food;
use super::super::rules::{Age, Food, Nutrition, Part, nutrition};

/// A menu with its parts.
#[derive(Debug, Clone)]
pub(in super::super) struct Menu {
    pub(in super::super) id: Id,
    pub(in super::super) name: String,
    pub(in super::super) kind: String,
    pub(in super::super) ages: Vec<Age>,
    pub(in super::super) recipe: String,
    pub(in super::super) retired: bool,
    pub(in super::super) parts: Vec<Part>,
}

impl Menu {
    /// What a portion holds.
    pub(in super::super) fn nutrition(&self) -> Nutrition {
        nutrition(&self.parts)
    }
}

asuh_store::row_struct! {
    struct MenuRow { id: Id, name: String, kind: String, ages: String, recipe: String, retired: bool }
}

asuh_store::row_struct! {
    struct ItemRow { menu_id: Id, decigrams: i64, food_code: String }
}

const COLUMNS: &str = "m.id, m.name, m.kind, m.ages, m.recipe, \
     CAST(CASE WHEN m.retired_at IS NULL THEN 0 ELSE 1 END AS BIGINT) AS retired";

async fn with_parts(
    db: &impl Query,
    district: DistrictId,
    rows: Vec<MenuRow>,
) -> Result<Vec<Menu>, StoreError> {
    let mut args = args![district];
    let ids = args.push_list(rows.iter().map(|row| row.id));
    let items: Vec<ItemRow> = db
        .all(
            &format!(
                "SELECT menu_id, decigrams, food_code FROM menu_item WHERE district_id = $1 AND menu_id IN ({ids}) \
                 ORDER BY menu_id, nth"
            ),
            args,
        )
        .await?;
    let foods = food::all(db, district).await?;
    let foods: BTreeMap<&str, &Food> = foods.iter().map(|food| (food.code.as_str(), food)).collect();
    let parts = |id: Id| {
        let own = items.iter().filter(|item| item.menu_id == id);
        own.filter_map(|item| {
            let food = foods.get(item.food_code.as_str())?;
            Some(Part { food: (*food).clone(), decigrams: item.decigrams })
        })
        .collect()
    };
    Ok(rows
        .into_iter()
        .map(|row| Menu {
            parts: parts(row.id),
            id: row.id,
            name: row.name,
            kind: row.kind,
            ages: row.ages.split(' ').filter_map(Age::parse).collect(),
            recipe: row.recipe,
            retired: row.retired,
        })
        .collect())
}

/// The menus that are offered, by name: some dozens. Index: menu_by_name.
pub(in super::super) async fn offered(
    db: &impl Query,
    district: DistrictId,
) -> Result<Vec<Menu>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM menu m WHERE m.district_id = $1 AND m.retired_at IS NULL ORDER BY m.name_search, m.id"
    );
    let rows = db.all(&sql, args![district]).await?;
    with_parts(db, district, rows).await
}

/// One menu, offered or not. Index: primary key.
pub(in super::super) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<Menu>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM menu m WHERE m.district_id = $1 AND m.id = $2");
    let rows = db.all(&sql, args![district, id]).await?;
    Ok(with_parts(db, district, rows).await?.pop())
}

#[cfg(test)]
pub(in super::super) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, any: Id) {
    // The menus on offer are some dozens; their foods come with the table of foods as a whole.
    offered(db, district).await.expect("an answer");
    db.take().walks_only(&["m.*", "f.*"]);
    by_id(db, district, any).await.expect("an answer");
    with_parts(db, district, Vec::new()).await.expect("an answer");
    db.take().walks_only(&["f.*"]);
}
