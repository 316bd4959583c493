//! Reading totals of units, and a giver's own lines.

use asuh_store::{Args, DistrictId, Id, Query, StoreError, args};

use super::super::reach::Reach;

asuh_store::row_struct! {
    /// A unit's closed roll of a day.
    pub(crate) struct UnitLine {
        /// The unit's name.
        pub(crate) unit: String,
        /// On its roll.
        pub(crate) people: i64,
        /// Who gave.
        pub(crate) givers: i64,
    }
}

/// The closed rolls of a drive, by unit. Index: unique key of `roll`.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_drive(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    drive: Id,
) -> Result<Vec<UnitLine>, StoreError> {
    let mut args = Args::new().with(district).with(drive);
    let reached = reach.condition("r.unit_id", &mut args);
    db.all(
        &format!(
            "SELECT i.name AS unit, r.people, r.givers FROM roll r \
             JOIN institution i ON i.district_id = r.district_id AND i.id = r.unit_id \
             WHERE r.district_id = $1 AND r.drive_id = $2 AND r.state = 'closed' AND {reached} \
             ORDER BY i.name_search, i.id"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// What came together on a drive, of one commodity, in units that may be shown.
    pub(crate) struct CommodityTotal {
        /// The commodity's name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// Promised.
        pub(crate) expected: i64,
        /// Counted.
        pub(crate) counted: i64,
        /// Damaged.
        pub(crate) damaged: i64,
    }
}

/// What was counted on a drive in units of at least `fewest` people. Index: unique key of `roll`, primary key
/// of `count_item`.
///
/// # Errors
/// The store fails.
pub(crate) async fn commodities_of_drive(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    drive: Id,
    fewest: i64,
) -> Result<Vec<CommodityTotal>, StoreError> {
    let mut args = Args::new().with(district).with(drive).with(fewest);
    let reached = reach.condition("r.unit_id", &mut args);
    db.all(
        &format!(
            "SELECT m.name, m.unit, CAST(SUM(n.expected) AS BIGINT) AS expected, \
             CAST(SUM(n.counted) AS BIGINT) AS counted, CAST(SUM(n.damaged) AS BIGINT) AS damaged FROM roll r \
             JOIN count_item n ON n.district_id = r.district_id AND n.roll_id = r.id \
             JOIN commodity m ON m.district_id = n.district_id AND m.code = n.commodity \
             WHERE r.district_id = $1 AND r.drive_id = $2 AND r.people >= $3 AND r.state = 'closed' AND {reached} \
             GROUP BY m.code, m.name, m.unit, m.nth ORDER BY m.nth, m.code"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// One commodity of one of a giver's own days.
    pub(crate) struct OwnLine {
        /// The day it is for.
        pub(crate) for_day: time::Date,
        /// The day it was brought.
        pub(crate) held_on: time::Date,
        /// The campaign's name.
        pub(crate) campaign: String,
        /// 'open', 'full', 'partial', 'nothing', 'away'.
        pub(crate) state: String,
        /// The commodity's name.
        pub(crate) commodity: String,
        /// Its unit.
        pub(crate) unit: String,
        /// Promised.
        pub(crate) expected: i64,
        /// Came.
        pub(crate) brought: i64,
    }
}

/// A giver's own days for himself, whatever came of them: day, campaign, promised, brought, state. Index:
/// `contribution_by_sponsor`.
///
/// # Errors
/// The store fails.
pub(crate) async fn whole(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
) -> Result<Vec<OwnLine>, StoreError> {
    own_of(db, district, sponsor, time::macros::date!(2000 - 01 - 01), "").await
}

/// A giver's own lines of closed rolls since a day, newest first. Index: `contribution_by_sponsor`.
///
/// # Errors
/// The store fails.
pub(crate) async fn own(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    since: time::Date,
) -> Result<Vec<OwnLine>, StoreError> {
    own_of(db, district, sponsor, since, "AND r.state = 'closed'").await
}

async fn own_of(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    since: time::Date,
    rolls: &str,
) -> Result<Vec<OwnLine>, StoreError> {
    let sql = format!(
        "SELECT k.for_day, d.held_on, c.name AS campaign, k.state, m.name AS commodity, m.unit, i.expected, i.brought \
         FROM contribution k JOIN roll r ON r.district_id = k.district_id AND r.id = k.roll_id \
         JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
         JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
         JOIN contribution_item i ON i.district_id = k.district_id AND i.roll_id = k.roll_id \
          AND i.sponsor_id = k.sponsor_id AND i.for_day = k.for_day \
         JOIN commodity m ON m.district_id = i.district_id AND m.code = i.commodity \
         WHERE k.district_id = $1 AND k.sponsor_id = $2 AND k.for_day >= $3 {rolls} \
         ORDER BY d.held_on DESC, k.for_day DESC, k.roll_id, m.nth, m.code"
    );
    db.all(&sql, args![district, sponsor, since]).await
}
