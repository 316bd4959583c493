//! The import of Sigizi's measurement template, kind `sigizi`: measurements of children that are known already.
//!
//! The template holds no birthday, so no child can come in by it: a row belongs to the child with its NIK, whose
//! name has to agree. What the program itself hands out in this form changes nothing when it comes back.

mod read;

use std::collections::HashMap;

use asuh_nusantara::{TerritoryCode, age};
use asuh_store::{DistrictId, Fault, Id, LookupHash, Query, Secrets, StoreError, Tx};

pub(crate) use self::read::TEMPLATE;
use self::read::{COLUMNS, Record};
use super::figures::Reported;
use super::measure;
use crate::entry::rules::TOO_OLD;
use crate::query::{self, Candidate};
use crate::rules::names_agree;
use crate::words::kilograms;
use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, ImportKind, ReadContext, Reading, RowCells, StagedRow, Stake, UndoStep,
};
use asuh_ground::web::Text;

/// The source of all facts that come in by this kind.
const SOURCE: &str = "sigizi";

/// The kind.
pub(crate) struct SigiziImport;

impl ImportKind for SigiziImport {
    fn code(&self) -> &'static str {
        SOURCE
    }

    fn roles(&self) -> &'static [Role] {
        &[Role::DistrictAdmin, Role::ListKeeper, Role::NutritionOfficer]
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn read(&self, cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        read::read(cx, row)
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        Box::pin(async move {
            let reader = app.store.reader();
            let records: Vec<Record> = StagedRow::get_all(rows)?;
            let children = find(reader, app.store.secrets(), cx, rows, &records).await?;
            let known: Vec<Id> = children.iter().copied().flatten().collect();
            let held = measure::load(reader, cx.district(), &known).await?;
            for ((row, record), child) in rows.iter_mut().zip(&records).zip(children) {
                let Some(child) = child else { continue };
                row.subject = Some(child);
                row.verdict = measure::compare(&held, SOURCE, child, &record.reported).0;
            }
            Ok(())
        })
    }

    fn commit<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Changing<'a, ()> {
        Box::pin(async move {
            let records: Vec<Record> = StagedRow::get_all(rows)?;
            let children = find(tx, tx.secrets(), cx, rows, &records).await?;
            let reported: Vec<Reported> = records.into_iter().map(|record| record.reported).collect();
            measure::save(tx, cx, SOURCE, rows, &reported, &children).await?;
            Ok::<(), Fault>(())
        })
    }

    fn finish<'a>(&'a self, tx: &'a Tx<'_>, _: &'a BatchContext) -> Changing<'a, ()> {
        Box::pin(async move { Ok(asuh_step_registry::identity::search_later(tx).await?) })
    }

    fn undo<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        _after: Option<&'a str>,
    ) -> Changing<'a, UndoStep> {
        Box::pin(async move {
            let undone = measure::retract(tx, cx.batch, self.chunk()).await?;
            let more = undone == self.chunk() as i64;
            Ok(UndoStep { undone, kept: 0, next: more.then(|| "measurements".to_owned()) })
        })
    }

    fn stakes<'a>(&'a self, app: &'a App, cx: &'a BatchContext) -> Given<'a, Vec<Stake>> {
        Box::pin(measure::stakes(app.store.reader(), cx))
    }

    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let Ok(record) = row.get::<Record>() else { return Vec::new() };
        let title = |key: &str| text.t(&format!("growth.{key}")).into_owned();
        let weight = record.reported.measures.weight_g;
        vec![
            (title("name"), record.name),
            (title("day"), text.day(record.reported.on)),
            (title("weight"), weight.map(|grams| kilograms(*text, grams)).unwrap_or_default()),
        ]
    }
}

/// The children that the rows mean; on a row that means none it is noted why. One statement a chunk.
async fn find(
    db: &impl Query,
    secrets: &Secrets,
    cx: &BatchContext,
    rows: &mut [StagedRow],
    records: &[Record],
) -> Result<Vec<Option<Id>>, StoreError> {
    let hash = |record: &Record| secrets.lookup(cx.district(), "nik", &record.nik);
    let hashes: Vec<LookupHash> = records.iter().map(hash).collect::<Result<_, _>>()?;
    let children = by_nik(db, cx.district(), &hashes).await?;
    let found = rows.iter_mut().zip(records).zip(&hashes).map(|((row, record), hash)| {
        let wrong = match children.get(hash.as_slice()) {
            None => ("nik", "growth.import.nik_unknown"),
            Some(child) => match refused(cx, child, record) {
                None => return Some(child.person_id),
                Some(wrong) => wrong,
            },
        };
        row.error(wrong.0, wrong.1, "");
        None
    });
    Ok(found.collect())
}

async fn by_nik(
    db: &impl Query,
    district: DistrictId,
    hashes: &[LookupHash],
) -> Result<HashMap<Vec<u8>, Candidate>, StoreError> {
    let found = query::candidates(db, district, hashes, &[]).await?;
    Ok(found.into_iter().filter_map(|child| Some((child.nik_hash.clone()?, child))).collect())
}

/// Why a row cannot belong to the child with its NIK: the field and a translation key.
fn refused(cx: &BatchContext, child: &Candidate, record: &Record) -> Option<(&'static str, &'static str)> {
    let code = TerritoryCode::from_i64(child.village_code);
    if !code.is_ok_and(|code| cx.scope.reaches(code, &child.rw)) {
        return Some(("nik", "growth.import.child_elsewhere"));
    }
    if !names_agree(&child.name_search, &record.name) {
        return Some(("name", "growth.import.name_differs"));
    }
    let Some(birth) = child.birth_date else { return Some(("measured", "growth.entry.error.no_birthday")) };
    match age::completed_months(birth, record.reported.on) {
        None => Some(("measured", "growth.import.before_birth")),
        Some(TOO_OLD..) => Some(("measured", "growth.entry.error.too_old")),
        Some(_) => None,
    }
}
