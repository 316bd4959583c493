//! The measurements of the rows.

use std::collections::HashMap;

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, Tx, args};
use time::Date;

use super::SOURCE;
use super::read::Record;
use crate::ground::staging::{BatchContext, StagedRow, Verdict};
use crate::steps::growth::query::{self, Held};
use crate::steps::growth::standing;

/// Measurements by child and day.
pub(super) type HeldBy = HashMap<(Id, Date), Held>;

/// The measurements of these children that came in by this kind.
pub(super) async fn load(
    db: &impl Query,
    district: DistrictId,
    persons: &[Id],
) -> Result<HeldBy, StoreError> {
    let mut held = HashMap::new();
    for some in persons.chunks(500) {
        for one in query::held(db, district, SOURCE, some).await? {
            held.insert((one.person_id, one.measured_on), one);
        }
    }
    Ok(held)
}

/// What a record does to what is held, and the measurement that it replaces.
pub(super) fn compare(held: &HeldBy, person: Id, record: &Record) -> (Verdict, Option<Id>) {
    if record.weight_g.is_none() && record.height_mm.is_none() {
        return (Verdict::Same, None);
    }
    let Some(held) = held.get(&(person, record.measured_on)) else { return (Verdict::New, None) };
    let same = held.weight_g == record.weight_g
        && held.height_mm == record.height_mm
        && held.position.as_deref() == record.position.map(|position| position.code())
        && held.arm_mm == record.arm_mm
        && held.file_waz == record.waz
        && held.file_haz == record.haz
        && held.file_whz == record.whz
        && held.file_weight_status == record.weight_status
        && held.file_height_status == record.height_status
        && held.file_wasting_status == record.wasting_status
        && held.gain == record.gain
        && held.posyandu == record.posyandu.as_deref().unwrap_or_default();
    if same { (Verdict::Same, Some(held.id)) } else { (Verdict::Changed, Some(held.id)) }
}

/// Saves the measurements of a chunk; `persons` says which child a row means. A correction takes the earlier
/// measurement back and stands beside it.
pub(super) async fn save(
    tx: &Tx<'_>,
    cx: &BatchContext,
    rows: &mut [StagedRow],
    records: &[Record],
    persons: &[Option<Id>],
) -> Result<(), StoreError> {
    let mut ids: Vec<Id> = persons.iter().copied().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let held = load(tx, tx.district(), &ids).await?;
    let (mut added, mut replaced, mut touched): (Vec<Args>, Vec<Id>, Vec<Id>) = Default::default();
    let mut seen = std::collections::HashSet::new();
    for ((row, record), person) in rows.iter_mut().zip(records).zip(persons) {
        let Some(person) = *person else { continue };
        let was_new_child = row.subject.is_none();
        row.subject = Some(person);
        let (verdict, old) = compare(&held, person, record);
        // The same child and day twice in a chunk: the first counts.
        if verdict == Verdict::Same || !seen.insert((person, record.measured_on)) {
            row.verdict = if was_new_child { Verdict::New } else { Verdict::Same };
            continue;
        }
        row.verdict = verdict;
        replaced.extend(old);
        touched.push(person);
        added.push(args![
            tx.district(),
            tx.new_id(),
            person,
            record.measured_on,
            record.weight_g,
            record.height_mm,
            record.position.map(|position| position.code()),
            record.arm_mm,
            None::<i64>,
            record.waz,
            record.haz,
            record.whz,
            record.weight_status.clone(),
            record.height_status.clone(),
            record.wasting_status.clone(),
            record.gain.clone(),
            record.posyandu.clone().unwrap_or_default(),
            SOURCE,
            cx.batch,
            tx.command_id(),
            tx.now(),
            None::<Instant>,
            None::<Id>,
        ]);
    }
    if !replaced.is_empty() {
        let mut args = args![tx.district(), tx.now(), tx.command_id()];
        let list = args.push_list(replaced);
        tx.execute(
            &format!(
                "UPDATE measurement SET retracted_at = $2, retracted_by = $3 \
                 WHERE district_id = $1 AND id IN ({list})"
            ),
            args,
        )
        .await?;
    }
    tx.insert_many(
        "INSERT INTO measurement (district_id, id, person_id, measured_on, weight_g, height_mm, position, arm_mm, \
         head_mm, file_waz, file_haz, file_whz, file_weight_status, file_height_status, file_wasting_status, gain, \
         posyandu, source, batch_id, command_id, recorded_at, retracted_at, retracted_by) VALUES",
        "",
        added,
    )
    .await?;
    standing::refresh(tx, &touched).await?;
    Ok(())
}

/// Takes back a piece of what a batch added, and lets hold again what it replaced; how many it took back: fewer
/// than `most` when there are no more. Index: measurement_by_batch.
pub(super) async fn retract(tx: &Tx<'_>, batch: Id, most: usize) -> Result<i64, StoreError> {
    asuh_store::row_struct! { struct Added { id: Id, person_id: Id } }
    asuh_store::row_struct! { struct Before { id: Id } }
    let added: Vec<Added> = tx
        .all(
            &format!(
                "SELECT id, person_id FROM measurement WHERE district_id = $1 AND batch_id = $2 \
                 AND retracted_at IS NULL ORDER BY id LIMIT {most}"
            ),
            args![tx.district(), batch],
        )
        .await?;
    let mut args = args![tx.district()];
    let list = args.push_list(added.iter().map(|row| row.id));
    // What the batch's own commands replaced, as long as the replacement still holds.
    let before: Vec<Before> = tx
        .all(
            &format!(
                "SELECT o.id FROM measurement n JOIN measurement o ON o.district_id = n.district_id \
                 AND o.person_id = n.person_id AND o.measured_on = n.measured_on AND o.source = n.source \
                 AND o.retracted_by = n.command_id AND o.id <> n.id \
                 WHERE n.district_id = $1 AND n.id IN ({list})"
            ),
            args,
        )
        .await?;
    let mut args = args![tx.district(), tx.now(), tx.command_id()];
    let list = args.push_list(added.iter().map(|row| row.id));
    let taken = tx
        .execute(
            &format!(
                "UPDATE measurement SET retracted_at = $2, retracted_by = $3 \
                 WHERE district_id = $1 AND id IN ({list})"
            ),
            args,
        )
        .await?;
    let mut args = args![tx.district()];
    let list = args.push_list(before.iter().map(|row| row.id));
    tx.execute(
        &format!(
            "UPDATE measurement SET retracted_at = NULL, retracted_by = NULL \
             WHERE district_id = $1 AND id IN ({list})"
        ),
        args,
    )
    .await?;
    let touched: Vec<Id> = added.iter().map(|row| row.person_id).collect();
    standing::refresh(tx, &touched).await?;
    Ok(taken as i64)
}
