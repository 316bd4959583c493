//! Reading the situation: from the rows of the steps, and what was kept of it.

use std::collections::BTreeMap;

use asuh_ground::access::Scope;
use asuh_step_growth::rules::born_after;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::{Date, Duration, Month};

use super::rules::{Figures, Mark, shared, within};
use crate::plan::{Sight, query as plans};

/// Families that are gone.
const GONE: &str = "('moved', 'deceased', 'duplicate')";

/// From the first to the last day of a month (yyyymm), no later than today.
pub(super) fn month_of(month: i64, today: Date) -> Option<(Date, Date)> {
    let year = i32::try_from(month / 100).ok()?;
    let month = Month::try_from(u8::try_from(month % 100).ok()?).ok()?;
    let first = Date::from_calendar_date(year, month, 1).ok()?;
    let last = Date::from_calendar_date(year, month, month.length(year)).ok()?;
    (first <= today).then(|| (first, last.min(today)))
}

asuh_store::row_struct! {
    /// Of children of a village: how many, measured, stunted, severely so. Of its families: how many. Of a family at risk: its
    /// marks, each 0 or 1.
    struct Counted { kind: String, code: i64, family_id: Option<Id>, a: i64, b: i64, c: i64, d: i64, e: i64 }
}

/// A family at risk as an analysis counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AtRisk {
    pub(crate) village: i64,
    pub(crate) family: Id,
    /// The bits of its [`Mark`]s.
    pub(crate) marks: i64,
}

/// The figures of every village of a district, and the families at risk that they count: children by their last measurement of
/// the month, as the indicator `stunting` counts them; families as they stand today; money of the plan of the year. Children
/// and families come from one statement, so from one moment, which goes through the district's families; whoever asks keeps
/// the answer. Indexes: person_version_by_birth, family_version_current, measurement_by_person, family_desil_by_family,
/// visit_by_family.
pub(crate) async fn figures(
    db: &impl Query,
    district: DistrictId,
    (year, month): (i64, (Date, Date)),
    today: Date,
) -> Result<(BTreeMap<i64, Figures>, Vec<AtRisk>), StoreError> {
    let codes: Vec<(i64,)> = db
        .all(
            "SELECT code FROM territory WHERE district_id = $1 AND level = 'village' AND valid_to IS NULL ORDER BY code",
            args![district],
        )
        .await?;
    let mut found: BTreeMap<i64, Figures> =
        codes.into_iter().map(|(code,)| (code, Figures::default())).collect();
    let (first, last) = month;
    let has = |factor: &str| format!("(' ' || r.factors || ' ') LIKE '% {factor} %'");
    let flag = |condition: &str| format!("CAST(CASE WHEN {condition} THEN 1 ELSE 0 END AS BIGINT)");
    let sum = |condition: &str| format!("CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT)");
    let four = ["too_young", "too_old", "too_close", "too_many"].map(has).join(" OR ");
    let sql = format!(
        "SELECT 'at_risk' AS kind, r.village_code AS code, r.family_id, {} AS a, {} AS b, {} AS c, {} AS d, {} AS e \
         FROM family_risk r WHERE r.district_id = $1 AND r.status NOT IN {GONE} AND r.at_risk = 1 \
         UNION ALL \
         SELECT 'families', r.village_code, NULL, COUNT(*), 0, 0, 0, 0 FROM family_risk r \
         WHERE r.district_id = $1 AND r.status NOT IN {GONE} GROUP BY r.village_code \
         UNION ALL \
         SELECT 'children', f.village_code, NULL, COUNT(*), {}, {}, {}, 0 FROM family_version f \
         JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id \
         LEFT JOIN measurement m ON m.district_id = p.district_id AND m.id = (SELECT x.id FROM measurement x \
             WHERE x.district_id = $1 AND x.person_id = p.person_id AND x.measured_on BETWEEN $3 AND $4 \
             AND x.retracted_at IS NULL AND x.haz BETWEEN -600 AND 600 \
             ORDER BY x.measured_on DESC, x.recorded_at DESC, x.id DESC LIMIT 1) \
         WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.status NOT IN {GONE} AND p.superseded_at = $2 \
         AND p.ended_reason IS NULL AND p.birth_date > $5 AND p.birth_date <= $4 GROUP BY f.village_code",
        flag(&has("poor_water")),
        flag(&has("poor_latrine")),
        flag(&four),
        flag(
            "(SELECT e.desil FROM family_desil e WHERE e.district_id = $1 AND e.family_id = r.family_id \
             AND e.retracted_at IS NULL ORDER BY e.as_of DESC, e.recorded_at DESC, e.id DESC LIMIT 1) <= 2"
        ),
        flag(
            "NOT EXISTS (SELECT 1 FROM visit v WHERE v.district_id = $1 AND v.family_id = r.family_id \
             AND v.visited_on >= $6 AND v.retracted_at IS NULL)"
        ),
        sum("m.haz IS NOT NULL"),
        sum("m.haz < -200"),
        sum("m.haz < -300"),
    );
    let since = today - Duration::days(90);
    let rows: Vec<Counted> =
        db.all(&sql, args![district, Instant::NEVER, first, last, born_after(last), since]).await?;
    let mut families = Vec::new();
    for row in rows {
        let Some(one) = found.get_mut(&row.code) else { continue };
        let Counted { code, family_id, a, b, c, d, e, .. } = row;
        match (row.kind.as_str(), family_id) {
            ("children", _) => (one.children, one.measured, one.stunted, one.severely) = (a, b, c, d),
            ("at_risk", Some(family)) => {
                let marks =
                    Mark::ALL.iter().zip([a, b, c, d, e]).map(|(mark, holds)| holds * mark.bit()).sum();
                one.count(marks);
                families.push(AtRisk { village: code, family, marks });
            }
            _ => one.families = a,
        }
    }
    let villages: Vec<i64> = found.keys().copied().collect();
    for item in plans::items(db, district, &Sight::Whole, year).await? {
        let Some(budget) = item.budget else { continue };
        let own = within(&item.places(), &villages);
        for (code, part) in shared(budget, &own) {
            found.entry(code).and_modify(|one| one.budget += part);
        }
    }
    Ok((found, families))
}

