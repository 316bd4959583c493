//! Statements: the accounts and what waits on them, sending a file, looking it over, taking it in.

use std::collections::BTreeMap;
use std::path::Path as FilePath;

use askama::Template;
use asuh_documents::sheet::{Limits, Row, SheetError, SheetReader};
use asuh_ground::staging::sheet_refusal;
use asuh_statement::{Proof, Sen, Statement, StatementError, read};
use asuh_store::{Id, Refusal, StoreError};
use axum::extract::{Query as UrlQuery, State};
use sha2::{Digest, Sha256};

use super::super::{Reach, ReadStatements, TakeStatements};
use super::super::{account, sen, settled_days};
use super::command::{self, DropStatement, PutStatement, TakeStatement};
use super::query::{self, Standing, StatementLine};
use super::rules::{MOST_ROWS, is_of, refusal, stored};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

const PAGE: i64 = 20;

/// An account, what waits on it, and who has to see to it.
pub(in super::super) struct Waiting {
    pub(in super::super) standing: Standing,
    pub(in super::super) owners: String,
    /// Days since the last day that a statement showed, where that is long ago.
    pub(in super::super) silent: Option<i64>,
}

impl Waiting {
    fn label(&self) -> String {
        format!("{} {}", self.standing.bank, account::rules::masked(&self.standing.number_end))
    }
}

#[derive(Template)]
#[template(path = "statement/list.html")]
struct ListPage {
    shell: Shell,
    accounts: Vec<Waiting>,
    statements: Vec<StatementLine>,
    days: i64,
    next: Option<Id>,
    may_take: bool,
}

/// The accounts with what waits on each, and the statements, newest first.
pub(crate) async fn list(
    cap: Cap<ReadStatements>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let before = url.get("sebelum").and_then(|text| text.parse().ok());
    let mut statements = query::newest(db, cap.district(), &reach, before, PAGE + 1).await?;
    let next = cut(&mut statements, PAGE as usize, |last| last.id);
    let days = settled_days(&app, cap.district()).await?;
    let accounts = waiting(&app, cap.actor(), &reach, days).await?;
    let may_take = cap.actor().has_any(TakeStatements::ROLES);
    page(&ListPage { shell, accounts, statements, days, next, may_take })
}

/// What waits on the accounts of these holders; `days`: how long a line may wait.
pub(in super::super) async fn waiting(
    app: &App,
    actor: &Actor,
    reach: &Reach,
    days: i64,
) -> Result<Vec<Waiting>, StoreError> {
    let db = app.store.reader();
    let today = app.today(actor);
    let since = today - time::Duration::days(days);
    let mut found = Vec::new();
    for standing in query::standings(db, actor.district, reach, since).await? {
        let owners = account::query::treasurers(db, actor.district, standing.fund_holder_id).await?;
        let known = standing.last_day.unwrap_or(standing.since);
        let silent = (today.min(standing.until.unwrap_or(today)) - known).whole_days();
        found.push(Waiting {
            owners: owners.join(", "),
            silent: (silent > days).then_some(silent),
            standing,
        });
    }
    Ok(found)
}

#[derive(Template)]
#[template(path = "statement/upload.html")]
struct UploadPage {
    shell: Shell,
    f: FormView,
    accounts: Vec<(String, String)>,
}

async fn upload_page(app: &App, cap: &TakeStatements, shell: Shell, form: &Form) -> Page {
    let accounts = account::query::all(app.store.reader(), cap.district(), &Reach::of(cap.scope())).await?;
    let template = UploadPage {
        f: form.view(),
        accounts: accounts
            .iter()
            .map(|account| (account.id.to_string(), format!("{} · {}", account.label(), account.fund_holder)))
            .collect(),
        shell,
    };
    page_with(form.status(), &template)
}

/// Sending a file.
pub(crate) async fn upload(
    cap: Cap<TakeStatements>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let chosen = url.get("rekening").cloned().unwrap_or_default();
    let form = Form::with(&shell, [("rekening", chosen)]);
    upload_page(&app, &cap, shell, &form).await
}

