//! Reports of zakat: the list with its sum, a new one, one with the families that Baznas found eligible.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::date::month_year;
use asuh_step_registry::families::{Named, by_name};
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};
use axum::http::header;
use axum::response::IntoResponse;
use time::Date;

use super::command::{ASNAF, MarkAsnaf, RecordZakat, WithdrawZakat};
use super::query::{self, FamilyLine, ReportLine};
use super::{KeepAsnaf, KeepZakat, ReadAsnaf, ReadZakat};
use crate::cash::read_month;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// Most bytes of a paper.
const PAPER_BYTES: u64 = 10 * 1024 * 1024;
/// Months that can be chosen: the present one and those before it.
const MONTHS: usize = 12;

#[derive(Template)]
#[template(path = "zakat/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<ReportLine>,
    /// Rupiah reported about this year.
    year: (i32, i64),
    next: Option<(Date, Id)>,
    keeps: bool,
}

impl ListPage {
    fn month(&self, line: &ReportLine) -> String {
        month_year(self.shell.text().language, line.month)
    }
}

/// What Baznas reported, the newest first.
pub(super) async fn list(
    cap: Cap<ReadZakat>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let before = url.get("sebelum").and_then(|place| {
        let (day, id) = place.split_once('.')?;
        Some((asuh_nusantara::date::parse(day).ok()?, id.parse().ok()?))
    });
    let (db, district) = (app.store.reader(), cap.district());
    let mut lines = query::list(db, district, cap.scope(), before).await?;
    let next = cut(&mut lines, query::PAGE, |last| (last.reported_on, last.id));
    let first = shell.today.replace_ordinal(1).unwrap_or(shell.today);
    let sum = query::reported(db, district, cap.scope(), first).await?;
    let keeps = KeepZakat::of(cap.actor()).is_some();
    page(&ListPage { year: (shell.today.year(), sum), lines, next, keeps, shell })
}

#[derive(Template)]
#[template(path = "zakat/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    reporters: Vec<(String, String)>,
    months: Vec<(String, String)>,
}

async fn new_page(app: &App, cap: &KeepZakat, shell: Shell, form: &Form) -> Page {
    let mut months = Vec::new();
    let mut month = shell.today.replace_day(1).unwrap_or(shell.today);
    for _ in 0..MONTHS {
        let code = format!("{:04}-{:02}", month.year(), u8::from(month.month()));
        months.push((code, month_year(shell.text().language, month)));
        month = (month - time::Duration::days(1)).replace_day(1).unwrap_or(month);
    }
    let reporters = query::reporters(app.store.reader(), cap.district(), cap.scope()).await?;
    page_with(form.status(), &NewPage { f: form.view(), reporters, months, shell })
}

/// A new report.
pub(super) async fn new(cap: Cap<KeepZakat>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    new_page(&app, &cap, shell, &form).await
}

