//! `/data-tetap`: the lists, one of them in numbers, its rows by name, its decree.

use askama::Template;
use asuh_nusantara::TerritoryCode;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::KINDS;
use super::command::{Decree, RecordDecree};
use super::kind::Kind;
use super::query::{self, FrozenList, Line, PAGE, Selection};
use super::rules;
use super::shown::{CountLine, Counts, KindWords};
use crate::rights::{FreezeLists, OpenPersonal, SeeFrozenLists};
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::audit::{self, SeeTrail};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// Names on a printed sheet: more than the largest village has.
const SHEET: usize = 2_000;

/// The lists of one kind.
struct Section {
    code: &'static str,
    home: &'static str,
    lists: Vec<FrozenList>,
}

#[derive(Template)]
#[template(path = "frozen/index.html")]
struct IndexPage {
    shell: Shell,
    sections: Vec<Section>,
    freezes: bool,
    /// There is a list of each kind: they can be seen side by side.
    joins: bool,
}

/// All lists, the newest of each kind first.
pub(super) async fn index(cap: Cap<SeeFrozenLists>, State(app): State<App>, shell: Shell) -> Page {
    let mut sections = Vec::new();
    for (code, home) in KINDS {
        let lists = query::lists(app.store.reader(), cap.district(), code).await?;
        sections.push(Section { code, home, lists });
    }
    let freezes = FreezeLists::of(cap.actor()).is_some();
    let joins = sections.iter().all(|section| !section.lists.is_empty());
    page(&IndexPage { shell, sections, freezes, joins })
}

/// A list of a kind, which is there.
pub(super) async fn found<K: Kind>(app: &App, cap: &SeeFrozenLists, id: &str) -> Result<FrozenList, Error> {
    let id: Id = id.parse().map_err(|_| Error::NotFound)?;
    query::list::<K>(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)
}

/// What is shown of a list.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    kecamatan: String,
    /// Just frozen.
    #[serde(default)]
    ditetapkan: String,
}

#[derive(Template)]
#[template(path = "frozen/one.html")]
struct OnePage {
    shell: Shell,
    kind: KindWords,
    list: FrozenList,
    /// The list before and the one after, by number.
    before: Option<FrozenList>,
    after: Option<FrozenList>,
    decrees: Vec<query::Decree>,
    lines: Vec<CountLine>,
    total: CountLine,
    /// The kecamatan whose villages are shown.
    chosen: i64,
    is_new: bool,
    freezes: bool,
    /// Whether the caller may read names.
    names: bool,
    may_open: bool,
    sees_trail: bool,
    f: FormView,
}

/// One list in numbers.
pub(super) async fn one<K: Kind>(
    cap: Cap<SeeFrozenLists>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    Params(shown): Params<Shown>,
) -> Page {
    let form = Form::empty(&shell);
    one_page::<K>(&cap, &app, shell, &id, &shown, &form).await
}

async fn one_page<K: Kind>(
    cap: &SeeFrozenLists,
    app: &App,
    shell: Shell,
    id: &str,
    shown: &Shown,
    form: &Form,
) -> Page {
    let db = app.store.reader();
    let district = cap.district();
    let list = found::<K>(app, cap, id).await?;
    let counted = query::counts(db, district, cap.scope(), list.id).await?;
    let counts = Counts::of::<K>(db, district, &shell.text(), counted, &[]).await?;
    let chosen = shown.kecamatan.parse().unwrap_or(0);
    let page_of = OnePage {
        kind: KindWords::of::<K>(&shell.text()),
        before: query::numbered::<K>(db, district, list.number - 1).await?,
        after: query::numbered::<K>(db, district, list.number + 1).await?,
        decrees: query::decrees(db, district, list.id).await?,
        lines: counts.lines(chosen),
        total: counts.total,
        chosen,
        is_new: !shown.ditetapkan.is_empty(),
        freezes: FreezeLists::of(cap.actor()).is_some(),
        names: K::Read::of(cap.actor()).is_some(),
        may_open: OpenPersonal::of(cap.actor()).is_some(),
        sees_trail: SeeTrail::of(cap.actor()).is_some(),
        f: form.view(),
        list,
        shell,
    };
    page_with(form.status(), &page_of)
}

