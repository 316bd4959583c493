//! `/indikator`: the list, one indicator, its form, the sets.

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect, workbook};
use asuh_nusantara::{TerritoryCode, number};
use asuh_step_registry::institutions::{InstitutionKind, of_kind};
use asuh_step_registry::territories;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{AskSet, RetireIndicator};
use super::import;
use super::query::{self, Former, Indicator, Member, Selection, Set};
use super::rules::Unit;
use super::take::TakeShipped;
use super::targets::{Goal, PutTargets};
use super::value::{self, Each, Value};
use crate::rights::{KeepIndicators, SeeIndicators};

/// Filters of the list; nothing personal.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    cari: String,
    #[serde(default)]
    kelompok: String,
    #[serde(default)]
    opd: String,
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    setelah: String,
}

impl Filter {
    fn next(&self, after: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("cari", &self.cari),
            ("kelompok", &self.kelompok),
            ("opd", &self.opd),
            ("tampil", &self.tampil),
        ];
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        query.append_pair("setelah", after).finish()
    }
}

struct Line {
    one: Indicator,
    sets: String,
}

#[derive(Template)]
#[template(path = "indicator/list.html")]
struct ListPage {
    shell: Shell,
    filter: Filter,
    lines: Vec<Line>,
    next: Option<String>,
    sets: Vec<Set>,
    offices: Vec<(String, String)>,
    shown: Vec<(String, String)>,
    keeps: bool,
    is_empty: bool,
}

/// The list.
pub(super) async fn list(
    cap: Cap<SeeIndicators>,
    State(app): State<App>,
    Params(filter): Params<Filter>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let selection = Selection {
        text: filter.cari.clone(),
        set: filter.kelompok.clone(),
        office: filter.opd.parse().ok(),
        which: filter.tampil.clone(),
        after: filter.setelah.clone(),
    };
    let mut found = query::list(db, district, &selection).await?;
    let next = cut(&mut found, query::PAGE, |one| filter.next(&one.code));
    let sets = query::sets(db, district).await?;
    let members = query::all_members(db, district).await?;
    let line = |one: Indicator| {
        let within: Vec<String> = members
            .iter()
            .filter(|member| member.indicator_id == one.id)
            .map(|member| format!("{} ({})", member.set_name, member.number))
            .collect();
        Line { sets: within.join("; "), one }
    };
    let lines: Vec<Line> = found.into_iter().map(line).collect();
    let shown = ["computed", "entered", "confirm", "retired"];
    let shown = shown
        .map(|code| (code.to_owned(), shell.t(&format!("convergence.indicator.shown.{code}")).into_owned()));
    let template = ListPage {
        is_empty: sets.is_empty(),
        offices: offices(&app, &cap).await?,
        keeps: KeepIndicators::of(cap.actor()).is_some(),
        shown: shown.to_vec(),
        shell,
        filter,
        lines,
        next,
        sets,
    };
    page(&template)
}

/// Offices by name, for choosing one.
pub(super) async fn offices(app: &App, cap: &SeeIndicators) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for kind in [InstitutionKind::Opd, InstitutionKind::Puskesmas] {
        let some = of_kind(app.store.reader(), cap.district(), kind).await?;
        found.extend(some.into_iter().map(|one| (one.id.to_string(), one.name)));
    }
    Ok(found)
}

/// Takes the shipped lists.
pub(super) async fn take(cap: Cap<KeepIndicators>, State(app): State<App>, form: Form) -> Page {
    let receipt = app.submit(cap.actor(), form.command_id()?, TakeShipped {}).await?;
    redirect(&format!("/indikator?diambil={}", receipt.value))
}

/// A target as the page shows it.
struct Aim {
    set: String,
    year: i64,
    place: String,
    target: String,
}

#[derive(Template)]
#[template(path = "indicator/show.html")]
struct ShowPage {
    shell: Shell,
    one: Indicator,
    members: Vec<Member>,
    aims: Vec<Aim>,
    former: Vec<Former>,
    period: String,
    value: Option<Value>,
    sets: Vec<(String, String)>,
    places: Vec<(String, String)>,
    keeps: bool,
    form: FormView,
}

/// One indicator.
pub(super) async fn show(
    cap: Cap<SeeIndicators>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::with(&shell, [("tahun", shell.today.year().to_string())]);
    shown(&app, &cap, shell, id, &form).await
}

async fn shown(app: &App, cap: &SeeIndicators, shell: Shell, id: Id, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = query::by_id(db, district, id).await?.ok_or(Error::NotFound)?;
    let members = query::memberships(db, district, id).await?;
    let targets = query::targets(db, district, id).await?;
    let code = cap.actor().district_code;
    let names = territories::names(db, district, targets.iter().map(|target| target.territory_code)).await?;
    let sets = query::sets(db, district).await?;
    let set_name = |code: &str| {
        sets.iter().find(|set| set.code == code).map_or(code, |set| set.name.as_str()).to_owned()
    };
    let aims = targets.iter().map(|target| Aim {
        set: set_name(&target.set_code),
        year: target.year,
        place: match target.territory_code == code.as_i64() {
            true => shell.t("convergence.value.whole").into_owned(),
            false => names.get(&target.territory_code).cloned().unwrap_or_default(),
        },
        target: goal_words(&shell, &one, target.target),
    });
    let aims: Vec<Aim> = aims.collect();
    let period = one.period_of(shell.today);
    let now = (shell.today, app.store.clock().now());
    let values = value::values_of(
        db,
        district,
        (code, Each::Subdistrict),
        std::slice::from_ref(&one),
        shell.today,
        now,
    )
    .await?;
    let mut places = Vec::new();
    for kecamatan in territories::subdistricts(db, district).await? {
        places.push((kecamatan.code.to_string(), kecamatan.name));
    }
    let template = ShowPage {
        value: value::together(values.values()),
        period: period.words(&shell),
        former: query::former(db, district, id).await?,
        sets: sets.iter().map(|set| (set.code.clone(), set.name.clone())).collect(),
        places,
        keeps: KeepIndicators::of(cap.actor()).is_some(),
        form: form.view(),
        one,
        members,
        aims,
        shell,
    };
    page_with(form.status(), &template)
}

