//! Reading teams. Every query carries the caller's territories.

use asuh_ground::access::Scope;
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::Date;

/// The condition that a member `m` holds his position on the day in `$n`.
pub(super) fn holds(day: &str) -> String {
    format!(
        "m.retracted_at IS NULL AND m.starts_on <= {day} AND (m.ends_on IS NULL OR m.ends_on >= {day}) \
         AND (m.left_on IS NULL OR m.left_on > {day})"
    )
}

asuh_store::row_struct! {
    /// A team.
    pub(crate) struct Team {
        pub(crate) id: Id,
        pub(crate) kind: String,
        pub(crate) territory_code: i64,
        pub(crate) place: String,
        pub(crate) rw: String,
        pub(crate) rt: String,
        pub(crate) nth: i64,
        /// Seats, and those of them that nobody holds today.
        pub(crate) seats: i64,
        pub(crate) vacant: i64,
    }
}

/// Teams `t` with their seats; `$2` is the day.
fn select() -> String {
    let held = format!(
        "(SELECT COUNT(*) FROM team_member m WHERE m.district_id = p.district_id AND m.team_id = p.team_id \
         AND m.position_nth = p.nth AND {})",
        holds("$2")
    );
    format!(
        "SELECT t.id, t.kind, t.territory_code, COALESCE(y.name, '') AS place, t.rw, t.rt, t.nth, \
         (SELECT CAST(COALESCE(SUM(p.seats), 0) AS BIGINT) FROM team_position p WHERE p.district_id = t.district_id \
          AND p.team_id = t.id AND p.closed_on IS NULL) AS seats, \
         (SELECT CAST(COALESCE(SUM(CASE WHEN p.seats > {held} THEN p.seats - {held} ELSE 0 END), 0) AS BIGINT) \
          FROM team_position p WHERE p.district_id = t.district_id AND p.team_id = t.id AND p.closed_on IS NULL) AS vacant \
         FROM team t LEFT JOIN territory y ON y.district_id = t.district_id AND y.code = t.territory_code \
         WHERE t.district_id = $1 AND t.closed_on IS NULL"
    )
}

/// A team within the scope. Index: primary key.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
    today: Date,
) -> Result<Option<Team>, StoreError> {
    let mut args = args![district, today, id];
    let within = scope.territory_condition("t.territory_code", Some("t.rw"), &mut args);
    db.first(&format!("{} AND t.id = $3 AND {within}", select()), args).await
}

/// The teams of a place within the scope (not of places within it), the district's own first. Index: team_by_place.
pub(crate) async fn of_place(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    place: i64,
    today: Date,
) -> Result<Vec<Team>, StoreError> {
    let mut args = args![district, today, place];
    let within = scope.territory_condition("t.territory_code", Some("t.rw"), &mut args);
    let order = "ORDER BY t.kind DESC, t.rw, t.rt, t.nth";
    db.all(&format!("{} AND t.territory_code = $3 AND {within} {order}", select()), args).await
}

asuh_store::row_struct! {
    /// Teams of a place and of all places within it.
    pub(crate) struct Count {
        pub(super) place: i64,
        pub(super) teams: i64,
        pub(super) seats: i64,
        pub(super) vacant: i64,
    }
}

/// Teams within the scope counted by kecamatan (`span` 10,000) or by village (1) of a range of codes. Indexes:
/// team_by_place, primary keys of team_position, team_member_by_team.
pub(crate) async fn counts(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (from, to): (i64, i64),
    span: i64,
    today: Date,
) -> Result<Vec<Count>, StoreError> {
    let mut args = args![district, today, from, to];
    let within = scope.territory_condition("t.territory_code", Some("t.rw"), &mut args);
    let sql = format!(
        "SELECT g.place, CAST(COUNT(DISTINCT g.id) AS BIGINT) AS teams, CAST(SUM(g.seats) AS BIGINT) AS seats, \
         CAST(SUM(CASE WHEN g.seats > g.held THEN g.seats - g.held ELSE 0 END) AS BIGINT) AS vacant FROM ( \
             SELECT t.territory_code - (t.territory_code % {span}) AS place, t.id, COALESCE(p.seats, 0) AS seats, \
             (SELECT COUNT(*) FROM team_member m WHERE m.district_id = p.district_id AND m.team_id = p.team_id \
              AND m.position_nth = p.nth AND {}) AS held \
             FROM team t LEFT JOIN team_position p ON p.district_id = t.district_id AND p.team_id = t.id \
             AND p.closed_on IS NULL \
             WHERE t.district_id = $1 AND t.territory_code BETWEEN $3 AND $4 AND t.closed_on IS NULL AND {within}) g \
         GROUP BY g.place ORDER BY g.place",
        holds("$2")
    );
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    /// A position of a team.
    pub(crate) struct Position {
        pub(super) nth: i64,
        pub(super) name: String,
        pub(super) seats: i64,
    }
}

/// The positions of a team. Index: primary key.
pub(crate) async fn positions(
    db: &impl Query,
    district: DistrictId,
    team: Id,
) -> Result<Vec<Position>, StoreError> {
    db.all(
        "SELECT nth, name, seats FROM team_position WHERE district_id = $1 AND team_id = $2 AND closed_on IS NULL \
         ORDER BY nth",
        args![district, team],
    )
    .await
}

