//! Ordering a work: what families need once and nobody builds yet, a new order, and changing one.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_step_registry::territories;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};
use time::Date;

use super::OrderWorks;
use super::command::{ChangeWork, OrderWork, Ordered};
use super::pages::{open, options};
use super::query::{self, NeedLine, PAGE, PledgeChoice};
use super::rules::{KINDS, SOURCES};

#[derive(Template)]
#[template(path = "works/needs.html")]
struct NeedsPage {
    shell: Shell,
    lines: Vec<NeedLine>,
    names: HashMap<i64, String>,
    next: Option<Id>,
}

impl NeedsPage {
    fn name(&self, code: &i64) -> &str {
        self.names.get(code).map_or("", String::as_str)
    }
}

/// What families need once and is not ordered.
pub(super) async fn needs(
    cap: Cap<OrderWorks>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let after = url.get("setelah").and_then(|id| id.parse().ok());
    let (db, district) = (app.store.reader(), cap.district());
    let mut lines = query::needs(db, district, cap.scope(), after).await?;
    let next = cut(&mut lines, PAGE, |line| line.id);
    let names = territories::names(db, district, lines.iter().map(|line| line.village_code)).await?;
    page(&NeedsPage { shell, lines, names, next })
}

#[derive(Template)]
#[template(path = "works/order.html")]
struct OrderPage {
    shell: Shell,
    f: FormView,
    /// Where the form goes.
    path: String,
    head: String,
    /// The number of the order that is changed.
    changes: Option<String>,
    needs: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    pledges: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    pools: Vec<(String, String)>,
}

/// Holders with the funds that may pay, as "holder.fund".
async fn pools(app: &App, cap: &OrderWorks) -> Result<Vec<(String, String)>, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let funds = Funds::load(db, district).await?.collecting();
    let holders = query::holders(db, district).await?;
    let both = holders.iter().flat_map(|(id, holder)| {
        funds.iter().map(move |(code, fund)| (format!("{id}.{code}"), format!("{holder}: {fund}")))
    });
    Ok(both.collect())
}

/// The promises that may stand behind a work of some kind, the family's own first.
async fn pledges(
    app: &App,
    cap: &OrderWorks,
    shell: &Shell,
    (family, kinds): (Id, &[&str]),
) -> Result<Vec<(String, String)>, Error> {
    let mut found: Vec<PledgeChoice> = Vec::new();
    for kind in kinds {
        for choice in query::pledges(app.store.reader(), cap.district(), family, kind, shell.today).await? {
            if !found.iter().any(|known| known.id == choice.id) {
                found.push(choice);
            }
        }
    }
    let told = |choice: PledgeChoice| {
        let own =
            if choice.paired == 1 { format!(" ({})", shell.t("works.order.paired")) } else { String::new() };
        (choice.id.to_string(), format!("{}, {}{own}", choice.sponsor, choice.campaign))
    };
    Ok(found.into_iter().map(told).collect())
}

async fn new_page(app: &App, cap: &OrderWorks, shell: Shell, form: &Form, family: Id) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let head = query::head(db, district, cap.scope(), family).await?.ok_or(Error::NotFound)?;
    audit::opened(app, cap.actor(), "open", Some(("family", family)), "work");
    let told = |need: NeedLine| {
        let kind = shell.t(&format!("works.kind.{}", need.kind)).into_owned();
        let words = [kind, shell.day(need.noted_on), need.detail];
        let words: Vec<String> = words.into_iter().filter(|part| !part.is_empty()).collect();
        (need.id.to_string(), words.join(", "))
    };
    let mut needs: Vec<(String, String)> =
        query::needs_of(db, district, family).await?.into_iter().map(told).collect();
    needs.push((String::new(), shell.t("works.order.no_need").into_owned()));
    let template = OrderPage {
        f: form.view(),
        path: format!("/pekerjaan/baru/{family}"),
        head,
        changes: None,
        needs,
        kinds: options(&shell, "works.kind", &KINDS),
        pledges: pledges(app, cap, &shell, (family, &["water", "latrine"])).await?,
        sources: options(&shell, "works.source", &SOURCES),
        pools: pools(app, cap).await?,
        shell,
    };
    page_with(form.status(), &template)
}

