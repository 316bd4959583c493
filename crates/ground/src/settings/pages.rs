//! `/pengaturan`: the groups, and a form for each.

use std::collections::BTreeMap;

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};
use serde::Deserialize;

use super::command::{PutSettings, checked};
use super::kind::{Cell, Kind, ListRow, rows};
use super::query::{Change, changes, progress};
use super::table::{Group, Spec, find};
use super::{Letterhead, Signatory, signatories, values};
use crate::access::{Cap, Role, capability};
use crate::web::{Error, Form, FormView, Page, Path, Routes, Shell, Task, page, page_with, redirect};
use crate::{App, attachments, books};

/// Bytes of a logo.
const LOGO: u64 = 200 * 1024;
/// Empty rows offered below a list.
const SPARE_ROWS: usize = 2;
/// Changes shown.
const CHANGES: i64 = 20;

capability! {
    /// Reads and changes the district's settings.
    pub(super) struct ManageSettings = "settings.manage": [Role::DistrictAdmin];
}

/// The routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ManageSettings, _>("/pengaturan", index)
        .get::<ManageSettings, _>("/pengaturan/{group}", show)
        .post::<ManageSettings, _>("/pengaturan/{group}", save)
}

#[derive(Template)]
#[template(path = "settings/index.html")]
struct Index {
    shell: Shell,
    groups: Vec<Group>,
    tasks: Vec<Task>,
    all_done: bool,
    changes: Vec<ChangeView>,
}

/// A change in the words of the reader.
struct ChangeView {
    change: Change,
    lines: Vec<(String, String)>,
}

async fn index(cap: Cap<ManageSettings>, State(app): State<App>, shell: Shell) -> Page {
    let progress = progress(app.store.reader(), cap.district()).await?;
    let changes = history(&app, &cap, &shell, &Group::ALL).await?;
    page(&Index {
        groups: Group::ALL.to_vec(),
        tasks: progress.tasks(&shell.text()),
        all_done: progress.steps().iter().all(|step| step.2),
        changes,
        shell,
    })
}

async fn history(
    app: &App,
    cap: &ManageSettings,
    shell: &Shell,
    groups: &[Group],
) -> Result<Vec<ChangeView>, Error> {
    let found = changes(&app.store, cap.district(), groups, CHANGES).await?;
    let in_words = |change: Change| ChangeView {
        lines: change
            .changed
            .iter()
            .map(|(name, value)| {
                let label = shell.t(&format!("setting.{name}.label")).into_owned();
                (label, find(name).map_or_else(String::new, |spec| shown(shell, spec, value.as_deref())))
            })
            .collect(),
        change,
    };
    Ok(found.into_iter().map(in_words).collect())
}

/// A value in one line, for the history.
fn shown(shell: &Shell, spec: &Spec, value: Option<&str>) -> String {
    let Some(value) = value else { return String::new() };
    let word = |code: &str| shell.t(&format!("setting.{}.{code}", spec.name)).into_owned();
    match spec.kind {
        Kind::Image => shell.t("settings.image").into_owned(),
        Kind::List(_) => shell.t1("settings.rows", "n", rows(value).len()),
        Kind::YesNo => shell.t(if value == "1" { "web.form.yes" } else { "web.form.no" }).into_owned(),
        Kind::Choice(_) => word(value),
        Kind::Several(_) => {
            value.split(',').filter(|code| !code.is_empty()).map(word).collect::<Vec<_>>().join(", ")
        }
        Kind::Lines(_) => value.replace('\n', " / "),
        _ => value.to_owned(),
    }
}

/// A field as the template draws it.
struct Field {
    name: String,
    label: String,
    help: String,
    kind: &'static str,
    options: Vec<(String, String)>,
    rows: Vec<Vec<Field>>,
    /// What stands there now, for fields that are only shown, and pictures.
    present: String,
    own_form: &'static str,
}

#[derive(Template)]
#[template(path = "settings/group.html")]
struct GroupPage {
    shell: Shell,
    group: Group,
    title: String,
    lead: String,
    choose: String,
    place_and_day: String,
    preview_role: String,
    f: FormView,
    fields: Vec<Field>,
    saved: Option<usize>,
    letterhead: Option<Letterhead>,
    signatories: Vec<Signatory>,
    changes: Vec<ChangeView>,
}

/// How many settings the form before this page changed.
#[derive(Deserialize)]
struct Saved {
    #[serde(default)]
    disimpan: Option<usize>,
}

fn group_of(code: &str) -> Result<Group, Error> {
    Group::parse(code).ok_or(Error::NotFound)
}

