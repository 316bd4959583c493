//! The import of an e-PPGBM (Sigizi) export, kind `eppgbm`: children and their measurements.
//!
//! Both vintages of the file are read. A child is found by NIK, else by birthday, sex, name and village; one
//! that is not known comes in with a family that holds the parents' name. A row that may mean two children is
//! an error: nobody is guessed.

mod children;
mod figures;
mod measure;
mod read;
mod sigizi;

use asuh_store::{Fault, Id, Tx};

use self::children::{Children, Match};
use self::figures::Reported;
use self::read::{COLUMNS, Record};
pub(super) use self::sigizi::{SigiziImport, TEMPLATE};
use crate::words::kilograms;
use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, ImportKind, ReadContext, Reading, RowCells, StagedRow, Stake, UndoStep,
    Verdict,
};
use asuh_ground::web::Text;
use asuh_step_registry::record::{self, Entry, FamilyFacts, Origin, PersonFacts, Relation};

/// The source of all facts that come in by this kind.
const SOURCE: &str = "eppgbm";

/// The kind.
pub(super) struct EppgbmImport;

impl ImportKind for EppgbmImport {
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
            let mut records: Vec<Record> = StagedRow::get_all(rows)?;
            let children = Children::load(reader, app.store.secrets(), cx, &mut records, rows).await?;
            let matches: Vec<Match> =
                rows.iter_mut().zip(&records).map(|(row, record)| children.of(row, record)).collect();
            let known: Vec<Id> = matches.iter().filter_map(Match::person).collect();
            let held = measure::load(reader, cx.district(), &known).await?;
            for ((row, record), found) in rows.iter_mut().zip(&records).zip(matches) {
                row.set(record)?;
                row.place = record.village_code.unwrap_or(0);
                match found {
                    Match::Not => {}
                    Match::New => row.verdict = Verdict::New,
                    Match::Known(person) => {
                        row.subject = Some(person);
                        row.verdict = measure::compare(&held, SOURCE, person, &record.reported).0;
                    }
                }
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
        Box::pin(commit(tx, cx, rows))
    }

    fn finish<'a>(&'a self, tx: &'a Tx<'_>, _: &'a BatchContext) -> Changing<'a, ()> {
        Box::pin(async move { Ok(asuh_step_registry::identity::search_later(tx).await?) })
    }

    fn undo<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        after: Option<&'a str>,
    ) -> Changing<'a, UndoStep> {
        Box::pin(async move {
            // The measurements first, then the children and families that came with them.
            match after {
                None | Some("measurements") => {
                    let undone = measure::retract(tx, cx.batch, self.chunk()).await?;
                    let all = undone < self.chunk() as i64;
                    let next = if all { "registry" } else { "measurements" };
                    Ok(UndoStep { undone, kept: 0, next: Some(next.into()) })
                }
                Some(after) => {
                    let inner = after.strip_prefix("registry:");
                    let mut step = record::retract(tx, cx, inner, self.chunk()).await?;
                    step.next = step.next.map(|next| format!("registry:{next}"));
                    Ok(step)
                }
            }
        })
    }

    fn stakes<'a>(&'a self, app: &'a App, cx: &'a BatchContext) -> Given<'a, Vec<Stake>> {
        Box::pin(async move {
            let mut stakes = measure::stakes(app.store.reader(), cx).await?;
            stakes.extend(record::stakes(app.store.reader(), cx).await?);
            Ok(stakes)
        })
    }

    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let Ok(record) = row.get::<Record>() else { return Vec::new() };
        let title = |key: &str| text.t(&format!("growth.{key}")).into_owned();
        let weight = record.reported.measures.weight_g;
        vec![
            (title("name"), record.name),
            (title("sex"), record.sex.code().to_owned()),
            (title("village"), record.village),
            (title("day"), text.day(record.reported.on)),
            (title("weight"), weight.map(|grams| kilograms(*text, grams)).unwrap_or_default()),
        ]
    }
}

async fn commit(tx: &Tx<'_>, cx: &BatchContext, rows: &mut [StagedRow]) -> Result<(), Fault> {
    let mut records: Vec<Record> = StagedRow::get_all(rows)?;
    let children = Children::load(tx, tx.secrets(), cx, &mut records, rows).await?;
    let matches: Vec<Match> =
        rows.iter_mut().zip(&records).map(|(row, record)| children.of(row, record)).collect();
    let unknown: Vec<usize> =
        matches.iter().enumerate().filter(|(_, found)| **found == Match::New).map(|(nth, _)| nth).collect();
    let entries: Vec<Entry> = unknown.iter().filter_map(|nth| entry(&records[*nth])).collect();
    let origin = Origin { source: SOURCE, batch: Some(cx.batch), valid_from: cx.today() };
    let written = record::write(tx, &origin, &entries).await?;
    let mut persons: Vec<Option<Id>> = matches.iter().map(Match::person).collect();
    for (nth, family) in unknown.iter().zip(&written) {
        persons[*nth] = family.persons.first().copied();
    }
    let reported: Vec<Reported> = records.into_iter().map(|record| record.reported).collect();
    measure::save(tx, cx, SOURCE, rows, &reported, &persons).await?;
    Ok(())
}

/// A child that is not known, with a family that holds the parents' name.
fn entry(record: &Record) -> Option<Entry> {
    let village = asuh_nusantara::TerritoryCode::from_i64(record.village_code?).ok()?;
    let parents = record.parents.clone();
    let family = FamilyFacts {
        rt: record.rt.clone(),
        rw: record.rw.clone(),
        address: record.address.clone(),
        called: Some(parents.clone().unwrap_or_else(|| format!("Orang tua {}", record.name))),
        ..FamilyFacts::in_village(village)
    };
    let child = PersonFacts {
        relation: Relation::Child,
        name: record.name.clone(),
        sex: Some(record.sex),
        birth_date: Some(record.birth_date),
        nik: record.nik.clone(),
        parents_name: parents,
        posyandu: record.reported.posyandu.clone(),
    };
    Some(Entry { family, persons: vec![child] })
}
