//! What is read for coverage. It is worked out from rows each time: no number of it is kept.

use std::collections::{BTreeMap, HashMap};

use asuh_nusantara::Zone;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::{Date, Duration, Month};

use crate::facts::{Moment, targets};
use crate::programme::pools::{Pool, ends, offered, pools};
use crate::programme::query::{ListRow, Programme, list_on, month_of, needs_on};
use crate::rules::{After, Counts, Covered, Promised, promised};
use asuh_ground::access::Scope;

/// The coverage of a month.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// The list, as it stood when the month began (or when it was frozen, where that was later).
    pub list: ListRow,
    /// First day of the month.
    pub month: Date,
    /// The day on which the promises were looked at: the last one of the month, the present day in its own month.
    pub on: Date,
    /// The targets within the scope that need something, by person.
    pub targets: Vec<Covered>,
}

impl Coverage {
    /// All of them added up.
    pub fn counts(&self) -> Counts {
        Counts::of(&self.targets)
    }

    /// The targets of each place that `place` makes of a village's code.
    pub fn by(&self, place: impl Fn(i64) -> i64) -> BTreeMap<i64, Vec<&Covered>> {
        let mut places: BTreeMap<i64, Vec<&Covered>> = BTreeMap::new();
        for target in &self.targets {
            places.entry(place(target.village)).or_default().push(target);
        }
        places
    }
}

/// The last day of a month.
fn last_day(month: Date) -> Date {
    let days: u8 = Month::length(month.month(), month.year());
    month.replace_day(days).unwrap_or(month)
}

/// The pairs that acted on a day, the older ones first. Index: sponsor_pair_by_programme.
const ACTING: &str = "SELECT p.id, p.pledge_id, p.sponsor_id, COALESCE(c.canonical_id, c.id) AS person_id, p.units, p.valid_from \
     FROM sponsor_pair p JOIN person c ON c.district_id = p.district_id AND c.id = p.person_id \
     WHERE p.district_id = $1 AND p.programme_id = $2 AND p.valid_from <= $3 AND (p.valid_to IS NULL \
     OR p.valid_to >= $3 OR (p.valid_to >= $4 AND p.ended_reason IN ('graduated', 'target_left'))) \
     ORDER BY p.valid_from, p.id";

/// All pairs that began by a day. Index: sponsor_pair_by_programme.
const BEGUN: &str = "SELECT COALESCE(c.canonical_id, c.id) AS person_id, p.pledge_id, p.valid_to FROM sponsor_pair p \
     JOIN person c ON c.district_id = p.district_id AND c.id = p.person_id \
     WHERE p.district_id = $1 AND p.programme_id = $2 AND p.valid_from <= $3 \
     AND (p.valid_to IS NULL OR p.valid_to >= p.valid_from)";

/// Since when each target is on a list of a kind: the lists first, else the rows of all kinds are read. Indexes:
/// `frozen_list_number`, `frozen_row_by_subject`.
const LISTED: &str = "SELECT r.subject_id AS id, MIN(l.taken_on) AS first_on FROM frozen_list l \
     CROSS JOIN frozen_row r WHERE l.district_id = $1 AND l.kind = $2 AND r.district_id = l.district_id \
     AND r.list_id = l.id GROUP BY r.subject_id";

asuh_store::row_struct! {
    struct PairRow { id: Id, pledge_id: Id, sponsor_id: Id, person_id: Id, units: i64, valid_from: Date }
}

/// What a pair promises to a target on the day of a coverage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The pair.
    pub pair: Id,
    /// The campaign that its promise belongs to.
    pub campaign: Id,
    /// Who promised.
    pub sponsor: Id,
    /// The target.
    pub person: Id,
    /// Units a month; above 0.
    pub units: i64,
    /// The pair's first day.
    pub since: Date,
}

/// The coverage of a programme in the month of a day, within a scope; `None` where it had no list then. A target that
/// died or moved during the month stays on the list of that month, with what was promised to it. Indexes: those of the
/// list's targets, sponsor_pair_by_programme, pledge_by_campaign.
///
/// # Errors
/// The store fails.
pub async fn coverage(
    db: &impl Query,
    district: DistrictId,
    programme: &Programme,
    scope: Option<&Scope>,
    days: (Date, Date, Zone),
) -> Result<Option<Coverage>, StoreError> {
    Ok(covered(db, district, programme, scope, days).await?.map(|found| found.0))
}

