//! What is read of change requests.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use asuh_ground::access::Scope;

/// Requests of one page.
pub(super) const PAGE: usize = 50;

asuh_store::row_struct! {
    /// A request, with the names that its page needs.
    pub(crate) struct Request {
        pub(crate) id: Id,
        pub(crate) kind: String,
        pub(crate) family_id: Id,
        pub(crate) person_id: Option<Id>,
        pub(crate) person_name: Option<String>,
        pub(crate) proposal_sealed: Vec<u8>,
        pub(crate) happened_on: Date,
        pub(crate) reason: String,
        pub(crate) evidence_id: Option<Id>,
        pub(crate) state: String,
        pub(crate) proposed_by: Id,
        pub(crate) proposed_at: Instant,
        pub(crate) proposed_name: Option<String>,
        pub(crate) decided_at: Option<Instant>,
        pub(crate) decided_name: Option<String>,
        pub(crate) decision_note: String,
        pub(crate) counter_of: Option<Id>,
        pub(crate) head_name: String,
        pub(crate) village_code: i64,
        pub(crate) village_name: Option<String>,
        pub(crate) rw: String,
    }
}

impl Request {
    /// The CSS class of its state's tag.
    pub(crate) fn tone(&self) -> &'static str {
        match self.state.as_str() {
            "waiting" => "warn",
            "approved" => "good",
            _ => "",
        }
    }
}

/// The requests that hold a condition, with the district as `$1` and [`Instant::NEVER`] as `$2`.
fn select(conditions: &str) -> String {
    format!(
        "SELECT c.id, c.kind, c.family_id, c.person_id, p.name AS person_name, c.proposal_sealed, c.happened_on, \
         c.reason, c.evidence_id, c.state, c.proposed_by, c.proposed_at, u.name AS proposed_name, c.decided_at, \
         d.name AS decided_name, c.decision_note, c.counter_of, v.head_name, v.village_code, t.name AS village_name, \
         v.rw FROM change_request c \
         JOIN family h ON h.district_id = c.district_id AND h.id = c.family_id \
         JOIN family_version v ON v.district_id = c.district_id AND v.family_id = COALESCE(h.canonical_id, h.id) \
         AND v.superseded_at = $2 \
         LEFT JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
         LEFT JOIN person w ON w.district_id = c.district_id AND w.id = c.person_id \
         LEFT JOIN person_version p ON p.district_id = w.district_id \
         AND p.person_id = COALESCE(w.canonical_id, w.id) AND p.superseded_at = $2 \
         LEFT JOIN app_user u ON u.district_id = c.district_id AND u.id = c.proposed_by \
         LEFT JOIN app_user d ON d.district_id = c.district_id AND d.id = c.decided_by \
         WHERE c.district_id = $1 AND {conditions}"
    )
}

fn within(scope: &Scope, args: &mut Args) -> String {
    scope.territory_condition("v.village_code", Some("v.rw"), args)
}

/// Waiting requests within a scope, the oldest first, or those decided, the newest first; one more than a page if
/// there are more. Index: change_request_by_state.
///
/// # Errors
/// The store fails.
pub(super) async fn queue(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    waiting: bool,
    after: Option<Id>,
) -> Result<Vec<Request>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let within = within(scope, &mut args);
    let after = after.map_or_else(String::new, |id| {
        let id = args.push(id);
        let (way, other) = if waiting { (">", ">") } else { ("<", "<") };
        let place =
            format!("(SELECT a.proposed_at FROM change_request a WHERE a.district_id = $1 AND a.id = {id})");
        format!(" AND (c.proposed_at {way} {place} OR (c.proposed_at = {place} AND c.id {other} {id}))")
    });
    let (states, order) = if waiting {
        ("c.state = 'waiting'", "c.proposed_at, c.id")
    } else {
        ("c.state IN ('approved', 'refused', 'withdrawn', 'reversed')", "c.proposed_at DESC, c.id DESC")
    };
    let sql =
        format!("{} ORDER BY {order} LIMIT {}", select(&format!("{states} AND {within}{after}")), PAGE + 1);
    db.all(&sql, args).await
}

