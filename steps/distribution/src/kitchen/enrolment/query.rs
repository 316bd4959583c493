//! What is read of those who are fed, and of those who could be.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::{Date, Duration};

use super::super::Reach;
use super::rules::Stand;

/// People of one page.
pub(super) const PAGE: usize = 50;

asuh_store::row_struct! {
    /// What is known of somebody before enrolling.
    pub(super) struct Facts {
        pub(super) person_id: Id,
        pub(super) family_id: Id,
        pub(super) name: String,
        pub(super) sex: Option<String>,
        pub(super) birth_date: Option<Date>,
        pub(super) village_code: i64,
        pub(super) village: String,
        pub(super) rw: String,
        pub(super) weight_g: Option<i64>,
        pub(super) height_mm: Option<i64>,
        pub(super) arm_mm: Option<i64>,
        pub(super) measured_on: Option<Date>,
        pub(super) waz: Option<i64>,
        pub(super) whz: Option<i64>,
        pub(super) gain: Option<String>,
        /// Gizi buruk: oedema, severely wasted, or an arm below 11.5 cm.
        pub(super) severe: bool,
        pub(super) reasons: String,
        pub(super) pregnant: bool,
        pub(super) allergens: String,
        pub(super) also_fed_since: Option<Date>,
        pub(super) also_fed_by: String,
        /// Fed already.
        pub(super) active: bool,
    }
}

impl Facts {
    pub(super) fn stand(&self) -> Stand {
        Stand { weight_g: self.weight_g, arm_mm: self.arm_mm, waz: self.waz, whz: self.whz }
    }
}

/// `p` is the person, `f` the family, `g` how a child stands; $2 is [`Instant::NEVER`], $3 the first day on which a
/// pregnancy that is still open may be due, $4 the first on which one without a due day may have begun.
const FACTS: &str = "p.person_id, p.family_id, p.name, p.sex, p.birth_date, f.village_code, \
     COALESCE((SELECT t.name FROM territory t WHERE t.district_id = f.district_id AND t.code = f.village_code), '') \
     AS village, f.rw, m.weight_g, m.height_mm, m.arm_mm, g.measured_on, g.waz, g.whz, g.gain, \
     COALESCE(g.refer_today, 0) AS severe, COALESCE(g.reasons, '') AS reasons, \
     CAST(CASE WHEN EXISTS (SELECT 1 FROM maternity y WHERE y.district_id = p.district_id AND y.person_id = p.person_id \
      AND y.kind = 'pregnancy' AND y.ends_on IS NULL AND y.retracted_at IS NULL \
      AND (y.due_on >= $3 OR (y.due_on IS NULL AND y.starts_on >= $4))) THEN 1 ELSE 0 END AS BIGINT) AS pregnant, \
     COALESCE(n.allergens, '') AS allergens, n.also_fed_since, COALESCE(n.also_fed_by, '') AS also_fed_by, \
     CAST(CASE WHEN EXISTS (SELECT 1 FROM meal_enrolment a WHERE a.district_id = p.district_id \
      AND a.person_id = p.person_id AND a.state = 'active') THEN 1 ELSE 0 END AS BIGINT) AS active";

const BESIDE: &str = "LEFT JOIN measurement m ON m.district_id = g.district_id AND m.id = g.measurement_id \
     LEFT JOIN meal_note n ON n.district_id = p.district_id AND n.person_id = p.person_id";

const HERE: &str = "p.superseded_at = $2 AND p.ended_reason IS NULL AND f.superseded_at = $2 \
     AND f.status NOT IN ('moved', 'deceased', 'duplicate')";

fn open_pregnancies(today: Date) -> (Date, Date) {
    (today - Duration::days(28), today - Duration::days(294))
}

