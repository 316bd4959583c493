//! Reading deposits.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use super::super::reach::Sides;

asuh_store::row_struct! {
    /// A deposit with what stands around it.
    pub(crate) struct Deposit {
        /// Key.
        pub(crate) id: Id,
        /// Its number.
        pub(crate) number: String,
        /// 'due', 'announced', 'confirmed'.
        pub(crate) state: String,
        /// The roll whose cash it is.
        pub(crate) roll_id: Id,
        /// The unit that collected it.
        pub(crate) unit_id: Id,
        /// Its name.
        pub(crate) unit: String,
        /// The campaign's name.
        pub(crate) campaign: String,
        /// The day of the roll.
        pub(crate) held_on: time::Date,
        /// The fund holder.
        pub(crate) fund_holder_id: Id,
        /// Its name.
        pub(crate) fund_holder: String,
        /// Rupiah.
        pub(crate) amount: i64,
        /// Of them those that are at the fund holder.
        pub(crate) paid: i64,
        /// To be there on this day at the latest.
        pub(crate) due_on: time::Date,
        /// The number on the slip.
        pub(crate) slip_number: String,
        /// The photo of the slip.
        pub(crate) slip_attachment_id: Option<Id>,
        /// The day of the slip.
        pub(crate) deposited_on: Option<time::Date>,
        /// When it was confirmed.
        pub(crate) confirmed_at: Option<Instant>,
        /// Who confirmed it.
        pub(crate) confirmed_by_name: Option<String>,
        /// Who announced it.
        pub(crate) announced_by_name: Option<String>,
        /// Why the treasurer sent it back, the last time.
        pub(crate) note: String,
        /// The fund of its campaign.
        pub(crate) fund: String,
        /// Who closed the roll: he counted the cash.
        pub(crate) counted_by_name: Option<String>,
        /// Who counted it with him.
        pub(crate) cash_witness: String,
        /// When he did on a device of his own.
        pub(crate) witnessed_at: Option<Instant>,
        /// Where the sheet is that he signed, if he signed on paper.
        pub(crate) cash_paper: String,
        /// The line of a statement that shows it.
        pub(crate) line_id: Option<Id>,
    }
}

impl Deposit {
    /// Who counted the cash, and how the second of them said so.
    pub(crate) fn counted(&self, text: &asuh_ground::web::Text) -> String {
        let second =
            super::super::count::witnessed(text, &self.cash_witness, self.witnessed_at, &self.cash_paper);
        match self.counted_by_name.as_deref() {
            Some(first) if !first.is_empty() => format!("{first}. {second}"),
            _ => second,
        }
    }

    /// Whether its day has passed without confirmation.
    pub(crate) fn is_late(&self, today: &time::Date) -> bool {
        self.state != "confirmed" && self.due_on < *today
    }
}

const FROM: &str = "SELECT p.id, p.number, p.state, p.roll_id, r.unit_id, u.name AS unit, c.name AS campaign, \
    d.held_on, p.fund_holder_id, f.name AS fund_holder, p.amount, p.paid, p.due_on, p.slip_number, p.slip_attachment_id, \
    p.deposited_on, p.confirmed_at, cu.name AS confirmed_by_name, au.name AS announced_by_name, p.note, c.fund, \
    ru.name AS counted_by_name, r.cash_witness, k.counted_at AS witnessed_at, r.cash_paper, \
    (SELECT m.line_id FROM bank_match m WHERE m.district_id = p.district_id AND m.deposit_id = p.id AND m.undone_at IS NULL ORDER BY m.id DESC LIMIT 1) AS line_id \
    FROM deposit p JOIN roll r ON r.district_id = p.district_id AND r.id = p.roll_id \
    JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
    JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
    JOIN institution u ON u.district_id = r.district_id AND u.id = r.unit_id \
    JOIN institution f ON f.district_id = p.district_id AND f.id = p.fund_holder_id \
    LEFT JOIN app_user ru ON ru.district_id = r.district_id AND ru.id = r.closed_by \
    LEFT JOIN cash_count k ON k.district_id = r.district_id AND k.roll_id = r.id AND k.user_id = r.cash_witness_id \
    LEFT JOIN app_user cu ON cu.district_id = p.district_id AND cu.id = p.confirmed_by \
    LEFT JOIN app_user au ON au.district_id = p.district_id AND au.id = p.announced_by \
    WHERE p.district_id = $1";

