//! What a treasurer sees of works: numbers, villages and sums; paying for one.

use std::collections::BTreeMap;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::books::{self, AccountKind, Commodity, Funds, Holding};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_store::{Id, StoreError};
use axum::extract::{Query as UrlQuery, State};

use super::PayWorks;
use super::pages::{Paid, payments};
use super::pay::{PayWork, TakeBackWorkPayment};
use super::query::{self, FundedLine, PAGE};
use super::rules::State as Stands;

#[derive(Template)]
#[template(path = "works/funds.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<FundedLine>,
    next: Option<Id>,
    state: &'static str,
    states: Vec<(&'static str, String)>,
    funds: Funds,
}

/// The works that funds of the caller pay for.
pub(super) async fn list(
    cap: Cap<PayWorks>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let state = url.get("status").and_then(|code| Stands::parse(code)).unwrap_or(Stands::Planned).code();
    let before: Option<Id> = url.get("sebelum").and_then(|id| id.parse().ok());
    let before = match before {
        Some(id) => query::ordered_at(db, district, id).await?.map(|at| (at, id)),
        None => None,
    };
    let mut lines = query::funded(db, district, cap.scope(), (state, before)).await?;
    let next = cut(&mut lines, PAGE, |last| last.id);
    let states =
        Stands::ALL.map(|one| (one.code(), shell.t(&format!("works.state.{}", one.code())).into_owned()));
    page(&ListPage {
        funds: Funds::load(db, district).await?,
        states: states.into(),
        shell,
        lines,
        next,
        state,
    })
}

#[derive(Template)]
#[template(path = "works/fund.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    line: FundedLine,
    fund: String,
    payments: Vec<Paid>,
    /// What the holder has of the fund, rupiah.
    there: i64,
    /// What is to be confirmed: rupiah.
    asked: Option<i64>,
    /// Whether the caller ordered it himself.
    own: bool,
}

impl ShowPage {
    fn is_open(&self) -> bool {
        matches!(self.line.state.as_str(), "planned" | "in_work")
    }
}

async fn show_page(
    app: &App,
    cap: &PayWorks,
    shell: Shell,
    form: &Form,
    (id, asked): (Id, Option<i64>),
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let line = query::funded_one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let fund = line.fund.parse().map_err(|_| StoreError::Shape(line.fund.clone()))?;
    let holding = Holding::new(AccountKind::FundHolder, line.fund_holder_id, fund, Commodity::CASH);
    let template = ShowPage {
        f: form.view(),
        fund: Funds::load(db, district).await?.name(&line.fund).to_owned(),
        payments: payments(app, district, id).await?,
        there: books::balance(db, district, &holding).await?,
        own: line.ordered_by == cap.actor().user,
        asked,
        line,
        shell,
    };
    page_with(form.status(), &template)
}

/// A work, its payments, and the form of another one.
pub(super) async fn show(
    cap: Cap<PayWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&app, &cap, shell, &form, (id, None)).await
}

/// Pays, once it was looked at and confirmed (`pasti`).
pub(super) async fn pay(
    cap: Cap<PayWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let amount = form.count("jumlah", 1..=10_000_000_000);
    let payee = form.required("kepada", 120);
    let on = form.day_optional("hari").unwrap_or(shell.today);
    if let (Some(amount), true) = (amount, form.is_valid()) {
        if !form.ticked("pasti") {
            return show_page(&app, &cap, shell, &form, (id, Some(amount))).await;
        }
        let command = PayWork { work: id, amount, payee, on, today: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pekerjaan-dana/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, &cap, shell, &form, (id, None)).await
}

/// Money came back.
pub(super) async fn take_back(
    cap: Cap<PayWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let payment = form.id("pembayaran");
    let reason = form.required("alasan", 300);
    if let (Some(payment), true) = (payment, form.is_valid()) {
        let command =
            TakeBackWorkPayment { work: id, payment, reason, today: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pekerjaan-dana/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, &cap, shell, &form, (id, None)).await
}
