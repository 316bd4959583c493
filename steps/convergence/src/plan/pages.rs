//! `/rencana`: the rows of a year with what is wrong with them, the matrix, and the steps of the plan.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use asuh_documents::sheet::{Column, Kind as Holds};
use asuh_ground::access::{Cap, Capability};
use asuh_ground::settings::{self, Letterhead};
use asuh_ground::web::{
    Cell, Error, Form, FormView, Page, Shell, Text, cut, page, page_with, redirect, workbook,
};
use asuh_ground::{App, settings::ListRow};
use asuh_store::{DistrictId, Id, StoreError};
use axum::extract::{Query as Params, State};

use super::choice::{ALL_VILLAGES, Choice, code_or_none, of_owner};
use super::command::{OpenPlan, SetPlanState};
use super::hand::{Hand, Owner, Sight};
use super::query::{self, Item, PAGE, Plan};
use super::rules::{self, Fault, Row, State as At, Told};
use super::{LockPlans, SeePlans, WritePlans};
use crate::analysis::rules::{shared, within};
use crate::places::Places;
use crate::{Gap, Indicators};

/// A row in words.
pub(super) struct Line {
    pub(super) item: Item,
    pub(super) indicator: String,
    pub(super) places: String,
    pub(super) budget: String,
    pub(super) source: String,
    pub(super) quarters: String,
    /// "40 dari 100 orang"
    pub(super) reached: String,
    pub(super) spent: String,
    pub(super) faults: Vec<Fault>,
}

/// What the words of rows need.
pub(super) struct Words {
    places: Places,
    sources: HashMap<String, String>,
    indicators: Indicators,
}

impl Words {
    pub(super) async fn load(app: &App, actor: &asuh_ground::access::Actor) -> Result<Words, StoreError> {
        let (db, district) = (app.store.reader(), actor.district);
        Ok(Words {
            places: Places::load(db, district, actor.district_code).await?,
            sources: sources(db, district).await?.into_iter().collect(),
            indicators: Indicators::load(db, district).await?,
        })
    }

    /// "Selam Paung, Gunung Raya; Air Mumu, Gunung Raya", the first three and how many more; "seluruh kabupaten".
    pub(super) fn places(&self, text: &Text, codes: &[i64], most: usize) -> String {
        let whole = || text.t("plan.whole_district").into_owned();
        let named = codes.iter().take(most).map(|code| self.places.called(*code).unwrap_or_else(whole));
        let mut named = named.collect::<Vec<_>>().join("; ");
        if codes.len() > most {
            named.push_str(&text.t1("plan.more_places", "n", codes.len() - most));
        }
        named
    }

    /// What a place gets of the rows' money: each shares its own equally over the villages of its places.
    fn part(&self, items: &[&Item], place: asuh_nusantara::TerritoryCode) -> i64 {
        let villages: Vec<i64> = self.places.villages().into_iter().map(|(code, ..)| code).collect();
        let (from, to) = place.range();
        let of = |item: &&Item| -> i64 {
            let own = within(&item.places(), &villages);
            let parts = shared(item.budget.unwrap_or(0), &own);
            parts.filter(|(code, _)| (from..=to).contains(code)).map(|(_, part)| part).sum()
        };
        items.iter().map(of).sum()
    }

    pub(super) fn source(&self, code: &str) -> String {
        self.sources.get(code).cloned().unwrap_or_else(|| code.to_owned())
    }

    pub(super) fn indicator(&self, code: &str) -> String {
        self.indicators.name(code)
    }

    pub(super) fn line(
        &self,
        text: &Text,
        item: Item,
        told: Option<&[Option<Told>; 4]>,
        faults: Vec<Fault>,
    ) -> Line {
        let row = item.row(told);
        let latest = row.latest();
        let reached = latest.map_or(0, |told| told.reached);
        let amount = [("reached", text.number(reached)), ("target", text.number(item.target))];
        let of = text.with("plan.reached_of", &amount);
        Line {
            indicator: self.indicator(&item.indicator),
            places: self.places(text, &row.places, 3),
            budget: item.budget.map(|rupiah| text.rupiah(rupiah)).unwrap_or_default(),
            source: self.source(&item.source),
            quarters: quarters(text, row.quarters),
            reached: format!("{of} {}", item.unit).trim().to_owned(),
            spent: latest.map(|told| text.rupiah(told.spent)).unwrap_or_default(),
            faults,
            item,
        }
    }
}

