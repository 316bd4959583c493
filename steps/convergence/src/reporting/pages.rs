//! `/laporan-indikator`: who has reported, the form of a place, and the way of its report.

use std::collections::HashMap;

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability, Role, Scope};
use asuh_ground::web::{Cell, Error, Form as Sent, FormView, Page, Shell, page_with, redirect, workbook};
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::territories;
use asuh_store::{Id, Instant};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::command::{LockPeriod, Rights};
use super::query::{self, Lock, Report, Sheet};
use super::rules::{Completeness, Form, Stage, State as At, due};
use crate::indicator::rules::{Grain, Period};
use crate::indicator::{self, Set};
use crate::rights::{AcceptReports, EnterValues, SeeReports};

/// More places than these are first shown by kecamatan.
const PLACES: usize = 60;

/// Whom a role lets act at a stage.
const STAGES: [(Stage, &[Role]); 4] = [
    (Stage::Village, &[Role::VillageVerifier, Role::FieldOfficer, Role::NutritionOfficer]),
    (Stage::Subdistrict, &[Role::SubdistrictVerifier]),
    (Stage::Office, &[Role::OfficePlanner]),
    (Stage::District, &[Role::DistrictPlanner, Role::DistrictAdmin]),
];

/// What somebody may do at which stage, the nearest to the village first.
pub(super) fn rights(actor: &Actor) -> Vec<Rights> {
    let held = STAGES.iter().filter(|(_, roles)| actor.has_any(roles));
    held.map(|(stage, roles)| Rights::of(*stage, &actor.scope(roles))).collect()
}

/// Who may enter into a form of a place: the district's admin decides and does not enter.
pub(super) fn enters(actor: &std::sync::Arc<Actor>, territory: i64, form: Form) -> Option<Rights> {
    EnterValues::of(actor)?;
    let admin_alone = !actor.has_any(EnterValues::ROLES);
    rights(actor).into_iter().find(|one| !admin_alone && one.reaches(territory, form.office))
}

/// Whether somebody may see the report of a place.
pub(super) fn sees(cap: &SeeReports, territory: i64, office: Option<Id>) -> bool {
    let auditor = cap.actor().has_any(&[Role::Auditor]);
    let code = TerritoryCode::from_i64(territory);
    let reached = code.is_ok_and(|code| cap.actor().scope(&[Role::Auditor]).reaches(code, ""));
    (auditor && reached) || rights(cap.actor()).iter().any(|one| one.reaches(territory, office))
}

/// What is shown: codes alone.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    pub(super) kelompok: String,
    #[serde(default)]
    pub(super) periode: String,
    #[serde(default)]
    pub(super) formulir: String,
    #[serde(default)]
    pub(super) kecamatan: String,
    #[serde(default)]
    pub(super) wilayah: String,
}

impl Choice {
    pub(super) fn of(form: &Sent) -> Choice {
        let get = |name: &str| form.get(name).to_owned();
        Choice {
            kelompok: get("kelompok"),
            periode: get("periode"),
            formulir: get("formulir"),
            kecamatan: get("kecamatan"),
            wilayah: get("wilayah"),
        }
    }

    /// The period of a form: the one that was chosen, else the last one that is over.
    fn period(&self, form: Form, today: Date) -> Period {
        Period::parse(form.period, &self.periode)
            .unwrap_or_else(|| Period::containing(form.period, today).before())
    }

    pub(super) fn address(&self, path: &str, changes: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("kelompok", &self.kelompok),
            ("formulir", &self.formulir),
            ("periode", &self.periode),
            ("kecamatan", &self.kecamatan),
        ];
        for (name, value) in fields {
            let changed = changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
            let value = changed.unwrap_or(value);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        for (name, value) in changes.iter().filter(|(name, _)| *name == "wilayah") {
            query.append_pair(name, value);
        }
        format!("{path}?{}", query.finish())
    }
}

/// A place with what it has reported.
struct PlaceLine {
    name: String,
    address: String,
    state: Option<At>,
    sent: Option<Date>,
    late: bool,
}

/// Places together: a kecamatan, or a form.
struct Together {
    name: String,
    address: String,
    count: Completeness,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "reporting/list.html")]
struct ListPage {
    shell: Shell,
    sets: Vec<Set>,
    choice: Choice,
    forms: Vec<Together>,
    period: String,
    before: String,
    next: Option<String>,
    due: Option<Date>,
    so_far: String,
    kecamatan: Vec<Together>,
    places: Vec<PlaceLine>,
    locks: Vec<Lock>,
    locked: bool,
    accepts: bool,
    enters: bool,
    form: FormView,
}

impl ListPage {
    /// "12 dari 40 (30 %)"
    fn share(&self, part: &i64, whole: &i64) -> String {
        let share = self.shell.percent(part, whole);
        self.shell.t3("convergence.value.of", ("n", part), ("m", whole), ("share", share))
    }

