//! What is read of meals.

use std::sync::Arc;

use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::{Task, TaskState, Text};
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::super::{MarkServings, Reach, RunKitchens};

/// Runs of one page.
pub(super) const PAGE: usize = 30;

asuh_store::row_struct! {
    /// A meal.
    pub(super) struct Run {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) kitchen_id: Id,
        pub(super) kitchen: String,
        pub(super) for_day: Date,
        pub(super) meal: String,
        pub(super) menu_id: Id,
        pub(super) menu: String,
        pub(super) other_menu_id: Option<Id>,
        pub(super) other_menu: Option<String>,
        pub(super) fund: String,
        pub(super) state: String,
        pub(super) planned: i64,
        pub(super) cooked: i64,
        pub(super) given: i64,
        pub(super) wasted: i64,
        pub(super) left_words: String,
        pub(super) cooking_id: Option<Id>,
        pub(super) note: String,
    }
}

const RUN: &str = "k.id, k.number, k.kitchen_id, i.name AS kitchen, k.for_day, k.meal, k.menu_id, m.name AS menu, \
     k.other_menu_id, o.name AS other_menu, k.fund, k.state, k.planned, k.cooked, k.given, k.wasted, k.left_words, \
     k.cooking_id, k.note FROM kitchen_run k JOIN institution i ON i.district_id = k.district_id AND i.id = k.kitchen_id \
     JOIN menu m ON m.district_id = k.district_id AND m.id = k.menu_id \
     LEFT JOIN menu o ON o.district_id = k.district_id AND o.id = k.other_menu_id WHERE k.district_id = $1";

