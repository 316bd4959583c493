//! `/pengukuran/daftar`: one page, a choice of list, filters, search, print.

use askama::Template;
use asuh_nusantara::TerritoryCode;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::List;
use super::query::{self, Line, PAGE, Selection};
use crate::ReadGrowth;
use crate::reading::Doubt;
use crate::words::{self, centimetres, kilograms};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::audit;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Form, Page, Shell, Text, cut, page};
use asuh_step_registry::{OpenPersonal, territories};

/// Children on a printed list.
const PRINTED: usize = 500;

/// The choice of list and the filters; codes alone, so that they may stand in an address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Filter {
    #[serde(default)]
    daftar: String,
    #[serde(default)]
    kecamatan: String,
    #[serde(default)]
    desa: String,
    #[serde(default)]
    posyandu: String,
    #[serde(default)]
    setelah: String,
    /// Not empty: the whole list on one page, for the printer.
    #[serde(default)]
    lembar: String,
}

impl Filter {
    pub(super) fn of_form(form: &Form) -> Filter {
        let get = |name: &str| form.get(name).to_owned();
        Filter {
            daftar: get("daftar"),
            kecamatan: get("kecamatan"),
            desa: get("desa"),
            posyandu: get("posyandu"),
            setelah: get("setelah"),
            lembar: String::new(),
        }
    }

    pub(super) fn list(&self) -> List {
        List::parse(&self.daftar).unwrap_or(List::ReferToday)
    }

    pub(super) fn selection(&self, name: &str) -> Selection {
        let code = |text: &str| TerritoryCode::from_i64(text.parse().ok()?).ok();
        Selection {
            within: code(&self.desa).or_else(|| code(&self.kecamatan)),
            // A posyandu belongs to a village: without one its name would mean several.
            posyandu: if self.desa.is_empty() { String::new() } else { self.posyandu.clone() },
            name: name.to_owned(),
            also: None,
        }
    }

    /// The address of a list with these filters.
    fn address(&self, list: List, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("daftar", list.code());
        for (name, value) in
            [("kecamatan", &self.kecamatan), ("desa", &self.desa), ("posyandu", &self.posyandu)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        for (name, value) in more {
            query.append_pair(name, value);
        }
        format!("/pengukuran/daftar?{}", query.finish())
    }
}

/// A list's tab.
struct Tab {
    address: String,
    name: String,
    count: i64,
    is_chosen: bool,
}

/// A child in words.
pub(super) struct Row {
    pub(super) line: Line,
    pub(super) age: String,
    pub(super) place: String,
    pub(super) measured: String,
    pub(super) facts: Vec<String>,
}

type Choices = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "lists/list.html")]
struct ListPage {
    shell: Shell,
    list: List,
    filter: Filter,
    text: String,
    title: String,
    tabs: Vec<Tab>,
    lead: String,
    rows: Vec<Row>,
    next: Option<String>,
    next_id: String,
    whole: String,
    is_cut: bool,
    subdistricts: Choices,
    villages: Choices,
    posyandu: Vec<String>,
    may_open: bool,
    letterhead: Letterhead,
    /// The chosen territory and posyandu, for the head of a paper; empty: all.
    area: String,
}

impl ListPage {
    /// Of those not measured nothing was found.
    fn is_without_facts(&self) -> bool {
        self.list == List::NotMeasured
    }
}

/// A list, filtered.
pub(crate) async fn list(
    cap: Cap<ReadGrowth>,
    State(app): State<App>,
    shell: Shell,
    Params(filter): Params<Filter>,
) -> Page {
    show(&cap, &app, shell, filter, String::new()).await
}

/// A list, searched by a name; by POST, so that no name stands in an address or a log.
pub(crate) async fn search(cap: Cap<ReadGrowth>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let text = form.get("cari").to_owned();
    show(&cap, &app, shell, Filter::of_form(&form), text).await
}