    /// When a period was opened again, by whom and why.
    fn unlocked(&self, lock: &Lock, at: &Instant) -> String {
        self.shell.t3(
            "convergence.report.unlocked_by",
            ("at", self.shell.instant(*at)),
            ("name", lock.unlocked_by.clone().unwrap_or_default()),
            ("reason", lock.unlocked_reason.clone()),
        )
    }
}

/// The places of a kind that somebody may see.
async fn places(app: &App, cap: &SeeReports, form: Form) -> Result<Vec<(i64, String)>, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let code = cap.actor().district_code;
    let all: Vec<(i64, String)> = match form.grain {
        Grain::Village => {
            let found = territories::villages_within(db, district, &Scope::whole(code)).await?;
            found.into_iter().filter(|one| one.valid_to.is_none()).map(|one| (one.code, one.name)).collect()
        }
        Grain::Subdistrict => {
            let found = territories::subdistricts(db, district).await?;
            found.into_iter().filter(|one| one.valid_to.is_none()).map(|one| (one.code, one.name)).collect()
        }
        Grain::District => vec![(code.as_i64(), cap.actor().district_name.clone())],
    };
    Ok(all.into_iter().filter(|(place, _)| sees(cap, *place, form.office)).collect())
}

/// The reports of a form by place.
async fn reports(
    app: &App,
    cap: &SeeReports,
    set: &str,
    form: Form,
    period: Period,
) -> Result<HashMap<i64, Report>, Error> {
    let found = query::of_form(app.store.reader(), cap.district(), None, set, form, period).await?;
    Ok(found.into_iter().map(|report| (report.territory_code, report)).collect())
}

pub(super) fn form_name(shell: &Shell, sheet: &Sheet) -> String {
    let office = match sheet.office.is_empty() {
        true => shell.t("convergence.report.no_office").into_owned(),
        false => sheet.office.clone(),
    };
    let grain = shell.t(&format!("convergence.grain.{}", sheet.form.grain.code())).into_owned();
    shell.t3("convergence.report.form", ("office", office), ("n", sheet.lines.len()), ("grain", grain))
}

/// Who has reported.
pub(super) async fn list(
    cap: Cap<SeeReports>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let form = Sent::empty(&shell);
    listed(&app, &cap, shell, choice, &form).await
}

async fn listed(app: &App, cap: &SeeReports, shell: Shell, mut choice: Choice, form: &Sent) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let sets: Vec<Set> = indicator::sets(db, district).await?.into_iter().filter(|set| set.asked).collect();
    if !sets.iter().any(|set| set.code == choice.kelompok) {
        choice.kelompok = sets.first().map(|set| set.code.clone()).unwrap_or_default();
    }
    let sheets = query::sheets(indicator::of_set(db, district, &choice.kelompok).await?);
    let days = query::deadline(db, district).await?;
    let mut forms = Vec::new();
    let mut shown = None;
    let wanted = Form::parse(&choice.formulir);
    for sheet in &sheets {
        let within = places(app, cap, sheet.form).await?;
        if within.is_empty() {
            continue;
        }
        let period = choice.period(sheet.form, shell.today);
        let found = reports(app, cap, &choice.kelompok, sheet.form, period).await?;
        let last = due(period.last, days);
        let mut count = Completeness::default();
        for (code, _) in &within {
            count.count(found.get(code).map(|report| standing(report, &shell)), last);
        }
        let chosen = wanted == Some(sheet.form) || (wanted.is_none() && shown.is_none());
        forms.push(Together {
            name: format!("{}, {}", form_name(&shell, sheet), period.words(&shell)),
            address: choice
                .address("/laporan-indikator", &[("formulir", &sheet.form.code()), ("kecamatan", "")]),
            count,
            chosen,
        });
        if chosen {
            shown = Some((sheet.form, period, within, found, count));
        }
    }
    let accepts = AcceptReports::of(cap.actor()).is_some();
    let enters = EnterValues::of(cap.actor()).is_some();
    let Some((chosen, period, within, found, total)) = shown else {
        let template = ListPage {
            period: String::new(),
            before: String::new(),
            next: None,
            due: None,
            so_far: String::new(),
            kecamatan: Vec::new(),
            places: Vec::new(),
            locks: Vec::new(),
            locked: false,
            form: form.view(),
            shell,
            sets,
            choice,
            forms,
            accepts,
            enters,
        };
        return page_with(form.status(), &template);
    };
    choice.formulir = chosen.code();
    choice.periode = period.code();
    let last = due(period.last, days);
    let mut kecamatan = Vec::new();
    if within.len() > PLACES {
        let names = territories::subdistricts(db, district).await?;
        for some in within.chunk_by(|one, other| one.0 / 10_000 == other.0 / 10_000) {
            let Some(code) = some.first().map(|one| one.0 / 10_000 * 10_000) else { continue };
            let mut count = Completeness::default();
            for (place, _) in some {
                count.count(found.get(place).map(|report| standing(report, &shell)), last);
            }
            let name = names.iter().find(|one| one.code == code).map(|one| one.name.clone());
            kecamatan.push(Together {
                name: name.unwrap_or_default(),
                address: choice.address("/laporan-indikator", &[("kecamatan", &code.to_string())]),
                count,
                chosen: choice.kecamatan == code.to_string(),
            });
        }
    }
    let inside = choice.kecamatan.parse::<i64>().ok();
    let shows =
        |code: i64| kecamatan.is_empty() || inside.is_some_and(|inside| inside / 10_000 == code / 10_000);
    let places = within.into_iter().filter(|(code, _)| shows(*code)).map(|(code, name)| {
        let report = found.get(&code);
        let sent = report.and_then(|report| standing(report, &shell).1);
        PlaceLine {
            address: choice
                .address("/laporan-indikator/isi", &[("kecamatan", ""), ("wilayah", &code.to_string())]),
            state: report.map(Report::at),
            late: sent.unwrap_or(shell.today) > last,
            name,
            sent,
        }
    });
    let places: Vec<PlaceLine> = places.collect();
    let locks = query::locks(db, district, &choice.kelompok, period).await?;
    let next = period.next();
    let so_far = shell.t3(
        "convergence.report.so_far",
        ("sent", total.sent),
        ("n", total.expected),
        ("time", total.in_time),
    );
    let template = ListPage {
        period: period.words(&shell),
        before: choice.address("/laporan-indikator", &[("periode", &period.before().code())]),
        next: (next.first <= shell.today)
            .then(|| choice.address("/laporan-indikator", &[("periode", &next.code())])),
        due: Some(last),
        locked: locks.iter().any(|lock| lock.unlocked_at.is_none()),
        form: form.view(),
        shell,
        sets,
        so_far,
        choice,
        forms,
        kecamatan,
        places,
        locks,
        accepts,
        enters,
    };
    page_with(form.status(), &template)
}

