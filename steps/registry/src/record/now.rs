//! A family and a person as they stand: read from their current version, written as the next one.

use asuh_nusantara::Sex;
use asuh_store::{Args, FromRow, Id, Instant, LookupHash, Row, StoreError, Tx, args};

use super::Origin;

/// The columns of `family_version` that say yes, no or nothing.
const FLAGS: [&str; 11] = [
    "krs",
    "poor_water",
    "poor_latrine",
    "too_young",
    "too_old",
    "too_close",
    "too_many",
    "no_modern_contraception",
    "pregnant",
    "has_under_two",
    "has_two_to_five",
];

/// A value that is stored encrypted: as it was found, or new.
#[derive(Debug, Clone)]
pub(super) enum Hidden {
    Held(Vec<u8>),
    Said(String),
}

/// A family as it stands.
#[derive(Debug, Clone)]
pub(super) struct FamilyNow {
    pub(super) id: Id,
    pub(super) version: i64,
    pub(super) village: i64,
    pub(super) hamlet: String,
    pub(super) rw: String,
    pub(super) rt: String,
    pub(super) head_name: String,
    pub(super) head_search: String,
    pub(super) kki: Option<String>,
    pub(super) kk: Option<Hidden>,
    pub(super) kk_hash: Option<LookupHash>,
    pub(super) address: Option<Hidden>,
    pub(super) phone: Option<Hidden>,
    pub(super) status: String,
    pub(super) flags: [Option<bool>; 11],
    pub(super) is_new: bool,
    pub(super) is_changed: bool,
}

impl FromRow for FamilyNow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let mut flags = [None; 11];
        for (flag, column) in flags.iter_mut().zip(FLAGS) {
            *flag = row.get(column)?;
        }
        let hidden =
            |column: &str| Ok::<_, StoreError>(row.get::<Option<Vec<u8>>>(column)?.map(Hidden::Held));
        Ok(FamilyNow {
            id: row.get("family_id")?,
            version: row.get("version")?,
            village: row.get("village_code")?,
            hamlet: row.get("hamlet")?,
            rw: row.get("rw")?,
            rt: row.get("rt")?,
            head_name: row.get("head_name")?,
            head_search: row.get("head_search")?,
            kki: row.get("kki")?,
            kk: hidden("kk_sealed")?,
            kk_hash: row.get("kk_hash")?,
            address: hidden("address_sealed")?,
            phone: hidden("phone_sealed")?,
            status: row.get("status")?,
            flags,
            is_new: false,
            is_changed: false,
        })
    }
}

pub(super) const FAMILY_COLUMNS: &str = "family_id, version, village_code, hamlet, rw, rt, head_name, head_search, kki, kk_sealed, kk_hash, \
     address_sealed, phone_sealed, status, krs, poor_water, poor_latrine, too_young, too_old, too_close, too_many, \
     no_modern_contraception, pregnant, has_under_two, has_two_to_five";

/// A person as he stands.
#[derive(Debug, Clone)]
pub(super) struct PersonNow {
    pub(super) id: Id,
    pub(super) version: i64,
    pub(super) family: Id,
    pub(super) relation: String,
    pub(super) name: String,
    pub(super) name_search: String,
    pub(super) sex: Option<Sex>,
    pub(super) birth_date: Option<time::Date>,
    pub(super) nik: Option<Hidden>,
    pub(super) nik_hash: Option<LookupHash>,
    pub(super) parents_name: String,
    pub(super) posyandu: String,
    pub(super) ended_reason: Option<String>,
    pub(super) ended_on: Option<time::Date>,
    pub(super) is_new: bool,
    pub(super) is_changed: bool,
}

impl FromRow for PersonNow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(PersonNow {
            id: row.get("person_id")?,
            version: row.get("version")?,
            family: row.get("family_id")?,
            relation: row.get("relation")?,
            name: row.get("name")?,
            name_search: row.get("name_search")?,
            sex: row.get::<Option<String>>("sex")?.and_then(|sex| Sex::parse(&sex).ok()),
            birth_date: row.get("birth_date")?,
            nik: row.get::<Option<Vec<u8>>>("nik_sealed")?.map(Hidden::Held),
            nik_hash: row.get("nik_hash")?,
            parents_name: row.get("parents_name")?,
            posyandu: row.get("posyandu")?,
            ended_reason: row.get("ended_reason")?,
            ended_on: row.get("ended_on")?,
            is_new: false,
            is_changed: false,
        })
    }
}

pub(super) const PERSON_COLUMNS: &str = "p.person_id, p.version, p.family_id, p.relation, p.name, p.name_search, p.sex, p.birth_date, \
     p.nik_sealed, p.nik_hash, p.parents_name, p.posyandu, p.ended_reason, p.ended_on";

impl FamilyNow {
    pub(super) fn row(&self, tx: &Tx<'_>, origin: &Origin) -> Result<Args, StoreError> {
        let mut args = version_args(tx, origin)
            .with(self.id)
            .with(self.version + 1)
            .with(self.village)
            .with(&self.hamlet)
            .with(&self.rw)
            .with(&self.rt)
            .with(&self.head_name)
            .with(&self.head_search)
            .with(self.kki.clone())
            .with(sealed(tx, &self.kk)?)
            .with(self.kk_hash.map(|hash| hash.to_vec()))
            .with(sealed(tx, &self.address)?)
            .with(sealed(tx, &self.phone)?)
            .with(&self.status);
        for flag in self.flags {
            args = args.with(flag);
        }
        Ok(args)
    }
}

impl PersonNow {
    pub(super) fn row(&self, tx: &Tx<'_>, origin: &Origin) -> Result<Args, StoreError> {
        Ok(version_args(tx, origin)
            .with(self.id)
            .with(self.version + 1)
            .with(self.family)
            .with(&self.relation)
            .with(&self.name)
            .with(&self.name_search)
            .with(self.sex.map(|sex| sex.code()))
            .with(self.birth_date)
            .with(sealed(tx, &self.nik)?)
            .with(self.nik_hash.map(|hash| hash.to_vec()))
            .with(&self.parents_name)
            .with(&self.posyandu)
            .with(self.ended_reason.clone())
            .with(self.ended_on))
    }
}

fn version_args(tx: &Tx<'_>, origin: &Origin) -> Args {
    args![
        tx.district(),
        tx.now(),
        Instant::NEVER,
        origin.valid_from,
        tx.command_id(),
        origin.batch,
        origin.source,
    ]
}

fn sealed(tx: &Tx<'_>, hidden: &Option<Hidden>) -> Result<Option<Vec<u8>>, StoreError> {
    match hidden {
        None => Ok(None),
        Some(Hidden::Held(sealed)) => Ok(Some(sealed.clone())),
        Some(Hidden::Said(text)) => Ok(Some(tx.seal(text)?)),
    }
}
