//! `/audit-kasus`: the list, choosing a child, and the sheet of a case.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::audit;
use asuh_ground::settings::{self, Letterhead};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_step_growth::of_family as measurements;
use asuh_step_registry::Reach;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{CloseCase, FinishPlan, PlanCase, ReviewCase, SelectCase};
use super::query::{self, Case, Plan};
use super::rules::{Outcome, State as At};
use crate::reached::{self, Whom};
use crate::visit::{day_boxes, opened, query as visits};
use crate::{FollowCases, KeepCases, ReadCases, referral};

#[derive(Template)]
#[template(path = "case/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Case>,
    closed: bool,
    late: i64,
    next: Option<Id>,
}

/// Which list, and where it goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    setelah: String,
}

/// The audits within reach.
pub(super) async fn list(
    cap: Cap<ReadCases>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let closed = choice.tampil == "selesai";
    let mut lines = query::list(db, district, cap.scope(), closed, choice.setelah.parse().ok()).await?;
    let next = cut(&mut lines, query::PAGE, |line| line.id);
    let late = query::late(db, district, cap.scope(), shell.today).await?;
    page(&ListPage { shell, lines, closed, late, next })
}

#[derive(Template)]
#[template(path = "case/new.html")]
struct NewPage {
    shell: Shell,
    person: Id,
    whom: Whom,
    age: String,
    form: FormView,
}

fn new_page(shell: Shell, person: Id, whom: Whom, form: &Form) -> Page {
    let age = whom.birth_date.map(|birth| shell.age(birth, shell.today)).unwrap_or_default();
    page_with(form.status(), &NewPage { shell, person, whom, age, form: form.view() })
}

/// A form with the reason.
pub(super) async fn new(
    cap: Cap<KeepCases>,
    State(app): State<App>,
    shell: Shell,
    Path(person): Path<Id>,
) -> Page {
    let found = reached::person(app.store.reader(), cap.district(), cap.scope(), person).await?;
    let form = Form::empty(&shell);
    new_page(shell, person, found.ok_or(Error::NotFound)?, &form)
}

