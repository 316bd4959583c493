//! Reading complaints. Sensitive ones are a list of their own: every query says which of the two it reads.

use asuh_ground::settings;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

/// Complaints on a page.
pub(super) const PAGE: usize = 30;

/// A kind of complaints, as the district has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) sensitive: bool,
    /// Days within which it is answered.
    pub(crate) days: i64,
}

/// The kinds of a district. Index: primary key of `setting`.
pub(crate) async fn kinds(db: &impl Query, district: DistrictId) -> Result<Vec<Kind>, StoreError> {
    let rows = settings::list(db, district, "mentoring.complaint_kinds").await?;
    let kind = |row: settings::ListRow| {
        Some(Kind {
            name: row.get("name")?.clone(),
            sensitive: row.get("sensitive").is_some_and(|word| word == "yes"),
            days: row.get("days")?.parse().ok()?,
        })
    };
    Ok(rows.into_iter().filter_map(kind).collect())
}

/// Whether a user is among those who read sensitive complaints. Indexes: primary keys of `setting` and `app_user`.
pub(crate) async fn is_named(db: &impl Query, district: DistrictId, user: Id) -> Result<bool, StoreError> {
    let sql = "SELECT login FROM app_user WHERE district_id = $1 AND id = $2 AND disabled_at IS NULL";
    let Some((login,)) = db.first::<(String,)>(sql, args![district, user]).await? else { return Ok(false) };
    Ok(named(db, district).await?.contains(&login))
}

/// The logins of those who read sensitive complaints. Index: primary key of `setting`.
pub(crate) async fn named(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let rows = settings::list(db, district, "mentoring.sensitive_readers").await?;
    Ok(rows.into_iter().filter_map(|mut row| row.remove("login")).collect())
}

asuh_store::row_struct! {
    /// A complaint.
    pub(crate) struct Complaint {
        pub(crate) id: Id,
        pub(crate) number: String,
        pub(crate) channel: String,
        pub(crate) kind: String,
        pub(crate) village: Option<String>,
        pub(crate) text_sealed: Vec<u8>,
        pub(crate) name_sealed: Option<Vec<u8>>,
        pub(crate) contact_sealed: Option<Vec<u8>>,
        pub(crate) received_on: Date,
        pub(crate) answer_by: Option<Date>,
        pub(crate) state: String,
    }
}

impl Complaint {
    /// Whether its answer is late on a day.
    pub(crate) fn is_late(&self, today: &Date) -> bool {
        self.answer_by.is_some_and(|by| by < *today)
    }
}

const COMPLAINT: &str = "SELECT c.id, c.number, c.channel, c.kind, t.name AS village, c.text_sealed, c.name_sealed, \
     c.contact_sealed, c.received_on, c.answer_by, c.state FROM complaint c \
     LEFT JOIN territory t ON t.district_id = c.district_id AND t.code = c.village_code \
     WHERE c.district_id = $1 AND c.sensitive = $2";

/// A complaint of one of the two lists. Index: primary key.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    sensitive: bool,
) -> Result<Option<Complaint>, StoreError> {
    db.first(&format!("{COMPLAINT} AND c.id = $3"), args![district, sensitive, id]).await
}

/// Which complaints a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Those that wait for an answer, the most urgent first.
    Open,
    /// Those that have one, the newest first.
    Settled,
}

/// The statement of a page.
fn list_sql(district: DistrictId, sensitive: bool, shown: Shown, after: Option<Id>) -> (String, Args) {
    let mut args = args![district, sensitive];
    let (which, key, way, order) = match shown {
        Shown::Open => ("c.answer_by IS NOT NULL", "answer_by", ">", ""),
        Shown::Settled => ("c.answer_by IS NULL", "received_on", "<", " DESC"),
    };
    let after = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (c.{key}, c.id) {way} (SELECT x.{key}, x.id FROM complaint x WHERE x.district_id = $1 AND x.id = {})",
            args.push(id)
        ),
    };
    let limit = PAGE + 1;
    (format!("{COMPLAINT} AND {which}{after} ORDER BY c.{key}{order}, c.id{order} LIMIT {limit}"), args)
}

/// A page of complaints; one more when there are more. Indexes: complaint_open, complaint_by_day.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    sensitive: bool,
    shown: Shown,
    after: Option<Id>,
) -> Result<Vec<Complaint>, StoreError> {
    let (sql, args) = list_sql(district, sensitive, shown, after);
    db.all(&sql, args).await
}

/// How many of a list wait, and how many of them too long. Index: complaint_open.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    sensitive: bool,
    today: Date,
) -> Result<(i64, i64), StoreError> {
    asuh_store::row_struct! { struct Count { waiting: i64, late: i64 } }
    let found: Option<Count> = db
        .first(
            "SELECT COUNT(*) AS waiting, COUNT(CASE WHEN answer_by < $3 THEN 1 END) AS late FROM complaint \
             WHERE district_id = $1 AND sensitive = $2 AND answer_by IS NOT NULL",
            args![district, sensitive, today],
        )
        .await?;
    Ok(found.map_or((0, 0), |count| (count.waiting, count.late)))
}

/// How many complaints of every kind stand in each state, sensitive ones among them: for figures only. Index:
/// complaint_by_day.
///
/// # Errors
/// The store fails.
pub async fn by_state(db: &impl Query, district: DistrictId) -> Result<Vec<(String, i64)>, StoreError> {
    asuh_store::row_struct! { struct Count { state: String, n: i64 } }
    let rows: Vec<Count> = db
        .all(
            "SELECT state, COUNT(*) AS n FROM complaint WHERE district_id = $1 AND sensitive IN (0, 1) GROUP BY state",
            args![district],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.state, row.n)).collect())
}

asuh_store::row_struct! {
    /// A step of a complaint.
    pub(super) struct Step {
        pub(super) state: String,
        pub(super) words_sealed: Option<Vec<u8>>,
        pub(super) shown: bool,
        pub(super) by_name: Option<String>,
        pub(super) recorded_at: Instant,
    }
}

/// The steps of a complaint in their order. Index: primary key.
pub(super) async fn steps(db: &impl Query, district: DistrictId, id: Id) -> Result<Vec<Step>, StoreError> {
    db.all(
        "SELECT e.state, e.words_sealed, e.shown, u.name AS by_name, e.recorded_at FROM complaint_event e \
         LEFT JOIN app_user u ON u.district_id = e.district_id AND u.id = e.recorded_by \
         WHERE e.district_id = $1 AND e.complaint_id = $2 ORDER BY e.nth",
        args![district, id],
    )
    .await
}

asuh_store::row_struct! {
    /// What who complained may see.
    pub(super) struct Followed {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) received_on: Date,
        pub(super) answer_by: Option<Date>,
        pub(super) state: String,
    }
}

/// The complaint of a number and the hash of its code. Index: the unique key of numbers.
pub(super) async fn followed(
    db: &impl Query,
    district: DistrictId,
    number: &str,
    code_hash: [u8; 32],
) -> Result<Option<Followed>, StoreError> {
    db.first(
        "SELECT id, number, received_on, answer_by, state FROM complaint \
         WHERE district_id = $1 AND number = $2 AND code_hash = $3",
        args![district, number, code_hash],
    )
    .await
}
