//! Stock, movements, what came late, and cash.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asuh_nusantara::number;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::command::{MoveStock, ReverseMovement, StockPlace};
use super::query::{self, Before, CashLine, MovementLine, StockLine};
use super::{CountMoney, KeepStock, ReadCash, ReadStock, ReverseStock, rules, shipment};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability, Role};
use asuh_ground::app::Given;
use asuh_ground::books::Funds;
use asuh_ground::web::{
    Error, Form, FormView, Page, Path, Shell, Task, TaskState, Text, cut, page, page_with, redirect,
};
use asuh_step_collection::Reach;

const PAGE: i64 = 50;

/// Requests that wait for the caller.
pub(crate) fn tasks<'a>(app: &'a App, actor: &'a Arc<Actor>) -> Given<'a, Vec<Task>> {
    Box::pin(async move {
        let Some(cap) = KeepStock::of(actor) else { return Ok(Vec::new()) };
        let reach = Reach::of(cap.scope());
        let waiting = query::waiting(app.store.reader(), actor.district, &reach, actor.user).await?;
        let text = Text::new(actor.language, actor.zone);
        let db = app.store.reader();
        let (coming, late) = shipment::query::waiting(db, actor.district, &reach, app.today(actor)).await?;
        let shipments = [("custody.task.coming", coming), ("custody.task.late", late)]
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(title, n)| Task {
                title: text.t1(title, "n", n),
                path: "/gudang/kiriman".into(),
                state: TaskState::NeedsAction,
            });
        Ok((waiting > 0)
            .then(|| Task {
                title: text.t1("custody.task.changes", "n", waiting),
                path: "/gudang/penghapusan".into(),
                state: TaskState::NeedsAction,
            })
            .into_iter()
            .chain(shipments)
            .collect())
    })
}

/// Stock of one place.
struct PlaceStock {
    id: Id,
    kind: String,
    name: String,
    /// The last day that a stock-take closed.
    closed: Option<time::Date>,
    lines: Vec<StockLine>,
}

impl PlaceStock {
    /// "Gudang DPPKB", "Dalam kiriman SJ/0002/XI/2026".
    fn words(&self, text: &Text) -> String {
        rules::side(text, &self.kind, &self.name)
    }
}

fn by_place(lines: Vec<StockLine>) -> Vec<PlaceStock> {
    let mut places: Vec<PlaceStock> = Vec::new();
    for line in lines {
        match places.last_mut() {
            Some(last) if last.id == line.place_id && last.kind == line.kind => last.lines.push(line),
            _ => places.push(PlaceStock {
                id: line.place_id,
                kind: line.kind.clone(),
                name: line.place.clone(),
                closed: None,
                lines: vec![line],
            }),
        }
    }
    places
}

#[derive(Template)]
#[template(path = "stock.html")]
struct StockPage {
    shell: Shell,
    funds: Funds,
    places: Vec<PlaceStock>,
    may_keep: bool,
}

/// The stock by place, fund and commodity.
pub(crate) async fn stock(cap: Cap<ReadStock>, State(app): State<App>, shell: Shell) -> Page {
    let lines = query::stock(app.store.reader(), cap.district(), &Reach::of(cap.scope())).await?;
    let may_keep = cap.actor().has_any(KeepStock::ROLES);
    let mut places = by_place(lines);
    let closed = query::closed(app.store.reader(), cap.district()).await?;
    for place in &mut places {
        place.closed =
            closed.iter().find(|closed| closed.place_id == place.id).map(|closed| closed.closed_through);
    }
    let funds = Funds::load(app.store.reader(), cap.district()).await?;
    page(&StockPage { funds, places, may_keep, shell })
}

#[derive(Template)]
#[template(path = "movements.html")]
struct MovementsPage {
    shell: Shell,
    lines: Vec<MovementLine>,
    next: Option<String>,
    may_reverse: bool,
}

/// The movements, newest first.
pub(crate) async fn movements(
    cap: Cap<ReadStock>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let before = url.get("sebelum").and_then(|place| {
        let mut parts = place.splitn(3, '_');
        let moved_on = asuh_nusantara::date::parse(parts.next()?).ok()?;
        Some(Before { moved_on, id: parts.next()?.parse().ok()?, nth: parts.next()?.parse().ok()? })
    });
    let reach = Reach::of(cap.scope());
    let mut lines = query::movements(app.store.reader(), cap.district(), &reach, before, PAGE + 1).await?;
    let next = cut(&mut lines, PAGE as usize, |last| format!("{}_{}_{}", last.moved_on, last.id, last.nth));
    let may_reverse = cap.actor().has_any(ReverseStock::ROLES);
    page(&MovementsPage { lines, next, may_reverse, shell })
}

#[derive(Template)]
#[template(path = "reversal.html")]
struct ReversalPage {
    shell: Shell,
    f: FormView,
    lines: Vec<MovementLine>,
    checked: bool,
}

async fn reversal_page(
    app: &App,
    cap: &ReverseStock,
    shell: Shell,
    form: &Form,
    transfer: Id,
    checked: bool,
) -> Page {
    let lines = query::movement(app.store.reader(), cap.district(), transfer).await?;
    if lines.is_empty() {
        return Err(Error::NotFound);
    }
    page_with(
        form.status(),
        &ReversalPage { f: form.view(), lines, checked: checked && form.is_valid(), shell },
    )
}

/// What taking a movement back would mean, and why it is to be.
pub(crate) async fn reversal(
    cap: Cap<ReverseStock>,
    State(app): State<App>,
    Path(transfer): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    reversal_page(&app, &cap, shell, &form, transfer, false).await
}

