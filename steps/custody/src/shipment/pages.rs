//! The list of shipments, one shipment, and the form of a new one.

use std::collections::BTreeMap;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::books::Funds;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_nusantara::number;
use asuh_step_collection::Reach;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::super::query::{self as stock, StockLine};
use super::super::{KeepStock, ReadStock};
use super::command::{CancelShipment, ReceiveShipment, SendShipment, ShipmentPart};
use super::query::{self, Shipment, ShipmentItem};

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "shipment/list.html")]
struct ListPage {
    shell: Shell,
    shipments: Vec<Shipment>,
    open: bool,
    next: Option<String>,
    may_keep: bool,
}

/// The shipments on their way, or those that are over.
pub(crate) async fn list(
    cap: Cap<ReadStock>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let open = !url.contains_key("selesai");
    let after = url.get("dari").and_then(|place| {
        let (day, id) = place.split_once('_')?;
        Some((asuh_nusantara::date::parse(day).ok()?, id.parse().ok()?))
    });
    let reach = Reach::of(cap.scope());
    let mut shipments =
        query::list(app.store.reader(), cap.district(), &reach, open, after, PAGE + 1).await?;
    let next = cut(&mut shipments, PAGE as usize, |last| {
        format!("{}dari={}_{}", if open { "" } else { "selesai=1&" }, last.due_on, last.id)
    });
    let may_keep = cap.actor().has_any(KeepStock::ROLES);
    page(&ListPage { shipments, open, next, may_keep, shell })
}

#[derive(Template)]
#[template(path = "shipment/one.html")]
struct OnePage {
    shell: Shell,
    funds: Funds,
    f: FormView,
    shipment: Shipment,
    items: Vec<ShipmentItem>,
    may_receive: bool,
    may_cancel: bool,
    checked: bool,
    letterhead: Letterhead,
}

impl OnePage {
    /// How its paper's button looks: whoever receives has something to do first.
    fn button(&self) -> &'static str {
        if self.may_receive { "second" } else { "" }
    }

    fn field(&self, commodity: &str) -> String {
        format!("terima.{commodity}")
    }

    fn arrived(&self, item: &ShipmentItem) -> String {
        match self.f.value(&self.field(&item.commodity)) {
            "" => item.rest().to_string(),
            typed => typed.to_owned(),
        }
    }

    fn error(&self, item: &ShipmentItem) -> String {
        self.f.error(&self.field(&item.commodity))
    }
}

async fn one_page(app: &App, cap: &ReadStock, shell: Shell, form: &Form, id: Id, checked: bool) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let shipment = query::by_id(db, district, &Reach::of(cap.scope()), id).await?.ok_or(Error::NotFound)?;
    let items = query::items(db, district, id).await?;
    let mine = KeepStock::of(cap.actor()).map(|keep| Reach::of(keep.scope()));
    let keeps = |place| mine.as_ref().is_some_and(|reach| reach.covers(place));
    let on_its_way = shipment.state == "sent";
    let template = OnePage {
        f: form.view(),
        may_receive: on_its_way && keeps(shipment.to_place_id) && shipment.sent_by != cap.actor().user,
        may_cancel: on_its_way
            && keeps(shipment.from_place_id)
            && items.iter().all(|item| item.received + item.lost == 0),
        checked: checked && form.is_valid(),
        letterhead: Letterhead::load(&app.store, district).await?,
        funds: Funds::load(app.store.reader(), district).await?,
        shipment,
        items,
        shell,
    };
    page_with(form.status(), &template)
}

/// One shipment: what is in it, what arrived, who signed.
pub(crate) async fn one(
    cap: Cap<ReadStock>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    one_page(&app, &cap, shell, &form, id, false).await
}

fn parts(form: &mut Form, prefix: &str) -> Vec<ShipmentPart> {
    let typed: Vec<(String, String)> = form
        .starting_with(prefix)
        .filter(|(_, amount)| !amount.is_empty())
        .map(|(code, amount)| (code.to_owned(), amount.to_owned()))
        .collect();
    let mut parts = Vec::new();
    for (commodity, amount) in typed {
        match number::parse_count(&amount) {
            Ok(amount) => parts.push(ShipmentPart { commodity, amount }),
            Err(_) => form.error(&format!("{prefix}{commodity}"), "web.error.not_a_number"),
        }
    }
    parts
}

/// Checks, and at the second press receives what arrived.
pub(crate) async fn receive(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let parts = parts(&mut form, "terima.");
    let receiver_name = form.required("penerima", 100);
    let note = form.optional("catatan", 200);
    let read = ReadStock::of(cap.actor()).ok_or(Error::Forbidden)?;
    if !form.is_valid() || form.get("aksi") != "terima" {
        let checked = form.get("aksi") != "ubah";
        return one_page(&app, &read, shell, &form, id, checked).await;
    }
    let command = ReceiveShipment { shipment: id, parts, receiver_name, note, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/gudang/kiriman/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            one_page(&app, &read, shell, &form, id, false).await
        }
    }
}

