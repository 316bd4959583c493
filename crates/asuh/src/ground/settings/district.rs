//! What a district decides: letterhead, paper, team name, thresholds. Rows, changed by commands.

use asuh_nusantara::{TerritoryCode, Zone};
use asuh_store::{DistrictId, Query, StoreError, Tx, args};

asuh_store::row_struct! {
    struct DistrictRow { id: DistrictId, code: i64, name: String, zone: String }
}

/// A district of this installation.
#[derive(Debug, Clone)]
pub struct District {
    /// Our own key.
    pub id: DistrictId,
    /// Kemendagri's code today.
    pub code: TerritoryCode,
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: Zone,
}

/// All districts (without the national reference list, district 0).
///
/// # Errors
/// The store fails.
pub async fn all(db: &impl Query) -> Result<Vec<District>, StoreError> {
    let rows: Vec<DistrictRow> =
        db.all("SELECT id, code, name, zone FROM district WHERE id > 0 ORDER BY name, id", args![]).await?;
    rows.into_iter()
        .map(|row| {
            Ok(District {
                id: row.id,
                code: TerritoryCode::from_i64(row.code)
                    .map_err(|error| StoreError::Shape(error.to_string()))?,
                name: row.name,
                zone: Zone::parse(&row.zone).unwrap_or(Zone::Wib),
            })
        })
        .collect()
}

/// The value of a setting, or its default.
///
/// # Errors
/// The store fails.
pub async fn get(
    db: &impl Query,
    district: DistrictId,
    name: &str,
    default: &str,
) -> Result<String, StoreError> {
    let row: Option<(String,)> = db
        .first("SELECT value FROM setting WHERE district_id = $1 AND name = $2", args![district, name])
        .await?;
    Ok(row.map_or_else(|| default.to_owned(), |row| row.0))
}

/// Sets a setting, within a command.
///
/// # Errors
/// The store fails.
pub async fn put(tx: &Tx<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (district_id, name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, \
         changed_by = excluded.changed_by",
        args![tx.district(), name, value, tx.now(), tx.actor()],
    )
    .await?;
    Ok(())
}
