//! Writing families and persons, many at a time: what lists say becomes families, persons and their versions.
//!
//! A fact that is blank in the list never replaces one that is known. Something different makes a new version;
//! the old one keeps its dates. NIK, KK, phone and address are encrypted, NIK and KK also hashed for finding.
//! The number of queries depends on the kinds of things written, never on how many there are.

mod known;
mod now;
mod retract;

use std::collections::{HashMap, HashSet};

use asuh_nusantara::{FamilyCardNumber, Nik, Phone, Sex, TerritoryCode};
use asuh_store::{DistrictId, Fault, Id, Instant, LookupHash, Query, Secrets, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::derived;
pub use super::rules::Relation;
use asuh_ground::staging::Verdict;

use known::Known;
pub(super) use retract::retract_families;
pub use retract::{retract, stakes};

/// Where facts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `krs`, `eppgbm`, `field`, `form`.
    pub source: &'static str,
    /// The import that brings them.
    pub batch: Option<Id>,
    /// The day from which they hold.
    pub valid_from: time::Date,
}

/// What is said about a family. `None`: nothing was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FamilyFacts {
    /// Its village.
    pub village: TerritoryCode,
    /// Dusun.
    pub hamlet: Option<String>,
    /// RW, three digits.
    pub rw: Option<String>,
    /// RT, three digits.
    pub rt: Option<String>,
    /// Name of its head.
    pub head_name: Option<String>,
    /// By what name it goes where it is new and nobody says who its head is: lists of children know the parents.
    /// A head who is known keeps his name.
    pub called: Option<String>,
    /// BKKBN's own key of the family (Kode Keluarga Indonesia).
    pub kki: Option<String>,
    /// Number of the family card, 16 digits.
    pub kk: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Mobile number, `628…`.
    pub phone: Option<String>,
    /// BKKBN's own flag.
    pub krs: Option<bool>,
    /// No fit drinking water.
    pub poor_water: Option<bool>,
    /// No fit latrine.
    pub poor_latrine: Option<bool>,
    /// Wife under 20.
    pub too_young: Option<bool>,
    /// Wife 35 and over.
    pub too_old: Option<bool>,
    /// Births less than two years apart.
    pub too_close: Option<bool>,
    /// Three living children or more.
    pub too_many: Option<bool>,
    /// No modern contraception.
    pub no_modern_contraception: Option<bool>,
    /// The wife is pregnant.
    pub pregnant: Option<bool>,
    /// Has a child of 0 to 23 months.
    pub has_under_two: Option<bool>,
    /// Has a child of 24 to 59 months.
    pub has_two_to_five: Option<bool>,
    /// Welfare rank, 1 (poorest) to 10.
    pub desil: Option<i64>,
    /// Where the rank comes from: `krs`, `dtsen`.
    pub desil_source: Option<String>,
}

impl FamilyFacts {
    /// A family of a village of which nothing else is said.
    pub fn in_village(village: TerritoryCode) -> FamilyFacts {
        FamilyFacts {
            village,
            hamlet: None,
            rw: None,
            rt: None,
            head_name: None,
            called: None,
            kki: None,
            kk: None,
            address: None,
            phone: None,
            krs: None,
            poor_water: None,
            poor_latrine: None,
            too_young: None,
            too_old: None,
            too_close: None,
            too_many: None,
            no_modern_contraception: None,
            pregnant: None,
            has_under_two: None,
            has_two_to_five: None,
            desil: None,
            desil_source: None,
        }
    }
}

impl FamilyFacts {
    /// The risk columns in the order of the table.
    fn flags(&self) -> [Option<bool>; 11] {
        [
            self.krs,
            self.poor_water,
            self.poor_latrine,
            self.too_young,
            self.too_old,
            self.too_close,
            self.too_many,
            self.no_modern_contraception,
            self.pregnant,
            self.has_under_two,
            self.has_two_to_five,
        ]
    }
}

/// What is said about a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonFacts {
    /// What he is in the family.
    pub relation: Relation,
    /// His name.
    pub name: String,
    /// His sex.
    pub sex: Option<Sex>,
    /// His birthday.
    pub birth_date: Option<time::Date>,
    /// His NIK, 16 digits.
    pub nik: Option<String>,
    /// Names of the parents as the list writes them (e-PPGBM), for a child.
    pub parents_name: Option<String>,
    /// The posyandu that weighs him.
    pub posyandu: Option<String>,
}

