//! Reading meetings. Every query of a meeting carries the caller's territories; what belongs to a meeting is read by those
//! who found it.

use asuh_ground::access::Scope;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

/// Meetings on a page.
pub(super) const PAGE: usize = 30;

asuh_store::row_struct! {
    /// A meeting.
    pub(crate) struct Meeting {
        pub(crate) id: Id,
        pub(crate) kind: String,
        pub(crate) title: String,
        pub(crate) territory_code: i64,
        pub(crate) territory: Option<String>,
        pub(crate) held_on: Date,
        pub(crate) starts: String,
        pub(crate) place: String,
        pub(crate) link: String,
        pub(crate) leader: String,
        pub(crate) basis: String,
        pub(crate) previous_id: Option<Id>,
        pub(crate) state: String,
        pub(crate) code: String,
        pub(crate) summary: String,
        pub(crate) closed_at: Option<Instant>,
        /// People on its list.
        pub(crate) people: i64,
        /// Commitments that were made there.
        pub(crate) promised: i64,
    }
}

const MEETING: &str = "SELECT m.id, m.kind, m.title, m.territory_code, t.name AS territory, m.held_on, m.starts, m.place, \
     m.link, m.leader, m.basis, m.previous_id, m.state, m.code, m.summary, m.closed_at, \
     (SELECT COUNT(*) FROM attendance a WHERE a.district_id = m.district_id AND a.meeting_id = m.id \
      AND a.removed_at IS NULL) AS people, \
     (SELECT COUNT(*) FROM commitment c WHERE c.district_id = m.district_id AND c.meeting_id = m.id) AS promised \
     FROM meeting m LEFT JOIN territory t ON t.district_id = m.district_id AND t.code = m.territory_code \
     WHERE m.district_id = $1";

/// A meeting within the scope. Index: primary key.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Meeting>, StoreError> {
    let mut args = args![district, id];
    let within = scope.territory_condition("m.territory_code", None, &mut args);
    db.first(&format!("{MEETING} AND m.id = $2 AND {within}"), args).await
}

/// A page of meetings, the newest first; one more when there are more. Index: meeting_by_day.
pub(crate) async fn list(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    after: Option<Id>,
) -> Result<Vec<Meeting>, StoreError> {
    let mut args = args![district];
    let within = scope.territory_condition("m.territory_code", None, &mut args);
    let after = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (m.held_on, m.id) < (SELECT c.held_on, c.id FROM meeting c WHERE c.district_id = $1 AND c.id = {})",
            args.push(id)
        ),
    };
    let limit = PAGE + 1;
    let sql = format!("{MEETING} AND {within}{after} ORDER BY m.held_on DESC, m.id DESC LIMIT {limit}");
    db.all(&sql, args).await
}

/// Meetings of these days that are prepared or running, for first pages. Index: meeting_by_day.
pub(crate) async fn coming(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (from, to): (Date, Date),
) -> Result<Vec<Meeting>, StoreError> {
    let mut args = args![district, from, to];
    let within = scope.territory_condition("m.territory_code", None, &mut args);
    let sql = format!(
        "{MEETING} AND m.held_on BETWEEN $2 AND $3 AND m.state IN ('prepared', 'running') AND {within} \
         ORDER BY m.held_on, m.id LIMIT 3"
    );
    db.all(&sql, args).await
}

/// The running meeting with this code. Index: the unique key of codes.
pub(crate) async fn by_code(
    db: &impl Query,
    district: DistrictId,
    code: &str,
) -> Result<Option<Meeting>, StoreError> {
    db.first(&format!("{MEETING} AND m.code = $2"), args![district, code]).await
}

asuh_store::row_struct! {
    pub(crate) struct Agenda { pub(crate) starts: String, pub(crate) item: String, pub(crate) speaker: String }
}

/// The agenda. Index: primary key.
pub(crate) async fn agenda(
    db: &impl Query,
    district: DistrictId,
    meeting: Id,
) -> Result<Vec<Agenda>, StoreError> {
    db.all(
        "SELECT starts, item, speaker FROM meeting_agenda WHERE district_id = $1 AND meeting_id = $2 ORDER BY nth",
        args![district, meeting],
    )
    .await
}

