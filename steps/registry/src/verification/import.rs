//! The work sheet that comes back, kind `verification`: results of visits, by the code of each family.
//!
//! The sheet is the one that a village's page gives to download. A row without a result is a family that nobody
//! has visited yet and is passed over, so that a sheet may be sent in again and again while it fills.

use asuh_nusantara::name;
use asuh_store::{Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::campaign::open_campaign;
use super::visit::{How, Visit, hold_villages, judge, read_result, recount, write};
use crate::record::retract_families;
use crate::rights::Reach;
use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, ImportKind, ReadContext, Reading, RowCells, Severity, StagedRow,
    UndoStep, Verdict,
};
use asuh_ground::web::Text;

/// The kind.
pub(crate) struct SheetImport;

const COLUMNS: &[Column] = &[
    Column::required("code", &["Kode (jangan diubah)", "Kode", "Code (do not change)", "Code"]),
    Column::optional("name", &["Nama kepala keluarga", "Kepala keluarga", "Head of the family"]),
    Column::required("result", &["Hasil", "Hasil kunjungan", "Result"]),
    Column::optional("reason", &["Alasan", "Reason"]),
    Column::optional("note", &["Catatan", "Note"]),
    Column::required("visited", &["Tanggal kunjungan", "Day of the visit"]),
];

/// A row as it was understood.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    visit: Visit,
    name: String,
}

