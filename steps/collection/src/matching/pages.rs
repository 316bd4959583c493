//! The lines of an account with what each most likely pays, one line, and the check before anything is confirmed.

use std::collections::BTreeMap;

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::super::account::query::{self as accounts, Account};
use super::super::{MatchStatements, Reach, ReadStatements};
use super::command::{LineMatch, MatchLines, RecordGift, SetAside};
use super::query::{self, Line, Paid, Told, Wanted};
use super::rules::{Fit, REASONS, compare, propose};
use super::undo::ReopenLine;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

const PAGE: i64 = 50;

/// A claim as it is shown beside a line.
pub(crate) struct Shown {
    /// `d.<id>` or `g.<id>`: the value of its box.
    pub(crate) key: String,
    /// Its number or code.
    pub(crate) label: String,
    /// Who pays.
    pub(crate) name: String,
    /// Rupiah.
    pub(crate) rupiah: i64,
    /// A deposit's state, or a gift's campaign.
    pub(crate) detail: String,
    /// Whether it is a deposit.
    pub(crate) is_deposit: bool,
    /// What fits.
    pub(crate) fit: Option<Fit>,
    /// Whether its box is ticked beforehand.
    pub(crate) ticked: bool,
}

impl Shown {
    fn of(told: &Told, fit: Option<Fit>, ticked: bool) -> Shown {
        let claim = &told.claim;
        Shown {
            key: format!("{}.{}", if claim.is_deposit { "d" } else { "g" }, claim.id),
            label: told.label.clone(),
            name: claim.name.clone(),
            rupiah: claim.rupiah,
            detail: told.detail.clone(),
            is_deposit: claim.is_deposit,
            fit,
            ticked,
        }
    }

    /// What fits, in words: "jumlah, kode".
    pub(crate) fn why(&self, shell: &Shell) -> String {
        let Some(fit) = &self.fit else { return String::new() };
        let parts = [(fit.amount, "amount"), (fit.mark, "mark"), (fit.name, "name")];
        let mut words: Vec<String> = parts
            .iter()
            .filter(|(fits, _)| *fits)
            .map(|(_, code)| shell.t(&format!("money.fit.{code}")).into_owned())
            .collect();
        if fit.days.abs() <= 3 {
            words.push(shell.t("money.fit.near").into_owned());
        }
        words.join(", ")
    }

    /// How sure, as a code.
    pub(crate) fn strength(&self) -> &'static str {
        self.fit.map_or("possible", |fit| fit.strength.code())
    }
}

struct ListLine {
    line: Line,
    proposal: Option<Shown>,
}

#[derive(Template)]
#[template(path = "matching/lines.html")]
struct LinesPage {
    shell: Shell,
    f: FormView,
    account: Account,
    state: String,
    lines: Vec<ListLine>,
    done: Option<String>,
    next: Option<String>,
    may_match: bool,
}

impl LinesPage {
    fn has_proposals(&self) -> bool {
        self.lines.iter().any(|one| one.proposal.is_some())
    }
}

/// The lines of an account: the open ones with what each most likely pays.
pub(crate) async fn lines(
    cap: Cap<ReadStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    lines_page(&app, cap.actor(), shell, &form, id, &url).await
}

async fn lines_page(
    app: &App,
    actor: &Actor,
    shell: Shell,
    form: &Form,
    id: Id,
    url: &BTreeMap<String, String>,
) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(&actor.scope(ReadStatements::ROLES));
    let account = accounts::by_id(db, actor.district, &reach, id).await?.ok_or(Error::NotFound)?;
    let state = url.get("keadaan").map(String::as_str);
    let state = state.filter(|state| ["open", "matched", "other"].contains(state)).unwrap_or("open");
    let after = url.get("dari").and_then(|place| {
        let (day, id) = place.split_once('_')?;
        Some((asuh_nusantara::date::parse(day).ok()?, id.parse::<Id>().ok()?))
    });
    let secrets = app.store.secrets();
    let mut found = query::lines(db, secrets, actor.district, (id, state), after, PAGE + 1).await?;
    let next = cut(&mut found, PAGE as usize, |last| {
        format!("keadaan={state}&dari={}_{}", last.row.booked_on, last.row.id)
    });
    let mut proposals = std::collections::HashMap::new();
    let mut told = Vec::new();
    if state == "open" {
        let seen: Vec<_> = found.iter().map(Line::seen).collect();
        told = query::claims(db, actor.district, &account, &seen).await?;
        let claims: Vec<_> = told.iter().map(|one| one.claim.clone()).collect();
        proposals = propose(&seen, &claims);
    }
    let lines = found
        .into_iter()
        .map(|line| ListLine {
            proposal: proposals.get(&line.row.id).and_then(|proposal| {
                Some(Shown::of(told.get(proposal.claim)?, Some(proposal.fit), proposal.ticked))
            }),
            line,
        })
        .collect();
    let template = LinesPage {
        f: form.view(),
        account,
        state: state.to_owned(),
        lines,
        done: url.get("selesai").filter(|n| n.parse::<u32>().is_ok()).cloned(),
        next,
        may_match: actor.has_any(MatchStatements::ROLES),
        shell,
    };
    page_with(form.status(), &template)
}

