//! What is read of sessions.

use asuh_ground::access::Scope;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::command::village;

asuh_store::row_struct! {
    /// A session.
    pub(super) struct Session {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) campaign_id: Option<Id>,
        pub(super) campaign: Option<String>,
        pub(super) topic: String,
        pub(super) plan: String,
        pub(super) village_code: i64,
        pub(super) village: String,
        pub(super) place: String,
        pub(super) held_on: Date,
        pub(super) starts_at: String,
        pub(super) speaker: String,
        pub(super) source: String,
        pub(super) held_by: String,
        pub(super) estimated: i64,
        pub(super) actual: Option<i64>,
        pub(super) state: String,
        pub(super) reason: String,
        pub(super) planner: Option<String>,
        pub(super) invited: i64,
        pub(super) came: i64,
    }
}

const SESSION: &str = "SELECT s.id, s.number, s.campaign_id, c.name AS campaign, s.topic, s.plan, s.village_code, \
     t.name AS village, s.place, s.held_on, s.starts_at, s.speaker, s.source, s.held_by, s.estimated, s.actual, s.state, \
     s.reason, u.name AS planner, (SELECT COUNT(*) FROM session_family f WHERE f.district_id = s.district_id \
     AND f.session_id = s.id) AS invited, (SELECT COUNT(*) FROM session_family f WHERE f.district_id = s.district_id \
     AND f.session_id = s.id AND f.came = 1) AS came FROM education_session s \
     JOIN territory t ON t.district_id = s.district_id AND t.code = s.village_code \
     LEFT JOIN campaign c ON c.district_id = s.district_id AND c.id = s.campaign_id \
     LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.planned_by WHERE s.district_id = $1";

/// A session in the caller's villages. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<Session>, StoreError> {
    let mut args = args![district, id];
    let reached = village(scope).territory_condition("s.village_code", None, &mut args);
    db.first(&format!("{SESSION} AND s.id = $2 AND {reached}"), args).await
}

/// Sessions, and families, on a page.
pub(super) const PAGE: usize = 40;

/// The sessions in the caller's villages, the newest day first, one more than a page; with words only those whose topic
/// holds them. Index: education_session_newest.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (words, before): (&str, Option<(Date, Id)>),
) -> Result<Vec<Session>, StoreError> {
    let mut args = args![district];
    let mut condition = village(scope).territory_condition("s.village_code", None, &mut args);
    if !words.is_empty() {
        let plain: String = words.to_lowercase().chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
        condition.push_str(&format!(" AND s.topic_search LIKE {}", args.push(format!("%{plain}%"))));
    }
    if let Some((day, id)) = before {
        condition.push_str(&format!(" AND (s.held_on, s.id) < ({}, {})", args.push(day), args.push(id)));
    }
    let most = PAGE + 1;
    db.all(&format!("{SESSION} AND {condition} ORDER BY s.held_on DESC, s.id DESC LIMIT {most}"), args).await
}

asuh_store::row_struct! {
    /// A family of a session, or one that may be invited.
    pub(super) struct FamilyLine {
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) village: String,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) came: Option<i64>,
        /// Whether it needs education.
        pub(super) needs: i64,
    }
}

/// The families of a session that the caller reaches, by name. A session has some hundred at most. Index: primary key.
pub(super) async fn families(
    db: &impl Query,
    district: DistrictId,
    session: Id,
    scope: &Scope,
) -> Result<Vec<FamilyLine>, StoreError> {
    let mut args = args![district, session, Instant::NEVER];
    let reached = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.all(
        &format!(
            "SELECT s.family_id, v.head_name, t.name AS village, v.rw, v.rt, s.came, CAST(0 AS BIGINT) AS needs FROM session_family s \
             JOIN family y ON y.district_id = s.district_id AND y.id = s.family_id \
             JOIN family_version v ON v.district_id = s.district_id AND v.family_id = COALESCE(y.canonical_id, y.id) \
             AND v.superseded_at + 0 = $3 JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
             WHERE s.district_id = $1 AND s.session_id = $2 AND {reached} ORDER BY v.rw, v.rt, v.head_search, s.family_id"
        ),
        args,
    )
    .await
}

