//! The province's list comes in: once as it was sent, then the rows that stayed out, mended.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use asuh_documents::sheet::{Column, Kind as ColumnKind, SheetError, SheetWriter, Value};
use asuh_ground::staging::{self, Severity, Summary};
use asuh_made_up::{FamilyId, PersonId, World as MadeUp, krs};
use asuh_nusantara::name;
use asuh_store::{Id, Query, args};

use super::rounds::Days;
use super::truth::{Known, Round};
use super::{DISTRICT, World, code_of};
use crate::gates::cli::CliError;

/// The province's list comes in as its file; rows that could not be read are mended and sent again, and which stored
/// family each row became is noted.
pub(super) async fn take_in(
    world: &World,
    lists: &Path,
    made: &MadeUp,
    list: &krs::List,
    known: &mut Known,
    days: &Days,
) -> Result<Round, CliError> {
    let mut round = Round::of(made, list);
    world.at(days.listed, 9, 0);
    let summary = send(world, lists, made, &list.rows).await?;
    let wrong = wrong_cells(&summary)?;
    let mut again = Vec::new();
    for (row, columns) in &wrong {
        // The first row of a sheet holds the headings.
        let row = list.rows.get(*row as usize - 2).ok_or_else(|| fault("a message names no row"))?;
        match mended(made, row, columns) {
            Some(row) => again.push(row),
            None => round.twice += 1,
        }
    }
    round.mended = again.len() as i64;
    world.at(days.listed, 15, 0);
    if !again.is_empty() {
        let summary = send(world, lists, made, &again).await?;
        // Two that are mended may turn out to be one.
        let wrong = wrong_cells(&summary)?;
        let twice = wrong.values().filter(|columns| columns.iter().all(|column| column.is_empty())).count();
        round.twice += twice as i64;
        round.stayed_out = (wrong.len() - twice) as i64;
    }
    let stored = Stored::load(world).await?;
    for row in &list.rows {
        // A copy that a NIK joined to the row before it leaves no trace of its own.
        if let Some(id) = stored.of(made, row) {
            known.meet(&row.truth, id, &mut round);
        }
    }
    let listed: BTreeSet<FamilyId> = list.rows.iter().map(|row| row.truth.family).collect();
    round.misjoined = listed.into_iter().filter(|family| !known.has(*family)).count() as i64;
    Ok(round)
}

fn fault(what: &str) -> CliError {
    CliError::Text(format!("Kapuas: {what}"))
}

async fn send(world: &World, lists: &Path, made: &MadeUp, rows: &[krs::Row]) -> Result<Summary, CliError> {
    let file = lists.join("krs-provinsi.csv");
    write(made, rows, &file).map_err(|error| CliError::Text(error.to_string()))?;
    staging::run(&world.app, &world.actor, "krs", &file, false, &mut |_| ())
        .await
        .map_err(|error| CliError::Text(format!("krs: {error}")))
}

fn write(made: &MadeUp, rows: &[krs::Row], path: &Path) -> Result<(), SheetError> {
    let columns: Vec<Column> =
        krs::HEADERS.iter().map(|header| Column::new(*header, ColumnKind::Text)).collect();
    let mut sheet = SheetWriter::csv(path, b';', &columns)?;
    for row in rows {
        let cells = row.cells(made);
        let values: Vec<Value<'_>> =
            cells.iter().map(|cell| if cell.is_empty() { Value::Empty } else { Value::Text(cell) }).collect();
        sheet.row(&values)?;
    }
    sheet.finish()?;
    Ok(())
}

/// The rows that stayed out, as the sheet numbers them, with the columns that are wrong.
fn wrong_cells(summary: &Summary) -> Result<BTreeMap<u32, Vec<&str>>, CliError> {
    let mut wrong: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for message in summary.messages.iter().filter(|message| message.severity == Severity::Error) {
        wrong.entry(message.row).or_default().push(&message.column);
    }
    // A summary holds the first messages only.
    if wrong.len() as i64 != summary.errors {
        return Err(fault("not every row that stayed out has a message"));
    }
    Ok(wrong)
}

/// The row with the wrong cells as they are in truth, as somebody copies them from the family's papers; none where
/// nothing is wrong but that the row stands twice in its file: then it is deleted.
fn mended(made: &MadeUp, row: &krs::Row, columns: &[&str]) -> Option<krs::Row> {
    let mut row = row.clone();
    let family = &made.families[row.truth.family];
    let (head, wife) = (row.truth.head, row.truth.wife);
    let nik = |person: Option<PersonId>| {
        person.and_then(|person| made.persons[person].nik.clone()).unwrap_or_default()
    };
    let birth = |person: Option<PersonId>| {
        person.map(|person| made.persons[person].birth.to_string()).unwrap_or_default()
    };
    for column in columns {
        match *column {
            "No KK" => row.kk.clone_from(&family.kk),
            "NIK Kepala Keluarga" => row.head.nik = nik(Some(head)),
            "NIK Istri" => row.wife.nik = nik(wife),
            "Tgl Lahir Kepala Keluarga" => row.head.birth = birth(Some(head)),
            "Tgl Lahir Istri" => row.wife.birth = birth(wife),
            _ => return None,
        }
    }
    Some(row)
}

/// The stored families by what a row says of them, in any of their versions, the newest first. What was merged is the
/// family it was merged into.
#[derive(Default)]
struct Stored {
    by_kki: HashMap<String, Id>,
    by_card: HashMap<String, Id>,
    by_name: HashMap<(i64, String, String, String), Id>,
}

impl Stored {
    async fn load(world: &World) -> Result<Stored, CliError> {
        asuh_store::row_struct! {
            struct Row {
                family_id: Id, village_code: i64, rw: String, rt: String, head_search: String,
                kki: Option<String>, kk_sealed: Option<Vec<u8>>,
            }
        }
        let sql = "SELECT COALESCE(f.canonical_id, f.id) AS family_id, v.village_code, v.rw, v.rt, v.head_search, \
                   v.kki, v.kk_sealed FROM family_version v \
                   JOIN family f ON f.district_id = v.district_id AND f.id = v.family_id \
                   WHERE v.district_id = $1 ORDER BY v.superseded_at DESC, v.family_id";
        let rows: Vec<Row> = world.app.store.reader().all(sql, args![DISTRICT]).await?;
        let mut stored = Stored::default();
        for row in rows {
            if let Some(kki) = row.kki {
                stored.by_kki.entry(kki).or_insert(row.family_id);
            }
            if let Some(sealed) = row.kk_sealed {
                let card = world
                    .app
                    .store
                    .secrets()
                    .open_text(DISTRICT, &sealed)
                    .map_err(asuh_store::StoreError::from)?;
                stored.by_card.entry(card).or_insert(row.family_id);
            }
            let name = (row.village_code, row.rw, row.rt, row.head_search);
            stored.by_name.entry(name).or_insert(row.family_id);
        }
        Ok(stored)
    }

    /// The family that a row was stored as.
    fn of(&self, made: &MadeUp, row: &krs::Row) -> Option<Id> {
        let found = self.by_kki.get(&row.kki).or_else(|| self.by_card.get(&row.kk));
        let name =
            || (code_of(made, row.village), row.rw.clone(), row.rt.clone(), name::search_key(&row.head.name));
        found.or_else(|| self.by_name.get(&name())).copied()
    }
}
