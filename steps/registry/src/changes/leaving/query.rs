//! The children of a group as the list held them at two moments, and what happened between.
//!
//! Read from versions: the one that held at a moment was recorded by then and not yet superseded. So a month that is
//! over does not change any more, whatever is recorded later.

use asuh_nusantara::Zone;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::rules::{Group, Period, Reason};
use crate::rules::born_from;
use asuh_ground::access::Scope;

/// Families whose children are not counted: they are not here, or not found.
const GONE: &str = "('moved', 'deceased', 'duplicate', 'not_found')";

/// A group of children in a month of a district.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) district: DistrictId,
    pub(super) zone: Zone,
    pub(super) group: Group,
    pub(super) period: Period,
}

/// The end of a day, as an instant.
fn end_of(zone: Zone, day: Date) -> Instant {
    Instant::from(zone.start_of_day(day.next_day().unwrap_or(day)))
}

impl Asked {
    /// Common table expressions `at_first` and `at_last` (person_id, family_id, village_code, rw, birth_date): the
    /// children of the group as the list held them at the two moments. Indexes: person_version_by_birth, family_version's key.
    fn with(&self, args: &mut Args) -> String {
        let district = args.push(self.district);
        let mut parts = Vec::new();
        for (name, day) in [("at_first", self.period.start), ("at_last", self.period.end)] {
            let at = args.push(end_of(self.zone, day));
            let (from, to) = self.group.months();
            let youngest = match from {
                0 => args.push(day),
                months => args.push(born_from(months, day).previous_day().unwrap_or(day)),
            };
            let oldest = args.push(born_from(to, day));
            parts.push(format!(
                "{name} AS (SELECT p.person_id, p.family_id, v.village_code, v.rw, p.birth_date FROM person_version p \
                 JOIN family_version v ON v.district_id = {district} AND v.family_id = p.family_id \
                 AND v.recorded_at < {at} AND v.superseded_at >= {at} AND v.status NOT IN {GONE} \
                 WHERE p.district_id = {district} AND p.superseded_at >= {at} AND p.recorded_at < {at} \
                 AND p.ended_reason IS NULL AND p.birth_date BETWEEN {oldest} AND {youngest})"
            ));
        }
        parts.join(", ")
    }

    /// SQL: one row per child that came or left: `(way, reason, person_id, village_code, rw)`, each with exactly one
    /// reason. A child that is in at both moments but in another village or RW left the one and came to the other.
    fn moves(&self, args: &mut Args) -> String {
        let with = self.with(args);
        let district = args.push(self.district);
        let (start, finish) =
            (args.push(end_of(self.zone, self.period.start)), args.push(end_of(self.zone, self.period.end)));
        let (from, to) = self.group.months();
        let still_young = args.push(born_from(to, self.period.end));
        let not_yet = match from {
            0 => args.push(self.period.start),
            months => {
                args.push(born_from(months, self.period.start).previous_day().unwrap_or(self.period.start))
            }
        };
        let first = args.push(self.period.first);
        // The version of a person and of its family that held at the other moment, whatever it says.
        let other = |at: &str| {
            format!(
                "LEFT JOIN person_version o ON o.district_id = {district} AND o.person_id = x.person_id \
                 AND o.recorded_at < {at} AND o.superseded_at >= {at} \
                 LEFT JOIN family_version w ON w.district_id = {district} AND w.family_id = o.family_id \
                 AND w.recorded_at < {at} AND w.superseded_at >= {at}"
            )
        };
        format!(
            "WITH {with}, moves AS (\
             SELECT 'left' AS way, CASE \
              WHEN o.person_id IS NULL OR w.family_id IS NULL THEN 'mistake' \
              WHEN o.ended_reason = 'died' OR w.status = 'deceased' THEN 'died' \
              WHEN o.ended_reason = 'moved' OR w.status = 'moved' THEN 'moved' \
              WHEN o.ended_reason = 'over_age' THEN 'aged' \
              WHEN o.ended_reason = 'lost' THEN 'lost' \
              WHEN o.ended_reason IS NOT NULL OR w.status = 'duplicate' THEN 'mistake' \
              WHEN w.status = 'not_found' THEN 'lost' \
              WHEN o.birth_date IS NULL OR o.birth_date <> x.birth_date THEN \
               CASE WHEN y.person_id IS NULL THEN 'corrected' ELSE 'village' END \
              WHEN x.birth_date < {still_young} THEN 'aged' \
              ELSE 'village' END AS reason, x.person_id, x.village_code, x.rw FROM at_first x \
             LEFT JOIN at_last y ON y.person_id = x.person_id {left} \
             WHERE y.person_id IS NULL OR y.village_code <> x.village_code OR y.rw <> x.rw \
             UNION ALL \
             SELECT 'came' AS way, CASE \
              WHEN o.person_id IS NULL AND x.birth_date >= {first} THEN 'born' \
              WHEN o.person_id IS NULL OR w.family_id IS NULL THEN 'found' \
              WHEN o.ended_reason IS NOT NULL OR w.status IN {GONE} THEN 'returned' \
              WHEN o.birth_date IS NULL OR o.birth_date <> x.birth_date THEN \
               CASE WHEN y.person_id IS NULL THEN 'corrected' ELSE 'village' END \
              WHEN x.birth_date > {not_yet} THEN CASE WHEN x.birth_date >= {first} THEN 'born' ELSE 'aged' END \
              ELSE 'village' END AS reason, x.person_id, x.village_code, x.rw FROM at_last x \
             LEFT JOIN at_first y ON y.person_id = x.person_id {came} \
             WHERE y.person_id IS NULL OR y.village_code <> x.village_code OR y.rw <> x.rw) ",
            left = other(&finish),
            came = other(&start),
        )
    }
}

