//! Reading rolls.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use super::super::reach::Reach;

asuh_store::row_struct! {
    /// A roll with what stands around it.
    pub(crate) struct Roll {
        /// Key.
        pub(crate) id: Id,
        /// The unit.
        pub(crate) unit_id: Id,
        /// Its name.
        pub(crate) unit: String,
        /// The drive.
        pub(crate) drive_id: Id,
        /// The drive's state: 'open', 'cancelled'.
        pub(crate) drive_state: String,
        /// The campaign.
        pub(crate) campaign_id: Id,
        /// Its name.
        pub(crate) campaign: String,
        /// The day.
        pub(crate) held_on: time::Date,
        /// 'open', 'closed'.
        pub(crate) state: String,
        /// When it was closed.
        pub(crate) closed_at: Option<Instant>,
        /// Who counted the cash with the coordinator.
        pub(crate) cash_witness: String,
        /// When he counted it on a device of his own.
        pub(crate) witnessed_at: Option<Instant>,
        /// Where the sheet is that he signed, if he signed on paper.
        pub(crate) cash_paper: String,
        /// Lines with a promise, and those who gave without one (after closing).
        pub(crate) people: i64,
        /// Who gave (after closing).
        pub(crate) givers: i64,
        /// Name of the user who closed it.
        pub(crate) closed_by_name: Option<String>,
    }
}

/// A roll within reach. Index: primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<Roll>, StoreError> {
    let mut args = Args::new().with(district).with(id);
    let reached = reach.condition("r.unit_id", &mut args);
    let sql = format!(
        "SELECT r.id, r.unit_id, i.name AS unit, r.drive_id, d.state AS drive_state, d.campaign_id, \
         c.name AS campaign, d.held_on, r.state, r.closed_at, r.cash_witness, k.counted_at AS witnessed_at, r.cash_paper, \
         r.people, r.givers, u.name AS closed_by_name FROM roll r \
         JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
         JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
         JOIN institution i ON i.district_id = r.district_id AND i.id = r.unit_id \
         LEFT JOIN app_user u ON u.district_id = r.district_id AND u.id = r.closed_by \
         LEFT JOIN cash_count k ON k.district_id = r.district_id AND k.roll_id = r.id AND k.user_id = r.cash_witness_id \
         WHERE r.district_id = $1 AND r.id = $2 AND {reached}"
    );
    db.first(&sql, args).await
}

asuh_store::row_struct! {
    /// A roll in the coordinator's list.
    pub(crate) struct RollLine {
        /// Key.
        pub(crate) id: Id,
        /// The unit.
        pub(crate) unit_id: Id,
        /// Its name.
        pub(crate) unit: String,
        /// The campaign.
        pub(crate) campaign_id: Id,
        /// Its name.
        pub(crate) campaign: String,
        /// The day.
        pub(crate) held_on: time::Date,
        /// 'open', 'closed'.
        pub(crate) state: String,
        /// The drive's state.
        pub(crate) drive_state: String,
        /// Lines with a promise for the day.
        pub(crate) people: i64,
        /// Lines that were answered, whatever the answer.
        pub(crate) answered: i64,
        /// Who gave.
        pub(crate) givers: i64,
    }
}

/// The rolls within reach that were opened last, a page of them, before a place in the list. Index: `roll_by_unit` for
/// single units, primary key for all (ids grow with time), primary key of `contribution`.
///
/// # Errors
/// The store fails.
pub(crate) async fn newest(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<RollLine>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = reach.condition("r.unit_id", &mut args);
    let page = before.map(|id| format!("AND r.id < {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    let sql = format!(
        "SELECT p.id, p.unit_id, p.unit, p.campaign_id, p.campaign, p.held_on, p.state, p.drive_state, \
         COUNT(k.sponsor_id) AS people, \
         CAST(COALESCE(SUM(CASE WHEN k.state <> 'open' THEN 1 ELSE 0 END), 0) AS BIGINT) AS answered, \
         CAST(COALESCE(SUM(CASE WHEN k.state IN ('full', 'partial') THEN 1 ELSE 0 END), 0) AS BIGINT) AS givers \
         FROM (SELECT r.id, r.unit_id, i.name AS unit, d.campaign_id, c.name AS campaign, d.held_on, r.state, \
          d.state AS drive_state FROM roll r \
          JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
          JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
          JOIN institution i ON i.district_id = r.district_id AND i.id = r.unit_id \
          WHERE r.district_id = $1 AND {reached} {page} ORDER BY r.id DESC LIMIT {limit}) p \
         LEFT JOIN contribution k ON k.district_id = $1 AND k.roll_id = p.id AND k.for_day = p.held_on \
         GROUP BY p.id, p.unit_id, p.unit, p.campaign_id, p.campaign, p.held_on, p.state, p.drive_state \
         ORDER BY p.id DESC"
    );
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    /// One commodity of one line.
    pub(crate) struct LineItem {
        /// Whose line.
        pub(crate) sponsor_id: Id,
        /// Name.
        pub(crate) name: String,
        /// The day it is for.
        pub(crate) for_day: time::Date,
        /// Whether there is a promise.
        pub(crate) pledge_id: Option<Id>,
        /// How it stands.
        pub(crate) state: String,
        /// Its version.
        pub(crate) version: i64,
        /// Commodity.
        pub(crate) commodity: String,
        /// Its name.
        pub(crate) commodity_name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// 'goods' or 'cash'.
        pub(crate) kind: String,
        /// Promised.
        pub(crate) expected: i64,
        /// Came.
        pub(crate) brought: i64,
        /// Damaged.
        pub(crate) damaged: i64,
    }
}

/// The lines of a roll by name, a row per commodity; of those who gave alone where `givers_only`.
/// Index: primary keys of `contribution` and `contribution_item`.
///
/// # Errors
/// The store fails.
pub(crate) async fn lines(
    db: &impl Query,
    district: DistrictId,
    roll: Id,
    givers_only: bool,
) -> Result<Vec<LineItem>, StoreError> {
    let which = if givers_only { "AND c.state IN ('full', 'partial')" } else { "" };
    db.all(
        &format!(
            "SELECT c.sponsor_id, v.name, c.for_day, c.pledge_id, c.state, c.version, i.commodity, \
             m.name AS commodity_name, m.unit, m.kind, i.expected, i.brought, i.damaged \
             FROM contribution c \
             JOIN contribution_item i ON i.district_id = c.district_id AND i.roll_id = c.roll_id \
              AND i.sponsor_id = c.sponsor_id AND i.for_day = c.for_day \
             JOIN commodity m ON m.district_id = i.district_id AND m.code = i.commodity \
             JOIN sponsor_version v ON v.district_id = c.district_id AND v.sponsor_id = c.sponsor_id \
              AND v.superseded_at = $3 \
             WHERE c.district_id = $1 AND c.roll_id = $2 {which} \
             ORDER BY v.name_search, c.sponsor_id, c.for_day DESC, m.nth, m.code"
        ),
        args![district, roll, Instant::NEVER],
    )
    .await
}
