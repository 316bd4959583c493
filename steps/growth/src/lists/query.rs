//! What the lists read: a page in one query, the counts of all lists in one.

use asuh_nusantara::{TerritoryCode, name};
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::List;
use crate::rules::born_after;
use asuh_ground::access::Scope;

/// Children of one page.
pub(super) const PAGE: usize = 50;

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

/// Families whose children are not here any more.
pub(crate) const GONE: &str = "('moved', 'deceased', 'duplicate')";

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

asuh_store::row_struct! { struct Count { nth: i64, n: i64 } }

/// How many children these lists show, in their order: one statement. Indexes: as those of the pages.
///
/// # Errors
/// The store fails.
pub(super) async fn counts<const N: usize>(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    lists: [List; N],
    selection: &Selection,
    today: Date,
) -> Result<[i64; N], StoreError> {
    let (sql, args) = counts_sql(district, scope, &lists, selection, today);
    let mut counts = [0; N];
    for row in db.all::<Count>(&sql, args).await? {
        if let Some(count) = usize::try_from(row.nth).ok().and_then(|nth| counts.get_mut(nth)) {
            *count = row.n;
        }
    }
    Ok(counts)
}

fn counts_sql(
    district: DistrictId,
    scope: &Scope,
    lists: &[List],
    selection: &Selection,
    today: Date,
) -> (String, Args) {
    let mut args = args![district, Instant::NEVER];
    let mut parts = Vec::new();
    for (nth, list) in lists.iter().enumerate() {
        let body = body(*list, today, &mut args);
        let selected = selected(scope, selection, &mut args);
        parts.push(format!("SELECT CAST({nth} AS BIGINT) AS nth, COUNT(*) AS n FROM {body} AND {selected}"));
    }
    (parts.join(" UNION ALL "), args)
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

#[cfg(test)]
mod plans {
    //! What SQLite reads for each list; PostgreSQL weighs costs and may read small tables from end to end.

    use super::*;
    use asuh_ground::access::Area;
    use asuh_store::Engine;
    use asuh_store::testing::{TestDatabase, db_test};
    use time::macros::date;

    const TODAY: Date = date!(2026 - 11 - 22);

    fn kecamatan() -> Scope {
        let code = TerritoryCode::parse("15.01.01").expect("a code");
        Scope { areas: vec![Area { code, rw: String::new() }], ..Scope::default() }
    }

    #[db_test]
    async fn each_list_reads_its_own_index(db: TestDatabase) {
        let store = db.open().await;
        let district = DistrictId(1);
        for list in List::ALL {
            let selection = Selection::default();
            let (sql, args) = page_sql(district, &kecamatan(), list, &selection, (None, PAGE), TODAY);
            let plan = store.reader().plan(&sql, args).await.expect("a plan");
            if store.engine() != Engine::Sqlite {
                continue;
            }
            let first = match list {
                List::ReferToday => "child_growth_refer_today",
                List::NewlyStunted => "child_growth_newly_stunted",
                List::TwiceNotGained => "child_growth_twice_not_gained",
                List::BelowRedLine => "child_growth_below_red_line",
                List::Implausible => "child_growth_implausible",
                List::NotMeasured => "family_version",
            };
            assert!(plan.lines().next().is_some_and(|line| line.contains(first)), "{list:?}: {plan}");
            assert!(!plan.contains("SCAN"), "{list:?} reads a table from end to end: {plan}");
        }
        let (sql, args) = counts_sql(district, &kecamatan(), &List::ALL, &Selection::default(), TODAY);
        let plan = store.reader().plan(&sql, args).await.expect("a plan");
        if store.engine() == Engine::Sqlite {
            assert!(!plan.contains("SCAN"), "{plan}");
            assert!(
                plan.contains("child_growth_refer_today") && plan.contains("child_growth_implausible"),
                "{plan}"
            );
        }
    }
}
