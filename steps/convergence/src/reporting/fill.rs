//! `/laporan-indikator/isi`: the form of a place, its evidence, and the way of its report.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::web::{Error, Form as Sent, FormView, Page, Path, Shell, page_with, redirect};
use asuh_nusantara::{TerritoryCode, number};
use asuh_step_registry::territories;
use asuh_store::{Id, Query};
use axum::extract::{Query as Params, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use time::Date;

use super::command::{Act, EnterNumbers, Entry, MoveReport, Rights};
use super::pages::{Choice, enters, form_name, rights, sees};
use super::query::{self, Entered, Report, Sheet, Step};
use super::rules::{Form, Stage, State as At, due};
use crate::indicator::rules::{Grain, Period};
use crate::indicator::{self, Indicator, Set};
use crate::rights::{EnterValues, SeeReports};

/// Bytes of an evidence.
const EVIDENCE: u64 = 5 << 20;

/// An indicator of a form with what was entered.
struct FormLine {
    number: String,
    one: Indicator,
    now: Option<Entered>,
    before: Vec<Entered>,
}

#[derive(Template)]
#[template(path = "reporting/fill.html")]
struct FillPage {
    shell: Shell,
    set: Set,
    choice: Choice,
    back: String,
    name: String,
    place: String,
    period: String,
    due: Date,
    report: Option<Report>,
    state: At,
    lines: Vec<FormLine>,
    steps: Vec<Step>,
    locked: bool,
    /// Whether numbers may be entered, and what may be done.
    enters: bool,
    sends: bool,
    /// At which stage he may say yes.
    passes: Option<Stage>,
    returns: bool,
    form: FormView,
}

/// What a form of a place is about.
struct Subject {
    set: Set,
    sheet: Sheet,
    period: Period,
    territory: i64,
    place: String,
}

async fn subject(app: &App, cap: &SeeReports, choice: &Choice) -> Result<Subject, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let form = Form::parse(&choice.formulir).ok_or(Error::NotFound)?;
    let period = Period::parse(form.period, &choice.periode).ok_or(Error::NotFound)?;
    let territory: i64 = choice.wilayah.parse().map_err(|_| Error::NotFound)?;
    let code = TerritoryCode::from_i64(territory).map_err(|_| Error::NotFound)?;
    if Grain::of(code) != Some(form.grain) || !sees(cap, territory, form.office) {
        return Err(Error::NotFound);
    }
    let sets = indicator::sets(db, district).await?;
    let set = sets.into_iter().find(|set| set.code == choice.kelompok).ok_or(Error::NotFound)?;
    let sheets = query::sheets(indicator::of_set(db, district, &set.code).await?);
    let sheet = sheets.into_iter().find(|sheet| sheet.form == form).ok_or(Error::NotFound)?;
    let names = territories::names(db, district, [territory]).await?;
    let place = match form.grain {
        Grain::District => cap.actor().district_name.clone(),
        _ => names.get(&territory).cloned().ok_or(Error::NotFound)?,
    };
    Ok(Subject { set, sheet, period, territory, place })
}

/// The form of a place.
pub(super) async fn fill(
    cap: Cap<SeeReports>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let form = Sent::empty(&shell);
    filled(&app, &cap, shell, choice, form).await
}

async fn filled(app: &App, cap: &SeeReports, shell: Shell, choice: Choice, mut form: Sent) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let about = subject(app, cap, &choice).await?;
    let key = about.sheet.form;
    let report = query::of_place(db, district, &about.set.code, key, about.period, about.territory).await?;
    let entered = match &report {
        Some(report) => query::entered(db, district, report.id).await?,
        None => Vec::new(),
    };
    let name = form_name(&shell, &about.sheet);
    let is_fresh = form.is_valid();
    let mut lines = Vec::new();
    for (number, one) in about.sheet.lines {
        let (now, before): (Vec<Entered>, Vec<Entered>) =
            entered.iter().filter(|row| row.indicator_id == one.id).cloned().partition(Entered::holds);
        let now = now.into_iter().next();
        if let (true, Some(now)) = (is_fresh, &now) {
            form.set(&format!("n.{}", one.id), shell.number(now.numerator));
            form.set(
                &format!("d.{}", one.id),
                now.denominator.map(|of| shell.number(of)).unwrap_or_default(),
            );
            form.set(&format!("c.{}", one.id), now.note.clone());
        }
        lines.push(FormLine { number, one, now, before });
    }
    let state = report.as_ref().map_or(At::Draft, Report::at);
    let steps = match &report {
        Some(report) => query::steps(db, district, report.id).await?,
        None => Vec::new(),
    };
    let locked =
        query::is_locked(db, district, &about.set.code, about.period.first, about.period.last).await?;
    let has_office = key.office.is_some();
    let mine = rights(cap.actor());
    let mine: Vec<&Rights> = mine.iter().filter(|one| one.reaches(about.territory, key.office)).collect();
    let may_enter = enters(cap.actor(), about.territory, key).is_some();
    let template = FillPage {
        back: Choice { kecamatan: (about.territory / 10_000 * 10_000).to_string(), ..choice.clone() }
            .address("/laporan-indikator", &[]),
        due: due(about.period.last, query::deadline(db, district).await?),
        enters: may_enter && state.is_open() && !locked && about.period.first <= shell.today,
        sends: may_enter && state.is_open() && !locked && entered.iter().any(Entered::holds),
        passes: mine.iter().map(|one| one.stage).find(|stage| !locked && state.may_pass(*stage, has_office)),
        returns: !locked && mine.iter().any(|one| state.may_return(one.stage, has_office)),
        period: about.period.words(&shell),
        place: about.place,
        set: about.set,
        form: form.view(),
        name,
        choice,
        report,
        state,
        lines,
        steps,
        locked,
        shell,
    };
    page_with(form.status(), &template)
}

