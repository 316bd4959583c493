//! The menus, one of them with what a portion holds, and the form.

use askama::Template;
use asuh_nusantara::number;
use asuh_store::{DistrictId, Id, Query, StoreError};
use axum::extract::State;

use super::super::food::{self, words};
use super::super::rules::{Age, Food, Norm, Nutrition, Part, findings};
use super::super::{KeepMenus, ReadKitchens};
use super::command::{KINDS, MOST_PARTS, MenuPart, PutMenu, RetireMenu};
use super::norm::norms;
use super::query::{self, Menu};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::books;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// A menu in the list.
struct Line {
    menu: Menu,
    held: Nutrition,
}

#[derive(Template)]
#[template(path = "kitchen/menu/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Line>,
    may_keep: bool,
}

fn ages(shell: &Shell, ages: &[Age]) -> String {
    let words = ages.iter().map(|age| shell.t(&format!("kitchen.age.{}", age.code())).into_owned());
    words.collect::<Vec<_>>().join(", ")
}

impl ListPage {
    fn ages(&self, line: &Line) -> String {
        ages(&self.shell, &line.menu.ages)
    }

    fn allergens(&self, line: &Line) -> String {
        words(&self.shell, "kitchen.allergen.", &line.held.allergens)
    }
}

/// The menus that are offered.
pub(super) async fn list(cap: Cap<ReadKitchens>, State(app): State<App>, shell: Shell) -> Page {
    let menus = query::offered(app.store.reader(), cap.district()).await?;
    let lines = menus.into_iter().map(|menu| Line { held: menu.nutrition(), menu }).collect();
    page(&ListPage { shell, lines, may_keep: KeepMenus::of(cap.actor()).is_some() })
}

/// A part as it is shown: name, "60 g (1 butir)".
struct PartLine {
    name: String,
    amount: String,
    unconfirmed: bool,
}

/// How a portion stands beside the norm of an age.
struct Beside {
    age: Age,
    norm: Norm,
    findings: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "kitchen/menu/show.html")]
struct ShowPage {
    shell: Shell,
    menu: Menu,
    held: Nutrition,
    parts: Vec<PartLine>,
    beside: Vec<Beside>,
    may_keep: bool,
}

impl ShowPage {
    fn allergens(&self) -> String {
        words(&self.shell, "kitchen.allergen.", &self.held.allergens)
    }

    fn finding(&self, code: &str) -> String {
        self.shell.t(&format!("kitchen.finding.{code}")).into_owned()
    }

    fn range(&self, range: &(i64, i64), decimals: u32) -> String {
        format!("{}–{}", self.shell.fixed(range.0, decimals), self.shell.fixed(range.1, decimals))
    }
}

/// "60 g", "60 g (1 butir)", "30 g (0,5 butir)"
fn amount(shell: &Shell, part: &Part, units: &[(String, String)]) -> String {
    let grams = match part.decigrams % 10 {
        0 => shell.number(part.decigrams / 10),
        _ => shell.fixed(part.decigrams, 1),
    };
    let unit = units.iter().find(|(code, _)| *code == part.food.commodity);
    match (unit, part.food.grams_per_unit) {
        (Some((_, unit)), Some(each)) if each > 0 => {
            let tenths = (part.decigrams + each / 2) / each;
            let count = if tenths % 10 == 0 { shell.number(tenths / 10) } else { shell.fixed(tenths, 1) };
            format!("{grams} g ({count} {unit})")
        }
        _ => format!("{grams} g"),
    }
}

/// The units of the district's commodities, by code.
async fn units(db: &impl Query, district: DistrictId) -> Result<Vec<(String, String)>, StoreError> {
    let commodities = books::commodities(db, district).await?;
    Ok(commodities.into_iter().map(|line| (line.code, line.unit)).collect())
}

/// A menu.
pub(super) async fn show(
    cap: Cap<ReadKitchens>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let menu = query::by_id(db, district, id).await?.ok_or(Error::NotFound)?;
    let held = menu.nutrition();
    let units = units(db, district).await?;
    let parts = menu.parts.iter().map(|part| PartLine {
        name: part.food.name.clone(),
        amount: amount(&shell, part, &units),
        unconfirmed: !part.food.confirmed,
    });
    let parts = parts.collect();
    let norms = norms(db, district).await?.into_iter().filter(|(age, _)| menu.ages.contains(age));
    let beside = norms.map(|(age, norm)| Beside { findings: findings(&held, &norm), age, norm }).collect();
    page(&ShowPage { may_keep: KeepMenus::of(cap.actor()).is_some(), shell, menu, held, parts, beside })
}

#[derive(Template)]
#[template(path = "kitchen/menu/edit.html")]
struct EditPage {
    shell: Shell,
    f: FormView,
    title: String,
    action: String,
    kinds: Vec<(String, String)>,
    ages: Vec<(String, String)>,
    foods: Vec<(String, String)>,
    units: Vec<(String, String)>,
}

impl EditPage {
    fn rows(&self) -> std::ops::RangeInclusive<usize> {
        1..=MOST_PARTS
    }

    fn name(&self, stem: &str, nth: &usize) -> String {
        format!("{stem}.{nth}")
    }
}