async fn show(
    cap: Cap<ManageSettings>,
    State(app): State<App>,
    Path(code): Path<String>,
    UrlQuery(saved): UrlQuery<Saved>,
    shell: Shell,
) -> Page {
    let group = group_of(&code)?;
    let present = values(app.store.reader(), cap.district()).await?;
    let form = Form::with(&shell, filled(group, &present));
    view(&app, &cap, shell, group, form, saved.disimpan).await
}

/// The present values as a filled-in form.
fn filled(group: Group, present: &BTreeMap<&'static str, String>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for spec in group.specs() {
        let value = present.get(spec.name).cloned().unwrap_or_default();
        match spec.kind {
            Kind::YesNo => {
                pairs.push((spec.name.to_owned(), if value == "1" { "ya".into() } else { String::new() }))
            }
            Kind::Several(_) => {
                pairs.extend(value.split(',').map(|code| (spec.name.to_owned(), code.to_owned())));
            }
            Kind::List(columns) => {
                for (nth, row) in rows(&value).iter().enumerate() {
                    for column in columns {
                        let place = format!("{}.{nth}.{}", spec.name, column.name);
                        let held = row.get(column.name).cloned().unwrap_or_default();
                        match column.cell {
                            Cell::Several(_) => {
                                pairs.extend(held.split(',').map(|code| (place.clone(), code.to_owned())));
                            }
                            _ => pairs.push((place, held)),
                        }
                    }
                }
            }
            _ => pairs.push((spec.name.to_owned(), value)),
        }
    }
    pairs
}

async fn view(
    app: &App,
    cap: &ManageSettings,
    shell: Shell,
    group: Group,
    form: Form,
    saved: Option<usize>,
) -> Page {
    let present = values(app.store.reader(), cap.district()).await?;
    let goods: Vec<(String, String)> = books::commodities(app.store.reader(), cap.district())
        .await?
        .into_iter()
        .filter(|line| line.kind == "goods")
        .map(|line| (line.code, line.name))
        .collect();
    let letterhead = match group {
        Group::Letterhead | Group::Signatories => Some(Letterhead::load(&app.store, cap.district()).await?),
        _ => None,
    };
    let status = form.status();
    let template = GroupPage {
        fields: group.specs().map(|spec| field(&shell, spec, &form, &present, &goods)).collect(),
        f: form.view(),
        saved,
        signatories: match group {
            Group::Signatories => signatories(app.store.reader(), cap.district()).await?,
            _ => Vec::new(),
        },
        changes: history(app, cap, &shell, &[group]).await?,
        choose: shell.t("web.form.choose").into_owned(),
        place_and_day: letterhead
            .as_ref()
            .map_or_else(String::new, |letterhead| letterhead.place_and_day(&shell.long_day(shell.today))),
        preview_role: shell.t("settings.preview.signatory").into_owned(),
        letterhead,
        title: shell.t(&format!("settings.group.{}", group.code())).into_owned(),
        lead: shell.t(&format!("settings.group.{}.text", group.code())).into_owned(),
        group,
        shell,
    };
    page_with(status, &template)
}

