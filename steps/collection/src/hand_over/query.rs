//! Reading hand-overs.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use super::super::reach::{Reach, Sides};

asuh_store::row_struct! {
    /// A hand-over with what stands around it.
    pub(crate) struct HandOver {
        /// Key.
        pub(crate) id: Id,
        /// Its number.
        pub(crate) number: String,
        /// 'announced', 'received', 'cancelled'.
        pub(crate) state: String,
        /// The roll whose goods they are.
        pub(crate) roll_id: Id,
        /// The giving unit.
        pub(crate) unit_id: Id,
        /// Its name.
        pub(crate) unit: String,
        /// The campaign's name.
        pub(crate) campaign: String,
        /// The day of the roll.
        pub(crate) held_on: time::Date,
        /// The receiving institution.
        pub(crate) to_id: Id,
        /// Its name.
        pub(crate) to_name: String,
        /// When it was announced.
        pub(crate) announced_at: Instant,
        /// Who gives.
        pub(crate) giver_name: String,
        /// How he signed: 'account', 'paper'.
        pub(crate) giver_way: String,
        /// When it was received.
        pub(crate) received_at: Option<Instant>,
        /// Who received.
        pub(crate) receiver_name: Option<String>,
        /// How he signed.
        pub(crate) receiver_way: Option<String>,
        /// The giver's words.
        pub(crate) note: String,
        /// The receiver's words, or why it was cancelled.
        pub(crate) receipt_note: String,
        /// How many kinds of goods of it are still on the road.
        pub(crate) on_the_road: i64,
    }
}

impl HandOver {
    /// How it stands, also when it was received and something of it is still on the road.
    pub(crate) fn standing(&self) -> &str {
        if self.state == "received" && self.on_the_road > 0 { "short" } else { &self.state }
    }
}

const FROM: &str = "SELECT h.id, h.number, h.state, h.roll_id, r.unit_id, u.name AS unit, c.name AS campaign, \
    d.held_on, h.to_institution_id AS to_id, t.name AS to_name, h.announced_at, h.giver_name, \
    h.giver_way, h.received_at, h.receiver_name, h.receiver_way, h.note, h.receipt_note, \
    (SELECT COUNT(*) FROM account a JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id AND b.amount > 0 \
    WHERE a.district_id = h.district_id AND a.kind = 'transit' AND a.place_id = h.id) AS on_the_road FROM hand_over h \
    JOIN roll r ON r.district_id = h.district_id AND r.id = h.roll_id \
    JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
    JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
    JOIN institution u ON u.district_id = r.district_id AND u.id = r.unit_id \
    JOIN institution t ON t.district_id = h.district_id AND t.id = h.to_institution_id \
    WHERE h.district_id = $1";

/// A hand-over within reach of either side. Index: primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    sides: &Sides,
    id: Id,
) -> Result<Option<HandOver>, StoreError> {
    let mut args = Args::new().with(district).with(id);
    let seen = sides.condition("h.to_institution_id", &mut args);
    db.first(&format!("{FROM} AND h.id = $2 AND {seen}"), args).await
}

/// The hand-over of a roll that was not cancelled. Index: `hand_over_by_roll`.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_roll(
    db: &impl Query,
    district: DistrictId,
    roll: Id,
) -> Result<Option<HandOver>, StoreError> {
    db.first(&format!("{FROM} AND h.roll_id = $2 AND h.state <> 'cancelled'"), args![district, roll]).await
}

