//! Reading prices, purchases and cooking.

use asuh_step_collection::Reach;
use asuh_store::{DistrictId, Id, Query, StoreError, args};

asuh_store::row_struct! {
    /// A price of the list.
    pub(crate) struct Price {
        /// The commodity's code.
        pub(crate) commodity: String,
        /// From this day on.
        pub(crate) since: time::Date,
        /// Rupiah ...
        pub(crate) rupiah: i64,
        /// ... for so much of its smallest unit.
        pub(crate) per: i64,
    }
}

/// The price of a commodity on a day. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn price(
    db: &impl Query,
    district: DistrictId,
    commodity: &str,
    day: time::Date,
) -> Result<Option<Price>, StoreError> {
    db.first(
        "SELECT commodity, since, rupiah, per FROM price WHERE district_id = $1 AND commodity = $2 AND since <= $3 \
         ORDER BY since DESC LIMIT 1",
        args![district, commodity, day],
    )
    .await
}

/// The present prices, one a commodity. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn prices(
    db: &impl Query,
    district: DistrictId,
    day: time::Date,
) -> Result<Vec<Price>, StoreError> {
    db.all(
        "SELECT commodity, since, rupiah, per FROM price p WHERE p.district_id = $1 AND p.since = (SELECT MAX(x.since) \
         FROM price x WHERE x.district_id = p.district_id AND x.commodity = p.commodity AND x.since <= $2) \
         ORDER BY commodity",
        args![district, day],
    )
    .await
}

asuh_store::row_struct! {
    /// A purchase.
    pub(crate) struct Purchase {
        /// Key.
        pub(crate) id: Id,
        /// Its number.
        pub(crate) number: String,
        /// Fund.
        pub(crate) fund: String,
        /// Who paid.
        pub(crate) holder: String,
        /// Where the goods went.
        pub(crate) place: String,
        /// The commodity's name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// How much.
        pub(crate) quantity: i64,
        /// Rupiah.
        pub(crate) paid: i64,
        /// From whom.
        pub(crate) shop: String,
        /// When.
        pub(crate) bought_on: time::Date,
        /// The shop's receipt.
        pub(crate) receipt_id: Option<Id>,
        /// Percent away from the price list.
        pub(crate) percent_off: Option<i64>,
        /// Why.
        pub(crate) note: String,
        /// Whether it was taken back.
        pub(crate) reversed: i64,
    }
}

const PURCHASE: &str = "SELECT p.id, p.number, p.fund, COALESCE(h.name, '') AS holder, COALESCE(i.name, '') AS place, \
    m.name, m.unit, p.quantity, p.paid, p.shop, p.bought_on, p.receipt_id, p.percent_off, p.note, (SELECT COUNT(*) \
    FROM transfer x WHERE x.district_id = p.district_id AND x.reverses = p.transfer_id) AS reversed FROM purchase p \
    JOIN commodity m ON m.district_id = p.district_id AND m.code = p.commodity \
    LEFT JOIN institution h ON h.district_id = p.district_id AND h.id = p.holder_id \
    LEFT JOIN institution i ON i.district_id = p.district_id AND i.id = p.place_id";

/// Purchases whose payer or place is within reach, the newest first, before a place in the list. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn purchases(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<Purchase>, StoreError> {
    let mut args = args![district];
    let sides = [reach.condition("p.holder_id", &mut args), reach.condition("p.place_id", &mut args)];
    let sides = sides.join(" OR ");
    let page = before.map(|id| format!("AND p.id < {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    db.all(
        &format!("{PURCHASE} WHERE p.district_id = $1 AND ({sides}) {page} ORDER BY p.id DESC LIMIT {limit}"),
        args,
    )
    .await
}

/// One purchase within reach. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn purchase(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<Purchase>, StoreError> {
    let mut args = args![district, id];
    let sides = [reach.condition("p.holder_id", &mut args), reach.condition("p.place_id", &mut args)];
    let sides = sides.join(" OR ");
    db.first(&format!("{PURCHASE} WHERE p.district_id = $1 AND p.id = $2 AND ({sides})"), args).await
}

asuh_store::row_struct! {
    /// Cash that can be spent.
    pub(crate) struct Purse {
        /// The fund holder.
        pub(crate) id: Id,
        /// Its name.
        pub(crate) name: String,
        /// Fund.
        pub(crate) fund: String,
        /// Rupiah.
        pub(crate) amount: i64,
    }
}

/// The cash of the fund holders within reach, by fund. Index: unique key of `account`.
///
/// # Errors
/// The store fails.
pub(crate) async fn purses(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
) -> Result<Vec<Purse>, StoreError> {
    let mut args = args![district];
    let reached = reach.condition("a.place_id", &mut args);
    db.all(
        &format!(
            "SELECT a.place_id AS id, i.name, a.fund, b.amount FROM account a \
             JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id AND b.amount > 0 \
             JOIN institution i ON i.district_id = a.district_id AND i.id = a.place_id \
             WHERE a.district_id = $1 AND a.kind = 'fund_holder' AND a.commodity = 'cash' AND {reached} \
             ORDER BY i.name_search, a.fund"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// What was cooked.
    pub(crate) struct Cooking {
        /// Key.
        pub(crate) id: Id,
        /// Its number.
        pub(crate) number: String,
        /// The kitchen.
        pub(crate) kitchen: String,
        /// Fund.
        pub(crate) fund: String,
        /// The portions' name.
        pub(crate) name: String,
        /// Their unit.
        pub(crate) unit: String,
        /// How many.
        pub(crate) portions: i64,
        /// When.
        pub(crate) cooked_on: time::Date,
        /// The menu.
        pub(crate) menu: String,
    }
}

/// What kitchens within reach cooked, the newest first, before a place in the list. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn cookings(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<Cooking>, StoreError> {
    let mut args = args![district];
    let reached = reach.condition("c.kitchen_id", &mut args);
    let page = before.map(|id| format!("AND c.id < {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    db.all(
        &format!(
            "SELECT c.id, c.number, COALESCE(i.name, '') AS kitchen, c.fund, m.name, m.unit, c.portions, c.cooked_on, \
             c.menu FROM cooking c JOIN commodity m ON m.district_id = c.district_id AND m.code = c.commodity \
             LEFT JOIN institution i ON i.district_id = c.district_id AND i.id = c.kitchen_id \
             WHERE c.district_id = $1 AND {reached} {page} ORDER BY c.id DESC LIMIT {limit}"
        ),
        args,
    )
    .await
}
