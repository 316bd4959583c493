//! Reading frozen lists. Every statement about rows carries the reader's territories.

use asuh_nusantara::TerritoryCode;
use asuh_store::{DistrictId, FromRow, Id, Instant, Query, Row as StoredRow, StoreError, args};
use time::Date;

use super::campaign::Unfinished;
use super::kind::{Kind, Moment, Period};
use super::rules::{self, Said};
use crate::identity::FAMILY_AND_ALIASES;
use asuh_ground::access::Scope;

/// Rows on a page.
pub(super) const PAGE: usize = 50;
/// More rows than a list has.
pub(super) const ALL: usize = 10_000_000;
/// Factors that a kind may have.
pub(super) const MOST_FACTORS: usize = 12;

asuh_store::row_struct! {
    /// A frozen list, without its rows.
    pub struct FrozenList {
        /// Its key.
        pub id: Id,
        /// The kind's code.
        pub kind: String,
        /// Its number within the kind: "Data Tetap 3".
        pub number: i64,
        /// What it was called besides, or ''.
        pub title: String,
        /// The day on which it was frozen.
        pub taken_on: Date,
        pub(super) period_from: Option<Date>,
        pub(super) period_to: Option<Date>,
        pub(super) open_count: i64,
        pub(super) reason: String,
        /// The campaign of verification that it follows.
        pub campaign_id: Option<Id>,
        pub(super) campaign_name: Option<String>,
        villages_open: i64,
        checks_open: i64,
        visits_waiting: i64,
        unvisited: i64,
        pairs_open: i64,
        /// How many rows it has.
        pub row_count: i64,
        pub(super) content_sha256: [u8; 32],
        pub(super) rows_sha256: [u8; 32],
        /// When it was frozen.
        pub frozen_at: Instant,
        pub(super) by_name: Option<String>,
        pub(super) command_id: Id,
        /// The decree that names it, if one is recorded.
        pub decree_number: Option<String>,
        /// The day of the decree.
        pub decided_on: Option<Date>,
    }
}

impl FrozenList {
    /// The days of measurement that it is about.
    pub fn period(&self) -> Option<Period> {
        Some(Period { from: self.period_from?, to: self.period_to? })
    }

    /// As a statement about differences names it.
    pub(super) fn moment(&self) -> Moment {
        Moment { frozen_at: self.frozen_at.0, period: self.period() }
    }

    /// What of its campaign was open when it was frozen, each with the code of its words.
    pub(super) fn unfinished(&self) -> Vec<(&'static str, i64)> {
        Unfinished {
            villages: self.villages_open,
            checks: self.checks_open,
            waiting: self.visits_waiting,
            unvisited: self.unvisited,
            pairs: self.pairs_open,
        }
        .parts()
    }

    /// The hash over its rows in groups of eight digits.
    pub(super) fn hash(&self) -> String {
        rules::grouped(&self.content_sha256)
    }
}

const LISTS: &str = "SELECT l.id, l.kind, l.number, l.title, l.taken_on, l.period_from, l.period_to, l.open_count, \
     l.reason, l.campaign_id, c.name AS campaign_name, l.villages_open, l.checks_open, l.visits_waiting, l.unvisited, \
     l.pairs_open, l.row_count, l.content_sha256, l.rows_sha256, l.frozen_at, u.name AS by_name, l.command_id, \
     d.number AS decree_number, d.decided_on FROM frozen_list l \
     LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.frozen_by \
     LEFT JOIN verification_campaign c ON c.district_id = l.district_id AND c.id = l.campaign_id \
     LEFT JOIN frozen_decree d ON d.district_id = l.district_id AND d.list_id = l.id AND d.nth = ( \
     SELECT MAX(m.nth) FROM frozen_decree m WHERE m.district_id = l.district_id AND m.list_id = l.id)";

/// The lists of a kind, the newest first; a district has a few a year. Index: `frozen_list_number`.
///
/// # Errors
/// The store fails.
pub async fn lists(db: &impl Query, district: DistrictId, kind: &str) -> Result<Vec<FrozenList>, StoreError> {
    db.all(
        &format!("{LISTS} WHERE l.district_id = $1 AND l.kind = $2 ORDER BY l.number DESC"),
        args![district, kind],
    )
    .await
}

/// The list that holds now: the newest of its kind. Index: `frozen_list_number`.
///
/// # Errors
/// The store fails.
pub async fn current_list(
    db: &impl Query,
    district: DistrictId,
    kind: &str,
) -> Result<Option<FrozenList>, StoreError> {
    db.first(
        &format!("{LISTS} WHERE l.district_id = $1 AND l.kind = $2 ORDER BY l.number DESC LIMIT 1"),
        args![district, kind],
    )
    .await
}