/// A line beside what it pays, to be confirmed.
struct Pairing {
    line: Line,
    claims: Vec<Shown>,
    keys: Vec<String>,
}

#[derive(Template)]
#[template(path = "matching/check.html")]
struct CheckPage {
    shell: Shell,
    account: Account,
    pairs: Vec<Pairing>,
    sum: i64,
}

/// The deposits and gifts that boxes name.
fn chosen(keys: &[&str]) -> (Vec<Id>, Vec<Id>) {
    let of = |kind: &str| {
        keys.iter().filter_map(|key| key.strip_prefix(kind)).filter_map(|id| id.parse().ok()).collect()
    };
    (of("d."), of("g."))
}

/// The boxes of a form: `cocok.<line>` with the key of a claim.
fn matches(form: &Form) -> Vec<LineMatch> {
    let mut found: BTreeMap<Id, Vec<&str>> = BTreeMap::new();
    for (line, key) in form.starting_with("cocok.") {
        if let Ok(line) = line.parse::<Id>() {
            found.entry(line).or_default().push(key);
        }
    }
    found
        .into_iter()
        .map(|(line, keys)| {
            let (deposits, gifts) = chosen(&keys);
            LineMatch { line, deposits, gifts }
        })
        .collect()
}

/// Confirms what is ticked, after a check page.
pub(crate) async fn confirm(
    cap: Cap<MatchStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let found = matches(&form);
    if found.is_empty() {
        form.error("", "money.refused.nothing_chosen");
        return lines_page(&app, cap.actor(), shell, &form, id, &BTreeMap::new()).await;
    }
    if form.get("aksi") != "simpan" {
        return check_page(&app, &cap, shell, id, &found).await;
    }
    let command = MatchLines { matches: found, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/mutasi-bank/rekening/{id}?selesai={}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            lines_page(&app, cap.actor(), shell, &form, id, &BTreeMap::new()).await
        }
    }
}

async fn check_page(app: &App, cap: &MatchStatements, shell: Shell, id: Id, found: &[LineMatch]) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let account = accounts::by_id(db, cap.district(), &reach, id).await?.ok_or(Error::NotFound)?;
    let (mut pairs, mut sum) = (Vec::new(), 0);
    for one in found {
        let line = query::by_id(db, app.store.secrets(), cap.district(), &reach, one.line).await?;
        let line = line.filter(|line| line.row.account_id == id).ok_or(Error::NotFound)?;
        let told = near(app, cap.district(), &account, &line, "").await?;
        let wanted = |told: &&Told| {
            let list = if told.claim.is_deposit { &one.deposits } else { &one.gifts };
            list.contains(&told.claim.id)
        };
        let claims: Vec<Shown> = told.iter().filter(wanted).map(|told| Shown::of(told, None, true)).collect();
        if claims.len() != one.deposits.len() + one.gifts.len() {
            return Err(Error::NotFound);
        }
        sum += line.row.amount;
        pairs.push(Pairing { keys: claims.iter().map(|claim| claim.key.clone()).collect(), claims, line });
    }
    page(&CheckPage { shell, account, pairs, sum })
}