/// "triwulan 1 sampai 3"
pub(super) fn quarters(text: &Text, (from, to): (i64, i64)) -> String {
    match from == to {
        true => text.t1("plan.quarter_n", "n", from),
        false => text.t2("plan.quarters_n", "from", from, "to", to),
    }
}

/// Sources of money as (code, name).
pub(super) async fn sources(
    db: &impl asuh_store::Query,
    district: DistrictId,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows: Vec<ListRow> = settings::list(db, district, "convergence.sources").await?;
    Ok(rows.into_iter().filter_map(|mut row| Some((row.remove("code")?, row.remove("name")?))).collect())
}

/// A year with its rows, as every page of it reads them.
pub(super) struct Year {
    pub(super) plan: Plan,
    pub(super) items: Vec<Item>,
    pub(super) told: HashMap<Id, [Option<Told>; 4]>,
    pub(super) faults: HashMap<Id, Vec<Fault>>,
}

impl Year {
    /// The rows that somebody looks at.
    pub(super) fn chosen<'a>(&'a self, choice: &'a Choice) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(|item| {
            choice.takes(item, self.faults.get(&item.id).map(Vec::as_slice).unwrap_or_default())
        })
    }

    /// The rows as the rules read them.
    pub(super) fn rows(&self) -> Vec<Row> {
        self.items.iter().map(|item| item.row(self.told.get(&item.id))).collect()
    }

    /// The plan of the chosen year, else of this one, else the latest; nothing where there is none.
    pub(super) async fn load(
        app: &App,
        actor: &asuh_ground::access::Actor,
        chosen: &str,
    ) -> Result<(Vec<Plan>, Option<Year>), Error> {
        let (db, district, today) = (app.store.reader(), actor.district, app.today(actor));
        let plans = query::plans(db, district).await?;
        let plan = match chosen.parse::<i64>() {
            Ok(year) => Some(plans.iter().find(|plan| plan.year == year).ok_or(Error::NotFound)?),
            Err(_) => {
                plans.iter().find(|plan| plan.year == i64::from(today.year())).or_else(|| plans.first())
            }
        };
        let Some(plan) = plan.cloned() else { return Ok((plans, None)) };
        let items = query::items(db, district, &Sight::of(actor), plan.year).await?;
        let told = query::told(db, district, plan.year).await?;
        let mut year = Year { plan, items, told, faults: HashMap::new() };
        let runs = year.plan.state() != At::Draft;
        year.faults = rules::faults(&year.rows(), year.plan.year, today, runs);
        Ok((plans, Some(year)))
    }
}

#[derive(Template)]
#[template(path = "plan/list.html")]
struct ListPage {
    shell: Shell,
    plans: Vec<Plan>,
    plan: Option<Plan>,
    lines: Vec<Line>,
    count: i64,
    budget: i64,
    spent: i64,
    /// How many rows have each fault.
    faults: Vec<(String, i64)>,
    /// Indicators below their target for which nobody does anything.
    gaps: Vec<Gap>,
    owners: Vec<(String, String)>,
    filtered: String,
    chosen: Choice,
    /// The chosen place with its part of the rows' money.
    part: Option<(String, String)>,
    next: Option<Id>,
    writes: bool,
    locks: bool,
    steps: Vec<(String, String)>,
    form: FormView,
}

/// The rows of a year.
pub(super) async fn list(
    cap: Cap<SeePlans>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, [("tahun", shell.today.year().to_string())]);
    shown(&app, &cap, shell, choice, &form).await
}

