//! Reading lines of statements and what they may pay.

use asuh_store::{Args, DistrictId, Id, Instant, Query, Secrets, StoreError, args};

use super::super::account::query::Account;
use super::super::gift::rules::codes_in;
use super::super::reach::Reach;
use super::super::statement::rules::{Said, said};
use super::command::LineMatch;
use super::rules::{Claim, Seen, propose};

asuh_store::row_struct! {
    /// A line as it is stored.
    pub(crate) struct Row {
        /// Key.
        pub(crate) id: Id,
        /// Its account.
        pub(crate) account_id: Id,
        /// What the bank says, sealed.
        pub(crate) line_sealed: Vec<u8>,
        /// The day of booking.
        pub(crate) booked_on: time::Date,
        /// Sen; negative for what went.
        pub(crate) amount: i64,
        /// 'open', 'matched', 'other'.
        pub(crate) state: String,
        /// What else it is.
        pub(crate) reason: String,
        /// Words beside it.
        pub(crate) note: String,
        /// When it was decided.
        pub(crate) decided_at: Option<Instant>,
        /// By whom.
        pub(crate) decided_by_name: Option<String>,
    }
}

/// A line with the bank's words.
pub(crate) struct Line {
    /// As stored.
    pub(crate) row: Row,
    /// The bank's words.
    pub(crate) text: String,
}

impl Line {
    /// As it is compared.
    pub(crate) fn seen(&self) -> Seen {
        let rupiah = (self.row.amount > 0 && self.row.amount % 100 == 0).then_some(self.row.amount / 100);
        Seen { line: self.row.id, rupiah, on: self.row.booked_on, text: self.text.clone() }
    }

    /// Whether it can be a gift: whole rupiah that came.
    pub(crate) fn can_pay(&self) -> bool {
        self.seen().rupiah.is_some()
    }
}

fn open(secrets: &Secrets, district: DistrictId, row: Row) -> Result<Line, StoreError> {
    let stored = secrets.open_text(district, &row.line_sealed)?;
    let Said { text, .. } =
        said(&stored).ok_or_else(|| StoreError::Shape(format!("line {} of a statement", row.id)))?;
    Ok(Line { row, text })
}

const FROM: &str = "SELECT l.id, l.account_id, l.line_sealed, l.booked_on, l.amount, l.state, l.reason, l.note, \
                    l.decided_at, u.name AS decided_by_name FROM bank_line l \
                    LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.decided_by \
                    WHERE l.district_id = $1";

/// The SQL of [`lines`].
pub(crate) fn lines_sql(page: &str) -> String {
    format!("{FROM} AND l.account_id = $2 AND l.state = $3 {page} ORDER BY l.booked_on, l.id LIMIT $4")
}

/// The lines of an account in a state, oldest first. The caller has found the account within his reach. Index:
/// `bank_line_by_state`.
///
/// # Errors
/// The store fails.
pub(crate) async fn lines(
    db: &impl Query,
    secrets: &Secrets,
    district: DistrictId,
    (account, state): (Id, &str),
    after: Option<(time::Date, Id)>,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    let mut args = args![district, account, state, limit];
    let page = match after {
        Some((day, id)) => format!("AND (l.booked_on, l.id) > ({}, {})", args.push(day), args.push(id)),
        None => String::new(),
    };
    let rows: Vec<Row> = db.all(&lines_sql(&page), args).await?;
    rows.into_iter().map(|row| open(secrets, district, row)).collect()
}

/// A line of a reached holder. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    secrets: &Secrets,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<Line>, StoreError> {
    let mut args = Args::new().with(district).with(id);
    let reached = reach.condition("a.fund_holder_id", &mut args);
    let sql = format!(
        "{FROM} AND l.id = $2 AND EXISTS (SELECT 1 FROM fund_account a WHERE a.district_id = l.district_id \
         AND a.id = l.account_id AND {reached})"
    );
    let row: Option<Row> = db.first(&sql, args).await?;
    row.map(|row| open(secrets, district, row)).transpose()
}

asuh_store::row_struct! {
    struct DepositRow {
        id: Id, number: String, slip_number: String, amount: i64, unit: String, deposited_on: Option<time::Date>,
        held_on: time::Date, state: String,
    }
}

asuh_store::row_struct! {
    struct GiftRow {
        id: Id, code: String, amount: i64, way: String, announced_on: time::Date, giver: Option<String>,
        campaign: String,
    }
}

/// A claim with what is shown of it.
pub(crate) struct Told {
    /// As it is compared.
    pub(crate) claim: Claim,
    /// "STS/0007/XI/2026" or the code of a gift.
    pub(crate) label: String,
    /// The state of a deposit ('due', 'announced') or the campaign of a gift.
    pub(crate) detail: String,
}

