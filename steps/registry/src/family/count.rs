//! How many families a selection of the list holds: by what else could be chosen, and in which villages.

use asuh_nusantara::TerritoryCode;
use asuh_store::{Args, DistrictId, Query, StoreError, args};

use super::list::Selection;
use crate::rules::{FamilyStatus, Target};
use crate::tally::Counted;
use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// How many families have a status and these targets: in all, and of what is chosen besides.
    struct Facet { status: String, targets: i64, families: i64, chosen: i64 }
}

/// How many families there are, by what else could be chosen.
#[derive(Debug, Default)]
pub(crate) struct Facets(Vec<Facet>);

impl Facets {
    /// Families of the territory and the frozen list, whatever else is chosen.
    pub(super) fn all(&self) -> i64 {
        self.0.iter().map(|facet| facet.families).sum()
    }

    /// Families with this status and this target, where one is asked.
    pub(crate) fn count(&self, status: Option<FamilyStatus>, target: Option<Target>) -> i64 {
        let counts = |facet: &&Facet| {
            status.is_none_or(|status| facet.status == status.code())
                && target.is_none_or(|target| facet.targets & target.bit() != 0)
        };
        self.0.iter().filter(counts).map(|facet| facet.chosen).sum()
    }
}

/// The families of a selection, whatever status and target it names, counted by these. Index: primary key of
/// family_tally, else those of [`Counted::sql`].
pub(crate) async fn facets(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
) -> Result<Facets, StoreError> {
    let (sql, args) = facets_sql(district, scope, selection);
    Ok(Facets(db.all(&sql, args).await?))
}

/// The statement of the counts; by itself so that a test can ask the engine for its plan.
pub(super) fn facets_sql(district: DistrictId, scope: &Scope, selection: &Selection) -> (String, Args) {
    let mut args = args![district];
    let counted = Counted { scope, within: selection.within, list: selection.list }.sql(&mut args);
    let risk = selection.risk.map_or_else(|| "1 = 1".to_owned(), |risk| risk.condition("c"));
    let sql = format!(
        "SELECT c.status, c.targets, CAST(SUM(c.families) AS BIGINT) AS families, \
         CAST(SUM(CASE WHEN {risk} THEN c.families ELSE 0 END) AS BIGINT) AS chosen FROM {counted} \
         GROUP BY c.status, c.targets"
    );
    (sql, args)
}

/// The condition that cells `c` are of what a selection chooses besides a territory and a list.
fn chosen_sql(selection: &Selection, args: &mut Args) -> String {
    let chosen = [
        selection.status.map(|status| format!("c.status = {}", args.push(status.code()))),
        selection.target.map(|target| format!("(c.targets & {}) <> 0", target.bit())),
        selection.risk.map(|risk| risk.condition("c")),
    ];
    let chosen: Vec<String> = chosen.into_iter().flatten().collect();
    if chosen.is_empty() { "1 = 1".to_owned() } else { chosen.join(" AND ") }
}

/// Whether a reach holds anything of the territory that a selection names.
pub(crate) fn reaches(scope: &Scope, selection: &Selection) -> bool {
    let Some((from, to)) = selection.within.map(TerritoryCode::range) else { return true };
    let mut ranges = scope.areas.iter().map(|area| area.code.range());
    ranges.any(|area| area.0 <= to && from <= area.1)
}

/// How many families each of some selections shows, in one statement. Index: primary key of family_tally, else those of
/// [`Counted::sql`].
pub(crate) async fn counts(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    selections: &[Selection],
) -> Result<Vec<i64>, StoreError> {
    asuh_store::row_struct! { struct Count { nth: i64, families: i64 } }
    let mut counts = vec![0; selections.len()];
    if selections.is_empty() {
        return Ok(counts);
    }
    let mut args = args![district];
    let each: Vec<String> =
        (0_i64..).zip(selections).map(|(nth, one)| count_sql(nth, scope, one, &mut args)).collect();
    for count in db.all::<Count>(&each.join(" UNION ALL "), args).await? {
        if let Some(place) = usize::try_from(count.nth).ok().and_then(|nth| counts.get_mut(nth)) {
            *place = count.families;
        }
    }
    Ok(counts)
}

fn count_sql(nth: i64, scope: &Scope, selection: &Selection, args: &mut Args) -> String {
    let counted = Counted { scope, within: selection.within, list: selection.list }.sql(args);
    let chosen = chosen_sql(selection, args);
    format!(
        "SELECT CAST({nth} AS BIGINT) AS nth, CAST(COALESCE(SUM(c.families), 0) AS BIGINT) AS families \
         FROM {counted} WHERE {chosen}"
    )
}

/// The villages that hold the next `wanted` families of a selection, from the village `after` on, where the page before
/// ended.
/// Index: primary key of family_tally.
pub(super) async fn villages(
    db: &impl Query,
    district: DistrictId,
    counted: Counted<'_>,
    selection: &Selection,
    after: Option<i64>,
    mut wanted: i64,
) -> Result<Vec<i64>, StoreError> {
    asuh_store::row_struct! { struct Village { village_code: i64, families: i64 } }
    let mut args = args![district];
    let cells = counted.by_village(&mut args);
    let chosen = chosen_sql(selection, &mut args);
    let from = args.push(after.unwrap_or(0));
    let sql = format!(
        "SELECT c.village_code, CAST(SUM(c.families) AS BIGINT) AS families FROM {cells} \
         WHERE {chosen} AND c.village_code >= {from} GROUP BY c.village_code HAVING SUM(c.families) > 0 \
         ORDER BY c.village_code"
    );
    let holding = db.all::<Village>(&sql, args).await?.into_iter().take_while(|village| {
        let is_wanted = wanted > 0;
        // Of the village where the page before ended nobody knows how many are left.
        if Some(village.village_code) != after {
            wanted -= village.families;
        }
        is_wanted
    });
    Ok(holding.map(|village| village.village_code).collect())
}
