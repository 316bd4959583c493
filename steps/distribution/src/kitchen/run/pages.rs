//! The meals, a new one, and one of them from the plan to what was left.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::number;
use asuh_step_custody::Ingredient;
use asuh_store::{Id, StoreError};
use axum::extract::{Query as UrlQuery, State};
use time::Date;

use super::super::enrolment::shown_name;
use super::super::food::words;
use super::super::menu::{self, Menu};
use super::super::place::{self, StoreLine};
use super::super::rules::meets;
use super::super::{MarkServings, Reach, ReadMealNames, ReadMeals, ReopenKitchenRuns, RunKitchens};
use super::command::CancelRun;
use super::cook::{CookRun, DeliverRun, MEAL};
use super::left::CloseRun;
use super::plan::{MEALS, PlanKitchenRun, Planned, kept_from, propose};
use super::query::{self, PAGE, Run, RunVillage, ServingRow};
use super::reopen::{self, ReopenRun, Reopened};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::books::{self, CommodityLine, Funds};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

#[derive(Template)]
#[template(path = "kitchen/run/list.html")]
struct ListPage {
    shell: Shell,
    runs: Vec<Run>,
    next: Option<String>,
    may_run: bool,
}

/// The meals, the newest day first.
pub(super) async fn list(
    cap: Cap<ReadMeals>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let before = url.get("sebelum").and_then(|text| {
        let (day, id) = text.split_once('_')?;
        Some((asuh_nusantara::date::parse(day).ok()?, id.parse().ok()?))
    });
    let mut runs =
        query::runs(app.store.reader(), cap.district(), &Reach::by::<ReadMeals>(cap.actor()), before).await?;
    let next = cut(&mut runs, PAGE, |last| format!("{}_{}", last.for_day, last.id));
    page(&ListPage { may_run: RunKitchens::of(cap.actor()).is_some(), shell, runs, next })
}

/// What a meal needs of a commodity, and what lies there.
struct Need {
    code: String,
    name: String,
    unit: String,
    needed: i64,
    there: i64,
}

impl Need {
    fn short(&self) -> i64 {
        (self.needed - self.there).max(0)
    }
}

/// What the store of a fund has of what is needed; with `all` also what is not needed.
fn needs(
    commodities: &[CommodityLine],
    store: &[StoreLine],
    fund: &str,
    needed: &BTreeMap<String, i64>,
    all: bool,
) -> Vec<Need> {
    let lines = commodities.iter().filter(|line| line.kind == "goods" && line.code != MEAL);
    let of = |line: &CommodityLine| {
        let there = store.iter().find(|one| one.fund == fund && one.commodity == line.code);
        Need {
            code: line.code.clone(),
            name: line.name.clone(),
            unit: line.unit.clone(),
            needed: needed.get(&line.code).copied().unwrap_or(0),
            there: there.map_or(0, |one| one.amount),
        }
    };
    lines.map(of).filter(|need| need.needed > 0 || (all && need.there > 0)).collect()
}

/// Somebody who is kept from the menu.
struct Kept {
    name: String,
    why: String,
    /// What she is served, or what could be served instead.
    instead: String,
}

/// What the check page says.
struct Checked {
    day: Date,
    portions: i64,
    villages: Vec<(String, i64)>,
    kept: Vec<Kept>,
    needs: Vec<Need>,
    capacity: i64,
}

#[derive(Template)]
#[template(path = "kitchen/run/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    kitchens: Vec<(String, String)>,
    meals: Vec<(String, String)>,
    menus: Vec<(String, String)>,
    funds: Vec<(String, String)>,
    checked: Option<Checked>,
}

impl NewPage {
    fn label(&self, options: &[(String, String)], field: &str) -> String {
        let chosen = self.f.value(field);
        options.iter().find(|(code, _)| code == chosen).map(|(_, words)| words.clone()).unwrap_or_default()
    }
}

/// What the form says.
struct Asked {
    kitchen: Id,
    day: Date,
    meal: String,
    menu: Id,
    other: Option<Id>,
    fund: String,
    note: String,
}

