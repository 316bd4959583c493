//! The table of foods: to read, to change one by one, as a spreadsheet out and in.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::{Language, number};
use axum::extract::{Query as UrlQuery, State};

use super::super::rules::{ALLERGENS, Food, GROUPS};
use super::super::{KeepFoods, ReadKitchens};
use super::command::{AddStartFoods, PutFoods, code_of};
use super::query::{self, PAGE};
use super::sheet::{self, Problem};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::books;
use asuh_ground::web::{
    Error, Form, FormView, Page, Path, Shell, Text, cut, page, page_with, redirect, workbook,
};

/// Problems of a file that are shown at most.
const SHOWN: usize = 100;

/// Whether the caller answers for the whole district: the table is its own, not a puskesmas'.
pub(in super::super) fn keeps(actor: &std::sync::Arc<Actor>) -> bool {
    KeepFoods::of(actor).is_some_and(|cap| cap.scope().reaches(actor.district_code, ""))
}

#[derive(Template)]
#[template(path = "kitchen/food/list.html")]
struct ListPage {
    shell: Shell,
    foods: Vec<Food>,
    text: String,
    next: Option<String>,
    keeps: bool,
}

impl ListPage {
    fn allergens(&self, food: &Food) -> String {
        words(&self.shell, "kitchen.allergen.", &food.allergens)
    }

    fn group(&self, food: &Food) -> String {
        self.shell.t(&format!("kitchen.group.{}", food.group)).into_owned()
    }
}

/// The words of some codes, with commas.
pub(in super::super) fn words<'a>(
    text: &Text,
    stem: &str,
    codes: impl IntoIterator<Item = &'a String>,
) -> String {
    let words = codes.into_iter().map(|code| text.t(&format!("{stem}{code}")).into_owned());
    words.collect::<Vec<_>>().join(", ")
}

/// The foods by name.
pub(super) async fn list(
    cap: Cap<ReadKitchens>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let of = |name: &str| url.get(name).cloned().unwrap_or_default();
    let (text, after) = (of("cari"), of("sesudah"));
    let mut foods = query::some(app.store.reader(), cap.district(), &text, &after).await?;
    let next = cut(&mut foods, PAGE, |last| last.code.clone());
    page(&ListPage { keeps: keeps(cap.actor()), shell, foods, text, next })
}

/// The whole table as a workbook.
pub(super) async fn download(cap: Cap<ReadKitchens>, State(app): State<App>, shell: Shell) -> Page {
    let text = Text::new(Language::Indonesian, shell.text().zone);
    let foods = query::all(app.store.reader(), cap.district()).await?;
    let rows = foods.iter().map(|food| sheet::cells(food, &text)).collect();
    workbook(&app, "bahan-makanan", "Bahan makanan".to_owned(), sheet::columns(), rows).await
}

#[derive(Template)]
#[template(path = "kitchen/food/upload.html")]
struct UploadPage {
    shell: Shell,
    f: FormView,
    problems: Vec<Problem>,
    more: usize,
    taken: Option<i64>,
}

impl UploadPage {
    fn sentence(&self, problem: &Problem) -> String {
        self.shell.t(problem.code).into_owned()
    }
}

/// Taking a file in.
pub(super) async fn upload(
    cap: Cap<KeepFoods>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    if !keeps(cap.actor()) {
        return Err(Error::NotFound);
    }
    let taken = url.get("masuk").and_then(|count| count.parse().ok());
    page(&UploadPage { f: Form::empty(&shell).view(), problems: Vec::new(), more: 0, taken, shell })
}

/// Takes it in as a whole, or says what is wrong in which row.
pub(super) async fn take(cap: Cap<KeepFoods>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    if !keeps(cap.actor()) {
        return Err(Error::NotFound);
    }
    let mut problems = Vec::new();
    let commodities = books::commodities(app.store.reader(), cap.district()).await?;
    let languages = [Language::Indonesian, Language::English].map(|one| Text::new(one, shell.text().zone));
    match form.file("berkas").map(|upload| upload.path.clone()) {
        None => form.error("berkas", "web.error.required"),
        Some(path) => {
            let rows = tokio::task::spawn_blocking(move || sheet::rows_of(&path)).await;
            let rows = rows.map_err(|error| Error::Unavailable(error.to_string()))?;
            match rows.and_then(|rows| sheet::read(&rows, &commodities, &languages)) {
                Err(refusal) => form.refuse(&refusal),
                Ok(reading) if !reading.problems.is_empty() => {
                    form.error("berkas", "kitchen.refused.rows");
                    problems = reading.problems;
                }
                Ok(reading) if reading.foods.is_empty() => form.error("berkas", "kitchen.refused.no_rows"),
                Ok(reading) => {
                    let count = reading.foods.len();
                    let command = PutFoods { foods: reading.foods };
                    match app.submit(cap.actor(), form.command_id()?, command).await {
                        Ok(_) => return redirect(&format!("/bahan-makanan/unggah?masuk={count}")),
                        Err(rejection) => form.reject(rejection)?,
                    }
                }
            }
        }
    }
    let more = problems.len().saturating_sub(SHOWN);
    problems.truncate(SHOWN);
    page_with(form.status(), &UploadPage { f: form.view(), problems, more, taken: None, shell })
}

/// Adds the shipped foods.
pub(super) async fn start(cap: Cap<KeepFoods>, State(app): State<App>, form: Form) -> Page {
    if !keeps(cap.actor()) {
        return Err(Error::NotFound);
    }
    app.submit(cap.actor(), form.command_id()?, AddStartFoods).await?;
    redirect("/bahan-makanan")
}