/// The newest hand-overs within reach, a page of them, before a place in the list.
/// Index: primary key (ids grow with time); `hand_over_by_roll` and `hand_over_by_receiver` for single places.
///
/// # Errors
/// The store fails.
pub(crate) async fn newest(
    db: &impl Query,
    district: DistrictId,
    sides: &Sides,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<HandOver>, StoreError> {
    let mut args = Args::new().with(district);
    let seen = sides.of_history("h", "hand_over", "to_institution_id", &mut args);
    let page = before.map(|id| format!("AND h.id < {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    db.all(&format!("{FROM} AND {seen} {page} ORDER BY h.id DESC LIMIT {limit}"), args).await
}

/// Hand-overs of which something is on the road: announced, or received and not all of it came. Of the history those are
/// read that came short, which are few. Indexes: `hand_over_by_state`, `hand_over_item_short`, unique key of `account`.
const ON_THE_ROAD: &str = "h.id IN (SELECT x.id FROM hand_over x WHERE x.district_id = $1 AND x.state = 'announced' \
    UNION ALL SELECT i.hand_over_id FROM hand_over_item i WHERE i.district_id = $1 AND i.received < i.sent \
    AND EXISTS (SELECT 1 FROM account a JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
    AND b.amount > 0 WHERE a.district_id = i.district_id AND a.kind = 'transit' AND a.place_id = i.hand_over_id \
    AND a.commodity = i.commodity))";

/// The hand-overs within reach of which something is on the road, the oldest first, after a place in the list.
///
/// # Errors
/// The store fails.
pub(crate) async fn on_the_road(
    db: &impl Query,
    district: DistrictId,
    sides: &Sides,
    after: Option<Id>,
    limit: i64,
) -> Result<Vec<HandOver>, StoreError> {
    let mut args = Args::new().with(district);
    let seen = sides.of_few("h", "to_institution_id", &mut args);
    let page = after.map(|id| format!("AND h.id > {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    db.all(&format!("{FROM} AND {ON_THE_ROAD} AND {seen} {page} ORDER BY h.id LIMIT {limit}"), args).await
}

asuh_store::row_struct! {
    /// How many hand-overs have something on the road that should be there.
    pub(crate) struct Late {
        /// Announced before the given moment, and nobody received them.
        pub(crate) waiting: i64,
        /// Received, and not all of it came.
        pub(crate) short: i64,
    }
}

/// What should be there within reach, by a moment before which what was announced should have been received. Indexes: as
/// [`on_the_road`].
///
/// # Errors
/// The store fails.
pub(crate) async fn late(
    db: &impl Query,
    district: DistrictId,
    sides: &Sides,
    before: Instant,
) -> Result<Late, StoreError> {
    let mut args = Args::new().with(district).with(before);
    let seen = sides.of_few("h", "to_institution_id", &mut args);
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(CASE WHEN h.state = 'announced' AND h.announced_at < $2 THEN 1 ELSE 0 END), 0) AS BIGINT) \
         AS waiting, CAST(COALESCE(SUM(CASE WHEN h.state = 'received' THEN 1 ELSE 0 END), 0) AS BIGINT) AS short \
         FROM hand_over h WHERE h.district_id = $1 AND {ON_THE_ROAD} AND {seen}"
    );
    Ok(db.first(&sql, args).await?.unwrap_or(Late { waiting: 0, short: 0 }))
}

/// How many announced hand-overs wait for their receiver. Index: `hand_over_by_state`.
///
/// # Errors
/// The store fails.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    receiving: &Reach,
) -> Result<i64, StoreError> {
    let mut args = Args::new().with(district);
    let seen = receiving.condition("to_institution_id", &mut args);
    db.number(
        &format!(
            "SELECT COUNT(*) AS n FROM hand_over WHERE district_id = $1 AND state = 'announced' AND {seen}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// One commodity of a hand-over.
    pub(crate) struct HandOverItem {
        /// The commodity.
        pub(crate) commodity: String,
        /// Its name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// Estimated grams of one unit.
        pub(crate) grams_per_unit: Option<i64>,
        /// Sent.
        pub(crate) sent: i64,
        /// The lot.
        pub(crate) lot_id: Option<Id>,
        /// Arrived in good order.
        pub(crate) received: Option<i64>,
        /// Arrived damaged.
        pub(crate) damaged: Option<i64>,
        /// Weighed on arrival.
        pub(crate) weighed_g: Option<i64>,
        /// Still on the road by the books: not arrived, and neither taken in later nor written off.
        pub(crate) on_the_road: i64,
    }
}

impl HandOverItem {
    /// What has not arrived.
    pub(crate) fn missing(&self) -> i64 {
        self.received.map_or(0, |received| self.sent - received - self.damaged.unwrap_or(0))
    }
}

/// The goods of a hand-over. Index: primary key of `hand_over_item`, unique key of `account`.
///
/// # Errors
/// The store fails.
pub(crate) async fn items(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Vec<HandOverItem>, StoreError> {
    db.all(
        "SELECT i.commodity, m.name, m.unit, m.grams_per_unit, i.sent, i.lot_id, i.received, i.damaged, i.weighed_g, \
         (SELECT CAST(COALESCE(SUM(b.amount), 0) AS BIGINT) FROM account a JOIN balance b ON b.district_id = a.district_id \
         AND b.account_id = a.id WHERE a.district_id = i.district_id AND a.kind = 'transit' \
         AND a.place_id = i.hand_over_id AND a.commodity = i.commodity) AS on_the_road FROM hand_over_item i JOIN commodity m ON m.district_id = i.district_id AND m.code = i.commodity \
         WHERE i.district_id = $1 AND i.hand_over_id = $2 ORDER BY m.nth, m.code",
        args![district, id],
    )
    .await
}

asuh_store::row_struct! {
    /// A place that takes goods in.
    pub(crate) struct Receiver {
        /// Key.
        pub(crate) id: Id,
        /// Name.
        pub(crate) name: String,
        /// 'depot' or another kind of institution.
        pub(crate) kind: String,
    }
}

/// Where a campaign's goods may go: its warehouse and the depots. Index: primary key of `institution`.
///
/// # Errors
/// The store fails.
pub(crate) async fn receivers(
    db: &impl Query,
    district: DistrictId,
    warehouse: Id,
) -> Result<Vec<Receiver>, StoreError> {
    db.all(
        "SELECT id, name, kind FROM institution WHERE district_id = $1 AND (id = $2 OR kind = 'depot') \
         AND valid_to IS NULL ORDER BY CASE WHEN id = $2 THEN 0 ELSE 1 END, name_search, id",
        args![district, warehouse],
    )
    .await
}
