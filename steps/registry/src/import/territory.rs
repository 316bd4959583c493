//! The yearly list of codes and names of government areas (Kepmendagri): into the national list, or the part of
//! it that lies in a district.

use std::collections::{HashMap, HashSet};

use asuh_nusantara::{TerritoryCode, name};
use asuh_store::{DistrictId, Id, Query, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, FileNote, ImportKind, ReadContext, Reading, RowCells, StagedRow,
    UndoStep, Verdict,
};

/// Codes per statement.
const LIST: usize = 1000;

/// The kind `territory`.
pub(super) struct Territories;

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    code: i64,
    name: String,
}

/// A code as the object of a row.
fn id_of(code: i64) -> Id {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&code.to_be_bytes());
    Id::from_bytes(bytes)
}

fn code_of(id: Id) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&id.as_bytes()[8..]);
    i64::from_be_bytes(bytes)
}

impl ImportKind for Territories {
    fn code(&self) -> &'static str {
        "territory"
    }

    fn roles(&self) -> &'static [Role] {
        &[Role::DistrictAdmin]
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("code", &["kode", "kode wilayah", "kode kemendagri", "code"]),
            Column::required("name", &["nama", "nama wilayah", "name"]),
        ];
        COLUMNS
    }

    fn personal(&self) -> bool {
        false
    }

    fn chunk(&self) -> usize {
        1000
    }

    fn read(&self, cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        let name = row.required("name");
        let code = match TerritoryCode::parse(&row.cell("code").text()) {
            Ok(code) => code,
            Err(_) => {
                row.error("code", "registry_import.territory.code");
                return Reading::nothing();
            }
        };
        if cx.district_code.is_some_and(|district| !district.contains(code)) {
            return Reading::skip();
        }
        let Some(name) = name else { return Reading::nothing() };
        Reading::of(&Place { code: code.as_i64(), name }, Some(code.as_i64().to_string()))
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        asuh_store::row_struct! { struct Known { code: i64, name: String, valid_to: Option<i64> } }
        Box::pin(async move {
            let places = rows.iter().map(StagedRow::get::<Place>).collect::<Result<Vec<_>, _>>()?;
            let mut args = args![cx.district()];
            let list = args.push_list(places.iter().map(|place| place.code));
            // territory's key
            let known: Vec<Known> = app
                .store
                .reader()
                .all(
                    &format!("SELECT code, name, valid_to FROM territory WHERE district_id = $1 AND code IN ({list})"),
                    args,
                )
                .await?;
            let known: HashMap<i64, Known> = known.into_iter().map(|known| (known.code, known)).collect();
            for (row, place) in rows.iter_mut().zip(&places) {
                row.subject = Some(id_of(place.code));
                row.verdict = match known.get(&place.code) {
                    None => Verdict::New,
                    Some(known) if known.name == place.name && known.valid_to.is_none() => Verdict::Same,
                    Some(_) => Verdict::Changed,
                };
            }
            Ok(())
        })
    }

    fn survey<'a>(&'a self, app: &'a App, cx: &'a BatchContext) -> Given<'a, Vec<FileNote>> {
        Box::pin(async move {
            let gone = gone(app.store.reader(), cx).await?;
            Ok(match gone {
                Gone::None => Vec::new(),
                Gone::Codes(codes) => vec![FileNote {
                    code: "registry_import.territory.gone".into(),
                    args: vec![("count".into(), codes.len().to_string())],
                }],
                Gone::PartOfTheList => {
                    vec![FileNote { code: "registry_import.territory.part".into(), args: Vec::new() }]
                }
            })
        })
    }

    fn commit<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Changing<'a, ()> {
        Box::pin(async move {
            let mut values = Vec::with_capacity(rows.len());
            for row in rows.iter() {
                let place: Place = row.get()?;
                let code = TerritoryCode::from_i64(place.code)
                    .map_err(|error| StoreError::Shape(error.to_string()))?;
                values.push(args![
                    tx.district(),
                    place.code,
                    name::search_key(&place.name),
                    place.name,
                    code.level().code(),
                    cx.today(),
                ]);
            }
            tx.insert_many(
                "INSERT INTO territory (district_id, code, name_search, name, level, valid_from) VALUES",
                "ON CONFLICT (district_id, code) DO UPDATE SET name = excluded.name, \
                 name_search = excluded.name_search, valid_to = NULL",
                values,
            )
            .await?;
            Ok(())
        })
    }

    /// Codes that a full list no longer holds end on the day of the upload.
    fn finish<'a>(&'a self, tx: &'a Tx<'_>, cx: &'a BatchContext) -> Changing<'a, ()> {
        Box::pin(async move {
            if let Gone::Codes(codes) = gone(tx, cx).await? {
                for codes in codes.chunks(LIST) {
                    let mut args = args![tx.district(), cx.today()];
                    let list = args.push_list(codes.iter().copied());
                    tx.execute(
                        &format!(
                            "UPDATE territory SET valid_to = $2 WHERE district_id = $1 AND valid_to IS NULL AND code IN ({list})"
                        ),
                        args,
                    )
                    .await?;
                }
            }
            Ok(())
        })
    }

    /// Codes that the batch brought end again, unless a family lives there; names stay as they are and count as
    /// kept.
    fn undo<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        after: Option<&'a str>,
    ) -> Changing<'a, UndoStep> {
        asuh_store::row_struct! { struct Made { row_number: i64, verdict: String, subject_id: Option<Id> } }
        Box::pin(async move {
            let from: i64 = after.and_then(|after| after.parse().ok()).unwrap_or(0);
            // import_row's key
            let made: Vec<Made> = tx
                .all(
                    &format!(
                        "SELECT row_number, verdict, subject_id FROM import_row WHERE district_id = $1 AND batch_id = $2 \
                         AND row_number > $3 AND verdict IN ('new', 'changed') ORDER BY row_number LIMIT {}",
                        self.chunk()
                    ),
                    args![tx.district(), cx.batch, from],
                )
                .await?;
            let Some(last) = made.last().map(|row| row.row_number) else { return Ok(UndoStep::default()) };
            let new: Vec<i64> = made
                .iter()
                .filter(|row| row.verdict == "new")
                .filter_map(|row| row.subject_id.map(code_of))
                .collect();
            let mut undone = 0;
            if !new.is_empty() {
                let mut args = args![tx.district(), cx.today(), asuh_store::Instant::NEVER];
                let list = args.push_list(new);
                // family_version_list
                undone = tx
                    .execute(
                        &format!(
                            "UPDATE territory SET valid_to = $2 WHERE district_id = $1 AND valid_to IS NULL AND code IN ({list}) \
                             AND NOT EXISTS (SELECT 1 FROM family_version f WHERE f.district_id = $1 \
                             AND f.superseded_at = $3 AND f.village_code = territory.code)"
                        ),
                        args,
                    )
                    .await? as i64;
            }
            Ok(UndoStep { undone, kept: made.len() as i64 - undone, next: Some(last.to_string()) })
        })
    }
}

