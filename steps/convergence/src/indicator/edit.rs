//! The form of an indicator.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};
use asuh_step_mentoring::checklist;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::PutIndicator;
use super::computation::Computation;
use super::facts::Facts;
use super::pages::offices;
use super::query::{self, Set};
use super::rules::{Better, Grain, Group, PeriodKind, Unit};
use crate::rights::{KeepIndicators, SeeIndicators};

#[derive(Template)]
#[template(path = "indicator/edit.html")]
struct EditPage {
    shell: Shell,
    id: Option<Id>,
    form: FormView,
    groups: Vec<(String, String)>,
    units: Vec<(String, String)>,
    directions: Vec<(String, String)>,
    computations: Vec<(String, String)>,
    questions: Vec<(String, String)>,
    offices: Vec<(String, String)>,
    periods: Vec<(String, String)>,
    grains: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    sets: Vec<Set>,
}

/// Which place of which list a new one is for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct For {
    #[serde(default)]
    kelompok: String,
    #[serde(default)]
    nomor: String,
}

/// The form for a new one.
pub(super) async fn new(
    cap: Cap<KeepIndicators>,
    State(app): State<App>,
    shell: Shell,
    Params(wanted): Params<For>,
) -> Page {
    let mut values = vec![
        ("satuan".to_owned(), "percent".to_owned()),
        ("arah".to_owned(), "higher".to_owned()),
        ("periode".to_owned(), "semester".to_owned()),
        ("tingkat".to_owned(), "village".to_owned()),
    ];
    if !wanted.kelompok.is_empty() {
        values.push((format!("nomor.{}", wanted.kelompok), wanted.nomor));
    }
    let form = Form::with(&shell, values);
    edit_page(&app, &cap, shell, None, &form).await
}

