//! The rows behind the monthly report. Every statement reads a set; what a campaign moved towards families comes from the
//! parts that moved it.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

/// The first and the last day of what is counted.
pub(super) type Days = (Date, Date);

asuh_store::row_struct! {
    /// A campaign that ran within the days.
    pub(super) struct Campaign {
        pub(super) id: Id,
        pub(super) name: String,
        pub(super) help: String,
    }
}

/// The campaigns that ran within the days, by name. A district has some dozens. Index: primary key of `campaign`.
pub(super) async fn campaigns(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<Vec<Campaign>, StoreError> {
    db.all(
        "SELECT c.id, c.name, c.help FROM campaign c WHERE c.district_id = $1 AND c.starts_on <= $3 \
         AND (c.ends_on IS NULL OR c.ends_on >= $2) ORDER BY c.name, c.id",
        args![district, from, to],
    )
    .await
}

/// Who gave within the days (from the days on: SQLite takes `CROSS JOIN` for the order in which it reads): whoever has a line on a closed roll on which he brought something, and whoever's gift a bank
/// statement shows. `$1` district, `$2` and `$3` the days.
const GIVERS: &str = "SELECT d.campaign_id, c.sponsor_id FROM drive d CROSS JOIN roll r CROSS JOIN contribution c \
     WHERE d.district_id = $1 AND d.held_on BETWEEN $2 AND $3 AND d.state <> 'cancelled' \
     AND r.district_id = d.district_id AND r.drive_id = d.id AND r.state = 'closed' \
     AND c.district_id = r.district_id AND c.roll_id = r.id AND c.state IN ('full', 'partial') \
     UNION SELECT g.campaign_id, g.sponsor_id FROM gift g WHERE g.district_id = $1 AND g.state = 'received' \
     AND g.received_on BETWEEN $2 AND $3 AND g.sponsor_id IS NOT NULL";

asuh_store::row_struct! {
    /// Different sponsors of a category.
    pub(super) struct Givers { pub(super) category: String, pub(super) n: i64 }
}

/// Different sponsors with a confirmed gift, by their category. Indexes: drive_by_day, roll's and contribution's keys,
/// gift_by_day, sponsor_version's key.
pub(super) async fn givers(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<Vec<Givers>, StoreError> {
    let sql = format!(
        "SELECT v.category, COUNT(DISTINCT x.sponsor_id) AS n FROM ({GIVERS}) x CROSS JOIN sponsor_version v \
         WHERE v.district_id = $1 AND v.sponsor_id = x.sponsor_id AND v.superseded_at = $4 \
         GROUP BY v.category"
    );
    db.all(&sql, args![district, from, to, Instant::NEVER]).await
}

asuh_store::row_struct! {
    /// A number of a campaign.
    pub(super) struct OfCampaign { pub(super) campaign_id: Id, pub(super) n: i64 }
}

/// Different sponsors with a confirmed gift, by campaign. Indexes: as [`givers`].
pub(super) async fn givers_of_campaigns(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<Vec<OfCampaign>, StoreError> {
    let sql = format!("SELECT x.campaign_id, COUNT(*) AS n FROM ({GIVERS}) x GROUP BY x.campaign_id");
    db.all(&sql, args![district, from, to]).await
}

asuh_store::row_struct! {
    /// A good (or cash) of the rolls of a day.
    pub(super) struct Brought {
        pub(super) held_on: Date,
        pub(super) commodity: String,
        pub(super) promised: i64,
        pub(super) confirmed: i64,
    }
}

/// What was promised for the drives within the days and what closed rolls hold of it. Indexes: drive_by_day, keys of roll
/// and contribution_item.
pub(super) async fn brought(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<Vec<Brought>, StoreError> {
    db.all(
        "SELECT d.held_on, i.commodity, CAST(SUM(i.expected) AS BIGINT) AS promised, \
         CAST(SUM(CASE WHEN r.state = 'closed' THEN i.brought ELSE 0 END) AS BIGINT) AS confirmed FROM drive d \
         CROSS JOIN roll r CROSS JOIN contribution_item i \
         WHERE d.district_id = $1 AND d.held_on BETWEEN $2 AND $3 AND d.state <> 'cancelled' \
         AND r.district_id = d.district_id AND r.drive_id = d.id AND i.district_id = r.district_id AND i.roll_id = r.id \
         GROUP BY d.held_on, i.commodity ORDER BY d.held_on, i.commodity",
        args![district, from, to],
    )
    .await
}

asuh_store::row_struct! {
    /// Gifts by transfer.
    pub(super) struct Gifts { pub(super) promised: i64, pub(super) confirmed: i64 }
}

/// Gifts that were announced within the days, and those that a statement shows for them; rupiah. Index: gift_by_day.
pub(super) async fn gifts(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<Gifts, StoreError> {
    let found = db
        .first(
            "SELECT CAST(COALESCE(SUM(CASE WHEN g.announced_on BETWEEN $2 AND $3 THEN g.amount ELSE 0 END), 0) AS BIGINT) \
             AS promised, CAST(COALESCE(SUM(CASE WHEN g.state = 'received' AND g.received_on BETWEEN $2 AND $3 \
             THEN g.received ELSE 0 END), 0) AS BIGINT) AS confirmed FROM gift g \
             WHERE g.district_id = $1 AND g.state IN ('waiting', 'received')",
            args![district, from, to],
        )
        .await?;
    Ok(found.unwrap_or(Gifts { promised: 0, confirmed: 0 }))
}

/// How often something arrived of each campaign: packages of the weeks that begin within the days, payments of the months
/// that do, portions of these days of which at least half was eaten. Indexes: the unique key of `package`,
/// cash_payment_in_month, kitchen_run_newest and the keys behind them.
pub(super) async fn arrivals(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<Vec<OfCampaign>, StoreError> {
    db.all(
        "SELECT x.campaign_id, CAST(SUM(x.n) AS BIGINT) AS n FROM ( \
           SELECT p.campaign_id, COUNT(*) AS n FROM campaign c \
           JOIN package p ON p.district_id = c.district_id AND p.campaign_id = c.id AND p.week_of BETWEEN $2 AND $3 \
           WHERE c.district_id = $1 AND p.state = 'delivered' GROUP BY p.campaign_id \
           UNION ALL SELECT s.campaign_id, COUNT(DISTINCT p.id) AS n FROM cash_payment p \
           JOIN cash_share s ON s.district_id = p.district_id AND s.payment_id = p.id \
           WHERE p.district_id = $1 AND p.month BETWEEN $2 AND $3 AND p.state IN ('paid', 'partial') \
           GROUP BY s.campaign_id \
           UNION ALL SELECT g.campaign_id, COUNT(*) AS n FROM kitchen_run r CROSS JOIN meal_serving v \
           CROSS JOIN meal_enrolment e CROSS JOIN meal_programme g \
           WHERE r.district_id = $1 AND r.for_day BETWEEN $2 AND $3 \
           AND v.district_id = r.district_id AND v.run_id = r.id AND v.mark IN ('all', 'half') \
           AND e.district_id = v.district_id AND e.id = v.enrolment_id \
           AND g.district_id = e.district_id AND g.id = e.programme_id AND g.campaign_id IS NOT NULL GROUP BY g.campaign_id \
         ) x GROUP BY x.campaign_id",
        args![district, from, to],
    )
    .await
}

asuh_store::row_struct! {
    /// A family that something of a campaign reached.
    pub(super) struct Reached { pub(super) campaign_id: Id, pub(super) family_id: Id }
}

/// The different families that something of each campaign reached, whether it has a price or not: as [`arrivals`]; of a
/// merged family the canonical record. Indexes: as [`arrivals`].
pub(super) async fn reached(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<Vec<Reached>, StoreError> {
    db.all(
        "SELECT DISTINCT x.campaign_id, COALESCE(f.canonical_id, f.id) AS family_id FROM ( \
           SELECT p.campaign_id, p.family_id FROM campaign c \
           JOIN package p ON p.district_id = c.district_id AND p.campaign_id = c.id AND p.week_of BETWEEN $2 AND $3 \
           WHERE c.district_id = $1 AND p.state = 'delivered' \
           UNION ALL SELECT s.campaign_id, p.family_id FROM cash_payment p \
           JOIN cash_share s ON s.district_id = p.district_id AND s.payment_id = p.id \
           WHERE p.district_id = $1 AND p.month BETWEEN $2 AND $3 AND p.state IN ('paid', 'partial') \
           UNION ALL SELECT g.campaign_id, v.family_id FROM kitchen_run r CROSS JOIN meal_serving v \
           CROSS JOIN meal_enrolment e CROSS JOIN meal_programme g \
           WHERE r.district_id = $1 AND r.for_day BETWEEN $2 AND $3 \
           AND v.district_id = r.district_id AND v.run_id = r.id AND v.mark IN ('all', 'half') \
           AND e.district_id = v.district_id AND e.id = v.enrolment_id \
           AND g.district_id = e.district_id AND g.id = e.programme_id AND g.campaign_id IS NOT NULL \
         ) x CROSS JOIN family f WHERE f.district_id = $1 AND f.id = x.family_id",
        args![district, from, to],
    )
    .await
}

/// Different persons who are named in what arrived: children whose payment came, participants who ate. Indexes: as
/// [`arrivals`].
pub(super) async fn persons(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<i64, StoreError> {
    db.number(
        "SELECT COUNT(DISTINCT COALESCE(w.canonical_id, w.id)) AS n FROM ( \
           SELECT p.person_id FROM cash_payment p WHERE p.district_id = $1 AND p.month BETWEEN $2 AND $3 \
           AND p.state IN ('paid', 'partial') \
           UNION SELECT v.person_id FROM kitchen_run r CROSS JOIN meal_serving v \
           WHERE r.district_id = $1 AND r.for_day BETWEEN $2 AND $3 \
           AND v.district_id = r.district_id AND v.run_id = r.id AND v.mark IN ('all', 'half') \
         ) x CROSS JOIN person w WHERE w.district_id = $1 AND w.id = x.person_id",
        args![district, from, to],
    )
    .await
}

asuh_store::row_struct! {
    /// A need of a family that somebody met.
    pub(super) struct Met { pub(super) family_id: Id, pub(super) kind: String }
}

/// One-off needs that were met within the days otherwise than by a work that was ordered, which counts by itself; of a
/// merged family the canonical record. Indexes: family_need_by_state, help_work_once.
pub(super) async fn met(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<Vec<Met>, StoreError> {
    db.all(
        "SELECT COALESCE(f.canonical_id, f.id) AS family_id, n.kind FROM family_need n \
         JOIN family f ON f.district_id = n.district_id AND f.id = n.family_id \
         WHERE n.district_id = $1 AND n.state = 'met' AND n.changed_on BETWEEN $2 AND $3 \
         AND NOT EXISTS (SELECT 1 FROM help_work w WHERE w.district_id = n.district_id AND w.need_id = n.id \
         AND w.state <> 'cancelled' AND w.state = 'handed_over')",
        args![district, from, to],
    )
    .await
}

asuh_store::row_struct! {
    /// What a family has of a work that was handed over, or of a session to which it came.
    pub(super) struct Built {
        /// The work or the session.
        pub(super) about: Id,
        pub(super) campaign_id: Option<Id>,
        pub(super) family_id: Id,
        /// 'water', 'latrine', 'house', or 'session'
        pub(super) kind: String,
        /// What the whole of it cost, rupiah.
        pub(super) cost: i64,
    }
}

/// Works handed over and sessions held within the days, once for each family that has them; of a merged family the
/// canonical record. Indexes: help_work_by_state, education_session_newest, primary keys.
pub(super) async fn built(
    db: &impl Query,
    district: DistrictId,
    (from, to): Days,
) -> Result<Vec<Built>, StoreError> {
    db.all(
        "SELECT w.id AS about, w.campaign_id, COALESCE(f.canonical_id, f.id) AS family_id, w.kind, \
         COALESCE(w.actual, 0) AS cost FROM help_work w CROSS JOIN family f \
         WHERE w.district_id = $1 AND w.state = 'handed_over' AND w.handed_on BETWEEN $2 AND $3 \
         AND f.district_id = w.district_id AND f.id = w.family_id \
         UNION ALL SELECT s.id, s.campaign_id, COALESCE(f.canonical_id, f.id), 'session', COALESCE(s.actual, 0) \
         FROM education_session s CROSS JOIN session_family a CROSS JOIN family f \
         WHERE s.district_id = $1 AND s.held_on BETWEEN $2 AND $3 AND s.state = 'held' \
         AND a.district_id = s.district_id AND a.session_id = s.id AND a.came = 1 \
         AND f.district_id = a.district_id AND f.id = a.family_id",
        args![district, from, to],
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};
    use time::macros::date;

    use super::*;

    #[db_test]
    async fn a_month_is_read_by_its_days(db: TestDatabase) {
        let plans = Plans::of(&db).await;
        let (d, days) = (DistrictId(1), (date!(2026 - 11 - 01), date!(2026 - 11 - 30)));
        campaigns(&plans, d, days).await.unwrap();
        plans.take().walks_only(&["c.*"]);
        givers(&plans, d, days).await.unwrap();
        givers_of_campaigns(&plans, d, days).await.unwrap();
        brought(&plans, d, days).await.unwrap();
        gifts(&plans, d, days).await.unwrap();
        arrivals(&plans, d, days).await.unwrap();
        reached(&plans, d, days).await.unwrap();
        persons(&plans, d, days).await.unwrap();
        met(&plans, d, days).await.unwrap();
        built(&plans, d, days).await.unwrap();
        // A district has some dozens of campaigns and programmes of feeding.
        plans.take().walks_only(&["c.*", "g.*", "x.*"]);
    }
}