asuh_store::row_struct! {
    /// An analysis.
    pub(crate) struct Analysis {
        pub(crate) id: Id,
        pub(crate) year: i64,
        pub(crate) nth: i64,
        pub(crate) state: String,
        pub(crate) month: i64,
        pub(crate) criteria: String,
        pub(crate) reckoned_at: Instant,
        pub(crate) decided_on: Option<Date>,
        pub(crate) decree: String,
        pub(crate) document_id: Option<Id>,
    }
}

const ANALYSIS: &str = "SELECT id, year, nth, state, month, criteria, reckoned_at, decided_on, decree, document_id \
     FROM analysis WHERE district_id = $1";

/// All analyses, the latest first; a few a year. Index: analysis_by_year.
pub(crate) async fn all(db: &impl Query, district: DistrictId) -> Result<Vec<Analysis>, StoreError> {
    db.all(&format!("{ANALYSIS} ORDER BY year DESC, nth DESC"), args![district]).await
}

/// One of them. Index: primary key.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<Analysis>, StoreError> {
    db.first(&format!("{ANALYSIS} AND id = $2"), args![district, id]).await
}

asuh_store::row_struct! {
    /// A village of an analysis.
    pub(crate) struct Village {
        pub(crate) village_code: i64,
        pub(crate) name: String,
        pub(crate) inside: String,
        pub(crate) children: i64,
        pub(crate) measured: i64,
        pub(crate) stunted: i64,
        pub(crate) severely: i64,
        pub(crate) families: i64,
        pub(crate) at_risk: i64,
        pub(crate) poor_water: i64,
        pub(crate) poor_latrine: i64,
        pub(crate) four_too: i64,
        pub(crate) poor: i64,
        pub(crate) unvisited: i64,
        pub(crate) budget: i64,
        pub(crate) points: i64,
        pub(crate) place: i64,
        pub(crate) proposed: bool,
        pub(crate) chosen: bool,
        pub(crate) reason: String,
    }
}

impl Village {
    /// Its figures.
    pub(crate) fn figures(&self) -> Figures {
        Figures {
            children: self.children,
            measured: self.measured,
            stunted: self.stunted,
            severely: self.severely,
            families: self.families,
            at_risk: self.at_risk,
            poor_water: self.poor_water,
            poor_latrine: self.poor_latrine,
            four_too: self.four_too,
            poor: self.poor,
            unvisited: self.unvisited,
            budget: self.budget,
        }
    }
}

