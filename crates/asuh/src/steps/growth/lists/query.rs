//! What the lists read: a page in one query, the counts of all lists in two.

use asuh_nusantara::{TerritoryCode, name};
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::{Date, Month};

use super::List;
use crate::ground::access::Scope;

/// Children of one page.
pub(super) const PAGE: usize = 50;
/// A child is one until it has completed this many years.
const YEARS: i32 = 5;

/// Which children a list shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    /// Inside this territory.
    pub(super) within: Option<TerritoryCode>,
    /// Measured at this posyandu.
    pub(super) posyandu: String,
    /// Whose name contains this.
    pub(super) name: String,
    /// Within this as well as within the caller's reach: that of a narrower right.
    pub(super) also: Option<Scope>,
}

asuh_store::row_struct! {
    /// A child on a list, with the measurement because of which it stands there.
    pub(super) struct Line {
        pub(super) person_id: Id,
        pub(super) family_id: Id,
        pub(super) name: String,
        pub(super) sex: Option<String>,
        pub(super) birth_date: Option<Date>,
        pub(super) nik_sealed: Option<Vec<u8>>,
        pub(super) parents: String,
        pub(super) village_code: i64,
        pub(super) village: String,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) posyandu: String,
        pub(super) measured_on: Option<Date>,
        pub(super) source: Option<String>,
        pub(super) weight_g: Option<i64>,
        pub(super) height_mm: Option<i64>,
        pub(super) arm_mm: Option<i64>,
        pub(super) haz: Option<i64>,
        pub(super) waz: Option<i64>,
        pub(super) whz: Option<i64>,
        pub(super) implausible: Option<String>,
        pub(super) reasons: Option<String>,
        /// How many sources measured the child on that day.
        pub(super) sources: i64,
    }
}

/// The first day of the month two months before: who was measured since is measured.
pub(super) fn two_months_before(today: Date) -> Date {
    let back = |day: Date| day.replace_day(1).ok().and_then(|first| first.previous_day());
    let before = back(today).and_then(back).unwrap_or(today);
    before.replace_day(1).unwrap_or(before)
}

/// The birthday after which one is a child under 60 months on a day.
pub(in crate::steps::growth) fn born_after(today: Date) -> Date {
    let year = today.year() - YEARS;
    today.replace_year(year).unwrap_or_else(|_| {
        // 29 February of a year without one: 60 months are complete on 1 March.
        Date::from_calendar_date(year, Month::February, 28).unwrap_or(today)
    })
}

/// Families whose children are not here any more.
pub(in crate::steps::growth) const GONE: &str = "('moved', 'deceased', 'duplicate')";

/// The tables of a list in the order in which they are best read, and its own conditions. `g` is the child's
/// standing, `p` the person, `f` the family, `e` the measurement in question.
fn body(list: List, today: Date, args: &mut Args) -> String {
    let evidence = match list {
        List::ReferToday => "refer_from",
        List::NewlyStunted => "haz_from",
        List::TwiceNotGained => "gain_from",
        List::BelowRedLine => "waz_from",
        List::Implausible | List::NotMeasured => "measurement_id",
    };
    let condition = match list {
        List::ReferToday => "g.refer_today = 1",
        List::NewlyStunted => "g.newly_stunted = 1",
        List::TwiceNotGained => "g.twice_not_gained = 1",
        List::BelowRedLine => "g.below_red_line = 1",
        List::Implausible => "g.implausible <> ''",
        List::NotMeasured => "",
    };
    let born = args.push(born_after(today));
    let person = "p.ended_reason IS NULL";
    let measurement =
        format!("LEFT JOIN measurement e ON e.district_id = g.district_id AND e.id = g.{evidence}");
    match list {
        // From the families within reach to their children, and of each how it stands.
        List::NotMeasured => {
            let since = args.push(two_months_before(today));
            format!(
                "family_version f JOIN person_version p ON p.district_id = f.district_id \
                 AND p.family_id = f.family_id AND p.superseded_at = $2 \
                 LEFT JOIN child_growth g ON g.district_id = p.district_id AND g.person_id = p.person_id {measurement} \
                 LEFT JOIN territory t ON t.district_id = f.district_id AND t.code = f.village_code \
                 WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.status NOT IN {GONE} AND {person} \
                 AND p.birth_date > {born} AND (g.measured_on IS NULL OR g.measured_on < {since})"
            )
        }
        // From the few children of the partial index. CROSS JOIN: SQLite keeps this order.
        _ => format!(
            "child_growth g CROSS JOIN person_version p CROSS JOIN family_version f {measurement} \
             LEFT JOIN territory t ON t.district_id = g.district_id AND t.code = f.village_code \
             WHERE g.district_id = $1 AND {condition} \
             AND p.district_id = g.district_id AND p.person_id = g.person_id AND p.superseded_at = $2 AND {person} \
             AND (p.birth_date IS NULL OR p.birth_date > {born}) \
             AND f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $2 \
             AND f.status NOT IN {GONE}"
        ),
    }
}

