//! The file of one family: facts, members, what visits found, and what was known before.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::version::FamilyVersion;
use crate::identity::FAMILY_AND_ALIASES;
use crate::rules::{self, Maternity, MaternityKind, PersonFacts, Target};
use asuh_ground::access::Scope;

/// The version that holds of a family within the scope. Index: primary key.
pub(crate) async fn family(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<FamilyVersion>, StoreError> {
    let mut args = args![district, id, Instant::NEVER];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.first(
        &format!(
            "SELECT {} FROM family_version v \
             WHERE v.district_id = $1 AND v.family_id = $2 AND v.superseded_at = $3 AND {within}",
            FamilyVersion::COLUMNS
        ),
        args,
    )
    .await
}

/// All versions of a family, newest first. Index: primary key. The caller has read [`family`] within a
/// scope before.
pub(super) async fn versions(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Vec<FamilyVersion>, StoreError> {
    db.all(
        &format!(
            "SELECT {} FROM family_version v \
             WHERE v.district_id = $1 AND v.family_id = $2 ORDER BY v.version DESC LIMIT 100",
            FamilyVersion::COLUMNS
        ),
        args![district, id],
    )
    .await
}

asuh_store::row_struct! {
    struct PersonRow {
        person_id: Id,
        version: i64,
        source: String,
        valid_from: Date,
        relation: String,
        name: String,
        sex: Option<String>,
        birth_date: Option<Date>,
        nik_sealed: Option<Vec<u8>>,
        parents_name: String,
        posyandu: String,
        ended_reason: Option<String>,
        ended_on: Option<Date>,
    }
}

asuh_store::row_struct! {
    /// A pregnancy or breastfeeding period as recorded.
    pub struct MaternityRow {
        /// Its key.
        pub id: Id,
        /// Whose it is.
        pub person_id: Id,
        /// `pregnancy` or `breastfeeding`.
        pub kind: String,
        /// The first day on which it was known.
        pub starts_on: Date,
        /// When the child is expected.
        pub due_on: Option<Date>,
        /// The day from which it no longer holds.
        pub ends_on: Option<Date>,
        /// Where it is known from.
        pub source: String,
    }
}

impl MaternityRow {
    fn rule(&self) -> Option<Maternity> {
        Some(Maternity {
            kind: MaternityKind::parse(&self.kind)?,
            starts_on: self.starts_on,
            due_on: self.due_on,
            ends_on: self.ends_on,
        })
    }
}

/// A member of a family. The NIK stays sealed; opening it is the permission of few and is logged.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub id: Id,
    /// The version that holds.
    pub version: i64,
    /// Where it is known from.
    pub source: String,
    /// The day from which it holds.
    pub valid_from: Date,
    /// What he is in the family: a code of [`rules::Relation`].
    pub relation: String,
    /// His name.
    pub name: String,
    /// `L` or `P`.
    pub sex: Option<String>,
    /// His birthday.
    pub birth_date: Option<Date>,
    /// His NIK, sealed.
    pub nik_sealed: Option<Vec<u8>>,
    /// Names of the parents as lists write them.
    pub parents_name: String,
    /// The posyandu that weighs him.
    pub posyandu: String,
    /// Why he no longer belongs to the family.
    pub ended_reason: Option<String>,
    /// Since when.
    pub ended_on: Option<Date>,
    /// The target that he is on the day asked for.
    pub target: Option<Target>,
    /// Pregnancies and breastfeeding periods, newest first.
    pub maternity: Vec<MaternityRow>,
}

/// The members of a family on a day, head first, then by age; those who ended come last. The caller must
/// have found the family within a scope before. Indexes: `person_version_by_family`, `maternity_by_person`.
///
/// # Errors
/// The store fails.
pub async fn members(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    on: Date,
) -> Result<Vec<Member>, StoreError> {
    let rows: Vec<PersonRow> = db
        .all(
            "SELECT p.person_id, p.version, p.source, p.valid_from, p.relation, p.name, p.sex, p.birth_date, \
             p.nik_sealed, p.parents_name, p.posyandu, p.ended_reason, p.ended_on FROM person_version p \
             WHERE p.district_id = $1 AND p.family_id = $2 AND p.superseded_at = $3 \
             ORDER BY (p.ended_reason IS NOT NULL), \
             CASE p.relation WHEN 'head' THEN 1 WHEN 'wife' THEN 2 WHEN 'child' THEN 3 ELSE 4 END, \
             (p.birth_date IS NULL), p.birth_date, p.person_id",
            args![district, family, Instant::NEVER],
        )
        .await?;
    let mut args = args![district];
    let persons = args.push_list(rows.iter().map(|row| row.person_id));
    let maternity: Vec<MaternityRow> = db
        .all(
            &format!(
                "SELECT m.id, m.person_id, m.kind, m.starts_on, m.due_on, m.ends_on, m.source FROM maternity m \
                 WHERE m.district_id = $1 AND m.person_id IN ({persons}) AND m.retracted_at IS NULL \
                 ORDER BY m.starts_on DESC, m.id"
            ),
            args,
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let own: Vec<MaternityRow> =
                maternity.iter().filter(|one| one.person_id == row.person_id).cloned().collect();
            let facts = PersonFacts { birth_date: row.birth_date, ended: row.ended_reason.is_some() };
            let periods: Vec<Maternity> = own.iter().filter_map(MaternityRow::rule).collect();
            Member {
                id: row.person_id,
                version: row.version,
                source: row.source,
                valid_from: row.valid_from,
                relation: row.relation,
                name: row.name,
                sex: row.sex,
                birth_date: row.birth_date,
                nik_sealed: row.nik_sealed,
                parents_name: row.parents_name,
                posyandu: row.posyandu,
                ended_reason: row.ended_reason,
                ended_on: row.ended_on,
                target: rules::target_of(&facts, &periods, on),
                maternity: own,
            }
        })
        .collect())
}

asuh_store::row_struct! {
    /// What a visit found.
    pub(super) struct Visit {
        pub(super) result: String,
        pub(super) reason: String,
        pub(super) note: String,
        pub(super) visited_on: Date,
        pub(super) recorded_at: Instant,
        pub(super) by_name: Option<String>,
    }
}

/// What visits found, newest first, second visits of a kecamatan and those to merged records among them. Indexes: `verification_by_family`,
/// `recheck_by_family`.
pub(super) async fn visits(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Visit>, StoreError> {
    let sql = format!(
        "SELECT r.result, r.reason, r.note, r.visited_on, r.recorded_at, u.name AS by_name, r.id FROM verification r \
         LEFT JOIN app_user u ON u.district_id = r.district_id AND u.id = r.verified_by \
         WHERE r.district_id = $1 AND r.family_id IN {FAMILY_AND_ALIASES} AND r.retracted_at IS NULL \
         UNION ALL \
         SELECT s.result, '' AS reason, s.note, s.visited_on, s.recorded_at, u.name AS by_name, s.campaign_id AS id \
         FROM recheck s LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.checked_by \
         WHERE s.district_id = $1 AND s.family_id IN {FAMILY_AND_ALIASES} AND s.result IS NOT NULL \
         ORDER BY recorded_at DESC, id LIMIT 50"
    );
    db.all(&sql, args![district, family]).await
}
