//! `/dokumen`: the register of papers, one paper, its file and its workbook, and what was signed of it.

use askama::Template;
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;

use super::command::{AddScan, Way, WithdrawPaper};
use super::content::{self, PRINTED};
use super::query::{self, IssuedPaper, Scan};
use super::{KeepPapers, ReadPapers};
use crate::App;
use crate::access::{Actor, Cap, Capability};
use crate::attachments::{self, MediaType};
use crate::audit;
use crate::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// The largest scan or signed file: 10 MB.
const MOST_BYTES: u64 = 10 << 20;

/// Kinds that the register offers to choose from.
const KINDS: [&str; 6] = ["report", "invitation", "minutes", "record", "commitment", "analysis"];

/// Which papers, and where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    jenis: String,
    #[serde(default)]
    setelah: String,
}

#[derive(Template)]
#[template(path = "papers/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<IssuedPaper>,
    kind: String,
    kinds: [&'static str; 6],
    next: Option<Id>,
}

/// The papers within reach.
pub(super) async fn list(
    cap: Cap<ReadPapers>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let kind = KINDS.into_iter().find(|kind| *kind == choice.jenis).unwrap_or_default().to_owned();
    let after = choice.setelah.parse().ok();
    let mut lines = query::list(app.store.reader(), cap.district(), cap.scope(), &kind, after).await?;
    let next = cut(&mut lines, query::PAGE, |line| line.id);
    page(&ListPage { shell, lines, kind, kinds: KINDS, next })
}

#[derive(Template)]
#[template(path = "papers/show.html")]
struct ShowPage {
    shell: Shell,
    one: IssuedPaper,
    printed: String,
    file_hash: String,
    scans: Vec<Scan>,
    ways: Vec<(String, String)>,
    tables: bool,
    keeps: bool,
    form: FormView,
}

/// The ways in which a paper is signed, to choose from.
pub(super) fn ways(shell: &Shell) -> Vec<(String, String)> {
    let one = |way: Way| (way.code().to_owned(), shell.t(&format!("papers.way.{}", way.code())).into_owned());
    Way::ALL.map(one).into()
}

async fn shown(app: &App, cap: &ReadPapers, shell: Shell, id: Id, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let paper = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let kept = query::kept(db, district, id).await?.ok_or(Error::NotFound)?;
    let tables = content::opened(app, district, &kept.content_sealed)?.paper.tables().next().is_some();
    let scans = query::scans(db, district, id).await?;
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let template = ShowPage {
        printed: hex(&paper.content_sha256)[..PRINTED].to_owned(),
        file_hash: paper.pdf_sha256.map(|hash| hex(&hash)).unwrap_or_default(),
        scans,
        ways: ways(&shell),
        tables,
        keeps: cap.actor().has_any(KeepPapers::ROLES) && paper.state != "withdrawn",
        form: form.view(),
        one: paper,
        shell,
    };
    page_with(form.status(), &template)
}

/// One paper.
pub(super) async fn show(
    cap: Cap<ReadPapers>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    shown(&app, &cap, shell, id, &form).await
}

/// A paper within reach, and the note that somebody opened it.
async fn found(app: &App, cap: &ReadPapers, id: Id) -> Result<IssuedPaper, Error> {
    let paper = query::one(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let paper = paper.ok_or(Error::NotFound)?;
    audit::opened(app, cap.actor(), "export", Some(("issued_paper", id)), &paper.number);
    Ok(paper)
}

/// Its file; made now when it was not made yet.
pub(super) async fn file(cap: Cap<ReadPapers>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let paper = found(&app, &cap, id).await?;
    let bytes = content::file(&app, cap.actor(), id).await?;
    Ok(content::sent(bytes, &name(&paper.number)))
}

/// The file of the paper with a number of its own that holds of something: for the page of what it was made of, which has
/// asked whether the caller may see it.
///
/// # Errors
/// There is none, or its file cannot be made.
pub async fn file_of(app: &App, actor: &Actor, kind: &str, subject: Id) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let id = query::holding(db, district, kind, subject).await?.ok_or(Error::NotFound)?;
    let kept = query::kept(db, district, id).await?.ok_or(Error::NotFound)?;
    audit::opened(app, actor, "export", Some(("issued_paper", id)), &kept.number);
    let bytes = content::file(app, actor, id).await?;
    Ok(content::sent(bytes, &name(&kept.number)))
}

