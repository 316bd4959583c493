//! Stock, movements, moving, write-offs, stock-take and cash.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asuh_nusantara::number;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::command::{
    ChangeKind, DecideChange, MoveStock, RequestChange, RequestOpening, ReverseMovement, StockPlace,
};
use super::query::{self, Before, CashLine, ChangeLine, MovementLine, StockLine};
use super::stock_take::{Counted, RequestStockTake};
use super::{CountMoney, KeepStock, ReadCash, ReadStock, ReverseStock, shipment};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability, Role};
use asuh_ground::app::Given;
use asuh_ground::books::{self, Funds};
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

fn read_stock(form: &mut Form) -> Option<StockPlace> {
    form.read("barang", |text| stock_place(text).ok_or("web.error.choose"))
}

/// An amount in the smallest unit; money and grams as whole numbers.
fn read_amount(form: &mut Form, field: &str) -> Option<i64> {
    form.read(field, |text| number::parse_count(text).map_err(|_| "web.error.not_a_number"))
}

#[derive(Template)]
#[template(path = "move.html")]
struct ChangePage {
    shell: Shell,
    f: FormView,
    title: &'static str,
    action: &'static str,
    moving: bool,
    stock: Vec<(String, String)>,
    places: Vec<(String, String)>,
    checked: Option<(String, String)>,
}

async fn change_page(
    app: &App,
    cap: &KeepStock,
    shell: Shell,
    form: &Form,
    moving: bool,
    checked: bool,
) -> Page {
    let db = app.store.reader();
    let lines = query::stock(db, cap.district(), &Reach::of(cap.scope())).await?;
    let funds = Funds::load(db, cap.district()).await?;
    let stock: Vec<(String, String)> = lines
        .iter()
        .filter(|line| !moving || line.kind == "transit")
        .map(|line| {
            let amount = shell.quantity(&line.unit, line.amount);
            (line.key(), format!("{} · {} · {} ({})", line.place, line.name, amount, funds.name(&line.fund)))
        })
        .collect();
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
    let (title, action) = if moving {
        ("custody.move.title", "/gudang/pindah")
    } else {
        ("custody.write_off.title", "/gudang/penghapusan/baru")
    };
    let template = ChangePage { f: form.view(), title, action, moving, stock, places, checked, shell };
    page_with(form.status(), &template)
}

/// The form for moving stock.
pub(crate) async fn moving(cap: Cap<KeepStock>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    change_page(&app, &cap, shell, &form, true, false).await
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
        return change_page(&app, &cap, shell, &form, true, false).await;
    };
    match form.get("aksi") {
        "ubah" => return change_page(&app, &cap, shell, &form, true, false).await,
        "kirim" => {}
        _ => return change_page(&app, &cap, shell, &form, true, true).await,
    }
    let command = MoveStock { from, to, amount, reason, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect("/gudang"),
        Err(rejection) => {
            form.reject(rejection)?;
            change_page(&app, &cap, shell, &form, true, false).await
        }
    }
}

/// The form for asking for a write-off.
pub(crate) async fn write_off(cap: Cap<KeepStock>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    change_page(&app, &cap, shell, &form, false, false).await
}

