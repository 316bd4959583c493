//! Reading the account of one holder, and the funds.

use asuh_step_collection::Reach;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use super::super::query::HELD;

/// Kinds of accounts that somebody answers for, and so has a book of.
const KEPT: &str = "'office_post', 'transit', 'carriage', 'depot', 'warehouse', 'fund_holder', 'kitchen'";

asuh_store::row_struct! {
    /// What a holder has of one commodity of one fund: the account of a book.
    pub(crate) struct Account {
        /// The account.
        pub(crate) id: Id,
        /// Its kind.
        pub(crate) kind: String,
        /// The holder's name, or the number of what is on its way.
        pub(crate) place: String,
        /// Fund.
        pub(crate) fund: String,
        /// The commodity's code.
        pub(crate) commodity: String,
        /// Its name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// What it holds today.
        pub(crate) amount: i64,
    }
}

const ACCOUNT: &str = "SELECT a.id, a.kind, COALESCE(h.number, s.number, i.name, '') AS place, a.fund, a.commodity, m.name, \
    m.unit, COALESCE(b.amount, 0) AS amount FROM account a \
    JOIN commodity m ON m.district_id = a.district_id AND m.code = a.commodity \
    LEFT JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
    LEFT JOIN institution i ON i.district_id = a.district_id AND i.id = a.place_id \
    LEFT JOIN hand_over h ON h.district_id = a.district_id AND h.id = a.place_id AND a.kind = 'transit' \
    LEFT JOIN shipment s ON s.district_id = a.district_id AND s.id = a.place_id AND a.kind = 'carriage'";

fn reached(reach: &Reach, args: &mut Args) -> String {
    reach.condition("COALESCE(h.to_institution_id, s.to_place_id, a.place_id)", args)
}

/// The accounts within reach that hold something, and those of money, goods and kitchens that once did; after one in the
/// list. Those that hold nothing more of what was on the road are as many as there were hand-overs, so they are not walked
/// over. Index: `lot_rest_held`, unique key of `account`.
///
/// # Errors
/// The store fails.
pub(crate) async fn accounts(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    after: Option<Id>,
    limit: i64,
) -> Result<Vec<Account>, StoreError> {
    let mut args = args![district];
    let reached = reached(reach, &mut args);
    let page = after
        .map(|id| {
            let id = args.push(id);
            let key = "kind, place_id, fund, commodity";
            let of =
                |table: &str| key.split(", ").map(|c| format!("{table}.{c}")).collect::<Vec<_>>().join(", ");
            format!(
                "AND ({}) > (SELECT {} FROM account x WHERE x.district_id = $1 AND x.id = {id})",
                of("a"),
                of("x")
            )
        })
        .unwrap_or_default();
    let limit = args.push(limit);
    // Kind by kind: SQLite takes four of five kinds for nearly all accounts.
    let lasting = ["depot", "warehouse", "fund_holder", "kitchen"]
        .map(|kind| format!("SELECT k.id FROM account k WHERE k.district_id = $1 AND k.kind = '{kind}'"))
        .join(" UNION ALL ");
    db.all(
        &format!(
            "{ACCOUNT} WHERE a.district_id = $1 AND a.kind IN ({KEPT}) AND {reached} AND a.id IN ({lasting} \
             UNION ALL SELECT r.account_id FROM lot_rest r WHERE r.district_id = $1 AND r.held = 1 AND r.amount > 0) {page} \
             ORDER BY a.kind, a.place_id, a.fund, a.commodity LIMIT {limit}"
        ),
        args,
    )
    .await
}

/// One account within reach. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn account(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<Account>, StoreError> {
    let mut args = args![district, id];
    let reached = reached(reach, &mut args);
    let sql =
        format!("{ACCOUNT} WHERE a.district_id = $1 AND a.id = $2 AND a.kind IN ({KEPT}) AND {reached}");
    db.first(&sql, args).await
}

asuh_store::row_struct! {
    /// A line of a book.
    pub(crate) struct BookLine {
        /// The transfer.
        pub(crate) id: Id,
        /// Which of its lines.
        pub(crate) nth: i64,
        /// The day.
        pub(crate) moved_on: time::Date,
        /// When it was recorded.
        pub(crate) recorded_at: Instant,
        /// The transfer's kind.
        pub(crate) kind: String,
        /// The paper's number, or words.
        pub(crate) reason: String,
        /// Kind of the other side.
        pub(crate) other_kind: String,
        /// Its name.
        pub(crate) other: String,
        /// What came in, or below zero went out.
        pub(crate) amount: i64,
    }
}

/// A place in a book: after the line of a transfer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The day.
    pub(crate) moved_on: time::Date,
    /// When it was recorded.
    pub(crate) recorded_at: Instant,
    /// The transfer.
    pub(crate) id: Id,
    /// The line.
    pub(crate) nth: i64,
}

impl Place {
    /// The place after a line.
    pub(crate) fn after(line: &BookLine) -> Place {
        Place { moved_on: line.moved_on, recorded_at: line.recorded_at, id: line.id, nth: line.nth }
    }

    fn key(&self, args: &mut Args) -> String {
        let [day, at, id, nth] =
            [args.push(self.moved_on), args.push(self.recorded_at), args.push(self.id), args.push(self.nth)];
        format!("({day}, {at}, {id}, {nth})")
    }
}

const KEY: &str = "(t.moved_on, t.recorded_at, t.id, l.nth)";

