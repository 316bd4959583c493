//! The children that somebody may measure, with what was taken of them last.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use asuh_ground::access::Scope;

/// Children on one sheet.
pub(super) const SHEET: usize = 120;

asuh_store::row_struct! {
    /// A child with its latest measurement.
    pub(crate) struct ChildLine {
        pub(crate) person_id: Id,
        pub(crate) family_id: Id,
        pub(crate) name: String,
        pub(crate) sex: Option<String>,
        pub(crate) birth_date: Option<Date>,
        pub(crate) village_code: i64,
        pub(crate) village: Option<String>,
        pub(crate) rw: String,
        /// Where it was measured last, else where the list says it belongs.
        pub(crate) posyandu: String,
        pub(crate) last_on: Option<Date>,
        pub(crate) last_weight: Option<i64>,
        pub(crate) last_height: Option<i64>,
        /// The form's measurement of the asked day, if there is one.
        pub(crate) today_id: Option<Id>,
        pub(crate) today_weight: Option<i64>,
        pub(crate) today_height: Option<i64>,
    }
}

const LINE: &str = "p.person_id, p.family_id, p.name, p.sex, p.birth_date, f.village_code, t.name AS village, f.rw, \
     COALESCE(NULLIF(m.posyandu, ''), p.posyandu) AS posyandu, m.measured_on AS last_on, m.weight_g AS last_weight, \
     m.height_mm AS last_height, \
     d.id AS today_id, d.weight_g AS today_weight, d.height_mm AS today_height";

/// Joins the latest measurement, and what the form holds of a day (`$4`).
const LATEST: &str = "LEFT JOIN territory t ON t.district_id = f.district_id AND t.code = f.village_code \
     LEFT JOIN measurement m ON m.district_id = p.district_id AND m.id = ( \
         SELECT x.id FROM measurement x WHERE x.district_id = $1 AND x.person_id = p.person_id \
         AND x.retracted_at IS NULL ORDER BY x.measured_on DESC, x.recorded_at DESC, x.id DESC LIMIT 1) \
     LEFT JOIN measurement d ON d.district_id = p.district_id AND d.person_id = p.person_id \
     AND d.measured_on = $4 AND d.source = 'form' AND d.retracted_at IS NULL";

/// A child within reach. Indexes: person_version_current, family_version_current, measurement_by_person.
pub(crate) async fn child(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    person: Id,
    on: Date,
) -> Result<Option<ChildLine>, StoreError> {
    let mut args = args![district, Instant::NEVER, person, on];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.first(
        &format!(
            "SELECT {LINE} FROM person_version p \
             JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
             AND f.superseded_at = $2 {LATEST} \
             WHERE p.district_id = $1 AND p.person_id = $3 AND p.superseded_at = $2 AND p.ended_reason IS NULL \
             AND {reached}"
        ),
        args,
    )
    .await
}

/// The children of a family who were below five years on a day, or are born since, with what the form holds of that day;
/// the youngest first. Indexes: family_version_current, person_version_by_family, measurement_by_person.
pub(super) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    family: Id,
    on: Date,
    born_after: Date,
) -> Result<Vec<ChildLine>, StoreError> {
    let mut args = args![district, Instant::NEVER, family, on, born_after];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.all(
        &format!(
            "SELECT {LINE} FROM family_version f \
             JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id \
             AND p.superseded_at = $2 {LATEST} \
             WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.family_id = $3 \
             AND p.ended_reason IS NULL AND p.birth_date > $5 AND {reached} \
             ORDER BY p.birth_date DESC, p.person_id"
        ),
        args,
    )
    .await
}

/// Which children a sheet shows.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    pub(super) village: i64,
    /// Only this RW, when not empty.
    pub(super) rw: String,
    /// Only this posyandu, when not empty.
    pub(super) posyandu: String,
    /// The day of measuring: children are below 60 months on it.
    pub(super) on: Date,
    /// Born after this day.
    pub(super) born_after: Date,
    /// After this child.
    pub(super) after: Option<Id>,
}

