//! The list of what left the posts, asking for it, and deciding it.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::number;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::super::roll::query::{self as rolls, Roll};
use super::super::{DecideLosses, Reach, RecordRolls, count};
use super::command::{DecideLoss, RequestLoss};
use super::query::{self, Loss};
use super::rules::LossKind;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page_with, redirect};

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "loss/ask.html")]
struct AskPage {
    shell: Shell,
    f: FormView,
    roll: Roll,
    goods: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    losses: Vec<Loss>,
}

/// The form for goods of a closed roll that are not handed on.
pub(crate) async fn ask(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    ask_page(&app, &cap, shell, &form, id).await
}

async fn ask_page(app: &App, cap: &RecordRolls, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let roll = rolls::by_id(db, district, &Reach::of(cap.scope()), id).await?.ok_or(Error::NotFound)?;
    if roll.state != "closed" {
        return redirect(&format!("/setoran/{id}"));
    }
    let goods = count::query::of_roll(db, district, id)
        .await?
        .into_iter()
        .filter(|line| line.kind != "cash" && line.good() > 0)
        .map(|line| {
            let words = format!("{} ({})", line.name, shell.quantity(&line.unit, line.good()));
            (line.commodity, words)
        })
        .collect();
    let kinds = LossKind::ALL
        .map(|kind| {
            let words = shell.t(&format!("collection.loss.{}", kind.code())).into_owned();
            (kind.code().to_owned(), words)
        })
        .into();
    let losses = query::of_roll(db, district, id).await?;
    page_with(form.status(), &AskPage { f: form.view(), roll, goods, kinds, losses, shell })
}

/// Asks: nothing moves yet.
pub(crate) async fn ask_post(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(roll): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let commodity = form.required("barang", 24);
    let amount = form.read("jumlah", |text| number::parse_count(text).map_err(|_| "web.error.not_a_number"));
    let kind = form.read("ke", |text| LossKind::parse(text).ok_or("web.error.choose"));
    let reason = form.required("alasan", 200);
    if let (Some(amount), Some(kind), true) = (amount, kind, form.is_valid()) {
        let command = RequestLoss { roll, commodity, amount, kind, reason, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/setoran/{roll}/rusak")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    ask_page(&app, &cap, shell, &form, roll).await
}

#[derive(Template)]
#[template(path = "loss/list.html")]
struct ListPage {
    shell: Shell,
    f: FormView,
    lines: Vec<Loss>,
    next: Option<Id>,
    me: Id,
}

/// What was asked for at the posts within reach, the newest first.
pub(crate) async fn list(
    cap: Cap<DecideLosses>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    let before = url.get("sebelum").and_then(|id| id.parse().ok());
    list_page(&app, &cap, shell, &form, before).await
}

async fn list_page(app: &App, cap: &DecideLosses, shell: Shell, form: &Form, before: Option<Id>) -> Page {
    let reach = Reach::of(cap.scope());
    let mut lines = query::newest(app.store.reader(), cap.district(), &reach, before, PAGE + 1).await?;
    let next = cut(&mut lines, PAGE as usize, |last| last.id);
    page_with(form.status(), &ListPage { f: form.view(), lines, next, me: cap.actor().user, shell })
}

/// Approves or refuses.
pub(crate) async fn decide(
    cap: Cap<DecideLosses>,
    State(app): State<App>,
    Path(loss): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let note = form.optional("catatan", 200);
    let approve = match form.get("aksi") {
        "setuju" => true,
        "tolak" => false,
        _ => {
            form.error("", "web.error.choose");
            false
        }
    };
    if form.is_valid() {
        let command = DecideLoss { loss, approve, note, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/setoran/rusak"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    list_page(&app, &cap, shell, &form, None).await
}