/// Asks for a write-off: nothing moves yet.
pub(crate) async fn write_off_post(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let place = read_stock(&mut form);
    let amount = read_amount(&mut form, "jumlah");
    let reason = form.required("alasan", 200);
    if let (Some(place), Some(amount), true) = (place, amount, form.is_valid()) {
        let (kind, party, reach) = (ChangeKind::WriteOff, String::new(), Reach::of(cap.scope()));
        let command = RequestChange { kind, place, party, amount, reason, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/gudang/penghapusan"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    change_page(&app, &cap, shell, &form, false, false).await
}

#[derive(Template)]
#[template(path = "opening.html")]
struct OpeningPage {
    shell: Shell,
    f: FormView,
    places: Vec<(String, String)>,
    goods: Vec<(String, String)>,
    funds: Vec<(String, String)>,
}

async fn opening_page(app: &App, cap: &ReverseStock, shell: Shell, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let mut places = query::places(db, district).await?;
    places.extend(query::holders(db, district).await?);
    let places = places.into_iter().map(|place| (place.id.to_string(), place.name)).collect();
    let goods = books::commodities(db, district)
        .await?
        .into_iter()
        .map(|line| (line.code, format!("{} ({})", line.name, line.unit)))
        .collect();
    let funds = Funds::load(db, district).await?.collecting();
    page_with(form.status(), &OpeningPage { f: form.view(), places, goods, funds, shell })
}

/// The form for what was there before the books began.
pub(crate) async fn opening(cap: Cap<ReverseStock>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    opening_page(&app, &cap, shell, &form).await
}

/// Asks for an opening balance: nothing is booked yet.
pub(crate) async fn opening_post(
    cap: Cap<ReverseStock>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let place = form.id("tempat");
    let commodity = form.required("barang", 24);
    let fund = form.required("dana", 24);
    let amount = read_amount(&mut form, "jumlah");
    let reason = form.required("alasan", 200);
    if let (Some(place), Some(amount), true) = (place, amount, form.is_valid()) {
        let reach = Reach::of(cap.scope());
        let command = RequestOpening { place, fund, commodity, amount, reason, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/gudang/penghapusan"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    opening_page(&app, &cap, shell, &form).await
}

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesPage {
    shell: Shell,
    f: FormView,
    lines: Vec<ChangeLine>,
    next: Option<Id>,
    me: Id,
    may_keep: bool,
    may_open: bool,
}

/// The requested changes.
pub(crate) async fn changes(
    cap: Cap<ReadStock>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    let before = url.get("sebelum").and_then(|id| id.parse().ok());
    changes_page(&app, &cap, shell, &form, before).await
}

async fn changes_page(app: &App, cap: &ReadStock, shell: Shell, form: &Form, before: Option<Id>) -> Page {
    let reach = Reach::of(cap.scope());
    let mut lines = query::changes(app.store.reader(), cap.district(), &reach, before, PAGE + 1).await?;
    let next = cut(&mut lines, PAGE as usize, |last| last.id);
    let template = ChangesPage {
        f: form.view(),
        lines,
        next,
        me: cap.actor().user,
        may_keep: cap.actor().has_any(KeepStock::ROLES),
        may_open: cap.actor().has_any(ReverseStock::ROLES),
        shell,
    };
    page_with(form.status(), &template)
}

/// Approves or refuses a change.
pub(crate) async fn decide(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    Path(change): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let note = form.optional("catatan", 200);
    let approve = form.get("aksi") == "setuju";
    if form.is_valid() {
        let command = DecideChange { change, approve, note, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/gudang/penghapusan"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let read = ReadStock::of(cap.actor()).ok_or(Error::Forbidden)?;
    changes_page(&app, &read, shell, &form, None).await
}

#[derive(Template)]
#[template(path = "stock_take.html")]
struct StockTakePage {
    shell: Shell,
    f: FormView,
    funds: Funds,
    place: Id,
    name: String,
    closed: Option<time::Date>,
    lines: Vec<StockLine>,
}

impl StockTakePage {
    fn value(&self, part: &str, nth: &usize) -> String {
        self.f.value(&format!("{part}.{nth}")).to_owned()
    }

    fn error(&self, part: &str, nth: &usize) -> String {
        self.f.error(&format!("{part}.{nth}"))
    }
}

async fn stock_take_page(app: &App, cap: &KeepStock, shell: Shell, form: &Form, place: Id) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let lines = query::sheet(db, district, &Reach::of(cap.scope()), place).await?;
    let name = lines.first().map(|line| line.place.clone()).ok_or(Error::NotFound)?;
    let closed = books::closed_through(db, district, place).await?;
    let funds = Funds::load(db, district).await?;
    page_with(form.status(), &StockTakePage { f: form.view(), funds, place, name, closed, lines, shell })
}

/// The count sheet of a place.
pub(crate) async fn stock_take(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    Path(place): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    stock_take_page(&app, &cap, shell, &form, place).await
}

/// Takes the count in: differences become requests.
pub(crate) async fn stock_take_post(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    Path(place): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let mut counts = Vec::new();
    let witness = form.required("saksi", 100);
    let rows: Vec<(String, String)> =
        form.starting_with("barang.").map(|(nth, key)| (nth.to_owned(), key.to_owned())).collect();
    for (nth, key) in rows {
        let Some(stock) = stock_place(&key) else {
            form.error("", "custody.refused.form");
            continue;
        };
        let book = form.get(&format!("buku.{nth}")).parse().unwrap_or(-1);
        let reason = form.optional(&format!("alasan.{nth}"), 200);
        if let Some(counted) = read_amount(&mut form, &format!("hitung.{nth}")) {
            counts.push(Counted { place: stock, book, counted, reason });
        }
    }
    if counts.iter().any(|count| count.place.place != place) {
        return Err(Error::NotFound);
    }
    if form.is_valid() {
        let command = RequestStockTake { place, counts, witness, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/gudang/penghapusan"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    stock_take_page(&app, &cap, shell, &form, place).await
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
