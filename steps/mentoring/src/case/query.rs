//! Reading audits of cases. Every query carries the caller's territories.

use std::collections::HashMap;

use asuh_ground::access::Scope;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

/// Audits on a page.
pub(super) const PAGE: usize = 30;

asuh_store::row_struct! {
    /// An audit of a case with its child.
    pub(crate) struct Case {
        pub(crate) id: Id,
        pub(crate) number: String,
        pub(crate) family_id: Id,
        pub(crate) head_name: String,
        pub(crate) person_id: Id,
        pub(crate) name: String,
        pub(crate) sex: Option<String>,
        pub(crate) birth_date: Option<Date>,
        pub(crate) village: Option<String>,
        pub(crate) rw: String,
        pub(crate) reason_sealed: Vec<u8>,
        pub(crate) selected_on: Date,
        pub(crate) state: String,
        pub(crate) reviewed_on: Option<Date>,
        pub(crate) reviewers: String,
        pub(crate) finding_sealed: Option<Vec<u8>>,
        pub(crate) causes: String,
        pub(crate) again_on: Option<Date>,
        pub(crate) looked_on: Option<Date>,
        pub(crate) outcome: Option<String>,
        pub(crate) outcome_sealed: Option<Vec<u8>>,
        /// Rows of its plan that are open, and the first day on which one is due.
        pub(crate) open_plans: i64,
        pub(crate) first_due: Option<Date>,
    }
}

impl Case {
    /// Whether something of it is late on a day: a row of its plan, or the second look.
    pub(crate) fn is_late(&self, today: &Date) -> bool {
        let plan = self.first_due.is_some_and(|due| due < *today);
        let look = self.looked_on.is_none() && self.again_on.is_some_and(|again| again < *today);
        self.state != "closed" && (plan || look)
    }
}

const CASE: &str = "SELECT a.id, a.number, f.family_id, f.head_name, p.person_id, p.name, p.sex, p.birth_date, \
     t.name AS village, f.rw, a.reason_sealed, a.selected_on, a.state, a.reviewed_on, a.reviewers, a.finding_sealed, \
     a.causes, a.again_on, a.looked_on, a.outcome, a.outcome_sealed, \
     (SELECT COUNT(*) FROM case_plan l WHERE l.district_id = a.district_id AND l.audit_id = a.id \
      AND l.done_on IS NULL) AS open_plans, \
     (SELECT MIN(l.due_on) FROM case_plan l WHERE l.district_id = a.district_id AND l.audit_id = a.id \
      AND l.done_on IS NULL) AS first_due \
     FROM case_audit a \
     JOIN person w ON w.district_id = a.district_id AND w.id = a.person_id \
     JOIN person_version p ON p.district_id = w.district_id AND p.person_id = COALESCE(w.canonical_id, w.id) \
     AND p.superseded_at = $never \
     JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $never \
     LEFT JOIN territory t ON t.district_id = f.district_id AND t.code = f.village_code \
     WHERE a.district_id = $1";

/// The statement, with the place of [`Instant::NEVER`] among its values.
fn select(never: &str) -> String {
    CASE.replace("$never", never)
}

/// An audit within the scope. Indexes: primary keys, person_version_current, family_version_current.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Case>, StoreError> {
    let mut args = args![district, Instant::NEVER, id];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.first(&format!("{} AND a.id = $3 AND {within}", select("$2")), args).await
}

/// A page of audits, the newest first; one more when there are more. Index: case_audit_by_day.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    closed: bool,
    after: Option<Id>,
) -> Result<Vec<Case>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let which = if closed { "a.state = 'closed'" } else { "a.state <> 'closed'" };
    let after = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (a.selected_on, a.id) < (SELECT c.selected_on, c.id FROM case_audit c \
             WHERE c.district_id = $1 AND c.id = {})",
            args.push(id)
        ),
    };
    let limit = PAGE + 1;
    let select = select("$2");
    let sql = format!(
        "{select} AND {which} AND {within}{after} ORDER BY a.selected_on DESC, a.id DESC LIMIT {limit}"
    );
    db.all(&sql, args).await
}

/// The audits of a family's children and of those merged into it, the newest first (see referrals for
/// the sum). Index: case_audit_by_family.
pub(crate) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Case>, StoreError> {
    db.all(
        &format!(
            "{} AND a.family_id IN {FAMILY_AND_ALIASES} ORDER BY a.selected_on + 0 DESC, a.id DESC LIMIT 20",
            select("$3")
        ),
        args![district, family, Instant::NEVER],
    )
    .await
}

/// How many rows of plans within the scope are late on a day. Index: case_plan_open.
pub(crate) async fn late(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    today: Date,
) -> Result<i64, StoreError> {
    let mut args = args![district, Instant::NEVER, today];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.number(
        &format!(
            "SELECT COUNT(*) AS n FROM case_plan l \
             JOIN case_audit a ON a.district_id = l.district_id AND a.id = l.audit_id AND a.state <> 'closed' \
             JOIN person w ON w.district_id = a.district_id AND w.id = a.person_id \
             JOIN person_version p ON p.district_id = w.district_id \
             AND p.person_id = COALESCE(w.canonical_id, w.id) AND p.superseded_at = $2 \
             JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
             AND f.superseded_at = $2 \
             WHERE l.district_id = $1 AND l.done_on IS NULL AND l.due_on < $3 AND {within}"
        ),
        args,
    )
    .await
}

/// The first day of each family on which something of an audited case was to be done by a day. There are as many as
/// audits with a late plan. Index: case_plan_open.
pub(crate) async fn first_due(
    db: &impl Query,
    district: DistrictId,
    on: Date,
) -> Result<HashMap<Id, Date>, StoreError> {
    asuh_store::row_struct! { struct Due { family_id: Id, due_on: Date } }
    let rows: Vec<Due> = db
        .all(
            "SELECT COALESCE(h.canonical_id, h.id) AS family_id, MIN(l.due_on) AS due_on FROM case_plan l \
             JOIN case_audit a ON a.district_id = l.district_id AND a.id = l.audit_id AND a.state <> 'closed' \
             JOIN family h ON h.district_id = a.district_id AND h.id = a.family_id \
             WHERE l.district_id = $1 AND l.done_on IS NULL AND l.due_on <= $2 \
             GROUP BY COALESCE(h.canonical_id, h.id)",
            args![district, on],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.family_id, row.due_on)).collect())
}

asuh_store::row_struct! {
    /// A row of a follow-up plan.
    pub(super) struct Plan {
        pub(super) nth: i64,
        pub(super) what_sealed: Vec<u8>,
        pub(super) who: String,
        pub(super) due_on: Date,
        pub(super) done_on: Option<Date>,
        pub(super) evidence_sealed: Option<Vec<u8>>,
        pub(super) by_name: Option<String>,
    }
}

/// The plan of an audit. Index: primary key.
pub(super) async fn plans(db: &impl Query, district: DistrictId, audit: Id) -> Result<Vec<Plan>, StoreError> {
    db.all(
        "SELECT l.nth, l.what_sealed, l.who, l.due_on, l.done_on, l.evidence_sealed, u.name AS by_name \
         FROM case_plan l LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.done_by \
         WHERE l.district_id = $1 AND l.audit_id = $2 ORDER BY l.nth",
        args![district, audit],
    )
    .await
}