/// Records the decree that names a list.
pub(super) async fn decree<K: Kind>(
    cap: Cap<FreezeLists>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    mut form: Form,
) -> Page {
    let sees = SeeFrozenLists::hold(cap.actor().clone(), cap.scope().clone());
    let list = found::<K>(&app, &sees, &id).await?;
    let number = form.required("sk", 80);
    let decided_on = form.day("sk_hari");
    if let (true, Some(decided_on)) = (form.is_valid(), decided_on) {
        let decree = Decree { number, decided_on };
        let command = RecordDecree { list: list.id, decree, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("{}/{}", K::PATHS.home, list.id)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    one_page::<K>(&sees, &app, shell, &id, &Shown::default(), &form).await
}

/// Which rows are shown.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    desa: String,
    #[serde(default)]
    faktor: String,
    #[serde(default)]
    setelah: String,
    /// Not empty: a whole village on one page, for the printer.
    #[serde(default)]
    lembar: String,
}

/// A row in words.
pub(super) struct NamedLine {
    pub(super) line: Line,
    pub(super) factors: Vec<String>,
    pub(super) z: String,
}

#[derive(Template)]
#[template(path = "frozen/rows.html")]
struct RowsPage {
    shell: Shell,
    kind: KindWords,
    list: FrozenList,
    villages: Vec<(String, String)>,
    factors: Vec<(String, String)>,
    filter: Filter,
    village: String,
    lines: Vec<NamedLine>,
    next: Option<String>,
    letterhead: Letterhead,
    /// SHA-256 over the village that is printed.
    village_hash: String,
}

/// The rows of a list by name, within the reader's territories.
pub(super) async fn rows<K: Kind>(
    cap: Cap<K::Read>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    Params(filter): Params<Filter>,
) -> Page {
    let actor = shell.actor.clone().ok_or(Error::SignInFirst)?;
    let scope = actor.scope(K::Read::ROLES);
    drop(cap);
    let sees = SeeFrozenLists::hold(actor.clone(), scope.clone());
    let list = found::<K>(&app, &sees, &id).await?;
    let db = app.store.reader();
    let district = actor.district;
    let village = filter.desa.parse().ok().and_then(|code| TerritoryCode::from_i64(code).ok());
    let selection = Selection {
        within: village,
        factor: K::FACTORS.iter().position(|code| *code == filter.faktor),
        after: filter.setelah.parse().unwrap_or(0),
        also: None,
    };
    let is_sheet = !filter.lembar.is_empty() && village.is_some();
    let most = if is_sheet { SHEET } else { PAGE };
    let mut found = query::rows::<K>(db, district, Some(&scope), list.id, &selection, most + 1).await?;
    let last = cut(&mut found, most, |line| line.nth);
    if is_sheet {
        let what = format!("frozen_sheet {} {}", list.number, found.len());
        audit::opened(&app, &actor, "export", Some(("frozen_list", list.id)), &what);
    }
    let counted = query::counts(db, district, &scope, list.id).await?;
    let codes = counted.iter().map(|one| one.village_code);
    let names = territory::names(db, district, codes.clone()).await?;
    let villages: Vec<(String, String)> =
        codes.map(|code| (code.to_string(), names.get(&code).cloned().unwrap_or_default())).collect();
    let kind = KindWords::of::<K>(&shell.text());
    let hashes = query::villages(db, district, list.id).await?;
    let whole = village.is_some_and(|code| scope.reaches(code, ""));
    let hash =
        hashes.iter().find(|one| whole && village.is_some_and(|code| code.as_i64() == one.village_code));
    let address = |nth: i64| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("desa", &filter.desa), ("faktor", &filter.faktor)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("setelah", &nth.to_string());
        format!("{}/{}/nama?{}", K::PATHS.home, list.id, query.finish())
    };
    let page_of = RowsPage {
        factors: K::FACTORS.iter().map(|code| (*code).to_owned()).zip(kind.factors.clone()).collect(),
        village: village.and_then(|code| names.get(&code.as_i64()).cloned()).unwrap_or_default(),
        next: last.map(address),
        lines: found.into_iter().map(|line| named::<K>(&shell, &kind, line)).collect(),
        letterhead: Letterhead::load(&app.store, district).await?,
        village_hash: hash.map(|one| rules::grouped(&one.sha256)).unwrap_or_default(),
        villages,
        kind,
        list,
        filter: Filter { lembar: if is_sheet { "1".into() } else { String::new() }, ..filter },
        shell,
    };
    page(&page_of)
}

/// A row in words.
fn named<K: Kind>(shell: &Shell, kind: &KindWords, line: Line) -> NamedLine {
    let bits = line.factors;
    let factors = kind.factors.iter().enumerate().filter(|(nth, _)| bits >> nth & 1 == 1);
    NamedLine {
        factors: factors.map(|(_, words)| words.clone()).collect(),
        z: line.score.filter(|_| K::IS_MEASURED).map(|score| shell.fixed(score, 2)).unwrap_or_default(),
        line,
    }
}
