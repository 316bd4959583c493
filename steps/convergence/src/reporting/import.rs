//! The sheet of numbers (kind `indicator_value`): a row for each indicator and place. What is downloaded from a form comes
//! in again; a blank number changes nothing.

use std::collections::{BTreeMap, HashMap};

use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, ImportKind, ReadContext, Reading, RowCells, StagedRow, UndoStep, Verdict,
};
use asuh_ground::web::Text;
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::Reach;
use asuh_store::{Fault, Id, Instant, Query, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::command::{EnterNumbers, Entry, Rights, enter, wrong};
use super::query::{self, Entered, Sheet};
use super::rules::{Form, Stage};
use crate::indicator::rules::{Grain, Period};
use crate::indicator::{self, Indicator};

/// The kind.
pub(crate) struct NumberSheet;

/// The columns of the sheet that goes out, and whether they hold numbers.
pub(super) const HEADINGS: [(&str, bool); 10] = [
    ("Kelompok Indikator", false),
    ("Nomor", false),
    ("Kode Indikator", false),
    ("Indikator", false),
    ("Kode Wilayah", false),
    ("Wilayah", false),
    ("Periode", false),
    ("Pembilang", true),
    ("Penyebut", true),
    ("Catatan", false),
];

const COLUMNS: &[Column] = &[
    Column::required("set", &["Kelompok Indikator", "Kelompok"]),
    Column::required("indicator", &["Kode Indikator", "Kode"]),
    Column::required("territory", &["Kode Wilayah", "Kode Desa"]),
    Column::required("period", &["Periode", "Bulan"]),
    Column::required("numerator", &["Pembilang", "Numerator", "Jumlah"]),
    Column::optional("denominator", &["Penyebut", "Denominator"]),
    Column::optional("note", &["Catatan", "Keterangan"]),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    set: String,
    indicator: String,
    territory: i64,
    period: String,
    numerator: i64,
    denominator: Option<i64>,
    note: String,
}

impl ImportKind for NumberSheet {
    fn code(&self) -> &'static str {
        "indicator_value"
    }

    fn roles(&self) -> &'static [Role] {
        &[
            Role::VillageVerifier,
            Role::FieldOfficer,
            Role::NutritionOfficer,
            Role::SubdistrictVerifier,
            Role::OfficePlanner,
            Role::DistrictPlanner,
        ]
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn personal(&self) -> bool {
        false
    }

    fn read(&self, _cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        if row.is_blank("numerator") && row.is_blank("denominator") {
            return Reading::skip();
        }
        let (set, indicator, period) =
            (row.required("set"), row.required("indicator"), row.required("period"));
        let territory = TerritoryCode::parse(&row.cell("territory").text()).ok();
        if territory.is_none() {
            row.error("territory", "convergence.import.territory");
        }
        if row.is_blank("numerator") {
            row.error("numerator", "staging.row.required");
        }
        let (numerator, denominator) = (row.count("numerator"), row.count("denominator"));
        let (Some(set), Some(indicator), Some(period), Some(territory), Some(numerator)) =
            (set, indicator, period, territory, numerator)
        else {
            return Reading::nothing();
        };
        let record = Record {
            set: set.to_lowercase(),
            indicator: indicator.to_lowercase(),
            territory: territory.as_i64(),
            period,
            numerator,
            denominator,
            note: row.text("note").map(|note| note.chars().take(300).collect()).unwrap_or_default(),
        };
        let key = format!("{}|{}|{}", record.indicator, record.territory, record.period);
        Reading::of(&record, Some(key))
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        Box::pin(async move { look(app.store.reader(), cx, rows).await.map(|_| ()) })
    }

    fn commit<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Changing<'a, ()> {
        Box::pin(async move {
            for wanted in look(tx, cx, rows).await? {
                enter(tx, &wanted.numbers, &wanted.indicators, Some(cx.batch)).await?;
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

    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let Ok(record) = row.get::<Record>() else { return Vec::new() };
        let title = |key: &str| text.t(&format!("convergence.indicator.{key}")).into_owned();
        vec![
            (title("code"), record.indicator),
            (text.t("convergence.value.place").into_owned(), record.territory.to_string()),
            (title("period"), record.period),
            (title("numerator"), text.number(record.numerator)),
            (title("denominator"), record.denominator.map(|of| text.number(of)).unwrap_or_default()),
        ]
    }
}

/// What is to be entered into one report.
struct Wanted {
    numbers: EnterNumbers,
    indicators: Vec<Indicator>,
}

/// What a report is about: set, office, territory, the period's first day.
type Asked = (String, String, i64, time::Date);

/// Compares rows with what is known: verdicts and messages on the rows, and what is left to be entered by report.
async fn look(db: &impl Query, cx: &BatchContext, rows: &mut [StagedRow]) -> Result<Vec<Wanted>, StoreError> {
    let district = cx.district();
    let mut sheets: HashMap<String, Vec<Sheet>> = HashMap::new();
    let mut wanted: BTreeMap<Asked, Wanted> = BTreeMap::new();
    let mut states: HashMap<Asked, (Option<&'static str>, Vec<Entered>)> = HashMap::new();
    let known = known_places(db, cx, rows).await?;
    for row in rows.iter_mut() {
        let record: Record = row.get()?;
        row.place = record.territory;
        if !sheets.contains_key(&record.set) {
            let members = indicator::of_set(db, district, &record.set).await?;
            sheets.insert(record.set.clone(), query::sheets(members));
        }
        let of_set = sheets.get(&record.set).map(Vec::as_slice).unwrap_or_default();
        let found = of_set.iter().find_map(|sheet| {
            let line = sheet.lines.iter().find(|(_, one)| one.code == record.indicator)?;
            Some((sheet, line.1.clone()))
        });
        let Some((sheet, one)) = found else {
            row.error("indicator", "convergence.import.unknown_indicator", record.indicator.clone());
            continue;
        };
        let form = sheet.form;
        let code = TerritoryCode::from_i64(record.territory).ok();
        if code.and_then(Grain::of) != Some(form.grain) || !known.contains(&record.territory) {
            row.error("territory", "convergence.import.territory", record.territory.to_string());
            continue;
        }
        let unit = form.office.map_or(cx.scope.all_units, |office| cx.scope.reaches_unit(office));
        if !code.is_some_and(|code| cx.scope.reaches(code, "")) || !unit {
            row.error("territory", "convergence.import.outside", record.territory.to_string());
            continue;
        }
        let Some(period) =
            Period::parse(form.period, &record.period).filter(|period| period.first <= cx.today())
        else {
            row.error("period", "convergence.import.period", record.period.clone());
            continue;
        };
        if let Some(code) = wrong(&one, record.numerator, record.denominator) {
            row.error("numerator", code, record.numerator.to_string());
            continue;
        }
        let key = (record.set.clone(), form.code(), record.territory, period.first);
        if !states.contains_key(&key) {
            states.insert(key.clone(), state(db, cx, &record.set, form, period, record.territory).await?);
        }
        let Some((closed, entered)) = states.get(&key) else { continue };
        if let Some(closed) = closed {
            row.error("territory", closed, record.territory.to_string());
            continue;
        }
        let before = entered.iter().find(|row| row.holds() && row.indicator_id == one.id);
        row.subject = Some(one.id);
        row.verdict = match before {
            None => Verdict::New,
            Some(before)
                if before.numerator == record.numerator
                    && before.denominator == record.denominator
                    && (record.note.is_empty() || before.note == record.note) =>
            {
                Verdict::Same
            }
            Some(_) => Verdict::Changed,
        };
        if row.verdict == Verdict::Same {
            continue;
        }
        let numbers = || EnterNumbers {
            rights: Rights { stage: Stage::Village, reach: Reach::of(&cx.scope), offices: None },
            today: cx.today(),
            set: record.set.clone(),
            form,
            day: period.first,
            territory: record.territory,
            entries: Vec::new(),
        };
        let into = wanted.entry(key).or_insert_with(|| Wanted { numbers: numbers(), indicators: Vec::new() });
        into.numbers.entries.push(Entry {
            indicator: one.id,
            numerator: record.numerator,
            denominator: record.denominator,
            note: match before {
                Some(before) if record.note.is_empty() => before.note.clone(),
                _ => record.note,
            },
            evidence: None,
        });
        into.indicators.push(one);
    }
    Ok(wanted.into_values().collect())
}

/// Which of the places that rows name the district has. Index: primary key.
async fn known_places(
    db: &impl Query,
    cx: &BatchContext,
    rows: &[StagedRow],
) -> Result<Vec<i64>, StoreError> {
    let records: Vec<Record> = StagedRow::get_all(rows)?;
    let mut codes: Vec<i64> = records.iter().map(|record| record.territory).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut args = args![cx.district()];
    let list = args.push_list(codes);
    let sql = format!("SELECT code FROM territory WHERE district_id = $1 AND code IN ({list})");
    let found: Vec<(i64,)> = db.all(&sql, args).await?;
    Ok(found.into_iter().map(|row| row.0).collect())
}

/// Why a report takes nothing in, if it does not, and what was entered into it.
async fn state(
    db: &impl Query,
    cx: &BatchContext,
    set: &str,
    form: Form,
    period: Period,
    territory: i64,
) -> Result<(Option<&'static str>, Vec<Entered>), StoreError> {
    let district = cx.district();
    if query::is_locked(db, district, set, period.first, period.last).await? {
        return Ok((Some("convergence.report.refused.locked"), Vec::new()));
    }
    let Some(report) = query::of_place(db, district, set, form, period, territory).await? else {
        return Ok((None, Vec::new()));
    };
    let closed = (!report.at().is_open()).then_some("convergence.report.refused.sent");
    Ok((closed, query::entered(db, district, report.id).await?))
}

asuh_store::row_struct! {
    struct Written { id: Id, state: String, locked: i64, recorded_at: Instant, indicator_id: Id, starts_on: time::Date, territory_code: i64 }
}

/// Takes back a piece: numbers of the batch that still hold, in reports that were not sent since; what stood before holds
/// again. Index: indicator_value_by_batch.
async fn undo(tx: &Tx<'_>, cx: &BatchContext, after: Option<&str>, most: usize) -> Result<UndoStep, Fault> {
    let from = after.and_then(|after| after.parse().ok()).unwrap_or(Id::SYSTEM);
    let written: Vec<Written> = tx
        .all(
            &format!(
                "SELECT v.id, r.state, (SELECT COUNT(*) FROM indicator_lock l WHERE l.district_id = v.district_id \
                 AND l.set_code = r.set_code AND l.starts_on = v.starts_on AND l.ends_on = v.ends_on \
                 AND l.unlocked_at IS NULL) AS locked, v.recorded_at, v.indicator_id, v.starts_on, v.territory_code \
                 FROM indicator_value v JOIN indicator_report r ON r.district_id = v.district_id AND r.id = v.report_id \
                 WHERE v.district_id = $1 AND v.batch_id = $2 AND v.id > $3 AND v.superseded_at = $4 \
                 ORDER BY v.id LIMIT {most}"
            ),
            args![tx.district(), cx.batch, from, Instant::NEVER],
        )
        .await?;
    let next = (written.len() == most).then(|| written.last().map(|row| row.id.to_string())).flatten();
    let mut step = UndoStep { next, ..UndoStep::default() };
    for row in written {
        let open = super::rules::State::parse(&row.state).is_some_and(super::rules::State::is_open);
        if !open || row.locked > 0 {
            step.kept += 1;
            continue;
        }
        tx.execute(
            "UPDATE indicator_value SET superseded_at = $3 WHERE district_id = $1 AND id = $2",
            args![tx.district(), row.id, tx.now()],
        )
        .await?;
        tx.execute(
            "INSERT INTO indicator_value (district_id, id, indicator_id, territory_code, starts_on, ends_on, report_id, \
             numerator, denominator, note, evidence_id, batch_id, recorded_by, recorded_at, command_id, superseded_at) \
             SELECT district_id, $2, indicator_id, territory_code, starts_on, ends_on, report_id, numerator, denominator, \
             note, evidence_id, NULL, recorded_by, $3, $4, $5 FROM indicator_value WHERE district_id = $1 \
             AND indicator_id = $6 AND starts_on = $7 AND territory_code = $8 AND superseded_at = $9 AND batch_id IS NULL",
            args![
                tx.district(),
                tx.new_id(),
                tx.now(),
                tx.command_id(),
                Instant::NEVER,
                row.indicator_id,
                row.starts_on,
                row.territory_code,
                row.recorded_at,
            ],
        )
        .await?;
        step.undone += 1;
    }
    Ok(step)
}
