//! What is read of measurements.

use asuh_nusantara::TerritoryCode;
use asuh_store::{Args, DistrictId, FromRow, Id, Instant, Query, Row, StoreError, args};
use time::Date;

use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// A measurement of a child.
    pub struct Measurement {
        /// The child.
        pub person_id: Id,
        /// Its name.
        pub name: String,
        /// 'L', 'P'.
        pub sex: Option<String>,
        /// Birthday.
        pub birth_date: Option<Date>,
        /// The family.
        pub family_id: Id,
        /// The day.
        pub measured_on: Date,
        /// Weight in grams.
        pub weight_g: Option<i64>,
        /// Length or height in millimetres.
        pub height_mm: Option<i64>,
        /// 'lying', 'standing'.
        pub position: Option<String>,
        /// Upper arm (LiLA) in millimetres.
        pub arm_mm: Option<i64>,
        /// Oedema of both feet.
        pub oedema: bool,
        /// Our weight for age, z times 100.
        pub waz: Option<i64>,
        /// Our height for age, z times 100.
        pub haz: Option<i64>,
        /// Our weight for height, z times 100.
        pub whz: Option<i64>,
        /// Our 'N', 'T', 'O', 'B'.
        pub own_gain: Option<String>,
        /// Weight for age as the file printed it, z times 100.
        pub file_waz: Option<i64>,
        /// Height for age as the file printed it, z times 100.
        pub file_haz: Option<i64>,
        /// Weight for height as the file printed it, z times 100.
        pub file_whz: Option<i64>,
        /// Status word for weight, as printed.
        pub file_weight_status: Option<String>,
        /// Status word for height, as printed.
        pub file_height_status: Option<String>,
        /// Status word for weight for height, as printed.
        pub file_wasting_status: Option<String>,
        /// 'N', 'T', 'O', 'B' as the cadre or the file wrote it.
        pub gain: Option<String>,
        /// The posyandu of the day.
        pub posyandu: String,
        /// Where it comes from: 'eppgbm', 'sigizi', 'form'.
        pub source: String,
    }
}

const COLUMNS: &str = "p.person_id, p.name, p.sex, p.birth_date, p.family_id, m.measured_on, m.weight_g, m.height_mm, \
     m.position, m.arm_mm, m.oedema, m.waz, m.haz, m.whz, m.own_gain, m.file_waz, m.file_haz, m.file_whz, \
     m.file_weight_status, m.file_height_status, m.file_wasting_status, m.gain, m.posyandu, m.source";

asuh_store::row_struct! {
    /// How a child stands by height for age, weight for age and weight for height: z times 100, category, and the
    /// measurement that they are of.
    pub(super) struct Stands {
        pub(super) stands_haz: Option<i64>,
        pub(super) height_status: Option<String>,
        pub(super) haz_on: Option<Date>,
        pub(super) haz_source: Option<String>,
        pub(super) stands_waz: Option<i64>,
        pub(super) weight_status: Option<String>,
        pub(super) waz_on: Option<Date>,
        pub(super) waz_source: Option<String>,
        pub(super) stands_whz: Option<i64>,
        pub(super) wasting_status: Option<String>,
        pub(super) whz_on: Option<Date>,
        pub(super) whz_source: Option<String>,
        pub(super) implausible: Option<String>,
    }
}

const STANDS: &str = "g.haz AS stands_haz, g.height_status, h.measured_on AS haz_on, h.source AS haz_source, \
     g.waz AS stands_waz, g.weight_status, w.measured_on AS waz_on, w.source AS waz_source, \
     g.whz AS stands_whz, g.wasting_status, l.measured_on AS whz_on, l.source AS whz_source, g.implausible";

/// A child's latest measurement, and how the child stands.
pub(super) struct Latest {
    pub(super) measurement: Measurement,
    pub(super) stands: Stands,
}

impl FromRow for Latest {
    fn from_row(row: &Row) -> Result<Latest, StoreError> {
        Ok(Latest { measurement: Measurement::from_row(row)?, stands: Stands::from_row(row)? })
    }
}

