//! The plan as a sheet, out and in again (kind `plan`): rows by their id and version, or new ones.

use std::collections::HashMap;

use asuh_ground::App;
use asuh_ground::access::{Role, Scope};
use asuh_ground::app::Given;
use asuh_ground::settings;
use asuh_ground::staging::{
    BatchContext, Changing, Column, ImportKind, ReadContext, Reading, RowCells, StagedRow, Stake, UndoStep,
    Verdict,
};
use asuh_ground::web::Text;
use asuh_nusantara::{Rupiah, TerritoryCode, name};
use asuh_store::{Command, DistrictId, Fault, Id, Query, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::command::{ItemFacts, PLACES, PutItem, write};
use super::hand::{Hand, Owner};
use super::query::{self, Item};
use super::rules::{self, State};
use crate::places::Places;

/// The kind.
pub(crate) struct PlanImport;

/// The titles of the sheet, in the order in which it is downloaded; the last ones are only for reading.
pub(super) const TITLES: [&str; 18] = [
    "_id",
    "_versi",
    "Tahun",
    "Penanggung Jawab Baris",
    "Indikator",
    "Kegiatan",
    "Kode Subkegiatan",
    "Lokasi",
    "Target",
    "Satuan",
    "Anggaran (Rp)",
    "Sumber Dana",
    "Triwulan Mulai",
    "Triwulan Selesai",
    "Jabatan Pelaksana",
    "Bukti",
    "Alasan Perubahan",
    "Tercapai",
];

const COLUMNS: &[Column] = &[
    Column::optional("id", &["_id"]),
    Column::optional("version", &["_versi"]),
    Column::required("year", &["Tahun", "Tahun Rencana"]),
    Column::required(
        "owner",
        &["Penanggung Jawab Baris", "OPD Pengampu", "OPD", "Perangkat Daerah", "SKPD", "OPD/Desa"],
    ),
    Column::optional("indicator", &["Indikator", "Kode Indikator"]),
    Column::required("activity", &["Kegiatan", "Uraian Kegiatan", "Aktivitas"]),
    Column::optional("subactivity", &["Kode Subkegiatan", "Kode Sub Kegiatan", "Subkegiatan"]),
    Column::optional("places", &["Lokasi", "Desa", "Desa/Kelurahan", "Lokus"]),
    Column::optional("target", &["Target", "Volume"]),
    Column::optional("unit", &["Satuan"]),
    Column::optional("budget", &["Anggaran (Rp)", "Anggaran", "Pagu", "Pagu Anggaran"]),
    Column::optional("source", &["Sumber Dana", "Sumber", "Sumber Anggaran"]),
    Column::optional("from", &["Triwulan Mulai", "TW Mulai"]),
    Column::optional("to", &["Triwulan Selesai", "TW Selesai", "Triwulan"]),
    Column::optional("person", &["Jabatan Pelaksana", "Pelaksana", "PIC"]),
    Column::optional("evidence", &["Bukti", "Bukti Dukung", "Data Dukung"]),
    Column::optional("reason", &["Alasan Perubahan", "Alasan"]),
];

/// What a row says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    id: Option<Id>,
    version: Option<i64>,
    year: i64,
    owner: String,
    places: Vec<String>,
    facts: ItemFacts,
    reason: String,
}

