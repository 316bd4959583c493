//! What is read of pairs that have to be decided about: from open pairs, which are as many as children are helped.

use std::collections::{HashMap, HashSet};

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, Tx, args};
use time::{Date, Month};

use crate::pair::command::end_pairs;
use crate::rules::After;

asuh_store::row_struct! {
    /// An open pair, and what may be the matter with it.
    pub(super) struct Row {
        pub(super) id: Id,
        pub(super) programme_id: Id,
        pub(super) person_id: Id,
        pub(super) sponsor_id: Id,
        pub(super) sponsor: String,
        pub(super) code: Option<String>,
        pub(super) village_code: i64,
        pub(super) units: i64,
        pub(super) valid_from: Date,
        /// Its promise's last day, or that of the campaign.
        pub(super) last_on: Option<Date>,
        pub(super) end_reason: Option<String>,
        pub(super) person_left: bool,
        pub(super) graduated: bool,
        pub(super) related: bool,
        pub(super) same_card: bool,
        /// Where the sponsor works, and where somebody of the child's family does.
        pub(super) sponsor_unit: Option<Id>,
        pub(super) worker_unit: Option<Id>,
    }
}

/// Why a pair has to be decided about; words `pairing.decide.<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// The sponsor left: retired, moved, died, closed.
    SponsorLeft,
    /// The promise ended otherwise.
    PromiseOver,
    /// The two are related.
    Related,
    /// Somebody of the family works in the sponsor's unit or below it.
    WorksFor,
    /// The child died, moved or left.
    TargetLeft,
    /// The child has passed five years.
    Graduated,
}

impl Why {
    pub(super) fn code(self) -> &'static str {
        match self {
            Why::SponsorLeft => "sponsor_left",
            Why::PromiseOver => "promise_over",
            Why::Related => "related",
            Why::WorksFor => "works_for",
            Why::TargetLeft => "target_left",
            Why::Graduated => "graduated",
        }
    }

    /// Whether the child needs somebody else; else it is the sponsor who has units for another child.
    pub(super) fn child_waits(self) -> bool {
        !matches!(self, Why::TargetLeft | Why::Graduated)
    }
}

/// A pair that has to be decided about.
pub(super) struct Undecided {
    pub(super) row: Row,
    pub(super) why: Why,
}

impl Undecided {
    /// Its place in the list.
    pub(super) fn place(&self) -> After {
        After { day: self.row.valid_from, id: self.row.id }
    }
}

/// The day on which children who are 60 months old were born at the latest.
fn five_years_before(today: Date) -> Date {
    Date::from_calendar_date(today.year() - 5, today.month(), today.day())
        .unwrap_or_else(|_| Date::from_calendar_date(today.year() - 5, Month::February, 28).unwrap_or(today))
}

