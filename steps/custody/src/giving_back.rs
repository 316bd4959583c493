//! Giving goods back to who gave or sold them.

use askama::Template;
use asuh_nusantara::number;
use axum::extract::State;

use super::KeepStock;
use super::command::{ChangeKind, RequestChange};
use super::pages::{choices, stock_place};
use super::query;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::books::Funds;
use asuh_ground::web::{Form, FormView, Page, Shell, page_with, redirect};
use asuh_step_collection::Reach;

#[derive(Template)]
#[template(path = "return.html")]
struct ReturnPage {
    shell: Shell,
    f: FormView,
    stock: Vec<(String, String)>,
    parties: Vec<(String, String)>,
    /// The goods in words, when it is to be looked over.
    checked: Option<String>,
}

async fn return_page(app: &App, cap: &KeepStock, shell: Shell, form: &Form, checked: bool) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let funds = Funds::load(db, district).await?;
    let lines = query::stock(db, district, &Reach::of(cap.scope())).await?;
    let kept = lines.iter().filter(|line| !matches!(line.kind.as_str(), "transit" | "carriage"));
    let stock = choices(&shell, &funds, kept);
    let parties = ["to_giver", "to_supplier"]
        .map(|code| (code.to_owned(), shell.t(&format!("custody.kind.{code}")).into_owned()))
        .into();
    let goods = stock.iter().find(|(key, _)| key == form.get("barang")).map(|(_, words)| words.clone());
    let checked = goods.filter(|_| checked && form.is_valid());
    page_with(form.status(), &ReturnPage { f: form.view(), stock, parties, checked, shell })
}

/// The form for giving goods back.
pub(crate) async fn new(cap: Cap<KeepStock>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    return_page(&app, &cap, shell, &form, false).await
}

/// Looks it over, and at the second press asks for it: nothing moves yet.
pub(crate) async fn ask(cap: Cap<KeepStock>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let place = form.read("barang", |text| stock_place(text).ok_or("web.error.choose"));
    let amount = form.read("jumlah", |text| number::parse_count(text).map_err(|_| "web.error.not_a_number"));
    let kind = form.read("kepada", |text| match text {
        "to_giver" => Ok(ChangeKind::ToGiver),
        "to_supplier" => Ok(ChangeKind::ToSupplier),
        _ => Err("web.error.choose"),
    });
    let party = form.required("pihak", 100);
    let reason = form.required("alasan", 200);
    let (Some(place), Some(amount), Some(kind), true) = (place, amount, kind, form.is_valid()) else {
        return return_page(&app, &cap, shell, &form, false).await;
    };
    match form.get("aksi") {
        "kirim" => {}
        action => return return_page(&app, &cap, shell, &form, action != "ubah").await,
    }
    let command = RequestChange { kind, place, party, amount, reason, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/gudang/penghapusan/{}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            return_page(&app, &cap, shell, &form, false).await
        }
    }
}
