//! `/pengukuran/{code}/lembar`: all children of a village on one page, saved together.

use std::collections::HashMap;

use askama::Template;
use asuh_store::{Id, Rejection};
use axum::extract::{Query as Params, State};
use axum::http::StatusCode;
use serde::Deserialize;
use time::Date;

use super::command::{ALREADY, Entry, RecordMeasurements};
use super::forms::{self, Asks};
use super::one;
use super::query::{self, ChildLine, SHEET, Selection};
use super::rules::{self, Measures};
use crate::RecordGrowth;
use crate::{query as growth, rules as ages, words};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, cut, page_with, redirect};
use asuh_step_registry::Reach;

/// A child's row.
struct Row {
    child: ChildLine,
    age: String,
    last: String,
    /// What the form holds of the day already.
    already: String,
    /// Something was typed in it.
    typed: bool,
    position: String,
    /// What is wrong with it, in one text.
    error: String,
    /// What is unusual about it.
    asks: Vec<String>,
    confirms: String,
}

impl Row {
    /// The measurement of the day that stands instead of fields, unless something was typed into them.
    fn done(&self) -> Option<Id> {
        self.child.today_id.filter(|_| !self.typed)
    }
}

#[derive(Template)]
#[template(path = "entry/sheet.html")]
struct SheetPage {
    shell: Shell,
    code: i64,
    village: String,
    rows: Vec<Row>,
    areas: Vec<String>,
    posyandu: Vec<String>,
    filter: Filter,
    /// What follows the address to name the next children.
    next: Option<String>,
    stored: Option<i64>,
    form: FormView,
    asking: bool,
}

/// Which children, and what was just stored. Nothing personal.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    rw: String,
    #[serde(default)]
    posyandu: String,
    #[serde(default)]
    setelah: String,
    #[serde(default)]
    tersimpan: String,
}

/// An empty sheet.
pub(super) async fn show(
    cap: Cap<RecordGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<i64>,
    Params(filter): Params<Filter>,
) -> Page {
    let day = shell.today;
    let form = Form::with(
        &shell,
        [
            ("hari_tanggal", day.day().to_string()),
            ("hari_bulan", u8::from(day.month()).to_string()),
            ("hari_tahun", day.year().to_string()),
        ],
    );
    let sheet = load(&cap, &app, &shell, code, &filter, day).await?;
    sheet_page(shell, sheet, filter, &form, HashMap::new())
}

/// The children of a sheet.
struct Sheet {
    code: i64,
    village: String,
    children: Vec<ChildLine>,
    next: Option<Id>,
    areas: Vec<String>,
    posyandu: Vec<String>,
    on: Date,
}

async fn load(
    cap: &RecordGrowth,
    app: &App,
    shell: &Shell,
    code: i64,
    filter: &Filter,
    on: Date,
) -> Result<Sheet, Error> {
    let db = app.store.reader();
    let village = growth::village(db, cap.district(), cap.scope(), code).await?.ok_or(Error::NotFound)?;
    let born_after = ages::born_after(on.min(shell.today));
    let corners = query::corners(db, cap.district(), cap.scope(), code, born_after).await?;
    let list = |of: fn(&query::Corner) -> &String| {
        let mut all: Vec<String> = corners.iter().map(of).filter(|one| !one.is_empty()).cloned().collect();
        all.sort();
        all.dedup();
        all
    };
    let selection = Selection {
        village: code,
        rw: filter.rw.clone(),
        posyandu: filter.posyandu.clone(),
        on: on.min(shell.today),
        born_after,
        after: filter.setelah.parse().ok(),
    };
    let mut children = query::sheet(db, cap.district(), cap.scope(), &selection).await?;
    let next = cut(&mut children, SHEET, |child| child.person_id);
    Ok(Sheet {
        code,
        village,
        children,
        next,
        areas: list(|corner| &corner.rw),
        posyandu: list(|corner| &corner.posyandu),
        on,
    })
}

