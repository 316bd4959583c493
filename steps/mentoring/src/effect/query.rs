//! What is read to see whether help helps.

use std::collections::{HashMap, HashSet};

use asuh_ground::App;
use asuh_nusantara::age;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_step_sponsors::campaigns;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::{Date, Duration};

use super::rules::{Cell, Child};

/// Days around the beginning, and before the end, within which a measurement counts for it.
const AROUND: i64 = 45;

/// One of the three z-scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    /// Height for age.
    Haz,
    /// Weight for age.
    Waz,
    /// Weight for height.
    Whz,
}

impl Index {
    /// All, in the order of the page.
    pub(crate) const ALL: [Index; 3] = [Index::Haz, Index::Waz, Index::Whz];

    /// Its code, the end of its translation key.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Index::Haz => "haz",
            Index::Waz => "waz",
            Index::Whz => "whz",
        }
    }
}

asuh_store::row_struct! {
    struct Measured {
        person_id: Id,
        family_id: Id,
        village_code: i64,
        birth_date: Option<Date>,
        measured_on: Date,
        haz: Option<i64>,
        waz: Option<i64>,
        whz: Option<i64>,
    }
}

impl Measured {
    fn z(&self, index: Index) -> Option<i64> {
        match index {
            Index::Haz => self.haz,
            Index::Waz => self.waz,
            Index::Whz => self.whz,
        }
    }
}

/// The plausible measurements of some days with whom they are of, by child and day. Indexes: measurement_by_day,
/// person_version_current, family_version_current.
async fn measured(
    db: &impl Query,
    district: DistrictId,
    (from, to): (Date, Date),
) -> Result<Vec<Measured>, StoreError> {
    db.all(
        "SELECT m.person_id, f.family_id, f.village_code, p.birth_date, m.measured_on, m.haz, m.waz, m.whz \
         FROM measurement m \
         JOIN person_version p ON p.district_id = m.district_id AND p.person_id = m.person_id AND p.superseded_at = $2 \
         JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $2 \
         WHERE m.district_id = $1 AND m.measured_on BETWEEN $3 AND $4 AND m.retracted_at IS NULL \
         AND m.implausible = '' ORDER BY m.person_id, m.measured_on, m.recorded_at, m.id",
        args![district, Instant::NEVER, from, to],
    )
    .await
}

/// A campaign's children over some months.
pub(crate) struct Cohort {
    first: HashMap<Id, Measured>,
    last: HashMap<Id, Measured>,
    helped: HashSet<Id>,
    besides: HashSet<Id>,
}

impl Cohort {
    /// Helped children with a measurement at the beginning.
    pub(crate) fn begun(&self) -> usize {
        self.first.values().filter(|one| self.helped.contains(&one.family_id)).count()
    }

    /// Those of them who have none at the end: lost to follow-up.
    pub(crate) fn lost(&self) -> usize {
        let helped = self.first.values().filter(|one| self.helped.contains(&one.family_id));
        helped.filter(|one| !self.last.contains_key(&one.person_id)).count()
    }

    /// The children of whom both ends of an index are known; families with other help only are in neither group.
    pub(crate) fn children(&self, index: Index) -> Vec<Child> {
        let of = |first: &Measured| {
            let last = self.last.get(&first.person_id).filter(|last| last.measured_on > first.measured_on)?;
            let months = age::completed_months(first.birth_date?, first.measured_on)?;
            let helped = self.helped.contains(&first.family_id);
            if !helped && self.besides.contains(&first.family_id) {
                return None;
            }
            let begin = first.z(index)?;
            let cell = Cell::of(months, begin, first.village_code / 10_000);
            Some(Child { cell, helped, change: last.z(index)? - begin })
        };
        self.first.values().filter_map(of).collect()
    }
}

/// The children measured at both ends of some months; helped are those whose families received something of the campaign
/// in between, comparable those whose families received nothing of any campaign until the end.
pub(crate) async fn cohort(
    app: &App,
    district: DistrictId,
    campaign: Id,
    (begin, end): (Date, Date),
) -> Result<Cohort, StoreError> {
    let db = app.store.reader();
    let around = Duration::days(AROUND);
    let mut first: HashMap<Id, Measured> = HashMap::new();
    for row in measured(db, district, (begin - around, begin + around)).await? {
        // The one nearest to the beginning.
        let far = |one: &Measured| (one.measured_on - begin).whole_days().abs();
        match first.get(&row.person_id) {
            Some(known) if far(known) <= far(&row) => {}
            _ => {
                first.insert(row.person_id, row);
            }
        }
    }
    let last = measured(db, district, (end - around, end + around)).await?;
    let last = last.into_iter().map(|row| (row.person_id, row)).collect();
    let (mut helped, mut besides) = (HashSet::new(), HashSet::new());
    for one in campaigns::all(db, district).await? {
        // Whoever received something before the beginning was helped already.
        for days in [(begin, end), (one.starts_on.min(begin), begin)] {
            for help in &app.registry.help_moved {
                for moved in help(app, district, one.id, days).await? {
                    let set =
                        if one.id == campaign && days == (begin, end) { &mut helped } else { &mut besides };
                    if moved.received > 0 {
                        set.insert(moved.family);
                    }
                }
            }
        }
    }
    Ok(Cohort { first, last, helped, besides })
}

