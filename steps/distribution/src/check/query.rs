//! What is read of after-checks.

use asuh_ground::access::Scope;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::command::askers;
use super::rules::Answers;

asuh_store::row_struct! {
    /// Something that is on record as received.
    pub(super) struct Frame {
        pub(super) item_id: Id,
        pub(super) family_id: Id,
        pub(super) village_code: i64,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) hamlet: String,
        pub(super) head_name: String,
        pub(super) amount: i64,
    }
}

/// What is on record as received of a run that was approved, or of a closed plan, within reach; nothing where there is no
/// such run or plan. Indexes: package_by_run, cash_payment_by_plan.
pub(super) async fn frame(
    db: &impl Query,
    district: DistrictId,
    (kind, subject): (&str, Id),
    scope: &Scope,
) -> Result<Vec<Frame>, StoreError> {
    let mut args = args![district, subject];
    let near = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    const PLACE: &str = "p.family_id, p.village_code, p.rw, p.rt, p.hamlet, p.head_name";
    let sql = match kind {
        "packages" => format!(
            "SELECT p.id AS item_id, {PLACE}, CAST(0 AS BIGINT) AS amount FROM package p JOIN allocation_run r \
             ON r.district_id = p.district_id AND r.id = p.run_id AND r.state IN ('approved', 'closed') \
             WHERE p.district_id = $1 AND p.run_id = $2 AND p.state = 'delivered' AND {near} ORDER BY p.id"
        ),
        "cash" => {
            let held = scope.unit_condition("c.fund_holder_id", &mut args);
            format!(
                "SELECT p.id AS item_id, {PLACE}, p.paid AS amount FROM cash_payment p JOIN cash_plan c \
                 ON c.district_id = p.district_id AND c.id = p.plan_id AND c.state = 'closed' \
                 WHERE p.district_id = $1 AND p.plan_id = $2 AND p.paid > 0 AND {near} AND {held} ORDER BY p.id"
            )
        }
        _ => return Ok(Vec::new()),
    };
    db.all(&sql, args).await
}

/// Whether somebody delivered or paid anything of a run or plan, or released it. Indexes: package_by_run,
/// cash_attempt_by_plan.
pub(super) async fn took_part(
    db: &impl Query,
    district: DistrictId,
    (kind, subject): (&str, Id),
    user: Id,
) -> Result<bool, StoreError> {
    let sql = match kind {
        "packages" => {
            "SELECT COUNT(*) AS n FROM package p JOIN delivery d ON d.district_id = p.district_id AND d.package_id = p.id \
             WHERE p.district_id = $1 AND p.run_id = $2 AND d.recorded_by = $3"
        }
        _ => {
            "SELECT (SELECT COUNT(*) FROM cash_attempt a WHERE a.district_id = $1 AND a.plan_id = $2 \
             AND a.decided_by = $3) + (SELECT COUNT(*) FROM cash_plan c WHERE c.district_id = $1 AND c.id = $2 \
             AND c.released_by = $3) AS n"
        }
    };
    Ok(db.number(sql, args![district, subject, user]).await? > 0)
}

asuh_store::row_struct! {
    /// Somebody who may ask.
    pub(super) struct Asker { pub(super) id: Id, pub(super) name: String }
}

