//! What came, went and changed between two lists of a kind, and why: one query over both.

use asuh_nusantara::TerritoryCode;
use asuh_store::{Args, DistrictId, Id, Query, StoreError, args};

use super::families::FamiliesAtRisk;
use super::kind::Kind;
use super::query::FrozenList;
use super::rules;
use asuh_ground::access::Scope;

asuh_ground::codes! {
    /// Which way a difference goes.
    ///
    /// Its words are `frozen.what.<code>`.
    pub(super) enum What {
        /// On the newer list alone.
        Came = "came",
        /// On the older list alone.
        Went = "went",
        /// On both, with another village, other factors or another name.
        Changed = "changed",
    }
}

asuh_store::row_struct! {
    /// One difference. Where it is on one list alone, what was and what is are the same.
    pub(super) struct Change {
        what: String,
        /// The number on the newer list, or on the older for one who went.
        pub(super) nth: i64,
        pub(super) subject_id: Id,
        pub(super) family_id: Id,
        pub(super) village_code: i64,
        pub(super) village_name: Option<String>,
        pub(super) rw: String,
        pub(super) was_village: i64,
        pub(super) was_village_name: Option<String>,
        was_rw: String,
        factors: i64,
        was_factors: i64,
        pub(super) name: Option<String>,
        pub(super) was_name: Option<String>,
        pub(super) reason: String,
        pub(super) detail: String,
        /// What the visit between the two lists found, or ''.
        pub(super) visit: String,
    }
}

impl Change {
    pub(super) fn what(&self) -> What {
        What::parse(&self.what).unwrap_or(What::Changed)
    }

    /// The codes of the factors that it has and had not, and had and has not.
    pub(super) fn factors<'a>(&self, codes: &'a [&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
        let only = |these: i64, those: i64| rules::factors_of(these & !those, codes).collect();
        (only(self.factors, self.was_factors), only(self.was_factors, self.factors))
    }

    /// Whether it stands in another village.
    pub(super) fn has_moved(&self) -> bool {
        self.village_code != self.was_village
    }

    /// The RW before, where it is another one of the same village.
    pub(super) fn was_rw(&self) -> Option<&str> {
        (!self.has_moved() && self.rw != self.was_rw).then_some(self.was_rw.as_str())
    }

    /// The name before, where it is another.
    pub(super) fn renamed(&self) -> Option<&str> {
        self.was_name
            .as_deref()
            .filter(|was| self.what() == What::Changed && self.name.as_deref() != Some(*was))
    }
}

/// Which differences.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    /// Inside this territory, now or before.
    pub(super) within: Option<TerritoryCode>,
    /// Of this direction.
    pub(super) what: Option<What>,
    /// Of this reason: a code.
    pub(super) reason: String,
}

/// The place after which a page begins: direction, number.
pub(super) type Place = (i64, i64);

/// All differences with their reasons as `d`. A row is within reach where it stands or stood.
fn differences<K: Kind>(
    district: DistrictId,
    scope: &Scope,
    lists: (&FrozenList, &FrozenList),
    selection: &Selection,
    args: &mut Args,
) -> String {
    let (older, newer) = lists;
    let reasons = K::reasons(district, older.moment(), newer.moment());
    let (district, old, new) = (args.push(district), args.push(older.id), args.push(newer.id));
    let versions = K::VERSIONS;
    let mut conditions = Vec::new();
    let mut somewhere = |args: &mut Args, of: &dyn Fn(&str, &str, &mut Args) -> String| {
        let (now, was) = (of("r.village_code", "r.rw", args), of("r.was_village", "r.was_rw", args));
        conditions.push(format!("({now} OR {was})"));
    };
    somewhere(args, &|village, rw, args| scope.territory_condition(village, Some(rw), args));
    if let Some(within) = selection.within {
        let (from, to) = within.range();
        somewhere(args, &|village, _, args| {
            format!("{village} BETWEEN {} AND {}", args.push(from), args.push(to))
        });
    }
    if let Some(what) = selection.what {
        conditions.push(format!("r.what = {}", args.push(what.code())));
    }
    let (name, join, was) = (versions.name, versions.join("n", "version"), versions.join("o", "was_version"));
    // One walk over both lists, each subject's rows beside one another: with joins PostgreSQL, which knows nothing yet
    // of a list just frozen, would compare every row of one list with every row of the other.
    let before = |column: &str| {
        format!(
            "LAG(a.{column}) OVER (PARTITION BY a.subject_id ORDER BY CASE WHEN a.list_id = {new} THEN 1 ELSE 0 END) \
             AS was_{column}"
        )
    };
    format!(
        "WITH u AS (SELECT a.district_id, a.nth, a.subject_id, a.family_id, a.village_code, a.rw, a.version, a.factors, \
         CASE WHEN a.list_id = {new} THEN 1 ELSE 0 END AS is_new, \
         COUNT(*) OVER (PARTITION BY a.subject_id) AS lists, {}, {}, {}, {} FROM frozen_row a \
         WHERE a.district_id = {district} AND a.list_id IN ({old}, {new})), \
         r AS (SELECT CASE WHEN u.lists = 2 THEN 'changed' WHEN u.is_new = 1 THEN 'came' ELSE 'went' END AS what, \
         CAST(CASE WHEN u.lists = 2 THEN 3 WHEN u.is_new = 1 THEN 1 ELSE 2 END AS BIGINT) AS place, \
         u.district_id, u.nth, u.subject_id, u.family_id, u.village_code, u.rw, u.version, u.factors, \
         COALESCE(u.was_village_code, u.village_code) AS was_village, COALESCE(u.was_rw, u.rw) AS was_rw, \
         COALESCE(u.was_version, u.version) AS was_version, COALESCE(u.was_factors, u.factors) AS was_factors FROM u \
         WHERE u.lists = 1 OR (u.is_new = 1 AND (u.version <> u.was_version OR u.village_code <> u.was_village_code \
         OR u.rw <> u.was_rw OR u.factors <> u.was_factors))), \
         d AS (SELECT r.what, r.place, r.nth, r.subject_id, r.family_id, r.village_code, r.rw, r.was_village, r.was_rw, \
         r.factors, r.was_factors, n.{name} AS name, o.{name} AS was_name, \
         CASE r.what WHEN 'came' THEN {} WHEN 'went' THEN {} ELSE CASE \
         WHEN r.village_code <> r.was_village THEN 'other_village' WHEN r.factors <> r.was_factors THEN 'other_factors' \
         WHEN r.rw <> r.was_rw THEN 'other_rw' ELSE 'other_name' END END AS reason, {} AS detail, \
         {} AS visit \
         FROM r {join} {was} {} WHERE {} AND (r.what <> 'changed' OR r.village_code <> r.was_village \
         OR r.rw <> r.was_rw OR r.factors <> r.was_factors OR n.{name} <> o.{name}))",
        before("village_code"),
        before("rw"),
        before("version"),
        before("factors"),
        reasons.came,
        reasons.went,
        reasons.detail,
        reasons.visit,
        reasons.joins,
        conditions.join(" AND "),
    )
}