/// The deposits and gifts of an account that wait for these amounts, or whose codes stand in these words. Indexes:
/// `deposit_open`, `gift_by_amount`, `gift` by `code`.
///
/// # Errors
/// The store fails.
pub(crate) async fn claims(
    db: &impl Query,
    district: DistrictId,
    account: &Account,
    lines: &[Seen],
) -> Result<Vec<Told>, StoreError> {
    let amounts: Vec<i64> = lines.iter().filter_map(|line| line.rupiah).collect();
    let mut codes: Vec<String> = lines.iter().flat_map(|line| codes_in(&line.text)).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut found = deposits(db, district, account, Wanted::Amounts(&amounts)).await?;
    found.extend(gifts(db, district, account, Wanted::Amounts(&amounts)).await?);
    for piece in codes.chunks(500) {
        found.extend(gifts(db, district, account, Wanted::Names(piece)).await?);
    }
    found.sort_by_key(|told| told.claim.id);
    found.dedup_by_key(|told| told.claim.id);
    Ok(found)
}

/// What is looked for.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// Of these amounts.
    Amounts(&'a [i64]),
    /// With these codes or numbers.
    Names(&'a [String]),
    /// The nearest to this amount.
    Near(i64),
}

impl Wanted<'_> {
    /// The condition and the order; `amount` and `name` are columns.
    fn sql(self, amount: &str, name: &str, args: &mut Args) -> String {
        match self {
            Wanted::Amounts(amounts) => {
                format!("AND {amount} IN ({}) LIMIT 2000", args.push_list(amounts.iter().copied()))
            }
            Wanted::Names(names) => {
                format!("AND {name} IN ({}) LIMIT 2000", args.push_list(names.iter().cloned()))
            }
            Wanted::Near(rupiah) => {
                format!("ORDER BY ABS({amount} - {}), {name} LIMIT 30", args.push(rupiah))
            }
        }
    }
}

/// Deposits that wait for their money at the account's holder. Index: `deposit_open`.
///
/// # Errors
/// The store fails.
pub(crate) async fn deposits(
    db: &impl Query,
    district: DistrictId,
    account: &Account,
    wanted: Wanted<'_>,
) -> Result<Vec<Told>, StoreError> {
    let mut args = args![district, account.fund_holder_id, &account.fund];
    let which = wanted.sql("(p.amount - p.paid)", "p.number", &mut args);
    let rows: Vec<DepositRow> = db
        .all(
            &format!(
                "SELECT p.id, p.number, p.slip_number, p.amount - p.paid AS amount, u.name AS unit, p.deposited_on, d.held_on, p.state \
                 FROM deposit p JOIN roll r ON r.district_id = p.district_id AND r.id = p.roll_id \
                 JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
                 JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
                 JOIN institution u ON u.district_id = r.district_id AND u.id = r.unit_id \
                 WHERE p.district_id = $1 AND p.state IN ('due', 'announced') AND p.fund_holder_id = $2 \
                 AND c.fund = $3 {which}"
            ),
            args,
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Told {
            claim: Claim {
                id: row.id,
                is_deposit: true,
                rupiah: row.amount,
                own_amount: false,
                marks: vec![row.number.clone(), row.slip_number],
                name: row.unit,
                from: row.deposited_on.unwrap_or(row.held_on),
            },
            label: row.number,
            detail: row.state,
        })
        .collect())
}

/// The SQL of [`gifts`].
fn gifts_sql(which: &str) -> String {
    format!(
        "SELECT g.id, g.code, g.amount, g.way, g.announced_on, v.name AS giver, c.name AS campaign FROM gift g \
         JOIN campaign c ON c.district_id = g.district_id AND c.id = g.campaign_id \
         LEFT JOIN sponsor_version v ON v.district_id = g.district_id AND v.sponsor_id = g.sponsor_id \
         AND v.superseded_at = $3 \
         WHERE g.district_id = $1 AND g.account_id = $2 AND g.state = 'waiting' {which}"
    )
}

/// Gifts that wait for their money on the account. Indexes: `gift_by_amount`, `gift` by `code`.
///
/// # Errors
/// The store fails.
pub(crate) async fn gifts(
    db: &impl Query,
    district: DistrictId,
    account: &Account,
    wanted: Wanted<'_>,
) -> Result<Vec<Told>, StoreError> {
    let mut args = args![district, account.id, Instant::NEVER];
    let which = wanted.sql("g.amount", "g.code", &mut args);
    let rows: Vec<GiftRow> = db.all(&gifts_sql(&which), args).await?;
    Ok(rows
        .into_iter()
        .map(|row| Told {
            claim: Claim {
                id: row.id,
                is_deposit: false,
                rupiah: row.amount,
                own_amount: row.way == "qris",
                marks: vec![row.code.clone()],
                name: row.giver.unwrap_or_default(),
                from: row.announced_on,
            },
            label: row.code,
            detail: row.campaign,
        })
        .collect())
}