async fn show(cap: &ReadGrowth, app: &App, shell: Shell, filter: Filter, text: String) -> Page {
    let db = app.store.reader();
    let (district, scope, today) = (cap.district(), cap.scope(), shell.today);
    let (list, selection) = (filter.list(), filter.selection(&text));
    let counts = query::counts(db, district, scope, List::ALL, &selection, today).await?;
    let most = if filter.lembar.is_empty() { PAGE } else { PRINTED };
    let after = filter.setelah.parse().ok();
    let mut found = query::page(db, district, scope, list, &selection, (after, most), today).await?;
    let last: Option<Id> = cut(&mut found, most, |line| line.person_id);
    if !filter.lembar.is_empty() {
        audit::opened(
            app,
            cap.actor(),
            "export",
            None,
            &format!("growth_sheet {} {}", list.code(), found.len()),
        );
    }
    let tabs = List::ALL.iter().zip(counts).map(|(one, count)| Tab {
        address: filter.address(*one, &[]),
        name: shell.t(&format!("growth.list.{}", one.code())).into_owned(),
        count,
        is_chosen: *one == list,
    });
    let tabs = tabs.collect();
    let reached = territories::villages_within(db, district, scope).await?;
    let subdistrict = |code: i64| code - code % 10_000;
    let mut codes: Vec<i64> = reached.iter().map(|one| subdistrict(one.code)).collect();
    codes.dedup();
    let names = territories::names(db, district, codes.iter().copied()).await?;
    let chosen: i64 = filter.kecamatan.parse().unwrap_or(0);
    // With hundreds of villages the second list is offered once the kecamatan is chosen.
    let offered = |code: i64| match chosen {
        0 => reached.len() <= 60 || code.to_string() == filter.desa,
        _ => subdistrict(code) == chosen,
    };
    let villages =
        reached.iter().filter(|one| offered(one.code)).map(|one| (one.code.to_string(), one.name.clone()));
    let villages = villages.collect();
    let posyandu = match filter.desa.parse() {
        Ok(village) => query::posyandu(db, district, scope, village).await?,
        Err(_) => Vec::new(),
    };
    let lead = match list {
        List::NotMeasured => {
            shell.t1("growth.list.belum_diukur.lead", "day", shell.day(query::two_months_before(today)))
        }
        _ => shell.t(&format!("growth.list.{}.lead", list.code())).into_owned(),
    };
    let language = shell.text();
    let named = |code: &str| reached.iter().find(|one| one.code.to_string() == code).map(|one| &one.name);
    let posyandu_chosen = Some(&filter.posyandu).filter(|name| !name.is_empty() && !filter.desa.is_empty());
    let area = [named(&filter.desa), posyandu_chosen, names.get(&chosen)].into_iter().flatten();
    let area = area.map(String::as_str).collect::<Vec<_>>().join(", ");
    let page_of = ListPage {
        area,
        list,
        text,
        title: shell.t(&format!("growth.list.{}", list.code())).into_owned(),
        tabs,
        lead,
        rows: found.into_iter().map(|line| row(&language, list, line, today)).collect(),
        next: last.map(|id| filter.address(list, &[("setelah", &id.to_string())])),
        next_id: last.map(|id| id.to_string()).unwrap_or_default(),
        whole: filter.address(list, &[("lembar", "1")]),
        is_cut: !filter.lembar.is_empty() && last.is_some(),
        subdistricts: codes
            .iter()
            .map(|code| (code.to_string(), names.get(code).cloned().unwrap_or_default()))
            .collect(),
        villages,
        posyandu,
        may_open: OpenPersonal::of(cap.actor()).is_some(),
        letterhead: Letterhead::load(&app.store, district).await?,
        filter: Filter { daftar: list.code().to_owned(), ..filter },
        shell,
    };
    page(&page_of)
}

/// A child in words: what was found, and when and by whom it was measured.
pub(super) fn row(text: &Text, list: List, line: Line, today: time::Date) -> Row {
    let z = |label: &str, z: Option<i64>| z.map(|z| format!("{label}\u{a0}{}", text.fixed(z, 2)));
    let weight = line.weight_g.map(|grams| kilograms(*text, grams));
    let length = |mm: Option<i64>| mm.map(|mm| centimetres(*text, mm));
    let arm = length(line.arm_mm).map(|arm| format!("{} {arm}", text.t("growth.arm")));
    let reasons = line.reasons.clone().unwrap_or_default();
    let doubts = Doubt::parse(line.implausible.as_deref().unwrap_or_default());
    // Why comes first, each reason on a line; then what was measured, on one.
    let figures = |found: Vec<Option<String>>| {
        let found: Vec<String> = found.into_iter().flatten().collect();
        Some(found.join(" · ")).filter(|words| !words.is_empty())
    };
    let facts: Vec<Option<String>> = match list {
        List::ReferToday => {
            let codes = reasons.split(' ').filter(|code| !code.is_empty());
            let mut facts: Vec<Option<String>> =
                codes.map(|code| Some(text.t(&format!("growth.reason.{code}")).into_owned())).collect();
            facts.push(figures(vec![weight, length(line.height_mm), arm, z("BB/TB", line.whz)]));
            facts
        }
        List::NewlyStunted => vec![figures(vec![length(line.height_mm), z("TB/U", line.haz)])],
        List::TwiceNotGained | List::BelowRedLine => vec![figures(vec![weight, z("BB/U", line.waz)])],
        List::Implausible => {
            let mut facts: Vec<Option<String>> = Vec::new();
            for doubt in &doubts {
                facts.push(Some(text.t(&format!("growth.doubt.{}", doubt.code())).into_owned()));
            }
            let has = |doubt: Doubt| doubts.contains(&doubt);
            facts.push(figures(vec![
                weight,
                length(line.height_mm),
                z("TB/U", line.haz).filter(|_| has(Doubt::Haz)),
                z("BB/U", line.waz).filter(|_| has(Doubt::Waz)),
                z("BB/TB", line.whz).filter(|_| has(Doubt::Whz)),
            ]));
            facts
        }
        List::NotMeasured => Vec::new(),
    };
    let measured = match (line.measured_on, &line.source) {
        (Some(day), Some(source)) => {
            let source = text.t(&format!("growth.source.{source}"));
            let several = if line.sources > 1 { text.t("growth.list.several_sources") } else { "".into() };
            format!("{} · {source}{several}", text.day(day))
        }
        _ => text.t("growth.list.never").into_owned(),
    };
    let mut place = line.village.clone();
    if !line.rw.is_empty() {
        place.push_str(&format!(" RW {}", line.rw));
    }
    if !line.posyandu.is_empty() {
        place.push_str(&format!(" · {}", line.posyandu));
    }
    Row {
        age: line.birth_date.map(|birth| words::months(*text, birth, today)).unwrap_or_default(),
        place,
        measured,
        facts: facts.into_iter().flatten().collect(),
        line,
    }
}