/// Keeps what was entered, and sends it where that was asked for.
pub(super) async fn enter(
    cap: Cap<EnterValues>,
    State(app): State<App>,
    shell: Shell,
    mut form: Sent,
) -> Page {
    let choice = Choice::of(&form);
    let see = SeeReports::of(cap.actor()).ok_or(Error::Forbidden)?;
    let about = subject(&app, &see, &choice).await?;
    let command_id = form.command_id()?;
    let rights = enters(cap.actor(), about.territory, about.sheet.form).ok_or(Error::NotFound)?;
    let mut entries = Vec::new();
    for (_, one) in &about.sheet.lines {
        if let Some(entry) = entry(&app, &cap, &mut form, one, command_id).await? {
            entries.push(entry);
        }
    }
    if entries.is_empty() && form.is_valid() {
        form.error("", "convergence.report.refused.empty");
    }
    if form.is_valid() {
        let command = EnterNumbers {
            rights,
            today: shell.today,
            set: about.set.code,
            form: about.sheet.form,
            day: about.period.first,
            territory: about.territory,
            entries,
        };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => {
                let place = choice.wilayah.clone();
                return redirect(&choice.address("/laporan-indikator/isi", &[("wilayah", &place)]));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    filled(&app, &see, shell, choice, form).await
}

async fn entry(
    app: &App,
    cap: &EnterValues,
    form: &mut Sent,
    one: &Indicator,
    command_id: Id,
) -> Result<Option<Entry>, Error> {
    let (n, d, c, b) =
        (format!("n.{}", one.id), format!("d.{}", one.id), format!("c.{}", one.id), format!("b.{}", one.id));
    if form.get(&n).is_empty() && form.get(&d).is_empty() && form.file(&b).is_none() {
        return Ok(None);
    }
    let read = |text: &str| {
        number::parse_count(text)
            .ok()
            .filter(|count| (0..=1_000_000_000).contains(count))
            .ok_or("web.error.not_a_number")
    };
    let numerator = form.read(&n, read);
    let denominator = form.read_optional(&d, read);
    let note = form.optional(&c, 300);
    if let Some(numerator) = numerator
        && form.is_valid()
        && let Some(code) = super::command::wrong(one, numerator, denominator)
    {
        form.error(&n, code);
    }
    let evidence = match form.file(&b).map(|upload| attachments::read(upload, MediaType::SCANS, EVIDENCE)) {
        Some(Err(refusal)) => {
            form.refuse(&refusal.field(&b));
            None
        }
        Some(Ok(content)) if form.is_valid() => {
            Some(attachments::store(app, cap.actor(), command_id, content).await?)
        }
        _ => None,
    };
    Ok(numerator.map(|numerator| Entry { indicator: one.id, numerator, denominator, note, evidence }))
}

/// Sends, says yes, or gives back.
pub(super) async fn step(
    cap: Cap<SeeReports>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Sent,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let report = query::one(db, district, id).await?.ok_or(Error::NotFound)?;
    if !sees(&cap, report.territory_code, report.office_id) {
        return Err(Error::NotFound);
    }
    let act = match form.get("langkah") {
        "kirim" => Act::Send,
        "terima" => Act::Pass,
        "kembalikan" => Act::Return,
        _ => return Err(Error::BadRequest("no such step")),
    };
    let has_office = report.office_id.is_some();
    let mine =
        rights(cap.actor()).into_iter().filter(|one| one.reaches(report.territory_code, report.office_id));
    let may = |one: &Rights| match act {
        Act::Send => true,
        Act::Pass => report.at().may_pass(one.stage, has_office),
        Act::Return => report.at().may_return(one.stage, has_office),
    };
    let mine: Vec<Rights> = mine.collect();
    // Somebody who may not do it now is told so by the command.
    let chosen = mine.iter().find(|one| may(one)).or(mine.first()).cloned();
    let chosen = match act {
        Act::Send if EnterValues::of(cap.actor()).is_none() => None,
        _ => chosen,
    };
    let rights = chosen.ok_or(Error::Forbidden)?;
    let words = form.optional("alasan", 500);
    let choice = Choice {
        kelompok: report.set_code.clone(),
        formulir: report.form.clone(),
        periode: Form::parse(&report.form)
            .map(|form| Period::containing(form.period, report.starts_on).code())
            .unwrap_or_default(),
        wilayah: report.territory_code.to_string(),
        kecamatan: String::new(),
    };
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, MoveReport { rights, report: id, act, words }).await
        {
            Ok(_) => {
                let place = choice.wilayah.clone();
                return redirect(&choice.address("/laporan-indikator/isi", &[("wilayah", &place)]));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    filled(&app, &cap, shell, choice, form).await
}

/// The evidence of a number.
pub(super) async fn evidence(cap: Cap<SeeReports>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    asuh_store::row_struct! { struct Found { report_id: Id, evidence_id: Option<Id> } }
    let (db, district) = (app.store.reader(), cap.district());
    let found: Option<Found> = db
        .first(
            "SELECT report_id, evidence_id FROM indicator_value WHERE district_id = $1 AND id = $2",
            asuh_store::args![district, id],
        )
        .await?;
    let found = found.ok_or(Error::NotFound)?;
    let report = query::one(db, district, found.report_id).await?.ok_or(Error::NotFound)?;
    if !sees(&cap, report.territory_code, report.office_id) {
        return Err(Error::NotFound);
    }
    let evidence = found.evidence_id.ok_or(Error::NotFound)?;
    let content = attachments::open(&app.store, district, evidence).await?.ok_or(Error::NotFound)?;
    let mut response = content.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content.media_type.name()));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"bukti\""));
    Ok(response)
}