fn field(
    shell: &Shell,
    spec: &Spec,
    form: &Form,
    present: &BTreeMap<&'static str, String>,
    goods: &[(String, String)],
) -> Field {
    let key = format!("setting.{}", spec.name);
    let options = |codes: &[&str]| -> Vec<(String, String)> {
        codes
            .iter()
            .map(|code| ((*code).to_owned(), shell.t(&format!("{key}.{code}")).into_owned()))
            .collect()
    };
    let (kind, options, rows) = match spec.kind {
        _ if spec.own_form.is_some() => ("shown", Vec::new(), Vec::new()),
        Kind::Text(_) => ("text", Vec::new(), Vec::new()),
        Kind::Pattern => ("pattern", Vec::new(), Vec::new()),
        Kind::Lines(_) => ("lines", Vec::new(), Vec::new()),
        Kind::Number(..) => ("number", Vec::new(), Vec::new()),
        Kind::Choice(codes) => ("choice", options(codes), Vec::new()),
        Kind::Several(codes) => ("several", options(codes), Vec::new()),
        Kind::YesNo => ("yes_no", Vec::new(), Vec::new()),
        Kind::Image => ("image", Vec::new(), Vec::new()),
        Kind::List(columns) => {
            let count = sent_rows(form, spec.name).len() + SPARE_ROWS;
            let cell = |nth: usize, column: &super::Column| {
                let key = format!("{key}.column.{}", column.name);
                let options = |codes: &[&str]| {
                    let word = |code: &str| if code.is_empty() { "none".to_owned() } else { code.to_owned() };
                    codes
                        .iter()
                        .map(|code| {
                            ((*code).to_owned(), shell.t(&format!("{key}.{}", word(code))).into_owned())
                        })
                        .collect()
                };
                let (kind, options) = match column.cell {
                    Cell::Choice(codes) => ("choice", options(codes)),
                    Cell::Several(codes) => ("several", options(codes)),
                    Cell::Commodity => ("commodity", goods.to_vec()),
                    Cell::Nip | Cell::Rupiah | Cell::Whole(..) => ("number", Vec::new()),
                    Cell::Text(_) | Cell::Day => ("text", Vec::new()),
                };
                Field {
                    name: format!("{}.{nth}.{}", spec.name, column.name),
                    label: shell.t(&key).into_owned(),
                    help: String::new(),
                    kind,
                    options,
                    rows: Vec::new(),
                    present: String::new(),
                    own_form: "",
                }
            };
            let rows =
                (0..count).map(|nth| columns.iter().map(|column| cell(nth, column)).collect()).collect();
            ("list", Vec::new(), rows)
        }
    };
    Field {
        name: spec.name.to_owned(),
        label: shell.t(&format!("{key}.label")).into_owned(),
        help: shell.t(&format!("{key}.help")).into_owned(),
        kind,
        options,
        rows,
        present: present.get(spec.name).cloned().unwrap_or_default(),
        own_form: spec.own_form.unwrap_or_default(),
    }
}

/// The rows that a form sent for a list, in their order.
fn sent_rows(form: &Form, name: &str) -> Vec<ListRow> {
    let mut sent: BTreeMap<usize, ListRow> = BTreeMap::new();
    let prefix = format!("{name}.");
    for (place, value) in form.starting_with(&prefix) {
        let Some((nth, column)) = place.split_once('.') else { continue };
        let Some(nth) = nth.parse::<usize>().ok().filter(|nth| *nth < 200) else { continue };
        let cell = sent.entry(nth).or_default().entry(column.to_owned()).or_default();
        // A column that was ticked more than once holds all its codes.
        if !cell.is_empty() && !value.is_empty() {
            cell.push(',');
        }
        cell.push_str(value);
    }
    let last = sent.keys().next_back().map_or(0, |last| last + 1);
    let mut rows: Vec<ListRow> = (0..last).map(|nth| sent.remove(&nth).unwrap_or_default()).collect();
    while rows.last().is_some_and(|row| row.values().all(String::is_empty)) {
        rows.pop();
    }
    rows
}

async fn save(
    cap: Cap<ManageSettings>,
    State(app): State<App>,
    Path(code): Path<String>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let group = group_of(&code)?;
    let command_id = form.command_id()?;
    let mut sent: BTreeMap<String, String> = BTreeMap::new();
    let mut picture = None;
    for spec in group.specs().filter(|spec| spec.own_form.is_none()) {
        let name = spec.name;
        let value = match spec.kind {
            Kind::Several(_) => form.all(name).join(","),
            Kind::YesNo => if form.ticked(name) { "1" } else { "0" }.to_owned(),
            Kind::List(_) => serde_json::to_string(&sent_rows(&form, name)).unwrap_or_default(),
            Kind::Image => {
                let read = form
                    .file(name)
                    .map(|upload| attachments::read(upload, attachments::MediaType::PICTURES, LOGO));
                match read {
                    Some(Ok(content)) => picture = Some((name, content)),
                    Some(Err(refusal)) => form.refuse(&refusal.field(name)),
                    None if form.ticked(&format!("{name}.hapus")) => {
                        sent.insert(name.to_owned(), String::new());
                    }
                    None => {}
                }
                continue;
            }
            _ => form.get(name).to_owned(),
        };
        match checked(spec, &value) {
            Ok(_) => {
                sent.insert(name.to_owned(), value);
            }
            Err(refusal) => form.refuse(&refusal),
        }
    }
    if let Some((name, content)) = picture.filter(|_| form.is_valid()) {
        match attachments::store(&app, cap.actor(), command_id, content).await {
            Ok(id) => {
                sent.insert(name.to_owned(), Id::to_string(&id));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    if form.is_valid() {
        let command = PutSettings { group: group.code().to_owned(), values: sent };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => {
                return redirect(&format!("/pengaturan/{}?disimpan={}", group.code(), receipt.value.len()));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    view(&app, &cap, shell, group, form, None).await
}