/// How many requests wait for somebody else within a scope. Index: change_request_by_state.
///
/// # Errors
/// The store fails.
pub(super) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    not_of: Id,
) -> Result<i64, StoreError> {
    let mut args = args![district, Instant::NEVER, not_of];
    let within = within(scope, &mut args);
    db.number(
        &format!(
            "SELECT COUNT(*) AS n FROM change_request c JOIN family_version v ON v.district_id = c.district_id \
             AND v.family_id = c.family_id AND v.superseded_at = $2 \
             WHERE c.district_id = $1 AND c.state = 'waiting' AND c.proposed_by <> $3 AND {within}"
        ),
        args,
    )
    .await
}

/// One request within a scope. Index: primary key.
///
/// # Errors
/// The store fails.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Request>, StoreError> {
    let mut args = args![district, Instant::NEVER, id];
    let within = within(scope, &mut args);
    db.first(&select(&format!("c.id = $3 AND {within}")), args).await
}

/// The requests about a family and those merged into it, the newest first. The caller has found the family within his scope before. Index:
/// change_request_by_family.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Request>, StoreError> {
    let own = "c.family_id IN (SELECT f.id FROM family f WHERE f.district_id = $1 \
               AND (f.id = $3 OR f.canonical_id = $3))";
    let sql = format!("{} ORDER BY c.proposed_at DESC, c.id DESC LIMIT 50", select(own));
    db.all(&sql, args![district, Instant::NEVER, family]).await
}

asuh_store::row_struct! {
    /// A pregnancy that nobody has ended.
    pub(super) struct Expecting {
        pub(super) person_id: Id,
        pub(super) family_id: Id,
        pub(super) name: String,
        pub(super) village_name: Option<String>,
        pub(super) village_code: i64,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) starts_on: Date,
        pub(super) due_on: Option<Date>,
    }
}

/// Families that are not here any more.
const GONE: &str = "('moved', 'deceased', 'duplicate')";

fn expecting_sql(columns: &str, scope: &Scope, args: &mut Args) -> String {
    let within = within(scope, args);
    format!(
        "SELECT {columns} FROM maternity m \
         JOIN person_version p ON p.district_id = m.district_id AND p.person_id = m.person_id \
         AND p.superseded_at = $2 AND p.ended_reason IS NULL \
         JOIN family_version v ON v.district_id = p.district_id AND v.family_id = p.family_id AND v.superseded_at = $2 \
         AND v.status NOT IN {GONE} \
         LEFT JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
         WHERE m.district_id = $1 AND m.kind = 'pregnancy' AND m.ends_on IS NULL AND m.retracted_at IS NULL AND {within}"
    )
}

/// The open pregnancies within a scope: by due day, those without one last. Index: maternity_open.
///
/// # Errors
/// The store fails.
pub(super) async fn expecting(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    most: usize,
) -> Result<Vec<Expecting>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let sql = expecting_sql(
        "p.person_id, p.family_id, p.name, t.name AS village_name, v.village_code, v.rw, v.rt, m.starts_on, m.due_on",
        scope,
        &mut args,
    );
    let sql = format!(
        "{sql} ORDER BY (m.due_on IS NULL), m.due_on, m.starts_on, v.village_code, p.name_search, p.person_id LIMIT {most}"
    );
    db.all(&sql, args).await
}

/// How many pregnancies within a scope are past these days and nobody has said how they ended: due before the
/// first, or without a due day and recorded before the second. Index: maternity_open.
///
/// # Errors
/// The store fails.
pub(super) async fn overdue(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (due_before, known_before): (Date, Date),
) -> Result<i64, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let sql = expecting_sql("COUNT(*) AS n", scope, &mut args);
    let (due, known) = (args.push(due_before), args.push(known_before));
    let sql = format!("{sql} AND (m.due_on < {due} OR (m.due_on IS NULL AND m.starts_on < {known}))");
    db.number(&sql, args).await
}
