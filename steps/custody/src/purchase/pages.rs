//! Purchases, the price list, and what kitchens cook.

use std::collections::BTreeMap;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::books::{self, CommodityLine};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page_with, redirect};
use asuh_nusantara::number;
use asuh_step_collection::Reach;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};
use axum::http::header;
use axum::response::IntoResponse;

use super::super::query::{self as stock, StockLine};
use super::super::{BuyStock, CookMeals, KeepPrices, ReadPurchases};
use super::command::{BuyGoods, CookPortions, Ingredient, SetPrice};
use super::query::{self, Cooking, Purchase};
use super::rules;

const PAGE: i64 = 50;
/// A photo of a receipt.
const MOST_BYTES: u64 = 8 << 20;

/// A line of the price list.
struct PriceLine {
    name: String,
    words: String,
}

#[derive(Template)]
#[template(path = "purchase/list.html")]
struct ListPage {
    shell: Shell,
    funds: books::Funds,
    f: FormView,
    purchases: Vec<Purchase>,
    prices: Vec<PriceLine>,
    goods: Vec<(String, String)>,
    next: Option<Id>,
    may_buy: bool,
    may_price: bool,
    far_off: i64,
}

fn goods(commodities: &[CommodityLine]) -> Vec<(String, String)> {
    commodities
        .iter()
        .filter(|line| line.kind == "goods")
        .map(|line| (line.code.clone(), format!("{} ({})", line.name, line.unit)))
        .collect()
}

async fn list_page(app: &App, cap: &ReadPurchases, shell: Shell, form: &Form, before: Option<Id>) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let mut purchases = query::purchases(db, district, &Reach::of(cap.scope()), before, PAGE + 1).await?;
    let next = cut(&mut purchases, PAGE as usize, |last| last.id);
    let commodities = books::commodities(db, district).await?;
    let prices = query::prices(db, district, shell.today)
        .await?
        .into_iter()
        .filter_map(|price| {
            let line = commodities.iter().find(|line| line.code == price.commodity)?;
            let words = shell.t3(
                "custody.price.words",
                ("rupiah", shell.rupiah(price.rupiah)),
                ("per", shell.quantity(&line.unit, price.per)),
                ("since", shell.day(price.since)),
            );
            Some(PriceLine { name: line.name.clone(), words })
        })
        .collect();
    let template = ListPage {
        funds: books::Funds::load(app.store.reader(), cap.district()).await?,
        f: form.view(),
        purchases,
        prices,
        goods: goods(&commodities),
        next,
        may_buy: cap.actor().has_any(BuyStock::ROLES),
        may_price: cap.actor().has_any(KeepPrices::ROLES),
        far_off: rules::FAR_OFF,
        shell,
    };
    page_with(form.status(), &template)
}

/// The purchases, newest first, and the price list.
pub(crate) async fn list(
    cap: Cap<ReadPurchases>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    let before = url.get("sebelum").and_then(|id| id.parse().ok());
    list_page(&app, &cap, shell, &form, before).await
}

/// Sets a price from a day on.
pub(crate) async fn set_price(
    cap: Cap<KeepPrices>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let commodity = form.required("barang", 24);
    let rupiah = form.count("harga", 1..=1_000_000_000);
    let per = form.count("per", 1..=1_000_000);
    let since = form.day_optional("mulai").unwrap_or(shell.today);
    if let (Some(rupiah), Some(per), true) = (rupiah, per, form.is_valid()) {
        let command = SetPrice { commodity, since, rupiah, per };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/gudang/beli"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let read = ReadPurchases::of(cap.actor()).ok_or(Error::Forbidden)?;
    list_page(&app, &read, shell, &form, None).await
}

#[derive(Template)]
#[template(path = "purchase/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    purses: Vec<(String, String)>,
    places: Vec<(String, String)>,
    goods: Vec<(String, String)>,
    /// What the check page says: each label with its value.
    checked: Vec<(String, String)>,
    /// How far the price is off the list, in words.
    warning: String,
}

