//! Versions of families and persons: the one that holds, and the next one.

use asuh_nusantara::name;
use asuh_store::{Fault, Id, Instant, Query, Refusal, Tx, args};
use time::Date;

use crate::rights::Reach;
use crate::tally;

asuh_store::row_struct! {
    /// What is held true of a family. The columns of `family_version` that are facts.
    #[derive(PartialEq)]
    pub(crate) struct FamilyVersion {
        pub(crate) version: i64,
        pub(crate) source: String,
        pub(crate) valid_from: Date,
        pub(crate) recorded_at: Instant,
        pub(crate) village_code: i64,
        pub(crate) hamlet: String,
        pub(crate) rw: String,
        pub(crate) rt: String,
        pub(crate) head_name: String,
        pub(crate) kki: Option<String>,
        pub(crate) kk_sealed: Option<Vec<u8>>,
        pub(crate) kk_hash: Option<Vec<u8>>,
        pub(crate) address_sealed: Option<Vec<u8>>,
        pub(crate) phone_sealed: Option<Vec<u8>>,
        pub(crate) status: String,
        pub(crate) krs: Option<bool>,
        pub(crate) poor_water: Option<bool>,
        pub(crate) poor_latrine: Option<bool>,
        pub(crate) too_young: Option<bool>,
        pub(crate) too_old: Option<bool>,
        pub(crate) too_close: Option<bool>,
        pub(crate) too_many: Option<bool>,
        pub(crate) no_modern_contraception: Option<bool>,
        pub(crate) pregnant: Option<bool>,
        pub(crate) has_under_two: Option<bool>,
        pub(crate) has_two_to_five: Option<bool>,
    }
}

impl FamilyVersion {
    /// The columns, for statements that read it.
    pub(crate) const COLUMNS: &str = "v.version, v.source, v.valid_from, v.recorded_at, \
        v.village_code, v.hamlet, v.rw, v.rt, v.head_name, v.kki, v.kk_sealed, v.kk_hash, v.address_sealed, \
        v.phone_sealed, v.status, v.krs, v.poor_water, v.poor_latrine, v.too_young, v.too_old, v.too_close, \
        v.too_many, v.no_modern_contraception, v.pregnant, v.has_under_two, v.has_two_to_five";

    /// A family of which nothing is known but where and whose it is.
    pub(crate) fn first(village_code: i64, today: Date) -> FamilyVersion {
        FamilyVersion {
            version: 0,
            source: String::new(),
            valid_from: today,
            recorded_at: Instant(0),
            village_code,
            hamlet: String::new(),
            rw: String::new(),
            rt: String::new(),
            head_name: String::new(),
            kki: None,
            kk_sealed: None,
            kk_hash: None,
            address_sealed: None,
            phone_sealed: None,
            status: "listed".into(),
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
        }
    }