/// Checks, and at the second press takes it back.
pub(crate) async fn reverse(
    cap: Cap<ReverseStock>,
    State(app): State<App>,
    Path(transfer): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    match form.get("aksi") {
        "kirim" if form.is_valid() => {}
        action => {
            let checked = action != "ubah";
            return reversal_page(&app, &cap, shell, &form, transfer, checked).await;
        }
    }
    match app.submit(cap.actor(), form.command_id()?, ReverseMovement { transfer, reason }).await {
        Ok(_) => redirect("/gudang/mutasi"),
        Err(rejection) => {
            form.reject(rejection)?;
            reversal_page(&app, &cap, shell, &form, transfer, false).await
        }
    }
}

/// The stock that a form names, as "kind|place|fund|commodity".
pub(crate) fn stock_place(key: &str) -> Option<StockPlace> {
    let mut parts = key.split('|');
    let mut next = || parts.next();
    Some(StockPlace {
        kind: next()?.to_owned(),
        place: next()?.parse().ok()?,
        fund: next()?.to_owned(),
        commodity: next()?.to_owned(),
    })
}

pub(crate) fn read_stock(form: &mut Form) -> Option<StockPlace> {
    form.read("barang", |text| stock_place(text).ok_or("web.error.choose"))
}

/// An amount in the smallest unit; money and grams as whole numbers.
pub(crate) fn read_amount(form: &mut Form, field: &str) -> Option<i64> {
    form.read(field, |text| number::parse_count(text).map_err(|_| "web.error.not_a_number"))
}

#[derive(Template)]
#[template(path = "move.html")]
struct MovePage {
    shell: Shell,
    f: FormView,
    stock: Vec<(String, String)>,
    places: Vec<(String, String)>,
    checked: Option<(String, String)>,
}

/// Stock to choose from: its key, and in words where it is, what and how much.
pub(crate) fn choices<'a>(
    shell: &Shell,
    funds: &Funds,
    lines: impl IntoIterator<Item = &'a StockLine>,
) -> Vec<(String, String)> {
    let words = |line: &StockLine| {
        let amount = shell.quantity(&line.unit, line.amount);
        format!("{} · {} · {amount} ({})", line.place, line.name, funds.name(&line.fund))
    };
    lines.into_iter().map(|line| (line.key(), words(line))).collect()
}

async fn move_page(app: &App, cap: &KeepStock, shell: Shell, form: &Form, checked: bool) -> Page {
    let db = app.store.reader();
    let lines = query::stock(db, cap.district(), &Reach::of(cap.scope())).await?;
    let funds = Funds::load(db, cap.district()).await?;
    let stock = choices(&shell, &funds, lines.iter().filter(|line| line.kind == "transit"));
    let places: Vec<(String, String)> = query::places(db, cap.district())
        .await?
        .into_iter()
        .map(|place| (place.id.to_string(), place.name))
        .collect();
    let name = |list: &[(String, String)], key: &str| {
        list.iter().find(|(found, _)| found == key).map(|(_, words)| words.clone()).unwrap_or_default()
    };
    let checked = (checked && form.is_valid())
        .then(|| (name(&stock, form.get("barang")), name(&places, form.get("tujuan"))));
    page_with(form.status(), &MovePage { f: form.view(), stock, places, checked, shell })
}

/// The form for moving stock.
pub(crate) async fn moving(cap: Cap<KeepStock>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    move_page(&app, &cap, shell, &form, false).await
}

/// Checks, and at the second press moves.
pub(crate) async fn moving_post(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let from = read_stock(&mut form);
    let to = form.id("tujuan");
    let amount = read_amount(&mut form, "jumlah");
    let reason = form.required("alasan", 200);
    let (Some(from), Some(to), Some(amount), true) = (from, to, amount, form.is_valid()) else {
        return move_page(&app, &cap, shell, &form, false).await;
    };
    match form.get("aksi") {
        "ubah" => return move_page(&app, &cap, shell, &form, false).await,
        "kirim" => {}
        _ => return move_page(&app, &cap, shell, &form, true).await,
    }
    let command = MoveStock { from, to, amount, reason, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect("/gudang"),
        Err(rejection) => {
            form.reject(rejection)?;
            move_page(&app, &cap, shell, &form, false).await
        }
    }
}

#[derive(Template)]
#[template(path = "cash.html")]
struct CashPage {
    shell: Shell,
    funds: Funds,
    lines: Vec<CashLine>,
    may_count: bool,
}

impl CashPage {
    /// Whether a line is the first of its holder: there the holder's cash is counted, all funds together.
    fn begins(&self, nth: &usize) -> bool {
        let of = |nth: usize| self.lines.get(nth).map(|line| line.place_id);
        nth.checked_sub(1).is_none_or(|before| of(before) != of(*nth))
    }
}

/// The cash of fund holders.
pub(crate) async fn cash(cap: Cap<ReadCash>, State(app): State<App>, shell: Shell) -> Page {
    let mut scope = cap.actor().scope(&[Role::Treasurer]);
    scope.join(&cap.actor().scope(&[Role::DistrictAdmin, Role::Auditor]));
    let lines = query::cash(app.store.reader(), cap.district(), &Reach::of(&scope)).await?;
    let funds = Funds::load(app.store.reader(), cap.district()).await?;
    let may_count = cap.actor().has_any(CountMoney::ROLES);
    page(&CashPage { funds, lines, may_count, shell })
}