/// A deposit within reach of either side. Index: primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    sides: &Sides,
    id: Id,
) -> Result<Option<Deposit>, StoreError> {
    let mut args = Args::new().with(district).with(id);
    let seen = sides.condition("p.fund_holder_id", &mut args);
    db.first(&format!("{FROM} AND p.id = $2 AND {seen}"), args).await
}

/// The deposit of a roll. Index: unique key of `deposit`.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_roll(
    db: &impl Query,
    district: DistrictId,
    roll: Id,
) -> Result<Option<Deposit>, StoreError> {
    db.first(&format!("{FROM} AND p.roll_id = $2"), args![district, roll]).await
}

/// The deposits that are not confirmed, the most urgent first: as many as there are now. Index: `deposit_open`.
///
/// # Errors
/// The store fails.
pub(crate) async fn open(
    db: &impl Query,
    district: DistrictId,
    sides: &Sides,
    after: Option<(time::Date, Id)>,
    limit: i64,
) -> Result<Vec<Deposit>, StoreError> {
    let mut args = Args::new().with(district);
    let seen = sides.of_few("p", "fund_holder_id", &mut args);
    let page = match after {
        Some((day, id)) => format!("AND (p.due_on, p.id) > ({}, {})", args.push(day), args.push(id)),
        None => String::new(),
    };
    let limit = args.push(limit);
    db.all(
        &format!(
            "{FROM} AND p.state IN ('due', 'announced') AND {seen} {page} ORDER BY p.due_on, p.id LIMIT {limit}"
        ),
        args,
    )
    .await
}

/// The confirmed deposits, newest first, before a place in the list. Index: primary key (ids grow with time);
/// `deposit_by_holder` and the unique key for single places.
///
/// # Errors
/// The store fails.
pub(crate) async fn confirmed(
    db: &impl Query,
    district: DistrictId,
    sides: &Sides,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<Deposit>, StoreError> {
    let mut args = Args::new().with(district);
    let seen = sides.of_history("p", "deposit", "fund_holder_id", &mut args);
    let page = before.map(|id| format!("AND p.id < {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    db.all(
        &format!("{FROM} AND p.state = 'confirmed' AND {seen} {page} ORDER BY p.id DESC LIMIT {limit}"),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// How many deposits are on their way, and how many of them are late.
    pub(crate) struct Waiting {
        /// Announced: to be confirmed.
        pub(crate) announced: i64,
        /// Not confirmed though their day has passed.
        pub(crate) late: i64,
        /// Not confirmed at all.
        pub(crate) open: i64,
    }
}

/// What waits at these sides. Index: `deposit_open`.
///
/// # Errors
/// The store fails.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    sides: &Sides,
    today: time::Date,
) -> Result<Waiting, StoreError> {
    let mut args = Args::new().with(district).with(today);
    let seen = sides.of_few("p", "fund_holder_id", &mut args);
    let found: Option<Waiting> = db
        .first(
            &format!(
                "SELECT CAST(COALESCE(SUM(CASE WHEN p.state = 'announced' THEN 1 ELSE 0 END), 0) AS BIGINT) AS announced, \
                 CAST(COALESCE(SUM(CASE WHEN p.due_on < $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS late, \
                 COUNT(*) AS open FROM deposit p \
                 WHERE p.district_id = $1 AND p.state IN ('due', 'announced') AND {seen}"
            ),
            args,
        )
        .await?;
    Ok(found.unwrap_or(Waiting { announced: 0, late: 0, open: 0 }))
}
