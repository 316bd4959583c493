//! `/rencana/{id}`: a row of a plan with its versions and what was told of it, and its forms.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, page_with, redirect};
use asuh_nusantara::{Rupiah, number};
use asuh_step_registry::institutions::{self, InstitutionKind};
use asuh_store::{Id, StoreError};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{ItemFacts, PutItem, RemoveItem, ReportItem};
use super::hand::{Hand, Owner, Sight};
use super::pages::{Line, Words, quarters, sources};
use super::query::{self, Item, Plan, Report, Version};
use super::rules::{self, State as At};
use super::{SeePlans, WritePlans};
use crate::commitment::query::{self as commitments, Commitment};
use crate::meeting::ReadMeetings;
use crate::paper;
use crate::places::Places;

#[derive(Template)]
#[template(path = "plan/form.html")]
struct FormPage {
    shell: Shell,
    plan: Plan,
    /// The row that is changed, and the version that was read.
    item: Option<(Id, i64)>,
    /// Who answers for it, where that stays.
    owner: String,
    owners: Vec<(String, String)>,
    indicators: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    quarters: Vec<(String, String)>,
    form: FormView,
}

/// The year and owner that a new row begins with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    tahun: String,
    #[serde(default)]
    indikator: String,
}

/// Whom the caller may write rows for.
async fn owners(app: &App, cap: &WritePlans, hand: &Hand) -> Result<Vec<(String, String)>, StoreError> {
    let (db, district) = (app.store.reader(), cap.district());
    let mut offered = Vec::new();
    for office in institutions::of_kind(db, district, InstitutionKind::Opd).await? {
        if hand.holds(Owner::Office(office.id)) {
            offered.push((format!("opd:{}", office.id), office.name));
        }
    }
    let places = Places::load(db, district, cap.actor().district_code).await?;
    for (code, name, inside) in places.villages() {
        if hand.holds(Owner::Village(code)) {
            offered.push((format!("desa:{code}"), format!("{name}, {inside}")));
        }
    }
    Ok(offered)
}

async fn form_shown(
    app: &App,
    cap: &WritePlans,
    shell: Shell,
    plan: Plan,
    item: Option<Item>,
    form: &Form,
) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let hand = Hand::of(cap.actor());
    let owners = match item {
        Some(_) => Vec::new(),
        None => owners(app, cap, &hand).await?,
    };
    let indicators = crate::Indicators::load(db, district).await?;
    let template = FormPage {
        item: item.as_ref().map(|item| (item.id, item.version)),
        owner: item.map(|item| item.owner).unwrap_or_default(),
        owners,
        indicators: indicators.choices(),
        sources: sources(db, district).await?,
        quarters: (1..=4).map(|n| (n.to_string(), quarters(&text, (n, n)))).collect(),
        plan,
        form: form.view(),
        shell,
    };
    page_with(form.status(), &template)
}

async fn plan_of(app: &App, cap: &WritePlans, year: &str) -> Result<Plan, Error> {
    let year = year.parse().map_err(|_| Error::NotFound)?;
    query::plan(app.store.reader(), cap.district(), year).await?.ok_or(Error::NotFound)
}

/// A form for a new row.
pub(super) async fn new(
    cap: Cap<WritePlans>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let plan = plan_of(&app, &cap, &choice.tahun).await?;
    let form = Form::with(
        &shell,
        [("dari_triwulan", "1"), ("sampai_triwulan", "4"), ("indikator", choice.indikator.as_str())],
    );
    form_shown(&app, &cap, shell, plan, None, &form).await
}

