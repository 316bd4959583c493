//! A programme with those who are fed, those who could be, and one of them.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::number;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};
use axum::http::StatusCode;

use super::super::food::words;
use super::super::programme::{self, ProgrammeLine};
use super::super::rules::ALLERGENS;
use super::super::{EnrolMeals, NoteEnrolled, Reach, ReadMealNames, ReadMeals};
use super::command::{EnrolPerson, refusal};
use super::end::{EndEnrolment, Ending, TakeBackEnding, WeighEnrolled};
use super::note::NoteMeals;
use super::query::{self, EnrolmentLine, Facts, PAGE, ServingLine, Sought, WeightLine, shown_name};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, cut, page, page_with, redirect};
use asuh_step_growth::{RecordGrowth, entry};

/// `tampil=` of those who wait for their outcome.
pub(super) const OVER: &str = "selesai";

/// "7,60 kg, LiLA 13,2 cm, BB/TB -2,30"
fn stands(text: &Text, weight: Option<i64>, arm: Option<i64>, waz: Option<i64>, whz: Option<i64>) -> String {
    let mut parts = Vec::new();
    if let Some(grams) = weight {
        parts.push(format!("{} kg", text.fixed(grams / 10, 2)));
    }
    if let Some(mm) = arm {
        parts.push(format!("LiLA {} cm", text.fixed(mm, 1)));
    }
    for (name, z) in [("BB/U", waz), ("BB/TB", whz)] {
        if let Some(z) = z {
            parts.push(format!("{name} {}", text.fixed(z, 2)));
        }
    }
    if parts.is_empty() { "–".to_owned() } else { parts.join(", ") }
}

#[derive(Template)]
#[template(path = "kitchen/enrolment/programme.html")]
struct ProgrammePage {
    shell: Shell,
    programme: ProgrammeLine,
    lines: Vec<EnrolmentLine>,
    next: Option<Id>,
    whole: bool,
    may_keep: bool,
    may_enrol: bool,
    hands: bool,
    /// Only those whose days are over and of whom nobody has said what came of it.
    over: bool,
}

impl ProgrammePage {
    /// Whether somebody is to say what came of it.
    fn is_over(&self, line: &EnrolmentLine) -> bool {
        line.state == "active" && line.ends_on < self.shell.today
    }

    fn name(&self, line: &EnrolmentLine) -> String {
        shown_name(&line.name, &line.code, self.whole)
    }

    fn age(&self, line: &EnrolmentLine) -> String {
        line.birth_date.map(|birth| self.shell.age(birth, self.shell.today)).unwrap_or_default()
    }

    fn allergens(&self, line: &EnrolmentLine) -> String {
        words(&self.shell, "kitchen.allergen.", &split(&line.allergens))
    }

    fn of(&self, part: impl Borrow<i64>, whole: impl Borrow<i64>) -> String {
        self.shell.t2("kitchen.pmt.of", "part", self.shell.number(part), "whole", self.shell.number(whole))
    }
}

fn split(codes: &str) -> Vec<String> {
    codes.split_whitespace().map(str::to_owned).collect()
}

/// Whether the reader may know whole names: everybody but who only cooks.
fn whole(actor: &std::sync::Arc<Actor>) -> bool {
    ReadMealNames::of(actor).is_some()
}

/// A programme, what came of it, and who is fed by it.
pub(super) async fn programme(
    cap: Cap<ReadMeals>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let (db, district, reach) = (app.store.reader(), cap.district(), Reach::by::<ReadMeals>(cap.actor()));
    let programme = programme::programme(db, district, &reach, id).await?.ok_or(Error::NotFound)?;
    let after = url.get("sesudah").and_then(|id| id.parse().ok());
    let over = url.get("tampil").is_some_and(|shown| shown == OVER);
    let range = (after, Some(shell.today).filter(|_| over));
    let mut lines = query::enrolled(db, district, &reach, id, range, PAGE + 1).await?;
    let next = cut(&mut lines, PAGE, |last| last.id);
    let actor = cap.actor();
    page(&ProgrammePage {
        whole: whole(actor),
        may_keep: super::super::KeepMealProgrammes::of(actor).is_some(),
        may_enrol: EnrolMeals::of(actor).is_some(),
        hands: super::super::HandPmtToSigizi::of(actor).is_some(),
        shell,
        programme,
        lines,
        next,
        over,
    })
}

