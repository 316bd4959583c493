//! The pages of mappings: choosing columns for a waiting file, and the list of what is remembered.

use std::collections::HashMap;

use askama::Template;
use asuh_store::{Id, Rejection};
use axum::extract::{Query, State};

use super::{EditMapping, Fields, ForgetMapping, MapColumns, Problem, all, checked, letter, one};
use crate::access::{Actor, Cap};
use crate::staging::batch::{self, Batch};
use crate::staging::read::Layout;
use crate::staging::run::{self, kinds_of, masked};
use crate::staging::{ImportKind, UseImports, header, query};
use crate::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};
use crate::{App, audit, jobs};

/// Where the field of a kind stands in the form.
fn field_name(field: &str) -> String {
    format!("isi_{field}")
}

/// One field of the kind, to be given a column.
struct FieldLine {
    name: String,
    title: String,
    needed: bool,
}

/// One column of the file, as it is shown.
struct FileColumn {
    letter: String,
    heading: String,
    samples: Vec<String>,
}

#[derive(Template)]
#[template(path = "staging/mapping/choose.html")]
struct Choose {
    shell: Shell,
    f: FormView,
    /// The batch, or none when a remembered mapping is edited.
    batch: Option<Id>,
    kind: String,
    /// Where the form is sent.
    action: String,
    /// Rows that may be the headings: number, its first texts, whether it is the one.
    rows: Vec<(u32, String, bool)>,
    row: u32,
    columns: Vec<FileColumn>,
    fields: Vec<FieldLine>,
    options: Vec<(String, String)>,
}

/// The row of headings that a page shows.
struct Headings {
    row: u32,
    written: Vec<String>,
    samples: Vec<Vec<String>>,
}

/// The row of the layout that is most likely the headings, or the one asked for.
fn headings_of(layout: &Layout, asked: Option<u32>) -> Option<Headings> {
    let written = |cells: &[String]| cells.iter().filter(|cell| is_heading(cell)).count();
    let within = layout.iter().filter(|(number, _)| *number <= header::WITHIN);
    let (row, cells) = match asked {
        Some(asked) => within.into_iter().find(|(number, _)| *number == asked)?,
        // The first of those with the most words.
        None => within.rev().max_by_key(|(_, cells)| written(cells))?,
    };
    let row_of = asuh_documents::sheet::Row {
        number: *row,
        cells: cells.iter().cloned().map(asuh_documents::sheet::Cell::Text).collect(),
    };
    let samples = layout.iter().filter(|(number, _)| number > row).map(|(_, cells)| cells.clone()).collect();
    Some(Headings { row: *row, written: header::headings(&row_of), samples })
}

/// Whether a cell may be a heading: words, not a number or a day.
fn is_heading(cell: &str) -> bool {
    cell.chars().any(char::is_alphabetic) && cell.chars().filter(char::is_ascii_digit).count() < 6
}

impl Headings {
    fn columns(&self) -> Vec<FileColumn> {
        let shown = |place: usize| {
            let samples = self.samples.iter().filter_map(move |cells| cells.get(place));
            let samples = samples.filter(|sample| !sample.is_empty()).take(3);
            samples.map(|sample| masked(sample)).collect()
        };
        self.written
            .iter()
            .enumerate()
            .map(|(place, heading)| FileColumn {
                letter: letter(place),
                heading: heading.clone(),
                samples: shown(place),
            })
            .collect()
    }

    fn options(&self) -> Vec<(String, String)> {
        let columns = self.columns().into_iter().enumerate();
        columns
            .filter(|(_, column)| !(column.heading.is_empty() && column.samples.is_empty()))
            .map(|(place, column)| {
                let sample = column.samples.first().map(|sample| format!(" ({sample})")).unwrap_or_default();
                (place.to_string(), format!("{} · {}{sample}", column.letter, column.heading))
            })
            .collect()
    }
}

fn field_lines(kind: &dyn ImportKind) -> Vec<FieldLine> {
    let needed = kind.missing(&std::collections::HashSet::new());
    kind.columns()
        .iter()
        .map(|column| FieldLine {
            name: field_name(column.field),
            title: column.title().to_owned(),
            needed: column.required || needed.contains(&column.title()),
        })
        .collect()
}

/// What the form chose.
fn chosen(form: &Form) -> Fields {
    form.starting_with("isi_")
        .filter_map(|(field, place)| Some((field.to_owned(), place.parse::<usize>().ok()?)))
        .collect()
}