/// What the open lines of an account would pay by the proposals that are ticked beforehand. Indexes: as [`lines`] and
/// [`claims`].
///
/// # Errors
/// The store fails.
pub async fn ticked(
    db: &impl Query,
    secrets: &Secrets,
    district: DistrictId,
    account: Id,
) -> Result<Vec<LineMatch>, StoreError> {
    let everywhere = Reach::everywhere();
    let Some(account) = super::super::account::query::by_id(db, district, &everywhere, account).await? else {
        return Ok(Vec::new());
    };
    let lines = lines(db, secrets, district, (account.id, "open"), None, 1_000).await?;
    let seen: Vec<Seen> = lines.iter().map(Line::seen).collect();
    let told = claims(db, district, &account, &seen).await?;
    let claims: Vec<Claim> = told.into_iter().map(|one| one.claim).collect();
    let mut found: Vec<LineMatch> = propose(&seen, &claims)
        .into_iter()
        .filter(|(_, proposal)| proposal.ticked)
        .filter_map(|(line, proposal)| {
            let claim = claims.get(proposal.claim)?;
            let (deposits, gifts) = match claim.is_deposit {
                true => (vec![claim.id], Vec::new()),
                false => (Vec::new(), vec![claim.id]),
            };
            Some(LineMatch { line, deposits, gifts })
        })
        .collect();
    found.sort_by_key(|one| one.line);
    Ok(found)
}

asuh_store::row_struct! {
    /// What a line paid, or paid once.
    pub(crate) struct Paid {
        /// The deposit.
        pub(crate) deposit_id: Option<Id>,
        /// Its number.
        pub(crate) deposit: Option<String>,
        /// Its unit.
        pub(crate) unit: Option<String>,
        /// The gift.
        pub(crate) gift_id: Option<Id>,
        /// The number of its receipt.
        pub(crate) gift: Option<String>,
        /// Who gave.
        pub(crate) giver: Option<String>,
        /// How the gift came: 'transfer', 'qris', 'unannounced'.
        pub(crate) way: Option<String>,
        /// Rupiah.
        pub(crate) amount: i64,
        /// When it was taken back.
        pub(crate) undone_at: Option<Instant>,
        /// By whom.
        pub(crate) undone_by_name: Option<String>,
        /// Why.
        pub(crate) undone_reason: String,
    }
}

/// What these lines paid, with what was taken back. Index: `bank_match_by_line`.
///
/// # Errors
/// The store fails.
pub(crate) async fn paid(db: &impl Query, district: DistrictId, line: Id) -> Result<Vec<Paid>, StoreError> {
    db.all(
        "SELECT m.deposit_id, p.number AS deposit, i.name AS unit, m.gift_id, g.number AS gift, v.name AS giver, \
         g.way, m.amount, m.undone_at, u.name AS undone_by_name, m.undone_reason FROM bank_match m \
         LEFT JOIN deposit p ON p.district_id = m.district_id AND p.id = m.deposit_id \
         LEFT JOIN roll r ON r.district_id = p.district_id AND r.id = p.roll_id \
         LEFT JOIN institution i ON i.district_id = r.district_id AND i.id = r.unit_id \
         LEFT JOIN gift g ON g.district_id = m.district_id AND g.id = m.gift_id \
         LEFT JOIN sponsor_version v ON v.district_id = g.district_id AND v.sponsor_id = g.sponsor_id \
         AND v.superseded_at = $3 \
         LEFT JOIN app_user u ON u.district_id = m.district_id AND u.id = m.undone_by \
         WHERE m.district_id = $1 AND m.line_id = $2 ORDER BY m.id",
        args![district, line, Instant::NEVER],
    )
    .await
}

/// The campaigns whose money the account's holder keeps in its fund: a handful. Index: primary key of `campaign`.
///
/// # Errors
/// The store fails.
pub(crate) async fn campaigns(
    db: &impl Query,
    district: DistrictId,
    account: &Account,
) -> Result<Vec<super::super::campaign::Campaign>, StoreError> {
    let mut all = super::super::campaign::all(db, district).await?;
    all.retain(|campaign| campaign.fund_holder_id == account.fund_holder_id && campaign.fund == account.fund);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{TestDatabase, db_test};

    use super::*;

    #[db_test]
    async fn the_lines_of_an_account_are_read_in_their_order(db: TestDatabase) {
        let store = db.open().await;
        let args = args![DistrictId(1), Id::SYSTEM, "open", 50_i64];
        let plan = store.reader().plan(&lines_sql(""), args).await.expect("a plan");
        // PostgreSQL counts its rows by itself and may read small tables from end to end.
        if store.engine() == Engine::Sqlite {
            assert!(plan.contains("bank_line_by_state") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }

    #[db_test]
    async fn claims_are_looked_up_and_not_walked_through(db: TestDatabase) {
        let store = db.open().await;
        let mut args = args![DistrictId(1), Id::SYSTEM, Instant::NEVER];
        let by_amount = gifts_sql(&Wanted::Amounts(&[5, 6]).sql("g.amount", "g.code", &mut args));
        let plan = store.reader().plan(&by_amount, args).await.expect("a plan");
        let names = ["ACDEFG".to_owned()];
        let mut args = args![DistrictId(1), Id::SYSTEM, Instant::NEVER];
        let by_code = gifts_sql(&Wanted::Names(&names).sql("g.amount", "g.code", &mut args));
        let other = store.reader().plan(&by_code, args).await.expect("a plan");
        if store.engine() == Engine::Sqlite {
            assert!(plan.contains("gift_by_amount"), "{plan}");
            assert!(other.contains("USING INDEX") && !other.contains("SCAN g"), "{other}");
        }
    }
}