async fn edit_page(app: &App, cap: &KeepMenus, menu: Option<&Menu>, shell: Shell, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let units_of = units(db, district).await?;
    let label = |food: &Food| match (
        food.grams_per_unit,
        units_of.iter().find(|(code, _)| *code == food.commodity),
    ) {
        (Some(grams), Some((_, unit))) => format!("{} (1 {unit} = {grams} g)", food.name),
        _ => food.name.clone(),
    };
    let foods = food::all(db, district).await?;
    let of = |stem: &str, code: &str| (code.to_owned(), shell.t(&format!("{stem}{code}")).into_owned());
    let template = EditPage {
        f: form.view(),
        title: menu.map_or_else(
            || shell.t("kitchen.menu.new").into_owned(),
            |menu| format!("{}: {}", shell.t("kitchen.menu.edit"), menu.name),
        ),
        action: menu.map_or("/menu-dapur/baru".into(), |menu| format!("/menu-dapur/{}/ubah", menu.id)),
        kinds: KINDS.map(|code| of("kitchen.menu.kind.", code)).to_vec(),
        ages: Age::ALL.map(|age| of("kitchen.age.", age.code())).to_vec(),
        foods: foods.iter().map(|food| (food.code.clone(), label(food))).collect(),
        units: ["gram", "satuan"].map(|code| of("kitchen.menu.unit.", code)).to_vec(),
        shell,
    };
    page_with(form.status(), &template)
}

/// A new menu.
pub(super) async fn new(cap: Cap<KeepMenus>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::with(&shell, [("jenis", "meal")]);
    edit_page(&app, &cap, None, shell, &form).await
}

/// A menu as it is.
pub(super) async fn edit(
    cap: Cap<KeepMenus>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let menu = query::by_id(app.store.reader(), cap.district(), id).await?;
    let menu = menu.filter(|menu| !menu.retired).ok_or(Error::NotFound)?;
    let mut filled: Vec<(String, String)> = vec![
        ("nama".into(), menu.name.clone()),
        ("jenis".into(), menu.kind.clone()),
        ("cara".into(), menu.recipe.clone()),
    ];
    filled.extend(menu.ages.iter().map(|age| ("usia".to_owned(), age.code().to_owned())));
    for (nth, part) in menu.parts.iter().enumerate() {
        filled.push((format!("bahan.{}", nth + 1), part.food.code.clone()));
        filled.push((format!("jumlah.{}", nth + 1), shell.fixed(part.decigrams, 1)));
        filled.push((format!("satuan.{}", nth + 1), "gram".into()));
    }
    let form = Form::with(&shell, filled);
    edit_page(&app, &cap, Some(&menu), shell, &form).await
}

/// The rows of the form that name a food.
fn parts(form: &mut Form, foods: &[Food]) -> Vec<MenuPart> {
    let mut parts = Vec::new();
    for nth in 1..=MOST_PARTS {
        let (field, code) = (format!("jumlah.{nth}"), form.get(&format!("bahan.{nth}")).to_owned());
        if code.is_empty() {
            if !form.get(&field).is_empty() {
                form.error(&format!("bahan.{nth}"), "web.error.choose");
            }
            continue;
        }
        let each = foods.iter().find(|food| food.code == code).and_then(|food| food.grams_per_unit);
        let by_unit = form.get(&format!("satuan.{nth}")) == "satuan";
        let typed =
            form.read(&field, |text| number::parse_decimal(text, 1).map_err(|_| "web.error.not_a_number"));
        let decigrams = match (typed, by_unit, each) {
            (Some(tenths), false, _) => tenths,
            (Some(tenths), true, Some(grams)) => tenths.saturating_mul(grams),
            (Some(_), true, None) => {
                form.error(&format!("satuan.{nth}"), "kitchen.refused.no_unit");
                continue;
            }
            (None, ..) => continue,
        };
        parts.push(MenuPart { food: code, decigrams });
    }
    parts
}

async fn save(app: &App, cap: &KeepMenus, old: Option<&Menu>, shell: Shell, mut form: Form) -> Page {
    let foods = food::all(app.store.reader(), cap.district()).await?;
    let name = form.required("nama", 80);
    let kind = form.required("jenis", 10);
    let recipe = form.optional("cara", 2_000);
    let ages = form.all("usia").into_iter().filter_map(Age::parse).collect();
    let parts = parts(&mut form, &foods);
    if form.is_valid() {
        let command = PutMenu { menu: old.map(|menu| menu.id), name, kind, ages, parts, recipe };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/menu-dapur/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    edit_page(app, cap, old, shell, &form).await
}

/// Makes a menu.
pub(super) async fn create(cap: Cap<KeepMenus>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    save(&app, &cap, None, shell, form).await
}

/// Changes a menu.
pub(super) async fn put(
    cap: Cap<KeepMenus>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    let menu = query::by_id(app.store.reader(), cap.district(), id).await?;
    let menu = menu.filter(|menu| !menu.retired).ok_or(Error::NotFound)?;
    save(&app, &cap, Some(&menu), shell, form).await
}

/// Offers a menu no more.
pub(super) async fn retire(
    cap: Cap<KeepMenus>,
    State(app): State<App>,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    app.submit(cap.actor(), form.command_id()?, RetireMenu { menu: id }).await?;
    redirect("/menu-dapur")
}