/// What a form says; errors are noted in it.
async fn read(app: &App, cap: &WritePlans, form: &mut Form) -> Result<Option<(ItemFacts, String)>, Error> {
    let places = Places::load(app.store.reader(), cap.district(), cap.actor().district_code).await?;
    let activity = form.required("kegiatan", 200);
    let subactivity = form.optional("subkegiatan", 40);
    let mut codes = Vec::new();
    let mut unknown = None;
    for line in form.get("lokasi").split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty()) {
        match places.read(line) {
            Some(code) => codes.push(code),
            None => unknown = unknown.or(Some(line.chars().take(60).collect::<String>())),
        }
    }
    if let Some(line) = unknown {
        form.error_with("lokasi", "plan.refused.place_of", &[("place", line)]);
    }
    let target =
        form.read_optional("target", |text| number::parse_count(text).map_err(|_| "web.error.not_a_number"));
    let budget = form.read_optional("anggaran", |text| {
        Rupiah::parse(text).map(Rupiah::get).map_err(|_| "plan.refused.amount")
    });
    let quarter = |form: &mut Form, field: &str| form.count(field, 1..=4).unwrap_or(0);
    let facts = ItemFacts {
        indicator: form.optional("indikator", 60),
        activity,
        subactivity,
        places: codes,
        target: target.unwrap_or(0),
        unit: form.optional("satuan", 40),
        budget,
        source: form.optional("sumber", 20),
        from_quarter: quarter(form, "dari_triwulan"),
        to_quarter: quarter(form, "sampai_triwulan"),
        person_in_charge: form.optional("pelaksana", 120),
        evidence: form.optional("bukti", 200),
    };
    let reason = form.optional("alasan", 200);
    Ok(form.is_valid().then_some((facts, reason)))
}

