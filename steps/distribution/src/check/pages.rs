//! Checks: the list, drawing one, and what it found beside the official figure.

use std::collections::BTreeMap;

use askama::Template;
use asuh_store::{Id, Instant};
use axum::extract::{Query as UrlQuery, State};

use super::command::{CloseCheck, DrawCheck};
use super::query::{self, CheckLine, VillageLine};
use super::rules::{Answers, FEW, MARGINS};
use super::{DrawChecks, ReadCheckNames, ReadChecks};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::sampling::{Confidence, Estimate, size};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// Villages on a page.
const VILLAGES: usize = 25;
/// Days back of runs and plans that can be checked.
const RECENT: time::Duration = time::Duration::days(200);

#[derive(Template)]
#[template(path = "check/list.html")]
struct ListPage {
    shell: Shell,
    checks: Vec<CheckLine>,
    next: Option<String>,
    draws: bool,
}

/// The checks, the newest first.
pub(super) async fn list(
    cap: Cap<ReadChecks>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let before = url.get("sebelum").and_then(|text| {
        let (at, id) = text.split_once('-')?;
        Some((Instant(at.parse().ok()?), id.parse().ok()?))
    });
    let mut checks = query::list(app.store.reader(), cap.district(), before).await?;
    let next = cut(&mut checks, query::PAGE, |last| format!("{}-{}", last.drawn_at.0, last.id));
    let draws = DrawChecks::of(cap.actor()).is_some();
    page(&ListPage { shell, checks, next, draws })
}

#[derive(Template)]
#[template(path = "check/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    subjects: Vec<(String, String)>,
    confidences: Vec<(String, String)>,
    margins: Vec<(String, String)>,
    /// On record, and how many will be asked: shown before anything is drawn.
    preview: Option<(i64, i64)>,
}

/// What a form chooses: kind and subject, confidence, margin.
struct Choice {
    kind: String,
    subject: Id,
    confidence: Confidence,
    margin: i64,
}

fn choice(form: &mut Form) -> Option<Choice> {
    let source = form.read("sumber", |text| {
        let (kind, id) = text.split_once('_').ok_or("web.error.choose")?;
        let id: Id = id.parse().map_err(|_| "web.error.choose")?;
        Ok::<_, &'static str>((kind.to_owned(), id))
    });
    let confidence = form.read("keyakinan", |text| {
        text.parse().ok().and_then(Confidence::of_percent).ok_or("web.error.choose")
    });
    let margin = form.read("selisih", |text| {
        text.parse().ok().filter(|margin| MARGINS.contains(margin)).ok_or("web.error.choose")
    });
    let ((kind, subject), confidence, margin) = (source?, confidence?, margin?);
    Some(Choice { kind, subject, confidence, margin })
}

async fn new_page(
    app: &App,
    cap: &DrawChecks,
    shell: Shell,
    form: &Form,
    preview: Option<(i64, i64)>,
) -> Page {
    let from = shell.today - RECENT;
    let subjects = query::subjects(app.store.reader(), cap.district(), from, cap.scope()).await?;
    let subjects = subjects.into_iter().map(|one| {
        let key = format!("after_check.of.{}", one.kind);
        let words =
            shell.t3(&key, ("number", &one.number), ("name", &one.name), ("n", shell.number(one.items)));
        (format!("{}_{}", one.kind, one.id), words)
    });
    let template = NewPage {
        f: form.view(),
        subjects: subjects.collect(),
        confidences: Confidence::ALL
            .iter()
            .map(|one| (one.percent().to_string(), format!("{} %", one.percent())))
            .collect(),
        margins: MARGINS.iter().map(|one| (one.to_string(), format!("± {one} %"))).collect(),
        preview,
        shell,
    };
    page_with(form.status(), &template)
}

/// Which run or plan, and how sure.
pub(super) async fn new(cap: Cap<DrawChecks>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::with(&shell, [("keyakinan", "95"), ("selisih", "10")]);
    new_page(&app, &cap, shell, &form, None).await
}

