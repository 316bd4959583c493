//! What is read of the roster.

use asuh_store::{Args, DistrictId, Id, Instant, LookupHash, Query, StoreError, args};
use time::Date;

use crate::after;
use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// A sponsor as he is known now.
    pub struct SponsorLine {
        /// Key.
        pub id: Id,
        /// 'asn', 'person', 'institution'.
        pub kind: String,
        /// Number of the newest version.
        pub version: i64,
        /// From which day that version holds.
        pub valid_from: Date,
        /// Where it comes from: 'asn' (a roster file), 'form'.
        pub source: String,
        /// Name.
        pub name: String,
        /// Encrypted NIP; NULL for helpers without one.
        pub nip_sealed: Option<Vec<u8>>,
        /// Keyed hash of the NIP.
        pub nip_hash: Option<Vec<u8>>,
        /// Encrypted phone number.
        pub phone_sealed: Option<Vec<u8>>,
        /// The unit where he works.
        pub unit_id: Option<Id>,
        /// Its name; empty without one.
        pub unit: String,
        /// The institution of the district's list that it is.
        pub institution_id: Option<Id>,
        /// Its name; empty without one.
        pub institution: String,
        /// Home territory.
        pub home_code: Option<i64>,
        /// Its name; empty without one.
        pub home: String,
        /// 'active', 'left'.
        pub status: String,
        /// Why he left: 'retired', 'moved', 'died', 'closed', 'other'.
        pub leaving: Option<String>,
        /// As the GENTING tally counts him; see [`Category`](crate::sponsors::Category).
        pub category: String,
        /// His own family card, encrypted, if he told it.
        pub kk_sealed: Option<Vec<u8>>,
        /// Its keyed hash, as that of families.
        pub kk_hash: Option<Vec<u8>>,
    }
}

const SPONSOR: &str = "SELECT s.id, s.kind, v.version, v.valid_from, v.source, v.name, v.nip_sealed, v.nip_hash, \
     v.phone_sealed, v.unit_id, COALESCE(u.name, '') AS unit, s.institution_id, \
     COALESCE(i.name, '') AS institution, v.home_code, COALESCE(h.name, '') AS home, v.status, \
     v.leaving, v.category, v.kk_sealed, v.kk_hash \
     FROM sponsor_version v JOIN sponsor s ON s.district_id = v.district_id AND s.id = v.sponsor_id \
     LEFT JOIN institution u ON u.district_id = v.district_id AND u.id = v.unit_id \
     LEFT JOIN institution i ON i.district_id = s.district_id AND i.id = s.institution_id \
     LEFT JOIN territory h ON h.district_id = v.district_id AND h.code = v.home_code";

/// A sponsor. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn sponsor(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<SponsorLine>, StoreError> {
    db.first(
        &format!("{SPONSOR} WHERE v.district_id = $1 AND v.sponsor_id = $2 AND v.superseded_at = $3"),
        args![district, id, Instant::NEVER],
    )
    .await
}

/// Somebody of the roster whose unit is within reach. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn sponsor_within(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<SponsorLine>, StoreError> {
    let mut args = args![district, id, Instant::NEVER];
    let reached = scope.unit_condition("v.unit_id", &mut args);
    db.first(
        &format!(
            "{SPONSOR} WHERE v.district_id = $1 AND v.sponsor_id = $2 AND v.superseded_at = $3 AND s.kind = 'asn' \
             AND {reached}"
        ),
        args,
    )
    .await
}

/// People on one page of a roster list.
pub(crate) const PEOPLE: usize = 50;

/// The active people of a unit, by name; one more than [`PEOPLE`] when there are more. Index:
/// sponsor_version_by_unit.
///
/// # Errors
/// The store fails.
pub async fn of_unit(
    db: &impl Query,
    district: DistrictId,
    unit: Id,
    cursor: Option<Id>,
) -> Result<Vec<SponsorLine>, StoreError> {
    let mut args = args![district, unit, Instant::NEVER];
    let after = after(cursor, &mut args);
    db.all(
        &format!(
            "{SPONSOR} WHERE v.district_id = $1 AND v.unit_id = $2 AND v.superseded_at = $3 \
             AND v.status = 'active'{after} ORDER BY v.name_search, v.sponsor_id LIMIT {}",
            PEOPLE + 1
        ),
        args,
    )
    .await
}

