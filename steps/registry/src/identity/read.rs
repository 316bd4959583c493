//! What the list knows of persons, made ready for `asuh_matching`: whole families at a time, because a child is
//! compared by its mother and a wife by her husband.
//!
//! NIKs are opened in memory only to see how they were given (whole, or not fitting the birthday beside them); what
//! is compared are the keyed hashes, and no number leaves this file.

use asuh_matching::{Birth, Key, Nik, Record, Sex};
use asuh_nusantara as nusantara;
use asuh_nusantara::NikWarning;
use asuh_store::{DistrictId, Id, Instant, Query, Secrets, StoreError, args};
use time::Date;

/// Years from which a NIK beside a child is taken for a grown-up's.
const GROWN_UP_YEARS: i32 = 15;

asuh_store::row_struct! {
    struct Row {
        person_id: Id,
        recorded_at: Instant,
        batch_id: Option<Id>,
        family_id: Id,
        relation: String,
        name: String,
        sex: Option<String>,
        birth_date: Option<Date>,
        nik_sealed: Option<Vec<u8>>,
        nik_hash: Option<Vec<u8>>,
        parents_name: String,
        village_code: i64,
        rw: String,
        rt: String,
        kki: Option<String>,
        kk_hash: Option<Vec<u8>>,
        head_name: String,
    }
}

/// A person as he is compared.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Who it is.
    pub(super) id: Id,
    /// The village of his family.
    pub(super) village: i64,
    recorded_at: Instant,
    batch: Option<Id>,
    nik: Nik,
    kk: Option<Key>,
    kki: Option<Key>,
    birth: Option<Date>,
    sex: Option<Sex>,
    pub(super) name: String,
    mother: String,
    father: String,
    partner: String,
    rw: String,
    rt: String,
}

impl Known {
    /// The record that is compared.
    pub(super) fn record(&self) -> Record<'_> {
        Record {
            nik: self.nik,
            kk: self.kk,
            kki: self.kki,
            birth: self.birth.map(Birth::on),
            sex: self.sex,
            name: &self.name,
            mother: &self.mother,
            father: &self.father,
            partner: &self.partner,
            village: Some(self.village),
            rw: self.rw.parse().ok(),
            rt: self.rt.parse().ok(),
        }
    }

    /// The import that brought the newer of two records; none where a form did.
    pub(super) fn batch_with(&self, other: &Known) -> Option<Id> {
        let order = |one: &Known| (one.recorded_at, one.batch.is_some(), one.id);
        let newer = if order(self) > order(other) { self } else { other };
        newer.batch
    }

    /// A number that is another one as soon as a fact that is compared is.
    fn digest(&self) -> u64 {
        let number = |key: Option<Key>| key.map_or(0, |key| key.0);
        let facts = format!(
            "{}|{}|{}|{:?}|{:?}|{}|{}|{}|{}|{}|{}|{}",
            number(self.nik.key()),
            number(self.kk),
            number(self.kki),
            self.birth,
            self.sex,
            self.name,
            self.mother,
            self.father,
            self.partner,
            self.village,
            self.rw,
            self.rt,
        );
        Key::of(facts.as_bytes()).0
    }

    /// The digest of what two persons were compared by, whichever comes first.
    pub(super) fn digest_with(&self, other: &Known) -> i64 {
        self.digest().wrapping_add(other.digest()) as i64
    }
}

/// Everybody who belongs to these families now, family by family. Two reads for any number of families; indexes:
/// family_version_current, person_version_by_family.
///
/// # Errors
/// The store fails, or a number cannot be opened.
pub(super) async fn of_families(
    db: &impl Query,
    secrets: &Secrets,
    district: DistrictId,
    today: Date,
    families: &[Id],
) -> Result<Vec<Known>, StoreError> {
    if families.is_empty() {
        return Ok(Vec::new());
    }
    let mut args = args![district, Instant::NEVER];
    let list = args.push_list(families.iter().copied());
    let rows: Vec<Row> = db
        .all(
            &format!(
                "SELECT p.person_id, p.recorded_at, p.batch_id, p.family_id, p.relation, p.name, p.sex, p.birth_date, p.nik_sealed, p.nik_hash, \
                 p.parents_name, f.village_code, f.rw, f.rt, f.kki, f.kk_hash, f.head_name FROM family_version f \
                 JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id \
                 AND p.superseded_at = $2 AND p.ended_reason IS NULL \
                 WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.family_id IN ({list}) \
                 ORDER BY p.family_id, p.person_id"
            ),
            args,
        )
        .await?;
    let mut known = Vec::with_capacity(rows.len());
    for family in rows.chunk_by(|one, two| one.family_id == two.family_id) {
        for row in family {
            known.push(read(secrets, district, today, row, family)?);
        }
    }
    Ok(known)
}