/// Records the filled rows of a sheet, all of them or none.
pub(super) async fn record(
    cap: Cap<RecordGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<i64>,
    mut form: Form,
) -> Page {
    let filter = Filter {
        rw: form.get("rw").to_owned(),
        posyandu: form.get("pos").to_owned(),
        setelah: form.get("setelah").to_owned(),
        tersimpan: String::new(),
    };
    let on = form.day("hari");
    let sheet = load(&cap, &app, &shell, code, &filter, on.unwrap_or(shell.today)).await?;
    if on.is_some_and(|on| on > shell.today) {
        form.error("hari", "growth.entry.error.future");
    }
    let filled = forms::rows(&mut form, shell.text(), &sheet.children, on, shell.today);
    if filled.is_empty() && form.is_valid() {
        form.error("", "growth.entry.error.empty_sheet");
    }
    let asks = match on.filter(|_| form.is_valid()) {
        Some(on) => forms::unconfirmed(&app, cap.district(), shell.text(), &form, &filled, on).await?,
        None => HashMap::new(),
    };
    if let (true, true, Some(on)) = (form.is_valid(), asks.is_empty(), on) {
        let count = filled.len();
        // Whether they are recorded already, the command says: a form that is sent twice counts once.
        let already = filled.iter().filter(|(child, _)| child.today_id.is_some());
        let already: Vec<(Id, String)> =
            already.map(|(child, _)| (child.person_id, child.name.clone())).collect();
        let entry = |(child, measures): (&ChildLine, Measures)| Entry {
            child: child.person_id,
            on,
            posyandu: child.posyandu.clone(),
            measures,
        };
        let command = RecordMeasurements {
            reach: Reach::of(cap.scope()),
            today: shell.today,
            entries: filled.into_iter().map(entry).collect(),
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => {
                let query = query_of(&[
                    ("rw", &filter.rw),
                    ("posyandu", &filter.posyandu),
                    ("setelah", &filter.setelah),
                    ("tersimpan", &count.to_string()),
                ]);
                return redirect(&format!("/pengukuran/{}/lembar?{query}", sheet.code));
            }
            Err(Rejection::Refused(refusal)) if refusal.code == ALREADY && !already.is_empty() => {
                for (child, name) in already {
                    forms::wrong(&mut form, shell.text(), &format!("berat.{child}"), ALREADY, &name);
                }
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    sheet_page(shell, sheet, filter, &form, asks)
}

/// "10,20 kg, 80,1 cm": what the form holds of the day.
pub(super) fn already(text: Text, child: &ChildLine) -> String {
    let weight = child.today_weight.map(|grams| words::kilograms(text, grams));
    let height = child.today_height.map(|mm| words::centimetres(text, mm));
    weight.into_iter().chain(height).collect::<Vec<_>>().join(", ")
}

fn query_of(pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.finish()
}

fn sheet_page(shell: Shell, sheet: Sheet, filter: Filter, form: &Form, mut asks: HashMap<Id, Asks>) -> Page {
    let text = shell.text();
    let view = form.view();
    let asking = !asks.is_empty();
    let on = sheet.on.min(shell.today);
    let rows = sheet
        .children
        .into_iter()
        .map(|child| {
            let suffix = format!(".{}", child.person_id);
            let field = |name: &str| format!("{name}{suffix}");
            let typed = forms::touched(&view, &suffix);
            let position = view.value(&field("cara"));
            let usual = child.birth_date.map_or("", |birth| rules::usual_position(birth, on).code());
            let errors: Vec<String> = ["berat", "tinggi", "cara", "lila", "kepala"]
                .iter()
                // The name stands beside it already.
                .map(|name| view.error(&field(name)).replace(&format!("{}: ", child.name), ""))
                .filter(|error| !error.is_empty())
                .collect();
            // A question that was asked is answered by sending the same figures again.
            let asked = asks.remove(&child.person_id).unwrap_or_else(|| Asks {
                sentences: Vec::new(),
                confirms: view.value(&field("yakin")).to_owned(),
            });
            Row {
                age: child.birth_date.map(|birth| text.age(birth, on)).unwrap_or_default(),
                last: one::last(text, &child),
                already: already(text, &child),
                typed,
                position: if position.is_empty() { usual.to_owned() } else { position.to_owned() },
                error: errors.join(" "),
                asks: asked.sentences,
                confirms: asked.confirms,
                child,
            }
        })
        .collect();
    let status = if asking { StatusCode::UNPROCESSABLE_ENTITY } else { form.status() };
    let after = sheet.next.map(|id| id.to_string()).unwrap_or_default();
    let next = query_of(&[("rw", &filter.rw), ("posyandu", &filter.posyandu), ("setelah", &after)]);
    let stored = filter.tersimpan.parse().ok();
    let template = SheetPage {
        code: sheet.code,
        village: sheet.village,
        rows,
        areas: sheet.areas,
        posyandu: sheet.posyandu,
        next: sheet.next.map(|_| next),
        stored,
        form: view,
        asking,
        filter,
        shell,
    };
    page_with(status, &template)
}