/// People within reach, of the roster alone or sponsors of every kind, whose name begins with or has a word beginning
/// with the searched words; at most [`PEOPLE`]. Index: sponsor_version_list.
///
/// # Errors
/// The store fails.
pub async fn by_name(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    name: &str,
    roster_only: bool,
) -> Result<Vec<SponsorLine>, StoreError> {
    let key = asuh_nusantara::name::search_key(name);
    let mut args = args![district, Instant::NEVER, format!("{key}%"), format!("% {key}%")];
    let reached = scope.unit_condition("v.unit_id", &mut args);
    let kind = if roster_only { " AND s.kind = 'asn'" } else { "" };
    db.all(
        &format!(
            "{SPONSOR} WHERE v.district_id = $1 AND v.superseded_at = $2{kind} \
             AND (v.name_search LIKE $3 OR v.name_search LIKE $4) AND {reached} \
             ORDER BY v.name_search, v.sponsor_id LIMIT {PEOPLE}"
        ),
        args,
    )
    .await
}

/// The current sponsors with one of these NIPs. Index: sponsor_version_by_nip, which holds present versions alone: SQLite
/// takes it only where the statement says the same instant, and not a place for it.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_nips(
    db: &impl Query,
    district: DistrictId,
    hashes: &[LookupHash],
) -> Result<Vec<SponsorLine>, StoreError> {
    let mut found = Vec::new();
    for some in hashes.chunks(500) {
        let mut args = Args::new().with(district);
        let list = args.push_list(some.iter().copied());
        found.extend(
            db.all::<SponsorLine>(
                &format!(
                    "{SPONSOR} WHERE v.district_id = $1 AND v.nip_hash IN ({list}) \
                     AND v.nip_hash IS NOT NULL AND v.superseded_at = {}",
                    Instant::NEVER.0
                ),
                args,
            )
            .await?,
        );
    }
    Ok(found)
}

/// The current civil servants and helpers without a NIP of these units. Index: sponsor_version_by_unit.
///
/// # Errors
/// The store fails.
pub(crate) async fn without_nip(
    db: &impl Query,
    district: DistrictId,
    units: &[Id],
) -> Result<Vec<SponsorLine>, StoreError> {
    let mut found = Vec::new();
    for some in units.chunks(500) {
        let mut args = Args::new().with(district);
        let list = args.push_list(some.iter().copied());
        let never = args.push(Instant::NEVER);
        found.extend(
            db.all::<SponsorLine>(
                &format!(
                    "{SPONSOR} WHERE v.district_id = $1 AND v.unit_id IN ({list}) AND v.nip_hash IS NULL \
                     AND v.superseded_at = {never}"
                ),
                args,
            )
            .await?,
        );
    }
    Ok(found)
}

asuh_store::row_struct! {
    /// A village or kecamatan to choose as a home.
    pub struct Territory {
        /// Its code.
        pub code: i64,
        /// Its name.
        pub name: String,
        /// The kecamatan of a village; empty for a kecamatan.
        pub inside: String,
    }
}

