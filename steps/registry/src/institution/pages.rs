//! `/lembaga`: the tree of offices and units, and the forms of one.

use askama::Template;
use asuh_nusantara::TerritoryCode;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, Former, Institution, Line, Selection};
use super::{CloseInstitution, InstitutionKind, PutInstitution};
use crate::rights::{KeepInstitutions, SeeInstitutions};
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// Filters; names of offices are no personal data and may stand in an address.
#[derive(Debug, Deserialize, Default)]
pub(crate) struct Filter {
    #[serde(default)]
    cari: String,
    #[serde(default)]
    jenis: String,
    #[serde(default)]
    setelah: String,
    #[serde(default)]
    tutup: String,
}

impl Filter {
    fn selection(&self, parent: Option<Id>) -> Selection {
        Selection {
            parent,
            kind: InstitutionKind::parse(&self.jenis),
            text: self.cari.trim().to_owned(),
            after: self.setelah.parse().ok(),
            closed: !self.tutup.is_empty(),
        }
    }
}

#[derive(Template)]
#[template(path = "institution/list.html")]
struct ListPage {
    shell: Shell,
    filter: Filter,
    lines: Vec<Line>,
    next: Option<String>,
    kinds: Vec<(String, String)>,
    keep: bool,
}

/// The top of the tree, or what was searched for.
pub(crate) async fn list(
    cap: Cap<SeeInstitutions>,
    State(app): State<App>,
    shell: Shell,
    Params(filter): Params<Filter>,
) -> Page {
    let (lines, more) = query::list(app.store.reader(), cap.district(), &filter.selection(None)).await?;
    let next = more.then(|| next_page(&filter, &lines)).flatten();
    page(&ListPage { kinds: kinds(&shell), keep: keeps(&cap), shell, filter, lines, next })
}

fn next_page(filter: &Filter, lines: &[Line]) -> Option<String> {
    let last = lines.last()?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("cari", &filter.cari), ("jenis", &filter.jenis), ("tutup", &filter.tutup)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.append_pair("setelah", &last.id.to_string());
    Some(query.finish())
}

#[derive(Template)]
#[template(path = "institution/one.html")]
struct OnePage {
    shell: Shell,
    institution: Institution,
    parent: Option<Institution>,
    territory: Option<String>,
    lines: Vec<Line>,
    next: Option<String>,
    former: Vec<Former>,
    keep: bool,
    form: FormView,
}

/// One institution with the units below it.
pub(crate) async fn one(
    cap: Cap<SeeInstitutions>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    Params(filter): Params<Filter>,
) -> Page {
    let form = Form::empty(&shell);
    show(&cap, &app, shell, parse(&id)?, &filter, &form).await
}

async fn show(cap: &SeeInstitutions, app: &App, shell: Shell, id: Id, filter: &Filter, form: &Form) -> Page {
    let db = app.store.reader();
    let institution = query::by_id(db, cap.district(), id).await?.ok_or(Error::NotFound)?;
    let parent = match institution.parent_id {
        Some(parent) => query::by_id(db, cap.district(), parent).await?,
        None => None,
    };
    let territory = match institution.territory_code {
        Some(code) => territory::names(db, cap.district(), [code]).await?.remove(&code),
        None => None,
    };
    let (lines, more) = query::list(db, cap.district(), &filter.selection(Some(id))).await?;
    let next = more.then(|| next_page(filter, &lines)).flatten();
    let former = query::history(db, cap.district(), id).await?;
    let template = OnePage {
        keep: keeps(cap),
        shell,
        institution,
        parent,
        territory,
        lines,
        next,
        former,
        form: form.view(),
    };
    page_with(form.status(), &template)
}

#[derive(Template)]
#[template(path = "institution/edit.html")]
struct EditPage {
    shell: Shell,
    id: Option<Id>,
    form: FormView,
    kinds: Vec<(String, String)>,
    parents: Vec<(String, String)>,
    territories: Vec<(String, String)>,
}

/// Where a new one is to stand.
#[derive(Debug, Deserialize)]
pub(crate) struct Below {
    #[serde(default)]
    induk: String,
}

/// The form for a new institution.
pub(crate) async fn new(
    cap: Cap<KeepInstitutions>,
    State(app): State<App>,
    shell: Shell,
    Params(below): Params<Below>,
) -> Page {
    let kind = if below.induk.is_empty() { "opd" } else { "unit" };
    let mut values = vec![("jenis", kind.to_owned()), ("induk", below.induk)];
    values.extend(day_boxes(shell.today));
    let form = Form::with(&shell, values);
    edit_page(&cap, &app, shell, None, &form).await
}