fn note(form: &mut Form, problems: Vec<Problem>) {
    for problem in problems {
        match problem {
            Problem::Twice(field) => form.error(&field_name(field), "staging.mapping.twice"),
            Problem::Missing(titles) => {
                form.error_with("", "staging.mapping.missing", &[("titles", titles.join(", "))]);
            }
        }
    }
}

/// A batch that waits and that the caller sees, with the first rows of its file.
async fn waiting(
    app: &App,
    cap: &UseImports,
    id: Id,
) -> Result<(Batch, &'static dyn ImportKind, Layout), Error> {
    let found = query::one(app, cap.actor(), id).await?.ok_or(Error::NotFound)?;
    let kind = found.import(app).ok_or(Error::NotFound)?;
    let waits = matches!(found.state.as_str(), "unmapped" | "ready" | "failed") && found.saved_to == 0;
    let sealed = match waits && found.cleared_at.is_none() {
        true => batch::layout(app.store.reader(), found.district_id, id).await?,
        false => None,
    };
    let sealed = sealed.ok_or(Error::NotFound)?;
    let text =
        app.store.secrets().open_text(found.district_id, &sealed).map_err(asuh_store::StoreError::from)?;
    Ok((found, kind, serde_json::from_str(&text).unwrap_or_default()))
}

fn show(
    shell: Shell,
    form: &Form,
    id: Id,
    kind: &dyn ImportKind,
    layout: &Layout,
    headings: &Headings,
) -> Page {
    let rows = layout
        .iter()
        .filter(|(number, _)| *number <= header::WITHIN)
        .map(|(number, cells)| {
            let words: Vec<String> =
                cells.iter().filter(|cell| !cell.is_empty()).take(5).map(|cell| masked(cell)).collect();
            (*number, words.join(" · "), *number == headings.row)
        })
        .collect();
    let page = Choose {
        f: form.view(),
        batch: Some(id),
        kind: shell.t(&format!("import.kind.{}", kind.code())).into_owned(),
        action: format!("/impor/{id}/kolom"),
        rows,
        row: headings.row,
        columns: headings.columns(),
        fields: field_lines(kind),
        options: headings.options(),
        shell,
    };
    page_with(form.status(), &page)
}

/// Which column is what: the form for a file that waits.
pub(in crate::staging) async fn choose(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Query(asked): Query<HashMap<String, String>>,
    shell: Shell,
) -> Page {
    let (found, kind, layout) = waiting(&app, &cap, id).await?;
    let asked = asked.get("baris").and_then(|row| row.parse().ok()).or(found.header_row);
    let headings =
        headings_of(&layout, asked).or_else(|| headings_of(&layout, None)).ok_or(Error::NotFound)?;
    if kind.personal() {
        audit::opened(&app, cap.actor(), "open", Some(("import", id)), "import_preview");
    }
    // What the program, or an earlier choice, understands of them is filled in.
    let rows = [asuh_documents::sheet::Row {
        number: 1,
        cells: headings.written.iter().cloned().map(asuh_documents::sheet::Cell::Text).collect(),
    }];
    let known = super::of_kind(&app, &found).await?;
    let places = match header::mapped(kind, &rows, &known.known) {
        Some((_, header)) => header.places,
        None => header::understood(kind, &rows[0]),
    };
    let filled = places.iter().map(|(field, place)| (field_name(field), place.to_string()));
    show(shell.clone(), &Form::with(&shell, filled), id, kind, &layout, &headings)
}

/// Keeps the choice and has the file checked by it.
pub(in crate::staging) async fn keep(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = form.command_id()?;
    // Sent twice: the first has moved the file on.
    let (_, kind, layout) = match waiting(&app, &cap, id).await {
        Err(Error::NotFound) if query::one(&app, cap.actor(), id).await?.is_some() => {
            return redirect(&format!("/impor/{id}"));
        }
        other => other?,
    };
    let row = form.get("baris").parse().ok();
    let headings = headings_of(&layout, row).ok_or(Error::NotFound)?;
    match checked(kind, headings.written.len(), &chosen(&form)) {
        Err(problems) => note(&mut form, problems),
        Ok(fields) => {
            let (kinds, whole) = handled(&app, cap.actor());
            let map = MapColumns {
                batch: id,
                print: header::fingerprint(&headings.written),
                headings: headings.written.clone(),
                fields,
                kinds,
                whole,
            };
            match app.submit(cap.actor(), command, map).await {
                Ok(_) => {
                    jobs::ring(&app);
                    return redirect(&format!("/impor/{id}"));
                }
                Err(rejection) => form.reject(rejection)?,
            }
        }
    }
    show(shell, &form, id, kind, &layout, &headings)
}

