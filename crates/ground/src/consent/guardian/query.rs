//! Reading consents. Every list is filtered by the caller's territories in the query itself.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::super::rules::Purpose;
use crate::access::Scope;
use crate::web::Text;

/// Consents on a page.
pub(super) const PAGE: usize = 50;

asuh_store::row_struct! {
    /// A family as far as these registers name it.
    pub(crate) struct FamilyLine {
        /// Its key.
        pub(crate) id: Id,
        /// Name of its head.
        pub(crate) head_name: String,
        /// Name of its village.
        pub(crate) village: Option<String>,
        /// RT.
        pub(crate) rt: String,
        /// RW.
        pub(crate) rw: String,
    }
}

/// A family within the caller's reach. Index: primary key of `family_version`.
pub(crate) async fn family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    scope: &Scope,
) -> Result<Option<FamilyLine>, StoreError> {
    let mut args = args![district, family, Instant::NEVER];
    let inside = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.first(
        &format!(
            "SELECT v.family_id AS id, v.head_name, t.name AS village, v.rt, v.rw FROM family_version v \
             LEFT JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
             WHERE v.district_id = $1 AND v.family_id = $2 AND v.superseded_at = $3 AND {inside}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A member of a family.
    pub(super) struct Member {
        pub(super) id: Id,
        pub(super) name: String,
    }
}

/// The present members of a family. Index: `person_version_by_family`.
pub(super) async fn members(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Member>, StoreError> {
    db.all(
        "SELECT person_id AS id, name FROM person_version \
         WHERE district_id = $1 AND family_id = $2 AND superseded_at = $3 AND ended_reason IS NULL \
         ORDER BY (birth_date IS NULL), birth_date, person_id",
        args![district, family, Instant::NEVER],
    )
    .await
}

asuh_store::row_struct! {
    /// A consent in a list.
    pub(super) struct ConsentLine {
        pub(super) id: Id,
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) village: Option<String>,
        pub(super) person_name: Option<String>,
        pub(super) purpose: String,
        pub(super) guardian_name: String,
        pub(super) relation: String,
        pub(super) method: String,
        pub(super) witness: String,
        pub(super) text_version: String,
        pub(super) given_on: Date,
        pub(super) attachment_id: Option<Id>,
        pub(super) recorded_at: Instant,
        pub(super) withdrawn_on: Option<Date>,
        pub(super) withdrawn_reason: Option<String>,
    }
}

const LINES: &str = "SELECT c.id, v.family_id, v.head_name, t.name AS village, p.name AS person_name, c.purpose, \
     c.guardian_name, c.relation, c.method, c.witness, c.text_version, c.given_on, c.attachment_id, c.recorded_at, \
     c.withdrawn_on, c.withdrawn_reason FROM consent c \
     JOIN family h ON h.district_id = c.district_id AND h.id = c.family_id \
     JOIN family_version v ON v.district_id = c.district_id AND v.family_id = COALESCE(h.canonical_id, h.id) \
     AND v.superseded_at = $2 \
     LEFT JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
     LEFT JOIN person w ON w.district_id = c.district_id AND w.id = c.person_id \
     LEFT JOIN person_version p ON p.district_id = w.district_id AND p.person_id = COALESCE(w.canonical_id, w.id) \
     AND p.superseded_at = $2 \
     WHERE c.district_id = $1";

/// What the register shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub(super) purpose: Option<Purpose>,
    /// Only those withdrawn.
    pub(super) withdrawn: bool,
    /// The last line of the page before.
    pub(super) after: Option<(Instant, Id)>,
}

/// The register, newest first; one more than a page when there are more. Indexes: `consent_by_time`, primary
/// keys of the versions.
pub(super) async fn register(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    filter: &Filter,
) -> Result<Vec<ConsentLine>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let mut sql =
        format!("{LINES} AND {}", scope.territory_condition("v.village_code", Some("v.rw"), &mut args));
    if let Some(purpose) = filter.purpose {
        sql.push_str(&format!(" AND c.purpose = {}", args.push(purpose.code())));
    }
    if filter.withdrawn {
        sql.push_str(" AND c.withdrawn_on IS NOT NULL");
    }
    if let Some((at, id)) = filter.after {
        sql.push_str(&format!(" AND (c.recorded_at, c.id) < ({}, {})", args.push(at), args.push(id)));
    }
    sql.push_str(&format!(" ORDER BY c.recorded_at DESC, c.id DESC LIMIT {}", args.push(PAGE as i64 + 1)));
    db.all(&sql, args).await
}

/// The consents of a family and of those merged into it, newest first; the caller has found the family within reach. Index:
/// `consent_by_family`.
pub(super) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<ConsentLine>, StoreError> {
    let args = args![district, Instant::NEVER, family];
    let own = "c.family_id IN (SELECT f.id FROM family f WHERE f.district_id = $1 \
               AND (f.id = $3 OR f.canonical_id = $3))";
    db.all(&format!("{LINES} AND {own} ORDER BY c.recorded_at DESC, c.id DESC"), args).await
}

/// One consent within the caller's reach. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<ConsentLine>, StoreError> {
    let mut args = args![district, Instant::NEVER, id];
    let inside = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.first(&format!("{LINES} AND c.id = $3 AND {inside}"), args).await
}

/// Whether a consent holds on a day: for the whole family, or for this person of it. Withdrawal ends it with the
/// day of withdrawal. What was said for a record that was merged since is shown and does not count here: nobody knows
/// whether a guardian who withdrew it for one of the two meant both, so it is asked for anew. Index: `consent_by_family`.
///
/// # Errors
/// The store fails.
pub async fn holds(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    person: Option<Id>,
    purpose: Purpose,
    on: Date,
) -> Result<bool, StoreError> {
    let mut args: Args = args![district, family, purpose.code(), on];
    let of_person = match person {
        Some(person) => format!("(person_id IS NULL OR person_id = {})", args.push(person)),
        None => "person_id IS NULL".to_owned(),
    };
    let found = db
        .number(
            &format!(
                "SELECT COUNT(*) AS n FROM consent WHERE district_id = $1 AND family_id = $2 AND purpose = $3 \
                 AND given_on <= $4 AND (withdrawn_on IS NULL OR withdrawn_on > $4) AND {of_person}"
            ),
            args,
        )
        .await?;
    Ok(found > 0)
}

impl ConsentLine {
    /// The translation of its purpose.
    pub(super) fn purpose_key(&self) -> String {
        format!("consent.purpose.{}", self.purpose)
    }
}

/// The consents of a family as its own export tells them.
pub(in crate::consent) async fn exported(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    text: &Text,
) -> Result<Vec<Vec<String>>, StoreError> {
    let told = |line: ConsentLine| {
        let withdrawn = line.withdrawn_on.map(|day| text.day(day)).unwrap_or_default();
        vec![
            text.t(&format!("consent.purpose.{}", line.purpose)).into_owned(),
            line.person_name.unwrap_or_default(),
            format!("{} ({})", line.guardian_name, text.t(&format!("consent.relation.{}", line.relation))),
            text.t(&format!("consent.method.{}", line.method)).into_owned(),
            text.day(line.given_on),
            format!("{withdrawn} {}", line.withdrawn_reason.unwrap_or_default()).trim().to_owned(),
        ]
    };
    Ok(of_family(db, district, family).await?.into_iter().map(told).collect())
}
