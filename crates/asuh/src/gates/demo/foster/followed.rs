//! How the children go on after help began: measured again after three months and at the end. Those who were helped gain a
//! little more than the others; some are not measured again.

use std::collections::HashSet;

use asuh_step_growth::entry::{Entry, Measures, RecordMeasurements};
use asuh_step_growth::rules::Position;
use asuh_step_registry::Reach;
use asuh_store::{Id, Instant, Query, args};
use time::Date;

use super::super::setup::submit_all;
use super::super::{DISTRICT, World};
use super::children::measures;
use crate::gates::cli::CliError;

/// So many in a hundred are not measured again.
const AWAY: u32 = 8;

/// Measures all children on a day, village by village.
pub(super) async fn measure(world: &mut World, on: Date) -> Result<(), CliError> {
    asuh_store::row_struct! {
        struct Row {
            person_id: Id, village_code: i64, birth_date: Date, sex: Option<String>, haz: Option<i64>, whz: Option<i64>,
        }
    }
    let db = world.app.store.reader().clone();
    let rows: Vec<Row> = db
        .all(
            "SELECT g.person_id, f.village_code, p.birth_date, p.sex, g.haz, g.whz FROM child_growth g \
             JOIN person_version p ON p.district_id = g.district_id AND p.person_id = g.person_id \
             AND p.superseded_at = $2 AND p.ended_reason IS NULL AND p.birth_date IS NOT NULL \
             JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
             AND f.superseded_at = $2 WHERE g.district_id = $1 ORDER BY f.village_code, g.person_id",
            args![DISTRICT, Instant::NEVER],
        )
        .await?;
    let paid =
        "SELECT DISTINCT person_id FROM cash_payment WHERE district_id = $1 AND state IN ('paid', 'partial')";
    let paid: Vec<(Id,)> = db.all(paid, args![DISTRICT]).await?;
    let helped: HashSet<Id> = paid.into_iter().map(|row| row.0).collect();
    let mut sheets: Vec<(i64, Vec<Entry>)> = Vec::new();
    for row in rows {
        let (Some(haz), Some(whz)) = (row.haz, row.whz) else { continue };
        if world.dice.chance(AWAY) {
            continue;
        }
        // Hundredths of a z-score in three months, with the noise of growing and of measuring.
        let gain = if helped.contains(&row.person_id) { 12 } else { 2 };
        let noise = |world: &mut World| world.dice.between(-14, 14);
        let haz = (haz + gain + noise(world)) as f64 / 100.0;
        let whz = (whz + gain + noise(world)) as f64 / 100.0;
        let days = (on - row.birth_date).whole_days();
        let woman = row.sex.as_deref() == Some("P");
        let Some((_, height, weight, standing)) = measures(woman, days, haz, whz) else { continue };
        let measures = Measures {
            weight_g: Some(weight),
            height_mm: Some(height),
            position: Some(if standing { Position::Standing } else { Position::Lying }),
            ..Measures::default()
        };
        let entry = Entry { child: row.person_id, on, posyandu: "Melati".into(), measures };
        match sheets.last_mut().filter(|(village, _)| *village == row.village_code) {
            Some((_, entries)) => entries.push(entry),
            None => sheets.push((row.village_code, vec![entry])),
        }
    }
    let reach = Reach::whole(world.actor.district_code);
    let sheets = sheets.into_iter().map(|(_, entries)| RecordMeasurements {
        reach: reach.clone(),
        today: on,
        entries,
    });
    submit_all(world, sheets).await
}
