//! Reading stock, movements and requested changes.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use asuh_ground::web::Text;
use asuh_step_collection::Reach;

asuh_store::row_struct! {
    /// What a place holds of one commodity of one fund.
    pub(crate) struct StockLine {
        /// 'warehouse', 'depot', 'kitchen', 'transit', 'carriage'.
        pub(crate) kind: String,
        /// The institution, the hand-over or the shipment.
        pub(crate) place_id: Id,
        /// Its name or number.
        pub(crate) place: String,
        /// Fund.
        pub(crate) fund: String,
        /// Commodity code.
        pub(crate) commodity: String,
        /// Its name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// How much.
        pub(crate) amount: i64,
    }
}

impl StockLine {
    /// How a form names this stock.
    pub(crate) fn key(&self) -> String {
        format!("{}|{}|{}|{}", self.kind, self.place_id, self.fund, self.commodity)
    }
}

/// The stock within reach, by place: what is there now, however long the history is. Index: `lot_rest_held`, primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn stock(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
) -> Result<Vec<StockLine>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = reach.condition("COALESCE(h.to_institution_id, s.to_place_id, a.place_id)", &mut args);
    let sent = reach.condition("s.from_place_id", &mut args);
    db.all(
        &format!(
            "SELECT a.kind, a.place_id, COALESCE(h.number, s.number, i.name, '') AS place, a.fund, a.commodity, m.name, m.unit, \
             k.amount FROM ({HELD}) k JOIN account a ON a.district_id = $1 AND a.id = k.account_id \
             JOIN commodity m ON m.district_id = a.district_id AND m.code = a.commodity \
             LEFT JOIN institution i ON i.district_id = a.district_id AND i.id = a.place_id \
             LEFT JOIN hand_over h ON h.district_id = a.district_id AND h.id = a.place_id AND a.kind = 'transit' \
             LEFT JOIN shipment s ON s.district_id = a.district_id AND s.id = a.place_id AND a.kind = 'carriage' \
             WHERE a.kind IN ('warehouse', 'depot', 'kitchen', 'transit', 'carriage') \
             AND ({reached} OR {sent}) ORDER BY CASE a.kind WHEN 'warehouse' THEN 1 WHEN 'depot' THEN 2 \
             WHEN 'kitchen' THEN 3 ELSE 4 END, place, a.place_id, a.fund, m.nth, a.commodity"
        ),
        args,
    )
    .await
}

/// All that anybody of the programme answers for now, by account. As many rows as there are lots in stock.
pub(crate) const HELD: &str = "SELECT r.account_id, CAST(SUM(r.amount) AS BIGINT) AS amount FROM lot_rest r \
                    WHERE r.district_id = $1 AND r.held = 1 AND r.amount > 0 GROUP BY r.account_id";

asuh_store::row_struct! {
    /// What a fund holder has in cash.
    pub(crate) struct CashLine {
        /// The holder.
        pub(crate) place_id: Id,
        /// Its name.
        pub(crate) holder: String,
        /// Fund.
        pub(crate) fund: String,
        /// Rupiah.
        pub(crate) amount: i64,
    }
}