/// Writes a new row.
pub(super) async fn add(cap: Cap<WritePlans>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let plan = plan_of(&app, &cap, form.get("tahun")).await?;
    let command_id = form.command_id()?;
    let owner = form.read("opd", |text| {
        let (kind, id) = text.split_once(':').ok_or("web.error.choose")?;
        match kind {
            "opd" => id.parse::<Id>().map(Owner::Office).map_err(|_| "web.error.choose"),
            _ => id.parse::<i64>().map(Owner::Village).map_err(|_| "web.error.choose"),
        }
    });
    if let (Some((facts, reason)), Some(owner)) = (read(&app, &cap, &mut form).await?, owner) {
        let (hand, year) = (Hand::of(cap.actor()), plan.year);
        let command = PutItem { hand, year, item: None, owner, facts, reason, batch: None };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => return redirect(&format!("/rencana/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    form_shown(&app, &cap, shell, plan, None, &form).await
}

/// A row that the caller may write.
async fn own(app: &App, cap: &WritePlans, id: Id) -> Result<(Plan, Item), Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let item = query::item(db, district, &Sight::of(cap.actor()), id).await?.ok_or(Error::NotFound)?;
    if item.removed || !Hand::of(cap.actor()).holds(item.by()) {
        return Err(Error::NotFound);
    }
    let plan = query::plan(db, district, item.year).await?.ok_or(Error::NotFound)?;
    Ok((plan, item))
}

/// A form with what a row says.
pub(super) async fn edit(
    cap: Cap<WritePlans>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let (plan, item) = own(&app, &cap, id).await?;
    let places = Places::load(app.store.reader(), cap.district(), cap.actor().district_code).await?;
    let called = |code: &i64| places.called(*code).unwrap_or_else(|| code.to_string());
    let lines: Vec<String> = item.places().iter().map(called).collect();
    let form = Form::with(
        &shell,
        [
            ("indikator", item.indicator.clone()),
            ("kegiatan", item.activity.clone()),
            ("subkegiatan", item.subactivity.clone()),
            ("lokasi", lines.join("\n")),
            ("target", item.target.to_string()),
            ("satuan", item.unit.clone()),
            ("anggaran", item.budget.map(|rupiah| shell.number(rupiah)).unwrap_or_default()),
            ("sumber", item.source.clone()),
            ("dari_triwulan", item.from_quarter.to_string()),
            ("sampai_triwulan", item.to_quarter.to_string()),
            ("pelaksana", item.person_in_charge.clone()),
            ("bukti", item.evidence.clone()),
        ],
    );
    form_shown(&app, &cap, shell, plan, Some(item), &form).await
}

/// Changes a row.
pub(super) async fn change(
    cap: Cap<WritePlans>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let (plan, item) = own(&app, &cap, id).await?;
    let command_id = form.command_id()?;
    let version = form.get("versi").parse::<i64>().map_err(|_| Error::BadRequest("no version"))?;
    if let Some((facts, reason)) = read(&app, &cap, &mut form).await? {
        let (hand, owner) = (Hand::of(cap.actor()), item.by());
        let item = Some((id, version));
        let command = PutItem { hand, year: plan.year, item, owner, facts, reason, batch: None };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/rencana/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    form_shown(&app, &cap, shell, plan, Some(item), &form).await
}

/// A change between two versions, in words.
pub(super) struct Change {
    at: String,
    by: String,
    reason: String,
    /// "Anggaran: Rp1.000 menjadi Rp2.000"
    what: Vec<String>,
}

#[derive(Template)]
#[template(path = "plan/item.html")]
struct ItemPage {
    shell: Shell,
    plan: Plan,
    line: Line,
    places: String,
    faults: Vec<String>,
    reports: Vec<Report>,
    changes: Vec<Change>,
    /// What was promised at meetings about it.
    promised: Vec<Commitment>,
    writes: bool,
    reports_now: bool,
    quarters: Vec<(String, String)>,
    form: FormView,
}

/// The page of a row.
pub(super) async fn show(
    cap: Cap<SeePlans>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let month = i64::from(u8::from(shell.today.month()));
    let form = Form::with(&shell, [("triwulan", ((month + 2) / 3).to_string())]);
    shown(&app, &cap, shell, id, &form).await
}

async fn shown(app: &App, cap: &SeePlans, shell: Shell, id: Id, form: &Form) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let item = query::item(db, district, &Sight::of(cap.actor()), id).await?.ok_or(Error::NotFound)?;
    let plan = query::plan(db, district, item.year).await?.ok_or(Error::NotFound)?;
    let words = Words::load(app, cap.actor()).await?;
    let told = query::told(db, district, item.year).await?;
    let told = told.get(&id);
    let runs = plan.state() != At::Draft;
    // Work that two owners do needs the rows of both.
    let everything = query::items(db, district, &Sight::Whole, item.year).await?;
    let rows: Vec<rules::Row> =
        everything.iter().map(|one| if one.id == id { one.row(told) } else { one.row(None) }).collect();
    let mut faults = rules::faults(&rows, item.year, shell.today, runs);
    let faults = faults.remove(&id).unwrap_or_default();
    let hand = WritePlans::of(cap.actor()).map(|_| Hand::of(cap.actor()));
    let own = hand.as_ref().is_some_and(|hand| hand.holds(item.by())) && !item.removed;
    let whole = hand.as_ref().is_some_and(Hand::is_whole);
    let versions = query::versions(db, district, id).await?;
    let promised = match ReadMeetings::of(cap.actor()) {
        Some(reads) => commitments::of_plan_item(db, district, reads.scope(), id).await?,
        None => Vec::new(),
    };
    let begun = (1..=4).filter(|n| rules::quarter_start(item.year, *n).is_some_and(|day| day <= shell.today));
    let template = ItemPage {
        places: words.places(&text, &item.places(), super::command::PLACES),
        faults: faults.iter().map(|one| text.t(&format!("plan.fault.{}", one.code())).into_owned()).collect(),
        reports: query::reports(db, district, id).await?,
        changes: changes(&text, &words, &versions),
        promised,
        writes: own && (plan.state() != At::Locked || whole),
        reports_now: own && runs,
        quarters: begun.map(|n| (n.to_string(), quarters(&text, (n, n)))).collect(),
        line: words.line(&text, item, told, faults),
        plan,
        form: form.view(),
        shell,
    };
    page_with(form.status(), &template)
}

/// What each version changed of the one before, the latest first.
fn changes(text: &Text, words: &Words, versions: &[Version]) -> Vec<Change> {
    let facts = |one: &Version| {
        let codes: Vec<i64> = one.places.split_whitespace().filter_map(|code| code.parse().ok()).collect();
        [
            ("plan.indicator", words.indicator(&one.indicator)),
            ("plan.activity", one.activity.clone()),
            ("plan.subactivity", one.subactivity.clone()),
            ("plan.places", words.places(text, &codes, 5)),
            ("plan.target", format!("{} {}", text.number(one.target), one.unit)),
            ("plan.budget", one.budget.map(|rupiah| text.rupiah(rupiah)).unwrap_or_default()),
            ("plan.source", words.source(&one.source)),
            ("plan.when", quarters(text, (one.from_quarter, one.to_quarter))),
            ("plan.person_in_charge", one.person_in_charge.clone()),
            ("plan.evidence", one.evidence.clone()),
        ]
    };
    let of = |(nth, one): (usize, &Version)| {
        let mut what = Vec::new();
        if one.removed {
            what.push(text.t("plan.removed").into_owned());
        } else if let Some(before) = nth.checked_sub(1).and_then(|before| versions.get(before)) {
            for ((key, was), (_, now)) in facts(before).into_iter().zip(facts(one)) {
                if was != now {
                    let or = |words: String| if words.is_empty() { "–".to_owned() } else { words };
                    what.push(text.t3(
                        "plan.became",
                        ("what", text.t(key)),
                        ("was", or(was)),
                        ("now", or(now)),
                    ));
                }
            }
        } else {
            what.push(text.t("plan.written").into_owned());
        }
        Change {
            at: text.instant(one.recorded_at),
            by: one.by_name.clone().unwrap_or_else(|| "asuh".to_owned()),
            reason: one.reason.clone(),
            what,
        }
    };
    versions.iter().enumerate().map(of).rev().collect()
}

/// Takes a row out.
pub(super) async fn remove(
    cap: Cap<WritePlans>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let version = form.get("versi").parse::<i64>().map_err(|_| Error::BadRequest("no version"))?;
    let reason = form.optional("alasan", 200);
    let year = query::item(app.store.reader(), cap.district(), &Sight::of(cap.actor()), id).await?;
    let year = year.ok_or(Error::NotFound)?.year;
    if form.is_valid() {
        let command = RemoveItem { hand: Hand::of(cap.actor()), item: (id, version), reason };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/rencana?tahun={year}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    again(&app, &cap, shell, id, &form).await
}

async fn again(app: &App, cap: &WritePlans, shell: Shell, id: Id, form: &Form) -> Page {
    let see = SeePlans::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(app, &see, shell, id, form).await
}

/// Tells what was done by the end of a quarter.
pub(super) async fn report(
    cap: Cap<WritePlans>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    own(&app, &cap, id).await?;
    let command_id = form.command_id()?;
    let quarter = form.count("triwulan", 1..=4);
    let reached = form.count("tercapai", 0..=1_000_000_000);
    let spent = form.read("uang", |text| {
        // Nothing spent is an answer too.
        if text == "0" {
            Ok(0)
        } else {
            Rupiah::parse(text).map(Rupiah::get).map_err(|_| "plan.refused.amount")
        }
    });
    let words = form.optional("kata", 500);
    if let (Some(quarter), Some(reached), Some(spent), true) = (quarter, reached, spent, form.is_valid()) {
        let evidence = paper::keep(&app, cap.actor(), &mut form, "berkas").await?;
        if form.is_valid() {
            let (hand, today) = (Hand::of(cap.actor()), shell.today);
            let command = ReportItem { hand, item: id, quarter, reached, spent, words, evidence, today };
            match app.submit(cap.actor(), command_id, command).await {
                Ok(_) => return redirect(&format!("/rencana/{id}")),
                Err(rejection) => form.reject(rejection)?,
            }
        }
    }
    again(&app, &cap, shell, id, &form).await
}

/// The evidence of what was told.
pub(super) async fn evidence(
    cap: Cap<SeePlans>,
    State(app): State<App>,
    Path((id, quarter, nth)): Path<(Id, i64, i64)>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    query::item(db, district, &Sight::of(cap.actor()), id).await?.ok_or(Error::NotFound)?;
    let reports = query::reports(db, district, id).await?;
    let found = reports.into_iter().find(|one| one.quarter == quarter && one.nth == nth);
    let paper = found.and_then(|one| one.evidence_id).ok_or(Error::NotFound)?;
    paper::send(&app, district, paper, "bukti-rencana").await
}
