//! What is read for *Hari ini*: the families of a range of villages with their targets, last visits and answers.

use std::collections::HashMap;

use asuh_ground::access::Scope;
use asuh_ground::settings;
use asuh_step_registry::rules::{
    Bounds, FamilyStatus, Maternity, MaternityKind, PersonFacts, Target, target_of,
};
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use crate::case::query::first_due;
use crate::referral::query::all_open;

use super::rules::{Facts, Member, Rhythm, Standing};

/// A family with what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct FamilyFacts {
    pub(crate) family_id: Id,
    pub(crate) head_name: String,
    pub(crate) village_code: i64,
    pub(crate) rw: String,
    pub(crate) rt: String,
    pub(crate) facts: Facts,
}

/// The district's rhythm. Index: primary key of `setting`.
pub(crate) async fn rhythm(db: &impl Query, district: DistrictId) -> Result<Rhythm, StoreError> {
    Ok(Rhythm {
        urgent: settings::get_typed(db, district, "mentoring.days_urgent").await?,
        stunted: settings::get_typed(db, district, "mentoring.days_stunted").await?,
        pregnant: settings::get_typed(db, district, "mentoring.days_pregnant").await?,
        others: settings::get_typed(db, district, "mentoring.days_others").await?,
        ends_soon: settings::get_typed(db, district, "mentoring.ends_soon").await?,
    })
}

asuh_store::row_struct! {
    struct Row {
        family_id: Id,
        head_name: String,
        village_code: i64,
        rw: String,
        rt: String,
        person_id: Id,
        name: String,
        birth_date: Option<Date>,
        kind: Option<String>,
        starts_on: Option<Date>,
        due_on: Option<Date>,
        measured_on: Option<Date>,
        refer_today: Option<bool>,
        stunted: Option<bool>,
        severe: Option<bool>,
    }
}

/// The statement for the targets of the families of a range within the scope. Indexes: family_version_list,
/// person_version_by_family, maternity_by_person, primary key of child_growth.
pub(crate) const TARGETS: &str = "SELECT f.family_id, f.head_name, f.village_code, f.rw, f.rt, p.person_id, p.name, \
     p.birth_date, m.kind, m.starts_on, m.due_on, g.measured_on, g.refer_today, g.stunted, \
     CAST(CASE WHEN g.haz < -300 OR g.whz < -300 OR g.twice_not_gained = 1 OR g.below_red_line = 1 THEN 1 ELSE 0 END \
     AS BIGINT) AS severe \
     FROM family_version f \
     JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id AND p.superseded_at = $2 \
     AND p.ended_reason IS NULL \
     LEFT JOIN maternity m ON m.district_id = p.district_id AND m.person_id = p.person_id AND m.retracted_at IS NULL \
     AND (m.ends_on IS NULL OR m.ends_on > $5) \
     LEFT JOIN child_growth g ON g.district_id = p.district_id AND g.person_id = p.person_id \
     WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.village_code BETWEEN $3 AND $4 \
     AND (p.birth_date >= $6 OR m.id IS NOT NULL)";

/// Who is mentored: families that are on the list, verified or not yet; a child grows before somebody has verified it.
pub(super) const MENTORED: [FamilyStatus; 2] = [FamilyStatus::Listed, FamilyStatus::Verified];

/// The families of the villages from one code to another, within the scope, that are mentored and have a
/// target; or one of them alone.
pub(crate) async fn families(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (from, to): (i64, i64),
    only: Option<Id>,
    on: Date,
) -> Result<Vec<FamilyFacts>, StoreError> {
    let mut args = args![district, Instant::NEVER, from, to, on, Bounds::of(on).under_five_from];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let statuses = args.push_list(MENTORED.map(FamilyStatus::code));
    let only = only.map(|family| format!(" AND f.family_id = {}", args.push(family))).unwrap_or_default();
    let sql = format!(
        "{TARGETS}{only} AND f.status IN ({statuses}) AND {within} ORDER BY f.village_code, f.head_search, f.family_id, \
         p.birth_date, p.person_id"
    );
    let rows: Vec<Row> = db.all(&sql, args).await?;
    let mut found: Vec<FamilyFacts> = Vec::new();
    for row in rows.chunk_by(|one, other| one.person_id == other.person_id) {
        let Some(first) = row.first() else { continue };
        let Some(member) = member(row, on) else { continue };
        match found.last_mut().filter(|family| family.family_id == first.family_id) {
            Some(family) => family.facts.members.push(member),
            None => found.push(FamilyFacts {
                family_id: first.family_id,
                head_name: first.head_name.clone(),
                village_code: first.village_code,
                rw: first.rw.clone(),
                rt: first.rt.clone(),
                facts: Facts { members: vec![member], ..Facts::default() },
            }),
        }
    }
    let ids: Vec<Id> = found.iter().map(|family| family.family_id).collect();
    let mut visits = last_visits(db, district, &ids).await?;
    let mut answered = answered(db, district, &ids).await?;
    let referred: HashMap<Id, Date> =
        all_open(db, district).await?.into_iter().map(|open| (open.person_id, open.answer_by)).collect();
    let mut plans = first_due(db, district, on).await?;
    for family in &mut found {
        family.facts.plan_due = plans.remove(&family.family_id);
        if let Some((visited_on, next_on)) = visits.remove(&family.family_id) {
            (family.facts.visited_on, family.facts.next_on) = (Some(visited_on), next_on);
        }
        for member in &mut family.facts.members {
            member.referred = referred.get(&member.id).copied();
            member.answered = answered.remove(&member.id).unwrap_or_default();
        }
    }
    Ok(found)
}

