//! `/verifikasi/putaran`: the campaigns, opening one, closing one and opening it again.

pub(super) mod progress;

use askama::Template;
use asuh_store::Id;
use axum::extract::State;
use time::Duration;

use self::progress::{Region, regions};
use super::command::{Base, CloseCampaign, OpenCampaign, ReopenCampaign, preview};
use super::query::{self, Campaign, Progress};
use crate::rights::{KeepCampaigns, ReopenCampaigns, SeeProgress};
use crate::rules::FamilyStatus;
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::settings::get_typed;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// Days that a campaign usually lasts (the windows of 2023 and 2024 were five to eight weeks).
const USUAL_DAYS: i64 = 42;

#[derive(Template)]
#[template(path = "verification/campaign/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Campaign>,
    keeps: bool,
}

impl ListPage {
    fn any_open(&self) -> bool {
        self.lines.iter().any(Campaign::is_open)
    }
}

/// All campaigns, the newest first.
pub(super) async fn list(cap: Cap<SeeProgress>, State(app): State<App>, shell: Shell) -> Page {
    let lines = query::campaigns(app.store.reader(), cap.district()).await?;
    page(&ListPage { lines, keeps: KeepCampaigns::of(cap.actor()).is_some(), shell })
}

#[derive(Template)]
#[template(path = "verification/campaign/new.html")]
struct NewPage {
    shell: Shell,
    form: FormView,
    statuses: Vec<(String, String)>,
    batches: Vec<(String, String)>,
    /// What the base holds, once it was counted.
    counted: Option<Counted>,
}

/// What a base holds.
struct Counted {
    families: i64,
    villages: usize,
    regions: Vec<Region>,
}

/// The form for a new campaign.
pub(super) async fn new(cap: Cap<KeepCampaigns>, State(app): State<App>, shell: Shell) -> Page {
    let db = app.store.reader();
    if let Some(open) = query::open_campaign(db, cap.district()).await? {
        return redirect(&format!("/verifikasi/putaran/{}", open.id));
    }
    let sample: i64 = get_typed(db, cap.district(), "verification.sample").await?;
    let deadline = shell.today.saturating_add(Duration::days(USUAL_DAYS));
    let mut values = vec![
        ("nama".to_owned(), shell.t1("verification.new.usual_name", "year", shell.today.year())),
        ("status".to_owned(), FamilyStatus::Listed.code().to_owned()),
        ("sampel".to_owned(), sample.to_string()),
    ];
    for (field, day) in [("mulai", shell.today), ("tenggat", deadline)] {
        values.push((format!("{field}_tanggal"), day.day().to_string()));
        values.push((format!("{field}_bulan"), u8::from(day.month()).to_string()));
        values.push((format!("{field}_tahun"), day.year().to_string()));
    }
    let form = Form::with(&shell, values);
    new_page(&cap, &app, shell, &form, None).await
}

async fn new_page(cap: &KeepCampaigns, app: &App, shell: Shell, form: &Form, base: Option<&Base>) -> Page {
    let db = app.store.reader();
    let statuses = FamilyStatus::ALL
        .into_iter()
        .map(|status| {
            let words = shell.t(&format!("registry.status.{}", status.code())).into_owned();
            (status.code().to_owned(), words)
        })
        .collect();
    let batches = query::batches(db, cap.district())
        .await?
        .into_iter()
        .map(|batch| {
            let kind = shell.t(&format!("import.kind.{}", batch.kind)).into_owned();
            (batch.id.to_string(), format!("{kind}, {}", shell.instant(batch.uploaded_at)))
        })
        .collect();
    let counted = match base.filter(|_| form.is_valid()) {
        None => None,
        Some(base) => {
            let rows = preview(db, cap.district(), base).await?;
            let villages: Vec<Progress> = rows
                .into_iter()
                .map(|(village, families)| Progress { village, families, ..Progress::default() })
                .collect();
            let codes = villages.iter().map(|one| one.village / 10_000 * 10_000);
            let names = territory::names(db, cap.district(), codes).await?;
            Some(Counted {
                families: villages.iter().map(|one| one.families).sum(),
                villages: villages.len(),
                regions: regions(&villages, &names, &[]),
            })
        }
    };
    page_with(form.status(), &NewPage { form: form.view(), statuses, batches, counted, shell })
}

/// Counts at the first press, opens at the second.
pub(super) async fn create(
    cap: Cap<KeepCampaigns>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let name = form.required("nama", 80);
    let opens_on = form.day("mulai");
    let deadline = form.day("tenggat");
    let sample = form.count("sampel", 0..=200);
    let statuses: Vec<FamilyStatus> =
        form.all("status").into_iter().filter_map(FamilyStatus::parse).collect();
    if statuses.is_empty() {
        form.error("status", "web.error.choose");
    }
    let batch = form.read_optional("impor", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
    if let (Some(opens_on), Some(deadline)) = (opens_on, deadline)
        && deadline < opens_on
    {
        form.error("tenggat", "verification.refused.deadline");
    }
    let base = Base { statuses, batch, flagged_only: form.ticked("bertanda") };
    if let (true, "buka", Some(opens_on), Some(deadline), Some(sample)) =
        (form.is_valid(), form.get("langkah"), opens_on, deadline, sample)
    {
        let open = OpenCampaign { name, base: base.clone(), opens_on, deadline, sample };
        match app.submit(cap.actor(), form.command_id()?, open).await {
            Ok(_) => return redirect("/verifikasi"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(&cap, &app, shell, &form, Some(&base)).await
}

/// Closes the campaign.
pub(super) async fn close(
    cap: Cap<KeepCampaigns>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let campaign = query::campaign_by_id(app.store.reader(), cap.district(), id).await?;
    let campaign = campaign.ok_or(Error::NotFound)?;
    let reason = form.optional("alasan", 300);
    if form.is_valid() {
        let close = CloseCampaign { campaign: id, reason };
        match app.submit(cap.actor(), form.command_id()?, close).await {
            Ok(_) => return redirect(&format!("/verifikasi/putaran/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let Some(sees) = SeeProgress::of(cap.actor()) else { return Err(Error::Forbidden) };
    progress::show(&sees, &app, shell, Some(campaign), &form).await
}

/// Opens a closed campaign again.
pub(super) async fn reopen(
    cap: Cap<ReopenCampaigns>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let campaign = query::campaign_by_id(app.store.reader(), cap.district(), id).await?;
    let campaign = campaign.ok_or(Error::NotFound)?;
    let reason = form.required("alasan", 300);
    if form.is_valid() {
        let reopen = ReopenCampaign { campaign: id, reason };
        match app.submit(cap.actor(), form.command_id()?, reopen).await {
            Ok(_) => return redirect("/verifikasi"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let Some(sees) = SeeProgress::of(cap.actor()) else { return Err(Error::Forbidden) };
    progress::show(&sees, &app, shell, Some(campaign), &form).await
}