/// Takes a shipment back.
pub(crate) async fn cancel(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    if form.is_valid() {
        let command = CancelShipment { shipment: id, reason, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/gudang/kiriman/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let read = ReadStock::of(cap.actor()).ok_or(Error::Forbidden)?;
    one_page(&app, &read, shell, &form, id, false).await
}

/// The stock of one place and one fund, from which a shipment is made.
struct Shelf {
    /// "place_fund"
    key: String,
    words: String,
    place: Id,
    fund: String,
    lines: Vec<StockLine>,
}

fn shelves(funds: &Funds, lines: Vec<StockLine>) -> Vec<Shelf> {
    let mut shelves: Vec<Shelf> = Vec::new();
    for line in
        lines.into_iter().filter(|line| matches!(line.kind.as_str(), "warehouse" | "depot" | "kitchen"))
    {
        match shelves.last_mut() {
            Some(last) if last.place == line.place_id && last.fund == line.fund => last.lines.push(line),
            _ => shelves.push(Shelf {
                key: format!("{}_{}", line.place_id, line.fund),
                words: format!("{} ({})", line.place, funds.name(&line.fund)),
                place: line.place_id,
                fund: line.fund.clone(),
                lines: vec![line],
            }),
        }
    }
    shelves
}

#[derive(Template)]
#[template(path = "shipment/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    shelves: Vec<Shelf>,
    /// Of the shelf that was chosen.
    key: String,
    lines: Vec<StockLine>,
    places: Vec<(String, String)>,
    checked: bool,
}

impl NewPage {
    fn field(&self, commodity: &str) -> String {
        format!("jumlah.{commodity}")
    }

    fn amount(&self, line: &StockLine) -> i64 {
        number::parse_count(self.f.value(&self.field(&line.commodity))).unwrap_or(0)
    }

    fn destination(&self) -> &str {
        let to = self.f.value("tujuan");
        self.places.iter().find(|(id, _)| id == to).map_or("", |(_, name)| name)
    }

    fn due(&self) -> String {
        let part = |part: &str| self.f.value(&format!("sampai_{part}")).to_owned();
        format!("{} / {} / {}", part("tanggal"), part("bulan"), part("tahun"))
    }
}

async fn new_page(app: &App, cap: &KeepStock, shell: Shell, form: &Form, key: &str, checked: bool) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let funds = Funds::load(db, district).await?;
    let mut shelves = shelves(&funds, stock::stock(db, district, &Reach::of(cap.scope())).await?);
    if !key.is_empty() && !shelves.iter().any(|shelf| shelf.key == key) {
        return Err(Error::NotFound);
    }
    let only = (shelves.len() == 1).then(|| shelves[0].key.clone());
    let key = if key.is_empty() { only.unwrap_or_default() } else { key.to_owned() };
    let chosen = shelves.iter_mut().find(|shelf| shelf.key == key);
    let from = chosen.as_ref().map(|shelf| shelf.place);
    let lines = chosen.map(|shelf| std::mem::take(&mut shelf.lines)).unwrap_or_default();
    let places = stock::places(db, district)
        .await?
        .into_iter()
        .filter(|place| Some(place.id) != from)
        .map(|place| (place.id.to_string(), place.name))
        .collect();
    let checked = checked && form.is_valid();
    page_with(form.status(), &NewPage { f: form.view(), shelves, key, lines, places, checked, shell })
}

/// The form of a new shipment: from which place and fund, then what.
pub(crate) async fn new(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    new_page(&app, &cap, shell, &form, url.get("dari").map_or("", String::as_str), false).await
}

/// Checks, and at the second press sends.
pub(crate) async fn send(cap: Cap<KeepStock>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let key = form.get("dari").to_owned();
    let (place, fund) = key.split_once('_').ok_or(Error::NotFound)?;
    let from: Id = place.parse().map_err(|_| Error::NotFound)?;
    let parts = parts(&mut form, "jumlah.");
    let to = form.id("tujuan");
    let carrier = form.required("pembawa", 100);
    let due_on = form.day("sampai");
    let note = form.optional("catatan", 200);
    if form.is_valid() && parts.iter().all(|part| part.amount == 0) {
        form.error("", "custody.refused.nothing");
    }
    let (Some(to), Some(due_on), true) = (to, due_on, form.is_valid()) else {
        return new_page(&app, &cap, shell, &form, &key, false).await;
    };
    if form.get("aksi") != "kirim" {
        let checked = form.get("aksi") != "ubah";
        return new_page(&app, &cap, shell, &form, &key, checked).await;
    }
    let reach = Reach::of(cap.scope());
    let command = SendShipment { from, fund: fund.to_owned(), to, parts, carrier, due_on, note, reach };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/gudang/kiriman/{}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            new_page(&app, &cap, shell, &form, &key, false).await
        }
    }
}