/// The name of a village of which something is within reach. Index: primary key of territory.
///
/// # Errors
/// The store fails.
pub(super) async fn village(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    code: i64,
) -> Result<Option<String>, StoreError> {
    let reached = |code| scope.areas.iter().any(|area| area.code.contains(code));
    if !TerritoryCode::from_i64(code).is_ok_and(reached) {
        return Ok(None);
    }
    let found: Option<(String,)> = db
        .first(
            "SELECT name FROM territory WHERE district_id = $1 AND code = $2 AND level = 'village'",
            args![district, code],
        )
        .await?;
    Ok(found.map(|row| row.0))
}

/// Children on one page.
pub(super) const CHILDREN: usize = 50;

/// The children of a village (of the RW within reach) with their latest measurement and how they stand, by name;
/// one more than [`CHILDREN`] when there are more. Indexes: family_version_list, person_version_by_family,
/// measurement_by_person, primary keys of child_growth and measurement.
///
/// # Errors
/// The store fails.
pub(super) async fn latest(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    village: i64,
    cursor: Option<Id>,
) -> Result<Vec<Latest>, StoreError> {
    let mut args = args![district, Instant::NEVER, village];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let after = match cursor {
        None => String::new(),
        Some(id) => format!(
            " AND (p.name_search, p.person_id) > (SELECT c.name_search, c.person_id FROM person_version c \
             WHERE c.district_id = $1 AND c.person_id = {} AND c.superseded_at = $2)",
            args.push(id)
        ),
    };
    db.all(
        &format!(
            "SELECT {COLUMNS}, {STANDS} FROM family_version f \
             JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id \
             AND p.superseded_at = $2 \
             JOIN measurement m ON m.district_id = p.district_id AND m.id = ( \
                 SELECT x.id FROM measurement x WHERE x.district_id = $1 AND x.person_id = p.person_id \
                 AND x.retracted_at IS NULL ORDER BY x.measured_on DESC, x.recorded_at DESC, x.id DESC LIMIT 1) \
             LEFT JOIN child_growth g ON g.district_id = p.district_id AND g.person_id = p.person_id \
             LEFT JOIN measurement h ON h.district_id = g.district_id AND h.id = g.haz_from \
             LEFT JOIN measurement w ON w.district_id = g.district_id AND w.id = g.waz_from \
             LEFT JOIN measurement l ON l.district_id = g.district_id AND l.id = g.whz_from \
             WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.village_code = $3 AND {reached}{after} \
             ORDER BY p.name_search, p.person_id LIMIT {}",
            CHILDREN + 1
        ),
        args,
    )
    .await
}

/// All measurements of a family's children, by child and day, for the family itself. Indexes:
/// person_version_by_family, measurement_by_person.
///
/// # Errors
/// The store fails.
pub(super) async fn whole_of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Measurement>, StoreError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM person_version p \
             JOIN measurement m ON m.district_id = p.district_id AND m.person_id = p.person_id \
             AND m.retracted_at IS NULL \
             WHERE p.district_id = $1 AND p.superseded_at = $2 AND p.family_id = $3 \
             ORDER BY p.name_search, p.person_id, m.measured_on, m.id"
        ),
        args![district, Instant::NEVER, family],
    )
    .await
}

/// The newest measurements of a family's children that stand in the panel.
const IN_PANEL: usize = 24;

/// The measurements of a family's children, by child, the newest first; nothing when the family is out of reach.
/// Indexes: primary key of family_version, person_version_by_family, measurement_by_person.
///
/// # Errors
/// The store fails.
pub async fn of_family(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    family: Id,
) -> Result<Vec<Measurement>, StoreError> {
    let mut args = args![district, Instant::NEVER, family];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM family_version f \
             JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id \
             AND p.superseded_at = $2 \
             JOIN measurement m ON m.district_id = p.district_id AND m.person_id = p.person_id \
             AND m.retracted_at IS NULL \
             WHERE f.district_id = $1 AND f.family_id = $3 AND f.superseded_at = $2 AND {reached} \
             ORDER BY p.name_search, p.person_id, m.measured_on DESC, m.id LIMIT {IN_PANEL}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A village as a file may name it.
    pub(super) struct Place {
        pub(super) code: i64,
        pub(super) name: String,
        pub(super) level: String,
    }
}