/// Chooses a child.
pub(super) async fn select(
    cap: Cap<KeepCases>,
    State(app): State<App>,
    shell: Shell,
    Path(person): Path<Id>,
    mut form: Form,
) -> Page {
    let found = reached::person(app.store.reader(), cap.district(), cap.scope(), person).await?;
    let whom = found.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let reason = form.required("alasan", 500);
    if form.is_valid() {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        let command = SelectCase { reach, today, family: whom.family_id, person, reason };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => return redirect(&format!("/audit-kasus/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(shell, person, whom, &form)
}

/// A measurement on the sheet.
struct Measured {
    day: String,
    age: String,
    weight: String,
    height: String,
    /// z-scores of height for age, weight for age, weight for height.
    z: [String; 3],
}

/// A row of the plan in words.
struct PlanLine {
    plan: Plan,
    what: String,
    evidence: String,
}

#[derive(Template)]
#[template(path = "case/show.html")]
struct ShowPage {
    shell: Shell,
    letterhead: Letterhead,
    one: Case,
    age: String,
    reason: String,
    finding: String,
    outcome: String,
    causes: Vec<String>,
    offered: Vec<(String, String)>,
    outcomes: Vec<(String, String)>,
    measured: Vec<Measured>,
    /// The days of visits, with what was answered with no at the last one.
    visits: Vec<String>,
    lacking: Vec<String>,
    help: Vec<String>,
    referrals: Vec<String>,
    plans: Vec<PlanLine>,
    keeps: bool,
    follows: bool,
    form: FormView,
}

/// The sheet of a case: made from the rows as they stand.
pub(super) async fn show(
    cap: Cap<ReadCases>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::with(&shell, day_boxes("hari", shell.today));
    shown(&app, &cap, shell, id, &form).await
}

async fn shown(app: &App, cap: &ReadCases, shell: Shell, id: Id, form: &Form) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let one = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    audit::opened(app, cap.actor(), "open", Some(("family", one.family_id)), "case");
    let score = |z: Option<i64>| z.map(|z| text.fixed(z, 2)).unwrap_or_default();
    let measured = measurements(db, district, cap.scope(), one.family_id).await?;
    let measured = measured.into_iter().filter(|m| m.person_id == one.person_id).map(|m| Measured {
        day: text.day(m.measured_on),
        age: m.birth_date.map(|birth| text.age(birth, m.measured_on)).unwrap_or_default(),
        weight: m.weight_g.map(|grams| format!("{} kg", text.fixed(grams / 10, 2))).unwrap_or_default(),
        height: m.height_mm.map(|mm| format!("{} cm", text.fixed(mm, 1))).unwrap_or_default(),
        z: [score(m.haz), score(m.waz), score(m.whz)],
    });
    let measured: Vec<Measured> = measured.collect();
    let found = visits::of_family(db, district, one.family_id, None, 12).await?;
    let last: Vec<Id> = found.iter().take(1).map(|visit| visit.id).collect();
    let answers = visits::answers(db, district, &last).await?;
    let lacking = answers.into_iter().filter(|row| row.answer == "no").map(|row| row.question);
    let lacking: Vec<String> = lacking.collect();
    let mut help = Vec::new();
    for received in &app.registry.help_received {
        for day in received(app, district, one.family_id, text).await?.into_iter().take(12) {
            help.push(format!("{}: {}", text.day(day.on), day.what));
        }
    }
    let referrals = referral::query::of_family(db, district, one.family_id).await?;
    let referrals = referrals.into_iter().filter(|r| r.person_id == one.person_id).map(|r| {
        let state = text.t(&format!("mentoring.referral.state.{}", r.state));
        format!("{} {}, {state}", r.number, text.day(r.sent_on))
    });
    let referrals: Vec<String> = referrals.collect();
    let mut plans = Vec::new();
    for plan in query::plans(db, district, id).await? {
        plans.push(PlanLine {
            what: opened(app, district, Some(&plan.what_sealed))?,
            evidence: opened(app, district, plan.evidence_sealed.as_deref())?,
            plan,
        });
    }
    let offered = settings::list(db, district, "mentoring.causes").await?.into_iter();
    let offered = offered.filter_map(|mut row| row.remove("name")).map(|name| (name.clone(), name));
    let open = one.state != At::Closed.code();
    let outcome = |one: &Outcome| {
        (one.code().to_owned(), text.t(&format!("mentoring.case.outcome.{}", one.code())).into_owned())
    };
    let template = ShowPage {
        letterhead: Letterhead::load(&app.store, district).await?,
        age: one.birth_date.map(|birth| text.age(birth, shell.today)).unwrap_or_default(),
        reason: opened(app, district, Some(&one.reason_sealed))?,
        finding: opened(app, district, one.finding_sealed.as_deref())?,
        outcome: opened(app, district, one.outcome_sealed.as_deref())?,
        causes: one.causes.lines().map(str::to_owned).collect(),
        offered: offered.collect(),
        outcomes: Outcome::ALL.iter().map(outcome).collect(),
        measured,
        visits: found.iter().map(|visit| text.day(visit.visited_on)).collect(),
        lacking,
        help,
        referrals,
        plans,
        keeps: open && KeepCases::of(cap.actor()).is_some(),
        follows: open && FollowCases::of(cap.actor()).is_some(),
        form: form.view(),
        one,
        shell,
    };
    page_with(form.status(), &template)
}

/// As who may keep or follow audits, who always may read them.
fn reader(actor: &std::sync::Arc<asuh_ground::access::Actor>) -> Result<ReadCases, Error> {
    ReadCases::of(actor).ok_or(Error::Forbidden)
}

/// Records the review.
pub(super) async fn review(
    cap: Cap<KeepCases>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let on = form.day("hari");
    let reviewers = form.required("pakar", 300);
    let finding = form.required("temuan", 4_000);
    let causes: Vec<String> = form.all("penyebab").into_iter().map(str::to_owned).collect();
    let again_on = form.day("pantau");
    if let (Some(on), Some(again_on), true) = (on, again_on, form.is_valid()) {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        let command = ReviewCase { audit: id, reach, today, on, reviewers, finding, causes, again_on };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/audit-kasus/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    shown(&app, &reader(cap.actor())?, shell, id, &form).await
}

/// Adds a row to the plan.
pub(super) async fn plan(
    cap: Cap<KeepCases>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let what = form.required("apa", 300);
    let who = form.required("siapa", 120);
    let due_on = form.day("batas");
    if let (Some(due_on), true) = (due_on, form.is_valid()) {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        let command = PlanCase { audit: id, reach, today, what, who, due_on };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/audit-kasus/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    shown(&app, &reader(cap.actor())?, shell, id, &form).await
}

/// Says that a row is done.
pub(super) async fn finish(
    cap: Cap<FollowCases>,
    State(app): State<App>,
    shell: Shell,
    Path((id, nth)): Path<(Id, i64)>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let evidence = form.required("bukti", 500);
    if form.is_valid() {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        let command = FinishPlan { audit: id, nth, reach, today, evidence };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/audit-kasus/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    shown(&app, &reader(cap.actor())?, shell, id, &form).await
}

/// The second look.
pub(super) async fn close(
    cap: Cap<KeepCases>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let outcome = form.read("hasil", |code| Outcome::parse(code).ok_or("web.error.choose"));
    let words = form.required("kata", 2_000);
    if let (Some(outcome), true) = (outcome, form.is_valid()) {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        let command = CloseCase { audit: id, reach, today, outcome, words };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/audit-kasus/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    shown(&app, &reader(cap.actor())?, shell, id, &form).await
}

/// The CSS class of a stored state.
fn tone(state: &str) -> &'static str {
    At::parse(state).map_or("", At::tone)
}
