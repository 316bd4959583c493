//! Reading shipments.

use asuh_step_collection::Reach;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

asuh_store::row_struct! {
    /// A shipment.
    pub(crate) struct Shipment {
        /// Key.
        pub(crate) id: Id,
        /// Its number.
        pub(crate) number: String,
        /// The sender's id.
        pub(crate) from_place_id: Id,
        /// The sender's name.
        pub(crate) from_name: String,
        /// The receiver's id.
        pub(crate) to_place_id: Id,
        /// The receiver's name.
        pub(crate) to_name: String,
        /// Fund.
        pub(crate) fund: String,
        /// Who carries it.
        pub(crate) carrier: String,
        /// The day it left.
        pub(crate) sent_on: time::Date,
        /// The day by which it should be there.
        pub(crate) due_on: time::Date,
        /// 'sent', 'received', 'cancelled'.
        pub(crate) state: String,
        /// The sender's note.
        pub(crate) note: String,
        /// Who sent it.
        pub(crate) sent_by: Id,
        /// His name.
        pub(crate) sender: Option<String>,
        /// When something arrived last.
        pub(crate) received_at: Option<Instant>,
        /// Who signed for it.
        pub(crate) receiver_name: String,
        /// What was said of it.
        pub(crate) receipt_note: String,
    }
}

const COLUMNS: &str = "SELECT s.id, s.number, s.from_place_id, COALESCE(f.name, '') AS from_name, s.to_place_id, \
    COALESCE(t.name, '') AS to_name, s.fund, s.carrier, s.sent_on, s.due_on, s.state, s.note, s.sent_by, u.name AS sender, \
    s.received_at, s.receiver_name, s.receipt_note FROM shipment s \
    LEFT JOIN institution f ON f.district_id = s.district_id AND f.id = s.from_place_id \
    LEFT JOIN institution t ON t.district_id = s.district_id AND t.id = s.to_place_id \
    LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.sent_by";

/// Shipments of which a side is within reach: those on their way by the day on which they are due, or all others with the
/// newest first; after a place in the list. Index: `shipment_by_state`, primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn list(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    open: bool,
    after: Option<(time::Date, Id)>,
    limit: i64,
) -> Result<Vec<Shipment>, StoreError> {
    let mut args = args![district];
    let sides = [reach.condition("s.from_place_id", &mut args), reach.condition("s.to_place_id", &mut args)];
    let (state, order) =
        if open { ("s.state = 'sent'", "s.due_on, s.id") } else { ("s.state <> 'sent'", "s.id DESC") };
    let page = match after {
        Some((due_on, id)) if open => {
            format!("AND (s.due_on, s.id) > ({}, {})", args.push(due_on), args.push(id))
        }
        Some((_, id)) => format!("AND s.id < {}", args.push(id)),
        None => String::new(),
    };
    let limit = args.push(limit);
    let sides = sides.join(" OR ");
    db.all(
        &format!("{COLUMNS} WHERE s.district_id = $1 AND {state} AND ({sides}) {page} ORDER BY {order} LIMIT {limit}"),
        args,
    )
    .await
}

/// A shipment of which a side is within reach. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<Shipment>, StoreError> {
    let mut args = args![district, id];
    let sides = [reach.condition("s.from_place_id", &mut args), reach.condition("s.to_place_id", &mut args)];
    let sides = sides.join(" OR ");
    db.first(&format!("{COLUMNS} WHERE s.district_id = $1 AND s.id = $2 AND ({sides})"), args).await
}

asuh_store::row_struct! {
    /// What a shipment holds of a commodity.
    pub(crate) struct ShipmentItem {
        /// Its code.
        pub(crate) commodity: String,
        /// Its name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// How much left.
        pub(crate) sent: i64,
        /// How much arrived.
        pub(crate) received: i64,
        /// How much was written off on the way.
        pub(crate) lost: i64,
    }
}

impl ShipmentItem {
    /// What is still on its way.
    pub(crate) fn rest(&self) -> i64 {
        self.sent - self.received - self.lost
    }
}

/// What a shipment holds. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn items(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Vec<ShipmentItem>, StoreError> {
    db.all(
        "SELECT i.commodity, m.name, m.unit, i.sent, i.received, i.lost FROM shipment_item i \
         JOIN commodity m ON m.district_id = i.district_id AND m.code = i.commodity \
         WHERE i.district_id = $1 AND i.shipment_id = $2 ORDER BY m.nth, i.commodity",
        args![district, id],
    )
    .await
}

/// How many shipments wait to be received at places within reach, and how many of the caller's, on either side, should
/// have been there before today. Index: `shipment_by_state`.
///
/// # Errors
/// The store fails.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    today: time::Date,
) -> Result<(i64, i64), StoreError> {
    let mut args = args![district];
    let to = reach.condition("to_place_id", &mut args);
    let coming = db
        .number(
            &format!("SELECT COUNT(*) AS n FROM shipment WHERE district_id = $1 AND state = 'sent' AND {to}"),
            args,
        )
        .await?;
    let mut args = args![district, today];
    let sides = [reach.condition("from_place_id", &mut args), reach.condition("to_place_id", &mut args)];
    let late = db
        .number(
            &format!(
                "SELECT COUNT(*) AS n FROM shipment WHERE district_id = $1 AND state = 'sent' AND due_on < $2 AND ({})",
                sides.join(" OR ")
            ),
            args,
        )
        .await?;
    Ok((coming, late))
}