/// Those who may ask in a village at an instant (or of them this one), by name, at most a hundred. Indexes:
/// grant_territory's and user_grant's primary keys (a few hundred users).
pub(super) async fn able(
    db: &impl Query,
    district: DistrictId,
    (village, now): (i64, Instant),
    only: Option<Id>,
) -> Result<Vec<Asker>, StoreError> {
    let mut args = args![district, now];
    // The village and what it lies in: kecamatan, kabupaten, province.
    let around = args.push_list([1, 10_000, 1_000_000, 100_000_000].map(|part| village / part * part));
    let roles = args.push_list(askers());
    let only = only.map_or(String::new(), |user| format!(" AND u.id = {}", args.push(user)));
    db.all(
        &format!(
            "SELECT DISTINCT u.id, u.name FROM user_grant g \
             JOIN grant_territory t ON t.district_id = g.district_id AND t.grant_id = g.id \
             JOIN app_user u ON u.district_id = g.district_id AND u.id = g.user_id AND u.disabled_at IS NULL \
             WHERE g.district_id = $1 AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > $2) \
             AND t.territory_code IN ({around}) AND g.role IN ({roles}){only} ORDER BY u.name, u.id LIMIT 100"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A check.
    pub(super) struct CheckLine {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) kind: String,
        pub(super) subject_id: Id,
        pub(super) subject: String,
        pub(super) seed: String,
        pub(super) confidence: i64,
        pub(super) margin: i64,
        pub(super) population: i64,
        pub(super) official: i64,
        pub(super) size: i64,
        pub(super) state: String,
        pub(super) drawn_at: Instant,
        pub(super) drawer: Option<String>,
        pub(super) closed_at: Option<Instant>,
    }
}

impl CheckLine {
    /// Whether answers are still noted.
    pub(super) fn is_open(&self) -> bool {
        self.state == "open"
    }
}

const CHECK: &str = "SELECT k.id, k.number, k.kind, k.subject_id, COALESCE(r.number, c.number, '') AS subject, k.seed, \
     k.confidence, k.margin, k.population, k.official, k.size, k.state, k.drawn_at, u.name AS drawer, k.closed_at \
     FROM after_check k \
     LEFT JOIN allocation_run r ON r.district_id = k.district_id AND r.id = k.subject_id \
     LEFT JOIN cash_plan c ON c.district_id = k.district_id AND c.id = k.subject_id \
     LEFT JOIN app_user u ON u.district_id = k.district_id AND u.id = k.drawn_by WHERE k.district_id = $1";

/// Checks on a page.
pub(super) const PAGE: usize = 30;

/// The checks, the newest first, one more than a page. Index: after_check_newest.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    before: Option<(Instant, Id)>,
) -> Result<Vec<CheckLine>, StoreError> {
    let mut args = args![district];
    let before = before.map_or(String::new(), |(at, id)| {
        format!(" AND (k.drawn_at, k.id) < ({}, {})", args.push(at), args.push(id))
    });
    let most = PAGE + 1;
    db.all(&format!("{CHECK}{before} ORDER BY k.drawn_at DESC, k.id DESC LIMIT {most}"), args).await
}

/// A check. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<CheckLine>, StoreError> {
    db.first(&format!("{CHECK} AND k.id = $2"), args![district, id]).await
}

asuh_store::row_struct! {
    /// The answers of a village.
    pub(super) struct VillageLine {
        pub(super) code: i64,
        pub(super) village: String,
        pub(super) population: i64,
        pub(super) drawn: i64,
        received: i64,
        problem: i64,
        other_amount: i64,
        not_received: i64,
        unreachable: i64,
        pub(super) assigned: i64,
    }
}

impl VillageLine {
    /// Its answers.
    pub(super) fn answers(&self) -> Answers {
        Answers {
            population: self.population,
            drawn: self.drawn,
            received: self.received,
            problem: self.problem,
            other_amount: self.other_amount,
            not_received: self.not_received,
            unreachable: self.unreachable,
        }
    }
}