/// What a line may pay: what fits it, what is nearest in amount, and what was searched for.
async fn near(
    app: &App,
    district: asuh_store::DistrictId,
    account: &Account,
    line: &Line,
    search: &str,
) -> Result<Vec<Told>, Error> {
    let db = app.store.reader();
    let seen = line.seen();
    let rupiah = seen.rupiah.unwrap_or_default();
    let mut told = query::claims(db, district, account, std::slice::from_ref(&seen)).await?;
    told.extend(query::deposits(db, district, account, Wanted::Near(rupiah)).await?);
    told.extend(query::gifts(db, district, account, Wanted::Near(rupiah)).await?);
    if !search.is_empty() {
        let names = [search.to_uppercase()];
        told.extend(query::deposits(db, district, account, Wanted::Names(&names)).await?);
        told.extend(query::gifts(db, district, account, Wanted::Names(&names)).await?);
    }
    told.sort_by_key(|one| one.claim.id);
    told.dedup_by_key(|one| one.claim.id);
    told.sort_by_key(|one| {
        let fit = compare(&seen, &one.claim);
        let found = !search.is_empty() && one.label.eq_ignore_ascii_case(search);
        (!found, fit.is_none(), fit.map(|fit| fit.strength), (one.claim.rupiah - rupiah).abs())
    });
    Ok(told)
}

#[derive(Template)]
#[template(path = "matching/line.html")]
struct LinePage {
    shell: Shell,
    f: FormView,
    account: Account,
    line: Line,
    claims: Vec<Shown>,
    paid: Vec<Paid>,
    campaigns: Vec<(String, String)>,
    reasons: Vec<(String, String)>,
    search: String,
    /// Who a search for the giver found.
    found: Vec<(String, String)>,
    may_match: bool,
}

impl LinePage {
    /// Whether it showed a gift that nobody announced: who gave can be said later.
    fn may_name(&self) -> bool {
        let unannounced = |one: &Paid| one.undone_at.is_none() && one.way.as_deref() == Some("unannounced");
        self.may_match && self.paid.iter().any(unannounced)
    }

    fn is_undone(&self) -> bool {
        self.paid.iter().any(|one| one.undone_at.is_some())
    }
}

/// One line: what it may pay, what else it is, what became of it.
pub(crate) async fn line(
    cap: Cap<ReadStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    let search = url.get("cari").map(|text| text.trim().chars().take(60).collect()).unwrap_or_default();
    line_page(&app, cap.actor(), shell, &form, id, search, Vec::new()).await
}

/// A line; `found`: who a search for its giver found.
pub(super) async fn line_page(
    app: &App,
    actor: &Actor,
    shell: Shell,
    form: &Form,
    id: Id,
    search: String,
    found: Vec<(String, String)>,
) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(&actor.scope(ReadStatements::ROLES));
    let line = query::by_id(db, app.store.secrets(), actor.district, &reach, id).await?;
    let line = line.ok_or(Error::NotFound)?;
    let account = accounts::by_id(db, actor.district, &reach, line.row.account_id).await?;
    let account = account.ok_or(Error::NotFound)?;
    let may_match = actor.has_any(MatchStatements::ROLES);
    let mut claims = Vec::new();
    if line.row.state == "open" && line.can_pay() && may_match {
        let seen = line.seen();
        for told in near(app, actor.district, &account, &line, &search).await? {
            claims.push(Shown::of(&told, compare(&seen, &told.claim), false));
        }
    }
    let campaigns = query::campaigns(db, actor.district, &account).await?;
    let template = LinePage {
        f: form.view(),
        paid: query::paid(db, actor.district, id).await?,
        campaigns: campaigns.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        reasons: REASONS
            .iter()
            .map(|code| ((*code).to_owned(), shell.t(&format!("money.reason.{code}")).into_owned()))
            .collect(),
        account,
        line,
        claims,
        search,
        found,
        may_match,
        shell,
    };
    page_with(form.status(), &template)
}

/// Records a gift that nobody announced.
pub(crate) async fn record(
    cap: Cap<MatchStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    if let Some(campaign) = form.id("gerakan") {
        let command = RecordGift { line: id, campaign, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/mutasi-bank/baris/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    line_page(&app, cap.actor(), shell, &form, id, String::new(), Vec::new()).await
}

/// Says what else a line is.
pub(crate) async fn set_aside(
    cap: Cap<MatchStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("sebab", 20);
    let note = form.optional("keterangan", 200);
    if form.is_valid() {
        let command = SetAside { line: id, reason, note, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/mutasi-bank/baris/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    line_page(&app, cap.actor(), shell, &form, id, String::new(), Vec::new()).await
}

/// Opens a line again.
pub(crate) async fn reopen(
    cap: Cap<MatchStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    if form.is_valid() {
        let command = ReopenLine { line: id, reason, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/mutasi-bank/baris/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    line_page(&app, cap.actor(), shell, &form, id, String::new(), Vec::new()).await
}