/// The families of a village that the caller reaches and that are not invited, those first that need education; one more
/// than a page. Indexes: family_version_list, family_need_by_family.
pub(super) async fn to_invite(
    db: &impl Query,
    district: DistrictId,
    (session, code): (Id, i64),
    scope: &Scope,
    after: Option<Id>,
) -> Result<Vec<FamilyLine>, StoreError> {
    let mut args = args![district, Instant::NEVER, code, session];
    let reached = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    let after = after.map_or(String::new(), |after| {
        let place = args.push(after);
        format!(
            " AND (v.head_search, v.family_id) > (SELECT l.head_search, l.family_id FROM family_version l \
             WHERE l.district_id = $1 AND l.family_id = {place} AND l.superseded_at = $2)"
        )
    });
    db.all(
        &format!(
            "SELECT v.family_id, v.head_name, t.name AS village, v.rw, v.rt, CAST(NULL AS BIGINT) AS came, (SELECT COUNT(*) \
             FROM family_need n WHERE n.district_id = v.district_id AND n.family_id = v.family_id AND n.kind = 'education' \
             AND n.state IN ('open', 'promised')) AS needs FROM family_version v \
             JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
             WHERE v.district_id = $1 AND v.superseded_at = $2 AND v.village_code = $3 AND v.status IN ('listed', 'verified') \
             AND {reached} AND NOT EXISTS (SELECT 1 FROM session_family s WHERE s.district_id = v.district_id \
             AND s.session_id = $4 AND s.family_id = v.family_id){after} \
             ORDER BY v.head_search, v.family_id LIMIT {}",
            PAGE + 1
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A paper of a session.
    pub(super) struct Material {
        pub(super) nth: i64,
        pub(super) title: String,
    }
}

/// The papers of a session. Index: primary key.
pub(super) async fn materials(
    db: &impl Query,
    district: DistrictId,
    session: Id,
) -> Result<Vec<Material>, StoreError> {
    db.all(
        "SELECT nth, title FROM session_material WHERE district_id = $1 AND session_id = $2 ORDER BY nth",
        args![district, session],
    )
    .await
}

/// The file of one of them. Index: primary key.
pub(super) async fn material(
    db: &impl Query,
    district: DistrictId,
    session: Id,
    nth: i64,
) -> Result<Option<Id>, StoreError> {
    let found: Option<(Id,)> = db
        .first(
            "SELECT attachment_id FROM session_material WHERE district_id = $1 AND session_id = $2 AND nth = $3",
            args![district, session, nth],
        )
        .await?;
    Ok(found.map(|row| row.0))
}

/// The campaigns that may stand behind a session. A district has some.
pub(super) async fn campaigns(
    db: &impl Query,
    district: DistrictId,
) -> Result<Vec<(String, String)>, StoreError> {
    asuh_store::row_struct! { struct Row { id: Id, name: String } }
    let rows: Vec<Row> = db
        .all(
            "SELECT id, name FROM campaign WHERE district_id = $1 AND help IN ('education', 'mentoring') \
             AND state = 'active' ORDER BY name, id",
            args![district],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.to_string(), row.name)).collect())
}

asuh_store::row_struct! {
    /// A session that a family came to.
    pub(super) struct Attended {
        pub(super) id: Id,
        pub(super) held_on: Date,
        pub(super) topic: String,
        pub(super) number: String,
    }
}