/// How many differences of each direction and reason there are within a scope, in this order. Indexes:
/// primary keys.
pub(super) async fn counts<K: Kind>(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    lists: (&FrozenList, &FrozenList),
    within: Option<TerritoryCode>,
) -> Result<Vec<(What, String, i64)>, StoreError> {
    asuh_store::row_struct! {
        struct Count { what: String, reason: String, n: i64 }
    }
    let mut args = args![];
    let selection = Selection { within, ..Selection::default() };
    let with = differences::<K>(district, scope, lists, &selection, &mut args);
    let sql = format!(
        "{with} SELECT d.what, d.reason, COUNT(*) AS n FROM d GROUP BY d.place, d.what, d.reason \
         ORDER BY d.place, n DESC, d.reason"
    );
    let rows: Vec<Count> = db.all(&sql, args).await?;
    Ok(rows.into_iter().filter_map(|row| Some((What::parse(&row.what)?, row.reason, row.n))).collect())
}

/// A page of differences within a scope. Indexes: as for [`counts`].
pub(super) async fn page<K: Kind>(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    lists: (&FrozenList, &FrozenList),
    selection: &Selection,
    (after, most): (Option<Place>, usize),
) -> Result<Vec<Change>, StoreError> {
    let mut args = args![];
    let with = differences::<K>(district, scope, lists, selection, &mut args);
    let mut conditions = vec!["1 = 1".to_owned()];
    if !selection.reason.is_empty() {
        conditions.push(format!("d.reason = {}", args.push(&selection.reason)));
    }
    if let Some((place, nth)) = after {
        let (place, nth) = (args.push(place), args.push(nth));
        conditions.push(format!("(d.place > {place} OR (d.place = {place} AND d.nth > {nth}))"));
    }
    let (district, limit) = (args.push(district), args.push(most as i64));
    let sql = format!(
        "{with} SELECT d.what, d.nth, d.subject_id, d.family_id, d.village_code, t.name AS village_name, d.rw, \
         d.was_village, w.name AS was_village_name, d.was_rw, d.factors, d.was_factors, d.name, d.was_name, d.reason, \
         d.detail, d.visit FROM d LEFT JOIN territory t ON t.district_id = {district} AND t.code = d.village_code \
         LEFT JOIN territory w ON w.district_id = {district} AND w.code = d.was_village \
         WHERE {} ORDER BY d.place, d.nth LIMIT {limit}",
        conditions.join(" AND ")
    );
    db.all(&sql, args).await
}

/// The place of a difference in the order of pages.
pub(super) fn place_of(change: &Change) -> Place {
    let nth = What::ALL.iter().position(|what| *what == change.what()).unwrap_or_default();
    (nth as i64 + 1, change.nth)
}

/// How many differences of each direction (`came`, `went`, `changed`) and reason there are between two lists of
/// families, in the whole district. Indexes: as for the pages.
///
/// # Errors
/// The store fails.
pub async fn difference_counts(
    db: &impl Query,
    district: DistrictId,
    older: &FrozenList,
    newer: &FrozenList,
) -> Result<Vec<(&'static str, String, i64)>, StoreError> {
    let code = db.number("SELECT code AS n FROM district WHERE id = $1", args![district]).await?;
    let Ok(code) = TerritoryCode::from_i64(code) else { return Ok(Vec::new()) };
    let counts = counts::<FamiliesAtRisk>(db, district, &Scope::whole(code), (older, newer), None).await?;
    Ok(counts.into_iter().map(|(what, reason, n)| (what.code(), reason, n)).collect())
}