impl ImportKind for PlanImport {
    fn code(&self) -> &'static str {
        "plan"
    }

    fn roles(&self) -> &'static [Role] {
        &[Role::DistrictPlanner, Role::OfficePlanner]
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn personal(&self) -> bool {
        false
    }

    fn read(&self, _cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        let (owner, activity) = (row.required("owner"), row.required("activity"));
        if row.is_blank("year") {
            row.error("year", "staging.row.required");
        }
        let year = row.count("year");
        let (Some(owner), Some(activity), Some(year)) = (owner, activity, year) else {
            return Reading::nothing();
        };
        let cut = |text: Option<String>, most: usize| -> String {
            text.unwrap_or_default().chars().take(most).collect()
        };
        let id = row.text("id").map(|text| text.parse::<Id>());
        if matches!(id, Some(Err(_))) {
            row.error("id", "plan.import.id");
        }
        let subactivity = row.text("subactivity").map(|text| rules::subactivity(&text));
        if matches!(subactivity, Some(None)) {
            row.error("subactivity", "plan.import.subactivity");
        }
        let budget = match row.text("budget") {
            None => None,
            Some(text) => {
                // A number cell prints itself with a point before its decimals, which are none.
                let read = row.count("budget").or_else(|| Rupiah::parse(&text).ok().map(Rupiah::get));
                read.filter(|rupiah| (0..=super::command::MOST).contains(rupiah))
            }
        };
        let quarter = |row: &mut RowCells<'_>, field: &'static str, otherwise: i64| {
            let Some(text) = row.text(field) else { return otherwise };
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let roman = match name::search_key(&text).rsplit(' ').next().unwrap_or_default() {
                "i" => Some(1),
                "ii" => Some(2),
                "iii" => Some(3),
                "iv" => Some(4),
                _ => None,
            };
            match roman.or_else(|| digits.parse().ok()).filter(|quarter| (1..=4).contains(quarter)) {
                Some(quarter) => quarter,
                None => {
                    row.error(field, "plan.import.quarter");
                    otherwise
                }
            }
        };
        let to_quarter = quarter(row, "to", 4);
        let from_quarter = quarter(row, "from", 1);
        if from_quarter > to_quarter {
            row.error("to", "plan.import.quarter");
        }
        let places: Vec<String> = row
            .text("places")
            .unwrap_or_default()
            .split([';', '\n'])
            .map(str::trim)
            .filter(|place| !place.is_empty())
            .map(str::to_owned)
            .collect();
        if places.len() > PLACES {
            row.error("places", "plan.import.places");
        }
        let target = if row.is_blank("target") { 0 } else { row.count("target").unwrap_or(0) };
        let facts = ItemFacts {
            indicator: cut(row.text("indicator"), 60).to_lowercase(),
            activity: cut(Some(activity), 200),
            subactivity: subactivity.flatten().unwrap_or_default(),
            places: Vec::new(),
            target,
            unit: cut(row.text("unit"), 40),
            budget,
            source: cut(row.text("source"), 60),
            from_quarter,
            to_quarter,
            person_in_charge: cut(row.text("person"), 120),
            evidence: cut(row.text("evidence"), 200),
        };
        let version = row.text("version").and_then(|text| text.parse().ok());
        let record = Record {
            id: id.and_then(Result::ok),
            version,
            year,
            owner,
            places,
            facts,
            reason: cut(row.text("reason"), 200),
        };
        let key = match record.id {
            Some(id) => id.to_string(),
            None => same_key(year, &name::search_key(&record.owner), &record.facts),
        };
        Reading::of(&record, Some(key))
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        Box::pin(async move {
            let known = Known::load(app.store.reader(), cx, rows).await?;
            for row in rows.iter_mut() {
                if let Some(ready) = known.ready(&cx.scope, row)? {
                    row.subject = ready.item.map(|(id, _)| id);
                    row.verdict = ready.verdict;
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
        Box::pin(async move {
            let known = Known::load(tx, cx, rows).await?;
            for row in rows.iter_mut() {
                let Some(ready) = known.ready(&cx.scope, row)? else { continue };
                row.verdict = ready.verdict;
                if ready.verdict == Verdict::Same {
                    continue;
                }
                let put = PutItem {
                    hand: Hand::of_import(&cx.scope),
                    year: ready.year,
                    item: ready.item,
                    owner: ready.owner,
                    facts: ready.facts,
                    reason: ready.reason,
                    batch: Some(cx.batch),
                };
                match put.apply(tx).await {
                    Ok(id) => row.subject = Some(id),
                    Err(Fault::Refused(refusal)) => row.error("activity", &refusal.code, String::new()),
                    Err(other) => return Err(other),
                }
            }
            Ok(())
        })
    }

    fn undo<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        after: Option<&'a str>,
    ) -> Changing<'a, UndoStep> {
        Box::pin(undo(tx, cx, after, self.chunk()))
    }

    fn stakes<'a>(&'a self, app: &'a App, cx: &'a BatchContext) -> Given<'a, Vec<Stake>> {
        Box::pin(async move {
            let count = |which: &str| {
                format!(
                    "SELECT COUNT(*) AS n FROM plan_version v JOIN plan_item i ON i.district_id = v.district_id \
                     AND i.id = v.item_id WHERE v.district_id = $1 AND v.batch_id = $2 AND v.version {which} i.version"
                )
            };
            let (db, args) = (app.store.reader(), || args![cx.district(), cx.batch]);
            let back = db.number(&count("="), args()).await?;
            let stays = db.number(&count("<"), args()).await?;
            let kept = if stays > 0 { vec![("plan.depends.changed", stays)] } else { Vec::new() };
            Ok(vec![Stake { what: "plan.stake.rows", back, stays, kept }])
        })
    }

    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let Ok(record) = row.get::<Record>() else { return Vec::new() };
        let title = |key: &str| text.t(&format!("plan.{key}")).into_owned();
        vec![
            (title("owner"), record.owner),
            (title("activity"), record.facts.activity),
            (title("places"), record.places.join("; ")),
            (title("budget"), record.facts.budget.map(|rupiah| text.rupiah(rupiah)).unwrap_or_default()),
        ]
    }
}

