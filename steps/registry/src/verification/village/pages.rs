//! A village's record: closing the village, the paper to sign, its scan, opening the village again.

use std::borrow::Borrow;

use askama::Template;
use asuh_nusantara::{TerritoryCode, terbilang};
use asuh_store::Id;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::command::{AttachRecord, CloseVillage, ReopenVillage, Signer, refusal};
use super::print::VillageRecord;
use super::query::{self, Record};
use crate::rights::{CloseVillages, Reach, ReadRecords, ReturnVillages};
use crate::territory;
use crate::verification::campaign::{Campaign, Progress, campaign_by_id, open_campaign, progress};
use crate::verification::rules::{Blocked, Missing, VisitResult, blocked};
use crate::verification::visit::{reached_village, waiting_in};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::audit;
use asuh_ground::papers::RowPaper;
use asuh_ground::settings::{Letterhead, get_typed};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, page_with, redirect};

/// Bytes of a scan or a signed file: a paper of several pages, photographed.
const MOST: u64 = 10 << 20;
/// Lines for signers on the form.
const SIGNERS: usize = 4;

#[derive(Template)]
#[template(path = "verification/village/close.html")]
struct ClosePage {
    shell: Shell,
    form: FormView,
    code: i64,
    name: String,
    campaign: Campaign,
    progress: Progress,
    results: Vec<Counted>,
    /// Why it cannot be closed, with what to do.
    blocked: Option<String>,
    /// Whether a reason is needed for families without a result.
    reason_needed: bool,
    closed: bool,
    signers: Vec<usize>,
}

/// What will be counted, and the form for who signs.
pub(super) async fn close(
    cap: Cap<CloseVillages>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
) -> Page {
    let (village, name) = reached_village(cap.scope(), &app, cap.district(), &code).await?;
    // 1xxx is a kelurahan with a lurah, all others have an elected head (Kemendagri's codes).
    let head = if village % 10_000 / 1000 == 1 { "lurah" } else { "kades" };
    let mut values = vec![("nama_2".to_owned(), shell.actor_name().to_owned())];
    for (nth, office) in [(1, head), (2, "verifier"), (3, "officer")] {
        let words = shell.t1(&format!("verification.office.{office}"), "name", &name);
        values.push((format!("jabatan_{nth}"), words));
    }
    let day = shell.today;
    values.push(("tanggal_tanggal".into(), day.day().to_string()));
    values.push(("tanggal_bulan".into(), u8::from(day.month()).to_string()));
    values.push(("tanggal_tahun".into(), day.year().to_string()));
    let form = Form::with(&shell, values);
    close_page(&cap, &app, shell, &code, &form).await
}

async fn close_page(cap: &CloseVillages, app: &App, shell: Shell, code: &str, form: &Form) -> Page {
    let db = app.store.reader();
    let (code, name) = reached_village(cap.scope(), app, cap.district(), code).await?;
    let whole = TerritoryCode::from_i64(code).map_err(|_| Error::NotFound)?;
    if !cap.scope().reaches(whole, "") {
        return Err(Error::NotFound);
    }
    let campaign = open_campaign(db, cap.district()).await?.ok_or(Error::NotFound)?;
    let scope = Reach::whole(whole).scope();
    let counted = progress(db, cap.district(), &scope, campaign.id).await?.pop();
    let progress = counted.unwrap_or_else(|| Progress { village: code, ..Progress::default() });
    let missing = Missing {
        families: progress.families,
        unvisited: progress.open(),
        waiting: waiting_in(db, cap.district(), campaign.id, code).await?,
    };
    let least: i64 = get_typed(db, cap.district(), "verification.least_visited").await?;
    let why = blocked(missing, least, "");
    let template = ClosePage {
        form: form.view(),
        code,
        name,
        campaign,
        results: result_lines(&shell, &progress.results),
        blocked: why
            .filter(|why| *why != Blocked::ReasonNeeded)
            .map(|why| shell.refusal(&refusal(why, missing, least))),
        reason_needed: why == Some(Blocked::ReasonNeeded),
        closed: progress.closed,
        signers: (1..=SIGNERS).collect(),
        progress,
        shell,
    };
    page_with(form.status(), &template)
}

/// A result in words, and how many families have it.
pub(super) struct Counted {
    pub(super) words: String,
    pub(super) n: i64,
}

/// Results with their counts, in the order of the forms.
pub(super) fn result_lines(text: &Text, counts: &std::collections::BTreeMap<String, i64>) -> Vec<Counted> {
    VisitResult::ALL
        .iter()
        .filter_map(|result| Some((result.code(), *counts.get(result.code())?)))
        .map(|(code, n)| Counted { words: text.t(&format!("registry.result.{code}")).into_owned(), n })
        .collect()
}

