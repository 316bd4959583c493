//! Where the lots are, and where they came from.

use asuh_step_collection::Reach;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

asuh_store::row_struct! {
    /// A lot in the list, or on its page.
    pub(crate) struct LotLine {
        /// Key.
        pub(crate) id: Id,
        /// 'gift', 'purchase', 'cooking', 'opening', 'found'.
        pub(crate) origin: String,
        /// The place that it came from.
        pub(crate) place: String,
        /// Fund.
        pub(crate) fund: String,
        /// The commodity's code.
        pub(crate) commodity: String,
        /// Its name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// How much came in.
        pub(crate) quantity: i64,
        /// The day it came in.
        pub(crate) since: time::Date,
        /// The day by which it should be eaten.
        pub(crate) use_by: Option<time::Date>,
        /// What of it is still with somebody of the programme.
        pub(crate) held: i64,
    }
}

const LOT: &str = "SELECT l.id, l.origin, COALESCE(i.name, '') AS place, l.fund, l.commodity, m.name, m.unit, \
    l.quantity, l.since, l.use_by, (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM lot_rest r \
    WHERE r.district_id = l.district_id AND r.lot_id = l.id AND r.held = 1) AS held \
    FROM lot l JOIN commodity m ON m.district_id = l.district_id AND m.code = l.commodity \
    LEFT JOIN institution i ON i.district_id = l.district_id AND i.id = l.place_id";

/// That a lot came from a place within reach, was ever there, or was on its way there. The lots of those places are looked
/// up once, not the places of each lot. Indexes: unique key of `account`, `hand_over_by_receiver`, `shipment_by_receiver`,
/// primary key of `lot_rest`.
fn reached(reach: &Reach, args: &mut Args) -> String {
    if reach.is_everywhere() {
        return reach.condition("l.place_id", args);
    }
    let came = reach.condition("l.place_id", args);
    let at = reach.condition("a.place_id", args);
    let handed = reach.condition("h.to_institution_id", args);
    let sent = reach.condition("s.to_place_id", args);
    let of = "SELECT r.lot_id FROM account a JOIN lot_rest r ON r.district_id = a.district_id AND r.account_id = a.id \
              WHERE a.district_id = $1 AND a.kind";
    format!(
        "({came} OR l.id IN ({of} IN ('warehouse', 'depot', 'kitchen') AND {at} \
         UNION ALL {of} = 'transit' AND a.place_id IN (SELECT h.id FROM hand_over h WHERE h.district_id = $1 AND {handed}) \
         UNION ALL {of} = 'carriage' AND a.place_id IN (SELECT s.id FROM shipment s WHERE s.district_id = $1 AND {sent})))"
    )
}

/// Which lots are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Of this commodity.
    pub(crate) commodity: Option<String>,
    /// That came from this place.
    pub(crate) place: Option<Id>,
    /// Of which something is still held, those that expire first at the top; else the newest first.
    pub(crate) held: bool,
    /// After this one in the order.
    pub(crate) after: Option<(i64, i64, Id)>,
}

/// The lots within reach. Index: `lot_by_place` for a place, `lot_by_day` for all, `lot_rest_held` for those of which
/// something is held.
///
/// # Errors
/// The store fails.
pub(crate) async fn lots(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<LotLine>, StoreError> {
    let mut args = args![district];
    let mut conditions = vec![reached(reach, &mut args)];
    if let Some(commodity) = &wanted.commodity {
        conditions.push(format!("l.commodity = {}", args.push(commodity)));
    }
    if let Some(place) = wanted.place {
        conditions.push(format!("l.place_id = {}", args.push(place)));
    }
    if wanted.held {
        conditions.push(
            "l.id IN (SELECT r.lot_id FROM lot_rest r WHERE r.district_id = $1 AND r.held = 1 AND r.amount > 0)"
                .to_owned(),
        );
    }
    let order = if wanted.held {
        if let Some((use_by, since, id)) = wanted.after {
            conditions.push(format!(
                "(COALESCE(l.use_by, 99991231), l.since, l.id) > ({}, {}, {})",
                args.push(use_by),
                args.push(since),
                args.push(id)
            ));
        }
        "COALESCE(l.use_by, 99991231), l.since, l.id"
    } else {
        if let Some((_, since, id)) = wanted.after {
            conditions.push(format!("(l.since, l.id) < ({}, {})", args.push(since), args.push(id)));
        }
        "l.since DESC, l.id DESC"
    };
    let limit = args.push(limit);
    db.all(
        &format!(
            "{LOT} WHERE l.district_id = $1 AND {} ORDER BY {order} LIMIT {limit}",
            conditions.join(" AND ")
        ),
        args,
    )
    .await
}

/// One lot within reach. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn lot(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<LotLine>, StoreError> {
    let mut args = args![district, id];
    let reached = reached(reach, &mut args);
    db.first(&format!("{LOT} WHERE l.district_id = $1 AND l.id = $2 AND {reached}"), args).await
}

