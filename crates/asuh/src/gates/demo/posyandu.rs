//! The months at the posyandu, as cadres wrote them down: a village's book at a time.

use std::collections::{BTreeMap, HashSet};

use asuh_store::{Id, Instant, Query, args};
use futures_util::{StreamExt, TryStreamExt};
use time::Date;

use super::growing::{Growing, day_of_month};
use super::setup::AT_ONCE;
use super::{DISTRICT, World};
use crate::gates::cli::CliError;
use asuh_step_growth::entry::{Entry, RecordMeasurements};
use asuh_step_registry::Reach;

asuh_store::row_struct! {
    struct Listed {
        person_id: Id, name: String, sex: Option<String>, birth_date: Option<Date>, village_code: i64, posyandu: String,
        measured_on: Option<Date>,
    }
}

/// Records what the posyandu wrote in the year up to a day.
pub(super) async fn books(world: &World, until: Date) -> Result<(), CliError> {
    // Every child once for each day of a file: in that month the file speaks.
    let listed: Vec<Listed> = world
        .app
        .store
        .reader()
        .all(
            "SELECT p.person_id, p.name, p.sex, p.birth_date, f.village_code, p.posyandu, m.measured_on \
             FROM person_version p JOIN family_version f ON f.district_id = p.district_id \
             AND f.family_id = p.family_id AND f.superseded_at = $2 \
             LEFT JOIN measurement m ON m.district_id = p.district_id AND m.person_id = p.person_id \
             AND m.source = 'eppgbm' AND m.retracted_at IS NULL \
             WHERE p.district_id = $1 AND p.superseded_at = $2 AND p.relation = 'child' \
             ORDER BY f.village_code, p.name_search, p.birth_date, p.person_id",
            args![DISTRICT, Instant::NEVER],
        )
        .await?;
    let months: HashSet<(Id, i32, time::Month)> = listed
        .iter()
        .filter_map(|row| row.measured_on.map(|on| (row.person_id, on.year(), on.month())))
        .collect();
    let mut villages: BTreeMap<i64, Vec<Entry>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for row in listed {
        let Some(birth) = row.birth_date.filter(|_| seen.insert(row.person_id)) else { continue };
        let growing = Growing::new(world.seed, &row.name, row.sex.as_deref() == Some("P"), birth);
        let book = growing.book(day_of_month(row.village_code), until);
        let new = book
            .into_iter()
            .filter(|weighed| !months.contains(&(row.person_id, weighed.on.year(), weighed.on.month())));
        villages.entry(row.village_code).or_default().extend(new.map(|weighed| Entry {
            child: row.person_id,
            on: weighed.on,
            posyandu: row.posyandu.clone(),
            measures: weighed.taken,
        }));
    }
    let reach = Reach::whole(world.actor.district_code);
    let today = world.app.today(&world.actor);
    futures_util::stream::iter(villages.into_values())
        .filter(|entries| std::future::ready(!entries.is_empty()))
        .map(|entries| RecordMeasurements { reach: reach.clone(), today, entries })
        .map(|book| world.app.submit(&world.actor, world.app.store.new_id(), book))
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    Ok(())
}
