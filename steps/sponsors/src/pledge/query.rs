//! What is read of promises.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::rules::Office;
use crate::after;

/// The common table `place`: the unit `$2` of the district `$1`, with everything below it.
pub(super) fn place_below(below: bool) -> &'static str {
    if below {
        "WITH RECURSIVE place AS (SELECT id FROM institution WHERE district_id = $1 AND id = $2 \
         UNION SELECT i.id FROM place JOIN institution i ON i.district_id = $1 AND i.parent_id = place.id)"
    } else {
        "WITH place AS (SELECT id FROM institution WHERE district_id = $1 AND id = $2)"
    }
}

asuh_store::row_struct! {
    /// A promise that holds on a day.
    pub struct PledgeLine {
        /// Key.
        pub pledge_id: Id,
        /// Who promised.
        pub sponsor_id: Id,
        /// His name.
        pub name: String,
        /// How many times the campaign's basket.
        pub baskets: i64,
    }
}

/// The promises of a unit's people that hold on this day and are not paused, by name. Indexes:
/// sponsor_version_by_unit, pledge_by_sponsor, primary keys of `pledge_amount` and `pledge_pause`.
///
/// # Errors
/// The store fails.
pub async fn in_force(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    unit: Id,
    day: Date,
) -> Result<Vec<PledgeLine>, StoreError> {
    db.all(&in_force_sql(), args![district, unit, campaign, day, Instant::NEVER]).await
}

/// CROSS JOIN keeps SQLite from walking all promises of the campaign: the unit's people come first.
fn in_force_sql() -> String {
    format!(
        "SELECT p.id AS pledge_id, p.sponsor_id, v.name, {} AS baskets FROM sponsor_version v CROSS JOIN pledge p \
         WHERE v.district_id = $1 AND v.unit_id = $2 AND v.superseded_at = $5 \
         AND p.district_id = v.district_id AND p.sponsor_id = v.sponsor_id AND p.campaign_id = $3 AND {} \
         ORDER BY v.name_search, v.sponsor_id, p.id",
        baskets_on("$4"),
        holds_on("$4")
    )
}

/// The baskets of a pledge `p` on a day. Index: primary key of `pledge_amount`.
pub(crate) fn baskets_on(day: &str) -> String {
    format!(
        "COALESCE((SELECT a.baskets FROM pledge_amount a WHERE a.district_id = p.district_id \
         AND a.pledge_id = p.id AND a.starts_on <= {day} ORDER BY a.starts_on DESC LIMIT 1), p.baskets)"
    )
}

/// SQL that is true for a pledge `p` that rests on a day. Index: primary key of `pledge_pause`.
fn rests_on(day: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM pledge_pause z WHERE z.district_id = p.district_id AND z.pledge_id = p.id \
         AND z.starts_on <= {day} AND (z.ends_on IS NULL OR z.ends_on >= {day}))"
    )
}

/// SQL that is true for a pledge `p` that holds on a day: begun, not ended, not paused.
pub(crate) fn holds_on(day: &str) -> String {
    format!("p.starts_on <= {day} AND (p.ends_on IS NULL OR p.ends_on >= {day}) AND NOT {}", rests_on(day))
}

asuh_store::row_struct! {
    /// What one sponsor promised to a campaign for a day.
    pub struct OwnPromise {
        /// The campaign.
        pub campaign_id: Id,
        /// Baskets of all his promises to it.
        pub baskets: i64,
    }
}

/// What a sponsor promised for a day, by campaign. Indexes: pledge_by_sponsor, primary keys of `pledge_amount` and
/// `pledge_pause`.
///
/// # Errors
/// The store fails.
pub async fn of_sponsor_on(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    day: Date,
) -> Result<Vec<OwnPromise>, StoreError> {
    db.all(
        &format!(
            "SELECT p.campaign_id, CAST(SUM({}) AS BIGINT) AS baskets FROM pledge p WHERE p.district_id = $1 \
             AND p.sponsor_id = $2 AND {} GROUP BY p.campaign_id ORDER BY p.campaign_id",
            baskets_on("$3"),
            holds_on("$3")
        ),
        args![district, sponsor, day],
    )
    .await
}

asuh_store::row_struct! {
    /// What the people of one unit promised for a day.
    pub struct UnitPromise {
        /// The unit.
        pub unit_id: Id,
        /// People with a promise.
        pub people: i64,
        /// Baskets of all of them.
        pub baskets: i64,
    }
}

/// What every unit promised for a day. Indexes: pledge_by_campaign, primary key of sponsor_version.
///
/// # Errors
/// The store fails.
pub async fn of_units(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    day: Date,
) -> Result<Vec<UnitPromise>, StoreError> {
    db.all(
        &format!(
            "SELECT v.unit_id, COUNT(DISTINCT p.sponsor_id) AS people, CAST(SUM({}) AS BIGINT) AS baskets \
             FROM pledge p JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id \
             AND v.superseded_at = $4 WHERE p.district_id = $1 AND p.campaign_id = $2 AND {} \
             AND v.unit_id IS NOT NULL GROUP BY v.unit_id ORDER BY v.unit_id",
            baskets_on("$3"),
            holds_on("$3")
        ),
        args![district, campaign, day, Instant::NEVER],
    )
    .await
}