/// Keeps the file's rows and shows what it says.
pub(crate) async fn upload_post(
    cap: Cap<TakeStatements>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let account = form.id("rekening");
    let path = form.file("berkas").map(|upload| upload.path.clone());
    let file = match path {
        None => {
            form.error("berkas", "web.error.required");
            None
        }
        Some(path) => {
            let read = tokio::task::spawn_blocking(move || rows_of(&path)).await;
            match read.map_err(|error| Error::Internal(error.to_string()))? {
                Ok(rows) => Some(rows),
                Err(refusal) => {
                    form.refuse(&refusal.field("berkas"));
                    None
                }
            }
        }
    };
    if let (Some(account), Some((sha256, rows)), true) = (account, file, form.is_valid()) {
        form.command_id()?;
        let put = PutStatement { account, sha256, rows, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), app.store.new_id(), put).await {
            Ok(receipt) => return redirect(&format!("/mutasi-bank/berkas/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    upload_page(&app, &cap, shell, &form).await
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

/// What a draft says, looked over.
struct Looked {
    statement: Statement,
    known: i64,
    own: bool,
    /// The first and the last day that no statement has, where this one begins later than the last one ended.
    gap: Option<(time::Date, time::Date)>,
    /// Where this one goes on from the last one and does not begin with its closing balance: the last day of that one, its
    /// closing balance and this one's opening balance, sen.
    jump: Option<(time::Date, i64, i64)>,
}

impl Looked {
    /// That money is missing between two statements, in words; empty where none is.
    fn jump_words(&self, shell: &Shell) -> String {
        let Some((day, before, now)) = self.jump else { return String::new() };
        shell.t3("money.file.jump", ("day", shell.day(day)), ("before", sen(before)), ("now", sen(now)))
    }

    fn unknown(&self) -> i64 {
        self.statement.lines.len() as i64 - self.known
    }

    fn asks_sum(&self) -> bool {
        self.statement.proof == Proof::Nothing
    }

    fn proof(&self) -> &'static str {
        match self.statement.proof {
            Proof::Totals => "money.proof.totals",
            Proof::Balances => "money.proof.balances",
            Proof::Nothing => "money.proof.nothing",
        }
    }
}

#[derive(Template)]
#[template(path = "statement/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    line: StatementLine,
    looked: Option<Looked>,
    problem: String,
    may_take: bool,
}

impl ShowPage {
    fn account(&self) -> String {
        format!("{} {}", self.line.account_bank, account::rules::masked(&self.line.number_end))
    }
}

/// A statement: as a draft what it says and whether it is believed, once taken what it brought.
pub(crate) async fn show(
    cap: Cap<ReadStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&app, cap.actor(), shell, &form, id).await
}

async fn show_page(app: &App, actor: &Actor, shell: Shell, form: &Form, id: Id) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(&actor.scope(ReadStatements::ROLES));
    let line = query::by_id(db, actor.district, &reach, id).await?.ok_or(Error::NotFound)?;
    let may_take = actor.has_any(TakeStatements::ROLES);
    let (mut looked, mut problem) = (None, String::new());
    if line.state == "draft" {
        match look(app, actor, &line).await? {
            Ok(found) => looked = Some(found),
            // Nobody knows these headings yet: whoever may take it in says what they are.
            Err(StatementError::NoHeadings) if may_take => {
                return redirect(&format!("/mutasi-bank/berkas/{id}/kolom"));
            }
            Err(error) => problem = shell.refusal(&refusal(&error)),
        }
    }
    page_with(form.status(), &ShowPage { f: form.view(), line, looked, problem, may_take, shell })
}

async fn look(
    app: &App,
    actor: &Actor,
    line: &StatementLine,
) -> Result<Result<Looked, StatementError>, Error> {
    let (db, secrets) = (app.store.reader(), app.store.secrets());
    let Some(sealed) = query::rows(db, actor.district, line.id).await? else { return Err(Error::NotFound) };
    let rows = command::rows(secrets, actor.district, &sealed)?;
    let layouts = command::layouts(db, secrets, actor.district).await?;
    let statement = match read(&rows, &layouts) {
        Ok(statement) => statement,
        Err(error) => return Ok(Err(error)),
    };
    let mut hashes = Vec::with_capacity(statement.lines.len());
    for one in &statement.lines {
        let text = stored(line.account_id, &one.identity());
        hashes.push(secrets.lookup(actor.district, "line", &text).map_err(StoreError::from)?);
    }
    let known = query::known(db, actor.district, &hashes).await?;
    let digits = secrets.open_text(actor.district, &line.number_sealed).map_err(StoreError::from)?;
    let last = query::last(db, actor.district, line.account_id).await?;
    let first = statement.days.map(|days| days.0);
    let gap = last.as_ref().zip(first).and_then(|(last, first)| missing(last.last_day, first));
    let jump = last.zip(first).and_then(|(last, first)| {
        let (closing, opening) = (last.closing?, statement.opening?.0);
        (first > last.last_day && closing != opening).then_some((last.last_day, closing, opening))
    });
    Ok(Ok(Looked { own: is_of(&statement, &digits), statement, known, gap, jump }))
}

/// The days between the last one that is known and the first of a new statement.
fn missing(last: time::Date, first: time::Date) -> Option<(time::Date, time::Date)> {
    let (from, to) = (last.next_day()?, first.previous_day()?);
    (from <= to).then_some((from, to))
}

/// Takes a draft in.
pub(crate) async fn take(
    cap: Cap<TakeStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let credits = form
        .read_optional("masuk", |text| Sen::parse(text).map_err(|_| "money.refused.not_money"))
        .map(|sen| sen.0);
    if form.is_valid() {
        let command = TakeStatement { statement: id, credits, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/mutasi-bank/berkas/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Throws a draft away.
pub(crate) async fn discard(
    cap: Cap<TakeStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let command = DropStatement { statement: id, reach: Reach::of(cap.scope()) };
    app.submit(cap.actor(), form.command_id()?, command).await?;
    redirect("/mutasi-bank")
}

#[cfg(test)]
mod tests {
    use super::missing;
    use time::macros::date;

    #[test]
    fn the_days_between_two_statements_are_missing() {
        let (friday, monday) = (date!(2026 - 10 - 30), date!(2026 - 11 - 02));
        assert_eq!(missing(friday, monday), Some((date!(2026 - 10 - 31), date!(2026 - 11 - 01))));
        assert_eq!(missing(friday, date!(2026 - 10 - 31)), None);
        assert_eq!(missing(friday, friday), None);
    }
}