asuh_store::row_struct! {
    pub(crate) struct Guest {
        pub(crate) institution: String,
        pub(crate) position: String,
        pub(crate) phone_sealed: Option<Vec<u8>>,
    }
}

/// Who is invited. Index: primary key.
pub(crate) async fn guests(
    db: &impl Query,
    district: DistrictId,
    meeting: Id,
) -> Result<Vec<Guest>, StoreError> {
    db.all(
        "SELECT institution, position, phone_sealed FROM meeting_guest WHERE district_id = $1 AND meeting_id = $2 \
         ORDER BY nth",
        args![district, meeting],
    )
    .await
}

asuh_store::row_struct! {
    pub(crate) struct Signs { pub(crate) name: String, pub(crate) position: String }
}

/// Who signs. Index: primary key.
pub(crate) async fn signatories(
    db: &impl Query,
    district: DistrictId,
    meeting: Id,
) -> Result<Vec<Signs>, StoreError> {
    db.all(
        "SELECT name, position FROM meeting_signatory WHERE district_id = $1 AND meeting_id = $2 ORDER BY nth",
        args![district, meeting],
    )
    .await
}

asuh_store::row_struct! {
    pub(crate) struct Present {
        pub(crate) id: Id,
        pub(crate) name_sealed: Vec<u8>,
        pub(crate) position: String,
        pub(crate) institution: String,
        pub(crate) sex: String,
        pub(crate) way: String,
        pub(crate) recorded_at: Instant,
    }
}

/// Who was there, in the order of coming. Index: primary key.
pub(crate) async fn present(
    db: &impl Query,
    district: DistrictId,
    meeting: Id,
) -> Result<Vec<Present>, StoreError> {
    db.all(
        "SELECT id, name_sealed, position, institution, sex, way, recorded_at FROM attendance \
         WHERE district_id = $1 AND meeting_id = $2 AND removed_at IS NULL ORDER BY recorded_at, id",
        args![district, meeting],
    )
    .await
}

asuh_store::row_struct! {
    pub(crate) struct Attached { pub(crate) id: Id, pub(crate) number: String, pub(crate) title: String }
}

/// The papers that go with the invitation. Indexes: primary keys.
pub(crate) async fn attached(
    db: &impl Query,
    district: DistrictId,
    meeting: Id,
) -> Result<Vec<Attached>, StoreError> {
    db.all(
        "SELECT p.id, p.number, p.title FROM meeting_paper m \
         JOIN issued_paper p ON p.district_id = m.district_id AND p.id = m.paper_id \
         WHERE m.district_id = $1 AND m.meeting_id = $2 ORDER BY p.number",
        args![district, meeting],
    )
    .await
}

asuh_store::row_struct! {
    pub(crate) struct Offered { pub(crate) id: Id, pub(crate) number: String, pub(crate) title: String }
}

/// The newest papers that may go with an invitation: reports, analyses and plans within the scope. Index:
/// issued_paper_by_day.
pub(crate) async fn offered(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<Offered>, StoreError> {
    let mut args = args![district];
    let within = scope.territory_condition("p.territory_code", None, &mut args);
    let sql = format!(
        "SELECT p.id, p.number, p.title FROM issued_paper p WHERE p.district_id = $1 AND p.printing = 0 \
         AND p.kind IN ('report', 'analysis', 'plan', 'minutes', 'record') AND p.state <> 'withdrawn' \
         AND p.replaced_by_id IS NULL AND {within} ORDER BY p.day DESC, p.id DESC LIMIT 40"
    );
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    pub(crate) struct Place { pub(crate) code: i64, pub(crate) name: String, pub(crate) level: String }
}

/// The kecamatan and villages within a range of codes that are there today. Index: primary key of `territory`.
pub(crate) async fn places(
    db: &impl Query,
    district: DistrictId,
    (from, to): (i64, i64),
) -> Result<Vec<Place>, StoreError> {
    db.all(
        "SELECT code, name, level FROM territory WHERE district_id = $1 AND code BETWEEN $2 AND $3 \
         AND level IN ('regency', 'subdistrict', 'village') AND valid_to IS NULL ORDER BY code",
        args![district, from, to],
    )
    .await
}