/// The children of a village's sheet, by name; one more than [`SHEET`] when there are more. Indexes:
/// family_version_list, person_version_by_family, measurement_by_person.
pub(super) async fn sheet(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
) -> Result<Vec<ChildLine>, StoreError> {
    let mut args = args![district, Instant::NEVER, selection.village, selection.on, selection.born_after];
    let mut conditions = vec![scope.territory_condition("f.village_code", Some("f.rw"), &mut args)];
    if !selection.rw.is_empty() {
        conditions.push(format!("f.rw = {}", args.push(&selection.rw)));
    }
    if !selection.posyandu.is_empty() {
        conditions.push(format!(
            "COALESCE(NULLIF(m.posyandu, ''), p.posyandu) = {}",
            args.push(&selection.posyandu)
        ));
    }
    if let Some(after) = selection.after {
        conditions.push(format!(
            "(p.name_search, p.person_id) > (SELECT c.name_search, c.person_id FROM person_version c \
             WHERE c.district_id = $1 AND c.person_id = {} AND c.superseded_at = $2)",
            args.push(after)
        ));
    }
    db.all(
        &format!(
            "SELECT {LINE} FROM family_version f \
             JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id \
             AND p.superseded_at = $2 {LATEST} \
             WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.village_code = $3 \
             AND p.ended_reason IS NULL AND p.birth_date > $5 AND p.birth_date <= $4 AND {} \
             ORDER BY p.name_search, p.person_id LIMIT {}",
            conditions.join(" AND "),
            SHEET + 1
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// Where a child belongs within its village.
    pub(super) struct Corner {
        pub(super) rw: String,
        pub(super) posyandu: String,
    }
}

/// The RW and posyandu of a village's children below five years. Indexes as for [`sheet`].
pub(super) async fn corners(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    village: i64,
    born_after: Date,
) -> Result<Vec<Corner>, StoreError> {
    let mut args = args![district, Instant::NEVER, village, born_after];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.all(
        &format!(
            "SELECT DISTINCT f.rw, COALESCE(NULLIF(m.posyandu, ''), p.posyandu) AS posyandu FROM family_version f \
             JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id \
             AND p.superseded_at = $2 \
             LEFT JOIN measurement m ON m.district_id = p.district_id AND m.id = ( \
                 SELECT x.id FROM measurement x WHERE x.district_id = $1 AND x.person_id = p.person_id \
                 AND x.retracted_at IS NULL ORDER BY x.measured_on DESC, x.recorded_at DESC, x.id DESC LIMIT 1) \
             WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.village_code = $3 \
             AND p.ended_reason IS NULL AND p.birth_date > $4 AND {reached}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// What the door has to know of a child before it writes.
    pub(crate) struct Reached {
        pub(crate) person_id: Id,
        pub(crate) sex: Option<String>,
        pub(crate) birth_date: Option<Date>,
    }
}

/// Those of the children that are within reach. Indexes: person_version_current, family_version_current.
pub(crate) async fn reached(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    persons: &[Id],
) -> Result<Vec<Reached>, StoreError> {
    let mut args: Args = args![district, Instant::NEVER];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let list = args.push_list(persons.iter().copied());
    db.all(
        &format!(
            "SELECT p.person_id, p.sex, p.birth_date FROM person_version p \
             JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
             AND f.superseded_at = $2 \
             WHERE p.district_id = $1 AND p.person_id IN ({list}) AND p.superseded_at = $2 \
             AND p.ended_reason IS NULL AND {reached}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// One measurement with its child, whether it holds or not.
    pub(crate) struct Entered {
        pub(crate) id: Id,
        pub(crate) person_id: Id,
        pub(crate) name: String,
        pub(crate) sex: Option<String>,
        pub(crate) birth_date: Option<Date>,
        pub(crate) village_code: i64,
        pub(crate) rw: String,
        pub(crate) measured_on: Date,
        pub(crate) weight_g: Option<i64>,
        pub(crate) height_mm: Option<i64>,
        pub(crate) position: Option<String>,
        pub(crate) arm_mm: Option<i64>,
        pub(crate) head_mm: Option<i64>,
        pub(crate) oedema: i64,
        pub(crate) gain: Option<String>,
        pub(crate) posyandu: String,
        pub(crate) source: String,
        pub(crate) recorded_by: Id,
        pub(crate) recorded_at: Instant,
        pub(crate) retracted_at: Option<Instant>,
        pub(crate) retracted_reason: Option<String>,
        pub(crate) replaces_id: Option<Id>,
        pub(crate) implausible: String,
        pub(crate) own_gain: Option<String>,
    }
}

/// Measurements with their child and its family as they stand; `$1` the district, `$2` [`Instant::NEVER`].
const ENTERED: &str = "SELECT m.id, m.person_id, p.name, p.sex, p.birth_date, f.village_code, f.rw, m.measured_on, m.weight_g, \
     m.height_mm, m.position, m.arm_mm, m.head_mm, m.oedema, m.gain, m.posyandu, m.source, \
     m.recorded_by, m.recorded_at, m.retracted_at, m.retracted_reason, m.replaces_id, m.implausible, m.own_gain \
     FROM measurement m \
     JOIN person_version p ON p.district_id = m.district_id AND p.person_id = m.person_id AND p.superseded_at = $2 \
     JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $2";

/// A measurement of a child within reach. Indexes: primary key, person_version_current, family_version_current.
pub(crate) async fn entered(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Entered>, StoreError> {
    let mut args = args![district, Instant::NEVER, id];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.first(&format!("{ENTERED} WHERE m.district_id = $1 AND m.id = $3 AND {reached}"), args).await
}

/// What was measured of children on a day and holds, what was entered by form first. Indexes: measurement_once,
/// person_version_current, family_version_current.
pub(super) async fn of_day(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    children: &[Id],
    on: Date,
) -> Result<Vec<Entered>, StoreError> {
    let mut args = args![district, Instant::NEVER, on];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let list = args.push_list(children.iter().copied());
    db.all(
        &format!(
            "{ENTERED} WHERE m.district_id = $1 AND m.person_id IN ({list}) AND m.measured_on = $3 AND m.retracted_at IS NULL \
             AND {reached} ORDER BY CASE WHEN m.source = 'form' THEN 0 ELSE 1 END, m.recorded_at, m.id"
        ),
        args,
    )
    .await
}

/// The form's measurement that replaced another one, if one did. Index: measurement_by_person.
pub(crate) async fn replacement(
    db: &impl Query,
    district: DistrictId,
    of: &Entered,
) -> Result<Option<Id>, StoreError> {
    let found: Option<(Id,)> = db
        .first(
            "SELECT id FROM measurement WHERE district_id = $1 AND person_id = $2 AND replaces_id = $3 \
             AND retracted_at IS NULL",
            args![district, of.person_id, of.id],
        )
        .await?;
    Ok(found.map(|row| row.0))
}
