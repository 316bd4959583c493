//! Delivering: a village at a time, or one package with its proof.

use askama::Template;
use asuh_store::{Id, Instant, Refusal};
use axum::extract::{Query as UrlQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use data_encoding::BASE64;
use serde::Deserialize;
use time::{Date, Time};

use super::command::{DeliverPackage, DeliverVillage, DeliveryLine, REASONS, Undeliverable};
use super::lists::{Head, head, place};
use super::query::{self, PackageDetail, PackageLine, Reach};
use super::undo::{self, UndoDelivery, Undone};
use crate::{DeliverPackages, ReadRecipients};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::attachments::{self, Content, MediaType};
use asuh_ground::settings;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// Most bytes of a signature.
const SIGNATURE_BYTES: usize = 200 * 1024;
/// Most bytes of a photo.
const PHOTO_BYTES: u64 = 5 * 1024 * 1024;
/// What a receiver can be to the family.
const RELATIONS: [&str; 5] = ["head", "wife", "member", "neighbour", "official"];

#[derive(Template)]
#[template(path = "delivery/village.html")]
struct Village {
    shell: Shell,
    head: Head,
    f: FormView,
    /// What waits; below it what is done.
    open: Vec<PackageLine>,
    done: Vec<PackageLine>,
    delivered: usize,
    one_by_one: bool,
    /// Whether all that waits is ticked.
    ticked: bool,
    saved: String,
    /// The one that was saved last.
    last: Option<Id>,
}

impl Village {
    fn ticked(&self, line: &PackageLine) -> bool {
        self.ticked || self.f.has("paket", &line.id.to_string())
    }
}

/// What the page of a village says beside its list.
#[derive(Deserialize, Default)]
pub(super) struct Told {
    /// The package that was saved last.
    terakhir: Option<String>,
    /// How many were saved at once.
    disimpan: Option<u32>,
    #[serde(skip)]
    ticked: bool,
}

async fn village_page(
    app: &App,
    cap: &DeliverPackages,
    path: (String, String),
    (form, told): (&Form, Told),
    shell: Shell,
) -> Page {
    let head = head(app, cap.district(), place(path)?).await?;
    let db = app.store.reader();
    let lines =
        query::packages(db, cap.district(), head.run.id, head.code, Reach::Within(cap.scope())).await?;
    if lines.is_empty() {
        return Err(Error::NotFound);
    }
    let delivered = lines.iter().filter(|line| line.state == "delivered").count();
    let proof: String = settings::get_typed(db, cap.district(), "distribution.proof").await?;
    let last = told.terakhir.and_then(|id| id.parse().ok());
    let last = lines.iter().find(|line| Some(line.id) == last && line.state != "packed");
    let saved = match (last, told.disimpan) {
        (Some(line), _) => {
            let name = format!("{}. {}", line.nth, line.head_name);
            let way = if line.state == "delivered" { "saved_one" } else { "saved_back" };
            shell.t1(&format!("distribution.deliver.{way}"), "name", name)
        }
        (None, Some(n)) => shell.t1("distribution.deliver.saved", "n", n),
        (None, None) => String::new(),
    };
    // What went back to the warehouse is given in the next run; only a delivery is taken back.
    let last = last.filter(|line| line.state == "delivered").map(|line| line.id);
    let (open, done) = lines.into_iter().partition(|line| line.state == "packed");
    let (f, one_by_one, ticked) = (form.view(), proof != "optional", told.ticked);
    page_with(
        form.status(),
        &Village { shell, head, f, open, done, delivered, one_by_one, ticked, saved, last },
    )
}

/// The packages of a village that the caller delivers.
pub(super) async fn village(
    cap: Cap<DeliverPackages>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    UrlQuery(told): UrlQuery<Told>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    village_page(&app, &cap, path, (&form, told), shell).await
}

/// One tap delivers one package (`satu`); the button at the foot delivers all that are ticked (`paket`), and another
/// ticks all that wait (`langkah`), which saves nothing yet.
pub(super) async fn deliver_village(
    cap: Cap<DeliverPackages>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let (run, village) = place(path.clone())?;
    if form.get("langkah") == "semua" {
        let told = Told { ticked: true, ..Told::default() };
        return village_page(&app, &cap, path, (&form, told), shell).await;
    }
    let chosen = match form.get("satu") {
        "" => form.all("paket"),
        one => vec![one],
    };
    let lines: Vec<DeliveryLine> = chosen
        .into_iter()
        .filter_map(|id| id.parse().ok())
        .map(|package| DeliveryLine {
            package,
            receiver_name: String::new(),
            relation: String::new(),
            note: String::new(),
        })
        .collect();
    if lines.is_empty() {
        form.error("paket", "distribution.refused.choose");
        return village_page(&app, &cap, path, (&form, Told::default()), shell).await;
    }
    let told = match lines.as_slice() {
        [one] => format!("terakhir={}", one.package),
        some => format!("disimpan={}", some.len()),
    };
    let (day, happened_at) = now(&app, cap.actor());
    let command = DeliverVillage { run, village, lines, day, happened_at, scope: cap.scope().clone() };
    let id = form.command_id()?;
    match app.submit(cap.actor(), id, command).await {
        Ok(_) => redirect(&format!("/penyaluran/{run}/desa/{village}/antar?{told}#daftar")),
        Err(rejection) => {
            form.reject(rejection)?;
            village_page(&app, &cap, path, (&form, Told::default()), shell).await
        }
    }
}

/// The present day in the district, and its first instant: the same form sent twice within a day is the same
/// command. The exact time is that of the record.
fn now(app: &App, actor: &Actor) -> (Date, Instant) {
    let day = app.today(actor);
    (day, actor.zone.start_of_day(day).into())
}

#[derive(Template)]
#[template(path = "delivery/package.html")]
struct Package {
    shell: Shell,
    f: FormView,
    package: PackageDetail,
    contents: String,
    relations: Vec<(String, String)>,
    reasons: Vec<(String, String)>,
    proof: String,
}

async fn package_page(app: &App, cap: &DeliverPackages, id: Id, form: &Form, shell: Shell) -> Page {
    let db = app.store.reader();
    let package = query::package(db, cap.district(), id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let items = query::items(db, cap.district(), id).await?;
    let options = |codes: &[&str], stem: &str| {
        codes
            .iter()
            .map(|code| ((*code).to_owned(), shell.t(&format!("distribution.{stem}.{code}")).into_owned()))
            .collect()
    };
    let proof = settings::get_typed(db, cap.district(), "distribution.proof").await?;
    let template = Package {
        f: form.view(),
        contents: query::contents(&items, &shell),
        relations: options(&RELATIONS, "relation"),
        reasons: options(&REASONS, "reason"),
        proof,
        package,
        shell,
    };
    page_with(form.status(), &template)
}

/// The form for one package: delivered with receiver and proof, or not.
pub(super) async fn package(
    cap: Cap<DeliverPackages>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, [("hubungan", "head")]);
    package_page(&app, &cap, id, &form, shell).await
}

/// Delivered.
pub(super) async fn deliver(
    cap: Cap<DeliverPackages>,
    State(app): State<App>,
    Path(package): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let receiver_name = form.optional("penerima", 80);
    let relation = form.optional("hubungan", 20);
    let note = form.optional("sebab", 200);
    if !relation.is_empty() && !RELATIONS.contains(&relation.as_str()) {
        form.error("hubungan", "web.error.choose");
    }
    let (day, happened_at) = when(&app, cap.actor(), &mut form);
    let proof = proofs(&mut form);
    if !form.is_valid() {
        return package_page(&app, &cap, package, &form, shell).await;
    }
    // Nobody leaves a file on a package that is not his.
    let found = query::package(app.store.reader(), cap.district(), package, cap.scope()).await?;
    let back = found.map(|found| {
        format!("/penyaluran/{}/desa/{}/antar?terakhir={package}#daftar", found.run_id, found.village_code)
    });
    let back = back.ok_or(Error::NotFound)?;
    let id = form.command_id()?;
    let command = DeliverPackage {
        line: DeliveryLine { package, receiver_name, relation, note },
        day,
        happened_at,
        signature: keep(&app, cap.actor(), id, proof.0).await?,
        photo: keep(&app, cap.actor(), id, proof.1).await?,
        scope: cap.scope().clone(),
    };
    match app.submit(cap.actor(), id, command).await {
        Ok(_) => redirect(&back),
        Err(rejection) => {
            form.reject(rejection)?;
            package_page(&app, &cap, package, &form, shell).await
        }
    }
}

async fn keep(app: &App, actor: &Actor, form: Id, content: Option<Content>) -> Result<Option<Id>, Error> {
    match content {
        Some(content) => Ok(Some(attachments::store(app, actor, form, content).await?)),
        None => Ok(None),
    }
}

/// The signature and the photo that came with the form; what is wrong with them is noted on their fields.
fn proofs(form: &mut Form) -> (Option<Content>, Option<Content>) {
    let drawn = form.get("tanda_tangan");
    let signature = (!drawn.is_empty()).then(|| signature(drawn));
    let photo = form.file("foto").map(|upload| attachments::read(upload, MediaType::PICTURES, PHOTO_BYTES));
    (noted(form, "tanda_tangan", signature), noted(form, "foto", photo))
}

fn noted(form: &mut Form, field: &str, read: Option<Result<Content, Refusal>>) -> Option<Content> {
    match read? {
        Ok(content) => Some(content),
        Err(refusal) => {
            form.refuse(&refusal.field(field));
            None
        }
    }
}

/// The signature that the page drew: `data:image/png;base64,...`.
///
/// # Errors
/// A refusal without a field: it is no picture, or too large.
pub(crate) fn signature(drawn: &str) -> Result<Content, Refusal> {
    let wrong = || Refusal::new("distribution.error.signature");
    let coded = drawn.strip_prefix("data:image/png;base64,").ok_or_else(wrong)?;
    if coded.len() > SIGNATURE_BYTES / 3 * 4 + 4 {
        return Err(Refusal::new("distribution.error.signature_size"));
    }
    let bytes = BASE64.decode(coded.as_bytes()).map_err(|_| wrong())?;
    attachments::clean(bytes, &[MediaType::Png]).map_err(|_| wrong())
}

/// Day and time of a delivery; without any, today.
fn when(app: &App, actor: &Actor, form: &mut Form) -> (Date, Instant) {
    let (today, _) = now(app, actor);
    let day = form.day_optional("hari").unwrap_or(today);
    if day > today || day < today - time::Duration::days(60) {
        form.error("hari", "distribution.error.day");
    }
    let at = form.read_optional("jam", read_time).unwrap_or(Time::MIDNIGHT);
    let start = actor.zone.start_of_day(day);
    (day, (start + (at - Time::MIDNIGHT)).into())
}

/// "9.30", "09:30", "14"
fn read_time(text: &str) -> Result<Time, &'static str> {
    let (hour, minute) = text.split_once(['.', ':']).unwrap_or((text, "0"));
    let read = |part: &str| part.trim().parse::<u8>().map_err(|_| "distribution.error.time");
    Time::from_hms(read(hour)?, read(minute)?, 0).map_err(|_| "distribution.error.time")
}