/// The kecamatan and villages of the district: some hundreds. Index: territory_by_level.
pub(super) async fn places(db: &impl Query, district: DistrictId) -> Result<Vec<Place>, StoreError> {
    db.all(
        "SELECT code, name, level FROM territory WHERE district_id = $1 AND level IN ('subdistrict', 'village') \
         AND valid_to IS NULL ORDER BY code",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// A child that a row may mean.
    #[derive(PartialEq, Eq)]
    pub(super) struct Candidate {
        pub(super) person_id: Id,
        pub(super) nik_hash: Option<Vec<u8>>,
        pub(super) name_search: String,
        pub(super) sex: Option<String>,
        pub(super) birth_date: Option<Date>,
        pub(super) village_code: i64,
        pub(super) rw: String,
    }
}

/// The persons with one of these NIKs or birthdays. Indexes: person_version_by_nik, person_version_by_birth,
/// primary key of family_version. Two statements however many rows: at most a chunk of them.
pub(super) async fn candidates(
    db: &impl Query,
    district: DistrictId,
    hashes: &[[u8; 32]],
    births: &[Date],
) -> Result<Vec<Candidate>, StoreError> {
    let select = |condition: String| {
        format!(
            // CROSS JOIN: the persons first, by the index that the condition is made for.
            "SELECT p.person_id, p.nik_hash, p.name_search, p.sex, p.birth_date, f.village_code, f.rw \
             FROM person_version p CROSS JOIN family_version f WHERE p.district_id = $1 AND {condition} \
             AND f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $2"
        )
    };
    let mut found: Vec<Candidate> = Vec::new();
    if !hashes.is_empty() {
        let mut args: Args = args![district, Instant::NEVER];
        let list = args.push_list(hashes.iter().copied());
        found.extend(
            db.all::<Candidate>(
                &select(format!(
                    "+p.superseded_at = $2 AND p.nik_hash IN ({list}) AND p.nik_hash IS NOT NULL"
                )),
                args,
            )
            .await?,
        );
    }
    if !births.is_empty() {
        let mut args: Args = args![district, Instant::NEVER];
        let list = args.push_list(births.iter().copied());
        found.extend(
            db.all::<Candidate>(&select(format!("p.superseded_at = $2 AND p.birth_date IN ({list})")), args)
                .await?,
        );
    }
    Ok(found)
}

asuh_store::row_struct! {
    /// What is held of a measurement, for comparing.
    pub(super) struct Held {
        pub(super) id: Id,
        pub(super) person_id: Id,
        pub(super) measured_on: Date,
        pub(super) weight_g: Option<i64>,
        pub(super) height_mm: Option<i64>,
        pub(super) position: Option<String>,
        pub(super) arm_mm: Option<i64>,
        pub(super) head_mm: Option<i64>,
        pub(super) oedema: i64,
        pub(super) file_waz: Option<i64>,
        pub(super) file_haz: Option<i64>,
        pub(super) file_whz: Option<i64>,
        pub(super) file_weight_status: Option<String>,
        pub(super) file_height_status: Option<String>,
        pub(super) file_wasting_status: Option<String>,
        pub(super) gain: Option<String>,
        pub(super) posyandu: String,
        pub(super) source: String,
    }
}

/// The measurements of these children that hold. Index: measurement_by_person.
pub(super) async fn held(
    db: &impl Query,
    district: DistrictId,
    persons: &[Id],
) -> Result<Vec<Held>, StoreError> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let mut args: Args = args![district];
    let list = args.push_list(persons.iter().copied());
    db.all(
        &format!(
            "SELECT id, person_id, measured_on, weight_g, height_mm, position, arm_mm, head_mm, oedema, file_waz, file_haz, file_whz, \
             file_weight_status, file_height_status, file_wasting_status, gain, posyandu, source FROM measurement \
             WHERE district_id = $1 AND person_id IN ({list}) AND retracted_at IS NULL"
        ),
        args,
    )
    .await
}
