//! Reading counts.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use asuh_step_collection::Reach;

asuh_store::row_struct! {
    /// A count of a place.
    pub(crate) struct Take {
        /// Key.
        pub(crate) id: Id,
        /// Its number.
        pub(crate) number: String,
        /// The place's name.
        pub(crate) place: String,
        /// The day.
        pub(crate) counted_on: time::Date,
        /// Who counted along.
        pub(crate) witness: String,
        /// 'waiting', 'closed', 'refused'.
        pub(crate) state: String,
        /// When it was sent.
        pub(crate) taken_at: Instant,
        /// Who counted.
        pub(crate) taker: Option<String>,
        /// Who decided its differences last.
        pub(crate) decider: Option<String>,
    }
}

const TAKE: &str = "SELECT s.id, s.number, COALESCE(i.name, '') AS place, s.counted_on, s.witness, s.state, s.taken_at, \
                    u.name AS taker, (SELECT MAX(d.name) FROM stock_change c JOIN app_user d \
                    ON d.district_id = c.district_id AND d.id = c.decided_by WHERE c.district_id = s.district_id \
                    AND c.stock_take_id = s.id) AS decider FROM stock_take s \
                    LEFT JOIN institution i ON i.district_id = s.district_id AND i.id = s.place_id \
                    LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.taken_by \
                    WHERE s.district_id = $1";

/// Counts within reach, newest first, before one of them. Index: primary key (ids grow with time).
///
/// # Errors
/// The store fails.
pub(crate) async fn list(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<Take>, StoreError> {
    let (sql, args) = list_statement(district, reach, before, limit);
    db.all(&sql, args).await
}

fn list_statement(district: DistrictId, reach: &Reach, before: Option<Id>, limit: i64) -> (String, Args) {
    let mut args = args![district];
    let reached = reach.condition("s.place_id", &mut args);
    let page = before.map(|id| format!("AND s.id < {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    (format!("{TAKE} AND {reached} {page} ORDER BY s.id DESC LIMIT {limit}"), args)
}

/// One of them within reach. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<Take>, StoreError> {
    let mut args = args![district, id];
    let reached = reach.condition("s.place_id", &mut args);
    db.first(&format!("{TAKE} AND s.id = $2 AND {reached}"), args).await
}

asuh_store::row_struct! {
    /// What was counted of one commodity of one fund.
    pub(crate) struct Item {
        /// Fund.
        pub(crate) fund: String,
        /// 'fund_holder' for cash.
        pub(crate) account_kind: String,
        /// The commodity's name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// What the books said.
        pub(crate) book: i64,
        /// What was there.
        pub(crate) counted: i64,
        /// Why it differs.
        pub(crate) reason: String,
    }
}

/// What a count found: a bounded list (funds x commodities). Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn items(db: &impl Query, district: DistrictId, take: Id) -> Result<Vec<Item>, StoreError> {
    db.all(
        "SELECT t.fund, t.account_kind, m.name, m.unit, t.book, t.counted, t.reason FROM stock_take_item t \
         JOIN commodity m ON m.district_id = t.district_id AND m.code = t.commodity \
         WHERE t.district_id = $1 AND t.stock_take_id = $2 ORDER BY t.account_kind, t.fund, m.nth, m.code",
        args![district, take],
    )
    .await
}

asuh_store::row_struct! {
    /// Pieces of money of one worth.
    pub(crate) struct Pieces {
        /// Fund.
        pub(crate) fund: String,
        /// What one is worth in rupiah; 0: at the bank.
        pub(crate) worth: i64,
        /// How many.
        pub(crate) pieces: i64,
    }
}

/// The money that was counted, the largest pieces first: a dozen a fund. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn pieces(
    db: &impl Query,
    district: DistrictId,
    take: Id,
) -> Result<Vec<Pieces>, StoreError> {
    db.all(
        "SELECT fund, worth, pieces FROM cash_piece WHERE district_id = $1 AND stock_take_id = $2 \
         ORDER BY fund, worth DESC",
        args![district, take],
    )
    .await
}

asuh_store::row_struct! {
    /// The money of one fund at a holder.
    pub(crate) struct Held {
        /// The holder's name.
        pub(crate) holder: String,
        /// Fund.
        pub(crate) fund: String,
        /// Rupiah.
        pub(crate) amount: i64,
    }
}

/// The money that a holder within reach has by the books, by fund, also where it is none by now. Index: unique key of
/// `account`.
///
/// # Errors
/// The store fails.
pub(crate) async fn held(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    holder: Id,
) -> Result<Vec<Held>, StoreError> {
    let mut args = args![district, holder];
    let reached = reach.condition("a.place_id", &mut args);
    db.all(
        &format!(
            "SELECT i.name AS holder, a.fund, COALESCE(b.amount, 0) AS amount FROM account a \
             JOIN institution i ON i.district_id = a.district_id AND i.id = a.place_id \
             LEFT JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
             WHERE a.district_id = $1 AND a.kind = 'fund_holder' AND a.place_id = $2 AND a.commodity = 'cash' \
             AND {reached} ORDER BY a.fund"
        ),
        args,
    )
    .await
}