/// The sessions that a family came to, the newest first. Index: session_family_by_family.
pub(super) async fn attended(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Attended>, StoreError> {
    db.all(
        &format!(
            "SELECT s.id, s.held_on, s.topic, s.number FROM session_family f JOIN education_session s \
             ON s.district_id = f.district_id AND s.id = f.session_id AND s.state = 'held' \
             WHERE f.district_id = $1 AND f.family_id IN {FAMILY_AND_ALIASES} AND f.came = 1 \
             ORDER BY s.held_on DESC, s.id LIMIT 200"
        ),
        args![district, family],
    )
    .await
}

asuh_store::row_struct! {
    /// What a campaign's sessions were worth to a family.
    pub(super) struct MovedRow {
        pub(super) family_id: Id,
        pub(super) cost: i64,
        pub(super) came: i64,
    }
}

/// The families that came to the held sessions of a campaign from a day to a day, each session with what it cost and how
/// many came. Index: education_session_by_campaign.
pub(super) async fn moved(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    (from, to): (Date, Date),
) -> Result<Vec<MovedRow>, StoreError> {
    db.all(
        "SELECT COALESCE(y.canonical_id, y.id) AS family_id, COALESCE(s.actual, 0) AS cost, (SELECT COUNT(*) \
         FROM session_family o WHERE o.district_id = s.district_id AND o.session_id = s.id AND o.came = 1) AS came \
         FROM education_session s JOIN session_family f ON f.district_id = s.district_id AND f.session_id = s.id \
         AND f.came = 1 JOIN family y ON y.district_id = f.district_id AND y.id = f.family_id \
         WHERE s.district_id = $1 AND s.campaign_id = $2 AND s.held_on BETWEEN $3 AND $4 AND s.state = 'held' ORDER BY 1",
        args![district, campaign, from, to],
    )
    .await
}

/// Planned sessions in the caller's villages whose day has come, the oldest first. Index: education_session_newest.
pub(super) async fn to_note(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    today: Date,
) -> Result<Vec<Id>, StoreError> {
    let mut args = args![district, today];
    let reached = village(scope).territory_condition("s.village_code", None, &mut args);
    let rows: Vec<(Id,)> = db
        .all(
            &format!(
                "SELECT s.id FROM education_session s WHERE s.district_id = $1 AND s.held_on <= $2 \
                 AND s.state = 'planned' AND {reached} ORDER BY s.held_on, s.id LIMIT 100"
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// A family within reach as a search would name it. Index: family_version_current.
pub(super) async fn named(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    scope: &Scope,
) -> Result<Option<asuh_step_registry::families::Named>, StoreError> {
    asuh_store::row_struct! { struct Row { head_name: String, village: String } }
    let mut args = args![district, family, Instant::NEVER];
    let reached = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    let row: Option<Row> = db
        .first(
            &format!(
                "SELECT v.head_name, t.name AS village FROM family_version v JOIN territory t \
                 ON t.district_id = v.district_id AND t.code = v.village_code WHERE v.district_id = $1 \
                 AND v.family_id = $2 AND v.superseded_at = $3 AND {reached}"
            ),
            args,
        )
        .await?;
    let told = |row: Row| asuh_step_registry::families::Named {
        family,
        head_name: row.head_name,
        member: None,
        village: row.village,
    };
    Ok(row.map(told))
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(crate) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    scope: &Scope,
    (any, day): (Id, Date),
) {
    one(db, district, any, scope).await.expect("an answer");
    for (words, before) in [("", None), ("gizi", Some((day, any)))] {
        list(db, district, scope, (words, before)).await.expect("an answer");
        // From the newest on, as far as a page goes.
        db.take().walks_only(&["s.*"]).uses(&["education_session_newest"]).in_order();
    }
    families(db, district, any, scope).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["session_family"]);
    to_invite(db, district, (any, 1_501_012_001), scope, Some(any)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["family_version_list", "family_need_by_family"]);
    materials(db, district, any).await.expect("an answer");
    material(db, district, any, 1).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["session_material"]);
    attended(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["session_family_by_family"]);
    moved(db, district, any, (day, day)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["education_session_by_campaign"]);
    to_note(db, district, scope, day).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["education_session_newest"]);
    campaigns(db, district).await.expect("an answer");
    named(db, district, any, scope).await.expect("an answer");
}
