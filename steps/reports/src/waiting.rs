//! The families that have not been helped yet: names only for those who may read families, within their reach.

use askama::Template;
use asuh_documents::sheet::{Column, Kind, SheetWriter, Value};
use asuh_nusantara::TerritoryCode;
use asuh_nusantara::date::monday_of;
use asuh_store::{Command, Fault, Id, Recording, Tx};
use axum::extract::{Query as UrlQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

use super::dashboard::{campaign, chosen};
use super::query::{self, Campaign, Waiting, WaitingFilter};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, Page, Shell, cut, page};
use asuh_step_registry::ReadFamilies;

/// In an address: whom nobody has helped.
const ANYBODY: &str = "semua";
/// Families of one page.
const PAGE: usize = 50;
/// Families of one file at most.
const MOST: i64 = 50_000;

#[derive(Deserialize)]
pub(super) struct Choice {
    gerakan: Option<String>,
    /// A village or kecamatan, by its ten-digit code.
    wilayah: Option<i64>,
    /// `semua`: those whom nobody has helped yet, of whichever campaign.
    cara: Option<String>,
    sesudah: Option<Id>,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct List {
    shell: Shell,
    campaign: Option<Campaign>,
    territory: String,
    territory_name: String,
    families: Vec<Waiting>,
    next: Option<Id>,
    /// Those whom nobody has helped.
    anybody: bool,
}

impl List {
    fn place(&self, family: &Waiting) -> String {
        let parts = [("", &family.hamlet), ("RW ", &family.rw), ("RT ", &family.rt)];
        let known = parts.iter().filter(|(_, value)| !value.is_empty());
        known.map(|(word, value)| format!("{word}{value}")).collect::<Vec<_>>().join(" · ")
    }
}

fn range(territory: Option<i64>) -> Option<(i64, i64)> {
    TerritoryCode::from_i64(territory?).ok().map(TerritoryCode::range)
}

/// One page of the list.
pub(super) async fn list(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    UrlQuery(choice): UrlQuery<Choice>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let campaigns = query::campaigns(db, cap.district()).await?;
    let campaign = chosen(&campaigns, choice.gerakan.as_deref()).cloned();
    let anybody = choice.cara.as_deref() == Some(ANYBODY);
    let mut families = match &campaign {
        Some(campaign) => {
            let filter = WaitingFilter {
                campaign: (!anybody).then_some(campaign.id),
                week_of: monday_of(shell.today),
                inside: range(choice.wilayah),
                after: choice.sesudah,
                limit: PAGE as i64 + 1,
            };
            query::waiting(db, cap.district(), cap.scope(), filter).await?
        }
        None => Vec::new(),
    };
    let next = cut(&mut families, PAGE, |family| family.family_id);
    let names = query::territory_names(db, cap.district()).await?;
    page(&List {
        next,
        territory: choice.wilayah.map(|code| code.to_string()).unwrap_or_default(),
        territory_name: choice.wilayah.and_then(|code| names.get(&code).cloned()).unwrap_or_default(),
        shell,
        campaign,
        families,
        anybody,
    })
}

/// Writes down who took the list away, before he gets it.
#[derive(Serialize, Deserialize)]
struct NoteExport {
    campaign: Id,
    families: i64,
}

impl Command for NoteExport {
    const KIND: &'static str = "reports.note_export";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let detail = format!("{} families", self.families);
        audit::entry(tx, tx.actor(), "export_waiting", Some(("campaign", self.campaign)), &detail).await?;
        Ok(())
    }
}

/// The list as a spreadsheet.
pub(super) async fn export(cap: Cap<ReadFamilies>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let db = app.store.reader();
    let campaign = campaign(db, cap.district(), Some(form.get("gerakan"))).await?;
    let filter = WaitingFilter {
        campaign: (form.get("cara") != ANYBODY).then_some(campaign.id),
        week_of: monday_of(shell.today),
        inside: range(form.get("wilayah").parse().ok()),
        after: None,
        limit: MOST,
    };
    let families = query::waiting(db, cap.district(), cap.scope(), filter).await?;
    let note = NoteExport { campaign: campaign.id, families: families.len() as i64 };
    app.submit(cap.actor(), form.command_id()?, note).await?;
    let names = query::territory_names(db, cap.district()).await?;
    let bytes = written(&app, |path| {
        let title = |key: &str, kind| Column::new(shell.t(key), kind);
        let columns = [
            title("reports.subdistrict", Kind::Text),
            title("reports.village", Kind::Text),
            title("reports.hamlet", Kind::Text),
            Column::new("RW", Kind::Text),
            Column::new("RT", Kind::Text),
            title("reports.head", Kind::Text),
            title("reports.targets", Kind::Integer),
        ];
        let mut sheet = SheetWriter::xlsx(path, &shell.t("reports.waiting.title"), &columns)?;
        for family in &families {
            let code = family.village_code - family.village_code % 10_000;
            sheet.row(&[
                Value::Text(names.get(&code).map_or("", String::as_str)),
                Value::Text(&family.village),
                Value::Text(&family.hamlet),
                Value::Text(&family.rw),
                Value::Text(&family.rt),
                Value::Text(&family.head_name),
                Value::Integer(family.targets),
            ])?;
        }
        sheet.finish()
    })?;
    let mut response = bytes.into_response();
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"keluarga-belum-dibantu.xlsx\""),
    );
    Ok(response)
}

/// The bytes of a sheet that is written to a file of its own, which does not stay.
pub(super) fn written(
    app: &App,
    write: impl FnOnce(&std::path::Path) -> Result<(), asuh_documents::sheet::SheetError>,
) -> Result<Vec<u8>, Error> {
    let failed = |error: std::io::Error| Error::Unavailable(error.to_string());
    let folder = app.store.folder().join("uploads").join(app.store.new_id().to_string());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let path = folder.join("sheet");
    let result = write(&path)
        .map_err(|error| Error::Internal(error.to_string()))
        .and_then(|()| std::fs::read(&path).map_err(failed));
    let _ = std::fs::remove_dir_all(&folder);
    result
}
