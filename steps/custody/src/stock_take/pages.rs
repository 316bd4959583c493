//! Counting stock and cash, and the records of all counts to print.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::{Rupiah, number, terbilang_rupiah};
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::command::{CountCash, Counted, Purse, RequestStockTake};
use super::print::is_cash;
use super::query::{self, Held, Item, Pieces, Take};
use super::rules::{WORTHS, sum};
use crate::pages::{read_amount, stock_place};
use crate::query::{self as stock, StockLine};
use crate::{CountMoney, KeepStock, ReadCounts};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::books::{Funds, closed_through};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_step_collection::Reach;

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "stock_take/cash.html")]
struct CashPage {
    shell: Shell,
    f: FormView,
    funds: Funds,
    place: Id,
    closed: Option<time::Date>,
    held: Vec<Held>,
    /// By fund: what was typed, in rupiah.
    typed: Option<Vec<i64>>,
}

impl CashPage {
    fn holder(&self) -> &str {
        self.held.first().map_or("", |line| line.holder.as_str())
    }

    fn value(&self, part: &str, line: &Held) -> String {
        self.f.value(&format!("{part}.{}", line.fund)).to_owned()
    }

    fn error(&self, part: &str, line: &Held) -> String {
        self.f.error(&format!("{part}.{}", line.fund))
    }

    fn pieces(&self, line: &Held, worth: &i64) -> String {
        self.f.value(&format!("lembar.{}.{worth}", line.fund)).to_owned()
    }

    fn worths(&self) -> [i64; 12] {
        WORTHS
    }

    fn sums(&self) -> Vec<(&Held, i64)> {
        let typed = self.typed.as_deref().unwrap_or_default();
        self.held.iter().zip(typed.iter().copied()).collect()
    }
}

async fn cash_page(
    app: &App,
    cap: &CountMoney,
    shell: Shell,
    form: &Form,
    place: Id,
    typed: Option<Vec<i64>>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let held = query::held(db, district, &Reach::of(cap.scope()), place).await?;
    if held.is_empty() {
        return Err(Error::NotFound);
    }
    let funds = Funds::load(db, district).await?;
    let closed = closed_through(db, district, place).await?;
    page_with(form.status(), &CashPage { f: form.view(), funds, place, closed, held, typed, shell })
}

/// The sheet for counting the cash of a fund holder.
pub(crate) async fn cash(
    cap: Cap<CountMoney>,
    State(app): State<App>,
    Path(place): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    cash_page(&app, &cap, shell, &form, place, None).await
}

/// A number that may be left empty.
fn read_count(form: &mut Form, field: &str) -> Option<i64> {
    form.read_optional(field, |text| number::parse_count(text).map_err(|_| "web.error.not_a_number"))
}

/// Adds up what was counted, and at the second press takes it in.
pub(crate) async fn cash_post(
    cap: Cap<CountMoney>,
    State(app): State<App>,
    Path(place): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reach = Reach::of(cap.scope());
    let witness = form.required("saksi", 100);
    let held = query::held(app.store.reader(), cap.district(), &reach, place).await?;
    let (mut purses, mut sums) = (Vec::new(), Vec::new());
    for line in &held {
        let fund = &line.fund;
        let mut pieces = Vec::new();
        for worth in WORTHS {
            pieces
                .extend(read_count(&mut form, &format!("lembar.{fund}.{worth}")).map(|count| (worth, count)));
        }
        let bank = read_count(&mut form, &format!("bank.{fund}"));
        // Nothing written is not the same as nothing there.
        if pieces.is_empty() && bank.is_none() && form.is_valid() {
            form.error(&format!("bank.{fund}"), "custody.refused.uncounted");
        }
        let reason = form.optional(&format!("alasan.{fund}"), 200);
        let bank = bank.unwrap_or(0);
        match sum(&pieces, bank) {
            Ok(sum) => sums.push(sum),
            Err(refusal) => form.refuse(&refusal.field(format!("bank.{fund}"))),
        }
        // What the sheet said: if money moved since, it is counted again.
        let book = form.get(&format!("buku.{fund}")).parse().unwrap_or(line.amount);
        if form.is_valid() && sums.last().is_some_and(|sum| *sum != book) && reason.is_empty() {
            form.error(&format!("alasan.{fund}"), "custody.refused.reason");
        }
        purses.push(Purse { fund: fund.clone(), book, pieces, bank, reason });
    }
    if !form.is_valid() || form.get("aksi") != "kirim" {
        let typed = (form.is_valid() && form.get("aksi") != "ubah").then_some(sums);
        return cash_page(&app, &cap, shell, &form, place, typed).await;
    }
    let command = CountCash { place, purses, witness, reach };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/gudang/hitungan/{}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            cash_page(&app, &cap, shell, &form, place, None).await
        }
    }
}

