//! What a district decides: letterhead, paper, team name, thresholds. Rows, changed by commands.

use std::collections::BTreeMap;

use asuh_nusantara::{TerritoryCode, Zone};
use asuh_store::{DistrictId, Query, StoreError, Tx, args};

use super::table::{self, DISTRICT_NAME, DISTRICT_ZONE};

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

impl TryFrom<DistrictRow> for District {
    type Error = StoreError;

    fn try_from(row: DistrictRow) -> Result<Self, StoreError> {
        Ok(District {
            id: row.id,
            code: TerritoryCode::from_i64(row.code).map_err(|error| StoreError::Shape(error.to_string()))?,
            name: row.name,
            zone: Zone::parse(&row.zone).unwrap_or(Zone::Wib),
        })
    }
}

/// All districts (without the national reference list, district 0).
///
/// # Errors
/// The store fails.
pub async fn all(db: &impl Query) -> Result<Vec<District>, StoreError> {
    let rows: Vec<DistrictRow> =
        db.all("SELECT id, code, name, zone FROM district WHERE id > 0 ORDER BY name, id", args![]).await?;
    rows.into_iter().map(District::try_from).collect()
}

/// Opens a district under the key of this command's envelope. Who may do that is the caller's question.
///
/// # Errors
/// There is a district with this key or code.
pub async fn create(
    tx: &Tx<'_>,
    code: TerritoryCode,
    name: &str,
    zone: Zone,
) -> Result<(), asuh_store::Fault> {
    let taken = tx
        .number(
            "SELECT COUNT(*) AS n FROM district WHERE id = $1 OR code = $2",
            args![tx.district(), code.as_i64()],
        )
        .await?;
    if taken > 0 {
        return Err(asuh_store::Refusal::new("setup.refused.taken").field("kode").into());
    }
    tx.execute(
        "INSERT INTO district (id, code, name, zone, created_at) VALUES ($1, $2, $3, $4, $5)",
        args![tx.district(), code.as_i64(), name, zone.code(), tx.now()],
    )
    .await?;
    Ok(())
}

/// One district, if there is one with this key. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn one(db: &impl Query, district: DistrictId) -> Result<Option<District>, StoreError> {
    let row: Option<DistrictRow> =
        db.first("SELECT id, code, name, zone FROM district WHERE id = $1", args![district]).await?;
    row.map(District::try_from).transpose()
}

/// The value of a setting, or this default.
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

/// A type that a setting can be read as.
pub trait SettingValue: Sized {
    /// The value behind a stored text; nothing when it is not one.
    fn read(stored: &str) -> Option<Self>;
}

impl SettingValue for String {
    fn read(stored: &str) -> Option<Self> {
        Some(stored.to_owned())
    }
}

impl SettingValue for i64 {
    fn read(stored: &str) -> Option<Self> {
        stored.trim().parse().ok()
    }
}

impl SettingValue for bool {
    fn read(stored: &str) -> Option<Self> {
        Some(!matches!(stored.trim(), "" | "0"))
    }
}

/// Codes or lines, without empty ones.
impl SettingValue for Vec<String> {
    fn read(stored: &str) -> Option<Self> {
        let parts = stored.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
        Some(parts.map(str::to_owned).collect())
    }
}

/// The value of a setting of the [table](super::TABLE), or its default there. Index: primary key.
///
/// # Errors
/// The store fails, or the table has no setting of this name that can be read as `T`.
pub async fn get_typed<T: SettingValue>(
    db: &impl Query,
    district: DistrictId,
    name: &str,
) -> Result<T, StoreError> {
    let spec = table::find(name).ok_or_else(|| StoreError::Shape(format!("there is no setting {name}")))?;
    let stored = get(db, district, name, spec.default).await?;
    T::read(&stored)
        .or_else(|| T::read(spec.default))
        .ok_or_else(|| StoreError::Shape(format!("the setting {name} holds {stored:?}")))
}

/// All settings of the [table](super::TABLE) with their present values (or defaults), by name, in one query.
///
/// # Errors
/// The store fails.
pub async fn values(
    db: &impl Query,
    district: DistrictId,
) -> Result<BTreeMap<&'static str, String>, StoreError> {
    asuh_store::row_struct! {
        struct Row { name: String, value: String }
    }
    let mut values: BTreeMap<&'static str, String> =
        table::TABLE.iter().map(|spec| (spec.name, spec.default.to_owned())).collect();
    let rows: Vec<Row> =
        db.all("SELECT name, value FROM setting WHERE district_id = $1", args![district]).await?;
    for row in rows {
        if let Some(spec) = table::find(&row.name) {
            values.insert(spec.name, row.value);
        }
    }
    // The row of the district is what sign-in and every page show: it counts.
    if let Some(found) = one(db, district).await? {
        values.insert(DISTRICT_NAME, found.name);
        values.insert(DISTRICT_ZONE, found.zone.code().to_owned());
    }
    Ok(values)
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
    if name == DISTRICT_NAME {
        tx.execute("UPDATE district SET name = $2 WHERE id = $1", args![tx.district(), value]).await?;
    }
    if name == DISTRICT_ZONE {
        tx.execute("UPDATE district SET zone = $2 WHERE id = $1", args![tx.district(), value]).await?;
    }
    Ok(())
}