impl ImportKind for SheetImport {
    fn code(&self) -> &'static str {
        "verification"
    }

    fn roles(&self) -> &'static [Role] {
        &[
            Role::DistrictAdmin,
            Role::ListKeeper,
            Role::VillageVerifier,
            Role::SubdistrictVerifier,
            Role::FieldOfficer,
        ]
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn read(&self, cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        read(cx, row)
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        Box::pin(async move {
            let records: Vec<Record> = StagedRow::get_all(rows)?;
            let visits: Vec<Visit> = records.iter().map(|record| record.visit.clone()).collect();
            let reach = Reach::of(&cx.scope);
            let how = How { reach: &reach, confirms: true, today: cx.today(), batch: Some(cx.batch) };
            let judged = judge(app.store.reader(), cx.district(), &how, &visits).await?;
            for ((row, record), judged) in rows.iter_mut().zip(&records).zip(judged) {
                row.subject = Some(record.visit.family);
                row.verdict = match (judged.same, judged.known) {
                    (true, _) => Verdict::Same,
                    (false, true) => Verdict::Changed,
                    (false, false) => Verdict::New,
                };
                if let Some(refusal) = judged.refusal {
                    refuse(row, &refusal);
                } else if judged.head_search.is_some_and(|head| !agree(&head, &record.name)) {
                    row.error("name", "verification.import.name_differs", record.name.clone());
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
            let records: Vec<Record> = StagedRow::get_all(rows)?;
            let visits: Vec<Visit> = records.into_iter().map(|record| record.visit).collect();
            let reach = Reach::of(&cx.scope);
            let how = How { reach: &reach, confirms: true, today: cx.today(), batch: Some(cx.batch) };
            for (row, answer) in rows.iter_mut().zip(write(tx, &how, &visits).await?) {
                if let Err(refusal) = answer {
                    refuse(row, &refusal);
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

    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let Ok(record) = row.get::<Record>() else { return Vec::new() };
        let title = |key: &str| text.t(key).into_owned();
        let result = format!("registry.result.{}", record.visit.result.code());
        vec![
            (title("registry.field.head"), record.name),
            (title("registry.field.result"), title(&result)),
            (title("registry.field.reason"), record.visit.reason),
            (title("registry.verification.visited_on"), text.day(record.visit.visited_on)),
        ]
    }
}

fn read(cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
    if row.is_blank("result") && row.is_blank("visited") {
        return Reading::skip();
    }
    let family = row.required("code").and_then(|code| {
        let id = code.parse::<Id>().ok();
        if id.is_none() {
            row.error("code", "verification.import.code");
        }
        id
    });
    let result = row.required("result").and_then(|words| {
        let result = read_result(&words, cx.zone);
        if result.is_none() {
            row.error("result", "verification.import.result");
        }
        result
    });
    let visited_on = row.day("visited");
    if visited_on.is_none() && row.is_blank("visited") {
        row.error("visited", "staging.row.required");
    }
    let (Some(family), Some(result), Some(visited_on)) = (family, result, visited_on) else {
        return Reading::nothing();
    };
    let text = |field: &str, most: usize| -> String {
        row.text(field).unwrap_or_default().chars().take(most).collect()
    };
    let visit = Visit { family, result, reason: text("reason", 200), note: text("note", 500), visited_on };
    let record = Record { name: text("name", 100), visit };
    Reading::of(&record, Some(family.to_string()))
}

/// The sentence of a refusal beside the cell that it is about.
fn refuse(row: &mut StagedRow, refusal: &Refusal) {
    let field = match refusal.field.as_deref() {
        Some("alasan") => "reason",
        Some("kunjungan") => "visited",
        Some("hasil") => "result",
        _ => "code",
    };
    let code = if refusal.not_found { "verification.import.unknown" } else { &refusal.code };
    row.note(field, Severity::Error, code, String::new(), refusal.args.clone());
}

/// Whether the sheet's name is the family's: rows whose codes were sorted away from their names are found so. A
/// sheet without names is believed.
fn agree(head_search: &str, name: &str) -> bool {
    name.is_empty() || name::search_key(name) == head_search
}

/// Takes back the visits of a piece of the sheet; what a closed village has signed for is kept.
async fn undo(tx: &Tx<'_>, cx: &BatchContext, after: Option<&str>, most: usize) -> Result<UndoStep, Fault> {
    asuh_store::row_struct! {
        struct Row { family_id: Id, campaign_id: Option<Id>, village_code: Option<i64> }
    }
    let from = after.and_then(|after| after.parse().ok()).unwrap_or(Id::from_bytes([0; 16]));
    // verification_by_batch, campaign_family's key
    let rows: Vec<Row> = tx
        .all(
            &format!(
                "SELECT r.family_id, r.campaign_id, c.village_code FROM verification r \
                 LEFT JOIN campaign_family c ON c.district_id = r.district_id \
                 AND c.campaign_id = r.campaign_id AND c.family_id = r.family_id \
                 WHERE r.district_id = $1 AND r.batch_id = $2 AND r.retracted_at IS NULL AND r.family_id > $3 \
                 ORDER BY r.family_id LIMIT {most}"
            ),
            args![tx.district(), cx.batch, from],
        )
        .await?;
    let next = rows.last().filter(|_| rows.len() == most).map(|row| row.family_id.to_string());
    let campaign = open_campaign(tx, tx.district()).await?;
    let closed = hold_villages(tx, campaign.as_ref(), rows.iter().filter_map(|row| row.village_code)).await?;
    let open = campaign.as_ref().map(|campaign| campaign.id);
    let (back, kept): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| {
        row.campaign_id.is_none()
            || (row.campaign_id == open && row.village_code.is_none_or(|village| !closed.contains(&village)))
    });
    let families: Vec<Id> = back.iter().map(|row| row.family_id).collect();
    if !families.is_empty() {
        let mut args = args![tx.district(), cx.batch, tx.now()];
        let list = args.push_list(families.iter().copied());
        tx.execute(
            &format!(
                "UPDATE verification SET retracted_at = $3 \
                 WHERE district_id = $1 AND batch_id = $2 AND retracted_at IS NULL AND family_id IN ({list})"
            ),
            args,
        )
        .await?;
        if let Some(open) = open {
            recount(tx, open, &families).await?;
        }
        retract_families(tx, cx.batch, &families).await?;
    }
    Ok(UndoStep { undone: families.len() as i64, kept: kept.len() as i64, next })
}
