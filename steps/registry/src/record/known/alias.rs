//! The numbers of records that were merged into others: a list that still says them means the record that stays.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use asuh_store::{Arg, Column, DistrictId, FromRow, Id, LookupHash, Query, Row, StoreError, args};

use crate::identity;

/// Numbers that only a merged record had, and the record that stands for it now.
#[derive(Default)]
pub(super) struct Aliases {
    pub(super) kki: HashMap<String, Id>,
    pub(super) kk: HashMap<LookupHash, Id>,
    pub(super) nik: HashMap<LookupHash, Id>,
}

/// A number and where it leads.
struct Led<T>(T, Id);

impl<T: Column> FromRow for Led<T> {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Led(row.get("number")?, row.get("canonical_id")?))
    }
}

impl Aliases {
    /// Looks up the numbers that no record has now. A district that never merged anything is asked once.
    pub(super) async fn load(
        db: &impl Query,
        district: DistrictId,
        kkis: BTreeSet<String>,
        kks: BTreeSet<LookupHash>,
        niks: BTreeSet<LookupHash>,
    ) -> Result<Aliases, StoreError> {
        if !identity::any_merged(db, district).await? {
            return Ok(Aliases::default());
        }
        Ok(Aliases {
            kki: led(db, district, "family", "kki", kkis).await?,
            kk: led(db, district, "family", "kk_hash", kks).await?,
            nik: led(db, district, "person", "nik_hash", niks).await?,
        })
    }

    /// Whether nothing was merged that the entries name.
    pub(super) fn is_empty(&self) -> bool {
        self.kki.is_empty() && self.kk.is_empty() && self.nik.is_empty()
    }
}

/// Where numbers of a column lead. Indexes: `family_version_by_kki`, `family_version_by_kk`, `person_version_by_nik`,
/// then the key of `family` and `person`.
async fn led<T: Column + Arg + Eq + Hash + Send>(
    db: &impl Query,
    district: DistrictId,
    noun: &str,
    column: &str,
    numbers: BTreeSet<T>,
) -> Result<HashMap<T, Id>, StoreError> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let mut args = args![district];
    let list = args.push_list(numbers);
    let sql = format!(
        "SELECT v.{column} AS number, n.canonical_id FROM {noun}_version v CROSS JOIN {noun} n \
         WHERE v.district_id = $1 AND v.{column} IN ({list}) AND n.district_id = $1 AND n.id = v.{noun}_id \
         AND n.canonical_id IS NOT NULL ORDER BY v.superseded_at, v.{noun}_id"
    );
    Ok(db.all::<Led<T>>(&sql, args).await?.into_iter().map(|led| (led.0, led.1)).collect())
}