/// By what a row without an id is found again.
fn same_key(year: i64, owner: &str, facts: &ItemFacts) -> String {
    [&year.to_string(), owner, &name::search_key(&facts.activity), &facts.subactivity].join("|")
}

/// A row that can be written.
struct Ready {
    year: i64,
    owner: Owner,
    item: Option<(Id, i64)>,
    facts: ItemFacts,
    reason: String,
    verdict: Verdict,
}

/// What is known of the places, offices, sources and rows that a chunk speaks of.
struct Known {
    places: Places,
    /// Open offices by name.
    offices: HashMap<String, Id>,
    /// Codes of sources by code and by name.
    sources: HashMap<String, String>,
    by_id: HashMap<Id, Item>,
    by_key: HashMap<String, Item>,
    states: HashMap<i64, State>,
    indicators: crate::Indicators,
}

impl Known {
    async fn load(db: &impl Query, cx: &BatchContext, rows: &[StagedRow]) -> Result<Known, StoreError> {
        asuh_store::row_struct! { struct Office { id: Id, name_search: String } }
        let district = cx.district();
        let code =
            cx.read.district_code.ok_or_else(|| StoreError::Shape("a plan without a district".into()))?;
        let offices: Vec<Office> = db
            .all(
                "SELECT id, name_search FROM institution WHERE district_id = $1 AND kind = 'opd' AND valid_to IS NULL",
                args![district],
            )
            .await?;
        let records: Vec<Record> = StagedRow::get_all(rows)?;
        let ids: Vec<Id> = records.iter().filter_map(|record| record.id).collect();
        let mut years: Vec<i64> =
            records.iter().filter(|record| record.id.is_none()).map(|record| record.year).collect();
        years.sort_unstable();
        years.dedup();
        let mut by_key = HashMap::new();
        for year in years {
            for item in items(db, district, year).await? {
                let key = same_key(year, &name::search_key(&item.owner), &ItemFacts::of(&item));
                by_key.insert(key, item);
            }
        }
        let mut sources = HashMap::new();
        for row in settings::list(db, district, "convergence.sources").await? {
            let text = |field: &str| row.get(field).cloned().unwrap_or_default();
            sources.insert(name::search_key(&text("name")), text("code"));
            sources.insert(name::search_key(&text("code")), text("code"));
        }
        Ok(Known {
            places: Places::load(db, district, code).await?,
            offices: offices.into_iter().map(|one| (one.name_search, one.id)).collect(),
            sources,
            by_id: query::by_ids(db, district, &ids).await?,
            by_key,
            states: query::plans(db, district).await?.iter().map(|plan| (plan.year, plan.state())).collect(),
            indicators: crate::Indicators::load(db, district).await?,
        })
    }