/// The [`coverage`] of the whole district with what it is made of: what each pair promises, the older pairs first. What
/// promises more than a target needs is not cut here.
///
/// # Errors
/// The store fails.
pub async fn shares(
    db: &impl Query,
    district: DistrictId,
    programme: &Programme,
    days: (Date, Date, Zone),
) -> Result<Option<(Coverage, Vec<Share>)>, StoreError> {
    covered(db, district, programme, None, days).await
}

async fn covered(
    db: &impl Query,
    district: DistrictId,
    programme: &Programme,
    scope: Option<&Scope>,
    (day, today, zone): (Date, Date, Zone),
) -> Result<Option<(Coverage, Vec<Share>)>, StoreError> {
    let month = month_of(day);
    let Some(list) = list_on(db, district, programme.id, month).await? else { return Ok(None) };
    let start = zone.start_of_day(month).unix_timestamp() * 1000;
    let moment =
        Moment { on: month.max(list.taken_on), known_at: Some(Instant(start.max(list.frozen_at.0))) };
    let rows = targets(db, district, (list.list_id, &programme.list_kind), moment, scope).await?;
    let needs: HashMap<String, i64> = needs_on(db, district, programme.id, month)
        .await?
        .into_iter()
        .map(|row| (row.target, row.units))
        .collect();
    let on = today.min(last_day(month));
    let pairs: Vec<PairRow> = db.all(ACTING, args![district, programme.id, on, month]).await?;
    let pools = pools(db, district, programme.id).await?;
    let shares = promised_shares(db, district, &pools, on, pairs).await?;
    let mut units: HashMap<Id, i64> = HashMap::new();
    for share in &shares {
        *units.entry(share.person).or_default() += share.units;
    }
    let covered = rows.into_iter().filter_map(|row| {
        let need = *needs.get(&row.target)?;
        (need > 0).then(|| Covered {
            person: row.person_id,
            family: row.family_id,
            village: row.village_code,
            rw: row.rw,
            need,
            promised: units.get(&row.person_id).copied().unwrap_or(0),
        })
    });
    Ok(Some((Coverage { list, month, on, targets: covered.collect() }, shares)))
}

/// What each pair promises; those that promise nothing are left out.
async fn promised_shares(
    db: &impl Query,
    district: DistrictId,
    pools: &[Pool],
    on: Date,
    pairs: Vec<PairRow>,
) -> Result<Vec<Share>, StoreError> {
    let (mut campaigns, mut offers) = (HashMap::new(), HashMap::new());
    for (campaign, one) in offered(db, district, pools, on).await? {
        campaigns.insert(one.pledge_id, campaign);
        offers.insert(one.pledge_id, one.units);
    }
    let acting: Vec<Promised> = pairs
        .iter()
        .map(|row| Promised { pair: row.id, pledge: row.pledge_id, units: row.units, since: row.valid_from })
        .collect();
    let promised = promised(&acting, &offers);
    let shares = pairs.into_iter().zip(promised).filter_map(|(row, units)| {
        let campaign = *campaigns.get(&row.pledge_id)?;
        (units > 0).then_some(Share {
            pair: row.id,
            campaign,
            sponsor: row.sponsor_id,
            person: row.person_id,
            units,
            since: row.valid_from,
        })
    });
    Ok(shares.collect())
}

/// A target that lacks something, and since when.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) target: Covered,
    /// The first day on which it lacked what it lacks.
    pub(crate) since: Date,
    /// Whether somebody helped it before.
    pub(crate) was_covered: bool,
}

impl Waiting {
    /// Its place in the list.
    pub(crate) fn place(&self) -> After {
        After { day: self.since, id: self.target.person }
    }
}

asuh_store::row_struct! {
    struct EndRow { person_id: Id, pledge_id: Id, valid_to: Option<Date> }
}
asuh_store::row_struct! {
    struct ListedRow { id: Id, first_on: Date }
}