/// The cash of the fund holders within reach. Index: unique key of `account`.
///
/// # Errors
/// The store fails.
pub(crate) async fn cash(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
) -> Result<Vec<CashLine>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = reach.condition("a.place_id", &mut args);
    db.all(
        &format!(
            "SELECT a.place_id, i.name AS holder, a.fund, b.amount FROM account a \
             JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
             JOIN institution i ON i.district_id = a.district_id AND i.id = a.place_id \
             WHERE a.district_id = $1 AND a.kind = 'fund_holder' AND {reached} ORDER BY i.name_search, a.fund"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A movement in the list.
    pub(crate) struct MovementLine {
        /// The transfer.
        pub(crate) id: Id,
        /// Its kind.
        pub(crate) kind: String,
        /// The day it happened.
        pub(crate) moved_on: time::Date,
        /// What caused it.
        pub(crate) cause_id: Id,
        /// Words.
        pub(crate) reason: String,
        /// Which line of the transfer.
        pub(crate) nth: i64,
        /// Kind of the place it left.
        pub(crate) from_kind: String,
        /// Its name.
        pub(crate) from_name: String,
        /// Kind of the place it came to.
        pub(crate) to_kind: String,
        /// Its name.
        pub(crate) to_name: String,
        /// The commodity's name.
        pub(crate) commodity: String,
        /// Its unit.
        pub(crate) unit: String,
        /// How much.
        pub(crate) amount: i64,
        /// Set when a hand-over caused it.
        pub(crate) hand_over_id: Option<Id>,
        /// Set when a roll caused it.
        pub(crate) roll_id: Option<Id>,
        /// Set when a second person's approval caused it.
        pub(crate) change_id: Option<Id>,
        /// Whether it was taken back.
        pub(crate) reversed: i64,
    }
}

impl MovementLine {
    /// Where it left, in words.
    pub(crate) fn left(&self, text: &Text) -> String {
        super::rules::side(text, &self.from_kind, &self.from_name)
    }

    /// Where it came to, in words.
    pub(crate) fn came(&self, text: &Text) -> String {
        super::rules::side(text, &self.to_kind, &self.to_name)
    }

    /// Why, in words.
    pub(crate) fn why(&self, text: &Text) -> String {
        super::rules::reason(text, &self.reason)
    }

    /// Whether an admin may take it back here.
    pub(crate) fn may_reverse(&self) -> bool {
        super::rules::may_reverse(&self.kind, self.change_id.is_some())
            && self.nth == 0
            && self.reversed == 0
            && self.hand_over_id.is_none()
            && self.roll_id.is_none()
    }
}

/// A place in the list of movements: before this line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before {
    /// The day of its transfer.
    pub(crate) moved_on: time::Date,
    /// The transfer.
    pub(crate) id: Id,
    /// The line.
    pub(crate) nth: i64,
}

/// More accounts than this are not asked one by one for their newest lines.
const MOST_ACCOUNTS: usize = 80;

/// Movements of stock within reach, the newest day first, before a place in the list: for who reaches all places those on
/// the road too. Index: `transfer_by_day`; for single places `transfer_line_from` and `transfer_line_to`, an account at a
/// time.
///
/// # Errors
/// The store fails.
pub(crate) async fn movements(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    before: Option<Before>,
    limit: i64,
) -> Result<Vec<MovementLine>, StoreError> {
    if !reach.is_everywhere() {
        let own = own_accounts(db, district, reach).await?;
        if own.len() <= MOST_ACCOUNTS {
            return movements_of(db, district, &own, before, limit).await;
        }
    }
    let mut args = Args::new().with(district);
    let from = reach.condition("COALESCE(fh.to_institution_id, fs.to_place_id, fa.place_id)", &mut args);
    let to = reach.condition("COALESCE(th.to_institution_id, ts.to_place_id, ta.place_id)", &mut args);
    let kinds = "('warehouse', 'depot', 'kitchen', 'transit', 'carriage')";
    let page = page_of("t.moved_on", "t.id", "l.nth", before, &mut args);
    let which = format!("AND ((fa.kind IN {kinds} AND {from}) OR (ta.kind IN {kinds} AND {to})) {page}");
    newest(db, ALL_LINES, &which, limit, args).await
}

/// The movements of these accounts: of each side of each account the newest, of those the newest. Index:
/// `transfer_line_from`, `transfer_line_to`, primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn movements_of(
    db: &impl Query,
    district: DistrictId,
    accounts: &[Id],
    before: Option<Before>,
    limit: i64,
) -> Result<Vec<MovementLine>, StoreError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let mut args = Args::new().with(district);
    let page = page_of("x.moved_on", "x.transfer_id", "x.nth", before, &mut args);
    let most = args.push(limit);
    let mut branches = Vec::with_capacity(accounts.len() * 2);
    for account in accounts {
        let account = args.push(*account);
        branches.extend(["from_account", "to_account"].map(|side| {
            format!(
                "SELECT * FROM (SELECT x.transfer_id, x.nth FROM transfer_line x WHERE x.district_id = $1 \
                 AND x.{side} = {account} {page} ORDER BY x.moved_on DESC, x.transfer_id DESC, x.nth LIMIT {most}) y"
            )
        }));
    }
    let lines = format!(
        "({}) n JOIN transfer t ON t.district_id = $1 AND t.id = n.transfer_id \
         JOIN transfer_line l ON l.district_id = $1 AND l.transfer_id = n.transfer_id AND l.nth = n.nth",
        branches.join(" UNION ")
    );
    newest(db, &lines, "", limit, args).await
}