/// The form of a new order; `kebutuhan` names what the family needs.
pub(super) async fn new(
    cap: Cap<OrderWorks>,
    State(app): State<App>,
    Path(family): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let mut values: Vec<(String, String)> = Vec::new();
    if let Some(need) = url.get("kebutuhan") {
        let known = query::needs_of(app.store.reader(), cap.district(), family).await?;
        if let Some(line) = known.into_iter().find(|line| line.id.to_string() == *need) {
            values.push(("kebutuhan".to_owned(), need.clone()));
            values.push(("jenis".to_owned(), line.kind));
            values.push(("uraian".to_owned(), line.detail));
        }
    }
    let form = Form::with(&shell, values);
    new_page(&app, &cap, shell, &form, family).await
}

/// What the form orders; what is wrong stands at its fields.
fn ordered(form: &mut Form) -> Option<Ordered> {
    let words = form.required("uraian", 400);
    let worker = form.required("pelaksana", 120);
    let source = form.required("sumber", 20);
    let held_by = form.optional("pemegang", 120);
    let pool = form.get("dana").split_once('.').and_then(|(holder, fund)| {
        let holder: Id = holder.parse().ok()?;
        Some((holder, fund.to_owned()))
    });
    let estimated = form.count("perkiraan", 1..=10_000_000_000);
    let from: Option<Date> = form.day("dari");
    let to: Option<Date> = form.day("sampai");
    let (estimated, days) = (estimated?, (from?, to?));
    Some(Ordered { words, worker, source, held_by, pool, estimated, days })
}

/// Orders a work.
pub(super) async fn put(
    cap: Cap<OrderWorks>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let kind = form.required("jenis", 20);
    let chosen = |form: &mut Form, field: &str| match form.get(field) {
        "" => None,
        _ => form.id(field),
    };
    let need = chosen(&mut form, "kebutuhan");
    let pledge = chosen(&mut form, "janji");
    let ordered = ordered(&mut form);
    if let (Some(ordered), true) = (ordered, form.is_valid()) {
        let command =
            OrderWork { family, kind, need, pledge, ordered, today: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/pekerjaan/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(&app, &cap, shell, &form, family).await
}

async fn edit_page(app: &App, cap: &OrderWorks, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let work = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let template = OrderPage {
        f: form.view(),
        path: format!("/pekerjaan/{id}/ubah"),
        head: work.head_name,
        changes: Some(work.number),
        needs: Vec::new(),
        kinds: Vec::new(),
        pledges: Vec::new(),
        sources: options(&shell, "works.source", &SOURCES),
        pools: pools(app, cap).await?,
        shell,
    };
    page_with(form.status(), &template)
}

/// The three boxes of a day.
fn boxes(field: &str, day: Date) -> [(String, String); 3] {
    [
        (format!("{field}_tanggal"), day.day().to_string()),
        (format!("{field}_bulan"), u8::from(day.month()).to_string()),
        (format!("{field}_tahun"), day.year().to_string()),
    ]
}

/// The form to change an order.
pub(super) async fn edit(
    cap: Cap<OrderWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let district = cap.district();
    let work = query::one(app.store.reader(), district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let mut values = vec![
        ("uraian".to_owned(), open(&app, district, &work.words_sealed)?),
        ("pelaksana".to_owned(), open(&app, district, &work.worker_sealed)?),
        ("sumber".to_owned(), work.source.clone()),
        ("pemegang".to_owned(), work.held_by.clone()),
        ("perkiraan".to_owned(), work.estimated.to_string()),
    ];
    if let Some(holder) = work.fund_holder_id {
        values.push(("dana".to_owned(), format!("{holder}.{}", work.fund)));
    }
    values.extend(boxes("dari", work.planned_from));
    values.extend(boxes("sampai", work.planned_to));
    let form = Form::with(&shell, values);
    edit_page(&app, &cap, shell, &form, id).await
}

/// Changes an order.
pub(super) async fn change(
    cap: Cap<OrderWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let ordered = ordered(&mut form);
    let reason = form.required("alasan", 300);
    if let (Some(ordered), true) = (ordered, form.is_valid()) {
        let command = ChangeWork { work: id, ordered, reason, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pekerjaan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    edit_page(&app, &cap, shell, &form, id).await
}