async fn shown(app: &App, cap: &SeePlans, shell: Shell, choice: Choice, form: &Form) -> Page {
    let (text, actor) = (shell.text(), cap.actor());
    let (plans, year) = Year::load(app, actor, &choice.tahun).await?;
    let mut template = ListPage {
        plans,
        plan: None,
        lines: Vec::new(),
        count: 0,
        budget: 0,
        spent: 0,
        faults: Vec::new(),
        gaps: Vec::new(),
        owners: Vec::new(),
        filtered: String::new(),
        part: None,
        next: None,
        writes: WritePlans::of(actor).is_some(),
        locks: LockPlans::of(actor).is_some(),
        steps: Vec::new(),
        chosen: choice,
        form: form.view(),
        shell,
    };
    let Some(year) = year else { return page_with(form.status(), &template) };
    let words = Words::load(app, actor).await?;
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for item in &year.items {
        owners.entry(item.owner.clone()).or_insert_with(|| of_owner(item));
    }
    template.owners = owners.into_iter().collect();
    template.faults = Fault::ALL
        .into_iter()
        .map(|fault| {
            let count = year.faults.values().filter(|faults| faults.contains(&fault)).count() as i64;
            (fault.code().to_owned(), count)
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    if matches!(Sight::of(actor), Sight::Whole) {
        let below = words.indicators.below(app, actor, year.plan.year, &text).await?;
        let planned = |gap: &Gap| year.items.iter().any(|item| item.indicator == gap.code);
        template.gaps = below.into_iter().filter(|gap| !planned(gap)).collect();
    }
    let chosen: Vec<&Item> = year.chosen(&template.chosen).collect();
    template.part = template.chosen.place().map(|place| {
        let name = words.places(&text, &[place.as_i64()], 1);
        (name, text.rupiah(words.part(&chosen, place)))
    });
    template.count = chosen.len() as i64;
    template.budget = chosen.iter().filter_map(|item| item.budget).sum();
    let spent = chosen.iter().filter_map(|item| item.row(year.told.get(&item.id)).latest());
    template.spent = spent.map(|told| told.spent).sum();
    let after = template.chosen.setelah.parse::<Id>().ok();
    let page_of = chosen.into_iter().filter(|item| after.is_none_or(|after| item.id > after)).take(PAGE + 1);
    template.lines = page_of
        .map(|item| {
            let faults = year.faults.get(&item.id).cloned().unwrap_or_default();
            words.line(&text, item.clone(), year.told.get(&item.id), faults)
        })
        .collect();
    template.next = cut(&mut template.lines, PAGE, |line| line.item.id);
    let now = year.plan.state();
    let step =
        |state: &At| (state.code().to_owned(), text.t(&format!("plan.state.{}", state.code())).into_owned());
    template.steps = At::ALL.iter().filter(|state| now.may_become(**state)).map(step).collect();
    template.writes &= now != At::Locked || Hand::of(actor).is_whole();
    template.filtered = template.chosen.address(year.plan.year);
    template.plan = Some(year.plan);
    page_with(form.status(), &template)
}

async fn again(app: &App, cap: &LockPlans, shell: Shell, tahun: String, form: &Form) -> Page {
    let see = SeePlans::of(cap.actor()).ok_or(Error::Forbidden)?;
    let known = query::plan(app.store.reader(), cap.district(), tahun.parse().unwrap_or(0)).await?;
    let tahun = known.map(|plan| plan.year.to_string()).unwrap_or_default();
    shown(app, &see, shell, Choice { tahun, ..Choice::default() }, form).await
}

/// Opens the plan of a year.
pub(super) async fn open(cap: Cap<LockPlans>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let command_id = form.command_id()?;
    let year = form.read("tahun", |text| text.parse::<i64>().map_err(|_| "web.error.not_a_number"));
    if let Some(year) = year {
        match app.submit(cap.actor(), command_id, OpenPlan { year, today: shell.today }).await {
            Ok(_) => return redirect(&format!("/rencana?tahun={year}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    again(&app, &cap, shell, String::new(), &form).await
}

/// The plan moves on, or a step back.
pub(super) async fn step(cap: Cap<LockPlans>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let command_id = form.command_id()?;
    let year = form.get("tahun").parse::<i64>().map_err(|_| Error::NotFound)?;
    let state = form.read("keadaan", |code| At::parse(code).ok_or("web.error.choose"));
    let basis = form.required("dasar", 200);
    if let (Some(state), true) = (state, form.is_valid()) {
        let command = SetPlanState { year, state, basis, today: shell.today };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/rencana?tahun={year}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    again(&app, &cap, shell, year.to_string(), &form).await
}

/// The rows of a year as a sheet that may come in again.
pub(super) async fn export(cap: Cap<SeePlans>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let (_, year) = Year::load(&app, cap.actor(), form.get("tahun")).await?;
    let year = year.ok_or(Error::NotFound)?;
    let words = Words::load(&app, cap.actor()).await?;
    let text = shell.text();
    let get = |name: &str| form.get(name).to_owned();
    let chosen = Choice {
        opd: get("opd"),
        desa: get("desa"),
        indikator: get("indikator"),
        sumber: get("sumber"),
        wilayah: get("wilayah"),
        masalah: get("masalah"),
        ..Choice::default()
    };
    let rows = year.chosen(&chosen).map(|item| {
        let told = item.row(year.told.get(&item.id)).latest();
        let owner = match item.by() {
            Owner::Office(_) => item.owner.clone(),
            Owner::Village(code) => words.places(&text, &[code], 1),
        };
        let row: Vec<Cell> = vec![
            item.id.to_string().into(),
            Cell::Number(item.version),
            Cell::Number(item.year),
            owner.into(),
            item.indicator.clone().into(),
            item.activity.clone().into(),
            item.subactivity.clone().into(),
            codes(&item.places()).into(),
            Cell::Number(item.target),
            item.unit.clone().into(),
            item.budget.map_or(Cell::Empty, Cell::Number),
            words.source(&item.source).into(),
            Cell::Number(item.from_quarter),
            Cell::Number(item.to_quarter),
            item.person_in_charge.clone().into(),
            item.evidence.clone().into(),
            Cell::Empty,
            told.map_or(Cell::Empty, |told| Cell::Number(told.reached)),
        ];
        row
    });
    let rows = rows.collect();
    let columns = super::import::TITLES.iter().map(|title| {
        let holds = match *title {
            "_versi" | "Tahun" | "Target" | "Anggaran (Rp)" | "Triwulan Mulai" | "Triwulan Selesai"
            | "Tercapai" => Holds::Integer,
            _ => Holds::Text,
        };
        Column::new(*title, holds)
    });
    let name = format!("rencana-{}", year.plan.year);
    workbook(&app, &name, text.t("plan.title").into_owned(), columns.collect(), rows).await
}

/// "15.01.01.2001; 15.01.01.2002": places as the sheet reads them again.
fn codes(places: &[i64]) -> String {
    let code = |code: &i64| asuh_nusantara::TerritoryCode::from_i64(*code).ok().map(|code| code.to_string());
    places.iter().filter_map(code).collect::<Vec<_>>().join("; ")
}

/// A cell of the matrix.
#[derive(Debug, Default, Clone)]
pub(super) struct MatrixCell {
    rows: i64,
    budget: String,
    /// The end of the address of its rows.
    address: String,
}

/// An indicator of the matrix with a cell for each owner, and its total.
pub(super) struct MatrixLine {
    name: String,
    address: String,
    cells: Vec<MatrixCell>,
    total: String,
}

#[derive(Template)]
#[template(path = "plan/matrix.html")]
struct MatrixPage {
    shell: Shell,
    letterhead: Letterhead,
    plan: Plan,
    /// Offices, and villages together.
    owners: Vec<String>,
    lines: Vec<MatrixLine>,
}

/// Indicators against offices: how many rows, with how much money.
pub(super) async fn matrix(
    cap: Cap<SeePlans>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (_, year) = Year::load(&app, cap.actor(), &choice.tahun).await?;
    let year = year.ok_or(Error::NotFound)?;
    let words = Words::load(&app, cap.actor()).await?;
    let text = shell.text();
    let villages = text.t("plan.villages").into_owned();
    let owner = |item: &Item| match item.by() {
        Owner::Office(_) => (item.owner.clone(), of_owner(item)),
        Owner::Village(_) => (villages.clone(), format!("desa={ALL_VILLAGES}")),
    };
    let mut owners: Vec<(String, String)> = year.items.iter().map(owner).collect();
    owners.sort_unstable();
    owners.dedup();
    let mut cells: BTreeMap<String, Vec<(i64, i64)>> = BTreeMap::new();
    for item in &year.items {
        let row = cells.entry(item.indicator.clone()).or_insert_with(|| vec![(0, 0); owners.len()]);
        if let Ok(place) = owners.binary_search(&owner(item)) {
            row[place].0 += 1;
            row[place].1 += item.budget.unwrap_or(0);
        }
    }
    let lines = cells.into_iter().map(|(code, row)| {
        let total: i64 = row.iter().map(|cell| cell.1).sum();
        let address = format!("tahun={}&indikator={}", year.plan.year, code_or_none(&code));
        let cell = |((rows, budget), (_, owner)): ((i64, i64), &(String, String))| MatrixCell {
            rows,
            budget: text.rupiah(budget),
            address: format!("{address}&{owner}"),
        };
        let name =
            if code.is_empty() { text.t("plan.no_indicator").into_owned() } else { words.indicator(&code) };
        MatrixLine {
            name,
            cells: row.into_iter().zip(&owners).map(cell).collect(),
            address,
            total: text.rupiah(total),
        }
    });
    let lines = lines.collect();
    let owners = owners.into_iter().map(|(name, _)| name).collect();
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    page(&MatrixPage { shell, letterhead, plan: year.plan, owners, lines })
}
