//! Reading commitments. Every query of the register carries the caller's territories; the public's shows offices alone.

use asuh_ground::access::Scope;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

/// Commitments on a page.
pub(super) const PAGE: usize = 40;

asuh_store::row_struct! {
    /// A commitment.
    pub(crate) struct Commitment {
        pub(crate) id: Id,
        pub(crate) meeting_id: Id,
        pub(crate) meeting: String,
        pub(crate) nth: i64,
        pub(crate) what: String,
        pub(crate) office: String,
        pub(crate) quantity: String,
        pub(crate) due_on: Date,
        /// Where it is done; none: all of the meeting's territory.
        pub(crate) place: Option<String>,
        pub(crate) territory_code: i64,
        /// The row of a plan that it is part of, with its year, who answers for it and what it does.
        pub(crate) plan_item_id: Option<Id>,
        pub(crate) plan_year: Option<i64>,
        pub(crate) plan_owner: String,
        pub(crate) plan_activity: String,
        /// Whether that row was taken out of its plan since.
        pub(crate) plan_removed: bool,
        /// Code of the indicator that it serves, and its name; empty: none.
        pub(crate) indicator: String,
        pub(crate) indicator_name: String,
        pub(crate) state: String,
        pub(crate) changed_on: Date,
        /// What was told last.
        pub(crate) last_words: Option<String>,
    }
}

impl Commitment {
    /// Whether it is open and its day has passed.
    pub(crate) fn is_late(&self, today: &Date) -> bool {
        self.state == "open" && self.due_on < *today
    }
}

const COMMITMENT: &str = "SELECT c.id, c.meeting_id, m.title AS meeting, c.nth, c.what, c.office, c.quantity, c.due_on, \
     t.name AS place, c.territory_code, c.plan_item_id, i.year AS plan_year, COALESCE(o.name, y.name, '') AS plan_owner, \
     COALESCE(v.activity, '') AS plan_activity, COALESCE(i.removed, 0) AS plan_removed, c.indicator, \
     COALESCE(x.name, c.indicator) AS indicator_name, c.state, c.changed_on, (SELECT p.words FROM commitment_progress p \
     WHERE p.district_id = c.district_id AND p.commitment_id = c.id ORDER BY p.nth DESC LIMIT 1) AS last_words \
     FROM commitment c JOIN meeting m ON m.district_id = c.district_id AND m.id = c.meeting_id \
     LEFT JOIN territory t ON t.district_id = c.district_id AND t.code = c.place_code \
     LEFT JOIN plan_item i ON i.district_id = c.district_id AND i.id = c.plan_item_id \
     LEFT JOIN plan_version v ON v.district_id = i.district_id AND v.item_id = i.id AND v.version = i.version \
     LEFT JOIN institution o ON o.district_id = i.district_id AND o.id = i.office_id \
     LEFT JOIN territory y ON y.district_id = i.district_id AND y.code = i.village_code \
     LEFT JOIN indicator x ON x.district_id = c.district_id AND x.code = c.indicator WHERE c.district_id = $1";

/// A commitment within the scope. Index: primary key.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Commitment>, StoreError> {
    let mut args = args![district, id];
    let within = scope.territory_condition("c.territory_code", None, &mut args);
    db.first(&format!("{COMMITMENT} AND c.id = $2 AND {within}"), args).await
}

/// The commitments of a meeting, by number. Whoever calls this has found the meeting. Index: commitment_by_meeting.
pub(crate) async fn of_meeting(
    db: &impl Query,
    district: DistrictId,
    meeting: Id,
) -> Result<Vec<Commitment>, StoreError> {
    db.all(&format!("{COMMITMENT} AND c.meeting_id = $2 ORDER BY c.nth"), args![district, meeting]).await
}

/// The commitments within the scope that a row of a plan serves, the first due first; 200 at most. Whoever calls this has
/// found the row. Index: commitment_by_plan.
pub(crate) async fn of_plan_item(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    item: Id,
) -> Result<Vec<Commitment>, StoreError> {
    let mut args = args![district, item];
    let within = scope.territory_condition("c.territory_code", None, &mut args);
    let sql = format!("{COMMITMENT} AND c.plan_item_id = $2 AND {within} ORDER BY c.due_on, c.id LIMIT 200");
    db.all(&sql, args).await
}

/// Which commitments a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// Open ones, the first due first.
    Open,
    /// Open ones whose day has passed.
    Late(Date),
    /// Kept ones.
    Done,
    /// Given up.
    Dropped,
}

/// A page of commitments, the first due first; one more when there are more. Index: commitment_by_due.
pub(crate) async fn list(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    which: Which,
    after: Option<Id>,
) -> Result<Vec<Commitment>, StoreError> {
    let mut args = args![district];
    let within = scope.territory_condition("c.territory_code", None, &mut args);
    let which = match which {
        Which::Open => "c.state = 'open'".to_owned(),
        Which::Late(today) => format!("c.state = 'open' AND c.due_on < {}", args.push(today)),
        Which::Done => "c.state = 'done'".to_owned(),
        Which::Dropped => "c.state = 'dropped'".to_owned(),
    };
    let after = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (c.due_on, c.id) > (SELECT x.due_on, x.id FROM commitment x WHERE x.district_id = $1 AND x.id = {})",
            args.push(id)
        ),
    };
    let limit = PAGE + 1;
    let sql = format!("{COMMITMENT} AND {which} AND {within}{after} ORDER BY c.due_on, c.id LIMIT {limit}");
    db.all(&sql, args).await
}

