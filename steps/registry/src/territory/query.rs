//! Reading the territories. All go by the primary key or by `territory_by_level`.

use std::collections::HashMap;

use asuh_nusantara::TerritoryCode;
use asuh_store::{DistrictId, Query, StoreError, args};

use crate::tally::Counted;
use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// A kecamatan, desa or kelurahan.
    #[derive(PartialEq, Eq)]
    pub struct Territory {
        /// Kemendagri's code as a ten-digit number (15.01.01.2001 = 1501012001).
        pub code: i64,
        /// Its name.
        pub name: String,
        /// The first day on which the code holds.
        pub valid_from: time::Date,
        /// The last one, if the code was given up (pemekaran).
        pub valid_to: Option<time::Date>,
    }
}

impl Territory {
    /// The code with its points: `15.01.01.2001`.
    pub fn dotted(&self) -> String {
        dotted(self.code)
    }
}

/// A code with its points.
pub(crate) fn dotted(code: i64) -> String {
    TerritoryCode::from_i64(code).map_or_else(|_| code.to_string(), |code| code.to_string())
}

/// The kecamatan of the district in the order of their codes.
///
/// # Errors
/// The store fails.
pub async fn subdistricts(db: &impl Query, district: DistrictId) -> Result<Vec<Territory>, StoreError> {
    db.all(
        "SELECT code, name, valid_from, valid_to FROM territory \
         WHERE district_id = $1 AND level = 'subdistrict' ORDER BY code",
        args![district],
    )
    .await
}

/// The villages of a kecamatan in the order of their codes; `kecamatan` may also be the district's own code
/// (all its villages) or a village's (itself).
///
/// # Errors
/// The store fails.
pub async fn villages(
    db: &impl Query,
    district: DistrictId,
    kecamatan: TerritoryCode,
) -> Result<Vec<Territory>, StoreError> {
    let (from, to) = kecamatan.range();
    db.all(
        "SELECT code, name, valid_from, valid_to FROM territory \
         WHERE district_id = $1 AND level = 'village' AND code BETWEEN $2 AND $3 ORDER BY code",
        args![district, from, to],
    )
    .await
}

/// The names of territories by code; codes that the district does not know are missing.
///
/// # Errors
/// The store fails.
pub async fn names(
    db: &impl Query,
    district: DistrictId,
    codes: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, String>, StoreError> {
    asuh_store::row_struct! { struct Named { code: i64, name: String } }
    let mut args = args![district];
    let codes = args.push_list(codes);
    let rows: Vec<Named> = db
        .all(&format!("SELECT code, name FROM territory WHERE district_id = $1 AND code IN ({codes})"), args)
        .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.name)).collect())
}

/// The villages that a scope reaches, in the order of their codes: for choosing one in a form.
///
/// # Errors
/// The store fails.
pub async fn villages_within(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<Territory>, StoreError> {
    let mut args = args![district];
    // A cadre of one RW may choose its village, so the RW plays no part here.
    let mut whole = scope.clone();
    for area in &mut whole.areas {
        area.rw.clear();
    }
    let within = whole.territory_condition("code", None, &mut args);
    db.all(
        &format!(
            "SELECT code, name, valid_from, valid_to FROM territory \
             WHERE district_id = $1 AND level = 'village' AND {within} ORDER BY code"
        ),
        args,
    )
    .await
}

/// Territories whose name or code contains the text, at most 50: for the search on the page.
pub(crate) async fn found(
    db: &impl Query,
    district: DistrictId,
    text: &str,
) -> Result<Vec<Territory>, StoreError> {
    let name = format!("%{}%", asuh_nusantara::name::search_key(text));
    let (from, to) = TerritoryCode::parse(text).map_or((0, 0), TerritoryCode::range);
    db.all(
        "SELECT code, name, valid_from, valid_to FROM territory \
         WHERE district_id = $1 AND level IN ('subdistrict', 'village') \
         AND (name_search LIKE $2 OR code BETWEEN $3 AND $4) ORDER BY code LIMIT 50",
        args![district, name, from, to],
    )
    .await
}

asuh_store::row_struct! {
    /// How many families of a village are on the list, and how many of them were not visited.
    pub(crate) struct VillageCount {
        pub(crate) village_code: i64,
        pub(crate) families: i64,
        pub(crate) open: i64,
    }
}

/// The families of every village within a scope: all, and those not yet visited. Index: primary key of family_tally,
/// for the reach of an RW those that [`Counted::by_village`] names.
pub(crate) async fn counts(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<HashMap<i64, VillageCount>, StoreError> {
    let mut args = args![district];
    let counted = Counted::all(scope).by_village(&mut args);
    let sql = format!(
        "SELECT c.village_code, CAST(SUM(c.families) AS BIGINT) AS families, \
         CAST(SUM(CASE WHEN c.status = 'listed' THEN c.families ELSE 0 END) AS BIGINT) AS open FROM {counted} \
         GROUP BY c.village_code"
    );
    let rows: Vec<VillageCount> = db.all(&sql, args).await?;
    Ok(rows.into_iter().map(|row| (row.village_code, row)).collect())
}