/// One meal within reach. Index: primary key.
pub(super) async fn run(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<Run>, StoreError> {
    let mut args = args![district];
    let reached = reach.kitchen("k.kitchen_id", &mut args);
    let id = args.push(id);
    db.first(&format!("SELECT {RUN} AND k.id = {id} AND {reached}"), args).await
}

/// A page of meals within reach, the newest day first, before a place. Index: kitchen_run_newest.
pub(super) async fn runs(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    before: Option<(Date, Id)>,
) -> Result<Vec<Run>, StoreError> {
    let mut args = args![district];
    let reached = reach.kitchen("k.kitchen_id", &mut args);
    let earlier = match before {
        None => String::new(),
        Some((day, id)) => format!(" AND (k.for_day, k.id) < ({}, {})", args.push(day), args.push(id)),
    };
    let sql =
        format!("SELECT {RUN} AND {reached}{earlier} ORDER BY k.for_day DESC, k.id DESC LIMIT {}", PAGE + 1);
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    /// A village of a meal.
    pub(super) struct RunVillage {
        pub(super) village_code: i64,
        pub(super) name: String,
        pub(super) planned: i64,
        pub(super) delivered: Option<i64>,
        /// Portions of the list, those of them that are noted, and those that a household received.
        pub(super) served: i64,
        pub(super) marked: i64,
        pub(super) received: i64,
    }
}

/// The villages of a meal that was found within reach. Indexes: primary keys.
pub(super) async fn run_villages(
    db: &impl Query,
    district: DistrictId,
    run: Id,
) -> Result<Vec<RunVillage>, StoreError> {
    let count = |condition: &str| {
        format!(
            "(SELECT COUNT(*) FROM meal_serving s WHERE s.district_id = v.district_id AND s.run_id = v.run_id \
             AND s.village_code = v.village_code AND s.menu_id IS NOT NULL{condition})"
        )
    };
    let sql = format!(
        "SELECT v.village_code, t.name, v.planned, v.delivered, {} AS served, {} AS marked, {} AS received \
         FROM kitchen_run_village v JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
         WHERE v.district_id = $1 AND v.run_id = $2 ORDER BY v.village_code",
        count(""),
        count(" AND s.mark <> ''"),
        count(" AND s.mark IN ('all', 'half', 'none')")
    );
    db.all(&sql, args![district, run]).await
}

asuh_store::row_struct! {
    /// A portion on a list.
    pub(super) struct ServingRow {
        pub(super) enrolment_id: Id,
        pub(super) village_code: i64,
        pub(super) for_day: Date,
        pub(super) name: String,
        pub(super) code: String,
        pub(super) birth_date: Option<Date>,
        pub(super) allergens: String,
        pub(super) menu: Option<String>,
        pub(super) kept_from: String,
        pub(super) mark: String,
        pub(super) taken_by: String,
    }
}

const SERVING: &str = "s.enrolment_id, s.village_code, s.for_day, p.name, COALESCE(c.code, '') AS code, p.birth_date, \
     COALESCE(n.allergens, '') AS allergens, m.name AS menu, s.kept_from, s.mark, s.taken_by FROM meal_serving s \
     JOIN kitchen_run k ON k.district_id = s.district_id AND k.id = s.run_id AND k.state <> 'cancelled' \
     JOIN meal_enrolment e ON e.district_id = s.district_id AND e.id = s.enrolment_id \
     JOIN person_version p ON p.district_id = s.district_id AND p.person_id = s.person_id AND p.superseded_at = $2 \
     LEFT JOIN target_code c ON c.district_id = s.district_id AND c.person_id = s.person_id \
     LEFT JOIN meal_note n ON n.district_id = s.district_id AND n.person_id = s.person_id \
     LEFT JOIN menu m ON m.district_id = s.district_id AND m.id = s.menu_id WHERE s.district_id = $1";

/// The list of a meal, of one village where it is given, by village and name. Index: meal_serving's primary key.
pub(super) async fn servings(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    run: Id,
    village: Option<i64>,
) -> Result<Vec<ServingRow>, StoreError> {
    let mut args = args![district, Instant::NEVER, run];
    let reached = reach.village("e.village_code", "e.rw", &mut args);
    let only = village.map(|code| format!(" AND s.village_code = {}", args.push(code))).unwrap_or_default();
    let sql = format!(
        "SELECT {SERVING} AND s.run_id = $3{only} AND {reached} ORDER BY s.village_code, p.name_search, s.enrolment_id"
    );
    db.all(&sql, args).await
}

/// What was served in a village from a day to a day, by name. Index: meal_serving_by_village.
pub(super) async fn week(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    village: i64,
    (from, to): (Date, Date),
) -> Result<Vec<ServingRow>, StoreError> {
    let mut args = args![district, Instant::NEVER, village, from, to];
    let reached = reach.village("e.village_code", "e.rw", &mut args);
    let sql = format!(
        "SELECT {SERVING} AND s.village_code = $3 AND s.for_day BETWEEN $4 AND $5 AND {reached} \
         ORDER BY p.name_search, s.enrolment_id, s.for_day"
    );
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    /// Somebody who is fed in a village, for a printed list.
    pub(super) struct Listed {
        pub(super) enrolment_id: Id,
        pub(super) name: String,
        pub(super) code: String,
        pub(super) birth_date: Option<Date>,
        pub(super) allergens: String,
    }
}

/// Who is fed in a village on some day from one to another, by name. Index: meal_enrolment_by_village.
pub(super) async fn listed(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    village: i64,
    (from, to): (Date, Date),
) -> Result<Vec<Listed>, StoreError> {
    let mut args = args![district, Instant::NEVER, village, from, to];
    let reached = reach.village("e.village_code", "e.rw", &mut args);
    db.all(
        &format!(
            "SELECT e.id AS enrolment_id, p.name, COALESCE(c.code, '') AS code, p.birth_date, \
             COALESCE(n.allergens, '') AS allergens FROM meal_enrolment e JOIN person_version p \
             ON p.district_id = e.district_id AND p.person_id = e.person_id AND p.superseded_at = $2 \
             LEFT JOIN target_code c ON c.district_id = e.district_id AND c.person_id = e.person_id \
             LEFT JOIN meal_note n ON n.district_id = e.district_id AND n.person_id = e.person_id \
             WHERE e.district_id = $1 AND e.village_code = $3 AND e.starts_on <= $5 AND e.ends_on >= $4 \
             AND (e.ended_on IS NULL OR e.ended_on >= $4) AND {reached} ORDER BY p.name_search, e.id"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A day on which a family was fed, and how many portions it received.
    pub(in super::super) struct FedDay {
        pub(in super::super) for_day: Date,
        pub(in super::super) portions: i64,
    }
}

/// The days on which a family and its aliases received portions, the newest first. Index: meal_serving_by_family.
pub(in super::super) async fn fed_days(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<FedDay>, StoreError> {
    db.all(
        "SELECT s.for_day, COUNT(*) AS portions FROM meal_serving s WHERE s.district_id = $1 AND s.family_id IN \
         (SELECT f.id FROM family f WHERE f.district_id = $1 AND (f.id = $2 OR f.canonical_id = $2)) \
         AND s.transfer_id IS NOT NULL GROUP BY s.for_day ORDER BY s.for_day DESC",
        args![district, family],
    )
    .await
}

/// The first meals until a day that stand in one of these states, within reach. Index: kitchen_run_open.
async fn open_runs(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    (states, today): (&[&str], Date),
) -> Result<Vec<Run>, StoreError> {
    let mut args = args![district, today];
    let reached = reach.kitchen("k.kitchen_id", &mut args);
    let states = args.push_list(states.iter().copied());
    let sql = format!(
        "SELECT {RUN} AND k.state NOT IN ('closed', 'cancelled') AND k.for_day <= $2 AND k.state IN ({states}) \
         AND {reached} ORDER BY k.for_day, k.id LIMIT 3"
    );
    db.all(&sql, args).await
}

#[cfg(test)]
pub(super) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    reach: &Reach,
    (any, day): (Id, Date),
) {
    run(db, district, reach, any).await.expect("an answer");
    db.take().walks_only(&[]);
    for before in [None, Some((day, any))] {
        runs(db, district, reach, before).await.expect("an answer");
        db.take().walks_only(&["k.*"]).uses(&["kitchen_run_newest"]).in_order();
    }
    open_runs(db, district, reach, (&["planned", "cooked", "delivered"], day)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["kitchen_run_open"]);
    run_villages(db, district, any).await.expect("an answer");
    servings(db, district, reach, any, None).await.expect("an answer");
    servings(db, district, reach, any, Some(1_501_012_001)).await.expect("an answer");
    db.take().walks_only(&[]);
    week(db, district, reach, 1_501_012_001, (day, day)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_serving_by_village"]);
    listed(db, district, reach, 1_501_012_001, (day, day)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_enrolment_by_village"]);
    fed_days(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_serving_by_family", "family_by_canonical"]);
}

/// What waits: meals of today that are to be cooked and delivered, lists that are to be noted.
pub(crate) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let (db, district, today) = (app.store.reader(), actor.district, app.today(actor));
    let (cooks, marks) = (RunKitchens::of(actor).is_some(), MarkServings::of(actor).is_some());
    if !cooks && !marks {
        return Ok(Vec::new());
    }
    let reach = if cooks { Reach::by::<RunKitchens>(actor) } else { Reach::by::<MarkServings>(actor) };
    let states: &[&str] = if cooks { &["planned", "cooked", "delivered"] } else { &["delivered"] };
    let runs = open_runs(db, district, &reach, (states, today)).await?;
    let task = |run: Run| Task {
        title: text.t2(
            &format!("kitchen.task.{}", run.state),
            "menu",
            &run.menu,
            "day",
            text.day(run.for_day),
        ),
        path: format!("/masak-dapur/{}", run.id),
        state: TaskState::NeedsAction,
    };
    Ok(runs.into_iter().map(task).collect())
}

/// Portions and the books: every portion that a household received has its transfer, no other has one, and a meal gave out no
/// more than was cooked.
pub(crate) async fn check(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    let odd = "SELECT COUNT(*) AS n FROM meal_serving WHERE district_id = $1 \
               AND (transfer_id IS NOT NULL) <> (mark IN ('all', 'half', 'none'))";
    let odd = db.number(odd, args![district]).await?;
    if odd > 0 {
        findings.push(format!("meal_serving: {odd} portions whose note and whose transfer do not agree"));
    }
    let over = "SELECT COUNT(*) AS n FROM kitchen_run k WHERE k.district_id = $1 AND k.state <> 'cancelled' \
                AND k.cooked < k.given + k.wasted + (SELECT COUNT(*) FROM meal_serving s WHERE s.district_id = $1 \
                AND s.run_id = k.id AND s.transfer_id IS NOT NULL)";
    let over = db.number(over, args![district]).await?;
    if over > 0 {
        findings.push(format!("kitchen_run: {over} meals gave out more than was cooked"));
    }
    Ok(findings)
}