/// The condition that a line comes after a place in the list: lines of one transfer stand in their order, transfers the
/// newest first. Every page has a day at which it begins, or SQLite would take all lines for as good a beginning.
fn page_of(day: &str, id: &str, nth: &str, before: Option<Before>, args: &mut Args) -> String {
    let Some(before) = before else {
        return format!("AND {day} <= {}", args.push(asuh_ground::books::NEVER_EXPIRES));
    };
    let [on, of, line] = [args.push(before.moved_on), args.push(before.id), args.push(before.nth)];
    format!(
        "AND {day} <= {on} AND (({day}, {id}) < ({on}, {of}) OR ({day} = {on} AND {id} = {of} AND {nth} > {line}))"
    )
}

/// Transfers with their lines.
const ALL_LINES: &str =
    "transfer t JOIN transfer_line l ON l.district_id = t.district_id AND l.transfer_id = t.id";

async fn newest(
    db: &impl Query,
    lines: &str,
    which: &str,
    limit: i64,
    mut args: Args,
) -> Result<Vec<MovementLine>, StoreError> {
    let limit = args.push(limit);
    let order = format!("ORDER BY t.moved_on DESC, t.id DESC, l.nth LIMIT {limit}");
    db.all(&format!("{MOVEMENT} FROM {lines} {MOVED} {which} {order}"), args).await
}

const MOVEMENT: &str = "SELECT t.id, t.kind, t.moved_on, t.cause_id, t.reason, l.nth, fa.kind AS from_kind, \
    COALESCE(fh.number, fs.number, fi.name, '') AS from_name, ta.kind AS to_kind, \
    COALESCE(th.number, ts.number, ti.name, '') AS to_name, m.name AS commodity, m.unit, l.amount, \
    ch.id AS hand_over_id, cr.id AS roll_id, cc.id AS change_id, \
    (SELECT COUNT(*) FROM transfer x WHERE x.district_id = t.district_id AND x.reverses = t.id) AS reversed";

/// What stands beside a line, and the district.
const MOVED: &str = "JOIN account fa ON fa.district_id = l.district_id AND fa.id = l.from_account \
    JOIN account ta ON ta.district_id = l.district_id AND ta.id = l.to_account \
    JOIN commodity m ON m.district_id = fa.district_id AND m.code = fa.commodity \
    LEFT JOIN institution fi ON fi.district_id = fa.district_id AND fi.id = fa.place_id \
    LEFT JOIN institution ti ON ti.district_id = ta.district_id AND ti.id = ta.place_id \
    LEFT JOIN hand_over fh ON fh.district_id = fa.district_id AND fh.id = fa.place_id \
    LEFT JOIN shipment fs ON fs.district_id = fa.district_id AND fs.id = fa.place_id \
    LEFT JOIN shipment ts ON ts.district_id = ta.district_id AND ts.id = ta.place_id \
    LEFT JOIN hand_over th ON th.district_id = ta.district_id AND th.id = ta.place_id \
    LEFT JOIN hand_over ch ON ch.district_id = t.district_id AND ch.id = t.cause_id \
    LEFT JOIN roll cr ON cr.district_id = t.district_id AND cr.id = t.cause_id \
    LEFT JOIN stock_change cc ON cc.district_id = t.district_id AND cc.id = t.cause_id \
    WHERE t.district_id = $1";

/// The lines of one transfer, for who may take it back: he reaches all places. Index: primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn movement(
    db: &impl Query,
    district: DistrictId,
    transfer: Id,
) -> Result<Vec<MovementLine>, StoreError> {
    let sql = format!("{MOVEMENT} FROM {ALL_LINES} {MOVED} AND t.id = $2 ORDER BY l.nth");
    db.all(&sql, args![district, transfer]).await
}