asuh_store::row_struct! {
    /// Where something of a lot is: at a place, or with the families of a village.
    pub(crate) struct Stop {
        /// The lot.
        pub(crate) lot_id: Id,
        /// Kind of account.
        pub(crate) kind: String,
        /// The village of the families, or 0.
        pub(crate) village: i64,
        /// The place's name, for places that are institutions.
        pub(crate) place: String,
        /// How much.
        pub(crate) amount: i64,
        /// How many families or places.
        pub(crate) holders: i64,
    }
}

/// Where lots are now; families by the village in which they are known today. Index: `lot_rest_by_lot`, primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn stops(
    db: &impl Query,
    district: DistrictId,
    lots: &[Id],
) -> Result<Vec<Stop>, StoreError> {
    let mut stops = Vec::new();
    for some in lots.chunks(400) {
        let mut args = args![district, Instant::NEVER];
        let list = args.push_list(some.iter().copied());
        let found: Vec<Stop> = db
            .all(
                &format!(
                    "SELECT r.lot_id, a.kind, COALESCE(v.village_code, 0) AS village, \
                     CASE WHEN a.kind IN ('household', 'courier', 'payout', 'transit', 'carriage') THEN '' ELSE COALESCE(i.name, '') END AS place, \
                     CAST(SUM(r.amount) AS BIGINT) AS amount, COUNT(DISTINCT a.place_id) AS holders FROM lot_rest r \
                     JOIN account a ON a.district_id = r.district_id AND a.id = r.account_id \
                     LEFT JOIN institution i ON i.district_id = a.district_id AND i.id = a.place_id \
                     LEFT JOIN family f ON f.district_id = a.district_id AND f.id = a.place_id AND a.kind = 'household' \
                     LEFT JOIN family_version v ON v.district_id = f.district_id \
                     AND v.family_id = COALESCE(f.canonical_id, f.id) AND v.superseded_at = $2 \
                     WHERE r.district_id = $1 AND r.lot_id IN ({list}) AND r.amount > 0 \
                     GROUP BY r.lot_id, a.kind, COALESCE(v.village_code, 0), \
                     CASE WHEN a.kind IN ('household', 'courier', 'payout', 'transit', 'carriage') THEN '' ELSE COALESCE(i.name, '') END \
                     ORDER BY r.lot_id, a.kind, 3, 4"
                ),
                args,
            )
            .await?;
        stops.extend(found);
    }
    Ok(stops)
}

asuh_store::row_struct! {
    /// A lot that went into another, or came of it.
    pub(crate) struct Kin {
        /// The other lot.
        pub(crate) id: Id,
        /// Where it came from.
        pub(crate) place: String,
        /// The day it came in.
        pub(crate) since: time::Date,
        /// Its commodity's name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// How much of the older went into the younger, in the unit of the older.
        pub(crate) amount: i64,
        /// All that the other lot is.
        pub(crate) quantity: i64,
    }
}