/// "80 %", "18,8 %", "12": a target or value in hundredths.
pub(crate) fn goal_words(shell: &asuh_ground::web::Text, one: &Indicator, hundredths: i64) -> String {
    let digits = match hundredths {
        whole if whole % 100 == 0 => shell.number(whole / 100),
        tenths if tenths % 10 == 0 => shell.fixed(tenths / 10, 1),
        other => shell.fixed(other, 2),
    };
    match one.unit() {
        Unit::Percent => format!("{digits} %"),
        Unit::Count => digits,
    }
}

/// "12 dari 40 (30,0 %)", or "12" of a count; a share of nobody is none.
pub(crate) fn value_words(text: &asuh_ground::web::Text, one: &Indicator, value: &Value) -> String {
    match one.unit() {
        Unit::Count => text.number(value.numerator),
        Unit::Percent if value.denominator == 0 => "–".to_owned(),
        Unit::Percent => {
            let share = value.hundredths(Unit::Percent);
            let share =
                share.map_or("–".to_owned(), |share| format!("{} %", text.fixed((share + 5) / 10, 1)));
            text.t3(
                "convergence.value.of",
                ("n", text.number(value.numerator)),
                ("m", text.number(value.denominator)),
                ("share", share),
            )
        }
    }
}

/// Sets a target.
pub(super) async fn put_target(
    cap: Cap<KeepIndicators>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let set = form.required("kelompok", 40);
    let year = form.read("tahun", |text| {
        text.parse::<i64>().ok().filter(|year| (2015..=2100).contains(year)).ok_or("web.error.not_a_number")
    });
    let target = form.read_optional("target", |text| {
        number::parse_decimal(text, 2)
            .ok()
            .filter(|value| (0..=1_000_000_000).contains(value))
            .ok_or("web.error.not_a_number")
    });
    let place = form.read_optional("wilayah", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    if let (true, Some(year)) = (form.is_valid(), year) {
        let territory = place.unwrap_or(cap.actor().district_code.as_i64());
        let command = PutTargets { indicator: id, goals: vec![Goal { set, year, territory, target }] };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/indikator/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let see = SeeIndicators::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(&app, &see, shell, id, &form).await
}

/// Takes an indicator out of use, or into use again.
pub(super) async fn retire(
    cap: Cap<KeepIndicators>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let again = form.ticked("lagi");
    let reason = if again { String::new() } else { form.required("alasan", 300) };
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, RetireIndicator { id, reason }).await {
            Ok(_) => return redirect(&format!("/indikator/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let see = SeeIndicators::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(&app, &see, shell, id, &form).await
}

/// A place of a list, with what fills it.
struct Slot {
    number: String,
    one: Option<Indicator>,
}

#[derive(Template)]
#[template(path = "indicator/set.html")]
struct SetPage {
    shell: Shell,
    set: Set,
    slots: Vec<Slot>,
    keeps: bool,
}

/// A set with its empty places.
pub(super) async fn set(
    cap: Cap<SeeIndicators>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let sets = query::sets(db, district).await?;
    let set = sets.into_iter().find(|set| set.code == code).ok_or(Error::NotFound)?;
    let found = query::of_set(db, district, &code).await?;
    let mut slots: Vec<Slot> =
        found.into_iter().map(|(number, one)| Slot { number, one: Some(one) }).collect();
    let empty = usize::try_from(set.empty_slots()).unwrap_or(0);
    let taken: Vec<String> = slots.iter().map(|slot| slot.number.clone()).collect();
    let free = (1..=set.slots).map(|number| number.to_string()).filter(|number| !taken.contains(number));
    slots.extend(free.take(empty).map(|number| Slot { number, one: None }));
    page(&SetPage { keeps: KeepIndicators::of(cap.actor()).is_some(), shell, set, slots })
}

/// Says whether a set is reported.
pub(super) async fn ask(
    cap: Cap<KeepIndicators>,
    State(app): State<App>,
    Path(code): Path<String>,
    form: Form,
) -> Page {
    let command = AskSet { set: code.clone(), asked: form.ticked("minta") };
    app.submit(cap.actor(), form.command_id()?, command).await?;
    redirect(&format!("/indikator/kelompok/{code}"))
}

/// The sheet.
pub(super) async fn export(
    cap: Cap<SeeIndicators>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    form.command_id()?;
    let (db, district) = (app.store.reader(), cap.district());
    let members = query::all_members(db, district).await?;
    let targets = query::all_targets(db, district).await?;
    let code: TerritoryCode = cap.actor().district_code;
    let found = query::all(db, district).await?;
    let rows = found.iter().map(|one| import::cells(one, &members, &targets, code.as_i64())).collect();
    let columns = import::headings().into_iter().map(|heading| {
        let kind = if heading.starts_with("Umur") { Kind::Integer } else { Kind::Text };
        Column::new(heading, kind)
    });
    let sheet = shell.t("convergence.indicator.title").into_owned();
    workbook(&app, "indikator", sheet, columns.collect(), rows).await
}