/// The lists on which a family stands, or a child of it; the newest of each kind first. The caller has found the
/// family within his scope before. Index: `frozen_row_by_family`.
///
/// # Errors
/// The store fails.
pub async fn lists_of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<FrozenList>, StoreError> {
    db.all(
        &format!(
            "{LISTS} WHERE l.district_id = $1 AND l.id IN (SELECT r.list_id FROM frozen_row r \
             WHERE r.district_id = $1 AND r.family_id IN {FAMILY_AND_ALIASES}) ORDER BY l.kind, l.number DESC"
        ),
        args![district, family],
    )
    .await
}

/// Whether a family stands on a list, or a child of it. Index: `frozen_row_by_family`.
///
/// # Errors
/// The store fails.
pub async fn in_list(
    db: &impl Query,
    district: DistrictId,
    list: Id,
    family: Id,
) -> Result<bool, StoreError> {
    let rows =
        "SELECT COUNT(*) AS n FROM frozen_row WHERE district_id = $1 AND family_id = $2 AND list_id = $3";
    Ok(db.number(rows, args![district, family, list]).await? > 0)
}

/// A list of a kind by its id. Index: primary key.
pub(super) async fn list<K: Kind>(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<FrozenList>, StoreError> {
    let sql = format!("{LISTS} WHERE l.district_id = $1 AND l.id = $2 AND l.kind = $3");
    db.first(&sql, args![district, id, K::CODE]).await
}

/// A list of a kind by its number. Index: `frozen_list_number`.
pub(super) async fn numbered<K: Kind>(
    db: &impl Query,
    district: DistrictId,
    number: i64,
) -> Result<Option<FrozenList>, StoreError> {
    let sql = format!("{LISTS} WHERE l.district_id = $1 AND l.kind = $2 AND l.number = $3");
    db.first(&sql, args![district, K::CODE, number]).await
}

asuh_store::row_struct! {
    /// A decree that names a list.
    pub(super) struct Decree {
        pub(super) number: String,
        pub(super) decided_on: Date,
        pub(super) recorded_at: Instant,
        pub(super) by_name: Option<String>,
    }
}

/// The decrees of a list, the last first. Index: primary key.
pub(super) async fn decrees(
    db: &impl Query,
    district: DistrictId,
    list: Id,
) -> Result<Vec<Decree>, StoreError> {
    db.all(
        "SELECT d.number, d.decided_on, d.recorded_at, u.name AS by_name FROM frozen_decree d \
         LEFT JOIN app_user u ON u.district_id = d.district_id AND u.id = d.recorded_by \
         WHERE d.district_id = $1 AND d.list_id = $2 ORDER BY d.nth DESC",
        args![district, list],
    )
    .await
}

/// How many rows of a village a list has, in all and of each factor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) village_code: i64,
    pub(super) rows: i64,
    pub(super) factors: Vec<i64>,
}

impl FromRow for Counted {
    fn from_row(row: &StoredRow) -> Result<Self, StoreError> {
        let factors = (0..MOST_FACTORS).map(|nth| row.get(&format!("f{nth}")));
        Ok(Counted {
            village_code: row.get("village_code")?,
            rows: row.get("n")?,
            factors: factors.collect::<Result<_, _>>()?,
        })
    }
}

/// Sums of the bits of `factors`, as `f0` to `f11`.
fn sums() -> String {
    let sum = |nth: usize| format!("CAST(SUM(r.factors / {} % 2) AS BIGINT) AS f{nth}", 1_i64 << nth);
    (0..MOST_FACTORS).map(sum).collect::<Vec<_>>().join(", ")
}

/// The counts of a list by village within a scope, out of its rows: a cadre of one RW counts her RW. Index: primary
/// key of `frozen_row`; 12,000 rows.
pub(super) async fn counts(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    list: Id,
) -> Result<Vec<Counted>, StoreError> {
    let mut args = args![district, list];
    let within = scope.territory_condition("r.village_code", Some("r.rw"), &mut args);
    let sql = format!(
        "SELECT r.village_code, COUNT(*) AS n, {} FROM frozen_row r \
         WHERE r.district_id = $1 AND r.list_id = $2 AND {within} GROUP BY r.village_code ORDER BY r.village_code",
        sums()
    );
    db.all(&sql, args).await
}

/// The counts that a list would have if it were frozen now. Indexes: those of the kind's selection.
pub(super) async fn preview<K: Kind>(
    db: &impl Query,
    district: DistrictId,
    period: Option<Period>,
) -> Result<Vec<Counted>, StoreError> {
    let mut args = args![];
    let selection = K::selection(&mut args, district, period);
    let sql = format!(
        "SELECT r.village_code, COUNT(*) AS n, {} FROM ({selection}) r GROUP BY r.village_code ORDER BY r.village_code",
        sums()
    );
    db.all(&sql, args).await
}