/// The form of one.
pub(super) async fn edit(
    cap: Cap<KeepIndicators>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = query::by_id(db, district, id).await?.ok_or(Error::NotFound)?;
    let age = |age: Option<i64>| age.map(|age| age.to_string()).unwrap_or_default();
    let mut values: Vec<(String, String)> = [
        ("kode", one.code),
        ("nama", one.name),
        ("sasaran", one.target_group),
        ("umur_dari", age(one.age_from)),
        ("umur_sampai", age(one.age_to)),
        ("pembilang", one.numerator),
        ("penyebut", one.denominator),
        ("satuan", one.unit),
        ("arah", one.better),
        ("hitungan", one.computation),
        ("opd", one.office_id.map(|id| id.to_string()).unwrap_or_default()),
        ("sumber", one.source),
        ("periode", one.period),
        ("tingkat", one.grain),
        ("jenis", one.kind),
        ("dicocokkan", one.confirm),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    values.extend(one.question.lines().map(|line| ("pertanyaan".to_owned(), line.to_owned())));
    for member in query::memberships(db, district, id).await? {
        values.push((format!("nomor.{}", member.set_code), member.number));
    }
    let form = Form::with(&shell, values);
    edit_page(&app, &cap, shell, Some(id), &form).await
}

fn words(shell: &Shell, prefix: &str, codes: impl Iterator<Item = &'static str>) -> Vec<(String, String)> {
    codes
        .map(|code| (code.to_owned(), shell.t(&format!("convergence.{prefix}.{code}")).into_owned()))
        .collect()
}

async fn edit_page(app: &App, cap: &KeepIndicators, shell: Shell, id: Option<Id>, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let see = SeeIndicators::of(cap.actor()).ok_or(Error::Forbidden)?;
    let mut questions: Vec<String> =
        checklist::load(db, district).await?.into_iter().map(|question| question.words).collect();
    // What is chosen stays to be seen where the district has reworded the question since.
    for chosen in form.all("pertanyaan") {
        if !questions.iter().any(|known| known == chosen) {
            questions.push(chosen.to_owned());
        }
    }
    let template = EditPage {
        groups: words(&shell, "group", Group::ALL.iter().map(|one| one.code())),
        units: words(&shell, "unit", Unit::ALL.iter().map(|one| one.code())),
        directions: words(&shell, "better", Better::ALL.iter().map(|one| one.code())),
        computations: words(&shell, "computation", Computation::ALL.iter().map(|one| one.code())),
        questions: questions.into_iter().map(|words| (words.clone(), words)).collect(),
        offices: offices(app, &see).await?,
        periods: words(&shell, "period", PeriodKind::ALL.iter().map(|one| one.code())),
        grains: words(&shell, "grain", Grain::ALL.iter().map(|one| one.code())),
        kinds: words(&shell, "kind", ["direct", "indirect", "support"].into_iter()),
        sets: query::sets(db, district).await?,
        form: form.view(),
        id,
        shell,
    };
    page_with(form.status(), &template)
}

/// Stores a new one.
pub(super) async fn create(
    cap: Cap<KeepIndicators>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    save(&app, &cap, shell, None, form).await
}

/// Stores a change.
pub(super) async fn update(
    cap: Cap<KeepIndicators>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    save(&app, &cap, shell, Some(id), form).await
}

async fn save(app: &App, cap: &KeepIndicators, shell: Shell, id: Option<Id>, mut form: Form) -> Page {
    let command_id = form.command_id()?;
    let facts = facts(&mut form);
    let facts = match id {
        // The code of one that is there stands, whatever was sent.
        Some(id) => {
            let held = query::by_id(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
            facts.map(|facts| Facts { code: held.code, ..facts })
        }
        None => facts,
    };
    if let Some(facts) = facts.filter(|_| form.is_valid()) {
        match app.submit(cap.actor(), command_id, PutIndicator { id, facts }).await {
            Ok(receipt) => return redirect(&format!("/indikator/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    edit_page(app, cap, shell, id, &form).await
}

fn facts(form: &mut Form) -> Option<Facts> {
    const CHOOSE: &str = "web.error.choose";
    let age = |text: &str| text.parse::<u32>().ok().filter(|age| *age < 60).ok_or("web.error.not_a_number");
    let (from, to) = (form.read_optional("umur_dari", age), form.read_optional("umur_sampai", age));
    let sets: Vec<(String, String)> = form
        .starting_with("nomor.")
        .filter(|(_, number)| !number.is_empty())
        .map(|(set, number)| (set.to_owned(), number.chars().take(12).collect()))
        .collect();
    let group = form.read("sasaran", |code| Group::parse(code).ok_or(CHOOSE));
    let unit = form.read("satuan", |code| Unit::parse(code).ok_or(CHOOSE));
    let better = form.read("arah", |code| Better::parse(code).ok_or(CHOOSE));
    let period = form.read("periode", |code| PeriodKind::parse(code).ok_or(CHOOSE));
    let grain = form.read("tingkat", |code| Grain::parse(code).ok_or(CHOOSE));
    let computation = form.read_optional("hitungan", |code| Computation::parse(code).ok_or(CHOOSE));
    let office = form.read_optional("opd", |text| text.parse::<Id>().map_err(|_| CHOOSE));
    let kind = form.read_optional("jenis", |code| {
        ["direct", "indirect", "support"].into_iter().find(|known| *known == code).ok_or(CHOOSE)
    });
    let question = form.all("pertanyaan").join("\n").chars().take(600).collect();
    Some(Facts {
        code: form.get("kode").to_owned(),
        name: form.required("nama", 200),
        numerator: form.required("pembilang", 300),
        denominator: form.optional("penyebut", 300),
        source: form.optional("sumber", 200),
        confirm: form.optional("dicocokkan", 200),
        ages: from.zip(to),
        kind: kind.unwrap_or_default().to_owned(),
        group: group?,
        unit: unit?,
        better: better?,
        period: period?,
        grain: grain?,
        computation,
        question,
        office,
        sets,
    })
}