/// Of the open pairs of a district those with something that may be the matter. Indexes: primary keys,
/// person_version_current, declared_relative_by_sponsor, sponsor_version_by_card.
const OPEN: &str = "SELECT x.id, x.programme_id, x.person_id, x.sponsor_id, x.sponsor, x.code, x.village_code, x.units, \
     x.valid_from, x.last_on, x.end_reason, x.person_left, x.graduated, x.related, x.same_card, x.sponsor_unit, x.worker_unit \
     FROM ( \
     SELECT p.id, p.programme_id, m.person_id, p.sponsor_id, s.name AS sponsor, t.code, f.village_code, p.units, p.valid_from, \
     CASE WHEN c.ends_on IS NULL THEN l.ends_on WHEN l.ends_on IS NULL THEN c.ends_on \
     WHEN c.ends_on < l.ends_on THEN c.ends_on ELSE l.ends_on END AS last_on, l.end_reason, \
     CAST(CASE WHEN m.ended_reason IS NULL THEN 0 ELSE 1 END AS BIGINT) AS person_left, \
     CAST(CASE WHEN m.relation = 'child' AND m.birth_date <= $4 AND m.birth_date > $5 THEN 1 ELSE 0 END AS BIGINT) AS graduated, \
     CAST(CASE WHEN EXISTS (SELECT 1 FROM declared_relative r JOIN family a ON a.district_id = r.district_id \
     AND a.id = r.family_id WHERE r.district_id = p.district_id AND r.sponsor_id = p.sponsor_id AND r.ended_at IS NULL \
     AND COALESCE(a.canonical_id, a.id) = m.family_id) THEN 1 ELSE 0 END AS BIGINT) AS related, \
     CAST(CASE WHEN s.kk_hash IS NOT NULL AND s.kk_hash = f.kk_hash THEN 1 ELSE 0 END AS BIGINT) AS same_card, \
     COALESCE(s.unit_id, o.institution_id) AS sponsor_unit, w.unit_id AS worker_unit \
     FROM sponsor_pair p JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
     JOIN campaign c ON c.district_id = l.district_id AND c.id = l.campaign_id \
     JOIN sponsor o ON o.district_id = p.district_id AND o.id = p.sponsor_id \
     JOIN sponsor_version s ON s.district_id = p.district_id AND s.sponsor_id = p.sponsor_id AND s.superseded_at + 0 = $2 \
     JOIN person h ON h.district_id = p.district_id AND h.id = p.person_id \
     JOIN person_version m ON m.district_id = p.district_id AND m.person_id = COALESCE(h.canonical_id, h.id) \
     AND m.superseded_at + 0 = $2 \
     JOIN family_version f ON f.district_id = m.district_id AND f.family_id = m.family_id AND f.superseded_at + 0 = $2 \
     LEFT JOIN target_code t ON t.district_id = p.district_id AND t.person_id = p.person_id \
     LEFT JOIN sponsor_version w ON w.district_id = f.district_id AND w.kk_hash = f.kk_hash AND w.superseded_at = $2 \
     AND w.status = 'active' AND w.unit_id IS NOT NULL \
     WHERE p.district_id = $1 AND p.valid_to IS NULL) x \
     WHERE x.last_on < $3 OR x.person_left = 1 OR x.graduated = 1 OR x.related = 1 OR x.same_card = 1 \
     OR (x.sponsor_unit IS NOT NULL AND x.worker_unit IS NOT NULL) ORDER BY x.valid_from, x.id";

asuh_store::row_struct! {
    struct Above { id: Id, parent_id: Id }
}

/// The pairs of a district that have to be decided about, each once, the oldest first.
///
/// # Errors
/// The store fails.
pub(super) async fn undecided(
    db: &impl Query,
    district: DistrictId,
    today: Date,
) -> Result<Vec<Undecided>, StoreError> {
    let (born, older) = (five_years_before(today), five_years_before(five_years_before(today)));
    let rows: Vec<Row> = db.all(OPEN, args![district, Instant::NEVER, today, born, older]).await?;
    let above = match rows.iter().any(|row| row.worker_unit.is_some()) {
        true => above(db, district).await?,
        false => HashMap::new(),
    };
    let mut seen = HashSet::new();
    let mut found: Vec<Undecided> =
        rows.into_iter().filter_map(|row| Some(Undecided { why: why(&row, &above, today)?, row })).collect();
    found.retain(|one| seen.insert(one.row.id));
    Ok(found)
}

async fn above(db: &impl Query, district: DistrictId) -> Result<HashMap<Id, Id>, StoreError> {
    let rows: Vec<Above> = db
        .all(
            "SELECT id, parent_id FROM institution WHERE district_id = $1 AND parent_id IS NOT NULL",
            args![district],
        )
        .await?;
    Ok(rows.into_iter().map(|one| (one.id, one.parent_id)).collect())
}

