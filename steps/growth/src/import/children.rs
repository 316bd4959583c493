//! Which child a row means.

use std::collections::HashMap;

use asuh_nusantara::{TerritoryCode, name};
use asuh_store::{DistrictId, Id, LookupHash, Query, Secrets, StoreError};
use time::Date;

use super::read::Record;
use crate::query::{self, Candidate};
use crate::rules::place_key;
use asuh_ground::staging::{BatchContext, StagedRow, Verdict};

/// What was found for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// This child.
    Known(Id),
    /// Nobody yet.
    New,
    /// The row is an error.
    Not,
}

impl Match {
    /// The child, if it is known.
    pub(super) fn person(&self) -> Option<Id> {
        match self {
            Match::Known(person) => Some(*person),
            Match::New | Match::Not => None,
        }
    }
}

/// The children that the rows of a chunk may mean.
pub(super) struct Children<'a> {
    cx: &'a BatchContext,
    by_nik: HashMap<Vec<u8>, Candidate>,
    by_birth: HashMap<Date, Vec<Candidate>>,
    hashes: HashMap<String, LookupHash>,
}

impl<'a> Children<'a> {
    /// Finds the village of every record and loads whom the rows may mean: three statements a chunk.
    pub(super) async fn load(
        db: &impl Query,
        secrets: &Secrets,
        cx: &'a BatchContext,
        records: &mut [Record],
        rows: &mut [StagedRow],
    ) -> Result<Children<'a>, StoreError> {
        let villages = Villages::load(db, cx.district()).await?;
        let mut hashes = HashMap::new();
        for (record, row) in records.iter_mut().zip(rows) {
            match villages.find(record) {
                Ok(code) => record.village_code = Some(code),
                Err(code) => row.error("village", code, record.village.clone()),
            }
            if let Some(nik) = &record.nik {
                hashes.insert(nik.clone(), secrets.lookup(cx.district(), "nik", nik)?);
            }
        }
        let wanted: Vec<LookupHash> = hashes.values().copied().collect();
        let mut births: Vec<Date> = records.iter().map(|record| record.birth_date).collect();
        births.sort_unstable();
        births.dedup();
        let (mut by_nik, mut by_birth) = (HashMap::new(), HashMap::<Date, Vec<Candidate>>::new());
        for candidate in query::candidates(db, cx.district(), &wanted, &births).await? {
            if let Some(hash) = &candidate.nik_hash {
                by_nik.insert(hash.clone(), candidate.clone());
            }
            if let Some(birth) = candidate.birth_date {
                let same_day = by_birth.entry(birth).or_default();
                if !same_day.iter().any(|other| other.person_id == candidate.person_id) {
                    same_day.push(candidate);
                }
            }
        }
        Ok(Children { cx, by_nik, by_birth, hashes })
    }

    /// Whom a row means. Notes on the row why it means nobody for certain, or lies out of reach.
    pub(super) fn of(&self, row: &mut StagedRow, record: &Record) -> Match {
        if row.verdict == Verdict::Error {
            return Match::Not;
        }
        let Some(village) = record.village_code else { return Match::Not };
        let rw = record.rw.as_deref().unwrap_or_default();
        if !self.reaches(village, rw) {
            row.error("village", "growth.import.outside", record.village.clone());
            return Match::Not;
        }
        let hash = record.nik.as_ref().and_then(|nik| self.hashes.get(nik));
        if let Some(child) = hash.and_then(|hash| self.by_nik.get(hash.as_slice())) {
            return self.within(row, child);
        }
        let key = name::search_key(&record.name);
        let meant: Vec<&Candidate> = self
            .by_birth
            .get(&record.birth_date)
            .into_iter()
            .flatten()
            .filter(|child| child.name_search == key && child.village_code == village)
            .filter(|child| child.sex.as_deref().is_none_or(|sex| sex == record.sex.code()))
            // Two NIKs that differ are two children.
            .filter(|child| hash.is_none() || child.nik_hash.is_none())
            .collect();
        match meant.as_slice() {
            [] => Match::New,
            [child] => self.within(row, child),
            _ => {
                row.error("name", "growth.import.ambiguous", record.name.clone());
                Match::Not
            }
        }
    }

    fn within(&self, row: &mut StagedRow, child: &Candidate) -> Match {
        if self.reaches(child.village_code, &child.rw) {
            return Match::Known(child.person_id);
        }
        row.error("nik", "growth.import.child_elsewhere", String::new());
        Match::Not
    }

    fn reaches(&self, village: i64, rw: &str) -> bool {
        TerritoryCode::from_i64(village).is_ok_and(|code| self.cx.scope.reaches(code, rw))
    }
}

/// The villages of the district by the names that files give them.
struct Villages {
    kecamatan: HashMap<String, i64>,
    /// By kecamatan and name.
    villages: HashMap<(i64, String), i64>,
    /// By name alone; `None` where several have it.
    alone: HashMap<String, Option<i64>>,
}

impl Villages {
    async fn load(db: &impl Query, district: DistrictId) -> Result<Villages, StoreError> {
        let mut found =
            Villages { kecamatan: HashMap::new(), villages: HashMap::new(), alone: HashMap::new() };
        for place in query::places(db, district).await? {
            let key = place_key(&place.name);
            if place.level == "subdistrict" {
                found.kecamatan.insert(key, place.code);
            } else {
                found.villages.insert((place.code - place.code % 10_000, key.clone()), place.code);
                found.alone.entry(key).and_modify(|one| *one = None).or_insert(Some(place.code));
            }
        }
        Ok(found)
    }

    /// The village of a record; else why not, as a translation key.
    fn find(&self, record: &Record) -> Result<i64, &'static str> {
        let village = place_key(&record.village);
        match &record.kecamatan {
            Some(kecamatan) => {
                let kecamatan =
                    self.kecamatan.get(&place_key(kecamatan)).ok_or("growth.import.unknown_subdistrict")?;
                self.villages.get(&(*kecamatan, village)).copied().ok_or("growth.import.unknown_village")
            }
            None => match self.alone.get(&village) {
                Some(Some(code)) => Ok(*code),
                Some(None) => Err("growth.import.village_twice"),
                None => Err("growth.import.unknown_village"),
            },
        }
    }
}
