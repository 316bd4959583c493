//! Reading indicators, their sets and targets.

use std::sync::Arc;

use asuh_ground::access::{Actor, Capability};
use asuh_store::{DistrictId, FromRow, Id, Instant, Query, Row, StoreError, args};

use super::computation::Computation;
use super::rules::{Better, Grain, Group, Period, PeriodKind, Unit};
use crate::rights::SeeIndicators;

/// Indicators on a page.
pub(super) const PAGE: usize = 25;

const COLUMNS: &str = "i.id, i.code, i.name, i.name_en, i.target_group, i.age_from, i.age_to, i.numerator, i.denominator, \
     i.unit, i.better, i.computation, i.question, i.office_id, i.office_tag, o.name AS office, i.source, i.period, i.grain, \
     i.kind, i.confirm, i.recorded_at, i.retired_at, i.retired_reason";
const FROM: &str =
    "indicator i LEFT JOIN institution o ON o.district_id = i.district_id AND o.id = i.office_id";

asuh_store::row_struct! {
    /// What is counted, as the district words it.
    #[derive(PartialEq, Eq)]
    pub struct Indicator {
        /// Its key.
        pub id: Id,
        /// Its code: lower case letters, digits, hyphens.
        pub code: String,
        /// Its name in Indonesian.
        pub name: String,
        /// Its name in English, where it was shipped with one; else empty.
        pub name_en: String,
        /// Code of its [`Group`].
        pub target_group: String,
        /// Completed months of life of the children that are meant, from; where the group is children.
        pub age_from: Option<i64>,
        /// The same, to.
        pub age_to: Option<i64>,
        /// What is counted, in words.
        pub numerator: String,
        /// Of what, in words; empty for a count.
        pub denominator: String,
        /// Code of its [`Unit`].
        pub unit: String,
        /// Code of its [`Better`].
        pub better: String,
        /// Code of the computation; empty: an office enters it.
        pub computation: String,
        /// The questions of the checklist that the computation reads, one in a line.
        pub question: String,
        /// The institution that answers for it.
        pub office_id: Option<Id>,
        /// The tag by which that institution is looked for, as long as it is not chosen.
        pub office_tag: String,
        /// The institution's name.
        pub office: Option<String>,
        /// Where the numbers come from, in words.
        pub source: String,
        /// Code of its [`PeriodKind`].
        pub period: String,
        /// Code of its [`Grain`].
        pub grain: String,
        /// "direct", "indirect", "support" or empty: the class of intervention of the scheme of 2025.
        pub kind: String,
        /// What is to be confirmed about its words or numbers; empty: nothing.
        pub confirm: String,
        /// When this wording was recorded.
        pub recorded_at: Instant,
        /// Since when it is not used any more.
        pub retired_at: Option<Instant>,
        /// Why.
        pub retired_reason: String,
    }
}

impl Indicator {
    /// The length of its periods.
    pub fn period_kind(&self) -> PeriodKind {
        PeriodKind::parse(&self.period).unwrap_or(PeriodKind::Month)
    }

    /// Its period that a day lies in.
    pub fn period_of(&self, day: time::Date) -> Period {
        Period::containing(self.period_kind(), day)
    }

    /// What its values are.
    pub fn unit(&self) -> Unit {
        Unit::parse(&self.unit).unwrap_or(Unit::Percent)
    }

    /// Which way is good.
    pub fn better(&self) -> Better {
        Better::parse(&self.better).unwrap_or(Better::Higher)
    }

    /// Whom it counts.
    pub fn group(&self) -> Group {
        Group::parse(&self.target_group).unwrap_or(Group::Other)
    }

    /// The smallest place that has a value.
    pub fn grain(&self) -> Grain {
        Grain::parse(&self.grain).unwrap_or(Grain::Village)
    }

    /// Whether it is computed from the district's rows; else an office enters it.
    pub fn is_computed(&self) -> bool {
        !self.computation.is_empty()
    }

    /// Its name for a reader.
    pub fn name_in(&self, text: &asuh_ground::web::Text) -> &str {
        match text.language {
            asuh_nusantara::Language::English if !self.name_en.is_empty() => &self.name_en,
            _ => &self.name,
        }
    }