async fn new_page(app: &App, cap: &BuyStock, shell: Shell, form: &Form, checked: bool) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let funds = books::Funds::load(db, district).await?;
    let purses: Vec<(String, String)> = query::purses(db, district, &Reach::of(cap.scope()))
        .await?
        .into_iter()
        .map(|purse| {
            let words =
                format!("{} · {} ({})", purse.name, funds.name(&purse.fund), shell.rupiah(purse.amount));
            (format!("{}_{}", purse.id, purse.fund), words)
        })
        .collect();
    let places: Vec<(String, String)> = stock::places(db, district)
        .await?
        .into_iter()
        .map(|place| (place.id.to_string(), place.name))
        .collect();
    let commodities = books::commodities(db, district).await?;
    let mut template = NewPage {
        f: form.view(),
        purses,
        places,
        goods: goods(&commodities),
        checked: Vec::new(),
        warning: String::new(),
        shell,
    };
    let numbers = [form.get("jumlah"), form.get("dibayar")].map(number::parse_count);
    if let ([Ok(quantity), Ok(paid)], true) = (numbers, checked && form.is_valid())
        && let Some(line) = commodities.iter().find(|line| line.code == form.get("barang"))
    {
        let shell = &template.shell;
        let named = |list: &[(String, String)], field: &str| {
            let key = form.get(field);
            list.iter().find(|(found, _)| found == key).map(|(_, words)| words.clone()).unwrap_or_default()
        };
        let price = query::price(db, district, &line.code, shell.today).await?;
        let off = price.and_then(|price| rules::percent_off(paid, quantity, price.rupiah, price.per));
        template.warning = match off {
            None => shell.t("custody.price.none").into_owned(),
            Some(off) if off.abs() > rules::FAR_OFF => shell.t1("custody.price.far", "percent", off),
            Some(_) => String::new(),
        };
        template.checked = vec![
            (shell.t("custody.buy.purse").into_owned(), named(&template.purses, "kas")),
            (shell.t("custody.buy.place").into_owned(), named(&template.places, "tempat")),
            (line.name.clone(), shell.quantity(&line.unit, quantity)),
            (shell.t("custody.buy.paid").into_owned(), shell.rupiah(paid)),
            (shell.t("custody.buy.shop").into_owned(), form.get("toko").to_owned()),
        ];
    }
    page_with(form.status(), &template)
}

/// The form of a purchase.
pub(crate) async fn new(cap: Cap<BuyStock>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    new_page(&app, &cap, shell, &form, false).await
}

/// Checks, and at the second press books the purchase.
pub(crate) async fn buy(cap: Cap<BuyStock>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let purse = form.read("kas", |text| {
        let (holder, fund) = text.split_once('_').ok_or("web.error.choose")?;
        let holder: Id = holder.parse().map_err(|_| "web.error.choose")?;
        Ok::<_, &'static str>((holder, fund.to_owned()))
    });
    let place = form.id("tempat");
    let commodity = form.required("barang", 24);
    let quantity = form.count("jumlah", 1..=1_000_000_000);
    let paid = form.count("dibayar", 1..=1_000_000_000_000);
    let shop = form.required("toko", 120);
    let bought_on = form.day("hari");
    let note = form.optional("catatan", 200);
    let photo = match form.file("foto").map(|upload| attachments::read(upload, MediaType::SCANS, MOST_BYTES))
    {
        Some(Ok(content)) => Some(content),
        Some(Err(refusal)) => {
            form.refuse(&refusal.field("foto"));
            None
        }
        None => None,
    };
    let (Some((holder, fund)), Some(place), Some(quantity), Some(paid), Some(bought_on), true) =
        (purse, place, quantity, paid, bought_on, form.is_valid())
    else {
        return new_page(&app, &cap, shell, &form, false).await;
    };
    // A chosen file does not survive a second page: it is kept with the first.
    let receipt = match photo {
        Some(content) => Some(attachments::store(&app, cap.actor(), form.command_id()?, content).await?),
        None => form.get("nota").parse().ok(),
    };
    if form.get("aksi") != "kirim" {
        if let Some(receipt) = receipt {
            form.set("nota", receipt.to_string());
        }
        let checked = form.get("aksi") != "ubah";
        return new_page(&app, &cap, shell, &form, checked).await;
    }
    let reach = Reach::of(cap.scope());
    let command =
        BuyGoods { holder, fund, place, commodity, quantity, paid, shop, bought_on, receipt, note, reach };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect("/gudang/beli"),
        Err(rejection) => {
            form.reject(rejection)?;
            new_page(&app, &cap, shell, &form, false).await
        }
    }
}

/// The photo of a shop's receipt, as a download.
pub(crate) async fn receipt(cap: Cap<ReadPurchases>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let reach = Reach::of(cap.scope());
    let found = query::purchase(app.store.reader(), cap.district(), &reach, id).await?;
    let attachment = found.and_then(|purchase| purchase.receipt_id).ok_or(Error::NotFound)?;
    let photo = attachments::open(&app.store, cap.district(), attachment).await?.ok_or(Error::NotFound)?;
    let ending = photo.media_type.name().rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, photo.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"nota.{ending}\"")),
    ];
    Ok((headers, photo.bytes).into_response())
}

