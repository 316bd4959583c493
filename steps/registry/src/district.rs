//! Opening a district: its row, its territories out of the national list, and what everybody counts.

use std::path::Path;

use asuh_documents::sheet::{Limits, Row, SheetReader};
use asuh_nusantara::{Level, TerritoryCode, Zone, name};
use asuh_store::{Command, DistrictId, Fault, Query, Recording, Refusal, StoreError, Tx, args};
use serde::Serialize;

use asuh_ground::books::{CommodityLine, define_commodity};
use asuh_ground::settings;

/// The list of all territories of the country, from which districts take theirs.
pub const NATIONAL: DistrictId = DistrictId(0);

asuh_store::row_struct! {
    /// A territory of the national list.
    pub struct Listed {
        /// Its ten-digit code.
        pub code: i64,
        /// Its name.
        pub name: String,
    }
}

/// The provinces of the national list; none when it was not taken in. Index: `territory_by_level`.
///
/// # Errors
/// The store fails.
pub async fn provinces(db: &impl Query) -> Result<Vec<Listed>, StoreError> {
    within(db, Level::Province, (0, i64::MAX)).await
}

/// The regencies and cities of a province of the national list. Index: `territory_by_level`.
///
/// # Errors
/// The store fails.
pub async fn regencies(db: &impl Query, province: TerritoryCode) -> Result<Vec<Listed>, StoreError> {
    within(db, Level::Regency, province.range()).await
}

async fn within(db: &impl Query, level: Level, range: (i64, i64)) -> Result<Vec<Listed>, StoreError> {
    db.all(
        "SELECT code, name FROM territory WHERE district_id = $1 AND level = $2 AND code BETWEEN $3 AND $4 \
         AND valid_to IS NULL ORDER BY code",
        args![NATIONAL, level.code(), range.0, range.1],
    )
    .await
}

/// The key that the next district gets.
///
/// # Errors
/// The store fails.
pub async fn next_key(db: &impl Query) -> Result<DistrictId, StoreError> {
    let last = db.number("SELECT MAX(id) AS n FROM district", args![]).await?;
    Ok(DistrictId(last.max(0) + 1))
}

/// Opens a district under the key of its envelope ([`next_key`]): with everything that the national list has of
/// it, and the commodities that collections begin with.
#[derive(Debug, Clone, Serialize)]
pub struct CreateDistrict {
    /// Kemendagri's code of the regency or city.
    pub code: TerritoryCode,
    /// The name shown on pages and letters.
    pub name: String,
    /// Its zone.
    pub zone: Zone,
}

impl Command for CreateDistrict {
    const KIND: &'static str = "registry.create_district";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        if self.code.level() != Level::Regency {
            return Err(Refusal::new("setup.refused.not_a_regency").field("kode").into());
        }
        let called = self.name.trim();
        if called.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        settings::create(tx, self.code, called, self.zone).await?;
        super::import::adopt(tx, tx.district(), self.code).await?;
        // A district entered by hand has at least itself; its villages come with the list.
        let today = self.zone.local_date(tx.now().utc());
        tx.execute(
            "INSERT INTO territory (district_id, code, name, name_search, level, valid_from, valid_to) \
             VALUES ($1, $2, $3, $4, $5, $6, NULL) ON CONFLICT (district_id, code) DO NOTHING",
            args![
                tx.district(),
                self.code.as_i64(),
                called,
                name::search_key(called),
                Level::Regency.code(),
                today,
            ],
        )
        .await?;
        for line in commodities() {
            define_commodity(tx, &line).await?;
        }
        Ok(tx.district().0)
    }
}

/// What Mondays are made of: an egg keeps three weeks, a can of rice is about 250 grams.
fn commodities() -> [CommodityLine; 4] {
    let line = |code: &str, name: &str, unit: &str, kind: &str, grams, keeps, nth| CommodityLine {
        code: code.to_owned(),
        name: name.to_owned(),
        unit: unit.to_owned(),
        kind: kind.to_owned(),
        grams_per_unit: grams,
        keeps_days: keeps,
        nth,
    };
    [
        line("rice_can", "Beras (kaleng)", "kaleng", "goods", Some(250), None, 1),
        line("egg", "Telur", "butir", "goods", None, Some(21), 2),
        line("cash", "Uang", "rupiah", "cash", None, None, 3),
        line("rice", "Beras", "gram", "goods", Some(1), None, 4),
    ]
}

/// Takes the official list in as the national one. Unlogged: it is public, long, and can be read again.
#[derive(Serialize)]
pub struct LoadNationalList {
    /// Code and name, as [`read_list`] gives them.
    #[serde(skip)]
    pub rows: Vec<(TerritoryCode, String)>,
    /// The day from which the rows hold.
    pub on: time::Date,
}

impl Command for LoadNationalList {
    const KIND: &'static str = "registry.load_national_list";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = u64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<u64, Fault> {
        let rows = self
            .rows
            .iter()
            .map(|(code, called)| {
                let level = code.level().code();
                args![NATIONAL, code.as_i64(), called, name::search_key(called), level, self.on]
            })
            .collect();
        let head = "INSERT INTO territory (district_id, code, name, name_search, level, valid_from) VALUES";
        let tail = "ON CONFLICT (district_id, code) DO UPDATE SET name = excluded.name, \
                    name_search = excluded.name_search, valid_to = NULL";
        Ok(tx.insert_many(head, tail, rows).await?)
    }
}

/// Reads the official list: columns `kode` and `nama`, or code and name in the first two columns.
///
/// # Errors
/// The file cannot be read as a table, or a row is no territory; the refusal names the row.
pub fn read_list(path: &Path) -> Result<Vec<(TerritoryCode, String)>, Refusal> {
    let unreadable = |_| Refusal::new("setup.refused.unreadable").field("berkas");
    let mut sheet = SheetReader::open(path, &Limits::default()).map_err(unreadable)?;
    let mut found = std::collections::BTreeMap::new();
    let mut row = Row::default();
    let mut nth = 0_i64;
    while sheet.next_row(&mut row).map_err(unreadable)? {
        nth += 1;
        let (code, called) = (row.cell(0).text(), row.cell(1).text());
        let (code, called) = (code.trim(), called.trim());
        if code.is_empty() || (nth == 1 && code.eq_ignore_ascii_case("kode")) {
            continue;
        }
        let code = TerritoryCode::parse(code)
            .map_err(|_| Refusal::new("setup.refused.row").field("berkas").arg("row", nth))?;
        if called.is_empty() {
            return Err(Refusal::new("setup.refused.row").field("berkas").arg("row", nth));
        }
        // The same code twice: the last row counts, as it would when the file is read again.
        found.insert(code.as_i64(), (code, called.to_owned()));
    }
    if found.is_empty() {
        return Err(Refusal::new("setup.refused.unreadable").field("berkas"));
    }
    Ok(found.into_values().collect())
}