fn asked(form: &mut Form) -> Option<Asked> {
    let kitchen = form.id("dapur");
    let day = form.day("hari");
    let meal = form.required("waktu", 20);
    let menu = form.id("menu");
    let other = form.read_optional("pengganti", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
    let fund = form.required("dana", 24);
    let note = form.optional("catatan", 200);
    let asked = Asked { kitchen: kitchen?, day: day?, meal, menu: menu?, other, fund, note };
    form.is_valid().then_some(asked)
}

fn kept(shell: &Shell, line: &Planned, menus: &[Menu]) -> Kept {
    let why = match line.kept_from {
        "allergy" => {
            let held = menus.iter().flat_map(|menu| menu.nutrition().allergens).collect();
            let codes = meets(&line.allergens, &held);
            format!("{}: {}", shell.t("kitchen.kept.allergy"), words(shell, "kitchen.allergen.", &codes))
        }
        why => shell.t(&format!("kitchen.kept.{why}")).into_owned(),
    };
    let name_of = |id: Id| menus.iter().find(|menu| menu.id == id).map(|menu| menu.name.clone());
    let fits =
        |menu: &&Menu| kept_from(menu, &menu.nutrition().allergens, line.age, &line.allergens).is_empty();
    let instead = match line.menu.and_then(name_of) {
        Some(name) => shell.t1("kitchen.run.gets", "menu", name),
        None => {
            let names: Vec<String> = menus.iter().filter(fits).map(|menu| menu.name.clone()).collect();
            match names.is_empty() {
                true => shell.t("kitchen.run.no_other").into_owned(),
                false => shell.t1("kitchen.run.could_get", "menus", names.join(", ")),
            }
        }
    };
    Kept { name: shown_name(&line.name, &line.code, false), why, instead }
}

async fn checked(
    app: &App,
    actor: &Actor,
    shell: &Shell,
    asked: &Asked,
) -> Result<Option<Checked>, StoreError> {
    let (db, district) = (app.store.reader(), actor.district);
    let reach = Reach::cooks(actor);
    let Some(kitchen) = place::kitchen(db, district, asked.kitchen, &reach).await? else { return Ok(None) };
    let menus = menu::offered(db, district).await?;
    let main = menus.iter().find(|menu| menu.id == asked.menu);
    let other = asked.other.and_then(|id| menus.iter().find(|menu| menu.id == id));
    let Some(main) = main else { return Ok(None) };
    let proposal = propose(db, district, asked.kitchen, asked.day, (main, other)).await?;
    let counts = proposal.villages();
    let villages = place::villages_of(db, district, asked.kitchen).await?;
    let named = villages.into_iter().map(|one| {
        let portions = counts.get(&one.village_code).copied().unwrap_or(0);
        (one.name, portions)
    });
    let store = place::store_of(db, district, asked.kitchen).await?;
    let commodities = books::commodities(db, district).await?;
    Ok(Some(Checked {
        day: asked.day,
        portions: proposal.portions(),
        villages: named.collect(),
        kept: proposal
            .lines
            .iter()
            .filter(|line| !line.kept_from.is_empty())
            .map(|line| kept(shell, line, &menus))
            .collect(),
        needs: needs(&commodities, &store, &asked.fund, &proposal.needs, false),
        capacity: kitchen.capacity,
    }))
}

async fn new_page(app: &App, cap: &RunKitchens, shell: Shell, form: &Form, asked: Option<&Asked>) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let reach = Reach::cooks(cap.actor());
    let kitchens = place::kitchens(db, district, &reach).await?;
    let menus = menu::offered(db, district).await?;
    let funds = Funds::load(db, district).await?;
    let mut held: Vec<(String, String)> = Vec::new();
    for kitchen in &kitchens {
        for line in place::store_of(db, district, kitchen.id).await? {
            if !held.iter().any(|(code, _)| *code == line.fund) {
                held.push((line.fund.clone(), funds.name(&line.fund).to_string()));
            }
        }
    }
    let checked = match asked {
        Some(asked) => checked(app, cap.actor(), &shell, asked).await?,
        None => None,
    };
    let template = NewPage {
        f: form.view(),
        kitchens: kitchens.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        meals: MEALS
            .map(|code| (code.to_owned(), shell.t(&format!("kitchen.meal.{code}")).into_owned()))
            .to_vec(),
        menus: menus.into_iter().map(|menu| (menu.id.to_string(), menu.name)).collect(),
        funds: held,
        checked,
        shell,
    };
    page_with(form.status(), &template)
}