fn selected(scope: &Scope, selection: &Selection, args: &mut Args) -> String {
    let mut conditions = vec![scope.territory_condition("f.village_code", Some("f.rw"), args)];
    if let Some(also) = &selection.also {
        conditions.push(also.territory_condition("f.village_code", Some("f.rw"), args));
    }
    if let Some(within) = selection.within {
        let (from, to) = within.range();
        conditions.push(format!("f.village_code BETWEEN {} AND {}", args.push(from), args.push(to)));
    }
    if !selection.posyandu.is_empty() {
        conditions.push(format!("{POSYANDU} = {}", args.push(&selection.posyandu)));
    }
    let key = name::search_key(&selection.name);
    if !key.is_empty() {
        // A search key holds no % or _: punctuation was folded to spaces.
        conditions.push(format!("p.name_search LIKE {}", args.push(format!("%{key}%"))));
    }
    conditions.join(" AND ")
}

/// Where the child is weighed: where it was last, else as the registry has it.
const POSYANDU: &str = "COALESCE(NULLIF(g.posyandu, ''), p.posyandu)";

asuh_store::row_struct! {
    /// Where a child stands in a list: the last one of the page before. Names never stand in addresses, so a page
    /// names the child and its place is read again.
    pub(super) struct Place {
        village_code: i64,
        name_search: String,
        person_id: Id,
    }
}

async fn place_of(db: &impl Query, district: DistrictId, child: Id) -> Result<Option<Place>, StoreError> {
    db.first(
        "SELECT f.village_code, p.name_search, p.person_id FROM person_version p JOIN family_version f \
         ON f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $3 \
         WHERE p.district_id = $1 AND p.person_id = $2 AND p.superseded_at = $3",
        args![district, child, Instant::NEVER],
    )
    .await
}

/// The children of a list by village and name, `most` of them and one more if there are more. Indexes: the partial
/// one of the list, person_version_current, family_version_current; of those not measured family_version_list,
/// person_version_by_family, primary key of child_growth.
///
/// # Errors
/// The store fails.
pub(super) async fn page(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    list: List,
    selection: &Selection,
    (after, most): (Option<Id>, usize),
    today: Date,
) -> Result<Vec<Line>, StoreError> {
    let after = match after {
        Some(child) => place_of(db, district, child).await?,
        None => None,
    };
    let (sql, args) = page_sql(district, scope, list, selection, (after.as_ref(), most), today);
    db.all(&sql, args).await
}

/// The statement of a page; by itself so that a test can ask the engine for its plan.
pub(super) fn page_sql(
    district: DistrictId,
    scope: &Scope,
    list: List,
    selection: &Selection,
    (after, most): (Option<&Place>, usize),
    today: Date,
) -> (String, Args) {
    let mut args = args![district, Instant::NEVER];
    let body = body(list, today, &mut args);
    let selected = selected(scope, selection, &mut args);
    let after = after.map_or_else(String::new, |place| {
        let (village, name, id) =
            (args.push(place.village_code), args.push(&place.name_search), args.push(place.person_id));
        format!(" AND (f.village_code, p.name_search, p.person_id) > ({village}, {name}, {id})")
    });
    let limit = args.push(most as i64 + 1);
    let sql = format!(
        "SELECT p.person_id, p.family_id, p.name, p.sex, p.birth_date, p.nik_sealed, \
         COALESCE(NULLIF(p.parents_name, ''), f.head_name) AS parents, f.village_code, \
         COALESCE(t.name, '') AS village, f.rw, f.rt, {POSYANDU} AS posyandu, e.measured_on, e.source, e.weight_g, \
         e.height_mm, e.arm_mm, e.haz, e.waz, e.whz, g.implausible, g.reasons, \
         (SELECT COUNT(DISTINCT o.source) FROM measurement o WHERE o.district_id = $1 AND o.person_id = p.person_id \
          AND o.measured_on = e.measured_on AND o.retracted_at IS NULL) AS sources \
         FROM {body} AND {selected}{after} ORDER BY f.village_code, p.name_search, p.person_id LIMIT {limit}"
    );
    (sql, args)
}