/// Notes it.
pub(super) async fn record(
    cap: Cap<KeepZakat>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reporter = form.id("pelapor");
    let number = form.required("nomor", 60);
    let reported_on = form.day("hari");
    let month = form.read("bulan", |text| read_month(text).ok_or("web.error.choose"));
    let amount = form.count("jumlah", 1..=1_000_000_000_000);
    let families = form.count("keluarga", 1..=1_000_000);
    let note = form.optional("catatan", 200);
    // The paper is kept at once: no browser sends a file twice.
    let read = form.file("surat").map(|upload| attachments::read(upload, MediaType::SCANS, PAPER_BYTES));
    match read {
        Some(Ok(content)) => {
            let kept = attachments::store(&app, cap.actor(), form.command_id()?, content).await?;
            form.set("surat_id", kept.to_string());
        }
        Some(Err(refusal)) => form.refuse(&refusal.field("surat")),
        None if form.get("surat_id").is_empty() => form.error("surat", "web.error.required"),
        None => {}
    }
    if let (Some(reporter), Some(reported_on), Some(month), Some(amount), Some(families), true) =
        (reporter, reported_on, month, amount, families, form.is_valid())
    {
        let document = form.get("surat_id").parse().map_err(|_| Error::BadRequest("no paper"))?;
        let command = RecordZakat {
            reporter,
            number,
            reported_on,
            month,
            amount,
            families,
            document,
            note,
            today: shell.today,
            scope: cap.scope().clone(),
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/zakat/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(&app, &cap, shell, &form).await
}

#[derive(Template)]
#[template(path = "zakat/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    line: ReportLine,
    month: String,
    /// Nothing where the caller may not know them.
    families: Option<Vec<FamilyLine>>,
    found: Vec<Named>,
    asnaf: Vec<(String, String)>,
    keeps: bool,
    marks: bool,
    searched: bool,
}

async fn show_page(
    app: &App,
    actor: &std::sync::Arc<Actor>,
    shell: Shell,
    form: &Form,
    (id, found, searched): (Id, Vec<Named>, bool),
) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let scope = actor.scope(ReadZakat::ROLES);
    let line = query::one(db, district, id, &scope).await?.ok_or(Error::NotFound)?;
    let families = match ReadAsnaf::of(actor) {
        Some(reads) => Some(query::families(db, district, id, reads.scope()).await?),
        None => None,
    };
    if families.is_some() {
        audit::opened(app, actor, "open", Some(("zakat_report", id)), "");
    }
    let open = line.withdrawn_at.is_none();
    let words = |code: &&str| shell.t(&format!("zakat.asnaf.{code}")).into_owned();
    let template = ShowPage {
        f: form.view(),
        month: month_year(shell.text().language, line.month),
        asnaf: ASNAF.iter().map(|code| ((*code).to_owned(), words(code))).collect(),
        keeps: open && KeepZakat::of(actor).is_some(),
        marks: open && KeepAsnaf::of(actor).is_some(),
        families,
        found,
        searched,
        line,
        shell,
    };
    page_with(form.status(), &template)
}

/// A report.
pub(super) async fn show(
    cap: Cap<ReadZakat>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, [("asnaf", "miskin")]);
    show_page(&app, cap.actor(), shell, &form, (id, Vec::new(), false)).await
}

/// Searches a family to be marked; the words go into no address.
pub(super) async fn search(
    cap: Cap<KeepAsnaf>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let words = form.optional("cari", 60);
    let found = by_name(app.store.reader(), cap.district(), cap.scope(), &words).await?;
    audit::opened(&app, cap.actor(), "search_families", None, "");
    if form.get("asnaf").is_empty() {
        form.set("asnaf", "miskin".into());
    }
    show_page(&app, cap.actor(), shell, &form, (id, found, true)).await
}

/// Marks a family, or takes its mark off (`aksi`: `lepas`).
pub(super) async fn mark(
    cap: Cap<KeepAsnaf>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let family = form.id("id");
    let asnaf = match form.get("aksi") {
        "lepas" => None,
        _ => Some(form.required("asnaf", 20)),
    };
    if let (Some(family), true) = (family, form.is_valid()) {
        let command = MarkAsnaf { report: id, family, asnaf, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/zakat/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, (id, Vec::new(), false)).await
}

/// Withdraws a report.
pub(super) async fn withdraw(
    cap: Cap<KeepZakat>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    if form.is_valid() {
        let command = WithdrawZakat { report: id, reason, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/zakat/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, (id, Vec::new(), false)).await
}

/// The paper, as a download.
pub(super) async fn document(cap: Cap<ReadZakat>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let line = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let paper = attachments::open(&app.store, district, line.document_id).await?.ok_or(Error::NotFound)?;
    audit::opened(&app, cap.actor(), "open", Some(("zakat_report", id)), "document");
    let ending = paper.media_type.name().rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, paper.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"laporan-zakat.{ending}\"")),
    ];
    Ok((headers, paper.bytes).into_response())
}