/// The kinds that a caller may handle, and whether he reaches the whole district.
fn handled(app: &App, actor: &Actor) -> (Vec<String>, bool) {
    let kinds: Vec<&dyn ImportKind> = kinds_of(app, actor).map(|kind| kind as &dyn ImportKind).collect();
    let roles: Vec<_> = kinds.iter().flat_map(|kind| kind.roles().iter().copied()).collect();
    let whole = run::is_whole(actor, &actor.scope(&roles));
    (kinds.iter().map(|kind| kind.code().to_owned()).collect(), whole)
}

/// A remembered mapping in the list.
struct Line {
    id: Id,
    kind: String,
    headings: String,
    fields: i64,
    used: i64,
    who: String,
    when: asuh_store::Instant,
}

#[derive(Template)]
#[template(path = "staging/mapping/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Line>,
}

/// What is remembered.
pub(in crate::staging) async fn list(cap: Cap<UseImports>, State(app): State<App>, shell: Shell) -> Page {
    let kinds: Vec<&str> = kinds_of(&app, cap.actor()).map(|kind| kind.code()).collect();
    let mut lines = Vec::new();
    for mapping in all(&app, cap.district(), &kinds).await? {
        let headings = mapping.headings(&app, cap.district())?;
        let headings: Vec<String> =
            headings.iter().filter(|heading| !heading.is_empty()).map(|heading| masked(heading)).collect();
        let more = headings.len().saturating_sub(6);
        let mut shown = headings[..headings.len() - more].join(", ");
        if more > 0 {
            shown.push_str(" …");
        }
        lines.push(Line {
            id: mapping.id,
            kind: shell.t(&format!("import.kind.{}", mapping.kind)).into_owned(),
            headings: shown,
            fields: mapping.fields().len() as i64,
            used: mapping.used,
            who: mapping.changer.unwrap_or_else(|| shell.t("staging.program").into_owned()),
            when: mapping.changed_at,
        });
    }
    page_with(axum::http::StatusCode::OK, &ListPage { shell, lines })
}

async fn remembered(
    app: &App,
    cap: &UseImports,
    id: Id,
) -> Result<(&'static dyn ImportKind, Headings, Fields), Error> {
    let kinds: Vec<&str> = kinds_of(app, cap.actor()).map(|kind| kind.code()).collect();
    let mapping = one(app, cap.district(), id, &kinds).await?.ok_or(Error::NotFound)?;
    let kind = batch::kind(app, &mapping.kind).ok_or(Error::NotFound)?;
    let written = mapping.headings(app, cap.district())?;
    Ok((kind, Headings { row: 0, written, samples: Vec::new() }, mapping.fields()))
}

fn show_remembered(shell: Shell, form: &Form, id: Id, kind: &dyn ImportKind, headings: &Headings) -> Page {
    let page = Choose {
        f: form.view(),
        batch: None,
        kind: shell.t(&format!("import.kind.{}", kind.code())).into_owned(),
        action: format!("/impor/padanan/{id}"),
        rows: Vec::new(),
        row: 0,
        columns: headings.columns(),
        fields: field_lines(kind),
        options: headings.options(),
        shell,
    };
    page_with(form.status(), &page)
}

/// A remembered mapping, to be changed.
pub(in crate::staging) async fn edit(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (kind, headings, fields) = remembered(&app, &cap, id).await?;
    let filled = fields.iter().map(|(field, place)| (field_name(field), place.to_string()));
    show_remembered(shell.clone(), &Form::with(&shell, filled), id, kind, &headings)
}

/// Changes a remembered mapping.
pub(in crate::staging) async fn put(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = form.command_id()?;
    let (kind, headings, _) = remembered(&app, &cap, id).await?;
    match checked(kind, headings.written.len(), &chosen(&form)) {
        Err(problems) => note(&mut form, problems),
        Ok(fields) => {
            let edit = EditMapping { mapping: id, fields, kinds: handled(&app, cap.actor()).0 };
            match app.submit(cap.actor(), command, edit).await {
                Ok(_) => return redirect("/impor/padanan"),
                Err(rejection) => form.reject(rejection)?,
            }
        }
    }
    show_remembered(shell, &form, id, kind, &headings)
}

/// Forgets a mapping.
pub(in crate::staging) async fn forget(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let forget = ForgetMapping { mapping: id, kinds: handled(&app, cap.actor()).0 };
    match app.submit(cap.actor(), form.command_id()?, forget).await {
        Ok(_) => redirect("/impor/padanan"),
        Err(rejection) => Err(Rejection::into(rejection)),
    }
}
