//! The list of families that a list keeper works from: a page in one query, its targets in a second one, its counts in a
//! third one.

use std::collections::HashMap;

use asuh_nusantara::TerritoryCode;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::count::{self, Facets};
use crate::risk::RiskFilter;
use crate::rules::{self, FamilyStatus, Maternity, MaternityKind, PersonFacts, Target};
use crate::tally::Counted;
use asuh_ground::access::Scope;

/// Families on a page.
pub(crate) const PAGE: usize = 50;
/// Where fewer than one family in so many is shown, the others are not walked through.
const RARE: i64 = 50;

/// Which families a list shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// Inside this territory.
    pub(crate) within: Option<TerritoryCode>,
    /// With this status.
    pub(crate) status: Option<FamilyStatus>,
    /// With a member who is this target.
    pub(crate) target: Option<Target>,
    /// On this frozen list of families at risk.
    pub(crate) list: Option<Id>,
    /// At risk by our computation, or differing from BKKBN's flag.
    pub(crate) risk: Option<RiskFilter>,
    /// After this family.
    pub(crate) after: Option<Id>,
}

impl Selection {
    /// Whether it leaves any family out.
    pub(crate) fn is_chosen(&self) -> bool {
        self.within.is_some()
            || self.status.is_some()
            || self.target.is_some()
            || self.list.is_some()
            || self.risk.is_some()
    }
}

asuh_store::row_struct! {
    /// A family in a list.
    pub(crate) struct Line {
        pub(crate) family_id: Id,
        pub(crate) head_name: String,
        pub(crate) village_code: i64,
        pub(crate) village_name: Option<String>,
        pub(crate) hamlet: String,
        pub(crate) rw: String,
        pub(crate) rt: String,
        pub(crate) status: String,
    }
}

impl Line {
    /// The tone of the status tag.
    pub(crate) fn tone(&self) -> &'static str {
        FamilyStatus::parse(&self.status).map_or("", FamilyStatus::tone)
    }
}

/// A page of families by village and name, and whether there are more; `facets` are those of the selection. Index:
/// `family_version_list`, in whose order the rows come.
pub(crate) async fn page(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
    facets: &Facets,
) -> Result<(Vec<Line>, bool), StoreError> {
    let shown = facets.count(selection.status, selection.target);
    if shown == 0 {
        return Ok((Vec::new(), false));
    }
    let after = match selection.after {
        Some(id) => place_of(db, district, id).await?,
        None => None,
    };
    let counted = Counted { scope, within: selection.within, list: selection.list };
    let villages = match shown.saturating_mul(RARE) < facets.all() && counted.is_tallied() {
        true => {
            let first = after.as_ref().map(|place| place.village_code);
            Some(count::villages(db, district, counted, selection, first, PAGE as i64 + 1).await?)
        }
        false => None,
    };
    let (sql, args) = page_sql(district, scope, selection, after.as_ref(), villages.as_deref());
    let mut lines: Vec<Line> = db.all(&sql, args).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok((lines, more))
}

asuh_store::row_struct! {
    /// Where a family stands in the list: the last one of the page before. Names never stand in addresses,
    /// so a page names the family and its place is read again.
    pub(crate) struct Place {
        village_code: i64,
        head_search: String,
        family_id: Id,
    }
}

