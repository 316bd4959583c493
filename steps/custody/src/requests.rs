//! What a second person has to agree to before it is booked: write-offs and opening balances asked for, and all requests
//! decided about.

use std::collections::BTreeMap;

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::command::{ChangeKind, DecideChange, RequestChange, RequestOpening};
use super::pages::{choices, read_amount, read_stock};
use super::query::{self, ChangeLine, StockLine};
use super::rules::check_amount;
use super::{KeepStock, ReadStock, ReverseStock};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::books::{self, Funds};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page_with, redirect};
use asuh_step_collection::Reach;

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "write_off.html")]
struct WriteOffPage {
    shell: Shell,
    f: FormView,
    stock: Vec<(String, String)>,
    /// What the check page says: each label with its value.
    checked: Vec<(String, String)>,
}

async fn write_off_page(
    app: &App,
    cap: &KeepStock,
    shell: Shell,
    form: &mut Form,
    checked: Option<i64>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let lines = query::stock(db, district, &Reach::of(cap.scope())).await?;
    let funds = Funds::load(db, district).await?;
    let line = lines.iter().find(|line| line.key() == form.get("barang"));
    if checked.is_some() && line.is_none() {
        return Err(Error::NotFound);
    }
    let checked = match (checked, line) {
        (Some(amount), Some(line)) => match check_amount(amount, line.amount) {
            Ok(()) => write_off_facts(&shell, &funds, line, amount, form.get("alasan")),
            Err(refusal) => {
                form.refuse(&refusal);
                Vec::new()
            }
        },
        _ => Vec::new(),
    };
    let stock = choices(&shell, &funds, &lines);
    page_with(form.status(), &WriteOffPage { f: form.view(), stock, checked, shell })
}

fn write_off_facts(
    shell: &Shell,
    funds: &Funds,
    line: &StockLine,
    amount: i64,
    reason: &str,
) -> Vec<(String, String)> {
    let word = |key: &str| shell.t(key).into_owned();
    vec![
        (word("custody.opening.place"), line.place.clone()),
        (word("custody.fund"), funds.name(&line.fund).to_owned()),
        (word("custody.commodity"), line.name.clone()),
        (word("custody.book"), shell.quantity(&line.unit, line.amount)),
        (word("custody.write_off.amount"), shell.quantity(&line.unit, amount)),
        (word("custody.write_off.left"), shell.quantity(&line.unit, line.amount - amount)),
        (word("custody.reason"), reason.to_owned()),
    ]
}

/// The form for asking for a write-off.
pub(crate) async fn write_off(cap: Cap<KeepStock>, State(app): State<App>, shell: Shell) -> Page {
    let mut form = Form::empty(&shell);
    write_off_page(&app, &cap, shell, &mut form, None).await
}

/// Checks, and at the second press asks for a write-off: nothing moves yet.
pub(crate) async fn write_off_post(
    cap: Cap<KeepStock>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let place = read_stock(&mut form);
    let amount = read_amount(&mut form, "jumlah");
    let reason = form.required("alasan", 200);
    let (Some(place), Some(amount), true) = (place, amount, form.is_valid()) else {
        return write_off_page(&app, &cap, shell, &mut form, None).await;
    };
    match form.get("aksi") {
        "kirim" => {}
        action => {
            let checked = (action != "ubah").then_some(amount);
            return write_off_page(&app, &cap, shell, &mut form, checked).await;
        }
    }
    let (kind, party, reach) = (ChangeKind::WriteOff, String::new(), Reach::of(cap.scope()));
    let command = RequestChange { kind, place, party, amount, reason, reach };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/gudang/penghapusan/{}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            write_off_page(&app, &cap, shell, &mut form, None).await
        }
    }
}

#[derive(Template)]
#[template(path = "opening.html")]
struct OpeningPage {
    shell: Shell,
    f: FormView,
    places: Vec<(String, String)>,
    goods: Vec<(String, String)>,
    funds: Vec<(String, String)>,
    /// What the check page says: each label with its value.
    checked: Vec<(String, String)>,
}

async fn opening_page(
    app: &App,
    cap: &ReverseStock,
    shell: Shell,
    form: &mut Form,
    checked: Option<i64>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let mut places = query::places(db, district).await?;
    let stores = places.len();
    places.extend(query::holders(db, district).await?);
    let places: Vec<(String, String)> =
        places.into_iter().map(|place| (place.id.to_string(), place.name)).collect();
    let known = books::commodities(db, district).await?;
    let goods: Vec<(String, String)> =
        known.iter().map(|line| (line.code.clone(), format!("{} ({})", line.name, line.unit))).collect();
    let funds = Funds::load(db, district).await?.collecting();
    let line = known.iter().find(|line| line.code == form.get("barang"));
    if let (Some(amount), Some(line)) = (checked, line) {
        // Told before the check page; the command looks again.
        let at_holder = places[stores..].iter().any(|(id, _)| id == form.get("tempat"));
        if (line.kind == "cash") != at_holder {
            form.error("barang", "custody.refused.kind_of_goods");
        }
        if amount <= 0 {
            form.error("jumlah", "custody.refused.amount");
        }
    }
    let mut template = OpeningPage { f: form.view(), places, goods, funds, checked: Vec::new(), shell };
    if let Some(amount) = checked.filter(|_| form.is_valid()) {
        let chosen = |list: &[(String, String)], field: &str| {
            list.iter().find(|(code, _)| code == form.get(field)).map(|(_, words)| words.clone())
        };
        let (Some(place), Some(fund), Some(line)) =
            (chosen(&template.places, "tempat"), chosen(&template.funds, "dana"), line)
        else {
            return Err(Error::NotFound);
        };
        let word = |key: &str| template.shell.t(key).into_owned();
        template.checked = vec![
            (word("custody.opening.place"), place),
            (word("custody.fund"), fund),
            (word("custody.commodity"), line.name.clone()),
            (word("custody.amount"), template.shell.quantity(&line.unit, amount)),
            (word("custody.opening.reason"), form.get("alasan").to_owned()),
        ];
    }
    page_with(form.status(), &template)
}

/// The form for what was there before the books began.
pub(crate) async fn opening(cap: Cap<ReverseStock>, State(app): State<App>, shell: Shell) -> Page {
    let mut form = Form::empty(&shell);
    opening_page(&app, &cap, shell, &mut form, None).await
}

/// Checks, and at the second press asks for an opening balance: nothing is booked yet.
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
    let (Some(place), Some(amount), true) = (place, amount, form.is_valid()) else {
        return opening_page(&app, &cap, shell, &mut form, None).await;
    };
    match form.get("aksi") {
        "kirim" => {}
        action => {
            let checked = (action != "ubah").then_some(amount);
            return opening_page(&app, &cap, shell, &mut form, checked).await;
        }
    }
    let reach = Reach::of(cap.scope());
    let command = RequestOpening { place, fund, commodity, amount, reason, reach };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/gudang/penghapusan/{}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            opening_page(&app, &cap, shell, &mut form, None).await
        }
    }
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
