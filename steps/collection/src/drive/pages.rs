//! The admin's list of drives: opening one, moving it for a holiday, cancelling it.

use std::collections::BTreeMap;

use askama::Template;
use asuh_store::{DistrictId, Id, Query, StoreError};
use axum::extract::{Query as UrlQuery, State};

use super::super::{ManageDrives, campaign};
use super::command::{CancelDrive, OpenDrive};
use super::query::{self, DriveLine};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Form, FormView, Page, Path, Shell, cut, page_with, redirect};

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "drive/list.html")]
struct ListPage {
    shell: Shell,
    f: FormView,
    drives: Vec<DriveLine>,
    next: Option<String>,
    campaigns: Vec<(String, String)>,
}

/// A page of drives, before the place that the address names, and the place at which the next one begins.
pub(in super::super) async fn newest(
    db: &impl Query,
    district: DistrictId,
    before: Option<&str>,
) -> Result<(Vec<DriveLine>, Option<String>), StoreError> {
    let before = before.and_then(|place| {
        let (day, id) = place.split_once('_')?;
        Some((asuh_nusantara::date::parse(day).ok()?, id.parse().ok()?))
    });
    let mut drives = query::newest(db, district, before, PAGE + 1).await?;
    let next = cut(&mut drives, PAGE as usize, |last| format!("{}_{}", last.held_on, last.id));
    Ok((drives, next))
}

/// The drives.
pub(crate) async fn list(
    cap: Cap<ManageDrives>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    list_page(&app, &cap, shell, &form, url.get("sebelum").map(String::as_str)).await
}

async fn list_page(app: &App, cap: &ManageDrives, shell: Shell, form: &Form, before: Option<&str>) -> Page {
    let db = app.store.reader();
    let (drives, next) = newest(db, cap.district(), before).await?;
    let template = ListPage {
        f: form.view(),
        drives,
        next,
        campaigns: campaign::all(db, cap.district())
            .await?
            .into_iter()
            .map(|campaign| (campaign.id.to_string(), campaign.name))
            .collect(),
        shell,
    };
    page_with(form.status(), &template)
}

/// Opens or moves a drive.
pub(crate) async fn open(
    cap: Cap<ManageDrives>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let campaign = form.id("gerakan");
    let day = form.day("hari");
    let moved_from = form.day_optional("dari");
    let reason = form.optional("alasan", 200);
    if let (Some(campaign), Some(day), true) = (campaign, day, form.is_valid()) {
        let command = OpenDrive { campaign, day, moved_from, reason };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/setoran/jadwal"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    list_page(&app, &cap, shell, &form, None).await
}

/// Cancels a drive.
pub(crate) async fn cancel(
    cap: Cap<ManageDrives>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, CancelDrive { drive: id, reason }).await {
            Ok(_) => return redirect("/setoran/jadwal"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    list_page(&app, &cap, shell, &form, None).await
}
