//! The district's kecamatan and villages by the names that sheets have for them.

use std::collections::HashMap;

use asuh_nusantara::{TerritoryCode, name};
use asuh_step_registry::territories;
use asuh_store::{DistrictId, Query, StoreError};

/// The places of a district that hold today, by name and by code.
pub(crate) struct Places {
    district: TerritoryCode,
    subdistricts: HashMap<String, i64>,
    /// By kecamatan and name.
    villages: HashMap<(i64, String), i64>,
    /// Villages whose name no other has.
    alone: HashMap<String, Option<i64>>,
}

impl Places {
    /// All of them; some hundreds.
    pub(crate) async fn load(
        db: &impl Query,
        district: DistrictId,
        code: TerritoryCode,
    ) -> Result<Places, StoreError> {
        let mut places = Places {
            district: code,
            subdistricts: HashMap::new(),
            villages: HashMap::new(),
            alone: HashMap::new(),
        };
        for one in territories::subdistricts(db, district).await? {
            if one.valid_to.is_none() {
                places.subdistricts.insert(name::search_key(&one.name), one.code);
            }
        }
        for one in territories::villages(db, district, code).await? {
            if one.valid_to.is_none() {
                let above = one.code - one.code % 10_000;
                let key = name::search_key(&one.name);
                places.villages.insert((above, key.clone()), one.code);
                places.alone.entry(key).and_modify(|one| *one = None).or_insert(Some(one.code));
            }
        }
        Ok(places)
    }

    /// The place that a row names: neither is the district itself. A village alone is found where no other has its name.
    pub(crate) fn find(&self, subdistrict: Option<&str>, village: Option<&str>) -> Option<i64> {
        let key = |text: &str, before: &[&str]| {
            let key = name::search_key(text);
            before.iter().find_map(|word| key.strip_prefix(word).map(str::to_owned)).unwrap_or(key)
        };
        let above = subdistrict.map(|text| key(text, &["kecamatan ", "kec "]));
        let village = village.map(|text| key(text, &["desa ", "kelurahan ", "kel "]));
        match (above, village) {
            (None, None) => Some(self.district.as_i64()),
            (Some(above), None) => self.subdistricts.get(&above).copied(),
            (Some(above), Some(village)) => {
                self.villages.get(&(*self.subdistricts.get(&above)?, village)).copied()
            }
            (None, Some(village)) => self.alone.get(&village).copied().flatten(),
        }
    }
}