    /// The risk factors with the names of their columns, in the order of the KRS list; they are also the
    /// names of the form's fields and the ends of translation keys.
    pub(crate) fn risks(&self) -> [(&'static str, Option<bool>); 8] {
        [
            ("krs", self.krs),
            ("poor_water", self.poor_water),
            ("poor_latrine", self.poor_latrine),
            ("too_young", self.too_young),
            ("too_old", self.too_old),
            ("too_close", self.too_close),
            ("too_many", self.too_many),
            ("no_modern_contraception", self.no_modern_contraception),
        ]
    }
}

/// The version that holds of a family within the reach; anything else is not found.
pub(crate) async fn current_family(tx: &Tx<'_>, reach: &Reach, id: Id) -> Result<FamilyVersion, Fault> {
    let mut args = args![tx.district(), id, Instant::NEVER];
    let within = reach.scope().territory_condition("v.village_code", Some("v.rw"), &mut args);
    let found: Option<FamilyVersion> = tx
        .first(
            &format!(
                "SELECT {} FROM family_version v \
                 WHERE v.district_id = $1 AND v.family_id = $2 AND v.superseded_at = $3 AND {within}",
                FamilyVersion::COLUMNS
            ),
            args,
        )
        .await?;
    found.ok_or_else(|| Refusal::not_found().into())
}

/// Ends the version that holds and writes the next one; its number. The row of the former version is the
/// lock: of two corrections at the same time the later is refused.
pub(crate) async fn next_family(tx: &Tx<'_>, id: Id, facts: &FamilyVersion) -> Result<i64, Fault> {
    if facts.version > 0 {
        let ended = tx
            .execute(
                "UPDATE family_version SET superseded_at = $4 \
                 WHERE district_id = $1 AND family_id = $2 AND version = $3 AND superseded_at = $5",
                args![tx.district(), id, facts.version, tx.now(), Instant::NEVER],
            )
            .await?;
        if ended != 1 {
            return Err(Refusal::new("registry.refused.changed_meanwhile").into());
        }
    }
    let version = facts.version + 1;
    let row = args![
        tx.district(),
        id,
        version,
        tx.now(),
        Instant::NEVER,
        facts.valid_from,
        tx.command_id(),
        &facts.source,
        facts.village_code,
        &facts.hamlet,
        &facts.rw,
        &facts.rt,
        &facts.head_name,
        name::search_key(&facts.head_name),
        facts.kki.as_deref(),
        facts.kk_sealed.clone(),
        facts.kk_hash.clone(),
        facts.address_sealed.clone(),
        facts.phone_sealed.clone(),
        &facts.status,
    ]
    .with(facts.krs)
    .with(facts.poor_water)
    .with(facts.poor_latrine)
    .with(facts.too_young)
    .with(facts.too_old)
    .with(facts.too_close)
    .with(facts.too_many)
    .with(facts.no_modern_contraception)
    .with(facts.pregnant)
    .with(facts.has_under_two)
    .with(facts.has_two_to_five);
    tx.insert_many(
        "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, village_code, hamlet, rw, rt, head_name, head_search, kki, kk_sealed, kk_hash, \
         address_sealed, phone_sealed, status, krs, poor_water, poor_latrine, too_young, too_old, too_close, \
         too_many, no_modern_contraception, pregnant, has_under_two, has_two_to_five) VALUES",
        "",
        vec![row],
    )
    .await?;
    Ok(version)
}

/// What a next version keeps of the one before, where only the status changes.
const KEPT: &str = "o.village_code, o.hamlet, o.rw, o.rt, o.head_name, o.head_search, o.kki, o.kk_sealed, o.kk_hash, \
     o.address_sealed, o.phone_sealed, o.krs, o.poor_water, o.poor_latrine, o.too_young, o.too_old, o.too_close, \
     o.too_many, o.no_modern_contraception, o.pregnant, o.has_under_two, o.has_two_to_five";

/// Gives families another status, seen in the field on a day: a next version of each, with two statements. As in
/// [`next_family`] the row of the former version is the lock. Nothing that is derived of them changes but the counts.
pub(crate) async fn next_status(
    tx: &Tx<'_>,
    families: &[Id],
    status: &str,
    on: Date,
    batch: Option<Id>,
) -> Result<(), Fault> {
    let mut ending = args![tx.district(), tx.now(), Instant::NEVER];
    let list = ending.push_list(families.iter().copied());
    // family_version_current
    let ended = tx
        .execute(
            &format!(
                "UPDATE family_version SET superseded_at = $2 \
                 WHERE district_id = $1 AND superseded_at = $3 AND family_id IN ({list})"
            ),
            ending,
        )
        .await?;
    if ended != families.len() as u64 {
        return Err(Refusal::new("registry.refused.changed_meanwhile").into());
    }
    let mut next = args![tx.district(), tx.now(), Instant::NEVER, on, tx.command_id(), batch, status];
    let list = next.push_list(families.iter().copied());
    let into = KEPT.replace("o.", "");
    tx.execute(
        &format!(
            "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
             command_id, batch_id, status, source, {into}) \
             SELECT o.district_id, o.family_id, o.version + CAST(1 AS BIGINT), $2, $3, $4, $5, $6, $7, 'field', {KEPT} \
             FROM (SELECT family_id, MAX(version) AS newest FROM family_version \
                   WHERE district_id = $1 AND family_id IN ({list}) GROUP BY family_id) n \
             JOIN family_version o ON o.district_id = $1 AND o.family_id = n.family_id AND o.version = n.newest"
        ),
        next,
    )
    .await?;
    Ok(tally::restated(tx, families, status).await?)
}

