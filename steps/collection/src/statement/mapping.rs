//! Saying which column of a bank's file is what: once for a row of headings.

use std::collections::BTreeMap;

use askama::Template;
use asuh_statement::{Layout, Money};
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::super::{Reach, TakeStatements};
use super::command::{self, MapStatement};
use super::query;
use super::rules::likely_headings;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// Rows among which the headings are chosen, and rows shown below them.
const CHOICES: usize = 60;
const SHOWN: usize = 5;

#[derive(Template)]
#[template(path = "statement/map.html")]
struct MapPage {
    shell: Shell,
    f: FormView,
    id: Id,
    row: usize,
    rows: Vec<(usize, String)>,
    columns: Vec<(String, String)>,
    forms: Vec<(String, String)>,
    headings: Vec<String>,
    sample: Vec<Vec<String>>,
}

/// The columns of a draft, to be chosen.
pub(crate) async fn choose(
    cap: Cap<TakeStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    let row = url.get("baris").and_then(|row| row.parse::<usize>().ok()).and_then(|row| row.checked_sub(1));
    map_page(&app, &cap, shell, &form, id, row).await
}

async fn rows(app: &App, cap: &TakeStatements, id: Id) -> Result<Vec<Vec<String>>, Error> {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let line = query::by_id(db, cap.district(), &reach, id).await?.filter(|line| line.state == "draft");
    line.ok_or(Error::NotFound)?;
    let sealed = query::rows(db, cap.district(), id).await?.ok_or(Error::NotFound)?;
    Ok(command::rows(app.store.secrets(), cap.district(), &sealed)?)
}

async fn map_page(
    app: &App,
    cap: &TakeStatements,
    shell: Shell,
    form: &Form,
    id: Id,
    row: Option<usize>,
) -> Page {
    let rows = rows(app, cap, id).await?;
    let row = row.filter(|row| *row < rows.len().min(CHOICES)).unwrap_or_else(|| likely_headings(&rows));
    let headings = rows.get(row).cloned().unwrap_or_default();
    let named = headings.iter().filter(|heading| !heading.trim().is_empty());
    let words = |row: &Vec<String>| {
        let text = row.iter().filter(|cell| !cell.trim().is_empty()).cloned().collect::<Vec<_>>().join(" · ");
        text.chars().take(80).collect::<String>()
    };
    let template = MapPage {
        f: form.view(),
        id,
        row: row + 1,
        rows: rows
            .iter()
            .take(CHOICES)
            .enumerate()
            .filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()))
            .map(|(nth, row)| (nth + 1, format!("{}: {}", nth + 1, words(row))))
            .collect(),
        columns: named.map(|heading| (heading.clone(), heading.clone())).collect(),
        forms: [("dua", "split"), ("ket", "marked"), ("tanda", "signed")]
            .map(|(value, key)| (value.to_owned(), shell.t(&format!("money.map.{key}")).into_owned()))
            .into(),
        sample: rows.iter().skip(row + 1).take(SHOWN).cloned().collect(),
        headings,
        shell,
    };
    page_with(form.status(), &template)
}

/// Remembers what was chosen, and looks at the draft by it.
pub(crate) async fn map(
    cap: Cap<TakeStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let rows = rows(&app, &cap, id).await?;
    let row = form.get("baris").parse::<usize>().ok().and_then(|row| row.checked_sub(1));
    let headings = row.and_then(|row| rows.get(row)).cloned().unwrap_or_default();
    let bank = form.required("bank", 40);
    let column = |form: &mut Form, field: &str, needed: bool| -> Vec<String> {
        let chosen = form.get(field).to_owned();
        match chosen.is_empty() || !headings.contains(&chosen) {
            true if needed => form.error(field, "web.error.choose"),
            true => {}
            false => return vec![chosen],
        }
        Vec::new()
    };
    let date = column(&mut form, "tanggal", true);
    let mut text = column(&mut form, "keterangan", true);
    text.extend(column(&mut form, "keterangan2", false));
    let money = match form.get("bentuk") {
        "dua" => Money::Split {
            credit: column(&mut form, "masuk", true),
            debit: column(&mut form, "keluar", true),
        },
        "tanda" => Money::Signed { amount: column(&mut form, "jumlah", true) },
        "ket" => Money::Marked {
            amount: column(&mut form, "jumlah", true),
            mark: column(&mut form, "penanda", false),
        },
        _ => {
            form.error("bentuk", "web.error.choose");
            Money::Signed { amount: Vec::new() }
        }
    };
    let balance = column(&mut form, "saldo", false);
    let number = column(&mut form, "rekening", false);
    if form.is_valid() {
        let layout = Layout { bank, date, text, money, balance, account: number };
        let command = MapStatement { statement: id, headings, layout, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/mutasi-bank/berkas/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    map_page(&app, &cap, shell, &form, id, row).await
}