    /// What decides about its computed numbers, as one text: cells of another definition are not its own.
    pub(crate) fn definition(&self) -> String {
        let ages = [self.age_from, self.age_to].map(|age| age.map(|age| age.to_string()).unwrap_or_default());
        [&self.computation, &self.target_group, &ages[0], &ages[1], &self.period, &self.question]
            .map(String::as_str)
            .join("|")
    }
}

asuh_store::row_struct! {
    /// A list of indicators that somebody asks for.
    #[derive(PartialEq, Eq)]
    pub struct Set {
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// Where it comes from.
        pub source: String,
        /// How many indicators it should have; 0: as many as there are.
        pub slots: i64,
        /// Its place among the sets.
        pub position: i64,
        /// Whether what of it is entered is reported by villages and offices.
        pub asked: bool,
        /// How many it has.
        pub members: i64,
    }
}

impl Set {
    /// Places of the list that nobody has filled yet.
    pub fn empty_slots(&self) -> i64 {
        (self.slots - self.members).max(0)
    }
}

/// The sets of a district in their order. Index: primary keys.
///
/// # Errors
/// The store fails.
pub async fn sets(db: &impl Query, district: DistrictId) -> Result<Vec<Set>, StoreError> {
    db.all(
        "SELECT s.code, s.name, s.source, s.slots, s.position, s.asked, (SELECT COUNT(*) FROM indicator_member m \
         JOIN indicator i ON i.district_id = m.district_id AND i.id = m.indicator_id AND i.retired_at IS NULL \
         WHERE m.district_id = s.district_id AND m.set_code = s.code) AS members \
         FROM indicator_set s WHERE s.district_id = $1 ORDER BY s.position, s.code",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// An indicator's place in a set.
    #[derive(PartialEq, Eq)]
    pub struct Member {
        /// The set.
        pub set_code: String,
        /// The set's name.
        pub set_name: String,
        /// The indicator.
        pub indicator_id: Id,
        /// As the set numbers it.
        pub number: String,
        /// Its place in the set.
        pub position: i64,
    }
}

const MEMBER: &str = "SELECT m.set_code, s.name AS set_name, m.indicator_id, m.number, m.position FROM indicator_member m \
     JOIN indicator_set s ON s.district_id = m.district_id AND s.code = m.set_code WHERE m.district_id = $1";

/// In which sets an indicator is. Index: indicator_member_by_indicator.
///
/// # Errors
/// The store fails.
pub async fn memberships(
    db: &impl Query,
    district: DistrictId,
    indicator: Id,
) -> Result<Vec<Member>, StoreError> {
    db.all(&format!("{MEMBER} AND m.indicator_id = $2 ORDER BY s.position"), args![district, indicator]).await
}

/// All memberships of a district, set by set: some two hundred. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn all_members(db: &impl Query, district: DistrictId) -> Result<Vec<Member>, StoreError> {
    db.all(&format!("{MEMBER} ORDER BY s.position, m.position, m.number"), args![district]).await
}

/// An indicator as a set numbers it.
struct Numbered {
    number: String,
    indicator: Indicator,
}

impl FromRow for Numbered {
    fn from_row(row: &Row) -> Result<Numbered, StoreError> {
        Ok(Numbered { number: row.get("number")?, indicator: Indicator::from_row(row)? })
    }
}

/// The indicators of a set that are used, in its order, each with its number in the set. Index: primary keys.
///
/// # Errors
/// The store fails.
pub async fn of_set(
    db: &impl Query,
    district: DistrictId,
    set: &str,
) -> Result<Vec<(String, Indicator)>, StoreError> {
    let found: Vec<Numbered> = db
        .all(
            &format!(
                "SELECT m.number, {COLUMNS} FROM indicator_member m \
                 JOIN indicator i ON i.district_id = m.district_id AND i.id = m.indicator_id \
                 LEFT JOIN institution o ON o.district_id = i.district_id AND o.id = i.office_id \
                 WHERE m.district_id = $1 AND m.set_code = $2 AND i.retired_at IS NULL \
                 ORDER BY m.position, m.number, i.id"
            ),
            args![district, set],
        )
        .await?;
    Ok(found.into_iter().map(|one| (one.number, one.indicator)).collect())
}