/// A family with the persons that a row of a list names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The family.
    pub family: FamilyFacts,
    /// Persons of it; those that the list does not name stay as they are.
    pub persons: Vec<PersonFacts>,
}

/// What writing an entry would do, or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The family or a person was not known.
    New,
    /// Something is different.
    Changed,
    /// Nothing is different.
    Same,
}

impl From<Change> for Verdict {
    fn from(change: Change) -> Verdict {
        match change {
            Change::New => Verdict::New,
            Change::Changed => Verdict::Changed,
            Change::Same => Verdict::Same,
        }
    }
}

/// What became of an entry, in the order of the entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The family.
    pub family: Id,
    /// The persons, in the order of the entry's.
    pub persons: Vec<Id>,
    /// What happened. For a list of families: of the family or any of its persons.
    pub change: Change,
    /// What happened to each person.
    pub person_changes: Vec<Change>,
}

/// What an entry was matched with: nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The family, if it is known.
    pub family: Option<Id>,
    /// The persons that are known, in the order of the entry's.
    pub persons: Vec<Option<Id>>,
    /// What writing the entry would do.
    pub change: Change,
    /// What it would do to each person.
    pub person_changes: Vec<Change>,
}

/// Compares entries with what is known, without writing. Families are found by KKI, by the family card's
/// number, by the NIK of a named person, by a known child (name, birthday, village), by the name of the head
/// or wife (or a child's parents) in the village where it is the only one.
///
/// # Errors
/// The store fails.
pub async fn compare(
    db: &impl Query,
    secrets: &Secrets,
    district: DistrictId,
    entries: &[Entry],
) -> Result<Vec<Found>, StoreError> {
    let mut known = Known::load(db, secrets, district, entries).await?;
    let mut made = 0_u64;
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        // Ids of what is not there yet are never shown: any that differ will do.
        let settled = known.settle(entry, &mut || {
            made += 1;
            let mut bytes = [0xff; 16];
            bytes[8..].copy_from_slice(&made.to_be_bytes());
            Id::from_bytes(bytes)
        })?;
        found.push(Found {
            family: (!known.is_new_family(settled.family)).then_some(settled.family),
            persons: settled.persons.iter().map(|id| (!known.is_new_person(*id)).then_some(*id)).collect(),
            change: settled.change,
            person_changes: settled.person_changes,
        });
    }
    Ok(found)
}

/// The numbers by which a family may be known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Number of the family card, 16 digits.
    pub kk: Option<String>,
    /// NIKs of its persons, 16 digits.
    pub niks: Vec<String>,
}

/// The village in which each family lives, where one of its numbers is known, in the order of the numbers: two
/// queries.
///
/// # Errors
/// The store fails.
pub async fn homes(
    db: &impl Query,
    secrets: &Secrets,
    district: DistrictId,
    numbers: &[Numbers],
) -> Result<Vec<Option<i64>>, StoreError> {
    asuh_store::row_struct! { struct Home { hash: Option<LookupHash>, village_code: i64 } }
    let hash = |purpose: &str, value: &String| secrets.lookup(district, purpose, value);
    let mut hashes: Vec<Vec<LookupHash>> = Vec::with_capacity(numbers.len());
    for numbers in numbers {
        let kk = numbers.kk.iter().map(|kk| hash("kk", kk));
        hashes.push(kk.chain(numbers.niks.iter().map(|nik| hash("nik", nik))).collect::<Result<_, _>>()?);
    }
    if hashes.iter().all(Vec::is_empty) {
        return Ok(vec![None; numbers.len()]);
    }
    let mut args = args![district, Instant::NEVER];
    let list = args.push_list(hashes.iter().flatten().copied());
    // family_version_by_kk; person_version_by_nik, then family_version_current.
    let by_kk = format!(
        "SELECT kk_hash AS hash, village_code FROM family_version WHERE district_id = $1 AND +superseded_at = $2 \
         AND kk_hash IN ({list})"
    );
    let by_nik = format!(
        "SELECT p.nik_hash AS hash, f.village_code FROM person_version p CROSS JOIN family_version f \
         WHERE p.district_id = $1 AND +p.superseded_at = $2 AND p.nik_hash IN ({list}) \
         AND f.district_id = $1 AND f.family_id = p.family_id AND f.superseded_at = $2"
    );
    let mut found: Vec<Home> = db.all(&by_kk, args.clone()).await?;
    found.extend(db.all::<Home>(&by_nik, args).await?);
    let known: HashMap<LookupHash, i64> =
        found.into_iter().filter_map(|home| Some((home.hash?, home.village_code))).collect();
    Ok(hashes.iter().map(|of| of.iter().find_map(|hash| known.get(hash).copied())).collect())
}