#[derive(Template)]
#[template(path = "purchase/cooking.html")]
struct CookingPage {
    shell: Shell,
    funds: books::Funds,
    f: FormView,
    cookings: Vec<Cooking>,
    next: Option<Id>,
    /// Stock of kitchens, by kitchen and fund: the ingredients.
    pots: Vec<Pot>,
    meals: Vec<(String, String)>,
    checked: bool,
}

struct Pot {
    key: String,
    name: String,
    lines: Vec<StockLine>,
}

impl CookingPage {
    fn field(&self, pot: &Pot, line: &StockLine) -> String {
        format!("bahan.{}.{}", pot.key, line.commodity)
    }

    fn amount(&self, pot: &Pot, line: &StockLine) -> i64 {
        number::parse_count(self.f.value(&self.field(pot, line))).unwrap_or(0)
    }

    fn meal(&self) -> &str {
        let code = self.f.value("masakan");
        self.meals.iter().find(|(known, _)| known == code).map_or("", |(_, name)| name)
    }
}

async fn cooking_page(
    app: &App,
    cap: &CookMeals,
    shell: Shell,
    form: &Form,
    before: Option<Id>,
    checked: bool,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let reach = Reach::of(cap.scope());
    let mut cookings = query::cookings(db, district, &reach, before, PAGE + 1).await?;
    let next = cut(&mut cookings, PAGE as usize, |last| last.id);
    let funds = books::Funds::load(db, district).await?;
    let mut pots: Vec<Pot> = Vec::new();
    for line in stock::stock(db, district, &reach).await?.into_iter().filter(|line| line.kind == "kitchen") {
        let key = format!("{}_{}", line.place_id, line.fund);
        match pots.last_mut() {
            Some(last) if last.key == key => last.lines.push(line),
            _ => pots.push(Pot {
                key,
                name: format!("{} ({})", line.place, funds.name(&line.fund)),
                lines: vec![line],
            }),
        }
    }
    let meals = goods(&books::commodities(db, district).await?);
    let checked = checked && form.is_valid();
    page_with(
        form.status(),
        &CookingPage { f: form.view(), funds, cookings, next, pots, meals, checked, shell },
    )
}

/// What the kitchens cooked, and the form for it.
pub(crate) async fn cooking(
    cap: Cap<CookMeals>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    let before = url.get("sebelum").and_then(|id| id.parse().ok());
    cooking_page(&app, &cap, shell, &form, before, false).await
}

/// Checks, and at the second press books what was cooked.
pub(crate) async fn cook(cap: Cap<CookMeals>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let mut used: BTreeMap<String, Vec<Ingredient>> = BTreeMap::new();
    let typed: Vec<(String, String)> = form
        .starting_with("bahan.")
        .filter(|(_, amount)| !matches!(*amount, "" | "0"))
        .map(|(rest, amount)| (rest.to_owned(), amount.to_owned()))
        .collect();
    for (rest, amount) in typed {
        let Some((pot, commodity)) = rest.split_once('.') else { continue };
        match number::parse_count(&amount) {
            Ok(amount) => {
                let ingredient = Ingredient { commodity: commodity.to_owned(), amount };
                used.entry(pot.to_owned()).or_default().push(ingredient);
            }
            Err(_) => form.error(&format!("bahan.{rest}"), "web.error.not_a_number"),
        }
    }
    let meal = form.required("masakan", 24);
    let portions = form.count("porsi", 1..=1_000_000);
    let menu = form.required("menu", 120);
    let day = form.day("hari");
    if form.is_valid() && used.len() != 1 {
        form.error("", if used.is_empty() { "custody.refused.nothing" } else { "custody.refused.one_pot" });
    }
    let (Some((pot, ingredients)), Some(portions), Some(day), true) =
        (used.into_iter().next(), portions, day, form.is_valid())
    else {
        return cooking_page(&app, &cap, shell, &form, None, false).await;
    };
    if form.get("aksi") != "kirim" {
        let checked = form.get("aksi") != "ubah";
        return cooking_page(&app, &cap, shell, &form, None, checked).await;
    }
    let (kitchen, fund) = pot.split_once('_').ok_or(Error::NotFound)?;
    let command = CookPortions {
        kitchen: kitchen.parse().map_err(|_| Error::NotFound)?,
        fund: fund.to_owned(),
        ingredients,
        meal,
        portions,
        day,
        menu,
        reach: Reach::of(cap.scope()),
    };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect("/gudang/masak"),
        Err(rejection) => {
            form.reject(rejection)?;
            cooking_page(&app, &cap, shell, &form, None, false).await
        }
    }
}