asuh_store::row_struct! {
    /// Children of a village who came or left for a reason.
    pub(super) struct Counted { pub(super) way: String, pub(super) reason: String, pub(super) village_code: i64, pub(super) n: i64 }
}

/// Who came and left, counted per village and reason: one statement.
///
/// # Errors
/// The store fails.
pub(super) async fn counted(
    db: &impl Query,
    asked: &Asked,
    scope: &Scope,
) -> Result<Vec<Counted>, StoreError> {
    let mut args = args![];
    let moves = asked.moves(&mut args);
    let within = scope.territory_condition("m.village_code", Some("m.rw"), &mut args);
    let sql = format!(
        "{moves}SELECT m.way, m.reason, m.village_code, COUNT(*) AS n FROM moves m WHERE {within} \
         GROUP BY m.way, m.reason, m.village_code"
    );
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    /// Children of a village at the two moments.
    pub(super) struct Held { pub(super) village_code: i64, pub(super) at_start: i64, pub(super) at_end: i64 }
}

/// How many are in at the two moments, counted by themselves: the sum that the moves must explain.
///
/// # Errors
/// The store fails.
pub(super) async fn held(db: &impl Query, asked: &Asked, scope: &Scope) -> Result<Vec<Held>, StoreError> {
    let mut args = args![];
    let with = asked.with(&mut args);
    let within = scope.territory_condition("b.village_code", Some("b.rw"), &mut args);
    let sql = format!(
        "WITH {with} SELECT b.village_code, CAST(SUM(b.s) AS BIGINT) AS at_start, CAST(SUM(b.e) AS BIGINT) AS at_end \
         FROM (SELECT village_code, rw, 1 AS s, 0 AS e FROM at_first UNION ALL \
         SELECT village_code, rw, 0 AS s, 1 AS e FROM at_last) b WHERE {within} \
         GROUP BY b.village_code ORDER BY b.village_code"
    );
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    /// A child who came or left.
    pub(super) struct Child {
        pub(super) family_id: Id,
        pub(super) name: String,
        pub(super) birth_date: Option<Date>,
        pub(super) village_code: i64,
        pub(super) rw: String,
        pub(super) way: String,
        pub(super) reason: String,
        pub(super) ended_on: Option<Date>,
    }
}

/// The children behind a count, by village and name.
///
/// # Errors
/// The store fails.
pub(super) async fn children(
    db: &impl Query,
    asked: &Asked,
    scope: &Scope,
    village: Option<i64>,
    (way, reason): (Option<&str>, Option<Reason>),
    most: usize,
) -> Result<Vec<Child>, StoreError> {
    let mut args = args![];
    let moves = asked.moves(&mut args);
    let mut conditions = vec![scope.territory_condition("m.village_code", Some("m.rw"), &mut args)];
    if let Some(village) = village {
        conditions.push(format!("m.village_code = {}", args.push(village)));
    }
    if let Some(way) = way {
        conditions.push(format!("m.way = {}", args.push(way)));
    }
    if let Some(reason) = reason {
        conditions.push(format!("m.reason = {}", args.push(reason.code())));
    }
    let district = args.push(asked.district);
    // The newest version, also of those whose entry was taken back.
    let sql = format!(
        "{moves}SELECT p.family_id, p.name, p.birth_date, m.village_code, m.rw, m.way, m.reason, p.ended_on FROM moves m \
         JOIN person_version p ON p.district_id = {district} AND p.person_id = m.person_id \
         AND p.version = (SELECT MAX(n.version) FROM person_version n WHERE n.district_id = {district} \
         AND n.person_id = m.person_id) WHERE {} \
         ORDER BY m.village_code, m.way DESC, p.name_search, p.person_id LIMIT {most}",
        conditions.join(" AND ")
    );
    db.all(&sql, args).await
}