/// Writes entries within a command: new families and persons, new versions where something differs.
///
/// # Errors
/// The store fails.
pub async fn write(tx: &Tx<'_>, origin: &Origin, entries: &[Entry]) -> Result<Vec<Written>, Fault> {
    let mut known = Known::load(tx, tx.secrets(), tx.district(), entries).await?;
    let mut written = Vec::with_capacity(entries.len());
    for entry in entries {
        written.push(known.settle(entry, &mut || tx.new_id())?);
    }
    known.save(tx, origin).await?;
    Ok(written)
}

/// What a list says about the pregnancies of wives: begins one where none is open, ends one that the same kind
/// of list began. The day it began is not known to a list: it is the day from which the list holds.
///
/// # Errors
/// The store fails.
pub async fn pregnancies(tx: &Tx<'_>, origin: &Origin, said: &[(Id, bool)]) -> Result<(), Fault> {
    asuh_store::row_struct! { struct Open { person_id: Id, source: String } }
    if said.is_empty() {
        return Ok(());
    }
    let mut args = args![tx.district()];
    let persons = args.push_list(said.iter().map(|(person, _)| *person));
    // maternity_by_person
    let open: Vec<Open> = tx
        .all(
            &format!(
                "SELECT person_id, source FROM maternity WHERE district_id = $1 AND person_id IN ({persons}) \
                 AND kind || '' = 'pregnancy' AND ends_on IS NULL AND retracted_at IS NULL"
            ),
            args,
        )
        .await?;
    let mut begun: HashSet<Id> = open.iter().map(|row| row.person_id).collect();
    let (mut rows, mut begun_now) = (Vec::new(), Vec::new());
    for (person, pregnant) in said {
        if *pregnant && begun.insert(*person) {
            begun_now.push(*person);
            rows.push(args![
                tx.district(),
                tx.new_id(),
                *person,
                "pregnancy",
                origin.valid_from,
                origin.source,
                tx.now(),
                origin.batch,
            ]);
        }
    }
    tx.insert_many(
        "INSERT INTO maternity (district_id, id, person_id, kind, starts_on, source, recorded_at, batch_id) VALUES",
        "",
        rows,
    )
    .await?;
    let over: Vec<Id> = said
        .iter()
        .filter(|(person, pregnant)| {
            !pregnant && open.iter().any(|row| row.person_id == *person && row.source == origin.source)
        })
        .map(|(person, _)| *person)
        .collect();
    let touched: Vec<Id> = begun_now.into_iter().chain(over.iter().copied()).collect();
    if !over.is_empty() {
        let mut args = args![tx.district(), origin.valid_from, origin.source, origin.batch];
        let persons = args.push_list(over);
        tx.execute(
            &format!(
                "UPDATE maternity SET ends_on = $2, ended_batch_id = $4 WHERE district_id = $1 AND source = $3 \
                 AND person_id IN ({persons}) AND kind || '' = 'pregnancy' AND ends_on IS NULL AND retracted_at IS NULL"
            ),
            args,
        )
        .await?;
    }
    if touched.is_empty() {
        return Ok(());
    }
    let mut args = args![tx.district(), Instant::NEVER];
    let persons = args.push_list(touched);
    // person_version_current
    let families: Vec<(Id,)> = tx
        .all(
            &format!(
                "SELECT DISTINCT family_id FROM person_version \
                 WHERE district_id = $1 AND person_id IN ({persons}) AND superseded_at = $2"
            ),
            args,
        )
        .await?;
    Ok(derived::refresh(tx, &families.into_iter().map(|row| row.0).collect::<Vec<_>>()).await?)
}

/// The digits of a NIK as a fact.
pub fn nik(nik: &Nik) -> String {
    nik.as_str().to_owned()
}

/// The digits of a family card number as a fact.
pub fn kk(kk: &FamilyCardNumber) -> String {
    kk.as_str().to_owned()
}

/// The digits of a phone number as a fact.
pub fn phone(phone: &Phone) -> String {
    phone.as_str().to_owned()
}