/// The lines of an account from a day to a day, in the order of the days; after a place in it: what came before those days
/// is not read. Index: `transfer_line_from`, `transfer_line_to`, primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn lines(
    db: &impl Query,
    district: DistrictId,
    account: Id,
    (from, to): (time::Date, time::Date),
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<BookLine>, StoreError> {
    let mut args = args![district, account, from, to];
    let page = after.map(|place| format!("AND {KEY} > {}", place.key(&mut args))).unwrap_or_default();
    let limit = args.push(limit);
    let side = |mine: &str, other: &str, sign: &str| {
        format!(
            "SELECT t.id, l.nth, t.moved_on, t.recorded_at, t.kind, t.reason, o.kind AS other_kind, \
             COALESCE(h.number, s.number, i.name, '') AS other, {sign}l.amount AS amount FROM transfer_line l \
             JOIN transfer t ON t.district_id = l.district_id AND t.id = l.transfer_id \
             JOIN account o ON o.district_id = l.district_id AND o.id = l.{other} \
             LEFT JOIN institution i ON i.district_id = o.district_id AND i.id = o.place_id \
             LEFT JOIN hand_over h ON h.district_id = o.district_id AND h.id = o.place_id \
             LEFT JOIN shipment s ON s.district_id = o.district_id AND s.id = o.place_id \
             WHERE l.district_id = $1 AND l.{mine} = $2 AND l.moved_on BETWEEN $3 AND $4 {page}"
        )
    };
    let came = side("to_account", "from_account", "");
    let went = side("from_account", "to_account", "-");
    db.all(&format!("{came} UNION ALL {went} ORDER BY 3, 4, 1, 2 LIMIT {limit}"), args).await
}

/// What an account held at the beginning of a day, or after a place in its book: what it holds today without what moved
/// since, so that a book of this month does not cost the years before. Index: primary key of `balance`, and as [`lines`].
///
/// # Errors
/// The store fails.
pub(crate) async fn held(
    db: &impl Query,
    district: DistrictId,
    account: Id,
    before: time::Date,
    after: Option<Place>,
) -> Result<i64, StoreError> {
    let mut args = args![district, account];
    let since = match after {
        Some(place) => {
            let day = args.push(place.moved_on);
            format!("l.moved_on >= {day} AND {KEY} > {}", place.key(&mut args))
        }
        None => format!("l.moved_on >= {}", args.push(before)),
    };
    let side = |mine: &str| {
        format!(
            "(SELECT CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) FROM transfer_line l JOIN transfer t \
             ON t.district_id = l.district_id AND t.id = l.transfer_id \
             WHERE l.district_id = $1 AND l.{mine} = $2 AND {since})"
        )
    };
    let now = "COALESCE((SELECT b.amount FROM balance b WHERE b.district_id = $1 AND b.account_id = $2), 0)";
    db.number(&format!("SELECT {now} - {} + {} AS n", side("to_account"), side("from_account")), args).await
}

asuh_store::row_struct! {
    /// What moved between two kinds of accounts in a time, of one commodity of one fund; or what is held of it now.
    pub(crate) struct Flow {
        /// Fund.
        pub(crate) fund: String,
        /// The commodity's code.
        pub(crate) commodity: String,
        /// Its name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// From this kind; 'held': what is held now.
        pub(crate) from_kind: String,
        /// ... to that.
        pub(crate) to_kind: String,
        /// After the last day.
        pub(crate) after: i64,
        /// From the first day to the last; or what is held now.
        pub(crate) within: i64,
    }
}

/// All movements to and from outside, or to families and back, since a day: by fund, commodity and both kinds; beside them
/// what is held now, from 'held'. One statement, so that nothing is posted between the two. Index: `lot_rest_held`,
/// `transfer_by_day`, primary keys; what moved before the first day is not read.
///
/// # Errors
/// The store fails.
pub(crate) async fn flows(
    db: &impl Query,
    district: DistrictId,
    (from, to): (time::Date, time::Date),
) -> Result<Vec<Flow>, StoreError> {
    let sql = format!(
        "SELECT a.fund, a.commodity, m.name, m.unit, m.nth, 'held' AS from_kind, '' AS to_kind, \
         CAST(0 AS BIGINT) AS after, CAST(SUM(k.amount) AS BIGINT) AS within FROM ({HELD}) k \
         JOIN account a ON a.district_id = $1 AND a.id = k.account_id \
         JOIN commodity m ON m.district_id = a.district_id AND m.code = a.commodity \
         GROUP BY a.fund, a.commodity, m.name, m.unit, m.nth \
         UNION ALL SELECT f.fund, f.commodity, m.name, m.unit, m.nth, f.kind, o.kind, \
         CAST(COALESCE(SUM(CASE WHEN t.moved_on > $3 THEN l.amount ELSE 0 END), 0) AS BIGINT), \
         CAST(COALESCE(SUM(CASE WHEN t.moved_on <= $3 THEN l.amount ELSE 0 END), 0) AS BIGINT) \
         FROM transfer t JOIN transfer_line l ON l.district_id = t.district_id AND l.transfer_id = t.id \
         JOIN account f ON f.district_id = l.district_id AND f.id = l.from_account \
         JOIN account o ON o.district_id = l.district_id AND o.id = l.to_account \
         JOIN commodity m ON m.district_id = f.district_id AND m.code = f.commodity \
         WHERE t.district_id = $1 AND t.moved_on >= $2 AND f.kind <> o.kind \
         AND (f.kind IN ('giver', 'market', 'cooking', 'waste', 'opening', 'household') \
         OR o.kind IN ('giver', 'market', 'cooking', 'waste', 'opening', 'household')) \
         GROUP BY f.fund, f.commodity, m.name, m.unit, m.nth, f.kind, o.kind \
         ORDER BY 1, 5, 2, 6, 7"
    );
    db.all(&sql, args![district, from, to]).await
}