#[derive(Template)]
#[template(path = "kitchen/food/edit.html")]
struct EditPage {
    shell: Shell,
    f: FormView,
    action: String,
    title: String,
    groups: Vec<(String, String)>,
    allergens: Vec<(String, String)>,
    commodities: Vec<(String, String)>,
}

async fn edit_page(app: &App, cap: &KeepFoods, food: Option<&Food>, shell: Shell, form: &Form) -> Page {
    if !keeps(cap.actor()) {
        return Err(Error::NotFound);
    }
    let options = |stem: &str, codes: &[&str]| -> Vec<(String, String)> {
        codes
            .iter()
            .map(|code| ((*code).to_owned(), shell.t(&format!("{stem}{code}")).into_owned()))
            .collect()
    };
    let commodities = books::commodities(app.store.reader(), cap.district()).await?;
    let goods = commodities.into_iter().filter(|line| line.kind == "goods");
    let template = EditPage {
        f: form.view(),
        action: food.map_or("/bahan-makanan/baru".into(), |food| format!("/bahan-makanan/{}", food.code)),
        title: food.map_or_else(|| shell.t("kitchen.food.new").into_owned(), |food| food.name.clone()),
        groups: options("kitchen.group.", &GROUPS),
        allergens: options("kitchen.allergen.", &ALLERGENS),
        commodities: goods.map(|line| (line.code, format!("{} ({})", line.name, line.unit))).collect(),
        shell,
    };
    page_with(form.status(), &template)
}

/// A new food.
pub(super) async fn new(cap: Cap<KeepFoods>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::with(&shell, [("bdd", "100")]);
    edit_page(&app, &cap, None, shell, &form).await
}

/// A food as it is.
pub(super) async fn edit(
    cap: Cap<KeepFoods>,
    State(app): State<App>,
    Path(code): Path<String>,
    shell: Shell,
) -> Page {
    let food = query::one(app.store.reader(), cap.district(), &code).await?.ok_or(Error::NotFound)?;
    let whole = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    let mut filled = vec![
        ("nama", food.name.clone()),
        ("kelompok", food.group.clone()),
        ("energi", whole(food.energy_kcal)),
        ("protein", food.protein_dg.map(|dg| shell.fixed(dg, 1)).unwrap_or_default()),
        ("bdd", food.edible_percent.to_string()),
        ("barang", food.commodity.clone()),
        ("gram", whole(food.grams_per_unit)),
        ("sumber", food.source.clone()),
    ];
    filled.extend(food.allergens.iter().map(|one| ("alergen", one.clone())));
    if food.confirmed {
        filled.push(("pasti", "ya".into()));
    }
    let form = Form::with(&shell, filled);
    edit_page(&app, &cap, Some(&food), shell, &form).await
}

/// What the form says of a food.
fn said(form: &mut Form, code: Option<&str>) -> Option<Food> {
    let name = form.required("nama", 80);
    let decimal =
        |text: &str, decimals| number::parse_decimal(text, decimals).map_err(|_| "web.error.not_a_number");
    let energy_kcal = form.read_optional("energi", |text| decimal(text, 0));
    let protein_dg = form.read_optional("protein", |text| decimal(text, 1));
    let edible_percent = form.count("bdd", 1..=100);
    let grams_per_unit = form.read_optional("gram", |text| decimal(text, 0));
    let food = Food {
        code: code.map_or_else(|| code_of(&name), str::to_owned),
        group: form.required("kelompok", 20),
        energy_kcal,
        protein_dg,
        edible_percent: edible_percent?,
        allergens: form.all("alergen").into_iter().filter(|one| !one.is_empty()).map(str::to_owned).collect(),
        commodity: form.optional("barang", 24),
        grams_per_unit,
        source: form.optional("sumber", 80),
        confirmed: form.ticked("pasti"),
        name,
    };
    form.is_valid().then_some(food)
}

async fn save(app: &App, cap: &KeepFoods, old: Option<&Food>, shell: Shell, mut form: Form) -> Page {
    if !keeps(cap.actor()) {
        return Err(Error::NotFound);
    }
    if let Some(food) = said(&mut form, old.map(|food| food.code.as_str())) {
        let known = query::one(app.store.reader(), cap.district(), &food.code).await?;
        let id = form.command_id()?;
        // The same form sent twice finds its own food: the door answers it.
        if old.is_none() && known.as_ref().is_some_and(|known| *known != food) {
            form.error("nama", "kitchen.refused.food_known");
        } else {
            match app.submit(cap.actor(), id, PutFoods { foods: vec![food] }).await {
                Ok(_) => return redirect("/bahan-makanan"),
                Err(rejection) => form.reject(rejection)?,
            }
        }
    }
    edit_page(app, cap, old, shell, &form).await
}

/// Adds a food.
pub(super) async fn create(cap: Cap<KeepFoods>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    save(&app, &cap, None, shell, form).await
}

/// Changes a food.
pub(super) async fn put(
    cap: Cap<KeepFoods>,
    State(app): State<App>,
    Path(code): Path<String>,
    shell: Shell,
    form: Form,
) -> Page {
    let food = query::one(app.store.reader(), cap.district(), &code).await?.ok_or(Error::NotFound)?;
    save(&app, &cap, Some(&food), shell, form).await
}