/// The answers of a check by village, within reach. Indexes: after_check_village's primary key, after_check_line_by_village.
pub(super) async fn villages(
    db: &impl Query,
    district: DistrictId,
    check: Id,
    scope: &Scope,
) -> Result<Vec<VillageLine>, StoreError> {
    let mut args = args![district, check];
    let reached = scope.territory_condition("w.village_code", None, &mut args);
    let counts = ["received", "problem", "other_amount", "not_received", "unreachable"]
        .map(|outcome| format!("COUNT(CASE WHEN l.outcome = '{outcome}' THEN 1 END) AS {outcome}"))
        .join(", ");
    db.all(
        &format!(
            "SELECT w.village_code AS code, t.name AS village, w.population, COUNT(l.id) AS drawn, {counts}, \
             COUNT(l.assigned_to) AS assigned FROM after_check_village w \
             JOIN territory t ON t.district_id = w.district_id AND t.code = w.village_code \
             LEFT JOIN after_check_line l ON l.district_id = w.district_id AND l.check_id = w.check_id \
             AND l.village_code = w.village_code \
             WHERE w.district_id = $1 AND w.check_id = $2 AND {reached} \
             GROUP BY w.village_code, t.name, w.population ORDER BY w.village_code"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A family of the sample.
    pub(super) struct Line {
        pub(super) id: Id,
        pub(super) check_id: Id,
        pub(super) number: String,
        pub(super) kind: String,
        pub(super) subject: String,
        pub(super) state: String,
        pub(super) nth: i64,
        pub(super) family_id: Id,
        pub(super) village: String,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) hamlet: String,
        pub(super) head_name: String,
        pub(super) amount: i64,
        pub(super) channel: String,
        pub(super) outcome: String,
        pub(super) said: Option<i64>,
        pub(super) note_sealed: Option<Vec<u8>>,
        pub(super) answered_on: Option<Date>,
        pub(super) asker: Option<String>,
    }
}

impl Line {
    /// "Dusun Atas · RW 001 · RT 002"
    pub(super) fn place(&self) -> String {
        let parts = [("", &self.hamlet), ("RW ", &self.rw), ("RT ", &self.rt)];
        let parts = parts.into_iter().filter(|(_, value)| !value.is_empty());
        parts.map(|(word, value)| format!("{word}{value}")).collect::<Vec<_>>().join(" · ")
    }
}

const LINE: &str = "SELECT l.id, l.check_id, k.number, k.kind, COALESCE(r.number, c.number, '') AS subject, k.state, l.nth, \
     l.family_id, t.name AS village, l.rw, l.rt, l.hamlet, l.head_name, l.amount, l.channel, l.outcome, l.said, \
     l.note_sealed, l.answered_on, u.name AS asker FROM after_check_line l \
     JOIN after_check k ON k.district_id = l.district_id AND k.id = l.check_id \
     LEFT JOIN allocation_run r ON r.district_id = k.district_id AND r.id = k.subject_id \
     LEFT JOIN cash_plan c ON c.district_id = k.district_id AND c.id = k.subject_id \
     JOIN territory t ON t.district_id = l.district_id AND t.code = l.village_code \
     LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.assigned_to WHERE l.district_id = $1";

/// The families of a check's village. Index: after_check_line_by_village.
pub(super) async fn of_village(
    db: &impl Query,
    district: DistrictId,
    (check, village): (Id, i64),
    scope: &Scope,
) -> Result<Vec<Line>, StoreError> {
    let mut args = args![district, check, village];
    let reached = scope.territory_condition("l.village_code", Some("l.rw"), &mut args);
    let sql = format!("{LINE} AND l.check_id = $2 AND l.village_code = $3 AND {reached} ORDER BY l.nth");
    db.all(&sql, args).await
}

/// Lines on a page.
pub(super) const LINES: usize = 60;

/// What is assigned to somebody of open checks, within his villages, one more than a page. Index:
/// after_check_line_by_person.
pub(super) async fn assigned(
    db: &impl Query,
    district: DistrictId,
    (user, after): (Id, Option<(Id, i64)>),
    scope: &Scope,
) -> Result<Vec<Line>, StoreError> {
    let mut args = args![district, user];
    let reached = scope.territory_condition("l.village_code", Some("l.rw"), &mut args);
    let after = after.map_or(String::new(), |(check, nth)| {
        format!(" AND (l.check_id, l.nth) > ({}, {})", args.push(check), args.push(nth))
    });
    let most = LINES + 1;
    db.all(
        &format!(
            "{LINE} AND l.assigned_to = $2 AND k.state = 'open' AND {reached}{after} \
             ORDER BY l.check_id, l.nth LIMIT {most}"
        ),
        args,
    )
    .await
}

/// A line that is assigned to somebody. Index: primary key.
pub(super) async fn own(
    db: &impl Query,
    district: DistrictId,
    (line, user): (Id, Id),
    scope: &Scope,
) -> Result<Option<Line>, StoreError> {
    let mut args = args![district, line, user];
    let reached = scope.territory_condition("l.village_code", Some("l.rw"), &mut args);
    db.first(&format!("{LINE} AND l.id = $2 AND l.assigned_to = $3 AND {reached}"), args).await
}

/// The sealed telephone number that is known of a family. Index: family_version_current.
pub(super) async fn phone(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Option<Vec<u8>>,)> = db
        .first(
            "SELECT v.phone_sealed FROM family f JOIN family_version v ON v.district_id = f.district_id \
             AND v.family_id = COALESCE(f.canonical_id, f.id) AND v.superseded_at + 0 = $3 \
             WHERE f.district_id = $1 AND f.id = $2",
            args![district, family, Instant::NEVER],
        )
        .await?;
    Ok(row.and_then(|row| row.0))
}

asuh_store::row_struct! {
    /// A run or plan that can be checked.
    pub(super) struct Subject {
        pub(super) kind: String,
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) name: String,
        pub(super) items: i64,
    }
}

