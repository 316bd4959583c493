//! The places of a district: by the names that sheets have for them, and by the codes that addresses carry.

use std::collections::HashMap;

use asuh_ground::access::{Actor, Scope};
use asuh_ground::web::Error;
use asuh_nusantara::{TerritoryCode, name};
use asuh_step_registry::territories;
use asuh_store::{DistrictId, Query, StoreError};

/// The place whose code an address carries; `None` where it carries none. Not found: what is no code, is of another district
/// or beyond the caller's reach.
pub(crate) fn asked(actor: &Actor, scope: &Scope, written: &str) -> Result<Option<TerritoryCode>, Error> {
    if written.is_empty() {
        return Ok(None);
    }
    let place = written.parse().ok().and_then(|code| TerritoryCode::from_i64(code).ok());
    place
        .filter(|place| actor.district_code.contains(*place) && scope.reaches(*place, ""))
        .map(Some)
        .ok_or(Error::NotFound)
}

/// What a place of the caller's district is called. Not found: there is none of that code.
pub(crate) async fn name_of(db: &impl Query, actor: &Actor, place: TerritoryCode) -> Result<String, Error> {
    if place == actor.district_code {
        return Ok(actor.district_name.clone());
    }
    let mut names = territories::names(db, actor.district, [place.as_i64()]).await?;
    names.remove(&place.as_i64()).ok_or(Error::NotFound)
}

/// The places of a district that hold today, by name and by code.
pub(crate) struct Places {
    district: TerritoryCode,
    subdistricts: HashMap<String, i64>,
    /// By kecamatan and name.
    villages: HashMap<(i64, String), i64>,
    /// Villages whose name no other has.
    alone: HashMap<String, Option<i64>>,
    /// Kecamatan's name (empty of itself) and own name, by code.
    names: HashMap<i64, (String, String)>,
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
            names: HashMap::new(),
        };
        for one in territories::subdistricts(db, district).await? {
            if one.valid_to.is_none() {
                places.subdistricts.insert(name::search_key(&one.name), one.code);
                places.names.insert(one.code, (String::new(), one.name));
            }
        }
        for one in territories::villages(db, district, code).await? {
            if one.valid_to.is_none() {
                let above = one.code - one.code % 10_000;
                let key = name::search_key(&one.name);
                let inside = places.names.get(&above).map(|(_, name)| name.clone()).unwrap_or_default();
                places.villages.insert((above, key.clone()), one.code);
                places.alone.entry(key).and_modify(|one| *one = None).or_insert(Some(one.code));
                places.names.insert(one.code, (inside, one.name));
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

    /// A place by its code with or without points, by "Desa, Kecamatan" or by a name that no other village has.
    pub(crate) fn read(&self, text: &str) -> Option<i64> {
        if let Ok(code) = TerritoryCode::parse(text.trim()) {
            let code = code.as_i64();
            return (code == self.district.as_i64() || self.names.contains_key(&code)).then_some(code);
        }
        match text.split_once(',') {
            Some((village, subdistrict)) => self.find(Some(subdistrict.trim()), Some(village.trim())),
            None => self.find(None, Some(text.trim())).or_else(|| self.find(Some(text.trim()), None)),
        }
    }

    /// "Selam Paung, Gunung Raya", the kecamatan's own name, or nothing for a code that is not of the district.
    pub(crate) fn called(&self, code: i64) -> Option<String> {
        let (inside, name) = self.names.get(&code)?;
        Some(if inside.is_empty() { name.clone() } else { format!("{name}, {inside}") })
    }

    /// The villages in the order of their codes, as (code, name, kecamatan).
    pub(crate) fn villages(&self) -> Vec<(i64, &str, &str)> {
        let villages = self.names.iter().filter(|(_, (inside, _))| !inside.is_empty());
        let mut villages: Vec<(i64, &str, &str)> =
            villages.map(|(code, (inside, name))| (*code, name.as_str(), inside.as_str())).collect();
        villages.sort_unstable();
        villages
    }
}
