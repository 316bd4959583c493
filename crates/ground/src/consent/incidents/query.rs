//! Incidents, and the families that one touches: read from the logs, for the list that the law asks for.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

/// Families on a page.
pub(super) const PAGE: i64 = 50;

asuh_store::row_struct! {
    /// An incident.
    pub(super) struct IncidentLine {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) title: String,
        pub(super) happened_from: Instant,
        pub(super) happened_to: Instant,
        pub(super) known_at: Instant,
        pub(super) notice_due_at: Instant,
        pub(super) description_sealed: Vec<u8>,
        pub(super) data_sealed: Vec<u8>,
        pub(super) account_id: Option<Id>,
        pub(super) account_name: Option<String>,
        pub(super) measures_sealed: Option<Vec<u8>>,
        pub(super) noticed_at: Option<Instant>,
        pub(super) closed_at: Option<Instant>,
    }
}

const LINES: &str = "SELECT i.id, i.number, i.title, i.happened_from, i.happened_to, i.known_at, i.notice_due_at, \
     i.description_sealed, i.data_sealed, i.account_id, u.name AS account_name, i.measures_sealed, i.noticed_at, \
     i.closed_at FROM incident i \
     LEFT JOIN app_user u ON u.district_id = i.district_id AND u.id = i.account_id WHERE i.district_id = $1";

/// All incidents, open ones first (they are few). Index: primary key.
pub(super) async fn all(db: &impl Query, district: DistrictId) -> Result<Vec<IncidentLine>, StoreError> {
    let sql = format!(
        "{LINES} ORDER BY (i.closed_at IS NOT NULL), (i.noticed_at IS NOT NULL), i.notice_due_at DESC, i.id LIMIT 500"
    );
    db.all(&sql, args![district]).await
}

/// One incident. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<IncidentLine>, StoreError> {
    db.first(&format!("{LINES} AND i.id = $2"), args![district, id]).await
}

asuh_store::row_struct! {
    /// A family that the incident touches.
    pub(super) struct Touched {
        pub(super) family_id: Id,
        pub(super) head_name: Option<String>,
        pub(super) village: Option<String>,
        pub(super) rt: Option<String>,
        pub(super) rw: Option<String>,
        pub(super) first_at: Instant,
        pub(super) last_at: Instant,
        pub(super) times: i64,
    }
}

/// What the logs say about an incident's account and period: openings and changes of families and of persons
/// (counted to their family). Indexes: `access_log_by_time`, `command_log_by_time`.
fn traces(incident: &IncidentLine, args: &mut Args) -> String {
    let from = args.push(incident.happened_from);
    let to = args.push(incident.happened_to);
    let never = args.push(Instant::NEVER);
    let (reader, writer) = match incident.account_id {
        Some(account) => {
            let account = args.push(account);
            (format!(" AND l.user_id = {account}"), format!(" AND l.actor_id = {account}"))
        }
        None => (String::new(), String::new()),
    };
    format!(
        "SELECT l.subject_id AS family_id, l.at FROM access_log l WHERE l.district_id = $1 AND l.at >= {from} \
         AND l.at < {to} AND l.subject_kind = 'family'{reader} \
         UNION ALL SELECT l.subject_id AS family_id, l.recorded_at AS at FROM command_log l \
         WHERE l.district_id = $1 AND l.recorded_at >= {from} AND l.recorded_at < {to} \
         AND l.subject_kind = 'family'{writer} \
         UNION ALL SELECT p.family_id, l.at FROM access_log l JOIN person_version p \
         ON p.district_id = l.district_id AND p.person_id = l.subject_id AND p.superseded_at = {never} \
         WHERE l.district_id = $1 AND l.at >= {from} AND l.at < {to} AND l.subject_kind = 'person'{reader} \
         UNION ALL SELECT p.family_id, l.recorded_at AS at FROM command_log l JOIN person_version p \
         ON p.district_id = l.district_id AND p.person_id = l.subject_id AND p.superseded_at = {never} \
         WHERE l.district_id = $1 AND l.recorded_at >= {from} AND l.recorded_at < {to} \
         AND l.subject_kind = 'person'{writer}"
    )
}

/// The families touched, each once, in the order of their keys, after `after`; at most `most`.
pub(super) async fn touched(
    db: &impl Query,
    district: DistrictId,
    incident: &IncidentLine,
    after: Option<Id>,
    most: i64,
) -> Result<Vec<Touched>, StoreError> {
    let mut args = args![district];
    let traces = traces(incident, &mut args);
    let after = args.push(after.unwrap_or(Id::SYSTEM));
    let most = args.push(most);
    let never = args.push(Instant::NEVER);
    db.all(
        &format!(
            "SELECT f.family_id, v.head_name, t.name AS village, v.rt, v.rw, f.first_at, f.last_at, f.times FROM \
             (SELECT family_id, MIN(at) AS first_at, MAX(at) AS last_at, COUNT(*) AS times FROM ({traces}) found \
              WHERE family_id > {after} GROUP BY family_id ORDER BY family_id LIMIT {most}) f \
             LEFT JOIN family_version v ON v.district_id = $1 AND v.family_id = f.family_id \
             AND v.superseded_at = {never} \
             LEFT JOIN territory t ON t.district_id = $1 AND t.code = v.village_code ORDER BY f.family_id"
        ),
        args,
    )
    .await
}

/// How many families are touched.
pub(super) async fn count(
    db: &impl Query,
    district: DistrictId,
    incident: &IncidentLine,
) -> Result<i64, StoreError> {
    let mut args = args![district];
    let traces = traces(incident, &mut args);
    db.number(&format!("SELECT COUNT(DISTINCT family_id) AS n FROM ({traces}) found"), args).await
}

asuh_store::row_struct! {
    /// A list that left the program in the period: its families are not in the log one by one.
    pub(super) struct ExportLine {
        pub(super) at: Instant,
        pub(super) who: Option<String>,
        pub(super) detail: String,
    }
}

/// The lists that were exported in the period. Index: `access_log_by_time`.
pub(super) async fn exports(
    db: &impl Query,
    district: DistrictId,
    incident: &IncidentLine,
) -> Result<Vec<ExportLine>, StoreError> {
    let mut args = args![district, incident.happened_from, incident.happened_to];
    let of_account = match incident.account_id {
        Some(account) => format!(" AND l.user_id = {}", args.push(account)),
        None => String::new(),
    };
    db.all(
        &format!(
            "SELECT l.at, u.name AS who, l.detail FROM access_log l \
             LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.user_id \
             WHERE l.district_id = $1 AND l.at >= $2 AND l.at < $3 AND l.action = 'export' \
             AND l.subject_id IS NULL{of_account} ORDER BY l.at, l.id LIMIT 200"
        ),
        args,
    )
    .await
}
