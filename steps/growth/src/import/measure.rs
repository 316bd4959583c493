//! The measurements of the rows, whatever file they stand in.

use std::collections::{HashMap, HashSet};

use asuh_store::{DistrictId, Id, Query, StoreError, Tx, args};
use time::Date;

use super::figures::Reported;
use crate::entry::Measures;
use crate::query::{self, Held};
use crate::reading::FilePrint;
use crate::record::{self, Fact};
use crate::rules::Position;
use crate::standing;
use asuh_ground::staging::{BatchContext, StagedRow, Stake, Verdict};

/// Measurements by child and day, of every source.
pub(super) type HeldBy = HashMap<(Id, Date), Vec<Held>>;

/// The measurements of these children.
pub(super) async fn load(
    db: &impl Query,
    district: DistrictId,
    persons: &[Id],
) -> Result<HeldBy, StoreError> {
    let mut held = HeldBy::new();
    for some in persons.chunks(500) {
        for one in query::held(db, district, some).await? {
            held.entry((one.person_id, one.measured_on)).or_default().push(one);
        }
    }
    Ok(held)
}

impl Held {
    fn measures(&self) -> Measures {
        Measures {
            weight_g: self.weight_g,
            height_mm: self.height_mm,
            position: self.position.as_deref().and_then(Position::of_code),
            arm_mm: self.arm_mm,
            head_mm: self.head_mm,
            oedema: self.oedema,
            gain: self.gain.clone(),
        }
    }

    fn printed(&self) -> FilePrint {
        FilePrint {
            z: [self.file_waz, self.file_haz, self.file_whz],
            words: [&self.file_weight_status, &self.file_height_status, &self.file_wasting_status]
                .map(Option::clone),
        }
    }

    /// Whether it is what its own source reports again.
    fn is(&self, reported: &Reported) -> bool {
        self.measures() == reported.measures
            && self.printed() == reported.printed
            && self.posyandu == reported.posyandu.as_deref().unwrap_or_default()
    }

    /// Whether it holds all that is reported: bare figures, which need no second source to say them.
    fn covers(&self, reported: &Reported) -> bool {
        let gain = reported.measures.gain.clone().or_else(|| self.gain.clone());
        reported.printed == FilePrint::default()
            && reported.posyandu.as_ref().is_none_or(|posyandu| *posyandu == self.posyandu)
            && self.measures() == Measures { gain, ..reported.measures.clone() }
    }
}

/// What a report does to what is held, and the measurement of its own source that it replaces.
pub(super) fn compare(held: &HeldBy, source: &str, person: Id, reported: &Reported) -> (Verdict, Option<Id>) {
    if reported.measures.is_nothing() {
        return (Verdict::Same, None);
    }
    let of_day = held.get(&(person, reported.on)).map_or(&[][..], Vec::as_slice);
    match of_day.iter().find(|one| one.source == source) {
        Some(own) if own.is(reported) => (Verdict::Same, Some(own.id)),
        Some(own) => (Verdict::Changed, Some(own.id)),
        None if of_day.iter().any(|one| one.covers(reported)) => (Verdict::Same, None),
        None => (Verdict::New, None),
    }
}

/// Saves the measurements of a chunk; `persons` says which child a row means. A correction takes the earlier
/// measurement back and stands beside it.
pub(super) async fn save(
    tx: &Tx<'_>,
    cx: &BatchContext,
    source: &'static str,
    rows: &mut [StagedRow],
    reported: &[Reported],
    persons: &[Option<Id>],
) -> Result<(), StoreError> {
    let mut ids: Vec<Id> = persons.iter().copied().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let held = load(tx, tx.district(), &ids).await?;
    let (mut facts, mut replaced) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for ((row, reported), person) in rows.iter_mut().zip(reported).zip(persons) {
        let Some(person) = *person else { continue };
        let was_new_child = row.subject.is_none();
        row.subject = Some(person);
        let (verdict, old) = compare(&held, source, person, reported);
        // The same child and day twice in a chunk: the first counts.
        if verdict == Verdict::Same || !seen.insert((person, reported.on)) {
            row.verdict = if was_new_child { Verdict::New } else { Verdict::Same };
            continue;
        }
        row.verdict = verdict;
        replaced.extend(old);
        facts.push(Fact {
            printed: reported.printed.clone(),
            posyandu: reported.posyandu.clone().unwrap_or_default(),
            batch: Some(cx.batch),
            ..Fact::of(tx.new_id(), person, reported.on, reported.measures.clone(), source)
        });
    }
    record::retract(tx, &replaced, "").await?;
    record::insert(tx, facts).await
}

/// What taking the measurements of a batch back would mean: all that still hold go. Index: measurement_by_batch.
pub(super) async fn stakes(db: &impl Query, cx: &BatchContext) -> Result<Vec<Stake>, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM measurement WHERE district_id = $1 AND batch_id = $2 \
               AND retracted_at IS NULL";
    let back = db.number(sql, args![cx.district(), cx.batch]).await?;
    Ok(vec![Stake { what: "growth.stake.measurements", back, stays: 0, kept: Vec::new() }])
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
    let ids: Vec<Id> = added.iter().map(|row| row.id).collect();
    let taken = record::retract(tx, &ids, "").await?;
    let before: Vec<Id> = before.iter().map(|row| row.id).collect();
    record::restore(tx, &before).await?;
    let touched: Vec<Id> = added.iter().map(|row| row.person_id).collect();
    standing::refresh(tx, &touched).await?;
    Ok(taken as i64)
}