asuh_store::row_struct! {
    /// What is held true of a person. The columns of `person_version` that are facts.
    #[derive(PartialEq)]
    pub(crate) struct PersonVersion {
        pub(crate) version: i64,
        pub(crate) source: String,
        pub(crate) valid_from: Date,
        pub(crate) family_id: Id,
        pub(crate) relation: String,
        pub(crate) name: String,
        pub(crate) sex: Option<String>,
        pub(crate) birth_date: Option<Date>,
        pub(crate) nik_sealed: Option<Vec<u8>>,
        pub(crate) nik_hash: Option<Vec<u8>>,
        pub(crate) parents_name: String,
        pub(crate) posyandu: String,
        pub(crate) ended_reason: Option<String>,
        pub(crate) ended_on: Option<Date>,
    }
}

impl PersonVersion {
    /// The columns, for statements that read it.
    pub(crate) const COLUMNS: &str = "p.version, p.source, p.valid_from, p.family_id, p.relation, p.name, p.sex, \
        p.birth_date, p.nik_sealed, p.nik_hash, p.parents_name, p.posyandu, p.ended_reason, p.ended_on";

    /// A person of whom nothing is known yet.
    pub(crate) fn first(family_id: Id, today: Date) -> PersonVersion {
        PersonVersion {
            version: 0,
            source: String::new(),
            valid_from: today,
            family_id,
            relation: String::new(),
            name: String::new(),
            sex: None,
            birth_date: None,
            nik_sealed: None,
            nik_hash: None,
            parents_name: String::new(),
            posyandu: String::new(),
            ended_reason: None,
            ended_on: None,
        }
    }
}

/// The version that holds of a person whose family is within the reach; anything else is not found.
pub(crate) async fn current_person(tx: &Tx<'_>, reach: &Reach, id: Id) -> Result<PersonVersion, Fault> {
    let mut args = args![tx.district(), id, Instant::NEVER];
    let within = reach.scope().territory_condition("v.village_code", Some("v.rw"), &mut args);
    let found: Option<PersonVersion> = tx
        .first(
            &format!(
                "SELECT {} FROM person_version p JOIN family_version v ON v.district_id = p.district_id \
                 AND v.family_id = p.family_id AND v.superseded_at = $3 \
                 WHERE p.district_id = $1 AND p.person_id = $2 AND p.superseded_at = $3 AND {within}",
                PersonVersion::COLUMNS
            ),
            args,
        )
        .await?;
    found.ok_or_else(|| Refusal::not_found().into())
}

/// Ends the version that holds and writes the next one; see [`next_family`].
pub(crate) async fn next_person(tx: &Tx<'_>, id: Id, facts: &PersonVersion) -> Result<i64, Fault> {
    if facts.version > 0 {
        let ended = tx
            .execute(
                "UPDATE person_version SET superseded_at = $4 \
                 WHERE district_id = $1 AND person_id = $2 AND version = $3 AND superseded_at = $5",
                args![tx.district(), id, facts.version, tx.now(), Instant::NEVER],
            )
            .await?;
        if ended != 1 {
            return Err(Refusal::new("registry.refused.changed_meanwhile").into());
        }
    }
    let version = facts.version + 1;
    let row = args![
        tx.district(),
        id,
        version,
        tx.now(),
        Instant::NEVER,
        facts.valid_from,
        tx.command_id(),
        &facts.source,
        facts.family_id,
        &facts.relation,
        &facts.name,
        name::search_key(&facts.name),
        facts.sex.as_deref(),
        facts.birth_date,
        facts.nik_sealed.clone(),
        facts.nik_hash.clone(),
        &facts.parents_name,
        &facts.posyandu,
        facts.ended_reason.as_deref(),
        facts.ended_on,
    ];
    tx.insert_many(
        "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, family_id, relation, name, name_search, sex, birth_date, nik_sealed, nik_hash, \
         parents_name, posyandu, ended_reason, ended_on) VALUES",
        "",
        vec![row],
    )
    .await?;
    Ok(version)
}