asuh_store::row_struct! {
    struct Counts { refer: i64, newly: i64, twice: i64, below: i64, again: i64 }
}

/// How many children each list shows, in the order of [`List::ALL`]. Indexes: as those of the pages.
///
/// # Errors
/// The store fails.
pub(super) async fn counts(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
    today: Date,
) -> Result<[i64; 6], StoreError> {
    let [refer, newly, twice, below, again] = flagged(db, district, scope, selection, today).await?;
    let mut args = args![district, Instant::NEVER];
    let body = body(List::NotMeasured, today, &mut args);
    let selected = selected(scope, selection, &mut args);
    let missing = db.number(&format!("SELECT COUNT(*) AS n FROM {body} AND {selected}"), args).await?;
    Ok([refer, newly, twice, below, again, missing])
}

/// The same of the five lists that measurements make: for home pages.
///
/// # Errors
/// The store fails.
pub(super) async fn flagged(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
    today: Date,
) -> Result<[i64; 5], StoreError> {
    let (sql, args) = flagged_sql(district, scope, selection, today);
    let found: Option<Counts> = db.first(&sql, args).await?;
    Ok(found.map_or([0; 5], |one| [one.refer, one.newly, one.twice, one.below, one.again]))
}

pub(super) fn flagged_sql(
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
    today: Date,
) -> (String, Args) {
    let mut args = args![district, Instant::NEVER, born_after(today)];
    let selected = selected(scope, selection, &mut args);
    let count = |condition: &str| {
        format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT)")
    };
    let sql = format!(
        "SELECT {} AS refer, {} AS newly, {} AS twice, {} AS below, {} AS again \
         FROM child_growth g CROSS JOIN person_version p CROSS JOIN family_version f \
         WHERE g.district_id = $1 AND (g.refer_today = 1 OR g.newly_stunted = 1 OR g.twice_not_gained = 1 \
         OR g.below_red_line = 1 OR g.implausible <> '') \
         AND p.district_id = g.district_id AND p.person_id = g.person_id AND p.superseded_at = $2 \
         AND p.ended_reason IS NULL AND (p.birth_date IS NULL OR p.birth_date > $3) \
         AND f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $2 \
         AND f.status NOT IN {GONE} AND {selected}",
        count("g.refer_today = 1"),
        count("g.newly_stunted = 1"),
        count("g.twice_not_gained = 1"),
        count("g.below_red_line = 1"),
        count("g.implausible <> ''"),
    );
    (sql, args)
}

/// The posyandu of a village's measured children, for choosing one. Indexes: family_version_list,
/// person_version_by_family, primary key of child_growth.
///
/// # Errors
/// The store fails.
pub(super) async fn posyandu(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    village: i64,
) -> Result<Vec<String>, StoreError> {
    let mut args = args![district, Instant::NEVER, village];
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let rows: Vec<(String,)> = db
        .all(
            &format!(
                "SELECT DISTINCT {POSYANDU} AS posyandu FROM family_version f \
                 JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id \
                 AND p.superseded_at = $2 \
                 JOIN child_growth g ON g.district_id = p.district_id AND g.person_id = p.person_id \
                 WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.village_code = $3 AND {reached} \
                 ORDER BY posyandu"
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).filter(|name| !name.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn two_months_are_two_whole_months() {
        assert_eq!(two_months_before(date!(2026 - 11 - 22)), date!(2026 - 09 - 01));
        assert_eq!(two_months_before(date!(2026 - 01 - 31)), date!(2025 - 11 - 01));
        assert_eq!(two_months_before(date!(2026 - 02 - 01)), date!(2025 - 12 - 01));
    }

    #[test]
    fn a_child_is_under_sixty_months_until_its_fifth_birthday() {
        assert_eq!(born_after(date!(2026 - 11 - 22)), date!(2021 - 11 - 22));
        assert_eq!(born_after(date!(2028 - 02 - 29)), date!(2023 - 02 - 28));
    }
}