/// The targets of a month's coverage that lack something, the longest waiting first: since the day after the last pair
/// that ended or whose promise ended or rests; else since the first list on which it stands. Indexes:
/// sponsor_pair_by_programme, pledge_by_campaign, `frozen_list_number`, `frozen_row_by_subject`.
///
/// # Errors
/// The store fails.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    programme: &Programme,
    coverage: Coverage,
) -> Result<Vec<Waiting>, StoreError> {
    let on = coverage.on;
    let pairs: Vec<EndRow> = db.all(BEGUN, args![district, programme.id, on]).await?;
    let since = on - Duration::days(5 * 366);
    let known = pools(db, district, programme.id).await?;
    let gone: HashMap<Id, Date> = ends(db, district, &known, since, on)
        .await?
        .into_iter()
        .map(|end| (end.pledge_id, end.from))
        .collect();
    let mut without: HashMap<Id, Date> = HashMap::new();
    for row in pairs {
        let by_pair = row.valid_to.filter(|last| *last < on).and_then(Date::next_day);
        let first = by_pair.into_iter().chain(gone.get(&row.pledge_id).copied()).min();
        if let Some(first) = first {
            let known = without.entry(row.person_id).or_insert(first);
            *known = first.max(*known);
        }
    }
    let listed: Vec<ListedRow> = db.all(LISTED, args![district, &programme.list_kind]).await?;
    let listed: HashMap<Id, Date> = listed.into_iter().map(|row| (row.id, row.first_on)).collect();
    let taken_on = coverage.list.taken_on;
    let mut waiting: Vec<Waiting> = coverage
        .targets
        .into_iter()
        .filter(|target| target.gap() > 0)
        .map(|target| {
            let ended = without.get(&target.person).copied();
            let first = listed.get(&target.person).or_else(|| listed.get(&target.family)).copied();
            let since = ended.unwrap_or_else(|| first.unwrap_or(taken_on));
            Waiting { target, since, was_covered: ended.is_some() }
        })
        .collect();
    waiting.sort_by_key(Waiting::place);
    Ok(waiting)
}

asuh_store::row_struct! {
    struct CodeRow { person_id: Id, code: String }
}

/// The code names of persons; who has none is missing. Index: primary key of target_code.
///
/// # Errors
/// The store fails.
pub(crate) async fn codes(
    db: &impl Query,
    district: DistrictId,
    persons: impl IntoIterator<Item = Id>,
) -> Result<HashMap<Id, String>, StoreError> {
    let mut args = args![district];
    let list = args.push_list(persons);
    let rows: Vec<CodeRow> = db
        .all(
            &format!(
                "SELECT person_id, code FROM target_code WHERE district_id = $1 AND person_id IN ({list})"
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row.code)).collect())
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{Plans, TestDatabase, db_test};
    use time::macros::date;

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn a_programmes_pairs_and_lists_are_found_by_their_indexes(db: TestDatabase) {
        let store = db.open().await;
        let (district, id) = (DistrictId(1), Id::from_bytes([1; 16]));
        let day = date!(2026 - 11 - 02);
        let asked = [
            (ACTING, args![district, id, day, day], vec!["sponsor_pair_by_programme"]),
            (BEGUN, args![district, id, day], vec!["sponsor_pair_by_programme"]),
            (
                LISTED,
                args![district, "children"],
                vec!["frozen_list_number", "(district_id=? AND list_id=?)"],
            ),
        ];
        for (sql, args, indexes) in asked {
            let plan = store.reader().plan(sql, args).await.expect("a plan");
            // PostgreSQL counts its rows by itself and may read small tables from end to end.
            if store.engine() == Engine::Sqlite {
                for index in indexes {
                    assert!(plan.contains(index), "{index}: {plan}");
                }
                for whole in ["SCAN p", "SCAN c", "SCAN l", "SCAN r"] {
                    assert!(!plan.contains(whole), "{whole}: {plan}");
                }
            }
        }
    }

    #[db_test]
    async fn code_names_are_found_by_person(db: TestDatabase) {
        let db = Plans::of(&db).await;
        codes(&db, D, [I, I]).await.expect("a plan");
        no_walks(&db);
    }
}