#[derive(Template)]
#[template(path = "kitchen/enrolment/candidates.html")]
struct CandidatesPage {
    shell: Shell,
    programme: ProgrammeLine,
    found: Vec<Facts>,
    next: Option<Id>,
    severe: Vec<Facts>,
}

impl CandidatesPage {
    fn age(&self, one: &Facts) -> String {
        one.birth_date.map(|birth| self.shell.age(birth, self.shell.today)).unwrap_or_default()
    }

    fn stands(&self, one: &Facts) -> String {
        stands(&self.shell, one.weight_g, one.arm_mm, one.waz, one.whz)
    }

    fn reasons(&self, one: &Facts) -> String {
        let grave = ["oedema", "severely_wasted", "thin_arm"];
        let codes = one.reasons.split_whitespace().filter(|code| grave.contains(code));
        codes
            .map(|code| self.shell.t(&format!("growth.reason.{code}")).into_owned())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Whom a programme is for and nobody feeds yet; and who is sent to the puskesmas instead.
pub(super) async fn candidates(
    cap: Cap<EnrolMeals>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let (db, district, reach) = (app.store.reader(), cap.district(), Reach::by::<EnrolMeals>(cap.actor()));
    let programme = programme::programme(db, district, &reach, id).await?;
    let programme = programme.filter(|one| !one.closed).ok_or(Error::NotFound)?;
    let after = url.get("sesudah").and_then(|id| id.parse().ok());
    let sought = Sought::Target(&programme.target);
    let mut found = query::candidates(db, district, &reach, &sought, (shell.today, after)).await?;
    let next = cut(&mut found, PAGE, |last| last.person_id);
    let severe = query::candidates(db, district, &reach, &Sought::Severe, (shell.today, None)).await?;
    page(&CandidatesPage { shell, programme, found, next, severe })
}

#[derive(Template)]
#[template(path = "kitchen/enrolment/candidate.html")]
struct CandidatePage {
    shell: Shell,
    f: FormView,
    programme: ProgrammeLine,
    facts: Facts,
    stands: String,
    refused: String,
    allergens: String,
}

async fn candidate_page(app: &App, cap: &EnrolMeals, ids: (Id, Id), shell: Shell, form: &Form) -> Page {
    let (db, district, reach) = (app.store.reader(), cap.district(), Reach::by::<EnrolMeals>(cap.actor()));
    let programme = programme::programme(db, district, &reach, ids.0).await?;
    let programme = programme.filter(|one| !one.closed).ok_or(Error::NotFound)?;
    let facts = query::facts(db, district, &reach, ids.1, shell.today).await?.ok_or(Error::NotFound)?;
    // The arm of a pregnant woman is asked for below: not having it is no refusal yet.
    let refused = refusal(&programme.target, &facts, None, shell.today);
    let refused = refused.filter(|one| one.code != "kitchen.refused.arm").map(|one| shell.refusal(&one));
    let template = CandidatePage {
        f: form.view(),
        stands: stands(&shell, facts.weight_g, facts.arm_mm, facts.waz, facts.whz),
        refused: refused.unwrap_or_default(),
        allergens: words(&shell, "kitchen.allergen.", &split(&facts.allergens)),
        programme,
        facts,
        shell,
    };
    page_with(form.status(), &template)
}

/// One of them: how she stands, and the form.
pub(super) async fn candidate(
    cap: Cap<EnrolMeals>,
    State(app): State<App>,
    Path(ids): Path<(Id, Id)>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, day_boxes("mulai", shell.today));
    candidate_page(&app, &cap, ids, shell, &form).await
}

/// A day in its three boxes.
fn day_boxes(field: &str, day: time::Date) -> [(String, String); 3] {
    [("tanggal", i32::from(day.day())), ("bulan", i32::from(u8::from(day.month()))), ("tahun", day.year())]
        .map(|(part, value)| (format!("{field}_{part}"), value.to_string()))
}

/// A decimal of a form in a hundredth or tenth, as the smallest unit.
fn measure(form: &mut Form, field: &str, decimals: u32, times: i64) -> Option<i64> {
    let read = |text: &str| number::parse_decimal(text, decimals).map_err(|_| "web.error.not_a_number");
    form.read_optional(field, read).map(|value| value.saturating_mul(times))
}

/// Enrols.
pub(super) async fn enrol(
    cap: Cap<EnrolMeals>,
    State(app): State<App>,
    Path(ids): Path<(Id, Id)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let starts_on = form.day("mulai");
    let weight_g = measure(&mut form, "berat", 2, 10);
    let arm_mm = measure(&mut form, "lila", 1, 1);
    let reason = form.optional("alasan", 200);
    let reach = Reach::by::<EnrolMeals>(cap.actor());
    if let (Some(starts_on), true) = (starts_on, form.is_valid()) {
        let command =
            EnrolPerson { programme: ids.0, person: ids.1, starts_on, weight_g, arm_mm, reason, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/peserta-pmt/{}", receipt.value.id)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    candidate_page(&app, &cap, ids, shell, &form).await
}

#[derive(Template)]
#[template(path = "kitchen/enrolment/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    line: EnrolmentLine,
    name: String,
    age: String,
    start: String,
    end: String,
    weights: Vec<WeightLine>,
    servings: Vec<ServingLine>,
    allergens: Vec<(String, String)>,
    endings: Vec<(String, String)>,
    may_note: bool,
    may_end: bool,
    linked: bool,
    /// What of a weighing is unusual, as HTML.
    question: String,
}

impl ShowPage {
    fn stands(&self, one: &WeightLine) -> String {
        let mut words = stands(&self.shell, one.weight_g, one.arm_mm, None, None);
        if let Some(mm) = one.height_mm {
            words.push_str(&format!(", {} cm", self.shell.fixed(mm, 1)));
        }
        words
    }

    fn allergies(&self) -> String {
        words(&self.shell, "kitchen.allergen.", &split(&self.line.allergens))
    }
}

async fn show_page(app: &App, actor: &std::sync::Arc<Actor>, id: Id, shell: Shell, form: &Form) -> Page {
    show_asking(app, actor, id, shell, form, String::new()).await
}

async fn show_asking(
    app: &App,
    actor: &std::sync::Arc<Actor>,
    id: Id,
    shell: Shell,
    form: &Form,
    question: String,
) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let line = query::one(db, district, &Reach::by::<ReadMeals>(actor), id).await?.ok_or(Error::NotFound)?;
    let of = |stem: &str, code: &str| (code.to_owned(), shell.t(&format!("{stem}{code}")).into_owned());
    let template = ShowPage {
        f: form.view(),
        name: shown_name(&line.name, &line.code, whole(actor)),
        age: line.birth_date.map(|birth| shell.age(birth, shell.today)).unwrap_or_default(),
        start: stands(&shell, line.weight_g, line.arm_mm, line.waz, line.whz),
        end: stands(&shell, line.end_weight_g, line.end_arm_mm, line.end_waz, line.end_whz),
        weights: query::weights(db, district, id).await?,
        servings: query::servings(db, district, id).await?,
        allergens: ALLERGENS.map(|code| of("kitchen.allergen.", code)).to_vec(),
        endings: Ending::ALL.map(|one| of("kitchen.ending.", one.code())).to_vec(),
        may_note: NoteEnrolled::of(actor).is_some(),
        may_end: EnrolMeals::of(actor).is_some(),
        linked: whole(actor),
        line,
        shell,
        question,
    };
    let status = if template.question.is_empty() { form.status() } else { StatusCode::UNPROCESSABLE_ENTITY };
    page_with(status, &template)
}

/// Somebody who is or was fed.
pub(super) async fn show(
    cap: Cap<ReadMeals>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let line =
        query::one(app.store.reader(), cap.district(), &Reach::by::<ReadMeals>(cap.actor()), id).await?;
    let line = line.ok_or(Error::NotFound)?;
    let mut filled: Vec<(String, String)> = vec![("mbg_sumber".into(), line.also_fed_by)];
    filled.extend(split(&line.allergens).into_iter().map(|one| ("alergi".to_owned(), one)));
    filled.extend(line.also_fed_since.into_iter().flat_map(|day| day_boxes("mbg", day)));
    filled.extend(day_boxes("hari", shell.today));
    let form = Form::with(&shell, filled);
    show_page(&app, cap.actor(), id, shell, &form).await
}

/// Notes allergies and who else feeds her.
pub(super) async fn note(
    cap: Cap<NoteEnrolled>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let allergens = form.all("alergi").into_iter().filter(|one| !one.is_empty()).map(str::to_owned).collect();
    let also_fed_since = form.day_optional("mbg");
    let also_fed_by = form.optional("mbg_sumber", 120);
    if form.is_valid() {
        let reach = Reach::by::<NoteEnrolled>(cap.actor());
        let command = NoteMeals { enrolment: id, allergens, also_fed_since, also_fed_by, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/peserta-pmt/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), id, shell, &form).await
}

/// Weighs her.
pub(super) async fn weigh(
    cap: Cap<NoteEnrolled>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let on = form.day("hari");
    let weight_g = measure(&mut form, "berat", 2, 10);
    if form.get("berat").is_empty() {
        form.error("berat", "web.error.required");
    }
    let height_mm = measure(&mut form, "tinggi", 1, 1);
    let arm_mm = measure(&mut form, "lila", 1, 1);
    if let (Some(on), Some(weight_g), true) = (on, weight_g, form.is_valid()) {
        let growth = asuh_step_registry::Reach::of(&cap.actor().scope(RecordGrowth::ROLES));
        let reach = Reach::by::<NoteEnrolled>(cap.actor());
        let command = WeighEnrolled { enrolment: id, on, weight_g, height_mm, arm_mm, reach, growth };
        let question = question(&app, &cap, shell.text(), &command, &form).await?;
        if let Some((question, confirms)) = question {
            form.set("yakin", confirms);
            return show_asking(&app, cap.actor(), id, shell, &form, question).await;
        }
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/peserta-pmt/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), id, shell, &form).await
}