/// The form for correcting one.
pub(crate) async fn edit(
    cap: Cap<KeepInstitutions>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
) -> Page {
    let id = parse(&id)?;
    let found = query::by_id(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
    let mut values = vec![
        ("jenis", found.kind),
        ("nama", found.name),
        ("induk", found.parent_id.map(|id| id.to_string()).unwrap_or_default()),
        ("tanda", found.tags),
        ("wilayah", found.territory_code.map(|code| code.to_string()).unwrap_or_default()),
    ];
    values.extend(day_boxes(found.valid_from));
    let form = Form::with(&shell, values);
    edit_page(&cap, &app, shell, Some(id), &form).await
}

fn day_boxes(day: time::Date) -> [(&'static str, String); 3] {
    [
        ("sejak_tanggal", day.day().to_string()),
        ("sejak_bulan", u8::from(day.month()).to_string()),
        ("sejak_tahun", day.year().to_string()),
    ]
}

async fn edit_page(cap: &KeepInstitutions, app: &App, shell: Shell, id: Option<Id>, form: &Form) -> Page {
    let db = app.store.reader();
    let chosen: Option<Id> = form.get("induk").parse().ok();
    let mut parents: Vec<(String, String)> = Vec::new();
    for kind in [InstitutionKind::Opd, InstitutionKind::Puskesmas, InstitutionKind::FundHolder] {
        let found = query::of_kind(db, cap.district(), kind).await?;
        parents.extend(found.into_iter().map(|one| (one.id.to_string(), one.name)));
    }
    if let Some(chosen) = chosen
        && !parents.iter().any(|(value, _)| *value == chosen.to_string())
        && let Some(found) = query::by_id(db, cap.district(), chosen).await?
    {
        parents.push((found.id.to_string(), found.name));
    }
    let mut territories = Vec::new();
    for kecamatan in territory::subdistricts(db, cap.district()).await? {
        territories.push((kecamatan.code.to_string(), kecamatan.name));
    }
    if let Ok(code) = form.get("wilayah").parse::<i64>()
        && !territories.iter().any(|(value, _)| *value == code.to_string())
    {
        let names = territory::names(db, cap.district(), [code]).await?;
        territories.extend(names.into_iter().map(|(code, name)| (code.to_string(), name)));
    }
    let kinds = kinds(&shell);
    page_with(form.status(), &EditPage { shell, id, form: form.view(), kinds, parents, territories })
}

/// Stores a new institution.
pub(crate) async fn create(
    cap: Cap<KeepInstitutions>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    put(&cap, &app, shell, None, form).await
}

/// Stores a correction.
pub(crate) async fn update(
    cap: Cap<KeepInstitutions>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    form: Form,
) -> Page {
    put(&cap, &app, shell, Some(parse(&id)?), form).await
}

async fn put(cap: &KeepInstitutions, app: &App, shell: Shell, id: Option<Id>, mut form: Form) -> Page {
    let kind = form.read("jenis", |code| InstitutionKind::parse(code).ok_or("web.error.choose"));
    let name = form.required("nama", 200);
    let tags = form.optional("tanda", 200);
    let parent = form.read_optional("induk", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
    let territory = form.read_optional("wilayah", |text| {
        text.parse::<i64>().ok().and_then(|code| TerritoryCode::from_i64(code).ok()).ok_or("web.error.choose")
    });
    let valid_from = form.day("sejak");
    if let (true, Some(kind), Some(valid_from)) = (form.is_valid(), kind, valid_from) {
        let command = PutInstitution {
            id,
            kind,
            parent,
            name,
            tags,
            territory: territory.map(TerritoryCode::as_i64),
            valid_from,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/lembaga/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    edit_page(cap, app, shell, id, &form).await
}

/// Closes an institution.
pub(crate) async fn close(
    cap: Cap<KeepInstitutions>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    mut form: Form,
) -> Page {
    let id = parse(&id)?;
    if let Some(on) = form.day("sampai") {
        match app.submit(cap.actor(), form.command_id()?, CloseInstitution { id, on }).await {
            Ok(_) => return redirect(&format!("/lembaga/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let see = SeeInstitutions::of(cap.actor()).ok_or(Error::Forbidden)?;
    show(&see, &app, shell, id, &Filter::default(), &form).await
}

fn parse(id: &str) -> Result<Id, Error> {
    id.parse().map_err(|_| Error::NotFound)
}

fn keeps(cap: &SeeInstitutions) -> bool {
    KeepInstitutions::of(cap.actor()).is_some()
}

fn kinds(shell: &Shell) -> Vec<(String, String)> {
    InstitutionKind::ALL
        .iter()
        .map(|kind| (kind.code().to_owned(), shell.t(&format!("registry.kind.{}", kind.code())).into_owned()))
        .collect()
}