/// Closes the village.
pub(super) async fn close_post(
    cap: Cap<CloseVillages>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
    mut form: Form,
) -> Page {
    let (village, _) = reached_village(cap.scope(), &app, cap.district(), &code).await?;
    form.required("nama_1", 80);
    let signed_on = form.day("tanggal");
    let reason = form.optional("alasan", 300);
    let mut signers = Vec::new();
    for nth in 1..=SIGNERS {
        let name = form.optional(&format!("nama_{nth}"), 80);
        let office = form.optional(&format!("jabatan_{nth}"), 120);
        if !name.is_empty() {
            if office.is_empty() {
                form.error(&format!("jabatan_{nth}"), "web.error.required");
            }
            signers.push(Signer { name, office });
        }
    }
    if let (true, Some(signed_on)) = (form.is_valid(), signed_on) {
        let reach = Reach::of(cap.scope());
        let close = CloseVillage { village, reach, signed_on, signers, reason, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, close).await {
            Ok(receipt) => return redirect(&format!("/verifikasi/berita-acara/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    close_page(&cap, &app, shell, &code, &form).await
}

#[derive(Template)]
#[template(path = "verification/village/record.html")]
struct RecordPage {
    shell: Shell,
    form: FormView,
    letterhead: Letterhead,
    record: Record,
    campaign: Campaign,
    village: String,
    subdistrict: String,
    results: Vec<Counted>,
    attaches: bool,
    reopens: bool,
}

impl RecordPage {
    /// What the paper says first.
    fn opening(&self) -> String {
        opening(&self.shell, &self.record, &self.campaign.name, (&self.village, &self.subdistrict))
    }

    /// Its address.
    fn at(&self) -> String {
        VillageRecord::page(self.record.id)
    }

    /// "empat puluh": a count as the paper says it beside its figure, in the paper's language.
    fn in_words(&self, count: impl Borrow<i64>) -> String {
        let count = *count.borrow();
        match self.shell.language {
            asuh_nusantara::Language::Indonesian => terbilang(count),
            asuh_nusantara::Language::English => self.shell.number(count),
        }
    }
}

/// What a record says first: when, where, of which campaign.
pub(super) fn opening(
    text: &Text,
    record: &Record,
    campaign: &str,
    (village, subdistrict): (&str, &str),
) -> String {
    text.with(
        "verification.record.opening",
        &[
            ("day", text.long_day(record.signed_on)),
            ("village", village.to_owned()),
            ("subdistrict", subdistrict.to_owned()),
            ("campaign", campaign.to_owned()),
        ],
    )
}

/// The record, to be printed and signed.
pub(super) async fn record(
    cap: Cap<ReadRecords>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    record_page(&cap, &app, shell, id, &form).await
}

async fn record_page(cap: &ReadRecords, app: &App, shell: Shell, id: Id, form: &Form) -> Page {
    let db = app.store.reader();
    let record = query::record(db, cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let campaign = campaign_by_id(db, cap.district(), record.campaign_id).await?.ok_or(Error::NotFound)?;
    let above = record.village_code / 10_000 * 10_000;
    let mut names = territory::names(db, cap.district(), [record.village_code, above]).await?;
    let holds = record.reopened_at.is_none();
    let whole = TerritoryCode::from_i64(record.village_code).map_err(|_| Error::NotFound)?;
    let actor = cap.actor();
    let template = RecordPage {
        form: form.view(),
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        village: names.remove(&record.village_code).unwrap_or_default(),
        subdistrict: names.remove(&above).unwrap_or_default(),
        results: result_lines(&shell, &record.results()),
        attaches: holds && CloseVillages::of(actor).is_some_and(|cap| cap.scope().reaches(whole, "")),
        reopens: holds
            && campaign.is_open()
            && ReturnVillages::of(actor).is_some_and(|cap| cap.scope().reaches(whole, "")),
        record,
        campaign,
        shell,
    };
    page_with(form.status(), &template)
}

/// The signed paper. Opening it is noted: a scan may hold more than counts.
pub(super) async fn paper(cap: Cap<ReadRecords>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let record = query::record(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let kept = record.and_then(|record| record.attachment_id).ok_or(Error::NotFound)?;
    let content = attachments::open(&app.store, cap.district(), kept).await?.ok_or(Error::NotFound)?;
    audit::opened(&app, cap.actor(), "open", Some(("village_record", id)), "signed_record");
    let headers = [
        (header::CONTENT_TYPE, content.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"berita-acara\"".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, content.bytes).into_response())
}

/// Keeps the signed paper.
pub(super) async fn attach(
    cap: Cap<CloseVillages>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::record(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let read = form.file("berkas").map(|upload| attachments::read(upload, MediaType::SCANS, MOST));
    match read {
        None => form.error("berkas", "verification.record.no_file"),
        Some(Err(refusal)) => form.refuse(&refusal.field("berkas")),
        Some(Ok(content)) => {
            let attachment = attachments::store(&app, cap.actor(), form.command_id()?, content).await?;
            let attach = AttachRecord { record: id, reach: Reach::of(cap.scope()), attachment };
            match app.submit(cap.actor(), form.command_id()?, attach).await {
                Ok(_) => return redirect(&format!("/verifikasi/berita-acara/{id}")),
                Err(rejection) => form.reject(rejection)?,
            }
        }
    }
    let Some(reads) = ReadRecords::of(cap.actor()) else { return Err(Error::Forbidden) };
    record_page(&reads, &app, shell, id, &form).await
}

/// Opens the village again.
pub(super) async fn reopen(
    cap: Cap<ReturnVillages>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let record = query::record(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let record = record.ok_or(Error::NotFound)?;
    let reason = form.optional("alasan", 300);
    if form.is_valid() {
        let reopen = ReopenVillage { record: id, reach: Reach::of(cap.scope()), reason, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, reopen).await {
            Ok(_) => {
                let above = record.village_code / 10_000 * 10_000;
                return redirect(&format!("/verifikasi/kecamatan/{above}"));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let Some(reads) = ReadRecords::of(cap.actor()) else { return Err(Error::Forbidden) };
    record_page(&reads, &app, shell, id, &form).await
}