/// Which codes a file no longer holds.
enum Gone {
    /// None.
    None,
    /// These.
    Codes(Vec<i64>),
    /// The file holds only a part of what is known: nothing is said about the rest.
    PartOfTheList,
}

/// Compares the whole batch with what is known. A file that lacks the top of the tree, or more than a tenth of
/// what is known, is no full list.
async fn gone(db: &impl Query, cx: &BatchContext) -> Result<Gone, StoreError> {
    let listed: Vec<(Option<Id>,)> = db
        .all(
            "SELECT subject_id FROM import_row WHERE district_id = $1 AND batch_id = $2 AND verdict <> 'error'",
            args![cx.district(), cx.batch],
        )
        .await?;
    let listed: HashSet<i64> = listed.into_iter().filter_map(|row| row.0.map(code_of)).collect();
    let known: Vec<(i64,)> = db
        .all("SELECT code FROM territory WHERE district_id = $1 AND valid_to IS NULL", args![cx.district()])
        .await?;
    let codes: Vec<i64> = known.iter().map(|row| row.0).filter(|code| !listed.contains(code)).collect();
    if codes.is_empty() {
        return Ok(Gone::None);
    }
    let has_top = match cx.read.district_code {
        Some(district) => listed.contains(&district.as_i64()),
        // The national list: every province has a code that ends in eight zeros.
        None => listed.iter().any(|code| code % 100_000_000 == 0),
    };
    if !has_top || codes.len() * 10 > known.len() {
        return Ok(Gone::PartOfTheList);
    }
    Ok(Gone::Codes(codes))
}

/// Copies a regency (or city) with everything in it from the national list into a district, or brings the copy
/// up to date. Returns how many territories the district then has of it.
///
/// # Errors
/// The store fails.
pub async fn adopt(tx: &Tx<'_>, district: DistrictId, code: TerritoryCode) -> Result<u64, StoreError> {
    let (from, to) = code.range();
    // territory's key
    tx.execute(
        "INSERT INTO territory (district_id, code, name, name_search, level, valid_from, valid_to) \
         SELECT $1, code, name, name_search, level, valid_from, valid_to FROM territory \
         WHERE district_id = CAST(0 AS BIGINT) AND code BETWEEN $2 AND $3 AND valid_to IS NULL \
         ON CONFLICT (district_id, code) DO UPDATE SET name = excluded.name, name_search = excluded.name_search, \
         valid_to = excluded.valid_to",
        args![district, from, to],
    )
    .await
}