#[derive(Template)]
#[template(path = "stock_take.html")]
struct StockPage {
    shell: Shell,
    f: FormView,
    funds: Funds,
    place: Id,
    name: String,
    closed: Option<time::Date>,
    lines: Vec<StockLine>,
    /// What was counted, in the order of the sheet, when it is to be looked over.
    typed: Option<Vec<Counted>>,
}

impl StockPage {
    fn value(&self, part: &str, nth: &usize) -> String {
        self.f.value(&format!("{part}.{nth}")).to_owned()
    }

    fn error(&self, part: &str, nth: &usize) -> String {
        self.f.error(&format!("{part}.{nth}"))
    }

    /// What was counted of a line.
    fn counted(&self, line: &StockLine) -> i64 {
        let of = |count: &&Counted| count.place.is(line);
        self.typed.iter().flatten().find(of).map_or(0, |count| count.counted)
    }
}

async fn stock_page(
    app: &App,
    cap: &KeepStock,
    shell: Shell,
    form: &Form,
    place: Id,
    typed: Option<Vec<Counted>>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let lines = stock::sheet(db, district, &Reach::of(cap.scope()), place).await?;
    let name = lines.first().map(|line| line.place.clone()).ok_or(Error::NotFound)?;
    let closed = closed_through(db, district, place).await?;
    let funds = Funds::load(db, district).await?;
    page_with(form.status(), &StockPage { f: form.view(), funds, place, name, closed, lines, typed, shell })
}

/// The count sheet of a place.
pub(crate) async fn stock(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    Path(place): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    stock_page(&app, &cap, shell, &form, place, None).await
}

/// Shows what differs, and at the second press takes the count in: differences become requests.
pub(crate) async fn stock_post(
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
            if counted != book && reason.is_empty() {
                form.error(&format!("alasan.{nth}"), "custody.refused.reason");
            }
            counts.push(Counted { place: stock, book, counted, reason });
        }
    }
    if counts.iter().any(|count| count.place.place != place) {
        return Err(Error::NotFound);
    }
    if !form.is_valid() || form.get("aksi") != "kirim" {
        let typed = (form.is_valid() && form.get("aksi") != "ubah").then_some(counts);
        return stock_page(&app, &cap, shell, &form, place, typed).await;
    }
    let command = RequestStockTake { place, counts, witness, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/gudang/hitungan/{}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            stock_page(&app, &cap, shell, &form, place, None).await
        }
    }
}

#[derive(Template)]
#[template(path = "stock_take/list.html")]
struct ListPage {
    shell: Shell,
    takes: Vec<Take>,
    next: Option<Id>,
}

/// The records of counts, newest first.
pub(crate) async fn list(
    cap: Cap<ReadCounts>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let before = url.get("sebelum").and_then(|id| id.parse().ok());
    let (db, reach) = (app.store.reader(), Reach::of(cap.scope()));
    let mut takes = query::list(db, cap.district(), &reach, before, PAGE + 1).await?;
    let next = cut(&mut takes, PAGE as usize, |last| last.id);
    page(&ListPage { takes, next, shell })
}

#[derive(Template)]
#[template(path = "stock_take/record.html")]
struct RecordPage {
    shell: Shell,
    letterhead: Letterhead,
    funds: Funds,
    take: Take,
    items: Vec<Item>,
    pieces: Vec<Pieces>,
}

impl RecordPage {
    fn is_cash(&self) -> bool {
        is_cash(&self.items)
    }

    fn of(&self, item: &Item) -> Vec<&Pieces> {
        self.pieces.iter().filter(|pieces| pieces.fund == item.fund).collect()
    }

    fn words(&self, item: &Item) -> String {
        terbilang_rupiah(Rupiah::new(item.counted))
    }
}

/// The record of one count, to print and sign.
pub(crate) async fn record(
    cap: Cap<ReadCounts>,
    State(app): State<App>,
    Path(take): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let found = query::one(db, district, &Reach::of(cap.scope()), take).await?.ok_or(Error::NotFound)?;
    let template = RecordPage {
        items: query::items(db, district, take).await?,
        pieces: query::pieces(db, district, take).await?,
        letterhead: Letterhead::load(&app.store, district).await?,
        funds: Funds::load(db, district).await?,
        take: found,
        shell,
    };
    page(&template)
}