/// Says how many will be asked, and at the second press draws them.
pub(super) async fn draw(cap: Cap<DrawChecks>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let Some(choice) = choice(&mut form) else {
        return new_page(&app, &cap, shell, &form, None).await;
    };
    if form.get("aksi") == "ubah" {
        return new_page(&app, &cap, shell, &form, None).await;
    }
    if form.get("aksi") != "tarik" {
        let subject = (choice.kind.as_str(), choice.subject);
        let frame = query::frame(app.store.reader(), cap.district(), subject, cap.scope()).await?;
        let all = frame.len() as i64;
        if all == 0 {
            form.error("sumber", "after_check.refused.nothing");
            return new_page(&app, &cap, shell, &form, None).await;
        }
        let preview = (all, size(all, choice.confidence, choice.margin));
        return new_page(&app, &cap, shell, &form, Some(preview)).await;
    }
    let command = DrawCheck {
        kind: choice.kind,
        subject: choice.subject,
        confidence: choice.confidence.percent(),
        margin: choice.margin,
        today: shell.today,
        scope: cap.scope().clone(),
    };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/cek-penerimaan/{}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            new_page(&app, &cap, shell, &form, None).await
        }
    }
}

#[derive(Template)]
#[template(path = "check/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    check: CheckLine,
    /// A page of them.
    villages: Vec<VillageLine>,
    next: Option<i64>,
    all: Answers,
    estimate: Option<Estimate>,
    confidence: Confidence,
    named: bool,
    draws: bool,
}

impl ShowPage {
    /// "96 % (91 sampai 99 %)"
    fn words(&self, estimate: &Estimate) -> String {
        let (rate, low, high) = estimate.percents();
        self.shell.t3("after_check.rate", ("rate", rate), ("low", low), ("high", high))
    }

    fn of_village(&self, line: &VillageLine) -> Option<String> {
        Some(self.words(&line.answers().of_village(self.confidence)?))
    }

    /// The interval as packages or payments of the whole population.
    fn counted(&self, estimate: &Estimate) -> String {
        let (low, high) = estimate.of(self.check.population);
        self.shell.t2(
            &format!("after_check.counted.{}", self.check.kind),
            "low",
            self.shell.number(low),
            "high",
            self.shell.number(high),
        )
    }

    fn few(&self) -> i64 {
        FEW
    }
}

async fn show_page(
    app: &App,
    actor: &std::sync::Arc<Actor>,
    shell: Shell,
    form: &Form,
    (id, after): (Id, i64),
) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let check = query::one(db, district, id).await?.ok_or(Error::NotFound)?;
    let mut villages = query::villages(db, district, id, &actor.scope(ReadChecks::ROLES)).await?;
    let confidence = Confidence::of_percent(check.confidence).unwrap_or(Confidence::P95);
    let mut all = Answers::default();
    for line in &villages {
        let one = line.answers();
        all.population += one.population;
        all.drawn += one.drawn;
        all.received += one.received;
        all.problem += one.problem;
        all.other_amount += one.other_amount;
        all.not_received += one.not_received;
        all.unreachable += one.unreachable;
    }
    // The figures are those of all villages; the page shows some of them.
    villages.retain(|line| line.code > after);
    let next = cut(&mut villages, VILLAGES, |last| last.code);
    let template = ShowPage {
        f: form.view(),
        next,
        estimate: all.estimate(confidence),
        named: ReadCheckNames::of(actor).is_some(),
        draws: check.is_open() && DrawChecks::of(actor).is_some(),
        check,
        villages,
        all,
        confidence,
        shell,
    };
    page_with(form.status(), &template)
}

/// What a check found.
pub(super) async fn show(
    cap: Cap<ReadChecks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    let after = url.get("setelah").and_then(|code| code.parse().ok()).unwrap_or(0);
    show_page(&app, cap.actor(), shell, &form, (id, after)).await
}

/// Ends it.
pub(super) async fn close(
    cap: Cap<DrawChecks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    match app.submit(cap.actor(), form.command_id()?, CloseCheck { check: id }).await {
        Ok(_) => redirect(&format!("/cek-penerimaan/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            show_page(&app, cap.actor(), shell, &form, (id, 0)).await
        }
    }
}
