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
     t.name AS place, c.state, c.changed_on, (SELECT p.words FROM commitment_progress p \
     WHERE p.district_id = c.district_id AND p.commitment_id = c.id ORDER BY p.nth DESC LIMIT 1) AS last_words \
     FROM commitment c JOIN meeting m ON m.district_id = c.district_id AND m.id = c.meeting_id \
     LEFT JOIN territory t ON t.district_id = c.district_id AND t.code = c.place_code WHERE c.district_id = $1";

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
    let sql = format!(
        "WITH RECURSIVE before(id, n) AS (\
           SELECT m.previous_id, 1 FROM meeting m WHERE m.district_id = $1 AND m.id = $2 AND m.previous_id IS NOT NULL \
           UNION ALL SELECT m.previous_id, b.n + 1 FROM before b \
           JOIN meeting m ON m.district_id = $1 AND m.id = b.id WHERE m.previous_id IS NOT NULL AND b.n < 12) \
         {COMMITMENT} AND c.meeting_id IN (SELECT b.id FROM before b) AND c.state = 'open' ORDER BY c.due_on, c.id"
    );
    db.all(&sql, args![district, meeting]).await
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
