//! Releasing with the bank's file, its answer, closing, and the forms of banks' files.

use std::collections::HashMap;
use std::path::Path as FilePath;

use askama::Template;
use asuh_documents::sheet::{Column, Kind, Limits, Row, SheetError, SheetReader};
use asuh_ground::staging::sheet_refusal;
use asuh_nusantara::date::month_year;
use asuh_store::{Id, Refusal, StoreError};
use axum::extract::State;
use sha2::{Digest, Sha256};

use super::command::{self, DropResult, PutResult, ResultLine, TakeResult};
use super::format::{self, FIELDS, Format, PutFormat};
use super::reading::{MOST_ROWS, Reading};
use crate::cash::payment::{ClosePlan, ReleasePlan, file_lines};
use crate::cash::plan::{PlanLine, plan, sums};
use crate::cash::rules::State as PlanState;
use crate::cash::{KeepFormats, ReleaseCash};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Scope};
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::web::{
    AT_ONCE, Book, Cell, Error, FileKind, Form, FormView, Page, Path, Shell, page_with, redirect,
};

/// Characters that a bank's text field holds at least.
const MEMO: usize = 30;

#[derive(Template)]
#[template(path = "cash/transfer/release.html")]
struct ReleasePage {
    shell: Shell,
    f: FormView,
    plan: PlanLine,
    funds: Funds,
    month: String,
    transfers: (i64, i64),
    cash: (i64, i64),
    formats: Vec<(String, String)>,
}

/// The children and rupiah of a plan that go this way.
async fn by_way(app: &App, actor: &Actor, id: Id, way: &str) -> Result<(i64, i64), StoreError> {
    let sums = sums(app.store.reader(), actor.district, id).await?;
    let live =
        sums.iter().filter(|sum| sum.way == way && sum.state != "excluded" && sum.state != "cancelled");
    Ok(live.fold((0, 0), |(children, amount), sum| (children + sum.children, amount + sum.amount)))
}

async fn release_page(app: &App, actor: &Actor, scope: &Scope, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let plan = plan(db, district, id, scope).await?.ok_or(Error::NotFound)?;
    let formats = format::all(db, district).await?;
    let told = |format: &Format| match format.confirmed_on {
        Some(_) => format.name.clone(),
        None => shell.t1("cash.format.unconfirmed_name", "name", &format.name),
    };
    let template = ReleasePage {
        f: form.view(),
        funds: Funds::load(db, district).await?,
        month: month_year(shell.text().language, plan.month),
        transfers: by_way(app, actor, id, "transfer").await?,
        cash: by_way(app, actor, id, "cash").await?,
        formats: formats.iter().map(|format| (format.code.clone(), told(format))).collect(),
        plan,
        shell,
    };
    page_with(form.status(), &template)
}

/// What releasing will do.
pub(super) async fn release_check(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let chosen = format::chosen(app.store.reader(), cap.district(), "").await?;
    let form = Form::with(&shell, [("bentuk", chosen.map(|format| format.code).unwrap_or_default())]);
    release_page(&app, cap.actor(), cap.scope(), shell, &form, id).await
}

/// Releases.
pub(super) async fn release(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let code = form.get("bentuk").to_owned();
    let chosen = format::chosen(app.store.reader(), cap.district(), &code).await?;
    let Some(chosen) = chosen else {
        form.error("bentuk", "web.error.choose");
        return release_page(&app, cap.actor(), cap.scope(), shell, &form, id).await;
    };
    let command = ReleasePlan { plan: id, day: shell.today, format: chosen.code, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/bantuan-uang/{id}/hasil")),
        Err(rejection) => {
            form.reject(rejection)?;
            release_page(&app, cap.actor(), cap.scope(), shell, &form, id).await
        }
    }
}