pub(super) async fn place_of(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<Place>, StoreError> {
    db.first(
        "SELECT village_code, head_search, family_id FROM family_version \
         WHERE district_id = $1 AND family_id = $2 AND superseded_at = $3",
        args![district, id, Instant::NEVER],
    )
    .await
}

/// The statement of a page; by itself so that a test can ask the engine for its plan.
pub(crate) fn page_sql(
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
    after: Option<&Place>,
    villages: Option<&[i64]>,
) -> (String, Args) {
    let (mut args, mut conditions) = conditions(district, scope, selection, villages);
    if let Some(place) = after {
        let village = args.push(place.village_code);
        let name = args.push(&place.head_search);
        let id = args.push(place.family_id);
        // Not as a row value: with one SQLite skips over the district and sorts what it finds.
        conditions.push(format!(
            "v.village_code >= {village} AND (v.village_code > {village} OR v.head_search > {name} \
             OR (v.head_search = {name} AND v.family_id > {id}))"
        ));
    }
    let limit = args.push(PAGE as i64 + 1);
    let sql = format!(
        "SELECT v.family_id, v.head_name, v.village_code, t.name AS village_name, v.hamlet, v.rw, v.rt, \
         v.status FROM family_version v \
         LEFT JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
         WHERE {} ORDER BY v.village_code, v.head_search, v.family_id LIMIT {limit}",
        conditions.join(" AND ")
    );
    (sql, args)
}

asuh_store::row_struct! {
    /// A family in a file of the list.
    pub(crate) struct Exported {
        pub(crate) family_id: Id,
        pub(crate) head_name: String,
        pub(crate) village_code: i64,
        pub(crate) hamlet: String,
        pub(crate) rw: String,
        pub(crate) rt: String,
        pub(crate) kki: Option<String>,
        pub(crate) kk_sealed: Option<Vec<u8>>,
        pub(crate) status: String,
        pub(crate) krs: Option<bool>,
        pub(crate) at_risk: Option<bool>,
        pub(crate) factors: Option<String>,
    }
}

/// The statement of all families of a selection, in the order of the list, within one reach and, where it is given,
/// within another one as well. Indexes: family_version_list, primary key of family_risk.
pub(crate) fn export_sql(
    district: DistrictId,
    scope: &Scope,
    also: Option<&Scope>,
    selection: &Selection,
) -> (String, Args) {
    let (mut args, mut conditions) = conditions(district, scope, selection, None);
    if let Some(also) = also {
        conditions.push(also.territory_condition("(v.village_code + 0)", Some("v.rw"), &mut args));
    }
    let sql = format!(
        "SELECT v.family_id, v.head_name, v.village_code, v.hamlet, v.rw, v.rt, v.kki, v.kk_sealed, v.status, v.krs, \
         k.at_risk, k.factors FROM family_version v \
         LEFT JOIN family_risk k ON k.district_id = v.district_id AND k.family_id = v.family_id \
         WHERE {} ORDER BY v.village_code, v.head_search, v.family_id",
        conditions.join(" AND ")
    );
    (sql, args)
}

fn conditions(
    district: DistrictId,
    scope: &Scope,
    selection: &Selection,
    villages: Option<&[i64]>,
) -> (Args, Vec<String>) {
    let mut args = args![district, Instant::NEVER];
    let mut conditions = vec!["v.district_id = $1".to_owned(), "v.superseded_at = $2".to_owned()];
    // These villages, or one range around everything reached: the index begins at the right place. The exact areas
    // follow.
    if let Some(villages) = villages {
        conditions.push(format!("v.village_code IN ({})", args.push_list(villages.iter().copied())));
    } else if let Some((from, to)) = outer_range(scope, selection.within) {
        conditions.push(format!("v.village_code BETWEEN {} AND {}", args.push(from), args.push(to)));
    }
    // The sum keeps the engines from reading each area by itself and sorting the lot: the range above leads.
    conditions.push(scope.territory_condition("(v.village_code + 0)", Some("v.rw"), &mut args));
    if let Some(status) = selection.status {
        conditions.push(format!("v.status = {}", args.push(status.code())));
    }
    if let Some(list) = selection.list {
        // frozen_row_by_subject
        conditions.push(format!(
            "EXISTS (SELECT 1 FROM frozen_row f WHERE f.district_id = $1 AND f.list_id = {} \
             AND f.subject_id = v.family_id)",
            args.push(list)
        ));
    }
    let derived = [
        selection.target.map(|target| format!("(r.targets & {}) <> 0", target.bit())),
        selection.risk.map(|risk| risk.condition("r")),
    ];
    let derived: Vec<String> = derived.into_iter().flatten().collect();
    if !derived.is_empty() {
        // Primary key of family_risk.
        conditions.push(format!(
            "EXISTS (SELECT 1 FROM family_risk r WHERE r.district_id = $1 AND r.family_id = v.family_id AND {})",
            derived.join(" AND ")
        ));
    }
    (args, conditions)
}

/// The smallest range of village codes that holds what both the scope and the filter reach.
pub(crate) fn outer_range(scope: &Scope, within: Option<TerritoryCode>) -> Option<(i64, i64)> {
    let ranges = scope.areas.iter().map(|area| area.code.range());
    let reached = ranges.reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)))?;
    let (from, to) = within.map_or(reached, TerritoryCode::range);
    Some((from.max(reached.0), to.min(reached.1)))
}

asuh_store::row_struct! {
    struct MemberRow {
        family_id: Id,
        person_id: Id,
        birth_date: Option<Date>,
        kind: Option<String>,
        starts_on: Option<Date>,
        due_on: Option<Date>,
        ends_on: Option<Date>,
    }
}

/// A target of a family, for its words in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TargetLine {
    pub(crate) target: Target,
    pub(crate) birth_date: Option<Date>,
    pub(crate) due_on: Option<Date>,
}

/// The targets of some families on a day, in one query. Indexes: `person_version_by_family`,
/// `maternity_by_person`.
pub(crate) async fn targets(
    db: &impl Query,
    district: DistrictId,
    families: impl IntoIterator<Item = Id>,
    on: Date,
) -> Result<HashMap<Id, Vec<TargetLine>>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let families = args.push_list(families);
    let rows: Vec<MemberRow> = db
        .all(
            &format!(
                "SELECT p.family_id, p.person_id, p.birth_date, m.kind, m.starts_on, m.due_on, m.ends_on \
                 FROM person_version p LEFT JOIN maternity m ON m.district_id = p.district_id \
                 AND m.person_id = p.person_id AND m.retracted_at IS NULL \
                 WHERE p.district_id = $1 AND p.superseded_at = $2 AND p.family_id IN ({families}) \
                 AND p.ended_reason IS NULL ORDER BY p.family_id, p.person_id"
            ),
            args,
        )
        .await?;
    let mut found: HashMap<Id, Vec<TargetLine>> = HashMap::new();
    for person in rows.chunk_by(|one, two| one.person_id == two.person_id) {
        let Some(first) = person.first() else { continue };
        let maternity: Vec<Maternity> = person.iter().filter_map(maternity_of).collect();
        let facts = PersonFacts { birth_date: first.birth_date, ended: false };
        if let Some(target) = rules::target_of(&facts, &maternity, on) {
            let due_on = maternity
                .iter()
                .find(|one| one.kind == MaternityKind::Pregnancy && one.holds_on(on))
                .and_then(|one| one.due_on);
            let line = TargetLine { target, birth_date: first.birth_date, due_on };
            found.entry(first.family_id).or_default().push(line);
        }
    }
    for lines in found.values_mut() {
        lines.sort_by_key(|line| (line.target, line.birth_date));
    }
    Ok(found)
}

fn maternity_of(row: &MemberRow) -> Option<Maternity> {
    Some(Maternity {
        kind: MaternityKind::parse(row.kind.as_deref()?)?,
        starts_on: row.starts_on?,
        due_on: row.due_on,
        ends_on: row.ends_on,
    })
}