/// A new meal.
pub(super) async fn new(cap: Cap<RunKitchens>, State(app): State<App>, shell: Shell) -> Page {
    let kitchens = place::kitchens(app.store.reader(), cap.district(), &Reach::cooks(cap.actor())).await?;
    let today = shell.today;
    let mut filled = vec![
        ("hari_tanggal", today.day().to_string()),
        ("hari_bulan", u8::from(today.month()).to_string()),
        ("hari_tahun", today.year().to_string()),
        ("waktu", "morning".to_owned()),
    ];
    if let [only] = kitchens.as_slice() {
        filled.push(("dapur", only.id.to_string()));
    }
    let form = Form::with(&shell, filled);
    new_page(&app, &cap, shell, &form, None).await
}

/// Checks, and at the second press plans the meal.
pub(super) async fn plan(
    cap: Cap<RunKitchens>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let Some(asked) = asked(&mut form) else { return new_page(&app, &cap, shell, &form, None).await };
    match form.get("aksi") {
        "kirim" => {
            let command = PlanKitchenRun {
                kitchen: asked.kitchen,
                day: asked.day,
                meal: asked.meal.clone(),
                menu: asked.menu,
                other: asked.other,
                fund: asked.fund.clone(),
                note: asked.note.clone(),
                reach: Reach::cooks(cap.actor()),
            };
            match app.submit(cap.actor(), form.command_id()?, command).await {
                Ok(receipt) => return redirect(&format!("/masak-dapur/{}", receipt.value)),
                Err(rejection) => form.reject(rejection)?,
            }
            new_page(&app, &cap, shell, &form, None).await
        }
        "ubah" => new_page(&app, &cap, shell, &form, None).await,
        _ => new_page(&app, &cap, shell, &form, Some(&asked)).await,
    }
}

#[derive(Template)]
#[template(path = "kitchen/run/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    run: Run,
    funds: Funds,
    villages: Vec<RunVillage>,
    kept: Vec<ServingRow>,
    needs: Vec<Need>,
    own: bool,
    marks: bool,
    may_reopen: bool,
    reopened: Vec<Reopened>,
    monday: Date,
}

impl ShowPage {
    fn name(&self, row: &ServingRow) -> String {
        shown_name(
            &row.name,
            &row.code,
            ReadMealNames::ROLES.iter().any(|role| self.shell.has_role(role.code())),
        )
    }

    fn received(&self) -> i64 {
        self.villages.iter().map(|one| one.received).sum()
    }

    fn left(&self) -> i64 {
        self.run.cooked - self.received()
    }

    fn ingredient(&self, need: &Need) -> String {
        format!("bahan.{}", need.code)
    }

    fn portions(&self, village: &RunVillage) -> String {
        format!("porsi.{}", village.village_code)
    }

    fn short(&self) -> bool {
        self.needs.iter().any(|need| need.short() > 0)
    }
}

async fn show_page(
    app: &App,
    actor: &std::sync::Arc<Actor>,
    id: Id,
    shell: Shell,
    form: Option<&Form>,
) -> Page {
    let (db, district, reach) = (app.store.reader(), actor.district, Reach::by::<ReadMeals>(actor));
    let run = query::run(db, district, &reach, id).await?.ok_or(Error::NotFound)?;
    let own = RunKitchens::of(actor).is_some_and(|cap| cap.scope().reaches_unit(run.kitchen_id));
    let villages = query::run_villages(db, district, id).await?;
    let kept = query::servings(db, district, &reach, id, None).await?;
    let kept: Vec<ServingRow> = kept.into_iter().filter(|row| !row.kept_from.is_empty()).collect();
    let mut lines = Vec::new();
    if own && run.state == "planned" {
        let main = menu::by_id(db, district, run.menu_id).await?.ok_or(Error::NotFound)?;
        let other = match run.other_menu_id {
            Some(id) => menu::by_id(db, district, id).await?,
            None => None,
        };
        let proposal = propose(db, district, run.kitchen_id, run.for_day, (&main, other.as_ref())).await?;
        let store = place::store_of(db, district, run.kitchen_id).await?;
        let commodities = books::commodities(db, district).await?;
        lines = needs(&commodities, &store, &run.fund, &proposal.needs, true);
    }
    let mut filled: Vec<(String, String)> = vec![("porsi".into(), run.planned.to_string())];
    filled.extend(
        lines.iter().map(|need| (format!("bahan.{}", need.code), need.needed.min(need.there).to_string())),
    );
    filled
        .extend(villages.iter().map(|one| (format!("porsi.{}", one.village_code), one.planned.to_string())));
    let fresh = Form::with(&shell, filled);
    let form = form.unwrap_or(&fresh);
    let template = ShowPage {
        f: form.view(),
        funds: Funds::load(db, district).await?,
        marks: MarkServings::of(actor).is_some(),
        may_reopen: run.state == "closed" && ReopenKitchenRuns::of(actor).is_some(),
        reopened: reopen::history(db, district, id).await?,
        monday: asuh_nusantara::date::monday_of(run.for_day),
        needs: lines,
        villages,
        kept,
        own,
        run,
        shell,
    };
    page_with(form.status(), &template)
}