/// The file of the transfers that are on their way, by the form of the plan; that it was taken is noted. Its cells are texts,
/// never formulas.
pub(super) async fn file(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    form.command_id()?;
    let (db, district) = (app.store.reader(), cap.district());
    let plan = plan(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    if plan.released_on.is_none() {
        return Err(Error::NotFound);
    }
    let chosen = format::chosen(db, district, &plan.format_code).await?.ok_or(Error::NotFound)?;
    let parts = format::columns(&chosen.columns).map_err(|refusal| Error::Internal(refusal.code))?;
    audit::opened(&app, cap.actor(), "download", Some(("cash_plan", id)), "transfers");
    let kind = FileKind::parse(&chosen.kind);
    let columns = parts
        .iter()
        .map(|part| Column::new(&part.title, if part.is_amount() { Kind::Integer } else { Kind::Text }))
        .collect();
    let mut book = Book::begin_as(kind, &app, plan.number.replace('/', "-"), columns)?;
    let month = month_year(asuh_nusantara::Language::Indonesian, plan.month);
    let memo: String = format!("{} {month}", plan.programme).chars().take(MEMO).collect();
    let open = |sealed: &Option<Vec<u8>>| match sealed {
        Some(sealed) => app.store.secrets().open_text(district, sealed).map_err(StoreError::from),
        None => Ok(String::new()),
    };
    let mut after = 0;
    loop {
        let lines = file_lines(db, district, id, after, AT_ONCE).await?;
        let Some(last) = lines.last() else { break };
        after = last.nth;
        let mut rows = Vec::with_capacity(lines.len());
        for line in &lines {
            let fields: HashMap<&str, String> = [
                ("urut", line.nth.to_string()),
                ("nomor", open(&line.number_sealed)?),
                ("nama", open(&line.holder_sealed)?),
                ("bank", line.bank.clone()),
                ("kode_bank", line.bank_code.clone()),
                ("jumlah", line.amount.to_string()),
                ("rujukan", line.reference.clone()),
                ("berita", memo.clone()),
                ("bulan", month.clone()),
            ]
            .into();
            let cell = |part: &format::Part| match part.is_amount() {
                true => Cell::Number(line.amount),
                false => Cell::Text(part.cell(&fields)),
            };
            rows.push(parts.iter().map(cell).collect());
        }
        book.rows(rows).await?;
    }
    let name =
        format!("transfer-{}", plan.number.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
    book.send(&name).await
}

#[derive(Template)]
#[template(path = "cash/transfer/result.html")]
struct ResultPage {
    shell: Shell,
    f: FormView,
    plan: PlanLine,
    month: String,
    /// Children and rupiah on their way by transfer, and in cash.
    transfers: (i64, i64),
    cash: (i64, i64),
    back: (i64, i64),
    format: String,
    confirmed: bool,
    taken: Vec<ResultLine>,
    may_close: bool,
}

impl ResultPage {
    fn counts(&self, one: &ResultLine) -> String {
        counts(&self.shell, (one.paid, one.partial, one.failed))
    }

    fn instant(&self, one: &ResultLine) -> String {
        one.taken_at.map(|at| self.shell.instant(at)).unwrap_or_default()
    }
}

/// "40 berhasil, 0 sebagian, 2 gagal"
fn counts(shell: &Shell, (paid, partial, failed): (i64, i64, i64)) -> String {
    shell.t3("cash.answer.counts", ("paid", paid), ("partial", partial), ("failed", failed))
}

async fn result_page(app: &App, actor: &Actor, scope: &Scope, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let plan = plan(db, district, id, scope).await?.ok_or(Error::NotFound)?;
    if plan.released_on.is_none() {
        return Err(Error::NotFound);
    }
    let all = sums(db, district, id).await?;
    let of = |states: &[&str], way: &str| {
        let found = all.iter().filter(|sum| states.contains(&sum.state.as_str()));
        let found = found.filter(|sum| way.is_empty() || sum.way == way);
        found.fold((0, 0), |(n, rupiah), sum| (n + sum.children, rupiah + sum.amount - sum.paid))
    };
    let chosen = format::chosen(db, district, &plan.format_code).await?;
    let template = ResultPage {
        f: form.view(),
        month: month_year(shell.text().language, plan.month),
        transfers: of(&["sent"], "transfer"),
        cash: of(&["sent"], "cash"),
        back: of(&["failed", "partial"], ""),
        confirmed: chosen.as_ref().is_some_and(|format| format.confirmed_on.is_some()),
        format: chosen.map(|format| format.name).unwrap_or_default(),
        taken: command::taken(db, district, id).await?,
        may_close: plan.state() == PlanState::Reconciled,
        plan,
        shell,
    };
    page_with(form.status(), &template)
}

/// After the release: the file for the bank, its answer, what came back, closing.
pub(super) async fn result(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    result_page(&app, cap.actor(), cap.scope(), shell, &form, id).await
}

/// The cells of a file as texts, blank rows included so that rows keep their numbers; with the hash of its bytes.
fn rows_of(path: &FilePath) -> Result<([u8; 32], Vec<Vec<String>>), Refusal> {
    let damaged = |error: std::io::Error| sheet_refusal(&SheetError::Io(error));
    let sha256 = Sha256::digest(std::fs::read(path).map_err(damaged)?).into();
    let limits = Limits { rows: MOST_ROWS, columns: 60, cells: 1_200_000, ..Limits::default() };
    let mut reader = SheetReader::open(path, &limits).map_err(|error| sheet_refusal(&error))?;
    let (mut rows, mut row) = (Vec::new(), Row::default());
    while reader.next_row(&mut row).map_err(|error| sheet_refusal(&error))? {
        if row.number > MOST_ROWS {
            return Err(sheet_refusal(&SheetError::TooManyRows { limit: MOST_ROWS }));
        }
        rows.resize(row.number.saturating_sub(1) as usize, Vec::new());
        rows.push(row.cells.iter().map(|cell| cell.text().into_owned()).collect());
    }
    Ok((sha256, rows))
}

/// Keeps the bank's answer and shows what it says.
pub(super) async fn upload(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let sent: Option<(std::path::PathBuf, String)> =
        form.file("berkas").map(|upload| (upload.path.clone(), upload.file_name.clone()));
    match sent {
        None => form.error("berkas", "web.error.required"),
        Some((path, name)) => {
            let read = tokio::task::spawn_blocking(move || rows_of(&path)).await;
            match read.map_err(|error| Error::Internal(error.to_string()))? {
                Err(refusal) => form.refuse(&refusal.field("berkas")),
                Ok((sha256, rows)) => {
                    form.command_id()?;
                    let name = name.chars().filter(|c| !c.is_control()).take(80).collect();
                    let put = PutResult { plan: id, sha256, name, rows, scope: cap.scope().clone() };
                    match app.submit(cap.actor(), app.store.new_id(), put).await {
                        Ok(receipt) => return redirect(&format!("/jawaban-bank/{}", receipt.value)),
                        Err(rejection) => form.reject(rejection)?,
                    }
                }
            }
        }
    }
    result_page(&app, cap.actor(), cap.scope(), shell, &form, id).await
}

#[derive(Template)]
#[template(path = "cash/transfer/answer.html")]
struct AnswerPage {
    shell: Shell,
    f: FormView,
    line: ResultLine,
    number: String,
    reading: Option<Reading>,
    problem: String,
}

impl AnswerPage {
    fn taken(&self) -> String {
        counts(&self.shell, (self.line.paid, self.line.partial, self.line.failed))
    }

    fn news(&self, reading: &Reading) -> String {
        counts(&self.shell, (reading.paid(), reading.partial(), reading.failed()))
    }
}

async fn answer_page(app: &App, actor: &Actor, scope: &Scope, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let line = command::result(db, district, id, scope).await?.ok_or(Error::NotFound)?;
    let plan = plan(db, district, line.plan_id, scope).await?.ok_or(Error::NotFound)?;
    let (mut reading, mut problem) = (None, String::new());
    if let (Some(sealed), "draft") = (&line.rows_sealed, line.state.as_str()) {
        match command::look(db, app.store.secrets(), district, (&plan, sealed)).await? {
            Ok(read) => reading = Some(read),
            Err(refusal) => problem = shell.refusal(&refusal),
        }
    }
    page_with(
        form.status(),
        &AnswerPage { f: form.view(), line, number: plan.number, reading, problem, shell },
    )
}

/// What a bank's answer says: looked at before it is taken in, counted afterwards.
pub(super) async fn answer(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    answer_page(&app, cap.actor(), cap.scope(), shell, &form, id).await
}

/// Takes it in.
pub(super) async fn take(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = TakeResult { result: id, day: shell.today, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/jawaban-bank/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            answer_page(&app, cap.actor(), cap.scope(), shell, &form, id).await
        }
    }
}

/// Throws it away.
pub(super) async fn discard(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let command = DropResult { result: id, scope: cap.scope().clone() };
    let receipt = app.submit(cap.actor(), form.command_id()?, command).await?;
    redirect(&format!("/bantuan-uang/{}/hasil", receipt.value))
}

/// Closes a plan.
pub(super) async fn close(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = ClosePlan { plan: id, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/bantuan-uang/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            result_page(&app, cap.actor(), cap.scope(), shell, &form, id).await
        }
    }
}