fn read(
    secrets: &Secrets,
    district: DistrictId,
    today: Date,
    row: &Row,
    family: &[Row],
) -> Result<Known, StoreError> {
    let sex = row.sex.as_deref().and_then(|sex| nusantara::Sex::parse(sex).ok());
    let (nik, in_number) = match (&row.nik_sealed, &row.nik_hash) {
        (Some(sealed), Some(hash)) => {
            let text = secrets.open_text(district, sealed)?;
            given(&text, Key::of(hash), row.birth_date, sex, today)
        }
        _ => (Nik::Missing, None),
    };
    let named = |relation: &str| {
        family.iter().find(|one| one.relation == relation).map(|one| one.name.clone()).unwrap_or_default()
    };
    let (mut mother, mut father, mut partner) = (String::new(), String::new(), String::new());
    match row.relation.as_str() {
        "head" => partner = named("wife"),
        "wife" => {
            partner = named("head");
            if partner.is_empty() {
                partner.clone_from(&row.head_name);
            }
        }
        "child" => (father, mother) = parents(row, named("head"), named("wife")),
        _ => {}
    }
    Ok(Known {
        id: row.person_id,
        recorded_at: row.recorded_at,
        batch: row.batch_id,
        village: row.village_code,
        nik,
        kk: row.kk_hash.as_deref().map(Key::of),
        kki: row.kki.as_deref().map(|kki| Key::of(kki.as_bytes())),
        birth: row.birth_date.or(in_number),
        sex: sex.map(|sex| match sex {
            nusantara::Sex::Male => Sex::Male,
            nusantara::Sex::Female => Sex::Female,
        }),
        name: row.name.clone(),
        mother,
        father,
        partner,
        rw: row.rw.clone(),
        rt: row.rt.clone(),
    })
}

/// Father and mother of a child: those of its family, else those its list names in one cell (`Budi / Siti`).
fn parents(row: &Row, head: String, wife: String) -> (String, String) {
    let mut listed = row.parents_name.split(['/', '&']).map(str::trim).filter(|name| !name.is_empty());
    let (first, second) = (listed.next().unwrap_or_default(), listed.next());
    let (listed_father, listed_mother) = match second {
        Some(second) => (first, second),
        // One parent of whom is not said which goes for the mother.
        None => ("", first),
    };
    let father = if head.is_empty() { listed_father.to_owned() } else { head };
    let mother = if wife.is_empty() { listed_mother.to_owned() } else { wife };
    (father, mother)
}

/// How a NIK was given, and the birthday in it where it fits.
fn given(
    text: &str,
    key: Key,
    birth: Option<Date>,
    sex: Option<nusantara::Sex>,
    today: Date,
) -> (Nik, Option<Date>) {
    let Ok(nik) = nusantara::Nik::parse(text) else { return (Nik::Missing, None) };
    let warnings = nik.warnings(birth, sex, today);
    if warnings.is_empty() {
        return (Nik::Whole(key), nik.birth_date(today));
    }
    if warnings.contains(&NikWarning::SerialZero) {
        return (Nik::Rounded, None);
    }
    let is_grown_womans = nik.sex() == nusantara::Sex::Female
        && birth
            .zip(nik.birth_date(today))
            .is_some_and(|(birth, other)| birth.year() - other.year() >= GROWN_UP_YEARS);
    (if is_grown_womans { Nik::Dummy(key) } else { Nik::Doubtful(key) }, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn how_a_nik_was_given_is_read_beside_its_owner() {
        let today = date!(2026 - 11 - 02);
        let key = Key(7);
        let female = Some(nusantara::Sex::Female);
        // 52 05 98: a woman of 12 May 1998 in a region that cannot exist.
        let text = "9999995205980007";
        for (birth, expected) in [
            (Some(date!(1998 - 05 - 12)), Nik::Whole(key)),
            (None, Nik::Whole(key)),
            (Some(date!(1997 - 05 - 12)), Nik::Doubtful(key)),
            (Some(date!(2024 - 03 - 01)), Nik::Dummy(key)),
        ] {
            assert_eq!(given(text, key, birth, female, today).0, expected, "{birth:?}");
        }
        assert_eq!(given("9999995205980000", key, None, female, today).0, Nik::Rounded);
    }
}
