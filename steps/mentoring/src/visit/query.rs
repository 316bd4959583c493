//! Reading visits. Whoever reads has found the family within his scope, or the query carries it.

use asuh_ground::access::Scope;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

/// Visits on a page.
pub(crate) const PAGE: usize = 20;

asuh_store::row_struct! {
    /// A visit, whether it holds or not.
    pub(crate) struct Visit {
        pub(crate) id: Id,
        /// The family as it is known now: of a merged one the canonical record.
        pub(crate) family_id: Id,
        pub(crate) head_name: String,
        pub(crate) visited_on: Date,
        pub(crate) sponsor_id: Option<Id>,
        pub(crate) advice_sealed: Option<Vec<u8>>,
        pub(crate) next_on: Option<Date>,
        pub(crate) photo_id: Option<Id>,
        pub(crate) recorded_by: Id,
        pub(crate) by_name: Option<String>,
        pub(crate) recorded_at: Instant,
        pub(crate) replaces_id: Option<Id>,
        pub(crate) retracted_at: Option<Instant>,
        pub(crate) retracted_reason: Option<String>,
        pub(crate) replaced_by: Option<Id>,
    }
}

const VISIT: &str = "SELECT x.id, f.family_id, f.head_name, x.visited_on, x.sponsor_id, x.advice_sealed, x.next_on, \
     x.photo_id, x.recorded_by, u.name AS by_name, x.recorded_at, x.replaces_id, x.retracted_at, x.retracted_reason, \
     (SELECT n.id FROM visit n WHERE n.district_id = x.district_id AND n.family_id = x.family_id \
      AND n.replaces_id = x.id) AS replaced_by \
     FROM visit x \
     JOIN family h ON h.district_id = x.district_id AND h.id = x.family_id \
     JOIN family_version f ON f.district_id = x.district_id AND f.family_id = COALESCE(h.canonical_id, h.id) \
     AND f.superseded_at = $3 \
     LEFT JOIN app_user u ON u.district_id = x.district_id AND u.id = x.recorded_by";

/// A visit to a family within the scope. Indexes: primary keys, family_version_current, visit_by_family.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Visit>, StoreError> {
    let mut args = args![district, id, Instant::NEVER];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.first(&format!("{VISIT} WHERE x.district_id = $1 AND x.id = $2 AND {within}"), args).await
}

/// The visits to a family and to those merged into it that hold, the newest first, after the one given; one more than
/// `most` when there are more. Index: visit_by_family.
pub(crate) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    after: Option<Id>,
    most: usize,
) -> Result<Vec<Visit>, StoreError> {
    let mut args = args![district, family, Instant::NEVER];
    let after = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (x.visited_on, x.recorded_at, x.id) < (SELECT c.visited_on, c.recorded_at, c.id FROM visit c \
             WHERE c.district_id = $1 AND c.id = {})",
            args.push(id)
        ),
    };
    db.all(
        &format!(
            "{VISIT} WHERE x.district_id = $1 AND x.family_id IN {FAMILY_AND_ALIASES} AND x.retracted_at IS NULL{after} \
             ORDER BY x.visited_on DESC, x.recorded_at DESC, x.id DESC LIMIT {}",
            most + 1
        ),
        args,
    )
    .await
}

/// What was measured of a family's members on a day and holds. Indexes: person_version_by_family,
/// measurement_once.
pub(crate) async fn measured_at(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    on: Date,
) -> Result<Vec<Id>, StoreError> {
    let rows: Vec<(Id,)> = db
        .all(
            "SELECT m.id FROM person_version p \
             JOIN measurement m ON m.district_id = p.district_id AND m.person_id = p.person_id \
             AND m.measured_on = $4 AND m.retracted_at IS NULL \
             WHERE p.district_id = $1 AND p.family_id = $2 AND p.superseded_at = $3",
            args![district, family, Instant::NEVER, on],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

asuh_store::row_struct! {
    /// An answer of a visit.
    pub(crate) struct AnswerRow {
        pub(crate) visit_id: Id,
        pub(crate) person_id: Option<Id>,
        pub(crate) name: Option<String>,
        pub(crate) question: String,
        pub(crate) answer: String,
        pub(crate) note_sealed: Option<Vec<u8>>,
    }
}

/// The answers of visits, in the order in which they were asked. Indexes: primary keys, person_version_current.
pub(crate) async fn answers(
    db: &impl Query,
    district: DistrictId,
    visits: &[Id],
) -> Result<Vec<AnswerRow>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let list = args.push_list(visits.iter().copied());
    db.all(
        &format!(
            "SELECT a.visit_id, a.person_id, p.name, a.question, a.answer, a.note_sealed FROM visit_answer a \
             LEFT JOIN person w ON w.district_id = a.district_id AND w.id = a.person_id \
             LEFT JOIN person_version p ON p.district_id = w.district_id \
             AND p.person_id = COALESCE(w.canonical_id, w.id) AND p.superseded_at = $2 \
             WHERE a.district_id = $1 AND a.visit_id IN ({list}) ORDER BY a.visit_id, a.nth"
        ),
        args,
    )
    .await
}