asuh_store::row_struct! {
    /// Somebody in a team.
    pub(crate) struct Member {
        pub(super) id: Id,
        pub(super) position_nth: i64,
        pub(super) name: String,
        pub(super) institution: String,
        pub(super) job: String,
        pub(super) contact_sealed: Option<Vec<u8>>,
        pub(super) starts_on: Date,
        pub(super) ends_on: Option<Date>,
        pub(super) left_on: Option<Date>,
        pub(super) left_reason: String,
    }
}

/// Everybody who is or was in a team, position by position, who came last first. Index: team_member_by_team.
pub(crate) async fn members(
    db: &impl Query,
    district: DistrictId,
    team: Id,
) -> Result<Vec<Member>, StoreError> {
    db.all(
        "SELECT m.id, m.position_nth, m.name, m.institution, m.job, m.contact_sealed, m.starts_on, m.ends_on, m.left_on, \
         m.left_reason FROM team_member m WHERE m.district_id = $1 AND m.team_id = $2 AND m.retracted_at IS NULL \
         ORDER BY m.position_nth, m.starts_on DESC, m.name_search",
        args![district, team],
    )
    .await
}

asuh_store::row_struct! {
    /// A paper that appoints a team.
    pub(crate) struct Decree {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) signed_on: Date,
        pub(super) ends_on: Option<Date>,
        pub(super) scan_id: Option<Id>,
    }
}

/// The papers of a team, the newest first. Index: team_decree_by_team.
pub(crate) async fn decrees(
    db: &impl Query,
    district: DistrictId,
    team: Id,
) -> Result<Vec<Decree>, StoreError> {
    db.all(
        "SELECT id, number, signed_on, ends_on, scan_id FROM team_decree WHERE district_id = $1 AND team_id = $2 \
         AND retracted_at IS NULL ORDER BY signed_on DESC, id DESC",
        args![district, team],
    )
    .await
}

asuh_store::row_struct! {
    /// A term that ends.
    pub(crate) struct Ending {
        pub(crate) team_id: Id,
        pub(crate) kind: String,
        pub(crate) place: String,
        pub(crate) name: String,
        pub(crate) position: String,
        pub(crate) ends_on: Date,
    }
}

/// The terms within the scope that end in these days, the first first; two hundred at most. Index: team_member_ending.
pub(crate) async fn ending(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    from: Date,
    to: Date,
) -> Result<Vec<Ending>, StoreError> {
    let mut args = args![district, from, to];
    let within = scope.territory_condition("t.territory_code", Some("t.rw"), &mut args);
    db.all(
        &format!(
            "SELECT m.team_id, t.kind, COALESCE(y.name, '') AS place, m.name, p.name AS position, m.ends_on \
             FROM team_member m \
             JOIN team t ON t.district_id = m.district_id AND t.id = m.team_id AND t.closed_on IS NULL \
             JOIN team_position p ON p.district_id = m.district_id AND p.team_id = m.team_id AND p.nth = m.position_nth \
             LEFT JOIN territory y ON y.district_id = t.district_id AND y.code = t.territory_code \
             WHERE m.district_id = $1 AND m.ends_on BETWEEN $2 AND $3 AND m.left_on IS NULL AND m.retracted_at IS NULL \
             AND {within} ORDER BY m.ends_on, m.id LIMIT 200"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A member as the sheet has him.
    pub(crate) struct SheetLine {
        pub(super) kind: String,
        pub(super) subdistrict: Option<String>,
        pub(super) village: Option<String>,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) nth: i64,
        pub(super) position: String,
        pub(super) name: String,
        pub(super) institution: String,
        pub(super) job: String,
        pub(super) contact_sealed: Option<Vec<u8>>,
        pub(super) starts_on: Date,
        pub(super) ends_on: Option<Date>,
    }
}

/// The members of today of the teams within the scope and a range of codes, place by place. Index: team_by_place.
pub(crate) async fn sheet(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (from, to): (i64, i64),
    today: Date,
) -> Result<Vec<SheetLine>, StoreError> {
    let mut args = args![district, today, from, to];
    let within = scope.territory_condition("t.territory_code", Some("t.rw"), &mut args);
    db.all(
        &format!(
            "SELECT t.kind, k.name AS subdistrict, v.name AS village, t.rw, t.rt, t.nth, p.name AS position, m.name, \
             m.institution, m.job, m.contact_sealed, m.starts_on, m.ends_on FROM team t \
             JOIN team_position p ON p.district_id = t.district_id AND p.team_id = t.id AND p.closed_on IS NULL \
             JOIN team_member m ON m.district_id = p.district_id AND m.team_id = p.team_id AND m.position_nth = p.nth \
             LEFT JOIN territory k ON k.district_id = t.district_id AND k.level = 'subdistrict' \
             AND k.code = t.territory_code - (t.territory_code % 10000) \
             LEFT JOIN territory v ON v.district_id = t.district_id AND v.level = 'village' AND v.code = t.territory_code \
             WHERE t.district_id = $1 AND t.territory_code BETWEEN $3 AND $4 AND t.closed_on IS NULL AND {} \
             AND {within} ORDER BY t.territory_code, t.kind DESC, t.rw, t.rt, t.nth, p.nth, m.name_search",
            holds("$2")
        ),
        args,
    )
    .await
}
