//! The list of plans, a new one, one plan with what changed, and the check pages before it moves on.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::date::month_year;
use asuh_store::{Id, Instant};
use axum::extract::{Query as UrlQuery, State};
use time::Date;

use super::draft::{DiscardPlan, DraftPlan, LockPlan, RedraftPlan};
use super::proposal::{Source, cash_pools};
use super::query::{self, Compared, Gone, PAGE, PAYMENTS, PaymentLine, PlanLine, Shown, Signature, Sum};
use super::sign::{ReturnPlan, SignPlan, barred, signings};
use crate::cash::rules::{self, Act, State as PlanState};
use crate::cash::{ApproveCash, AuthoriseCash, DraftCash, ReadCash, ReadCashNames, ReleaseCash, ReturnCash};
use crate::zakat;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// Months that can be planned: the present one and those before it.
const MONTHS: i32 = 6;

#[derive(Template)]
#[template(path = "cash/plan/list.html")]
struct ListPage {
    shell: Shell,
    plans: Vec<PlanLine>,
    funds: Funds,
    next: Option<String>,
    may_draft: bool,
    formats: bool,
    /// Rupiah of zakat that Baznas reported about this year: beside the plans, in none of their sums.
    zakat: i64,
}

impl ListPage {
    fn month(&self, day: &Date) -> String {
        month_year(self.shell.text().language, *day)
    }
}

/// The plans, the newest first.
pub(super) async fn list(
    cap: Cap<ReadCash>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let before = url.get("sebelum").and_then(|text| {
        let (at, id) = text.split_once('-')?;
        Some((Instant(at.parse().ok()?), id.parse().ok()?))
    });
    let mut plans = query::plans(app.store.reader(), cap.district(), cap.scope(), before).await?;
    let next = cut(&mut plans, PAGE, |last| format!("{}-{}", last.drafted_at.0, last.id));
    let may_draft = DraftCash::of(cap.actor()).is_some();
    let formats = cap.actor().has_any(crate::cash::KeepFormats::ROLES);
    let funds = Funds::load(app.store.reader(), cap.district()).await?;
    let year = shell.today.replace_ordinal(1).unwrap_or(shell.today);
    let zakat = zakat::reported(app.store.reader(), cap.district(), cap.scope(), year).await?;
    page(&ListPage { shell, plans, funds, next, may_draft, formats, zakat })
}

#[derive(Template)]
#[template(path = "cash/plan/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    sources: Vec<(String, String)>,
    months: Vec<(String, String)>,
}

/// A source as the form sends it.
fn source_code(programme: Id, holder: Id, fund: &str) -> String {
    format!("{programme}|{holder}|{fund}")
}

async fn new_page(app: &App, cap: &DraftCash, shell: Shell, form: &Form) -> Page {
    let mut sources: Vec<(String, String)> = Vec::new();
    let funds = Funds::load(app.store.reader(), cap.district()).await?;
    for pool in cash_pools(app.store.reader(), cap.district()).await? {
        let code = source_code(pool.programme_id, pool.fund_holder_id, &pool.fund);
        if !sources.iter().any(|(known, _)| *known == code) {
            let fund = funds.name(&pool.fund);
            sources.push((code, format!("{} · {} · {fund}", pool.programme, pool.fund_holder)));
        }
    }
    let language = shell.text().language;
    let months = (0..MONTHS).map(|back| {
        let place = shell.today.year() * 12 + i32::from(u8::from(shell.today.month())) - 1 - back;
        let code = format!("{:04}-{:02}", place.div_euclid(12), place.rem_euclid(12) + 1);
        let words = read_month(&code).map(|month| month_year(language, month));
        (code, words.unwrap_or_default())
    });
    let template = NewPage { f: form.view(), sources, months: months.collect(), shell };
    page_with(form.status(), &template)
}

/// "2026-11" as its first day.
pub(crate) fn read_month(text: &str) -> Option<Date> {
    let (year, month) = text.split_once('-')?;
    let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, 1).ok()
}

/// A new plan: whose money, for which month.
pub(super) async fn new(cap: Cap<DraftCash>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    new_page(&app, &cap, shell, &form).await
}

