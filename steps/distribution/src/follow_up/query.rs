//! What is read of conversations with families.

use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::Reach;

asuh_store::row_struct! {
    /// A conversation.
    pub(crate) struct Line {
        pub(crate) id: Id,
        pub(crate) kind: String,
        pub(crate) subject_id: Id,
        pub(crate) family_id: Id,
        pub(crate) head_name: String,
        pub(crate) village: String,
        pub(crate) about: String,
        pub(crate) state: String,
        pub(crate) opened_on: Date,
        pub(crate) next_on: Option<Date>,
        pub(crate) closed_on: Option<Date>,
    }
}

impl Line {
    /// Whether it goes on.
    pub(crate) fn is_open(&self) -> bool {
        self.state == "open"
    }
}

/// `$2` is [`Instant::NEVER`]. A family that was merged is shown under the name of its canonical one.
const LINE: &str = "SELECT f.id, f.kind, f.subject_id, f.family_id, COALESCE(v.head_name, '') AS head_name, \
     t.name AS village, f.about, f.state, f.opened_on, f.next_on, f.closed_on FROM follow_up f \
     JOIN territory t ON t.district_id = f.district_id AND t.code = f.village_code \
     JOIN family y ON y.district_id = f.district_id AND y.id = f.family_id \
     LEFT JOIN family_version v ON v.district_id = f.district_id AND v.family_id = COALESCE(y.canonical_id, y.id) \
     AND v.superseded_at + 0 = $2 WHERE f.district_id = $1";

/// Conversations on a page.
pub(super) const PAGE: usize = 50;

/// The reached conversations in a state, the oldest first, one more than a page. Index: follow_up_open.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    (state, after): (&str, Option<(Date, Id)>),
) -> Result<Vec<Line>, StoreError> {
    let mut args = args![district, Instant::NEVER, state];
    let reached = reach.condition(&mut args);
    let after = after.map_or(String::new(), |(day, id)| {
        format!(" AND (f.opened_on, f.id) > ({}, {})", args.push(day), args.push(id))
    });
    let most = PAGE + 1;
    let sql = format!("{LINE} AND f.state = $3 AND {reached}{after} ORDER BY f.opened_on, f.id LIMIT {most}");
    db.all(&sql, args).await
}

/// One of them. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    reach: &Reach,
) -> Result<Option<Line>, StoreError> {
    let mut args = args![district, Instant::NEVER, id];
    let reached = reach.condition(&mut args);
    db.first(&format!("{LINE} AND f.id = $3 AND {reached}"), args).await
}

/// The conversation about a subject; whoever asks has asked whether the reader may see the subject. Index: unique key of
/// kind and subject.
pub(crate) async fn of_subject(
    db: &impl Query,
    district: DistrictId,
    (kind, subject): (&str, Id),
) -> Result<Option<Line>, StoreError> {
    let args = args![district, Instant::NEVER, kind, subject];
    db.first(&format!("{LINE} AND f.kind = $3 AND f.subject_id = $4"), args).await
}

/// All conversations with a family, for its copy. Index: follow_up_by_family.
pub(crate) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<(Line, Vec<Note>)>, StoreError> {
    // The family stands as $2 in its condition.
    let sql = LINE.replace("$2", "$3");
    let args = args![district, family, Instant::NEVER];
    let sql = format!("{sql} AND f.family_id IN {FAMILY_AND_ALIASES} ORDER BY f.opened_on, f.id LIMIT 120");
    let lines: Vec<Line> = db.all(&sql, args).await?;
    let mut told = Vec::with_capacity(lines.len());
    for line in lines {
        let said = notes(db, district, line.id).await?;
        told.push((line, said));
    }
    Ok(told)
}

asuh_store::row_struct! {
    /// What was said.
    pub(crate) struct Note {
        pub(crate) act: String,
        pub(crate) day: Date,
        pub(crate) words_sealed: Vec<u8>,
        pub(crate) recorded_at: Instant,
        pub(crate) recorder: Option<String>,
    }
}

/// What was said in a conversation, in order. Index: primary key.
pub(super) async fn notes(
    db: &impl Query,
    district: DistrictId,
    follow_up: Id,
) -> Result<Vec<Note>, StoreError> {
    db.all(
        "SELECT n.act, n.day, n.words_sealed, n.recorded_at, u.name AS recorder FROM follow_up_note n \
         LEFT JOIN app_user u ON u.district_id = n.district_id AND u.id = n.recorded_by \
         WHERE n.district_id = $1 AND n.follow_up_id = $2 ORDER BY n.nth",
        args![district, follow_up],
    )
    .await
}

/// How many open conversations the caller may speak in today: those whose day has come, and those without a day. Index:
/// follow_up_open.
pub(crate) async fn due(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    today: Date,
) -> Result<i64, StoreError> {
    let mut args = args![district, today];
    let reached = reach.condition(&mut args);
    let sql = format!(
        "SELECT COUNT(*) AS n FROM follow_up f WHERE f.district_id = $1 AND f.state = 'open' \
         AND (f.next_on IS NULL OR f.next_on <= $2) AND {reached}"
    );
    db.number(&sql, args).await
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(crate) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    scope: &asuh_ground::access::Scope,
    (any, day): (Id, Date),
) {
    let reach = Reach { spending: scope.clone(), checks: scope.clone() };
    list(db, district, &reach, ("open", Some((day, any)))).await.expect("an answer");
    due(db, district, &reach, day).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["follow_up_open", "family_version"]);
    one(db, district, any, &reach).await.expect("an answer");
    of_subject(db, district, ("spending", any)).await.expect("an answer");
    notes(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["follow_up_note"]);
    of_family(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["follow_up_by_family"]);
}