/// What is open in each village.
pub(super) async fn open<K: Kind>(
    db: &impl Query,
    district: DistrictId,
    period: Option<Period>,
) -> Result<Vec<(i64, i64)>, StoreError> {
    asuh_store::row_struct! {
        struct Open { village_code: i64, n: i64 }
    }
    let mut args = args![];
    let open = K::open(&mut args, district, period);
    let sql = format!(
        "SELECT o.village_code, COUNT(*) AS n FROM ({open}) o GROUP BY o.village_code ORDER BY o.village_code"
    );
    let rows: Vec<Open> = db.all(&sql, args).await?;
    Ok(rows.into_iter().map(|row| (row.village_code, row.n)).collect())
}

/// The number that the next list of a kind gets. Index: `frozen_list_number`.
pub(super) async fn next_number<K: Kind>(db: &impl Query, district: DistrictId) -> Result<i64, StoreError> {
    let last = "SELECT MAX(number) AS n FROM frozen_list WHERE district_id = $1 AND kind = $2";
    Ok(db.number(last, args![district, K::CODE]).await? + 1)
}

asuh_store::row_struct! {
    /// A row of a list with the name that its version has.
    pub(super) struct Line {
        pub(super) nth: i64,
        pub(super) subject_id: Id,
        pub(super) family_id: Id,
        pub(super) village_code: i64,
        pub(super) village_name: Option<String>,
        pub(super) rw: String,
        pub(super) version: i64,
        pub(super) factors: i64,
        pub(super) evidence_on: Option<Date>,
        pub(super) score: Option<i64>,
        /// None where names have been removed since.
        pub(super) name: Option<String>,
        pub(super) number_sealed: Option<Vec<u8>>,
    }
}

impl Line {
    /// What it says, with the name or without.
    pub(super) fn said<'a>(&'a self, factors: &'a str, with_name: bool) -> Said<'a> {
        Said {
            nth: self.nth,
            subject: self.subject_id,
            village: self.village_code,
            rw: &self.rw,
            name: if with_name { self.name.as_deref().unwrap_or_default() } else { "" },
            version: self.version,
            factors,
            evidence_on: self.evidence_on,
            score: self.score,
        }
    }
}

/// Which rows of a list.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    /// Inside this territory.
    pub(super) within: Option<TerritoryCode>,
    /// With this bit.
    pub(super) factor: Option<usize>,
    /// After this number.
    pub(super) after: i64,
    /// Within this scope too: that of a narrower right.
    pub(super) also: Option<Scope>,
}

/// The statement of a list's rows within a scope, by number; without one, of all of them, for the program itself.
/// Indexes: primary keys.
pub(super) fn rows_sql<K: Kind>(
    district: DistrictId,
    scope: Option<&Scope>,
    list: Id,
    selection: &Selection,
    most: usize,
) -> (String, asuh_store::Args) {
    let mut args = args![district, list, selection.after];
    let mut conditions = Vec::new();
    for scope in scope.into_iter().chain(&selection.also) {
        conditions.push(scope.territory_condition("r.village_code", Some("r.rw"), &mut args));
    }
    if let Some(within) = selection.within {
        let (from, to) = within.range();
        conditions.push(format!("r.village_code BETWEEN {} AND {}", args.push(from), args.push(to)));
    }
    if let Some(bit) = selection.factor {
        conditions.push(format!("r.factors / {} % 2 = 1", 1_i64 << bit));
    }
    conditions.push("r.nth > $3".to_owned());
    let limit = args.push(most as i64);
    let versions = K::VERSIONS;
    let sql = format!(
        "SELECT r.nth, r.subject_id, r.family_id, r.village_code, t.name AS village_name, r.rw, r.version, r.factors, \
         r.evidence_on, r.score, n.{} AS name, n.{} AS number_sealed FROM frozen_row r {} \
         LEFT JOIN territory t ON t.district_id = r.district_id AND t.code = r.village_code \
         WHERE r.district_id = $1 AND r.list_id = $2 AND {} ORDER BY r.nth LIMIT {limit}",
        versions.name,
        versions.number,
        versions.join("n", "version"),
        conditions.join(" AND ")
    );
    (sql, args)
}

/// A page of a list's rows.
pub(super) async fn rows<K: Kind>(
    db: &impl Query,
    district: DistrictId,
    scope: Option<&Scope>,
    list: Id,
    selection: &Selection,
    most: usize,
) -> Result<Vec<Line>, StoreError> {
    let (sql, args) = rows_sql::<K>(district, scope, list, selection, most);
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    /// The hash of a village's rows as it was written down.
    pub(super) struct VillageRow {
        pub(super) village_code: i64,
        pub(super) row_count: i64,
        pub(super) sha256: [u8; 32],
    }
}

/// The hashes of a list's villages. Index: primary key.
pub(super) async fn villages(
    db: &impl Query,
    district: DistrictId,
    list: Id,
) -> Result<Vec<VillageRow>, StoreError> {
    db.all(
        "SELECT village_code, row_count, sha256 FROM frozen_village WHERE district_id = $1 AND list_id = $2 \
         ORDER BY village_code",
        args![district, list],
    )
    .await
}