/// A number as a file's name: letters, digits, hyphens.
pub(super) fn name(number: &str) -> String {
    let name: String =
        number.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    if name.is_empty() { "dokumen".to_owned() } else { name }
}

/// Its tables as a workbook, for whoever goes on working with them.
pub(super) async fn workbook(cap: Cap<ReadPapers>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let paper = found(&app, &cap, id).await?;
    let kept = query::kept(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
    let content = content::opened(&app, cap.district(), &kept.content_sealed)?;
    crate::web::paper_book(&app, content.paper, &name(&paper.number)).await
}

/// A signed scan as it was added: as a download, never shown as part of our own pages.
pub(super) async fn scan(
    cap: Cap<ReadPapers>,
    State(app): State<App>,
    Path((id, nth)): Path<(Id, i64)>,
) -> Page {
    let paper = found(&app, &cap, id).await?;
    let scans = query::scans(app.store.reader(), cap.district(), id).await?;
    let scan = scans.into_iter().find(|scan| scan.nth == nth).ok_or(Error::NotFound)?;
    let file = format!("{}-{nth}", name(&paper.number));
    scan_file(&app, cap.district(), scan.attachment_id, &file).await
}

/// A signed scan as a download. `name` is ours: letters, digits, hyphens.
pub(super) async fn scan_file(app: &App, district: DistrictId, attachment: Id, name: &str) -> Page {
    let content = attachments::open(&app.store, district, attachment).await?;
    let content = content.ok_or(Error::NotFound)?;
    let ending = content.media_type.name().rsplit('/').next().unwrap_or_default();
    let file = format!("attachment; filename=\"{name}.{ending}\"");
    let headers =
        [(header::CONTENT_TYPE, content.media_type.name().to_owned()), (header::CONTENT_DISPOSITION, file)];
    Ok((headers, content.bytes).into_response())
}

/// How a paper was signed, and the signed file, of a form; what is wrong with them then stands on the form.
pub(super) fn read_signed(form: &mut Form) -> Option<(Way, attachments::Content)> {
    let way = form.read("cara", |code| Way::parse(code).ok_or("web.error.choose"));
    // A certified signature is in the PDF itself; a picture of it proves nothing.
    let accepted = if way == Some(Way::Certified) { &[MediaType::Pdf] } else { MediaType::SCANS };
    let read = form.file("berkas").map(|upload| attachments::read(upload, accepted, MOST_BYTES));
    let content = match read {
        Some(Ok(content)) => Some(content),
        Some(Err(refusal)) => {
            form.refuse(&refusal.field("berkas"));
            None
        }
        None => {
            form.error("berkas", "web.error.required");
            None
        }
    };
    way.zip(content).filter(|_| form.is_valid())
}

fn reader(cap: &KeepPapers) -> Result<ReadPapers, Error> {
    ReadPapers::of(cap.actor()).ok_or(Error::Forbidden)
}

/// Adds a signed scan.
pub(super) async fn add_scan(
    cap: Cap<KeepPapers>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    if let Some((way, content)) = read_signed(&mut form) {
        let attachment = attachments::store(&app, cap.actor(), command_id, content).await?;
        let command = AddScan { paper: id, scope: cap.scope().clone(), way, attachment };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/dokumen/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    shown(&app, &reader(&cap)?, shell, id, &form).await
}

/// Withdraws a paper.
pub(super) async fn withdraw(
    cap: Cap<KeepPapers>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let reason = form.required("alasan", 500);
    if form.is_valid() {
        let command = WithdrawPaper { paper: id, scope: cap.scope().clone(), today: shell.today, reason };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/dokumen/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    shown(&app, &reader(&cap)?, shell, id, &form).await
}
