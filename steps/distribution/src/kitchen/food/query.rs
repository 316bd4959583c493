//! What is read of the table of foods.

use asuh_nusantara::name::search_key;
use asuh_store::{DistrictId, Query, StoreError, args};

use super::super::rules::Food;

asuh_store::row_struct! {
    /// A food as it is stored.
    pub(in super::super) struct FoodRow {
        pub(in super::super) code: String,
        pub(in super::super) name: String,
        pub(in super::super) food_group: String,
        pub(in super::super) energy_kcal: Option<i64>,
        pub(in super::super) protein_dg: Option<i64>,
        pub(in super::super) edible_percent: i64,
        pub(in super::super) allergens: String,
        pub(in super::super) commodity: String,
        pub(in super::super) grams_per_unit: Option<i64>,
        pub(in super::super) source: String,
        pub(in super::super) confirmed: bool,
    }
}

impl From<FoodRow> for Food {
    fn from(row: FoodRow) -> Food {
        Food {
            code: row.code,
            name: row.name,
            group: row.food_group,
            energy_kcal: row.energy_kcal,
            protein_dg: row.protein_dg,
            edible_percent: row.edible_percent,
            allergens: row.allergens.split_whitespace().map(str::to_owned).collect(),
            commodity: row.commodity,
            grams_per_unit: row.grams_per_unit,
            source: row.source,
            confirmed: row.confirmed,
        }
    }
}

/// The columns of [`FoodRow`]; `f` is `food`.
pub(in super::super) const COLUMNS: &str = "f.code, f.name, f.food_group, f.energy_kcal, f.protein_dg, f.edible_percent, \
     f.allergens, f.commodity, f.grams_per_unit, f.source, f.confirmed";

/// Foods of one page.
pub(super) const PAGE: usize = 50;

/// All foods, by name: some hundreds. Index: food_by_name.
pub(in super::super) async fn all(db: &impl Query, district: DistrictId) -> Result<Vec<Food>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM food f WHERE f.district_id = $1 ORDER BY f.name_search, f.code");
    let rows: Vec<FoodRow> = db.all(&sql, args![district]).await?;
    Ok(rows.into_iter().map(Food::from).collect())
}

/// A page of foods whose name holds a text, after the food with this code. Index: food_by_name.
pub(super) async fn some(
    db: &impl Query,
    district: DistrictId,
    text: &str,
    after: &str,
) -> Result<Vec<Food>, StoreError> {
    let mut args = args![district, after];
    let key = search_key(text);
    let named = match key.is_empty() {
        true => String::new(),
        // A search key holds no % or _: punctuation was folded to spaces.
        false => format!(" AND f.name_search LIKE {}", args.push(format!("%{key}%"))),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM food f WHERE f.district_id = $1{named} AND ($2 = '' OR (f.name_search, f.code) > \
         (SELECT a.name_search, a.code FROM food a WHERE a.district_id = $1 AND a.code = $2)) \
         ORDER BY f.name_search, f.code LIMIT {}",
        PAGE + 1
    );
    let rows: Vec<FoodRow> = db.all(&sql, args).await?;
    Ok(rows.into_iter().map(Food::from).collect())
}

/// One food. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    code: &str,
) -> Result<Option<Food>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM food f WHERE f.district_id = $1 AND f.code = $2");
    let row: Option<FoodRow> = db.first(&sql, args![district, code]).await?;
    Ok(row.map(Food::from))
}

#[cfg(test)]
pub(in super::super) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId) {
    // The table of foods as a whole, in its order.
    all(db, district).await.expect("an answer");
    db.take().walks_only(&["f.*"]).uses(&["food_by_name"]).in_order();
    for (text, after) in [("", ""), ("telur", "telur-ayam")] {
        some(db, district, text, after).await.expect("an answer");
        db.take().walks_only(&["f.*"]).uses(&["food_by_name"]).in_order();
    }
    one(db, district, "telur-ayam").await.expect("an answer");
    db.take().walks_only(&[]);
}