/// Works the draft out.
pub(super) async fn draft(cap: Cap<DraftCash>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let source = form.required("sumber", 200);
    let month = form.read("bulan", |text| read_month(text).ok_or("web.error.choose"));
    let parts: Vec<&str> = source.split('|').collect();
    let source = match parts.as_slice() {
        [programme, holder, fund] => programme.parse().ok().zip(holder.parse().ok()).map(|two| (two, *fund)),
        _ => None,
    };
    if source.is_none() && form.is_valid() {
        form.error("sumber", "web.error.choose");
    }
    if let (Some(((programme, fund_holder), fund)), Some(month), true) = (source, month, form.is_valid()) {
        let source = Source { programme, fund_holder, fund: fund.to_owned(), month };
        let command = DraftPlan { source, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/bantuan-uang/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(&app, &cap, shell, &form).await
}

/// What the caller may do with a plan now.
#[derive(Default)]
struct Doors {
    draft: bool,
    approve: bool,
    authorise: bool,
    send_back: bool,
    release: bool,
    /// Why not, where only what he did himself bars him: a key of the texts.
    barred: Option<String>,
}

async fn doors(app: &App, actor: &std::sync::Arc<Actor>, plan: &PlanLine) -> Result<Doors, Error> {
    let state = plan.state();
    let mut doors =
        Doors { draft: state == PlanState::Draft && DraftCash::of(actor).is_some(), ..Doors::default() };
    let reaches = |scope: &asuh_ground::access::Scope| scope.reaches_unit(plan.fund_holder_id);
    let act = match state {
        PlanState::Locked => ApproveCash::of(actor).filter(|cap| reaches(cap.scope())).map(|_| Act::Approve),
        PlanState::Approved => {
            AuthoriseCash::of(actor).filter(|cap| reaches(cap.scope())).map(|_| Act::Authorise)
        }
        PlanState::Authorised => {
            ReleaseCash::of(actor).filter(|cap| reaches(cap.scope())).map(|_| Act::Release)
        }
        _ => None,
    };
    if let Some(act) = act {
        let own = barred(app.store.reader(), actor.district, plan, (actor.user, act)).await?;
        doors.barred = own.map(|own| format!("cash.refused.apart.{}", own.code()));
        let free = doors.barred.is_none();
        doors.approve = free && act == Act::Approve;
        doors.authorise = free && act == Act::Authorise;
        doors.release = free && act == Act::Release;
    }
    let waits = matches!(state, PlanState::Locked | PlanState::Approved | PlanState::Authorised);
    doors.send_back = waits && ReturnCash::of(actor).is_some_and(|cap| reaches(cap.scope()));
    Ok(doors)
}

#[derive(Template)]
#[template(path = "cash/plan/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    plan: PlanLine,
    funds: Funds,
    month: String,
    sums: Vec<Sum>,
    signatures: Vec<Signature>,
    wanted: (i64, i64),
    compared: Compared,
    gone: Vec<Gone>,
    lines: Vec<PaymentLine>,
    shown: Shown,
    next: Option<i64>,
    named: bool,
    doors: Doors,
    /// Children who get nothing of this plan.
    excluded: i64,
    releases: bool,
}

impl ShowPage {
    fn who(&self, line: &PaymentLine) -> String {
        match (self.named, line.code.is_empty()) {
            (true, _) => format!("{} ({})", line.head_name, line.child_name),
            (false, false) => line.code.clone(),
            (false, true) => self.shell.t("cash.child").into_owned(),
        }
    }

    fn who_gone(&self, line: &Gone) -> String {
        if self.named { line.head_name.clone() } else { line.code.clone() }
    }

    /// Why a line differs, or is left out, in words.
    fn why(&self, line: &PaymentLine) -> String {
        if line.state == "excluded" {
            let why = self.shell.t(&format!("cash.left_out.{}", line.reason));
            return match line.words.is_empty() {
                true => why.into_owned(),
                false => format!("{why}: {}", line.words),
            };
        }
        let Some(change) = line.change() else { return String::new() };
        let before = line.before_amount.map(|amount| self.shell.rupiah(amount)).unwrap_or_default();
        self.shell.t1(&format!("cash.change.{}", change.code()), "before", before)
    }

    fn links(&self) -> bool {
        self.named
    }

    fn paid(&self) -> i64 {
        self.sums.iter().map(|sum| sum.paid).sum()
    }
}

async fn show_page(
    app: &App,
    actor: &std::sync::Arc<Actor>,
    shell: Shell,
    (id, shown): (Id, Shown),
    form: &Form,
) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let scope = actor.scope(ReadCash::ROLES);
    let plan = query::plan(db, district, id, &scope).await?.ok_or(Error::NotFound)?;
    let mut lines = query::payments(db, district, &plan, &shown, PAYMENTS + 1).await?;
    let next = cut(&mut lines, PAYMENTS, |last| last.nth);
    let signings = signings(db, district).await?;
    let sums = query::sums(db, district, plan.id).await?;
    let named = ReadCashNames::of(actor).is_some();
    if named {
        audit::opened(app, actor, "list", Some(("cash_plan", plan.id)), "");
    }
    let template = ShowPage {
        f: form.view(),
        funds: Funds::load(db, district).await?,
        month: month_year(shell.text().language, plan.month),
        signatures: query::signatures(db, district, &plan).await?,
        wanted: (
            rules::signatures(&signings, Act::Approve, plan.total),
            rules::signatures(&signings, Act::Authorise, plan.total),
        ),
        compared: query::compared(db, district, &plan).await?,
        gone: query::gone(db, district, &plan).await?,
        excluded: sums.iter().filter(|sum| sum.state == "excluded").map(|sum| sum.children).sum(),
        releases: ReleaseCash::of(actor).is_some_and(|cap| cap.scope().reaches_unit(plan.fund_holder_id)),
        sums,
        lines,
        shown,
        next,
        named,
        doors: doors(app, actor, &plan).await?,
        plan,
        shell,
    };
    page_with(form.status(), &template)
}