/// The offices (OPD) with their people and those who promised. Indexes: institution_by_parent,
/// sponsor_version_by_unit, pledge_by_sponsor.
///
/// # Errors
/// The store fails.
pub(crate) async fn offices(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    day: Date,
) -> Result<Vec<Office>, StoreError> {
    db.all(
        "WITH RECURSIVE place AS ( \
             SELECT id, id AS top FROM institution WHERE district_id = $1 AND parent_id IS NULL \
             UNION SELECT i.id, place.top FROM place \
             JOIN institution i ON i.district_id = $1 AND i.parent_id = place.id) \
         SELECT COALESCE(t.name, '') AS name, COUNT(DISTINCT v.sponsor_id) AS people, \
         COUNT(DISTINCT p.sponsor_id) AS promised FROM sponsor_version v \
         LEFT JOIN place ON place.id = v.unit_id \
         LEFT JOIN institution t ON t.district_id = $1 AND t.id = place.top \
         LEFT JOIN pledge p ON p.district_id = v.district_id AND p.sponsor_id = v.sponsor_id \
         AND p.campaign_id = $2 AND (p.ends_on IS NULL OR (p.ends_on >= $3 AND p.ends_on >= p.starts_on)) \
         WHERE v.district_id = $1 AND v.superseded_at = $4 AND v.status = 'active' \
         GROUP BY place.top, t.name, t.name_search ORDER BY (t.name_search IS NULL), t.name_search",
        args![district, campaign, day, Instant::NEVER],
    )
    .await
}

asuh_store::row_struct! {
    /// Whose a promise is.
    pub struct Owner {
        /// The promise.
        pub pledge_id: Id,
        /// Who promised.
        pub sponsor_id: Id,
        /// 'asn', 'person', 'institution'.
        pub kind: String,
        /// His name.
        pub name: String,
        /// Where he works.
        pub unit_id: Option<Id>,
    }
}

/// Whose a promise is. Indexes: primary keys of `pledge` and `sponsor_version`.
///
/// # Errors
/// The store fails.
pub(crate) async fn owner(
    db: &impl Query,
    district: DistrictId,
    pledge: Id,
) -> Result<Option<Owner>, StoreError> {
    db.first(
        "SELECT p.id AS pledge_id, p.sponsor_id, s.kind, v.name, v.unit_id FROM pledge p \
         JOIN sponsor s ON s.district_id = p.district_id AND s.id = p.sponsor_id \
         JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id \
         AND v.superseded_at = $3 WHERE p.district_id = $1 AND p.id = $2",
        args![district, pledge, Instant::NEVER],
    )
    .await
}

asuh_store::row_struct! {
    /// A person of a unit, with the promise that has not ended.
    pub struct PersonLine {
        /// Who.
        pub sponsor_id: Id,
        /// Name.
        pub name: String,
        /// The promise.
        pub pledge_id: Option<Id>,
        /// Its baskets.
        pub baskets: Option<i64>,
        /// Its first day.
        pub starts_on: Option<Date>,
        /// Its last day.
        pub ends_on: Option<Date>,
        /// 1 while it rests.
        pub paused: i64,
    }
}

/// People of a unit on one page of the coordinator's list.
pub(crate) const PEOPLE: usize = 100;

/// The people of a unit with their promises to a campaign; one more than [`PEOPLE`] when there are more.
/// Indexes: sponsor_version_by_unit, pledge_by_sponsor.
///
/// # Errors
/// The store fails.
pub(crate) async fn people(
    db: &impl Query,
    district: DistrictId,
    unit: Id,
    campaign: Id,
    day: Date,
    cursor: Option<Id>,
) -> Result<Vec<PersonLine>, StoreError> {
    let mut args = args![district, unit, campaign, day, Instant::NEVER];
    let after = after(cursor, &mut args);
    db.all(
        &format!(
            "SELECT v.sponsor_id, v.name, p.id AS pledge_id, {} AS baskets, p.starts_on, p.ends_on, \
             CASE WHEN {} THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS paused FROM sponsor_version v LEFT JOIN pledge p ON p.district_id = v.district_id AND p.id = ( \
                 SELECT q.id FROM pledge q WHERE q.district_id = $1 AND q.sponsor_id = v.sponsor_id \
                 AND q.campaign_id = $3 AND (q.ends_on IS NULL OR (q.ends_on >= $4 AND q.ends_on >= q.starts_on)) \
                 ORDER BY q.starts_on DESC, q.id DESC LIMIT 1) \
             WHERE v.district_id = $1 AND v.unit_id = $2 AND v.superseded_at = $5 AND v.status = 'active'{after} \
             ORDER BY v.name_search, v.sponsor_id LIMIT {}",
            baskets_on("$4"),
            rests_on("$4"),
            PEOPLE + 1
        ),
        args,
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{Plans, START, TestDatabase, db_test};
    use time::macros::date;

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn opening_a_roll_looks_at_its_own_people_from_the_first_day(db: TestDatabase) {
        let store = db.open().await;
        let day = date!(2026 - 11 - 02);
        let args = args![DistrictId(1), Id::SYSTEM, Id::SYSTEM, day, START];
        let plan = store.reader().plan(&in_force_sql(), args).await.expect("a plan");
        // PostgreSQL counts its rows by itself and may read small tables from end to end.
        if store.engine() == Engine::Sqlite {
            for index in ["sponsor_version_by_unit", "pledge_by_sponsor"] {
                assert!(plan.contains(index), "{plan}");
            }
        }
    }

    #[db_test]
    async fn promises_are_found_by_their_indexes(db: TestDatabase) {
        let db = Plans::of(&db).await;
        in_force(&db, D, I, I, DAY).await.expect("a plan");
        of_sponsor_on(&db, D, I, DAY).await.expect("a plan");
        of_units(&db, D, I, DAY).await.expect("a plan");
        owner(&db, D, I).await.expect("a plan");
        for after in [None, Some(I)] {
            people(&db, D, I, I, DAY, after).await.expect("a plan");
        }
        no_walks(&db);
    }
}
