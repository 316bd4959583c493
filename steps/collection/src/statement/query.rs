//! Reading statements, and how far each account is known.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError};

use super::super::reach::Reach;

asuh_store::row_struct! {
    /// A statement with its account.
    pub(crate) struct StatementLine {
        /// Key.
        pub(crate) id: Id,
        /// Its account.
        pub(crate) account_id: Id,
        /// 'draft', 'taken', 'dropped'.
        pub(crate) state: String,
        /// Bank of the account.
        pub(crate) account_bank: String,
        /// Last digits of its number.
        pub(crate) number_end: String,
        /// Its whole number, sealed.
        pub(crate) number_sealed: Vec<u8>,
        /// The holder's name.
        pub(crate) fund_holder: String,
        /// First day of a taken one.
        pub(crate) first_day: Option<time::Date>,
        /// Last day.
        pub(crate) last_day: Option<time::Date>,
        /// Sen before.
        pub(crate) opening: Option<i64>,
        /// Sen after.
        pub(crate) closing: Option<i64>,
        /// Sen that came.
        pub(crate) credits: i64,
        /// Sen that went.
        pub(crate) debits: i64,
        /// 'totals', 'balances', 'person'.
        pub(crate) proof: String,
        /// Lines in the file.
        pub(crate) lines: i64,
        /// Of them those that were not known.
        pub(crate) lines_new: i64,
        /// When it was sent.
        pub(crate) uploaded_at: Instant,
        /// By whom.
        pub(crate) uploaded_by_name: Option<String>,
    }
}

const FROM: &str = "SELECT s.id, s.account_id, s.state, a.bank AS account_bank, a.number_end, a.number_sealed, \
    i.name AS fund_holder, s.first_day, s.last_day, s.opening, s.closing, s.credits, s.debits, s.proof, \
    s.lines, s.lines_new, s.uploaded_at, u.name AS uploaded_by_name FROM bank_statement s \
    JOIN fund_account a ON a.district_id = s.district_id AND a.id = s.account_id \
    JOIN institution i ON i.district_id = a.district_id AND i.id = a.fund_holder_id \
    LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.uploaded_by WHERE s.district_id = $1";

/// A statement of a reached holder. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<StatementLine>, StoreError> {
    let mut args = Args::new().with(district).with(id);
    let reached = reach.condition("a.fund_holder_id", &mut args);
    db.first(&format!("{FROM} AND s.id = $2 AND {reached}"), args).await
}

/// The sealed rows of a draft that was found within reach. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn rows(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<(Option<Vec<u8>>,)> = db
        .first(
            "SELECT rows_sealed FROM bank_statement WHERE district_id = $1 AND id = $2",
            Args::new().with(district).with(id),
        )
        .await?;
    Ok(found.and_then(|row| row.0))
}

/// The statements and drafts of the reached holders, newest first. Index: primary key (ids grow with time).
///
/// # Errors
/// The store fails.
pub(crate) async fn newest(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<StatementLine>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = reach.condition("a.fund_holder_id", &mut args);
    let page = before.map(|id| format!("AND s.id < {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    db.all(
        &format!("{FROM} AND s.state <> 'dropped' AND {reached} {page} ORDER BY s.id DESC LIMIT {limit}"),
        args,
    )
    .await
}

/// Which of these lines are there already. Index: `bank_line` by `line_hash`.
///
/// # Errors
/// The store fails.
pub(crate) async fn known(
    db: &impl Query,
    district: DistrictId,
    hashes: &[[u8; 32]],
) -> Result<i64, StoreError> {
    let mut known = 0;
    for piece in hashes.chunks(1_000) {
        let mut args = Args::new().with(district);
        let list = args.push_list(piece.iter().copied());
        let sql =
            format!("SELECT COUNT(*) AS n FROM bank_line WHERE district_id = $1 AND line_hash IN ({list})");
        known += db.number(&sql, args).await?;
    }
    Ok(known)
}

asuh_store::row_struct! {
    /// The statement of an account that reaches farthest.
    pub(crate) struct Reached {
        /// Its last day.
        pub(crate) last_day: time::Date,
        /// Its closing balance, sen.
        pub(crate) closing: Option<i64>,
    }
}

/// How far an account is known. Index: `bank_statement_by_day`.
///
/// # Errors
/// The store fails.
pub(crate) async fn last(
    db: &impl Query,
    district: DistrictId,
    account: Id,
) -> Result<Option<Reached>, StoreError> {
    db.first(
        "SELECT last_day, closing FROM bank_statement WHERE district_id = $1 AND account_id = $2 AND state = 'taken' \
         AND last_day IS NOT NULL ORDER BY last_day DESC, taken_at DESC LIMIT 1",
        Args::new().with(district).with(account),
    )
    .await
}

asuh_store::row_struct! {
    /// An account and what waits on it.
    pub(crate) struct Standing {
        /// The account.
        pub(crate) id: Id,
        /// Its bank.
        pub(crate) bank: String,
        /// Last digits of its number.
        pub(crate) number_end: String,
        /// The institution that holds the money.
        pub(crate) fund_holder_id: Id,
        /// The holder's name.
        pub(crate) fund_holder: String,
        /// Its first day.
        pub(crate) since: time::Date,
        /// Its last day.
        pub(crate) until: Option<time::Date>,
        /// The last day of its statements.
        pub(crate) last_day: Option<time::Date>,
        /// Lines that nobody decided.
        pub(crate) open: i64,
        /// Of them those booked before the given day.
        pub(crate) long: i64,
        /// The day of the oldest.
        pub(crate) oldest: Option<time::Date>,
    }
}

/// Every reached account with what waits on it; `since`: lines booked before count as waiting long. Indexes:
/// `bank_line_by_state`, `bank_statement_by_day`.
///
/// # Errors
/// The store fails.
pub(crate) async fn standings(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    since: time::Date,
) -> Result<Vec<Standing>, StoreError> {
    let mut args = Args::new().with(district).with(since);
    let reached = reach.condition("a.fund_holder_id", &mut args);
    db.all(
        &format!(
            "SELECT a.id, a.bank, a.number_end, a.fund_holder_id, i.name AS fund_holder, a.since, a.until, \
             (SELECT MAX(s.last_day) FROM bank_statement s WHERE s.district_id = a.district_id \
              AND s.account_id = a.id AND s.state = 'taken') AS last_day, \
             COUNT(l.id) AS open, \
             CAST(COALESCE(SUM(CASE WHEN l.booked_on < $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS long, \
             MIN(l.booked_on) AS oldest FROM fund_account a \
             JOIN institution i ON i.district_id = a.district_id AND i.id = a.fund_holder_id \
             LEFT JOIN bank_line l ON l.district_id = a.district_id AND l.account_id = a.id AND l.state = 'open' \
             WHERE a.district_id = $1 AND {reached} \
             GROUP BY a.district_id, a.id, a.bank, a.number_end, a.fund_holder_id, i.name, i.name_search, a.since, \
             a.until ORDER BY i.name_search, a.since, a.id"
        ),
        args,
    )
    .await
}