/// A person out of his rows, one for each pregnancy or breastfeeding period; nothing when he is no target.
fn member(rows: &[Row], on: Date) -> Option<Member> {
    let first = rows.first()?;
    let period = |row: &Row| {
        Some(Maternity {
            kind: MaternityKind::parse(row.kind.as_deref()?)?,
            starts_on: row.starts_on?,
            due_on: row.due_on,
            ends_on: None,
        })
    };
    let periods: Vec<Maternity> = rows.iter().filter_map(period).collect();
    let facts = PersonFacts { birth_date: first.birth_date, ended: false };
    let target = target_of(&facts, &periods, on)?;
    let expected = periods.iter().filter(|one| one.kind == MaternityKind::Pregnancy && one.holds_on(on));
    let due_on = expected.filter_map(|one| one.due_on).max().filter(|_| target == Target::Pregnant);
    Some(Member {
        id: first.person_id,
        name: first.name.clone(),
        target,
        birth: first.birth_date,
        due_on,
        standing: Standing {
            measured_on: first.measured_on,
            refer_today: first.refer_today.unwrap_or_default(),
            stunted: first.stunted.unwrap_or_default(),
            severe: first.severe.unwrap_or_default(),
        },
        answered: Vec::new(),
        referred: None,
    })
}

/// Families that are asked for by one statement.
const AT_ONCE: usize = 500;

/// The last visit of a mentor to each family or a record merged into it, with the day on which he meant to come again.
/// Indexes: family_by_canonical, visit_by_family.
pub(super) async fn last_visits(
    db: &impl Query,
    district: DistrictId,
    families: &[Id],
) -> Result<HashMap<Id, (Date, Option<Date>)>, StoreError> {
    asuh_store::row_struct! {
        struct Last { family_id: Id, canonical_id: Option<Id>, visited_on: Date, next_on: Option<Date> }
    }
    let mut last: HashMap<Id, (Date, Option<Date>)> = HashMap::new();
    for some in families.chunks(AT_ONCE) {
        let mut args = args![district];
        let list = args.push_list(some.iter().copied());
        let rows: Vec<Last> = db
            .all(
                &format!(
                    "SELECT x.family_id, h.canonical_id, x.visited_on, x.next_on FROM family h \
                     JOIN visit x ON x.district_id = h.district_id AND x.family_id = h.id AND x.retracted_at IS NULL \
                     AND x.sponsor_id IS NULL \
                     WHERE h.district_id = $1 AND (h.id IN ({list}) OR h.canonical_id IN ({list})) \
                     ORDER BY x.visited_on, x.recorded_at, x.id"
                ),
                args,
            )
            .await?;
        for row in rows {
            last.insert(row.canonical_id.unwrap_or(row.family_id), (row.visited_on, row.next_on));
        }
    }
    Ok(last)
}

/// When each question was last answered with yes, or that it does not apply, of each member of families. Indexes:
/// visit_by_family, primary key of visit_answer.
async fn answered(
    db: &impl Query,
    district: DistrictId,
    families: &[Id],
) -> Result<HashMap<Id, Vec<(String, Date)>>, StoreError> {
    asuh_store::row_struct! { struct Answered { person_id: Id, question: String, last: Date } }
    let mut answered: HashMap<Id, Vec<(String, Date)>> = HashMap::new();
    for some in families.chunks(AT_ONCE) {
        let mut args = args![district];
        let list = args.push_list(some.iter().copied());
        let rows: Vec<Answered> = db
            .all(
                &format!(
                    "SELECT COALESCE(w.canonical_id, w.id) AS person_id, a.question, MAX(x.visited_on) AS last \
                     FROM family h \
                     JOIN visit x ON x.district_id = h.district_id AND x.family_id = h.id AND x.retracted_at IS NULL \
                     JOIN visit_answer a ON a.district_id = x.district_id AND a.visit_id = x.id \
                     AND a.answer IN ('yes', 'not_applicable') \
                     JOIN person w ON w.district_id = a.district_id AND w.id = a.person_id \
                     WHERE h.district_id = $1 AND (h.id IN ({list}) OR h.canonical_id IN ({list})) \
                     GROUP BY COALESCE(w.canonical_id, w.id), a.question"
                ),
                args,
            )
            .await?;
        for row in rows {
            answered.entry(row.person_id).or_default().push((row.question, row.last));
        }
    }
    Ok(answered)
}