/// Not delivered: back to the warehouse, with the reason.
pub(super) async fn undeliverable(
    cap: Cap<DeliverPackages>,
    State(app): State<App>,
    Path(package): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let found = query::package(app.store.reader(), cap.district(), package, cap.scope()).await?;
    let found = found.ok_or(Error::NotFound)?;
    let reason = form.required("alasan", 20);
    let note = form.optional("catatan", 200);
    let (day, happened_at) = when(&app, cap.actor(), &mut form);
    if form.is_valid() {
        let command = Undeliverable { package, reason, note, day, happened_at, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => {
                return redirect(&format!(
                    "/penyaluran/{}/desa/{}/antar?terakhir={package}#daftar",
                    found.run_id, found.village_code
                ));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    package_page(&app, &cap, package, &form, shell).await
}

#[derive(Template)]
#[template(path = "delivery/show.html")]
struct Show {
    shell: Shell,
    package: PackageDetail,
    contents: String,
    may_deliver: bool,
    f: FormView,
    may_undo: bool,
    undone: Vec<Undone>,
}

async fn show_page(app: &App, cap: &ReadRecipients, id: Id, form: &Form, shell: Shell) -> Page {
    let db = app.store.reader();
    let package = query::package(db, cap.district(), id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let items = query::items(db, cap.district(), id).await?;
    let delivers = DeliverPackages::of(cap.actor()).is_some();
    let template = Show {
        contents: query::contents(&items, &shell),
        may_deliver: package.state == "packed" && delivers,
        may_undo: package.state == "delivered" && package.run_state == "approved" && delivers,
        undone: undo::history(db, cap.district(), id).await?,
        f: form.view(),
        package,
        shell,
    };
    page_with(form.status(), &template)
}

/// A package and what became of it.
pub(super) async fn show(
    cap: Cap<ReadRecipients>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&app, &cap, id, &form, shell).await
}

/// What was recorded as received by mistake waits again.
pub(super) async fn undo(
    cap: Cap<DeliverPackages>,
    State(app): State<App>,
    Path(package): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reader = ReadRecipients::of(cap.actor()).ok_or(Error::NotFound)?;
    let reason = form.required("sebab", 200);
    if form.is_valid() {
        let day = app.today(cap.actor());
        let command = UndoDelivery { package, reason, day, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/paket/{package}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, &reader, package, &form, shell).await
}

/// The signature (`tanda-tangan`) or the photo (`foto`) of a delivery: as a download that runs nothing.
pub(super) async fn evidence(
    cap: Cap<ReadRecipients>,
    State(app): State<App>,
    Path((package, kind)): Path<(Id, String)>,
) -> Page {
    let db = app.store.reader();
    let package = query::package(db, cap.district(), package, cap.scope()).await?.ok_or(Error::NotFound)?;
    let id = match kind.as_str() {
        "tanda-tangan" => package.signature_id,
        "foto" => package.photo_id,
        _ => None,
    };
    let attachment = attachments::open(&app.store, cap.district(), id.ok_or(Error::NotFound)?).await?;
    let attachment = attachment.ok_or(Error::NotFound)?;
    let (media_type, name) = match attachment.media_type {
        MediaType::Jpeg => ("image/jpeg", "bukti.jpg"),
        _ => ("image/png", "bukti.png"),
    };
    let mut response = attachment.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(value) = HeaderValue::from_str(&format!("inline; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_a_small_png() {
        let code = |drawn: &str| signature(drawn).unwrap_err().code;
        assert_eq!(code("data:text/html;base64,AAAA"), "distribution.error.signature");
        let svg = format!("data:image/png;base64,{}", BASE64.encode(b"<svg onload=alert(1)>"));
        assert_eq!(code(&svg), "distribution.error.signature");
        let large = format!("data:image/png;base64,{}", BASE64.encode(&vec![0; SIGNATURE_BYTES + 10]));
        assert_eq!(code(&large), "distribution.error.signature_size");
    }

    #[test]
    fn times_as_people_write_them() {
        for (text, hour, minute) in [("9.30", 9, 30), ("09:30", 9, 30), ("14", 14, 0), ("0.05", 0, 5)] {
            assert_eq!(read_time(text), Ok(Time::from_hms(hour, minute, 0).unwrap()), "{text}");
        }
        for text in ["24.00", "9.60", "pagi", "9.3.0", "-1"] {
            assert!(read_time(text).is_err(), "{text}");
        }
    }
}