/// What of a weighing the growth step would have measured again, and was not confirmed yet.
async fn question(
    app: &App,
    cap: &NoteEnrolled,
    text: Text,
    command: &WeighEnrolled,
    form: &Form,
) -> Result<Option<(String, String)>, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let line = query::one(db, district, &command.reach, command.enrolment).await?.ok_or(Error::NotFound)?;
    let Some(measures) = command.of_child(line.birth_date) else { return Ok(None) };
    let child = (line.person_id, line.birth_date);
    Ok(entry::unconfirmed(app, (district, text), child, (&measures, command.on), form).await?)
}

/// Ends her feeding.
pub(super) async fn end(
    cap: Cap<EnrolMeals>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let ending = form.read("akhir", |text| Ending::parse(text).ok_or("web.error.choose"));
    let reason = form.optional("alasan", 200);
    if let (Some(ending), true) = (ending, form.is_valid()) {
        let command =
            EndEnrolment { enrolment: id, ending, reason, reach: Reach::by::<EnrolMeals>(cap.actor()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/peserta-pmt/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), id, shell, &form).await
}

/// The end was a mistake.
pub(super) async fn take_back(
    cap: Cap<EnrolMeals>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = TakeBackEnding { enrolment: id, reach: Reach::by::<EnrolMeals>(cap.actor()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/peserta-pmt/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            show_page(&app, cap.actor(), id, shell, &form).await
        }
    }
}