/// The state of a report, and the day on which it was first sent.
fn standing(report: &Report, shell: &Shell) -> (At, Option<Date>) {
    (report.at(), report.first_sent_at.map(|at| shell.text().zone.local_date(at.utc())))
}

/// Locks a period, or opens it again.
pub(super) async fn lock(
    cap: Cap<AcceptReports>,
    State(app): State<App>,
    shell: Shell,
    mut form: Sent,
) -> Page {
    let choice = Choice::of(&form);
    let chosen = Form::parse(&choice.formulir).ok_or(Error::NotFound)?;
    let period = Period::parse(chosen.period, &choice.periode).ok_or(Error::NotFound)?;
    let unlock = form.ticked("buka").then(|| form.optional("alasan", 300));
    if form.is_valid() {
        let command = LockPeriod {
            set: choice.kelompok.clone(),
            first: period.first,
            last: period.last,
            today: shell.today,
            unlock,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&choice.address("/laporan-indikator", &[])),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let see = SeeReports::of(cap.actor()).ok_or(Error::Forbidden)?;
    listed(&app, &see, shell, choice, &form).await
}

/// The sheet of a form: a row for each place and indicator, with what is entered. It comes in again.
pub(super) async fn sheet(cap: Cap<SeeReports>, State(app): State<App>, shell: Shell, form: Sent) -> Page {
    form.command_id()?;
    let (db, district) = (app.store.reader(), cap.district());
    let choice = Choice::of(&form);
    let key = Form::parse(&choice.formulir).ok_or(Error::NotFound)?;
    let period = Period::parse(key.period, &choice.periode).ok_or(Error::NotFound)?;
    let sheets = query::sheets(indicator::of_set(db, district, &choice.kelompok).await?);
    let found = sheets.into_iter().find(|sheet| sheet.form == key).ok_or(Error::NotFound)?;
    let mut rows = Vec::new();
    let within = places(&app, &cap, key).await?;
    let now = (shell.today, app.store.clock().now());
    for (number, one) in &found.lines {
        let values =
            indicator::parts(db, district, one, cap.actor().district_code, period, now, None).await?;
        for (code, name) in &within {
            let value = values.get(code);
            rows.push(vec![
                Cell::from(choice.kelompok.clone()),
                Cell::from(number.clone()),
                Cell::from(one.code.clone()),
                Cell::from(one.name.clone()),
                Cell::from(code.to_string()),
                Cell::from(name.clone()),
                Cell::from(period.code()),
                value.map_or(Cell::Empty, |value| Cell::Number(value.numerator)),
                value
                    .filter(|_| one.unit() == indicator::Unit::Percent)
                    .map_or(Cell::Empty, |value| Cell::Number(value.denominator)),
            ]);
        }
    }
    let columns = super::import::HEADINGS
        .iter()
        .map(|(heading, numeric)| Column::new(*heading, if *numeric { Kind::Integer } else { Kind::Text }));
    let title = shell.t("convergence.report.title").into_owned();
    workbook(&app, &format!("isian-{}-{}", choice.kelompok, period.code()), title, columns.collect(), rows)
        .await
}
