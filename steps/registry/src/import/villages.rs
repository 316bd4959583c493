//! Which village a row means, by code or by names.

use std::collections::{HashMap, HashSet};

use asuh_nusantara::{TerritoryCode, name};
use asuh_store::{DistrictId, Query, StoreError, args};

use serde::{Deserialize, Serialize};

use asuh_ground::staging::{RowCells, Severity, StagedRow};

/// A place as names of places are compared: without the word for its level and without spaces.
pub(super) fn place_key(written: &str) -> String {
    let key = name::search_key(written);
    let rest = [
        "kecamatan ",
        "kec ",
        "desa ",
        "kelurahan ",
        "kel ",
        "ds ",
        "kabupaten ",
        "kab ",
        "kota administrasi ",
        "kota ",
    ]
    .iter()
    .find_map(|word| key.strip_prefix(word))
    .unwrap_or(&key);
    rest.replace(' ', "")
}

/// Where a row says that it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) code: Option<TerritoryCode>,
    pub(super) regency: Option<String>,
    pub(super) subdistrict: Option<String>,
    pub(super) village: Option<String>,
}

impl Said {
    /// Reads the columns `village_code`, `regency`, `subdistrict` and `village`; notes a code that is none.
    pub(super) fn read(row: &mut RowCells<'_>) -> Said {
        let code = row.text("village_code").and_then(|_| {
            let code = TerritoryCode::parse(&row.cell("village_code").text()).ok();
            if code.is_none() {
                row.error("village_code", "registry_import.village_code");
            }
            code
        });
        Said {
            code,
            regency: row.text("regency"),
            subdistrict: row.text("subdistrict"),
            village: row.text("village"),
        }
    }
}

/// The villages of a district by name.
pub(super) struct Villages {
    regency: String,
    codes: HashSet<TerritoryCode>,
    subdistricts: HashMap<String, Vec<TerritoryCode>>,
    villages: HashMap<(TerritoryCode, String), Vec<TerritoryCode>>,
}

impl Villages {
    pub(super) async fn load(db: &impl Query, district: DistrictId) -> Result<Villages, StoreError> {
        asuh_store::row_struct! { struct Place { code: i64, name: String, level: String } }
        // territory's key: a district has at most a few hundred.
        let places: Vec<Place> = db
            .all(
                "SELECT code, name, level FROM territory WHERE district_id = $1 AND valid_to IS NULL ORDER BY code",
                args![district],
            )
            .await?;
        let mut found = Villages {
            regency: String::new(),
            codes: HashSet::new(),
            subdistricts: HashMap::new(),
            villages: HashMap::new(),
        };
        for place in places {
            let Ok(code) = TerritoryCode::from_i64(place.code) else { continue };
            let key = place_key(&place.name);
            match (place.level.as_str(), code.parent()) {
                ("regency", _) => found.regency = key,
                ("subdistrict", _) => found.subdistricts.entry(key).or_default().push(code),
                ("village", Some(parent)) => {
                    found.codes.insert(code);
                    found.villages.entry((parent, key)).or_default().push(code);
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// Whether the district has this village today.
    pub(super) fn has(&self, code: TerritoryCode) -> bool {
        self.codes.contains(&code)
    }

    /// The village of a row; none with a note when it cannot be told.
    pub(super) fn find(&self, said: &Said, row: &mut StagedRow) -> Option<TerritoryCode> {
        if let Some(code) = said.code {
            if self.codes.contains(&code) {
                return Some(code);
            }
            row.error("village_code", "registry_import.unknown_village", code.as_i64().to_string());
            return None;
        }
        if let Some(regency) = said.regency.as_deref().filter(|_| !self.regency.is_empty())
            && place_key(regency) != self.regency
        {
            row.error("regency", "registry_import.other_regency", regency);
            return None;
        }
        let subdistrict = said.subdistrict.as_deref().unwrap_or_default();
        let village = said.village.as_deref().unwrap_or_default();
        let Some(parents) = self.subdistricts.get(&place_key(subdistrict)) else {
            row.error("subdistrict", "registry_import.unknown_subdistrict", subdistrict);
            return None;
        };
        let found: Vec<TerritoryCode> = parents
            .iter()
            .filter_map(|parent| self.villages.get(&(*parent, place_key(village))))
            .flatten()
            .copied()
            .collect();
        match found.as_slice() {
            [code] => Some(*code),
            [] => {
                row.error("village", "registry_import.unknown_village", village);
                None
            }
            _ => {
                let args = vec![("count".to_owned(), found.len().to_string())];
                row.note(
                    "village",
                    Severity::Error,
                    "registry_import.ambiguous_village",
                    village.into(),
                    args,
                );
                None
            }
        }
    }
}