/// One meal.
pub(super) async fn show(
    cap: Cap<ReadMeals>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    show_page(&app, cap.actor(), id, shell, None).await
}

async fn answered<C: asuh_store::Command>(
    app: &App,
    cap: &RunKitchens,
    (id, command): (Id, C),
    shell: Shell,
    mut form: Form,
) -> Page {
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/masak-dapur/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(app, cap.actor(), id, shell, Some(&form)).await
}

/// Whole numbers of the fields that begin so, by the rest of their names; an empty one is nothing.
fn counts(form: &mut Form, prefix: &str) -> Vec<(String, i64)> {
    let typed: Vec<(String, String)> =
        form.starting_with(prefix).map(|(rest, value)| (rest.to_owned(), value.to_owned())).collect();
    let mut found = Vec::new();
    for (rest, value) in typed {
        match (value.is_empty(), number::parse_count(&value)) {
            (true, _) => found.push((rest, 0)),
            (false, Ok(count)) => found.push((rest, count)),
            (false, Err(_)) => form.error(&format!("{prefix}{rest}"), "web.error.not_a_number"),
        }
    }
    found
}

/// Cooks it.
pub(super) async fn cook(
    cap: Cap<RunKitchens>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let ingredients = counts(&mut form, "bahan.");
    let ingredients =
        ingredients.into_iter().map(|(commodity, amount)| Ingredient { commodity, amount }).collect();
    let cooked = form.count("porsi", 1..=100_000).unwrap_or(0);
    let hygienic = form.ticked("bersih");
    let command = CookRun { run: id, ingredients, cooked, hygienic, reach: Reach::cooks(cap.actor()) };
    answered(&app, &cap, (id, command), shell, form).await
}

/// Hands it over.
pub(super) async fn deliver(
    cap: Cap<RunKitchens>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let villages = counts(&mut form, "porsi.");
    let villages =
        villages.into_iter().filter_map(|(code, count)| Some((code.parse().ok()?, count))).collect();
    let command = DeliverRun { run: id, villages, reach: Reach::cooks(cap.actor()) };
    answered(&app, &cap, (id, command), shell, form).await
}

/// Says what was left.
pub(super) async fn left(
    cap: Cap<RunKitchens>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let mut count = |field: &str| match form.get(field) {
        "" => 0,
        _ => form.count(field, 0..=100_000).unwrap_or(0),
    };
    let (given, wasted) = (count("dibagi"), count("terbuang"));
    let words = form.optional("keterangan", 200);
    let command = CloseRun { run: id, given, wasted, words, reach: Reach::cooks(cap.actor()) };
    answered(&app, &cap, (id, command), shell, form).await
}

/// Takes it back.
pub(super) async fn cancel(
    cap: Cap<RunKitchens>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    let command = CancelRun { run: id, reason, reach: Reach::cooks(cap.actor()) };
    answered(&app, &cap, (id, command), shell, form).await
}

/// Opens a closed meal again.
pub(super) async fn reopen(
    cap: Cap<ReopenKitchenRuns>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    let command = ReopenRun { run: id, reason, reach: Reach::by::<ReopenKitchenRuns>(cap.actor()) };
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/masak-dapur/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), id, shell, Some(&form)).await
}