/// The states by which the list of a plan can be cut down.
const STATES: [&str; 8] =
    ["changed", "planned", "excluded", "sent", "paid", "partial", "failed", "cancelled"];

/// A plan: its sums, its signatures, what changed, and its payments page by page.
pub(super) async fn show(
    cap: Cap<ReadCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let state =
        url.get("status").filter(|state| STATES.contains(&state.as_str())).cloned().unwrap_or_default();
    let after = url.get("setelah").and_then(|text| text.parse().ok()).unwrap_or(0);
    let form = Form::with(&shell, [("status", state.clone())]);
    let shown = Shown { state, after, words: String::new() };
    show_page(&app, cap.actor(), shell, (id, shown), &form).await
}

/// The payments of whose family somebody typed a part of the name; never in an address.
pub(super) async fn search(
    cap: Cap<ReadCashNames>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    let words = form.get("cari").to_lowercase();
    show_page(&app, cap.actor(), shell, (id, Shown { words, ..Shown::default() }), &form).await
}

/// Works a draft out anew.
pub(super) async fn redraft(
    cap: Cap<DraftCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = RedraftPlan { plan: id, today: shell.today };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/bantuan-uang/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            show_page(&app, cap.actor(), shell, (id, Shown::default()), &form).await
        }
    }
}

/// Puts a draft away.
pub(super) async fn discard(
    cap: Cap<DraftCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    match app.submit(cap.actor(), form.command_id()?, DiscardPlan { plan: id }).await {
        Ok(_) => redirect("/bantuan-uang"),
        Err(rejection) => {
            form.reject(rejection)?;
            show_page(&app, cap.actor(), shell, (id, Shown::default()), &form).await
        }
    }
}

#[derive(Template)]
#[template(path = "cash/plan/step.html")]
struct StepPage {
    shell: Shell,
    f: FormView,
    plan: PlanLine,
    funds: Funds,
    month: String,
    compared: Compared,
    /// 'lock', 'approve', 'authorise'
    step: &'static str,
    path: &'static str,
    transfers: i64,
    cash: i64,
    /// Signatures that are there and those that are needed.
    signatures: (i64, i64),
    send_back: bool,
}

async fn step_page(
    app: &App,
    actor: &Actor,
    shell: Shell,
    (id, step, path): (Id, &'static str, &'static str),
    form: &Form,
) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let plan = query::plan(db, district, id, &actor.scope(ReadCash::ROLES)).await?.ok_or(Error::NotFound)?;
    let sums = query::sums(db, district, id).await?;
    let by = |way: &str| {
        let live = sums.iter().filter(|sum| sum.state != "excluded" && sum.way == way);
        live.map(|sum| sum.children).sum()
    };
    let act = if step == "authorise" { Act::Authorise } else { Act::Approve };
    let there = query::signatures(db, district, &plan).await?;
    let template = StepPage {
        f: form.view(),
        funds: Funds::load(db, district).await?,
        month: month_year(shell.text().language, plan.month),
        compared: query::compared(db, district, &plan).await?,
        step,
        path,
        transfers: by("transfer"),
        cash: by("cash"),
        signatures: (
            there.iter().filter(|one| one.act == act.code()).count() as i64,
            rules::signatures(&signings(db, district).await?, act, plan.total),
        ),
        send_back: step != "lock",
        plan,
        shell,
    };
    page_with(form.status(), &template)
}

/// What locking will freeze.
pub(super) async fn lock_check(
    cap: Cap<DraftCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    step_page(&app, cap.actor(), shell, (id, "lock", "kunci"), &form).await
}

/// Locks.
pub(super) async fn lock(
    cap: Cap<DraftCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    match app.submit(cap.actor(), form.command_id()?, LockPlan { plan: id, today: shell.today }).await {
        Ok(_) => redirect(&format!("/bantuan-uang/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            step_page(&app, cap.actor(), shell, (id, "lock", "kunci"), &form).await
        }
    }
}

/// What an approval says.
pub(super) async fn approve_check(
    cap: Cap<ApproveCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    step_page(&app, cap.actor(), shell, (id, "approve", "setujui"), &form).await
}

/// Approves.
pub(super) async fn approve(
    cap: Cap<ApproveCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = SignPlan { plan: id, authorise: false, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/bantuan-uang/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            step_page(&app, cap.actor(), shell, (id, "approve", "setujui"), &form).await
        }
    }
}

/// What an authorisation says.
pub(super) async fn authorise_check(
    cap: Cap<AuthoriseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    step_page(&app, cap.actor(), shell, (id, "authorise", "sahkan"), &form).await
}

/// Authorises.
pub(super) async fn authorise(
    cap: Cap<AuthoriseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = SignPlan { plan: id, authorise: true, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/bantuan-uang/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            step_page(&app, cap.actor(), shell, (id, "authorise", "sahkan"), &form).await
        }
    }
}

/// Sends a plan back with the reason.
pub(super) async fn send_back(
    cap: Cap<ReturnCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 300);
    if form.is_valid() {
        let command = ReturnPlan { plan: id, reason, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/bantuan-uang/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, (id, Shown::default()), &form).await
}