/// The runs and closed plans of the last months that have something on record and no open check, the newest first. Indexes:
/// allocation_run_by_week, package_by_run; cash_plan_by_state, cash_payment_by_plan.
pub(super) async fn subjects(
    db: &impl Query,
    district: DistrictId,
    from: Date,
    scope: &Scope,
) -> Result<Vec<Subject>, StoreError> {
    let mut args = args![district, from];
    let held = scope.unit_condition("c.fund_holder_id", &mut args);
    let unchecked = |kind: &str, id: &str| {
        format!(
            "NOT EXISTS (SELECT 1 FROM after_check k WHERE k.district_id = $1 AND k.kind = '{kind}' \
             AND k.subject_id = {id} AND k.state = 'open')"
        )
    };
    db.all(
        &format!(
            "SELECT * FROM (SELECT 'packages' AS kind, r.id, r.number, g.name, (SELECT COUNT(*) FROM package p \
             WHERE p.district_id = r.district_id AND p.run_id = r.id AND p.state = 'delivered') AS items, \
             r.week_of AS day FROM campaign g JOIN allocation_run r ON r.district_id = g.district_id \
             AND r.campaign_id = g.id AND r.week_of >= $2 AND r.state IN ('approved', 'closed') \
             WHERE g.district_id = $1 AND {} \
             UNION ALL SELECT 'cash', c.id, c.number, g.name, (SELECT COUNT(*) FROM cash_payment p \
             WHERE p.district_id = c.district_id AND p.plan_id = c.id AND p.paid > 0), c.month FROM cash_plan c \
             JOIN programme m ON m.district_id = c.district_id AND m.id = c.programme_id \
             JOIN campaign g ON g.district_id = m.district_id AND g.id = m.campaign_id \
             WHERE c.district_id = $1 AND c.state = 'closed' AND c.month >= $2 AND {held} AND {}) s \
             WHERE s.items > 0 ORDER BY s.day DESC, s.id LIMIT 40",
            unchecked("packages", "r.id"),
            unchecked("cash", "c.id")
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// What a family was asked, for its copy.
    pub(super) struct CopyLine {
        pub(super) number: String,
        pub(super) outcome: String,
        pub(super) answered_on: Option<Date>,
        pub(super) note_sealed: Option<Vec<u8>>,
    }
}

/// What a family was asked. Index: after_check_line_by_family.
pub(super) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<CopyLine>, StoreError> {
    db.all(
        &format!(
            "SELECT k.number, l.outcome, l.answered_on, l.note_sealed FROM after_check_line l \
             JOIN after_check k ON k.district_id = l.district_id AND k.id = l.check_id \
             WHERE l.district_id = $1 AND l.family_id IN {FAMILY_AND_ALIASES} AND l.outcome <> '' \
             ORDER BY l.answered_on DESC, l.id LIMIT 120"
        ),
        args![district, family],
    )
    .await
}

/// How many families somebody has still to ask. Index: after_check_line_by_person.
pub(super) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    user: Id,
    scope: &Scope,
) -> Result<i64, StoreError> {
    let mut args = args![district, user];
    let reached = scope.territory_condition("l.village_code", Some("l.rw"), &mut args);
    let sql = format!(
        "SELECT COUNT(*) AS n FROM after_check_line l JOIN after_check k ON k.district_id = l.district_id \
         AND k.id = l.check_id AND k.state = 'open' WHERE l.district_id = $1 AND l.assigned_to = $2 \
         AND l.outcome = '' AND {reached}"
    );
    db.number(&sql, args).await
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(crate) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    scope: &Scope,
    (any, day): (Id, Date),
) {
    frame(db, district, ("packages", any), scope).await.expect("an answer");
    took_part(db, district, ("packages", any), any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["package_by_run"]);
    frame(db, district, ("cash", any), scope).await.expect("an answer");
    took_part(db, district, ("cash", any), any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_payment_by_plan", "cash_attempt_by_plan"]);
    able(db, district, (1_501_012_001, Instant::NEVER), Some(any)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["grant_territory"]);
    list(db, district, Some((Instant::NEVER, any))).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["after_check_newest"]);
    one(db, district, any).await.expect("an answer");
    villages(db, district, any, scope).await.expect("an answer");
    of_village(db, district, (any, 1_501_012_001), scope).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["after_check_line_by_village"]);
    assigned(db, district, (any, Some((any, 1))), scope).await.expect("an answer");
    waiting(db, district, any, scope).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["after_check_line_by_person"]);
    own(db, district, (any, any), scope).await.expect("an answer");
    phone(db, district, any).await.expect("an answer");
    of_family(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["after_check_line_by_family"]);
    subjects(db, district, day, scope).await.expect("an answer");
    // A run a week and campaign.
    let plan = db.take();
    plan.walks_only(&["r.*"]).uses(&["allocation_run_by_week", "package_by_run", "cash_plan_by_state"]);
}