/// The indicator that counts stunted children under five month by month by our own reading, where the district has it and
/// the caller sees indicators: what the figures of other pages lead to. Index: unique key of indicator.
///
/// # Errors
/// The store fails.
pub(crate) async fn stunting(
    db: &impl Query,
    district: DistrictId,
    actor: &Arc<Actor>,
) -> Result<Option<Id>, StoreError> {
    if SeeIndicators::of(actor).is_none() {
        return Ok(None);
    }
    let one = by_code(db, district, "stunting").await?;
    let counts = |one: &Indicator| {
        one.computation == Computation::Stunted.code()
            && one.period_kind() == PeriodKind::Month
            && (one.age_from, one.age_to) == (Some(0), Some(59))
    };
    Ok(one.filter(counts).map(|one| one.id))
}

/// All indicators that are used, by code. Some hundred of a district.
///
/// # Errors
/// The store fails.
pub async fn all(db: &impl Query, district: DistrictId) -> Result<Vec<Indicator>, StoreError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE i.district_id = $1 AND i.retired_at IS NULL ORDER BY i.code"
        ),
        args![district],
    )
    .await
}

/// All indicators, used or not.
pub(crate) async fn every(db: &impl Query, district: DistrictId) -> Result<Vec<Indicator>, StoreError> {
    db.all(&format!("SELECT {COLUMNS} FROM {FROM} WHERE i.district_id = $1 ORDER BY i.code"), args![district])
        .await
}

/// An indicator, used or not. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn by_id(db: &impl Query, district: DistrictId, id: Id) -> Result<Option<Indicator>, StoreError> {
    db.first(
        &format!("SELECT {COLUMNS} FROM {FROM} WHERE i.district_id = $1 AND i.id = $2"),
        args![district, id],
    )
    .await
}

/// The indicator with a code, used or not. Index: unique key.
///
/// # Errors
/// The store fails.
pub async fn by_code(
    db: &impl Query,
    district: DistrictId,
    code: &str,
) -> Result<Option<Indicator>, StoreError> {
    db.first(
        &format!("SELECT {COLUMNS} FROM {FROM} WHERE i.district_id = $1 AND i.code = $2"),
        args![district, code],
    )
    .await
}

/// What a list of indicators shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// Letters of the name or code.
    pub(crate) text: String,
    /// Only of this set.
    pub(crate) set: String,
    /// Only of this office.
    pub(crate) office: Option<Id>,
    /// "computed", "entered", "confirm", "retired"; anything else: all that are used.
    pub(crate) which: String,
    /// After the indicator with this code.
    pub(crate) after: String,
}

/// A page of indicators by code; one more when there are more. Indexes: unique key, primary key of indicator_member.
pub(crate) async fn list(
    db: &impl Query,
    district: DistrictId,
    selection: &Selection,
) -> Result<Vec<Indicator>, StoreError> {
    let mut args = args![district, &selection.after];
    let mut conditions = String::new();
    let text = asuh_nusantara::name::search_key(&selection.text);
    if !text.is_empty() {
        let like = args.push(format!("%{text}%"));
        let code = args.push(format!("%{}%", selection.text.trim().to_lowercase()));
        conditions.push_str(&format!(" AND (i.name_search LIKE {like} OR i.code LIKE {code})"));
    }
    if !selection.set.is_empty() {
        conditions.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM indicator_member m WHERE m.district_id = i.district_id AND m.indicator_id = i.id \
             AND m.set_code = {})",
            args.push(&selection.set)
        ));
    }
    if let Some(office) = selection.office {
        conditions.push_str(&format!(" AND i.office_id = {}", args.push(office)));
    }
    conditions.push_str(match selection.which.as_str() {
        "computed" => " AND i.computation <> '' AND i.retired_at IS NULL",
        "entered" => " AND i.computation = '' AND i.retired_at IS NULL",
        "confirm" => " AND i.confirm <> '' AND i.retired_at IS NULL",
        "retired" => " AND i.retired_at IS NOT NULL",
        _ => " AND i.retired_at IS NULL",
    });
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE i.district_id = $1 AND i.code > $2{conditions} ORDER BY i.code LIMIT {}",
            PAGE + 1
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// What an indicator of a set is to reach in a year.
    #[derive(PartialEq, Eq)]
    pub struct Target {
        /// The indicator.
        pub indicator_id: Id,
        /// The set that says so: the same indicator may have another target in another set.
        pub set_code: String,
        /// The year.
        pub year: i64,
        /// The district, or a kecamatan or village with a target of its own.
        pub territory_code: i64,
        /// In hundredths: 80 percent is 8000.
        pub target: i64,
        /// When it was recorded.
        pub recorded_at: Instant,
    }
}