/// A child's own story: its change, and in how many months each kind of help came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Story {
    pub(crate) name: String,
    pub(crate) from: Date,
    pub(crate) to: Date,
    /// Of each index that is known at both ends: the first and the last z-score times 100.
    pub(crate) changes: Vec<(&'static str, i64, i64)>,
    /// Months with goods, with meals, with money, and with a visit of a mentor.
    pub(crate) goods: usize,
    pub(crate) meals: usize,
    pub(crate) money: usize,
    pub(crate) visits: usize,
}

/// How far back a child's own story reaches, in days.
const STORY: i64 = 366;

/// The stories of a family's children who were measured at least twice within a year. The caller has found the family
/// within his reach. Indexes: person_version_by_family, measurement_by_person, package_by_family, meal_serving_by_family,
/// visit_by_family, cash_payment_by_family.
pub(crate) async fn stories(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    today: Date,
) -> Result<Vec<Story>, StoreError> {
    asuh_store::row_struct! {
        struct Row { person_id: Id, name: String, measured_on: Date, haz: Option<i64>, waz: Option<i64>, whz: Option<i64> }
    }
    let since = today - Duration::days(STORY);
    let rows: Vec<Row> = db
        .all(
            "SELECT p.person_id, p.name, m.measured_on, m.haz, m.waz, m.whz FROM person_version p \
             JOIN measurement m ON m.district_id = p.district_id AND m.person_id = p.person_id \
             WHERE p.district_id = $1 AND p.family_id = $2 AND p.superseded_at = $3 AND p.ended_reason IS NULL \
             AND m.retracted_at IS NULL AND m.implausible = '' AND m.measured_on >= $4 \
             ORDER BY p.birth_date, p.person_id, m.measured_on, m.recorded_at, m.id",
            args![district, family, Instant::NEVER, since],
        )
        .await?;
    let month = |day: Date| i64::from(day.year()) * 12 + i64::from(u8::from(day.month()));
    let goods: Vec<(Date,)> = db
        .all(
            &format!(
                "SELECT DISTINCT delivered_on FROM package WHERE district_id = $1 AND family_id IN {FAMILY_AND_ALIASES} \
                 AND state = 'delivered' AND delivered_on IS NOT NULL"
            ),
            args![district, family],
        )
        .await?;
    asuh_store::row_struct! { struct Fed { person_id: Id, for_day: Date } }
    let meals: Vec<Fed> = db
        .all(
            &format!(
                "SELECT DISTINCT person_id, for_day FROM meal_serving WHERE district_id = $1 \
                 AND family_id IN {FAMILY_AND_ALIASES} AND transfer_id IS NOT NULL"
            ),
            args![district, family],
        )
        .await?;
    let visits: Vec<(Date,)> = db
        .all(
            &format!(
                "SELECT DISTINCT visited_on FROM visit WHERE district_id = $1 AND family_id IN {FAMILY_AND_ALIASES} \
                 AND retracted_at IS NULL AND sponsor_id IS NULL"
            ),
            args![district, family],
        )
        .await?;
    asuh_store::row_struct! { struct Paid { person_id: Id, month: Date } }
    let money: Vec<Paid> = db
        .all(
            &format!(
                "SELECT DISTINCT person_id, month FROM cash_payment WHERE district_id = $1 \
                 AND family_id IN {FAMILY_AND_ALIASES} AND state IN ('paid', 'partial')"
            ),
            args![district, family],
        )
        .await?;
    let mut stories = Vec::new();
    for rows in rows.chunk_by(|one, other| one.person_id == other.person_id) {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { continue };
        if first.measured_on == last.measured_on {
            continue;
        }
        let within = |day: Date| day > first.measured_on && day <= last.measured_on;
        let months = |days: &mut dyn Iterator<Item = Date>| {
            days.filter(|day| within(*day)).map(month).collect::<HashSet<_>>().len()
        };
        let pairs =
            [("haz", first.haz, last.haz), ("waz", first.waz, last.waz), ("whz", first.whz, last.whz)];
        let paid = money.iter().filter(|one| one.person_id == first.person_id);
        // A month's money is counted in its month, whichever day it came.
        let paid: HashSet<i64> = paid
            .map(|one| month(one.month))
            .filter(|one| (month(first.measured_on)..=month(last.measured_on)).contains(one))
            .collect();
        stories.push(Story {
            name: first.name.clone(),
            from: first.measured_on,
            to: last.measured_on,
            changes: pairs.into_iter().filter_map(|(code, a, b)| Some((code, a?, b?))).collect(),
            goods: months(&mut goods.iter().map(|row| row.0)),
            meals: months(
                &mut meals.iter().filter(|one| one.person_id == first.person_id).map(|one| one.for_day),
            ),
            money: paid.len(),
            visits: months(&mut visits.iter().map(|row| row.0)),
        });
    }
    Ok(stories)
}