    /// What becomes of a row; nothing where an error was noted.
    fn ready(&self, scope: &Scope, row: &mut StagedRow) -> Result<Option<Ready>, StoreError> {
        let record: Record = row.get()?;
        let hand = Hand::of_import(scope);
        let state = match self.states.get(&record.year) {
            None => {
                row.error("year", "plan.import.year", record.year.to_string());
                return Ok(None);
            }
            Some(State::Locked) => {
                row.error("year", "plan.import.locked", record.year.to_string());
                return Ok(None);
            }
            Some(state) => *state,
        };
        let owner =
            self.offices.get(&name::search_key(&record.owner)).map(|id| Owner::Office(*id)).or_else(|| {
                let village = TerritoryCode::from_i64(self.places.read(&record.owner)?).ok()?;
                (village.range().0 == village.range().1).then_some(Owner::Village(village.as_i64()))
            });
        let Some(owner) = owner else {
            row.error("owner", "plan.import.owner", record.owner);
            return Ok(None);
        };
        let held = match record.id {
            Some(id) => match self.by_id.get(&id).filter(|item| !item.removed && item.year == record.year) {
                Some(item) => Some(item),
                None => {
                    row.error("id", "plan.import.gone", id.to_string());
                    return Ok(None);
                }
            },
            None => self.by_key.get(&same_key(record.year, &name::search_key(&record.owner), &record.facts)),
        };
        if held.is_some_and(|item| item.by() != owner) {
            row.error("owner", "plan.import.other_owner", record.owner);
            return Ok(None);
        }
        if !hand.holds(owner) {
            row.error("owner", "plan.import.outside", record.owner);
            return Ok(None);
        }
        if let (Some(item), Some(version)) = (held, record.version)
            && item.version != version
        {
            row.error("version", "plan.import.changed", version.to_string());
            return Ok(None);
        }
        let mut facts = record.facts;
        for place in &record.places {
            match self.places.read(place) {
                Some(code) => facts.places.push(code),
                None => row.error("places", "plan.import.place", place.clone()),
            }
        }
        if !facts.source.is_empty() {
            match self.sources.get(&name::search_key(&facts.source)) {
                Some(code) => facts.source = code.clone(),
                None => row.error("source", "plan.import.source", facts.source.clone()),
            }
        }
        if !facts.indicator.is_empty() && !self.indicators.knows(&facts.indicator) {
            row.error("indicator", "plan.import.indicator", facts.indicator.clone());
        }
        let facts = facts.tidy();
        let verdict = match held {
            None => Verdict::New,
            Some(item) if ItemFacts::of(item).tidy() == facts => Verdict::Same,
            Some(_) => Verdict::Changed,
        };
        if state != State::Draft && record.reason.is_empty() && verdict != Verdict::Same {
            row.error("reason", "plan.import.reason", String::new());
        }
        if row.verdict == Verdict::Error {
            return Ok(None);
        }
        let item = held.map(|item| (item.id, item.version));
        Ok(Some(Ready { year: record.year, owner, item, facts, reason: record.reason, verdict }))
    }
}

async fn items(db: &impl Query, district: DistrictId, year: i64) -> Result<Vec<Item>, StoreError> {
    query::items(db, district, &super::hand::Sight::Whole, year).await
}

asuh_store::row_struct! {
    struct Written { item_id: Id, version: i64, newest: i64 }
}

/// Takes back a piece: rows whose latest version the import wrote say again what they said before, or are taken out where
/// only the import knew them. Rows that somebody changed since stay. Index: plan_version_by_batch.
async fn undo(tx: &Tx<'_>, cx: &BatchContext, after: Option<&str>, most: usize) -> Result<UndoStep, Fault> {
    let from = after.and_then(|after| after.parse().ok()).unwrap_or(Id::SYSTEM);
    let written: Vec<Written> = tx
        .all(
            &format!(
                "SELECT v.item_id, v.version, i.version AS newest FROM plan_version v \
                 JOIN plan_item i ON i.district_id = v.district_id AND i.id = v.item_id \
                 WHERE v.district_id = $1 AND v.batch_id = $2 AND v.item_id > $3 ORDER BY v.item_id LIMIT {most}"
            ),
            args![tx.district(), cx.batch, from],
        )
        .await?;
    let next = if written.len() == most { written.last().map(|row| row.item_id.to_string()) } else { None };
    let mut step = UndoStep { undone: 0, kept: 0, next };
    for row in written {
        if row.newest != row.version {
            step.kept += 1;
            continue;
        }
        step.undone += 1;
        let found = query::by_ids(tx, tx.district(), &[row.item_id]).await?.remove(&row.item_id);
        let Some(now) = found else { continue };
        let state = query::plan(tx, tx.district(), now.year).await?.map_or(State::Draft, |plan| plan.state());
        let before = query::version(tx, tx.district(), row.item_id, row.version - 1).await?;
        let next = (row.item_id, row.version + 1);
        match before {
            Some(before) if !before.removed => {
                write(tx, next, &ItemFacts::of(&before), false, ("", state), None).await?;
            }
            _ => write(tx, next, &ItemFacts::of(&now), true, ("", state), None).await?,
        }
    }
    Ok(step)
}
