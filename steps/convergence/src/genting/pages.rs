//! `/genting`: the figures of a month for leaders, the draft as PDF, the tables as XLSX, and issuing the report.

use askama::Template;
use asuh_documents::paper::Table;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::papers::{self, Draft, IssuedPaper, Numbering};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, Page, Shell, Text, page, paper_book, redirect};
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::report::{self, Report};
use super::{IssueGenting, SeeGenting};

/// Which month.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    bulan: String,
}

/// The first day of a month written `2026-11`; the present one where nothing or nonsense is.
fn chosen(written: &str, today: Date) -> Date {
    asuh_nusantara::date::parse(&format!("{written}-01")).unwrap_or(today)
}

/// The language of papers: Indonesian, whoever prints them.
fn of_papers(shell: &Shell) -> Text {
    Text::new(asuh_nusantara::Language::Indonesian, shell.zone)
}

/// What the papers of a month are found by.
fn subject(district: DistrictId, first: Date) -> Id {
    papers::subject(&format!("genting {district} {first}"))
}

#[derive(Template)]
#[template(path = "genting/show.html")]
struct ShowPage {
    shell: Shell,
    letterhead: Letterhead,
    report: Report,
    month: String,
    written: String,
    before: String,
    after: Option<String>,
    tables: Vec<Table>,
    definitions: Vec<String>,
    issued: Vec<IssuedPaper>,
    may_issue: bool,
}

fn written(first: Date) -> String {
    format!("{:04}-{:02}", first.year(), u8::from(first.month()))
}

/// The figures of a month.
pub(super) async fn show(
    cap: Cap<SeeGenting>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let report = report::of_month(&app, cap.district(), chosen(&choice.bulan, shell.today)).await?;
    let text = shell.text();
    let issued =
        papers::of_subject(app.store.reader(), cap.district(), subject(cap.district(), report.first()))
            .await?;
    let (before, after) = report.beside();
    let is_present = report.days.is_some_and(|(_, last)| last >= shell.today);
    page(&ShowPage {
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        month: report.month(&text),
        written: written(report.first()),
        before,
        after: (!is_present).then_some(after),
        tables: report::tables(&report, &text),
        definitions: report::definitions(&text),
        issued,
        may_issue: cap.actor().has_any(IssueGenting::ROLES),
        report,
        shell,
    })
}

/// The report as a draft without a number.
pub(super) async fn preview(
    cap: Cap<SeeGenting>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let report = report::of_month(&app, cap.district(), chosen(&choice.bulan, shell.today)).await?;
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    let paper = report::paper(&report, &of_papers(&shell), &letterhead, shell.today);
    papers::preview(&app, shell.text(), paper).await
}

/// The tables of the report as a workbook.
pub(super) async fn workbook(
    cap: Cap<SeeGenting>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let report = report::of_month(&app, cap.district(), chosen(&choice.bulan, shell.today)).await?;
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    let paper = report::paper(&report, &of_papers(&shell), &letterhead, shell.today);
    paper_book(&app, paper, &format!("genting-{}", written(report.first()))).await
}

/// Issues the report of a month; one that was issued before is replaced by it.
pub(super) async fn issue(cap: Cap<IssueGenting>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let command_id = form.command_id()?;
    let district = cap.district();
    let report = report::of_month(&app, district, chosen(form.get("bulan"), shell.today)).await?;
    let letterhead = Letterhead::load(&app.store, district).await?;
    let text = of_papers(&shell);
    let subject = subject(district, report.first());
    let draft = Draft {
        kind: "report",
        number: Numbering::Next,
        territory: cap.actor().district_code.as_i64(),
        day: shell.today,
        title: text.t1("genting.paper_title", "month", report.month(&text)),
        subject: Some(subject),
        replaces: true,
        paper: report::paper(&report, &text, &letterhead, shell.today),
    };
    let id = papers::issue(&app, cap.actor(), &shell, command_id, draft).await.map_err(Error::from)?;
    redirect(&format!("/dokumen/{id}"))
}
