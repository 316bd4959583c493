//! What has come to an end and waits for its closing: the planned days of a feeding, the pair of a child. Worked out of days
//! each time; recording the outcome, or the next visit, ends it.

use std::collections::HashMap;

use asuh_ground::access::Scope;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::query::{FamilyFacts, MENTORED, last_visits};
use super::rules::{Facts, Help, Need, help_ended};

asuh_store::row_struct! {
    struct Row {
        family_id: Id,
        head_name: String,
        village_code: i64,
        rw: String,
        rt: String,
        person_id: Id,
        name: String,
        from_on: Date,
        /// The last day, as it was planned or noted ...
        to_on: Option<Date>,
        /// ... and that of the promise and of its campaign.
        promise_to: Option<Date>,
        campaign_to: Option<Date>,
        /// The enrolment, or the pair.
        about: Id,
    }
}

impl Row {
    fn family(&self) -> FamilyFacts {
        FamilyFacts {
            family_id: self.family_id,
            head_name: self.head_name.clone(),
            village_code: self.village_code,
            rw: self.rw.clone(),
            rt: self.rt.clone(),
            facts: Facts::default(),
        }
    }
}

const PLACE: &str = "f.family_id, f.head_name, f.village_code, f.rw, f.rt, p.person_id, p.name";

/// From the families of the villages to their members: in this order, since a mentor's families are few.
const MEMBERS: &str = "family_version f CROSS JOIN person_version p";

/// Closings of the families of the villages from one code to another within the scope, by family. Indexes:
/// family_version_progress, person_version_by_family, meal_enrolment_once, person_by_canonical, sponsor_pair_by_person.
pub(crate) async fn closings(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    range: (i64, i64),
    on: Date,
) -> Result<Vec<(FamilyFacts, Vec<Need>)>, StoreError> {
    let mut found: HashMap<Id, (FamilyFacts, Vec<Need>)> = HashMap::new();
    for row in feedings(db, district, scope, range, on).await? {
        let Some(day) = row.to_on else { continue };
        let need = Need::Fed(row.name.clone(), day, row.about);
        found.entry(row.family_id).or_insert_with(|| (row.family(), Vec::new())).1.push(need);
    }
    let mut pairs = pairs(db, district, scope, range).await?;
    // Here and not there: SQLite would read the whole list of families for the sake of the order.
    pairs.sort_by_key(|row| (row.family_id, row.person_id));
    let families: Vec<Id> = pairs.iter().map(|row| row.family_id).collect();
    let visits = last_visits(db, district, &families).await?;
    for rows in pairs.chunk_by(|one, other| one.person_id == other.person_id) {
        let Some(first) = rows.first() else { continue };
        let helps = rows.iter().map(|row| Help {
            from: row.from_on,
            to: [row.to_on, row.promise_to, row.campaign_to].into_iter().flatten().min(),
        });
        let visited_on = visits.get(&first.family_id).map(|last| last.0);
        if let Some(day) = help_ended(&helps.collect::<Vec<_>>(), visited_on, on) {
            let need = Need::PairEnded(first.name.clone(), day);
            found.entry(first.family_id).or_insert_with(|| (first.family(), Vec::new())).1.push(need);
        }
    }
    Ok(found.into_values().collect())
}

/// Members who are on the list of a feeding whose last planned day has passed: nobody has said what came of it.
async fn feedings(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (from, to): (i64, i64),
    on: Date,
) -> Result<Vec<Row>, StoreError> {
    let mut args = args![district, Instant::NEVER, from, to, on];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.all(
        &format!(
            "SELECT {PLACE}, e.starts_on AS from_on, e.ends_on AS to_on, e.ends_on AS promise_to, \
             e.ends_on AS campaign_to, e.id AS about FROM {MEMBERS} CROSS JOIN meal_enrolment e \
             WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.village_code BETWEEN $3 AND $4 \
             AND p.district_id = f.district_id AND p.family_id = f.family_id AND p.superseded_at = $2 \
             AND e.district_id = p.district_id AND e.person_id = p.person_id AND e.state = 'active' AND e.ends_on < $5 \
             AND {within}"
        ),
        args,
    )
    .await
}

/// All pairs that members had or have.
async fn pairs(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (from, to): (i64, i64),
) -> Result<Vec<Row>, StoreError> {
    let mut args = args![district, Instant::NEVER, from, to];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let statuses = args.push_list(MENTORED.map(asuh_step_registry::rules::FamilyStatus::code));
    db.all(
        &format!(
            "SELECT {PLACE}, x.valid_from AS from_on, x.valid_to AS to_on, l.ends_on AS promise_to, \
             c.ends_on AS campaign_to, x.id AS about \
             FROM {MEMBERS} CROSS JOIN person h CROSS JOIN sponsor_pair x \
             JOIN pledge l ON l.district_id = x.district_id AND l.id = x.pledge_id \
             JOIN campaign c ON c.district_id = l.district_id AND c.id = l.campaign_id \
             WHERE f.district_id = $1 AND f.superseded_at = $2 AND f.village_code BETWEEN $3 AND $4 \
             AND p.district_id = f.district_id AND p.family_id = f.family_id AND p.superseded_at = $2 \
             AND p.ended_reason IS NULL AND h.district_id = p.district_id \
             AND (h.id = p.person_id OR h.canonical_id = p.person_id) \
             AND x.district_id = h.district_id AND x.person_id = h.id AND f.status IN ({statuses}) \
             AND {within}"
        ),
        args,
    )
    .await
}