#[derive(Template)]
#[template(path = "cash/transfer/formats.html")]
struct FormatsPage {
    shell: Shell,
    formats: Vec<Format>,
}

/// The forms of banks' files.
pub(super) async fn formats(cap: Cap<KeepFormats>, State(app): State<App>, shell: Shell) -> Page {
    let formats = format::all(app.store.reader(), cap.district()).await?;
    asuh_ground::web::page(&FormatsPage { shell, formats })
}

#[derive(Template)]
#[template(path = "cash/transfer/format.html")]
struct FormatPage {
    shell: Shell,
    f: FormView,
    code: String,
    kinds: Vec<(String, String)>,
    names: String,
}

fn format_page(shell: Shell, form: &Form, code: String) -> Page {
    let kinds = ["xlsx", "csv"]
        .map(|kind| (kind.to_owned(), shell.t(&format!("cash.format.kind.{kind}")).into_owned()));
    let names = FIELDS.map(|field| format!("{{{field}}}")).join(" ");
    page_with(form.status(), &FormatPage { f: form.view(), code, kinds: kinds.into(), names, shell })
}

/// One form, to be changed; `baru` for a new one.
pub(super) async fn format_form(
    cap: Cap<KeepFormats>,
    State(app): State<App>,
    Path(code): Path<String>,
    shell: Shell,
) -> Page {
    if code == "baru" {
        let form = Form::with(&shell, [("jenis", "xlsx")]);
        return format_page(shell, &form, code);
    }
    let found = format::chosen(app.store.reader(), cap.district(), &code).await?.ok_or(Error::NotFound)?;
    let day = found.confirmed_on;
    let part = |part: fn(time::Date) -> String| day.map(part).unwrap_or_default();
    let values = [
        ("kode", found.code.clone()),
        ("nama", found.name),
        ("jenis", found.kind),
        ("kolom", found.columns),
        ("jawaban", found.answer),
        ("dikonfirmasi_tanggal", part(|day| day.day().to_string())),
        ("dikonfirmasi_bulan", part(|day| u8::from(day.month()).to_string())),
        ("dikonfirmasi_tahun", part(|day| day.year().to_string())),
    ];
    let form = Form::with(&shell, values);
    format_page(shell, &form, code)
}

/// Keeps a form.
pub(super) async fn format_put(
    cap: Cap<KeepFormats>,
    State(app): State<App>,
    Path(code): Path<String>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = PutFormat {
        code: if code == "baru" { form.required("kode", 20) } else { code.clone() },
        name: form.required("nama", 60),
        csv: form.get("jenis") == "csv",
        columns: form.required("kolom", 4_000),
        answer: form.required("jawaban", 4_000),
        confirmed_on: form.day_optional("dikonfirmasi"),
        today: shell.today,
    };
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/bantuan-uang/bentuk-berkas"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    format_page(shell, &form, code)
}