/// Of what a lot was bought or cooked (`back`), or what was bought or cooked of it, the oldest first, after a place in the
/// list. Index: primary key of `lot_origin`, `lot_origin_from`.
///
/// # Errors
/// The store fails.
pub(crate) async fn kin(
    db: &impl Query,
    district: DistrictId,
    lot: Id,
    back: bool,
    after: Option<(time::Date, Id)>,
    limit: i64,
) -> Result<Vec<Kin>, StoreError> {
    let (this, other) = if back { ("lot_id", "from_lot_id") } else { ("from_lot_id", "lot_id") };
    let mut args = args![district, lot];
    let page = match after {
        Some((since, id)) => format!("AND (l.since, l.id) > ({}, {})", args.push(since), args.push(id)),
        None => String::new(),
    };
    let limit = args.push(limit);
    db.all(
        &format!(
            "SELECT l.id, COALESCE(i.name, '') AS place, l.since, m.name, m.unit, o.amount, l.quantity FROM lot_origin o \
             JOIN lot l ON l.district_id = o.district_id AND l.id = o.{other} \
             JOIN commodity m ON m.district_id = l.district_id AND m.code = l.commodity \
             LEFT JOIN institution i ON i.district_id = l.district_id AND i.id = l.place_id \
             WHERE o.district_id = $1 AND o.{this} = $2 {page} ORDER BY l.since, l.id LIMIT {limit}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A territory's name.
    pub(crate) struct Named {
        /// Its code.
        pub(crate) code: i64,
        /// Its name.
        pub(crate) name: String,
    }
}

/// The names of territories. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn names(
    db: &impl Query,
    district: DistrictId,
    codes: &[i64],
) -> Result<Vec<Named>, StoreError> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let mut args = args![district];
    let list = args.push_list(codes.iter().copied());
    db.all(&format!("SELECT code, name FROM territory WHERE district_id = $1 AND code IN ({list})"), args)
        .await
}

asuh_store::row_struct! {
    /// A lot of a Monday on which a sponsor gave.
    pub(crate) struct GivenLot {
        /// Key.
        pub(crate) id: Id,
        /// The unit.
        pub(crate) place: String,
        /// The Monday.
        pub(crate) since: time::Date,
        /// The commodity's name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// How much the unit brought.
        pub(crate) quantity: i64,
    }
}

/// What the units brought on the last Mondays on which a sponsor gave, where at least [`super::rules::FEWEST`] gave: nobody
/// learns from it what one colleague brought. Index: `contribution_by_sponsor`, `lot_by_cause`.
///
/// # Errors
/// The store fails.
pub(crate) async fn given(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    mondays: i64,
) -> Result<Vec<GivenLot>, StoreError> {
    db.all(
        "SELECT l.id, COALESCE(i.name, '') AS place, l.since, m.name, m.unit, l.quantity FROM lot l \
         JOIN commodity m ON m.district_id = l.district_id AND m.code = l.commodity \
         LEFT JOIN institution i ON i.district_id = l.district_id AND i.id = l.place_id \
         WHERE l.district_id = $1 AND l.cause_id IN (SELECT c.roll_id FROM contribution c \
         JOIN roll r ON r.district_id = c.district_id AND r.id = c.roll_id \
         WHERE c.district_id = $1 AND c.sponsor_id = $2 AND c.state IN ('full', 'partial') AND r.state = 'closed' \
         AND r.givers >= $3 ORDER BY c.for_day DESC, c.roll_id LIMIT $4) ORDER BY l.since DESC, m.nth, l.id",
        args![district, sponsor, super::rules::FEWEST, mondays],
    )
    .await
}

asuh_store::row_struct! {
    /// What a family received of a lot.
    pub(crate) struct Received {
        /// The lot.
        pub(crate) id: Id,
        /// Where it came from.
        pub(crate) place: String,
        /// 'gift', 'purchase', 'cooking', 'opening', 'found'.
        pub(crate) origin: String,
        /// The day it came in.
        pub(crate) since: time::Date,
        /// The commodity's name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// How much of it.
        pub(crate) amount: i64,
    }
}

/// From which lots a family received, the newest first. Index: unique key of `account`, primary key of `lot_rest`.
///
/// # Errors
/// The store fails.
pub(crate) async fn received(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    limit: i64,
) -> Result<Vec<Received>, StoreError> {
    db.all(
        "SELECT l.id, COALESCE(i.name, '') AS place, l.origin, l.since, m.name, m.unit, r.amount FROM account a \
         JOIN lot_rest r ON r.district_id = a.district_id AND r.account_id = a.id AND r.amount > 0 \
         JOIN lot l ON l.district_id = r.district_id AND l.id = r.lot_id \
         JOIN commodity m ON m.district_id = l.district_id AND m.code = l.commodity \
         LEFT JOIN institution i ON i.district_id = l.district_id AND i.id = l.place_id \
         WHERE a.district_id = $1 AND a.kind = 'household' AND a.place_id IN (SELECT f.id FROM family f \
         WHERE f.district_id = $1 AND (f.id = $2 OR f.canonical_id = $2)) \
         ORDER BY l.since DESC, m.nth, place, l.id LIMIT $3",
        args![district, family, limit],
    )
    .await
}