/// The villages of an analysis within the scope, by kecamatan and place. Index: primary key.
pub(crate) async fn villages(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    analysis: Id,
) -> Result<Vec<Village>, StoreError> {
    let mut args = args![district, analysis];
    let within = scope.territory_condition("v.village_code", None, &mut args);
    db.all(
        &format!(
            "SELECT v.village_code, COALESCE(y.name, '') AS name, COALESCE(k.name, '') AS inside, v.children, v.measured, \
             v.stunted, v.severely, v.families, v.at_risk, v.poor_water, v.poor_latrine, v.four_too, v.poor, v.unvisited, \
             v.budget, v.points, v.place, v.proposed, v.chosen, v.reason FROM analysis_village v \
             LEFT JOIN territory y ON y.district_id = v.district_id AND y.code = v.village_code \
             LEFT JOIN territory k ON k.district_id = v.district_id AND k.code = v.village_code - (v.village_code % 10000) \
             WHERE v.district_id = $1 AND v.analysis_id = $2 AND {within} ORDER BY v.place, v.village_code"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// What stands in the way.
    pub(crate) struct Obstacle {
        pub(crate) id: Id,
        pub(crate) territory_code: i64,
        pub(crate) place: String,
        pub(crate) words: String,
        pub(crate) proposal: String,
        pub(crate) recorded_by: Id,
        pub(crate) by_name: Option<String>,
    }
}

/// The obstacles of an analysis within the scope, place by place. Index: analysis_obstacle_by_analysis.
pub(crate) async fn obstacles(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    analysis: Id,
) -> Result<Vec<Obstacle>, StoreError> {
    let mut args = args![district, analysis];
    let within = scope.territory_condition("o.territory_code", None, &mut args);
    db.all(
        &format!(
            "SELECT o.id, o.territory_code, COALESCE(y.name, '') AS place, o.words, o.proposal, o.recorded_by, \
             u.name AS by_name FROM analysis_obstacle o \
             LEFT JOIN territory y ON y.district_id = o.district_id AND y.code = o.territory_code \
             LEFT JOIN app_user u ON u.district_id = o.district_id AND u.id = o.recorded_by \
             WHERE o.district_id = $1 AND o.analysis_id = $2 AND o.retracted_at IS NULL AND {within} \
             ORDER BY o.territory_code, o.id"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// The families at risk of a village that an analysis counted, and how many of them have each mark.
    pub(crate) struct Counts {
        pub(crate) village_code: i64,
        pub(crate) name: String,
        pub(crate) at_risk: i64,
        poor_water: i64,
        poor_latrine: i64,
        four_too: i64,
        poor: i64,
        unvisited: i64,
    }
}

impl Counts {
    /// How many have a mark; without one all of them.
    pub(crate) fn of(&self, mark: Option<Mark>) -> i64 {
        match mark {
            None => self.at_risk,
            Some(Mark::PoorWater) => self.poor_water,
            Some(Mark::PoorLatrine) => self.poor_latrine,
            Some(Mark::FourToo) => self.four_too,
            Some(Mark::Poor) => self.poor,
            Some(Mark::Unvisited) => self.unvisited,
        }
    }
}

/// The kept families counted, village by village, of a range of villages. Whoever calls this has asked whether the caller
/// reaches all of them. Index: primary key of `analysis_family`.
pub(crate) async fn counts(
    db: &impl Query,
    district: DistrictId,
    analysis: Id,
    (from, to): (i64, i64),
) -> Result<Vec<Counts>, StoreError> {
    let sums = Mark::ALL.map(|mark| {
        let (bit, name) = (mark.bit(), mark.code());
        format!("CAST(SUM(CASE WHEN (v.marks & {bit}) <> 0 THEN 1 ELSE 0 END) AS BIGINT) AS {name}")
    });
    let sql = format!(
        "SELECT v.village_code, COALESCE(MAX(y.name), '') AS name, COUNT(*) AS at_risk, {} FROM analysis_family v \
         LEFT JOIN territory y ON y.district_id = v.district_id AND y.code = v.village_code \
         WHERE v.district_id = $1 AND v.analysis_id = $2 AND v.village_code BETWEEN $3 AND $4 \
         GROUP BY v.village_code ORDER BY v.village_code",
        sums.join(", ")
    );
    db.all(&sql, args![district, analysis, from, to]).await
}

/// Families on a page.
pub(super) const PAGE: usize = 50;

asuh_store::row_struct! {
    /// A family at risk that was counted. Its name and place are those of today; none where it is not within the reader's
    /// reach any more, or its name was removed.
    pub(crate) struct FamilyLine {
        pub(crate) family_id: Id,
        pub(crate) marks: i64,
        pub(crate) head_name: Option<String>,
        pub(crate) rw: Option<String>,
        pub(crate) rt: Option<String>,
    }
}

/// A page of the families of a village that an analysis counted, with a mark or all of them; one more when there are more. Every
/// one that counted is a row, named only for `scope`. Indexes: primary key of `analysis_family`, family_version_current.
pub(crate) async fn families(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (analysis, village): (Id, i64),
    mark: Option<Mark>,
    after: Option<Id>,
) -> Result<Vec<FamilyLine>, StoreError> {
    let mut args = args![district, analysis, village, Instant::NEVER];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let marked = mark.map(|mark| format!(" AND (v.marks & {}) <> 0", mark.bit())).unwrap_or_default();
    let after = after.map(|id| format!(" AND v.family_id > {}", args.push(id))).unwrap_or_default();
    let limit = PAGE + 1;
    db.all(
        &format!(
            "SELECT v.family_id, v.marks, f.head_name, f.rw, f.rt FROM analysis_family v \
             LEFT JOIN family_version f ON f.district_id = v.district_id AND f.family_id = v.family_id \
             AND f.superseded_at = $4 AND {within} \
             WHERE v.district_id = $1 AND v.analysis_id = $2 AND v.village_code = $3{marked}{after} \
             ORDER BY v.family_id LIMIT {limit}"
        ),
        args,
    )
    .await
}