const TARGET: &str = "SELECT t.indicator_id, t.set_code, t.year, t.territory_code, t.target, t.recorded_at \
     FROM indicator_target t WHERE t.district_id = $1 AND t.superseded_at = $2 AND t.target IS NOT NULL";

/// The targets of an indicator that hold, by set and year. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn targets(
    db: &impl Query,
    district: DistrictId,
    indicator: Id,
) -> Result<Vec<Target>, StoreError> {
    db.all(
        &format!("{TARGET} AND t.indicator_id = $3 ORDER BY t.set_code, t.year, t.territory_code"),
        args![district, Instant::NEVER, indicator],
    )
    .await
}

/// All targets of a district that hold: for a whole sheet or matrix. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn all_targets(db: &impl Query, district: DistrictId) -> Result<Vec<Target>, StoreError> {
    db.all(
        &format!("{TARGET} ORDER BY t.indicator_id, t.set_code, t.year, t.territory_code"),
        args![district, Instant::NEVER],
    )
    .await
}

/// What a place is to reach in a year by a set: its own target, else that of the nearest place above it, of that year or
/// of the last one before it for which there is one. Hundredths.
pub fn target_for(targets: &[Target], set: &str, year: i64, territory: i64) -> Option<i64> {
    let above = |target: &Target| {
        let code = target.territory_code;
        let inside = asuh_nusantara::TerritoryCode::from_i64(code).is_ok_and(|code| {
            let (from, to) = code.range();
            (from..=to).contains(&territory)
        });
        inside && target.set_code == set && target.year <= year
    };
    targets
        .iter()
        .filter(|target| above(target))
        .max_by_key(|target| (target.year, target.territory_code))
        .map(|target| target.target)
}

asuh_store::row_struct! {
    /// What an indicator was before it was changed.
    pub(crate) struct Former {
        pub(crate) superseded_at: Instant,
        pub(crate) name: String,
        pub(crate) numerator: String,
        pub(crate) denominator: String,
        pub(crate) computation: String,
        pub(crate) by_name: Option<String>,
    }
}

/// What it was before, the latest first. Index: primary key.
pub(crate) async fn former(db: &impl Query, district: DistrictId, id: Id) -> Result<Vec<Former>, StoreError> {
    db.all(
        "SELECT h.superseded_at, h.name, h.numerator, h.denominator, h.computation, u.name AS by_name \
         FROM indicator_history h LEFT JOIN app_user u ON u.district_id = h.district_id AND u.id = h.recorded_by \
         WHERE h.district_id = $1 AND h.indicator_id = $2 ORDER BY h.superseded_at DESC LIMIT 50",
        args![district, id],
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_goes_by_its_own_target_else_by_that_above_and_by_the_year_before() {
        let target = |territory_code, year, target| Target {
            indicator_id: Id::SYSTEM,
            set_code: "lokal".into(),
            year,
            territory_code,
            target,
            recorded_at: Instant(0),
        };
        let all = [
            target(1_501_000_000, 2025, 8000),
            target(1_501_000_000, 2026, 8500),
            target(1_501_010_000, 2026, 9000),
        ];
        let cases = [
            (2025, 1_501_012_001, Some(8000)),
            (2026, 1_501_012_001, Some(9000)),
            (2026, 1_501_022_001, Some(8500)),
            (2027, 1_501_022_001, Some(8500)),
            (2024, 1_501_022_001, None),
        ];
        for (year, territory, wanted) in cases {
            assert_eq!(target_for(&all, "lokal", year, territory), wanted, "{year} {territory}");
        }
        assert_eq!(target_for(&all, "perpres-a", 2026, 1_501_000_000), None);
    }
}