fn why(row: &Row, above: &HashMap<Id, Id>, today: Date) -> Option<Why> {
    let over = row.last_on.is_some_and(|last| last < today);
    match () {
        () if row.person_left => Some(Why::TargetLeft),
        () if row.graduated => Some(Why::Graduated),
        () if over && row.end_reason.as_deref() == Some("left") => Some(Why::SponsorLeft),
        () if over => Some(Why::PromiseOver),
        () if row.related || row.same_card => Some(Why::Related),
        () if works_below(row, above) => Some(Why::WorksFor),
        () => None,
    }
}

/// Whether the worker's unit is the sponsor's or lies below it.
fn works_below(row: &Row, above: &HashMap<Id, Id>) -> bool {
    let mut unit = row.worker_unit;
    let mut seen = HashSet::new();
    while let Some(id) = unit.filter(|id| seen.insert(*id)) {
        if Some(id) == row.sponsor_unit {
            return true;
        }
        unit = above.get(&id).copied();
    }
    false
}

/// How many pairs of each programme have to be decided about.
///
/// # Errors
/// The store fails.
pub(crate) async fn counts(
    db: &impl Query,
    district: DistrictId,
    today: Date,
) -> Result<HashMap<Id, i64>, StoreError> {
    let mut counts = HashMap::new();
    for one in undecided(db, district, today).await? {
        *counts.entry(one.row.programme_id).or_insert(0) += 1;
    }
    Ok(counts)
}

/// Closes the pairs of a target in a programme whose promise has ended: somebody else has just been found. What rests goes
/// on later and stays. Index: sponsor_pair_by_person.
///
/// # Errors
/// The store fails.
pub(crate) async fn close_dead(
    tx: &Tx<'_>,
    (programme, person): (Id, Id),
    today: Date,
) -> Result<(), StoreError> {
    asuh_store::row_struct! { struct Dead { id: Id, last_on: Date } }
    let dead: Vec<Dead> = tx
        .all(
            "SELECT x.id, x.last_on FROM (SELECT p.id, CASE WHEN c.ends_on IS NULL THEN l.ends_on \
             WHEN l.ends_on IS NULL THEN c.ends_on WHEN c.ends_on < l.ends_on THEN c.ends_on ELSE l.ends_on END AS last_on \
             FROM sponsor_pair p JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
             JOIN campaign c ON c.district_id = l.district_id AND c.id = l.campaign_id \
             WHERE p.district_id = $1 AND p.person_id = $2 AND p.programme_id = $3 AND p.valid_to IS NULL) x \
             WHERE x.last_on < $4",
            args![tx.district(), person, programme, today],
        )
        .await?;
    for one in dead {
        end_pairs(tx, &[one.id], one.last_on, "sponsor_stopped").await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{TestDatabase, db_test};
    use time::macros::date;

    use super::*;

    #[test]
    fn five_years_end_on_the_birthday() {
        assert_eq!(five_years_before(date!(2026 - 11 - 02)), date!(2021 - 11 - 02));
        assert_eq!(five_years_before(date!(2028 - 02 - 29)), date!(2023 - 02 - 28));
    }

    /// The first page asks for it each time it is opened: the pairs of the district are walked through once, and all that
    /// is asked of each of them is looked up.
    #[db_test]
    async fn what_has_to_be_decided_is_looked_up_pair_by_pair(db: TestDatabase) {
        let store = db.open().await;
        let (day, born) = (date!(2026 - 11 - 02), date!(2021 - 11 - 02));
        let args = args![DistrictId(1), Instant::NEVER, day, born, five_years_before(born)];
        let plan = store.reader().plan(OPEN, args).await.expect("a plan");
        // PostgreSQL counts its rows by itself and may read small tables from end to end.
        if store.engine() == Engine::Sqlite {
            for index in ["declared_relative_by_sponsor", "sponsor_version_by_card", "person_version_current"]
            {
                assert!(plan.contains(index), "{index}: {plan}");
            }
            for whole in ["SCAN p", "SCAN l", "SCAN w", "SCAN m"] {
                assert!(!plan.contains(whole), "{whole}: {plan}");
            }
        }
    }
}