/// How many open commitments within the scope are late on a day. Index: commitment_by_due.
pub(crate) async fn late(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    today: Date,
) -> Result<i64, StoreError> {
    let mut args = args![district, today];
    let within = scope.territory_condition("c.territory_code", None, &mut args);
    let sql = format!(
        "SELECT COUNT(*) AS n FROM commitment c WHERE c.district_id = $1 AND c.state = 'open' AND c.due_on < $2 AND {within}"
    );
    db.number(&sql, args).await
}

/// What the meetings before promised and is still open, for the meeting that follows them: along the chain of meetings,
/// twelve at most. Whoever calls this has found the meeting. Indexes: primary key of `meeting`, commitment_by_meeting.
pub(crate) async fn open_before(
    db: &impl Query,
    district: DistrictId,
    meeting: Id,
) -> Result<Vec<Commitment>, StoreError> {
    let first = "SELECT m.previous_id, 1 FROM meeting m WHERE m.district_id = $1 AND m.id = $2 AND m.previous_id IS NOT NULL";
    db.all(&open_along(first), args![district, meeting]).await
}

/// What this meeting and those before it promised and is still open: what a meeting that follows it opens with. As
/// [`open_before`].
pub(crate) async fn open_since(
    db: &impl Query,
    district: DistrictId,
    meeting: Id,
) -> Result<Vec<Commitment>, StoreError> {
    let first = "SELECT m.id, 1 FROM meeting m WHERE m.district_id = $1 AND m.id = $2";
    db.all(&open_along(first), args![district, meeting]).await
}

/// The open commitments of a chain of meetings, from the one that `first` selects with the number 1.
fn open_along(first: &str) -> String {
    format!(
        "WITH RECURSIVE before(id, n) AS ({first} UNION ALL SELECT m.previous_id, b.n + 1 FROM before b \
           JOIN meeting m ON m.district_id = $1 AND m.id = b.id WHERE m.previous_id IS NOT NULL AND b.n < 12) \
         {COMMITMENT} AND c.meeting_id IN (SELECT b.id FROM before b) AND c.state = 'open' ORDER BY c.due_on, c.id"
    )
}

asuh_store::row_struct! {
    /// What somebody told of a commitment.
    pub(crate) struct Progress {
        pub(crate) nth: i64,
        pub(crate) on_day: Date,
        pub(crate) state: String,
        pub(crate) words: String,
        pub(crate) evidence_id: Option<Id>,
        pub(crate) recorded_at: Instant,
        pub(crate) by_name: Option<String>,
    }
}

/// What was told of a commitment, the newest first. Index: primary key.
pub(crate) async fn progress(
    db: &impl Query,
    district: DistrictId,
    commitment: Id,
) -> Result<Vec<Progress>, StoreError> {
    db.all(
        "SELECT p.nth, p.on_day, p.state, p.words, p.evidence_id, p.recorded_at, u.name AS by_name \
         FROM commitment_progress p LEFT JOIN app_user u ON u.district_id = p.district_id AND u.id = p.recorded_by \
         WHERE p.district_id = $1 AND p.commitment_id = $2 ORDER BY p.nth DESC",
        args![district, commitment],
    )
    .await
}

asuh_store::row_struct! {
    /// A commitment as everybody sees it.
    pub(crate) struct Public {
        pub(crate) meeting: String,
        pub(crate) held_on: Date,
        pub(crate) what: String,
        pub(crate) office: String,
        pub(crate) quantity: String,
        pub(crate) due_on: Date,
        pub(crate) place: Option<String>,
        pub(crate) state: String,
        pub(crate) changed_on: Date,
    }
}

/// The commitments of closed meetings as everybody sees them, the open ones first, the newest meetings first; 300 at most.
/// Index: meeting_by_day, commitment_by_meeting.
pub(crate) async fn public(db: &impl Query, district: DistrictId) -> Result<Vec<Public>, StoreError> {
    db.all(
        "SELECT m.title AS meeting, m.held_on, c.what, c.office, c.quantity, c.due_on, t.name AS place, c.state, \
         c.changed_on FROM (SELECT x.district_id, x.id, x.title, x.held_on FROM meeting x WHERE x.district_id = $1 \
         AND x.state = 'closed' ORDER BY x.held_on DESC, x.id DESC LIMIT 30) m \
         JOIN commitment c ON c.district_id = m.district_id AND c.meeting_id = m.id \
         LEFT JOIN territory t ON t.district_id = c.district_id AND t.code = c.place_code \
         ORDER BY CASE WHEN c.state = 'open' THEN 0 ELSE 1 END, m.held_on DESC, c.nth LIMIT 300",
        args![district],
    )
    .await
}