/// The accounts of stock at the places within reach: places x funds x commodities. Index: unique key of `account`.
async fn own_accounts(db: &impl Query, district: DistrictId, reach: &Reach) -> Result<Vec<Id>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = reach.condition("place_id", &mut args);
    let rows: Vec<(Id,)> = db
        .all(
            &format!(
                "SELECT id FROM account WHERE district_id = $1 AND kind IN ('warehouse', 'depot', 'kitchen') \
                 AND {reached} ORDER BY id"
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

asuh_store::row_struct! {
    /// A requested change of stock.
    pub(crate) struct ChangeLine {
        /// Key.
        pub(crate) id: Id,
        /// Its number.
        pub(crate) number: String,
        /// 'write_off', 'stock_take', 'opening', 'to_giver', 'to_supplier'.
        pub(crate) kind: String,
        /// Of which fund.
        pub(crate) fund: String,
        /// To whom it is given back.
        pub(crate) party: String,
        /// The place's name or number.
        pub(crate) place: String,
        /// The commodity's name.
        pub(crate) commodity: String,
        /// Its unit.
        pub(crate) unit: String,
        /// What the books said.
        pub(crate) book: i64,
        /// Added to the stock.
        pub(crate) difference: i64,
        /// Why.
        pub(crate) reason: String,
        /// 'requested', 'approved', 'refused'.
        pub(crate) state: String,
        /// Who asked.
        pub(crate) requested_by: Id,
        /// Name.
        pub(crate) requester: Option<String>,
        /// When.
        pub(crate) requested_at: Instant,
        /// Who decided.
        pub(crate) decider: Option<String>,
        /// A word to it.
        pub(crate) decision_note: String,
        /// Whether what was approved was taken back.
        pub(crate) reversed: i64,
    }
}

/// Requested changes within reach, newest first, before a place in the list. Index: primary key (ids grow
/// with time).
///
/// # Errors
/// The store fails.
pub(crate) async fn changes(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<ChangeLine>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = reach.condition(CHANGE_PLACE, &mut args);
    let page = before.map(|id| format!("AND c.id < {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    db.all(&format!("{CHANGE} AND {reached} {page} ORDER BY c.id DESC LIMIT {limit}"), args).await
}

/// One of them within reach. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn change(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<ChangeLine>, StoreError> {
    let mut args = args![district, id];
    let reached = reach.condition(CHANGE_PLACE, &mut args);
    db.first(&format!("{CHANGE} AND c.id = $2 AND {reached}"), args).await
}

/// Whose a change is: who is to receive what is on the road, else the place.
const CHANGE_PLACE: &str = "COALESCE(h.to_institution_id, s.to_place_id, c.place_id)";

const CHANGE: &str = "SELECT c.id, c.number, c.kind, c.fund, c.party, COALESCE(h.number, s.number, i.name, '') AS place, \
                      m.name AS commodity, m.unit, c.book, c.difference, c.reason, c.state, c.requested_by, \
                      ru.name AS requester, c.requested_at, du.name AS decider, c.decision_note, (SELECT COUNT(*) FROM transfer x \
                      WHERE x.district_id = c.district_id AND x.reverses = c.transfer_id) AS reversed FROM stock_change c \
                      JOIN commodity m ON m.district_id = c.district_id AND m.code = c.commodity \
                      LEFT JOIN institution i ON i.district_id = c.district_id AND i.id = c.place_id \
                      LEFT JOIN hand_over h ON h.district_id = c.district_id AND h.id = c.place_id \
                      LEFT JOIN shipment s ON s.district_id = c.district_id AND s.id = c.place_id \
                      LEFT JOIN app_user ru ON ru.district_id = c.district_id AND ru.id = c.requested_by \
                      LEFT JOIN app_user du ON du.district_id = c.district_id AND du.id = c.decided_by \
                      WHERE c.district_id = $1";

/// How many requests wait for somebody other than `user`. Index: `stock_change_by_state`.
///
/// # Errors
/// The store fails.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    user: Id,
) -> Result<i64, StoreError> {
    let mut args = Args::new().with(district).with(user);
    let reached = reach.condition("COALESCE(h.to_institution_id, s.to_place_id, c.place_id)", &mut args);
    db.number(
        &format!(
            "SELECT COUNT(*) AS n FROM stock_change c \
             LEFT JOIN hand_over h ON h.district_id = c.district_id AND h.id = c.place_id \
             LEFT JOIN shipment s ON s.district_id = c.district_id AND s.id = c.place_id \
             WHERE c.district_id = $1 AND c.state = 'requested' AND c.requested_by <> $2 AND {reached}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A place that keeps goods.
    pub(crate) struct Place {
        /// Key.
        pub(crate) id: Id,
        /// Name.
        pub(crate) name: String,
    }
}

/// The warehouses, depots and kitchens of the district. Index: `institution_by_kind`, primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn places(db: &impl Query, district: DistrictId) -> Result<Vec<Place>, StoreError> {
    db.all(
        "SELECT id, name FROM institution WHERE district_id = $1 AND valid_to IS NULL AND id IN (SELECT k.id \
         FROM institution k WHERE k.district_id = $1 AND k.kind IN ('depot', 'warehouse', 'kitchen') \
         UNION ALL SELECT c.warehouse_id FROM campaign c WHERE c.district_id = $1) ORDER BY name_search, id",
        args![district],
    )
    .await
}

/// The fund holders of the district. Index: `institution_by_kind`, primary key of `campaign`.
///
/// # Errors
/// The store fails.
pub(crate) async fn holders(db: &impl Query, district: DistrictId) -> Result<Vec<Place>, StoreError> {
    db.all(
        "SELECT id, name FROM institution WHERE district_id = $1 AND valid_to IS NULL AND id IN (SELECT k.id \
         FROM institution k WHERE k.district_id = $1 AND k.kind = 'fund_holder' \
         UNION ALL SELECT c.fund_holder_id FROM campaign c WHERE c.district_id = $1) ORDER BY name_search, id",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// A place whose books are closed through a day.
    pub(crate) struct Closed {
        /// The place.
        pub(crate) place_id: Id,
        /// The last day that is closed.
        pub(crate) closed_through: time::Date,
    }
}

/// The places that have closed a period. Index: primary key of `book_period`.
///
/// # Errors
/// The store fails.
pub(crate) async fn closed(db: &impl Query, district: DistrictId) -> Result<Vec<Closed>, StoreError> {
    db.all("SELECT place_id, closed_through FROM book_period WHERE district_id = $1", args![district]).await
}

/// The sheet for counting a place within reach: every kind of goods of every fund that was ever there, also those of which
/// the books have none; what the books have never seen is taken in by a count too. Empty for what keeps no goods. Index:
/// unique key of `account`, primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn sheet(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    place: Id,
) -> Result<Vec<StockLine>, StoreError> {
    let mut args = args![district, place];
    let reached = reach.condition("i.id", &mut args);
    db.all(
        &format!(
            "SELECT p.kind, i.id AS place_id, i.name AS place, p.fund, m.code AS commodity, m.name, m.unit, \
             COALESCE(b.amount, 0) AS amount FROM institution i \
             JOIN (SELECT DISTINCT a.kind, a.fund FROM account a WHERE a.district_id = $1 AND a.place_id = $2 \
             AND a.kind IN ('warehouse', 'depot', 'kitchen')) p ON 1 = 1 \
             JOIN commodity m ON m.district_id = i.district_id AND m.kind = 'goods' \
             LEFT JOIN account a ON a.district_id = i.district_id AND a.kind = p.kind AND a.place_id = i.id \
             AND a.fund = p.fund AND a.commodity = m.code \
             LEFT JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
             WHERE i.district_id = $1 AND i.id = $2 AND {reached} \
             ORDER BY p.kind, p.fund, CASE WHEN COALESCE(b.amount, 0) <> 0 THEN 0 ELSE 1 END, m.nth, m.code"
        ),
        args,
    )
    .await
}