/// What is known of one person within reach. Indexes: person_version_current, family_version_current.
pub(super) async fn facts(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    person: Id,
    today: Date,
) -> Result<Option<Facts>, StoreError> {
    let (due, begun) = open_pregnancies(today);
    let mut args = args![district, Instant::NEVER, due, begun];
    let reached = reach.village("f.village_code", "f.rw", &mut args);
    let person = args.push(person);
    db.first(
        &format!(
            "SELECT {FACTS} FROM person_version p JOIN family_version f ON f.district_id = p.district_id \
             AND f.family_id = p.family_id LEFT JOIN child_growth g ON g.district_id = p.district_id \
             AND g.person_id = p.person_id {BESIDE} WHERE p.district_id = $1 AND p.person_id = {person} AND {HERE} \
             AND {reached}"
        ),
        args,
    )
    .await
}

/// Which people are looked for.
pub(super) enum Sought<'a> {
    /// Those whom a programme with this target is for and whom nobody feeds yet.
    Target(&'a str),
    /// Those with gizi buruk, who are sent to the puskesmas.
    Severe,
}

/// A page of them within reach, by village and name, after the person with this id. From the measured children, or from
/// the open pregnancies. Indexes: child_growth's primary key, maternity_open, person_version_current.
pub(super) async fn candidates(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    sought: &Sought<'_>,
    (today, after): (Date, Option<Id>),
) -> Result<Vec<Facts>, StoreError> {
    let (due, begun) = open_pregnancies(today);
    let mut args = args![district, Instant::NEVER, due, begun];
    let reached = reach.village("f.village_code", "f.rw", &mut args);
    // Six to fifty-nine completed months.
    let months = |months: i32| {
        let place = today.year() * 12 + i32::from(u8::from(today.month())) - 1 - months;
        let month = u8::try_from(place.rem_euclid(12) + 1).unwrap_or(1);
        let month = time::Month::try_from(month).unwrap_or(time::Month::January);
        let day = today.day().min(month.length(place.div_euclid(12)));
        Date::from_calendar_date(place.div_euclid(12), month, day).unwrap_or(today)
    };
    // Asked of children alone: a place that a statement does not have is an error to the database.
    let of_age = match sought {
        Sought::Target("pregnant_thin") => String::new(),
        _ => format!("p.birth_date > {} AND p.birth_date <= {}", args.push(months(60)), args.push(months(6))),
    };
    let free = "NOT EXISTS (SELECT 1 FROM meal_enrolment a WHERE a.district_id = p.district_id \
                AND a.person_id = p.person_id AND a.state = 'active')";
    let children = |condition: &str| {
        format!(
            "child_growth g CROSS JOIN person_version p CROSS JOIN family_version f {BESIDE} WHERE g.district_id = $1 \
             AND {condition} AND p.district_id = g.district_id AND p.person_id = g.person_id \
             AND f.district_id = p.district_id AND f.family_id = p.family_id AND {of_age}"
        )
    };
    let tables = match sought {
        Sought::Severe => children("g.refer_today = 1"),
        Sought::Target("pregnant_thin") => format!(
            "person_version p JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
             LEFT JOIN child_growth g ON g.district_id = p.district_id AND g.person_id = p.person_id {BESIDE} \
             WHERE p.district_id = $1 AND p.person_id IN (SELECT y.person_id FROM maternity y WHERE y.district_id = $1 \
             AND y.kind = 'pregnancy' AND y.ends_on IS NULL AND y.retracted_at IS NULL AND (y.due_on >= $3 \
             OR (y.due_on IS NULL AND y.starts_on >= $4))) AND {free}"
        ),
        Sought::Target(target) => {
            let condition = match *target {
                "wasted" => "g.whz < -200",
                "underweight" => "g.waz < -200",
                "not_gaining" => "g.gain = 'T'",
                _ => "g.measured_on IS NOT NULL",
            };
            format!("{} AND {free}", children(&format!("g.refer_today = 0 AND {condition}")))
        }
    };
    let later = match after {
        None => String::new(),
        Some(person) => format!(
            " AND (f.village_code, p.name_search, p.person_id) > (SELECT f2.village_code, p2.name_search, p2.person_id \
             FROM person_version p2 JOIN family_version f2 ON f2.district_id = p2.district_id \
             AND f2.family_id = p2.family_id AND f2.superseded_at = $2 WHERE p2.district_id = $1 \
             AND p2.superseded_at = $2 AND p2.person_id = {})",
            args.push(person)
        ),
    };
    db.all(
        &format!(
            "SELECT {FACTS} FROM {tables} AND {HERE} AND {reached}{later} \
             ORDER BY f.village_code, p.name_search, p.person_id LIMIT {}",
            PAGE + 1
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// Somebody who is or was fed.
    pub(in super::super) struct EnrolmentLine {
        pub(in super::super) id: Id,
        pub(in super::super) programme_id: Id,
        pub(in super::super) programme: String,
        pub(in super::super) target: String,
        pub(in super::super) person_id: Id,
        pub(in super::super) family_id: Id,
        pub(in super::super) name: String,
        pub(in super::super) code: String,
        pub(in super::super) sex: Option<String>,
        pub(in super::super) birth_date: Option<Date>,
        pub(in super::super) village_code: i64,
        pub(in super::super) village: String,
        pub(in super::super) rw: String,
        pub(in super::super) starts_on: Date,
        pub(in super::super) ends_on: Date,
        pub(in super::super) reason: String,
        pub(in super::super) weight_g: Option<i64>,
        pub(in super::super) height_mm: Option<i64>,
        pub(in super::super) arm_mm: Option<i64>,
        pub(in super::super) waz: Option<i64>,
        pub(in super::super) whz: Option<i64>,
        pub(in super::super) measured_on: Option<Date>,
        pub(in super::super) state: String,
        pub(in super::super) end_weight_g: Option<i64>,
        pub(in super::super) end_arm_mm: Option<i64>,
        pub(in super::super) end_waz: Option<i64>,
        pub(in super::super) end_whz: Option<i64>,
        pub(in super::super) end_reason: String,
        pub(in super::super) ended_on: Option<Date>,
        pub(in super::super) allergens: String,
        pub(in super::super) also_fed_since: Option<Date>,
        pub(in super::super) also_fed_by: String,
        /// Gizi buruk by the last measurement.
        pub(in super::super) severe: bool,
        /// Days on which a portion was planned and it is known what became of it; of them those on which it was eaten,
        /// at least half.
        pub(in super::super) days_planned: i64,
        pub(in super::super) days_eaten: i64,
    }
}

const LINE: &str = "e.id, e.programme_id, r.name AS programme, r.target, e.person_id, e.family_id, p.name, \
     COALESCE(c.code, '') AS code, p.sex, p.birth_date, e.village_code, \
     COALESCE((SELECT t.name FROM territory t WHERE t.district_id = e.district_id AND t.code = e.village_code), '') \
     AS village, e.rw, e.starts_on, e.ends_on, e.reason, e.weight_g, e.height_mm, e.arm_mm, e.waz, e.whz, e.measured_on, \
     e.state, e.end_weight_g, e.end_arm_mm, e.end_waz, e.end_whz, e.end_reason, e.ended_on, \
     COALESCE(n.allergens, '') AS allergens, n.also_fed_since, COALESCE(n.also_fed_by, '') AS also_fed_by, \
     COALESCE(g.refer_today, 0) AS severe, \
     (SELECT COUNT(DISTINCT s.for_day) FROM meal_serving s WHERE s.district_id = e.district_id \
      AND s.enrolment_id = e.id AND s.mark <> '') AS days_planned, \
     (SELECT COUNT(DISTINCT s.for_day) FROM meal_serving s WHERE s.district_id = e.district_id \
      AND s.enrolment_id = e.id AND s.mark IN ('all', 'half')) AS days_eaten";

const FROM: &str = "meal_enrolment e JOIN meal_programme r ON r.district_id = e.district_id AND r.id = e.programme_id \
     JOIN person_version p ON p.district_id = e.district_id AND p.person_id = e.person_id AND p.superseded_at = $2 \
     LEFT JOIN target_code c ON c.district_id = e.district_id AND c.person_id = e.person_id \
     LEFT JOIN meal_note n ON n.district_id = e.district_id AND n.person_id = e.person_id \
     LEFT JOIN child_growth g ON g.district_id = e.district_id AND g.person_id = e.person_id \
     WHERE e.district_id = $1";

/// A page of those of a programme within reach, by village, after the enrolment with this id; with `over` only those whose
/// last planned day lies before that day though nobody has said what came of it. Index: meal_enrolment_by_programme.
pub(in super::super) async fn enrolled(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    programme: Id,
    (after, over): (Option<Id>, Option<Date>),
    most: usize,
) -> Result<Vec<EnrolmentLine>, StoreError> {
    let mut args = args![district, Instant::NEVER, programme];
    let reached = reach.village("e.village_code", "e.rw", &mut args);
    let waiting = match over {
        None => String::new(),
        Some(today) => format!(" AND e.state = 'active' AND e.ends_on < {}", args.push(today)),
    };
    let later = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (e.village_code, e.id) > (SELECT a.village_code, a.id FROM meal_enrolment a WHERE a.district_id = $1 \
             AND a.id = {})",
            args.push(id)
        ),
    };
    db.all(
        &format!(
            "SELECT {LINE} FROM {FROM} AND e.programme_id = $3 AND {reached}{waiting}{later} ORDER BY e.village_code, e.id \
             LIMIT {most}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// Those of a programme whose planned days are over.
    pub(super) struct Over { pub(super) programme_id: Id, pub(super) name: String, pub(super) n: i64 }
}

/// How many within reach wait, by programme, for somebody to say what came of their feeding: their last planned day has
/// passed. Index: meal_enrolment_by_programme.
pub(super) async fn over(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    today: Date,
) -> Result<Vec<Over>, StoreError> {
    let mut args = args![district, today];
    let reached = reach.village("e.village_code", "e.rw", &mut args);
    db.all(
        &format!(
            "SELECT r.id AS programme_id, r.name, COUNT(*) AS n FROM meal_programme r CROSS JOIN meal_enrolment e \
             WHERE r.district_id = $1 AND e.district_id = r.district_id AND e.programme_id = r.id \
             AND e.state = 'active' AND e.ends_on < $2 AND {reached} GROUP BY r.id, r.name ORDER BY r.name, r.id"
        ),
        args,
    )
    .await
}

/// One enrolment within reach. Index: primary key.
pub(in super::super) async fn one(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<EnrolmentLine>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let reached = reach.village("e.village_code", "e.rw", &mut args);
    let id = args.push(id);
    db.first(&format!("SELECT {LINE} FROM {FROM} AND e.id = {id} AND {reached}"), args).await
}

/// The enrolments of a family that was found within reach, the newest first. Index: meal_enrolment_by_family.
pub(in super::super) async fn family_enrolments(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<EnrolmentLine>, StoreError> {
    let sql = format!(
        "SELECT {LINE} FROM {FROM} AND e.family_id IN (SELECT f.id FROM family f WHERE f.district_id = $1 \
         AND (f.id = $3 OR f.canonical_id = $3)) ORDER BY e.starts_on DESC, e.id"
    );
    db.all(&sql, args![district, Instant::NEVER, family]).await
}

asuh_store::row_struct! {
    /// A weighing of somebody who is fed.
    pub(super) struct WeightLine {
        pub(super) weighed_on: Date,
        pub(super) weight_g: Option<i64>,
        pub(super) height_mm: Option<i64>,
        pub(super) arm_mm: Option<i64>,
    }
}

/// What was weighed of a fed child `e` while it was fed, wherever: at the posyandu, at a visit or for its feeding. Index:
/// measurement_once.
pub(in super::super) const MEASURED: &str = "measurement m ON m.district_id = e.district_id AND m.person_id = e.person_id \
     AND m.weight_g IS NOT NULL AND m.retracted_at IS NULL AND m.measured_on >= e.starts_on \
     AND m.measured_on <= COALESCE(e.ended_on, 99991231)";

/// The weighings of an enrolment, in their order, each day once: of two sources of a day the one recorded last. Indexes:
/// primary keys, measurement_once.
pub(super) async fn weights(
    db: &impl Query,
    district: DistrictId,
    enrolment: Id,
) -> Result<Vec<WeightLine>, StoreError> {
    let sql = format!(
        "SELECT weighed_on, weight_g, height_mm, arm_mm, recorded_at FROM meal_weight \
         WHERE district_id = $1 AND enrolment_id = $2 UNION ALL \
         SELECT m.measured_on, m.weight_g, m.height_mm, m.arm_mm, m.recorded_at FROM meal_enrolment e JOIN {MEASURED} \
         WHERE e.district_id = $1 AND e.id = $2 ORDER BY weighed_on, recorded_at DESC"
    );
    let mut lines: Vec<WeightLine> = db.all(&sql, args![district, enrolment]).await?;
    lines.dedup_by_key(|line| line.weighed_on);
    Ok(lines)
}

asuh_store::row_struct! {
    /// A portion of somebody who is fed.
    pub(super) struct ServingLine {
        pub(super) for_day: Date,
        pub(super) menu: String,
        pub(super) kept_from: String,
        pub(super) mark: String,
        pub(super) taken_by: String,
    }
}

/// The latest portions of an enrolment. Index: meal_serving_by_enrolment.
pub(super) async fn servings(
    db: &impl Query,
    district: DistrictId,
    enrolment: Id,
) -> Result<Vec<ServingLine>, StoreError> {
    db.all(
        "SELECT s.for_day, COALESCE(m.name, '') AS menu, s.kept_from, s.mark, s.taken_by FROM meal_serving s \
         JOIN kitchen_run k ON k.district_id = s.district_id AND k.id = s.run_id AND k.state <> 'cancelled' \
         LEFT JOIN menu m ON m.district_id = s.district_id AND m.id = s.menu_id \
         WHERE s.district_id = $1 AND s.enrolment_id = $2 ORDER BY s.for_day DESC, s.run_id LIMIT 120",
        args![district, enrolment],
    )
    .await
}

/// The name as the reader may know it: whole, or the first name with the code name for who cooks.
pub(in super::super) fn shown_name(name: &str, code: &str, whole: bool) -> String {
    let first = name.split_whitespace().next().unwrap_or_default();
    match (whole, code.is_empty()) {
        (true, _) => name.to_owned(),
        (false, true) => first.to_owned(),
        (false, false) => format!("{first} ({code})"),
    }
}

#[cfg(test)]
pub(in super::super) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    reach: &Reach,
    (any, day): (Id, Date),
) {
    facts(db, district, reach, any, day).await.expect("an answer");
    db.take().walks_only(&[]);
    for after in [None, Some(any)] {
        for sought in [Sought::Severe, Sought::Target("wasted"), Sought::Target("pregnant_thin")] {
            candidates(db, district, reach, &sought, (day, after)).await.expect("an answer");
        }
        // All measured children of the district are asked, within reach.
        db.take().walks_only(&["g.*"]);
        enrolled(db, district, reach, any, (after, None), PAGE).await.expect("an answer");
        db.take()
            .walks_only(&[])
            .uses(&["meal_enrolment_by_programme", "meal_serving_by_enrolment"])
            .in_order();
    }
    one(db, district, reach, any).await.expect("an answer");
    weights(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]);
    servings(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_serving_by_enrolment"]);
    family_enrolments(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_enrolment_by_family"]);
}