/// The kecamatan and villages of the district, by name of the kecamatan: some hundreds. Index:
/// territory_by_level.
///
/// # Errors
/// The store fails.
pub(crate) async fn territories(db: &impl Query, district: DistrictId) -> Result<Vec<Territory>, StoreError> {
    db.all(
        "SELECT t.code, t.name, COALESCE(k.name, '') AS inside FROM territory t \
         LEFT JOIN territory k ON k.district_id = t.district_id AND k.code = t.code - (t.code % 10000) \
         AND k.code <> t.code \
         WHERE t.district_id = $1 AND t.level IN ('subdistrict', 'village') AND t.valid_to IS NULL \
         ORDER BY t.code",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// A unit with its people.
    pub struct UnitLine {
        /// Key.
        pub id: Id,
        /// Name.
        pub name: String,
        /// The office above it; empty when it is one itself.
        pub office: String,
        /// People in its roster, without the units below it.
        pub people: i64,
        /// Units directly below it.
        pub units: i64,
    }
}

/// Units on one page.
pub(crate) const UNITS: usize = 50;

const UNIT: &str = "SELECT i.id, i.name, COALESCE(o.name, '') AS office, \
     (SELECT COUNT(*) FROM sponsor_version v WHERE v.district_id = $1 AND v.unit_id = i.id \
      AND v.superseded_at = $2 AND v.status = 'active') AS people, \
     (SELECT COUNT(*) FROM institution b WHERE b.district_id = $1 AND b.parent_id = i.id AND b.valid_to IS NULL) \
     AS units FROM institution i \
     LEFT JOIN institution o ON o.district_id = i.district_id AND o.id = i.parent_id";

/// Institutions where people of the roster work.
const OPEN: &str = "i.valid_to IS NULL AND i.kind IN ('opd', 'unit', 'school', 'puskesmas', 'other')";

/// The units within reach, by name; one more than [`UNITS`] when there are more. Index: institution_by_name.
///
/// # Errors
/// The store fails.
pub(crate) async fn units(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    cursor: Option<Id>,
) -> Result<Vec<UnitLine>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let reached = scope.unit_condition("i.id", &mut args);
    let after = match cursor {
        None => String::new(),
        Some(id) => format!(
            " AND (i.name_search, i.id) > (SELECT c.name_search, c.id FROM institution c \
             WHERE c.district_id = $1 AND c.id = {})",
            args.push(id)
        ),
    };
    db.all(
        &format!(
            "{UNIT} WHERE i.district_id = $1 AND {OPEN} AND {reached}{after} \
             ORDER BY i.name_search, i.id LIMIT {}",
            UNITS + 1
        ),
        args,
    )
    .await
}

/// A unit, if it is within reach. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn unit(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<UnitLine>, StoreError> {
    let mut args: Args = args![district, Instant::NEVER, id];
    let reached = scope.unit_condition("i.id", &mut args);
    db.first(&format!("{UNIT} WHERE i.district_id = $1 AND i.id = $3 AND {reached}"), args).await
}

/// All units within reach, for choosing one: some hundreds.
///
/// # Errors
/// The store fails.
pub(crate) async fn all_units(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<UnitLine>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let reached = scope.unit_condition("i.id", &mut args);
    db.all(
        &format!("{UNIT} WHERE i.district_id = $1 AND {OPEN} AND {reached} ORDER BY i.name_search, i.id"),
        args,
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_nusantara::TerritoryCode;
    use asuh_store::LookupHash;
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    /// A district has twelve thousand civil servants: nobody is looked up by reading them all.
    #[db_test]
    async fn people_are_found_by_their_indexes(db: TestDatabase) {
        let db = Plans::of(&db).await;
        let whole = Scope::whole(TerritoryCode::from_i64(1_501_000_000).expect("a district"));
        let some = Scope { units: vec![I], ..Scope::default() };
        for scope in [&whole, &some] {
            sponsor_within(&db, D, scope, I).await.expect("a plan");
            unit(&db, D, scope, I).await.expect("a plan");
            all_units(&db, D, scope).await.expect("a plan");
            for after in [None, Some(I)] {
                units(&db, D, scope, after).await.expect("a plan");
            }
        }
        sponsor(&db, D, I).await.expect("a plan");
        for after in [None, Some(I)] {
            of_unit(&db, D, I, after).await.expect("a plan");
        }
        by_nips(&db, D, &[LookupHash::default(); 3]).await.expect("a plan");
        without_nip(&db, D, &[I, I]).await.expect("a plan");
        territories(&db, D).await.expect("a plan");
        no_walks(&db);
    }
}
